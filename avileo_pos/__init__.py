"""Avileo POS: an offline-first point of sale for people who sell chicken and eggs by weight."""

__version__ = "0.1.0"
