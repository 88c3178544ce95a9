"""Reading a push: strict where a value goes into the database, patient with what is new, each operation on its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from sqlalchemy import Column

from avileo_pos.domain.sale import MOST_LINES
from avileo_pos.protocol.collections import COLLECTIONS, VOID_COLUMNS, Collection, Kind
from avileo_pos.protocol.words import PROTOCOL_VERSION, Operation, PushRequest, Uuid, data_hash
from avileo_pos.server.errors import Refused
from avileo_pos.server.postgres.wire_sql import default_of
from avileo_pos.tables.base import Choice, Day, Flag, Id, Instant, Scaled, Whole, Words

MOST_OPERATIONS: Final = 1_000
LONGEST_TEXT: Final = 10_000  # characters, where the column itself sets no limit

_DAY: Final = r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
_NUL: Final = b"\\u0000"
_NUL_ESCAPE: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

WireValues: TypeAlias = dict[str, Any]
Parts: TypeAlias = Mapping[str, Sequence[WireValues]]


@dataclass(frozen=True, slots=True)
class Create:
    """A new aggregate: the root's stated columns, and the rows that come inside it by their collection."""

    root: WireValues
    parts: Parts


@dataclass(frozen=True, slots=True)
class Change:
    """What a field was when its editor saw it, and what it shall be."""

    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields of a card that a person changed."""

    changes: Mapping[str, Change]


@dataclass(frozen=True, slots=True)
class Void:
    """The voiding of a fact, with the movements that take its effect back."""

    said: WireValues
    at: datetime
    parts: Parts


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an operation is quarantined: a code, and an English sentence for whoever looks into it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Later:
    """The operation is of a newer kind than this central understands; it waits at its till."""


Act: TypeAlias = Create | Patch | Void


@dataclass(frozen=True, slots=True)
class Arrived:
    """One operation as it came. The words of one that could not be read are as near as its bytes allow."""

    id: str
    seq: int
    operation_type: str
    collection: str
    entity_id: str
    actor_id: str
    created_at: str
    depends_on: tuple[str, ...]
    sha256: str
    raw: bytes = field(repr=False)
    act: Act | Refusal | Later


@dataclass(frozen=True, slots=True)
class Push:
    """A whole request, read and hashed before anything is locked."""

    device_id: str
    business_id: str
    client_time: datetime
    operations: tuple[Arrived, ...]
    epoch: str | None = None
    marks: tuple[str, ...] = ()


class BrokenEnvelope(Refused):
    """The request as a whole cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, "broken_request", why)


class TooMuchAtOnce(Refused):
    """The request holds more than central takes at once."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "Send fewer operations at once.")


def parse_push(body: bytes) -> Push:
    """Raises BrokenEnvelope, also for an operation without an id to answer under; TooMuchAtOnce."""
    try:
        request = _REQUEST.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise BrokenEnvelope(str(trouble)) from trouble
    if len(request.operations) > MOST_OPERATIONS:
        raise TooMuchAtOnce
    return Push(
        device_id=request.device_id,
        business_id=request.business_id,
        client_time=_moment(request.client_time),
        operations=tuple(parse_operation(bytes(raw)) for raw in request.operations),
        epoch=request.epoch,
        marks=request.marks,
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as trouble:
        raise BrokenEnvelope(str(trouble)) from trouble


def parse_operation(raw: bytes) -> Arrived:
    """Raises BrokenEnvelope where not even the id can be read."""
    try:
        operation = _OPERATION.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        return _unreadable(raw, str(trouble))
    data = bytes(operation.data)
    return Arrived(
        id=operation.id,
        seq=operation.seq,
        operation_type=operation.operation_type,
        collection=operation.collection,
        entity_id=operation.entity_id,
        actor_id=operation.actor_id,
        created_at=operation.created_at,
        depends_on=operation.depends_on,
        sha256=data_hash(data),
        raw=raw,
        act=_read_act(operation, data),
    )


def _read_act(operation: Operation, data: bytes) -> Act | Refusal | Later:
    if operation.schema > PROTOCOL_VERSION:
        return Later()
    if _NUL in data and _NUL_ESCAPE.search(data):
        return Refusal("unparseable", "A text holds the character NUL.")
    collection = COLLECTIONS.get(operation.collection)
    if collection is None:
        return Refusal("unknown_collection", "There is no such collection.")
    reader = _READERS.get(operation.operation_type)
    if reader is None:
        return Refusal("unknown_operation_type", "An operation is a create, an update or a delete.")
    try:
        return reader(collection, data)
    except (msgspec.DecodeError, ValueError) as trouble:
        return Refusal("unparseable", str(trouble))


def _unreadable(raw: bytes, why: str) -> Arrived:
    try:
        words = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise BrokenEnvelope(str(trouble)) from trouble
    if not isinstance(words, dict) or not _UUID.fullmatch(str(words.get("id"))):
        raise BrokenEnvelope("an operation has no id")
    seq = words.get("seq")
    return Arrived(
        id=words["id"],
        seq=seq if type(seq) is int and 0 < seq < 2**62 else 0,
        operation_type=_word(words, "operation_type", 10),
        collection=_word(words, "collection"),
        entity_id=_word(words, "entity_id"),
        actor_id=_word(words, "actor_id"),
        created_at="",
        depends_on=(),
        sha256=sha256(raw).hexdigest(),
        raw=raw,
        act=Refusal("unparseable", why),
    )


def _word(words: dict[str, Any], name: str, longest: int = 63) -> str:
    return str(words.get(name, ""))[:longest]


# --- What an operation's data may hold, made from the tables ---------------------------------------------------------


def _read_create(collection: Collection, data: bytes) -> Create | Refusal:
    if collection.created_with is None:
        return Refusal("not_creatable", "Rows of this collection are not made by a till.")
    values = msgspec.to_builtins(_create_decoder(collection.name).decode(data))
    parts = {part: values.pop(part) for part in collection.parts}
    return Create(values, parts)


def _read_patch(collection: Collection, data: bytes) -> Patch | Refusal:
    if not collection.editable:
        return Refusal("not_editable", "Rows of this collection are never edited.")
    changes = msgspec.to_builtins(_patch_decoder(collection.name).decode(data))
    return Patch({name: Change(change["was"], change["now"]) for name, change in changes.items()})


def _read_void(collection: Collection, data: bytes) -> Void | Refusal:
    if not collection.voidable:
        return Refusal("not_voidable", "Rows of this collection are never voided.")
    values = msgspec.to_builtins(_void_decoder(collection.name).decode(data))
    parts = {part: values.pop(part) for part in _parts_of_a_void(collection)}
    return Void(values, datetime.fromisoformat(values["voided_at"]), parts)


_READERS: Final = {"create": _read_create, "update": _read_patch, "delete": _read_void}
_REQUEST: Final = msgspec.json.Decoder(PushRequest)
_OPERATION: Final = msgspec.json.Decoder(Operation)


@cache
def _create_decoder(name: str) -> msgspec.json.Decoder[Any]:
    collection = COLLECTIONS[name]
    fields = [_field(column) for column in collection.sent]
    return _decoder(f"New_{name}", [*fields, *(_part_field(collection, part) for part in collection.parts)])


@cache
def _patch_decoder(name: str) -> msgspec.json.Decoder[Any]:
    collection = COLLECTIONS[name]
    columns = [collection.table.columns[field_name] for field_name in sorted(collection.editable)]
    return _decoder(
        f"Changed_{name}",
        [(column.name, _change_of(column) | msgspec.UnsetType, msgspec.UNSET) for column in columns],
    )


@cache
def _void_decoder(name: str) -> msgspec.json.Decoder[Any]:
    collection = COLLECTIONS[name]
    told = [collection.table.columns[column] for column in sorted(VOID_COLUMNS - {"voided_by"})]
    required = {"voided_at", "void_reason"}
    fields: list[Any] = [
        (column.name, wire_type(column)) if column.name in required else _field(column) for column in told
    ]
    return _decoder(
        f"Void_{name}", [*fields, *(_part_field(collection, part) for part in _parts_of_a_void(collection))]
    )


def _parts_of_a_void(collection: Collection) -> list[str]:
    """A void brings facts of its own, but no new lines or payments."""
    return [part for part in collection.parts if COLLECTIONS[part].kind is Kind.FACT]


def _decoder(name: str, fields: Sequence[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_struct(name, fields))


def _struct(name: str, fields: Sequence[tuple[str, Any] | tuple[str, Any, Any]]) -> type[msgspec.Struct]:
    # A column's name is SQLAlchemy's own kind of str, which msgspec does not take.
    plain = [(str(field_name), *kind) for field_name, *kind in fields]
    return msgspec.defstruct(name, plain, kw_only=True, frozen=True)


def _part_field(collection: Collection, part: str) -> Any:
    columns = COLLECTIONS[part].sent_as_part(collection.parts[part])
    row: Any = _struct(f"Part_{collection.name}_{part}", [_field(column) for column in columns])
    return (part, Annotated[list[row], msgspec.Meta(max_length=MOST_LINES)], msgspec.field(default_factory=list))


def _change_of(column: Column[Any]) -> Any:
    value = wire_type(column)
    now = value | None if column.nullable else value
    return _struct(f"Change_{column.table.name}_{column.name}", [("was", value | None), ("now", now)])


def _field(column: Column[Any]) -> Any:
    if column.nullable:
        return (column.name, wire_type(column) | None, None)
    if column.server_default is not None:
        return (column.name, wire_type(column), default_of(column))
    return (column.name, wire_type(column))


def wire_type(column: Column[Any]) -> Any:
    """What msgspec must find as a column's value that is not null."""
    match column.type:
        case Scaled(precision=precision):
            return Annotated[int, msgspec.Meta(gt=-(10**precision), lt=10**precision)]
        case Whole(size=size):
            return Annotated[int, msgspec.Meta(ge=-(2 ** (8 * size - 1)), le=2 ** (8 * size - 1) - 1)]
        case Flag():
            return Literal[0, 1]
        case Choice(values=values):
            return Literal[values]
        case Id():
            return Uuid
        case Day():
            return Annotated[str, msgspec.Meta(pattern=f"^{_DAY}$", max_length=10)]
        case Instant():
            return Annotated[str, msgspec.Meta(pattern=f"^{_DAY}T{_TIME}$", max_length=27)]
        case Words(length=length):
            return Annotated[str, msgspec.Meta(max_length=length or LONGEST_TEXT)]
    raise TypeError(f"{column} has no wire form")
