"""Column types and helpers from which every table is made, once for SQLite and PostgreSQL.

Each type knows two forms of a value. In PostgreSQL it is the native type that the specification names. In the
replica it is an integer or a text, and that same form travels on the wire, so that a pulled page goes into the file
as it came and SQL sums are exact: money in céntimos, weight in grams, instants as `2026-11-22T15:42:07.123456Z`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.operators import OperatorClass
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

T = TypeVar("T")


class StoredType(TypeDecorator[T], Generic[T]):
    """A value with one exact form in the replica and on the wire, and a native type in PostgreSQL."""

    impl = Text
    cache_ok = True
    in_replica: TypeEngine[Any] = sqlite.TEXT()

    def native(self) -> TypeEngine[Any]:
        """The type in PostgreSQL, as the specification has it."""
        raise NotImplementedError

    def to_stored(self, value: T) -> Any:
        """The replica's and the wire's form of a value."""
        return value

    def from_stored(self, stored: Any) -> T:
        """The value that a stored form stands for."""
        return stored  # type: ignore[no-any-return]

    def to_native(self, value: T) -> Any:
        """What the PostgreSQL driver is given."""
        return value

    def from_native(self, native: Any) -> T:
        """The value that the PostgreSQL driver's answer stands for."""
        return native  # type: ignore[no-any-return]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(self.in_replica if dialect.name == "sqlite" else self.native())

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return self.to_stored(value) if dialect.name == "sqlite" else self.to_native(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:
        if value is None:
            return None
        return self.from_stored(value) if dialect.name == "sqlite" else self.from_native(value)


class Scaled(StoredType[Decimal]):
    """An exact decimal: an integer of its smallest unit in the replica, `numeric` in PostgreSQL."""

    cache_ok = True
    in_replica = sqlite.INTEGER()
    operator_classes = OperatorClass.NUMERIC

    def __init__(self, precision: int, places: int) -> None:
        super().__init__()
        self.precision = precision
        self.places = places

    def native(self) -> TypeEngine[Any]:
        return Numeric(self.precision, self.places)

    def to_stored(self, value: Decimal) -> int:
        smallest_units = value.scaleb(self.places)
        if smallest_units != smallest_units.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return int(smallest_units)

    def from_stored(self, stored: int) -> Decimal:
        return Decimal(stored).scaleb(-self.places)


DIGITS_OF_A_SUM: Final = 18
"""What facts add up to fits an integer of 8 bytes, and holds a million of the largest of them."""


class Money(Scaled):
    """An amount in soles with 2 places, `numeric(12,2)` on a paper."""

    cache_ok = True

    def __init__(self, precision: int = 12) -> None:
        super().__init__(precision, 2)


class Price(Scaled):
    """Soles per kilo or per piece with 2 places, `numeric(10,2)`."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(10, 2)


class Kilos(Scaled):
    """A weight in kilos, or a count, with 3 places, `numeric(10,3)` on a paper."""

    cache_ok = True

    def __init__(self, precision: int = 10) -> None:
        super().__init__(precision, 3)


class Rate(Scaled):
    """A percentage with 2 places, `numeric(5,2)`."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(5, 2)


class Instant(StoredType[datetime]):
    """A moment: aware UTC in Python, `timestamp` holding UTC in PostgreSQL, fixed-width ISO text in the replica."""

    cache_ok = True

    def native(self) -> TypeEngine[Any]:
        return postgresql.TIMESTAMP(timezone=False)

    def to_stored(self, value: datetime) -> str:
        return instant_text(value)

    def from_stored(self, stored: str) -> datetime:
        return datetime.fromisoformat(stored)

    def to_native(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def from_native(self, native: datetime) -> datetime:
        return native.replace(tzinfo=UTC)


def instant_text(value: datetime) -> str:
    """The fixed-width text of an instant, which sorts as time does."""
    if value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Day(StoredType[date]):
    """A calendar date in Lima."""

    cache_ok = True

    def native(self) -> TypeEngine[Any]:
        return Date()

    def to_stored(self, value: date) -> str:
        return value.isoformat()

    def from_stored(self, stored: str) -> date:
        return date.fromisoformat(stored)


class Id(StoredType[UUID]):
    """An identity: `uuid` in PostgreSQL, its 36 characters in the replica."""

    cache_ok = True

    def native(self) -> TypeEngine[Any]:
        return Uuid()

    def to_stored(self, value: UUID) -> str:
        return str(value)

    def from_stored(self, stored: str) -> UUID:
        return UUID(stored)


class Words(StoredType[str]):
    """A text of at most `length` characters (`varchar`), or of any length (`text`)."""

    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def native(self) -> TypeEngine[Any]:
        return Text() if self.length is None else String(self.length)


class Flag(StoredType[bool]):
    """Yes or no: `boolean` in PostgreSQL, 1 or 0 in the replica."""

    cache_ok = True
    in_replica = sqlite.INTEGER()

    def native(self) -> TypeEngine[Any]:
        return Boolean()

    def to_stored(self, value: bool) -> int:
        return int(value)

    def from_stored(self, stored: int) -> bool:
        return bool(stored)


class Whole(StoredType[int]):
    """A whole number of 2, 4 or 8 bytes."""

    cache_ok = True
    in_replica = sqlite.INTEGER()
    operator_classes = OperatorClass.INTEGER

    def __init__(self, size: int = 4) -> None:
        super().__init__()
        self.size = size

    def native(self) -> TypeEngine[Any]:
        return {2: SmallInteger(), 4: Integer(), 8: BigInteger()}[self.size]


class Choice(StoredType[StrEnum]):
    """One of an enum's values: a native enum of that name in PostgreSQL, a checked text in the replica."""

    cache_ok = True

    def __init__(self, name: str, values: Iterable[str], enum: type[StrEnum] | None = None) -> None:
        super().__init__()
        self.name = name
        self.values = tuple(values)
        self.enum = enum

    @classmethod
    def of(cls, name: str, enum: type[StrEnum]) -> Choice:
        return cls(name, (member.value for member in enum), enum)

    def native(self) -> TypeEngine[Any]:
        return Enum(*self.values, name=self.name, create_type=False)

    def to_stored(self, value: StrEnum) -> str:
        return str(value)

    def from_stored(self, stored: str) -> StrEnum:
        return self.enum(stored) if self.enum else stored  # type: ignore[return-value]

    def to_native(self, value: StrEnum) -> str:
        return str(value)

    def from_native(self, native: str) -> StrEnum:
        return self.from_stored(native)


class Document(StoredType[str]):
    """JSON text, kept byte for byte as it was written."""

    cache_ok = True

    def native(self) -> TypeEngine[Any]:
        return Text()


BOTH = ("till", "server")
TILL = ("till",)
SERVER = ("server",)


def reference(name: str, target: str, *, nullable: bool = False) -> tuple[SchemaItem, ...]:
    """A column that points to a row of `target` in the same business, with its foreign key and index."""
    return (
        Column(name, Id(), nullable=nullable),
        ForeignKeyConstraint(["business_id", name], [f"{target}.business_id", f"{target}.id"]),
        Index(None, "business_id", name),
    )


def tenant_table(name: str, *items: SchemaItem | tuple[SchemaItem, ...], inside: tuple[str, ...] = BOTH) -> Table:
    """A table of a business's rows: keyed (business_id, id), numbered by revision, checked on both engines.

    `revision` is the number that central gave to the row's last change. At a till 0 means that central has not sent
    the row yet, and below zero that a resync takes it anew.
    """
    own = [part for item in items for part in (item if isinstance(item, tuple) else (item,))]
    table = Table(
        name,
        metadata,
        Column("business_id", Id(), nullable=False),
        Column("id", Id(), nullable=False),
        *own,
        Column("revision", Whole(8), nullable=False, server_default="0"),
        PrimaryKeyConstraint("business_id", "id"),
        ForeignKeyConstraint(["business_id"], ["businesses.id"]),
        Index(None, "business_id", "revision"),
        info={"in": inside},
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    check_stored_values(table)
    return table


def check_stored_values(table: Table) -> None:
    """Make wrong enum values, flags and over-long texts impossible in the replica too, as they are in PostgreSQL."""
    for column in table.columns:
        condition = _replica_condition(column)
        if condition:
            check = CheckConstraint(condition, name=column.name).ddl_if(dialect="sqlite")
            table.append_constraint(check)


def _replica_condition(column: Column[Any]) -> str | None:
    kind = column.type
    if isinstance(kind, Choice):
        return f"{column.name} IN ({', '.join(repr(value) for value in kind.values)})"
    if isinstance(kind, Flag):
        return f"{column.name} IN (0, 1)"
    if isinstance(kind, Words) and kind.length is not None:
        return f"length({column.name}) <= {kind.length}"
    return None


def sync_columns() -> tuple[SchemaItem, ...]:
    """How far a row's own operations have come, as the specification has it for offline tables."""
    return (
        Column("sync_status", Choice("sync_status", ("pending", "synced", "error")), nullable=False),
        Column("sync_attempts", Whole(), nullable=False, server_default="0"),
    )
