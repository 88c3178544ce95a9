"""What waits at a till without a line is carried to central itself in a file, and whoever sends it, it counts once."""

from __future__ import annotations

import subprocess
import threading
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from avileo_pos.domain.money import format_soles
from avileo_pos.handover.handover_file import read_handover
from avileo_pos.replica.handover import hand_over, waiting_operations
from avileo_pos.replica.transaction import reads
from avileo_pos.server import cli
from avileo_pos.server.admin.queries.review import read_reviewed
from avileo_pos.server.business import sample
from avileo_pos.server.business.audit import verify
from avileo_pos.server.business.desk import at_the_desk
from avileo_pos.server.business.sample import ADMIN, ROSA, SampleMember
from avileo_pos.server.central import Central
from avileo_pos.server.push.carried import TakenIn, courier_of, take_in_carried
from avileo_pos.tables.base import instant_text
from tests.invariants import assert_promises_hold
from tests.journeys.handing_over import PASSPHRASE, a_day_without_a_line, export
from tests.journeys.shop import SETTINGS, Shop
from tests.journeys.till import Till
from tests.server.test_cli import central


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "por enviar.avileo"


@pytest.fixture
def rosa(shop: Shop) -> Till:
    return shop.till(ROSA)


def bring(shop: Shop, file: Path, *, by: SampleMember = ADMIN, without_missing: bool = False) -> TakenIn:
    handover = read_handover(file, PASSPHRASE)
    courier = courier_of(shop.database, handover, by.email)
    return take_in_carried(shop.database, handover, courier, shop.clock(), without_missing=without_missing)


def run_import(shop: Shop, file: Path, *options: str, by: str = ADMIN.email) -> subprocess.CompletedProcess[str]:
    """The command, as an operator calls it."""
    password = file.with_name("password")
    password.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    urls = [each.engine.url.render_as_string(hide_password=False) for each in (shop.owner, shop.database)]
    given = ("import", str(file), "--by", by, "--password-file", str(password), *options)
    return central(*given, url=urls[0], served_at=urls[1])


def test_a_tills_file_is_taken_twice_and_the_till_sends_it_too(shop: Shop, rosa: Till, file: Path) -> None:
    done, device_id = a_day_without_a_line(rosa), rosa.device_id
    export(rosa, file)
    first, again = run_import(shop, file), run_import(shop, file)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert f"{done} new, 0 known already, 0 put aside" in first.stdout
    assert f"0 new, {done} known already, 0 put aside" in again.stdout
    assert shop.value("SELECT count(*) FROM sales WHERE seller_id = %(rosa)s", rosa=ROSA.id) == 2
    rosa.cable.is_cut = False
    assert_promises_hold(shop)
    assert {row["status"] for row in rosa.queue()} == {"acked"}
    assert shop.value("SELECT count(*) FROM sales WHERE needs_review") == 0
    assert rosa.device_id == device_id, "nobody took it for a copy of itself"


def test_what_the_till_sent_meanwhile_is_known(shop: Shop, rosa: Till, file: Path) -> None:
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    rosa.cable.is_cut = False
    rosa.sell("Pechuga", "1.000")
    rosa.sync_until_quiet()
    assert bring(shop, file) == TakenIn(known=done)
    assert_promises_hold(shop)


def test_till_and_file_at_the_same_moment_count_once(shop: Shop, rosa: Till, file: Path) -> None:
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    rosa.cable.is_cut = False
    taken: list[TakenIn] = []
    carrying = threading.Thread(target=lambda: taken.append(bring(shop, file)))
    carrying.start()
    rosa.sync_until_quiet()
    carrying.join()
    assert taken[0].new + taken[0].known == done
    assert_promises_hold(shop)


def test_a_dry_run_tells_what_the_file_holds_and_changes_nothing(shop: Shop, rosa: Till, file: Path) -> None:
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    before = everything(shop)
    told = run_import(shop, file, "--dry-run")
    assert (told.returncode, told.stderr) == (0, "")
    sold = Decimal(rosa.value("SELECT sum(total_amount) FROM sales")).scaleb(-2)
    assert f"2 create of sales, {format_soles(sold)}, 14/03/2031, 10:00 to 14/03/2031, 10:00" in told.stdout
    assert "1 create of abonos, S/ 5.00" in told.stdout
    assert f"{done} operations, 0 of them known already." in told.stdout
    assert "Nothing was changed." in told.stdout
    assert everything(shop) == before
    rosa.cable.is_cut = False


def test_who_brought_it_stands_in_the_audit(shop: Shop, rosa: Till, file: Path) -> None:
    seen = shop.value("SELECT last_seen_at FROM devices WHERE id = %(device)s", device=rosa.device_id)
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    bring(shop, file)
    carried, pushed = shop.rows(
        'SELECT e.action, u.email, e.device_id, e.details FROM audit_entries e JOIN "user" u ON u.id = e.user_id'
        " ORDER BY e.number DESC LIMIT 2"
    )[::-1]
    assert carried[:3] == ("operations.carried", ADMIN.email, rosa.device_id)
    assert f'"operations":{done}' in carried[3]
    assert pushed[:3] == ("push", ADMIN.email, rosa.device_id)
    assert shop.owner.in_transaction(lambda db: verify(db, sample.SAMPLE)).flaws == ()
    heard = shop.value("SELECT last_seen_at FROM devices WHERE id = %(device)s", device=rosa.device_id)
    assert heard == seen, "the till itself was not heard of"


def test_of_a_till_that_was_withdrawn_sales_are_taken_and_marked(shop: Shop, rosa: Till, file: Path) -> None:
    a_day_without_a_line(rosa)
    export(rosa, file)
    withdraw(shop, rosa)
    assert "which was withdrawn" in run_import(shop, file, "--dry-run").stdout
    taken = bring(shop, file)
    assert (taken.new, taken.parked) == (4, 3)  # the drawer, two sales and the abono; no card, no edit, no void
    reviewed = shop.rows("SELECT review_reason FROM sales WHERE seller_id = %(rosa)s", rosa=ROSA.id)
    assert {row[0].split()[0] for row in reviewed} == {"device_revoked"}
    assert bring(shop, file) == TakenIn(known=4, parked=3)


def test_what_is_refused_is_put_aside_as_from_any_till(shop: Shop, rosa: Till, file: Path) -> None:
    rosa.cable.is_cut = True
    rosa.sell("Pechuga", "1.000")
    rosa.new_customer("Yolanda Ñaupari")
    export(rosa, file)
    shop.owner_run("UPDATE business_users SET is_active = false WHERE id = %(rosa)s", rosa=ROSA.id)
    taken = bring(shop, file)
    assert (taken.new, taken.parked) == (2, 1)
    owner = shop.value('SELECT u.id FROM "user" u WHERE u.email = %(email)s', email=ADMIN.email)
    seen = partial(read_reviewed, page=1, done=False)
    shown = at_the_desk(Central(shop.database, SETTINGS, shop.clock), sample.SAMPLE, owner, seen)
    assert [(each.collection, each.code) for each in shown.not_taken] == [("customers", "seller_inactive")]
    assert [(each.person, each.device) for each in shown.not_taken] == [("Rosa Quispe", "Caja de Rosa Quispe")]
    assert [tuple(each.reasons) for each in shown.remarked] == [("seller_inactive",)]


def test_edits_of_somebody_unknown_at_that_till_wait_for_their_sign_in(shop: Shop, rosa: Till, file: Path) -> None:
    """Central came back from a backup of before the till was enrolled. That they bring the file proves nothing."""
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    signed_in = shop.rows("SELECT * FROM device_members WHERE device_id = %(device)s", device=rosa.device_id)
    shop.owner_run("DELETE FROM device_members WHERE device_id = %(device)s", device=rosa.device_id)
    taken = bring(shop, file, by=ROSA)
    assert taken.left_out + taken.new + taken.waiting == done
    assert (taken.left_out, taken.parked) == (3, 0)  # card, edit and void
    [row] = signed_in
    shop.owner_run(
        "INSERT INTO device_members VALUES (%(business)s, %(device)s, %(member)s, %(at)s)",
        device=row[1], member=row[2], at=row[3],
    )  # fmt: skip
    assert bring(shop, file).left_out == 0
    rosa.cable.is_cut = False
    assert_promises_hold(shop)


def test_a_sale_whose_customer_will_never_arrive_is_taken_when_the_operator_says_so(
    shop: Shop, rosa: Till, file: Path
) -> None:
    """Central has lost the card that the till had sent, and the till itself is gone."""
    yolanda = rosa.new_customer("Yolanda Ñaupari")
    card = rosa.queue()[-1]["id"]
    rosa.cable.is_cut = True
    rosa.sell("Pollo entero", "3.000", to=yolanda, paid="0")
    rosa.replica_run("DELETE FROM sync_queue WHERE id = ?", card)
    export(rosa, file)
    assert bring(shop, file).waiting == 1
    assert bring(shop, file, without_missing=True).new == 1
    [(reason, name)] = shop.rows(
        "SELECT s.review_reason, c.name FROM sales s JOIN customers c ON c.id = s.client_id AND s.seller_id = %(rosa)s",
        rosa=ROSA.id,
    )
    assert (reason, name) == ("unknown_customers", "Cliente por revisar")


def test_the_password_is_asked_for_where_none_is_given(
    shop: Shop, rosa: Till, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day_without_a_line(rosa)
    export(rosa, file)
    for name, database in (("DATABASE_URL", shop.database), ("OWNER_DATABASE_URL", shop.owner)):
        monkeypatch.setenv(name, database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(cli, "getpass", lambda _prompt: PASSPHRASE)
    command = ["import", str(file), "--by", ADMIN.email, "--dry-run"]
    asked = CliRunner().invoke(cli.app, command)
    told = CliRunner().invoke(cli.app, [*command, "--password-file", "-"], input=f"{PASSPHRASE}\n")
    assert (asked.exit_code, told.exit_code) == (0, 0)
    assert asked.output == told.output
    assert PASSPHRASE not in asked.output
    rosa.cable.is_cut = False


@pytest.mark.parametrize("wrong", ["password", "cut", "other business", "stranger"])
def test_what_cannot_be_taken_is_said_in_one_sentence_and_changes_nothing(
    shop: Shop, rosa: Till, file: Path, wrong: str
) -> None:
    a_day_without_a_line(rosa)
    export(rosa, file)
    by = ADMIN.email
    match wrong:
        case "password":
            export(rosa, file, "cuatro gallinas")
            said = "does not open with this password"
        case "cut":
            file.write_bytes(file.read_bytes()[:-50])
            said = "is no file of a till's operations, or not a whole one"
        case "other business":
            export_of_another_business(rosa, file)
            said = "The file is of another business"
        case _:
            by = "nobody@example.com"
            said = "nobody works there as nobody@example.com"
    before = everything(shop)
    refused = run_import(shop, file, by=by)
    assert refused.returncode == cli.EXIT_CANNOT_IMPORT
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert everything(shop) == before
    rosa.cable.is_cut = False


def test_a_file_that_is_not_there_is_said_so(shop: Shop, file: Path) -> None:
    refused = run_import(shop, file)
    assert (refused.returncode, "does not exist" in refused.stderr) == (2, True)


# --- Hands and eyes --------------------------------------------------------------------------------------------------


def everything(shop: Shop) -> list[tuple[object, ...]]:
    """How many rows each table of central holds, and the head of its history."""
    with shop.owner.transaction() as connection:
        names = (
            connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        )
        counts = [connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar() for name in sorted(names)]
        head = connection.exec_driver_sql("SELECT revision, audit_number FROM sync_counters").all()
    return [*zip(sorted(names), counts, strict=True), *(tuple(row) for row in head)]


def withdraw(shop: Shop, till: Till) -> None:
    shop.owner_run("UPDATE devices SET revoked_at = now() WHERE id = %(device)s", device=till.device_id)


def export_of_another_business(till: Till, file: Path) -> None:
    handover = till.run(reads(waiting_operations, instant_text(till.clock())))
    foreign = type(handover)(
        "0b000000-0000-4000-8000-000000000001", handover.device_id, "Caja", handover.written_at, handover.operations
    )
    hand_over(file, foreign, PASSPHRASE)
