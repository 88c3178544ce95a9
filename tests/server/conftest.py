"""What the tests of synchronisation at central may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import TestPostgres
from tests.server.sync_central import TestCentral, running_central, stored


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
