"""The package holds two programs, and each needs an extra of it: what is missing is said before it is imported."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

_SIGNS: Final = {"till": "PySide6", "server": "fastapi"}
"""By extra, one module that it brings and nothing else does."""


def missing_extras(*needed: str) -> str:
    """How to install those that are missing, as a sentence; empty where none is."""
    missing = [extra for extra in needed if find_spec(_SIGNS[extra]) is None]
    return (
        f"this needs what another installation brings: pip install 'avileo-pos[{','.join(needed)}]'" if missing else ""
    )
