"""«Respaldo»: the copies of this till, the second place, and going back."""
