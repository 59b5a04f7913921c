"""Chains that a unified model writes: whatever its weights, JSON of the schema; whatever is wrong, said clearly."""

from __future__ import annotations

import json
import random

import pytest

from agentvid import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref
from agentvid.errors import Cancelled, ChainError, InputError, SettingsError
from agentvid.events import ThoughtDelta
from agentvid.media.types import Image, Video
from agentvid.planner import KnownMedia, PlanRequest, Subject
from agentvid.planner.check import check_chain, require
from agentvid.planner.plan_schema import step_schema
from agentvid.planner.unified import MOST_STEPS, UnifiedPlanner, read_chain, write_chain
from agentvid.plugins import load_tools

PHOTO = Image(artifact="a" * 64, mime="image/png", bytes=9, width=64, height=48)
CLIP = Video(artifact="b" * 64, mime="video/mp4", bytes=9, width=64, height=48, fps=24, frames=48, seconds=2)
TOOLS = load_tools()


@pytest.fixture(scope="module")
def vocabulary():
    """The alphabet of bytes, as the grammar library knows it."""
    import torch
    from unified_checkpoint import restless

    from agentvid.models.mot.constrained import _vocabulary

    torch.set_num_threads(1)
    return _vocabulary(restless())


def ask(text: str = "make the red cup blue", **known) -> PlanRequest:
    media = (
        KnownMedia(1, PHOTO, name="cup.png", is_new=True),
        KnownMedia(2, CLIP, source=Ref(step="t1.s3", port="video")),
    )
    return PlanRequest(turn=2, text=text, media=known.pop("media", media), **known)


class Walk:
    """A writer without a model: any open byte is as good as another."""

    def __init__(self, vocabulary, seed: int, *, asks_back: bool = False) -> None:
        self.vocabulary, self.chance, self.asks_back = vocabulary, random.Random(seed), asks_back

    def __call__(self, grammar: str) -> str:
        import llguidance
        import numpy as np

        matcher = llguidance.LLMatcher(self.vocabulary, "%llguidance {}\n" + grammar)
        written = b""
        while not matcher.is_stopped():
            is_open = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), np.uint8), bitorder="little")
            ids = [int(id) for id in np.flatnonzero(is_open)]
            if ids == [ord("q"), ord("s")]:
                ids = [ord("q" if self.asks_back else "s")]
            chosen = self.chance.choice(ids)
            matcher.consume_token(chosen)
            written += bytes([chosen]) if chosen < 256 else b""
        assert not matcher.is_error(), matcher.get_error()
        return written.decode()


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_chosen_is_a_chain_whose_wiring_fits(vocabulary, seed):
    request = ask(subject=Subject("cup", Ref(step="t1.s1", port="mask"), frozenset()))
    told = write_chain(Walk(vocabulary, seed), request, TOOLS)
    chain = read_chain(told, request)

    assert set(json.loads(told)) == {"steps", "answer"}
    assert 1 <= len(chain) <= MOST_STEPS
    assert [step.id for step in chain] == [f"t2.s{number}" for number in range(1, len(chain) + 1)]
    assert chain.order() == list(chain.steps)
    assert chain.answer
    problems = check_chain(chain, TOOLS, earlier={"t1.s1.mask": "Mask", "t1.s3.video": "Video"})
    assert all("refers to" not in problem.given and "unknown" not in problem.given for problem in problems)
    assert all("has no parameter" not in problem.given and "given no" not in problem.given for problem in problems)
    assert all(problem.step and problem.expected and problem.do for problem in problems)


def test_a_question_back_is_a_chain_without_steps(vocabulary):
    request = ask()
    chain = read_chain(write_chain(Walk(vocabulary, 1, asks_back=True), request, TOOLS), request)

    assert chain.question
    assert not chain.steps
    assert check_chain(chain, TOOLS) == []


def test_a_tool_whose_needs_are_not_at_hand_is_not_offered():
    def offered(ports: dict[str, str]) -> set[str]:
        schema = step_schema(TOOLS, ports)
        return {step["properties"]["tool"]["const"] for step in schema["anyOf"]}

    assert "locate" not in offered({})
    assert "generate_image" in offered({})
    assert "locate" in offered({"@v1": "Image"})
    assert "future_frames" not in offered({"@v1": "Image"})
    assert "future_frames" in offered({"@v1": "Image", "t1.s1.video": "Video"})


def test_media_and_ports_become_arguments():
    request = ask()
    told = {
        "steps": [
            {"thought": "find it", "tool": "locate", "args": {"image": {"from": "@v1"}, "what": "red cup"}},
            {"thought": "go on", "tool": "compose", "args": {"clips": [{"from": "@v2"}], "layout": "beside"}},
        ],
        "answer": ["t2.s1.mask", "t2.s1.mask"],
    }
    chain = read_chain(json.dumps(told), request)

    assert chain.steps[0].args["image"]["artifact"] == PHOTO.artifact
    assert chain.steps[1].args["clips"] == [{"step": "t1.s3", "port": "video"}]
    assert chain.answer == (Ref(step="t2.s1", port="mask"),)
    with pytest.raises(ChainError, match="can't be read"):
        read_chain('{"steps": [', request)


# ---------------------------------------------------------------- with a model


@pytest.fixture(scope="module")
def model():
    from unified_checkpoint import restless

    return restless(0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_random_weights_write_a_chain_or_ask_back(seed):
    from unified_checkpoint import restless

    told: list[ThoughtDelta] = []
    chain = await UnifiedPlanner(TOOLS, model=restless(seed)).plan(ask("把红色的杯子变成蓝色"), told.append)

    assert isinstance(chain, Chain)
    assert bool(chain.question) != bool(chain.steps)
    assert [event.text for event in told] == [step.thought for step in chain.steps]
    try:
        require(chain, TOOLS, earlier={"t1.s3.video": "Video"})
    except ChainError as error:
        assert error.given and error.expected and error.do


async def test_the_same_message_is_planned_the_same_way(model):
    planner = UnifiedPlanner(TOOLS, model=model)
    one, two = [await planner.plan(ask(), lambda event: None) for _ in range(2)]

    assert one == two


async def test_the_model_reads_tools_media_and_message(model, monkeypatch):
    from agentvid.models.mot.session import Session

    read: list[str] = []
    original = Session.read
    monkeypatch.setattr(Session, "read", lambda self, words: (read.append(words), original(self, words))[1])
    await UnifiedPlanner(TOOLS, model=model).plan(ask("paint it blue"), lambda event: None)

    assert "locate(image: Image" in read[0]
    assert "@v1: image cup.png 64x48 (new)" in read[0]
    assert "@v2: video 64x48 2 s" in read[0]
    assert "paint it blue" in read[0]


def test_writing_stops_at_its_limit_and_when_it_is_told_to(model):
    from agentvid.models.mot import Decoding
    from agentvid.models.mot.constrained import Writer

    grammar = 'start: words\nwords: %json {"type": "string", "minLength": 50}'
    with pytest.raises(ChainError, match="did not end within 10 tokens"):
        Writer(model.session(), Decoding(limit=10)).write(grammar)
    with pytest.raises(Cancelled):
        Writer(model.session(), cancelled=lambda: True).write(grammar)


def test_pieces_follow_each_other_in_one_text(model):
    from agentvid.models.mot import Decoding
    from agentvid.models.mot.constrained import Writer

    session = model.session()
    session.read("say it")
    length = session.length
    writer = Writer(session, Decoding(limit=100, temperature=1.0, seed=3))

    assert writer.write('start: "[" ("1" | "2") ","') in ("[1,", "[2,")
    assert writer.write('start: "the end]"') == "the end]"
    assert writer.written == 3 + len("the end]")
    assert session.length == length


def test_a_published_tokenizer_is_bound_as_well(tmp_path):
    """Merged tokens across the borders of words and punctuation, as published tokenizers have them."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from unified_checkpoint import small

    from agentvid.models.mot import Decoding, Unified
    from agentvid.models.mot.constrained import Writer
    from agentvid.models.mot.tokenizer import FileTokenizer

    names = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
    library = Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=names, initial_alphabet=alphabet, show_progress=False)
    library.train_from_iterator(['{"thought":"the cup","tool":"locate","args":{}},'] * 20, trainer)
    library.save(str(tmp_path / "tokenizer.json"))
    tokenizer = FileTokenizer(tmp_path / "tokenizer.json")
    model = Unified.fresh(small_with(small(), 320), 0, tokenizer)
    schema = {"type": "object", "properties": {"thought": {"type": "string", "maxLength": 9}}, "required": ["thought"]}
    writer = Writer(model.session(), Decoding(limit=200, temperature=1.0))

    told = writer.write(f"start: step\nstep: %json {json.dumps(schema | {'additionalProperties': False})}")
    assert set(json.loads(told)) == {"thought"}


def small_with(config, vocab: int):
    import dataclasses

    return dataclasses.replace(config, backbone=dataclasses.replace(config.backbone, vocab=vocab))


# ---------------------------------------------------------------- settings


def test_without_a_checkpoint_the_planner_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    with pytest.raises(SettingsError, match="AGENTVID_UNIFIED"):
        Agent(tmp_path, planner="unified")


@pytest.mark.slow
async def test_the_agent_plans_with_the_checkpoint_that_is_named(monkeypatch, tmp_path):
    from unified_checkpoint import save

    monkeypatch.setenv("AGENTVID_UNIFIED", str(save(tmp_path / "weights")))
    monkeypatch.setenv("AGENTVID_DEVICE", "cpu")
    async with Agent(tmp_path / "home", planner="unified", in_process=True) as agent:
        try:
            turn = await (await agent.session()).send("draw a cup", plan_only=True)
        except ChainError as error:
            assert error.given and error.expected
        else:
            assert turn.chain.steps or turn.chain.question


async def test_a_message_that_is_too_long_is_refused(model):
    with pytest.raises(InputError, match="characters"):
        await UnifiedPlanner(TOOLS, model=model).plan(ask("a" * 9000), lambda event: None)
