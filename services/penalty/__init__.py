"""Penalty: what follows in law, from filing to closing."""
