"""A member's PIN as it travels to the tills: they check what is typed against this hash, with or without a network."""

from __future__ import annotations

from argon2 import PasswordHasher

from avileo_pos.domain.pin import require_pin
from avileo_pos.server.auth.passwords import slow_hash_turn


def hash_pin(pin: str) -> str:
    """Argon2id; takes some hundredths of a second. Raises BusinessRuleBroken: not_a_pin; CentralBusy."""
    digits = require_pin(pin)
    with slow_hash_turn():
        return PasswordHasher().hash(digits)
