"""The receipt numbers of this device: one after the other, taken in the transaction of what bears them."""

from __future__ import annotations

from avileo_pos.domain.receipt import receipt_number
from avileo_pos.work import Work

_TAKE = """
UPDATE till_identity SET last_receipt = last_receipt + 1 WHERE id = 1 RETURNING receipt_series, last_receipt
"""


def take_receipt_number(work: Work) -> str:
    """The next number of the device's series; it stays free if the transaction does not come to its end."""
    taken = work.db.exec_driver_sql(_TAKE).one()
    return receipt_number(taken.receipt_series, taken.last_receipt)
