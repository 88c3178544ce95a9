"""One program only on a replica: a lock that the operating system drops with the program, however that ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Self

from avileo_pos.replica.errors import ReplicaInUse, ReplicaUnwritable

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProgramLock:
    """A lock held on a file beside the replica."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path) -> Self:
        """Raises ReplicaInUse, ReplicaUnwritable."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as trouble:
            raise ReplicaUnwritable(str(trouble)) from trouble
        try:
            _lock(descriptor)
        except OSError as trouble:
            os.close(descriptor)
            raise ReplicaInUse(str(path)) from trouble
        return cls(descriptor)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
