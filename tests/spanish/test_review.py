"""Whatever central finds worth a look in a sale or an abono, the owner reads it in Spanish."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from avileo_pos.protocol import COLLECTIONS
from avileo_pos.server import push
from avileo_pos.server.push.mend_references import references_of
from avileo_pos.spanish.review import review_sentences

STORING = Path(str(push.__file__)).parent
OWN_PARENTS = {"sales", "abonos"}  # come with their parts


def reasons() -> set[str]:
    return {
        *_appended("review.py"),
        *_allowed("judge_push.py"),
        *_doubts("judge_push.py"),
        *_unknown_parents(),
    }


def _appended(module: str) -> Iterator[str]:
    for node in _nodes(module):
        match node:
            case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Constant(value=str() as reason)]):
                yield reason


def _allowed(module: str) -> Iterator[str]:
    for node in _nodes(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Allowed":
            stated = [each for argument in node.args for each in ast.walk(argument)]
            yield from (each.value for each in stated if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _doubts(module: str) -> Iterator[str]:
    for node in _nodes(module):
        if isinstance(node, ast.FunctionDef) and node.name == "_doubt_about":
            stated = [each for answer in ast.walk(node) if isinstance(answer, ast.Return) for each in ast.walk(answer)]
            yield from (each.value for each in stated if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _unknown_parents() -> Iterator[str]:
    for name in OWN_PARENTS:
        for table in (name, *COLLECTIONS[name].parts):
            targets = {reference.target for reference in references_of(COLLECTIONS[table].table)}
            yield from (f"unknown_{target}" for target in targets - OWN_PARENTS)


def _nodes(module: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse((STORING / module).read_text(encoding="utf-8")))


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_has_a_sentence(reason: str) -> None:
    [sentence] = review_sentences([reason])
    assert "Motivo" not in sentence


def test_the_reasons_are_found_where_central_states_them() -> None:
    assert reasons() >= {"clock_skew", "inactive_customer", "seller_inactive", "voided_with_pin", "unknown_customers"}


def test_a_reason_of_a_newer_central_is_told_as_it_is() -> None:
    assert review_sentences(["full_moon"]) == ("Motivo «full_moon».",)
