"""Shows frozen rows in a table: the columns are described, the model is the same for every screen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.theme import TextSize, Tone, current_theme, font, ink_token

Row = TypeVar("Row")
Kind = Literal["text", "money", "kilos", "count", "state"]
_Index = QModelIndex | QPersistentModelIndex

BELOW = Qt.ItemDataRole.UserRole  # the second line of a cell
_FIGURES = frozenset({"money", "kilos", "count"})
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class State:
    """What a state column shows beside its word."""

    icon: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """`text` says what stands in the cell. Figures stand right, in digits of one width.

    `order` gives the value to sort by; a column without it does not sort. `state` is for the kind «state».
    `below` says what stands in a second, quieter line of the cell; it may be empty.
    """

    title: str
    text: Callable[[Row], str]
    kind: Kind = "text"
    order: Callable[[Row], Any] | None = None
    state: Callable[[Row], State] | None = None
    below: Callable[[Row], str] | None = None

    def spoken(self, row: Row) -> str:
        """Both lines whole, for a screen reader, and for the pointer that rests on a cell too narrow for them."""
        below = self.below(row) if self.below else ""
        return ", ".join(filter(None, (self.text(row), below)))

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        return _RIGHT if self.kind in _FIGURES else _LEFT


class RowsModel(QAbstractTableModel, Generic[Row]):
    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: list[Row] = []
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    def show_rows(self, rows: Sequence[Row]) -> None:
        """In the order given, or as the person has sorted the table."""
        self.beginResetModel()
        self._rows = list(rows)
        self._put_in_order()
        self.endResetModel()

    def rows(self) -> tuple[Row, ...]:
        return tuple(self._rows)

    def row_at(self, index: _Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            case Qt.ItemDataRole.TextAlignmentRole:
                return self.columns[section].alignment
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, row = self.columns[index.column()], self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return column.spoken(row)
            case Qt.ItemDataRole.ToolTipRole if column.kind == "text":
                return column.spoken(row)
            case _ if role == BELOW and column.below is not None:
                return column.below(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                return column.alignment
            case Qt.ItemDataRole.FontRole if column.kind in _FIGURES:
                return font(TextSize.BODY)
            case Qt.ItemDataRole.ForegroundRole if column.state:
                return current_theme().ink(column.state(row).tone)
            case Qt.ItemDataRole.DecorationRole if column.state:
                state = column.state(row)
                return icon(state.icon, ink_token(state.tone))
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].order:
            self.layoutAboutToBeChanged.emit()
            self._sorted_by = column, order
            self._put_in_order()
            self.layoutChanged.emit()

    def _put_in_order(self) -> None:
        if self._sorted_by is not None:
            column, order = self._sorted_by
            by = self.columns[column].order
            assert by is not None
            self._rows.sort(key=by, reverse=order == Qt.SortOrder.DescendingOrder)
