"""What is given out, signed; and what is looked for in every file."""
