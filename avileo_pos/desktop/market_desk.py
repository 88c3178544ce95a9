"""Where sharing without internet is told and asked for: screens look at it, the program serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from avileo_pos.sync.neighbours import Neighbour

__all__ = ["JoinBranch", "MarketDesk", "MarketState", "Neighbour", "ShareBranch", "Whereabouts"]


class Whereabouts(Enum):
    """With whom this till shares. HOME: central. HOST: the tills that join it. GUEST: the till that it has joined."""

    HOME = auto()
    HOST = auto()
    GUEST = auto()


@dataclass(frozen=True, slots=True)
class MarketState:
    """`code` and `addresses` are what a host tells the others, `name` is whom a guest has joined.

    `keeps` says that this till holds what others sent to it, and central may not have all of that yet.
    """

    where: Whereabouts = Whereabouts.HOME
    code: str = ""
    addresses: tuple[str, ...] = ()
    name: str = ""
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class ShareBranch:
    """Let others join this till."""

    then: Callable[[], None]
    failed: Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class JoinBranch:
    """Join the till at `address`, as a person types it, by its `code`."""

    name: str
    address: str
    code: str
    then: Callable[[], None]
    failed: Callable[[Exception], None]


class MarketDesk(QObject):
    """Lives with the window, in the GUI thread."""

    changed = Signal(object)  # MarketState
    share_asked = Signal(object)  # ShareBranch
    look_asked = Signal()  # who shares on the network?
    found = Signal(object)  # tuple[Neighbour, ...]: the answer
    join_asked = Signal(object)  # JoinBranch
    leave_asked = Signal()  # a guest turns home; a host shares no more

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = MarketState()

    def show_state(self, state: MarketState) -> None:
        self.state = state
        self.changed.emit(state)
