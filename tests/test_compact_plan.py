"""Plans in the compact form: read back exactly, bound by a grammar that admits every true one, asked back where not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from agentvid.chain.step import Ref
from agentvid.errors import ChainError
from agentvid.media.types import Image
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.check import require
from agentvid.planner.compact import ask_back, read_plan, tell_plan, tell_request, write_plan
from agentvid.planner.grammar.write import write_chain
from agentvid.planner.stage import Stage
from agentvid.planner.unified import UnifiedPlanner
from agentvid.plugins import load_tools
from agentvid.train.course import SHIPPED
from agentvid.train.messages import MESSAGE_KINDS, draw_message, message_of
from agentvid.train.phrases import FILM, OTHER, THEN, THINGS, VIEW
from agentvid.world.scene import Camera, Scene, Solid, sample_camera, sample_scene

TOOLS = load_tools()
EARLIER = {"t1.s1.image": "Image", "t1.s1.layout": "Text"}
TASKS = ("text_to_image", "edit_image", "describe", "measure", "novel_view")
BALL, CUBE = Solid(1, 1, "ball", "red", "small"), Solid(3, 3, "cube", "blue", "large")
SCENE = Scene((BALL, CUBE), Camera())
PICTURE = Image(artifact="a" * 64, mime="image/png", bytes=9, width=128, height=128)


def ask(text: str, scene: Scene | None = SCENE, bears: tuple[str, ...] = TASKS) -> PlanRequest:
    borne = {"small": frozenset(bears)}
    if scene is None:
        return PlanRequest(turn=1, text=text, bears=borne)
    stage = Stage(scene, Ref(step="t1.s1", port="layout"))
    known = KnownMedia(1, PICTURE, source=Ref(step="t1.s1", port="image"))
    return PlanRequest(turn=2, text=text, media=(known,), bears=borne, stages={"t1.s1.image": stage})


@cache
def scene_of(number: int, split: str) -> Scene:
    rng = np.random.default_rng([4, number])
    return sample_scene(rng, 1 + number % 3, split, sample_camera(rng))


def messages(count: int, kind=None, split="train"):
    for number in range(count):
        told = (np.random.default_rng([4, number]), scene_of(number % 12, split), ("en", "zh")[number % 2], split)
        made = draw_message(*told) if kind is None else message_of(told[0], kind, *told[1:])
        if made is not None:
            yield made


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        (
            "draw a red ball, then turn it into a video",
            "generate_image: a red ball\nnovel_view: once around, seconds 3",
        ),
        ("把方块变成球", "edit_image: 对象：右后的蓝色大方块；变成球；其余不变"),
        ("look at it from the left", "novel_view: camera: now from the left, middle; all else stays"),
        ("turn the camera 45 degrees to the left", "novel_view: yaw -45, seconds 4"),
        ("draw a red ball, then orbit around it", "generate_image: a red ball\nnovel_view: yaw 345, seconds 4"),
        ("what colour is the ball?", "describe"),
    ],
)
def test_a_chain_is_told_shortly_and_read_back(text, plan):
    request = ask(text)
    chain = write_chain(request)

    assert tell_plan(chain, request) == plan
    assert read_plan(plan, request) == chain


def test_what_a_model_reads_is_the_message_and_what_is_at_hand():
    assert tell_request(ask("make it blue")) == (
        "make it blue\nhere: one small red ball at left front; one large blue cube at right back; "
        "camera from the front, middle\nit: -\nplan:"
    )
    assert tell_request(ask("画一个球", None)) == "画一个球\n画面：-\n它：-\nplan:"


@pytest.mark.parametrize("text", ["zoom in", "blur the background", "walk forward three metres", "把背景模糊"])
def test_what_other_tools_do_is_not_told(text):
    request = ask(text)
    assert tell_plan(write_chain(request), request) is None


@pytest.mark.parametrize(
    ("plan", "text", "told"),
    [
        ("ask: outside", "write a poem", "Not understood: “write a poem”"),
        ("ask: which", "make it green", "Which one is meant: the small red ball at left front, the large blue cube"),
        ("ask: missing", "make the cone green", "it shows the small red ball at left front"),
        ("generate_image: a dog", "draw a dog", "one small world"),
        ("edit_image: target: the small red ball at left front; becomes red; all else stays", "red", "already"),
        ("edit_image: added: one small red cone at left front; all else stays", "add it", "no room"),
        ("edit_image: target: the small red cone at left front; is removed; all else stays", "go", "is not in it"),
        ("generate_image: ", "draw", "Not understood"),
        ("novel_view: once around, seconds 0", "turn", "more than 0"),
        ("novel_view: yaw 999, seconds 4", "turn", "go that far"),
        ("novel_view: yaw 15, seconds 90; yaw 15, seconds 90", "turn", "180"),
        ("novel_view: camera: now from the front, middle; all else stays", "look", "seen from there already"),
        ("edit_image: target: the small red ball at left front; is removed; all else stays", "cut it from @v7", "@v7"),
    ],
)
def test_what_cannot_be_done_is_asked_back(plan, text, told):
    chain = read_plan(plan, ask(text))

    assert told in chain.question
    assert not chain.steps


def test_without_a_picture_or_an_engine_it_is_asked_back():
    line = "edit_image: target: the small red ball at left front; becomes green; all else stays"
    assert "needs a picture" in read_plan(line, ask("make the ball green", None)).question
    assert "outside" not in read_plan(ask_back("outside"), ask("draw a dog", None)).question
    assert "one small world" in read_plan(ask_back("outside"), ask("draw a dog", None)).question
    assert read_plan(line, ask("make the ball green", bears=("text_to_image",))).question
    assert read_plan("describe", ask("what is there?", bears=("text_to_image",))).question


@pytest.mark.parametrize(
    "line", ["", "dance", "edit_image: one small red ball at centre", "novel_view: fly", "ask: me"]
)
def test_other_words_are_no_plan(line):
    with pytest.raises(ChainError):
        read_plan(line, ask("make the ball green"))


# ---------------------------------------------------------------- messages


@pytest.mark.parametrize("split", ["train", "held_out"])
@pytest.mark.parametrize("kind", MESSAGE_KINDS)
def test_true_plans_are_read_as_the_offline_chain_and_can_run(kind, split):
    found = list(messages(3, kind, split))

    assert found or kind in ("add", "resize"), "these leave most held-out scenes no held-out ones"
    for made in found:
        chain = read_plan(made.plan, made.request)
        require(chain, TOOLS, earlier=EARLIER)
        if kind == "asked back":
            assert chain.question and made.plan.startswith("ask: ")
        else:
            assert chain == made.chain == write_chain(made.request)


def test_what_is_kept_aside_is_never_said_in_training():
    for table in (FILM, VIEW, THEN, THINGS, OTHER):
        for language in ("en", "zh"):
            assert not set(table[language]["train"]) & set(table[language]["held_out"])
    kept = [word for language in ("en", "zh") for word in (*OTHER[language]["held_out"], *THINGS[language]["held_out"])]
    trained = [made.request.text for made in messages(12)] + [made.request.text for made in messages(10, "asked back")]
    assert not [text for text in trained if text in kept]
    held_out = {made.request.text for made in messages(12, split="held_out")}
    assert not held_out & set(trained)


# ---------------------------------------------------------------- the grammar


@pytest.fixture(scope="module")
def vocabulary():
    import llguidance

    from agentvid.train.vocabulary import VOCABULARY

    return llguidance.LLTokenizer((SHIPPED / "tokenizer.json").read_text(encoding="utf-8"), n_vocab=VOCABULARY)


class Dictation:
    """A writer that is led along a true plan: each of its tokens must be open."""

    def __init__(self, vocabulary, plan: str) -> None:
        from agentvid.models.mot.tokenizer import FileTokenizer

        self.vocabulary, self.tokenizer = vocabulary, FileTokenizer(SHIPPED / "tokenizer.json")
        self.left = self.tokenizer.encode(plan)

    def __call__(self, grammar: str) -> str:
        import llguidance

        matcher, piece = llguidance.LLMatcher(self.vocabulary, "%llguidance {}\n" + grammar), []
        assert not matcher.is_error(), matcher.get_error()
        while not matcher.is_stopped():
            chosen = matcher.compute_ff_tokens() or [self.left[0] if self.left else self.vocabulary.eos_token]
            is_open = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), np.uint8), bitorder="little")
            assert is_open[chosen[0]], self.tokenizer.decode([*piece, chosen[0]])
            matcher.consume_tokens(chosen)
            chosen = [id for id in chosen if id != self.vocabulary.eos_token]
            assert self.left[: len(chosen)] == chosen
            self.left = self.left[len(chosen) :]
            piece += chosen
        return self.tokenizer.decode(piece)


@pytest.mark.parametrize("kind", MESSAGE_KINDS)
def test_every_true_plan_can_be_written(vocabulary, kind):
    for split in ("train", "held_out"):
        for made in messages(3, kind, split):
            assert write_plan(Dictation(vocabulary, made.plan), made.request) == made.plan


def test_the_second_line_is_of_what_the_first_leaves(vocabulary):
    request = ask("make the ball green, then remove the green ball")
    plan = tell_plan(write_chain(request), request)

    assert plan is not None and plan.endswith("the small green ball at left front; is removed; all else stays")
    assert write_plan(Dictation(vocabulary, plan), request) == plan
    wrong = plan.replace("the small green ball at left front; is", "the small red ball at left front; is")
    with pytest.raises(AssertionError):
        write_plan(Dictation(vocabulary, wrong), request)


# ---------------------------------------------------------------- with a model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import torch
    from small_checkpoint import save

    from agentvid.models.mot import Unified

    torch.set_num_threads(1)
    return Unified.from_pretrained(save(tmp_path_factory.mktemp("small")), dtype=torch.float32)


@pytest.mark.parametrize("text", ["make the ball green", "画一个红色的大方块", "what is there?"])
async def test_random_weights_write_a_chain_that_can_run_or_ask_back(model, text):
    told: list[str] = []
    planner = UnifiedPlanner(TOOLS, model=model, compact=True)
    try:
        chain = await planner.plan(replace(ask(text), seed=3), lambda event: told.append(event.text))
    except ChainError as error:
        assert error.given and error.expected
        return
    require(chain, TOOLS, earlier=EARLIER)
    assert bool(chain.question) != bool(chain.steps)
    assert told == [step.thought for step in chain.steps]
