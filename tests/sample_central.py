"""A real central with the sample business in it, for tests that need a whole way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from avileo_pos.server.app import build_app
from avileo_pos.server.business.seed import seed_sample
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.postgres.database import Database
from tests.postgres import TestPostgres, make_tables, served
from tests.serving import serving

SETTINGS = ServerSettings(secret="a secret of the tests, long enough", public_url="http://127.0.0.1")


@dataclass(frozen=True, slots=True)
class SampleCentral:
    """`address` as a till calls it while it is served."""

    database: Database
    address: str


@contextmanager
def sample_central(postgres: TestPostgres) -> Iterator[SampleCentral]:
    """Served until the end of the block."""
    with sample_database(postgres) as database, serving(build_app(database, SETTINGS)) as address:
        yield SampleCentral(database, address)


@contextmanager
def sample_database(postgres: TestPostgres) -> Iterator[Database]:
    with postgres.database(migrate_and_seed) as url, served(url) as database:
        yield database


def migrate_and_seed(url: str) -> None:
    make_tables(url)
    with Database.connect(url) as database:
        seed_sample(database)
