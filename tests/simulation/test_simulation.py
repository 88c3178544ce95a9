"""What the simulator finds in a few schedules, and why to believe it: it repeats itself, its stand-ins are true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import TestPostgres
from tests.simulation.backups import take_backup
from tests.simulation.crash_points import crash_points, violation_at
from tests.simulation.databases import owner_at
from tests.simulation.mutants import MUTANTS
from tests.simulation.pieces import play_with
from tests.simulation.regressions import as_line, caught, kept
from tests.simulation.schedule import Schedule, draw
from tests.simulation.shop import BUSINESS, Shop, open_shop
from tests.simulation.world import World, play

SEEDS = range(16)
SOLD = Schedule(0, (0, 1), (["sell", 1, [[0, 1234]], 0, 33], ["edit", 0, 1, "notes", "paga el sábado"]))


@pytest.fixture(scope="module")
def shop(postgres: TestPostgres) -> Iterator[Shop]:
    with open_shop(postgres) as opened:
        yield opened


def test_every_promise_holds_in_every_schedule(shop: Shop) -> None:
    for seed in SEEDS:
        assert play(shop, draw(seed)).violation is None, f"seed {seed}"


@pytest.mark.parametrize("schedule", kept(), ids=as_line)
def test_what_broke_once_does_not_break_again(shop: Shop, schedule: Schedule) -> None:
    assert play(shop, schedule).violation is None


def test_a_schedule_is_the_same_whenever_it_is_played(shop: Shop) -> None:
    once = [play(shop, draw(seed)) for seed in (3, 5, 8)]
    again = [play(shop, draw(seed)) for seed in (3, 5, 8)]
    assert [each.trace for each in once] == [each.trace for each in again]


def test_a_business_put_back_is_what_a_copied_database_holds(postgres: TestPostgres) -> None:
    """A backup of rows stands in for one of the whole database, as a restored schedule would take a second else."""
    with open_shop(postgres) as shop, World(shop, SOLD).running() as world:
        world.play()
        backup = shop.central.backup()
        shop.central.owner.close()
        shop.central.database.close()
        with postgres.copy(shop.url) as url, owner_at(url) as copied:
            in_copy = take_backup(copied, str(BUSINESS))
        with owner_at(shop.url) as owner:
            shop.central.owner = owner
            world.perform(["sell", 0, [[1, 700]], 0, 0])
            world.perform(["void_sale", 0, 0])
            world.perform(["round", 0, []])
            assert shop.central.backup() != in_copy
            shop.central.go_back_to(backup, "epoch-again")
            assert shop.central.backup() == in_copy


@pytest.mark.parametrize("name", MUTANTS)
def test_a_deliberate_bug_is_found(shop: Shop, name: str) -> None:
    """By the schedule that `--mutants` has found and shortened, which breaks nothing without the bug."""
    assert play_with(name, shop, caught()[name]).violation


@pytest.mark.parametrize("program", ["till", "central", "branch 0"])
def test_a_crash_while_a_branch_is_begun_and_handed_on_breaks_nothing(shop: Shop, program: str) -> None:
    scenario = "a guest sells at a branch, which hands on"
    points = [each for each in crash_points(shop, scenario) if each.program == program]
    assert len(points) > 40
    assert {violation_at(shop, point) for point in points[:: len(points) // 6]} == {None}


@pytest.mark.parametrize("program", ["till", "central"])
def test_a_crash_in_the_middle_of_a_sale_on_credit_breaks_nothing(shop: Shop, program: str) -> None:
    """`--crashes` tries every moment of fifteen scenarios; these are some of one."""
    points = [each for each in crash_points(shop, "a new customer buys on credit") if each.program == program]
    assert len(points) > 40
    assert {violation_at(shop, point) for point in points[:: len(points) // 6]} == {None}
