"""Somebody at the program itself, with real files and, where a test has one, a real central."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from avileo_pos.demo.hands import Hands, settle, wait_for
from avileo_pos.desktop.app import utc_now
from avileo_pos.desktop.program import TillProgram
from avileo_pos.desktop.till import Till
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import SampleMember
from avileo_pos.sync.state import SyncKind, SyncState
from tests.sample_central import SampleCentral

DRAWER = "¿Con cuánto sencillo abre la caja?"


class AtTheTill:
    """Somebody at a till whose files are in `folder`, as the program starts there."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.program = TillProgram(folder, utc_now)
        qtbot.addWidget(self.program.window)
        self.hands = Hands(self.program.window, folder / "photographs")
        self.entered: list[Till] = []
        self.program.entered.connect(self.entered.append)
        self.program.start()
        self.hands.sit_down()

    def sign_in(self, address: str, who: SampleMember, password: str = sample.PASSWORD) -> None:
        """The first time on this till, up to the question which business and device it is."""
        self.hands.write("Dirección del servidor", address)
        self.hands.write("Correo", who.email)
        self.hands.write("Contraseña", password)
        self.hands.click("Entrar")

    def begin(self, address: str, who: SampleMember, name: str) -> None:
        """A new till of that name, and all that central has."""
        self.sign_in(address, who)
        self.name_the_till(name)
        self.wait_until_in()
        self.wait_until(SyncKind.ONLINE)

    def name_the_till(self, name: str) -> None:
        self.hands.write("Nombre de la caja", name)
        self.hands.click("Abrir la caja")

    def come_in_by_pin(self, who: SampleMember) -> Till:
        self.hands.click(who.name)
        self.hands.write("PIN", who.pin)
        self.hands.click("Entrar")
        return self.wait_until_in()

    def come_in_by_password(self, who: SampleMember) -> Till:
        self.hands.click(who.name)
        self.hands.write("Contraseña", sample.PASSWORD)
        self.hands.click("Entrar")
        return self.wait_until_in()

    def wait_until_in(self) -> Till:
        return wait_for(lambda: self.entered and self.entered.pop(), "the shop")

    def reads(self, words: str) -> None:
        """Wait until something on the window says so."""

        def said() -> bool:
            labels = self.program.window.findChildren(QLabel)
            return any(words in label.text() for label in labels if label.isVisible())

        wait_for(said, f"«{words}»")

    def sell(self) -> None:
        """A weighed product for cash, by the keys."""
        self.hands.press("1", "2.485", Qt.Key.Key_F12)
        if self.hands.wait_for_one_of(DRAWER, "Cobrar") == DRAWER:
            self.hands.press("50", Qt.Key.Key_Enter)
        self.hands.wait_for_sheet("Cobrar")
        self.hands.press(Qt.Key.Key_Enter)
        wait_for(lambda: self.hands.asks().startswith("Venta registrada"), "the receipt")
        self.hands.press(Qt.Key.Key_Enter)
        self.hands.wait_for_no_sheet()

    def wait_until(self, kind: SyncKind) -> SyncState:
        """Until synchronisation stands so, whatever it says on the way."""

        def stands() -> SyncState | None:
            assert self.program.shop is not None
            state = self.program.shop.sync.state()
            return state if state.kind is kind else None

        return wait_for(stands, f"synchronisation to be {kind}")

    def leave(self) -> None:
        self.program.close()
        settle()


def receipts(till: AtTheTill) -> list[str]:
    """Of everything that was sold here."""
    assert till.program.shop is not None
    with closing(sqlite3.connect(till.program.shop.path)) as db:
        return [row[0] for row in db.execute("SELECT receipt_number FROM sales ORDER BY receipt_number")]


def sales_at_central(served: SampleCentral) -> int:
    with served.database.transaction(sample.SAMPLE) as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM sales").scalar_one())
