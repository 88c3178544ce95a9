"""Where words find their room: a second line in a cell, dots at the end of a label, the next line of a flow."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.item_models.rows_model import Column, State
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.cart_table import CartLine, CartTable
from avileo_pos.desktop.widgets.choice_field import ChoiceField
from avileo_pos.desktop.widgets.elided_label import ElidedLabel, lines_of
from avileo_pos.desktop.widgets.flow_layout import FlowLayout
from avileo_pos.desktop.widgets.product_tiles import ProductTiles, Tile
from avileo_pos.desktop.widgets.rows_table import RowsTable
from tests.desktop.hands import shown
from tests.desktop.screens.reading import cut

Row = tuple[str, str]
OLD = State("clock", Tone.WARNING)
COLUMNS: list[Column[Row]] = [
    Column("Cliente", lambda row: row[0], below=lambda row: row[1]),
    Column("Debe", lambda row: "S/ 10.00", "money", below=lambda row: "Hoy", state=lambda row: OLD),
]


def test_both_lines_of_a_cell_are_spoken(qtbot: QtBot) -> None:
    table = with_rows(qtbot, ("Juana Mamani", "La casera"), ("Luis Cárdenas", ""))
    assert [spoken(table, row, 0) for row in range(2)] == ["Juana Mamani, La casera", "Luis Cárdenas"]
    assert spoken(table, 0, 1) == "S/ 10.00, Hoy"


def test_the_second_line_is_drawn(qtbot: QtBot) -> None:
    table = with_rows(qtbot, ("Juana Mamani", "La casera"))
    with_apodo = picture(table)
    table.show_rows([("Juana Mamani", "")])
    assert picture(table) != with_apodo


def test_a_cell_without_room_tells_both_its_lines_to_the_pointer(qtbot: QtBot) -> None:
    table = with_rows(qtbot, ("Juana Mamani", "La casera"))
    assert told_to_pointer(table.rows.index(0, 0)) == "Juana Mamani, La casera"
    assert told_to_pointer(table.rows.index(0, 1)) == ""


def test_whatever_cuts_its_words_by_hand_tells_them_whole_to_the_pointer(qtbot: QtBot) -> None:
    long = "Pollo entero sin menudencia, de la granja de Huaral"
    cart, tiles, choice = CartTable(), ProductTiles(), ChoiceField()
    for widget in (cart, tiles, choice):
        qtbot.addWidget(widget)
    cart.show_lines([CartLine(1, long, Decimal(1), Decimal(9), Decimal(9))])
    tiles.show_tiles([Tile(1, long, Decimal(9))])
    choice.addItem(long)
    told = [told_to_pointer(cart.model().index(0, 0)), tiles.buttons()[0].toolTip(), choice.toolTip()]
    assert told == [long, long, long]


def test_a_label_gives_way_and_keeps_its_words(qtbot: QtBot) -> None:
    name = "Inversiones y Servicios Generales Quispe"
    label = shown(qtbot, ElidedLabel(name))
    assert label.minimumSizeHint().width() < QLabel(name).minimumSizeHint().width()
    label.resize(120, 30)
    narrow = label.grab().toImage()
    label.setText(name[:40].strip()[:-1] + "x")
    assert label.grab().toImage() == narrow
    assert label.toolTip() == label.text()


def test_the_word_beside_an_amount_gives_way_to_it(qtbot: QtBot) -> None:
    display = AmountDisplay("Deuda total · 1,234 clientes", look="figure")
    display.show_soles(Decimal("119720.75"))
    shown(qtbot, display).setFixedWidth(320)
    assert cut(display) == []


@pytest.mark.parametrize(
    ("text", "lines"), [("Juana", 1), ("La casera de la esquina", 2), ("La casera " * 20, 2), ("Ñ" * 255, 2)]
)
def test_a_label_of_two_lines_takes_no_more_room_than_those(qtbot: QtBot, text: str, lines: int) -> None:
    label = shown(qtbot, ElidedLabel(text, most_lines=2))
    assert label.heightForWidth(120) == lines * label.fontMetrics().lineSpacing()
    assert label.heightForWidth(20_000) == label.fontMetrics().lineSpacing()


@pytest.mark.parametrize(
    "text", ["La casera de la esquina", "Ñ" * 60, "\N{HATCHING CHICK} Pollos " * 9, "\N{EGG}" * 40]
)
def test_every_line_of_a_label_has_room(qtbot: QtBot, text: str) -> None:
    face = QFont()
    lines = list(lines_of(text, face, 120, 3))
    assert all(QFontMetrics(face).horizontalAdvance(line) <= 120 for line in lines)
    shown = "".join(lines).removesuffix("…")
    assert text.replace(" ", "").startswith(shown.replace(" ", ""))


def test_both_lines_of_a_label_are_drawn(qtbot: QtBot) -> None:
    label = shown(qtbot, ElidedLabel("Juana Mamani Quispe", most_lines=2))
    width = label.fontMetrics().horizontalAdvance("Juana Mamani Q")
    label.resize(width, label.heightForWidth(width))
    pictures = []
    for name in ("Juana Mamani", "Juana Mamani Quispe", "Juana Mamani Quisoe", "Juana Mamani Quispe de la esquina"):
        label.setText(name)
        pictures.append(label.grab().toImage())
    assert all(one != another for one, another in combinations(pictures, 2))


def test_what_has_no_room_in_a_line_begins_the_next(qtbot: QtBot) -> None:
    ground = QWidget()
    flow = FlowLayout(ground, spacing=Space.SMALL)
    boxes = [_box() for _ in range(5)]
    for box in boxes:
        flow.addWidget(box)
    shown(qtbot, ground).resize(2 * 100 + Space.SMALL, 400)
    assert [(box.x(), box.y()) for box in boxes] == [(0, 0), (108, 0), (0, 38), (108, 38), (0, 76)]
    assert flow.heightForWidth(ground.width()) == 106
    assert flow.heightForWidth(10_000) == 30


def _box() -> QWidget:
    box = QWidget()
    box.setFixedSize(QSize(100, 30))
    return box


def with_rows(qtbot: QtBot, *rows: Row) -> RowsTable[Row]:
    table: RowsTable[Row] = shown(qtbot, RowsTable("Clientes", COLUMNS))
    table.show_rows(rows)
    return table


def spoken(table: RowsTable[Row], row: int, column: int) -> str:
    return str(table.rows.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole))


def told_to_pointer(index: QModelIndex) -> str:
    return str(index.data(Qt.ItemDataRole.ToolTipRole) or "")


def picture(table: RowsTable[Row]) -> QImage:
    return table.viewport().grab().toImage()
