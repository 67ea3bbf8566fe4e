"""The tests, in tiers by folder; inside each tier the folders mirror the services."""
