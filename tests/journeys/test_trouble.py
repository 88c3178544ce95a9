"""What can be wrong with an operation, an address, a person or a file; each is told by a code and loses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.queries.cash_session import cash_report
from avileo_pos.queries.customer import customer_card
from avileo_pos.replica.errors import DiskFull, ReplicaDamaged, ReplicaTooNew
from avileo_pos.server.auth.passwords import hash_password
from avileo_pos.server.auth.users import create_user
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, ROSA, SampleMember
from avileo_pos.sync.central import CentralUnreachable, WrongAddress
from avileo_pos.sync.state import SyncKind
from avileo_pos.usecases.cash_session import CloseCashSession, close_cash_session
from avileo_pos.usecases.queue import ResendOperation, resend_operation, retry_operation
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop
from tests.journeys.till import Till
from tests.serving import serving

JUANA = next(customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui")


def test_an_operation_that_central_cannot_take_is_parked_while_the_others_go_on(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    illegible = rosa.new_customer("Ilegible")
    _spoil(rosa, illegible)
    sold_to_it = rosa.sell("Pollo entero", "1.000", to=illegible, paid="0.00")
    rosa.sell("Alas", "1.000")
    assert rosa.sync_until_quiet().kind is SyncKind.TO_REVIEW
    [parked] = [each for each in rosa.queue() if each["status"] != "acked"]
    assert (parked["entity_id"], parked["status"], parked["last_code"]) == (str(illegible), "parked", "unparseable")
    assert_promises_hold(shop)
    assert pepa.value("SELECT count(*) FROM sales") == 2
    assert pepa.value("SELECT client_id FROM sales WHERE id = ?", str(sold_to_it.sale_id)) == str(illegible)
    assert pepa.debt_of(illegible) == sold_to_it.balance_due


def test_a_customer_whom_central_could_not_read_gets_the_name_when_put_right(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    illegible = pepa.new_customer("Yolanda Ñaupari")
    _spoil(pepa, illegible)
    pepa.sell("Pollo entero", "1.000", to=illegible, paid="0.00")
    pepa.sync_until_quiet()
    [parked] = [each for each in pepa.queue() if each["status"] == "parked"]
    pepa.do(resend_operation, ResendOperation(UUID(parked["id"]), {"opening_balance": Decimal("12.00")}))
    assert_promises_hold(shop)
    shown = rosa.ask(customer_card, illegible)
    assert (shown.figures.name, shown.opening_balance) == ("Yolanda Ñaupari", Decimal("12.00"))
    assert rosa.debt_of(illegible) == Decimal("21.80")


def test_what_was_refused_while_its_author_was_stopped_is_taken_when_sent_again_after(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    close_drawer(rosa)
    rosa.sync_until_quiet()
    rosa.cable.is_cut = True
    drawer, nueva = rosa.open_drawer(), rosa.new_customer("Casera Nueva")
    rosa.sell("Pollo entero", "2.000", to=nueva, paid="0.00")
    wrong = rosa.sell("Pollo entero", "1.000")
    rosa.void_sale(wrong.sale_id)
    close_drawer(rosa)
    let_work(shop, ROSA, is_active=False)
    rosa.cable.is_cut = False
    rosa.sign_in_again(ADMIN.email, sample.PASSWORD)
    assert rosa.sync_until_quiet().to_review
    let_work(shop, ROSA, is_active=True)
    for parked in rosa.rows("SELECT id FROM sync_queue WHERE status = 'parked' ORDER BY seq"):
        rosa.do(retry_operation, UUID(parked["id"]))
    rosa.sync_until_quiet()
    assert not rosa.rows("SELECT id FROM sync_queue WHERE status <> 'acked'")
    assert shop.value("SELECT closed_at FROM cash_sessions WHERE id = %(drawer)s", drawer=drawer)
    assert shop.value("SELECT name FROM customers WHERE id = %(customer)s", customer=nueva) == "Casera Nueva"
    assert shop.value("SELECT voided_at FROM sales WHERE id = %(sale)s", sale=wrong.sale_id)


def close_drawer(till: Till) -> None:
    drawer = UUID(till.value("SELECT id FROM cash_sessions WHERE closed_at IS NULL"))
    till.do(close_cash_session, CloseCashSession(drawer, till.ask(cash_report, drawer).cash.expected))


def let_work(shop: Shop, member: SampleMember, *, is_active: bool) -> None:
    """As the owner says on the web."""
    home = shop.till(ADMIN)
    with httpx.Client(base_url=shop.address, headers={"Authorization": f"Bearer {home.token}"}) as client:
        path = f"/api/businesses/{sample.SAMPLE}/members/{member.id}"
        client.patch(path, json={"is_active": is_active}).raise_for_status()


def test_a_wrong_address_says_what_is_wrong_with_it(shop: Shop) -> None:
    till = shop.new_till()
    shop.close_central()
    with pytest.raises(CentralUnreachable) as trouble:
        till.sign_in(ROSA.email, sample.PASSWORD)
    assert trouble.value.code == "no_route"
    shop.open_central()
    with serving(FastAPI(openapi_url=None)) as elsewhere, pytest.raises(WrongAddress) as trouble:
        shop.new_till(elsewhere).sign_in(ROSA.email, sample.PASSWORD)
    assert trouble.value.code == "not_central"


def test_a_wrong_password_says_so(shop: Shop) -> None:
    with pytest.raises(BusinessRuleBroken, match="wrong_password"):
        shop.new_till().sign_in(ROSA.email, "not-hers")


def test_a_person_who_works_nowhere_is_told(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        create_user(connection, "Nadie", "nadie@example.com", hash_password(sample.PASSWORD), shop.clock())
    with pytest.raises(BusinessRuleBroken, match="no_business"):
        shop.new_till().sign_in("nadie@example.com", sample.PASSWORD)


def test_a_damaged_file_is_refused_as_it_is_and_its_copy_goes_on(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    rosa.sell("Pollo entero", "1.000", to=JUANA, paid="0.00")
    copy = rosa.copy_file("copy.db")
    rosa.replica.close()
    whole = rosa.file.read_bytes()
    rosa.file.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    damaged = rosa.file.read_bytes()
    with pytest.raises(ReplicaDamaged):
        rosa.start_again()
    assert rosa.file.read_bytes() == damaged
    rosa.go_back_to(copy)
    assert_promises_hold(shop)
    assert shop.value("SELECT count(*) FROM sales") == 1


def test_a_file_of_a_newer_program_is_left_as_it_is(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    rosa.sell("Pollo entero", "1.000", to=JUANA, paid="0.00")
    rosa.replica.close()
    _say(rosa, "INSERT INTO alembic_version VALUES ('till_9999')")
    newer = rosa.file.read_bytes()
    with pytest.raises(ReplicaTooNew):
        rosa.start_again()
    assert rosa.file.read_bytes() == newer
    _say(rosa, "DELETE FROM alembic_version WHERE version_num = 'till_9999'")
    rosa.start_again()
    assert_promises_hold(shop)
    assert shop.value("SELECT count(*) FROM sales") == 1


def test_a_full_disk_refuses_the_sale_whole_and_takes_the_next_when_there_is_room(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    before = rosa.sell("Alas", "0.500")
    rosa.rows(f"PRAGMA max_page_count = {rosa.value('PRAGMA page_count')}")
    with pytest.raises(DiskFull):
        _sell_until_full(rosa)
    kept = rosa.rows("SELECT receipt_number FROM sales ORDER BY receipt_number")
    rosa.rows("PRAGMA max_page_count = 1000000")
    after = rosa.sell("Alas", "0.500")
    assert _number(after.number) == _number(before.number) + len(kept)
    assert_promises_hold(shop)
    assert shop.value("SELECT count(*) FROM sales") == len(kept) + 1


def _spoil(till: Till, customer_id: UUID) -> None:
    """As a program with a defect would have written it."""
    with till.replica.writing() as db:
        db.exec_driver_sql(
            "UPDATE sync_queue SET data = json_set(data, '$.opening_balance', 'mucho') WHERE entity_id = ?",
            (str(customer_id),),
        )


def _say(till: Till, statement: str) -> None:
    with closing(sqlite3.connect(till.file)) as connection:
        connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sell_until_full(till: Till) -> None:
    for _ in range(100):
        till.sell("Alas", "0.500")


def _number(receipt_number: str) -> int:
    return int(receipt_number.partition("-")[2])
