"""Damaged and crafted media at the gate; `bench/fuzz_media.py` tries thousands."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.fuzz_media import MUTATIONS, cases, clips, pictures, try_one

from agentvid.media.reader import reader
from agentvid.store.objects import ObjectStore


def check(count: int, seed: int, folder: Path) -> None:
    store = ObjectStore(folder / "store")
    for case in cases(count, seed):
        found = try_one(case, folder / "given.bin", store)
        assert found.what in ("taken in", "refused"), (case.origin, case.mutation, found)
    assert list((store.root / "tmp").glob("*")) == []
    assert reader().peak_kib < 2 * 2**20


def test_forty_damaged_files_are_taken_in_or_refused(tmp_path):
    check(40, 1, tmp_path)


@pytest.mark.slow
def test_a_hundred_and_fifty_more(tmp_path):
    check(150, 2, tmp_path)


def test_the_same_seed_gives_the_same_files_and_all_have_their_turn():
    whole = pictures() | clips()
    rounds = list(cases(len(whole) * len(MUTATIONS), 3))

    assert {case.origin for case in rounds} == whole.keys()
    assert {case.mutation for case in rounds} == {mutate.__name__ for mutate in MUTATIONS}
    assert [case.data for case in cases(25, 4)] == [case.data for case in cases(25, 4)]
    assert [case.data for case in cases(25, 4)] != [case.data for case in cases(25, 5)]
