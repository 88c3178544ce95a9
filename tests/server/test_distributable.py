"""Every table of a business can be spread over many PostgreSQL servers by its business, as Citus does, unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from avileo_pos.tables import server
from avileo_pos.tables.base import metadata
from tests.server.sync_central import TestCentral

OF_A_BUSINESS = [
    table for table in metadata.sorted_tables if "server" in table.info["in"] and "business_id" in table.columns
]
# Small tables of which every server would have a copy.
COPIED = {"user", "central_identity", "system_config"}


def keys_of(table: Table) -> Iterator[Sequence[str]]:
    """The columns of everything that must be unique."""
    yield [column.name for column in table.primary_key.columns]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield [str(getattr(column, "name", "an expression")) for column in index.expressions]


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_every_row_says_whose_it_is(table: Table) -> None:
    assert not table.columns["business_id"].nullable


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_nothing_has_to_be_unique_beyond_one_business(table: Table) -> None:
    assert [key for key in keys_of(table) if key[0] != "business_id"] == []


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_a_row_leads_to_rows_of_its_own_business_only(table: Table) -> None:
    assert list(leading_away(table)) == []


def leading_away(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if not isinstance(constraint, ForeignKeyConstraint) or constraint.referred_table.name in COPIED:
            continue
        ours = [column.name for column in constraint.columns]
        theirs = [element.column.name for element in constraint.elements]
        to_the_business = (constraint.referred_table.name, ours, theirs) == ("businesses", ["business_id"], ["id"])
        in_the_business = ours[0] == theirs[0] == "business_id"
        if not (to_the_business or in_the_business) or constraint.ondelete not in (None, "CASCADE", "NO ACTION"):
            yield f"{ours} -> {constraint.referred_table.name}{theirs}"


def test_the_database_has_nothing_that_cannot_be_spread(central: TestCentral) -> None:
    triggers = central.rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    sequences = central.rows("SELECT relname FROM pg_class WHERE relkind = 'S'")
    assert (triggers, sequences) == ([], [])


def test_a_table_of_persons_is_of_no_business() -> None:
    for table in (server.user, server.session, server.account, server.verification, server.user_profiles):
        assert "business_id" not in table.columns
