"""What leaves this computer's own folder is sealed: whoever finds the stick reads nothing on it.

One key seals the copies and journals of a business. It lies beside the replica, which is no less readable than the
key makes the copies; and it lies in a chest that goes along with them, locked by the password of each person who has
signed in here. So a burnt laptop's stick opens with the password that was used at it.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import scrypt, sha256
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
        except ValueError as trouble:
            raise SealBroken from trouble
        return KeySeal(stretched).open(self.locked.encode())


def _stretched(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=KEY_BYTES)


# --- The chest -------------------------------------------------------------------------------------------------------


class KeyChest:
    """The key of one business in its folder, and the chest that holds it locked.

    The chest is plain JSON, and may lie anywhere: it tells nothing without a password.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._key = folder / f"{name}.key"
        self.locks = folder / f"{name}.locks"

    def seal(self) -> KeySeal:
        """Made at the first call. Raises OSError."""
        with suppress(FileNotFoundError):
            key = self._key.read_bytes()
            if len(key) == KEY_BYTES:
                return KeySeal(key)
        key = new_key()
        write_whole(self._key, key)
        return KeySeal(key)

    def adopt(self, seal: KeySeal, locks: Path) -> None:
        """Go on with the key of another computer, and with its chest. Raises OSError."""
        write_whole(self._key, seal.key)
        write_whole(self.locks, locks.read_bytes())

    def lock_with(self, email: str, password: str) -> None:
        """From now on this password opens the chest, and no former one of the same person."""
        seal = self.seal()
        whose = hmac.new(seal.key, email.encode(), sha256).hexdigest()
        others = [lock for lock in read_locks(self.locks) if lock.whose != whose]
        write_whole(self.locks, msgspec.json.encode([*others, Lock.of(seal.key, password, whose)]))


def read_locks(path: Path) -> list[Lock]:
    """None where there is no chest, or no legible one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Lock])
    except (OSError, msgspec.DecodeError):
        return []


def open_chest(path: Path, password: str) -> KeySeal:
    """Raises SealBroken when no lock opens with this password."""
    for lock in read_locks(path):
        with suppress(SealBroken):
            return KeySeal(lock.key(password))
    raise SealBroken


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
