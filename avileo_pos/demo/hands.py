"""Hands for a program without a person: keys go where the focus is, and eyes wait for what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPushButton, QTableView, QWidget

from avileo_pos.desktop.widgets.sheet import Sheet

PATIENCE: Final = 60.0  # seconds, on a machine that does much else

AnswerT = TypeVar("AnswerT")
Kind = TypeVar("Kind", bound=QWidget)


class NotSeen(Exception):  # noqa: N818 - the name says what happened
    """What was waited for did not come; the message says what that was."""


class Hands:
    """A person at one window."""

    def __init__(self, window: QMainWindow, screenshots: Path) -> None:
        self.window = window
        self.screenshots: list[Path] = []
        self._folder = screenshots
        screenshots.mkdir(parents=True, exist_ok=True)

    def sit_down(self) -> None:
        """Bring this window to the front, so that keys reach it."""
        self.window.show()
        self.window.activateWindow()
        wait_for(self.window.isActiveWindow, "the window in front")

    def press(self, *keys: Qt.Key | str) -> None:
        """Each key, and each character of a text, to whatever has the focus by then."""
        for key in keys:
            if isinstance(key, str):
                for character in key:
                    self._press_one(character)
            else:
                self._press_one(key)

    def write(self, field: str, text: str) -> None:
        """Into the field of that name in front, in place of what stands there."""
        found = self.see(QLineEdit, field)
        found.setFocus()
        found.selectAll()
        self.press(text)

    def click(self, name: str) -> None:
        """The button that says so in front."""
        QTest.mouseClick(self.see(QPushButton, name), Qt.MouseButton.LeftButton)
        settle()

    def can(self, name: str) -> bool:
        """Whether that button is there to be pressed now."""
        return any(each.accessibleName() == name for each in self._all_of(QPushButton))

    def says(self, words: str) -> bool:
        """Whether a button in front begins with these words."""
        return any(each.accessibleName().startswith(words) for each in self._all_of(QPushButton))

    def choose_row(self, table: str, words: str) -> None:
        """Make the row current that says so; waits for it."""

        def found() -> bool:
            for shown in (each for each in self._all_of(QTableView) if each.accessibleName() == table):
                for place in range(shown.model().rowCount()):
                    cells = [shown.model().index(place, column) for column in range(shown.model().columnCount())]
                    if any(words in str(cell.data()) for cell in cells):
                        shown.setCurrentIndex(cells[0])
                        return True
            return False

        wait_for(found, f"«{words}» in «{table}»")
        settle()

    def wait_for_one_of(self, *titles: str) -> str:
        """Which of these sheets has opened."""
        wait_for(lambda: self.asks() in titles, f"one of {titles}")
        return self.asks()

    def see(self, kind: type[Kind], name: str) -> Kind:
        """The widget of that accessible name that can be used in front; waits for it."""

        def found() -> Kind | None:
            return next((each for each in self._all_of(kind) if each.accessibleName() == name), None)

        return wait_for(found, f"«{name}» in front")

    def wait_for_sheet(self, title: str) -> None:
        wait_for(lambda: self.asks() == title, f"the sheet «{title}», not «{self.asks()}»")

    def wait_for_no_sheet(self) -> None:
        wait_for(lambda: not self.asks(), "the end of every sheet")

    def asks(self) -> str:
        """The title of the sheet in front, empty for none."""
        front = self._front()
        return front.accessibleName() if isinstance(front, Sheet) else ""

    def photograph(self, name: str) -> None:
        """What the window shows now, as PNG."""
        settle()
        path = self._folder / f"{len(self.screenshots) + 1:02d}-{name}.png"
        self.window.grab().save(str(path))
        self.screenshots.append(path)

    def _press_one(self, key: Qt.Key | str) -> None:
        target = QApplication.focusWidget() or self.window
        if isinstance(key, Qt.Key):
            QTest.keyClick(target, key)
        elif key.isascii():
            QTest.keyClick(target, cast(Any, key))  # Qt takes a character here; its stubs know of keys only
        else:
            _send_letter(target, key)
        settle()

    def _all_of(self, kind: type[Kind]) -> list[Kind]:
        """Those that can be seen and used in front."""
        return [each for each in self._front().findChildren(kind) if each.isVisible() and each.isEnabled()]

    def _front(self) -> QWidget:
        open_sheets = [sheet for sheet in self.window.findChildren(Sheet) if sheet.isVisible()]
        return open_sheets[-1] if open_sheets else self.window


def wait_for(look: Callable[[], AnswerT | None], what: str) -> AnswerT:
    """What `look` sees once it sees something. Raises NotSeen."""
    give_up = time.monotonic() + PATIENCE
    while not (seen := look()):
        if time.monotonic() > give_up:
            raise NotSeen(f"waited in vain for {what}")
        settle()
        time.sleep(0.01)
    return seen


def _send_letter(target: QWidget, letter: str) -> None:
    """A key beyond ASCII; QTest of PySide6 6.9 sends only the first byte of it."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        plain = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(target, QKeyEvent(kind, Qt.Key.Key_unknown, plain, letter))


def settle() -> None:
    """Let the program do what is due now, and remove what has been closed."""
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
