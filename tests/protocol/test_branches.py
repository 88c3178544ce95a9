"""What the name of an epoch tells of its history."""

from __future__ import annotations

from secrets import token_hex
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.protocol.branches import BranchPoint, common_head, is_branch

roots = st.sampled_from([token_hex(16), token_hex(16)])
heads = st.integers(1, 2**62)
BUSINESS = str(UUID(int=1))


def branch(root: str, head: int) -> str:
    return BranchPoint(BUSINESS, root, head).named(token_hex(7))


@given(roots, heads)
def test_a_branch_fits_where_an_epoch_is_kept_and_tells_what_it_shares_with_its_root(root: str, head: int) -> None:
    name = branch(root, head)
    assert len(name) <= 64
    assert is_branch(name)
    assert not is_branch(root)
    assert common_head(name, root) == common_head(root, name) == head


@given(roots, heads, heads)
def test_two_branches_share_what_both_began_with(root: str, one: int, other: int) -> None:
    assert common_head(branch(root, one), branch(root, other)) == min(one, other)


@given(roots, roots, heads)
def test_nothing_is_known_to_be_shared_with_another_root(root: str, other: str, head: int) -> None:
    expected = head if root == other else 0
    assert common_head(branch(root, head), other) == expected


def test_a_central_that_came_back_from_a_backup_shares_nothing_for_certain() -> None:
    assert common_head(token_hex(16), token_hex(16)) == 0
