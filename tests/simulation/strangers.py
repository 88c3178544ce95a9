"""Requests that reach for what is another business's: I16 asks that none of them does any harm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import msgspec

from avileo_pos.tables.base import instant_text
from tests.simulation.ledger import Done, Meaning
from tests.simulation.shop import BUSINESS, NEIGHBOUR, STRANGER, customer_id
from tests.simulation.tills import SimulatedTill


def hostile_request(till: SimulatedTill, kind: str) -> tuple[httpx.Request, Done | None]:
    """What nobody's program would send, in the name of the person at this till, and what it rightly does."""
    match kind:
        case "push":
            return _push(till, NEIGHBOUR, _patch(till, STRANGER.member_id)), None
        case "patch":
            return _push(till, BUSINESS, _patch(till, till.member_id)), None
        case "abono":
            operation = _abono(till)
            return _push(till, BUSINESS, operation), _as_done(till, operation)
    asked = {"business_id": str(NEIGHBOUR), "device_id": str(STRANGER.device_id), "limit": "100"}
    return httpx.Request("GET", f"http://central/api/sync/{kind}", params=asked, headers=_headers(till)), None


def _push(till: SimulatedTill, business_id: UUID, operation: dict[str, Any]) -> httpx.Request:
    device_id = till.value("SELECT device_id FROM till_identity")
    body = {"device_id": device_id, "business_id": str(business_id), "operations": [operation]}
    content = msgspec.json.encode(body | {"client_time": instant_text(till.clock())})
    return httpx.Request("POST", "http://central/api/sync/push", headers=_headers(till), content=content)


def _patch(till: SimulatedTill, actor: UUID) -> dict[str, Any]:
    changes = {"name": {"was": "Rosa", "now": "De otro"}}
    return _operation(till, actor, "update", "customers", str(customer_id("Rosa", NEIGHBOUR)), changes)


def _abono(till: SimulatedTill) -> dict[str, Any]:
    """Money for a customer of the neighbour's: a fact is stored, but in the own business, with a stand-in."""
    now = instant_text(till.clock())
    data = {
        "client_id": str(customer_id("Rosa", NEIGHBOUR)),
        "device_id": till.value("SELECT device_id FROM till_identity"),
        "receipt_number": "Z9-000001",
        "amount": 100,
        "payment_method": "yape",
        "balance_before": 0,
        "business_date": now[:10],
        "created_at": now,
        "abono_payments": [{"id": str(till.new_id()), "method": "yape", "amount": 100}],
    }
    return _operation(till, till.member_id, "create", "abonos", str(till.new_id()), data)


def _operation(
    till: SimulatedTill, actor: UUID, operation_type: str, collection: str, entity: str, data: object
) -> dict[str, Any]:
    return {
        "id": str(till.new_id()),
        "seq": 1_000_000 + till.new_id().int % 1_000_000,
        "operation_type": operation_type,
        "collection": collection,
        "entity_id": entity,
        "schema": 1,
        "actor_id": str(actor),
        "created_at": instant_text(till.clock()),
        "data": data,
    }


def _headers(till: SimulatedTill) -> dict[str, str]:
    return {"authorization": f"Bearer {till.user_id}"}


def _as_done(till: SimulatedTill, operation: dict[str, Any]) -> Done:
    return Done(
        operation["id"],
        "somebody",
        operation["seq"],
        "create",
        "abonos",
        operation["entity_id"],
        operation["data"],
        (),
        till.clock(),
        Meaning(operation["data"]["client_id"], -operation["data"]["amount"]),
    )
