"""Nueva venta."""
