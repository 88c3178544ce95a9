"""Central: the API on PostgreSQL that all tills of a business push to and pull from."""
