"""The look: colours, sizes and type, each decided once, turned into Qt's palette and style sheet."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from avileo_pos.desktop import resources

FONT_FAMILY = "Inter"


class TextSize(IntEnum):
    """Height of the letters, in logical pixels."""

    KEY_HINT = 14
    BODY = 16
    TITLE = 20
    FIGURE = 28
    TOTAL = 44


# A figure of unusual length is drawn smaller rather than cut.
_FIGURE_SIZES = (TextSize.FIGURE, 24, TextSize.TITLE, TextSize.BODY)


class Space(IntEnum):
    """Room between and inside things, in logical pixels."""

    TIGHT = 4
    SMALL = 8
    MEDIUM = 12
    LARGE = 16
    WIDE = 24


class Size(IntEnum):
    """What a wet finger must hit and the eye must find, in logical pixels."""

    RADIUS = 8
    ICON = 20
    TARGET = 44
    TAB_SCROLLER = 88  # two buttons
    FIGURE_FIELD = 56
    KEYPAD_KEY = 64
    TILE_HEIGHT = 108
    TILE_NARROWEST = 128
    TILE_PREFERRED = 164
    NAVIGATION_WIDTH = 208
    NAVIGATION_NARROW = 72


class Tone(StrEnum):
    """What a notice or a state means; always shown together with an icon and a word."""

    NEUTRAL = "neutral"
    GOOD = "good"
    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they are for. `on_x` is what is written upon `x`; `x_soft` is a tinted ground."""

    name: str
    window: str
    surface: str
    hover: str
    pressed: str
    border: str
    outline: str
    focus: str
    scrim: str
    text: str
    muted: str
    disabled: str
    primary: str
    primary_hover: str
    primary_pressed: str
    on_primary: str
    danger: str
    danger_hover: str
    danger_pressed: str
    on_danger: str
    warning: str
    neutral_soft: str
    on_neutral_soft: str
    good_soft: str
    on_good_soft: str
    info_soft: str
    on_info_soft: str
    warning_soft: str
    on_warning_soft: str
    danger_soft: str
    on_danger_soft: str

    def color(self, token: str) -> QColor:
        """Raises AttributeError for a token that is not a colour of the theme."""
        return QColor(getattr(self, token))

    def ground(self, tone: Tone) -> QColor:
        return self.color(f"{tone}_soft")

    def ink(self, tone: Tone) -> QColor:
        """What is written upon the ground of the same tone."""
        return self.color(ink_token(tone))


LIGHT = Theme(
    name="light",
    window="#F1F3F5",
    surface="#FFFFFF",
    hover="#EDF5F3",
    pressed="#DCEBE7",
    border="#CBD2DA",
    outline="#717C8B",
    focus="#0B5F50",
    scrim="rgba(11, 18, 32, 0.55)",
    text="#0B1220",
    muted="#434D5C",
    disabled="#717C8B",
    primary="#0B5F50",
    primary_hover="#0A5346",
    primary_pressed="#08443A",
    on_primary="#FFFFFF",
    danger="#A01B12",
    danger_hover="#8C150D",
    danger_pressed="#740F08",
    on_danger="#FFFFFF",
    warning="#7A4E00",
    neutral_soft="#E6E9ED",
    on_neutral_soft="#2B3442",
    good_soft="#DDF0EB",
    on_good_soft="#07483C",
    info_soft="#E1EDFA",
    on_info_soft="#123F6D",
    warning_soft="#FFF0CC",
    on_warning_soft="#6B4300",
    danger_soft="#FDE7E4",
    on_danger_soft="#8A150D",
)

DARK = Theme(
    name="dark",
    window="#11161C",
    surface="#1B222B",
    hover="#243039",
    pressed="#2D3C46",
    border="#37424F",
    outline="#7C8998",
    focus="#3CC7A8",
    scrim="rgba(0, 0, 0, 0.65)",
    text="#F3F6F8",
    muted="#B4BFCB",
    disabled="#7C8998",
    primary="#3CC7A8",
    primary_hover="#58D3B8",
    primary_pressed="#2FB093",
    on_primary="#06231D",
    danger="#FFA69A",
    danger_hover="#FFB9B0",
    danger_pressed="#F08F82",
    on_danger="#3A0B06",
    warning="#FFD27A",
    neutral_soft="#2C3641",
    on_neutral_soft="#D8E0E8",
    good_soft="#123B34",
    on_good_soft="#9BEBD8",
    info_soft="#16324F",
    on_info_soft="#B3D7FF",
    warning_soft="#3D2E0C",
    on_warning_soft="#FFD98F",
    danger_soft="#471A16",
    on_danger_soft="#FFC0B7",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

_current = LIGHT


def current_theme() -> Theme:
    return _current


def apply_theme(app: QApplication, name: str = LIGHT.name) -> None:
    """Dresses the whole program; open windows follow. Raises KeyError for an unknown name."""
    global _current
    _current = THEMES[name]
    _load_fonts()
    app.setStyle("Fusion")
    app.setFont(font(TextSize.BODY))
    app.setPalette(_palette(_current))
    app.setStyleSheet(style_sheet(_current))


def style_sheet(theme: Theme) -> str:
    sizes = {
        f"{kind.__name__.lower()}_{size.name.lower()}": size.value for kind in (TextSize, Space, Size) for size in kind
    }
    folder = resources.style_folder().as_posix()
    template = Template(resources.style_template())
    return template.substitute(asdict(theme), **sizes, font_family=FONT_FAMILY, style_folder=folder)


def font(size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Inter with digits of one width, so that columns of figures stand straight; `size` in logical pixels."""
    chosen = QFont(FONT_FAMILY)
    chosen.setPixelSize(size)
    chosen.setWeight(weight)
    chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def figure_size(fits: Callable[[int], bool]) -> int:
    """The biggest height of a figure's letters at which it `fits`; the smallest legible one if it never does."""
    return next((size for size in _FIGURE_SIZES if fits(size)), _FIGURE_SIZES[-1])


def ink_token(tone: Tone) -> str:
    return f"on_{tone}_soft"


def set_style(widget: QWidget, **properties: object) -> None:
    """Gives a widget the properties that the style sheet asks for, and dresses it anew where one is another."""
    changed = {name: value for name, value in properties.items() if widget.property(name) != value}
    if not changed:
        return
    for name, value in changed.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _load_fonts() -> None:
    if FONT_FAMILY not in QFontDatabase.families():
        for file in resources.font_files():
            QFontDatabase.addApplicationFont(str(file))


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for color_role, color in {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_primary,
        role.Highlight: theme.primary,
        role.HighlightedText: theme.on_primary,
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Link: theme.primary,
    }.items():
        palette.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(theme.disabled))
    return palette
