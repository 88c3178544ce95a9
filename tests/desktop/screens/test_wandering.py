"""Whatever is pressed, in whatever order, the program goes on, and what it wrote down is whole.

More of it: `AVILEO_WANDERINGS=200 pytest tests/desktop/screens/test_wandering.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from avileo_pos.replica.database import Replica
from tests.desktop.screens.conftest import Enter
from tests.desktop.shop import JOSE, PEPA, ROSA, Shop
from tests.desktop.wanderer import Wanderer

STEPS = 200
WANDERINGS = int(os.environ.get("AVILEO_WANDERINGS", "4"))


@pytest.mark.parametrize("seed", range(WANDERINGS))
def test_whatever_is_pressed_the_program_goes_on(
    enter: Enter, shop: Shop, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: None
) -> None:
    """An error that nobody has foreseen fails the test by itself (pytest-qt), as does a warning of Qt."""
    chance = Random(seed)
    places = ("", str(tmp_path / "lo que espera.avileo"), "/nowhere/x")
    for dialog in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, dialog, lambda *_: (chance.choice(places), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chance.choice(("", str(tmp_path), "/nowhere")))
    person = chance.choice((PEPA, ROSA, ROSA, JOSE))
    if chance.random() < 0.8:
        shop.open_drawer(person)
    for done in Wanderer(enter(person), shop, chance).wander(STEPS):
        print(done)  # noqa: T201 - pytest shows it of a test that failed
    assert shop.troubles == []
    assert shop.lane.run(_not_whole) == []


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """A browser that takes what is sent to WhatsApp."""
    browser = _Browser()
    QDesktopServices.setUrlHandler("https", browser, "take")
    yield
    QDesktopServices.unsetUrlHandler("https")


class _Browser(QObject):
    @Slot(QUrl)
    def take(self, _address: QUrl) -> None:
        pass


def _not_whole(replica: Replica) -> list[object]:
    """The sales that their lines, their payments or the queue tell otherwise."""
    with replica.reading() as db:
        found = db.exec_driver_sql("""
            SELECT id, receipt_number FROM sales s
            WHERE total_amount <> (SELECT sum(subtotal) FROM sale_items WHERE sale_id = s.id)
              OR amount_paid <> (SELECT coalesce(sum(amount), 0) FROM sale_payments WHERE sale_id = s.id)
              OR 1 <> (SELECT count(DISTINCT sha256) FROM sync_queue q
                       WHERE q.entity_id = s.id AND q.operation_type = 'create')
            """)
        return list(found)
