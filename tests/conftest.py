"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import keyring
import pytest
import structlog
from keyring.backends import fail

from tests.postgres import TestPostgres, running_postgres


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> None:
    """As nobody reads it: to show every variable of a traceback takes seconds."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, plain])


@pytest.fixture(scope="session", autouse=True)
def no_keyring() -> Iterator[None]:
    """No test meets the keyring of this machine, nor one of another test: importing such a class already offers it."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPostgres]:
    """A PostgreSQL 16 server; all workers of one run share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with running_postgres(shared / "postgres") as server:
        yield server
