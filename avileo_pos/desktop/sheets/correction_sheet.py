"""Putting right what central did not take of a card, and sending it as a new operation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from avileo_pos.desktop.queue_words import what, why
from avileo_pos.desktop.sheets.customer_form_sheet import FIELD_OF
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.choice_field import ChoiceField
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.desktop.widgets.weight_field import WeightField
from avileo_pos.queries.correction import FieldKind, StatedField
from avileo_pos.queries.queue import QueuedOperation
from avileo_pos.spanish.fields import choice_word, field_name
from avileo_pos.usecases.queue import ResendOperation, resend_operation

_IN_ITS_PLACE = "Lo corregido se envía a su nombre."
_MISSING = "Falta llenar esto."
_WIDTHS = (480, 620, 860)  # of a sheet with so many fields side by side
_FIELD_OF = {
    **FIELD_OF,
    "credit_limit_negative": "credit_limit",
    "price_negative": "base_price",
    "tare_negative": "tara",
}


class CorrectionSheet(OnceSheet):
    """Asks for each field that the operation states, with what it says now."""

    sent = Signal()  # it waits again; the sheet is closed by then

    def __init__(self, host: QWidget, till: Till, operation: QueuedOperation, stated: Sequence[StatedField]) -> None:
        columns = min(len(stated), len(_WIDTHS))
        super().__init__(
            host,
            f"Corregir: {what(operation)}",
            f"{why(operation)} {_IN_ITS_PLACE}",
            action="Guardar y enviar",
            icon="cloud-upload",
            width=_WIDTHS[columns - 1],
        )
        self._till, self._operation_id, self._stated = till, operation.id, stated
        self._rows = {each.column: FieldRow(field_name(each.column), _field(each)) for each in stated}
        self.beside = {code: self._rows[column] for code, column in _FIELD_OF.items() if column in self._rows}
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.LARGE)
        grid.setVerticalSpacing(Space.MEDIUM)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        for place, row in enumerate(self._rows.values()):
            grid.addWidget(row, *divmod(place, columns), Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(grid)
        self.add_footer()

    def focus_start(self) -> None:
        next(iter(self._rows.values())).setFocus()

    def act(self) -> None:
        wrong = self._first_wrong()
        if wrong is not None:
            wrong.setFocus()
            return
        self.start()
        changes = {column: _typed_in(row.field) for column, row in self._rows.items()}
        request = ResendOperation(self._operation_id, changes)
        self._till.lane.write(resend_operation, request, then=self._on_sent, failed=self.show_problem)

    def _first_wrong(self) -> FieldRow | None:
        for each in self._stated:
            row = self._rows[each.column]
            if each.is_required and not row.problem() and _typed_in(row.field) is None:
                row.set_problem(_MISSING)
        return next((row for row in self._rows.values() if row.problem()), None)

    def _on_sent(self, _answer: None) -> None:
        self.close_sheet()
        self.sent.emit()


class _OptionField(ChoiceField):
    """Nothing is chosen where it is not known what stands there."""

    def __init__(self, options: Sequence[object], words: Sequence[str], stated: object) -> None:
        super().__init__()
        self._options = options
        self.addItems(words)
        self.setCurrentIndex(options.index(stated) if stated in options else -1)

    def chosen(self) -> object:
        return self._options[self.currentIndex()] if self.currentIndex() >= 0 else None


def _field(stated: StatedField) -> QWidget:
    match stated.kind:
        case FieldKind.TEXT:
            return _line(stated)
        case FieldKind.MONEY | FieldKind.KILOS:
            return _figure(stated)
        case FieldKind.YES_NO:
            return _OptionField((True, False), ("Sí", "No"), stated.value)
        case FieldKind.CHOICE:
            return _OptionField(stated.options, [choice_word(each) for each in stated.options], stated.value)


def _line(stated: StatedField) -> QLineEdit:
    line = QLineEdit()
    if isinstance(stated.limit, int):
        line.setMaxLength(stated.limit)
    if isinstance(stated.value, str):
        line.setText(stated.value)
    return line


def _figure(stated: StatedField) -> NumberField:
    assert isinstance(stated.limit, Decimal)
    kind = MoneyField if stated.kind is FieldKind.MONEY else WeightField
    field = kind(field_name(stated.column), largest=stated.limit)
    if isinstance(stated.value, Decimal):
        field.set_value(stated.value)
    return field


def _typed_in(field: QWidget) -> object:
    """None for an empty field."""
    match field:
        case NumberField():
            return field.value()
        case QLineEdit():
            return field.text().strip() or None
        case _OptionField():
            return field.chosen()
    raise TypeError(f"nothing is typed in {field}")
