"""The look is legible in the sun and at night, and big enough for wet hands."""

from __future__ import annotations

from dataclasses import asdict, fields
from itertools import product
from string import Template

import pytest
from PySide6.QtGui import QColor, QFontInfo, QPixmap
from PySide6.QtWidgets import QApplication

from avileo_pos.desktop import resources
from avileo_pos.desktop.icons import icon_pixmap
from avileo_pos.desktop.theme import (
    DARK,
    LIGHT,
    THEMES,
    Size,
    TextSize,
    Theme,
    Tone,
    apply_theme,
    font,
    style_sheet,
)

TEXT, FIGURE, OUTLINE = 4.5, 7.0, 3.0
PLAIN_GROUNDS = ("surface", "window", "hover", "pressed")
# Where kilos and prices stand: tiles (also under the pointer), the cart's lines (also the current one), totals, fields.
FIGURE_GROUNDS = ("surface", "window", "hover", "pressed", "good_soft", "danger_soft")
TEXT_PAIRS = [
    *product(("text", "muted"), PLAIN_GROUNDS),
    *product(("danger", "warning"), ("surface", "window", "hover")),
    *product(("text", "muted", "warning"), ("good_soft",)),
    ("on_primary", "primary"),
    ("on_primary", "primary_hover"),
    ("on_primary", "primary_pressed"),
    ("on_danger", "danger"),
    ("on_danger", "danger_hover"),
    ("on_danger", "danger_pressed"),
    *((f"on_{tone}_soft", f"{tone}_soft") for tone in Tone),
    *((f"on_{tone}_soft", "surface") for tone in Tone),
]

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES.keys())


@every_theme
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_words_stand_out_from_their_ground(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(theme.color(ink), theme.color(ground)) >= TEXT


@every_theme
@pytest.mark.parametrize("ground", FIGURE_GROUNDS)
def test_kilos_and_prices_stand_out_in_the_sun(theme: Theme, ground: str) -> None:
    assert contrast(theme.color("text"), theme.color(ground)) >= FIGURE


@every_theme
def test_the_price_on_the_charge_button_stands_out_too(theme: Theme) -> None:
    assert contrast(theme.color("on_primary"), theme.color("primary")) >= FIGURE


@every_theme
@pytest.mark.parametrize(("line", "ground"), [*product(("outline", "focus", "danger"), ("surface", "window"))])
def test_the_edge_of_a_field_and_of_the_focus_can_be_seen(theme: Theme, line: str, ground: str) -> None:
    assert contrast(theme.color(line), theme.color(ground)) >= OUTLINE


def test_letters_and_targets_have_the_sizes_that_the_stall_needs() -> None:
    assert TextSize.TOTAL >= 40
    assert TextSize.FIGURE >= 28
    assert TextSize.BODY >= 16
    assert Size.TARGET >= 44
    assert Size.TILE_HEIGHT >= 72
    assert Size.TILE_NARROWEST >= 72
    assert Size.KEYPAD_KEY >= 64


@every_theme
def test_every_colour_is_one_that_qt_knows(theme: Theme) -> None:
    solid = [field.name for field in fields(Theme) if field.name not in {"name", "scrim"}]
    assert [token for token in solid if not theme.color(token).isValid()] == []


@every_theme
def test_the_style_sheet_uses_tokens_only(theme: Theme) -> None:
    assert "#" not in resources.style_template()
    assert "$" not in style_sheet(theme)


def test_no_colour_is_defined_for_nothing() -> None:
    used = set(Template(resources.style_template()).get_identifiers())
    assert [token for token in asdict(LIGHT) if token not in used] == []


@every_theme
def test_the_pictures_of_the_style_sheet_wear_the_colours_of_the_theme(theme: Theme) -> None:
    folder = resources.style_folder()
    assert f'"{theme.on_primary}"' in (folder / f"check-{theme.name}.svg").read_text(encoding="utf-8")
    assert f'"{theme.text}"' in (folder / f"chevron-down-{theme.name}.svg").read_text(encoding="utf-8")


def test_the_letters_are_the_bundled_ones(qapp: QApplication) -> None:
    assert QFontInfo(font(TextSize.BODY)).family() == "Inter"
    assert QFontInfo(qapp.font()).exactMatch()


def test_changing_the_theme_changes_the_icons(qapp: QApplication) -> None:
    light = inks(icon_pixmap("egg", "text", 24, 1.0))
    apply_theme(qapp, "dark")
    dark = inks(icon_pixmap("egg", "text", 24, 1.0))
    apply_theme(qapp, "light")
    assert (light, dark) == ({LIGHT.text}, {DARK.text})


def test_an_icon_is_sharp_on_a_fine_screen() -> None:
    pixmap = icon_pixmap("egg", "text", 20, 1.5)
    assert (pixmap.width(), pixmap.deviceIndependentSize().width()) == (30, 20)


# --- Measuring -------------------------------------------------------------------------------------------------------


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2: 1 for the same colour, 21 for black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def inks(pixmap: QPixmap) -> set[str]:
    """The colours that cover a pixel wholly."""
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x, y in product(range(image.width()), range(image.height())))
    return {color.name().upper() for color in pixels if color.alpha() == 255}


def luminance(color: QColor) -> float:
    red, green, blue = (linear(part) for part in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
