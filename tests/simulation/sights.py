"""What stands at central and at a till at one moment, in the wire's form, as plain dictionaries for the checkers."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from avileo_pos.protocol import COLLECTIONS
from tests.simulation.backups import Backup, Row, Rows, rows_in
from tests.simulation.central import SimulatedCentral
from tests.simulation.tills import SimulatedTill

_REMEMBERED: Final = ("sync_counters", "sync_operations", "sync_conflicts", "sync_stand_ins")


@dataclass(frozen=True, slots=True)
class AtCentral:
    """`rows` are the business's, `receipts` by operation."""

    epoch: str
    head: int
    rows: Rows
    receipts: Mapping[str, Row]
    conflicts: tuple[Row, ...]
    stand_ins: tuple[Row, ...]

    def stored(self) -> dict[str, int]:
        """The operations that have taken effect, with their revisions."""
        return {each["id"]: each["revision"] for each in self.receipts.values() if each["status"] != "quarantined"}

    def visible_to(self, members: Collection[str], role: str) -> Rows:
        """What a person may see where these sellers work, said a second time and plainly."""
        if role == "admin_negocio":
            return self.rows
        seen = {name: dict(rows) for name, rows in self.rows.items()}
        seen["business_users"] = {key: {**row, "commission_rate": 0} for key, row in seen["business_users"].items()}
        for name, owner in _OWNED.items():
            seen[name] = {key: row for key, row in seen[name].items() if row[owner] in members}
        for name, (column, parent) in BELONGING.items():
            seen[name] = {key: row for key, row in seen[name].items() if row[column] in seen[parent]}
        return seen


_OWNED: Final = {
    "distribuciones": "vendedor_id",
    "cash_sessions": "seller_id",
    "sales": "seller_id",
    "abonos": "seller_id",
}
BELONGING: Final = {
    "distribucion_movements": ("distribucion_id", "distribuciones"),
    "cash_movements": ("cash_session_id", "cash_sessions"),
    "sale_items": ("sale_id", "sales"),
    "sale_payments": ("sale_id", "sales"),
    "inventory_movements": ("sale_id", "sales"),
    "abono_payments": ("abono_id", "abonos"),
}


class CentralWatch:
    """Looks at central; a table that says the same as before is not read again."""

    def __init__(self, central: SimulatedCentral) -> None:
        self._central = central
        self._before: Backup = {}
        self._rows: dict[str, list[Row]] = {}

    def look(self) -> AtCentral:
        now = self._central.backup()
        for name in (*COLLECTIONS, *_REMEMBERED):
            if now[name] != self._before.get(name):
                self._rows[name] = rows_in(now, name)
        self._before = now
        [counter] = self._rows["sync_counters"]
        behind = 0 if counter["epoch"] == self._central.epoch else 2**32
        return AtCentral(
            epoch=self._central.epoch,
            head=counter["revision"] + behind,
            rows={name: {row["id"]: row for row in self._rows[name]} for name in COLLECTIONS},
            receipts={row["id"]: row for row in self._rows["sync_operations"]},
            conflicts=tuple(self._rows["sync_conflicts"]),
            stand_ins=tuple(self._rows["sync_stand_ins"]),
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """An opaque cursor, opened. `members` are those whose own rows it tells of, of an admin the one person.

    `in_snapshot` is the collection at which a snapshot stands.
    """

    epoch: str
    role: str
    members: tuple[str, ...]
    revision: int
    in_snapshot: str | None


@dataclass(frozen=True, slots=True)
class AtTill:
    """A file's rows, its queue in order, and how far it has come with central."""

    name: str
    rows: Rows
    queue: tuple[Row, ...]
    state: Row
    cursor: Cursor | None

    @property
    def is_settled(self) -> bool:
        """Whether it holds all that it was shown, and no resync is under way."""
        return not self.state["resyncing"] and self.cursor is not None and self.cursor.in_snapshot is None

    @property
    def marks(self) -> set[str]:
        """Up to where central's history went when it last answered."""
        return {self.state["push_mark"], self.state["pull_mark"]} - {None}

    @property
    def is_forgetting(self) -> bool:
        """Whether what stands here was pulled in an epoch that is over, or has to be taken anew."""
        return self.state["resyncing"] and self.cursor is None


def look_at(till: SimulatedTill) -> AtTill:
    [state] = till.rows("SELECT * FROM sync_state")
    return AtTill(
        name=till.name,
        rows={name: {row["id"]: row for row in till.table(name)} for name in COLLECTIONS},
        queue=tuple(till.rows("SELECT * FROM sync_queue ORDER BY seq")),
        state=state,
        cursor=_opened(state["cursor"]),
    )


def _opened(text: str | None) -> Cursor | None:
    if text is None:
        return None
    epoch, view, revision, *rest = msgspec.json.decode(urlsafe_b64decode(text), type=list[Any])
    role, _, members = view.partition(":")
    return Cursor(epoch, role, tuple(members.split(",")), revision, rest[0] if rest else None)
