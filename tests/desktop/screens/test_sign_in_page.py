"""«Entrar»: what is asked, in which order, and what is said when it does not work."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.screens.sign_in.requests import (
    BusinessChoice,
    KnownPerson,
    OpenTill,
    SetNewPassword,
    SignInAtCentral,
    SignInHere,
)
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.sync.central import CentralUnreachable, WrongAddress
from avileo_pos.usecases.approval import PinRefused, TakeOverByPin
from tests.desktop.hands import shown
from tests.desktop.screens.eyes import button, words_in
from tests.desktop.shop import JOSE, PEPA, ROSA

ADDRESS = "https://central.example"
ROSA_HERE = KnownPerson(ROSA.member_id, ROSA.name, "rosa@example.pe", has_pin=True)
JOSE_HERE = KnownPerson(JOSE.member_id, JOSE.name, "jose@example.pe", has_pin=False, days_left=3)
WHO = SignInAtCentral(ADDRESS, "rosa@example.pe", "clave larga")


class Asked:
    """What the page asked of the program, in order."""

    def __init__(self, page: SignInPage) -> None:
        self.requests: list[object] = []
        for signal in (
            page.central_asked,
            page.till_asked,
            page.here_asked,
            page.pin_given,
            page.new_password_given,
        ):
            signal.connect(self.requests.append)


@pytest.fixture
def page(qtbot: QtBot) -> SignInPage:
    page = shown(qtbot, SignInPage())
    page.start(ADDRESS, ())
    return page


@pytest.fixture
def asked(page: SignInPage) -> Asked:
    return Asked(page)


def test_the_first_time_asks_for_email_and_password_at_the_address_of_the_settings(
    page: SignInPage, asked: Asked
) -> None:
    fill_first(page)
    assert asked.requests == [WHO]


def test_nothing_is_asked_twice_while_an_answer_is_awaited(page: SignInPage, asked: Asked) -> None:
    fill_first(page)
    QTest.keyClick(page.first.password, Qt.Key.Key_Return)
    page.first.main.click()
    assert asked.requests == [WHO]
    assert page.first.main.accessibleName() == "Un momento…"


@pytest.mark.parametrize("missing", ["address", "email", "password"])
def test_an_empty_field_says_so_and_nothing_is_asked(page: SignInPage, asked: Asked, missing: str) -> None:
    fill_first(page, without=missing)
    assert asked.requests == []
    assert "Falta llenar esto." in words_in(page.first)


def test_a_wrong_address_is_told_beside_the_address(page: SignInPage) -> None:
    fill_first(page)
    page.show_trouble(WrongAddress("not_central"))
    assert page.first.address_row.problem() == "En esa dirección no responde un servidor Avileo."
    assert page.first.address.hasFocus()


def test_a_wrong_password_is_told_beside_the_password(page: SignInPage) -> None:
    fill_first(page)
    page.show_trouble(BusinessRuleBroken("wrong_password"))
    assert page.first.password_row.problem() == "El correo o la contraseña no son correctos."


def test_a_person_of_no_business_is_told_whom_to_ask(page: SignInPage) -> None:
    fill_first(page)
    page.show_trouble(BusinessRuleBroken("no_business"))
    assert "Pida al administrador que la invite." in page.first.problem()


def test_without_internet_the_first_time_says_that_it_is_needed(page: SignInPage) -> None:
    fill_first(page)
    page.show_trouble(CentralUnreachable("no_route"))
    assert page.first.problem() == "Para entrar por primera vez hace falta internet. No se llega al servidor."


def test_after_trouble_it_can_be_tried_again(page: SignInPage, asked: Asked) -> None:
    fill_first(page)
    page.show_trouble(CentralUnreachable("timeout"))
    page.first.main.click()
    assert asked.requests == [WHO, WHO]
    assert page.first.problem() == ""


def test_a_defect_is_not_told_as_trouble(page: SignInPage) -> None:
    with pytest.raises(ZeroDivisionError):
        page.show_trouble(ZeroDivisionError())


def test_who_works_in_several_businesses_chooses_one_and_names_the_till(page: SignInPage, asked: Asked) -> None:
    choices = [BusinessChoice(uuid4(), "Avícola Doña Pepa"), BusinessChoice(uuid4(), "Avícola San Juan")]
    fill_first(page)
    page.show_businesses(choices)
    page.business.business.setCurrentText("Avícola San Juan")
    page.business.device.clear()
    QTest.keyClicks(page.business.device, "Puesto 14")
    QTest.keyClick(page.business.device, Qt.Key.Key_Return)
    assert asked.requests == [WHO, OpenTill(WHO, choices[1].id, "Puesto 14")]


def test_the_sample_can_be_tried_without_an_account(page: SignInPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.sample_asked):
        button(page, "Probar con datos de ejemplo").click()


def test_a_known_person_comes_in_by_pin(page: SignInPage, asked: Asked) -> None:
    page.start(ADDRESS, (ROSA_HERE, JOSE_HERE))
    button(page, "Rosa Quispe").click()
    QTest.keyClicks(page.person.pin, "2580")
    QTest.keyClick(page.person.pin, Qt.Key.Key_Return)
    assert asked.requests == [TakeOverByPin(ROSA.member_id, "2580")]


def test_people_who_are_asked_for_while_the_page_shows_them_stay_in_sight(page: SignInPage) -> None:
    for _ in range(2):
        page.start(ADDRESS, (ROSA_HERE, JOSE_HERE))
        QApplication.processEvents()
    for name in (ROSA.name, JOSE.name):
        assert not button(page, name).visibleRegion().isEmpty()


def test_a_pin_takes_digits_only(page: SignInPage) -> None:
    page.start(ADDRESS, (ROSA_HERE,))
    button(page, "Rosa Quispe").click()
    QTest.keyClicks(page.person.pin, "2a5b8-0123")
    assert page.person.pin.text() == "258012"


def test_a_mistaken_pin_empties_the_field_and_says_how_many_tries_are_left(page: SignInPage) -> None:
    page.start(ADDRESS, (ROSA_HERE,))
    button(page, "Rosa Quispe").click()
    QTest.keyClicks(page.person.pin, "0000")
    QTest.keyClick(page.person.pin, Qt.Key.Key_Return)
    page.show_refused(PinRefused(tries_left=4, wait_until=None))
    assert page.person.pin.text() == ""
    assert page.person.pin_row.problem() == "PIN equivocado. Quedan 4 intentos."


def test_who_forgot_the_pin_uses_the_password(page: SignInPage, asked: Asked) -> None:
    page.start(ADDRESS, (ROSA_HERE,))
    button(page, "Rosa Quispe").click()
    button(page, "Entrar con contraseña").click()
    QTest.keyClicks(page.person.password, "clave larga")
    QTest.keyClick(page.person.password, Qt.Key.Key_Return)
    assert asked.requests == [SignInHere("rosa@example.pe", "clave larga")]


def test_whom_central_has_signed_out_is_asked_for_the_password_and_may_still_use_the_pin(
    page: SignInPage, asked: Asked
) -> None:
    page.start(ADDRESS, (replace(ROSA_HERE, wants_password=True),))
    button(page, "Rosa Quispe").click()
    assert page.person.password.isVisible()
    button(page, "Entrar con PIN").click()
    QTest.keyClicks(page.person.pin, "2580")
    QTest.keyClick(page.person.pin, Qt.Key.Key_Return)
    assert asked.requests == [TakeOverByPin(ROSA.member_id, "2580")]


def test_who_has_no_pin_is_asked_for_the_password_and_warned_before_the_lease_ends(page: SignInPage) -> None:
    page.start(ADDRESS, (ROSA_HERE, JOSE_HERE))
    button(page, "José Huamán").click()
    assert page.person.password.isVisible()
    assert not page.person.pin.isVisible()
    assert "Conéctese a internet: en 3 días ya no podrá entrar sin él." in words_in(page)


def test_another_person_signs_in_for_the_first_time_and_may_go_back(page: SignInPage) -> None:
    page.start(ADDRESS, (ROSA_HERE,))
    button(page, "Otra persona").click()
    assert page.first.isVisible()
    assert page.first.address.text() == ADDRESS
    button(page, "Volver").click()
    assert page.people.isVisible()


def test_after_a_lock_another_shift_is_shown_afresh(page: SignInPage) -> None:
    page.start(ADDRESS, (ROSA_HERE,))
    button(page, "Rosa Quispe").click()
    pepa = KnownPerson(PEPA.member_id, PEPA.name, "pepa@example.pe", has_pin=True)
    page.start(ADDRESS, (ROSA_HERE, pepa))
    assert button(page, "Pepa Salas").isVisible()
    assert not page.person.isVisible()


def fill_first(page: SignInPage, without: str = "") -> None:
    """Typed, and Enter in the last field."""
    page.first.address.setText("" if without == "address" else ADDRESS)
    QTest.keyClicks(page.first.email, "" if without == "email" else WHO.email)
    QTest.keyClicks(page.first.password, "" if without == "password" else WHO.password)
    QTest.keyClick(page.first.password, Qt.Key.Key_Return)


def test_escape_goes_back_to_who_works_here(page: SignInPage) -> None:
    page.start(ADDRESS, (ROSA_HERE, JOSE_HERE))
    button(page, ROSA.name).click()
    QTest.keyClick(page.person.pin, Qt.Key.Key_Escape)
    assert page.people.isVisible()
    button(page, "Otra persona").click()
    QTest.keyClick(page.first.email, Qt.Key.Key_Escape)
    assert page.people.isVisible()


def test_escape_leads_nowhere_where_nobody_is_known(page: SignInPage) -> None:
    QTest.keyClick(page.first.email, Qt.Key.Key_Escape)
    assert page.first.isVisible()


# --- A password of one time ------------------------------------------------------------------------------------------


def asked_for_new_password(page: SignInPage) -> None:
    """Who came in for the first time was handed a password."""
    fill_first(page)
    page.show_trouble(BusinessRuleBroken("password_must_change"))


def type_new_password(page: SignInPage, password: str, again: str) -> None:
    """By the keyboard alone, from wherever the focus is, and Enter at the end."""
    step = page.new_password
    step.password.clear()
    step.again.clear()
    step.password.setFocus()
    QTest.keyClicks(page.focusWidget(), password)
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClicks(page.focusWidget(), again)
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Return)


def test_who_came_by_a_password_of_one_time_is_asked_for_a_new_one_twice(page: SignInPage, asked: Asked) -> None:
    asked_for_new_password(page)
    assert page.new_password.isVisible()
    assert not page.first.isVisible()
    assert page.new_password.password.hasFocus()
    assert "La que le entregaron sirve una sola vez" in " ".join(words_in(page.new_password))
    type_new_password(page, "gallo de oro", "gallo de oro")
    assert asked.requests == [WHO, SetNewPassword(WHO, "gallo de oro")]


def test_the_business_is_opened_with_the_new_password(page: SignInPage, asked: Asked) -> None:
    choice = BusinessChoice(uuid4(), "Avícola Doña Pepa")
    asked_for_new_password(page)
    type_new_password(page, "gallo de oro", "gallo de oro")
    page.show_businesses([choice])
    page.business.main.click()
    who = SignInAtCentral(WHO.address, WHO.email, "gallo de oro")
    assert asked.requests[-1] == OpenTill(who, choice.id, "Caja 1")


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("corta", "corta", "La contraseña necesita al menos 8 caracteres."),
        ("x" * 129, "x" * 129, "La contraseña puede tener hasta 128 caracteres."),
    ],
)
def test_a_new_password_of_the_wrong_length_is_said_beside_it(
    page: SignInPage, asked: Asked, password: str, again: str, said: str
) -> None:
    asked_for_new_password(page)
    type_new_password(page, password, again)
    assert page.new_password.password_row.problem() == said
    assert page.new_password.password.hasFocus()
    assert asked.requests == [WHO]


def test_two_different_new_passwords_are_said_beside_the_second(page: SignInPage, asked: Asked) -> None:
    asked_for_new_password(page)
    type_new_password(page, "gallo de oro", "gallo de plata")
    assert page.new_password.again_row.problem() == "No es igual a la de arriba. Escríbala otra vez."
    assert page.new_password.again.hasFocus()
    type_new_password(page, "gallo de oro", "gallo de oro")
    assert page.new_password.again_row.problem() == ""
    assert asked.requests == [WHO, SetNewPassword(WHO, "gallo de oro")]


def test_the_handed_password_is_no_new_one(page: SignInPage) -> None:
    asked_for_new_password(page)
    type_new_password(page, WHO.password, WHO.password)
    page.show_trouble(BusinessRuleBroken("password_not_new"))
    assert page.new_password.password_row.problem() == "Ponga otra: esa es la que le entregaron."


def test_a_known_person_who_was_handed_a_password_sets_a_new_one_too(page: SignInPage, asked: Asked) -> None:
    page.start(ADDRESS, (ROSA_HERE, JOSE_HERE))
    button(page, "José Huamán").click()
    QTest.keyClicks(page.person.password, "7K3QM-0XWZB")
    QTest.keyClick(page.person.password, Qt.Key.Key_Return)
    page.show_trouble(BusinessRuleBroken("password_must_change"))
    type_new_password(page, "gallo de oro", "gallo de oro")
    came_by = SignInHere("jose@example.pe", "7K3QM-0XWZB")
    assert asked.requests == [came_by, SetNewPassword(came_by, "gallo de oro")]


def test_who_does_not_set_a_new_password_goes_back(page: SignInPage) -> None:
    asked_for_new_password(page)
    QTest.keyClick(page.new_password.password, Qt.Key.Key_Escape)
    assert page.first.isVisible()
    page.start(ADDRESS, (ROSA_HERE, JOSE_HERE))
    button(page, "José Huamán").click()
    page.show_trouble(BusinessRuleBroken("password_must_change"))
    button(page.new_password, "Volver").click()
    assert page.people.isVisible()


def test_what_was_typed_for_one_person_is_not_there_for_the_next(page: SignInPage) -> None:
    asked_for_new_password(page)
    type_new_password(page, "gallo de oro", "gallo de plata")
    page.start(ADDRESS, ())
    asked_for_new_password(page)
    assert (page.new_password.password.text(), page.new_password.again.text()) == ("", "")
    assert page.new_password.again_row.problem() == ""
