"""A till's file is damaged or goes back: it stays the same till to central, and nothing is lost or counted twice."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest

from avileo_pos.queries.customer import customer_card
from avileo_pos.replica.copies import make_copy
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.rescue import open_or_rescue
from avileo_pos.replica.safe import Safe
from avileo_pos.replica.transaction import reads
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, ROSA
from avileo_pos.usecases.customer import CustomerDetails, EditCustomer, edit_customer
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop
from tests.journeys.till import Till

JUANA: Final = next(customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui")


def write_down(till: Till) -> Safe:
    """What the keeper does after each write."""
    safe, identity = Safe.beside(till.file), till.run(reads(read_identity))
    with closing(till.replica.reader()) as reader:
        safe.journal(identity.device_id).follow(reader, identity)
    return safe


def copy(till: Till) -> None:
    make_copy(till.file, Safe.beside(till.file), till.device_id, till.clock())


def open_again(till: Till, safe: Safe) -> None:
    till.replica = open_or_rescue(till.file, [safe], clock=till.clock).replica


def damage(till: Till) -> None:
    till.replica.close()
    till.file.write_bytes(b"\x5a" * till.file.stat().st_size)


def a_morning(rosa: Till, *, copied: bool) -> Safe:
    """Some of it was sent, some was not; the copy is older than all of that."""
    if copied:
        copy(rosa)
    rosa.sell("Alas", "1.000")
    yolanda = rosa.new_customer("Yolanda Ñaupari")
    rosa.sync_until_quiet()
    rosa.cable.is_cut = True
    rosa.sell("Pechuga", "2.000", to=yolanda, paid="5.00")
    rosa.void_sale(rosa.sell("Gallina", "1.000").sale_id)
    rosa.edit_customer(yolanda, phone="987654321")
    return write_down(rosa)


@pytest.mark.parametrize("copied", [True, False], ids=["with a copy", "by the journal alone"])
def test_a_damaged_till_is_the_same_till_to_central(shop: Shop, *, copied: bool) -> None:
    rosa = shop.till(ROSA)
    device, safe = rosa.device_id, a_morning(rosa, copied=copied)
    damage(rosa)
    open_again(rosa, safe)
    number = rosa.value("SELECT last_receipt FROM till_identity")
    rosa.cable.is_cut = False
    assert_promises_hold(shop)
    assert rosa.device_id == device
    assert rosa.value("SELECT count(*) FROM sync_queue WHERE status <> 'acked'") == 0
    assert rosa.sell("Alas", "1.000").number.endswith(f"{number + 1:06d}")
    assert_promises_hold(shop)


def test_an_older_file_with_its_journal_needs_no_new_device(shop: Shop) -> None:
    """Without the journal central would tell them apart."""
    rosa = shop.till(ROSA)
    older, device = rosa.copy_file("older.db"), rosa.device_id
    safe = a_morning(rosa, copied=False)
    rosa.go_back_to(older)
    rosa.replica.close()
    open_again(rosa, safe)
    rosa.sell("Alas", "1.000")
    rosa.cable.is_cut = False
    assert_promises_hold(shop)
    assert rosa.device_id == device
    assert shop.value("SELECT count(*) FROM sales") == rosa.value("SELECT count(*) FROM sales")


@pytest.mark.parametrize("is_damaged", [True, False])
@pytest.mark.parametrize("jump", [timedelta(), timedelta(days=-365 * 12)])
def test_an_edit_that_was_answered_and_let_go_is_not_laid_over_what_came_since(
    shop: Shop, *, is_damaged: bool, jump: timedelta
) -> None:
    pepa = shop.till(ADMIN)
    debt = pepa.debt_of(JUANA)
    change_opening_balance(pepa, Decimal(500))
    pepa.sync_until_quiet()
    change_opening_balance(pepa, Decimal(-500))
    pepa.sync_until_quiet()
    write_down(pepa)
    shop.clock.go_on(timedelta(days=60))
    pepa.sign_in_again(ADMIN.email, sample.PASSWORD)
    pepa.sell("Pollo entero", "1.000")
    pepa.sync_until_quiet()
    pepa.start_again()
    pepa.sync_until_quiet()
    safe = write_down(pepa)
    copy(pepa)
    assert not pepa.rows("SELECT id FROM sync_queue WHERE operation_type = 'update'")
    if is_damaged:
        damage(pepa)
    else:
        pepa.replica.close()
    pepa.clock.now += jump
    open_again(pepa, safe)
    assert pepa.debt_of(JUANA) == debt
    assert not pepa.rows("SELECT id FROM sync_queue WHERE status <> 'acked'")


def change_opening_balance(till: Till, by: Decimal) -> None:
    card = till.ask(customer_card, JUANA)
    known = card.figures
    edited = EditCustomer(JUANA, CustomerDetails(known.name), card.opening_balance + by, known.credit_limit)
    till.do(edit_customer, edited)
