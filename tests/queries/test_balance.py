"""A shown figure: central's, and what it does not hold yet of what was done here. It never dips or counts twice."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.protocol import Operation, OperationResult, OperationStatus, PullPage, TablePage
from avileo_pos.queries.balance import ALL_BALANCES, STOCK, customer_balance, stock_by_product
from avileo_pos.queries.customer import CustomerFilter, customer_card, customer_row, list_customers
from avileo_pos.queries.distribucion import my_distribucion
from avileo_pos.replica.apply_pull import PagePieces, forget_revisions
from avileo_pos.replica.queue import next_batch, settle
from avileo_pos.replica.sync_state import adopt_epoch, begin_resync, end_resync
from avileo_pos.replica.transaction import writes
from avileo_pos.tables.base import instant_text
from avileo_pos.usecases.abono import RegisterAbono, VoidAbono, register_abono, void_abono
from avileo_pos.usecases.customer import (
    CreateCustomer,
    CustomerDetails,
    EditCustomer,
    create_customer,
    edit_customer,
)
from avileo_pos.usecases.queue import DiscardOperation, discard_operation, retry_operation
from avileo_pos.usecases.sale import VoidSale, register_sale, void_sale
from avileo_pos.work import Work
from tests.desktop.shop import BUSINESS, CUSTOMERS, JOSE, PEPA, PRODUCTS, customer_id, product_id
from tests.till import PRICES, Till, credit_sale, line, soles

LUIS = customer_id("Luis Cárdenas")
JUANA = customer_id("Juana Mamani")
JABA = "Jaba de huevos (30)"
JUMP = 2**32  # by which the revisions of a new epoch are higher


def test_a_debt_is_the_same_before_the_push_after_its_answer_and_after_the_pull(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    assert _shown_along_the_way(till, LUIS) == [Decimal("31.00")] * 3


def test_what_another_till_sold_is_added_to_what_waits_here(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE customer_balances SET balance = 1000, revision = 50 WHERE id = ?", (str(LUIS),))
    assert till.ask(customer_balance, LUIS) == Decimal("41.00")


def test_a_customer_born_offline_owes_the_opening_balance_and_what_came_since(till: Till) -> None:
    till.open_drawer()
    request = CreateCustomer(uuid4(), CustomerDetails("Doña Julia"), opening_balance=Decimal("12.00"))
    born = till.do(create_customer, request, by=PEPA).figures
    till.sell(credit_sale(born.id, line("Pechuga", "1.000")))
    assert born.balance == Decimal("12.00")
    assert _shown_along_the_way(till, born.id) == [Decimal("27.50")] * 3


def test_a_corrected_opening_balance_shows_at_once_and_once(till: Till) -> None:
    corrected = EditCustomer(LUIS, CustomerDetails("Luis Cárdenas"), Decimal("30.00"), None)
    till.do(edit_customer, corrected, by=PEPA)
    assert _shown_along_the_way(till, LUIS) == [Decimal("30.00")] * 3


def test_an_opening_balance_that_waits_goes_in_place_of_the_one_that_another_has_corrected(till: Till) -> None:
    corrected = EditCustomer(LUIS, CustomerDetails("Luis Cárdenas"), Decimal("30.00"), None)
    till.do(edit_customer, corrected, by=PEPA)
    with till.replica.writing() as db:
        db.exec_driver_sql(
            "UPDATE customer_balances SET balance = 1300, opening_balance = 1300, revision = 50 WHERE id = ?",
            (str(LUIS),),
        )
    assert till.ask(customer_balance, LUIS) == Decimal("30.00")


def test_of_two_corrections_of_an_opening_balance_the_later_stands_though_the_first_is_refused(till: Till) -> None:
    for owed in ("30.00", "45.00"):
        till.do(edit_customer, EditCustomer(LUIS, CustomerDetails("Luis Cárdenas"), Decimal(owed), None), by=PEPA)
    _quarantine(till)
    assert till.ask(customer_card, LUIS).opening_balance == till.ask(customer_balance, LUIS) == Decimal("45.00")


def test_a_central_that_does_not_tell_opening_balances_yet_is_believed_all_the_same(till: Till) -> None:
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE customers SET opening_balance = 1300 WHERE id = ?", (str(LUIS),))
        db.exec_driver_sql(
            "UPDATE customer_balances SET balance = 4000, opening_balance = NULL WHERE id = ?", (str(LUIS),)
        )
    assert till.ask(customer_balance, LUIS) == Decimal("40.00")


def test_a_refused_opening_balance_is_neither_on_the_card_nor_in_the_debt(till: Till) -> None:
    till.do(edit_customer, EditCustomer(LUIS, CustomerDetails("Luis Cárdenas"), Decimal("30.00"), None), by=PEPA)
    operation = _quarantine(till)
    assert till.ask(customer_card, LUIS).opening_balance == till.ask(customer_balance, LUIS) == 0
    till.do(retry_operation, operation, by=PEPA)
    assert till.ask(customer_card, LUIS).opening_balance == till.ask(customer_balance, LUIS) == Decimal("30.00")


def test_a_discarded_sale_is_owed_no_more(till: Till) -> None:
    till.open_drawer()
    till.push()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    operation = _quarantine(till)
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")
    till.do(discard_operation, DiscardOperation(operation, "no existe"), by=PEPA)
    assert till.ask(customer_balance, LUIS) == 0


def test_a_discarded_voiding_leaves_the_debt_owed(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    till.push()
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    operation = _quarantine(till)
    assert till.ask(customer_balance, LUIS) == 0
    till.do(discard_operation, DiscardOperation(operation, "sí compró"), by=PEPA)
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")


def test_a_resync_that_forgets_revisions_counts_nothing_twice(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000"), line(JABA, "3.000")))
    till.push()
    till.pull()
    with till.replica.writing() as db:
        db.exec_driver_sql("UPDATE distribuciones SET kilos_vendidos = 2000, revision = 900")
    before = _figures(till)
    writes(begin_resync)(till.replica)
    while writes(forget_revisions)(till.replica):
        pass
    assert _figures(till) == before


def test_a_debt_of_a_page_that_was_torn_by_a_resync_is_not_counted_twice(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    till.push()
    take(till, [LUIS, 3100, till.central.revision], complete=False)
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")
    writes(begin_resync)(till.replica)
    assert forget_step_by_step(till) == {Decimal("31.00")}
    take(till, [LUIS, 3100, till.central.revision])
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")


@pytest.mark.parametrize("was_in_the_backup", [True, False])
def test_a_debt_stays_true_while_central_comes_back_from_a_backup(till: Till, was_in_the_backup: bool) -> None:
    till.open_drawer()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    till.push()
    till.pull()
    balance_before = [LUIS, 3100, till.central.revision]
    first_answers = {row["id"]: row["acked_revision"] for row in till.rows("SELECT id, acked_revision FROM sync_queue")}
    for epoch in ("first", "another"):
        writes(adopt_epoch, BUSINESS.id, epoch)(till.replica)
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")
    assert forget_step_by_step(till) == {Decimal("31.00")}

    batch = writes(next_batch, 100, 10**9, till.clock())(till.replica)
    assert {each.id for each in batch} == first_answers.keys()
    answers = first_answers if was_in_the_backup else {each.id: JUMP + n for n, each in enumerate(batch)}
    answer(till, batch, answers)
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")
    till.sell(credit_sale(LUIS, line("Pechuga", "1.000")))
    assert till.ask(customer_balance, LUIS) == Decimal("46.50")

    take(till, complete=False)
    assert till.ask(customer_balance, LUIS) == Decimal("46.50")
    balance_now = balance_before if was_in_the_backup else [LUIS, 3100, JUMP + 50]
    take(till, balance_now, complete=False)
    assert till.ask(customer_balance, LUIS) == Decimal("46.50")
    batch = writes(next_batch, 100, 10**9, till.clock())(till.replica)
    answer(till, batch, {each.id: JUMP + 60 + n for n, each in enumerate(batch)})
    assert till.ask(customer_balance, LUIS) == Decimal("46.50")
    take(till, [LUIS, 4650, JUMP + 70])
    assert till.ask(customer_balance, LUIS) == Decimal("46.50")
    writes(end_resync)(till.replica)
    assert till.ask(customer_balance, LUIS) == Decimal("46.50")


def test_a_resync_that_begins_again_counts_nothing_twice_where_two_epochs_share_their_numbers(till: Till) -> None:
    till.open_drawer()
    take(till, [LUIS, 0, JUMP + 30])
    for epoch in ("first", "another"):
        writes(adopt_epoch, BUSINESS.id, epoch)(till.replica)
    forget_step_by_step(till)
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    batch = writes(next_batch, 100, 10**9, till.clock())(till.replica)
    answer(till, batch, {each.id: JUMP + 1 + n for n, each in enumerate(batch)})
    take(till, [LUIS, 3100, JUMP + 9], complete=False)
    assert till.ask(customer_balance, LUIS) == Decimal("31.00")
    writes(begin_resync)(till.replica)
    assert forget_step_by_step(till) == {Decimal("31.00")}
    writes(adopt_epoch, BUSINESS.id, "a third")(till.replica)
    assert forget_step_by_step(till) == {Decimal("31.00")}


def test_what_is_discarded_while_everything_is_taken_anew_is_counted_no_more(till: Till) -> None:
    till.open_drawer()
    till.push()
    take(till, [LUIS, 0, 2])
    before = _figures(till)
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000"), line(JABA, "3.000")))
    with_the_sale = _figures(till)
    writes(begin_resync)(till.replica)
    assert _figures(till) == with_the_sale
    till.do(discard_operation, DiscardOperation(_quarantine(till), "no existe"), by=PEPA)
    assert _figures(till) == before


def test_a_voiding_that_is_discarded_while_everything_is_taken_anew_leaves_the_debt_owed(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(credit_sale(LUIS, line("Pechuga", "2.000"), line(JABA, "3.000")))
    till.push()
    till.pull()
    before = _figures(till)
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    writes(begin_resync)(till.replica)
    assert till.ask(customer_balance, LUIS) == 0
    till.do(discard_operation, DiscardOperation(_quarantine(till), "sí compró"), by=PEPA)
    assert _figures(till) == before


def test_what_is_done_while_everything_is_taken_anew_counts_at_once(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    writes(begin_resync)(till.replica)
    till.do(register_abono, RegisterAbono(uuid4(), LUIS, (soles("6.00"),)))
    assert till.ask(customer_balance, LUIS) == Decimal("25.00")
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    assert till.ask(customer_balance, LUIS) == Decimal("-6.00")


def take(till: Till, *balances: list[object], complete: bool = True) -> None:
    """A page of a snapshot with these debts: customer, céntimos, revision."""
    rows = [[str(customer), *rest] for customer, *rest in balances]
    table = TablePage("customer_balances", ["id", "balance", "revision"], rows)
    head = max([0, *(row[2] for row in rows)])
    page = PullPage("e", head, instant_text(till.clock()), "a place", complete=complete, snapshot=True, tables=[table])
    for piece in PagePieces().of(page):
        piece(till.replica)


def forget_step_by_step(till: Till) -> set[Decimal]:
    """What is shown meanwhile."""
    shown = {till.ask(customer_balance, LUIS)}
    while writes(forget_revisions)(till.replica):
        shown.add(till.ask(customer_balance, LUIS))
    return shown


def answer(till: Till, batch: Sequence[Operation], revisions: Mapping[str, int]) -> None:
    results = [OperationResult(each.id, OperationStatus.APPLIED, revisions[each.id]) for each in batch]
    writes(settle, BUSINESS.id, results, till.clock(), lambda _: till.clock())(till.replica)


def test_the_list_and_the_single_customer_agree(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000")))
    till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("400.00"),)))
    listed = till.ask(list_customers)
    assert listed.rows == tuple(till.ask(customer_row, row.id) for row in listed.rows)
    assert listed.total_debt == Decimal("31.00") + Decimal("1234.50") + Decimal("45.00")
    owing = till.ask(list_customers, CustomerFilter.CON_DEUDA)
    settled = till.ask(list_customers, CustomerFilter.AL_DIA)
    assert owing.count + settled.count == listed.count
    assert JUANA in {row.id for row in settled.rows}


def test_the_stock_is_added_up_without_reading_what_each_operation_says(till: Till) -> None:
    """Else a month offline, with an operation of a kilobyte for each sale, would slow every sale down."""
    looked_up = [step for step in till.ask(plan_of, STOCK) if " q " in step]
    assert looked_up
    assert all("COVERING INDEX ix_sync_queue_answers" in step for step in looked_up), looked_up


@pytest.mark.parametrize("question", [STOCK, f"{ALL_BALANCES} SELECT * FROM balances"], ids=["stock", "debts"])
def test_the_parts_of_a_fact_are_found_by_its_link(till: Till, question: str) -> None:
    """Else every void that waits would read through all that the business has ever sold."""
    looked_up = [step for step in till.ask(plan_of, question) if step.startswith("SEARCH p ")]
    assert looked_up
    assert all(step.endswith(("sale_id=?)", "abono_id=?)")) for step in looked_up), looked_up


def plan_of(work: Work, question: str) -> list[str]:
    """The steps by which SQLite answers it."""
    rows = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", {"business": str(BUSINESS.id)})
    return [step[3] for step in rows]


def test_who_is_not_here_owes_nothing_that_could_be_shown(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="not_found"):
        till.ask(customer_balance, uuid4())


ACTIONS = ("sell", "sell", "sell", "abono", "void_sale", "void_abono", "correct_opening", "push_some", "push", "pull")


@settings(max_examples=15, deadline=None)
@given(actions=st.lists(st.sampled_from(ACTIONS), min_size=5, max_size=25), seed=st.integers(0, 2**32))
def test_whatever_happens_the_shown_figures_are_those_of_a_plain_ledger(
    furnished: Path, actions: list[str], seed: int
) -> None:
    with TemporaryDirectory() as folder:
        till = Till(furnished, Path(folder))
        try:
            _live(till, actions, random.Random(seed))
        finally:
            till.close()


def _live(till: Till, actions: list[str], chance: random.Random) -> None:
    till.open_drawer(by=JOSE)
    ledger = Ledger(till, chance)
    for action in actions:
        getattr(ledger, action)()
        assert {customer: till.ask(customer_balance, customer) for customer in ledger.debts} == ledger.debts, action
        stock = till.ask(stock_by_product)
        assert {product_id(name): stock[product_id(name)] for name in ledger.stock} == {
            product_id(name): quantity for name, quantity in ledger.stock.items()
        }, action


class Ledger:
    """Does things at the till and writes down by hand what they come to."""

    def __init__(self, till: Till, chance: random.Random) -> None:
        self.till = till
        self.chance = chance
        self.debts = {customer_id(name): Decimal(debt) for name, _, _, _, debt, _ in CUSTOMERS}
        self.openings = dict(self.debts)
        self.stock = {name: Decimal(stock) for name, _, _, _, stock in PRODUCTS}
        self.sales: list[tuple[UUID, UUID, str, Decimal, Decimal]] = []
        self.abonos: list[tuple[UUID, UUID, Decimal]] = []

    def sell(self) -> None:
        customer = self.chance.choice([LUIS, customer_id("María Ángeles Díaz")])
        product = self.chance.choice(PRODUCTS)[0]
        quantity = Decimal(self.chance.randint(1, 9))
        paid = self.chance.choice([(), (soles("1.00"),)])
        receipt = self.till.do(register_sale, credit_sale(customer, line(product, str(quantity)), paid=paid), by=JOSE)
        owed = PRICES[product] * quantity - sum((each.amount for each in paid), Decimal(0))
        self.debts[customer] += owed
        self.stock[product] -= quantity
        self.sales.append((receipt.sale_id, customer, product, quantity, owed))

    def abono(self) -> None:
        customer = self.chance.choice(list(self.debts))
        amount = Decimal(self.chance.randint(1, 9999)) / 100
        request = RegisterAbono(uuid4(), customer, (soles(str(amount)),))
        receipt = self.till.do(register_abono, request, by=JOSE)
        assert receipt.saldo_anterior == self.debts[customer]
        self.debts[customer] -= amount
        assert receipt.saldo_nuevo == self.debts[customer]
        self.abonos.append((receipt.abono_id, customer, amount))

    def void_sale(self) -> None:
        if self.sales:
            sale_id, customer, product, quantity, owed = self.sales.pop(self.chance.randrange(len(self.sales)))
            self.till.do(void_sale, VoidSale(sale_id, "se equivocó"), by=JOSE)
            self.debts[customer] -= owed
            self.stock[product] += quantity

    def void_abono(self) -> None:
        if self.abonos:
            abono_id, customer, amount = self.abonos.pop(self.chance.randrange(len(self.abonos)))
            self.till.do(void_abono, VoidAbono(abono_id, "se equivocó"), by=JOSE)
            self.debts[customer] += amount

    def correct_opening(self) -> None:
        opening = Decimal(self.chance.randint(0, 500))
        self.till.do(edit_customer, EditCustomer(LUIS, CustomerDetails("Luis"), opening, None), by=PEPA)
        self.debts[LUIS] += opening - self.openings[LUIS]
        self.openings[LUIS] = opening

    def push_some(self) -> None:
        self.till.push(limit=2)

    def push(self) -> None:
        self.till.push()

    def pull(self) -> None:
        self.till.pull()


def _shown_along_the_way(till: Till, customer: UUID) -> list[Decimal]:
    """The debt before the push, between its answer and the pull, and after it."""
    shown = [till.ask(customer_balance, customer)]
    till.push()
    shown.append(till.ask(customer_balance, customer))
    till.pull()
    return [*shown, till.ask(customer_balance, customer)]


def _quarantine(till: Till) -> UUID:
    """Central cannot take the first waiting operation."""
    operation, *_others = writes(next_batch, 10, 10**9, till.clock())(till.replica)
    result = OperationResult(operation.id, OperationStatus.QUARANTINED, code="unparseable")
    writes(settle, BUSINESS.id, [result], till.clock(), lambda _: till.clock())(till.replica)
    return UUID(operation.id)


def _figures(till: Till) -> tuple[object, ...]:
    return till.ask(customer_balance, LUIS), till.ask(stock_by_product), till.ask(my_distribucion)
