"""«Respaldo»: what it tells of the till's safety, and who may change it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.safety_desk import Copy, Elsewhere, Room, SafetyState
from avileo_pos.desktop.safety_words import of_opening
from avileo_pos.desktop.screens.safety.safety_form import SafetyForm
from avileo_pos.desktop.widgets.dialogs import ConfirmSheet, PinSheet
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.rescue import Opened, Rescue
from tests.desktop.screens.conftest import Enter
from tests.desktop.screens.eyes import button, sheets, the, words_in
from tests.desktop.screens.tour import RESCUED, SAFE
from tests.desktop.shop import PEPA, PEPA_PIN, ROSA, Shop

WORRIES = {
    "tiene un daño": replace(SAFE, is_damaged=True),
    "casi lleno": replace(SAFE, room=Room.SALES),
    "ya no se hacen copias": replace(SAFE, room=Room.SCARCE),
    "No está puesta la memoria": replace(SAFE, elsewhere=Elsewhere.GONE),
    "lleno o protegido": replace(SAFE, elsewhere=Elsewhere.FULL),
    "otra instalación": replace(SAFE, elsewhere=Elsewhere.FOREIGN),
}


class Asked:
    """What the program was asked for."""

    def __init__(self, window: MainWindow) -> None:
        self.places: list[str] = []
        self.returns: list[Copy] = []
        window.safety.place_chosen.connect(self.places.append)
        window.safety.return_asked.connect(self.returns.append)


def stood_before(enter: Enter, person: Actor) -> MainWindow:
    window = enter(person, "respaldo")
    window.safety.show_state(SAFE)
    return window


def test_nothing_is_said_of_the_disk_before_it_was_looked_at(enter: Enter) -> None:
    assert "Se mira en un momento." in words_in(enter(PEPA, "respaldo"))


@pytest.mark.parametrize(("said", "state"), WORRIES.items(), ids=WORRIES.keys())
def test_what_a_person_should_do_something_about_stands_over_every_screen(
    enter: Enter, said: str, state: SafetyState
) -> None:
    window = enter()
    window.safety.show_state(SAFE)
    assert not any(said in words for words in words_in(window))
    window.safety.show_state(state)
    assert any(said in words for words in words_in(window))
    window.safety.show_state(SAFE)
    assert not any(said in words for words in words_in(window))


def test_the_chosen_copy_stays_chosen_when_a_newer_one_is_made(enter: Enter) -> None:
    window = stood_before(enter, PEPA)
    table = the(window, SafetyForm).table
    table.setCurrentIndex(table.rows.index(2, 0))
    newer = replace(SAFE.copies[0], size=1)
    window.safety.show_state(replace(SAFE, copies=(newer, *SAFE.copies)))
    assert table.current() == SAFE.copies[2]


def test_an_owner_chooses_a_second_place(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    window = stood_before(enter, PEPA)
    asked = Asked(window)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "E:/Respaldo")
    button(window, "Elegir carpeta…").click()
    button(window, "Dejar de usar").click()
    assert asked.places == ["E:/Respaldo", ""]


def test_a_cashier_needs_an_owners_pin_for_it(enter: Enter, shop: Shop) -> None:
    """Whoever chooses the place could carry the copies away."""
    window = stood_before(enter, ROSA)
    asked = Asked(window)
    button(window, "Dejar de usar").click()
    assert asked.places == []
    [question] = sheets(window, PinSheet)
    the(question, QLineEdit).setText(PEPA_PIN)
    button(question, "Permitir").click()
    shop.settle()
    assert asked.places == [""]


def test_nobody_goes_back_to_a_copy_by_one_press(enter: Enter) -> None:
    window = stood_before(enter, PEPA)
    asked = Asked(window)
    table = the(window, SafetyForm).table
    table.setCurrentIndex(table.rows.index(3, 0))
    button(window, "Volver a esta copia…").click()
    assert asked.returns == []
    [question] = sheets(window, ConfirmSheet)
    button(question, "Volver a esta copia").click()
    assert asked.returns == [SAFE.copies[3]]


def test_a_file_that_was_well_is_not_spoken_of(shop: Shop) -> None:
    assert of_opening(Opened(shop.replica)) is None


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        (RESCUED, "la copia del 20/11/2026, 10:42 y se repusieron 14 operaciones de después"),
        (replace(RESCUED, rescue=Rescue(Path(), None, 3)), "Entre con su contraseña"),
        (replace(RESCUED, rescue=Rescue(Path("nowhere"), None, 3)), "Ya no estaba en la computadora"),
        (replace(RESCUED, rescue=None, came_back=1), "se repuso 1 operación"),
        (replace(RESCUED, rescue=None), "1 operación no se pudo leer"),
    ],
    ids=["from a copy", "anew", "gone", "older", "illegible"],
)
def test_what_was_done_about_a_damaged_file_is_said_in_words(opened: Opened, said: str) -> None:
    told = of_opening(opened)
    assert told is not None
    assert said in told[1]
    assert "última venta" in told[1]
