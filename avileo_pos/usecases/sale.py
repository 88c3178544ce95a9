"""Selling: a sale with its lines, payments and stock in one transaction, and its voiding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.credit import require_within_limit
from avileo_pos.domain.enums import MovementKind, ProductUnit, SaleType
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.operation_mode import SaleCheck, require_available
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.receipt import TITLE
from avileo_pos.domain.sale import LineInput, Payment, PricedLine, PricedSale, price_sale
from avileo_pos.domain.stock import movement_of_line, stock_change
from avileo_pos.domain.void import SALE
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.queries.balance import Debtor, customer_balance, debtor, stock_by_product
from avileo_pos.queries.cash_session import OPEN_CASH_SESSION
from avileo_pos.queries.distribucion import OPEN_DISTRIBUCION, left_of_distribucion
from avileo_pos.queries.receipt import ReceiptLine, SaleReceipt, sale_receipt
from avileo_pos.queries.stored import day, identity, kilos, read, soles
from avileo_pos.tables.shared import inventory_movements, sale_items, sale_payments, sales
from avileo_pos.usecases.parked_sale import remove_parked_sale
from avileo_pos.usecases.receipt_series import take_receipt_number
from avileo_pos.usecases.void import VoidReceipt, cash_in, void_paper
from avileo_pos.work import Row, Work


@dataclass(frozen=True, slots=True)
class SaleLine:
    """`quantity` is net kg or units, `gross` None when the net itself was typed; `list_price` what the tile showed.

    A `unit_price` that differs from `list_price` needs a `price_reason` and the permission.
    """

    product_id: UUID
    quantity: Decimal
    unit_price: Decimal
    list_price: Decimal
    gross: Decimal | None = None
    tara: Decimal = NO_KILOS
    price_reason: str = ""


@dataclass(frozen=True, slots=True)
class RegisterSale:
    """`request_id`, made once per charge, becomes the sale's id. `payments` hold cash as tendered.

    The cart from which it is charged has the same id, so that whatever happens to the till it is sold once; what was
    kept of it goes in the same transaction.
    """

    request_id: UUID
    sale_type: SaleType
    lines: tuple[SaleLine, ...]
    payments: tuple[Payment, ...]
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VoidSale:
    sale_id: UUID
    reason: str


def register_sale(work: Work, request: RegisterSale) -> SaleReceipt:
    """Sell: the one way in which a sale comes to be. The same request again gives the same receipt.

    Raises PermissionDenied (SALE_CREATE, PRICE_OVERRIDE) and BusinessRuleBroken: no_cash_session, price_changed
    (product_name, price), price_needs_reason (product_name), over_credit_limit, sells_without_stock, not_found,
    sold_otherwise (receipt_number), and those of `domain.sale.price_sale`.
    """
    work.actor.require(Permission.SALE_CREATE)
    stand = _stand(work, request)
    if stand.is_done:
        return _receipt_once_more(work, request)
    if stand.cash_session_id is None:
        raise BusinessRuleBroken("no_cash_session")
    cards = _cards_of(work, request.lines)
    _require_prices(work, request.lines, cards)
    customer = debtor(work, request.customer_id) if request.customer_id else None
    priced = _priced(request, cards)
    _require_credit(work, customer, priced)
    _require_kilos(work, priced, stand.distribucion_id)
    sale = _Sale(request, priced, take_receipt_number(work), stand.cash_session_id, stand.distribucion_id, customer)
    _store(work, sale, cards)
    remove_parked_sale(work, request.request_id)
    return _receipt(work, sale)


def void_sale(work: Work, request: VoidSale) -> VoidReceipt:
    """Void a sale: its amounts leave the totals, its kilos return; the row stays.

    Raises PermissionDenied (SALE_VOID_ANY for another's or another day's) and BusinessRuleBroken: already_voided,
    reason_required, no_cash_session (what was paid must be given back from a drawer), not_found.
    """
    sale = work.get(sales, request.sale_id)
    returned = {inventory_movements: _returned_to_stock(work, request.sale_id)}
    void_paper(work, SALE, sales, sale, request.reason, money_was_taken=sale["amount_paid"] > 0, parts=returned)
    balance = customer_balance(work, sale["client_id"]) if sale["client_id"] else None
    return VoidReceipt(
        sale["id"], sale["receipt_number"], cash_in(sale_receipt(work, request.sale_id).payments), balance
    )


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where the sale is made: into which drawer, from which distribution, and whether it was made before."""

    is_done: bool
    cash_session_id: UUID | None
    distribucion_id: UUID | None


# One question for three answers: a sale has no time for more.
_STAND = f"""
SELECT EXISTS (SELECT 1 FROM sales WHERE business_id = :business AND id = :sale) AS is_done,
       ({OPEN_CASH_SESSION}) AS cash_session_id, ({OPEN_DISTRIBUCION}) AS distribucion_id
"""


def _stand(work: Work, request: RegisterSale) -> _Stand:
    [row] = read(work, _STAND, sale=request.request_id, device=work.device_id, day=work.today)
    from_distribucion = row.distribucion_id and work.business.rules.uses_distribution
    return _Stand(
        is_done=bool(row.is_done),
        cash_session_id=identity(row.cash_session_id) if row.cash_session_id else None,
        distribucion_id=identity(row.distribucion_id) if from_distribucion else None,
    )


@dataclass(frozen=True, slots=True)
class _ProductCard:
    name: str
    unit: ProductUnit
    price: Decimal
    price_date: date


@dataclass(frozen=True, slots=True)
class _Sale:
    """A sale with everything decided, about to be stored."""

    request: RegisterSale
    priced: PricedSale
    number: str
    cash_session_id: UUID
    distribucion_id: UUID | None
    customer: Debtor | None


def _receipt_once_more(work: Work, request: RegisterSale) -> SaleReceipt:
    """The receipt of a request that was served before, with the change that it was told then.

    A cart that an older file brought back may have been charged otherwise before.
    """
    stored = sale_receipt(work, request.request_id)
    if (stored.customer_id, _goods(stored.lines)) != (request.customer_id, _goods(request.lines)):
        raise BusinessRuleBroken("sold_otherwise", receipt_number=stored.number)
    tendered = sum((each.amount for each in request.payments), ZERO)
    change = tendered - stored.amount_paid
    if stored.customer_id is None:
        return replace(stored, change=change)
    after = customer_balance(work, stored.customer_id)
    return replace(stored, change=change, balance_before=after - stored.balance_due, balance_after=after)


def _goods(lines: Sequence[SaleLine] | Sequence[ReceiptLine]) -> list[tuple[UUID, Decimal]]:
    return [(line.product_id, line.quantity) for line in lines]


_CARDS = """
SELECT id, name, unit, base_price, price_date FROM products
WHERE business_id = :business AND id IN (SELECT value FROM json_each(:ids))
"""


def _cards_of(work: Work, lines: Sequence[SaleLine]) -> dict[UUID, _ProductCard]:
    rows = read(work, _CARDS, ids={line.product_id for line in lines})
    cards = {
        identity(row.id): _ProductCard(row.name, ProductUnit(row.unit), soles(row.base_price), day(row.price_date))
        for row in rows
    }
    if any(line.product_id not in cards for line in lines):
        raise BusinessRuleBroken("not_found", collection="products")
    return cards


def _require_prices(work: Work, lines: Sequence[SaleLine], cards: Mapping[UUID, _ProductCard]) -> None:
    """The buyer pays the card's price as it was shown, unless somebody who may says why not."""
    for line in lines:
        card = cards[line.product_id]
        if line.list_price != card.price:
            raise BusinessRuleBroken("price_changed", product_name=card.name, price=card.price)
        if line.unit_price != card.price:
            work.actor.require(Permission.PRICE_OVERRIDE)
            required_reason(line.price_reason, "price_needs_reason", product_name=card.name)


def _priced(request: RegisterSale, cards: Mapping[UUID, _ProductCard]) -> PricedSale:
    lines = [
        LineInput(
            product_id=line.product_id,
            product_name=cards[line.product_id].name,
            unit=cards[line.product_id].unit,
            quantity=line.quantity,
            unit_price=line.unit_price,
            gross=line.gross,
            tara=line.tara,
        )
        for line in request.lines
    ]
    return price_sale(request.sale_type, lines, request.payments, request.customer_id is not None)


def _require_credit(work: Work, customer: Debtor | None, priced: PricedSale) -> None:
    if customer and not work.actor.may(Permission.OVER_CREDIT_LIMIT):
        require_within_limit(customer.credit_limit, customer.balance, priced.balance_due)


def _require_kilos(work: Work, priced: PricedSale, distribucion_id: UUID | None) -> None:
    """Hold kilos against the distribution they are sold from, and everything else against the stock."""
    rules = work.business.rules
    if rules.permitir_venta_sin_stock or work.actor.may(Permission.SELL_WITHOUT_STOCK):
        return
    check = rules.check(in_distribucion=distribucion_id is not None)
    if check is SaleCheck.DISTRIBUCION and distribucion_id and priced.net_weight:
        left = left_of_distribucion(work, distribucion_id)
        require_available(rules, work.actor, check, priced.net_weight, left)
    if rules.check(in_distribucion=False) is SaleCheck.STOCK:
        stock = stock_by_product(work)
        for product_id, wanted in _taken_from_stock(work, priced, distribucion_id).items():
            require_available(rules, work.actor, SaleCheck.STOCK, wanted, stock.get(product_id, NO_KILOS))


def _taken_from_stock(work: Work, priced: PricedSale, distribucion_id: UUID | None) -> dict[UUID, Decimal]:
    taken: dict[UUID, Decimal] = {}
    for each in priced.lines:
        if _moves_stock(work, each.line, distribucion_id):
            taken[each.line.product_id] = taken.get(each.line.product_id, NO_KILOS) + each.line.quantity
    return taken


def _moves_stock(work: Work, line: LineInput, distribucion_id: UUID | None) -> bool:
    """A distribution is loaded with kilos: what is sold by the piece has not left the stock with its load."""
    from_its_load = distribucion_id is not None and line.unit is ProductUnit.KG
    return work.business.rules.sale_moves_stock(in_distribucion=from_its_load)


def _store(work: Work, sale: _Sale, cards: Mapping[UUID, _ProductCard]) -> None:
    priced, request = sale.priced, sale.request
    items: list[Row] = []
    taken: list[Row] = []
    for position, (each, asked) in enumerate(zip(priced.lines, request.lines, strict=True)):
        item_id = work.new_id()
        items.append(_item(item_id, position, each, cards[asked.product_id], asked.price_reason))
        if _moves_stock(work, each.line, sale.distribucion_id):
            taken.append(_movement(work, MovementKind.VENTA, item_id, asked.product_id, asked.quantity))
    payments = [
        {"id": work.new_id(), "method": each.method, "amount": each.amount, "reference": each.reference}
        for each in priced.payments
    ]
    row = {
        "id": request.request_id,
        "client_id": request.customer_id,
        "distribucion_id": sale.distribucion_id,
        "cash_session_id": sale.cash_session_id,
        "device_id": work.device_id,
        "receipt_number": sale.number,
        "sale_type": request.sale_type,
        "total_amount": priced.total_amount,
        "redondeo": priced.redondeo,
        "amount_paid": priced.amount_paid,
        "balance_due": priced.balance_due,
        "tara": priced.tara,
        "net_weight": priced.net_weight,
        "sale_date": work.now,
        "business_date": work.today,
        "created_at": work.now,
    }
    work.create(sales, row, {sale_items: items, sale_payments: payments, inventory_movements: taken})


def _item(item_id: UUID, position: int, priced: PricedLine, card: _ProductCard, price_reason: str) -> Row:
    line = priced.line
    return {
        "id": item_id,
        "product_id": line.product_id,
        "position": position,
        "product_name": line.product_name,
        "unit": line.unit,
        "gross_weight": line.gross,
        "tara": line.tara,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "list_price": card.price,
        "price_date": card.price_date,
        "price_reason": price_reason.strip() or None,
        "subtotal": priced.subtotal,
    }


def _movement(work: Work, kind: MovementKind, item_id: UUID, product_id: UUID, quantity: Decimal) -> Row:
    return {
        "id": movement_of_line(item_id, kind),
        "product_id": product_id,
        "kind": kind,
        "quantity": stock_change(kind, quantity),
        "business_date": work.today,
        "created_at": work.now,
    }


def _receipt(work: Work, sale: _Sale) -> SaleReceipt:
    priced, customer = sale.priced, sale.customer
    return SaleReceipt(
        sale_id=sale.request.request_id,
        number=sale.number,
        title=TITLE,
        business_name=work.business.name,
        business_ruc=work.business.ruc,
        seller_name=work.actor.name,
        customer_id=sale.request.customer_id,
        customer_name=customer.name if customer else None,
        sold_at=work.now,
        sale_type=sale.request.sale_type,
        lines=tuple(_receipt_line(each, asked) for each, asked in zip(priced.lines, sale.request.lines, strict=True)),
        tara=priced.tara,
        net_weight=priced.net_weight,
        total_amount=priced.total_amount,
        redondeo=priced.redondeo,
        payments=priced.payments,
        amount_paid=priced.amount_paid,
        balance_due=priced.balance_due,
        change=priced.change,
        balance_before=customer.balance if customer else None,
        balance_after=customer.balance + priced.balance_due if customer else None,
    )


def _receipt_line(priced: PricedLine, asked: SaleLine) -> ReceiptLine:
    line = priced.line
    return ReceiptLine(
        product_id=line.product_id,
        product_name=line.product_name,
        unit=line.unit,
        gross=line.gross,
        tara=line.tara,
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=asked.list_price,
        subtotal=priced.subtotal,
    )


_SOLD_LINES = "SELECT id, product_id, quantity FROM sale_items WHERE business_id = :business AND sale_id = :sale"
_SOLD_MOVEMENTS = "SELECT id FROM inventory_movements WHERE business_id = :business AND sale_id = :sale"


def _returned_to_stock(work: Work, sale_id: UUID) -> list[Row]:
    """The way back of every line that had left the stock."""
    moved = {identity(row.id) for row in read(work, _SOLD_MOVEMENTS, sale=sale_id)}
    return [
        _movement(work, MovementKind.ANULACION, identity(line.id), identity(line.product_id), kilos(line.quantity))
        for line in read(work, _SOLD_LINES, sale=sale_id)
        if movement_of_line(identity(line.id), MovementKind.VENTA) in moved
    ]
