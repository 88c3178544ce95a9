"""What an operator sees of a running central: its log, its figures, its worker processes, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from avileo_pos.server.business import sample
from avileo_pos.server.cli import app
from avileo_pos.server.postgres.database import Database
from avileo_pos.tables.base import instant_text
from tests.postgres import TestPostgres
from tests.sample_central import migrate_and_seed
from tests.server.served import Served, served, wait_until
from tests.server.sync_central import TestCentral, Till, new_id

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals to single processes are Unix's")


@pytest.fixture(scope="module")
def url(postgres: TestPostgres) -> Iterator[str]:
    with postgres.database(migrate_and_seed) as url:
        yield url


@pytest.fixture(scope="module")
def central(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Served by two processes."""
    with served(url, tmp_path_factory.mktemp("central"), "--workers", "2", "--log-level", "debug") as running:
        yield running


@pytest.fixture(scope="module")
def rosa(url: str, central: Served) -> Iterator[tuple[httpx.Client, Till]]:
    """Rosa with an enrolled till."""
    with Database.connect(url) as database, central.sign_in(sample.ROSA) as client:
        [place] = client.get("/api/me").json()["businesses"]
        sample_central = TestCentral(database, database, str(sample.SAMPLE))
        till = Till(sample_central, new_id(), place["member_id"], "", clock=datetime.now(UTC))
        body = {"business_id": place["business_id"], "device_id": till.device_id, "name": "Caja de Rosa"}
        assert client.post("/api/devices", json=body).is_success
        yield client, till


def test_a_request_is_one_line_with_its_id_and_nothing_about_people(
    central: Served, rosa: tuple[httpx.Client, Till]
) -> None:
    client, till = rosa
    named = {"business_id": str(sample.SAMPLE), "device_id": till.device_id}
    answer = client.get("/api/sync/pull", params=named, headers={"X-Request-Id": "till-7.example_1"})
    assert answer.headers["x-request-id"] == "till-7.example_1"
    line = central.line_of("till-7.example_1")
    assert (line["method"], line["status"], line["bytes"]) == ("GET", 200, int(answer.headers["content-length"]))
    assert (line["business_id"], line["device_id"]) == (str(sample.SAMPLE), till.device_id)
    assert line["milliseconds"] > 0
    second = client.get("/api/sync/pull", params=named | {"cursor": "a-cursor"})
    assert central.line_of(second.headers["x-request-id"])["status"] == 410
    log = central.log_file.read_text(encoding="utf-8")
    token = client.headers["Authorization"].partition(" ")[2]
    for personal in (sample.ROSA.email, sample.ROSA.name, sample.PASSWORD, token, "a-cursor", "business_id="):
        assert personal not in log


@pytest.mark.parametrize(
    "path", ["/api/businesses/ana@example.com", "/admin/ana@example.com/equipos", "/api/sync/pull"]
)
def test_what_stands_where_an_id_is_expected_is_not_written_down(
    central: Served, rosa: tuple[httpx.Client, Till], path: str
) -> None:
    named = {"business_id": "ana@example.com", "device_id": "ana@example.com"}
    answer = rosa[0].get(f"{central.address}{path}", params=named)
    line = central.line_of(answer.headers["x-request-id"])
    assert line["status"] in {303, 400, 404}
    assert not line.keys() & {"business_id", "device_id"}
    assert "ana@example.com" not in central.log_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("told", ["", "with a blank", "x" * 65, "línea"])
def test_a_request_id_that_could_harm_the_log_is_replaced(central: Served, told: str) -> None:
    answer = httpx.get(f"{central.address}/healthz", headers={"X-Request-Id": told.encode()})
    assert len(answer.headers["x-request-id"]) == 32


def test_a_path_that_nobody_serves_is_not_written_down(central: Served) -> None:
    answer = httpx.get(f"{central.address}/who/is/ana@example.com")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert central.line_of(answer.headers["x-request-id"])["route"] == "unknown"
    assert "ana@example.com" not in central.log_file.read_text(encoding="utf-8")


def test_the_figures_of_all_processes_are_summed(central: Served, rosa: tuple[httpx.Client, Till]) -> None:
    client, till = rosa
    before = central.figure("avileo_requests_total", route="/api/sync/push", status="200")
    applied = central.figure("avileo_operations_total", status="applied")
    for _ in range(8):
        # A connection of its own each time, so that both processes get some.
        body = till.body([till.customer()])
        pushed = httpx.post(
            f"{central.address}/api/sync/push", content=body, headers={"Authorization": client.headers["Authorization"]}
        )
        assert pushed.is_success
    assert central.figure("avileo_requests_total", route="/api/sync/push", status="200") == before + 8
    assert central.figure("avileo_request_seconds_count", route="/api/sync/push") == before + 8
    assert central.figure("avileo_operations_total", status="applied") == applied + 8
    assert central.figure("avileo_database_connections_allowed") == 2 * 15
    assert 0 <= central.figure("avileo_database_connections_in_use") <= 1


def test_a_queue_that_has_grown_old_and_what_was_put_aside_is_told(
    central: Served, rosa: tuple[httpx.Client, Till]
) -> None:
    client, till = rosa
    quarantined = central.figure("avileo_operations_quarantined_total", code="unknown_collection")
    age = timedelta(hours=3)
    old = till.customer() | {"created_at": instant_text(till.clock - age)}
    odd = till.operation("create", "gallineros", new_id(), {}) | {"created_at": "2026-99-99T00:00:00.000000Z"}
    assert client.post("/api/sync/push", content=till.body([odd, old])).is_success
    told = central.figure("avileo_device_oldest_operation_seconds", device_id=till.device_id)
    assert told == age.total_seconds()
    assert central.figure("avileo_operations_quarantined_total", code="unknown_collection") == quarantined + 1
    assert client.post("/api/sync/push", content=till.body([])).is_success
    assert central.figure("avileo_device_oldest_operation_seconds", device_id=till.device_id) == 0


def test_a_worker_that_dies_is_replaced_and_what_it_counted_stays(central: Served) -> None:
    [killed, _] = central.workers()
    before = central.figure("avileo_requests_total", route="/healthz")
    killed.kill()
    wait_until(lambda: len([each for each in central.workers() if each.pid != killed.pid]) == 2, "it is replaced")
    wait_until(lambda: central.figure("avileo_database_connections_allowed") == 2 * 15, "the dead one is forgotten")
    assert central.figure("avileo_requests_total", route="/healthz") >= before
    assert httpx.get(f"{central.address}/readyz").is_success


def test_the_figures_are_for_the_operator_only(central: Served, url: str, tmp_path: Path) -> None:
    through_a_proxy = httpx.get(f"{central.address}/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert (through_a_proxy.status_code, through_a_proxy.json()["code"]) == (403, "NOT_FOR_YOU")
    with served(url, tmp_path, AVILEO_METRICS_TOKEN="s3cret") as running:
        asked = [
            httpx.get(f"{running.address}/metrics", headers=headers).status_code
            for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Bearer s3cret"})
        ]
        assert asked == [401, 401, 200]
        assert running.end() == 0


def test_a_database_of_another_shape_is_not_ready_and_the_log_alone_tells_why(
    postgres: TestPostgres, tmp_path: Path
) -> None:
    with postgres.database(migrate_and_seed) as url, served(url, tmp_path) as running:
        with Database.connect(url) as database, database.transaction() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'server_0000'")
            connection.exec_driver_sql("ALTER TABLE session RENAME TO sessions_of_tomorrow")
        ready = httpx.get(f"{running.address}/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "WRONG_SCHEMA")
        assert httpx.get(f"{running.address}/healthz").is_success
        broken = httpx.get(f"{running.address}/api/me", headers={"Authorization": f"Bearer {'t0ken' * 6}aa"})
        assert (broken.status_code, broken.json()["code"]) == (503, "DATABASE_UNAVAILABLE")
        assert "session" not in broken.text
        [told] = [line for line in running.log() if line["event"] == "database_unavailable"]
        assert told["request_id"] == broken.headers["x-request-id"]
        assert "Traceback" in told["exception"]
        assert "t0ken" not in running.log_file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--workers", "0", "greater than or equal to 1"),
        ("--trusted-proxies", "10.0.0.0/8,proxy", "«proxy» is neither an address nor a network"),
        ("--public-url", "central.example", "is not an address such as"),
        ("--log-form", "xml", "xml"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(option: str, value: str, said: str) -> None:
    refused = CliRunner().invoke(app, ["serve", option, value])
    assert refused.exit_code == 2
    assert said in refused.stderr
