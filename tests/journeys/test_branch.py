"""A market without internet: two tills share through a branch started at one of them, which hands all on later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.handover_file import read_handover
from avileo_pos.protocol.branches import is_branch
from avileo_pos.queries.queue import what_waits
from avileo_pos.replica.central_word import write_word_of_central
from avileo_pos.replica.identity import read_identity
from avileo_pos.replica.removal import unsent
from avileo_pos.replica.transaction import reads
from avileo_pos.server.app import build_app
from avileo_pos.server.branches import begin_branch
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, CUSTOMERS, ROSA
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.push.carried import TakenIn, courier_of, take_in_carried
from avileo_pos.sync.central import CentralTrouble
from avileo_pos.sync.handing_on import HandedOn, hand_on
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.joining import join_branch
from tests.invariants import assert_promises_hold
from tests.journeys.handing_over import PASSPHRASE, export
from tests.journeys.shop import SETTINGS, Shop
from tests.journeys.till import Till
from tests.postgres import TestPostgres, make_tables, served
from tests.serving import serving

CODE = "GALLO-4831-PATA"
DORADO = CUSTOMERS[0]


class Branch:
    """Where it answers, and what it holds."""

    def __init__(self, address: str, database: Database) -> None:
        self.address = address
        self.database = database

    def rows(self, question: str, **values: object) -> list[tuple[object, ...]]:
        with self.database.transaction(sample.SAMPLE) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question, values)]

    def let_in(self, *tills: Till, code: str = CODE) -> None:
        for till in tills:
            till.turn_to(self.address)
            join_branch(till.central, till.keep_token, till.run(reads(read_identity)), [till.actor.member_id], code)


@contextmanager
def branch_of(till: Till, postgres: TestPostgres, folder: Path) -> Iterator[Branch]:
    word = folder / "branch.jsonl"
    write_word_of_central(till.file, word)
    with postgres.database(make_tables) as url:
        with Database.connect(url) as owner:
            begin_branch(owner, word, CODE, till.clock())
        with served(url) as database, serving(build_app(database, SETTINGS, till.clock)) as address:
            yield Branch(address, database)


@pytest.fixture
def market(shop: Shop) -> tuple[Till, Till]:
    """The admin's till and Rosa's, who have sold with internet, and have none any more."""
    pepa, rosa = shop.till(ADMIN), shop.till(ROSA)
    rosa.sell("Pollo entero", "2.500", to=DORADO.id, paid="0")
    shop.sync_all()
    rosa.sell("Pollo entero", "1.000", to=DORADO.id, paid="0")
    rosa.sync_until_quiet()  # central has it, and Pepa's till does not know
    for till in (pepa, rosa):
        till.cable.is_cut = True
    return pepa, rosa


def go_home(shop: Shop, till: Till) -> None:
    """The internet is back for this till, and it turns to central again."""
    till.turn_to(shop.address)
    till.sign_in_again({ADMIN.id: ADMIN.email, ROSA.id: ROSA.email}[till.actor.member_id], sample.PASSWORD)


def carried_home(shop: Shop, file: Path, by: str, *, without_missing: bool = False) -> TakenIn:
    """Somebody brings a till's file to central itself."""
    handover = read_handover(file, PASSPHRASE)
    courier = courier_of(shop.database, handover, by)
    return take_in_carried(shop.database, handover, courier, shop.clock(), without_missing=without_missing)


def come_to_rest(*tills: Till) -> None:
    for _ in range(2):
        for till in tills:
            till.sync_until_quiet()


def test_whoever_became_a_member_since_keeps_nobody_out(
    market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, rosa = market
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(pepa)
        rosa.turn_to(branch.address)
        identity = rosa.run(reads(read_identity))
        with pytest.raises(BusinessRuleBroken, match="wrong_password"):
            join_branch(rosa.central, rosa.keep_token, identity, [uuid4()], CODE)
        join_branch(rosa.central, rosa.keep_token, identity, [rosa.actor.member_id, uuid4()], CODE)
        come_to_rest(rosa, pepa)
        assert pepa.debt_of(DORADO.id) == rosa.debt_of(DORADO.id)


def test_two_tills_without_internet_share_what_they_sell(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, rosa = market
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(pepa, rosa)
        yolanda = rosa.new_customer("Yolanda Ñaupari")
        rosa.sell("Pechuga", "2.000", to=yolanda, paid="0")
        come_to_rest(rosa, pepa)
        pepa.take_abono(yolanda, "12.00")
        pepa.take_abono(DORADO.id, "100.00")
        come_to_rest(pepa, rosa)
        assert pepa.debt_of(yolanda) == rosa.debt_of(yolanda) == Decimal("20.00")
        sold = Decimal("9.80") * Decimal("3.500")
        assert pepa.debt_of(DORADO.id) == rosa.debt_of(DORADO.id) == DORADO.debt + sold - 100
        assert pepa.stock() == rosa.stock()
    assert shop.value("SELECT count(*) FROM abonos") == 0
    for till in market:
        go_home(shop, till)
    assert_promises_hold(shop)


def test_what_a_till_sold_reaches_central_though_the_till_does_not_come_back(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, rosa = market
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(pepa, rosa)
        rosa.sell("Pechuga", "2.000", to=DORADO.id, paid="0")
        rosa.void_sale(rosa.sell("Alas", "1.000").sale_id)
        rosa.edit_customer(DORADO.id, phone="900100200")
        come_to_rest(rosa, pepa)
        assert hand_on_by(pepa, shop, branch)
        assert shop.value("SELECT phone FROM customers WHERE id = %(it)s", it=DORADO.id) == "900100200"
        assert shop.value("SELECT count(*) FROM sales WHERE seller_id = %(her)s", her=ROSA.id) == 4
        assert shop.value("SELECT count(*) FROM sales WHERE voided_at IS NOT NULL") == 1
        assert shop.value("SELECT count(*) FROM sync_operations WHERE status = 'quarantined'") == 0
        assert hand_on_by(pepa, shop, branch)
    go_home(shop, rosa)
    assert_promises_hold(shop)


def test_a_branch_begins_with_central_s_word_and_not_with_what_waits(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    """Else what waits at its till would be there already when it comes, and change no debt and no stock."""
    pepa, rosa = market
    pepa.void_sale(UUID(pepa.value("SELECT id FROM sales")))
    pepa.edit_customer(DORADO.id, name="El Dorado de Lince")
    pepa.sell("Alas", "3.000", to=DORADO.id, paid="0")
    with branch_of(pepa, postgres, tmp_path) as branch:
        assert branch.rows("SELECT name FROM customers WHERE id = %(it)s", it=DORADO.id) == [(DORADO.name,)]
        assert branch.rows("SELECT voided_at FROM sales") == [(None,)]
        branch.let_in(pepa, rosa)
        come_to_rest(pepa, rosa)
        assert branch.rows("SELECT name FROM customers WHERE id = %(it)s", it=DORADO.id) == [("El Dorado de Lince",)]
        owed = DORADO.debt + Decimal("9.80") + 3 * Decimal("10.90")
        assert pepa.debt_of(DORADO.id) == rosa.debt_of(DORADO.id) == owed
        assert pepa.stock() == rosa.stock()
    for till in market:
        go_home(shop, till)
    assert_promises_hold(shop)


def test_only_what_a_branch_lacks_is_sent_to_it_and_only_what_central_lacks_back(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, rosa = market
    last_sale = rosa.queue()[-1]["id"]
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(rosa)
        rosa.sync_until_quiet()
        assert branch.rows("SELECT id::text FROM sync_operations") == [(last_sale,)]
        rosa.sell("Alas", "1.000")
        rosa.sync_until_quiet()
    go_home(shop, rosa)
    with patch.object(rosa.central, "push", wraps=rosa.central.push) as push:
        rosa.sync_until_quiet()
    assert sum(len(call.args[0].operations) for call in push.call_args_list) == 2
    go_home(shop, pepa)
    assert_promises_hold(shop)


def test_who_does_not_know_the_code_stays_outside(
    market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, rosa = market
    with branch_of(pepa, postgres, tmp_path) as branch, pytest.raises(BusinessRuleBroken, match="wrong_password"):
        branch.let_in(rosa, code="GALLO-0000-PATA")


def test_a_branch_is_made_of_no_branch_and_of_nothing_unfinished(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, _ = market
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(pepa)
        pepa.sync_until_quiet()
        assert is_branch(pepa.value("SELECT epoch FROM sync_state"))
        with pytest.raises(BusinessRuleBroken, match="already_sharing"):
            write_word_of_central(pepa.file, tmp_path / "second.jsonl")
    new = shop.new_till()
    with pytest.raises(BusinessRuleBroken, match="catalog_not_here"):
        write_word_of_central(new.file, tmp_path / "third.jsonl")


def test_a_branch_does_not_begin_from_a_pull_that_was_torn(market: tuple[Till, Till], tmp_path: Path) -> None:
    pepa, _ = market
    with pepa.replica.writing() as db:
        db.exec_driver_sql("UPDATE sales SET revision = (SELECT pulled_head FROM sync_state) + 1 WHERE revision > 0")
    with pytest.raises(BusinessRuleBroken, match="pull_unfinished"):
        write_word_of_central(pepa.file, tmp_path / "word.jsonl")


def test_central_hands_nothing_on(shop: Shop) -> None:
    pepa = shop.till(ADMIN)
    with pytest.raises(CentralTrouble, match="hands nothing on"):
        pepa.central.next_push(sample.SAMPLE, 0)


def test_only_an_admin_is_told_what_a_branch_took(
    market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    pepa, rosa = market
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(rosa)
        with pytest.raises(CentralTrouble, match="does not allow"):
            rosa.central.next_push(sample.SAMPLE, 0)


class Nothing:
    """As if nothing had been handed on before, and nobody kept how far it is."""

    def handed_on(self, _epoch: str) -> HandedOn:
        return HandedOn()

    def note_handed_on(self, _epoch: str, _done: HandedOn) -> None:
        """The next time all goes again."""


def hand_on_by(till: Till, shop: Shop, branch: Branch) -> bool:
    """Its person goes home, and what the branch has taken goes with them."""
    branch.let_in(till)
    at_the_branch = till.token
    go_home(shop, till)
    with HttpCentral(branch.address, lambda: at_the_branch) as source:
        return hand_on(source, till.central, sample.SAMPLE, "home", Nothing(), till.clock)


def test_a_void_that_a_file_brings_home_before_its_sale_waits_for_it(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    """The file tells that its till had been at a branch, of which central has not heard everything."""
    pepa, rosa = market
    file = tmp_path / "por enviar.avileo"
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(pepa, rosa)
        sold = rosa.sell("Pechuga", "2.000", to=DORADO.id, paid="0").sale_id
        come_to_rest(rosa, pepa)
        pepa.void_sale(sold)
        export(pepa, file)
    taken = carried_home(shop, file, ADMIN.email, without_missing=True)
    assert (taken.waiting, taken.parked) == (1, 0)
    for till in (rosa, pepa):
        go_home(shop, till)
        till.sync_until_quiet()
    assert_promises_hold(shop)
    assert {row["status"] for till in market for row in till.queue()} == {"acked"}
    assert shop.value("SELECT count(*) FROM sales WHERE voided_at IS NOT NULL") == 1


def test_what_only_the_branch_has_is_exported_too_and_keeps_a_till_where_it_is(
    shop: Shop, market: tuple[Till, Till], postgres: TestPostgres, tmp_path: Path
) -> None:
    """The branch may burn with its laptop before it has handed anything on."""
    pepa, rosa = market
    file = tmp_path / "por enviar.avileo"
    with branch_of(pepa, postgres, tmp_path) as branch:
        branch.let_in(pepa, rosa)
        rosa.sell("Pechuga", "2.000", to=DORADO.id, paid="0")
        come_to_rest(rosa, pepa)
        # Central has one of them, but after all that the branch began with: nobody here can know.
        assert rosa.ask(what_waits).operations == rosa.ask(what_waits).sales == 2
        with pytest.raises(BusinessRuleBroken, match="not_exported"):
            rosa.run(reads(unsent, frozenset()))
        export(rosa, file)
    handover = read_handover(file, PASSPHRASE)
    assert rosa.run(reads(unsent, frozenset(each.operation.id for each in handover.operations))) == 2
    taken = carried_home(shop, file, ROSA.email)
    assert (taken.new, taken.known) == (1, 1)
    for till in market:
        go_home(shop, till)
    assert_promises_hold(shop)
    assert rosa.run(reads(unsent, frozenset())) == 0
