"""Buttons, choices and the ways to another screen obey mouse, keyboard and finger alike."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QStyleOptionButton, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.quick_cash import QuickCash
from avileo_pos.desktop.widgets.side_navigation import NavigationEntry, SideNavigation
from avileo_pos.desktop.widgets.status_chip import StatusChip
from tests.desktop.gallery import chips
from tests.desktop.hands import shown

LEFT = Qt.MouseButton.LeftButton
ENTER, PLAIN = Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier
MASK = QImage.Format.Format_Alpha8


def test_a_held_enter_charges_once(qtbot: QtBot) -> None:
    button, pressed = watched(qtbot, Button("Cobrar"))
    QTest.keyPress(button, ENTER)
    for _ in range(5):
        QApplication.sendEvent(button, QKeyEvent(QEvent.Type.KeyPress, ENTER, PLAIN, "\r", autorep=True))
    QTest.keyRelease(button, ENTER)
    assert len(pressed) == 1


def test_the_key_of_a_button_clicks_at_once_and_outlives_a_new_word(qtbot: QtBot) -> None:
    button, pressed = watched(qtbot, Button("Cobrar", key="F12"))
    button.setText("Cobrar S/ 9.80")
    QTest.keyClick(button, Qt.Key.Key_F12)
    assert (len(pressed), button.text(), button.accessibleName()) == (1, "Cobrar S/ 9.80   (F12)", "Cobrar S/ 9.80")


def test_an_ampersand_in_a_name_is_shown(qtbot: QtBot) -> None:
    assert shown(qtbot, Button("Pollos & huevos")).text() == "Pollos && huevos"


def test_an_ampersand_in_a_choice_is_shown_or_cut_whole(qtbot: QtBot) -> None:
    bar = shown(qtbot, ChoiceBar("Envase", [("1", "Jaba & Compañía & Hermanos & Asociados")], look="pills"))
    [choice] = bar.buttons()
    for width in range(60, choice.sizeHint().width()):
        choice.resize(width, choice.height())
        drawn = QStyleOptionButton()
        choice.initStyleOption(drawn)
        assert "&" not in drawn.text.replace("&&", "")


def test_a_choice_is_always_made_and_told_when_it_changes(qtbot: QtBot) -> None:
    bar = shown(qtbot, ChoiceBar("Pago", [("contado", "Contado"), ("credito", "Crédito")]))
    told: list[str] = []
    bar.chosen.connect(told.append)
    assert bar.current() == "contado"
    QTest.mouseClick(button_named(bar, "Crédito"), LEFT)
    QTest.mouseClick(button_named(bar, "Crédito"), LEFT)
    assert (bar.current(), told) == ("credito", ["credito"])


def test_each_note_that_a_customer_holds_out_is_one_press(qtbot: QtBot) -> None:
    cash = shown(qtbot, QuickCash())
    told: list[Decimal] = []
    cash.amount_chosen.connect(told.append)
    for note in ("10", "20", "50", "100", "200"):
        QTest.mouseClick(button_named(cash, f"{note} soles"), LEFT)
    with qtbot.waitSignal(cash.exact_chosen):
        QTest.mouseClick(button_named(cash, "Exacto"), LEFT)
    assert told == [Decimal(10), Decimal(20), Decimal(50), Decimal(100), Decimal(200)]


def test_the_side_shows_what_this_person_may_open(qtbot: QtBot) -> None:
    side = shown(qtbot, SideNavigation())
    told: list[str] = []
    side.chosen.connect(told.append)
    side.show_entries([SALE, CUSTOMERS])
    QTest.keyClick(side, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    side.show_entries([CUSTOMERS])
    side.show_current("customers")
    assert told == ["customers"]
    qtbot.waitUntil(lambda: [button.text() for button in side.findChildren(QPushButton)] == ["Clientes"])


def test_the_chip_says_each_state_in_words() -> None:
    assert [chip.text() for chip in chips()] == [
        "En línea · todo enviado 10:42",
        "Enviando 3",
        "Sin internet · 7 guardadas aquí",
        "2 por revisar",
    ]


def test_the_chip_counts_one_as_one(qtbot: QtBot) -> None:
    chip = shown(qtbot, StatusChip())
    chip.show_offline(1)
    assert chip.text() == "Sin internet · 1 guardada aquí"


def test_the_chip_counts_many_as_the_queue_does(qtbot: QtBot) -> None:
    chip = shown(qtbot, StatusChip())
    told = []
    for show in (chip.show_offline, chip.show_sending, chip.show_to_review):
        show(12345)
        told.append(chip.text())
    assert told == ["Sin internet · 12,345 guardadas aquí", "Enviando 12,345", "12,345 por revisar"]


def test_the_chip_has_another_picture_for_each_state() -> None:
    states = chips()  # kept, or the pictures would go with their chips
    pictures = [chip.icon().pixmap(28, 20).toImage().convertToFormat(MASK) for chip in states]
    assert all(one != other for one, other in combinations(pictures, 2))


def watched(qtbot: QtBot, button: Button) -> tuple[Button, list[bool]]:
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    return shown(qtbot, button), pressed


def button_named(parent: QWidget, name: str) -> QPushButton:
    return next(button for button in parent.findChildren(QPushButton) if button.accessibleName() == name)


SALE = NavigationEntry("sale", "Nueva venta", "shopping-cart", "Alt+1")
CUSTOMERS = NavigationEntry("customers", "Clientes", "users", "Alt+2")
