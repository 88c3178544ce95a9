"""Real processes on a bad line: tills, central's workers and PostgreSQL, of which one after the other is killed."""
