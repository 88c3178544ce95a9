"""Where the till's own safety and its end are told and asked for: screens look at it, the program serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from avileo_pos.replica.copies import Copy
from avileo_pos.replica.handover import Carried
from avileo_pos.replica.keeping import Elsewhere, Room, SafetyState

__all__ = [
    "Carried",
    "CarryOperations",
    "Copy",
    "Elsewhere",
    "RemoveTill",
    "Room",
    "SafetyDesk",
    "SafetyState",
    "SignOut",
]


@dataclass(frozen=True, slots=True)
class CarryOperations:
    """What waits goes into a file, or comes `inward` from one. `then` is given how many operations that were."""

    file: str
    passphrase: str
    inward: bool
    then: Callable[[Carried], None]
    failed: Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class SignOut:
    """Whoever works here goes for good. `done` is called when they have, `failed` when they could not."""

    done: Callable[[], None]
    failed: Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class RemoveTill:
    """The till goes from this computer. `exported` are the ids of what an export holds; the rest as in SignOut."""

    exported: frozenset[str]
    done: Callable[[], None]
    failed: Callable[[Exception], None]


class SafetyDesk(QObject):
    """Lives with the window, in the GUI thread. `second_place` is the chosen folder, empty for none."""

    changed = Signal(object)  # SafetyState
    copy_asked = Signal()
    place_chosen = Signal(str)
    return_asked = Signal(object)  # Copy
    carry_asked = Signal(object)  # CarryOperations
    sign_out_asked = Signal(object)  # SignOut
    removal_asked = Signal(object)  # RemoveTill

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = SafetyState()
        self.second_place = ""

    def show_state(self, state: SafetyState) -> None:
        self.state = state
        self.changed.emit(state)

    def choose_place(self, folder: str) -> None:
        self.second_place = folder
        self.place_chosen.emit(folder)
