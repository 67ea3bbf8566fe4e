"""Registry: who can be inspected, by whom, on which items, under which rules."""
