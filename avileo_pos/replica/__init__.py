"""The till's own SQLite file: opening it, working in it, what waits in its queue, and what central sends into it."""
