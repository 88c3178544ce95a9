"""The people of a business: taken on, changed, let go, and how the tills learn of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from json import loads
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from tests.server.shops import Shop, open_shop
from tests.server.town import Person, Town, refusal


@pytest.fixture
def shop(town: Town) -> Shop:
    return open_shop(town)


def pulled_members(shop: Shop) -> dict[str, dict[str, Any]]:
    """The members by id, as a new till of the owner gets them."""
    device_id = str(uuid4())
    shop.owner.post("/api/devices", business_id=shop.business_id, device_id=device_id, name="Caja")
    page = shop.owner.get(f"/api/sync/pull?business_id={shop.business_id}&device_id={device_id}").json()
    (table,) = (each for each in page["tables"] if each["collection"] == "business_users")
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return {row["id"]: row for row in rows}


def at(shop: Shop, member: Person) -> str:
    return f"{shop.members}/{shop.member_id(member)}"


def test_the_admin_takes_somebody_on_who_has_no_account(shop: Shop) -> None:
    beto = shop.town.visitor("Beto")
    answer = shop.owner.post(
        shop.members, email=beto.email.upper(), name="Beto", sales_point="Carro A", commission_rate="2.50", pin="1357"
    )
    assert answer.status_code == 201
    member = answer.json()["member"]
    assert member == {
        "id": member["id"],
        "name": "Beto",
        "email": beto.email,
        "role": "vendedor",
        "sales_point": "Carro A",
        "commission_rate": "2.50",
        "has_pin": True,
        "is_active": True,
        "joined_at": "2026-11-22T15:42:07.123000Z",
    }
    assert shop.owner.get(f"{shop.members}/{member['id']}").json() == member
    assert beto.sign_in(answer.json()["one_time_password"]).status_code == 200


def test_who_has_an_account_is_not_taken_on_unasked(shop: Shop) -> None:
    eva = shop.town.sign_up("Eva")
    assert refusal(shop.owner.post(shop.members, email=eva.email, name="Eva")) == (409, "email_has_account")
    assert eva.get("/api/me").json()["businesses"] == []


def test_a_pin_reaches_the_tills_as_a_hash_that_they_can_check(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    member_id = shop.member_id(beto)
    before = pulled_members(shop)[member_id]
    assert before["pin_hash"] is None
    assert shop.owner.patch(at(shop, beto), pin="024680").json()["has_pin"] is True
    after = pulled_members(shop)[member_id]
    assert after["revision"] > before["revision"]
    assert after["pin_hash"].startswith("$argon2id$")
    assert PasswordHasher().verify(after["pin_hash"], "024680")
    assert shop.owner.patch(at(shop, beto), pin=None).json()["has_pin"] is False
    assert pulled_members(shop)[member_id]["pin_hash"] is None


def test_role_point_and_commission_are_changed_and_travel(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    changes = {"name": "Beto Ruiz", "role": "admin_negocio", "sales_point": "Casa", "commission_rate": 3}
    changed = shop.owner.patch(at(shop, beto), **changes).json()
    assert changed | changes | {"commission_rate": "3.00"} == changed
    pulled = pulled_members(shop)[changed["id"]]
    assert (pulled["name"], pulled["role"], pulled["commission_rate"]) == ("Beto Ruiz", "admin_negocio", 300)


def test_who_was_let_go_has_no_business_any_more_and_may_come_back(shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    shop.owner.patch(at(shop, beto), is_active=False)
    assert beto.get("/api/me").json()["businesses"] == []
    assert refusal(beto.get(shop.path)) == (403, "not_a_member")
    assert shop.card(beto)["is_active"] is False
    shop.owner.patch(at(shop, beto), is_active=True)
    assert beto.get(shop.path).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "vendedor"}])
def test_a_business_keeps_an_admin(shop: Shop, change: dict[str, object]) -> None:
    owner, beto = shop.owner, shop.take_on("Beto", role="admin_negocio")
    assert owner.patch(at(shop, beto), **change).status_code == 200
    assert refusal(owner.patch(at(shop, owner), **change)) == (409, "last_admin")
    assert owner.get(shop.members).status_code == 200


def test_of_two_admins_who_demote_each_other_at_once_one_stays(shop: Shop) -> None:
    beto = shop.take_on("Beto", role="admin_negocio")
    shop.settle(beto)
    own, other = at(shop, shop.owner), at(shop, beto)
    with ThreadPoolExecutor(2) as crowd:
        both = [
            crowd.submit(person.patch, member, role="vendedor") for person, member in ((shop.owner, other), (beto, own))
        ]
    assert sorted(answer.result().status_code for answer in both) in ([200, 403], [200, 409])
    still = shop.owner if shop.owner.get(shop.members).is_success else beto
    admins = [each for each in still.get(shop.members).json() if each["role"] == "admin_negocio"]
    assert len(admins) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "123"},
        {"pin": "1234567"},
        {"pin": "١٢٣٤"},
        {"pin": 1234},
        {"commission_rate": "100.01"},
        {"commission_rate": "-1"},
        {"commission_rate": "0.001"},
        {"commission_rate": "NaN"},
        {"commission_rate": None},
        {"role": "admin"},
        {"name": ""},
        {"name": "B\0"},
        {"sales_point": "x" * 101},
        {"user_id": "x"},
        {"pin_hash": "x"},
    ],
)
def test_wrong_details_are_refused(shop: Shop, wrong: dict[str, object]) -> None:
    beto = shop.take_on("Beto")
    before = shop.card(beto)
    assert refusal(shop.owner.patch(at(shop, beto), **wrong)) == (400, "VALIDATION_ERROR")
    new = {"email": "nadie@example.com", "name": "Nadie"} | wrong
    assert refusal(shop.owner.post(shop.members, **new)) == (400, "VALIDATION_ERROR")
    assert shop.card(beto) == before


def test_only_the_admin_sees_and_changes_the_people(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    other, at_beto = open_shop(town), at(shop, beto)
    calls = [
        (Person.get, shop.members, {}),
        (Person.get, at_beto, {}),
        (Person.patch, at_beto, {"role": "admin_negocio"}),
        (Person.patch, at_beto, {"pin": "1111"}),
        (Person.post, shop.members, {"email": "nadie@example.com", "name": "Nadie"}),
    ]
    for call, path, body in calls:
        assert refusal(call(beto, path, **body)) == (403, "forbidden")
        assert refusal(call(other.owner, path, **body)) == (403, "not_a_member")
    assert shop.card(beto)["role"] == "vendedor"


def test_a_member_of_others_is_answered_as_one_that_does_not_exist(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto")
    other = open_shop(town)
    for call, body in ((Person.get, {}), (Person.patch, {"name": "Mío"})):
        foreign = call(other.owner, f"{other.members}/{shop.member_id(beto)}", **body)
        none = call(other.owner, f"{other.members}/{uuid4()}", **body)
        assert refusal(foreign) == (404, "not_found")
        assert foreign.json() == none.json()
    assert shop.card(beto)["name"] == "Beto"


def test_a_person_works_in_several_businesses_in_different_roles(town: Town, shop: Shop) -> None:
    beto = shop.take_on("Beto")
    shop.settle(beto)
    beto.post("/api/businesses", name="Huevos Beto")
    roles = {each["business_name"]: each["role"] for each in beto.get("/api/me").json()["businesses"]}
    assert roles == {"Pollos Rosita": "vendedor", "Huevos Beto": "admin_negocio"}


def test_what_an_admin_does_stands_in_the_audit_without_its_secrets(shop: Shop) -> None:
    beto = shop.take_on("Beto", pin="1357")
    shop.owner.patch(at(shop, beto), pin="2468", commission_rate="1.50")
    shop.owner.patch(shop.path, name="Pollos Rosita 2")
    shop.owner.post(f"{at(shop, beto)}/one-time-password")
    acts = shop.acts()
    assert [(act.action, act.user_id) for act in acts] == [
        (action, shop.owner.user_id)
        for action in (
            "business.founded",
            "member.taken_on",
            "member.changed",
            "business.changed",
            "member.password_handed_over",
        )
    ]
    told = {"commission_rate": "1.50", "has_pin": True}
    assert loads(acts[2].details) == {"member_id": shop.member_id(beto), "changes": told}
    assert not any("argon2" in act.details for act in acts)
