"""The file in which what waits at a till is carried elsewhere: sealed under a passphrase, whole or not at all.

It is for the till that will not come to central any more. The operations keep their ids and their bytes, so it harms
nobody when the till sends them too: central takes each once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.kept_operation import KeptOperation
from avileo_pos.handover.sealing import KeySeal, Lock, SealBroken, new_key, write_whole
from avileo_pos.protocol.words import Epoch, InstantText, Marks, Uuid

SHORTEST_PASSPHRASE: Final = 8
_MOST_BYTES: Final = 2**28


class Handover(msgspec.Struct, frozen=True):
    """What waited at a till when it was written, and which history the till had been told of until then."""

    business_id: Uuid
    device_id: Uuid
    device_name: str
    written_at: InstantText
    operations: list[KeptOperation]
    epoch: Epoch | None = None
    marks: Marks = ()


class _File(msgspec.Struct, frozen=True, tag="avileo-handover-1"):
    lock: Lock
    sealed: str


def write_handover(path: Path, handover: Handover, passphrase: str) -> None:
    """Raises BusinessRuleBroken("passphrase_too_short"), OSError."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BusinessRuleBroken("passphrase_too_short", shortest=SHORTEST_PASSPHRASE)
    key = new_key()
    sealed = KeySeal(key).close(msgspec.json.encode(handover)).decode()
    write_whole(path, msgspec.json.encode(_File(Lock.of(key, passphrase), sealed)))


def read_handover(path: Path, passphrase: str) -> Handover:
    """Raises BusinessRuleBroken: handover_broken for any other file, wrong_passphrase."""
    file = _read(path)
    try:
        seal = KeySeal(file.lock.key(passphrase))
    except SealBroken as trouble:
        raise BusinessRuleBroken("wrong_passphrase") from trouble
    try:
        return msgspec.json.decode(seal.open(file.sealed.encode()), type=Handover)
    except (msgspec.DecodeError, SealBroken) as trouble:
        raise BusinessRuleBroken("handover_broken") from trouble


def _read(path: Path) -> _File:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BusinessRuleBroken("handover_broken")
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as trouble:
        raise BusinessRuleBroken("handover_broken") from trouble
