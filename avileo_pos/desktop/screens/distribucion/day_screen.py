"""«Distribuciones»: the admin gives out the day's kilos, adds some, and settles at night."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.distribucion.close_sheet import CloseDistribucionSheet
from avileo_pos.desktop.screens.distribucion.day_form import DayForm
from avileo_pos.desktop.screens.distribucion.give_sheets import MoveSheet, NewDistribucionSheet, ReloadSheet
from avileo_pos.desktop.till import Till
from avileo_pos.domain.distribution import Settlement
from avileo_pos.domain.enums import ProductUnit
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.distribucion import DistribucionRow, distribuciones_of_day, settlement_of
from avileo_pos.queries.member import Member, vendors
from avileo_pos.queries.product import ProductTile, product_tiles
from avileo_pos.work import Work


class DistribucionesScreen(Screen):
    KEY = "distribuciones"
    TITLE = "Distribuciones"
    ICON = "truck"
    NEEDS = Permission.DISTRIBUCION_MANAGE
    SHOWS = frozenset({"distribuciones", "distribucion_movements", "sales", "products", "business_users"})
    KEYS = (
        ("F2", "Dar kilos a un vendedor"),
        ("F3", "Recargar al vendedor marcado"),
        ("F6", "Mover kilos a otro vendedor"),
        ("F4", "Cerrar la distribución marcada"),
        ("↑ ↓", "Recorrer la lista"),
    )

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = DayForm(self)
        self._vendors: tuple[Member, ...] = ()
        self._products: tuple[ProductTile, ...] = ()
        self._closing: DistribucionRow | None = None
        self.form.new_asked.connect(self._give_out)
        self.form.reload_asked.connect(self._reload)
        self.form.move_asked.connect(self._move)
        self.form.close_asked.connect(self._ask_account)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)

    @classmethod
    def is_for(cls, till: Till) -> bool:
        return super().is_for(till) and till.business.rules.uses_distribution

    def focus_start(self) -> None:
        self.form.table.setFocus()

    def refresh(self) -> None:
        self.till.lane.read(_of_today, then=self.form.show_rows)
        self.till.lane.read(vendors, then=self._know_vendors)
        self.till.lane.read(product_tiles, then=self._know_products)

    def _know_vendors(self, members: tuple[Member, ...]) -> None:
        self._vendors = members

    def _know_products(self, products: tuple[ProductTile, ...]) -> None:
        self._products = tuple(product for product in products if product.unit is ProductUnit.KG)

    def _give_out(self) -> None:
        NewDistribucionSheet(self, self.till, self._vendors, self._products).open()

    def _reload(self, row: DistribucionRow) -> None:
        ReloadSheet(self, self.till, row, self._products).open()

    def _move(self, row: DistribucionRow) -> None:
        MoveSheet(self, self.till, row, self.form.others_under_way(row), self._products).open()

    def _ask_account(self, row: DistribucionRow) -> None:
        self._closing = row
        self.till.lane.read(partial(settlement_of, distribucion_id=row.id), then=self._close)

    def _close(self, settlement: Settlement) -> None:
        assert self._closing is not None
        CloseDistribucionSheet(self, self.till, self._closing, settlement, self._products).open()


def _of_today(work: Work) -> tuple[DistribucionRow, ...]:
    return distribuciones_of_day(work, work.today)
