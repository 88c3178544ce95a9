"""A safe: the folder in which a business's copies and journals are kept, on this disk or on another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from avileo_pos.handover.sealing import PLAIN, KeySeal, Seal
from avileo_pos.replica.errors import DiskFull
from avileo_pos.replica.journal import SUFFIX, Journal
from avileo_pos.replica.key_chest import KeyChest

LEFT_FOR_SALES: Final = 200 * 2**20  # bytes that no copy may take
ON_ANOTHER_DISK: Final = "Avileo"


def chest_of(replica: Path) -> KeyChest:
    """The key that seals what of this replica goes to another disk."""
    return KeyChest(replica.parent, replica.stem)


def safes_of(replica: Path, second_place: Path | None) -> tuple[Safe, ...]:
    """The one beside the replica first. Raises OSError."""
    own = Safe.beside(replica)
    if second_place is None:
        return (own,)
    return (own, Safe.on(second_place, replica.stem, chest_of(replica).seal()))


@dataclass(frozen=True, slots=True)
class Safe:
    """What lies in a folder of this computer's own is plain, as the replica is; elsewhere it is sealed."""

    folder: Path
    seal: Seal = PLAIN

    @classmethod
    def beside(cls, replica: Path) -> Safe:
        """The one on the same disk, always there."""
        return cls(replica.with_suffix(".safe"))

    @classmethod
    def on(cls, place: Path, business: str, seal: KeySeal) -> Safe:
        """The one in a folder that a person has chosen, on another disk or a stick; `business` is its id."""
        return cls(place / ON_ANOTHER_DISK / business, seal)

    def make(self) -> None:
        """Raises OSError; a stick that is out is not made as a folder in its place."""
        if not self.is_there():
            raise FileNotFoundError(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def is_there(self) -> bool:
        """Whether the disk is in; the one beside the replica always is."""
        return self.seal is PLAIN or self.folder.parent.parent.is_dir()

    def files(self, pattern: str) -> list[Path]:
        try:
            return list(self.folder.glob(pattern))
        except OSError:
            return []

    def journal(self, device_id: UUID) -> Journal:
        """Raises OSError, SealBroken."""
        self.make()
        return Journal.open(self.journal_path(device_id), self.seal)

    def journal_path(self, device_id: UUID) -> Path:
        return self.folder / f"{device_id}{SUFFIX}"

    def chest_path(self, device_id: UUID) -> Path:
        return self.folder / f"{device_id}.locks"

    def journals(self) -> Iterator[Path]:
        yield from self.files(f"*{SUFFIX}")

    def journals_set_aside(self, device_id: UUID) -> list[Path]:
        """Those that this device wrote until another took their place, the oldest first."""
        return sorted(self.files(f"{device_id}.*{SUFFIX}"))

    def journals_of_others(self, device_id: UUID) -> list[Path]:
        """Those that another device has written here, and nobody has set aside."""
        return [path for path in self.journals() if "." not in path.stem and path != self.journal_path(device_id)]

    def require_room_for(self, size: int) -> None:
        """Raises DiskFull when a copy of that size would leave too little for selling, OSError when it is not there."""
        if shutil.disk_usage(self.folder).free < size + LEFT_FOR_SALES:
            raise DiskFull(str(self.folder))
