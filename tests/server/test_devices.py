"""The tills of a business: who works on them, what they are called, and the one that was stolen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.server.shops import Shop, open_shop
from tests.server.town import Person, Town, refusal


@pytest.fixture
def shop(town: Town) -> Shop:
    return open_shop(town)


def enrol(shop: Shop, person: Person, device_id: str, name: str = "Caja 1") -> dict[str, Any]:
    body = {"business_id": shop.business_id, "device_id": device_id, "name": name}
    return dict(person.post("/api/devices", **body).json())


def devices(shop: Shop) -> list[dict[str, Any]]:
    return list(shop.owner.get(f"{shop.path}/devices").json())


def test_the_admin_sees_each_till_and_who_has_signed_in_there(shop: Shop) -> None:
    beto, first, second = shop.take_on("Beto"), str(uuid4()), str(uuid4())
    shop.settle(beto)
    enrol(shop, shop.owner, first)
    shop.town.clock.move(hours=1)
    enrol(shop, beto, first)
    enrol(shop, beto, second, "Carro A")
    stall, cart = devices(shop)
    assert stall == {
        "id": first,
        "name": "Caja 1",
        "receipt_series": "A1",
        "created_at": "2026-11-22T15:42:07.123000Z",
        "last_seen_at": stall["last_seen_at"],
        "revoked_at": None,
        "members": [
            {
                "member_id": shop.member_id(shop.owner),
                "name": "Ana",
                "first_signed_in_at": "2026-11-22T15:42:07.123000Z",
            },
            {
                "member_id": shop.member_id(beto),
                "name": "Beto",
                "first_signed_in_at": "2026-11-22T16:42:07.123000Z",
            },
        ],
    }
    assert (cart["name"], cart["receipt_series"], len(cart["members"])) == ("Carro A", "A2", 1)


def test_a_till_with_nothing_to_send_is_heard_of_too(shop: Shop) -> None:
    device_id = str(uuid4())
    enrol(shop, shop.owner, device_id)
    shop.town.clock.move(hours=2)
    asked = {"business_id": shop.business_id, "device_id": device_id}
    assert shop.owner.get(f"/api/sync/pull?{urlencode(asked)}").is_success
    [till] = devices(shop)
    assert till["last_seen_at"] == "2026-11-22T17:42:07.123000Z"


def test_a_till_is_named_anew(shop: Shop) -> None:
    device_id = str(uuid4())
    enrol(shop, shop.owner, device_id)
    renamed = shop.owner.patch(f"{shop.path}/devices/{device_id}", name=" Puesto 14 ")
    assert renamed.json()["name"] == "Puesto 14"
    assert devices(shop) == [renamed.json()]
    for wrong in ({"name": ""}, {"name": "x" * 101}, {"name": "A\0"}, {}, {"name": "A", "revoked_at": None}):
        assert refusal(shop.owner.patch(f"{shop.path}/devices/{device_id}", **wrong)) == (400, "VALIDATION_ERROR")


def test_a_withdrawn_till_gets_nothing_more(shop: Shop) -> None:
    device_id = str(uuid4())
    enrol(shop, shop.owner, device_id)
    pull = f"/api/sync/pull?business_id={shop.business_id}&device_id={device_id}"
    assert shop.owner.get(pull).status_code == 200
    shop.town.clock.move(hours=1)
    revoked = shop.owner.post(f"{shop.path}/devices/{device_id}/revoke").json()
    assert revoked["revoked_at"] == "2026-11-22T16:42:07.123000Z"
    assert refusal(shop.owner.get(pull)) == (403, "device_revoked")
    assert enrol(shop, shop.owner, device_id)["code"] == "device_revoked"
    shop.town.clock.move(hours=1)
    assert shop.owner.post(f"{shop.path}/devices/{device_id}/revoke").json() == revoked
    assert [act.action for act in shop.acts()] == ["business.founded", "device.signed_in", "device.revoked"]


def test_only_the_admin_of_the_business_looks_after_its_tills(town: Town, shop: Shop) -> None:
    beto, other, device_id = shop.take_on("Beto"), open_shop(town), str(uuid4())
    shop.settle(beto)
    enrol(shop, beto, device_id)
    calls = (
        (Person.get, "", {}),
        (Person.patch, f"/{device_id}", {"name": "Mía"}),
        (Person.post, f"/{device_id}/revoke", {}),
    )
    for call, one, body in calls:
        assert refusal(call(beto, f"{shop.path}/devices{one}", **body)) == (403, "forbidden")
        assert refusal(call(other.owner, f"{shop.path}/devices{one}", **body)) == (403, "not_a_member")
        if one:
            foreign = call(other.owner, f"{other.path}/devices{one}", **body)
            none = call(other.owner, f"{other.path}/devices{one.replace(device_id, str(uuid4()))}", **body)
            assert refusal(foreign) == (404, "not_found")
            assert foreign.json() == none.json()
    assert [(each["name"], each["revoked_at"]) for each in devices(shop)] == [("Caja 1", None)]
