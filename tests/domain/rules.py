"""How a test says that a rule of the shop must stand in the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from avileo_pos.domain.errors import BusinessRuleBroken

Answer = TypeVar("Answer")


@contextmanager
def refused(code: str, **details: object) -> Iterator[None]:
    """The block must raise BusinessRuleBroken with this code, and at least these details."""
    with pytest.raises(BusinessRuleBroken) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.details.items() >= details.items()


def answer_or_code(act: Callable[[], Answer]) -> Answer | str:
    """What the act gives, or the code of the rule that stood in its way."""
    try:
        return act()
    except BusinessRuleBroken as broken:
        return broken.code
