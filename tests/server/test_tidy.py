"""What has had its time is forgotten, and nothing else: no till sees a difference, and the audit still holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.auth.sessions import Caller, open_session
from avileo_pos.server.auth.throttle import begin_attempt, codes_of_subject
from avileo_pos.server.auth.verification import keep_proof
from avileo_pos.server.business.audit import flaws_of_chain
from avileo_pos.server.business.desk import Desk
from avileo_pos.server.business.membership import staff_of
from avileo_pos.server.business.reviews import Reviewable, tick_off
from avileo_pos.server.tidy import KEPT, forget_old_receipts, sweep_accounts
from avileo_pos.tables.server import user
from tests.server.sync_central import NOW, TestCentral, new_id, open_business

LATER = NOW + KEPT + timedelta(seconds=1)
RECEIPTS = "SELECT id::text FROM sync_operations WHERE business_id = %(business)s"


def forget(central: TestCentral, *, at_once: int = 2) -> int:
    return forget_old_receipts(central.owner, UUID(central.business_id), LATER, at_once=at_once)


def receipts(central: TestCentral) -> set[str]:
    return {receipt for (receipt,) in central.rows(RECEIPTS)}


def flaws(central: TestCentral) -> list[str]:
    with central.owner.transaction() as connection:
        return list(flaws_of_chain(connection, UUID(central.business_id)))


def figures(central: TestCentral) -> list[tuple[Any, ...]]:
    return [
        row
        for table, what in (("sales", "total_amount"), ("customer_balances", "balance"), ("inventory", "quantity"))
        for row in central.rows(f"SELECT id, {what} FROM {table} ORDER BY id")
    ]


# --- Receipts --------------------------------------------------------------------------------------------------------


def test_a_receipt_is_kept_for_400_days(central: TestCentral, pollo: str, rosa: str) -> None:
    kept = receipts(central)
    assert forget_old_receipts(central.owner, UUID(central.business_id), NOW + KEPT) == 0
    assert receipts(central) == kept
    assert forget(central) == len(kept) == 2
    assert receipts(central) == set()


def test_a_late_duplicate_is_still_caught_by_its_keys_and_by_what_it_has_seen(
    central: TestCentral, pollo: str, rosa: str
) -> None:
    sale = central.beto.sale([pollo], rosa, paid=500)
    abono = central.beto.abono(rosa, 300)
    void = central.beto.void(sale)
    renamed = central.ana.patch("customers", rosa, name=("Rosa", "Rosita"))
    central.beto.push(sale, abono)
    central.ana.push(renamed)
    standing = figures(central)
    forget(central)
    assert central.beto.statuses(sale, abono) == ["duplicate", "duplicate"]
    assert central.ana.statuses(renamed) == ["applied"]
    assert figures(central) == standing
    central.beto.push(void)
    voided = figures(central)
    forget(central)
    assert central.beto.statuses(void, sale) == ["applied", "duplicate"]
    assert figures(central) == voided != standing
    assert central.value("SELECT name FROM customers") == "Rosita"
    assert flaws(central) == []


def test_what_another_changed_meanwhile_is_not_lost_to_a_late_duplicate(central: TestCentral, rosa: str) -> None:
    renamed = central.ana.patch("customers", rosa, name=("Rosa", "Rosita"))
    central.ana.push(renamed, central.ana.patch("customers", rosa, name=("Rosita", "Rosa María")))
    forget(central)
    assert central.ana.statuses(renamed) == ["conflict"]
    assert central.rows("SELECT kept, replaced FROM sync_conflicts") == [('"Rosita"', '"Rosa María"')]


def test_what_was_put_aside_and_nobody_has_looked_at_stays_with_its_push(central: TestCentral, pollo: str) -> None:
    odd, sale = central.beto.product(), central.beto.sale([pollo])
    central.beto.push(odd, sale)
    assert forget(central) == 1  # the product's
    assert receipts(central) == {odd["id"], sale["id"]}
    assert central.beto.statuses(odd, sale) == ["quarantined", "duplicate"]
    assert flaws(central) == []


def test_what_was_put_aside_goes_once_somebody_has_looked_at_it(central: TestCentral, pollo: str) -> None:
    def look_at_it(connection: Connection) -> None:
        staff = staff_of(connection, UUID(central.business_id), central.users["Ana"])
        desk = Desk(connection, UUID(central.business_id), "", 3, staff.caller.actor, central.users["Ana"], NOW)
        tick_off(desk, Reviewable.NOT_TAKEN, UUID(odd["id"]), "fue un error")

    odd, sale = central.beto.product(), central.beto.sale([pollo])
    central.beto.push(odd, sale)
    central.database.in_transaction(look_at_it, UUID(central.business_id))
    assert (forget(central), receipts(central)) == (3, set())
    assert central.value("SELECT count(*) FROM reviews") == 0
    assert flaws(central) == []


def test_the_audit_holds_and_tells_what_was_forgotten(central: TestCentral, pollo: str, rosa: str) -> None:
    forget(central, at_once=1)
    details = central.rows("SELECT details FROM audit_entries WHERE action = 'receipts.forgotten'")
    assert details == [('{"before":"2026-11-22T15:42:08.123456Z","operations":1}',)] * 2
    assert flaws(central) == []


def test_what_goes_of_a_push_that_is_not_old_is_told_by_the_audit(central: TestCentral, pollo: str, rosa: str) -> None:
    forget(central)
    central.run("UPDATE audit_entries SET details = '{}' WHERE number = 4")
    assert flaws(central) == [
        "The receipts for which entry 2 vouches are gone.",
        "The receipts for which entry 3 vouches are gone.",
        "Entry 4 was changed.",
    ]


def test_the_pushes_of_another_business_stay(central: TestCentral, pollo: str) -> None:
    theirs = open_business(central.database, central.owner, {"Carla": BusinessUserRole.ADMIN_NEGOCIO})
    theirs.tills["Carla"].push(theirs.tills["Carla"].product())
    assert forget(central) == 1
    assert (len(receipts(central)), len(receipts(theirs))) == (0, 1)


# --- Signing in ------------------------------------------------------------------------------------------------------


def test_sessions_links_and_delays_go_once_they_are_over_and_no_sooner(central: TestCentral) -> None:
    def left() -> tuple[int, ...]:
        counted = [f"(SELECT count(*) FROM {table})" for table in ("session", "verification", "sign_in_failures")]
        return central.rows(f"SELECT {', '.join(counted)}")[0]

    person, hour = new_id(), timedelta(hours=1)
    with central.database.transaction() as connection:
        connection.execute(insert(user).values(id=person, name="Carla", email="carla@example.com"))
        for remember in (True, False):
            open_session(connection, person, Caller("203.0.113.7", None), NOW, remember=remember)
        keep_proof(connection, "reset-password:token", person, NOW, NOW + hour)
        begin_attempt(connection, NOW, codes_of_subject(person))
    assert [(sweep_accounts(central.owner, NOW + after), left()) for after in (hour, 25 * hour, 8 * 24 * hour)] == [
        (0, (2, 1, 1)),
        (3, (1, 0, 0)),
        (1, (0, 0, 0)),
    ]
