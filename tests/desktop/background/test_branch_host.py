"""The branch beside a till's file: begun once, gone on with, and begun anew where the power went in between."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import httpx
import pytest

from avileo_pos.desktop.background.branch_host import BranchHost, Sharing, new_code, typed_code
from avileo_pos.replica.database import Replica
from avileo_pos.settings import branch_folder
from avileo_pos.sync.handing_on import HandedOn, Held
from avileo_pos.sync.neighbours import own_addresses
from tests.desktop.shop import BUSINESS, PEPA, furnish


@pytest.fixture
def host(tmp_path: Path) -> BranchHost:
    """Of a till that has pulled everything."""
    file = tmp_path / f"{BUSINESS.id}.db"
    furnish(file)
    with Replica.open(file) as replica, replica.writing() as db:
        db.exec_driver_sql("UPDATE sync_state SET epoch = 'first', pulled_head = 1000")
    return BranchHost(branch_folder(file), file, BUSINESS.id)


def test_a_branch_goes_on_where_it_was_and_ends_for_good(host: BranchHost, tmp_path: Path) -> None:
    try:
        first = host.share("Caja 1", PEPA.member_id)
        assert httpx.get(f"{first.here}/readyz").is_success
        most = HandedOn(7, (Held(3, ("one", "other")),))
        host.note_handed_on("first", most)
        host.stop()
        again = host.go_on("Caja 1")
        assert (again.code, again.here, again.shared_by) == (first.code, first.here, PEPA.member_id)
        assert host.handed_on("first") == most
        assert host.handed_on("restored") == HandedOn()
        host.note_handed_on("restored", HandedOn(2))
        assert (host.handed_on("first"), host.handed_on("restored")) == (HandedOn(), HandedOn(2))
        host.forget()
    finally:
        host.stop()
    assert not host.is_kept
    assert not list(tmp_path.glob("*.branch"))


def test_one_that_is_to_end_is_open_to_nobody_else_also_after_a_restart(host: BranchHost) -> None:
    try:
        host.share("Caja 1", PEPA.member_id)
        for serve in (host.end, host.go_on):
            sharing = serve("Caja 1")
            assert (sharing.is_ending, sharing.addresses) == (True, ())
            assert httpx.get(f"{sharing.here}/readyz").is_success
            assert not any(answers(at(address, sharing)) for address in own_addresses())
        assert not host.share("Caja 1", PEPA.member_id).is_ending
        assert not host.is_ending
    finally:
        host.stop()


def at(address: str, sharing: Sharing) -> str:
    return sharing.here.replace("127.0.0.1", address)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def test_one_that_was_not_begun_to_its_end_is_begun_anew(host: BranchHost) -> None:
    try:
        with patch.object(host, "_keep", side_effect=OSError("the power went")), pytest.raises(OSError, match="power"):
            host.share("Caja 1", PEPA.member_id)
        assert not host.is_kept
        assert httpx.get(f"{host.share('Caja 1', PEPA.member_id).here}/readyz").is_success
    finally:
        host.stop()


def test_a_code_is_understood_however_it_is_typed() -> None:
    code = new_code()
    assert new_code() != code
    assert {typed_code(code.lower()), typed_code(code.replace("-", " ")), typed_code(f" {code} ")} == {code}
