"""The stall of tests/desktop/shop.py, open for the test that asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.domain.permissions import Actor
from tests.desktop.hands import shown
from tests.desktop.shop import ROSA, Shop, furnish

Enter = Callable[..., MainWindow]


@pytest.fixture(scope="session")
def furnished_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shop") / "replica.sqlite"
    furnish(file)
    return file


@pytest.fixture
def shop(furnished_shop: Path, tmp_path: Path, no_thread_left_behind: None) -> Iterator[Shop]:
    """As it was this morning."""
    opened = Shop(Path(shutil.copy(furnished_shop, tmp_path / "replica.sqlite")))
    yield opened
    opened.close()


@pytest.fixture
def enter(shop: Shop, qtbot: QtBot) -> Enter:
    """The window with a person in it, at the screen of that key."""

    def go_in(person: Actor = ROSA, key: str = "") -> MainWindow:
        window = MainWindow(SignInPage())
        window.resize(1366, 768)
        shown(qtbot, window)
        window.enter(shop.till(person, window))
        if key:
            window.open_screen(key)
        shop.settle()
        return window

    return go_in
