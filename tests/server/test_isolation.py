"""PostgreSQL itself keeps businesses apart: what the role as which central serves can see, write and never change."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import ProgrammingError

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.business.membership import workplaces_of
from avileo_pos.server.postgres.isolation import SERVICE_ROLE, NotConfined, require_confined
from avileo_pos.tables import server
from avileo_pos.tables.base import metadata
from avileo_pos.tables.shared import SYNCED_TABLES
from tests.postgres import TestPostgres
from tests.server.everything import everything_happens
from tests.server.sync_central import NOW, TestCentral, open_business, running_central

AT_CENTRAL = [table for table in metadata.sorted_tables if "server" in table.info["in"]]
OF_A_BUSINESS = [table for table in AT_CENTRAL if "business_id" in table.columns or table.name == "businesses"]
SYNCED = [str(table.name) for table in SYNCED_TABLES]


@pytest.fixture(scope="module")
def two(postgres: TestPostgres) -> Iterator[tuple[TestCentral, TestCentral]]:
    """Two businesses in one database, in each of which everything has happened once."""
    with running_central(postgres) as ours:
        theirs = open_business(
            ours.database, ours.owner, dict.fromkeys(("Ana", "Beto"), BusinessUserRole.ADMIN_NEGOCIO)
        )
        for central in (ours, theirs):
            everything_happens(central.ana)
            somebody_is_invited(central)
            something_is_reviewed(central)
        yield ours, theirs


def somebody_is_invited(central: TestCentral) -> None:
    invitation = {
        "id": uuid4(),
        "role": BusinessUserRole.VENDEDOR,
        "commission_rate": 0,
        "invited_by": central.ana.member_id,
    }
    when = {"created_at": NOW, "expires_at": NOW}
    with central.database.transaction(UUID(central.business_id)) as connection:
        connection.execute(
            insert(server.invitations).values(business_id=UUID(central.business_id), **invitation, **when)
        )


def something_is_reviewed(central: TestCentral) -> None:
    review = {"id": uuid4(), "collection": "sales", "subject_id": uuid4(), "member_id": central.ana.member_id}
    with central.database.transaction(UUID(central.business_id)) as connection:
        values = {"business_id": UUID(central.business_id), "reviewed_at": NOW, **review}
        connection.execute(insert(server.reviews).values(values))


# --- What can be seen ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_a_table_of_businesses_is_closed_to_whoever_names_none(
    two: tuple[TestCentral, TestCentral], table: Table
) -> None:
    with two[0].database.transaction() as connection:
        assert count(connection, table) == 0


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_a_setting_of_the_transaction_before_opens_nothing(two: tuple[TestCentral, TestCentral], table: Table) -> None:
    with two[0].database.engine.connect() as connection:
        with connection.begin():
            connection.exec_driver_sql(f"SET LOCAL app.business_id = '{two[0].business_id}'")
            connection.exec_driver_sql("SET LOCAL app.user_id = 'somebody'")
        with connection.begin():
            assert count(connection, table) == 0


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_a_business_sees_all_of_its_rows_and_none_of_another(
    two: tuple[TestCentral, TestCentral], table: Table
) -> None:
    whose = "business_id" if "business_id" in table.columns else "id"
    for central in two:
        with central.database.transaction(UUID(central.business_id)) as connection:
            seen = connection.exec_driver_sql(f"SELECT {whose}::text, count(*) FROM {table.name} GROUP BY 1").all()
        stored = central.value(
            f"SELECT count(*) FROM {table.name} WHERE {whose} = %(business)s", business=central.business_id
        )
        assert [tuple(row) for row in seen] == ([(central.business_id, stored)] if stored else [])


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_every_kind_of_row_stands_in_both_businesses(two: tuple[TestCentral, TestCentral], table: Table) -> None:
    """Or the other tests would prove nothing of it."""
    whose = "business_id" if "business_id" in table.columns else "id"
    for central in two:
        assert central.value(f"SELECT count(*) FROM {table.name} WHERE {whose} = %(business)s") > 0


def test_people_find_the_businesses_in_which_they_work_and_no_other(two: tuple[TestCentral, TestCentral]) -> None:
    ours, theirs = two
    user_id = ours.users["Ana"]
    with ours.database.transaction(user_id=user_id) as connection:
        assert [str(place.business_id) for place in workplaces_of(connection, user_id)] == [ours.business_id]
        assert workplaces_of(connection, theirs.users["Ana"]) == []


def test_a_user_id_of_any_letters_is_taken_as_it_is(two: tuple[TestCentral, TestCentral]) -> None:
    odd = "o'hara\\ %s % \" ; --"
    with two[0].database.transaction(user_id=odd) as connection:
        assert connection.exec_driver_sql("SELECT current_setting('app.user_id')").scalar_one() == odd


# --- What can be written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", OF_A_BUSINESS, ids=str)
def test_no_row_can_be_given_to_another_business(two: tuple[TestCentral, TestCentral], table: Table) -> None:
    ours, theirs = two
    whose = "business_id" if "business_id" in table.columns else "id"
    names = ", ".join(column.name for column in table.columns)
    values = names.replace(whose, f"'{theirs.business_id}'::uuid", 1)
    everything_of_ours = f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name}"
    with pytest.raises(ProgrammingError, match=r"row-level security|permission denied"):
        run(ours, "SET LOCAL app.base_revision = '-1'", everything_of_ours)


@pytest.mark.parametrize("name", SYNCED)
def test_no_row_that_travels_can_be_changed_without_a_new_revision(
    two: tuple[TestCentral, TestCentral], name: str
) -> None:
    unseen = f"UPDATE {name} SET revision = revision"
    with pytest.raises(ProgrammingError, match="row-level security"):
        run(two[0], unseen)
    with pytest.raises(ProgrammingError, match="row-level security"):
        run(two[0], "SET LOCAL app.base_revision = '1000000'", unseen)


@pytest.mark.parametrize("table", AT_CENTRAL, ids=str)
def test_central_may_do_with_a_table_no_more_than_it_does(two: tuple[TestCentral, TestCentral], table: Table) -> None:
    allowed = {
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
        if two[0].value(
            "SELECT has_table_privilege(%(role)s, %(name)s, %(right)s)",
            role=SERVICE_ROLE,
            right=right,
            name=f'"{table.name}"',
        )
    }
    append_only = {server.audit_entries, server.sync_operations, server.sync_conflicts, server.reviews}
    assert allowed >= {"SELECT", "INSERT"}
    assert allowed <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert ("UPDATE" in allowed) == (table not in append_only)
    if table in append_only or table.name in COLLECTIONS:
        assert "DELETE" not in allowed


# --- The role --------------------------------------------------------------------------------------------------------


def test_the_role_that_serves_is_confined_and_the_owner_is_not(two: tuple[TestCentral, TestCentral]) -> None:
    ours, _ = two
    with ours.database.engine.connect() as connection:
        require_confined(connection)
    with ours.owner.engine.connect() as connection, pytest.raises(NotConfined, match="«postgres» is a superuser"):
        require_confined(connection)


@pytest.mark.parametrize(
    ("rights", "why"),
    [("BYPASSRLS", "has BYPASSRLS"), ("IN ROLE {bypassing}", "has BYPASSRLS"), ("OWNS", "owns the tables")],
)
def test_a_role_that_could_lift_the_policies_does_not_serve(
    two: tuple[TestCentral, TestCentral], rights: str, why: str
) -> None:
    role, bypassing = (f"r_{uuid4().hex}" for _ in range(2))
    with two[0].owner.engine.connect() as connection, connection.begin() as undone:
        connection.exec_driver_sql(f"CREATE ROLE {bypassing} BYPASSRLS")
        connection.exec_driver_sql(f"CREATE ROLE {role} {rights.format(bypassing=bypassing).replace('OWNS', '')}")
        if rights == "OWNS":
            connection.exec_driver_sql(f"ALTER TABLE sales OWNER TO {role}")
        connection.exec_driver_sql(f"SET LOCAL ROLE {role}")
        with pytest.raises(NotConfined, match=why):
            require_confined(connection)
        undone.rollback()


def run(central: TestCentral, *statements: str) -> None:
    """As central, in the transaction of its business."""
    with central.database.transaction(UUID(central.business_id)) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def count(connection: Connection, table: Table) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one())
