"""What surrounds every request: limits, headers, logs, figures and the specification."""
