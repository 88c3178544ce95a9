"""One business open on a till: when somebody may come in."""

from __future__ import annotations

from pathlib import Path

from avileo_pos.desktop.shop import Shop
from avileo_pos.replica.database import Replica
from avileo_pos.replica.transaction import writes
from avileo_pos.sync.token_store import TokenStore
from tests.desktop.shop import BUSINESS, Clock, furnish

NOWHERE = "http://127.0.0.1:1"


def test_nobody_is_let_in_before_the_whole_catalog_has_come(qapp: object, tmp_path: Path) -> None:
    """A new till receives table by table: the business is there before its prices and people."""
    furnish(tmp_path / "replica.sqlite")
    replica = Replica.open(tmp_path / "replica.sqlite", clock=Clock())
    shop = Shop(replica, BUSINESS.id, NOWHERE, TokenStore(NOWHERE, BUSINESS.id), show_problem)
    before = shop.place_if_ready()
    shop.lane.run(writes(lambda db: db.exec_driver_sql("UPDATE sync_state SET catalog_ready = 1")))
    after = shop.place_if_ready()
    shop.close()
    assert before is None
    assert after is not None
    assert after.business == BUSINESS


def show_problem(trouble: Exception) -> None:
    raise trouble
