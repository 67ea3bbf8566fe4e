"""The pilot: a seeded, simulated city and its year, driven through the platform's public interfaces only."""
