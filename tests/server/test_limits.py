"""Central holds against whoever asks too often, too much, too slowly or for what is none of their business."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request

from avileo_pos.server.app import build_app
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.http import body_limit
from avileo_pos.server.http.http_protocol import LARGEST_HEAD, LARGEST_URL, BoundedHttp
from avileo_pos.server.http.request_limits import Pace
from avileo_pos.server.postgres.database import Database
from tests.postgres import TestPostgres, make_tables, served
from tests.serving import serving

SECRET = "a-secret-of-at-least-32-characters!!"


@pytest.fixture(scope="module")
def database(postgres: TestPostgres) -> Iterator[Database]:
    with postgres.database(make_tables) as url, served(url) as connected:
        yield connected


def central(database: Database, public_url: str = "http://central.example", **limits: int) -> FastAPI:
    """Central with a route that breaks, one that reads a body, and a page for people."""
    app = build_app(database, ServerSettings(SECRET, public_url, **limits))

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a hen in the works")

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await request.body())

    @app.get("/admin/anything")
    def page() -> str:
        return "Buenos días"

    return app


@pytest.fixture(scope="module")
def address(database: Database) -> Iterator[str]:
    with serving(central(database)) as at:
        yield at


# --- One form, and no word too many ----------------------------------------------------------------------------------


def test_what_breaks_inside_is_told_to_the_log_alone(address: str) -> None:
    answer = httpx.get(f"{address}/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "hen" not in answer.text
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/healthz", 405), ("BREW", "/healthz", 400)]
)
def test_errors_before_any_route_have_the_one_form(address: str, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{address}{path}")
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET /" + b"x" * LARGEST_URL + b" HTTP/1.1\r\nHost: central\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: central\r\nX-Long: " + b"x" * LARGEST_HEAD + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: many\r\n" * 4_000 + b"\r\n", 431),
    ],
)
def test_a_head_that_is_broken_or_too_large_is_refused(address: str, head: bytes, status: int) -> None:
    with connection_to(address) as line:
        line.sendall(head)
        answer = everything_from(line)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"code", "message"}


# --- Headers ---------------------------------------------------------------------------------------------------------


def test_every_answer_carries_the_headers_of_a_careful_server(database: Database, address: str) -> None:
    data, page = httpx.get(f"{address}/healthz").headers, httpx.get(f"{address}/admin/anything").headers
    for headers in (data, page, httpx.get(f"{address}/nowhere").headers):
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == ("same-origin" if headers is page else "no-referrer")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
        assert "server" not in headers
    assert data["cache-control"] == "no-store"
    assert "default-src 'self'" in page["content-security-policy"]
    with serving(central(database, "https://central.example")) as over_https:
        assert "max-age" in httpx.get(f"{over_https}/healthz").headers["strict-transport-security"]


# --- Too often -------------------------------------------------------------------------------------------------------


def test_a_session_that_asks_too_often_waits_and_others_do_not(database: Database) -> None:
    with serving(central(database, requests_per_session=5)) as address, httpx.Client(base_url=address) as client:
        asked = [client.get("/api/me", headers={"Authorization": "Bearer rosa"}) for _ in range(6)]
        assert [answer.status_code for answer in asked] == [401] * 5 + [429]
        assert asked[-1].json()["code"] == "TOO_MANY_REQUESTS"
        assert 0 < int(asked[-1].headers["retry-after"]) <= 12
        assert client.get("/api/me", headers={"Authorization": "Bearer beto"}).status_code == 401
        assert client.get("/healthz", headers={"Authorization": "Bearer rosa"}).status_code == 200


def test_an_address_that_asks_too_often_waits_whoever_it_says_it_is(database: Database) -> None:
    with serving(central(database, requests_per_address=5)) as address, httpx.Client(base_url=address) as client:
        asked = [client.get("/api/me", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(6)]
        assert asked == [401] * 5 + [429]
        assert {client.get("/healthz").status_code for _ in range(6)} == {200}


def test_a_pace_is_kept_over_time() -> None:
    now = 0.0
    pace = Pace(60, lambda: now)
    assert [pace.wait("rosa") for _ in range(60)] == [0] * 60
    assert pace.wait("rosa") == 1
    now = 1.0
    assert [pace.wait("rosa"), pace.wait("rosa"), pace.wait("beto")] == [0, 1, 0]
    now = 1_000.0
    assert sum(pace.wait("rosa") == 0 for _ in range(100)) == 60


# --- Too slowly ------------------------------------------------------------------------------------------------------


def test_a_body_that_trickles_is_cut(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "HEAD_START", 0.2)
    with serving(central(database)) as address, connection_to(address) as line:
        line.sendall(b"POST /body HTTP/1.1\r\nHost: central\r\nContent-Length: 1000\r\n\r\nxx")
        answer = everything_from(line)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"BODY_TOO_SLOW" in answer
        assert httpx.post(f"{address}/body", content=b"x" * 1_000).json() == 1_000


def test_a_head_that_never_ends_is_cut(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttp, "longest_head", 0.2)
    for beginning in (b"", b"GET /healthz HTTP/1.1\r\nHost: cen", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /"):
        with connection_to(address) as line:
            line.sendall(beginning)
            heard = everything_from(line)
        assert heard.count(b"HTTP/1.1 ") == beginning.count(b"\r\n\r\n")


@contextmanager
def connection_to(address: str) -> Iterator[socket.socket]:
    parts = urlsplit(address)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=30) as line:
        yield line


def everything_from(line: socket.socket) -> bytes:
    """What comes until the other side closes."""
    heard = b""
    try:
        while piece := line.recv(65536):
            heard += piece
    except ConnectionResetError:
        pass  # what was sent too much is still under way
    return heard
