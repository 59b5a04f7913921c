"""Edits in plain words by people who had not seen the rules, and as many by one who had: read as they were meant."""

from __future__ import annotations

import pytest
from edit_words_blind import CASES, misses


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['base']}-{case['say']}")
def test_what_people_say(case):
    """A case is marked as missed where it is known to be read otherwise than it was meant."""
    assert bool(misses(case)) is case.get("missed", False), misses(case)
