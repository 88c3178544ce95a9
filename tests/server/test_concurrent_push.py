"""Several tills and several workers of central at once: revisions appear in the order in which they rise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from avileo_pos.server.postgres.database import CentralBusy, Database
from avileo_pos.server.postgres.epoch import restored
from avileo_pos.server.postgres.revisions import locked_revisions
from avileo_pos.server.push.apply_push import apply_push
from avileo_pos.server.push.parse_push import parse_push
from tests.postgres import served
from tests.server.sync_central import NOW, TestCentral, Till
from tests.server.test_derived import require_sound
from tests.server.test_pull import Copy, apply, digest_of, pull, told_digest


def _in_threads(*jobs: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def test_no_change_appears_below_a_head_that_was_answered(central: TestCentral, pollo: str, rosa: str) -> None:
    """Two tills push while a third pulls without a pause; in the end it has every row, so it never went past one."""
    finished = [Event(), Event()]
    copy: Copy = {}

    def sell(till: Till, done: Event) -> None:
        for _ in range(15):
            till.push(*(till.sale([pollo], rosa, paid=0) for _ in range(3)))
        done.set()

    def watch() -> None:
        cursor, is_last = None, False
        while not is_last:
            is_last = all(event.is_set() for event in finished)
            page = pull(central.ana, cursor)
            apply(copy, page)
            while not page.complete:
                page = pull(central.ana, page.cursor)
                apply(copy, page)
            cursor = page.cursor

    _in_threads(lambda: sell(central.ana, finished[0]), lambda: sell(central.beto, finished[1]), watch)
    assert digest_of(copy) == told_digest(central.ana)
    assert len(copy["sales"]) == 90
    require_sound(central)


def test_one_operation_sent_through_two_workers_has_one_effect(central: TestCentral, pollo: str, rosa: str) -> None:
    body = central.beto.body([central.beto.sale([pollo], rosa, paid=0) for _ in range(20)])
    statuses: list[set[str]] = []

    def send() -> None:
        statuses.append({str(result.status) for result in central.beto.push_body(body).results})

    _in_threads(send, send, send)
    assert sorted(map(sorted, statuses)) == [["applied"], ["duplicate"], ["duplicate"]]
    require_sound(central)


def test_an_answer_lost_after_the_commit_costs_nothing(central: TestCentral, pollo: str) -> None:
    """The till never hears of it and sends again, to another worker."""
    body = central.beto.body([central.beto.sale([pollo])])
    head = central.beto.push_body(body).head
    with Database.connect(_url(central)) as other_worker:
        answer = apply_push(other_worker, parse_push(body), central.beto.user_id, NOW)
    assert [result.status for result in answer.results] == ["duplicate"]
    assert answer.head == head


def test_a_push_that_waits_too_long_is_put_off_and_leaves_nothing(
    central: TestCentral, pollo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = central.beto.sale([pollo])
    with _held_by_another_writer(central), monkeypatch.context() as impatience:
        impatience.setattr("avileo_pos.server.postgres.database._LIMITS", "SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(CentralBusy):
            central.beto.push(sale)
    assert central.beto.statuses(sale) == ["applied"]


def test_a_connection_that_breaks_in_mid_push_leaves_nothing(central: TestCentral, pollo: str) -> None:
    sale = central.beto.sale([pollo])
    with ThreadPoolExecutor(1) as worker, _held_by_another_writer(central):
        sending = worker.submit(central.beto.push, sale)
        while not central.value(_CUT_WHO_WAITS):
            assert not sending.done()
        with pytest.raises(OperationalError):
            sending.result()
    assert central.beto.statuses(sale) == ["applied"]
    assert central.rows("SELECT count(*) FROM sales") == [(1,)]


# --- Epochs ----------------------------------------------------------------------------------------------------------


def test_a_restored_central_begins_a_new_epoch_above_all_it_ever_said(central: TestCentral, pollo: str) -> None:
    before = central.beto.push(central.beto.sale([pollo]))
    epoch = restored(central.database, NOW)
    after = central.beto.push(central.beto.sale([pollo]))
    assert after.epoch == epoch != before.epoch
    assert after.head > before.head + 2**32


def test_what_a_backup_lost_is_stored_again(central: TestCentral, pollo: str, rosa: str) -> None:
    kept, lost = central.beto.sale([pollo], rosa, paid=0), central.beto.sale([pollo], rosa, paid=0)
    renamed = central.beto.patch("customers", rosa, name=("Rosa", "Rosita"))
    central.beto.push(kept)
    with _backup_of(central) as backup:
        central.beto.push(lost, renamed)
        central.database, central.owner = backup
        epoch = restored(central.database, NOW)
        answer = central.beto.push(kept, lost, renamed)
        assert [result.status for result in answer.results] == ["duplicate", "applied", "applied"]
        assert answer.epoch == epoch
        require_sound(central)


def test_a_database_that_runs_elsewhere_begins_a_new_epoch_by_itself(central: TestCentral, pollo: str) -> None:
    before = central.beto.push(central.beto.sale([pollo]))
    central.run("UPDATE central_identity SET timeline = timeline + 1")
    heads: list[tuple[str, int]] = []

    def ask() -> None:
        answer = central.beto.push()
        heads.append((answer.epoch, answer.head))

    _in_threads(ask, ask)
    assert heads[0] == heads[1]
    assert heads[0] == (heads[0][0], before.head + 2**32)
    assert heads[0][0] != before.epoch
    assert pull(central.beto, limit=10).epoch == heads[0][0]


_CUT_WHO_WAITS = """
    SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@contextmanager
def _held_by_another_writer(central: TestCentral) -> Iterator[None]:
    business_id = UUID(central.business_id)
    with central.database.transaction(business_id) as connection, locked_revisions(connection, business_id):
        yield


def _url(central: TestCentral) -> str:
    return central.database.engine.url.render_as_string(hide_password=False)


@contextmanager
def _backup_of(central: TestCentral) -> Iterator[tuple[Database, Database]]:
    """A copy of central's database as it is now, opened as another one, as central and as its owner."""
    original = central.owner.engine.url
    name = f"{original.database}_backup"
    central.database.engine.dispose()
    central.owner.engine.dispose()
    address = original.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {original.database}".encode())
        try:
            copied = original.set(database=name).render_as_string(hide_password=False)
            with served(copied) as backup, Database.connect(copied) as owner:
                yield backup, owner
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
