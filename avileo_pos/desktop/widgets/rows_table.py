"""A table of frozen rows with big lines: one row is current, Enter or a double press opens it."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from avileo_pos.desktop.item_models.rows_model import Column, RowsModel
from avileo_pos.desktop.theme import Size
from avileo_pos.desktop.widgets.two_line_cell import TwoLineCell

Row = TypeVar("Row")
_ROW_HEIGHT = Size.TARGET + 4
_TWO_LINES_HEIGHT = Size.TARGET + 10
_MARK_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class RowsTable(QTableView, Generic[Row]):
    """Each column is as wide as its widest cell; the column `stretch` takes the room that the others leave."""

    selected = Signal(object)  # the current row, or None
    opened = Signal(object)  # a row

    def __init__(
        self, accessible_name: str, columns: Sequence[Column[Row]], *, stretch: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.rows: RowsModel[Row] = RowsModel(columns, self)
        self.setModel(self.rows)
        self.setAccessibleName(accessible_name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self._stretch = stretch
        self._set_header()
        self._give_room_to_second_lines()
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.rows.show_rows(rows)
        self._fit_columns()

    def current(self) -> Row | None:
        return self.rows.row_at(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current()
        if current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(current)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange) and self.rows.rowCount():
            self._fit_columns()

    def _set_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(self._stretch, QHeaderView.ResizeMode.Stretch)
        if any(column.order for column in self.rows.columns):
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)

    def _fit_columns(self) -> None:
        """To the longest text: Qt's own way asks for everything of every cell, and a person waits for that."""
        self.ensurePolished()
        for place in range(len(self.rows.columns)):
            if place != self._stretch:
                room = self.sizeHintForIndex(self._widest_in(place)).width()
                self.setColumnWidth(place, max(room, self.horizontalHeader().sectionSizeHint(place)))

    def _widest_in(self, place: int) -> QModelIndex:
        text, measure = self.rows.columns[place].text, self.fontMetrics().horizontalAdvance
        widths = [measure(text(row)) for row in self.rows.rows()]
        return self.rows.index(widths.index(max(widths)), place) if widths else QModelIndex()

    def _give_room_to_second_lines(self) -> None:
        for place, column in enumerate(self.rows.columns):
            if column.below is not None:
                self.setItemDelegateForColumn(place, TwoLineCell(self))
                self.verticalHeader().setDefaultSectionSize(_TWO_LINES_HEIGHT)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(self.rows.row_at(index))

    def _on_current_changed(self, current: QModelIndex) -> None:
        """The row that Qt makes current as the focus comes is marked too: what is done next is done to it."""
        self.selectionModel().select(current, _MARK_ROW)
        self.selected.emit(self.rows.row_at(current))
