"""A stall with its people at their tills, and its owner at a browser elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from httpx import Client, Response

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import BusinessWriter
from avileo_pos.server.postgres.revisions import locked_revisions
from tests.server.admin.reading import Page
from tests.server.shops import Shop, found_shop
from tests.server.sync_central import TestCentral, Till, Values
from tests.server.town import ADDRESS, PASSWORD, Person, Town


@dataclass(slots=True)
class Browser:
    """Keeps cookies and says from which page a form was sent; it follows where it is sent on."""

    client: Client
    origin: str = ADDRESS

    def get(self, path: str) -> Response:
        return self.client.get(path, follow_redirects=True)

    def post(self, path: str, **typed: str) -> Response:
        """A form of one of our pages."""
        return self.client.post(path, data=typed, headers={"Origin": self.origin}, follow_redirects=True)

    def read(self, path: str) -> Page:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def sign_in(self, email: str, password: str = PASSWORD) -> Response:
        return self.post("/admin/entrar", email=email, password=password)


@dataclass(slots=True)
class Owner:
    """A person with an account, and at a browser elsewhere."""

    person: Person
    browser: Browser


@dataclass(slots=True)
class People:
    """Signed in once for many tests, as that takes long."""

    ana: Owner
    beto: Owner
    carla: Owner


@dataclass(slots=True)
class Stall:
    """A business of Ana's in which Beto sells, each at a till of their own; `browser` is Ana's."""

    shop: Shop
    people: People
    browser: Browser
    ana_till: Till
    beto_till: Till

    @property
    def path(self) -> str:
        return f"/admin/{self.shop.business_id}"

    def read(self, end: str = "") -> Page:
        return self.browser.read(self.path + end)

    @property
    def beto(self) -> Person:
        return self.people.beto.person

    def neighbour(self) -> Stall:
        """Carla's business, where Beto sells too."""
        return open_stall(self.shop.town, self.people, self.people.carla)

    def enrolment(self) -> Values:
        """What Beto's till says to central to be let in."""
        return {"business_id": self.shop.business_id, "device_id": self.beto_till.device_id, "name": "Carro A"}

    def product(self) -> str:
        return self.stored(self.ana_till.product())

    def customer(self, name: str = "Casera Rosa", **details: Any) -> str:
        return self.stored(self.ana_till.customer(name, **details))

    def stored(self, operation: Values) -> str:
        assert self.ana_till.statuses(operation) == ["applied"]
        return str(operation["entity_id"])

    def in_conflict(self, operation: Values) -> None:
        """Whoever did it had not seen what another did before."""
        doer = self.ana_till if operation["actor_id"] == self.ana_till.member_id else self.beto_till
        assert doer.statuses(operation) == ["conflict"]

    def sells(self, *operations: Values) -> None:
        """Beto's till sends what he did."""
        assert set(self.beto_till.statuses(*operations)) == {"applied"}


def people_of(town: Town) -> People:
    return People(*(_owner(town, name) for name in ("Ana", "Beto", "Carla")))


def _owner(town: Town, name: str) -> Owner:
    person, browser = town.sign_up(name), browser_of(town)
    browser.sign_in(person.email)
    return Owner(person, browser)


def browser_of(town: Town) -> Browser:
    return Browser(town.visitor().client)


def open_stall(town: Town, people: People, owner: Owner) -> Stall:
    shop = found_shop(town, owner.person, f"Pollos de {owner.person.name}")
    beto = people.beto.person
    take_on(shop, beto, BusinessUserRole.VENDEDOR)
    return Stall(shop, people, owner.browser, till(shop, owner.person, "Casa"), till(shop, beto, "Carro A"))


def take_on(shop: Shop, person: Person, role: BusinessUserRole) -> None:
    """Somebody who has an account, without an invitation to and fro."""
    with (
        shop.town.database.transaction(shop.uuid) as connection,
        locked_revisions(connection, shop.uuid) as revisions,
    ):
        writer = BusinessWriter(connection, shop.uuid, revisions, shop.town.clock())
        writer.add_member(user_id=person.user_id, name=person.name, role=role)
        record(connection, shop.uuid, revisions, Act("member.joined", {"user_id": person.user_id}), writer.now)


def till(shop: Shop, person: Person, name: str) -> Till:
    """Enrolled by this person at a till of that name."""
    device_id = str(uuid4())
    answer = person.post("/api/devices", business_id=shop.business_id, device_id=device_id, name=name)
    assert answer.is_success, answer.text
    central = TestCentral(shop.town.database, shop.town.database, shop.business_id)
    return Till(central, device_id, shop.member_id(person), person.user_id)
