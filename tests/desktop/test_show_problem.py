"""What a person sees when a rule is broken, and when the program itself is."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.show_problem import CrashDialog, CrashWatch, FloatingBanner, show_notice, show_problem
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.domain.errors import BusinessRuleBroken
from tests.desktop.hands import shown


def test_a_broken_rule_is_told_over_the_screen_without_taking_the_focus(qtbot: QtBot) -> None:
    screen, field = with_field(qtbot)
    show_problem(screen, BusinessRuleBroken("sale_is_empty"))
    [banner] = screen.findChildren(FloatingBanner)
    assert (banner.sentence(), banner.isVisible()) == ("Agregue al menos un producto.", True)
    assert QApplication.focusWidget() is field.field


def test_a_broken_rule_of_a_field_is_told_beside_it(qtbot: QtBot) -> None:
    screen, field = with_field(qtbot)
    show_problem(screen, BusinessRuleBroken("not_a_dni", text="1"), {"not_a_dni": field})
    assert field.problem() == "El DNI tiene 8 cifras."
    assert screen.findChild(FloatingBanner) is None


def test_a_newer_notice_takes_the_place_of_the_older(qtbot: QtBot) -> None:
    screen, _ = with_field(qtbot)
    show_notice(screen, "Guardado.")
    show_notice(screen, "Sin papel.", Tone.WARNING)
    assert [banner.sentence() for banner in screen.findChildren(FloatingBanner)] == ["Sin papel."]


def test_a_notice_stays_inside_a_narrow_screen(qtbot: QtBot) -> None:
    screen, _ = with_field(qtbot)
    show_notice(screen, "Guardado: nota A1-000123.")
    screen.resize(400, 300)
    [banner] = screen.findChildren(FloatingBanner)
    assert screen.rect().contains(banner.geometry())


def test_an_unexpected_error_is_logged_and_told_once(watch: CrashWatch, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        for text in ("first", "second"):
            raise_in_hook(ZeroDivisionError(text))
    assert [len(crash_windows()), len(caplog.records)] == [1, 2]
    assert "ZeroDivisionError: first" in crash_windows()[0].details()


def test_after_the_crash_window_is_closed_the_next_error_opens_it_again(watch: CrashWatch, qtbot: QtBot) -> None:
    raise_in_hook(ZeroDivisionError("first"))
    crash_windows()[0].accept()
    qtbot.waitUntil(lambda: crash_windows() == [])
    raise_in_hook(ZeroDivisionError("second"))
    assert "second" in crash_windows()[0].details()


def test_an_error_in_a_worker_is_told_too(watch: CrashWatch, qapp: QApplication, qtbot: QtBot) -> None:
    worker = threading.Thread(target=divide_by_zero)
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: len(crash_windows()) == 1)
    assert crash_windows()[0].thread() is qapp.thread()


def test_ending_the_program_is_no_crash(watch: CrashWatch, capsys: pytest.CaptureFixture[str]) -> None:
    raise_in_hook(KeyboardInterrupt())
    assert crash_windows() == []


def test_the_details_can_be_copied_for_who_helps(qtbot: QtBot) -> None:
    dialog = shown(qtbot, CrashDialog("Traceback: ejemplo"))
    button = next(widget for widget in dialog.findChildren(QWidget) if widget.accessibleName() == "Copiar detalle")
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert QApplication.clipboard().text() == "Traceback: ejemplo"


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[CrashWatch]:
    before = sys.excepthook, threading.excepthook
    watching = CrashWatch()
    watching.install()
    yield watching
    sys.excepthook, threading.excepthook = before
    for window in crash_windows():
        window.accept()


def raise_in_hook(trouble: BaseException) -> None:
    """As Python does with what nobody caught."""
    sys.excepthook(type(trouble), trouble, trouble.__traceback__)


def crash_windows() -> list[CrashDialog]:
    return [
        window for window in QApplication.topLevelWidgets() if isinstance(window, CrashDialog) and window.isVisible()
    ]


def divide_by_zero() -> None:
    raise ZeroDivisionError("worker")


def with_field(qtbot: QtBot) -> tuple[QWidget, FieldRow]:
    screen = QWidget()
    screen.resize(800, 500)
    field = FieldRow("DNI", QLineEdit())
    QVBoxLayout(screen).addWidget(field)
    shown(qtbot, screen)
    field.field.setFocus()
    return screen, field
