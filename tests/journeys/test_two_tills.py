"""What one till does, another shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

from avileo_pos.domain.enums import DistribucionStatus
from avileo_pos.queries.customer import customer_card
from avileo_pos.queries.distribucion import distribucion, my_distribucion
from avileo_pos.queries.sale import PaperState, sales_of_day
from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, LUIS, PRODUCTS, ROSA
from avileo_pos.usecases.distribucion import (
    AcceptDistribucion,
    CloseDistribucion,
    OpenDistribucion,
    ReturnedKilos,
    accept_distribucion,
    close_distribucion,
    open_distribucion,
)
from avileo_pos.work import Work
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop
from tests.journeys.till import Till

[JUANA] = [customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui"]
OWED_BY_JUANA = Decimal("45.00")


def test_a_customer_born_offline_with_a_sale_and_an_abono_arrives_whole(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    rosa.cable.is_cut = True
    nueva = rosa.new_customer("Yolanda Ñaupari")
    rosa.sell("Pollo entero", "3.000", to=nueva, paid="9.40")
    rosa.take_abono(nueva, "5.00")
    rosa.cable.is_cut = False
    assert_promises_hold(shop)
    assert pepa.ask(customer_card, nueva).figures.name == "Yolanda Ñaupari"
    assert pepa.debt_of(nueva) == rosa.debt_of(nueva) == Decimal("15.00")


def test_the_owners_second_till_shows_the_same_rows_and_debts(shop: Shop) -> None:
    rosa, stall, home = shop.till(ROSA), shop.till(ADMIN), shop.till(ADMIN)
    rosa.sell("Pechuga", "0.625", to=JUANA, paid="0.00")
    stall.sell("Mollejita", "0.575", to=JUANA, paid="1.00")
    home.take_abono(JUANA, "7.35")
    assert_promises_hold(shop)
    owed = OWED_BY_JUANA + Decimal("10.00") + Decimal("4.77") - Decimal("1.00") - Decimal("7.35")
    assert stall.debt_of(JUANA) == home.debt_of(JUANA) == rosa.debt_of(JUANA) == owed


def test_two_sellers_who_edit_the_same_customer_are_told_of_the_conflict(shop: Shop) -> None:
    rosa, luis = shop.till(ROSA), shop.till(LUIS)
    rosa.edit_customer(JUANA, phone="911111111", address="Puesto 3")
    luis.edit_customer(JUANA, phone="922222222")
    assert rosa.sync().conflicts == ()
    [told] = luis.sync().conflicts
    [field] = told.conflicts
    assert (told.entity_id, field.field, field.kept, field.replaced) == (JUANA, "phone", "922222222", "911111111")
    assert_promises_hold(shop)
    for till in (rosa, luis):
        card = till.ask(customer_card, JUANA)
        assert (card.figures.phone, card.address) == ("922222222", "Puesto 3")
    assert shop.rows("SELECT field, kept, replaced FROM sync_conflicts") == [("phone", '"922222222"', '"911111111"')]


def test_edits_of_different_fields_of_a_customer_both_stay(shop: Shop) -> None:
    rosa, luis = shop.till(ROSA), shop.till(LUIS)
    rosa.edit_customer(JUANA, phone="911111111")
    luis.edit_customer(JUANA, notes="paga los sábados")
    assert_promises_hold(shop)
    assert shop.rows("SELECT field FROM sync_conflicts") == []
    card = rosa.ask(customer_card, JUANA)
    assert (card.figures.phone, card.notes) == ("911111111", "paga los sábados")


def test_a_sale_voided_by_the_owner_shows_as_voided_at_the_stall(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    stock_before = rosa.stock()
    sold = rosa.sell("Pechuga", "1.500", to=JUANA, paid="4.00")
    rosa.sync_until_quiet()
    pepa.sync_until_quiet()
    pepa.void_sale(sold.sale_id)
    assert_promises_hold(shop)
    [shown] = rosa.ask(sales_of_day, _today(rosa))
    assert shown.state is PaperState.ANULADA
    assert rosa.debt_of(JUANA) == OWED_BY_JUANA
    assert rosa.stock() == stock_before


def test_a_sale_voided_at_two_tills_at_once_returns_its_kilos_once(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    stock_before = pepa.stock()
    sold = rosa.sell("Gallina", "2.000")
    shop.sync_all()
    rosa.void_sale(sold.sale_id)
    pepa.void_sale(sold.sale_id)
    assert_promises_hold(shop)
    assert pepa.stock() == rosa.stock() == stock_before


def test_kilos_are_given_out_taken_sold_and_settled_over_two_tills(shop: Shop) -> None:
    pepa, luis = shop.till(ADMIN), shop.till(LUIS)
    pollo = pepa.product("Pollo entero")
    stock_before = pepa.stock()[pollo.id]
    given = pepa.do(open_distribucion, OpenDistribucion(uuid4(), LUIS.id, "Carro A", Decimal("60.000"), pollo.id))
    shop.sync_all()
    luis.do(accept_distribucion, AcceptDistribucion(given.id))
    luis.sell("Pollo entero", "12.300")
    luis.sell("Pollo entero", "20.000", to=JUANA, paid="100.00")
    shop.sync_all()
    seen = pepa.ask(distribucion, given.id)
    assert (seen.estado, seen.vendido) == (DistribucionStatus.EN_RUTA, Decimal("32.300"))
    returned = ReturnedKilos(Decimal("27.000"), pollo.id)
    pepa.do(close_distribucion, CloseDistribucion(given.id, (returned,), Decimal("0.500"), "se escurrió"))
    assert_promises_hold(shop)
    assert luis.ask(my_distribucion) == pepa.ask(distribucion, given.id)
    assert luis.ask(distribucion, given.id).estado is DistribucionStatus.CERRADO
    assert pepa.stock()[pollo.id] == stock_before - Decimal("33.000")


def test_kilos_that_two_owners_settle_offline_come_back_once(shop: Shop) -> None:
    stall, home = shop.till(ADMIN), shop.till(ADMIN)
    asked = OpenDistribucion(uuid4(), LUIS.id, "Carro A", Decimal("20.000"), PRODUCTS[0].id)
    given = stall.do(open_distribucion, asked)
    shop.sync_all()
    before = stall.stock()[PRODUCTS[0].id]
    for till in (stall, home):
        till.cable.is_cut = True
        back = ReturnedKilos(Decimal("12.000"), PRODUCTS[0].id), ReturnedKilos(Decimal("8.000"), PRODUCTS[0].id)
        till.do(close_distribucion, CloseDistribucion(given.id, back))
        assert till.stock()[PRODUCTS[0].id] == before + 20
    stall.cable.is_cut = home.cable.is_cut = False
    assert_promises_hold(shop)
    for till in (stall, home):
        assert till.stock()[PRODUCTS[0].id] == before + 20
        assert till.ask(distribucion, given.id).devuelto == 20


def test_a_debt_neither_dips_nor_counts_twice_between_answer_and_pull(shop: Shop) -> None:
    rosa, luis = shop.till(ROSA), shop.till(LUIS)
    rosa.sell("Pechuga", "1.000", to=JUANA, paid="0.00")
    luis.take_abono(JUANA, "5.00")
    luis.sync_until_quiet()
    owed_here = OWED_BY_JUANA + Decimal("16.00")
    shown = [rosa.debt_of(JUANA)]

    def look_before_pulling(path: str) -> None:
        if path == "/api/sync/pull":
            shown.append(rosa.debt_of(JUANA))

    rosa.cable.before_sending = look_before_pulling
    rosa.sync_until_quiet()
    shown.append(rosa.debt_of(JUANA))
    assert shown == [owed_here, owed_here, owed_here - Decimal("5.00")]
    assert_promises_hold(shop)


def _today(till: Till) -> date:
    def today(work: Work) -> date:
        return work.today

    return till.ask(today)
