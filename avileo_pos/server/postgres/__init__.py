"""PostgreSQL as central uses it: connections, the embedded server, isolation, epochs, revisions, backups."""
