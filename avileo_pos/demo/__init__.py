"""One command to see it all: a central of its own, and tills of the sample business on it."""
