"""Statements that are planned once for a connection serve one business after the other, and show each its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.isolation import service_url
from tests.postgres import TestPostgres, make_tables
from tests.server.sync_central import TestCentral, open_business
from tests.server.test_pull import Copy, pull_all

PEOPLE = {"Ana": BusinessUserRole.ADMIN_NEGOCIO, "Beto": BusinessUserRole.VENDEDOR}
OFTEN_ENOUGH_TO_BE_PREPARED = 8


@pytest.fixture
def shops(postgres: TestPostgres) -> Iterator[list[TestCentral]]:
    """Two businesses whose central has a single connection."""
    with (
        postgres.database(make_tables) as url,
        Database.connect(service_url(url), pool_size=1, spare_connections=0, prepares=True) as database,
        Database.connect(url) as owner,
    ):
        yield [open_business(database, owner, PEOPLE) for _ in range(2)]


def test_prepared_statements_show_each_business_and_person_their_own(shops: list[TestCentral]) -> None:
    products = [shop.ana.product() for shop in shops]
    for shop, product in zip(shops, products, strict=True):
        shop.ana.push(product)
    copies: dict[str, Copy] = {till.member_id: {} for shop in shops for till in shop.tills.values()}
    for _ in range(OFTEN_ENOUGH_TO_BE_PREPARED):
        for shop, product in zip(shops, products, strict=True):
            for till in shop.tills.values():
                assert till.statuses(till.sale([product["entity_id"]])) == ["applied"]
                copies[till.member_id] = {}
                pull_all(till, copies[till.member_id])
    for shop in shops:
        assert len(copies[shop.ana.member_id]["sales"]) == 2 * OFTEN_ENOUGH_TO_BE_PREPARED - 1
        assert len(copies[shop.beto.member_id]["sales"]) == OFTEN_ENOUGH_TO_BE_PREPARED
        assert {row["name"] for row in copies[shop.beto.member_id]["businesses"].values()} == {shop.value(NAME)}
    with shops[0].database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one() > 20


NAME = "SELECT name FROM businesses WHERE id = %(business)s"
