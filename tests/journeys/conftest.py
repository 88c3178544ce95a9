"""What every journey may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avileo_pos.server.postgres.database import Database
from tests.journeys.shop import Shop
from tests.postgres import TestPostgres, served
from tests.sample_central import migrate_and_seed


@pytest.fixture
def shop(postgres: TestPostgres, tmp_path: Path) -> Iterator[Shop]:
    """The sample business on a database of its own."""
    with postgres.database(migrate_and_seed) as url, served(url) as database, Database.connect(url) as owner:
        opened = Shop(database, owner, tmp_path)
        try:
            yield opened
        finally:
            opened.close()
