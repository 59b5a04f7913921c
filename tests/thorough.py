"""How much a test of random things does: a part of it as a rule, all of it where AGENTVID_THOROUGH=1 is set."""

from __future__ import annotations

import os

__all__ = ["amount"]


def amount(usual: int, thorough: int) -> int:
    """Return how many random cases a test takes. Their seeds are the same either way: the usual ones come first."""
    return thorough if os.environ.get("AGENTVID_THOROUGH") == "1" else usual
