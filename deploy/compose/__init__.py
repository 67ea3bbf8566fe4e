"""The platform as containers on one machine."""
