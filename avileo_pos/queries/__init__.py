"""READ at the till: functions (work, ...) -> frozen rows, one subject a file."""
