"""What a person sees when the program itself is broken."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.crash_window import CrashDialog, CrashWatch
from tests.desktop.hands import shown


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
