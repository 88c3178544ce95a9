"""What the tests of the replica may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replica.till import Till, open_till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    """An open till with its catalog."""
    opened = open_till(tmp_path)
    yield opened
    opened.replica.close()
