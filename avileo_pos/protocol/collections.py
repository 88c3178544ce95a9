"""How each table travels: as a fact, as a card, inside another's operation, or derived by central alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Column, Table

from avileo_pos.domain.permissions import Permission
from avileo_pos.tables import shared

UNTRAVELLED = frozenset({"business_id", "sync_status", "sync_attempts"})
DECIDED_BY_CENTRAL = UNTRAVELLED | {"revision", "needs_review", "review_reason"}
VOID_COLUMNS = frozenset({"voided_at", "voided_by", "void_reason", "void_approved_by", "void_cash_session_id"})


class Kind(StrEnum):
    """FACT: inserted once, at most voided. CARD: edited. PART: comes with its parent. DERIVED: made by central."""

    FACT = auto()
    CARD = auto()
    PART = auto()
    DERIVED = auto()


_OF_SELLERS_FACTS: Final = frozenset({Permission.SALE_CREATE, Permission.ABONO_CREATE, Permission.CASH_SESSION_OWN})


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a collection a vendedor may see; an admin sees all.

    `own` names the column that must hold the vendedor's member id; `through` names the column that leads to a parent
    row, in `parent`, which must be seen. Neither: everything.
    """

    own: str | None = None
    through: str | None = None
    parent: str | None = None


EVERYTHING = Sight()


@dataclass(frozen=True, slots=True)
class Collection:
    """One table's way between till and central.

    `parts` maps the collections whose rows come inside this one's operations to their column that leads here.
    `author` is the column that central fills with the operation's actor, whatever the data say. `editable` are the
    columns that an update may change, `admin_only` those columns that need `managed_by` wherever they are stated.
    """

    table: Table
    kind: Kind
    parts: Mapping[str, str] = field(default_factory=dict)
    author: str | None = None
    derived: frozenset[str] = frozenset()
    editable: frozenset[str] = frozenset()
    admin_only: frozenset[str] = frozenset()
    masked: Mapping[str, object] = field(default_factory=dict)
    sight: Sight = EVERYTHING
    created_with: Permission | None = None
    managed_with: Permission | None = None

    @property
    def name(self) -> str:
        return str(self.table.name)

    @property
    def is_sellers_fact(self) -> bool:
        """Whether any seller may state it, and it is believed of a colleague too.

        Money or goods have changed hands, or lie in the drawer with which the turn was opened.
        """
        return self.created_with in _OF_SELLERS_FACTS

    @property
    def voidable(self) -> bool:
        return "voided_at" in self.table.columns

    @property
    def travelling(self) -> tuple[Column[Any], ...]:
        """The columns of a pulled row, in the table's order."""
        return tuple(column for column in self.table.columns if column.name not in UNTRAVELLED)

    @property
    def sent(self) -> tuple[Column[Any], ...]:
        """The columns that a till states of a new root row, whose id is the operation's entity."""
        refused = DECIDED_BY_CENTRAL | VOID_COLUMNS | self.derived | {"id", self.author}
        return tuple(column for column in self.table.columns if column.name not in refused)

    def sent_as_part(self, parent_column: str) -> tuple[Column[Any], ...]:
        """The columns that a till states of a row inside its parent's operation: its own id, not its parent's."""
        refused = DECIDED_BY_CENTRAL | {self.author, parent_column}
        return tuple(column for column in self.table.columns if column.name not in refused)


COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {
        collection.name: collection
        for collection in (
            Collection(
                shared.businesses,
                Kind.CARD,
                editable=frozenset(
                    [
                        "name",
                        "ruc",
                        "address",
                        "phone",
                        "email",
                        "logo_url",
                        "modo_operacion",
                        "control_kilos",
                        "usar_distribucion",
                        "permitir_venta_sin_stock",
                        "day_cutoff_hour",
                    ]
                ),
                managed_with=Permission.BUSINESS_SETTINGS,
            ),
            Collection(
                shared.business_users,
                Kind.CARD,
                editable=frozenset(["name", "role", "sales_point", "commission_rate", "pin_hash", "is_active"]),
                masked={"commission_rate": 0},
                managed_with=Permission.MEMBERS_MANAGE,
            ),
            Collection(
                shared.products,
                Kind.CARD,
                editable=frozenset(["name", "type", "unit", "base_price", "price_date", "tile_position", "is_active"]),
                created_with=Permission.PRODUCT_MANAGE,
                managed_with=Permission.PRODUCT_MANAGE,
            ),
            Collection(
                shared.envases,
                Kind.CARD,
                editable=frozenset(["name", "tara", "is_active"]),
                created_with=Permission.PRODUCT_MANAGE,
                managed_with=Permission.PRODUCT_MANAGE,
            ),
            Collection(
                shared.customers,
                Kind.CARD,
                author="created_by",
                editable=frozenset(
                    [
                        "name",
                        "apodo",
                        "dni",
                        "phone",
                        "address",
                        "notes",
                        "opening_balance",
                        "credit_limit",
                        "is_active",
                    ]
                ),
                admin_only=frozenset({"opening_balance", "credit_limit", "is_active"}),
                created_with=Permission.CUSTOMER_EDIT,
                managed_with=Permission.CUSTOMER_DELETE,
            ),
            Collection(shared.customer_balances, Kind.DERIVED),
            Collection(shared.inventory, Kind.DERIVED),
            Collection(
                shared.distribuciones,
                Kind.CARD,
                derived=frozenset({"kilos_asignados", "kilos_vendidos", "monto_recaudado"}),
                editable=frozenset(["punto_venta", "estado", "accepted_at", "closed_at", "closed_by", "close_reason"]),
                sight=Sight(own="vendedor_id"),
                created_with=Permission.DISTRIBUCION_MANAGE,
                managed_with=Permission.DISTRIBUCION_MANAGE,
            ),
            Collection(
                shared.distribucion_movements,
                Kind.FACT,
                parts={"inventory_movements": "distribucion_movement_id"},
                author="created_by",
                sight=Sight(through="distribucion_id", parent="distribuciones"),
                created_with=Permission.DISTRIBUCION_MANAGE,
            ),
            Collection(
                shared.cash_sessions,
                Kind.CARD,
                author="seller_id",
                editable=frozenset(["closed_at", "counted_cash", "expected_cash", "difference_reason"]),
                sight=Sight(own="seller_id"),
                created_with=Permission.CASH_SESSION_OWN,
                managed_with=Permission.CASH_SESSION_ANY,
            ),
            Collection(
                shared.cash_movements,
                Kind.FACT,
                author="created_by",
                sight=Sight(through="cash_session_id", parent="cash_sessions"),
                created_with=Permission.CASH_SESSION_OWN,
            ),
            Collection(
                shared.sales,
                Kind.FACT,
                parts=MappingProxyType(
                    {"sale_items": "sale_id", "sale_payments": "sale_id", "inventory_movements": "sale_id"}
                ),
                author="seller_id",
                sight=Sight(own="seller_id"),
                created_with=Permission.SALE_CREATE,
                managed_with=Permission.SALE_VOID_ANY,
            ),
            Collection(shared.sale_items, Kind.PART, sight=Sight(through="sale_id", parent="sales")),
            Collection(shared.sale_payments, Kind.PART, sight=Sight(through="sale_id", parent="sales")),
            Collection(
                shared.inventory_movements,
                Kind.FACT,
                author="created_by",
                sight=Sight(through="sale_id", parent="sales"),
                created_with=Permission.STOCK_MANAGE,
            ),
            Collection(
                shared.abonos,
                Kind.FACT,
                parts={"abono_payments": "abono_id"},
                author="seller_id",
                sight=Sight(own="seller_id"),
                created_with=Permission.ABONO_CREATE,
                managed_with=Permission.ABONO_VOID_ANY,
            ),
            Collection(shared.abono_payments, Kind.PART, sight=Sight(through="abono_id", parent="abonos")),
        )
    }
)
"""Every synced table by name, in the order in which a snapshot walks them.

A new till knows what its customers owe as soon as it knows them.
"""
