"""The addresses of synchronisation, spoken to as a till does: over HTTP, signed in, compressed, and by strangers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from httpx import Client, Response

from avileo_pos.protocol.words import PullPage, PushAnswer
from avileo_pos.server.app import build_app
from avileo_pos.server.business.businesses import create_admin
from avileo_pos.server.business.enrol_device import receipt_series
from avileo_pos.server.central import ServerSettings
from avileo_pos.server.postgres.database import Database
from avileo_pos.tables.base import instant_text
from tests.postgres import TestPostgres, make_tables, served
from tests.server.sync_central import TestCentral, Till, new_id
from tests.serving import serving

PASSWORD = "gallina negra"


_TAKE_ON_SELLERS = """
    WITH people AS (
      INSERT INTO "user" (id, name, email)
      SELECT 'seller ' || n, 'Vendedor ' || n, n || '@example.com' FROM generate_series(1, 100) n RETURNING id, name
    )
    INSERT INTO business_users
      (business_id, id, user_id, name, role, is_active, sync_status, joined_at, updated_at, revision)
    SELECT %(business)s::uuid, gen_random_uuid(), id, name, 'vendedor', true, 'synced', now(), now(),
      1000 + row_number() OVER ()
    FROM people
"""
_SIGN_ALL_IN = """
    INSERT INTO device_members (business_id, device_id, member_id, first_signed_in_at)
    SELECT business_id, %(device)s::uuid, id, now() FROM business_users WHERE business_id = %(business)s::uuid
    ON CONFLICT DO NOTHING
"""


class Caller:
    """Ana, signed in at a served central, with the till that she enrolled."""

    def __init__(self, http: Client, database: Database, owner: Database, business_id: str) -> None:
        self.http = http
        self.business_id = business_id
        signed_in = http.post("/api/auth/sign-in/email", json={"email": "ana@example.com", "password": PASSWORD})
        http.cookies.clear()
        http.headers["Authorization"] = f"Bearer {signed_in.json()['token']}"
        member_id = self.http.get("/api/me").json()["businesses"][0]["member_id"]
        self.till = Till(TestCentral(database, owner, business_id), new_id(), member_id, "", clock=datetime.now(UTC))

    def enrol(self, device_id: str, business_id: str | None = None) -> Response:
        body = {"business_id": business_id or self.business_id, "device_id": device_id, "name": "Caja"}
        return self.http.post("/api/devices", json=body)

    def push(self, body: bytes, **headers: str) -> Response:
        return self.http.post("/api/sync/push", content=body, headers=headers)

    def pull(self, **params: str | int) -> Response:
        return self.http.get("/api/sync/pull", params=self.named | params)

    def pull_by(self, protocol: str) -> Response:
        return self.http.get("/api/sync/pull", params=self.named, headers={"X-Avileo-Protocol": protocol})

    def digest(self, **params: str) -> Response:
        return self.http.get("/api/sync/digest", params=self.named | params)

    @property
    def named(self) -> dict[str, str | int]:
        """Where the caller works, and at which till."""
        return {"business_id": self.business_id, "device_id": self.till.device_id}


@pytest.fixture
def ana(postgres: TestPostgres) -> Iterator[Caller]:
    with postgres.database(make_tables) as url, served(url) as database, Database.connect(url) as owner:
        business_id = create_admin(
            database, email="ana@example.com", name="Ana", business="Pollos Rosita", password=PASSWORD
        )
        app = build_app(database, ServerSettings("a-secret-of-at-least-32-characters!!", "http://central.example"))
        with serving(app) as address, Client(base_url=address) as http:
            caller = Caller(http, database, owner, str(business_id))
            assert caller.enrol(caller.till.device_id).status_code == 200
            yield caller


def _refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_till_pushes_and_pulls_compressed(ana: Caller) -> None:
    products = [ana.till.product(f"Producto {number}") for number in range(50)]
    body = ana.till.body(products)
    answer = ana.push(gzip.compress(body), **{"Content-Encoding": "gzip"})
    pushed = msgspec.json.decode(answer.content, type=PushAnswer)
    assert {str(result.status) for result in pushed.results} == {"applied"}
    assert not pushed.new_device
    assert answer.headers["content-encoding"] == "gzip"
    pulled = ana.pull(limit=20)
    page = msgspec.json.decode(pulled.content, type=PullPage)
    assert pulled.headers["content-encoding"] == "gzip"
    assert page.epoch == pushed.epoch
    assert [table.collection for table in page.tables] == ["businesses", "business_users", "products"]
    assert sum(len(table.rows) for table in page.tables) == 20
    assert ana.digest().json()["collections"]["products"]["count"] == 50


def test_a_till_that_takes_no_gzip_is_answered_without(ana: Caller) -> None:
    ana.push(ana.till.body([ana.till.product(f"Producto {number}") for number in range(50)]))
    plain = ana.http.get("/api/sync/pull", params=ana.named, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(plain.content) > 1024


def test_nobody_synchronises_without_signing_in(ana: Caller) -> None:
    del ana.http.headers["Authorization"]
    asked = [ana.push(ana.till.body([])), ana.pull(), ana.http.get("/api/me"), ana.enrol(new_id())]
    assert [answer.status_code for answer in asked] == [401] * 4


def test_a_foreign_business_is_as_unknown_as_one_that_is_not(ana: Caller) -> None:
    foreign = create_admin(
        ana.till.central.database, email="carla@example.com", name="Carla", business="Otra", password=PASSWORD
    )
    asked = [
        (
            ana.push(ana.till.body([], business_id=business_id)),
            ana.pull(business_id=business_id),
            ana.digest(business_id=business_id),
            ana.enrol(new_id(), business_id),
        )
        for business_id in (str(foreign), new_id())
    ]
    assert [[_refusal(answer) for answer in answers] for answers in asked] == [[(403, "not_a_member")] * 4] * 2
    assert [answer.content for answer in asked[0]] == [answer.content for answer in asked[1]]


@pytest.mark.parametrize("body", [b"", b"{", b"null", gzip.compress(b"{}", mtime=0)])
def test_a_broken_request_is_refused(ana: Caller, body: bytes) -> None:
    assert _refusal(ana.push(body)) == (400, "broken_request")


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"{}", mtime=0)[:-9]])
def test_a_broken_compression_is_refused(ana: Caller, body: bytes) -> None:
    assert _refusal(ana.push(body, **{"Content-Encoding": "gzip"})) == (400, "broken_request")


def test_a_bomb_is_not_unpacked(ana: Caller) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert _refusal(ana.push(bomb, **{"Content-Encoding": "gzip"})) == (413, "too_large")


def test_too_many_operations_at_once_are_refused(ana: Caller) -> None:
    assert _refusal(ana.push(ana.till.body([ana.till.product()] * 1_001))) == (413, "too_large")


def test_a_till_at_which_many_sellers_have_signed_in_is_sent_page_after_page(ana: Caller) -> None:
    central = ana.till.central
    central.run(_TAKE_ON_SELLERS)
    central.run("UPDATE business_users SET role = 'vendedor'")
    central.run(_SIGN_ALL_IN, device=ana.till.device_id)
    first = msgspec.json.decode(ana.pull(limit=3).content, type=PullPage)
    assert not first.complete
    assert ana.pull(cursor=first.cursor).status_code == 200


def test_a_till_that_is_too_old_is_told_so(ana: Caller) -> None:
    for told in ("0", "", "-1", "gallina", "9" * 5_000):
        assert _refusal(ana.pull_by(told)) == (426, "too_old")
    assert ana.pull_by("1").status_code == 200


def test_a_till_that_is_too_old_is_relieved_of_facts_but_not_of_edits(ana: Caller) -> None:
    product = ana.till.product()
    renamed = ana.till.patch("products", product["entity_id"], name=("Pollo entero", "Pollo"))
    too_old = {"X-Avileo-Protocol": "0"}
    assert _refusal(ana.push(ana.till.body([product, renamed]), **too_old)) == (426, "too_old")
    assert ana.push(ana.till.body([product]), **too_old).status_code == 200


def test_a_wrong_cursor_asks_for_a_resync_and_a_wrong_limit_is_refused(ana: Caller) -> None:
    assert _refusal(ana.pull(cursor="gallina")) == (410, "resync")
    assert ana.pull(limit=0).status_code == ana.pull(limit="many").status_code == 400
    assert ana.pull(limit=10**9).status_code == 200


def test_what_goes_between_till_and_central_is_what_the_specification_says(ana: Caller) -> None:
    specification = ana.http.get("/api/openapi.json").json()
    customer = ana.till.customer()
    body = ana.till.body(
        [customer, ana.till.operation("create", "gallineros", new_id(), {}), ana.till.sale([new_id()])]
    )
    of_push = specification["paths"]["/api/sync/push"]["post"]
    assert is_valid(specification, of_push["requestBody"], json.loads(body))
    assert not is_valid(specification, of_push["requestBody"], {"operations": [{}]})
    changed = ana.till.patch("customers", customer["entity_id"], name=("Otra", "Rosa Quispe"))
    for pushed in (ana.push(body), ana.push(body), ana.push(ana.till.body([changed]))):
        assert is_valid(specification, of_push["responses"]["200"], pushed.json())
    assert pushed.json()["results"][0]["status"] == "conflict"
    for path, answer in (("pull", ana.pull()), ("digest", ana.digest())):
        said = specification["paths"][f"/api/sync/{path}"]["get"]["responses"]["200"]
        assert is_valid(specification, said, answer.json())


def is_valid(specification: dict[str, Any], said: dict[str, Any], message: object) -> bool:
    schema = said["content"]["application/json"]["schema"] | {"components": specification["components"]}
    return bool(jsonschema_rs.is_valid(schema, message))


# --- Devices ---------------------------------------------------------------------------------------------------------


def test_every_till_gets_a_series_of_its_own_and_keeps_it(ana: Caller) -> None:
    second = new_id()
    first_answer = ana.enrol(ana.till.device_id).json()
    second_answer = ana.enrol(second).json()
    assert (first_answer["receipt_series"], second_answer["receipt_series"]) == ("A1", "A2")
    assert ana.enrol(second).json() == second_answer


def test_a_till_learns_how_far_its_series_has_come(ana: Caller) -> None:
    product = ana.till.product()
    sales = [
        ana.till.sale([product["entity_id"]], receipt_number=number)
        for number in ("A1-000007", "A1-000123", "A2-000900", "A1-x")
    ]
    assert ana.push(ana.till.body([product, *sales])).status_code == 200
    assert ana.enrol(ana.till.device_id).json()["last_receipt"] == 123
    assert ana.enrol(new_id()).json()["receipt_series"] == "A3"  # somebody whom central forgot has used A2


def test_a_revoked_till_is_not_enrolled_again(ana: Caller) -> None:
    ana.till.central.run("UPDATE devices SET revoked_at = %(now)s", now=instant_text(datetime.now(UTC)))
    assert _refusal(ana.enrol(ana.till.device_id)) == (403, "device_revoked")
    for answer in (ana.pull(), ana.digest()):
        assert _refusal(answer) == (403, "device_revoked")
    assert ana.push(ana.till.body([])).status_code == 200


def test_the_series_go_on_where_the_letters_end() -> None:
    series = list(receipt_series())[: 26 * 9 + 1]
    assert (series[0], series[8], series[9], series[-2], series[-1]) == ("A1", "A9", "B1", "Z9", "AA1")


def test_a_person_sees_the_businesses_where_they_work_now(ana: Caller) -> None:
    mine = ana.http.get("/api/me").json()
    assert (mine["name"], mine["email"]) == ("Ana", "ana@example.com")
    assert [(each["business_name"], each["role"]) for each in mine["businesses"]] == [
        ("Pollos Rosita", "admin_negocio")
    ]
    ana.till.central.run("UPDATE business_users SET is_active = false")
    assert ana.http.get("/api/me").json()["businesses"] == []
