"""Who asked may be gone when the answer comes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from shiboken6 import isValid


def is_there(method: Callable[..., None]) -> bool:
    """Whether the screen or sheet whose method this is still exists."""
    owner = getattr(method, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
