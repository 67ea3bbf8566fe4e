"""A practice district on a clock of its own, where somebody new walks through a visit and a case; wiped by one command."""
