"""Which rows were made on this till: by its device id, or by one that it had before it was told apart from a copy.

A copied replica and its original have all that was done before in common, an open drawer too. From then on the one
that got a new device id owns that past and its own rows, not what the other goes on doing under the former id.
"""

from __future__ import annotations


def made_here(row: str, at: str) -> str:
    """The SQL condition that `row` was made on the till of `:device`; its column `at` says when."""
    return f"""
    ({row}.device_id = :device OR EXISTS (
      SELECT 1 FROM former_devices f WHERE f.device_id = {row}.device_id AND {row}.{at} <= f.left_at
    ))
    """
