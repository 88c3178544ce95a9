"""Draws every widget in both themes and at two scales into PNG files, for human eyes.

python -m tests.desktop.gallery FOLDER
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from avileo_pos.desktop.crash_window import CrashDialog
from avileo_pos.desktop.item_models.rows_model import Column, State
from avileo_pos.desktop.theme import THEMES, Space, Tone, apply_theme
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.cart_table import CartLine, CartTable
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.choice_field import ChoiceField
from avileo_pos.desktop.widgets.count_field import CountField
from avileo_pos.desktop.widgets.dialogs import ConfirmSheet, PinSheet, ReasonSheet
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.icon_label import IconLabel
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.desktop.widgets.product_tiles import ProductTiles, Tile
from avileo_pos.desktop.widgets.quick_cash import QuickCash
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.desktop.widgets.side_navigation import NavigationEntry, SideNavigation
from avileo_pos.desktop.widgets.status_chip import StatusChip
from avileo_pos.desktop.widgets.weight_field import WeightField

EXPLANATION = "Esto queda anotado con su nombre y la hora, y lo verá el administrador en su reporte del día."
SCALES = ("1", "1.5")
PRODUCTS = [
    ("Pollo entero", "9.80", "34.5 kg", Tone.NEUTRAL),
    ("Pechuga", "15.50", "12 kg", Tone.NEUTRAL),
    ("Pierna con encuentro", "10.90", "Quedan 3", Tone.WARNING),
    ("Alitas", "12.00", "8 kg", Tone.NEUTRAL),
    ("Menudencia", "6.50", "Sin stock", Tone.DANGER),
    ("Huevo pardo", "7.20", "120 kg", Tone.NEUTRAL),
    ("Huevo rosado a granel", "7.80", "64 kg", Tone.NEUTRAL),
    ("Gallina de postura", "8.40", "22 kg", Tone.NEUTRAL),
    ("Pavita", "18.90", "Quedan 6", Tone.WARNING),
    ("Pato", "16.00", "9 kg", Tone.NEUTRAL),
    ("Filete de pechuga", "21.00", "4 kg", Tone.NEUTRAL),
    ("Hígado", "7.00", "5 kg", Tone.NEUTRAL),
]
CART = [
    CartLine(
        1, "Pollo entero", Decimal("11.500"), Decimal("9.80"), Decimal("112.70"),
        gross=Decimal("12.500"), tare=Decimal("1.000"),
    ),
    CartLine(2, "Pierna con encuentro", Decimal("2.350"), Decimal("10.50"), Decimal("24.68"), note="Precio rebajado"),
    CartLine(3, "Huevo pardo (jaba)", Decimal(2), Decimal("16.00"), Decimal("32.00"), unit="un."),
]  # fmt: skip


def draw_all(folder: Path, scale: str) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    gc.disable()  # as in the program: a collector inside an event may destroy the widget that handles it
    for theme in THEMES:
        apply_theme(app, theme)
        for name, make in WINDOWS.items():
            window = make()
            window.show()
            app.processEvents()
            window.grab().save(str(folder / f"{name}-{theme}-{scale}.png"))
            window.close()


def sale() -> QWidget:
    """A sale at 1366x768, composed as a screen would."""
    window = QWidget()
    window.setFixedSize(1366, 768)
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(navigation())
    right = QGridLayout()
    right.setContentsMargins(0, 0, 0, 0)
    right.setSpacing(0)
    right.addWidget(top_bar(), 0, 0, 1, 2)
    right.addWidget(tiles_and_filter(), 1, 0)
    right.addWidget(cart(), 1, 1)
    right.setRowStretch(1, 1)
    row.addLayout(right, 1)
    return window


def navigation() -> SideNavigation:
    side = SideNavigation()
    words = [
        ("Nueva venta", "shopping-cart"),
        ("Calculadora", "calculator"),
        ("Clientes", "users"),
        ("Historial", "history"),
        ("Caja", "wallet"),
        ("Mi distribución", "truck"),
        ("Por enviar", "cloud-upload"),
        ("Inicio", "house"),
        ("Productos", "tag"),
        ("Inventario", "boxes"),
        ("Reportes", "chart-column"),
        ("Configuración", "settings"),
    ]
    side.show_entries(
        [
            NavigationEntry(word, word, icon, f"Alt+{place}" if place < 10 else "")
            for place, (word, icon) in enumerate(words, 1)
        ]
    )
    side.show_current("Nueva venta")
    return side


def top_bar() -> QWidget:
    bar = Card(look="bar")
    bar.body.setContentsMargins(Space.LARGE, Space.SMALL, Space.LARGE, Space.SMALL)
    bar.header.insertWidget(0, IconLabel("store", "primary", 28))
    title = QLabel("Avícola Doña Pepa")
    title.setProperty("look", "title")
    bar.header.insertWidget(1, title)
    chip = StatusChip()
    chip.show_offline(7)
    bar.header.addWidget(chip)
    bar.header.addWidget(Button("Rosa Quispe", icon="lock", variant="ghost", key="F8"))
    return bar


def tiles_and_filter() -> QWidget:
    area = QWidget()
    column = QVBoxLayout(area)
    column.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, Space.MEDIUM)
    column.setSpacing(Space.MEDIUM)
    search = QLineEdit()
    search.setAccessibleName("Buscar un producto")
    search.setPlaceholderText("Busque un producto (F10)")
    column.addWidget(search)
    column.addWidget(
        ChoiceBar("Tipo", [("todos", "Todos"), ("pollo", "Pollo"), ("huevo", "Huevo"), ("otro", "Otros")], look="pills")
    )
    tiles = ProductTiles()
    tiles.show_tiles(
        [
            Tile(place, name, Decimal(price), "kg", stock, tone)
            for place, (name, price, stock, tone) in enumerate(PRODUCTS)
        ]
    )
    column.addWidget(tiles, 1)
    return area


def cart() -> QWidget:
    panel = Card("Venta actual", look="panel")
    panel.setFixedWidth(440)
    panel.header.addWidget(Button("Vaciar", icon="trash-2", variant="ghost"))
    lines = CartTable()
    lines.show_lines(CART)
    panel.body.addWidget(lines, 1)
    rounding = AmountDisplay("Redondeo", look="body")
    rounding.show_soles(Decimal("-0.08"))
    panel.body.addWidget(rounding)
    total = AmountDisplay("Total")
    total.show_soles(Decimal("169.38"))
    panel.body.addWidget(total)
    panel.body.addWidget(Button("Cobrar S/ 169.30", icon="banknote", variant="primary", key="F12", large=True))
    return panel


def widgets() -> QWidget:
    window = QWidget()
    window.setFixedSize(1366, 1080)
    grid = QGridLayout(window)
    grid.setSpacing(Space.LARGE)
    grid.addWidget(buttons(), 0, 0)
    grid.addWidget(fields(), 0, 1, 2, 1)
    grid.addWidget(notices(), 1, 0)
    grid.addWidget(keypad(), 0, 2, 2, 1)
    return window


def buttons() -> QWidget:
    card = Card("Botones")
    row = QHBoxLayout()
    row.addWidget(Button("Guardar", icon="check", variant="primary"))
    row.addWidget(Button("Imprimir", icon="printer"))
    row.addWidget(Button("Anular", icon="ban", variant="danger"))
    row.addWidget(Button(icon="settings", accessible_name="Configuración"))
    row.addStretch(1)
    card.body.addLayout(row)
    off = QHBoxLayout()
    for button in (Button("Guardar", icon="check", variant="primary"), Button("Imprimir", icon="printer")):
        button.setEnabled(False)
        off.addWidget(button)
    off.addWidget(Button("Ver más", icon="chevron-right", variant="ghost"))
    off.addStretch(1)
    card.body.addLayout(off)
    card.body.addWidget(ChoiceBar("Pago", [("contado", "Contado"), ("credito", "Crédito"), ("mixto", "Mixto")]))
    for chip in chips():
        card.body.addWidget(chip, alignment=Qt.AlignmentFlag.AlignLeft)
    card.body.addStretch(1)
    return card


def chips() -> list[StatusChip]:
    """One in each of its states."""
    sent, sending, offline, to_review = (StatusChip() for _ in range(4))
    sent.show_all_sent(time(10, 42))
    sending.show_sending(3)
    offline.show_offline(7)
    to_review.show_to_review(2)
    return [sent, sending, offline, to_review]


def fields() -> QWidget:
    card = Card("Campos")
    gross, price, tare = WeightField("Bruto"), MoneyField("Precio"), WeightField("Tara")
    gross.set_value(Decimal("12.5"))
    price.set_value(Decimal("9.8"))
    tare.setText("12.3456")
    card.body.addWidget(FieldRow("Peso bruto", gross))
    card.body.addWidget(FieldRow("Tara", tare))
    card.body.addWidget(FieldRow("Precio por kilo", price, hint="Precio de hoy: S/ 9.80"))
    card.body.addWidget(FieldRow("Jabas", CountField("Jabas", unit="jabas")))
    name = QLineEdit("Juana Mamani")
    card.body.addWidget(FieldRow("Cliente", name))
    choice = ChoiceField()
    choice.addItems(["Efectivo", "Yape", "Plin"])
    card.body.addWidget(FieldRow("Método", choice))
    box = QCheckBox("Permitir venta sin stock")
    box.setChecked(True)
    card.body.addWidget(box)
    card.body.addStretch(1)
    return card


def notices() -> QWidget:
    card = Card("Avisos")
    card.body.addWidget(Banner("La sesión sin internet vence en 4 días.", Tone.WARNING, action="Conectar"))
    card.body.addWidget(Banner("La impresora no tiene papel.", Tone.DANGER))
    card.body.addWidget(Banner("Todo enviado.", Tone.GOOD))
    card.body.addWidget(Banner("Hay una versión nueva.", Tone.INFO))
    card.body.addWidget(EmptyState("users", "Todavía no hay clientes.", action="Nuevo cliente"))
    return card


def keypad() -> QWidget:
    card = Card("Cobro")
    change = AmountDisplay("Vuelto", look="figure")
    change.show_soles(Decimal("30.70"))
    card.body.addWidget(change)
    card.body.addWidget(QuickCash())
    keys = Keypad()
    keys.show()
    card.body.addWidget(keys)
    card.body.addStretch(1)
    return card


def table() -> QWidget:
    columns: list[Column[tuple[str, str, str, State, str]]] = [
        Column("Nota", lambda row: row[0], order=lambda row: row[0]),
        Column("Cliente", lambda row: row[1]),
        Column("Total", lambda row: row[2], "money", order=lambda row: row[2]),
        Column("Estado", lambda row: row[4], "state", state=lambda row: row[3]),
    ]
    rows = RowsTable("Ventas", columns, stretch=1)
    sent, kept = State("circle-check", Tone.GOOD), State("clock", Tone.WARNING)
    wrong, void = State("triangle-alert", Tone.DANGER), State("ban", Tone.NEUTRAL)
    rows.show_rows(
        [
            ("A1-000123", "Juana Mamani", "S/ 169.30", kept, "Guardada"),
            ("A1-000122", "Cliente genérico", "S/ 11.10", sent, "Enviada"),
            ("A1-000121", "Restaurante El Ñandú", "S/ 1,234.50", wrong, "Por revisar"),
            ("A1-000120", "Cliente genérico", "S/ 24.68", void, "Anulada"),
        ]
    )
    rows.setCurrentIndex(rows.rows.index(1, 0))
    card = Card("Historial")
    card.setFixedSize(900, 400)
    card.body.addWidget(rows)
    return card


def asked(ask: Callable[[QWidget], Sheet]) -> QWidget:
    window = sale()
    ask(window).open()
    return window


def confirm(window: QWidget) -> Sheet:
    return ConfirmSheet(window, "Anular la venta", EXPLANATION, confirm="Anular", variant="danger")


def reason(window: QWidget) -> Sheet:
    usual = ("Se arrepintió", "Me equivoqué de peso")
    return ReasonSheet(window, "Quitar la línea", EXPLANATION, confirm="Quitar", suggestions=usual)


def pin(window: QWidget) -> Sheet:
    return PinSheet(window, "Permitir el descuento", EXPLANATION)


WINDOWS: dict[str, Callable[[], QWidget]] = {
    "sale": sale,
    "widgets": widgets,
    "table": table,
    "confirm": lambda: asked(confirm),
    "reason": lambda: asked(reason),
    "pin": lambda: asked(pin),
    "crash": lambda: CrashDialog("Traceback: ejemplo"),
}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    scale = os.environ.get("QT_SCALE_FACTOR", "")
    if scale:
        QApplication([])
        draw_all(target, scale)
    else:
        target.mkdir(parents=True, exist_ok=True)
        for each in SCALES:
            wanted = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": each}
            subprocess.run([sys.executable, "-m", "tests.desktop.gallery", str(target)], env=wanted, check=True)
