"""Pull: a snapshot in pages and then every change, of what the person may see and nothing else."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.protocol.words import PullPage
from avileo_pos.server.business.membership import NotAMember
from avileo_pos.server.collect_pull import Caller, collect_pull, digest
from avileo_pos.server.errors import ResyncNeeded
from avileo_pos.server.postgres.epoch import restored
from tests.server.sync_central import NOW, TestCentral, Till, Values, new_id, open_business, stored

Copy = dict[str, dict[str, Values]]


def caller(till: Till) -> Caller:
    return Caller(UUID(till.central.business_id), UUID(till.device_id), till.user_id)


def pull(till: Till, cursor: str | None = None, limit: int = 5_000, marks: Sequence[str] = ()) -> PullPage:
    page = collect_pull(till.central.database, caller(till), cursor, limit, NOW, marks)
    return msgspec.json.decode(page, type=PullPage)


def pull_all(till: Till, copy: Copy, cursor: str | None = None, limit: int = 5_000) -> str:
    """Pull until nothing waits, as a till does: a row is taken only if it is newer."""
    while True:
        page = pull(till, cursor, limit)
        apply(copy, page)
        cursor = page.cursor
        if page.complete:
            return cursor


def apply(copy: Copy, page: PullPage) -> None:
    for table in page.tables:
        known = copy.setdefault(table.collection, {})
        for values in table.rows:
            row = dict(zip(table.columns, values, strict=True))
            if row["revision"] > known.get(row["id"], {}).get("revision", 0):
                known[row["id"]] = row


def digest_of(copy: Copy) -> dict[str, tuple[int, int]]:
    rows = {name: copy.get(name, {}).values() for name in COLLECTIONS}
    return {name: (len(each), sum(row["revision"] for row in each)) for name, each in rows.items()}


def told_digest(till: Till) -> dict[str, tuple[int, int]]:
    answer = digest(till.central.database, caller(till), NOW)
    return {name: (each.count, each.revisions) for name, each in answer.collections.items()}


@pytest.fixture
def a_day(central: TestCentral, pollo: str, rosa: str) -> Values:
    """Something in every collection, by both people."""
    ana, beto = central.ana, central.beto
    distribucion = ana.distribucion(central.members["Beto"])
    envase = {"name": "Jaba", "tara": 1500, "is_active": 1, "created_at": "2026-11-22T15:42:07.000000Z"}
    ana.push(
        distribucion,
        ana.load(distribucion["entity_id"], 50_000),
        ana.stock(pollo, 90_000),
        ana.operation("create", "envases", new_id(), envase | {"updated_at": envase["created_at"]}),
        ana.sale([pollo], rosa, paid=0),
        ana.abono(rosa, 100),
        ana.cash_session(),
    )
    session = beto.cash_session()
    gasto = {"cash_session_id": session["entity_id"], "kind": "gasto", "amount": 500, "reason": "hielo"}
    beto.push(
        session,
        beto.operation(
            "create",
            "cash_movements",
            new_id(),
            gasto | {"business_date": "2026-11-22", "created_at": "2026-11-22T15:42:07.000000Z"},
        ),
        beto.sale([pollo] * 2, rosa, paid=100, distribucion_id=distribucion["entity_id"]),
        beto.abono(rosa, 200),
    )
    return {"distribucion": distribucion["entity_id"]}


@pytest.mark.parametrize("limit", [1, 7, 5_000])
def test_a_snapshot_brings_everything_in_pages_of_any_size(central: TestCentral, a_day: Values, limit: int) -> None:
    copy: Copy = {}
    cursor = pull_all(central.ana, copy, limit=limit)
    assert digest_of(copy) == told_digest(central.ana)
    assert all(copy.get(name) for name in COLLECTIONS)
    assert pull(central.ana, cursor).tables == []


def test_a_new_till_knows_debts_with_its_customers_and_before_their_history(
    central: TestCentral, a_day: Values
) -> None:
    order = [table.collection for table in pull(central.ana).tables]
    assert order[order.index("customers") + 1] == "customer_balances"
    assert order.index("customer_balances") < order.index("sales")


def test_rows_travel_in_the_form_of_the_replica(central: TestCentral, a_day: Values, rosa: str) -> None:
    copy: Copy = {}
    pull_all(central.ana, copy)
    sale = next(row for row in copy["sales"].values() if row["amount_paid"] == 100)
    assert (sale["total_amount"], sale["balance_due"], sale["net_weight"]) == (4250, 4150, 5000)
    assert (sale["sale_date"], sale["business_date"]) == ("2026-11-22T15:42:07.123456Z", "2026-11-22")
    assert (sale["sale_type"], sale["needs_review"], sale["voided_at"]) == ("credito", 0, None)
    envase = next(iter(copy["envases"].values()))
    assert (envase["tara"], envase["created_at"]) == (1500, "2026-11-22T15:42:07.000000Z")
    assert copy["customer_balances"][rosa]["balance"] == 2125 + 4150 - 300
    assert "business_id" not in sale


def test_changes_are_cut_at_the_limit_and_lose_none(central: TestCentral, a_day: Values, pollo: str) -> None:
    copy: Copy = {}
    cursor = pull_all(central.ana, copy)
    central.beto.push(*(central.beto.sale([pollo]) for _ in range(5)))
    pages: list[PullPage] = []
    while not pages or not pages[-1].complete:
        pages.append(pull(central.ana, pages[-1].cursor if pages else cursor, 3))
        apply(copy, pages[-1])
    sizes = [sum(len(table.rows) for table in page.tables) for page in pages]
    assert sizes[:-1] == [3] * (len(pages) - 1)
    assert digest_of(copy) == told_digest(central.ana)


def test_writes_during_a_snapshot_are_not_lost(central: TestCentral, a_day: Values, pollo: str, rosa: str) -> None:
    copy: Copy = {}
    page = pull(central.ana, limit=2)
    step = 0
    while not page.complete:
        apply(copy, page)
        if step < 10:
            name = (f"Rosa {step}", f"Rosa {step + 1}")
            central.beto.push(central.beto.sale([pollo]), central.beto.patch("customers", rosa, name=name))
        step += 1
        page = pull(central.ana, page.cursor, limit=2)
    apply(copy, page)
    assert digest_of(copy) == told_digest(central.ana)
    assert copy["customers"][rosa]["name"] == "Rosa 10"


def test_a_vendedor_sees_the_catalog_and_the_own_work_only(central: TestCentral, a_day: Values) -> None:
    central.run("UPDATE business_users SET commission_rate = 5")
    copy: Copy = {}
    pull_all(central.beto, copy)
    assert digest_of(copy) == told_digest(central.beto)
    beto = central.members["Beto"]
    assert {row["seller_id"] for name in ("sales", "abonos", "cash_sessions") for row in copy[name].values()} == {beto}
    assert len(copy["sale_items"]) == len(copy["inventory_movements"]) == 2
    assert len(copy["cash_movements"]) == len(copy["distribuciones"]) == len(copy["distribucion_movements"]) == 1
    assert len(copy["products"]) == len(copy["customers"]) == len(copy["customer_balances"]) == 1
    assert {row["commission_rate"] for row in copy["business_users"].values()} == {0}
    everything: Copy = {}
    pull_all(central.ana, everything)
    assert {row["commission_rate"] for row in everything["business_users"].values()} == {500}


def test_nobody_sees_another_business(central: TestCentral, a_day: Values) -> None:
    other = open_business(central.database, central.owner, {"Carla": BusinessUserRole.ADMIN_NEGOCIO})
    copy: Copy = {}
    pull_all(other.tills["Carla"], copy)
    assert {name: len(rows) for name, rows in copy.items() if rows} == {"businesses": 1, "business_users": 1}
    stranger = Till(central, new_id(), other.members["Carla"], other.users["Carla"])
    with pytest.raises(NotAMember):
        pull(stranger)
    with pytest.raises(NotAMember):
        told_digest(stranger)


@pytest.mark.parametrize("cursor", ["", "zz", "a", "ñ", "W10=", urlsafe_b64encode(b'["x","y",-1,null,"z"]').decode()])
def test_a_cursor_that_is_not_ours_asks_for_a_resync(central: TestCentral, cursor: str) -> None:
    with pytest.raises(ResyncNeeded):
        pull(central.ana, cursor)


def test_a_cursor_of_another_view_asks_for_a_resync(central: TestCentral, a_day: Values) -> None:
    own, others = pull(central.beto, limit=3).cursor, pull(central.ana).cursor
    with pytest.raises(ResyncNeeded):
        pull(central.beto, others)
    central.run("UPDATE business_users SET role = 'admin_negocio' WHERE id = %(id)s", id=central.members["Beto"])
    with pytest.raises(ResyncNeeded):
        pull(central.beto, own)


def test_a_cursor_from_before_a_restore_asks_for_a_resync(central: TestCentral, a_day: Values) -> None:
    copy: Copy = {}
    cursor = pull_all(central.ana, copy)
    restored(central.database, NOW)
    with pytest.raises(ResyncNeeded):
        pull(central.ana, cursor)


def test_a_cursor_ahead_of_central_asks_for_a_resync(central: TestCentral, a_day: Values) -> None:
    cursor = pull_all(central.ana, {})
    central.run("UPDATE sync_counters SET revision = revision - 1")
    with pytest.raises(ResyncNeeded):
        pull(central.ana, cursor)


def test_a_page_or_an_answer_that_central_has_lost_asks_for_a_resync(central: TestCentral, pollo: str) -> None:
    [before] = central.rows("SELECT audit_number, audit_hash FROM sync_counters")
    answered = central.beto.push(central.beto.sale([pollo])).mark
    page = pull(central.ana)
    assert page.mark == answered
    central.beto.push(central.beto.sale([pollo]))
    assert pull(central.ana, page.cursor, marks=[str(page.mark)]).mark != page.mark
    central.forget_since(*before)
    central.beto.push(*(central.beto.sale([pollo]) for _ in range(3)))
    for cursor in (None, page.cursor):
        with pytest.raises(ResyncNeeded):
            pull(central.ana, cursor, marks=[str(answered)])
    assert pull(central.ana).mark not in (None, answered)


def test_the_mark_of_another_business_is_no_mark_here(central: TestCentral, pollo: str) -> None:
    mark = central.beto.push(central.beto.sale([pollo])).mark
    another = open_business(central.database, central.owner, {"Ana": BusinessUserRole.ADMIN_NEGOCIO})
    with pytest.raises(ResyncNeeded):
        pull(another.ana, marks=[str(mark)])


def test_a_page_of_long_texts_is_cut_to_what_travels(central: TestCentral, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("avileo_pos.server.collect_pull.LARGEST_PAGE", 50_000)
    for _ in range(20):
        stored(central, central.ana.customer(notes="x" * 9_000))
    sizes: list[int] = []
    copy: Copy = {}
    page = pull(central.ana)
    while not page.complete:
        apply(copy, page)
        sizes.append(_size(page))
        page = pull(central.ana, page.cursor)
    assert max(sizes) <= 50_000
    assert digest_of(copy) == told_digest(central.ana)


def _size(page: Any) -> int:
    return len(msgspec.json.encode(page))
