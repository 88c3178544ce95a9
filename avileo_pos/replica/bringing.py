"""A till that burnt, was lost or was replaced goes on at another computer, from its stick.

The password of anybody who signed in at it opens the chest beside its copies; the newest copy, and what the journal
knows beyond it, become this computer's replica.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from avileo_pos.handover.sealing import KeySeal, SealBroken
from avileo_pos.replica.database import Clock, utc_now
from avileo_pos.replica.errors import DiskFailing, DiskFull, NothingToBring, TillAlreadyHere, WrongPasswordForCopies
from avileo_pos.replica.key_chest import open_chest
from avileo_pos.replica.rescue import Rescue, rescue_file, take_untold
from avileo_pos.replica.safe import ON_ANOTHER_DISK, Safe, chest_of
from avileo_pos.settings import replica_path

_BUSINESS: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Whichever folder of the stick a person points at.
_WHERE: Final = (f"{ON_ANOTHER_DISK}/*/*.locks", "*/*.locks", "*.locks")


@dataclass(frozen=True, slots=True)
class Brought:
    """`place` is the folder in which copies can be kept on, None where they lay in some other order."""

    business_id: UUID
    place: Path | None
    rescue: Rescue


def bring_till(place: Path, password: str, folder: Path, *, clock: Clock = utc_now) -> Brought:
    """Make the till whose copies lie in `place` this computer's, in `folder`.

    Of several that the password opens, the one that was at work last. Raises NothingToBring, WrongPasswordForCopies,
    TillAlreadyHere, DiskFull, DiskFailing.
    """
    chests = list(_chests(place))
    if not chests:
        raise NothingToBring(str(place))
    for chest in chests:
        with suppress(SealBroken):
            return _bring(chest, open_chest(chest, password), folder, clock)
    raise WrongPasswordForCopies


def _bring(chest: Path, seal: KeySeal, folder: Path, clock: Clock) -> Brought:
    business_id, above = UUID(chest.parent.name), chest.parent.parent
    path = replica_path(folder, business_id)
    if path.exists():
        raise TillAlreadyHere(str(path))
    try:
        chest_of(path).adopt(seal, chest)
        rescue = rescue_file(path, (Safe.beside(path), Safe(chest.parent, seal)), clock=clock)
        take_untold(path)  # whoever has it brought is told at once
    except OSError as trouble:
        raise (DiskFull if trouble.errno == errno.ENOSPC else DiskFailing)(str(trouble)) from trouble
    return Brought(business_id, above.parent if above.name == ON_ANOTHER_DISK else None, rescue)


def _chests(place: Path) -> Iterator[Path]:
    """Those of the tills that were at work last come first."""
    found = {chest for pattern in _WHERE for chest in place.glob(pattern) if _BUSINESS.fullmatch(chest.parent.name)}
    return iter(sorted(found, key=_last_at_work, reverse=True))


def _last_at_work(chest: Path) -> float:
    """When its journal was written last, or the chest itself where there is none."""
    journal = chest.with_suffix(".journal")
    return (journal if journal.exists() else chest).stat().st_mtime
