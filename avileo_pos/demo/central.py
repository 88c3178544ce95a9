"""The demo's own central, with the sample business in it."""

from __future__ import annotations

from avileo_pos.desktop.background.local_central import LocalCentral


class DemoCentral(LocalCentral):
    """At the same address for every till of the demo."""

    def ensure_up(self) -> None:
        """Start it unless it runs, with the sample business in it. Raises LocalCentralFailed."""
        if not self.is_up():
            self.do("migrate")
            self.do("seed")
            self.start()
