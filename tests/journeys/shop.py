"""The sample business with its central and its tills, each with a file, a line and a person of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from avileo_pos.server.app import build_app
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import SampleMember
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.postgres.database import Database
from tests.journeys.clock import Clock
from tests.journeys.till import Till
from tests.postgres import TestPostgres
from tests.serving import serving

Figures = tuple[dict[str, int], dict[str, int]]
SETTINGS = ServerSettings(secret="a secret of the journeys, long enough", public_url="http://127.0.0.1")


class Shop:
    """Central is open from the beginning; it can be stopped and opened again at the same address."""

    def __init__(self, database: Database, owner: Database, folder: Path) -> None:
        """`database` is as central serves it; by `owner` a test can do what central cannot."""
        self.database = database
        self.owner = owner
        self.clock = Clock()
        self.tills: list[Till] = []
        self.beginning = {sample.SAMPLE: self._figures()}
        self._folder = folder
        self._running = ExitStack()
        self.port = 0
        self.open_central()

    def _figures(self) -> Figures:
        """Céntimos that each customer owes, and grams in stock of each product."""
        debts = self.rows("SELECT id::text, (balance * 100)::bigint FROM customer_balances")
        stock = self.rows("SELECT id::text, (quantity * 1000)::bigint FROM inventory")
        return dict(debts), dict(stock)

    def close(self) -> None:
        for till in self.tills:
            till.close()
        self.close_central()

    def open_central(self) -> None:
        app = build_app(self.database, SETTINGS, self.clock)
        self.address = self._running.enter_context(serving(app, self.port))
        self.port = urlsplit(self.address).port or 0

    def close_central(self) -> None:
        self._running.close()

    @contextmanager
    def central_process(self) -> Iterator[subprocess.Popen[bytes]]:
        """`avileo-server` at central's address instead, as a process that can be killed."""
        url = self.database.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "avileo_pos.server", "serve", "--port", str(self.port)]
        with subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url}) as process:
            _wait_until_it_answers(process, f"{self.address}/readyz")
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def backup(self, postgres: TestPostgres) -> Iterator[str]:
        """The URL of a copy of the database as it is now."""
        self.database.close()
        self.owner.close()
        with postgres.copy(self.database.engine.url.render_as_string(hide_password=False)) as url:
            yield url

    def run_on(self, database: Database) -> None:
        """Central goes on with another database."""
        self.close_central()
        self.database = database
        self.open_central()

    def till(self, member: SampleMember) -> Till:
        """A new till on which this person has signed in, opened the drawer and taken what central has."""
        till = self.new_till()
        till.sign_in(member.email, sample.PASSWORD)
        till.sync_until_quiet()
        till.open_drawer()
        return till

    def new_till(self, address: str = "") -> Till:
        """A till on which nobody has signed in yet; it calls central unless another address is given."""
        till = Till(address or self.address, self._folder / f"till-{len(self.tills) + 1}.db", self.clock)
        self.tills.append(till)
        return till

    def sync_all(self) -> None:
        """Everybody sends, then everybody takes what the others have sent."""
        for _ in range(2):
            for till in self.tills:
                till.sync_until_quiet()

    def rows(self, question: str, business_id: UUID = sample.SAMPLE, **values: Any) -> list[tuple[Any, ...]]:
        """What stands at central."""
        with self.database.transaction(business_id) as connection:
            found = connection.exec_driver_sql(question, {"business": business_id} | values)
            return [tuple(row) for row in found]

    def owner_run(self, statement: str, business_id: UUID = sample.SAMPLE, **values: Any) -> None:
        """What central itself cannot do."""
        with self.owner.transaction() as connection:
            connection.exec_driver_sql(statement, {"business": business_id} | values)

    def value(self, question: str, business_id: UUID = sample.SAMPLE, **values: Any) -> Any:
        [(value,)] = self.rows(question, business_id, **values)
        return value


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    while process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("avileo-server did not start")
