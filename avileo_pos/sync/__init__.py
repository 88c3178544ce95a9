"""Keeping this till and central alike: rounds of push and pull, signing in, and what goes wrong on the way."""
