"""What every screen is: a title, who may open it, and the tables whose changes make it refresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.till import Till
from avileo_pos.domain.permissions import Actor, Permission


class Screen(QWidget):
    """A subclass builds its form in `__init__` and reads what it shows in `refresh`.

    A hidden screen does not refresh; it does so when it is shown again.
    """

    KEY: ClassVar[str]
    TITLE: ClassVar[str]
    ICON: ClassVar[str]
    NEEDS: ClassVar[Permission | None] = None
    SHOWS: ClassVar[frozenset[str]] = frozenset()
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = ()  # each key, and what it does: F1 tells them

    def __init__(self, till: Till, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.till = till
        self._is_stale = True
        self.setAccessibleName(self.TITLE)
        till.news.changed.connect(self._on_changed)

    @classmethod
    def is_for(cls, till: Till) -> bool:
        """Whether this person, in this business, has a use for the screen."""
        return cls.NEEDS is None or till.person.may(cls.NEEDS)

    def refresh(self) -> None:
        """Read again what is shown."""
        raise NotImplementedError

    def focus_start(self) -> None:
        """Put the focus where the hand begins. No focus proxy does this: Tab would skip all that stands before it."""
        raise NotImplementedError

    def allowed(self, permission: Permission, why: str, then: Callable[[Actor], None]) -> None:
        """Who has the permission goes on at once, anybody else by an admin's PIN."""
        if self.till.person.may(permission):
            then(self.till.person)
        else:
            self.till.host.ask_approval(permission, why, then)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._is_stale = False
            self.refresh()

    def _on_changed(self, tables: frozenset[str]) -> None:
        if not tables & self.SHOWS:
            return
        if self.isVisible():
            self.refresh()
        else:
            self._is_stale = True
