"""Signing in at central: the real app on the real PostgreSQL, spoken to as Better Auth's clients do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Client, Response, get
from sqlalchemy import delete, select, update

from avileo_pos.server.app import build_app
from avileo_pos.server.auth.current_person import ThePerson
from avileo_pos.server.auth.passwords import verify_password
from avileo_pos.server.auth.throttle import (
    FORGOTTEN_AFTER,
    LONGEST_DELAY,
    TooManyAttempts,
    account_subject,
    address_subject,
    attempt_succeeded,
    begin_attempt,
)
from avileo_pos.server.auth.tokens import signed
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.isolation import service_url
from avileo_pos.tables.server.better_auth import account, session, user
from avileo_pos.tables.server.person import user_profiles
from avileo_pos.tables.server.sign_in_failures import sign_in_failures
from tests.postgres import TestPostgres, make_tables, served
from tests.serving import serving

SECRET = "a-secret-of-at-least-32-characters!!"
ADDRESS = "http://central.example"
START = datetime(2026, 11, 22, 15, 42, 7, 123_000, tzinfo=UTC)
PASSWORD = "gallina negra"
ANA = {"name": "Ana", "email": "Ana@Example.com", "password": PASSWORD}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, *, days: float = 0, seconds: float = 0) -> None:
        self.moment += timedelta(days=days, seconds=seconds)


@pytest.fixture(scope="module")
def shared_database(postgres: TestPostgres) -> Iterator[Database]:
    with postgres.database(make_tables) as url, served(url) as connected:
        yield connected


@pytest.fixture
def database(shared_database: Database) -> Database:
    """The database, with nobody in it."""
    with shared_database.transaction() as connection:
        connection.execute(delete(user_profiles))
        connection.execute(delete(user))
        connection.execute(delete(sign_in_failures))
    return shared_database


@pytest.fixture(scope="module")
def shared_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(shared_clock: Clock) -> Clock:
    shared_clock.moment = START
    return shared_clock


def _app(database: Database, clock: Clock, public_url: str = ADDRESS) -> FastAPI:
    """Central with one more route, that tells who asks, and one that breaks."""
    app = build_app(database, ServerSettings(SECRET, public_url), clock)

    @app.get("/me")
    def me(person: ThePerson) -> dict[str, str]:
        return {"user_id": person.user_id, "email": person.email, "name": person.name, "session": person.session_id}

    @app.get("/broken")
    def broken() -> None:
        raise LookupError("a secret of the house")

    return app


@pytest.fixture(scope="module")
def shared_address(shared_database: Database, shared_clock: Clock) -> Iterator[str]:
    with serving(_app(shared_database, shared_clock)) as where:
        yield where


@pytest.fixture
def address(shared_address: str, database: Database, clock: Clock) -> str:
    """Where a central without any people answers."""
    return shared_address


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(base_url=address) as browser:
        yield browser


@pytest.fixture
def till(address: str) -> Iterator[Client]:
    """Another client, with cookies of its own."""
    with Client(base_url=address) as program:
        yield program


def _sign_in(client: Client, password: str = PASSWORD, **more: object) -> Response:
    return client.post("/api/auth/sign-in/email", json={"email": "ana@example.com", "password": password, **more})


def _another_till(address: str) -> tuple[dict[str, str], str]:
    """The bearer header and the token of one more sign-in of Ana."""
    with Client(base_url=address) as program:
        token = _sign_in(program).json()["token"]
    return {"Authorization": f"Bearer {token}"}, token


def _refusal(answer: Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"code", "message"}
    return answer.status_code, body["code"]


def test_a_new_person_is_signed_in_at_once(client: Client, database: Database) -> None:
    answer = client.post("/api/auth/sign-up/email", json=ANA)
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "user"}
    person = answer.json()["user"]
    assert person == {
        "id": person["id"],
        "name": "Ana",
        "email": "ana@example.com",
        "emailVerified": False,
        "image": None,
        "createdAt": "2026-11-22T15:42:07.123Z",
        "updatedAt": "2026-11-22T15:42:07.123Z",
    }
    assert re.fullmatch("[a-zA-Z0-9]{32}", person["id"])
    with database.transaction() as connection:
        stored = connection.execute(select(account)).one()
        assert (stored.account_id, stored.provider_id, stored.user_id) == (person["id"], "credential", person["id"])
        assert verify_password(PASSWORD, stored.password)
        raw = connection.exec_driver_sql('SELECT created_at FROM "user"').scalar_one()
        assert raw == datetime(2026, 11, 22, 15, 42, 7, 123_000)  # noqa: DTZ001 - as it stands in the column


def test_the_token_travels_signed_in_a_cookie_and_a_header(client: Client) -> None:
    answer = client.post("/api/auth/sign-up/email", json=ANA)
    token = answer.json()["token"]
    assert answer.headers["set-auth-token"] == signed(token, SECRET)
    assert unquote(client.cookies["better-auth.session_token"]) == signed(token, SECRET)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Max-Age=604800" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_named_so(database: Database, clock: Clock) -> None:
    with serving(_app(database, clock, "https://central.example")) as address, Client(base_url=address) as browser:
        cookie = browser.post("/api/auth/sign-up/email", json=ANA).headers["set-cookie"]
        assert cookie.startswith("__Secure-better-auth.session_token=")
        assert "Secure" in cookie.split("; ")
        as_the_browser_sends_it = {"Cookie": cookie.split(";")[0]}
        assert browser.get("/api/auth/get-session", headers=as_the_browser_sends_it).json()["user"]["name"] == "Ana"


def test_an_email_is_taken_in_any_case_of_its_letters(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    answer = client.post("/api/auth/sign-up/email", json=ANA | {"email": "ANA@EXAMPLE.COM"})
    assert _refusal(answer) == (422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"password": "1234567"}, "PASSWORD_TOO_SHORT"),
        ({"password": "x" * 129}, "PASSWORD_TOO_LONG"),
        ({"email": "ana"}, "INVALID_EMAIL"),
        ({"email": "ana@example.com\n"}, "INVALID_EMAIL"),
        ({"email": None}, "VALIDATION_ERROR"),
        ({"name": 7}, "VALIDATION_ERROR"),
        ({"name": "A\0na"}, "VALIDATION_ERROR"),
        ({"name": "A" * 1001}, "VALIDATION_ERROR"),
        ({"rememberMe": "yes"}, "VALIDATION_ERROR"),
    ],
)
def test_a_wrong_sign_up_is_refused_with_its_reason(client: Client, wrong: dict[str, object], code: str) -> None:
    assert _refusal(client.post("/api/auth/sign-up/email", json=ANA | wrong)) == (400, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "VALIDATION_ERROR"),
        (b"{", "VALIDATION_ERROR"),
        (b"[]", "VALIDATION_ERROR"),
        (b'{"email": "\\ud800", "password": "x"}', "VALIDATION_ERROR"),
        (b"\xff", "BAD_REQUEST"),
    ],
)
def test_a_body_that_is_no_request_is_refused_plainly(client: Client, body: bytes, code: str) -> None:
    answer = client.post("/api/auth/sign-in/email", content=body, headers={"Content-Type": "application/json"})
    assert _refusal(answer) == (400, code)


def test_a_person_signs_in_with_the_password_and_not_without(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    right = _sign_in(client)
    assert right.status_code == 200
    assert right.json().keys() == {"redirect", "token", "user"}
    assert right.json()["redirect"] is False
    assert _refusal(_sign_in(client, "gallina blanca")) == (401, "INVALID_EMAIL_OR_PASSWORD")


def test_an_unknown_person_is_refused_in_the_same_words(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    known = _sign_in(client, "gallina blanca")
    unknown = client.post("/api/auth/sign-in/email", json={"email": "eva@example.com", "password": PASSWORD})
    assert unknown.status_code == known.status_code
    assert unknown.json() == known.json()


def test_a_session_is_found_by_cookie_and_by_raw_and_signed_bearer(client: Client, till: Client) -> None:
    token = client.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    by_cookie = client.get("/api/auth/get-session").json()
    assert by_cookie["session"] == {
        "id": by_cookie["session"]["id"],
        "token": token,
        "userId": by_cookie["user"]["id"],
        "expiresAt": "2026-11-29T15:42:07.123Z",
        "createdAt": "2026-11-22T15:42:07.123Z",
        "updatedAt": "2026-11-22T15:42:07.123Z",
        "ipAddress": "127.0.0.1",
        "userAgent": client.headers["user-agent"],
    }
    for bearer in (token, signed(token, SECRET)):
        assert till.get("/api/auth/get-session", headers={"Authorization": f"Bearer {bearer}"}).json() == by_cookie


@pytest.mark.parametrize("bearer", ["x", "ñ", f"{'a' * 32}.forged", "a.b.c"])
def test_nobody_is_signed_in_with_an_invented_token(till: Client, bearer: str) -> None:
    headers = {b"Authorization": f"Bearer {bearer}".encode("latin-1")}
    session_answer = till.get("/api/auth/get-session", headers=headers)
    assert session_answer.status_code == 200
    assert session_answer.json() is None
    assert _refusal(till.get("/me", headers=headers)) == (401, "UNAUTHORIZED")


def test_a_raw_token_in_a_cookie_is_not_enough(till: Client) -> None:
    token = till.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    till.cookies.clear()
    answer = till.get("/api/auth/get-session", headers={"Cookie": f"better-auth.session_token={token}"})
    assert answer.json() is None
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_other_routes_know_who_asks(client: Client) -> None:
    person = client.post("/api/auth/sign-up/email", json=ANA).json()["user"]
    asked = client.get("/me").json()
    assert asked == {"user_id": person["id"], "email": "ana@example.com", "name": "Ana", "session": asked["session"]}


def test_signing_out_ends_the_session_and_always_succeeds(client: Client, till: Client) -> None:
    token = client.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    assert client.post("/api/auth/sign-out").json() == {"success": True}
    assert "better-auth.session_token" not in client.cookies
    assert till.get("/api/auth/get-session", headers={"Authorization": f"Bearer {token}"}).json() is None
    assert till.post("/api/auth/sign-out").json() == {"success": True}


def test_a_session_in_use_goes_on_with_the_same_token(client: Client, clock: Clock) -> None:
    token = client.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    clock.move(seconds=24 * 3600 - 1)
    assert client.get("/api/auth/get-session").json()["session"]["expiresAt"] == "2026-11-29T15:42:07.123Z"
    clock.move(seconds=1)
    renewed = client.get("/api/auth/get-session").json()["session"]
    assert (renewed["token"], renewed["expiresAt"]) == (token, "2026-11-30T15:42:07.123Z")
    assert renewed["updatedAt"] == "2026-11-23T15:42:07.123Z"


def test_a_session_not_used_for_a_week_is_over_and_gone(till: Client, clock: Clock, database: Database) -> None:
    token = till.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    till.cookies.clear()
    clock.move(days=7)
    assert till.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with database.transaction() as connection:
        assert connection.execute(select(session)).all() == []


def test_no_session_lasts_longer_than_ninety_days(till: Client, clock: Clock) -> None:
    headers = {"Authorization": f"Bearer {till.post('/api/auth/sign-up/email', json=ANA).json()['token']}"}
    till.cookies.clear()
    for _day in range(89):
        clock.move(days=1)
        assert till.get("/me", headers=headers).status_code == 200
    clock.move(seconds=24 * 3600 - 1)
    assert till.get("/me", headers=headers).status_code == 200
    clock.move(seconds=1)
    assert till.get("/me", headers=headers).status_code == 401


def test_a_session_that_nobody_extends_in_the_table_ends_after_ninety_days(
    till: Client, clock: Clock, database: Database
) -> None:
    headers = {"Authorization": f"Bearer {till.post('/api/auth/sign-up/email', json=ANA).json()['token']}"}
    till.cookies.clear()
    with database.transaction() as connection:
        connection.execute(update(session).values(expires_at=clock() + timedelta(days=1000)))
    clock.move(days=90)
    assert till.get("/me", headers=headers).status_code == 401


def test_a_session_that_is_not_remembered_lasts_one_day(client: Client, till: Client, clock: Clock) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    answer = _sign_in(till, rememberMe=False)
    assert "Max-Age" not in answer.headers["set-cookie"]
    till.cookies.clear()
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    clock.move(seconds=24 * 3600 - 1)
    assert till.get("/api/auth/get-session", headers=headers).json()["session"]["expiresAt"].startswith("2026-11-23")
    clock.move(seconds=1)
    assert till.get("/api/auth/get-session", headers=headers).json() is None


def test_a_person_sees_and_ends_the_sessions_of_lost_tills(client: Client, address: str) -> None:
    own = client.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    lost, lost_token = _another_till(address)
    listed = client.get("/api/auth/list-sessions").json()
    assert {each["token"] for each in listed} == {own, lost_token}
    assert client.post("/api/auth/revoke-session", json={"token": lost_token}).json() == {"status": True}
    assert client.get("/me", headers=lost).status_code == 401
    assert client.get("/me").status_code == 200


def test_nobody_can_end_the_session_of_another_person(client: Client, till: Client) -> None:
    token = client.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    till.post("/api/auth/sign-up/email", json=ANA | {"email": "eva@example.com"})
    assert till.post("/api/auth/revoke-session", json={"token": token}).json() == {"status": True}
    assert token not in {each["token"] for each in till.get("/api/auth/list-sessions").json()}
    assert client.get("/me").status_code == 200


def test_all_other_sessions_or_all_can_be_ended(client: Client, address: str) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    other, _ = _another_till(address)
    assert client.post("/api/auth/revoke-other-sessions").json() == {"status": True}
    assert client.get("/me", headers=other).status_code == 401
    assert client.get("/me").status_code == 200
    assert client.post("/api/auth/revoke-sessions").json() == {"status": True}
    assert client.get("/me").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "list-sessions", None),
        ("POST", "revoke-session", {"token": "x"}),
        ("POST", "revoke-sessions", None),
        ("POST", "revoke-other-sessions", None),
        ("POST", "change-password", {"currentPassword": PASSWORD, "newPassword": "gallo de oro"}),
        ("POST", "update-user", {"name": "Eva"}),
    ],
)
def test_what_is_personal_needs_a_session(till: Client, method: str, path: str, body: object) -> None:
    assert _refusal(till.request(method, f"/api/auth/{path}", json=body)) == (401, "UNAUTHORIZED")


def test_a_changed_password_opens_and_the_old_one_no_longer(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    change = {"currentPassword": PASSWORD, "newPassword": "gallo de oro"}
    answer = client.post("/api/auth/change-password", json=change)
    assert answer.status_code == 200
    assert answer.json()["token"] is None
    assert answer.json()["user"]["email"] == "ana@example.com"
    assert _sign_in(client, "gallo de oro").status_code == 200
    assert _sign_in(client).status_code == 401


def test_a_changed_password_can_end_all_other_sessions(client: Client, address: str) -> None:
    first = client.post("/api/auth/sign-up/email", json=ANA).json()["token"]
    other, _ = _another_till(address)
    change = {"currentPassword": PASSWORD, "newPassword": "gallo de oro", "revokeOtherSessions": True}
    token = client.post("/api/auth/change-password", json=change).json()["token"]
    assert token not in (None, first)
    assert client.get("/me", headers=other).status_code == 401
    assert client.get("/me").status_code == 200


def test_a_password_is_changed_only_by_who_knows_it(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    wrong = {"currentPassword": "gallina blanca", "newPassword": "gallo de oro"}
    assert _refusal(client.post("/api/auth/change-password", json=wrong)) == (400, "INVALID_PASSWORD")
    short = {"currentPassword": PASSWORD, "newPassword": "gallo"}
    assert _refusal(client.post("/api/auth/change-password", json=short)) == (400, "PASSWORD_TOO_SHORT")
    assert _sign_in(client).status_code == 200


def test_a_person_changes_name_and_picture_and_never_the_email(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    changed = client.post("/api/auth/update-user", json={"name": "Ana María", "image": "https://example.com/ana.png"})
    assert changed.json() == {"status": True}
    person = client.get("/api/auth/get-session").json()["user"]
    assert (person["name"], person["image"]) == ("Ana María", "https://example.com/ana.png")
    assert client.post("/api/auth/update-user", json={"image": None}).status_code == 200
    assert client.get("/api/auth/get-session").json()["user"]["image"] is None
    email = client.post("/api/auth/update-user", json={"email": "eva@example.com"})
    assert _refusal(email) == (400, "EMAIL_CAN_NOT_BE_UPDATED")
    assert _refusal(client.post("/api/auth/update-user", json={})) == (400, "NO_FIELDS_TO_UPDATE")
    assert _refusal(client.post("/api/auth/update-user", json={"name": None})) == (400, "NO_FIELDS_TO_UPDATE")


def test_a_page_of_another_site_cannot_use_the_cookie(client: Client) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    foreign = client.post("/api/auth/sign-out", headers={"Origin": "https://evil.example"})
    assert _refusal(foreign) == (403, "INVALID_ORIGIN")
    assert client.get("/me").status_code == 200
    assert client.post("/api/auth/sign-out", headers={"Origin": ADDRESS}).json() == {"success": True}


def test_guessing_a_password_takes_longer_and_longer(client: Client, clock: Clock) -> None:
    client.post("/api/auth/sign-up/email", json=ANA)
    for _guess in range(6):
        assert _sign_in(client, "gallina blanca").status_code == 401
    closed = _sign_in(client)
    assert _refusal(closed) == (429, "TOO_MANY_ATTEMPTS")
    assert closed.headers["retry-after"] == "2"
    clock.move(seconds=2)
    assert _sign_in(client, "gallina blanca").status_code == 401
    assert _sign_in(client).headers["retry-after"] == "4"
    clock.move(seconds=4)
    assert _sign_in(client).status_code == 200
    assert _sign_in(client, "gallina blanca").status_code == 401
    assert _sign_in(client).status_code == 200


def test_guessing_with_many_names_is_slowed_by_its_address(database: Database, clock: Clock) -> None:
    address = address_subject("2001:db8:1:2::7")
    for guess in range(31):
        with database.transaction() as connection:
            begin_attempt(connection, clock(), account_subject(f"{guess}@example.com"), address)
    for address_on_the_same_line in ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1"):
        with pytest.raises(TooManyAttempts), database.transaction() as connection:
            begin_attempt(connection, clock(), account_subject("a@b.pe"), address_subject(address_on_the_same_line))
    with database.transaction() as connection:
        begin_attempt(connection, clock(), account_subject("a@b.pe"), address_subject("2001:db8:1:3::7"))


def test_signing_in_oneself_does_not_clear_the_guesses_from_an_address(database: Database, clock: Clock) -> None:
    address, mine = address_subject("203.0.113.7"), account_subject("mallory@example.com")
    with database.transaction() as connection:
        for guess in range(29):
            begin_attempt(connection, clock(), account_subject(f"{guess}@example.com"), address)
        begin_attempt(connection, clock(), mine, address)
        attempt_succeeded(connection, clock(), mine, address)
        begin_attempt(connection, clock(), account_subject("30@example.com"), address)
        begin_attempt(connection, clock(), account_subject("31@example.com"), address)
        with pytest.raises(TooManyAttempts):
            begin_attempt(connection, clock(), account_subject("32@example.com"), address)


def test_a_delay_grows_to_five_minutes_and_is_forgotten_in_a_day(database: Database, clock: Clock) -> None:
    ana = account_subject("ana@example.com")
    assert ana.delay_after(5) == timedelta(0)
    assert ana.delay_after(1_000_000) == LONGEST_DELAY
    for _guess in range(20):
        with database.transaction() as connection:
            begin_attempt(connection, clock(), ana)
        clock.move(seconds=300)
    clock.move(seconds=FORGOTTEN_AFTER.total_seconds())
    for _guess in range(5):
        with database.transaction() as connection:
            begin_attempt(connection, clock(), ana)
    with database.transaction() as connection:
        begin_attempt(connection, clock(), account_subject("eva@example.com"))
    clock.move(days=1)
    with database.transaction() as connection:
        begin_attempt(connection, clock(), account_subject("eva@example.com"))
        assert connection.scalars(select(sign_in_failures.c.subject)).all() == ["account:eva@example.com"]


def test_central_says_that_it_lives_and_is_ready(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert client.get("/api/auth/ok").json() == {"ok": True}


def test_without_its_database_central_lives_and_asks_for_patience(postgres: TestPostgres, clock: Clock) -> None:
    with postgres.database(make_tables) as url:
        lost = Database.connect(service_url(url))
    with lost, serving(_app(lost, clock)) as address, Client(base_url=address) as client:
        assert client.get("/healthz").status_code == 200
        assert _refusal(client.get("/readyz")) == (503, "DATABASE_UNAVAILABLE")
        answer = _sign_in(client)
        assert _refusal(answer) == (503, "DATABASE_UNAVAILABLE")
        assert answer.headers["retry-after"]


def test_a_central_whose_connections_are_all_taken_says_that_it_is_busy(postgres: TestPostgres, clock: Clock) -> None:
    with (
        postgres.database(make_tables) as url,
        Database.connect(service_url(url), pool_size=1, spare_connections=0, patience=0.01) as database,
        serving(_app(database, clock)) as address,
        database.transaction(),
    ):
        answer = get(f"{address}/me", headers={"Authorization": "Bearer x"})
    assert _refusal(answer) == (503, "CENTRAL_BUSY")


def test_every_error_has_one_form(client: Client) -> None:
    assert _refusal(client.get("/nothing")) == (404, "NOT_FOUND")
    assert _refusal(client.delete("/api/auth/ok")) == (405, "METHOD_NOT_ALLOWED")


def test_our_own_mistake_shows_no_trace(client: Client) -> None:
    answer = client.get("/broken")
    assert _refusal(answer) == (500, "INTERNAL_ERROR")
    assert "secret" not in answer.text


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_all_measure_is_refused(database: Database, clock: Clock, announced: bool) -> None:
    megabyte = b" " * 2**20

    async def in_pieces() -> AsyncIterator[bytes]:
        for _piece in range(9):
            yield megabyte

    async def send() -> Response:
        async with AsyncClient(transport=ASGITransport(_app(database, clock)), base_url=ADDRESS) as client:
            body = megabyte * 9 if announced else in_pieces()
            headers = {"Content-Type": "application/json"}
            return await client.post("/api/auth/sign-in/email", content=body, headers=headers)

    assert _refusal(asyncio.run(send())) == (413, "BODY_TOO_LARGE")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        ServerSettings("short", ADDRESS)
