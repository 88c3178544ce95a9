"""What a parked operation states of a card that a person can put right, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Row, Table

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import COLLECTIONS
from avileo_pos.protocol.collections import Collection
from avileo_pos.queries.stored import identity, read
from avileo_pos.tables.base import Choice, Flag, Kilos, Scaled, StoredType, Words
from avileo_pos.work import Work, stored_row

# In the order of the forms. What the program writes by itself, an hour or a state, nobody types.
_TYPED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": (
            "name",
            "apodo",
            "phone",
            "dni",
            "address",
            "notes",
            "opening_balance",
            "credit_limit",
            "is_active",
        ),
        "products": ("name", "type", "unit", "base_price", "is_active"),
        "envases": ("name", "tara", "is_active"),
    }
)


class FieldKind(StrEnum):
    TEXT = auto()
    MONEY = auto()
    KILOS = auto()
    YES_NO = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True)
class StatedField:
    """One column of a card. `value` is None where nothing is stated, or what is stated cannot be read.

    `limit` is what its column holds: so many characters, or that amount; `options` are those of a CHOICE.
    """

    column: str
    kind: FieldKind
    value: str | Decimal | bool | None
    is_required: bool
    limit: int | Decimal | None = None
    options: tuple[StrEnum, ...] = ()


class _Edit(msgspec.Struct):
    now: Any


def stated_fields(work: Work, operation_id: UUID) -> tuple[StatedField, ...]:
    """Of a birth all that a person types, of an edit what it changes; nothing where there is nothing to put right.

    That is so of a fact, of what is not parked any more, and of what this program cannot read.
    """
    question = "SELECT * FROM sync_queue WHERE id = :id AND status = 'parked'"
    for operation in read(work, question, id=operation_id):
        collection = COLLECTIONS.get(operation.collection)
        if collection is not None and collection.name in _TYPED:
            return _fields_of(collection.table, _stated(work, operation, collection))
    return ()


def has_a_stand_in(work: Work, table: Table, entity_id: UUID) -> bool:
    """Central makes a row of a card that it could not read when something else needs it, and that is shown here too.

    The card's birth takes its place as soon as central can read it. Raises BusinessRuleBroken("not_found").
    """
    return bool(work.get(table, entity_id)["revision"])


def _stated(work: Work, operation: Row[Any], collection: Collection) -> Mapping[str, Any]:
    """In stored forms; nothing where the data cannot be read, or the card is gone."""
    with suppress(msgspec.DecodeError, BusinessRuleBroken):
        match operation.operation_type:
            case "create":
                said = msgspec.json.decode(operation.data, type=dict[str, Any])
                return _born(work, collection.table, identity(operation.entity_id), said)
            case "update":
                edits = msgspec.json.decode(operation.data, type=dict[str, _Edit])
                return _edited(collection, {column: edit.now for column, edit in edits.items()})
    return {}


def _born(work: Work, table: Table, entity_id: UUID, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """A card that central never had is stated as it is shown: also what was edited since.

    On a stand-in of central's stands nothing that was written here.
    """
    if has_a_stand_in(work, table, entity_id):
        return {**dict.fromkeys(_TYPED[table.name]), **said}
    return stored_row(table, work.get(table, entity_id))


def _edited(collection: Collection, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is edited with it, and goes as it is, must be known to this program."""
    return said if said.keys() <= collection.editable else {}


def _fields_of(table: Table, stated: Mapping[str, Any]) -> tuple[StatedField, ...]:
    typed = [column for column in _TYPED[table.name] if column in stated]
    kept = [column for column in table.c if column.name in stated.keys() - set(typed)]
    if any(stated[column.name] is not None and _legible(column, stated[column.name]) is None for column in kept):
        return ()
    return tuple(_field(table.c[column], stated[column]) for column in typed)


def _field(column: Column[Any], stated: Any) -> StatedField:
    value, is_required = _legible(column, stated), not column.nullable
    match column.type:
        case Words(length=length):
            return StatedField(column.name, FieldKind.TEXT, value, is_required, length)
        case Scaled() as scaled:
            kind = FieldKind.KILOS if isinstance(scaled, Kilos) else FieldKind.MONEY
            return StatedField(column.name, kind, value, is_required, scaled.from_stored(10**scaled.precision - 1))
        case Flag():
            return StatedField(column.name, FieldKind.YES_NO, value, is_required)
        case Choice(enum=enum) if enum is not None:
            return StatedField(column.name, FieldKind.CHOICE, value, is_required, options=tuple(enum))
    raise TypeError(f"nobody types {column.name}")


def _legible(column: Column[Any], stated: Any) -> Any:
    """The value of a stored form; None where it cannot be one of that column."""
    kind = column.type
    assert isinstance(kind, StoredType)
    if type(stated) is kind.in_replica.python_type:
        with suppress(ValueError):
            return kind.from_stored(stated)
    return None
