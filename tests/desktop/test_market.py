"""Two programs on one network without internet: one shares, the other joins, and both come home by themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from avileo_pos.demo.hands import settle, wait_for
from avileo_pos.desktop.market_desk import MarketState, Whereabouts
from avileo_pos.desktop.screens.sale.sale_screen import SaleScreen
from avileo_pos.desktop.screens.this_till.this_till_screen import ThisTillScreen
from avileo_pos.desktop.shop import Shop
from avileo_pos.server.app import build_app
from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.server.postgres.database import Database
from avileo_pos.sync.neighbours import own_addresses
from tests.desktop.at_the_till import AtTheTill, receipts, sales_at_central
from tests.postgres import TestPostgres
from tests.sample_central import SETTINGS, SampleCentral, sample_database
from tests.serving import serving
from tests.sync.test_token_store import SystemKeyring


class Internet:
    """Central, and whether it can be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._there = ExitStack()
        self.central = SampleCentral(database, "http://127.0.0.1:0")
        self.comes()

    def comes(self) -> None:
        port = urlsplit(self.central.address).port or 0
        address = self._there.enter_context(serving(build_app(self._database, SETTINGS), port))
        self.central = SampleCentral(self._database, address)

    def goes(self) -> None:
        self._there.close()


@pytest.fixture
def internet(postgres: TestPostgres) -> Iterator[Internet]:
    with sample_database(postgres) as database:
        internet = Internet(database)
        yield internet
        internet.goes()


@pytest.fixture
def tills(
    qtbot: QtBot, tmp_path: Path, internet: Internet, system: SystemKeyring
) -> Iterator[tuple[AtTheTill, AtTheTill]]:
    """The owner's and Rosa's, with everything sent, on a computer that keeps passwords."""
    opened = []
    for who in (ADMIN, ROSA):
        till = AtTheTill(qtbot, tmp_path / who.name)
        opened.append(till)
        till.begin(internet.central.address, who, f"Caja de {who.name}")
    pepa, rosa = opened
    yield pepa, rosa
    for till in opened:
        till.program.close()
    settle()


def test_a_market_without_internet_shares_and_everything_comes_to_central(
    tills: tuple[AtTheTill, AtTheTill], internet: Internet
) -> None:
    pepa, rosa = tills
    internet.goes()
    share(pepa)
    sell_at_a_guest(rosa, pepa)
    assert sales_at_central(internet.central) == 0
    internet.comes()
    wait_for(lambda: wake(rosa) and is_at_home(rosa), "Rosa's till at home")
    wait_for(lambda: wake(pepa) and is_at_home(pepa), "the owner's till at home")
    wait_for(lambda: sales_at_central(internet.central) == 1, "the sale at central")
    show(pepa)
    folder = branch_folder(pepa)
    assert folder.exists()
    pepa.hands.click("Dejar de compartir")
    wait_for(lambda: wake(pepa) and state_of(pepa) == MarketState(), "the end of the sharing")
    assert not folder.exists()


def test_what_others_sent_reaches_central_after_a_restart_though_they_never_come_back(
    qtbot: QtBot, tills: tuple[AtTheTill, AtTheTill], internet: Internet, tmp_path: Path
) -> None:
    pepa, rosa = tills
    internet.goes()
    share(pepa)
    sell_at_a_guest(rosa, pepa)
    rosa.leave()
    pepa.leave()
    internet.comes()
    again = AtTheTill(qtbot, tmp_path / ADMIN.name)
    try:
        wait_for(lambda: again.program.shop, "the shop to open")
        wait_for(lambda: wake(again) and sales_at_central(internet.central) == 1, "the sale at central")
    finally:
        again.leave()


def test_who_ends_the_sharing_without_internet_has_it_end_once_all_is_handed_on(
    qtbot: QtBot, tills: tuple[AtTheTill, AtTheTill], internet: Internet, tmp_path: Path
) -> None:
    """Also after a restart; nobody else can send anything more meanwhile."""
    pepa, rosa = tills
    internet.goes()
    share(pepa)
    sell_at_a_guest(rosa, pepa)
    rosa.leave()
    show(pepa)
    pepa.hands.click("Dejar de compartir")
    pepa.reads("El servidor todavía no tiene todo lo que enviaron las otras cajas.")
    assert state_of(pepa) == MarketState(keeps=True)
    folder = branch_folder(pepa)
    pepa.leave()
    assert folder.exists()
    internet.comes()
    again = AtTheTill(qtbot, tmp_path / ADMIN.name)
    try:
        wait_for(lambda: again.program.shop, "the shop to open")
        wait_for(lambda: wake(again) and not folder.exists(), "the end of the sharing")
        wait_for(lambda: state_of(again) == MarketState(), "the end to be told")
        assert sales_at_central(internet.central) == 1
    finally:
        again.leave()


def test_who_signs_out_at_a_guest_takes_the_way_to_the_host_along(
    tills: tuple[AtTheTill, AtTheTill], internet: Internet, system: SystemKeyring
) -> None:
    pepa, rosa = tills
    internet.goes()
    share(pepa)
    join(rosa, pepa)
    assert len(system.entries) == 2
    rosa.hands.click("Cerrar sesión…")
    rosa.hands.click("Cerrar sesión")
    wait_for(lambda: not system.entries, "both tokens to be gone")
    wait_for(lambda: is_at_home(rosa), "the till to call the host no more")


def test_what_is_wrong_about_joining_is_told_beside_its_field(served: SampleCentral, till: AtTheTill) -> None:
    till.begin(served.address, ROSA, "Puesto 14")
    show(till)
    till.hands.click("Unirse a otra caja…")
    till.reads("No se encontró ninguna")
    till.hands.click("Unirse")
    till.reads("Escriba la dirección de la caja que comparte.")
    till.hands.write("Dirección", "127.0.0.1:1")
    till.hands.click("Unirse")
    till.reads("Escriba el código de la caja que comparte.")
    till.hands.write("Código", "aaaa bbbb cccc")
    till.hands.click("Unirse")
    till.reads("No se llega al servidor.")
    till.hands.write("Dirección", served.address)
    till.hands.click("Unirse")
    till.reads("Ese no es el código de la otra caja.")


def sell_at_a_guest(guest: AtTheTill, host: AtTheTill) -> None:
    """Until the host shows it."""
    join(guest, host)
    guest.hands.window.open_screen(SaleScreen.KEY)
    guest.sell()
    [sold] = receipts(guest)
    wait_for(lambda: wake(host) and sold in receipts(host), "the guest's sale at the host")


def share(till: AtTheTill) -> None:
    show(till)
    till.hands.click("Compartir desde aquí…")
    till.hands.click("Compartir")
    wait_for(lambda: state_of(till).where is Whereabouts.HOST, "the till to share")
    till.hands.wait_for_no_sheet()


def join(till: AtTheTill, host: AtTheTill) -> None:
    """By hand, also where it is found: not every network lets tills find each other."""
    show(till)
    till.hands.click("Unirse a otra caja…")
    if own_addresses():
        till.hands.click("Otra dirección")
    else:
        till.reads("No se encontró ninguna")
    address = json.loads((branch_folder(host) / "central" / "central.json").read_text(encoding="utf-8"))["address"]
    till.hands.write("Dirección", address.removeprefix("http://"))
    till.hands.write("Código", state_of(host).code.lower().replace("-", " "))
    till.hands.click("Unirse")
    wait_for(lambda: state_of(till).where is Whereabouts.GUEST, "the till to have joined")
    till.hands.wait_for_no_sheet()


def show(till: AtTheTill) -> None:
    """Only the window in front takes keys, and of two on one screen either may be."""
    for window in QApplication.topLevelWidgets():
        window.setVisible(window is till.program.window)
    till.hands.sit_down()
    till.program.window.open_screen(ThisTillScreen.KEY)


def wake(till: AtTheTill) -> bool:
    """Its next round begins at once."""
    open_shop(till).sync.wake()
    return True


def state_of(till: AtTheTill) -> MarketState:
    return till.program.window.market.state


def is_at_home(till: AtTheTill) -> bool:
    return open_shop(till).line.branch is None


def branch_folder(till: AtTheTill) -> Path:
    return open_shop(till).path.with_suffix(".branch")


def open_shop(till: AtTheTill) -> Shop:
    assert till.program.shop is not None
    return till.program.shop
