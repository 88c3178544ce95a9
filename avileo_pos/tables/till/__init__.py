"""The tables that only the replica has: what waits to be sent, where the pull stands, and who may open the till."""

from avileo_pos.tables.till.parked_sale import parked_sales
from avileo_pos.tables.till.sync import DISCARDED, sync_bases, sync_queue, sync_state
from avileo_pos.tables.till.till import former_devices, offline_sign_ins, pin_tries, till_identity

TILL_TABLES = (
    till_identity,
    former_devices,
    offline_sign_ins,
    pin_tries,
    sync_state,
    sync_queue,
    sync_bases,
    parked_sales,
)

__all__ = [
    "DISCARDED",
    "TILL_TABLES",
    "former_devices",
    "offline_sign_ins",
    "parked_sales",
    "pin_tries",
    "sync_bases",
    "sync_queue",
    "sync_state",
    "till_identity",
]
