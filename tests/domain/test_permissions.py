"""Who may do what, and who may void what."""

import pickle
from datetime import date
from uuid import UUID

import pytest

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.domain.permissions import ROLE_PERMISSIONS, Actor, Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.void import ABONO, SALE, VoidRights, permission_to_void
from tests.domain.rules import refused

ADMIN = Actor(UUID(int=1), "Rosa", BusinessUserRole.ADMIN_NEGOCIO)
VENDOR = Actor(UUID(int=2), "Juan", BusinessUserRole.VENDEDOR)
TODAY, YESTERDAY = date(2026, 11, 22), date(2026, 11, 21)

OF_THE_ADMIN_ALONE = {
    "SALE_VOID_ANY",
    "SALES_SEE_ALL",
    "ABONO_VOID_ANY",
    "CUSTOMER_DELETE",
    "CASH_SESSION_ANY",
    "DISTRIBUCION_MANAGE",
    "PRODUCT_MANAGE",
    "PRICE_OVERRIDE",
    "OVER_CREDIT_LIMIT",
    "SELL_WITHOUT_STOCK",
    "STOCK_MANAGE",
    "MEMBERS_MANAGE",
    "BUSINESS_SETTINGS",
    "REPORTS_SEE",
    "OPERATION_DISCARD",
}


@pytest.mark.parametrize("permission", Permission)
def test_the_admin_may_everything_and_the_vendor_what_selling_needs(permission: Permission) -> None:
    ADMIN.require(permission)
    if permission.name in OF_THE_ADMIN_ALONE:
        with pytest.raises(PermissionDenied) as denied:
            VENDOR.require(permission)
        assert denied.value.details == {"permission": permission}
    else:
        VENDOR.require(permission)


def test_every_role_has_its_permissions() -> None:
    assert set(ROLE_PERMISSIONS) == set(BusinessUserRole)


def test_an_admins_pin_lends_one_permission_to_one_action() -> None:
    approved = VENDOR.approved(Permission.PRICE_OVERRIDE, by=ADMIN)
    approved.require(Permission.PRICE_OVERRIDE)
    assert approved.approved_by == ADMIN.member_id
    assert not approved.may(Permission.OVER_CREDIT_LIMIT)
    assert not VENDOR.may(Permission.PRICE_OVERRIDE)


def test_nobody_lends_what_is_not_theirs() -> None:
    lent = VENDOR.approved(Permission.PRICE_OVERRIDE, by=ADMIN)
    with refused("permission_denied", permission=Permission.PRICE_OVERRIDE):
        VENDOR.approved(Permission.PRICE_OVERRIDE, by=lent)


@pytest.mark.parametrize(
    ("rights", "own_today", "any_other"),
    [
        (SALE, Permission.SALE_VOID_OWN_TODAY, Permission.SALE_VOID_ANY),
        (ABONO, Permission.ABONO_VOID_OWN_TODAY, Permission.ABONO_VOID_ANY),
    ],
)
def test_own_facts_of_today_are_voided_alone_all_others_by_the_admin(
    rights: VoidRights, own_today: Permission, any_other: Permission
) -> None:
    def needed(actor: Actor, registered_by: Actor, business_date: date) -> Permission:
        return permission_to_void(
            rights, actor, registered_by=registered_by.member_id, business_date=business_date, today=TODAY
        )

    assert needed(VENDOR, VENDOR, TODAY) is own_today
    assert needed(VENDOR, VENDOR, YESTERDAY) is needed(VENDOR, ADMIN, TODAY) is any_other
    assert needed(ADMIN, VENDOR, TODAY) is any_other
    assert VENDOR.may(own_today)
    assert not VENDOR.may(any_other)


def test_a_reason_is_more_than_blanks() -> None:
    assert required_reason(" se equivocó de cliente\n") == "se equivocó de cliente"
    with refused("reason_required"):
        required_reason(" \n")


def test_what_a_log_tells_of_a_broken_rule_names_nobody() -> None:
    broken = BusinessRuleBroken("dni_of_another", name="Rosa Quispe")
    assert (str(broken), broken.details) == ("dni_of_another", {"name": "Rosa Quispe"})
    assert "Rosa" not in repr(broken)


@pytest.mark.parametrize(
    "broken", [BusinessRuleBroken("too_many_decimals", places=2), PermissionDenied(Permission.PRICE_OVERRIDE)]
)
def test_a_broken_rule_survives_the_way_between_processes(broken: BusinessRuleBroken) -> None:
    arrived = pickle.loads(pickle.dumps(broken))
    assert (type(arrived), arrived.code, arrived.details) == (type(broken), broken.code, broken.details)
