"""«Historial»: what was sold and paid in a day."""
