"""Sealing: whoever finds the stick reads nothing on it, and what was cut, changed or swapped is noticed.

A key seals bytes, lines and whole files; a lock closes a key by a password.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from hashlib import scrypt
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE: Final = 12
_PIECE: Final = 2**20
_SALT: Final = 16
_N, _R, _P = 2**16, 8, 1  # 64 MB and a quarter of a second for each guess
_MEMORY: Final = 128 * _N * _R * 2
_MOST_WORK: Final = 2**20


class SealBroken(Exception):  # noqa: N818 - the name says what happened
    """It was sealed by another key, or has been changed since."""


class Seal(Protocol):
    """Closes bytes for a line of text, and opens them again. `open` raises SealBroken."""

    def close(self, plain: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...


class _Plain:
    """For what stays in this computer's own folder."""

    def close(self, plain: bytes) -> bytes:
        return plain

    def open(self, sealed: bytes) -> bytes:
        return sealed


PLAIN: Final[Seal] = _Plain()


class KeySeal:
    """AES-GCM under one key."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._cipher = AESGCM(key)

    def close(self, plain: bytes) -> bytes:
        return base64.b64encode(_closed(self._cipher, plain))

    def open(self, sealed: bytes) -> bytes:
        try:
            return _opened(self._cipher, base64.b64decode(sealed, validate=True))
        except ValueError as trouble:
            raise SealBroken from trouble

    def close_file(self, source: BinaryIO, target: BinaryIO) -> None:
        """Piece by piece; each is bound to its place, and the last one says that it is the last."""
        for place, (piece, is_last) in enumerate(_pieces(source)):
            sealed = _closed(self._cipher, piece, _about(place, is_last=is_last))
            target.write(len(sealed).to_bytes(4, "big") + sealed)

    def open_file(self, source: BinaryIO, target: BinaryIO) -> None:
        """Raises SealBroken, also when the end is missing."""
        place, size = 0, _size(source)
        if not size:
            raise SealBroken
        while size:
            sealed = source.read(size)
            size = _size(source)
            target.write(_opened(self._cipher, sealed, _about(place, is_last=not size)))
            place += 1


def _size(source: BinaryIO) -> int:
    return int.from_bytes(source.read(4), "big")


def _closed(cipher: AESGCM, plain: bytes, about: bytes = b"") -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, about)


def _opened(cipher: AESGCM, sealed: bytes, about: bytes = b"") -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError) as trouble:
        raise SealBroken from trouble


def _about(place: int, *, is_last: bool) -> bytes:
    return b"%d %d" % (place, is_last)


def _pieces(source: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    piece = source.read(_PIECE)
    while True:
        following = source.read(_PIECE)
        yield piece, not following
        if not following:
            return
        piece = following


# --- A password ------------------------------------------------------------------------------------------------------


class Lock(msgspec.Struct, frozen=True):
    """A key, closed by a password. `whose` tells whose password, to those alone who hold the key."""

    salt: str
    n: int
    r: int
    p: int
    locked: str
    whose: str = ""

    @classmethod
    def of(cls, key: bytes, password: str, whose: str = "") -> Self:
        salt = os.urandom(_SALT)
        locked = KeySeal(_stretched(password, salt, _N, _R, _P)).close(key)
        return cls(base64.b64encode(salt).decode(), _N, _R, _P, locked.decode(), whose)

    def key(self, password: str) -> bytes:
        """Raises SealBroken for another password."""
        if self.n * self.r * self.p > _MOST_WORK:
            raise SealBroken  # a file from elsewhere must not have this computer work for hours
        try:
            stretched = _stretched(password, base64.b64decode(self.salt), self.n, self.r, self.p)
        except (ValueError, TypeError, OverflowError) as trouble:  # figures that no scrypt takes
            raise SealBroken from trouble
        return KeySeal(stretched).open(self.locked.encode())


def _stretched(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=KEY_BYTES)


# --- Keys and files --------------------------------------------------------------------------------------------------


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def write_whole(path: Path, content: bytes) -> None:
    """Beside first, for its owner alone, and then in its place. Raises OSError."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
