"""The weights that ship: they load, their card is theirs, they draw the same from the same seed, and obey a thought."""

from __future__ import annotations

import json

import numpy as np
import pytest

from agentvid.engines.small import SmallEngine
from agentvid.engines.small.weights import SHIPPED, find_small
from agentvid.errors import InputError
from agentvid.evals.small.card import CARD, Facts, card_of, weights_digest

MIB = 2**20
pytestmark = pytest.mark.skipif(not SHIPPED.is_dir(), reason="no weights of a whole model ship yet")


@pytest.fixture(scope="module")
def model():
    import torch

    from agentvid.models.mot import Unified

    return Unified.from_pretrained(SHIPPED, dtype=torch.float32, codec_dtype=torch.float32)


def test_they_are_small():
    sizes = [path.stat().st_size for path in SHIPPED.iterdir()]
    assert sum(sizes) < 40 * MIB and max(sizes) < 13 * MIB


def test_the_card_is_what_was_measured_on_them():
    card = json.loads((SHIPPED / CARD).read_text())
    results = json.loads((SHIPPED / "results.json").read_text())
    assert results["facts"]["weights"] == weights_digest(SHIPPED)
    facts = Facts(card["name"].removeprefix("agentvid-"), card["steps"], card["compute"], card["commit"])
    assert card_of(results, facts) == card


def test_the_engine_offers_them_as_their_card_says(monkeypatch):
    monkeypatch.delenv("AGENTVID_SMALL", raising=False)
    assert not find_small().problem
    engine = SmallEngine()
    assert engine.status().state == "ready"
    claims = find_small().claims
    borne = {c.task: c.draft for c in engine.capabilities() if c.task in claims}
    assert borne and borne == {task: claim.draft for task, claim in claims.items() if task in borne}
    assert {"text_to_image", "edit_image", "describe"} <= borne.keys()


def test_a_drawing_hangs_on_seed_and_thought_alone(model):
    def drawn(thought, seed):
        session = model.session()
        session.read("a large red cube")
        session.read(thought, as_thought=True)
        return session.draw((128, 128), seed=seed).image

    thought = "one large red cube at left front; camera from the front, middle"
    other = "one small blue ball at right back; camera from the front, middle"
    first = drawn(thought, 1)
    assert first.shape == (128, 128, 3)
    assert np.array_equal(first, drawn(thought, 1))
    assert not np.array_equal(first, drawn(thought, 2))
    assert np.abs(first.astype(int) - drawn(other, 1)).mean() > 1


def test_it_writes_layouts_of_what_is_asked_for(model):
    """One solid from the front, as claimed; both languages by turns."""
    from agentvid.models.mot import Decoding
    from agentvid.world.caption import caption
    from agentvid.world.language import read_thought
    from agentvid.world.scene import Camera, sample_scene
    from agentvid.world.words import LANGUAGES

    right = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        scene = sample_scene(rng, 1, "held_out", Camera())
        session = model.session()
        session.read(caption(rng, scene, LANGUAGES[seed % 2]))
        try:
            told = read_thought(session.think(Decoding(limit=80)).text)
        except InputError:
            continue
        right += [solid.look for solid in getattr(told, "solids", ())] == [scene.solids[0].look]
    assert right >= 9
