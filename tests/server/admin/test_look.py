"""The pages have the till's colours."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from avileo_pos.desktop.theme import DARK, LIGHT, Theme
from avileo_pos.server.admin.pages import STATIC_FILES


@pytest.mark.parametrize(("place", "theme"), [(0, LIGHT), (1, DARK)], ids=("light", "dark"))
def test_every_colour_is_the_tills(place: int, theme: Theme) -> None:
    named = re.findall(r":root \{(.*?)\}", STATIC_FILES["admin.css"].decode(), re.DOTALL)[place]
    colours = {name.replace("-", "_"): colour for name, colour in re.findall(r"--([\w-]+): (#\w+);", named)}
    assert len(colours) > 20
    assert colours == {name: colour for name, colour in asdict(theme).items() if name in colours}


def test_no_colour_is_written_but_by_its_name() -> None:
    rules = re.sub(r":root \{.*?\}", "", STATIC_FILES["admin.css"].decode(), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", rules) == []
