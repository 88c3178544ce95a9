"""One business open on this till: its replica with the lane, and its synchronisation with central."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject

from avileo_pos.desktop.background.keeper import Keeper
from avileo_pos.desktop.background.replica_lane import ReplicaLane
from avileo_pos.desktop.background.sync_thread import SyncThread
from avileo_pos.desktop.live_changes import LiveChanges
from avileo_pos.desktop.till import Failed
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import find_identity
from avileo_pos.replica.keeping import has_room_for_pulls
from avileo_pos.replica.safe import chest_of
from avileo_pos.replica.sync_state import read_place
from avileo_pos.sync.central_line import CentralLine
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.token_store import TokenStore
from avileo_pos.work import Business


@dataclass(frozen=True, slots=True)
class Place:
    """What a person finds on entering."""

    business: Business
    device_name: str


class Shop(QObject):
    """From the opening of the replica until it is closed. Lives in the GUI thread."""

    def __init__(
        self,
        replica: Replica,
        business_id: UUID,
        address: str,
        tokens: TokenStore,
        show_problem: Failed,
        parent: QObject | None = None,
        *,
        second_place: Path | None = None,
    ) -> None:
        """`second_place` is the folder on another disk that a person has chosen for copies and journal."""
        super().__init__(parent)
        self.path = replica.path
        self.business_id = business_id
        self.chest = chest_of(replica.path)
        self.tokens = tokens
        self.address = address
        self.news = LiveChanges(self)
        self.lane = ReplicaLane(replica, None, self.news, show_problem, self)
        self._home = HttpCentral(address, tokens.get)
        self._branches: list[HttpCentral] = []
        self._tokens: dict[str, TokenStore] = {}
        self.line = CentralLine(self._home, business_id, replica.clock)
        may_pull = partial(has_room_for_pulls, replica.path)
        self.sync = SyncThread(self.lane, self.line, replica.clock, self._hang_up, may_pull, self)
        self.keeper = Keeper(replica.path, second_place, replica.clock, self)
        self.lane.operation_waits.connect(self.sync.wake)
        self.lane.operation_waits.connect(self.keeper.follow)
        self.keeper.start()

    def place_if_ready(self) -> Place | None:
        """The business that is open, None until the first pull has brought the whole catalog. Waits for the lane."""
        return self.lane.run(_place)

    def tokens_at(self, branch: str) -> TokenStore:
        """The token of a branch, by its address."""
        return self._tokens.setdefault(branch, TokenStore(branch, self.business_id))

    def forget_tokens(self) -> None:
        """Of central, and of each branch that this till was let in at."""
        for each in (self.tokens, *self._tokens.values()):
            each.forget()

    def call_branch(self, address: str, token: Callable[[], str | None]) -> HttpCentral:
        """A branch at which this till has been let in, reached as long as the shop is open."""
        branch = HttpCentral(address, token)
        self._branches.append(branch)
        return branch

    def close(self) -> None:
        """What was asked for is done; what was not sent waits in the file."""
        self.sync.end()
        self.keeper.end()
        self.lane.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for central in (self._home, *self._branches):
            central.close()


def _place(replica: Replica) -> Place | None:
    with replica.reading() as db:
        till = find_identity(db)
        if till is None or not read_place(db).catalog_ready:
            return None
        return Place(replica.business(db), till.device_name)
