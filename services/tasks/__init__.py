"""Tasks: who must look at what, by when."""
