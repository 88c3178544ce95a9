"""Who may do what: central asks it of every operation, whatever the till allowed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.tables.base import instant_text
from tests.server.sync_central import NOW, TestCentral, Values, enrolled_till, new_id, open_business, stored


def _answers(central: TestCentral, *operations: Values) -> list[str]:
    """What central says to operations from Beto's till, as status or as the code of the refusal."""
    return [str(result.code or result.status) for result in central.beto.results(*operations)]


def _as_ana(central: TestCentral, operation: Values) -> Values:
    """An operation from Beto's till in the name of Ana, who has not signed in there."""
    return operation | {"actor_id": central.members["Ana"]}


def test_a_vendedor_may_not_do_what_is_the_admins(central: TestCentral, pollo: str, rosa: str) -> None:
    beto = central.beto
    forbidden = [
        beto.product(),
        beto.stock(pollo, 1000),
        beto.distribucion(central.members["Beto"]),
        beto.patch("products", pollo, base_price=(850, 100)),
        beto.patch("businesses", central.business_id, name=("Pollos Rosita", "Mío")),
        beto.patch("business_users", central.members["Beto"], role=("vendedor", "admin_negocio")),
        beto.patch("customers", rosa, credit_limit=(None, 10**6)),
        beto.patch("customers", rosa, is_active=(1, 0)),
        beto.customer(credit_limit=1),
        beto.customer(opening_balance=-1),
    ]
    assert _answers(central, *forbidden) == ["forbidden"] * len(forbidden)


def test_a_vendedor_may_do_what_every_seller_does(central: TestCentral, pollo: str, rosa: str) -> None:
    beto = central.beto
    session = beto.cash_session()
    done = [
        session,
        beto.customer(),
        beto.patch("customers", rosa, phone=(None, "987654321")),
        beto.sale([pollo], cash_session_id=session["entity_id"]),
        beto.abono(rosa, 100),
    ]
    assert _answers(central, *done) == ["applied"] * len(done)


def test_a_sale_may_not_bring_stock_in(central: TestCentral, pollo: str) -> None:
    sale, voided = central.beto.sale([pollo]), central.beto.sale([pollo])
    sale["data"]["inventory_movements"][0] |= {"kind": "compra", "quantity": 10**6}
    void = central.beto.void(voided)
    void["data"]["inventory_movements"][0] |= {"kind": "ajuste", "reason": "de más"}
    assert _answers(central, sale, voided, void) == ["forbidden", "applied", "forbidden"]


def test_a_device_speaks_for_those_who_signed_in_on_it(central: TestCentral, pollo: str) -> None:
    central.run(
        "INSERT INTO device_members VALUES (%(business)s, %(device)s, %(member)s, now())",
        device=central.beto.device_id,
        member=central.members["Ana"],
    )
    assert _answers(central, _as_ana(central, central.beto.stock(pollo, 1000))) == ["applied"]


def test_a_colleague_who_never_signed_in_here_is_believed_what_any_seller_may_state(
    central: TestCentral, pollo: str
) -> None:
    drawer = central.beto.cash_session(opening_float=2000)
    sale = central.beto.sale([pollo], cash_session_id=drawer["entity_id"])
    stock, customer = central.beto.stock(pollo, 1000), central.beto.customer()
    answers = _answers(central, *(_as_ana(central, each) for each in (drawer, sale, stock, customer)))
    assert answers == ["applied", "applied", "seller_not_signed_in", "seller_not_signed_in"]
    assert central.rows("SELECT seller_id::text, review_reason FROM sales") == [
        (central.members["Ana"], "seller_not_signed_in")
    ]
    assert central.value("SELECT opening_float FROM cash_sessions") == Decimal("20.00")


def test_the_last_sales_of_somebody_who_left_are_taken_and_marked(central: TestCentral, pollo: str) -> None:
    with central.database.transaction(UUID(central.business_id)) as connection:
        till = enrolled_till(connection, central, "Ana")
    central.run("UPDATE business_users SET is_active = false WHERE id = %(id)s", id=central.members["Beto"])
    sale = till.sale([pollo]) | {"actor_id": central.members["Beto"]}
    void = till.void(sale) | {"actor_id": central.members["Beto"]}
    assert [result.code or result.status for result in till.results(sale, void)] == ["applied", "seller_inactive"]
    assert central.value("SELECT review_reason FROM sales") == "seller_inactive"


def test_a_drawer_is_closed_by_who_opened_it(central: TestCentral) -> None:
    session = central.ana.cash_session()
    central.ana.push(session)
    closing = {"closed_at": (None, instant_text(NOW)), "counted_cash": (None, 5000), "expected_cash": (None, 5000)}
    assert _answers(central, central.beto.patch("cash_sessions", session["entity_id"], **closing)) == ["forbidden"]
    own = central.beto.cash_session()
    assert _answers(central, own) == ["applied"]
    assert central.ana.statuses(central.ana.patch("cash_sessions", own["entity_id"], **closing)) == ["applied"]


def test_a_vendor_takes_the_own_distribution_and_nothing_else(central: TestCentral) -> None:
    own = stored(central, central.ana.distribucion(central.members["Beto"]))
    other = stored(central, central.ana.distribucion(central.members["Ana"]))
    taken = {"estado": ("activo", "en_ruta"), "accepted_at": (None, instant_text(NOW))}
    closed = {"estado": ("en_ruta", "cerrado"), "closed_at": (None, instant_text(NOW))}
    steps = [
        central.beto.patch("distribuciones", other, **taken),
        central.beto.patch("distribuciones", own, punto_venta=("Carro A", "Mi casa"), **taken),
        central.beto.patch("distribuciones", own, **taken),
        central.beto.patch("distribuciones", own, **closed),
    ]
    assert _answers(central, *steps) == ["forbidden", "forbidden", "applied", "forbidden"]
    assert central.ana.statuses(central.ana.patch("distribuciones", own, **closed)) == ["applied"]


def test_a_closed_distribution_stays_closed(central: TestCentral) -> None:
    closed = {"estado": "cerrado", "closed_at": instant_text(NOW)}
    own = stored(central, central.ana.distribucion(central.members["Beto"], **closed))
    reopened = central.ana.patch("distribuciones", own, estado=("activo", "en_ruta"), closed_at=(None, None))
    assert central.ana.results(reopened)[0].code == "distribucion_cannot_become"


@pytest.mark.parametrize(
    ("days_later", "approved", "answer", "reason"),
    [
        (0, False, "applied", None),
        (1, False, "forbidden", None),
        (1, True, "applied", "voided_with_pin"),
    ],
)
def test_a_vendedor_voids_the_own_of_today_or_with_an_admins_pin(
    central: TestCentral, pollo: str, days_later: int, approved: bool, answer: str, reason: str | None
) -> None:
    sale = central.beto.sale([pollo])
    voided_at = instant_text(NOW + timedelta(days=days_later))
    approver = central.members["Ana"] if approved else None
    void = central.beto.void(sale, voided_at=voided_at, void_approved_by=approver)
    assert _answers(central, sale, void) == ["applied", answer]
    assert central.value("SELECT review_reason FROM sales") == reason


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_money_that_was_given_back_from_two_drawers_is_told(
    central: TestCentral, pollo: str, in_one_batch: bool
) -> None:
    hers, his, sale = central.ana.cash_session(), central.beto.cash_session(), central.beto.sale([pollo])
    central.ana.push(hers)
    central.beto.push(his, sale)
    here = central.ana.void(sale, void_cash_session_id=hers["entity_id"])
    once_more = [central.ana.void(sale, void_cash_session_id=drawer["entity_id"]) for drawer in (hers, his, his)]
    batches = [[here, *once_more]] if in_one_batch else [[each] for each in (here, *once_more)]
    codes = [result.code for batch in batches for result in central.ana.results(*batch)]
    assert codes == [None, "already_so", "already_so", "already_so"]
    told = "SELECT void_cash_session_id::text, needs_review, review_reason FROM sales"
    assert central.rows(told) == [(hers["entity_id"], True, "voided_twice")]


def test_what_nothing_was_paid_for_is_given_back_by_nobody(central: TestCentral, pollo: str, rosa: str) -> None:
    hers, his = central.ana.cash_session(), central.beto.cash_session()
    sale = central.beto.sale([pollo], client_id=rosa, paid=0)
    central.beto.push(his, sale)
    voids = [central.ana.void(sale, void_cash_session_id=drawer["entity_id"]) for drawer in (hers, his)]
    central.ana.push(hers, *voids)
    assert central.value("SELECT review_reason FROM sales") is None


def test_a_vendedor_cannot_approve_for_an_admin(central: TestCentral, pollo: str) -> None:
    sale = central.ana.sale([pollo])
    central.ana.push(sale)
    approvers = [central.members["Beto"], new_id(), None]
    voids = [central.beto.void(sale, void_approved_by=approver) for approver in approvers]
    assert _answers(central, *voids) == ["forbidden"] * 3
    assert central.ana.statuses(central.ana.void(sale)) == ["applied"]


def test_two_businesses_never_touch_each_other(central: TestCentral, pollo: str, rosa: str) -> None:
    other = open_business(central.database, central.owner, {"Carla": BusinessUserRole.ADMIN_NEGOCIO})
    carla = other.tills["Carla"]
    theirs = stored(central, central.ana.customer("Ajena"))
    patch = carla.patch("customers", theirs, name=("Ajena", "Robada"))
    assert carla.results(patch)[0].code == "unknown_entity"
    sale = carla.sale([pollo], theirs, paid=0)
    assert carla.statuses(sale) == ["applied"]
    assert other.rows("SELECT name FROM customers WHERE business_id = %(business)s AND id = %(id)s", id=theirs) == [
        ("Cliente por revisar",)
    ]
    assert central.rows("SELECT name FROM customers WHERE business_id = %(business)s AND id = %(id)s", id=theirs) == [
        ("Ajena",)
    ]
    assert central.rows("SELECT count(*) FROM sales WHERE business_id = %(business)s") == [(0,)]
    assert carla.results(carla.sale([pollo]) | {"actor_id": central.members["Ana"]})[0].code == "unknown_actor"


def test_a_business_keeps_an_admin_whatever_a_till_sends(central: TestCentral) -> None:
    ana, beto = central.members["Ana"], central.members["Beto"]
    raised = central.ana.patch("business_users", beto, role=("vendedor", "admin_negocio"))
    lowered = central.ana.patch("business_users", ana, role=("admin_negocio", "vendedor"))
    let_go = central.ana.patch("business_users", beto, is_active=(1, 0))
    results = central.ana.results(lowered, raised, let_go)
    assert [str(result.code or result.status) for result in results] == ["last_admin", "applied", "applied"]
    [again] = central.ana.results(central.ana.patch("business_users", ana, is_active=(1, 0)))
    assert again.code == "last_admin"
    assert central.value("SELECT is_active FROM business_users WHERE id = %(id)s", id=ana)
