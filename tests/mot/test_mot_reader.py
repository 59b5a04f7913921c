"""Guessing ahead: the text is what it would have been, with fewer forwards where it repeats, none wasted for long."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from agentvid.errors import InputError
from agentvid.models.mot.config import PositionConfig, tiny
from agentvid.models.mot.context import append, text
from agentvid.models.mot.decode import Decoding, decode
from agentvid.models.mot.reader import AHEAD, Reader
from agentvid.models.mot.unified import Unified


@pytest.fixture(scope="module", params=["shared", "grid"])
def unified(request):
    config = tiny()
    config = replace(config, backbone=replace(config.backbone, max_positions=200))
    if request.param == "grid":
        half = config.backbone.head_dim // 2
        sections = (half - 2 * (half // 3), half // 3, half // 3)
        config = replace(config, positions=PositionConfig(scheme="grid", sections=sections))
    made = Unified.fresh(config)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in made.model.language_model.parameters():
            if parameter.ndim == 2:
                torch.nn.init.normal_(parameter, std=0.3)
    return made


def written(unified, session, **more):
    return list(decode(unified.model, session.branches.full, unified.format, Decoding(limit=40, **more)))


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("words", ["abcabcabcabc", "the red ball; the red cube; the", "x"])
def test_the_text_is_the_same(unified, words, temperature):
    session = unified.session()
    session.read(words)
    before = session.branches.full
    length, segments = before.length, before.segments
    texts = {
        ahead: [written(unified, session, temperature=temperature, seed=seed, ahead=ahead) for seed in range(4)]
        for ahead in (0, 1, 8)
    }
    assert texts[0] == texts[1] == texts[8]
    assert (before.length, before.segments) == (length, segments)


@torch.no_grad()
def test_logits_are_those_of_plain_reading(unified):
    """Whatever comes: what was guessed, half of it, or something else; one by one, or many at once."""
    session = unified.session()
    session.read("one red ball and one red ball")
    fed = [list(part.encode()) for part in ("one", " red", " ba", "lk", "s", " one red ball and", " two")]
    reader = Reader(unified.model, session.branches.full, room=100)
    plain = session.branches.full.fork()
    for ids in fed:
        for part in [ids[:1], ids[1:]] if len(ids) > 1 else [ids]:
            (rows,) = append(unified.model, [text(unified.model, plain, part)])
            assert torch.allclose(reader.read(part), unified.model.logits(rows[-1:])[0], rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_what_repeats_takes_fewer_forwards(unified):
    session = unified.session()
    session.read("x")
    reader = Reader(unified.model, session.branches.full, room=200)
    ids = list(b"the small red ball stays; " * 4)
    for id in ids:
        reader.read([id])
    assert reader.forwards < len(ids) / 2.5
    reader = Reader(unified.model, session.branches.full, room=200, ahead=0)
    for id in ids:
        reader.read([id])
    assert reader.forwards == len(ids)


@torch.no_grad()
def test_a_picture_is_never_guessed(unified, photo):
    session = unified.session()
    session.read("aba")
    session.look(photo)
    session.read("ab")
    reader = Reader(unified.model, session.branches.full, room=20)
    reader.read([ord("a"), ord("b")])
    for guess, logits in reader._guessed:
        assert guess.id in range(unified.config.backbone.vocab)
        assert torch.isfinite(logits).all()


@torch.no_grad()
def test_the_end_of_positions_is_kept(unified):
    session = unified.session()
    most = unified.config.backbone.max_positions
    session.read("ab" * ((most - 12) // 2))
    reader = Reader(unified.model, session.branches.full, room=20)
    used = session.branches.full.state.next
    for index in range(most - used):
        reader.read([(ord("a"), ord("b"))[index % 2]])
    with pytest.raises(InputError, match="position"):
        reader.read([ord("a")])


def test_nothing_to_read_and_numbers_that_make_no_sense(unified):
    session = unified.session()
    session.read("x")
    with pytest.raises(ValueError, match="nothing to read"):
        Reader(unified.model, session.branches.full, room=1).read([])
    with pytest.raises(InputError, match="ahead -1"):
        Decoding(ahead=-1)
    assert Decoding().ahead == AHEAD


@torch.no_grad()
def test_a_context_forgets_words_but_no_pictures(unified, photo):
    session = unified.session()
    session.read("abc")
    context = session.branches.full.fork()
    length, at = context.length, context.state.next
    context.forget(2)
    assert (context.length, context.state.next) == (length - 2, at - 2)
    append(unified.model, [text(unified.model, context, session.branches.full.segments[-1].ids[-2:])])
    assert context.segments[-2].length + 2 == session.branches.full.segments[-1].length
    session.look(photo)
    with pytest.raises(ValueError, match="forget"):
        session.branches.full.fork().forget(1)
