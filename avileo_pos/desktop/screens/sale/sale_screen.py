"""Nueva venta: products are weighed into a cart, a customer is chosen, the cart is charged."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.sale.cash_movement_sheet import CashMovementSheet
from avileo_pos.desktop.screens.sale.charging import Charging, with_both
from avileo_pos.desktop.screens.sale.counter import Counter, counter
from avileo_pos.desktop.screens.sale.customer_picker import CustomerPicker
from avileo_pos.desktop.screens.sale.open_cash_sheet import OpenCashSheet
from avileo_pos.desktop.screens.sale.open_sales import OpenSale, OpenSales
from avileo_pos.desktop.screens.sale.sale_draft import (
    at_prices,
    is_empty,
    line_inputs,
    what_it_comes_to,
    with_customer,
    with_line,
    without_line,
)
from avileo_pos.desktop.screens.sale.sale_form import SaleForm
from avileo_pos.desktop.screens.sale.weighing import Weighing, is_overridden
from avileo_pos.desktop.sheets.abono_sheet import AbonoSheet
from avileo_pos.desktop.sheets.receipt_sheet import SaleReceiptSheet
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.dialogs import ConfirmSheet, ReasonSheet
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.customer import CustomerRow
from avileo_pos.queries.parked_sale import DraftLine, SaleDraft
from avileo_pos.queries.product import ProductTile
from avileo_pos.queries.receipt import SaleReceipt
from avileo_pos.queries.sale import last_sale
from avileo_pos.spanish.words import amount_of
from avileo_pos.usecases.parked_sale import SaveParkedSale, remove_parked_sale, save_parked_sale

_KEYS = (
    ("1 … 9, 0", "Elegir un producto por su número"),
    ("F2", "Elegir o anotar al cliente"),
    ("F3", "Recibir un abono del cliente"),
    ("F4", "Cambiar el precio"),
    ("F5", "Escribir la tara"),
    ("F6", "Aparcar esta venta y empezar otra"),
    ("F7", "Anotar un gasto, retiro o ingreso de caja"),
    ("F9", "Ver la última venta"),
    ("F10", "Buscar un producto"),
    ("F12", "Cobrar"),
    ("*", "Contar los envases de la tara"),
    ("Supr", "Quitar la línea marcada"),
)
_REASONS = ("Cliente de siempre", "Por mayor", "Producto de ayer", "Me equivoqué de precio")


class SaleScreen(Screen):
    KEY = "sale"
    TITLE = "Nueva venta"
    ICON = "shopping-cart"
    NEEDS = Permission.SALE_CREATE
    SHOWS = frozenset(
        {
            "products",
            "inventory",
            "inventory_movements",
            "customers",
            "customer_balances",
            "sales",
            "abonos",
            "envases",
            "parked_sales",
            "cash_sessions",
            "distribuciones",
            "distribucion_movements",
        }
    )
    KEYS = _KEYS

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(till, parent)
        self.form = SaleForm(self)
        self._sales = OpenSales()
        self._products: dict[UUID, ProductTile] = {}
        self._customer: CustomerRow | None = None
        self._drawer_is_open = False
        self._line_place: int | None = None
        self._charges_next = False
        self._charging = Charging(self, till)
        self._lent: dict[UUID, Actor] = {}
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.form)
        self._connect()
        self._show_sale()

    def refresh(self) -> None:
        wanted = self._sales.current.draft.customer_id
        self.till.lane.read(partial(counter, customer_id=wanted), then=self._show_counter)

    def focus_start(self) -> None:
        """The hand is where it left off."""
        self.form.focus_start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._go_back()
        else:
            super().keyPressEvent(event)

    # What is shown

    def _show_counter(self, found: Counter) -> None:
        is_first = not self._products
        self._products = {product.id: product for product in found.products}
        self._drawer_is_open = found.drawer_is_open
        self.form.products.show_products(found.products)
        self.form.products.show_distribucion(found.distribucion)
        self.form.weighing.show_envases(found.envases)
        before = self._sales.current.id
        self._sales.meet(found.parked)
        if self._sales.current.id != before:
            self._forget_customer()
            self.refresh()
        if found.customer and found.customer.id == self._sales.current.draft.customer_id:
            self._customer = found.customer
            self.form.cart.show_usual(found.usual)
        self._follow_prices()
        self._show_sale()
        if is_first and self.isVisible():
            self.form.show_products()

    def _show_sale(self) -> None:
        draft = self._sales.current.draft
        self.form.cart.show_sales(self._sales.all(), self._sales.place)
        self.form.cart.show_customer(draft.customer_name, self._customer)

    def _follow_prices(self) -> None:
        """A price set while the cart waits holds for it too; while it is being charged the till itself says so."""
        draft = self._sales.current.draft
        today = at_prices(draft, {product.id: product.price for product in self._products.values()})
        if today != draft and not self._charging.is_under_way():
            self._change(today)
            self.till.host.say("Cambió un precio: la venta quedó con el precio de hoy.", Tone.WARNING)

    # The cart

    def _change(self, draft: SaleDraft) -> None:
        """Every change is kept at once, so that a crash loses nothing."""
        self._keep(self._sales.change(draft))
        self._show_sale()

    def _keep(self, sale: OpenSale) -> None:
        lane, problem = self.till.lane, self.till.host.show_problem
        if is_empty(sale.draft):
            lane.write(remove_parked_sale, sale.id, then=self._on_kept, failed=problem)
        else:
            lane.write(save_parked_sale, SaveParkedSale(sale.id, sale.draft), then=self._on_kept, failed=problem)

    def _on_kept(self, _answer: object) -> None:
        """Nothing of it is shown: what is on screen is newer than what was kept."""

    def _weigh(self, product_id: UUID) -> None:
        self._line_place = None
        self._charges_next = False
        self.form.weigh(self._products[product_id])

    def _weigh_again(self, place: int) -> None:
        line = self._sales.current.draft.lines[place]
        product = self._products.get(line.product_id)
        if product is None:
            self.till.host.say(f"{line.product_name} ya no se vende.", Tone.WARNING)
            return
        self._line_place = place
        self._charges_next = False
        self.form.weigh_again(product, line)

    def _take_weighed(self, weighing: Weighing) -> None:
        line = weighing.line()
        if is_overridden(line) and not line.price_reason:
            self._ask_why(weighing, line)
        else:
            self._put_in_cart(line)

    def _ask_why(self, weighing: Weighing, line: DraftLine) -> None:
        sheet = ReasonSheet(self, "Otro precio", _other_price(line), confirm="Seguir", suggestions=_REASONS)
        sheet.given.connect(partial(self._on_reason, weighing))
        sheet.open()

    def _on_reason(self, weighing: Weighing, reason: str) -> None:
        line = weighing.with_reason(reason).line()
        if self.till.person.may(Permission.PRICE_OVERRIDE):
            self._put_in_cart(line)
        else:
            allowed = partial(self._on_price_allowed, line)
            self.till.host.ask_approval(Permission.PRICE_OVERRIDE, _other_price(line), allowed)

    def _on_price_allowed(self, line: DraftLine, lent: Actor) -> None:
        sale_id = self._sales.current.id
        self._lent[sale_id] = with_both(self._lent.get(sale_id), lent)
        self._put_in_cart(line)

    def _put_in_cart(self, line: DraftLine) -> None:
        """A line with which nobody could charge the sale stays where it is weighed."""
        charges_next, self._charges_next = self._charges_next, False
        draft = with_line(self._sales.current.draft, line, self._line_place)
        try:
            what_it_comes_to(line_inputs(draft))
        except BusinessRuleBroken as trouble:
            self.till.host.show_problem(trouble)
            return
        self._change(draft)
        self._leave_weighing()
        if charges_next:
            self._begin_charge()

    def _leave_weighing(self) -> None:
        self._line_place, self._charges_next = None, False
        self.form.show_products()

    def _ask_removal(self, place: int) -> None:
        line = self._sales.current.draft.lines[place]
        said = f"{line.product_name}, {amount_of(line.quantity, line.unit)}."
        sheet = ConfirmSheet(self, "¿Quitar de la venta?", said, confirm="Quitar", variant="danger")
        sheet.confirmed.connect(partial(self._remove_line, place))
        sheet.open()

    def _remove_line(self, place: int) -> None:
        self._change(without_line(self._sales.current.draft, place))
        self._leave_weighing()

    def _ask_emptying(self) -> None:
        count = len(self._sales.current.draft.lines)
        lost = "Se borra la línea" if count == 1 else f"Se borran las {count} líneas"
        said = f"{lost} de esta venta, que no se ha cobrado."
        sheet = ConfirmSheet(self, "¿Vaciar la venta?", said, confirm="Vaciar", variant="danger")
        sheet.confirmed.connect(self._empty)
        sheet.open()

    def _empty(self) -> None:
        given_up = self._sales.change(SaleDraft())
        self._keep(given_up)
        self._close(given_up.id)

    def _close(self, sale_id: UUID) -> None:
        self._sales.close(sale_id)
        self._lent.pop(sale_id, None)
        self._turn_to_current()

    # Several sales at once

    def _set_aside(self) -> None:
        self._sales.set_aside()
        self._turn_to_current()

    def _choose_sale(self, place: int) -> None:
        self._sales.choose(place)
        self._turn_to_current()

    def _turn_to_current(self) -> None:
        self._forget_customer()
        self._leave_weighing()
        self._show_sale()
        self.refresh()

    def _forget_customer(self) -> None:
        """What is known of its customer comes with the next reading."""
        self._customer = None
        self.form.cart.show_usual(())

    # The customer

    def _pick_customer(self) -> None:
        picker = CustomerPicker(self, self.till)
        picker.chosen.connect(self._take_customer)
        picker.open()

    def _take_customer(self, customer: CustomerRow | None) -> None:
        self._forget_customer()
        self._customer = customer
        self._change(with_customer(self._sales.current.draft, customer))

    def _take_abono(self) -> None:
        if self._customer is not None:
            AbonoSheet(self, self.till, self._customer).open()

    # Charging

    def _on_charge(self) -> None:
        """What lies on the scale is part of the sale."""
        if self.form.is_weighing() and not self.form.weighing.is_blank():
            self._charges_next = True
            self._charges_next = self.form.weighing.add() and self._charges_next
        else:
            self._begin_charge()

    def _begin_charge(self) -> None:
        sale = self._sales.current
        if not sale.draft.lines:
            self.till.host.show_problem(BusinessRuleBroken("sale_is_empty"))
            return
        lent = self._lent.get(sale.id)
        self._charging.begin(sale, self._customer, lent, drawer_is_open=self._drawer_is_open)

    def _on_charged(self, sale_id: UUID) -> None:
        self._close(sale_id)

    def _on_charging_ended(self) -> None:
        self.form.show_products()
        self.refresh()

    def _ask_last_sale(self) -> None:
        self.till.lane.read(last_sale, then=self._show_last_sale)

    def _show_last_sale(self, receipt: SaleReceipt | None) -> None:
        if receipt is None:
            self.till.host.say("Todavía no hay ventas suyas en esta caja.", Tone.INFO)
        else:
            SaleReceiptSheet(self, receipt, copy=True).open()

    # The drawer

    def _ask_cash_movement(self) -> None:
        """From a drawer that is open, or is opened now."""
        if self._drawer_is_open:
            self._note_cash_movement()
        else:
            sheet = OpenCashSheet(self, self.till)
            sheet.opened.connect(self._note_cash_movement)
            sheet.open()

    def _note_cash_movement(self) -> None:
        CashMovementSheet(self, self.till).open()

    # Keys

    def _go_back(self) -> None:
        if self.form.is_weighing():
            self._leave_weighing()
        elif not self.form.products.clear_search() and self._sales.current.draft.lines:
            self._ask_emptying()

    def _on_price_key(self) -> None:
        if self._has_line_on_the_scale():
            self.form.weighing.focus_price()

    def _on_tare_key(self) -> None:
        if self._has_line_on_the_scale():
            self.form.weighing.focus_tare()

    def _has_line_on_the_scale(self) -> bool:
        """What is being weighed; else the line that is current in the cart is taken up again."""
        place = self.form.cart.current_line()
        if not self.form.is_weighing() and place is not None:
            self._weigh_again(place)
        return self.form.is_weighing()

    def _connect(self) -> None:
        form = self.form
        form.products.chosen.connect(self._weigh)
        form.products.last_sale_asked.connect(self._ask_last_sale)
        form.products.cash_movement_asked.connect(self._ask_cash_movement)
        form.weighing.weighed.connect(self._take_weighed)
        form.weighing.left.connect(self._leave_weighing)
        form.cart.sale_chosen.connect(self._choose_sale)
        form.cart.set_aside_asked.connect(self._set_aside)
        form.cart.customer_asked.connect(self._pick_customer)
        form.cart.abono_asked.connect(self._take_abono)
        form.cart.usual_chosen.connect(self._weigh)
        form.cart.edit_asked.connect(self._weigh_again)
        form.cart.removal_asked.connect(self._ask_removal)
        form.cart.emptying_asked.connect(self._ask_emptying)
        form.cart.charge_asked.connect(self._on_charge)
        self._charging.registered.connect(self._on_charged)
        self._charging.ended.connect(self._on_charging_ended)
        form.on_key("F4", self._on_price_key)
        form.on_key("F5", self._on_tare_key)
        form.on_key("F10", form.search_products)


def _other_price(line: DraftLine) -> str:
    asked, listed = format_soles(line.unit_price), format_soles(line.list_price)
    return f"{line.product_name} a {asked} en vez de {listed}. Queda anotado con su nombre."
