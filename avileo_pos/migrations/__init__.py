"""The history of the shape: Alembic's steps in three branches, and the one way to bring a database up to date."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, inspect, text

Side = Literal["till", "server"]

HEADS: dict[Side, frozenset[str]] = {"till": frozenset({"till_0007"}), "server": frozenset({"server_0009"})}
"""What the version table of each side holds when no step is missing, so that a till at head need not load Alembic.

Alembic leaves out a branch's head while the head of another branch depends on it.
"""

FIRST_OF_CENTRAL = "server_0001"
"""The step that completes central's first tables; it brings the shared ones with it."""


class NewerSchema(Exception):  # noqa: N818 - the name says what happened
    """The database was made by a newer program than this one; `unknown` are the steps that only that one knows."""

    def __init__(self, unknown: frozenset[str]) -> None:
        super().__init__(f"the database has steps that this program does not know: {', '.join(sorted(unknown))}")
        self.unknown = unknown


def steps_taken(connection: Connection) -> frozenset[str]:
    """The newest steps that a database has taken; none for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def is_at_head(connection: Connection, side: Side) -> bool:
    """Whether nothing is left to do for `upgrade`."""
    return steps_taken(connection) == HEADS[side]


def take_first_steps(connection: Connection) -> None:
    """Make central's tables as the first steps did, for rows of another backend; `upgrade` takes all later steps."""
    from avileo_pos.migrations.steps import take_steps_up_to  # noqa: PLC0415 - as in `upgrade`

    take_steps_up_to(connection, FIRST_OF_CENTRAL)


def unknown_steps(steps: frozenset[str]) -> frozenset[str]:
    """Those of them that only a newer program knows."""
    from avileo_pos.migrations.steps import known_steps  # noqa: PLC0415

    return steps - known_steps()


def upgrade(connection: Connection, side: Side) -> None:
    """Take every step that is missing, inside the caller's transaction. Raises NewerSchema."""
    # Alembic costs a quarter of a second to load, and a till at head has no use for it.
    from avileo_pos.migrations.steps import take_missing_steps  # noqa: PLC0415

    if unknown := unknown_steps(steps_taken(connection)):
        raise NewerSchema(unknown)
    take_missing_steps(connection, side)
