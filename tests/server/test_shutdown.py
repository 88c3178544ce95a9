"""Central is told to stop while tills push: whatever it has committed it has also answered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import httpx
import pytest

from avileo_pos.server.business import sample
from avileo_pos.server.postgres.database import Database
from tests.postgres import TestPostgres
from tests.sample_central import migrate_and_seed
from tests.server.served import Served, served, wait_until
from tests.server.sync_central import TestCentral, Till, Values, new_id

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals to single processes are Unix's")

TILLS = 6
PUSHES_BEFORE_THE_END = 10


@pytest.fixture
def owner(postgres: TestPostgres) -> Iterator[Database]:
    """The sample business's database, as its owner sees it."""
    with postgres.database(migrate_and_seed) as url, Database.connect(url) as database:
        yield database


@dataclass(slots=True)
class Pushing:
    """One of Rosa's tills, which pushes customers one by one until central is gone."""

    till: Till
    client: httpx.Client
    warm: Event = field(default_factory=Event)
    answered: list[str] = field(default_factory=list)
    unanswered: list[Values] = field(default_factory=list)

    def push(self, *operations: Values) -> list[str]:
        answer = self.client.post("/api/sync/push", content=self.till.body(operations))
        assert answer.status_code == 200, answer.text
        return [result["status"] for result in answer.json()["results"]]

    def until_central_is_gone(self) -> None:
        while not self.unanswered:
            operation = self.till.customer()
            try:
                assert self.push(operation) == ["applied"]
            except httpx.TransportError:
                self.unanswered.append(operation)
            else:
                self.answered.append(operation["id"])
            if self.unanswered or len(self.answered) >= PUSHES_BEFORE_THE_END:
                self.warm.set()


def test_a_push_that_waits_is_finished_and_answered_before_the_end(owner: Database, tmp_path: Path) -> None:
    with served(url_of(owner), tmp_path) as central, ExitStack() as open_clients:
        pushing = rosas_till(central, owner, open_clients)
        with ThreadPoolExecutor() as threads, owner.transaction() as somebody_else:
            somebody_else.exec_driver_sql("SELECT FROM sync_counters FOR UPDATE")
            waiting = threads.submit(pushing.push, pushing.till.customer())
            wait_until(lambda: bool(somebody_else.exec_driver_sql(WAITING).scalar_one()), "the push waits")
            central.process.terminate()
            wait_until(lambda: not takes_callers(central), "nobody is let in any more")
            assert not waiting.done()
            somebody_else.commit()
            assert waiting.result() == ["applied"]
        assert central.process.wait(60) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_nothing_is_committed_unanswered_when_central_stops_under_load(
    owner: Database, tmp_path: Path, workers: str
) -> None:
    with ExitStack() as open_clients:
        with served(url_of(owner), tmp_path, "--workers", workers) as central:
            tills = [rosas_till(central, owner, open_clients) for _ in range(TILLS)]
            with ThreadPoolExecutor(TILLS) as threads:
                running = [threads.submit(each.until_central_is_gone) for each in tills]
                assert all(each.warm.wait(60) for each in tills)
                assert central.end() == 0
            for each in running:
                each.result()
        answered = {operation_id for each in tills for operation_id in each.answered}
        unanswered = {operation["id"] for each in tills for operation in each.unanswered}
        assert len(unanswered) == TILLS
        assert stored(owner) & (answered | unanswered) == answered
        with served(url_of(owner), tmp_path) as again:
            for each in tills:
                each.client.base_url = httpx.URL(again.address)
                assert each.push(*each.unanswered) == ["applied"]
            assert stored(owner) >= answered | unanswered


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def url_of(owner: Database) -> str:
    return owner.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def rosas_till(central: Served, owner: Database, open_clients: ExitStack) -> Pushing:
    client = open_clients.enter_context(central.sign_in(sample.ROSA))
    client.timeout = httpx.Timeout(60)
    [place] = client.get("/api/me").json()["businesses"]
    till = Till(TestCentral(owner, owner, str(sample.SAMPLE)), new_id(), place["member_id"], "", datetime.now(UTC))
    body = {"business_id": str(sample.SAMPLE), "device_id": till.device_id, "name": "Caja de Rosa"}
    assert client.post("/api/devices", json=body).is_success
    return Pushing(till, client)


def takes_callers(central: Served) -> bool:
    try:
        return httpx.get(f"{central.address}/healthz").is_success
    except httpx.TransportError:
        return False


def stored(owner: Database) -> set[str]:
    with owner.engine.connect() as connection:
        return set(connection.exec_driver_sql("SELECT id::text FROM sync_operations").scalars())
