"""What is written on a window but cannot be read whole or as written, and what has the focus without showing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDateEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionFrame,
    QTabBar,
    QTableView,
    QToolTip,
    QWidget,
)

from avileo_pos.desktop.widgets.elided_label import ElidedLabel
from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.desktop.widgets.product_tiles import ProductTile
from avileo_pos.desktop.widgets.sheet import Sheet

WidgetT = TypeVar("WidgetT", bound=QWidget)
# Fractions of a pixel are rounded in more than one place.
ROUNDING = 1


def front_of(window: QWidget) -> QWidget:
    """The sheet that lies uppermost, else the window."""
    open_sheets = [sheet for sheet in window.findChildren(Sheet) if sheet.isVisible()]
    return open_sheets[-1] if open_sheets else window


def cut(window: QWidget) -> list[str]:
    """Labels, buttons, figures and headings in front that have less room than their words need.

    What is drawn by hand (tiles, cart, cells) shortens its own words, and so does an ElidedLabel.
    """
    front = front_of(window)
    labels = [each for each in seen(front, QLabel) if each.text() and not isinstance(each, ElidedLabel)]
    buttons = [each for each in seen(front, QPushButton) if each.text() and not isinstance(each, ProductTile)]
    worded: list[QLabel | QPushButton] = [*labels, *buttons]
    found = [f"«{each.text()}»" for each in worded if not has_room(each) or not is_inside(each)]
    found += [f"{described(each)}, too low" for each in seen(front, QLineEdit) if not has_height(each)]
    found += [f"{each.accessibleName()}: {each.text()}" for each in seen(front, NumberField) if not figure_fits(each)]
    found += [f"heading «{word}»" for table in seen(front, QTableView) for word in cut_headings(table)]
    return found


def has_room(widget: QLabel | QPushButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) <= widget.height() + ROUNDING
    needed = widget.sizeHint()
    return needed.width() <= widget.width() + ROUNDING and needed.height() <= widget.height() + ROUNDING


def has_height(field: QLineEdit) -> bool:
    return field.height() >= field.minimumSizeHint().height() and is_inside(field)


def is_inside(widget: QWidget) -> bool:
    """No ancestor cuts it. In what scrolls up and down, only the sides count."""
    scrolls = any(isinstance(each, QAbstractScrollArea) for each in ancestors(widget))
    shown = widget.visibleRegion().boundingRect()
    if scrolls:
        return shown.isEmpty() or shown.width() == widget.width()
    return shown == widget.rect()


def figure_fits(field: NumberField) -> bool:
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    room = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
    margins = field.textMargins()
    return field.fontMetrics().horizontalAdvance(field.text()) <= room.width() - margins.left() - margins.right()


def cut_headings(table: QTableView) -> Iterator[str]:
    header = table.horizontalHeader()
    for place in range(header.count()):
        if header.sectionSizeFromContents(place).width() > header.sectionSize(place) + ROUNDING:
            yield str(table.model().headerData(place, Qt.Orientation.Horizontal))


def read_on(window: QWidget) -> list[str]:
    """Every text on the window and behind the pointer as a person reads it: formatted, without the sign of a key."""
    labels = [as_shown(label) for label in seen(window, QLabel)]
    return [*labels, *(without_key_sign(word) for word in pressed_words(window)), *told_to_pointer(window)]


def misread(window: QWidget) -> list[str]:
    """What is read otherwise than it was written."""
    labels = [label.text() for label in seen(window, QLabel) if as_shown(label) != label.text()]
    pressed = [word for word in pressed_words(window) if "&" in word.replace("&&", "")]
    written = {each.toolTip() for each in seen(window, QWidget)} - {""}
    return [*labels, *pressed, *(written - told_to_pointer(window))]


def as_shown(label: QLabel) -> str:
    text = label.text()
    if "<" in text and label.textFormat() is not Qt.TextFormat.PlainText:
        return QTextDocumentFragment.fromHtml(text).toPlainText()
    return without_key_sign(text) if label.buddy() else text


def without_key_sign(text: str) -> str:
    """Of «Guardar && &salir», «Guardar & salir»."""
    return re.sub("&(.)", r"\1", text)


def pressed_words(window: QWidget) -> list[str]:
    tabs = seen(window, QTabBar)
    return [
        *(button.text() for button in seen(window, QAbstractButton)),
        *(bar.tabText(place) for bar in tabs for place in range(bar.count())),
    ]


def told_to_pointer(window: QWidget) -> set[str]:
    return {tip_shown(told) for told in {each.toolTip() for each in seen(window, QWidget)} - {""}}


def tip_shown(told: str) -> str:
    """What Qt's own label for the pointer makes of it."""
    QToolTip.showText(QPoint(0, 0), told)
    tip = next(each for each in QApplication.topLevelWidgets() if each.inherits("QTipLabel"))
    assert isinstance(tip, QLabel)
    shown = as_shown(tip)
    QToolTip.hideText()
    return shown


def focus_unseen(window: QWidget) -> list[str]:
    """The stops of the Tab key in front that look the same with and without the focus."""
    before = QApplication.focusWidget()
    stops = [each for each in seen(front_of(window), QWidget) if takes_tab(each)]
    unseen = [described(stop) for stop in stops if len(stops) > 1 and not shows_focus(stop, stops)]
    if before is not None:
        before.setFocus()
    return unseen


def shows_focus(stop: QWidget, stops: list[QWidget]) -> bool:
    """An input line is looked at without its text cursor: the edge must tell."""
    other = next(each for each in stops if each is not stop)
    other.setFocus(Qt.FocusReason.TabFocusReason)
    before = edge_of(stop)
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    return edge_of(stop) != before


def edge_of(widget: QWidget) -> list[int]:
    """The colours along the middle of its upper and its left side."""
    image = widget.grab(QRect(QPoint(0, 0), widget.size())).toImage()
    across = [image.pixel(image.width() // 2, y) for y in range(min(3, image.height()))]
    down = [image.pixel(x, image.height() // 2) for x in range(min(3, image.width()))]
    return across + down


def takes_tab(widget: QWidget) -> bool:
    """The parts inside of Qt's own fields belong to the field."""
    is_part = isinstance(widget.parent(), QLineEdit | QDateEdit | QComboBox)
    return widget.isEnabled() and not is_part and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def seen(front: QWidget, kind: type[WidgetT]) -> list[WidgetT]:
    QApplication.processEvents()
    return [each for each in front.findChildren(kind) if each.isVisible()]


def ancestors(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} «{widget.accessibleName()}»"
