"""The program as people come in and go out: with central, without it, and after the PC was switched off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from avileo_pos.demo.hands import wait_for
from avileo_pos.desktop.app import utc_now
from avileo_pos.desktop.program import TillProgram
from avileo_pos.handover.sealing import KeySeal
from avileo_pos.replica.database import Replica
from avileo_pos.replica.journal import read_journal
from avileo_pos.replica.key_chest import open_chest
from avileo_pos.server.auth.passwords import hash_password
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.settings import FILE_NAME, Settings, replica_path, save_settings
from avileo_pos.sync.state import SyncKind
from tests.desktop.at_the_till import AtTheTill, receipts, sales_at_central
from tests.desktop.screens.eyes import notice
from tests.postgres import TestPostgres
from tests.sample_central import SampleCentral, sample_central


def test_a_new_till_asks_central_names_itself_and_sells(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja del puesto")
    opened = till.wait_until_in()
    assert (opened.person.name, opened.business.name) == (ROSA.name, sample.BUSINESS_NAME)
    assert opened.device_name == "Caja del puesto"
    till.reads(ROSA.name)


def test_a_wrong_password_is_said_beside_its_field(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ADMIN, "no es esta")
    till.reads("contraseña")
    assert till.entered == []


NEW = "gallo-de-oro-7"


def handed_to_rosa(served: SampleCentral) -> str:
    """Pepa, who is the admin, has central make a password for one time."""
    with httpx.Client(base_url=served.address) as pepa:
        said = {"email": ADMIN.email, "password": sample.PASSWORD}
        pepa.post("/api/auth/sign-in/email", json=said).raise_for_status()
        made = pepa.post(f"/api/businesses/{sample.SAMPLE}/members/{ROSA.id}/one-time-password")
        return str(made.raise_for_status().json()["one_time_password"])


def set_new_password(till: AtTheTill) -> None:
    till.reads("sirve una sola vez")
    till.hands.write("Contraseña nueva, al menos 8 caracteres", NEW)
    till.hands.write("Otra vez, igual", NEW)
    till.hands.click("Guardar y entrar")


def test_who_was_handed_a_password_sets_a_new_one_and_sells(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ROSA, handed_to_rosa(served))
    set_new_password(till)
    till.reads("Nombre de la caja")
    till.name_the_till("Caja 1")
    assert till.wait_until_in().person.name == ROSA.name
    till.wait_until(SyncKind.ONLINE)


def test_who_forgot_the_password_at_the_own_till_comes_back_by_a_handed_one(
    served: SampleCentral, till: AtTheTill
) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.program.window.lock_asked.emit()
    till.hands.click(ROSA.name)
    till.hands.click("Entrar con contraseña")
    till.hands.write("Contraseña", handed_to_rosa(served))
    till.hands.click("Entrar")
    set_new_password(till)
    assert till.wait_until_in().person.name == ROSA.name
    till.wait_until(SyncKind.ONLINE)


def test_the_first_time_without_central_says_that_it_needs_internet(till: AtTheTill) -> None:
    till.sign_in("http://127.0.0.1:1", ROSA)
    till.reads("hace falta internet")


@pytest.mark.parametrize("address", ["no es una dirección", "http://ejemplo.com"])
def test_an_address_that_cannot_be_central_is_said_beside_it(till: AtTheTill, address: str) -> None:
    till.sign_in(address, ROSA)
    wait_for(lambda: till.program.page.first.address_row.problem(), "a word beside the address")


def come_in_once(qtbot: QtBot, folder: Path, address: str) -> None:
    """Rosa signs in at a new till and closes the program."""
    first = AtTheTill(qtbot, folder)
    first.sign_in(address, ROSA)
    first.name_the_till("Caja 1")
    first.wait_until_in()
    first.leave()


def test_who_signed_in_once_comes_back_without_central(qtbot: QtBot, tmp_path: Path, postgres: TestPostgres) -> None:
    with sample_central(postgres) as central:
        come_in_once(qtbot, tmp_path, central.address)
    again = AtTheTill(qtbot, tmp_path)
    assert again.come_in_by_pin(ROSA).person.name == ROSA.name
    again.leave()


def test_who_comes_in_by_pin_without_a_session_sells_and_sends_it_all_after_the_password(
    served: SampleCentral, qtbot: QtBot, tmp_path: Path
) -> None:
    come_in_once(qtbot, tmp_path, served.address)
    again = AtTheTill(qtbot, tmp_path)  # no keyring kept the token
    again.come_in_by_pin(ROSA)
    sells_signed_out_and_sends_after_the_password(again, served)
    again.leave()


def test_a_till_whose_settings_the_disk_has_lost_sells_and_sends_it_all_once_its_address_is_typed(
    served: SampleCentral, qtbot: QtBot, tmp_path: Path
) -> None:
    come_in_once(qtbot, tmp_path, served.address)
    for file in tmp_path.glob("settings*.json"):
        file.write_bytes(bytes(200))
    again = AtTheTill(qtbot, tmp_path)
    again.come_in_by_pin(ROSA)
    again.reads("entre por «Otra persona»")
    again.sell()
    before = sales_at_central(served)
    again.program.window.lock_asked.emit()
    again.hands.click("Otra persona")
    again.sign_in(served.address, ROSA)
    again.hands.click("Abrir la caja")
    again.wait_until_in()
    again.wait_until(SyncKind.ONLINE)
    assert sales_at_central(served) == before + 1
    again.leave()


def test_who_signed_in_once_comes_back_though_no_settings_can_be_written(
    qtbot: QtBot, tmp_path: Path, postgres: TestPostgres
) -> None:
    """On a full disk, or while something else has the file open."""
    with sample_central(postgres) as central:
        come_in_once(qtbot, tmp_path, central.address)
    (tmp_path / f"{FILE_NAME}.unfinished").mkdir()
    again = AtTheTill(qtbot, tmp_path)
    assert again.come_in_by_pin(ROSA).person.name == ROSA.name
    again.leave()


def test_whose_session_central_has_ended_sells_and_sends_it_all_after_the_password(
    served: SampleCentral, till: AtTheTill
) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.wait_until(SyncKind.ONLINE)
    with served.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM session")
    sells_signed_out_and_sends_after_the_password(till, served)


def sells_signed_out_and_sends_after_the_password(till: AtTheTill, served: SampleCentral) -> None:
    before = sales_at_central(served)
    till.sell()
    till.reads("Inicie sesión cuando pueda; la venta sigue.")
    assert till.wait_until(SyncKind.SIGNED_OUT).waiting
    assert sales_at_central(served) == before
    till.hands.click("Iniciar sesión")
    till.come_in_by_password(ROSA)
    assert not till.wait_until(SyncKind.ONLINE).waiting
    assert sales_at_central(served) == before + 1


def test_who_is_asked_for_the_password_may_still_come_in_by_pin(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    with served.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM session")
    till.sell()
    till.hands.click("Iniciar sesión")
    till.hands.click(ROSA.name)
    till.hands.click("Entrar con PIN")
    till.hands.write("PIN", ROSA.pin)
    till.hands.click("Entrar")
    till.wait_until_in()
    till.reads("Inicie sesión cuando pueda; la venta sigue.")


def test_a_password_that_was_changed_elsewhere_is_asked_for_where_the_old_one_still_opens(
    served: SampleCentral, till: AtTheTill
) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    with served.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE account SET password = %s", (hash_password("otra contraseña"),))
    till.hands.click("Bloquear")
    till.hands.click(ROSA.name)
    till.hands.click("Entrar con contraseña")
    till.hands.write("Contraseña", sample.PASSWORD)
    till.hands.click("Entrar")
    till.wait_until_in()
    till.reads("El servidor no aceptó la entrada.")


def test_that_the_computer_keeps_no_passwords_is_said_once(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.reads("no guarda contraseñas")
    till.hands.click("Bloquear")
    till.come_in_by_pin(ROSA)
    assert notice(till.program.window) == ""


def test_an_owner_who_comes_by_pin_to_a_sellers_till_hears_that_it_does_not_tell_all(
    served: SampleCentral, till: AtTheTill
) -> None:
    till.begin(served.address, ADMIN, "Caja 1")
    till.hands.click("Bloquear")
    till.come_in_by_pin(ADMIN)
    assert notice(till.program.window) == ""
    till.hands.click("Bloquear")
    till.hands.click("Otra persona")
    till.sign_in(served.address, ROSA)
    till.hands.click("Abrir la caja")
    till.wait_until_in()
    till.hands.click("Bloquear")
    till.come_in_by_pin(ADMIN)
    till.reads("Para verlo todo, entre con su contraseña.")
    till.hands.click("Bloquear")
    till.come_in_by_pin(ROSA)
    assert notice(till.program.window) == ""


def test_a_wrong_pin_is_refused_and_the_right_one_opens_again(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.hands.click("Bloquear")
    till.hands.click(ROSA.name)
    till.hands.write("PIN", "9999")
    till.hands.click("Entrar")
    till.reads("PIN")
    till.hands.write("PIN", ROSA.pin)
    till.hands.click("Entrar")
    assert till.wait_until_in().person.member_id == ROSA.id


def test_a_second_program_on_the_same_files_says_so(
    served: SampleCentral, qtbot: QtBot, till: AtTheTill, tmp_path: Path
) -> None:
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    second = TillProgram(tmp_path / "till", utc_now)
    qtbot.addWidget(second.window)
    refusals: list[str] = []
    second.refused_to_start.connect(refusals.append)
    second.start()
    wait_for(lambda: refusals, "the refusal")
    assert refusals == ["Avileo ya está abierto en esta computadora."]
    second.close()


def test_nobody_is_asked_anything_while_the_file_is_opened(
    served: SampleCentral, qtbot: QtBot, till: AtTheTill, tmp_path: Path
) -> None:
    """With years of sales that takes seconds, in which a first sign-in would be typed in vain."""
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.leave()
    again = AtTheTill(qtbot, tmp_path / "till")
    assert again.program.page.opening.isVisible()
    assert not again.program.page.first.isVisible()
    again.come_in_by_pin(ROSA)
    again.leave()


def test_the_file_of_a_newer_program_is_said_in_words_and_left_as_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    file = replica_path(tmp_path, sample.SAMPLE)
    Replica.open(file).close()
    make_newer(file)
    before = file.read_bytes()
    save_settings(tmp_path, Settings(central_address="http://127.0.0.1:1", last_business=str(sample.SAMPLE)))
    at_the_till = AtTheTill(qtbot, tmp_path)
    at_the_till.reads("Actualice el programa")
    at_the_till.leave()
    assert file.read_bytes() == before


def test_a_damaged_file_of_which_nothing_is_known_gives_way_to_a_new_till(
    served: SampleCentral, qtbot: QtBot, tmp_path: Path
) -> None:
    file = replica_path(tmp_path, sample.SAMPLE)
    file.write_bytes(b"not a database at all" * 1000)
    save_settings(tmp_path, Settings(central_address=served.address, last_business=str(sample.SAMPLE)))
    at_the_till = AtTheTill(qtbot, tmp_path)
    at_the_till.reads("Estaba dañado y se apartó")
    at_the_till.hands.click("Entendido")
    at_the_till.sign_in(served.address, ROSA)
    at_the_till.name_the_till("Caja 1")
    at_the_till.wait_until_in()
    at_the_till.leave()
    [aside] = file.parent.glob("*.damaged-*")
    assert aside.read_bytes().startswith(b"not a database at all")


def make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'till_9999'")


# --- The till's own safety --------------------------------------------------------------------------------------------


def test_a_file_that_was_damaged_overnight_opens_with_all_its_sales(
    served: SampleCentral, qtbot: QtBot, tmp_path: Path
) -> None:
    evening = AtTheTill(qtbot, tmp_path)
    evening.sign_in(served.address, ROSA)
    evening.name_the_till("Caja 1")
    evening.wait_until_in()
    for _ in range(2):
        evening.sell()
    sold = receipts(evening)
    evening.leave()
    file = replica_path(tmp_path, sample.SAMPLE)
    file.write_bytes(b"\x5a" * file.stat().st_size)
    morning = AtTheTill(qtbot, tmp_path)
    morning.reads("La caja sigue con la copia")
    morning.hands.click("Entendido")
    morning.come_in_by_pin(ROSA)
    assert receipts(morning) == sold
    morning.sell()
    assert len(receipts(morning)) == 3
    morning.leave()


def test_an_owner_goes_back_to_a_copy_and_loses_nothing(served: SampleCentral, till: AtTheTill) -> None:
    till.sign_in(served.address, ADMIN)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.program.window.open_screen("respaldo")
    till.hands.click("Copiar ahora")
    [copy] = wait_for(lambda: till.program.window.safety.state.copies, "the copy")
    # The one at closing takes the place of another of the same second.
    wait_for(lambda: utc_now() >= copy.made_at + timedelta(seconds=1), "the next second")
    till.program.window.open_screen("sale")
    till.sell()
    sold = receipts(till)
    till.program.window.safety.return_asked.emit(copy)
    till.reads("se repus")
    till.hands.click("Entendido")
    till.come_in_by_pin(ADMIN)
    assert receipts(till) == sold
    till.wait_until(SyncKind.SIGNED_OUT)


def test_the_second_place_is_kept_from_the_first_sale_on(
    served: SampleCentral, till: AtTheTill, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    till.sign_in(served.address, ROSA)
    till.name_the_till("Caja 1")
    till.wait_until_in()
    till.program.window.safety.choose_place(str(stick))
    till.sell()
    journals = wait_for(lambda: list(stick.rglob("*.journal")), "the journal on the stick")
    device = journals[0].stem
    seal = wait_for(lambda: opened_chest(journals[0].with_name(f"{device}.locks")), "the chest")
    wait_for(
        lambda: any(each.operation.collection == "sales" for each in read_journal(journals[0], seal).operations),
        "the sale",
    )


def test_a_burnt_laptops_till_goes_on_at_another_from_its_stick(
    served: SampleCentral, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    burnt = AtTheTill(qtbot, tmp_path / "burnt")
    burnt.sign_in(served.address, ROSA)
    burnt.name_the_till("Caja 1")
    burnt.wait_until_in()
    burnt.program.window.safety.choose_place(str(stick))
    for _ in range(2):
        burnt.sell()
    sold = receipts(burnt)
    burnt.leave()
    another = AtTheTill(qtbot, tmp_path / "another")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(stick))
    another.hands.click("Traer una caja de su respaldo…")
    another.hands.wait_for_sheet("Traer una caja de su respaldo")
    another.hands.press(served.address, Qt.Key.Key_Tab, "no es esta", Qt.Key.Key_Enter)
    another.reads("no se abren las copias")
    another.hands.press(sample.PASSWORD, Qt.Key.Key_Enter)
    another.reads("La caja sigue en esta computadora")
    another.hands.click("Entendido")
    another.come_in_by_pin(ROSA)
    assert receipts(another) == sold
    another.sell()
    assert len(receipts(another)) == len(sold) + 1
    another.leave()


def opened_chest(locks: Path) -> KeySeal | None:
    return open_chest(locks, sample.PASSWORD) if locks.exists() else None
