"""The chain linter: each finding goes away with its fix, and what the offline planner writes is clean."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
import test_grammar
import test_grammar_world
from hypothesis import given, settings
from strategies import chains

from agentvid import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.edit import ClearGiven, Pin, Remove, SetArg, SetEngine, SetThought, apply_all
from agentvid.chain.step import AnswerIs, ColourIn, Count, Predicate, Ref, Seconds, Size, Step, Words
from agentvid.cli.lint import lint_chain
from agentvid.engine import Capability, Cost, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.errors import InputError
from agentvid.events import ignore
from agentvid.media.types import Action, Actions, CameraPath, CameraPose, EditPlan, Image, Recolour, Video
from agentvid.planner import GrammarPlanner, PlanRequest
from agentvid.planner.lint import Finding, apply_fixes, lint
from agentvid.planner.lint.finding import CODES
from agentvid.plugins import load_engines, load_tools
from agentvid.run.route import offers
from agentvid.samples import CITY, COFFEE, DEMO_WORDS
from agentvid.tool import ToolContext, tool

TOOLS = load_tools()
ENGINES = load_engines()
PHOTO = Image(artifact="a" * 64, mime="image/png", bytes=9, width=600, height=400).model_dump(mode="json")
CLIP = test_grammar.CLIP.artifact.model_dump(mode="json")


@tool(tasks=["scale"])
async def scale(ctx: ToolContext, image: Image, width: float | None = None, height: float | None = None) -> Image:
    """Scale a picture."""
    raise NotImplementedError


@tool(tasks=["film"])
async def film(
    ctx: ToolContext, seconds: float = 2.0, fps: float | None = None, path: CameraPath | None = None,
    actions: Actions | None = None,
) -> Video:  # fmt: skip
    """Film something."""
    raise NotImplementedError


@dataclass(frozen=True)
class Toured:
    video: Video
    path: CameraPath


@tool(tasks=["film"])
async def tour(ctx: ToolContext, path: CameraPath | None = None) -> Toured:
    """Film along a path that a person may correct."""
    raise NotImplementedError


OWN = {**TOOLS, "scale": scale, "film": film, "tour": tour}


class Limited:
    """An engine with limits, a state and a price; it is never run."""

    concurrency = 1
    weights = ""
    version = "1"

    def __init__(self, name: str, *capabilities: Capability, state: str = "ready") -> None:
        self.name, self._capabilities, self._state = name, capabilities, state

    def status(self) -> EngineStatus:
        return EngineStatus(state=self._state, how="set a key")  # type: ignore[arg-type]

    def capabilities(self) -> tuple[Capability, ...]:
        return self._capabilities

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        raise AssertionError("never run")


def ref(step: int, port: str) -> dict[str, str]:
    return {"step": f"t1.s{step}", "port": port}


def step(number: int, tool_name: str, /, **fields: Any) -> Step:
    own = {
        name: fields.pop(name) for name in ("given", "expect", "engine", "seed", "pinned", "thought") if name in fields
    }
    return Step(id=f"t1.s{number}", tool=tool_name, args=fields, **own)


def chain_of(*steps: Step, answer: str = "") -> Chain:
    refs = [Ref(step=a.rpartition(".")[0], port=a.rpartition(".")[2]) for a in answer.split()]
    return Chain(turn=1, steps=steps, answer=tuple(refs))


def edited(**more: Any) -> Chain:
    """The five steps of a recolouring, as the grammar writes them."""
    return chain_of(
        step(1, "locate", image=PHOTO, what="red cup", **more.get("locate", {})),
        step(2, "analyse", image=PHOTO, mask=ref(1, "mask")),
        step(
            3, "plan_edit",
            **{"operation": "recolour", "target": "red cup", "colour": "blue", "palette": ref(2, "palette"),
               "light": ref(2, "light"), "size": ref(2, "size"), "place": ref(2, "place"),
               "thought": "The red cup becomes blue.", **more.get("plan", {})},
        ),
        step(4, "edit_image", image=PHOTO, plan=ref(3, "plan"), mask=ref(1, "mask"), **more.get("edit", {})),
        *more.get("steps", ()),
        answer=more.get("answer", "t1.s3.finding t1.s4.image"),
    )  # fmt: skip


def linted(chain: Chain, engines: Any = ENGINES, **more: Any) -> list[Finding]:
    return lint(chain, OWN, engines, **more)


def only(chain: Chain, code: str, engines: Any = ENGINES, **more: Any) -> Finding:
    """Return the one finding of that code, whose fix makes it go away and brings nothing new."""
    found = [finding for finding in linted(chain, engines, **more) if finding.code == code]
    assert len(found) == 1, linted(chain, engines, **more)
    if found[0].fix:
        before = {finding.code for finding in linted(chain, engines, **more)}
        fixed = apply_fixes(chain, found)
        assert (fixed.fixed, fixed.left) == (tuple(found), ())
        after = {finding.code for finding in linted(fixed.chain, engines, **more)}
        assert code not in after
        assert after <= before | {"unused_evidence"}
    return found[0]


def repaired(chain: Chain) -> Chain:
    """Make fixes, round by round, until none is left that fits."""
    while (fixed := apply_fixes(chain, linted(chain))).edits:
        chain = fixed.chain
    return chain


# ---------------------------------------------------------------- clean chains stay clean


def test_a_recolouring_is_clean():
    assert linted(edited()) == []


async def test_what_the_grammar_writes_is_clean_or_has_notes_only():
    grammar, wrong, steps = test_grammar, [], 0
    tables = [
        (grammar.RECOLOUR, (grammar.PHOTO,), {}),
        (grammar.ONE_PICTURE, (grammar.PHOTO,), {}),
        (grammar.ONE_CLIP, (grammar.CLIP,), {}),
        (grammar.TWO_PICTURES, (grammar.PHOTO, grammar.PHOTO_2), {}),
        (grammar.IN_ORDER, (grammar.PHOTO,), {}),
        (grammar.NEXT_TURN, (grammar.OLD_PHOTO, grammar.EDITED, grammar.FILMED), {"subject": grammar.RED_CUP}),
    ]
    for table, media, more in tables:
        for text, *_ in table:
            request = PlanRequest(2 if more else 1, text, media, bears=offers(ENGINES), **more)
            chain = await GrammarPlanner().plan(request, ignore)
            steps += len(chain)
            found = lint(chain, TOOLS, ENGINES, earlier=grammar.EARLIER)
            wrong += [(text, finding.en) for finding in found if finding.severity != "note"]
    assert steps > 300
    assert wrong == []


WORLD = [
    case[0]
    for test in (
        test_grammar_world.test_changes_of_a_drawn_picture,
        test_grammar_world.test_two_languages_in_one_message,
        test_grammar_world.test_views_of_a_drawn_picture,
    )
    for case in test.pytestmark[0].args[1]
]


@pytest.mark.parametrize("text", WORLD)
async def test_what_the_grammar_writes_of_the_small_world_is_clean_or_has_notes_only(text: str):
    world = test_grammar_world
    before = world.drawn()
    chain = await world.planned(text, before)
    earlier = {f"t1.s1.{port.name}": port.type for port in TOOLS["generate_image"].ports}
    capabilities = [Capability(task=task, thought=True) for task in world.SMALL]
    engines = {**ENGINES, "small": Limited("small", *capabilities)}
    found = lint(chain, TOOLS, engines, earlier=earlier)
    assert [finding.en for finding in found if finding.severity != "note"] == []


async def test_the_demo_is_clean_or_has_notes_only():
    async with Agent(in_process=True) as agent:
        session = await agent.session()
        turns = [
            await (await agent.session()).send("把红色的杯子变成蓝色，然后镜头绕着它慢慢转", COFFEE, plan_only=True),
            await (await agent.session()).send(
                "continue this for two seconds and put it beside the original", CITY, plan_only=True
            ),
            *[await session.send(text, plan_only=True) for _, text, _ in DEMO_WORDS[:1]],
        ]
        for turn in turns:
            assert len(turn.chain) > 0
            found = lint(turn.chain, agent.tools, agent.engines)
            assert [finding for finding in found if finding.severity != "note"] == []


@given(chains(turn=2))
@settings(max_examples=100)
def test_any_chain_can_be_linted_and_its_fixes_be_made(chain: Chain):
    found = lint(chain, OWN, {name: ENGINES[name] for name in ("classical", "fake")})
    fixed = apply_fixes(chain, found)
    assert apply_all(chain, fixed.edits) == fixed.chain
    assert len(fixed.fixed) + len(fixed.left) == len(found)


# ---------------------------------------------------------------- flow


def test_a_step_that_nothing_uses_is_taken_out():
    chain = edited(steps=[step(5, "analyse", image=PHOTO)])
    assert only(chain, "unreachable").fix == (Remove(step="t1.s5"),)
    assert "unreachable" not in {f.code for f in linted(chain, later=[Ref(step="t1.s5", port="palette")])}


def test_an_expectation_or_a_test_keeps_a_step():
    mask = Ref(step="t1.s5", port="mask")
    seen = step(5, "locate", image=PHOTO, what="table")
    judged = step(
        6, "edit_image", image=PHOTO, instruction="x", expect=[ColourIn(port="image", mask=mask, colour="#1f5fbf")]
    )
    assert linted(edited(steps=[seen, judged], answer="t1.s3.finding t1.s4.image t1.s6.image")) == []
    assert linted(edited(steps=[step(5, "check", image=ref(4, "image"), mask=ref(1, "mask"))])) == []


def test_a_branch_that_ends_nowhere_is_taken_out_as_a_whole():
    branch = [step(5, "locate", image=PHOTO, what="table"), step(6, "analyse", image=PHOTO, mask=ref(5, "mask"))]
    chain = edited(steps=branch)
    found = only(chain, "decorative")
    assert (found.step, found.fix) == ("t1.s5", (Remove(step="t1.s6"), Remove(step="t1.s5")))


def test_what_only_feeds_a_step_that_does_not_run_is_decorative():
    plan = EditPlan(target="cup", operations=(Recolour(source="#d32f2f", target="#1f5fbf"),)).model_dump(mode="json")
    chain = edited(plan={"given": {"plan": plan, "finding": "It becomes blue."}, "thought": ""})
    found = only(chain, "decorative")
    assert found.step == "t1.s2"
    assert apply_fixes(chain, [found]).chain.step("t1.s3").args == {
        "operation": "recolour", "target": "red cup", "colour": "blue"
    }  # fmt: skip


def test_evidence_that_nobody_reads_is_noted():
    chain = edited(answer="t1.s4.image")
    found = only(chain, "unused_evidence")
    assert (found.step, found.severity, found.fix) == ("t1.s3", "note", ())
    assert "finding" in found.en


def test_a_given_value_that_nothing_reads_is_cleared():
    chain = edited(plan={"given": {"finding": "It becomes blue."}}, answer="t1.s4.image")
    assert only(chain, "unread_given").fix == (ClearGiven(step="t1.s3", port="finding"),)
    box = {"x0": 1, "y0": 1, "x1": 9, "y1": 9}
    assert linted(edited(locate={"given": {"box": box}})) == []


def test_an_argument_under_a_given_value_is_dropped():
    box = {"x0": 1, "y0": 1, "x1": 9, "y1": 9}
    chain = edited(locate={"box": box, "given": {"box": {**box, "x1": 5}}})
    assert only(chain, "overridden").fix == (SetArg(step="t1.s1", name="box", remove=True),)


def test_the_same_call_twice_becomes_one():
    twice = [
        step(5, "locate", image=PHOTO, what="red cup", thought="again", expect=[Size(port="mask", width=600)]),
        step(6, "analyse", image=PHOTO, mask=ref(5, "mask")),
        step(7, "edit_image", image=ref(4, "image"), plan=ref(3, "plan"), mask=ref(5, "mask")),
    ]
    chain = edited(steps=twice, answer="t1.s3.finding t1.s6.palette t1.s7.image t1.s5.box")
    found = [finding for finding in linted(chain) if finding.code == "duplicate"]
    assert [(finding.step, bool(finding.fix)) for finding in found] == [("t1.s5", True), ("t1.s6", True)]
    fixed = repaired(chain)
    assert [s.id for s in fixed] == ["t1.s1", "t1.s2", "t1.s3", "t1.s4", "t1.s7"]
    assert fixed.step("t1.s7").args["mask"] == ref(1, "mask")
    assert [str(answer) for answer in fixed.answer] == ["t1.s3.finding", "t1.s2.palette", "t1.s7.image", "t1.s1.box"]
    assert fixed.step("t1.s1").expect == (Size(port="mask", width=600),)
    assert linted(fixed) == []
    for finding in found:
        one = apply_fixes(chain, [finding]).chain
        assert finding.step not in {other.step for other in linted(one) if other.code == "duplicate"}


def test_another_seed_is_another_call_only_where_the_tool_draws():
    def two(name: str, **args: Any) -> Chain:
        return chain_of(step(1, name, seed=1, **args), step(2, name, seed=2, **args), answer="t1.s1.image t1.s2.image")

    assert "duplicate" not in {f.code for f in linted(two("generate_image", prompt="a ball", engine="small"))}
    boxes = chain_of(
        step(1, "locate", image=PHOTO, what="cup", seed=1),
        step(2, "locate", image=PHOTO, what="cup", seed=2),
        answer="t1.s1.box t1.s2.box",
    )
    assert only(boxes, "duplicate").step == "t1.s2"


async def test_a_pin_over_changed_inputs_is_found():
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session()).send("make the red cup blue", COFFEE, engine="fake")
        pinned = apply_all(turn.chain, [Pin(step="t1.s4")])
        assert "stale_pin" not in {f.code for f in lint(pinned, agent.tools, agent.engines, turn.run)}
        await turn.edit([Pin(step="t1.s4"), SetArg(step="t1.s3", name="colour", value="green")])
        assert turn.run.steps["t1.s4"].status == "cached"
        found = [f for f in lint(turn.chain, agent.tools, agent.engines, turn.run) if f.code == "stale_pin"]
        assert [(finding.step, finding.fix) for finding in found] == [("t1.s4", (Pin(step="t1.s4", pinned=False),))]
        fixed = apply_fixes(turn.chain, found).chain
        assert "stale_pin" not in {f.code for f in lint(fixed, agent.tools, agent.engines, turn.run)}


# ---------------------------------------------------------------- limits

SMALL_SCALE = {"tiny": Limited("tiny", Capability(task="scale", max_pixels=10_000))}


def test_more_pixels_than_the_engine_makes_are_brought_within():
    chain = chain_of(
        step(1, "scale", image=PHOTO, width=600, height=400, expect=[Size(port="image", width=600, height=400)]),
        answer="t1.s1.image",
    )
    found = only(chain, "resolution", SMALL_SCALE)
    fixed = apply_fixes(chain, [found]).chain.step("t1.s1")
    assert (fixed.args["width"], fixed.args["height"], fixed.expect) == (122, 81, ())
    assert "10000" in found.en


def test_scaling_down_and_up_again_is_found():
    engines = {"able": Limited("able", Capability(task="scale"))}
    chain = chain_of(
        step(1, "scale", image=PHOTO, width=60, height=40),
        step(2, "scale", image=ref(1, "image"), width=600, height=400),
        answer="t1.s2.image",
    )
    assert only(chain, "upscaled", engines).step == "t1.s2"
    enlarged = chain_of(step(1, "scale", image=PHOTO, width=1200, height=800), answer="t1.s1.image")
    assert linted(enlarged, engines) == []


def test_an_engine_that_shrinks_counts_as_scaling_down():
    engines = {**SMALL_SCALE, "able": Limited("able", Capability(task="scale"))}
    chain = chain_of(
        step(1, "scale", image=PHOTO, engine="tiny"),
        step(2, "scale", image=ref(1, "image"), width=600, height=400, engine="able"),
        answer="t1.s2.image",
    )
    assert only(chain, "upscaled", engines).step == "t1.s2"


def filming(**limits: Any) -> dict[str, Limited]:
    return {"camera": Limited("camera", Capability(task="film", **limits))}


PATH = CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=3), CameraPose(seconds=6, yaw_deg=20)))
MOVES = Actions(actions=(Action(move="forward", seconds=2), Action(move="left", seconds=4)))


@pytest.mark.parametrize(
    "args", [{"seconds": 6}, {"path": PATH.model_dump(mode="json")}, {"actions": MOVES.model_dump(mode="json")}]
)
def test_longer_than_the_engine_makes_is_shortened(args: dict[str, Any]):
    chain = chain_of(step(1, "film", **args), answer="t1.s1.video")
    found = only(chain, "duration", filming(max_seconds=3.0))
    assert "6 s" in found.en
    assert "duration" not in {f.code for f in linted(chain, filming(max_seconds=6.0))}


def test_a_length_by_default_and_a_given_path_count_too():
    plain = chain_of(step(1, "film"), answer="t1.s1.video")
    assert only(plain, "duration", filming(max_seconds=1.5)).fix == (SetArg(step="t1.s1", name="seconds", value=1.5),)
    both = step(1, "tour", given={"path": PATH.model_dump(mode="json")})
    assert only(chain_of(both, answer="t1.s1.video t1.s1.path"), "duration", filming(max_seconds=3.0)).fix


def test_frames_that_the_engine_can_not_make_are_told():
    engines = filming(frame_rule="4k+1", fps=(8.0,), max_seconds=5.0)
    chain = chain_of(step(1, "film", seconds=2), answer="t1.s1.video")
    found = only(chain, "frame_rule", engines)
    assert found.fix == (SetArg(step="t1.s1", name="seconds", value=17 / 8),)
    longest = chain_of(step(1, "film", seconds=5), answer="t1.s1.video")
    assert only(longest, "frame_rule", engines).fix == (SetArg(step="t1.s1", name="seconds", value=37 / 8),)


def test_a_frame_rate_that_the_engine_lacks_is_told():
    chain = chain_of(step(1, "film", fps=24), answer="t1.s1.video")
    found = only(chain, "frame_rate", filming(fps=(8.0, 16.0)))
    assert found.fix == (SetArg(step="t1.s1", name="fps", value=16.0),)


# ---------------------------------------------------------------- engines and money


def test_a_wish_that_can_not_be_met_is_dropped():
    chain = edited(edit={"engine": "simulator"})
    assert only(chain, "no_engine").fix == (SetEngine(step="t1.s4", engine=None),)
    none = chain_of(step(1, "generate_video", prompt="a ball"), answer="t1.s1.video")
    assert only(none, "no_engine", {"classical": ENGINES["classical"]}).fix == ()


def test_unproven_engines_and_drafts_are_noted():
    task = Capability(task="scale")
    engines = {
        "proven": Limited("proven", task),
        "new": Limited("new", task, state="unproven"),
        "rough": Limited("rough", task.model_copy(update={"draft": True})),
    }
    for wish, code in (("new", "unproven"), ("rough", "draft")):
        found = only(chain_of(step(1, "scale", image=PHOTO, engine=wish), answer="t1.s1.image"), code, engines)
        assert (found.severity, found.fix) == ("note", (SetEngine(step="t1.s1", engine=None),))
    del engines["proven"]
    del engines["rough"]
    assert only(chain_of(step(1, "scale", image=PHOTO), answer="t1.s1.image"), "unproven", engines).fix == ()


def test_a_chain_above_its_budget_is_told_and_brought_below():
    price = Cost(amount=3, currency="CNY")
    engines = {
        "cloud": Limited("cloud", Capability(task="scale", price=price)),
        "zero": Limited("zero", Capability(task="scale")),
    }
    steps = [step(n, "scale", image=PHOTO, width=n, height=n) for n in (1, 2)]
    chain = chain_of(*steps, answer="t1.s1.image t1.s2.image")
    found = only(chain, "budget", engines, budget=Cost(amount=4, currency="CNY"))
    assert found.fix == (SetEngine(step="t1.s1", engine="zero"),)
    assert "6 CNY" in found.en
    assert linted(chain, engines, budget=Cost(amount=6, currency="CNY")) == []
    del engines["zero"]
    assert only(chain, "budget", engines, budget=Cost(amount=4, currency="CNY")).fix == ()


# ---------------------------------------------------------------- expectations and thoughts


@pytest.mark.parametrize(
    "predicate",
    [
        ColourIn(port="image", mask=Ref(step="t1.s1", port="mask"), colour="#1f5fbf"),
        Count(port="image", what="cup", n=1),
        AnswerIs(port="image", question="which colour?", answer="blue"),
    ],
)
def test_expectations_that_no_tool_can_test_are_dropped(predicate: Predicate):
    chain = edited(edit={"expect": [predicate, Size(port="image", width=600)]})
    assert linted(chain) == []
    tools = {name: spec for name, spec in OWN.items() if name not in ("check", "describe")}
    found = [f for f in lint(chain, tools, ENGINES) if f.code == "untestable"]
    assert len(found) == 1
    fixed = apply_fixes(chain, found).chain
    assert fixed.step("t1.s4").expect == (Size(port="image", width=600),)
    assert "untestable" not in {f.code for f in lint(fixed, tools, ENGINES)}


def test_expectations_that_verify_passes_over_are_dropped():
    shown = step(
        5, "novel_view", image=PHOTO, path=PATH.model_dump(mode="json"), expect=[Size(port="depth", width=600)]
    )
    assert only(edited(steps=[shown], answer="t1.s4.image t1.s3.finding t1.s5.video"), "untestable").step == "t1.s5"
    asked = edited(plan={"expect": [AnswerIs(port="finding", question="?", answer="blue")]})
    assert only(asked, "untestable").step == "t1.s3"
    path = PATH.model_dump(mode="json")
    free = step(5, "novel_view", image=PHOTO, path=path, given={"path": path}, expect=[Seconds(port="video", most=2)])
    assert only(edited(steps=[free], answer="t1.s4.image t1.s3.finding t1.s5.video"), "untestable").step == "t1.s5"


def test_free_words_are_noted():
    found = only(edited(edit={"expect": [Words(text="looks natural")]}), "untested")
    assert (found.severity, found.fix) == ("note", ())


@pytest.mark.parametrize(
    ("thought", "colour", "better"),
    [
        ("The red cup becomes blue.", "green", "The red cup becomes green."),
        (
            "Decide: the cup becomes dark blue, its light stays.",
            "yellow",
            "Decide: the cup becomes yellow, its light stays.",
        ),
        ("杯子变成蓝色，明暗不变。", "绿色", "杯子变成绿色，明暗不变。"),
        ("杯子变成蓝色。", "green", "杯子变成绿色。"),
    ],
)
def test_a_thought_that_names_another_colour_than_the_call(thought: str, colour: str, better: str):
    chain = edited(plan={"colour": colour, "thought": thought})
    assert only(chain, "thought_colour").fix == (SetThought(step="t1.s3", thought=better),)


def test_a_thought_is_held_against_a_given_plan():
    plan = EditPlan(target="cup", operations=(Recolour(source="#d32f2f", target="#2e9e3a"),)).model_dump(mode="json")
    found = only(edited(plan={"given": {"plan": plan}}), "thought_colour")
    assert found.fix == (SetThought(step="t1.s3", thought="The red cup becomes green."),)


@pytest.mark.parametrize(
    ("thought", "colour"),
    [
        ("The red cup becomes blue.", "royal blue"),
        ("The red cup becomes darker.", "darker"),
        ("The red cup becomes darker, like wine.", "darker red"),
        ("Not blue any more: the cup becomes green.", "green"),
        ("Decide what changes to what.", "green"),
        ("", "green"),
        ("An orange should look fresh.", "orange"),
        ("走 2 米再看红色的杯子。", "蓝色"),
    ],
)
def test_thoughts_that_do_not_contradict_are_left_alone(thought: str, colour: str):
    assert (
        linted(
            edited(
                plan={"colour": colour, "thought": thought, "target": "红色的杯子" if "走" in thought else "red cup"}
            )
        )
        == []
    )


# ---------------------------------------------------------------- check, words, the command line


def test_what_check_finds_is_told_with_its_repair():
    chain = edited(locate={"colour": "red"})
    assert only(chain, "check").fix == (SetArg(step="t1.s1", name="colour", remove=True),)
    assert only(edited(locate={"given": {"colour": "red"}}), "check").fix == (ClearGiven(step="t1.s1", port="colour"),)
    wrong = [f for f in linted(edited(edit={"engine": "clasical"})) if f.code == "check"]
    assert wrong[0].fix == (SetEngine(step="t1.s4", engine=None),)
    unknown = chain_of(step(1, "paint_it", image=PHOTO))
    assert [(f.code, f.severity, f.fix) for f in linted(unknown)][:1] == [("check", "error", ())]


def test_a_chain_that_can_not_be_ordered_is_told_and_no_more():
    circle = chain_of(
        step(1, "analyse", image=PHOTO, mask=ref(2, "mask")), step(2, "locate", image=ref(1, "x"), what="y")
    )
    assert {finding.code for finding in linted(circle)} == {"check"}
    crooked = chain_of(step(1, "analyse", image={"step": "nonsense", "port": "x"}))
    assert {finding.code for finding in linted(crooked)} == {"check"}


def test_findings_speak_two_languages_and_come_by_severity():
    chain = edited(edit={"engine": "simulator"}, steps=[step(5, "analyse", image=PHOTO)], answer="t1.s4.image")
    found = linted(chain)
    assert [finding.severity for finding in found] == ["error", "warning", "note"]
    assert all("t1.s" in finding.en and "t1.s" in finding.zh and finding.zh != finding.en for finding in found)
    assert all(
        severity in ("error", "warning", "note") and "{" in en and "{" in zh for severity, en, zh in CODES.values()
    )


def test_fixes_of_one_field_do_not_undo_each_other():
    expect = [AnswerIs(port="finding", question=f"{n}?", answer="blue") for n in range(3)]
    chain = edited(plan={"expect": expect})
    fixed = apply_fixes(chain, linted(chain))
    assert [len(fixed.fixed), len(fixed.left), len(fixed.chain.step("t1.s3").expect)] == [1, 2, 2]
    assert repaired(chain).step("t1.s3").expect == ()


def test_a_fix_that_fits_no_more_is_left():
    chain = edited(steps=[step(5, "analyse", image=PHOTO)])
    found = only(chain, "unreachable")
    fixed = apply_fixes(chain, [found, found])
    assert (fixed.fixed, fixed.left) == ((found,), (found,))


async def test_the_command_line_tells_and_repairs(capsys: pytest.CaptureFixture[str]):
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session("s")).send("make the red cup blue", COFFEE, engine="fake", plan_only=True)
        await turn.edit([SetArg(step="t1.s3", name="colour", value="green")], run=False)

    async def call(**more: Any) -> tuple[int, str]:
        code = await asyncio.to_thread(lint_chain, session="s", turn=None, **more)
        return code, capsys.readouterr().out

    code, told = await call()
    assert code == 0
    assert "thought_colour" in told
    code, told = await call(as_json=True, fix=True)
    found = json.loads(told)
    assert (code, found["revision"]) == (0, 4)
    assert [(f["code"], f["fixed"]) for f in found["findings"]] == [("thought_colour", True)]
    assert (await call())[1].strip() == "nothing found"
    with pytest.raises(InputError, match="--budget"):
        await call(budget="much")
