"""Who leaves a till for good: out of the keyring, out of its file, off the computer, with nothing lost on the way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from avileo_pos.demo.hands import wait_for
from avileo_pos.desktop import arrivals, entrance
from avileo_pos.desktop.app import utc_now
from avileo_pos.handover.handover_file import read_handover
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, ROSA, SampleMember
from avileo_pos.server.push.carried import TakenIn, courier_of, take_in_carried
from avileo_pos.settings import load_settings, replica_path
from avileo_pos.sync.state import SyncKind
from tests.desktop.at_the_till import AtTheTill, receipts, sales_at_central
from tests.sample_central import SampleCentral
from tests.sync.test_token_store import SystemKeyring

PASSPHRASE = "tres gallinas"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every export goes."""
    chosen = tmp_path / "por enviar.avileo"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen), ""))
    return chosen


def come_in(till: AtTheTill, served: SampleCentral, who: SampleMember) -> None:
    till.begin(served.address, who, "Caja 1")


def sell_while_signed_out(till: AtTheTill, served: SampleCentral, times: int = 2) -> None:
    """What central is not told: it has ended every session."""
    with served.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM session")
    for _ in range(times):
        till.sell()
    till.wait_until(SyncKind.SIGNED_OUT)


def export(till: AtTheTill) -> None:
    till.hands.click("Exportar…")
    till.hands.wait_for_sheet("Exportar lo que espera")
    till.hands.press(PASSPHRASE, Qt.Key.Key_Tab, PASSPHRASE, Qt.Key.Key_Enter)
    wait_for(lambda: till.hands.asks() != "Exportar lo que espera", "the file")


def sign_out(till: AtTheTill) -> None:
    """The only one who is known here, and with nothing unsent."""
    till.program.window.open_screen("esta_caja")
    till.hands.click("Cerrar sesión…")
    till.reads("Nada: todo lo de esta caja está en el servidor.")
    till.hands.click("Cerrar sesión")
    till.reads("La primera vez hace falta internet")


def take_off(till: AtTheTill) -> None:
    till.program.window.open_screen("esta_caja")
    till.hands.click("Quitar esta caja…")
    till.reads("Nada: todo lo de esta caja está en el servidor.")
    till.hands.write("Escriba QUITAR para confirmar", "QUITAR")
    till.hands.click("Quitar la caja")
    till.reads("aquí no quedó nada")
    till.hands.click("Entendido")
    till.reads("La primera vez hace falta internet")


def bring_to_central(served: SampleCentral, file: Path) -> TakenIn:
    handover = read_handover(file, PASSPHRASE)
    return take_in_carried(served.database, handover, courier_of(served.database, handover, ADMIN.email), utc_now())


def sessions(served: SampleCentral) -> int:
    with served.database.transaction() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one())


def people_known(folder: Path) -> int:
    with closing(sqlite3.connect(replica_path(folder, sample.SAMPLE))) as db:
        return int(db.execute("SELECT count(*) FROM offline_sign_ins").fetchone()[0])


def statuses(folder: Path) -> set[str]:
    with closing(sqlite3.connect(replica_path(folder, sample.SAMPLE))) as db:
        return {row[0] for row in db.execute("SELECT status FROM sync_queue")}


def test_who_signs_out_leaves_neither_a_token_nor_a_way_in(
    served: SampleCentral, system: SystemKeyring, till: AtTheTill, tmp_path: Path
) -> None:
    come_in(till, served, ROSA)
    assert till.program.shop is not None
    till.program.shop.tokens_at("http://192.168.1.7:8000").set("let in at a branch")
    assert len(system.entries) == 2
    sign_out(till)
    assert (system.entries, people_known(tmp_path / "till")) == ({}, 0)
    wait_for(lambda: sessions(served) == 0, "the end of the session at central")
    assert till.wait_until(SyncKind.SIGNED_OUT).waiting == 0


def test_who_signs_out_leaves_no_token_of_an_address_that_central_had_before(
    served: SampleCentral, system: SystemKeyring, till: AtTheTill
) -> None:
    come_in(till, served, ROSA)
    till.program.window.lock_asked.emit()
    till.hands.click("Otra persona")
    till.sign_in(served.address.replace("127.0.0.1", "localhost"), ROSA)
    till.hands.click("Abrir la caja")
    till.wait_until_in()
    till.wait_until(SyncKind.ONLINE)
    sign_out(till)
    assert system.entries == {}


class LateWord:
    """Central is asked by whoever types a password only once it may answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, asker: ModuleType, errand: str) -> None:
        self._may_come, self._has_come, self._ask = Event(), Event(), getattr(asker, errand)
        monkeypatch.setattr(asker, errand, self._ask_late)

    def _ask_late(self, *asked: Any) -> Any:
        self._may_come.wait(timeout=60)
        try:
            return self._ask(*asked)
        finally:
            self._has_come.set()

    def come(self) -> None:
        self._may_come.set()
        wait_for(self._has_come.is_set, "central's word")


def come_in_again_by_password(till: AtTheTill, who: SampleMember = ROSA) -> None:
    till.hands.click("Bloquear")
    till.hands.click(who.name)
    till.hands.click("Entrar con contraseña")
    till.hands.write("Contraseña", sample.PASSWORD)
    till.hands.click("Entrar")
    till.wait_until_in()


def test_whom_central_confirms_after_they_have_gone_is_gone_all_the_same(
    served: SampleCentral, system: SystemKeyring, till: AtTheTill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(till, served, ROSA)
    word = LateWord(monkeypatch, entrance, "renew")
    come_in_again_by_password(till)
    sign_out(till)
    word.come()
    nothing = ({}, 0, 0)
    wait_for(lambda: (system.entries, people_known(tmp_path / "till"), sessions(served)) == nothing, "no way in")


def test_whom_central_confirms_after_the_shop_was_opened_elsewhere_disturbs_nobody(
    served: SampleCentral, till: AtTheTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(till, served, ROSA)
    word = LateWord(monkeypatch, entrance, "renew")
    come_in_again_by_password(till)
    till.hands.click("Bloquear")
    till.hands.click("Otra persona")
    till.sign_in(served.address.replace("127.0.0.1", "localhost"), ROSA)
    till.hands.click("Abrir la caja")
    till.wait_until_in()
    word.come()
    till.sell()


def test_whom_central_confirms_after_the_till_was_taken_off_leaves_no_token(
    served: SampleCentral, system: SystemKeyring, till: AtTheTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(till, served, ADMIN)
    word = LateWord(monkeypatch, arrivals, "arrive")
    come_in_again_by_password(till, ADMIN)
    take_off(till)
    word.come()
    till.leave()
    assert system.entries == {}


def test_others_go_on_by_their_pin_when_one_signs_out(served: SampleCentral, till: AtTheTill) -> None:
    come_in(till, served, ROSA)
    till.hands.click("Bloquear")
    till.hands.click("Otra persona")
    till.sign_in(served.address, ADMIN)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.program.window.open_screen("esta_caja")
    till.hands.click("Cerrar sesión…")
    till.reads("Nada: todo")
    till.hands.click("Cerrar sesión")
    till.reads("¿Quién atiende?")
    assert not till.hands.can(ADMIN.name)
    till.come_in_by_pin(ROSA)
    till.sell()
    assert till.wait_until(SyncKind.SIGNED_OUT).waiting
    till.hands.click("Iniciar sesión")
    till.come_in_by_password(ROSA)
    assert not till.wait_until(SyncKind.ONLINE).waiting


def test_what_waits_at_a_sign_out_is_exported_taken_at_central_and_sent_later_all_the_same(
    served: SampleCentral, till: AtTheTill, file: Path, tmp_path: Path
) -> None:
    before = sales_at_central(served)
    come_in(till, served, ROSA)
    sell_while_signed_out(till, served)
    till.program.window.open_screen("esta_caja")
    till.hands.click("Cerrar sesión…")
    till.reads("2 ventas por")
    export(till)
    till.hands.click("Cerrar sesión")
    till.reads("La primera vez hace falta internet")
    assert sales_at_central(served) == before
    assert bring_to_central(served, file) == TakenIn(new=3)  # the drawer's opening too
    assert sales_at_central(served) == before + 2
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    assert not till.wait_until(SyncKind.ONLINE).waiting
    assert (statuses(tmp_path / "till"), sales_at_central(served)) == ({"acked"}, before + 2)
    assert len(receipts(till)) == 2


def test_a_till_that_has_sent_all_is_taken_away_and_nothing_stays(
    served: SampleCentral, system: SystemKeyring, till: AtTheTill, tmp_path: Path
) -> None:
    come_in(till, served, ADMIN)
    till.sell()
    wait_for(lambda: statuses(tmp_path / "till") == {"acked"}, "all to be sent")
    take_off(till)
    left = sorted(each.name for each in (tmp_path / "till").iterdir())
    assert left == ["photographs", "settings.copy.json", "settings.json"]
    assert (load_settings(tmp_path / "till").last_business, system.entries) == ("", {})


def test_a_till_with_something_unsent_goes_by_its_export_and_central_gets_it_all(
    served: SampleCentral, till: AtTheTill, file: Path, tmp_path: Path
) -> None:
    before = sales_at_central(served)
    come_in(till, served, ADMIN)
    sell_while_signed_out(till, served)
    sold = receipts(till)
    till.program.window.open_screen("esta_caja")
    till.hands.click("Quitar esta caja…")
    till.reads("2 ventas por")
    till.hands.write("Escriba QUITAR para confirmar", "QUITAR")
    till.hands.click("Quitar la caja")
    till.reads("Lo que falta enviar se perdería")
    export(till)
    till.hands.click("Quitar la caja")
    till.reads("Falta llevar al servidor 3 registros")
    assert not replica_path(tmp_path / "till", sample.SAMPLE).exists()
    assert bring_to_central(served, file) == TakenIn(new=3)
    assert sales_at_central(served) == before + 2
    [aside] = (tmp_path / "till" / "Cajas quitadas").glob("*/*.db")
    with closing(sqlite3.connect(aside)) as db:
        assert [row[0] for row in db.execute("SELECT receipt_number FROM sales ORDER BY 1")] == sold
    till.hands.click("Entendido")
    come_in(till, served, ADMIN)
    assert sales_at_central(served) == before + 2


def test_what_is_sold_after_the_export_keeps_the_till_where_it_is(
    served: SampleCentral, till: AtTheTill, file: Path, tmp_path: Path
) -> None:
    come_in(till, served, ADMIN)
    sell_while_signed_out(till, served, times=1)
    till.program.window.open_screen("esta_caja")
    till.hands.click("Quitar esta caja…")
    till.reads("1 venta por")
    export(till)
    with closing(sqlite3.connect(replica_path(tmp_path / "till", sample.SAMPLE))) as db, db:
        db.execute("UPDATE sync_queue SET id = lower(hex(randomblob(16))) WHERE seq = 1")
    till.hands.write("Escriba QUITAR para confirmar", "QUITAR")
    till.hands.click("Quitar la caja")
    till.reads("Hay cosas sin enviar que no están en un archivo.")
    assert replica_path(tmp_path / "till", sample.SAMPLE).exists()


def test_a_till_that_was_withdrawn_tells_so_exports_and_is_still_heard(
    served: SampleCentral, till: AtTheTill, file: Path, tmp_path: Path
) -> None:
    before = sales_at_central(served)
    come_in(till, served, ROSA)
    sell_while_signed_out(till, served)
    withdraw(served)
    till.program.window.open_screen("esta_caja")
    export(till)
    taken = bring_to_central(served, file)
    assert (taken.new, taken.parked) == (3, 0)  # the drawer's opening too
    till.hands.click("Iniciar sesión")
    till.come_in_by_password(ROSA)
    till.reads("El administrador retiró esta caja. Lo vendido se sigue enviando")
    till.sell()
    wait_for(lambda: statuses(tmp_path / "till") == {"acked"}, "an answer to all that waited")
    assert sales_at_central(served) == before + 3
    assert marks(served) == {"device_revoked"}


def withdraw(served: SampleCentral) -> None:
    with served.database.transaction(sample.SAMPLE) as connection:
        connection.exec_driver_sql("UPDATE devices SET revoked_at = now()")


def marks(served: SampleCentral) -> set[str]:
    """The first of what central remarked on each sale."""
    with served.database.transaction(sample.SAMPLE) as connection:
        return {str(row[0]).split()[0] for row in connection.exec_driver_sql("SELECT review_reason FROM sales")}
