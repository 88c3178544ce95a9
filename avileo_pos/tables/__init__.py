"""The shape of every table, once, for SQLite and PostgreSQL."""
