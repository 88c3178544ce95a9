"""What people and central call things is shown as it was typed, however much it looks like HTML or names a key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import literal, update

from avileo_pos.desktop.till import Host, Till
from avileo_pos.domain.permissions import Actor
from avileo_pos.replica.database import Replica
from avileo_pos.tables import shared
from tests.desktop.hands import shown
from tests.desktop.screens.reading import misread, read_on
from tests.desktop.screens.tour import LONG_NAME, tour
from tests.desktop.shop import BUSINESS, DEVICE_NAME, JOSE, PEPA, Shop

BEFORE, AFTER = "<b>", "</b> &Cía"
NAMED = (
    shared.products.c.name,
    shared.envases.c.name,
    shared.customers.c.name,
    shared.business_users.c.name,
    shared.distribuciones.c.punto_venta,
)


def marked(name: str) -> str:
    return f"{BEFORE}{name}{AFTER}"


class MarkedTill:
    """The shop whose people, goods, business and till all have such names."""

    def __init__(self, shop: Shop) -> None:
        self._till_of = shop.till

    def __call__(self, person: Actor, host: Host) -> Till:
        till = self._till_of(replace(person, name=marked(person.name)), host)
        return replace(till, business=replace(BUSINESS, name=marked(BUSINESS.name)), device_name=marked(DEVICE_NAME))


@pytest.fixture
def marked_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop.lane.run(_mark_all)
    monkeypatch.setattr(shop, "till", MarkedTill(shop))
    return shop


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_every_name_is_shown_as_it_was_typed(qtbot: QtBot, marked_shop: Shop) -> None:
    otherwise, read = {}, set()
    for stop, window in tour(qtbot, marked_shop, 1366, 768):
        otherwise[stop] = misread(window)
        read.update(read_on(window))
    assert {stop: words for stop, words in otherwise.items() if words} == {}
    typed = [marked(name) for name in (PEPA.name, JOSE.name, "Pollo entero", BUSINESS.name, DEVICE_NAME)]
    assert [name for name in (*typed, LONG_NAME) if not any(name in text for text in read)] == []


# --- Whoever looks must be able to find something ---------------------------------------------------------------------


def test_a_key_in_a_word_is_noticed(qtbot: QtBot) -> None:
    window = QWidget()
    QPushButton("Pérez && Cía &Hijos", window)
    shown(qtbot, window)
    assert misread(window) == ["Pérez && Cía &Hijos"]


def _mark_all(replica: Replica) -> None:
    with replica.writing() as connection:
        for column in NAMED:
            connection.execute(update(column.table).values({column: literal(BEFORE) + column + literal(AFTER)}))
