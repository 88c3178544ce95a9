"""What the old database is made of: its tables, read from PostgreSQL's catalogue, and one view for each of them.

A view `old_x` has the columns of the specification, in one type each, whether the table has them or not and whether
there is a table at all. Whoever reads the views need not know which tool made the database, or when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from avileo_pos.tables import server
from avileo_pos.tables.base import Choice, metadata

SCHEMA: Final = "public"
BETTER_AUTH: Final = tuple(table.name for table in (server.user, server.session, server.account, server.verification))

_AS_UTC: Final = "{0} AT TIME ZONE 'UTC'"
_READ: Final[Mapping[str, Mapping[str, str]]] = {
    "uuid": {"uuid": "{0}"},
    "text": {"text": "{0}", "character varying": "{0}::text", "character": "{0}::text", "enum": "{0}::text"},
    "numeric": {
        "numeric": "{0}",
        "integer": "{0}::numeric",
        "bigint": "{0}::numeric",
        "real": "{0}::numeric",
        "double precision": "{0}::numeric",
    },
    "integer": {"integer": "{0}", "smallint": "{0}::integer"},
    "boolean": {"boolean": "{0}"},
    "timestamp": {
        "timestamp without time zone": "{0}",
        "timestamp with time zone": _AS_UTC,
        "date": "{0}::timestamp",
    },
    "date": {
        "date": "{0}",
        "timestamp without time zone": "{0}::date",
        "timestamp with time zone": f"({_AS_UTC})::date",
    },
}
"""How a column of the view's type is made of each type that it may have in the table."""


def _columns(**groups: str) -> Mapping[str, str]:
    return MappingProxyType({name: kind for kind, names in groups.items() for name in names.split()})


SPECIFIED: Final[Mapping[str, Mapping[str, str]]] = {
    "system_config": _columns(
        uuid="id",
        text="modo_operacion",
        boolean="control_kilos usar_distribucion permitir_venta_sin_stock",
        timestamp="updated_at",
    ),
    "businesses": _columns(
        uuid="id",
        text="name ruc address phone email logo_url modo_operacion",
        boolean="control_kilos usar_distribucion permitir_venta_sin_stock is_active",
        timestamp="created_at updated_at",
    ),
    "user_profiles": _columns(
        uuid="id",
        text="user_id dni phone avatar_url",
        date="birth_date",
        boolean="is_active",
        timestamp="created_at updated_at",
    ),
    "business_users": _columns(
        uuid="id business_id",
        text="user_id role sales_point",
        numeric="commission_rate",
        boolean="is_active",
        timestamp="joined_at updated_at",
    ),
    "products": _columns(
        uuid="id business_id",
        text="name type unit",
        numeric="base_price",
        boolean="is_active",
        timestamp="created_at updated_at",
    ),
    "customers": _columns(
        uuid="id business_id created_by",
        text="name dni phone address notes sync_status",
        integer="sync_attempts",
        boolean="is_active",
        timestamp="created_at updated_at",
    ),
    "inventory": _columns(uuid="id business_id product_id", numeric="quantity", timestamp="updated_at"),
    "distribuciones": _columns(
        uuid="id business_id vendedor_id",
        text="punto_venta estado sync_status",
        numeric="kilos_asignados kilos_vendidos monto_recaudado",
        date="fecha",
        integer="sync_attempts",
        timestamp="created_at updated_at",
    ),
    "sales": _columns(
        uuid="id business_id client_id seller_id distribucion_id",
        text="sale_type sync_status",
        numeric="total_amount amount_paid balance_due tara net_weight",
        integer="sync_attempts",
        timestamp="sale_date created_at",
    ),
    "sale_items": _columns(uuid="id sale_id product_id", text="product_name", numeric="quantity unit_price subtotal"),
    "abonos": _columns(
        uuid="id business_id client_id seller_id",
        text="payment_method notes sync_status",
        numeric="amount",
        integer="sync_attempts",
        timestamp="created_at",
    ),
}
"""The columns that are taken over, with the type in which the views show them; parents before children.

Beyond the specification: `business_id` of products and stock, `is_active` of customers and a few `updated_at`, which
some versions have.
"""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "business_users": ("business_id", "user_id"),
    "products": ("name",),
    "inventory": ("product_id", "quantity"),
    "sales": ("client_id", "seller_id", "sale_type", "total_amount"),
    "sale_items": ("sale_id", "product_id", "quantity", "unit_price"),
    "abonos": ("client_id", "seller_id", "amount"),
}
_OUR_TYPES: Final = frozenset(
    {"user_role"}
    | {
        str(column.type.name)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Choice)
    }
)
OUR_TABLES: Final = frozenset(
    name for name, table in metadata.tables.items() if "server" in table.info["in"] and name not in BETTER_AUTH
)


@dataclass(frozen=True, slots=True)
class OldTable:
    """A table as it stands: PostgreSQL's type name of each column («enum» for any enum), and whether we own it."""

    name: str
    columns: Mapping[str, str]
    is_owned: bool

    @property
    def specified(self) -> tuple[str, ...]:
        return tuple(name for name in SPECIFIED.get(self.name, ()) if name in self.columns)

    @property
    def of_other_tool(self) -> tuple[str, ...]:
        """The columns that neither the specification nor we know."""
        return tuple(name for name in self._unspecified if name not in metadata.tables[self.name].columns)

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """The columns beyond the specification that have the name of one of ours, which may mean something else."""
        return tuple(name for name in self._unspecified if name in metadata.tables[self.name].columns)

    @property
    def _unspecified(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns if name not in SPECIFIED[self.name])


@dataclass(frozen=True, slots=True)
class OldDatabase:
    """The tables of schema `public` by name, its enum types that have a name of ours, and what leans on the tables.

    `dependants` are sentences on views, triggers and foreign keys that will go on pointing at the old tables.
    """

    tables: Mapping[str, OldTable]
    types: tuple[str, ...] = ()
    dependants: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def adopted(self) -> tuple[OldTable, ...]:
        """The specification's tables that are there."""
        return tuple(self.tables[name] for name in SPECIFIED if name in self.tables)

    def adopted_table(self, name: str) -> OldTable | None:
        """The table, if it is there and the specification has it."""
        return self.tables.get(name) if name in SPECIFIED else None

    @property
    def set_aside(self) -> tuple[str, ...]:
        """The tables that have a name of ours without being the specification's."""
        return tuple(sorted(name for name in self.tables if name in OUR_TABLES and name not in SPECIFIED))

    @property
    def auth(self) -> tuple[str, ...]:
        return tuple(name for name in BETTER_AUTH if name in self.tables)

    @property
    def others(self) -> tuple[str, ...]:
        known = OUR_TABLES | SPECIFIED.keys() | set(BETTER_AUTH)
        return tuple(sorted(name for name in self.tables if name not in known))


def look_at(connection: Connection) -> OldDatabase:
    """The database as it is, with what makes it impossible to adopt as far as its shape tells."""
    tables = _tables(connection)
    found = OldDatabase(
        tables,
        types=_types(connection),
        dependants=tuple(_dependants(connection, [name for name in tables if name in OUR_TABLES])),
    )
    return replace(found, refusals=tuple(_refusals(connection, found)))


def make_views(connection: Connection, old: OldDatabase) -> None:
    """One temporary view `old_x` for each table of the specification, and `old_users` for Better Auth's people."""
    for name, columns in SPECIFIED.items():
        table = old.tables.get(name)
        shown = ", ".join(f"{_read(table, column, kind)} AS {column}" for column, kind in columns.items())
        source = "WHERE false" if table is None else f"FROM {SCHEMA}.{name}"
        connection.exec_driver_sql(f"CREATE TEMP VIEW old_{name} AS SELECT {shown} {source}")
    people = f'SELECT id::text, name::text, email::text FROM {SCHEMA}."user"'
    nobody = "SELECT NULL::text AS id, NULL::text AS name, NULL::text AS email WHERE false"
    connection.exec_driver_sql(f"CREATE TEMP VIEW old_users AS {people if 'user' in old.tables else nobody}")


def _read(table: OldTable | None, column: str, kind: str) -> str:
    if table is None or column not in table.columns:
        return f"NULL::{kind}"
    return _READ[kind][table.columns[column]].format(f'"{column}"')


def _tables(connection: Connection) -> dict[str, OldTable]:
    found = connection.exec_driver_sql(_COLUMNS, {"schema": SCHEMA})
    columns: dict[str, dict[str, str]] = {}
    owned: dict[str, bool] = {}
    for table, column, kind, is_owned in found:
        owned[table] = is_owned
        columns.setdefault(table, {})
        if column is not None:
            columns[table][column] = kind
    return {name: OldTable(name, columns[name], owned[name]) for name in columns}


def _types(connection: Connection) -> tuple[str, ...]:
    found = connection.exec_driver_sql(
        "SELECT typname FROM pg_type WHERE typnamespace = %(schema)s::regnamespace AND typname = ANY(%(names)s)"
        " AND typtype IN ('e', 'd') ORDER BY typname",
        {"schema": SCHEMA, "names": sorted(_OUR_TYPES)},
    )
    return tuple(found.scalars())


def _dependants(connection: Connection, names: list[str]) -> Iterator[str]:
    asked = {"schema": SCHEMA, "names": names}
    for view, table in connection.exec_driver_sql(_VIEWS, asked):
        yield f"the view {view} reads {table}"
    for trigger, table in connection.exec_driver_sql(_TRIGGERS, asked):
        yield f"the trigger {trigger} watches {table}"
    for key, child, table in connection.exec_driver_sql(_FOREIGN_KEYS, asked):
        yield f"the foreign key {key} of {child} leads to {table}"


def _refusals(connection: Connection, old: OldDatabase) -> Iterator[str]:
    for table in old.adopted:
        yield from _unreadable(table)
        yield from _unkeyed(connection, table)
    yield from _strangers(old)
    yield from _auth_refusals(old)
    if not connection.exec_driver_sql("SELECT has_database_privilege(current_database(), 'CREATE')").scalar_one():
        yield "This role may not create a schema here, and the old tables need one to be kept in."


def _unreadable(table: OldTable) -> Iterator[str]:
    for column in ("id", *_NEEDED.get(table.name, ())):
        if column not in table.columns:
            yield f"{table.name} has no column {column}."
    for column in table.specified:
        kind = SPECIFIED[table.name][column]
        if table.columns[column] not in _READ[kind]:
            yield f"{table.name}.{column} is {table.columns[column]}, where {kind} is expected."


def _unkeyed(connection: Connection, table: OldTable) -> Iterator[str]:
    """Rows that cannot be told apart, which a table with a primary key does not have."""
    if table.columns.get("id") != "uuid":
        return
    found = connection.exec_driver_sql(
        f"SELECT coalesce(id::text, 'NULL') FROM {SCHEMA}.{table.name} GROUP BY id HAVING count(*) > 1 OR id IS NULL"
        " ORDER BY 1 LIMIT 5"
    )
    ids = list(found.scalars())
    if ids:
        yield f"{table.name} has rows without an id, or several with the same one: {', '.join(ids)}."


def _strangers(old: OldDatabase) -> Iterator[str]:
    for name in (*(table.name for table in old.adopted), *old.set_aside, *old.auth):
        if not old.tables[name].is_owned:
            yield f"{name} belongs to another role; connect as its owner (OWNER_DATABASE_URL)."


def _auth_refusals(old: OldDatabase) -> Iterator[str]:
    """Better Auth's tables are shared as they are, so they must be in the one shape that our server speaks."""
    for name in old.auth:
        columns = old.tables[name].columns
        if any(column != column.lower() for column in columns):
            yield (
                f'"{name}" has Better Auth\'s own camelCase columns, and our server reads the snake_case ones.'
                " See «Better Auth» in docs/adopting.md for how to rename them on both sides."
            )
            continue
        ours = {str(column.name) for column in metadata.tables[name].columns}
        missing = sorted(ours - columns.keys())
        if missing:
            yield f'"{name}" lacks {", ".join(missing)}, which Better Auth\'s table has.'
        zoned = sorted(
            column for column, kind in columns.items() if kind == "timestamp with time zone" and column in ours
        )
        if zoned:
            yield f'"{name}" keeps {", ".join(zoned)} as timestamp with time zone, where UTC without one is expected.'
        if columns.get("id") not in {"text", "character varying"}:
            yield f'"{name}".id is {columns.get("id")}, where Better Auth\'s text is expected.'


_COLUMNS: Final = """
    SELECT c.relname, a.attname, CASE WHEN t.typtype = 'e' THEN 'enum' ELSE format_type(t.oid, NULL) END,
      pg_has_role(c.relowner, 'USAGE')
    FROM pg_class c
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind IN ('r', 'p')
    ORDER BY c.relname, a.attnum
"""
_VIEWS: Final = """
    SELECT DISTINCT v.oid::regclass::text, c.relname
    FROM pg_depend d
    JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_class v ON v.oid = r.ev_class AND v.relnamespace <> pg_my_temp_schema()
    JOIN pg_class c ON c.oid = d.refobjid AND c.relname = ANY(%(names)s) AND c.oid <> v.oid
    WHERE c.relnamespace = %(schema)s::regnamespace ORDER BY 1, 2
"""
_TRIGGERS: Final = """
    SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(names)s)
    ORDER BY 1, 2
"""
_FOREIGN_KEYS: Final = """
    SELECT k.conname, k.conrelid::regclass::text, c.relname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid JOIN pg_class o ON o.oid = k.conrelid
    WHERE k.contype = 'f' AND c.relnamespace = %(schema)s::regnamespace AND c.relname = ANY(%(names)s)
      AND o.relname <> ALL(%(names)s) ORDER BY 1, 2
"""
