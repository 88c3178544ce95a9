"""Password hashes in Better Auth's format: `salt:key`, both in hexadecimal.

The salt is 16 random bytes written as 32 hexadecimal characters, and those characters, not the bytes, go into scrypt
(N=16384, r=16, p=1, 64 bytes) with the NFKC form of the password.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from avileo_pos.server.postgres.database import CentralBusy

_COST: Final = 16_384
_BLOCK: Final = 16
_MEMORY: Final = 128 * _COST * _BLOCK * 2
_KEY_BYTES: Final = 64

# A hash takes a tenth of a second and 32 MiB: a flood of sign-ins must leave the tills their threads and memory.
_at_once: Final = BoundedSemaphore(min(4, max(2, os.cpu_count() or 1)))
_at_work_or_waiting: Final = BoundedSemaphore(12)


def hash_password(password: str) -> str:
    """A new `salt:key`; takes about 0.1 s and must not run on an event loop. Raises CentralBusy."""
    salt = secrets.token_hex(16)
    return f"{salt}:{_key(password, salt).hex()}"


def verify_password(password: str, stored: str | None) -> bool:
    """Whether `stored` was made from this password. Takes as long when there is nothing stored. Raises CentralBusy."""
    salt, _, key = (stored or "").partition(":")
    computed = _key(password, salt or secrets.token_hex(16)).hex()
    return hmac.compare_digest(computed.encode(), key.encode())


def _key(password: str, salt: str) -> bytes:
    with slow_hash_turn():
        return hashlib.scrypt(
            unicodedata.normalize("NFKC", password).encode(),
            salt=salt.encode(),
            n=_COST,
            r=_BLOCK,
            p=1,
            maxmem=_MEMORY,
            dklen=_KEY_BYTES,
        )


@contextmanager
def slow_hash_turn() -> Iterator[None]:
    """A place among those that may hash now. Raises CentralBusy."""
    if not _at_work_or_waiting.acquire(blocking=False):
        raise CentralBusy
    try:
        with _at_once:
            yield
    finally:
        _at_work_or_waiting.release()
