"""What the tests of the owner's pages may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.admin.stall import Browser, People, Stall, browser_of, open_stall, people_of
from tests.server.town import Town


@pytest.fixture(scope="module")
def lasting_town(founded_town: Town) -> Iterator[Town]:
    """Its people stay until the last test of the module."""
    yield founded_town
    founded_town.close_clients()


@pytest.fixture(scope="module")
def people(lasting_town: Town) -> People:
    return people_of(lasting_town)


@pytest.fixture
def town(lasting_town: Town) -> Town:
    return lasting_town.fresh()


@pytest.fixture
def stall(town: Town, people: People) -> Stall:
    """A new business."""
    return open_stall(town, people, people.ana)


@pytest.fixture
def browser(town: Town) -> Browser:
    """Of nobody yet."""
    return browser_of(town)
