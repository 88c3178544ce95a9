"""The stall of tests/desktop/shop.py, open for the test that asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.shop import Shop, furnish


@pytest.fixture(scope="session")
def furnished_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shop") / "replica.sqlite"
    furnish(file)
    return file


@pytest.fixture
def shop(furnished_shop: Path, tmp_path: Path, no_thread_left_behind: None) -> Iterator[Shop]:
    """As it was this morning."""
    opened = Shop(Path(shutil.copy(furnished_shop, tmp_path / "replica.sqlite")))
    yield opened
    opened.close()
