"""A till that works without a line, and the file into which it exports what waits."""

from __future__ import annotations

from pathlib import Path

from avileo_pos.replica.handover import hand_over, waiting_operations
from avileo_pos.replica.transaction import reads
from avileo_pos.tables.base import instant_text
from tests.journeys.till import Till

PASSPHRASE = "tres gallinas"


def export(till: Till, file: Path, passphrase: str = PASSPHRASE) -> None:
    hand_over(file, till.run(reads(waiting_operations, instant_text(till.clock()))), passphrase)


def a_day_without_a_line(rosa: Till) -> int:
    """A new customer, a sale on credit, an abono, an edit, a sale that is voided; returns how many operations wait.

    The drawer was opened without central's knowing too.
    """
    rosa.cable.is_cut = True
    yolanda = rosa.new_customer("Yolanda Ñaupari")
    rosa.sell("Pollo entero", "3.000", to=yolanda, paid="9.40")
    rosa.take_abono(yolanda, "5.00")
    rosa.edit_customer(yolanda, phone="987654321")
    rosa.void_sale(rosa.sell("Pechuga", "1.000").sale_id)
    return 7
