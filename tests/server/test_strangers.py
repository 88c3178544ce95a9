"""Nobody reaches into another business: every address and every collection is tried with every foreign id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final
from uuid import uuid4

import pytest
from httpx import Client, Response
from sqlalchemy import insert

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.app import build_app
from avileo_pos.server.central import ServerSettings
from avileo_pos.tables.base import instant_text, metadata
from avileo_pos.tables.server import user
from tests.postgres import TestPostgres
from tests.server.everything import everything_happens
from tests.server.sessions import token_of
from tests.server.sync_central import TestCentral, Till, Values, new_id, open_business, running_central
from tests.serving import serving

OF_A_BUSINESS: Final = [
    table for table in metadata.sorted_tables if "server" in table.info["in"] and "business_id" in table.columns
]
NOBODYS: Final = dict.fromkeys(("business", "member", "device", "invitation"), "00000000-0000-4000-8000-00000000dead")

# What a stranger would send where a body is asked for.
BODIES: Final[Mapping[str, Values]] = {
    "PATCH /api/businesses/{business_id}": {"name": "Robada"},
    "POST /api/businesses/{business_id}/members": {"email": "ladron@example.com", "name": "Ladrón"},
    "PATCH /api/businesses/{business_id}/members/{member_id}": {"role": "vendedor", "is_active": False},
    "POST /api/businesses/{business_id}/invitations": {"role": "admin_negocio"},
    "PATCH /api/businesses/{business_id}/devices/{device_id}": {"name": "Robada"},
}


@dataclass(frozen=True, slots=True)
class Shops:
    """A served central with two businesses: ours, in which everything has happened, and Carla's."""

    ours: TestCentral
    carlas: TestCentral
    client: Client
    tokens: Mapping[str, str]
    ids: Mapping[str, str]
    named: tuple[str, ...]

    def ask(self, who: str, words: str, ids: Mapping[str, str], body: Values | None = None) -> Response:
        """`words` are a method and a path, such as `GET /api/businesses/{business_id}`."""
        method, path = words.split(" ")
        for name, value in ids.items():
            path = path.replace(f"{{{name}_id}}", value)
        token = self.tokens.get(who)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.client.request(method, path, json=body, headers=headers)

    def fingerprint(self) -> dict[str, str]:
        """Changes when any row of our business does."""
        return {
            table.name: self.ours.value(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table.name} t"
                " WHERE t.business_id = %(business)s"
            )
            for table in OF_A_BUSINESS
        }


@pytest.fixture(scope="module")
def shops(postgres: TestPostgres) -> Iterator[Shops]:
    with running_central(postgres) as ours:
        carlas = open_business(ours.database, ours.owner, {"Carla": BusinessUserRole.ADMIN_NEGOCIO})
        everything_happens(ours.ana)
        app = build_app(ours.database, ServerSettings("a-secret-of-at-least-32-characters!!", "http://central.example"))
        people = {"Beto": ours.users["Beto"], "Carla": carlas.users["Carla"], "Dora": a_person(ours)}
        tokens = {name: token_of(ours, user_id) for name, user_id in people.items()}
        with serving(app) as address, Client(base_url=address, timeout=60) as client:
            ana = token_of(ours, ours.users["Ana"])
            invited = client.post(
                f"/api/businesses/{ours.business_id}/invitations", json={}, headers={"Authorization": f"Bearer {ana}"}
            ).json()
            ids = {
                "business": ours.business_id,
                "member": ours.members["Beto"],
                "device": ours.beto.device_id,
                "invitation": invited["invitation"]["id"],
            }
            asking = tuple(words_asking_for_a_business(app.openapi()))
            yield Shops(ours, carlas, client, tokens, ids, asking)


def a_person(central: TestCentral) -> str:
    """Somebody with an account who works nowhere."""
    user_id = new_id()
    with central.database.transaction() as connection:
        connection.execute(insert(user).values(id=user_id, name="Dora", email=f"{user_id}@example.com"))
    return user_id


def words_asking_for_a_business(specification: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in specification["paths"].items():
        for method in methods:
            if "{business_id}" in path:
                yield f"{method.upper()} {path}"


# --- Addresses -------------------------------------------------------------------------------------------------------


def test_no_stranger_learns_or_changes_anything_by_any_address(shops: Shops) -> None:
    before = shops.fingerprint()
    assert len(shops.named) > 10
    for who, words in product(("Carla", "Dora", "nobody"), shops.named):
        foreign = shops.ask(who, words, shops.ids, BODIES.get(words))
        absent = shops.ask(who, words, NOBODYS, BODIES.get(words))
        assert foreign.status_code in {401, 403}, (who, words, foreign.text)
        assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json()), (who, words)
    assert shops.fingerprint() == before


def test_an_id_of_ours_means_nothing_in_another_business(shops: Shops) -> None:
    before = shops.fingerprint()
    tried = [words for words in shops.named if any(f"{{{name}_id}}" in words for name in NOBODYS.keys() - {"business"})]
    assert len(tried) > 4
    for words in tried:
        foreign = shops.ask("Carla", words, shops.ids | {"business": shops.carlas.business_id}, BODIES.get(words))
        absent = shops.ask("Carla", words, NOBODYS | {"business": shops.carlas.business_id}, BODIES.get(words))
        assert foreign.status_code == 404, (words, foreign.text)
        assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json()), words
    assert shops.fingerprint() == before


def test_a_vendedor_does_nothing_of_an_admins(shops: Shops) -> None:
    before = shops.fingerprint()
    for words in shops.named:
        answer = shops.ask("Beto", words, shops.ids, BODIES.get(words))
        if words != "GET /api/businesses/{business_id}":
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), words
    assert shops.fingerprint() == before


@pytest.mark.parametrize("who", ["Carla", "Dora"])
def test_a_strangers_till_neither_enrols_nor_takes_nor_sends(shops: Shops, who: str) -> None:
    before = shops.fingerprint()
    for asked in (enrolling, pulling, looking, pushing):
        foreign = asked(shops, who, shops.ids)
        absent = asked(shops, who, NOBODYS)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "not_a_member"), asked
        assert foreign.json() == absent.json()
    assert shops.fingerprint() == before


def enrolling(shops: Shops, who: str, ids: Mapping[str, str]) -> Response:
    body = {"business_id": ids["business"], "device_id": ids["device"], "name": "Caja"}
    return shops.ask(who, "POST /api/devices", {}, body)


def pulling(shops: Shops, who: str, ids: Mapping[str, str]) -> Response:
    return shops.ask(who, f"GET /api/sync/pull?business_id={ids['business']}&device_id={ids['device']}", {})


def looking(shops: Shops, who: str, ids: Mapping[str, str]) -> Response:
    return shops.ask(who, f"GET /api/sync/digest?business_id={ids['business']}&device_id={ids['device']}", {})


def pushing(shops: Shops, who: str, ids: Mapping[str, str]) -> Response:
    body = {
        "device_id": ids["device"],
        "business_id": ids["business"],
        "client_time": instant_text(datetime.now(UTC)),
        "operations": [shops.ours.beto.customer("Robada")],
    }
    return shops.ask(who, "POST /api/sync/push", {}, body)


# --- Collections -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stranger(shops: Shops) -> Till:
    """The till of an admin whose business is new, so that no id of ours means anything there yet."""
    business = open_business(shops.ours.database, shops.ours.owner, {"Elsa": BusinessUserRole.ADMIN_NEGOCIO})
    return business.tills["Elsa"]


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("kind", ["create", "update", "delete"])
def test_no_operation_reaches_a_row_of_ours(shops: Shops, stranger: Till, collection: str, kind: str) -> None:
    whose = "id" if collection == "businesses" else "business_id"
    [ours] = shops.ours.rows(f"SELECT id::text FROM {collection} WHERE {whose} = %(business)s LIMIT 1")
    before = shops.fingerprint()
    foreign = stranger.results(act_on(stranger, kind, collection, ours[0]))
    absent = stranger.results(act_on(stranger, kind, collection, new_id()))
    assert shops.fingerprint() == before
    assert [(each.status, each.code) for each in foreign] == [(each.status, each.code) for each in absent]


def act_on(till: Till, kind: str, collection: str, entity_id: str) -> Values:
    if kind == "create" and collection in NEW:
        return NEW[collection](till, entity_id)
    data: Values = {"name": {"was": "a", "now": "b"}} if kind == "update" else {}
    if kind == "delete":
        data = till.void({"collection": "abonos", "entity_id": entity_id})["data"]
    return till.operation(kind, collection, entity_id, data)


def test_what_names_ours_inside_gets_a_stand_in_of_its_own(shops: Shops, stranger: Till) -> None:
    before = shops.fingerprint()
    ours = {
        name: shops.ours.value(f"SELECT id::text FROM {name} WHERE business_id = %(business)s LIMIT 1")
        for name in ("products", "customers", "cash_sessions", "distribuciones")
    }
    sale = stranger.sale(
        [ours["products"]],
        ours["customers"],
        cash_session_id=ours["cash_sessions"],
        distribucion_id=ours["distribuciones"],
    )
    assert stranger.statuses(sale, stranger.abono(ours["customers"], 100)) == ["applied", "applied"]
    assert shops.fingerprint() == before
    asked = "SELECT name FROM customers WHERE business_id = %(theirs)s AND id = %(id)s"
    names = shops.ours.rows(asked, theirs=stranger.central.business_id, id=ours["customers"])
    assert names == [("Cliente por revisar",)]


@pytest.mark.parametrize("claimed", ["business", "actor", "seller"])
def test_a_body_that_claims_another_business_or_person_is_not_believed(
    shops: Shops, stranger: Till, claimed: str
) -> None:
    before = shops.fingerprint()
    sale = stranger.sale([stored_product(stranger)])
    if claimed == "actor":
        sale["actor_id"] = shops.ours.members["Ana"]
    else:
        sale["data"] |= {"business_id": shops.ours.business_id, "seller_id": shops.ours.members["Ana"]}
    stranger.push(sale)
    assert shops.fingerprint() == before
    sellers = shops.ours.rows(
        "SELECT DISTINCT seller_id::text FROM sales WHERE business_id = %(theirs)s", theirs=stranger.central.business_id
    )
    assert set(sellers) <= {(stranger.member_id,)}


def stored_product(till: Till) -> str:
    product_made = till.product(f"Pollo {uuid4().hex[:6]}")
    till.push(product_made)
    return str(product_made["entity_id"])


NEW: Final[Mapping[str, Callable[[Till, str], Values]]] = {
    "customers": lambda till, entity_id: till.customer("Ajena") | {"entity_id": entity_id},
    "products": lambda till, entity_id: till.product("Ajeno") | {"entity_id": entity_id},
    "cash_sessions": lambda till, entity_id: till.cash_session() | {"entity_id": entity_id},
    "sales": lambda till, entity_id: till.sale([new_id()]) | {"entity_id": entity_id},
    "abonos": lambda till, entity_id: till.abono(new_id(), 100) | {"entity_id": entity_id},
}
