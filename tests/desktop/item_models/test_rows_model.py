"""Frozen rows in a table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.item_models.rows_model import Column, RowsModel, State
from avileo_pos.desktop.theme import LIGHT, Tone
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.domain.money import format_soles
from tests.desktop.hands import shown


@dataclass(frozen=True, slots=True)
class Sale:
    number: str
    total: Decimal
    sent: bool


COLUMNS: tuple[Column[Sale], ...] = (
    Column("Nota", lambda sale: sale.number),
    Column("Total", lambda sale: format_soles(sale.total), "money", order=lambda sale: sale.total),
    Column(
        "Estado",
        lambda sale: "Enviada" if sale.sent else "Guardada",
        "state",
        state=lambda sale: State("circle-check", Tone.GOOD) if sale.sent else State("clock", Tone.WARNING),
    ),
)
SMALL, BIG, MIDDLE = (Sale("1", Decimal(9), True), Sale("2", Decimal(100), False), Sale("3", Decimal(20), True))


def test_figures_stand_right_and_words_left() -> None:
    model = filled()
    alignments = [model.index(0, column).data(Qt.ItemDataRole.TextAlignmentRole) for column in range(3)]
    right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
    assert [bool(alignment & right) for alignment in alignments] == [False, True, False]
    assert [bool(alignment & left) for alignment in alignments] == [True, False, True]


def test_a_state_is_an_icon_a_word_and_a_colour() -> None:
    model = filled()
    cell = model.index(1, 2)
    assert cell.data() == "Guardada"
    assert not cell.data(Qt.ItemDataRole.DecorationRole).isNull()
    assert cell.data(Qt.ItemDataRole.ForegroundRole) == LIGHT.ink(Tone.WARNING)


def test_amounts_are_sorted_as_amounts_and_stay_so_when_rows_arrive() -> None:
    model = filled()
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.rows() == (BIG, MIDDLE, SMALL)
    model.show_rows([SMALL, BIG])
    assert model.rows() == (BIG, SMALL)


def test_a_column_without_an_order_leaves_the_rows_alone() -> None:
    model = filled()
    model.sort(0)
    assert model.rows() == (SMALL, BIG, MIDDLE)


def test_enter_opens_the_current_row(qtbot: QtBot) -> None:
    table: RowsTable[Sale] = shown(qtbot, RowsTable("Ventas", COLUMNS))
    table.show_rows([SMALL, BIG])
    table.selectRow(1)
    opened: list[Sale] = []
    table.opened.connect(opened.append)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert (opened, table.current()) == ([BIG], BIG)


def test_qt_finds_no_fault_in_the_model() -> None:
    model: RowsModel[Sale] = RowsModel(COLUMNS)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.show_rows([SMALL, BIG])
    model.sort(1)
    model.show_rows([])
    assert tester.model() is model


def filled() -> RowsModel[Sale]:
    model: RowsModel[Sale] = RowsModel(COLUMNS)
    model.show_rows([SMALL, BIG, MIDDLE])
    return model
