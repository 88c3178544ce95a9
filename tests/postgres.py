"""A real PostgreSQL for the tests: one server for all workers, one database for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from fasteners import InterProcessLock

from avileo_pos import migrations
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from avileo_pos.server.postgres.isolation import SERVICE_ROLE, grant_service, make_service_role, service_url


class TestPostgres:
    """The server that all workers of a test run share, and the databases that this worker made on it."""

    __test__ = False

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._templates: dict[Callable[[str], None], str] = {}

    @contextmanager
    def database(self, prepare: Callable[[str], None] | None = None) -> Iterator[str]:
        """The URL of a database that is gone afterwards.

        `prepare(url)` fills a template once; every database that names it is a copy. It must leave no connection open.
        """
        url = self.lasting_database(prepare)
        try:
            yield url
        finally:
            self._server.drop_database(url.rpartition("/")[2])

    def lasting_database(self, prepare: Callable[[str], None] | None = None) -> str:
        """The URL of a database that stays as long as the server's folder."""
        return self._server.create_database(f"t_{uuid4().hex}", None if prepare is None else self._template(prepare))

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """The URL of a database that holds what that one holds now, as a backup does; nobody may be connected to it."""
        name = f"t_{uuid4().hex}"
        try:
            yield self._server.create_database(name, template=url.rpartition("/")[2])
        finally:
            self._server.drop_database(name)

    def owner_url(self, database: Database) -> str:
        """How its owner reaches the database to which somebody is connected."""
        return self._server.url(str(database.engine.url.database))

    def _template(self, prepare: Callable[[str], None]) -> str:
        if prepare not in self._templates:
            name = f"template_{uuid4().hex}"
            prepare(self._server.create_database(name))
            self._templates[prepare] = name
        return self._templates[prepare]


@contextmanager
def running_postgres(folder: Path) -> Iterator[TestPostgres]:
    """The server in `folder`, with the role as which central serves; the last worker that leaves stops it."""
    with EmbeddedPostgres(folder, durable=False) as server:
        with (
            InterProcessLock(folder / "role.lock"),
            Database.connect(server.url()) as database,
            database.engine.begin() as connection,
        ):
            make_service_role(connection, service_url(server.url()))
        yield TestPostgres(server)


def make_tables(url: str) -> None:
    """A migrated database that central can serve; `url` is the owner's."""
    with Database.connect(url) as database, database.engine.begin() as connection:
        migrations.upgrade(connection, "server")
        grant_service(connection, SERVICE_ROLE)


@contextmanager
def served(url: str) -> Iterator[Database]:
    """A migrated database as central is connected to it; `url` is the owner's."""
    with Database.connect(service_url(url)) as database:
        yield database
