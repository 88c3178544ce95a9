"""The sales that one person has open at once: one is being put together, the others wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from avileo_pos.desktop.screens.sale.sale_draft import EMPTY, is_empty
from avileo_pos.queries.parked_sale import ParkedSale, SaleDraft


@dataclass(frozen=True, slots=True)
class OpenSale:
    id: UUID
    draft: SaleDraft


class OpenSales:
    """There is always a current one, if only an empty one."""

    def __init__(self) -> None:
        self._sales = [_new()]
        self._place = 0
        self._closed: set[UUID] = set()

    @property
    def current(self) -> OpenSale:
        return self._sales[self._place]

    @property
    def place(self) -> int:
        return self._place

    def all(self) -> tuple[OpenSale, ...]:
        return tuple(self._sales)

    def change(self, draft: SaleDraft) -> OpenSale:
        self._sales[self._place] = OpenSale(self.current.id, draft)
        return self.current

    def choose(self, place: int) -> None:
        self._place = place

    def set_aside(self) -> None:
        """On to an empty sale; from an empty one to the next that waits."""
        if is_empty(self.current.draft):
            self._place = (self._place + 1) % len(self._sales)
            return
        waiting = next((place for place, sale in enumerate(self._sales) if is_empty(sale.draft)), None)
        if waiting is None:
            self._sales.append(_new())
            waiting = len(self._sales) - 1
        self._place = waiting

    def close(self, sale_id: UUID) -> None:
        """It was registered or emptied: it never comes back, whatever an older reading of the till says."""
        self._closed.add(sale_id)
        here = self.current.id
        self._sales = [sale for sale in self._sales if sale.id != sale_id] or [_new()]
        ids = [sale.id for sale in self._sales]
        self._place = ids.index(here) if here in ids else min(self._place, len(ids) - 1)

    def meet(self, parked: Sequence[ParkedSale]) -> None:
        """Take in the sales that the till kept and that are not open here yet; what is open here is newer."""
        known = {sale.id for sale in self._sales} | self._closed
        found = [OpenSale(each.id, each.draft) for each in parked if each.id not in known]
        here = self.current
        if found and is_empty(here.draft):
            self._sales.remove(here)
            self._sales += found
            self._place = 0
        else:
            self._sales += found


def _new() -> OpenSale:
    return OpenSale(uuid4(), EMPTY)
