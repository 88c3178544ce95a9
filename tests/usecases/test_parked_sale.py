"""Carts that wait."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from avileo_pos.domain.enums import ProductUnit, SaleType
from avileo_pos.queries.parked_sale import DraftLine, SaleDraft, parked_sales
from avileo_pos.replica.database import Replica
from avileo_pos.usecases.parked_sale import SaveParkedSale, remove_parked_sale, save_parked_sale
from tests.desktop.shop import JOSE, customer_id, product_id
from tests.till import Till, cash_sale, line

WEIGHED = DraftLine(
    product_id=product_id("Pechuga"),
    product_name="Pechuga",
    unit=ProductUnit.KG,
    quantity=Decimal("14.500"),
    unit_price=Decimal("15.00"),
    list_price=Decimal("15.50"),
    gross=Decimal("15.000"),
    tara=Decimal("0.500"),
    price_reason="casera",
)
CART = SaleDraft(customer_id("Juana Mamani"), "Juana Mamani", SaleType.CREDITO, (WEIGHED,))


def test_a_cart_comes_back_exactly_after_the_program_was_killed(till: Till) -> None:
    cart = uuid4()
    till.do(save_parked_sale, SaveParkedSale(cart, CART))
    till.replica.close()
    till.replica = Replica.open(till.file, clock=till.clock)
    [parked] = till.ask(parked_sales)
    assert (parked.id, parked.draft) == (cart, CART)


def test_saving_again_replaces_and_keeps_the_place(till: Till) -> None:
    first, second = uuid4(), uuid4()
    till.do(save_parked_sale, SaveParkedSale(first, SaleDraft()))
    till.do(save_parked_sale, SaveParkedSale(second, SaleDraft()))
    carts = till.do(save_parked_sale, SaveParkedSale(first, replace(CART, customer_name="Juanita")))
    assert [cart.id for cart in carts] == [first, second]
    assert carts[0].draft.customer_name == "Juanita"


def test_each_person_has_the_own_carts(till: Till) -> None:
    cart = uuid4()
    till.do(save_parked_sale, SaveParkedSale(cart, CART))
    assert till.ask_as(JOSE, parked_sales) == ()
    till.do(remove_parked_sale, cart, by=JOSE)
    assert len(till.ask(parked_sales)) == 1
    till.do(remove_parked_sale, cart)
    assert till.ask(parked_sales) == ()


def test_a_cart_that_a_copy_of_the_till_brings_back_is_not_sold_again(till: Till) -> None:
    till.open_drawer()
    charged = cash_sale(line("Pechuga", "1.000"))
    till.sell(charged)
    till.do(save_parked_sale, SaveParkedSale(charged.request_id, CART))
    assert till.ask(parked_sales) == ()
    till.sell(charged)
    assert len(till.rows("SELECT id FROM sales")) == 1


def test_a_cart_never_leaves_the_till(till: Till) -> None:
    till.do(save_parked_sale, SaveParkedSale(uuid4(), CART))
    assert till.rows("SELECT id FROM sync_queue") == []
