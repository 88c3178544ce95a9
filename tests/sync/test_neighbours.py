"""Tills find each other on a real network interface."""

from __future__ import annotations

from uuid import uuid4

from avileo_pos.sync.neighbours import LONGEST_NAME, Neighbour, announced, neighbours, own_addresses
from tests.server.served import wait_until

HERE = ("127.0.0.1",)


def test_a_till_that_shares_is_found_by_its_business_alone() -> None:
    ours, theirs = uuid4(), uuid4()
    with announced("Caja de Doña Pepa", 4831, ours, HERE):
        assert neighbours(ours, HERE, 1.5) == (Neighbour("Caja de Doña Pepa", "http://127.0.0.1:4831"),)
        assert neighbours(theirs, HERE, 1.5) == ()
    assert neighbours(ours, HERE, 1.5) == ()


def test_two_that_share_under_one_name_are_both_found() -> None:
    business = uuid4()
    with announced("Caja", 4831, business, HERE), announced("Caja", 4832, business, HERE):
        both = {"http://127.0.0.1:4831", "http://127.0.0.1:4832"}
        wait_until(lambda: {found.address for found in neighbours(business, HERE, 1.5)} == both, "both are found")


def test_of_a_long_name_the_beginning_is_told() -> None:
    business, name = uuid4(), "Puesto de la señora Ñusta " * 9
    with announced(name, 4831, business, HERE):
        assert [found.name for found in neighbours(business, HERE, 1.5)] == [name[:LONGEST_NAME]]


def test_own_addresses_are_those_that_others_can_call() -> None:
    assert not [address for address in own_addresses() if address.startswith("127.")]


def test_without_a_network_nobody_is_told_and_nobody_found() -> None:
    business = uuid4()
    with announced("Caja", 4831, business, ()):
        assert neighbours(business, (), 0.1) == ()
