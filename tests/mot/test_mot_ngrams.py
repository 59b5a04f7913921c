"""Guesses from the text itself and from texts before it, and how long they go on."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import torch

from agentvid.models.mot.config import tiny
from agentvid.models.mot.decode import Decoding, decode
from agentvid.models.mot.ngrams import Draft, Guess, Memory
from agentvid.models.mot.unified import Unified


def told(guesses):
    return [guess.id for guess in guesses]


def test_a_memory_tells_what_followed_most_often():
    memory = Memory()
    for text in ([1, 2, 3], [1, 2, 3], [1, 2, 4], [9, 1, 2, 5]):
        memory.add(text)
    assert memory.next([1, 2]) == (3, pytest.approx(2 / 4))
    assert memory.next([9, 1, 2]) == (5, 1.0)  # the longest run decides
    assert memory.next([7, 7, 1, 2])[0] == 3
    assert memory.next([2]) is None
    assert memory.next([4, 5]) is None
    assert memory.next([None, 2]) is None


def test_a_memory_forgets_the_oldest_and_stays_small():
    memory = Memory(runs_kept=300)
    memory.add([1, 2, 3])
    for start in range(10, 3000, 10):
        memory.add(range(start, start + 10))
        assert len(memory._newer) + len(memory._older) < 2 * 300 + 60
    assert memory.next([1, 2]) is None
    assert memory.next([2994, 2995]) == (2996, 1.0)


def test_a_memory_serves_several_threads():
    memory, failed = Memory(runs_kept=50), []

    def work(seed):
        try:
            for index in range(300):
                memory.add([(seed * index) % 7, 1, 2, index % 5, 3])
                memory.next([1, 2, index % 5])
        except Exception as error:  # whatever it is, the test tells it
            failed.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_a_text_goes_on_as_it_did_before_and_is_believed_by_experience():
    draft = Draft([1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3])
    doubtful = draft.guess(8)
    assert told(doubtful) == [4, 5]
    for _ in range(20):
        draft.judge(Guess(0, is_own=True), right=True)
    assert told(draft.guess(8)) == [4, 5, 6, 7, 8, 9, 1, 2]
    assert told(draft.guess(3)) == [4, 5, 6]
    assert draft.guess(0) == []
    for _ in range(40):
        draft.judge(Guess(0, is_own=True), right=False)
    assert told(draft.guess(8)) == [4]  # one more row costs little
    draft.add([None])
    assert draft.guess(8) == []


def test_texts_before_are_asked_where_they_know_better():
    memory = Memory()
    for _ in range(3):
        memory.add([1, 2, 3, 50, 51, 52, 53, 54, 55, 56])
    known = Draft([1, 2, 3, 4, 1, 2, 3], memory).guess(8)
    assert told(known) == [50, 51, 52, 53, 54, 55, 56]
    assert not any(guess.is_own for guess in known)
    memory.add([1, 2, 3, 60])
    memory.add([1, 2, 3, 61])
    memory.add([1, 2, 3, 62])
    memory.add([1, 2, 3, 63])
    assert told(Draft([1, 2, 3, 4, 1, 2, 3], memory).guess(8))[0] == 4  # 3 of 7 is less than one's own half


@pytest.fixture(scope="module")
def unified():
    made = Unified.fresh(tiny())
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in made.model.language_model.parameters():
            if parameter.ndim == 2:
                torch.nn.init.normal_(parameter, std=0.3)
    return made


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_what_was_written_before_changes_no_text_but_saves_forwards(unified, monkeypatch, temperature):
    session = unified.session()
    session.read("one red ball")
    decoding = Decoding(limit=30, temperature=temperature, seed=3)
    plain = list(decode(unified.model, session.branches.full, unified.format, replace(decoding, ahead=0)))
    full, memory = session.branches.full, Memory()
    count = []

    def forwards(memory):
        from agentvid.models.mot.reader import Reader

        before, made = Reader._forward, []
        with monkeypatch.context() as patch:
            patch.setattr(Reader, "_forward", lambda self, ids: made.append(1) or before(self, ids))
            ids = list(decode(unified.model, full, unified.format, decoding, memory=memory))
        count.append(len(made))
        return ids

    assert forwards(memory) == plain
    memory.add([*full.segments[-1].ids, *unified.format.open(), *plain])
    assert forwards(memory) == plain
    assert count[1] < count[0] / 3
    misleading = Memory()
    for _ in range(5):
        misleading.add([id for pair in zip(plain, [99] * len(plain), strict=True) for id in pair])
    assert forwards(misleading) == plain


def test_sessions_of_a_model_remember_for_each_other(unified):
    words = "a small blue cube"
    first, second = unified.session(), unified.session()
    first.read(words)
    second.read(words)
    thought = first.think(Decoding(limit=20), keep=False)
    run = [*first.branches.full.segments[-1].ids, *unified.format.open()]
    assert unified.memory.next(run) is not None
    assert second.think(Decoding(limit=20), keep=False) == thought
    stopped = second.stream(Decoding(limit=20))
    next(stopped)
    stopped.close()  # what was written until then is remembered too
