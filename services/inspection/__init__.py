"""Inspection: what was seen on site and what must be put right."""
