"""Sessions of people: a browser has a cookie, this side has the tokens (ADR 0039)."""
