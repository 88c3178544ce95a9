"""No code reaches a person without a sentence, and every sentence gets the details that it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from string import Formatter

import avileo_pos
from avileo_pos.desktop.sentences import SENTENCES, sentence

HOUSE = Path(avileo_pos.__file__).parent
# Those that raise, with the place of the code among their arguments.
RAISERS = {"BusinessRuleBroken": 0, "required_reason": 1}


@dataclass(frozen=True, slots=True)
class Raised:
    code: str
    details: frozenset[str]
    where: str


def test_every_broken_rule_has_a_sentence() -> None:
    assert [rule for rule in raised_rules() if rule.code not in SENTENCES] == []


def test_every_sentence_gets_the_details_that_it_names() -> None:
    lacking = [rule for rule in raised_rules() if placeholders(SENTENCES.get(rule.code, "")) - rule.details]
    assert lacking == []


def test_no_sentence_waits_for_a_rule_that_nobody_breaks() -> None:
    assert set(SENTENCES) - {rule.code for rule in raised_rules()} == set()


def test_amounts_and_weights_are_written_as_at_the_stall() -> None:
    assert sentence("payment_too_small", {"missing": Decimal("1234.5")}) == "Faltan S/ 1,234.50 para cubrir el total."
    assert "1.250 kg" in sentence("tare_exceeds_gross", {"tare": Decimal("1.25"), "gross": Decimal(1)})


def test_an_unknown_code_is_told_as_it_is() -> None:
    assert sentence("moon_is_full", {}) == "No se puede hacer (motivo «moon_is_full»)."


# --- Reading the rules -----------------------------------------------------------------------------------------------


def raised_rules() -> list[Raised]:
    return [rule for module in sorted(HOUSE.rglob("*.py")) for rule in rules_of(module)]


def rules_of(module: Path) -> Iterator[Raised]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        where = f"{module.relative_to(HOUSE)}:{getattr(node, 'lineno', 0)}"
        match node:
            case ast.Call(func=ast.Name(id=raiser), args=arguments, keywords=keywords) if raiser in RAISERS:
                yield from rule_of_call(arguments[RAISERS[raiser] :], keywords, where)
            case ast.ClassDef(bases=[ast.Name(id="BusinessRuleBroken")]):
                yield from rules_of_kind(node, where)
            case ast.FunctionDef(name=raiser, args=ast.arguments(defaults=[*codes])) if raiser in RAISERS:
                yield from rule_of_call(codes, [], where)


def rule_of_call(arguments: list[ast.expr], keywords: list[ast.keyword], where: str) -> Iterator[Raised]:
    match arguments:
        case [ast.Constant(value=str(code)), *_]:
            yield Raised(code, frozenset(word.arg for word in keywords if word.arg), where)


def rules_of_kind(kind: ast.ClassDef, where: str) -> Iterator[Raised]:
    """A kind of its own names its code where it starts its base."""
    for node in ast.walk(kind):
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__"), args=arguments, keywords=keywords):
                yield from rule_of_call(arguments, keywords, where)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
