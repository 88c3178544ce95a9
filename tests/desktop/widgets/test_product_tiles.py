"""The products as buttons: each in its place, within reach of mouse, finger and keyboard."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.theme import Size, TextSize, Tone, figure_size, font
from avileo_pos.desktop.widgets.product_tiles import ProductTile, ProductTiles, Tile, columns_for, two_lines
from tests.desktop.hands import shown

NAMES = ["Pollo entero", "Pechuga", "Pierna con encuentro", "Alitas", "Menudencia", "Huevo pardo", "Pato"]
LEFT = Qt.MouseButton.LeftButton


def test_a_click_chooses_the_product(qtbot: QtBot) -> None:
    tiles, chosen = with_tiles(qtbot)
    QTest.mouseClick(tiles.buttons()[2], LEFT)
    assert chosen == ["Pierna con encuentro"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_the_focused_product_is_chosen_by_key(qtbot: QtBot, key: Qt.Key) -> None:
    tiles, chosen = with_tiles(qtbot)
    tiles.focus_first()
    QTest.keyClick(focused(), key)
    assert chosen == ["Pollo entero"]


def test_a_digit_chooses_one_of_the_first_ten(qtbot: QtBot) -> None:
    tiles, chosen = with_tiles(qtbot)
    tiles.focus_first()
    QTest.keyClicks(focused(), "4")
    QTest.keyClicks(focused(), "9")
    assert chosen == ["Alitas"]


def test_the_arrows_walk_over_the_grid(qtbot: QtBot) -> None:
    tiles, _ = with_tiles(qtbot)
    tiles.resize(4 * (Size.TILE_PREFERRED + 8), 600)
    tiles.focus_first()
    walked = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(focused(), key)
        walked.append(focused().tile.name)
    assert walked == ["Pechuga", "Huevo pardo", "Menudencia", "Pollo entero", "Pollo entero"]


def test_a_new_price_moves_no_product_and_keeps_the_focus(qtbot: QtBot) -> None:
    tiles, _ = with_tiles(qtbot)
    third = tiles.buttons()[2]
    third.setFocus()
    tiles.show_tiles([tile(name, price="10.50") for name in NAMES])
    assert (tiles.buttons()[2], focused(), third.tile.price) == (third, third, Decimal("10.50"))


def test_fewer_products_leave_no_button_behind(qtbot: QtBot) -> None:
    tiles, _ = with_tiles(qtbot)
    tiles.show_tiles([tile("Pato")])
    qtbot.waitUntil(lambda: len(tiles.findChildren(ProductTile)) == 1)


def test_a_tile_says_its_product_price_and_stock_aloud(qtbot: QtBot) -> None:
    tiles, _ = with_tiles(qtbot)
    first = tiles.buttons()[0]
    assert (first.accessibleName(), first.accessibleDescription()) == ("Pollo entero, S/ 9.80 por kg", "Sin stock")


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"),
    [
        (12, 690, 560, 4),  # the usual stall on the usual laptop: wide tiles
        (25, 690, 560, 5),  # as many as spoken of, narrower, still without scrolling
        (25, 1800, 900, 10),  # a big screen
        (60, 690, 560, 5),  # too many: they scroll rather than shrink
        (3, 100, 560, 1),
    ],
)
def test_the_tiles_use_the_room_that_there_is(count: int, width: int, height: int, columns: int) -> None:
    assert columns_for(count, width, height) == columns


def test_a_long_name_breaks_between_words_and_ends_in_dots() -> None:
    metrics = QFontMetrics(font(TextSize.BODY))
    width = metrics.horizontalAdvance("Pierna con xx")
    broken = two_lines("Pierna con encuentro deshuesada y sin piel", metrics, width).split("\n")
    assert (broken[0], broken[1][-1]) == ("Pierna con", "…")
    assert max(metrics.horizontalAdvance(line) for line in broken) <= width


def with_tiles(qtbot: QtBot) -> tuple[ProductTiles, list[object]]:
    tiles = shown(qtbot, ProductTiles())
    chosen: list[object] = []
    tiles.chosen.connect(chosen.append)
    tiles.show_tiles([tile(name) for name in NAMES])
    return tiles, chosen


def tile(name: str, price: str = "9.80") -> Tile:
    return Tile(key=name, name=name, price=Decimal(price), stock="Sin stock", stock_tone=Tone.DANGER)


def focused() -> ProductTile:
    widget = QApplication.focusWidget()
    assert isinstance(widget, ProductTile)
    return widget


def test_a_product_without_a_price_says_so(qtbot: QtBot) -> None:
    tiles, _ = with_tiles(qtbot)
    tiles.show_tiles([tile("Pato", price="0.00")])
    assert tiles.buttons()[0].accessibleName() == "Pato, sin precio"


@pytest.mark.parametrize(("room", "size"), [(200, TextSize.FIGURE), (90, TextSize.TITLE), (1, TextSize.BODY)])
def test_a_figure_without_room_is_drawn_smaller_and_never_too_small_to_read(room: int, size: int) -> None:
    assert figure_size(lambda size: QFontMetrics(font(size)).horizontalAdvance("1,234.50") <= room) == size
