"""A page as a person reads it: its words, its tables, its forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_WITHOUT_END: Final = {"meta", "link", "input", "br"}
_PAUSES: Final = {"p", "li", "div", "h1", "h2", "dt", "dd", "td", "th", "button", "a", "label", "span"}


@dataclass(slots=True)
class Form:
    """Where it sends what was typed, and the fields with what stands in them."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """`text` with one blank between words, `rows` of all tables by their cells' text, links by their text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.open: list[str] = []
        self._words: list[str] = []
        self._cell: list[str] | None = None
        self._link: tuple[str, list[str]] | None = None
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    @property
    def text(self) -> str:
        return _joined(self._words)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag not in _WITHOUT_END:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self._cell = []
        elif tag == "a":
            self._link = said["href"], []
        elif tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get")))
        elif tag == "input" and "name" in said:
            self.forms[-1].fields[said["name"]] = said.get("value", "")
        self._pause(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes what it opened"
        if tag in {"td", "th"} and self._cell is not None:
            self.rows[-1].append(_joined(self._cell))
            self._cell = None
        elif tag == "a" and self._link is not None:
            self.links[_joined(self._link[1])] = self._link[0]
            self._link = None
        self._pause(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "title":
            self._say(data)

    def _pause(self, tag: str) -> None:
        if tag in _PAUSES:
            self._say(" ")

    def _say(self, data: str) -> None:
        self._words.append(data)
        if self._cell is not None:
            self._cell.append(data)
        if self._link is not None:
            self._link[1].append(data)


def _joined(parts: Sequence[str]) -> str:
    return " ".join("".join(parts).split())
