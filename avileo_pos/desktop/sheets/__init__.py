"""Sheets that several screens open: taking an abono, writing down a customer, showing a receipt."""
