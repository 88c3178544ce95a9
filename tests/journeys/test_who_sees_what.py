"""Each person's till holds what the role may see, and each business only its own."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest

from avileo_pos.domain.enums import BusinessUserRole, ProductType, ProductUnit
from avileo_pos.protocol import COLLECTIONS, OperationResult, OperationStatus, PushRequest
from avileo_pos.queries.cash_session import cash_report, open_cash_session_of
from avileo_pos.queries.member import members
from avileo_pos.server.business import sample
from avileo_pos.server.business.businesses import create_admin
from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, LUIS, PRODUCTS, ROSA, SAMPLE, SampleMember
from avileo_pos.sync.central import SignedOut
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.shared import business_users
from avileo_pos.usecases.product import CreateProduct, create_product
from avileo_pos.work import Work
from tests.invariants import assert_promises_hold
from tests.journeys.shop import Shop
from tests.journeys.till import Row, Till

JUANA = next(customer.id for customer in CUSTOMERS if customer.name == "Juana Ñahui")
PASSWORD = "gallina-gorda-2031"


def test_a_sellers_till_holds_only_what_a_seller_may_see(shop: Shop) -> None:
    rosa, luis, pepa = shop.till(ROSA), shop.till(LUIS), shop.till(ADMIN)
    for till in (rosa, luis, pepa):
        till.sell("Pollo entero", "2.000", to=JUANA, paid="5.00")
        till.take_abono(JUANA, "1.00")
    assert_promises_hold(shop)
    for table, whose in (("sales", "seller_id"), ("abonos", "seller_id"), ("cash_sessions", "seller_id")):
        assert rosa.rows(f"SELECT DISTINCT {whose} AS whose FROM {table}") == [{"whose": str(ROSA.id)}]
        assert pepa.value(f"SELECT count(DISTINCT {whose}) FROM {table}") == 3
    for table in ("sale_items", "sale_payments", "abono_payments", "inventory_movements"):
        assert rosa.value(f"SELECT count(*) FROM {table}") == 1
    assert rosa.debt_of(JUANA) == pepa.debt_of(JUANA)
    assert {member.commission_rate for member in rosa.ask(members)} == {Decimal("0.00")}
    assert {member.commission_rate for member in pepa.ask(members)} == {
        each.commission_rate for each in (ADMIN, ROSA, LUIS)
    }


def test_sellers_who_take_turns_at_one_till_find_their_drawers_and_papers_there(shop: Shop) -> None:
    till, elsewhere = shop.new_till(), shop.till(LUIS)
    elsewhere.sell("Gallina", "1.000")
    elsewhere.sync()
    sit_down(till, ROSA)
    rosa, drawer = till.actor, till.open_drawer()
    till.sell("Pollo entero", "2.000")
    till.sync_until_quiet()
    expected = till.ask(cash_report, drawer).cash.expected
    sit_down(till, LUIS)
    assert till.value("SELECT count(*) FROM sales") == 2
    till.actor = rosa  # by PIN
    assert till.ask(open_cash_session_of).id == drawer
    assert till.ask(cash_report, drawer).cash.expected == expected
    cursor = till.value("SELECT cursor FROM sync_state")
    sit_down(till, ROSA)
    assert till.value("SELECT cursor FROM sync_state") == cursor, "nothing is taken anew"
    shop.sync_all()
    assert elsewhere.rows("SELECT DISTINCT seller_id AS whose FROM sales") == [{"whose": str(LUIS.id)}]


def test_who_never_came_to_a_till_is_sent_nothing_of_those_who_did(shop: Shop) -> None:
    rosa, luis = shop.till(ROSA), shop.till(LUIS)
    rosa.sell("Pollo entero", "2.000")
    shop.sync_all()
    page = luis.central.pull(SAMPLE, rosa.device_id, None, 5000)
    collections = {table.collection for table in page.tables}
    assert "products" in collections
    assert "sales" not in collections


def sit_down(till: Till, member: SampleMember) -> None:
    till.sign_in(member.email, sample.PASSWORD)
    till.sync_until_quiet()


def test_a_seller_who_becomes_admin_sees_all_and_as_a_seller_again_only_the_own(shop: Shop) -> None:
    rosa, luis, pepa = shop.till(ROSA), shop.till(LUIS), shop.till(ADMIN)
    rosa.sell("Pollo entero", "2.000", to=JUANA, paid="5.00")
    luis.sell("Gallina", "1.000")
    shop.sync_all()
    pepa.do(_give_role, (LUIS.id, BusinessUserRole.ADMIN_NEGOCIO))
    assert_promises_hold(shop)
    assert luis.value("SELECT count(*) FROM sales") == 2
    luis.become_who_central_says()
    assert luis.actor.role is BusinessUserRole.ADMIN_NEGOCIO
    pepa.do(_give_role, (LUIS.id, BusinessUserRole.VENDEDOR))
    luis.sell("Gallina", "0.500")
    assert_promises_hold(shop)
    assert luis.rows("SELECT DISTINCT seller_id AS whose FROM sales") == [{"whose": str(LUIS.id)}]


def test_what_a_seller_may_not_do_is_refused_whatever_the_till_says(shop: Shop) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    price = pepa.product("Pechuga").price
    cheaper = {"base_price": {"was": int(price * 100), "now": 1}}
    [refused] = _push(rosa, _operation(rosa, "update", "products", PRODUCTS[1].id, cheaper))
    assert (refused.status, refused.code) == (OperationStatus.QUARANTINED, "forbidden")
    assert_promises_hold(shop)
    assert pepa.product("Pechuga").price == price


@pytest.fixture
def zoila(shop: Shop) -> Till:
    """The till of another business at the same central, with a product and a customer of its own."""
    create_admin(shop.database, email="zoila@example.com", name="Zoila", business="Huevos Zoila", password=PASSWORD)
    till = shop.new_till()
    till.sign_in("zoila@example.com", PASSWORD)
    till.sync_until_quiet()
    till.open_drawer()
    huevo = CreateProduct(uuid4(), "Huevo de campo", ProductType.HUEVO, ProductUnit.KG, Decimal("9.00"))
    till.do(create_product, huevo)
    return till


def test_two_businesses_never_see_each_other(shop: Shop, zoila: Till) -> None:
    pepa = shop.till(ADMIN)
    vecina = zoila.new_customer("Vecina")
    zoila.sell("Huevo de campo", "1.500", to=vecina, paid="0.00")
    pepa.sell("Pollo entero", "2.000", to=JUANA, paid="0.00")
    assert_promises_hold(shop)
    assert [row["name"] for row in zoila.rows("SELECT name FROM customers")] == ["Vecina"]
    assert zoila.value("SELECT count(*) FROM sales") == pepa.value("SELECT count(*) FROM sales") == 1


def test_anothers_rows_cannot_be_read_or_changed_by_naming_them(shop: Shop, zoila: Till) -> None:
    before = _all_of_the_sample(shop)
    sale = _sale_data(zoila, client_id=str(JUANA), product_id=str(PRODUCTS[0].id))
    refused = _push(
        zoila,
        _operation(zoila, "update", "customers", JUANA, {"name": {"was": "Juana Ñahui", "now": "Robada"}}),
        _operation(zoila, "update", "businesses", SAMPLE, {"name": {"was": "Avícola Doña Pepa", "now": "Robada"}}),
        _operation(zoila, "update", "business_users", ADMIN.id, {"role": {"was": "admin_negocio", "now": "vendedor"}}),
        _operation(zoila, "create", "customers", uuid4(), _customer_data("Ajena"), actor_id=str(ADMIN.id)),
    )
    assert {result.status for result in refused} == {OperationStatus.QUARANTINED}
    taken = _push(
        zoila,
        _operation(zoila, "create", "customers", JUANA, _customer_data("Robada")),
        _operation(zoila, "create", "sales", uuid4(), sale),
    )
    assert {result.status for result in taken} == {OperationStatus.APPLIED}
    assert _all_of_the_sample(shop) == before
    shop.sync_all()
    own = zoila.rows("SELECT name FROM customers UNION ALL SELECT name FROM products")
    assert {row["name"] for row in own} == {"Robada", "Huevo de campo", "Producto por revisar"}


def test_another_business_is_as_unknown_as_one_that_is_not(shop: Shop, zoila: Till) -> None:
    for business_id in (SAMPLE, uuid4()):
        with pytest.raises(SignedOut) as trouble:
            zoila.central.pull(business_id, uuid4(), None, 100)
        assert trouble.value.code == "not_a_member"
        with pytest.raises(SignedOut, match="no such business"):
            zoila.central.push(_request(zoila, business_id=business_id))
        with pytest.raises(SignedOut, match="no such business"):
            zoila.central.digest(business_id, uuid4())
        with pytest.raises(SignedOut, match="no such business"):
            zoila.central.enrol(business_id, uuid4(), "Caja")


def _give_role(work: Work, given: tuple[UUID, BusinessUserRole]) -> None:
    member_id, role = given
    work.update(business_users, member_id, {"role": role})


# --- Operations that no program of ours would make -------------------------------------------------------------------


def _push(till: Till, *operations: Row) -> list[OperationResult]:
    return till.central.push(_request(till, *operations)).results


def _request(till: Till, *operations: Row, business_id: UUID | None = None) -> PushRequest:
    return PushRequest(
        device_id=str(uuid4()),
        business_id=str(business_id or till.business_id),
        client_time=instant_text(till.clock()),
        operations=[msgspec.Raw(msgspec.json.encode(operation)) for operation in operations],
    )


def _operation(till: Till, kind: str, collection: str, entity_id: UUID, data: Row, **other: str) -> Row:
    return {
        "id": str(uuid4()),
        "seq": 1_000,
        "operation_type": kind,
        "collection": collection,
        "entity_id": str(entity_id),
        "schema": 1,
        "actor_id": str(till.actor.member_id),
        "created_at": instant_text(till.clock()),
        "data": data,
    } | other


def _customer_data(name: str) -> Row:
    long_ago = instant_text(datetime(2031, 1, 1, tzinfo=UTC))
    return {"name": name, "opening_balance": 0, "is_active": 1, "created_at": long_ago, "updated_at": long_ago}


def _sale_data(till: Till, client_id: str, product_id: str) -> Row:
    """The data of a sale that this till has made, with other rows named in it."""
    till.sell("Huevo de campo", "1.000")
    data = msgspec.json.decode(till.queue()[-1]["data"])
    [line] = data["sale_items"]
    [payment] = data["sale_payments"]
    line |= {"id": str(uuid4()), "product_id": product_id}
    payment |= {"id": str(uuid4())}
    return {**data, "client_id": client_id, "inventory_movements": []}


def _all_of_the_sample(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: shop.rows(
            f"SELECT * FROM {name}"
            f" WHERE {'business_id' if 'business_id' in collection.table.columns else 'id'} = %(business)s ORDER BY id"
        )
        for name, collection in COLLECTIONS.items()
    }
