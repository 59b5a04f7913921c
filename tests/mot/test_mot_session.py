"""What an editable chain needs: streamed thoughts, rollback, a picture that follows an edited thought."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from agentvid.errors import Cancelled, InputError
from agentvid.models.mot import Decoding, Frames, Guidance, Schedule, Sketch, draw_frames, draw_together, flows
from agentvid.models.mot.decode import words_of
from agentvid.models.mot.tokenizer import ByteTokenizer

SHORT = Schedule(4, 3.0)
BRIEF = Decoding(limit=6)


def drawn(session, **options) -> np.ndarray:
    options = {"size": (48, 64), "schedule": SHORT} | options
    return session.draw(**options).latents


def rows_of(session) -> list[torch.Tensor]:
    branches = session.branches
    contexts = (branches.full, branches.text_free, branches.image_free)
    return [part for context in contexts if context is not None for part in context.cache.read(1)]


def same(one, other) -> bool:
    return len(one) == len(other) and all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


# ---------------------------------------------------------------- going back


def test_rolled_back_is_fresh(parity_model, photo, other_photo):
    """Whatever was done after a mark, going back and on gives, bit by bit, what a fresh session gives."""
    session = parity_model.session()
    session.look(photo)
    session.read("first")
    mark = session.mark()
    session.think(BRIEF)
    session.draw(schedule=SHORT)
    session.look(other_photo)
    session.read("something else")
    later = session.mark()
    session.rollback(mark)
    session.read("second")

    fresh = parity_model.session()
    for act in (lambda: fresh.look(photo), lambda: fresh.read("first"), lambda: fresh.read("second")):
        act()
    assert same(rows_of(session), rows_of(fresh))
    assert torch.equal(drawn(session), drawn(fresh))
    assert session.size == fresh.size == (48, 64)

    before = rows_of(session)
    session.rollback(later)
    assert session.size == (64, 32)
    session.rollback(mark)
    session.read("second")
    assert same(rows_of(session), before)


def test_going_back_computes_nothing_and_shares(parity_model, photo):
    session = parity_model.session()
    session.look(photo)
    mark = session.mark()
    session.read("one")
    session.rollback(mark)

    assert session.branches.full.cache.shares == mark.full.cache.shares
    twin = session.branch()
    assert twin.branches.full.is_same(session.branches.full)
    twin.read("two")
    session.read("three")
    shared = {each.branches.full.cache.shares[0][0] for each in (session, twin)}
    assert shared == {mark.full.cache.shares[0][0]}
    assert not torch.equal(drawn(twin), drawn(session))


# ---------------------------------------------------------------- thoughts


def test_a_thought_streams_and_is_read(parity_model):
    session, pieces = parity_model.session(), []
    session.read("hello")
    streamed = "".join(session.stream(BRIEF))
    before = session.length
    thought = session.think(BRIEF, on_text=pieces.append)

    assert "".join(pieces) == thought.text == streamed
    assert not thought.ended
    assert session.length == before + len(parity_model.format.text(thought.text))


def test_a_person_writing_the_same_words_gets_the_same_picture(parity_model, photo):
    written, thought = parity_model.session(), parity_model.session()
    for session in (written, thought):
        session.look(photo)
        session.read("make it red")
    told = thought.think(BRIEF)
    written.read(told.text, as_thought=True)

    assert torch.equal(drawn(written), drawn(thought))


def test_the_picture_follows_an_edited_thought(parity_model):
    session = parity_model.session()
    session.read("a cat")
    mark, pictures = session.mark(), []
    for thought in ("black, on snow", "red, on grass", "black, on snow"):
        session.rollback(mark)
        session.read(thought, as_thought=True)
        pictures.append(drawn(session))

    assert torch.equal(pictures[0], pictures[2])
    assert not torch.equal(pictures[0], pictures[1])


def test_a_thought_belongs_to_its_text(parity_model, photo):
    """Text guidance compares with what was before the text; thoughts stay out of the context without pictures."""
    session = parity_model.session()
    session.look(photo)
    session.read("red")
    text_free, image_free = session.branches.text_free.length, session.branches.image_free.length
    session.read("deep red", as_thought=True)

    assert session.branches.text_free.length == text_free
    assert session.branches.image_free.length == image_free == len(parity_model.format.text("red"))
    other = parity_model.session(thoughts_without_pictures=True)
    other.look(photo)
    other.read("red")
    other.read("deep red", as_thought=True)
    assert other.branches.image_free.length == image_free + len(parity_model.format.text("deep red"))


def test_an_answer_leaves_the_session_as_it_was(parity_model):
    session = parity_model.session()
    session.read("hello")
    before = rows_of(session)
    one, other = (session.think(Decoding(8, 0.8, seed=seed), keep=False) for seed in (1, 1))

    assert one == other
    assert same(before, rows_of(session))


def test_whole_characters_are_streamed():
    tokens = ByteTokenizer()
    ids = [*tokens.encode("a红é"), *tokens.encode("红")[:1], 257, 65]

    assert list(words_of(iter(ids), tokens, 257)) == ["a", "红", "é", "\N{REPLACEMENT CHARACTER}"]


# ---------------------------------------------------------------- stopping, previews, seeds


def stop_after(count: int):
    asked = iter([False] * count)
    return lambda: next(asked, True)


def test_stopping_leaves_the_session_as_it_was(parity_model, photo):
    session = parity_model.session()
    session.look(photo)
    session.read("red")
    before = rows_of(session)

    with pytest.raises(Cancelled):
        session.think(BRIEF, cancelled=stop_after(3))
    seen = []
    with pytest.raises(Cancelled, match="after 2 of 3 steps"):
        session.draw(schedule=SHORT, on_step=lambda step: seen.append(step.done), cancelled=stop_after(2))

    assert seen == [1, 2]
    assert same(before, rows_of(session))


def test_previews_end_at_the_picture(parity_model):
    session, previews = parity_model.session(), []
    session.read("red")
    drawing = session.draw((48, 64), schedule=SHORT, on_step=lambda step: previews.append((step.total, step.preview())))

    assert [total for total, _ in previews] == [3, 3, 3]
    assert previews[0][1].shape == drawing.frames.shape == (1, 48, 64, 3)
    assert (previews[-1][1] == drawing.frames).mean() > 0.99
    assert (previews[0][1] != drawing.frames).any()


def test_seeds_are_per_call(parity_model):
    session = parity_model.session()
    session.read("red")
    torch.manual_seed(0)
    one = drawn(session, seed=5)
    torch.manual_seed(1)

    assert torch.equal(one, drawn(session, seed=5))
    assert not torch.equal(one, drawn(session, seed=6))
    state = torch.random.get_rng_state()
    drawn(session, seed=7)
    assert torch.equal(state, torch.random.get_rng_state())


def test_drawings_of_several_sessions(parity_model, photo):
    one, other = parity_model.session(), parity_model.session()
    one.read("a red cat")
    other.look(photo)
    other.read("blue")
    together = draw_together([Sketch(one, (64, 32), seed=3), Sketch(other, seed=4)], SHORT, flows.EDITING)

    assert [drawing.image.shape for drawing in together] == [(64, 32, 3), (48, 64, 3)]
    alone = other.draw(seed=4, schedule=SHORT, guidance=flows.EDITING)
    torch.testing.assert_close(together[1].latents, alone.latents, rtol=1e-4, atol=1e-4)
    assert draw_together([]) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "no size was given"),
        ({"size": (50, 64)}, "can't be drawn"),
        ({"size": (80, 64)}, "ask for 64x64"),
        ({"size": (48, 64), "noise": torch.zeros(3, 16)}, "noise of shape"),
        ({"size": (48, 64), "frames": 0}, "at least one frame"),
        ({"size": (48, 64), "frames": 2, "pinned": {2: np.zeros((48, 64, 3), np.uint8)}}, "pinned"),
    ],
)
def test_drawings_that_are_refused(parity_model, options, told):
    session = parity_model.session()
    session.read("red")

    with pytest.raises(InputError, match=told):
        session.draw(schedule=SHORT, **options)


def test_what_is_no_picture_is_refused(parity_model, photo):
    session = parity_model.session()
    for wrong in (photo.astype(np.float32), photo[..., 0], photo[:0]):
        with pytest.raises(InputError, match="an array of shape"):
            session.look(wrong)
    assert session.length == 0
    for wrong in ({"interval": (0.5, 0.4)}, {"renorm": "local"}, {"renorm_min": 2.0}):
        with pytest.raises(InputError):
            Guidance(**wrong)
    for make in (lambda: Schedule(1), lambda: Decoding(limit=0), lambda: Frames(0), lambda: Frames(2, "both")):
        with pytest.raises(InputError):
            make()


def test_a_size_that_was_adjusted_is_said(parity_model):
    seen = parity_model.session().look(np.zeros((300, 100, 3), np.uint8))

    assert (seen.was, seen.size, seen.eye) == ((300, 100), (64, 16), (70, 14))


# ---------------------------------------------------------------- flows


def test_understanding_reads_pictures_by_the_eye_alone(parity_model, photo, golden):
    answer = flows.understand(parity_model, [photo], "what?", decoding=Decoding(limit=7))

    assert answer.text == ByteTokenizer().decode(golden["und.ids"].tolist()[1:8])
    told = flows.understand(parity_model, [photo, photo], "what?", think=True, decoding=BRIEF)
    assert told != answer


def test_generation_in_a_batch_and_with_thoughts(parity_model):
    prompts, sizes = ["a red cat", "a dog"], [(48, 64), (32, 32)]
    plain = flows.generate(parity_model, prompts, sizes, seeds=[1, 2], schedule=SHORT)
    thinking = flows.generate(parity_model, prompts, sizes, seeds=[1, 2], think=True, decoding=BRIEF, schedule=SHORT)
    thoughts = [drawn.thought for drawn in thinking]
    told = flows.generate(parity_model, prompts, sizes, seeds=[1, 2], thoughts=thoughts, schedule=SHORT)

    assert [drawn.drawing.image.shape for drawn in plain] == [(48, 64, 3), (32, 32, 3)]
    for one, other, without in zip(thinking, told, plain, strict=True):
        assert torch.equal(one.drawing.latents, other.drawing.latents)
        assert not torch.equal(one.drawing.latents, without.drawing.latents)
    with pytest.raises(InputError, match="as many"):
        flows.generate(parity_model, prompts, [(48, 64)])


def test_editing_one_and_several_pictures(parity_model, photo, other_photo):
    one = flows.edit(parity_model, [photo], "make it red", schedule=SHORT)
    several = flows.edit(parity_model, [photo, other_photo], "join them", thought="side by side", schedule=SHORT)

    assert one.drawing.image.shape == (48, 64, 3)
    assert several.drawing.image.shape == (64, 32, 3)
    assert several.thought == "side by side"


def test_interleaved_output_is_part_of_what_follows(parity_model, photo):
    acts = [
        flows.Look(photo),
        flows.Read("red"),
        flows.Draw(schedule=SHORT),
        flows.Read("and now?"),
        flows.Think(BRIEF),
        flows.Draw((32, 32), seed=1, schedule=SHORT),
    ]
    session = parity_model.session()
    first, thought, second = flows.interleave(session, acts)

    assert first.image.shape == (48, 64, 3)
    assert thought.text is not None
    assert second.image.shape == (32, 32, 3)
    roles = [segment.role for segment in session.branches.full.segments]
    picture = ["clean", "look"]
    assert roles == [*picture, "text", *picture, "text", "text", *picture]


# ---------------------------------------------------------------- frames


@pytest.mark.parametrize("window", [None, 1, 2])
def test_frames_one_after_the_other(parity_model, photo, other_photo, window):
    """The anchor and the latest frames are in view, and nothing else: the same as editing them afresh."""
    frames = Frames(3, window=window)
    made = list(draw_frames(parity_model, [photo], ["move on"], frames, seed=10, schedule=SHORT))

    view = [photo]
    for index, frame in enumerate(made):
        latest = view[1:] if window is None else view[1:][-window:]
        fresh = flows.edit(parity_model, [view[0], *latest], "move on", seed=10 + index, schedule=SHORT)
        assert np.array_equal(frame, fresh.drawing.image)
        view.append(frame)


def test_frames_without_an_anchor_with_an_instruction_each(parity_model, photo):
    frames = Frames(2, window=1, anchor=False)
    made = list(draw_frames(parity_model, [photo], ["left", "right"], frames, schedule=SHORT))

    fresh = flows.edit(parity_model, made[:1], "right", seed=1, schedule=SHORT)
    assert np.array_equal(made[1], fresh.drawing.image)


def test_frames_drawn_together(parity_model, photo):
    made = list(draw_frames(parity_model, [photo], ["move on"], Frames(3, "joint", delta=4), schedule=SHORT))
    assert [frame.shape for frame in made] == [(48, 64, 3)] * 3

    session = parity_model.session()
    session.read("a ball")
    free = session.draw((48, 64), frames=3, delta=2, schedule=SHORT)
    pinned = session.draw((48, 64), frames=3, delta=2, pinned={0: photo}, schedule=SHORT)
    nearer = session.draw((48, 64), frames=3, delta=1, schedule=SHORT)
    kept = parity_model.codec.encode(torch.tensor(photo).permute(2, 0, 1)[:, None] / 127.5 - 1)
    torch.testing.assert_close(pinned.latents[:, 0], kept[:, 0], rtol=1e-4, atol=1e-4)
    assert not torch.equal(free.latents[:, 1], pinned.latents[:, 1])
    assert not torch.equal(free.latents[:, 1], nearer.latents[:, 1])


def test_frames_need_a_picture(parity_model):
    with pytest.raises(InputError, match="0 pictures"):
        list(draw_frames(parity_model, [], ["on"], Frames(1)))
