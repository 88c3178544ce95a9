"""Whatever goes wrong with a page is told on a page, in Spanish; programs are answered in their form as ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from httpx import Client, Response
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from avileo_pos.server.app import build_app
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.http.body_limit import LARGEST_BODY
from avileo_pos.server.postgres.database import Database
from tests.postgres import TestPostgres, make_tables, served
from tests.server.admin.reading import Page
from tests.server.town import ADDRESS, SECRET
from tests.serving import serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def database(postgres: TestPostgres) -> Iterator[Database]:
    with postgres.database(make_tables) as url, served(url) as connected:
        yield connected


def central(database: Database, **limits: int) -> FastAPI:
    """With pages of which one breaks and one finds no connection."""
    app = build_app(database, ServerSettings(SECRET, ADDRESS, **limits))

    @app.post("/admin/broken")
    def broken() -> None:
        raise RuntimeError("a hen in the works")

    @app.post("/admin/busy")
    def busy() -> None:
        raise NoFreeConnection

    return app


@pytest.fixture(scope="module")
def client(database: Database) -> Iterator[Client]:
    with serving(central(database)) as address, Client(base_url=address) as client:
        yield client


def told(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    return answer.status_code, Page(answer.text).text.removeprefix("Avileo ").removesuffix(" Ir al inicio")


@pytest.mark.parametrize("path", ["/admin/a/b/c/d", "/admin/static/hen.svg", "/nueva-contrasena"])
def test_a_page_that_is_not_there(client: Client, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert told(answer) == (404, "No se encontró Esta página no existe, o ya no está.")


@pytest.mark.parametrize("path", ["/admin", "/admin/entrar", "/nueva-contrasena/x", "/"])
def test_an_address_that_is_not_used_so(client: Client, path: str) -> None:
    answer = client.delete(path)
    assert told(answer) == (405, "Así no se puede Esta dirección no se usa así. Empiece por el inicio.")
    assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]


def test_a_form_of_another_site(client: Client) -> None:
    strange = {"Origin": "https://elsewhere.example", "Cookie": "a=b"}
    answer = client.post("/admin/entrar", data={"email": "a", "password": "b"}, headers=strange)
    said = "No se hizo El pedido no vino de esta página. Vuelva a abrirla e inténtelo otra vez."
    assert told(answer) == (403, said)


def test_more_than_anybody_types(client: Client) -> None:
    answer = client.post("/admin/entrar", content=b"x" * (LARGEST_BODY + 1), headers=FORM)
    assert told(answer) == (413, "Es demasiado Lo que se envió es demasiado grande, y no se guardó nada.")
    answer = client.post("/admin/entrar", content=b"x" * 20_000, headers=FORM)
    assert told(answer) == (400, "No se entendió Lo que se envió no se entiende. Vuelva a intentarlo.")


def test_who_asks_too_often_is_told_how_long_to_wait(database: Database) -> None:
    with serving(central(database, requests_per_address=2)) as address, Client(base_url=address) as client:
        for _ in range(2):
            assert client.get("/admin/entrar").status_code == 200
        answer = client.get("/admin/entrar")
        seconds = int(answer.headers["retry-after"])
        assert 25 <= seconds <= 30
        status, said = told(answer)
        assert (status, f"Espere {seconds} segundos y vuelva a intentarlo." in said) == (429, True)
        assert client.get("/api/me").json()["code"] == "TOO_MANY_REQUESTS"


def test_a_failure_of_ours_is_told_with_the_number_by_which_the_log_knows_it(client: Client) -> None:
    answer = client.post("/admin/broken", headers={"X-Request-Id": "till-7.example_1"})
    status, said = told(answer)
    assert (status, answer.headers["x-request-id"]) == (500, "till-7.example_1")
    assert said.startswith("Algo falló No fue culpa suya")
    assert said.endswith("dígale este número: till-7.example_1")
    assert "hen" not in said


def test_a_central_without_a_free_connection(client: Client) -> None:
    said = "Un momento El servidor está ocupado. Espere 1 segundo y vuelva a intentarlo."
    assert told(client.post("/admin/busy")) == (503, said)


def test_a_program_is_answered_in_its_own_form(client: Client) -> None:
    for path in ("/api/nothing", "/adminx", "/nueva-contrasenax", "/api/admin"):
        assert client.get(path).json()["code"] == "NOT_FOUND"
