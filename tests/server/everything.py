"""A business in which everything has happened once, so that no table of it is empty."""

from __future__ import annotations

from collections.abc import Mapping

from tests.server.sync_central import Till, new_id


def everything_happens(ana: Till) -> None:
    product, customer, session = ana.product(), ana.customer(), ana.cash_session()
    vendor = ana.distribucion(ana.member_id)
    sale = ana.sale([product["entity_id"]], customer["entity_id"], cash_session_id=session["entity_id"])
    moved = {"cash_session_id": session["entity_id"], "kind": "gasto", "amount": 500, "reason": "hielo"}
    when = {"created_at": sale["created_at"], "business_date": sale["data"]["business_date"]}
    ana.push(
        *(product, customer, session, vendor, sale),
        ana.operation("create", "envases", new_id(), {"name": "Jaba", "tara": 1900, "is_active": 1, **stamps(product)}),
        ana.load(vendor["entity_id"], 50_000),
        ana.operation("create", "cash_movements", new_id(), moved | when),
        ana.abono(customer["entity_id"], 500),
        ana.stock(product["entity_id"], 9_000),
        ana.patch("customers", customer["entity_id"], name=("Otra", "Rosita")),
        ana.sale([product["entity_id"]], new_id()),
    )


def stamps(operation: Mapping[str, object]) -> dict[str, object]:
    return dict.fromkeys(("created_at", "updated_at"), operation["created_at"])
