"""What till and central write in their logs, on a day full of trouble, names nobody and tells no amount."""

from __future__ import annotations

from pathlib import Path

import pytest

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.handover_file import read_handover
from avileo_pos.replica.removal import remove_till
from avileo_pos.server.business import sample
from avileo_pos.server.business.sample import ADMIN, ROSA
from avileo_pos.server.push.carried import courier_of, take_in_carried
from avileo_pos.sync.central import CentralTrouble
from tests.journeys.handing_over import PASSPHRASE, export
from tests.journeys.shop import Shop

NAME, PHONE = "Yolanda Ñaupari", "987654321"


def test_the_log_names_nobody(shop: Shop, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rosa = shop.till(ROSA)
    with pytest.raises(BusinessRuleBroken):
        rosa.sign_in_again(ROSA.email, "no es esta")
    rosa.sign_in_again(ROSA.email, sample.PASSWORD)
    yolanda = rosa.new_customer(NAME)
    rosa.edit_customer(yolanda, phone=PHONE)
    sale = rosa.sell("Pechuga", "1.237", to=yolanda, paid="4.30")
    rosa.replica_run("UPDATE sync_queue SET actor_id = ? WHERE entity_id = ?", str(ADMIN.id), str(yolanda))
    rosa.sync()
    shop.close_central()
    rosa.take_abono(yolanda, "5.70")
    rosa.sync()
    shop.open_central()
    rosa.turn_to(shop.address)
    shop.owner_run("UPDATE devices SET revoked_at = now()")
    rosa.sync()
    with pytest.raises(CentralTrouble):
        rosa.sign_in(ROSA.email, sample.PASSWORD)
    file = tmp_path / "por enviar.avileo"
    export(rosa, file)
    handover = read_handover(file, PASSPHRASE)
    take_in_carried(shop.database, handover, courier_of(shop.database, handover, ADMIN.email), shop.clock())
    rosa.replica.close()
    remove_till(rosa.file, frozenset(each.operation.id for each in handover.operations), shop.clock())
    logged = capfd.readouterr()
    written = logged.out + logged.err
    assert "till_removed" in written, "the log is what is read here"
    told = [NAME, "Yolanda", PHONE, ROSA.name, ROSA.email, ADMIN.email, sample.PASSWORD, PASSPHRASE, str(rosa.token)]
    told += [sale.number, str(sale.total_amount), "4.30", "5.70", "1.237"]
    assert [word for word in told if word in written] == []
