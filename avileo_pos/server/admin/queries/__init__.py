"""What the pages show: functions that read one business, at an open desk, and return frozen values."""
