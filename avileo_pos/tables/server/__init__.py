"""The tables that only central has: of people, devices, the audit, what was reviewed, what synchronisation keeps."""

from avileo_pos.tables.server.audit import audit_entries
from avileo_pos.tables.server.better_auth import account, session, user, verification
from avileo_pos.tables.server.device import device_members, devices
from avileo_pos.tables.server.invitation import invitations
from avileo_pos.tables.server.password_changes_due import password_changes_due
from avileo_pos.tables.server.person import system_config, user_profiles
from avileo_pos.tables.server.review import reviews
from avileo_pos.tables.server.sign_in_failures import sign_in_failures
from avileo_pos.tables.server.sync import (
    central_identity,
    sync_conflicts,
    sync_counters,
    sync_operations,
    sync_stand_ins,
)

__all__ = [
    "account",
    "audit_entries",
    "central_identity",
    "device_members",
    "devices",
    "invitations",
    "password_changes_due",
    "reviews",
    "session",
    "sign_in_failures",
    "sync_conflicts",
    "sync_counters",
    "sync_operations",
    "sync_stand_ins",
    "system_config",
    "user",
    "user_profiles",
    "verification",
]
