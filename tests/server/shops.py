"""A business in the town with its owner and the people whom they took on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from avileo_pos.server.business.audit import flaws_of_chain
from avileo_pos.tables.server import audit_entries
from tests.server.town import PASSWORD, Person, Town


@dataclass(slots=True)
class Shop:
    """A business whose admin is `owner`."""

    town: Town
    owner: Person
    business_id: str
    handed: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/api/businesses/{self.business_id}"

    @property
    def uuid(self) -> UUID:
        return UUID(self.business_id)

    @property
    def members(self) -> str:
        return f"{self.path}/members"

    def take_on(self, name: str, **details: Any) -> Person:
        """A member with a new account, who has a one-time password and has not come in yet."""
        person = self.town.visitor(name)
        answer = self.owner.post(self.members, email=person.email, name=name, **details)
        assert answer.status_code == 201, answer.text
        self.handed[person.email] = answer.json()["one_time_password"]
        return person

    def settle(self, person: Person) -> Person:
        """Who was taken on comes in and sets the usual password; returned is that person at another till."""
        handed = self.handed[person.email]
        person.sign_in(handed)
        person.post("/api/auth/change-password", currentPassword=handed, newPassword=PASSWORD)
        elsewhere = self.town.visitor(person.name, person.email)
        elsewhere.sign_in()
        return elsewhere

    def card(self, person: Person) -> dict[str, Any]:
        """How the owner sees a member."""
        return next(each for each in self.owner.get(self.members).json() if each["email"] == person.email)

    def member_id(self, person: Person) -> str:
        return str(self.card(person)["id"])

    def acts(self) -> Sequence[Row[Any]]:
        """The business's audit chain, which must be sound."""
        with self.town.database.transaction(self.uuid) as connection:
            assert list(flaws_of_chain(connection, self.uuid)) == []
            return connection.execute(select(audit_entries).order_by(audit_entries.c.number)).all()


def open_shop(town: Town, name: str = "Pollos Rosita") -> Shop:
    return found_shop(town, town.sign_up("Ana"), name)


def found_shop(town: Town, owner: Person, name: str) -> Shop:
    answer = owner.post("/api/businesses", name=name)
    assert answer.status_code == 201, answer.text
    return Shop(town, owner, answer.json()["id"])
