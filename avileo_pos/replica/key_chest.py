"""One key seals the copies and journals of a business that leave this computer's own folder.

It lies beside the replica, which is no less readable than the key makes the copies; and it lies in a chest that goes
along with them, locked by the password of each person who has signed in here. So a burnt laptop's stick opens with the
password that was used at it.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from avileo_pos.handover.sealing import KEY_BYTES, KeySeal, Lock, SealBroken, new_key, write_whole


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
