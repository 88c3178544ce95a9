"""WRITE at the till: functions (work, request) -> frozen receipt, one subject a file."""
