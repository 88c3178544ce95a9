"""A table of rows: every cell of it can be read whole, wherever in the list it stands, and one row is marked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.item_models.rows_model import Column
from avileo_pos.desktop.theme import apply_theme
from avileo_pos.desktop.widgets.rows_table import RowsTable
from tests.desktop.hands import shown

Row = tuple[str, str]
COLUMNS: list[Column[Row]] = [
    Column("Cliente", lambda row: row[0]),
    Column("Debe", lambda row: row[1], "money", order=lambda row: row[1]),
]


@pytest.fixture
def table(qtbot: QtBot) -> RowsTable[Row]:
    return shown(qtbot, RowsTable("Clientes", COLUMNS))


def test_a_column_is_as_wide_as_its_widest_cell_far_down_the_list(table: RowsTable[Row]) -> None:
    table.show_rows([*[("Juana", "S/ 5.00")] * 150, ("Rosa", "S/ 1,234,567.50")])
    assert table.columnWidth(1) >= table.sizeHintForIndex(table.rows.index(150, 1)).width()


def test_a_column_grows_narrow_again_but_never_below_its_title(table: RowsTable[Row]) -> None:
    table.show_rows([("Rosa", "S/ 1,234,567.50")])
    wide = table.columnWidth(1)
    table.show_rows([("Rosa", "0")])
    assert table.horizontalHeader().sectionSizeHint(1) <= table.columnWidth(1) < wide
    table.show_rows([])
    assert table.columnWidth(1) == table.horizontalHeader().sectionSizeHint(1)


def test_columns_fit_again_when_the_whole_program_is_dressed_anew(table: RowsTable[Row], qapp: QApplication) -> None:
    table.show_rows([("Rosa", "S/ 1,234,567.50")])
    table.setColumnWidth(1, 10)
    apply_theme(qapp)
    assert table.columnWidth(1) >= table.sizeHintForIndex(table.rows.index(0, 1)).width()


def test_the_row_that_is_current_as_the_focus_comes_is_marked(table: RowsTable[Row]) -> None:
    table.clearFocus()
    table.show_rows([("Juana", "S/ 5.00"), ("Rosa", "S/ 7.00")])
    table.setFocus(Qt.FocusReason.TabFocusReason)
    assert table.current() == ("Juana", "S/ 5.00")
    assert marked(table) == [0]


def marked(table: RowsTable[Row]) -> list[int]:
    return [index.row() for index in table.selectionModel().selectedRows()]
