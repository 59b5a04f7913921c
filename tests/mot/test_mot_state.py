"""State that must not leak: thoughts before pictures, failed reads, bounds of guidance, pieces of text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from agentvid.errors import InputError
from agentvid.models.mot import Decoding, Guidance, Schedule, Unified, tiny
from agentvid.models.mot.decode import words_of
from agentvid.models.mot.tokenizer import ByteTokenizer


@pytest.fixture(scope="module")
def model() -> Unified:
    torch.set_num_threads(1)
    return Unified.fresh(tiny(), seed=3)


def photo(side: int = 32) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 255, (side, side, 3), dtype=np.uint8)


def test_a_thought_before_the_first_picture_stays_out_of_the_context_without_pictures(model: Unified):
    session = model.session()
    session.read("draw")
    read = session.length
    session.read("a thought", as_thought=True)
    session.look(photo())
    session.read("again")
    image_free = session.branches.image_free
    assert image_free is not None
    plain = model.session()
    plain.read("draw")
    assert plain.length == read
    plain.read("again")
    assert image_free.length == plain.length
    assert session.saw_pictures and not plain.saw_pictures


def test_thoughts_join_the_context_without_pictures_where_they_are_told_to(model: Unified):
    session = model.session()
    session.thoughts_without_pictures = True
    session.read("draw")
    session.read("a thought", as_thought=True)
    before = session.length
    session.look(photo())
    image_free = session.branches.image_free
    assert image_free is not None and image_free.length == before


def test_going_back_forgets_that_a_picture_was_seen(model: Unified):
    session = model.session()
    mark = session.mark()
    session.look(photo())
    session.rollback(mark)
    assert not session.saw_pictures


@pytest.mark.parametrize(
    ("points", "shift", "interval"), [(12, 3.0, (0.4, 1.0)), (6, 1.0, (0.0, 0.8)), (11, 1.0, (0.3, 0.7))]
)
def test_bounds_of_the_interval_hold_on_the_grid_itself(points: int, shift: float, interval: tuple[float, float]):
    guidance = Guidance(text_scale=4.0, interval=interval)
    low, high = (torch.tensor(bound, dtype=torch.float32) for bound in interval)
    for time in Schedule(points, shift).times():
        now = torch.tensor(time, dtype=torch.float32)
        assert guidance.applies(time) == bool((now > low) & (now <= high))


def test_the_lower_bound_is_open_and_the_upper_one_closed():
    guidance = Guidance(text_scale=4.0, interval=(0.4, 0.8))
    low, high = (float(torch.tensor(bound, dtype=torch.float32)) for bound in (0.4, 0.8))
    assert not guidance.applies(low)
    assert guidance.applies(high)


def test_a_failed_read_leaves_the_session_as_it_was(model: Unified, monkeypatch: pytest.MonkeyPatch):
    session = model.session()
    session.read("a")
    expected = session.branch().draw(size=(32, 32), seed=1, schedule=Schedule(3, 3.0)).image

    def fail(*args: object, **kwargs: object) -> None:
        raise MemoryError("on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(type(model.model), "forward", fail)
        with pytest.raises(MemoryError):
            session.read("b")
    again = session.draw(size=(32, 32), seed=1, schedule=Schedule(3, 3.0)).image
    assert np.array_equal(again, expected)


def test_flipped_and_bgr_views_are_pictures(model: Unified):
    one, two = model.session(), model.session()
    one.look(photo()[:, ::-1, ::-1])
    two.look(np.ascontiguousarray(photo()[:, ::-1, ::-1]))
    one.read("x")
    two.read("x")
    draw = {"size": (32, 32), "seed": 1, "schedule": Schedule(3, 3.0)}
    assert np.array_equal(one.draw(**draw).image, two.draw(**draw).image)


def test_pieces_of_a_long_text_join_to_the_whole():
    tokenizer = ByteTokenizer()
    text = "一杯咖啡 ☕, un café, 🙂 " * 20
    ids = tokenizer.encode(text)
    pieces = list(words_of(iter(ids), tokenizer, end=-1))
    assert "".join(pieces) == text
    assert len(pieces) > 100


@pytest.mark.parametrize("wrong", [{"text_scale": float("nan")}, {"image_scale": float("inf")}])
def test_guidance_must_be_finite(wrong: dict[str, float]):
    with pytest.raises(InputError):
        Guidance(**wrong)


def test_temperature_must_be_finite():
    with pytest.raises(InputError):
        Decoding(5, float("nan"))


def test_more_positions_than_the_model_has_are_refused_and_nothing_is_lost(model: Unified):
    small = replace(tiny(), backbone=replace(tiny().backbone, max_positions=24))
    session = Unified.fresh(small, seed=1).session()
    session.read("twelve")
    before = session.length
    with pytest.raises(InputError, match="below 24"):
        session.read("far too long for this model")
    assert session.length == before
