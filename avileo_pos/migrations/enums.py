"""Making native enums in PostgreSQL, where another tool may have made some of them already."""

from collections.abc import Mapping, Sequence

from alembic import op


def create_enums(enums: Mapping[str, Sequence[str]]) -> None:
    """Create the types that do not exist yet; SQLite has none and checks the texts instead."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, values in enums.items():
        labels = ", ".join(f"'{value}'" for value in values)
        op.execute(
            f"DO $$ BEGIN CREATE TYPE {name} AS ENUM ({labels}); EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
