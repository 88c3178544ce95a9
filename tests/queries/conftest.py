"""The furnished till of these tests."""

from tests.till import furnished, till

__all__ = ["furnished", "till"]
