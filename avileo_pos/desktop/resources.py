"""Finds the files that travel inside the package: fonts, icons, style and Qt's own Spanish."""

from pathlib import Path

_ROOT = Path(__file__).parents[1] / "resources"


def font_files() -> list[Path]:
    return sorted((_ROOT / "fonts").glob("*.ttf"))


def icon_svg(name: str) -> str:
    """A Lucide drawing whose strokes are `currentColor`. Raises FileNotFoundError for an icon not bundled."""
    return (_ROOT / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def style_template() -> str:
    return (style_folder() / "app.qss.template").read_text(encoding="utf-8")


def style_folder() -> Path:
    """Where the style sheet finds the few pictures that Qt takes from files only, one per theme."""
    return _ROOT / "style"


def qt_translation_file() -> Path:
    return _ROOT / "translations" / "qtbase_es.qm"
