"""«Mi distribución»: the vendor takes the day's kilos and sees how many are left."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.distribucion.own_form import OwnForm
from avileo_pos.desktop.till import Till
from avileo_pos.domain.distribution import Settlement
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.distribucion import DistribucionRow, my_distribucion, settlement_of
from avileo_pos.usecases.distribucion import AcceptDistribucion, accept_distribucion
from avileo_pos.work import Work


class OwnDistribucionScreen(Screen):
    KEY = "mi_distribucion"
    TITLE = "Mi distribución"
    ICON = "package"
    NEEDS = Permission.DISTRIBUCION_SEE_OWN
    SHOWS = frozenset({"distribuciones", "distribucion_movements", "sales"})

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = OwnForm(self)
        self._row: DistribucionRow | None = None
        self.form.accept_asked.connect(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    @classmethod
    def is_for(cls, till: Till) -> bool:
        return super().is_for(till) and till.business.rules.uses_distribution

    def focus_start(self) -> None:
        self.form.accept.setFocus()

    def refresh(self) -> None:
        self.till.lane.read(_with_account, then=self._show)

    def _show(self, found: tuple[DistribucionRow, Settlement] | None) -> None:
        if found is None:
            self.form.show_none()
        else:
            self._row, settlement = found
            self.form.show_distribucion(self._row, settlement)

    def _accept(self) -> None:
        if self._row is not None:
            request = AcceptDistribucion(self._row.id)
            self.till.lane.write(
                accept_distribucion, request, then=self._on_accepted, failed=self.till.host.show_problem
            )

    def _on_accepted(self, _row: DistribucionRow) -> None:
        self.till.host.say("Kilos recibidos. Buena venta.")


def _with_account(work: Work) -> tuple[DistribucionRow, Settlement] | None:
    row = my_distribucion(work)
    return None if row is None else (row, settlement_of(work, row.id))
