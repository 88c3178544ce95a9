"""What the tests of synchronisation at central may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import TestPostgres
from tests.server.sync_central import TestCentral, running_central, stored
from tests.server.town import Town, open_town


@pytest.fixture
def central(postgres: TestPostgres) -> Iterator[TestCentral]:
    """A migrated database of its own with the usual business."""
    with running_central(postgres) as running:
        yield running


@pytest.fixture
def pollo(central: TestCentral) -> str:
    """A product, by the kilo."""
    return stored(central, central.ana.product())


@pytest.fixture
def rosa(central: TestCentral) -> str:
    """A customer named Rosa who owes nothing yet."""
    return stored(central, central.beto.customer("Rosa"))


@pytest.fixture(scope="module")
def founded_town(postgres: TestPostgres) -> Iterator[Town]:
    with open_town(postgres) as town:
        yield town


@pytest.fixture
def town(founded_town: Town) -> Iterator[Town]:
    """A served central with mail; each test brings its own people."""
    yield founded_town.fresh()
    founded_town.close_clients()
