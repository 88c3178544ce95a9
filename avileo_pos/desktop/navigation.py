"""Every screen of the till, in the order of the navigation."""

from __future__ import annotations

from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.screens.customer.customer_screen import CustomerScreen
from avileo_pos.desktop.screens.distribucion.day_screen import DistribucionesScreen
from avileo_pos.desktop.screens.distribucion.own_screen import OwnDistribucionScreen
from avileo_pos.desktop.screens.history.history_screen import HistoryScreen
from avileo_pos.desktop.screens.queue.queue_screen import QueueScreen
from avileo_pos.desktop.screens.safety.safety_screen import SafetyScreen
from avileo_pos.desktop.screens.sale.sale_screen import SaleScreen
from avileo_pos.desktop.screens.this_till.this_till_screen import ThisTillScreen
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.side_navigation import NavigationEntry

SCREENS: tuple[type[Screen], ...] = (
    SaleScreen,
    CustomerScreen,
    HistoryScreen,
    OwnDistribucionScreen,
    DistribucionesScreen,
    QueueScreen,
    SafetyScreen,
    ThisTillScreen,
)

_DIGITS = 9


def screens_for(till: Till) -> dict[str, type[Screen]]:
    """The screens that this person may open in this business, by their keys."""
    return {screen.KEY: screen for screen in SCREENS if screen.is_for(till)}


def entries(screens: dict[str, type[Screen]]) -> list[NavigationEntry]:
    """The first nine are reached by Alt and their place."""
    return [
        NavigationEntry(key, screen.TITLE, screen.ICON, f"Alt+{place}" if place <= _DIGITS else "")
        for place, (key, screen) in enumerate(screens.items(), 1)
    ]
