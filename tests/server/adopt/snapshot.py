"""A new till of an adopted business: everything that central sends it goes into a real replica's file."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.protocol.words import PullPage
from avileo_pos.replica.apply_pull import PagePieces
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import TillIdentity, enrol
from avileo_pos.replica.transaction import reads, writes
from avileo_pos.server.collect_pull import Caller, collect_pull
from tests.postgres import served
from tests.server.adopt.old_database import OldShop
from tests.server.sync_central import NOW


def taken_by_a_till(shop: OldShop, business: str, user: str, folder: Path) -> dict[str, int]:
    """How many rows of each collection the till has after this person's first pull."""
    device = uuid4()
    caller, cursor = Caller(UUID(business), device, user), None
    with served(shop.url) as database, Replica.open(folder / f"{device}.db") as replica:
        writes(enrol, TillIdentity(UUID(business), device, "Caja 1", "A1"), NOW)(replica)
        while True:
            page = msgspec.json.decode(collect_pull(database, caller, cursor, 5_000, NOW), type=PullPage)
            for piece in PagePieces().of(page):
                piece(replica)
            if page.complete:
                break
            cursor = page.cursor
        return {
            name: int(reads(lambda db, name=name: db.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar())(replica))
            for name in COLLECTIONS
        }


def held_by_central(shop: OldShop, business: str) -> dict[str, int]:
    return {
        name: shop.value(
            f"SELECT count(*) FROM {name} WHERE {'id' if name == 'businesses' else 'business_id'} = %s", business
        )
        for name in COLLECTIONS
    }
