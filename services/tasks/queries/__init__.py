"""What the tasks database answers: what is known of the registry, and the lists."""
