"""One business open on this till: its replica with the lane, and its synchronisation with central."""

from __future__ import annotations

from PySide6.QtCore import QObject

from avileo_pos.desktop.background.replica_lane import ReplicaLane
from avileo_pos.desktop.background.sync_thread import SyncThread
from avileo_pos.desktop.live_changes import LiveChanges
from avileo_pos.desktop.till import Failed
from avileo_pos.replica.database import Clock, Replica
from avileo_pos.replica.transaction import reads
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.token_store import TokenStore
from avileo_pos.work import Business


class Shop(QObject):
    """From the opening of the replica until it is closed. Lives in the GUI thread."""

    def __init__(
        self, replica: Replica, address: str, tokens: TokenStore, show_problem: Failed, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.tokens = tokens
        self.address = address
        self.news = LiveChanges(self)
        self.lane = ReplicaLane(replica, None, self.news, show_problem, self)
        self._central = HttpCentral(address, tokens.get)
        self.sync = SyncThread(self.lane, self._central, replica.clock, self._central.close, self)
        self.lane.operation_waits.connect(self.sync.wake)

    def business(self) -> Business:
        """Waits for the lane. Raises BusinessRuleBroken("catalog_not_here") before the first pull."""
        return self.lane.run(lambda replica: reads(replica.business)(replica))

    def device_name(self) -> str:
        """Waits for the lane. Raises BusinessRuleBroken("till_not_enrolled")."""
        return self.lane.run(lambda replica: reads(replica.identity)(replica)).device_name

    def close(self) -> None:
        """What was asked for is done; what was not sent waits in the file."""
        self.sync.end()
        self.lane.close()
        self._central.close()
