"""The audit chain: who did what from which device, and that nobody can change it unseen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection

from avileo_pos.server.business.audit import Act, flaws_of_chain, record
from avileo_pos.server.postgres.revisions import locked_revisions
from tests.server.sync_central import NOW, TestCentral


@pytest.fixture
def history(central: TestCentral, pollo: str, rosa: str) -> TestCentral:
    """Two cards, a sale, an edit, and an act of central's own: entries 2 to 6, after the founding."""
    central.beto.push(central.beto.sale([pollo], rosa, paid=0))
    central.ana.push(central.ana.patch("customers", rosa, name=("Rosa", "Rosita")))
    act(central, "device.renamed", {"name": "Caja 2"})
    return central


def act(central: TestCentral, action: str, details: Mapping[str, Any]) -> None:
    def work(connection: Connection) -> None:
        with locked_revisions(connection, business_id) as revisions:
            record(connection, business_id, revisions, Act(action, details, central.users["Ana"]), NOW)

    business_id = UUID(central.business_id)
    central.database.in_transaction(work, business_id)


def flaws(central: TestCentral) -> list[str]:
    with central.owner.transaction() as connection:
        return list(flaws_of_chain(connection, UUID(central.business_id)))


def test_a_push_stands_in_the_chain_with_its_person_and_its_device(history: TestCentral) -> None:
    asked = "SELECT number, action, user_id, device_id::text, at FROM audit_entries ORDER BY number"
    ana, beto = history.users["Ana"], history.users["Beto"]
    at = NOW.astimezone(UTC).replace(tzinfo=None)
    assert history.rows(asked) == [
        (1, "business.founded", None, None, at),
        (2, "push", ana, history.ana.device_id, at),
        (3, "push", ana, history.ana.device_id, at),
        (4, "push", beto, history.beto.device_id, at),
        (5, "push", ana, history.ana.device_id, at),
        (6, "device.renamed", ana, None, at),
    ]
    assert flaws(history) == []


def test_what_was_answered_before_is_not_told_again(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    for _ in range(3):
        central.beto.push(sale)
    central.beto.push()
    assert central.value("SELECT count(*) FROM audit_entries") == 3
    assert flaws(central) == []


def test_a_refused_operation_and_an_impostor_stand_in_the_chain_too(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    impostor = central.beto.sale([pollo]) | {"id": sale["id"]}
    central.beto.push(sale, impostor, impostor, central.beto.product())
    [details] = central.rows("SELECT details FROM audit_entries WHERE number = 3")
    assert msgspec.json.decode(details[0])["operations"] == 3
    assert flaws(central) == []


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("UPDATE audit_entries SET user_id = 'somebody else' WHERE number = 4", ["Entry 4 was changed."]),
        ("UPDATE audit_entries SET at = at - interval '1 day' WHERE number = 2", ["Entry 2 was changed."]),
        ("UPDATE audit_entries SET details = '{}' WHERE number = 6", ["Entry 6 was changed."]),
        ("DELETE FROM audit_entries WHERE number = 3", ["Entry 3 is missing."]),
        (
            "DELETE FROM audit_entries WHERE number = 6",
            ["The chain ends with entry 5, which is not the last one that was written."],
        ),
        (
            "UPDATE sync_operations SET actor_id = entity_id WHERE audit_number = 4",
            ["The receipts for which entry 4 vouches were changed."],
        ),
        (
            "UPDATE audit_entries SET previous = hash, hash = previous WHERE number = 3",
            [
                "Entry 3 does not follow from the one before it.",
                "Entry 3 was changed.",
                "Entry 4 does not follow from the one before it.",
            ],
        ),
    ],
)
def test_what_is_changed_behind_centrals_back_is_told(history: TestCentral, done: str, told: list[str]) -> None:
    history.run(done)
    assert flaws(history) == told


def test_a_push_whose_receipts_are_gone_is_told(history: TestCentral) -> None:
    history.run("DELETE FROM sync_operations WHERE audit_number <> 3")
    assert flaws(history) == [f"The receipts for which entry {number} vouches are gone." for number in (2, 4, 5)]


def test_an_act_that_is_taken_back_leaves_no_entry(history: TestCentral) -> None:
    business_id = UUID(history.business_id)
    with history.database.engine.connect() as connection, connection.begin() as undone:
        connection.exec_driver_sql(f"SET LOCAL app.business_id = '{business_id}'")
        with locked_revisions(connection, business_id) as revisions:
            record(connection, business_id, revisions, Act("device.renamed", {}), NOW)
        undone.rollback()
    act(history, "device.revoked", {"at": datetime(2026, 11, 22, tzinfo=UTC)})
    assert history.rows("SELECT number, action FROM audit_entries ORDER BY number DESC LIMIT 2") == [
        (7, "device.revoked"),
        (6, "device.renamed"),
    ]
    assert flaws(history) == []


def test_nothing_is_changed_of_which_the_chain_does_not_tell(central: TestCentral) -> None:
    def change(connection: Connection) -> None:
        with locked_revisions(connection, UUID(central.business_id)) as revisions:
            revisions.take()

    with pytest.raises(RuntimeError, match="audit chain"):
        central.database.in_transaction(change, UUID(central.business_id))
