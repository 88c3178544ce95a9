"""Rosa at her till, with the hands of a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.desktop.screens.sale.cashier import Cashier, sit_down
from tests.desktop.shop import Shop


@pytest.fixture
def rosa(qtbot: QtBot, shop: Shop) -> Iterator[Cashier]:
    """Her drawer is open, and nothing is in the cart."""
    cashier = sit_down(qtbot, shop)
    cashier.open_drawer()
    yield cashier
    cashier.leave()


@pytest.fixture
def rosa_at_dawn(qtbot: QtBot, shop: Shop) -> Iterator[Cashier]:
    """She has not opened her drawer yet."""
    cashier = sit_down(qtbot, shop)
    yield cashier
    cashier.leave()
