"""Adopting an existing Avileo database: what is there is looked at, planned, and on a yes carried out as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from avileo_pos.migrations import is_at_head, steps_taken
from avileo_pos.server.adopt.carry_out import ARCHIVE, CannotAdopt, carry_out
from avileo_pos.server.adopt.old_tables import SCHEMA, SPECIFIED, OldDatabase, look_at
from avileo_pos.server.adopt.plan import Plan, plan_of
from avileo_pos.server.adopt.staging import Answers, stage
from avileo_pos.server.central import utc_now

_HEART: Final = ("businesses", "business_users", "sales")
_LOCK_NOT_AVAILABLE: Final = "55P03"


@dataclass(frozen=True, slots=True)
class NothingToAdopt:
    """The database is ours already; `sentence` says so, and what is left to do."""

    sentence: str


def plan_adoption(connection: Connection, answers: Answers) -> Plan | NothingToAdopt:
    """What adopting would do; the caller rolls back. Raises CannotAdopt."""
    if steps_taken(connection):
        return _ours_already(connection)
    old = look_at(connection)
    _require_an_avileo(connection, old)
    stage(connection, old, answers)
    return plan_of(connection, old)


def adopt(connection: Connection, answers: Answers, *, patience: int = 10) -> Plan | NothingToAdopt:
    """Carry the adoption out unless the plan has questions or refusals; the caller commits.

    Whoever writes in the tables now has `patience` seconds to finish. Raises CannotAdopt.
    """
    if steps_taken(connection):
        return _ours_already(connection)
    old = look_at(connection)
    _require_an_avileo(connection, old)
    _lock(connection, old, patience)
    stage(connection, old, answers)
    plan = plan_of(connection, old)
    if plan.can_be_carried_out:
        carry_out(connection, old, utc_now())
    return plan


def awaits_adoption(connection: Connection) -> bool:
    """Whether another backend has made the tables, on which our steps would stumble."""
    return not steps_taken(connection) and set(_HEART) <= set(inspect(connection).get_table_names(SCHEMA))


def _ours_already(connection: Connection) -> NothingToAdopt:
    if is_at_head(connection, "server"):
        return NothingToAdopt("The database is Avileo POS's already: there is nothing to adopt.")
    return NothingToAdopt("The database is Avileo POS's already, in another version: run `avileo-server migrate`.")


def _require_an_avileo(connection: Connection, old: OldDatabase) -> None:
    if not old.tables:
        raise CannotAdopt("The database is empty: there is nothing to adopt. Run `avileo-server migrate`.")
    missing = [name for name in _HEART if name not in old.tables]
    if missing:
        known = [name for name in SPECIFIED if name in old.tables]
        what = f"it has {', '.join(known)}, but lacks" if known else f"it has {_some(sorted(old.tables))}, and lacks"
        raise CannotAdopt(f"This is no Avileo database: {what} {', '.join(missing)}.")
    if old.refusals:
        raise CannotAdopt("\n".join(("The database cannot be adopted as it is:", *old.refusals)))
    if connection.exec_driver_sql("SELECT to_regnamespace(%s) IS NOT NULL", (ARCHIVE,)).scalar_one():
        raise CannotAdopt(
            f"There is a schema {ARCHIVE} already, in which the old tables would be kept. Rename or drop it first."
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")


def _lock(connection: Connection, old: OldDatabase, patience: int) -> None:
    """Nobody may write while the tables change places."""
    names = ", ".join(f'{SCHEMA}."{name}"' for name in (*(table.name for table in old.adopted), *old.auth))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}s'")
    try:
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    except DBAPIError as trouble:
        if isinstance(trouble.orig, psycopg.Error) and trouble.orig.sqlstate == _LOCK_NOT_AVAILABLE:
            raise CannotAdopt(
                "Another program is using the tables. Stop the other backend, then try again."
            ) from trouble
        raise
