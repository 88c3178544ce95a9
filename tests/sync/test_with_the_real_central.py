"""Two tills and the real central, over a real socket: what one does, the other shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest

from avileo_pos.replica.apply_pull import differing_collections
from avileo_pos.replica.database import Replica, utc_now
from avileo_pos.replica.transaction import reads
from avileo_pos.server.app import build_app
from avileo_pos.server.business.businesses import create_admin
from avileo_pos.server.central import ServerSettings
from avileo_pos.sync.engine import SyncEngine
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.sign_in import businesses_of, open_till
from avileo_pos.sync.state import SyncKind
from tests.postgres import TestPostgres, make_tables, served
from tests.replica.till import Till
from tests.serving import serving

PASSWORD = "pollo-fresco-7"


class ConnectedTill:
    """A till that Ana has signed in on."""

    def __init__(self, address: str, path: Path, doors: ExitStack) -> None:
        self.token = ""
        self.client = client = doors.enter_context(HttpCentral(address, lambda: self.token))
        replica = doors.enter_context(Replica.open(path))
        (membership,) = businesses_of(client, self.keep, "ana@example.com", PASSWORD)
        self.business = membership.business_id
        self.till = Till(replica, utc_now)  # type: ignore[arg-type]
        signed_in = open_till(client, self.till.run, membership, "ana@example.com", PASSWORD, path.stem, utc_now())
        self.till.actor = signed_in.actor
        self.engine = SyncEngine(self.till.run, client, utc_now)

    def keep(self, token: str) -> None:
        self.token = token

    def round(self) -> SyncKind:
        return self.engine.run_round().state.kind

    def names(self) -> list[str]:
        return [row["name"] for row in self.till.rows("SELECT name FROM customers ORDER BY name")]


@pytest.fixture
def central(postgres: TestPostgres) -> Iterator[str]:
    with postgres.database(make_tables) as url, served(url) as database:
        create_admin(database, email="ana@example.com", name="Ana", business="Avícola Ana", password=PASSWORD)
        with serving(build_app(database, ServerSettings("s" * 32, "http://127.0.0.1"))) as address:
            yield address


@pytest.fixture
def tills(central: str, tmp_path: Path) -> Iterator[tuple[ConnectedTill, ConnectedTill]]:
    with ExitStack() as doors:
        yield (
            ConnectedTill(central, tmp_path / "stall.db", doors),
            ConnectedTill(central, tmp_path / "home.db", doors),
        )


def test_what_is_done_at_one_till_is_shown_at_the_other(tills: tuple[ConnectedTill, ConnectedTill]) -> None:
    stall, home = tills
    assert (stall.round(), home.round()) == (SyncKind.ONLINE, SyncKind.ONLINE)
    rosa = stall.till.new_customer("Rosa")
    abono = stall.till.takes_abono(rosa)
    assert (stall.round(), home.round()) == (SyncKind.ONLINE, SyncKind.ONLINE)
    assert home.names() == ["Rosa"]
    assert home.till.value("SELECT amount FROM abonos") == 500
    assert home.till.value("SELECT count(*) FROM abono_payments") == 1
    assert stall.till.sync_status("abonos", abono) == "synced"
    home.till.renames(rosa, "Rosa Quispe")
    home.till.voids_abono(abono)
    assert (home.round(), stall.round()) == (SyncKind.ONLINE, SyncKind.ONLINE)
    assert stall.names() == ["Rosa Quispe"]
    assert stall.till.value("SELECT void_reason FROM abonos") == "se equivocó"


def test_many_operations_go_in_one_round_and_leave_nothing_different(
    tills: tuple[ConnectedTill, ConnectedTill],
) -> None:
    stall, home = tills
    stall.round()
    customers: list[UUID] = [stall.till.new_customer(f"Cliente {number:03}") for number in range(300)]
    for customer in customers[:50]:
        stall.till.takes_abono(customer)
    assert (stall.round(), home.round()) == (SyncKind.ONLINE, SyncKind.ONLINE)
    assert home.names() == stall.names()
    for till in tills:
        answer = till.client.digest(till.business, UUID(till.till.value("SELECT device_id FROM till_identity")))
        assert till.till.run(reads(differing_collections, answer)) == ()


def test_a_person_who_signs_out_is_told_and_goes_on(tills: tuple[ConnectedTill, ConnectedTill]) -> None:
    stall, home = tills
    stall.round()
    rosa = stall.till.new_customer("Rosa")
    token, stall.token = stall.token, "no longer"
    assert stall.round() is SyncKind.SIGNED_OUT
    stall.token = token
    assert (stall.round(), home.round()) == (SyncKind.ONLINE, SyncKind.ONLINE)
    assert home.till.shown_name(rosa) == "Rosa"


def test_who_signs_out_is_not_known_to_central_any_more(central: str, tmp_path: Path) -> None:
    with ExitStack() as doors:
        ana = ConnectedTill(central, tmp_path / "one.db", doors)
        assert ana.round() is SyncKind.ONLINE
        ana.client.sign_out()
        assert ana.round() is SyncKind.SIGNED_OUT
