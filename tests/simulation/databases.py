"""The databases of a shop: quick connections to them, and those in which branches begin, one schedule after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import psycopg
from psycopg import sql
from sqlalchemy import event

from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.isolation import service_url
from tests.postgres import TestPostgres, make_tables
from tests.simulation.cores import bring_beside_us
from tests.simulation.moments import name_program

# In tables of a few rows all plans are the same.
KEPT_PLANS: Final = "-c plan_cache_mode=force_generic_plan"
_FILLED: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def owner_at(url: str) -> psycopg.Connection[Any]:
    """In the replication role: what is put back comes in any order."""
    owner = psycopg.connect(url, autocommit=True, options=f"{KEPT_PLANS} -c session_replication_role=replica")
    bring_beside_us(owner.info.backend_pid)
    return owner


def quick_database(url: str) -> Database:
    """What costs time and decides nothing: plans are kept, and no line is asked whether it still holds."""
    database = Database.connect(f"{url}?options={KEPT_PLANS}", prepares=True)

    @event.listens_for(database.engine, "connect")
    def keep_all(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.prepare_threshold, connection.prepared_max = 1, 10_000
        bring_beside_us(connection.info.backend_pid)

    def holds(dbapi_connection: Any) -> bool:
        return not dbapi_connection.closed

    database.engine.dialect.do_ping = holds  # type: ignore[method-assign]
    return database


@dataclass(frozen=True, slots=True)
class BranchDatabase:
    """Where a branch begins and is served; `program` is what it is called among the programs that are interrupted."""

    program: str
    as_owner: Database
    as_service: Database
    owner: psycopg.Connection[Any]

    def empty(self) -> None:
        """As `avileo-server` makes it."""
        names = [name for (name,) in self.owner.execute(_FILLED)]
        self.owner.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in names))


class BranchDatabases:
    """The first branch of every schedule gets the first of them, and so on; each is made when it is first needed."""

    def __init__(self, postgres: TestPostgres) -> None:
        self._postgres = postgres
        self._made: list[BranchDatabase] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_trouble: object) -> None:
        self._open.close()

    def empty(self, which: int) -> BranchDatabase:
        while len(self._made) <= which:
            self._made.append(self._open.enter_context(_branch_database(self._postgres, f"branch {len(self._made)}")))
        self._made[which].empty()
        return self._made[which]


@contextmanager
def _branch_database(postgres: TestPostgres, program: str) -> Iterator[BranchDatabase]:
    with (
        postgres.database(make_tables) as url,
        quick_database(url) as as_owner,
        quick_database(service_url(url)) as as_service,
        owner_at(url) as owner,
    ):
        for database in (as_owner, as_service):
            name_program(database.engine, program)
        yield BranchDatabase(program, as_owner, as_service, owner)
