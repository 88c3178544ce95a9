"""Storing what tills send: read, judged, stored once, answered for."""
