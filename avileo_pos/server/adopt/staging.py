"""Staging everything, in the connection's temporary tables: nothing that anybody else can see changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from avileo_pos.server.adopt import stage_catalog, stage_facts, stage_people
from avileo_pos.server.adopt.old_tables import OldDatabase, make_views

STAGED: Final = (
    "system_config",
    "businesses",
    "business_users",
    "user_profiles",
    "devices",
    "products",
    "customers",
    "distribuciones",
    "distribucion_movements",
    "sales",
    "sale_items",
    "sale_payments",
    "inventory_movements",
    "abonos",
    "abono_payments",
    "inventory",
    "customer_balances",
)
"""The tables that are filled, parents before children, and what is derived behind the facts that it is derived from."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What only the operator knows: the business that owns a product, and whether shared products become several."""

    owners: Mapping[UUID, UUID] = field(default_factory=dict)
    copy_shared: bool = False


def stage(connection: Connection, old: OldDatabase, answers: Answers) -> None:
    """Make the temporary tables `new_x` of every table in `STAGED`, and those that say what could not be staged."""
    connection.exec_driver_sql("SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '256MB'")
    make_views(connection, old)
    for function in stage_people.FUNCTIONS:
        connection.exec_driver_sql(function)
    _note(connection, answers)
    for statement in (*stage_people.STAGES, *stage_catalog.STAGES, *stage_facts.STAGES):
        connection.exec_driver_sql(statement)
    _refuse_slips(connection)


def _note(connection: Connection, answers: Answers) -> None:
    connection.exec_driver_sql(
        "CREATE TEMP TABLE choices ON COMMIT DROP AS SELECT %s AS copy_shared", (answers.copy_shared,)
    )
    connection.exec_driver_sql(
        "CREATE TEMP TABLE answers ON COMMIT DROP AS"
        " SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS given(product_id, business_id)",
        (list(answers.owners), list(answers.owners.values())),
    )


def _refuse_slips(connection: Connection) -> None:
    """An answer that names nothing is a slip of the operator's, which must not pass."""
    for column, table in (("product_id", "products"), ("business_id", "businesses")):
        connection.exec_driver_sql(
            f"INSERT INTO refused SELECT DISTINCT '--owner names what is not there: {table}', a.{column}::text"
            f" FROM answers a WHERE NOT EXISTS (SELECT 1 FROM old_{table} o WHERE o.id = a.{column})"
        )
