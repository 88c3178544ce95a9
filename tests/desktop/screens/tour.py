"""A walk through every screen and sheet of the till, each with something on it, by the keys that open them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from avileo_pos.desktop import leaving_words, safety_words
from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.market_desk import MarketState, Neighbour, Whereabouts
from avileo_pos.desktop.safety_desk import Carried, Copy, Elsewhere, Room, SafetyState
from avileo_pos.desktop.screens.queue.queue_form import QueueForm
from avileo_pos.desktop.screens.sign_in.requests import BusinessChoice, KnownPerson
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.desktop.screens.this_till.leaving_sheets import RemoveTillSheet
from avileo_pos.desktop.screens.this_till.market_sheets import JoinSheet
from avileo_pos.desktop.widgets.dialogs import MessageSheet
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.replica.database import Replica
from avileo_pos.replica.removal import Removed
from avileo_pos.replica.rescue import Opened, Rescue
from avileo_pos.sync.state import SyncKind, SyncState
from avileo_pos.usecases.customer import CreateCustomer, CustomerDetails, create_customer
from avileo_pos.usecases.distribucion import OpenDistribucion, open_distribucion
from tests.desktop.screens.eyes import close_sheets, sheets
from tests.desktop.screens.sale.cashier import Cashier
from tests.desktop.shop import FRIDAY, JOSE, PEPA, ROSA, Shop, known_id

ENTER, ESCAPE, TAB, DOWN = Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Down
F1, F2, F3, F4, F6 = Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F6
F7, F9, F12 = Qt.Key.Key_F7, Qt.Key.Key_F9, Qt.Key.Key_F12
LONG_NAME = (
    "Inversiones & Servicios <b>Generales</b> Hnos. Quispe Mamani, sucursal del Mercado Mayorista de Santa Anita"
)


def tour(qtbot: QtBot, shop: Shop, width: int, height: int) -> Iterator[tuple[str, MainWindow]]:
    """Each stop's name, while the window shows it."""
    window = MainWindow(SignInPage())
    qtbot.addWidget(window)
    window.resize(width, height)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.enter(shop.till(PEPA, window))
    window.show_sync(SyncState(SyncKind.OFFLINE, waiting=12, last_contact_at=FRIDAY))
    pepa = Cashier(window, shop, PEPA)
    write_down_somebody_with_a_long_name(shop)
    kilos = OpenDistribucion(uuid4(), JOSE.member_id, "Carreta, paradero 5 de la avenida", Decimal("30.000"))
    shop.do(open_distribucion, kilos, by=PEPA)
    for walk in (selling, charging, customers, the_day, distributions, the_queue, the_safety, leaving, the_door):
        for stop in walk(pepa):
            pepa.settle()
            yield stop, window
        close_sheets(window)
    window.leave()
    shop.settle()


def selling(pepa: Cashier) -> Iterator[str]:
    pepa.window.open_screen("sale")
    yield "nueva venta"
    pepa.press("1", "112.500", F4, "9.50")
    yield "pesar"
    pepa.press(ENTER)
    yield "otro precio"
    pepa.press("Por mayor", ENTER)
    pepa.press("8", ENTER)
    yield "carrito"
    pepa.press(F1)
    yield "teclas"
    pepa.press(ESCAPE, F2, "Inver")
    yield "elegir cliente"
    pepa.press(ENTER, F6)
    yield "aparcada"
    pepa.press(F6, ESCAPE)
    yield "vaciar"
    pepa.press(ESCAPE, F7)
    yield "gasto sin cajón abierto"
    pepa.press(ENTER)
    yield "gasto"
    pepa.press(ENTER)
    yield "gasto sin monto"
    pepa.press(ESCAPE)


def charging(pepa: Cashier) -> Iterator[str]:
    pepa.press(F3)
    yield "abono"
    pepa.press("20", ENTER)
    yield "recibo de abono"
    pepa.press(ENTER, F12)
    yield "cobrar"
    pepa.press("1000")
    yield "cobrar con vuelto"
    pepa.tap("Mixto")
    pepa.tap("Yape")
    yield "cobrar en partes"
    pepa.tap("Crédito")
    yield "cobrar a crédito"
    pepa.press(ENTER)
    yield "nota de venta"
    pepa.press(ENTER, F9)
    yield "copia"
    pepa.press(ESCAPE)
    pepa.window.ask_approval(Permission.SALE_VOID_ANY, "Anular lo de otra persona.", _nobody_waits)
    yield "pin de administrador"


def _nobody_waits(_actor: Actor) -> None:
    """The PIN is looked at only."""


def customers(pepa: Cashier) -> Iterator[str]:
    pepa.window.open_screen("clientes")
    yield "clientes"
    pepa.press("Inver", DOWN)
    yield "cuenta"
    pepa.press(F2)
    yield "nuevo cliente"
    pepa.press(ESCAPE, F1)
    yield "teclas de clientes"


def the_day(pepa: Cashier) -> Iterator[str]:
    pepa.window.say("Anulada: A1-000123. Devuelva S/ 1,234.50 en efectivo.")
    pepa.window.open_screen("historial")
    yield "historial con aviso"
    pepa.tap("Anular…")
    yield "anular"


def distributions(pepa: Cashier) -> Iterator[str]:
    pepa.window.open_screen("mi_distribucion")
    yield "sin distribución propia"
    pepa.window.open_screen("distribuciones")
    yield "distribuciones"
    for key, name in ((F2, "dar kilos"), (F3, "recargar"), (F4, "cerrar la distribución"), (F6, "mover kilos")):
        pepa.press(key)
        yield name
        pepa.press(ESCAPE)


def the_queue(pepa: Cashier) -> Iterator[str]:
    pepa.shop.refuse(pepa.shop.sell("Alitas", "1.000", by=PEPA))
    pepa.window.show_sync(SyncState(SyncKind.SIGNED_OUT, waiting=1, code="signed_out", last_contact_at=FRIDAY))
    pepa.window.open_screen("por_enviar")
    yield "por enviar sin sesión"
    pepa.tap("Revisar la primera")
    yield "revisar"
    pepa.press(ESCAPE)
    yield from putting_right(pepa)
    pepa.tap("Exportar…")
    pepa.press("clave", ENTER)
    yield "exportar"
    pepa.press(ESCAPE)
    pepa.tap("Importar…")
    yield "importar"


def putting_right(pepa: Cashier) -> Iterator[str]:
    """A new customer, with everything that is asked of one."""
    customer = uuid4()
    details = CustomerDetails("Juana Flores", address="Jr. Los Pinos 1234, La Victoria")
    pepa.shop.do(create_customer, CreateCustomer(customer, details), by=PEPA)
    pepa.shop.refuse_of(customer, "customers")
    [queue] = pepa.window.findChildren(QueueForm)
    pepa.window.review_operation(next(each for each in queue.table.rows.rows() if each.entity_id == customer))
    pepa.settle()
    yield "revisar un cliente nuevo"
    pepa.tap("Corregir…")
    yield "corregir"
    pepa.write("DNI", "123")
    pepa.press(ENTER)
    yield "corregir mal"
    pepa.press(ESCAPE, ESCAPE)


def the_safety(pepa: Cashier) -> Iterator[str]:
    pepa.window.open_screen("respaldo")
    yield "respaldo sin copias"
    pepa.window.safety.second_place = "E:\\Respaldo de la avícola"
    pepa.window.safety.show_state(SAFE)
    yield "respaldo"
    pepa.window.safety.show_state(replace(SAFE, elsewhere=Elsewhere.GONE))
    yield "respaldo sin la memoria"
    pepa.window.safety.show_state(replace(SAFE, is_damaged=True, room=Room.SALES, free=40 * 2**20))
    yield "respaldo con daño"
    pepa.window.safety.show_state(SAFE)
    pepa.tap("Volver a esta copia…")
    yield "volver a una copia"
    pepa.press(ESCAPE)
    MessageSheet(pepa.window, *safety_words.of_opening(RESCUED)).open()
    yield "archivo recuperado"


def leaving(pepa: Cashier) -> Iterator[str]:
    pepa.window.show_sync(SyncState(SyncKind.SIGNED_OUT, waiting=4, code="device_revoked", last_contact_at=FRIDAY))
    pepa.window.open_screen("esta_caja")
    yield "esta caja, retirada"
    yield from without_internet(pepa)
    pepa.tap("Cerrar sesión…")
    pepa.settle()
    yield "cerrar sesión"
    pepa.press(ESCAPE)
    pepa.tap("Quitar esta caja…")
    pepa.settle()
    yield "quitar esta caja"
    pepa.press(ENTER)
    yield "quitar sin exportar"
    [sheet] = sheets(pepa.window, RemoveTillSheet)
    sheet.show_exported(Carried(27))
    sheet.findChildren(QLineEdit)[0].setFocus()
    pepa.press("quitar", ENTER)
    yield "quitar, exportado"
    close_sheets(pepa.window)
    MessageSheet(pepa.window, *leaving_words.of_removal(Removed(27, Path("C:/Avileo/Cajas quitadas/5a3b1e00")))).open()
    yield "caja quitada"


def without_internet(pepa: Cashier) -> Iterator[str]:
    market = pepa.window.market
    pepa.tap("Compartir desde aquí…")
    yield "compartir sin internet"
    pepa.press(ESCAPE)
    market.show_state(MarketState(Whereabouts.HOST, "K7QX-M2PD-9RTE", ("192.168.18.24:51732",), keeps=True))
    yield "compartiendo"
    market.show_state(MarketState(keeps=True))
    yield "entregando lo compartido"
    market.show_state(MarketState(Whereabouts.GUEST, name="Caja del <i>puesto</i> 14 & 15"))
    yield "unida a otra caja"
    market.show_state(MarketState())
    pepa.tap("Unirse a otra caja…")
    [sheet] = sheets(pepa.window, JoinSheet)
    yield "buscando otras cajas"
    sheet.show_found((Neighbour("Caja del <i>puesto</i> 14 & 15", "a"), Neighbour("Carreta de José", "b")))
    yield "unirse a otra caja"
    close_sheets(pepa.window)


SAFE = SafetyState(
    copied_at=FRIDAY,
    checked_at=FRIDAY - timedelta(hours=5),
    free=12 * 2**30,
    elsewhere=Elsewhere.KEPT,
    elsewhere_at=FRIDAY,
    copies=tuple(
        Copy(Path("a.copy"), known_id("caja"), FRIDAY - timedelta(hours=2 * place), 48 * 2**20) for place in range(9)
    ),
)
RESCUED = Opened(cast(Replica, None), Rescue(Path("a.damaged"), FRIDAY, operations=14), lost=1)


def the_door(pepa: Cashier) -> Iterator[str]:
    pepa.window.leave()
    page = pepa.window.findChildren(SignInPage)[0]
    page.show_opening()
    yield "abriendo la caja"
    page.start("https://central.example", ())
    yield "entrar"
    pepa.tap("Traer una caja de su respaldo…")
    yield "traer una caja"
    close_sheets(pepa.window)
    page.show_trouble(BusinessRuleBroken("password_must_change"))
    yield "contraseña nueva"
    page.show_businesses([BusinessChoice(known_id("negocio"), LONG_NAME)])
    yield "esta caja"
    known = [KnownPerson(person.member_id, person.name, "x@example.pe", True, days_left=3) for person in (PEPA, ROSA)]
    page.start("https://central.example", known)
    yield "quién atiende"
    pepa.tap(PEPA.name)
    yield "su pin"


def write_down_somebody_with_a_long_name(shop: Shop) -> None:
    details = CustomerDetails(
        LONG_NAME, "Los hermanos del mercado", "70123450", "987000111", "Jr. Los Pinos 1234, La Victoria", "Paga lunes"
    )
    shop.do(create_customer, CreateCustomer(uuid4(), details, Decimal("1234.50"), Decimal("5000.00")), by=PEPA)
