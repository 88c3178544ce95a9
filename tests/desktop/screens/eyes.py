"""What a person sees on a screen: words, tables, sheets."""

from __future__ import annotations

from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from avileo_pos.desktop.top_bar import TopBar
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.sheet import Sheet

SheetT = TypeVar("SheetT", bound=Sheet)
ThingT = TypeVar("ThingT", bound=QObject)


def words_in(widget: QWidget) -> list[str]:
    """Everything that is written where it can be seen."""
    return [as_read(label.text()) for label in widget.findChildren(QLabel) if label.isVisible()]


def as_read(text: str) -> str:
    """A space that does not break looks as any other."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def names_in(widget: QWidget) -> list[str]:
    """What a screen reader says of each thing that can be seen."""
    return [child.accessibleName() for child in widget.findChildren(QWidget) if child.isVisible()]


def texts(table: RowsTable[Any]) -> list[list[str]]:
    """Each cell with its second line, as a screen reader says it."""
    model, spoken = table.rows, Qt.ItemDataRole.AccessibleTextRole
    return [
        [model.index(row, column).data(spoken) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def sheets(window: QWidget, kind: type[SheetT]) -> list[SheetT]:
    """Those that lie open."""
    return [sheet for sheet in window.findChildren(kind) if sheet.isVisible()]


def close_sheets(window: QWidget) -> None:
    for sheet in sheets(window, Sheet):
        sheet.close_sheet()


def the(inside: QObject, kind: type[ThingT]) -> ThingT:
    """The one of that kind. Raises ValueError."""
    [found] = inside.findChildren(kind)
    return found


def button(inside: QWidget, name: str) -> QPushButton:
    """The one with that word. Raises StopIteration."""
    found = (each for each in inside.findChildren(QPushButton) if each.isVisible() and each.accessibleName() == name)
    return next(found)


def notice(window: QWidget) -> str:
    """What is being said over the screens, empty for nothing."""
    return the(window, TopBar).notice()
