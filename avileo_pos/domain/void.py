"""Who may void what was registered. A fact is never edited: it is voided, with a reason, and its row stays."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from avileo_pos.domain.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class VoidRights:
    """The permission for one's own of the running business day, and the one for all others."""

    own_today: Permission
    any: Permission


SALE = VoidRights(Permission.SALE_VOID_OWN_TODAY, Permission.SALE_VOID_ANY)
ABONO = VoidRights(Permission.ABONO_VOID_OWN_TODAY, Permission.ABONO_VOID_ANY)


def permission_to_void(
    rights: VoidRights, actor: Actor, *, registered_by: UUID, business_date: date, today: date
) -> Permission:
    """What `actor` needs for a sale or abono of that member and business date, on the business date `today`.

    The use case requires it; a screen asks for an admin's PIN where the actor has it not.
    """
    own_today = registered_by == actor.member_id and business_date == today
    return rights.own_today if own_today else rights.any
