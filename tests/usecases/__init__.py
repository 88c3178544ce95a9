"""What the use cases write, in real replicas."""
