"""A served central and the people of a town who have accounts there, for the tests of accounts and businesses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from httpx import Client, Response
from sqlalchemy import delete

from avileo_pos.server.app import build_app
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.mail.mail import MailServer
from avileo_pos.server.postgres.database import Database
from avileo_pos.tables.server.sign_in_failures import sign_in_failures
from tests.mailbox import Mailbox, open_mailbox
from tests.postgres import TestPostgres, make_tables, served
from tests.serving import serving

SECRET = "a-secret-of-at-least-32-characters!!"
ADDRESS = "http://central.example"
START = datetime(2026, 11, 22, 15, 42, 7, 123_000, tzinfo=UTC)
PASSWORD = "gallina negra"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        self.moment += timedelta(days=days, hours=hours, seconds=seconds)


@dataclass(slots=True)
class Person:
    """Somebody with an account, at a client of their own."""

    client: Client
    name: str
    email: str
    password: str = PASSWORD
    user_id: str = ""
    token: str = ""

    def get(self, path: str) -> Response:
        return self.client.get(path, headers=self._bearer())

    def post(self, path: str, **body: Any) -> Response:
        return self.client.post(path, json=body, headers=self._bearer())

    def patch(self, path: str, **body: Any) -> Response:
        return self.client.patch(path, json=body, headers=self._bearer())

    def sign_in(self, password: str | None = None) -> Response:
        answer = self.client.post(
            "/api/auth/sign-in/email", json={"email": self.email, "password": password or self.password}
        )
        if answer.is_success:
            self.token, self.user_id = answer.json()["token"], answer.json()["user"]["id"]
        return answer

    def is_signed_in(self) -> bool:
        return bool(self.get("/api/auth/get-session").json())

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@dataclass(slots=True)
class Town:
    """Central at `address`, on a clock that stands; nobody is there until they sign up."""

    database: Database
    address: str
    clock: Clock
    mailbox: Mailbox
    _clients: list[Client] = field(default_factory=list)

    def visitor(self, name: str = "Nadie", email: str = "") -> Person:
        """Somebody without an account, or one that was not opened here."""
        client = Client(base_url=self.address, timeout=60)
        self._clients.append(client)
        return Person(client, name, email or f"{name.split()[0].lower()}-{uuid4().hex[:12]}@example.com")

    def sign_up(self, name: str) -> Person:
        """Somebody new, signed in by a bearer token."""
        person = self.visitor(name)
        body = {"name": name, "email": person.email, "password": person.password}
        answer = person.client.post("/api/auth/sign-up/email", json=body).json()
        person.token, person.user_id = answer["token"], answer["user"]["id"]
        person.client.cookies.clear()
        return person

    def fresh(self) -> Town:
        """The clock at its start, every guess forgotten, no letter unread."""
        self.clock.moment = START
        self.mailbox.refuses = False
        while not self.mailbox.is_empty():
            self.mailbox.next_letter()
        with self.database.transaction() as connection:
            connection.execute(delete(sign_in_failures))
        return self

    def close_clients(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()


@contextmanager
def open_town(postgres: TestPostgres) -> Iterator[Town]:
    clock = Clock()
    with (
        open_mailbox() as mailbox,
        postgres.database(make_tables) as url,
        served(url) as database,
    ):
        mail_server = MailServer.of(mailbox.url, "avileo@example.com")
        app = build_app(database, ServerSettings(SECRET, ADDRESS, mail_server=mail_server), clock)
        with serving(app) as address:
            try:
                yield Town(database, address, clock, mailbox)
            finally:
                app.state.central.mail.close()


def refusal(answer: Response) -> tuple[int, str]:
    """The status and the code of an error, which has the one form."""
    body = answer.json()
    assert set(body) == {"code", "message"}
    return answer.status_code, body["code"]
