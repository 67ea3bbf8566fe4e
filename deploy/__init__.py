"""What runs the platform: the embedded stack, and the descriptions of servers and images."""
