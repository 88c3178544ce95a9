"""What a voided fact says of its voiding; the row itself stays."""

from sqlalchemy import CheckConstraint, Column
from sqlalchemy.schema import SchemaItem

from avileo_pos.tables.base import Instant, Words, reference


def void_columns() -> tuple[SchemaItem, ...]:
    """When, by whom, why, and in whose cash session a fact was voided: all of them, or none.

    `void_approved_by` is the admin whose PIN allowed what the person's own role did not. The cash session tells
    whether the money had left its own session's total already or was given back from another.
    """
    return (
        Column("voided_at", Instant()),
        *reference("voided_by", "business_users", nullable=True),
        Column("void_reason", Words()),
        *reference("void_approved_by", "business_users", nullable=True),
        *reference("void_cash_session_id", "cash_sessions", nullable=True),
        CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)",
            name="void_is_whole",
        ),
    )
