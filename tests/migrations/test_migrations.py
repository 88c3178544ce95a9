"""The steps lead to exactly the tables that the program is written for, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
from sqlalchemy import Connection, Engine, Table, create_engine, text

from avileo_pos import migrations
from avileo_pos.domain import enums
from avileo_pos.migrations import HEADS, NewerSchema, Side, is_at_head, steps_taken
from avileo_pos.migrations.steps import configured, take_steps_up_to
from avileo_pos.tables import server, shared, till
from avileo_pos.tables.base import Choice, metadata
from tests.postgres import TestPostgres

assert server.devices.metadata is shared.sales.metadata is till.sync_queue.metadata

POSTGRES_SHAPE = """
    SELECT format('column %s.%s %s null=%s default=%s', c.table_name, c.column_name,
                  format_type(a.atttypid, a.atttypmod), c.is_nullable, c.column_default)
      FROM information_schema.columns c
      JOIN pg_attribute a ON a.attrelid = format('%I', c.table_name)::regclass AND a.attname = c.column_name
     WHERE c.table_schema = 'public'
    UNION ALL
    SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT format('enum %s %s', typname, string_agg(enumlabel, ',' ORDER BY enumsortorder))
      FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid GROUP BY typname
"""


def test_a_replica_made_by_the_steps_is_the_one_that_the_tables_describe(tmp_path: Path) -> None:
    by_steps = sqlite_file(tmp_path / "steps.sqlite")
    with by_steps.begin() as connection:
        migrations.upgrade(connection, "till")
    by_tables = sqlite_file(tmp_path / "tables.sqlite")
    metadata.create_all(by_tables, tables=tables_of("till"))
    assert replica_shape(by_steps) == replica_shape(by_tables)


def test_a_central_made_by_the_steps_is_the_one_that_the_tables_describe(postgres: TestPostgres) -> None:
    with postgres.database() as steps_url, postgres.database() as tables_url:
        by_steps, by_tables = create_engine(steps_url), create_engine(tables_url)
        with by_steps.begin() as connection:
            migrations.upgrade(connection, "server")
        with by_tables.begin() as connection:
            make_enums(connection)
            metadata.create_all(connection, tables=tables_of("server"))
        assert central_shape(by_steps) == central_shape(by_tables)
        by_steps.dispose()
        by_tables.dispose()


@pytest.mark.parametrize("side", ["till", "server"])
def test_the_heads_that_are_written_down_are_the_last_steps(side: Side) -> None:
    script = ScriptDirectory.from_config(configured())
    heads = {script.get_revision(f"{branch}@head") for branch in ("shared", side)}
    needed = {needed for step in script.walk_revisions() for needed in to_tuple(step.dependencies, ())}
    assert {head.revision for head in heads} - needed == HEADS[side]


def test_taking_the_steps_twice_changes_nothing(tmp_path: Path) -> None:
    replica = sqlite_file(tmp_path / "replica.sqlite")
    with replica.begin() as connection:
        assert not is_at_head(connection, "till")
        migrations.upgrade(connection, "till")
    with replica.begin() as connection:
        assert is_at_head(connection, "till")
        migrations.upgrade(connection, "till")
        assert steps_taken(connection) == HEADS["till"]


def test_an_older_program_refuses_a_newer_file(tmp_path: Path) -> None:
    replica = sqlite_file(tmp_path / "replica.sqlite")
    with replica.begin() as connection:
        migrations.upgrade(connection, "till")
        connection.execute(text("UPDATE alembic_version SET version_num = 'till_9999'"))
    with replica.begin() as connection, pytest.raises(NewerSchema, match="till_9999"):
        migrations.upgrade(connection, "till")


def test_enums_that_another_tool_has_made_are_no_hindrance(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TYPE sale_type AS ENUM ('contado', 'credito')"))
            migrations.upgrade(connection, "server")
        engine.dispose()


def test_the_balances_of_before_are_told_what_the_cards_say_by_an_owner_who_is_bound_too(
    postgres: TestPostgres,
) -> None:
    with postgres.database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE ROLE plain_owner"))
            connection.execute(text("ALTER SCHEMA public OWNER TO plain_owner"))
            connection.execute(text("SET ROLE plain_owner"))
            take_steps_up_to(connection, "server_0007")
            connection.execute(text("RESET ROLE"))
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for soles in (13, 0):
                connection.execute(text(_A_CUSTOMER_OF_BEFORE), {"opening": soles})
            connection.execute(text("SET ROLE plain_owner"))
            migrations.upgrade(connection, "server")
            connection.execute(text("RESET ROLE"))
            told = text("SELECT balance, opening_balance FROM customer_balances ORDER BY balance")
            assert [tuple(row) for row in connection.execute(told)] == [(5, 0), (18, 13)]
            bound = text(
                "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname LIKE 'customer%' AND relkind = 'r'"
            )
            assert connection.execute(bound).scalar_one()
            connection.execute(text("DROP OWNED BY plain_owner CASCADE"))
            connection.execute(text("DROP ROLE plain_owner"))
        engine.dispose()


_A_CUSTOMER_OF_BEFORE = """
    WITH born AS (
      INSERT INTO customers (business_id, id, name, opening_balance, is_active, sync_status, created_at, updated_at)
      VALUES (gen_random_uuid(), gen_random_uuid(), 'Rosa', :opening, true, 'synced', now(), now()) RETURNING *
    )
    INSERT INTO customer_balances (business_id, id, balance) SELECT business_id, id, opening_balance + 5 FROM born
"""


def test_the_balances_of_a_till_are_told_what_central_says_of_the_card_and_not_what_is_edited_here(
    tmp_path: Path,
) -> None:
    replica = sqlite_file(tmp_path / "replica.sqlite")
    with replica.begin() as connection:
        migrations.upgrade(connection, "till")
        connection.exec_driver_sql("ALTER TABLE customer_balances DROP COLUMN opening_balance")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'till_0006'")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        for customer, balance in (("edited", 1800), ("answered", 900), ("as central has it", 700), ("cardless", 500)):
            connection.exec_driver_sql(
                "INSERT INTO customer_balances (business_id, id, balance) VALUES ('business', ?, ?)",
                (customer, balance),
            )
        for customer, opening in (("edited", 2000), ("answered", 1000), ("as central has it", 600)):
            connection.exec_driver_sql(_A_CARD_OF_BEFORE, (customer, opening))
        connection.exec_driver_sql(
            """INSERT INTO sync_bases VALUES ('customers', 'edited', '{"opening_balance": 1300}')"""
        )
        connection.exec_driver_sql("INSERT INTO sync_state (id, pulled_head) VALUES (1, 7)")
        for seq, revision, data in (
            (1, 7, '{"opening_balance": {"was": 100, "now": 200}}'),
            (2, 8, '{"name": {"was": "Rosita", "now": "Rosa"}}'),
            (3, 8, '{"opening_balance": {"was": 200, "now": 300}}'),
            (4, 9, '{"opening_balance": {"was": 300, "now": 1000}}'),
        ):
            connection.exec_driver_sql(_AN_ANSWERED_EDIT, (seq, str(seq), data, revision))
        migrations.upgrade(connection, "till")
        told = connection.exec_driver_sql("SELECT id, opening_balance FROM customer_balances")
        assert {row.id: row.opening_balance for row in told} == {
            "edited": 1300,
            "answered": 200,
            "as central has it": 600,
            "cardless": None,
        }
    replica.dispose()


_A_CARD_OF_BEFORE = """
    INSERT INTO customers (business_id, id, name, opening_balance, is_active, sync_status, created_at, updated_at)
    VALUES ('business', ?, 'Rosa', ?, 1, 'synced', 0, 0)
"""
_AN_ANSWERED_EDIT = """
    INSERT INTO sync_queue (seq, id, operation_type, collection, entity_id, data, depends_on, actor_id, schema,
      created_at, sha256, status, attempts, acked_at, acked_revision)
    VALUES (?, ?, 'update', 'customers', 'answered', ?, '[]', 'actor', 1, 0, '', 'acked', 0, 0, ?)
"""


def test_every_tenant_table_is_keyed_and_constrained_by_its_business() -> None:
    tenants = [table for table in tables_of("server") if "business_id" in table.columns]
    assert len(tenants) > len(shared.SYNCED_TABLES)
    for table in tenants:
        assert next(iter(table.primary_key.columns)).name == "business_id", table.name
        for constraint in table.foreign_key_constraints:
            own = constraint.referred_table.name in ("businesses", "user")
            assert own or constraint.column_keys[0] == "business_id", constraint.name
        for index in (index for index in table.indexes if index.unique):
            assert next(iter(index.columns)).name == "business_id", index.name


def test_every_foreign_key_and_every_revision_has_its_index() -> None:
    for table in metadata.tables.values():
        indexed = [tuple(column.name for column in index.columns) for index in table.indexes]
        indexed += [tuple(c.columns.keys()) for c in table.constraints if hasattr(c, "columns") and c.columns.keys()]
        starts = {columns[:length] for columns in indexed for length in range(1, len(columns) + 1)}
        for constraint in table.foreign_key_constraints:
            assert tuple(constraint.column_keys) in starts, (table.name, constraint.column_keys)
    for table in shared.SYNCED_TABLES:
        key = "id" if table.name == "businesses" else "business_id"
        assert (key, "revision") in {tuple(column.name for column in index.columns) for index in table.indexes}


def tables_of(side: str) -> list[Table]:
    return [table for table in metadata.sorted_tables if side in table.info["in"]]


def sqlite_file(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}")


def replica_shape(engine: Engine) -> dict[str, list[str]]:
    """Every table and index as SQLite keeps it, the order of a table's columns and constraints set aside."""
    with engine.begin() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' AND sql IS NOT NULL")
        ).all()
    engine.dispose()
    lines = {name: sql.replace(", ", ",\n").splitlines() for name, sql in rows}  # what was added stands behind another
    return {name: sorted(filter(None, (line.strip(" \t,") for line in each))) for name, each in lines.items()}


def central_shape(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        return sorted(line for line in connection.execute(text(POSTGRES_SHAPE)).scalars() if "alembic" not in line)


def make_enums(connection: Connection) -> None:
    types = {
        column.type.name: column.type.values
        for table in tables_of("server")
        for column in table.columns
        if isinstance(column.type, Choice)
    }
    types["user_role"] = tuple(enums.UserRole)
    for name, values in types.items():
        connection.execute(text(f"CREATE TYPE {name} AS ENUM ({', '.join(repr(str(value)) for value in values)})"))
