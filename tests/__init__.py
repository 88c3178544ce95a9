"""Tests of the shop, room by room."""
