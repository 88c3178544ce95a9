"""Qt's view of frozen rows."""
