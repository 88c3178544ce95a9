"""How much to send at once, how long to wait, and when a batch rather than the line is to blame."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.sync.backoff import LONGEST, SHORTEST, wait_after
from avileo_pos.sync.batches import Amount, PoisonSearch


@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_every_wait_is_between_two_seconds_and_five_minutes(failures: int, chance: float) -> None:
    assert SHORTEST <= wait_after(failures, lambda: chance).total_seconds() <= LONGEST


def test_the_longest_wait_doubles_with_each_failure() -> None:
    longest = [round(wait_after(failures, lambda: 1.0).total_seconds()) for failures in range(1, 10)]
    assert longest == [4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_what_central_asks_for_is_a_floor() -> None:
    asked = timedelta(minutes=10)
    assert wait_after(1, lambda: 0.0, asked) == asked
    assert wait_after(1, lambda: 0.0, timedelta()) == timedelta(seconds=SHORTEST)


def test_batches_double_while_they_are_quick_and_halve_when_they_fail() -> None:
    amount = Amount(20, 500)
    sizes = []
    for seconds in (0.5, 0.5, 3.0, 0.5, 0.5, 0.5):
        amount.took(seconds)
        sizes.append(amount.now)
    assert sizes == [40, 80, 80, 160, 320, 500]
    amount.halve(sent=30)
    assert amount.now == 15
    for _ in range(6):
        amount.halve(sent=amount.now)
    assert amount.now == 1


def test_a_batch_is_suspect_at_its_third_failure() -> None:
    search = PoisonSearch()
    assert [search.failed(["a", "b", "c"], certain=False) for _ in range(3)] == [False, False, True]


def test_what_is_left_of_a_halved_batch_is_still_the_same_batch() -> None:
    search = PoisonSearch()
    batches = (["a", "b", "c", "d"], ["a", "b"], ["a"])
    assert [search.failed(batch, certain=False) for batch in batches] == [False, False, True]


def test_another_batch_begins_a_new_count() -> None:
    search = PoisonSearch()
    for first in ("a", "a", "b", "a"):
        assert not search.failed([first, "z"], certain=False)


def test_in_a_search_groups_are_halved_at_once_and_single_ones_get_three_chances() -> None:
    search = PoisonSearch()
    for _ in range(3):
        search.failed(["a", "b"], certain=False)
    assert search.failed(["c", "d"], certain=False)
    assert [search.failed(["e"], certain=False) for _ in range(3)] == [False, False, True]
    search.end()
    assert not search.failed(["c", "d"], certain=False)


def test_where_central_names_the_content_one_failure_is_enough() -> None:
    assert PoisonSearch().failed(["a"], certain=True)
