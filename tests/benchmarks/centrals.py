"""A durable PostgreSQL, and central as it is really run: a process of its own behind a socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import httpx

from avileo_pos import migrations
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.database import Replica
from avileo_pos.server.business import sample
from avileo_pos.server.business.seed import seed_sample
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from avileo_pos.server.postgres.isolation import SERVICE_ROLE, grant_service, make_service_role, service_url
from avileo_pos.sync.engine import Run
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.sign_in import businesses_of, open_till

LONGEST_WAIT: Final = 120  # seconds, for a process to answer
T = TypeVar("T")


@contextmanager
def durable_postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """As safe as a shop's own: every commit reaches the disk."""
    with EmbeddedPostgres(folder / "postgres") as server:
        yield server


def migrated_database(server: EmbeddedPostgres, name: str) -> str:
    """A database that central can serve, with nothing in it; returns its owner's URL."""
    url = server.create_database(name)
    with Database.connect(url) as database, database.engine.begin() as connection:
        migrations.upgrade(connection, "server")
        make_service_role(connection, service_url(url))
        grant_service(connection, SERVICE_ROLE)
    return url


def sample_database(server: EmbeddedPostgres, name: str) -> str:
    """A migrated database with the sample business in it; returns its owner's URL."""
    url = migrated_database(server, name)
    with Database.connect(url) as database:
        seed_sample(database)
    return url


@contextmanager
def central_on(url: str, *options: str) -> Iterator[str]:
    """The address of `avileo-server` on that database, while it runs; `url` is the owner's.

    One machine asks here for a thousand tills, so the limits of requests are off.
    """
    quiet = ("--log-level", "warning", "--requests-per-session", "0", "--requests-per-address", "0")
    arguments = ["-m", "avileo_pos.server", "serve", "--port", "{port}", *quiet, *options]
    with process_at("/readyz", arguments, {"DATABASE_URL": service_url(url)}) as address:
        yield address


@contextmanager
def process_at(path: str, arguments: list[str], environment: dict[str, str]) -> Iterator[str]:
    """The address of a Python program that serves on `{port}`, from when it answers at `path`."""
    port = _free_port()
    words = [argument.format(port=port) for argument in arguments]
    process = subprocess.Popen([sys.executable, *words], env=os.environ | environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(process, address + path)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=LONGEST_WAIT)


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    give_up = time.monotonic() + LONGEST_WAIT
    while process.poll() is None and time.monotonic() < give_up:
        try:
            if httpx.get(url, timeout=1).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class SignedInTill:
    """What a person's till keeps after signing in: the token, and who stands there."""

    token: str
    actor: Actor


def sign_in(address: str, replica: Replica, member: sample.SampleMember) -> SignedInTill:
    """Enrol this replica as the member's till."""
    tokens: list[str] = []
    with HttpCentral(address, lambda: tokens[-1] if tokens else None) as central:
        [membership] = businesses_of(central, tokens.append, member.email, sample.PASSWORD)
        signed_in = open_till(
            central, direct(replica), membership, member.email, sample.PASSWORD, "Caja", replica.clock()
        )
    return SignedInTill(tokens[-1], signed_in.actor)


def direct(replica: Replica) -> Run:
    """The lane of a till at which nobody sells meanwhile."""

    def run(piece: Callable[[Replica], T], /) -> T:
        return piece(replica)

    return run
