"""What the program keeps of whom, and in which file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from avileo_pos.demo.hands import wait_for
from avileo_pos.desktop.app import utc_now
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.settings import replica_path
from avileo_pos.sync.state import SyncKind
from tests.desktop import at_the_till
from tests.desktop.at_the_till import AtTheTill, receipts
from tests.postgres import TestPostgres
from tests.sample_central import SampleCentral, sample_central
from tests.sync.test_token_store import SystemKeyring


def found_business(served: SampleCentral, name: str) -> UUID:
    """Another one of Pepa's."""
    with httpx.Client(base_url=served.address) as pepa:
        said = {"email": ADMIN.email, "password": sample.PASSWORD}
        pepa.post("/api/auth/sign-in/email", json=said).raise_for_status()
        founded = pepa.post("/api/businesses", json={"name": name}).raise_for_status()
        return UUID(founded.json()["id"])


def choose(till: AtTheTill, business: str) -> None:
    choice = till.program.page.business.business
    wait_for(choice.isVisible, "the businesses")
    choice.setCurrentText(business)
    till.name_the_till("Caja 1")
    till.wait_until_in()


def test_each_business_has_a_file_of_its_own(served: SampleCentral, till: AtTheTill, tmp_path: Path) -> None:
    other = found_business(served, "Huevos Pepa")
    till.sign_in(served.address, ADMIN)
    choose(till, sample.BUSINESS_NAME)
    till.sell()
    assert len(receipts(till)) == 1
    till.hands.click("Bloquear")
    till.hands.click("Otra persona")
    till.sign_in(served.address, ADMIN)
    choose(till, "Huevos Pepa")
    assert receipts(till) == []
    files = [replica_path(tmp_path / "till", each) for each in (sample.SAMPLE, other)]
    assert [businesses_in(each) for each in files] == [{sample.SAMPLE}, {other}]


def businesses_in(file: Path) -> set[UUID]:
    """Of all rows that say whose they are."""
    with closing(sqlite3.connect(file)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {each: {row[1] for row in db.execute(f"PRAGMA table_info({each})")} for each in tables}
        keyed = [each for each in tables if "business_id" in columns[each]]
        return {UUID(row[0]) for each in keyed for row in db.execute(f"SELECT DISTINCT business_id FROM {each}")}


def test_the_token_lies_in_no_file(
    served: SampleCentral, system: SystemKeyring, till: AtTheTill, tmp_path: Path
) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.sell()
    till.wait_until(SyncKind.ONLINE)
    [token] = system.entries.values()
    till.leave()
    files = [each for each in (tmp_path / "till").rglob("*") if each.is_file()]
    assert len(files) > 3
    assert [each for each in files if token.encode() in each.read_bytes()] == []


def test_after_two_weeks_no_pin_opens_without_central(
    qtbot: QtBot, tmp_path: Path, postgres: TestPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sample_central(postgres) as central:
        first = AtTheTill(qtbot, tmp_path)
        first.sign_in(central.address, ROSA)
        first.name_the_till("Caja 1")
        first.wait_until_in()
        first.leave()
    monkeypatch.setattr(at_the_till, "utc_now", two_weeks_later)
    again = AtTheTill(qtbot, tmp_path)
    again.hands.click(ROSA.name)
    assert not again.hands.can("Entrar con PIN")
    assert [field.accessibleName() for field in fields(again)] == ["Contraseña"]
    again.hands.write("Contraseña", sample.PASSWORD)
    again.hands.click("Entrar")
    again.reads("internet")
    assert again.entered == []
    again.leave()


def two_weeks_later() -> datetime:
    return utc_now() + timedelta(days=14, minutes=1)


def fields(till: AtTheTill) -> list[QLineEdit]:
    return [each for each in till.program.page.findChildren(QLineEdit) if each.isVisible()]
