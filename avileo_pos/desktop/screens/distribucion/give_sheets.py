"""Giving kilos to a vendor: the day's first load, more of them later, and some of another vendor's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from PySide6.QtWidgets import QLineEdit, QWidget

from avileo_pos.desktop.screens.distribucion.product_choice import ProductChoice
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.choice_field import ChoiceField
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.weight_field import WeightField
from avileo_pos.domain.weight import NO_KILOS, format_kilos
from avileo_pos.queries.distribucion import DistribucionRow
from avileo_pos.queries.member import Member
from avileo_pos.queries.product import ProductTile
from avileo_pos.usecases.distribucion import (
    MoveKilos,
    OpenDistribucion,
    ReloadDistribucion,
    move_kilos,
    open_distribucion,
    reload_distribucion,
)


class KilosSheet(OnceSheet):
    """Asks how many kilos of what; a subclass says for whom."""

    def __init__(self, host: QWidget, title: str, words: str, *, action: str, products: Sequence[ProductTile]) -> None:
        super().__init__(host, title, words, action=action, icon="truck")
        self.request_id = uuid4()
        self.kilos = WeightField("Kilos")
        self.product = ProductChoice(products)
        self.kilos_row = FieldRow("Kilos", self.kilos)
        self.beside["kilos_not_positive"] = self.kilos_row

    def focus_start(self) -> None:
        self.kilos.setFocus()

    def press_main(self) -> None:
        if not self.kilos.problem():
            super().press_main()


class NewDistribucionSheet(KilosSheet):
    def __init__(self, host: QWidget, till: Till, vendors: Sequence[Member], products: Sequence[ProductTile]) -> None:
        super().__init__(host, "Nueva distribución", "", action="Asignar kilos", products=products)
        self._till, self._vendors = till, vendors
        self.vendor = ChoiceField()
        self.vendor.addItems([member.name for member in vendors])
        self.vendor.currentIndexChanged.connect(self._show_usual_point)
        self.point = QLineEdit()
        self.point.setMaxLength(100)
        point_row = FieldRow("Punto de venta", self.point)
        self.beside["punto_venta_required"] = point_row
        rows = (FieldRow("Vendedor", self.vendor), point_row, FieldRow("Producto", self.product), self.kilos_row)
        for row in rows:
            self.body.addWidget(row)
        self.add_footer()
        self.main.setEnabled(bool(vendors))
        self._show_usual_point(self.vendor.currentIndex())

    def act(self) -> None:
        request = OpenDistribucion(
            self.request_id,
            self._vendors[self.vendor.currentIndex()].id,
            self.point.text(),
            self.kilos.value() or NO_KILOS,
            self.product.product_id(),
        )
        self.start()
        self._till.lane.write(open_distribucion, request, then=self._on_given, failed=self.show_problem)

    def _show_usual_point(self, place: int) -> None:
        if place >= 0:
            self.point.setText(self._vendors[place].sales_point or "")

    def _on_given(self, row: DistribucionRow) -> None:
        self.close_sheet()
        self._till.host.say(f"{row.vendedor_name}: {format_kilos(row.asignado)} asignados.")


class ReloadSheet(KilosSheet):
    def __init__(self, host: QWidget, till: Till, row: DistribucionRow, products: Sequence[ProductTile]) -> None:
        words = f"Tiene {format_kilos(row.asignado)} asignados y le quedan {format_kilos(row.left)}."
        super().__init__(host, f"Recargar a {row.vendedor_name}", words, action="Agregar kilos", products=products)
        self._till, self._distribucion_id = till, row.id
        self.body.addWidget(FieldRow("Producto", self.product))
        self.body.addWidget(self.kilos_row)
        self.add_footer()

    def act(self) -> None:
        request = ReloadDistribucion(
            self.request_id, self._distribucion_id, self.kilos.value() or NO_KILOS, self.product.product_id()
        )
        self.start()
        self._till.lane.write(reload_distribucion, request, then=self._on_given, failed=self.show_problem)

    def _on_given(self, row: DistribucionRow) -> None:
        self.close_sheet()
        self._till.host.say(f"{row.vendedor_name}: ahora {format_kilos(row.asignado)} asignados.")


class MoveSheet(KilosSheet):
    def __init__(
        self,
        host: QWidget,
        till: Till,
        giving: DistribucionRow,
        others: Sequence[DistribucionRow],
        products: Sequence[ProductTile],
    ) -> None:
        words = f"Le quedan {format_kilos(giving.left)}. El stock no cambia."
        title = f"Mover kilos de {giving.vendedor_name}"
        super().__init__(host, title, words, action="Mover kilos", products=products)
        self._till, self._giving, self._others = till, giving, others
        self.taking = ChoiceField()
        self.taking.addItems([f"{other.vendedor_name}, {other.punto_venta}" for other in others])
        for row in (FieldRow("A", self.taking), FieldRow("Producto", self.product), self.kilos_row):
            self.body.addWidget(row)
        self.add_footer()

    def act(self) -> None:
        request = MoveKilos(
            self.request_id,
            self._giving.id,
            self._others[self.taking.currentIndex()].id,
            self.kilos.value() or NO_KILOS,
            self.product.product_id(),
        )
        self.start()
        self._till.lane.write(move_kilos, request, then=self._on_moved, failed=self.show_problem)

    def _on_moved(self, rows: tuple[DistribucionRow, DistribucionRow]) -> None:
        giving, taking = rows
        self.close_sheet()
        self._till.host.say(
            f"{giving.vendedor_name}: {format_kilos(giving.asignado)}. "
            f"{taking.vendedor_name}: {format_kilos(taking.asignado)}."
        )
