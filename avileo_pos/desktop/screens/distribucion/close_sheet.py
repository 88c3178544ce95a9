"""Settling a vendor's day: what came back, what was lost, and why the rest is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from avileo_pos.desktop.screens.distribucion.product_choice import ProductChoice
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.weight_field import WeightField
from avileo_pos.domain.distribution import Settlement
from avileo_pos.domain.weight import NO_KILOS, format_kilos
from avileo_pos.queries.distribucion import DistribucionRow
from avileo_pos.queries.product import ProductTile
from avileo_pos.spanish.words import METHODS
from avileo_pos.usecases.distribucion import CloseDistribucion, ReturnedKilos, close_distribucion

_WIDTH = 880
_LONGEST_REASON = 200


class CloseDistribucionSheet(OnceSheet):
    """The account follows every figure typed, so that the difference is seen before it is signed."""

    def __init__(
        self,
        host: QWidget,
        till: Till,
        row: DistribucionRow,
        settlement: Settlement,
        products: Sequence[ProductTile],
    ) -> None:
        super().__init__(
            host,
            f"Cerrar la distribución de {row.vendedor_name}",
            row.punto_venta,
            action="Cerrar",
            icon="check",
            width=_WIDTH,
        )
        self._till, self._row, self._settlement = till, row, settlement
        self.returned, self.merma = WeightField("Devuelto"), WeightField("Merma")
        self.product = ProductChoice(products)
        self.reason = QLineEdit()
        self.reason.setMaxLength(_LONGEST_REASON)
        self.reason_row = FieldRow("Motivo de la diferencia", self.reason)
        self.beside["difference_needs_reason"] = self.reason_row
        self._missing = AmountDisplay("Faltante")
        self._missing_soles = AmountDisplay("En soles", look="figure")
        self._lay_out()
        self.returned.value_changed.connect(self._show_account)
        self.merma.value_changed.connect(self._show_account)
        self._show_account()

    def focus_start(self) -> None:
        self.returned.setFocus()

    def act(self) -> None:
        if self.returned.problem() or self.merma.problem():
            return
        back = self.returned.value()
        request = CloseDistribucion(
            self._row.id,
            returns=(ReturnedKilos(back, self.product.product_id()),) if back else (),
            merma=self.merma.value() or NO_KILOS,
            reason=self.reason.text(),
        )
        self.start()
        self._till.lane.write(close_distribucion, request, then=self._on_closed, failed=self.show_problem)

    def _account(self) -> Settlement:
        """As it would stand with what is typed."""
        return replace(
            self._settlement,
            devuelto=self._settlement.devuelto + (self.returned.value() or NO_KILOS),
            merma=self._settlement.merma + (self.merma.value() or NO_KILOS),
        )

    def _show_account(self) -> None:
        account = self._account()
        self._missing.set_caption("Sobrante" if account.faltante < 0 else "Faltante")
        self._missing.show_kilos(abs(account.faltante))
        self._missing_soles.show_soles(abs(account.faltante_soles))
        self.reason_row.setVisible(account.has_difference)

    def _on_closed(self, row: DistribucionRow) -> None:
        self.close_sheet()
        self._till.host.say(f"Distribución de {row.vendedor_name} cerrada: {format_kilos(row.vendido)} vendidos.")

    def _lay_out(self) -> None:
        typed = QVBoxLayout()
        typed.setSpacing(Space.MEDIUM)
        for row in (
            FieldRow("Devuelto", self.returned),
            FieldRow("Vuelve al stock de", self.product),
            FieldRow("Merma", self.merma),
            self.reason_row,
        ):
            typed.addWidget(row)
        typed.addStretch(1)
        shown = QVBoxLayout()
        shown.setSpacing(Space.SMALL)
        for display in (*self._kilos(), self._missing, self._missing_soles, *self._soles()):
            shown.addWidget(display)
        shown.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        columns.addLayout(typed, 1)
        columns.addLayout(shown, 1)
        self.body.addLayout(columns)
        self.add_footer()

    def _kilos(self) -> list[AmountDisplay]:
        said = (("Asignado", self._settlement.asignado), ("Vendido", self._settlement.vendido))
        displays = [AmountDisplay(word, look="body") for word, _ in said]
        for display, (_, kilos) in zip(displays, said, strict=True):
            display.show_kilos(kilos)
        return displays

    def _soles(self) -> list[AmountDisplay]:
        """Only the ways in which something was paid."""
        collected = self._settlement.cobrado
        said = [(word, getattr(collected, method.value)) for method, word in METHODS.items()]
        displays = []
        for word, soles in (*said, ("Fiado", collected.fiado), ("Vendido en soles", self._settlement.monto_vendido)):
            if soles:
                displays.append(AmountDisplay(word, look="body"))
                displays[-1].show_soles(soles)
        return displays
