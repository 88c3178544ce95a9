"""What the protocol promises whatever happens on the way: one checker for each, asked at the end of a journey."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from avileo_pos.protocol import COLLECTIONS
from avileo_pos.queries.balance import customer_balances, stock_by_product
from avileo_pos.tables.till.sync import DISCARDED
from tests.journeys.shop import Shop
from tests.journeys.till import Row, Till
from tests.sync_status import brought_by, said_by

Rows = Mapping[str, Mapping[str, Row]]


def assert_promises_hold(shop: Shop) -> None:
    """Let everything come to rest, then ask for all of it."""
    shop.sync_all()
    assert_nothing_is_lost(shop)
    assert_each_operation_has_one_effect(shop)
    assert_money_and_grams_are_conserved(shop)
    assert_tills_and_central_show_the_same(shop)
    assert_status_is_what_the_queue_says(shop)
    assert_businesses_stay_apart(shop)


def assert_nothing_is_lost(shop: Shop) -> None:
    """I1: every committed operation is open on its till or stored at central."""
    for till in shop.tills:
        stored = _receipts(shop, till)
        open_here = {each["id"] for each in till.queue() if each["status"] != "acked"}
        lost = till.committed.keys() - stored.keys() - open_here - _discarded(till)
        assert not lost, f"{_name(till)} has lost {lost}"


def assert_each_operation_has_one_effect(shop: Shop) -> None:
    """I2: one aggregate for each create, with exactly the rows that it was sent with."""
    for till in shop.tills:
        stored = _Stored(shop, till.business_id)
        for operation in _stored_operations(shop, till):
            if operation["operation_type"] == "create":
                stored.assert_once(operation)


def assert_money_and_grams_are_conserved(shop: Shop) -> None:
    """I3: a plain ledger of all that was done, central's figures and every till's agree to the céntimo and gram."""
    for business_id in {till.business_id for till in shop.tills}:
        tills = [till for till in shop.tills if till.business_id == business_id]
        ledger = _Ledger(shop, business_id, tills)
        assert ledger.debts() == _central_figures(shop, business_id, "customer_balances", "balance", 100)
        assert ledger.stock() == _central_figures(shop, business_id, "inventory", "quantity", 1000)
        for till in tills:
            assert ledger.debts() == _in_centimos(till.ask(customer_balances, map(UUID, ledger.debts()))), _name(till)
            assert ledger.stock() == _in_grams(till.ask(stock_by_product)), _name(till)


def assert_tills_and_central_show_the_same(shop: Shop) -> None:
    """I8: a till holds what a snapshot taken now by the same person holds, row by row."""
    for till in shop.tills:
        at_central = _snapshot(till)
        for name in COLLECTIONS:
            assert _kept(till, name, at_central) == at_central.get(name, {}), f"{name} of {_name(till)}"


def assert_status_is_what_the_queue_says(shop: Shop) -> None:
    """I11: `sync_status` and `sync_attempts` of each row follow from the operations that brought it."""
    for till in shop.tills:
        said = _said_by_queue(till)
        for name, collection in COLLECTIONS.items():
            if "sync_status" in collection.table.columns:
                for row in till.rows(f"SELECT * FROM {name}"):
                    expected = said.get(brought_by(name, row), ("synced", 0))
                    assert (row["sync_status"], row["sync_attempts"]) == expected, (
                        f"{name} {row['id']} of {_name(till)}"
                    )


def assert_businesses_stay_apart(shop: Shop) -> None:
    """I16: no till holds a row that is another business's, by its own word or by central's."""
    for till in shop.tills:
        for name, collection in COLLECTIONS.items():
            key = "business_id" if "business_id" in collection.table.columns else "id"
            held = till.rows(f"SELECT id, {key} AS business_id FROM {name} WHERE revision > 0")
            assert {each["business_id"] for each in held} <= {str(till.business_id)}, f"{name} of {_name(till)}"
            own = shop.rows(f"SELECT id::text FROM {name} WHERE {key} = %(business)s", till.business_id)
            assert {each["id"] for each in held} <= {row_id for (row_id,) in own}, f"{name} of {_name(till)}"


# --- What was done ---------------------------------------------------------------------------------------------------


class _Ledger:
    """Every operation that central has stored, added up by hand on what there was at the beginning."""

    def __init__(self, shop: Shop, business_id: UUID, tills: Iterable[Till]) -> None:
        done = {each["id"]: each for till in tills for each in _stored_operations(shop, till)}
        self._done = list(done.values())
        self._beginning = shop.beginning.get(business_id, ({}, {}))
        self._voided = {each["entity_id"] for each in self._done if each["operation_type"] == "delete"}

    def debts(self) -> dict[str, int]:
        debts = Counter(self._beginning[0])
        for operation in self._done:
            for customer, change in self._changes_of_debt(operation):
                debts[customer] += change
        return dict(debts)

    def stock(self) -> dict[str, int]:
        """A movement counts once, also where two tills have voided the same sale."""
        moved = {row["id"]: row for operation in self._done for row in _movements_in(operation)}
        stock = Counter(self._beginning[1])
        for row in moved.values():
            stock[row["product_id"]] += row["quantity"]
        return dict(stock)

    def _changes_of_debt(self, operation: Row) -> Iterator[tuple[str, int]]:
        data = _data(operation)
        match operation["collection"], operation["operation_type"]:
            case "customers", "create":
                yield operation["entity_id"], data["opening_balance"]
            case "customers", "update":
                change = data.get("opening_balance", {"was": 0, "now": 0})
                yield operation["entity_id"], change["now"] - change["was"]
            case "sales", "create" if operation["entity_id"] not in self._voided and "client_id" in data:
                yield data["client_id"], data["balance_due"]
            case "abonos", "create" if operation["entity_id"] not in self._voided:
                yield data["client_id"], -data["amount"]


def _movements_in(operation: Row) -> list[Row]:
    data = _data(operation)
    if operation["collection"] == "inventory_movements":
        return [{**data, "id": operation["entity_id"]}]
    return list(data.get("inventory_movements", []))


def _data(operation: Row) -> Row:
    return msgspec.json.decode(operation["data"], type=dict[str, Any])


def _stored_operations(shop: Shop, till: Till) -> Iterator[Row]:
    """What was done at this till and has been applied at central."""
    receipts = _receipts(shop, till)
    return (each for each in till.committed.values() if receipts.get(each["id"], "quarantined") != "quarantined")


def _receipts(shop: Shop, till: Till) -> dict[str, str]:
    found = shop.rows("SELECT id::text, status FROM sync_operations WHERE business_id = %(business)s", till.business_id)
    return dict(found)


def _discarded(till: Till) -> set[str]:
    return {each["id"] for each in till.queue() if each["last_code"] == DISCARDED}


# --- What stands at central ------------------------------------------------------------------------------------------


class _Stored:
    """The rows that a business has at central, each table read when it is first asked for."""

    def __init__(self, shop: Shop, business_id: UUID) -> None:
        self._shop = shop
        self._business_id = business_id
        self._ids: dict[str, Counter[str]] = {}
        self._inside: dict[tuple[str, str], defaultdict[str, set[str]]] = {}

    def assert_once(self, operation: Row) -> None:
        name, entity, data = operation["collection"], operation["entity_id"], _data(operation)
        assert self._ids_of(name)[entity] == 1, operation
        for part, parent_column in COLLECTIONS[name].parts.items():
            sent = {row["id"] for row in data.get(part, [])}
            stored = self._ids_inside(part, parent_column)[entity]
            may_have_more = part == "inventory_movements"  # those by which a void gives back
            assert sent <= stored if may_have_more else sent == stored, operation

    def _ids_of(self, name: str) -> Counter[str]:
        if name not in self._ids:
            found = self._shop.rows(f"SELECT id::text FROM {name} WHERE business_id = %(business)s", self._business_id)
            self._ids[name] = Counter(row_id for (row_id,) in found)
        return self._ids[name]

    def _ids_inside(self, part: str, parent_column: str) -> defaultdict[str, set[str]]:
        if (part, parent_column) not in self._inside:
            found = self._shop.rows(
                f"SELECT {parent_column}::text, id::text FROM {part} WHERE business_id = %(business)s",
                self._business_id,
            )
            inside = self._inside[part, parent_column] = defaultdict(set)
            for parent, row_id in found:
                inside[parent].add(row_id)
        return self._inside[part, parent_column]


def _central_figures(shop: Shop, business_id: UUID, table: str, column: str, unit: int) -> dict[str, int]:
    question = f"SELECT id::text, ({column} * {unit})::bigint FROM {table} WHERE business_id = %(business)s"
    return dict(shop.rows(question, business_id))


def _snapshot(till: Till) -> Rows:
    """All that central shows to this person, by collection and id, as a till keeps it."""
    rows: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    cursor: str | None = None
    while True:
        page = till.central.pull(till.business_id, till.device_id, cursor, 1_000)
        for table in page.tables:
            named = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
            rows[table.collection] |= {row["id"]: row for row in named}
        if page.complete:
            return rows
        cursor = page.cursor


# --- What stands at a till -------------------------------------------------------------------------------------------


def _kept(till: Till, name: str, at_central: Rows) -> Mapping[str, Row]:
    """A till's rows of a collection, but for what central has refused and a person has to look after."""
    columns = ", ".join(column.name for column in COLLECTIONS[name].travelling)
    refused = {row_id for each in till.queue() if each["status"] == "parked" for row_id in _rows_in(each)}
    rows = {row["id"]: row for row in till.rows(f"SELECT {columns} FROM {name}")}
    return {row_id: row for row_id, row in rows.items() if row_id not in refused or row_id in at_central.get(name, {})}


def _rows_in(operation: Row) -> Iterator[str]:
    yield operation["entity_id"]
    for part in COLLECTIONS[operation["collection"]].parts:
        yield from (row["id"] for row in _data(operation).get(part, []))


def _said_by_queue(till: Till) -> dict[tuple[str, str], tuple[str, int]]:
    operations: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for each in till.queue():
        operations[each["collection"], each["entity_id"]].append(each)
    return {entity: said_by(of_entity) for entity, of_entity in operations.items()}


def _in_centimos(figures: Mapping[UUID, Decimal]) -> dict[str, int]:
    return {str(row_id): int(figure * 100) for row_id, figure in figures.items()}


def _in_grams(figures: Mapping[UUID, Decimal]) -> dict[str, int]:
    return {str(row_id): int(figure * 1000) for row_id, figure in figures.items()}


def _name(till: Till) -> str:
    return f"{till.actor.name}'s {till.file.name}"
