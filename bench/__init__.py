"""What the platform does per second, beside what its peers and its machine can do: `make bench`."""
