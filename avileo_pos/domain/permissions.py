"""Who may do what: one list of permissions, one table of roles, one person who acts."""

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from types import MappingProxyType
from uuid import UUID

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import PermissionDenied


class Permission(StrEnum):
    SALE_CREATE = auto()
    SALE_VOID_OWN_TODAY = auto()
    SALE_VOID_ANY = auto()
    SALES_SEE_OWN = auto()
    SALES_SEE_ALL = auto()
    ABONO_CREATE = auto()
    ABONO_VOID_OWN_TODAY = auto()
    ABONO_VOID_ANY = auto()
    CUSTOMER_EDIT = auto()
    CUSTOMER_DELETE = auto()
    CUSTOMER_DEBTS_SEE = auto()
    CASH_SESSION_OWN = auto()
    CASH_SESSION_ANY = auto()
    DISTRIBUCION_ACCEPT_OWN = auto()
    DISTRIBUCION_SEE_OWN = auto()
    DISTRIBUCION_MANAGE = auto()
    PRODUCT_MANAGE = auto()
    PRICE_OVERRIDE = auto()
    OVER_CREDIT_LIMIT = auto()
    SELL_WITHOUT_STOCK = auto()
    STOCK_MANAGE = auto()
    MEMBERS_MANAGE = auto()
    BUSINESS_SETTINGS = auto()
    REPORTS_SEE = auto()
    OPERATION_DISCARD = auto()


_OF_EVERY_SELLER = frozenset(
    {
        Permission.SALE_CREATE,
        Permission.SALE_VOID_OWN_TODAY,
        Permission.SALES_SEE_OWN,
        Permission.ABONO_CREATE,
        Permission.ABONO_VOID_OWN_TODAY,
        Permission.CUSTOMER_EDIT,
        Permission.CUSTOMER_DEBTS_SEE,
        Permission.CASH_SESSION_OWN,
        Permission.DISTRIBUCION_ACCEPT_OWN,
        Permission.DISTRIBUCION_SEE_OWN,
    }
)

ROLE_PERMISSIONS = MappingProxyType(
    {
        BusinessUserRole.VENDEDOR: _OF_EVERY_SELLER,
        BusinessUserRole.ADMIN_NEGOCIO: frozenset(Permission),
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """The member of a business (`member_id` is `business_users.id`) who acts now.

    `approvals` are permissions lent by an admin's PIN, typed on this till as `approved_by`. They serve one action,
    once: the caller gives the approved actor to that action and keeps the plain one.
    """

    member_id: UUID
    name: str
    role: BusinessUserRole
    approvals: frozenset[Permission] = frozenset()
    approved_by: UUID | None = None

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role] or permission in self.approvals

    def require(self, permission: Permission) -> None:
        """Raises PermissionDenied."""
        if not self.may(permission):
            raise PermissionDenied(permission)

    def approved(self, permission: Permission, *, by: "Actor") -> "Actor":
        """This actor with one permission lent by another, whose own role must hold it. Raises PermissionDenied."""
        if permission not in ROLE_PERMISSIONS[by.role]:
            raise PermissionDenied(permission)
        return replace(self, approvals=self.approvals | {permission}, approved_by=by.member_id)
