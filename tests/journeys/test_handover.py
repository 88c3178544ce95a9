"""What waits at a till without a line is carried to another in a file; whoever sends it, it counts once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.handover_file import Handover, read_handover
from avileo_pos.replica.handover import Carried, take_in
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.tables.base import instant_text
from tests.invariants import assert_promises_hold
from tests.journeys.handing_over import PASSPHRASE, a_day_without_a_line, export
from tests.journeys.shop import Shop
from tests.journeys.till import Till


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "por enviar.avileo"


def bring(till: Till, file: Path) -> Carried:
    return till.run(partial(take_in, read_handover(file, PASSPHRASE)))


def test_both_tills_send_it_and_it_counts_once(shop: Shop, file: Path) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    pepa.sign_in(ROSA.email, sample.PASSWORD)
    assert bring(pepa, file) == Carried(done)
    assert bring(pepa, file) == Carried(0)
    pepa.sync_until_quiet()
    assert shop.value("SELECT count(*) FROM sales WHERE seller_id = %(rosa)s", rosa=ROSA.id) == 2
    rosa.cable.is_cut = False
    assert_promises_hold(shop)
    assert {row["status"] for row in rosa.queue()} == {row["status"] for row in pepa.queue()} == {"acked"}
    assert rosa.device_id != pepa.device_id


def test_of_somebody_who_never_signed_in_only_what_every_seller_may_state_is_taken(shop: Shop, file: Path) -> None:
    """Else central would refuse the rest for good, from the till where it was done too."""
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    done = a_day_without_a_line(rosa)
    export(rosa, file)
    assert bring(pepa, file) == Carried(4, left_out=done - 4)
    pepa.sync_until_quiet()
    rosa.cable.is_cut = False
    assert_promises_hold(shop)
    assert {row["status"] for row in rosa.queue()} == {"acked"}


def test_what_was_carried_shows_at_once(shop: Shop, file: Path) -> None:
    rosa, pepa = shop.till(ROSA), shop.till(ADMIN)
    a_day_without_a_line(rosa)
    export(rosa, file)
    pepa.sign_in(ROSA.email, sample.PASSWORD)
    pepa.cable.is_cut = True
    bring(pepa, file)
    [customer] = pepa.rows("SELECT id, phone FROM customers WHERE name = 'Yolanda Ñaupari'")
    assert customer["phone"] == "987654321"
    assert pepa.rows("SELECT receipt_number, voided_at IS NULL AS stands FROM sales ORDER BY 1") == rosa.rows(
        "SELECT receipt_number, voided_at IS NULL AS stands FROM sales ORDER BY 1"
    )
    pepa.cable.is_cut = rosa.cable.is_cut = False
    assert_promises_hold(shop)


def test_a_file_tells_nothing_without_its_passphrase(shop: Shop, file: Path) -> None:
    rosa = shop.till(ROSA)
    a_day_without_a_line(rosa)
    export(rosa, file)
    assert b"Yolanda" not in file.read_bytes()
    with pytest.raises(BusinessRuleBroken, match="wrong_passphrase"):
        read_handover(file, "otra cosa")
    file.write_bytes(file.read_bytes()[:-40] + b'"}')
    with pytest.raises(BusinessRuleBroken, match="handover_broken"):
        read_handover(file, PASSPHRASE)
    rosa.cable.is_cut = False
    rosa.sync_until_quiet()


def test_where_nothing_can_be_written_the_folder_is_named(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(BusinessRuleBroken, match="place_unwritable") as refused:
        export(shop.till(ROSA), tmp_path / "gone" / "ventas.avileo")
    assert refused.value.details == {"place": str(tmp_path / "gone")}


def test_another_businesss_till_takes_nothing_in(shop: Shop) -> None:
    rosa = shop.till(ROSA)
    foreign = Handover(
        "0b000000-0000-4000-8000-000000000001", str(rosa.device_id), "Caja", instant_text(shop.clock()), []
    )
    with pytest.raises(BusinessRuleBroken, match="handover_of_another"):
        rosa.run(partial(take_in, foreign))
    rosa.sync_until_quiet()
