"""The till's only threads: one for the replica, one for synchronisation."""
