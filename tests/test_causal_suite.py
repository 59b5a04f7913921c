"""The suites of interventions: what is measured, what obeying means, what is kept when it stops."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from agentvid import Agent, EditPlan, Image, Mask, Recolour
from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step
from agentvid.cli.app import run_app
from agentvid.errors import InputError
from agentvid.evals.causal import Wider, measure_causality
from agentvid.evals.layouts import other_layouts
from agentvid.evals.locality import allowed, grey_outside
from agentvid.evals.obeyed_clip import motion_of
from agentvid.evals.suite import runner
from agentvid.evals.suite.case import SuiteCase, given_media, media_cases, small_cases
from agentvid.evals.suite.figures import figures, is_met
from agentvid.evals.suite.page import PAGE
from agentvid.evals.suite.runner import RESULTS, Plan, Sent, run_suite
from agentvid.run.execute import Executor
from agentvid.run.host import InProcessHost
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolContext, tool
from agentvid.world.language import read_thought
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene


@tool()
async def pick(ctx: ToolContext, colour: str) -> str:
    """Pick a colour."""
    return colour


@tool()
async def paint(ctx: ToolContext, colour: str) -> float:
    """Tell how long a colour's name is."""
    return float(len(colour))


def chain_of(colour: str) -> Chain:
    first = Step(id="t1.s1", tool="pick", args={"colour": colour})
    second = Step(id="t1.s2", tool="paint", args={"colour": {"step": "t1.s1", "port": "text"}})
    return Chain(turn=1, steps=(first, second))


@dataclass
class Counted:
    """Sends a case as a chain of two steps, and counts."""

    sent: list[str]

    async def __call__(self, case: SuiteCase) -> Sent:
        self.sent.append(case.name)
        problem = "asked back" if case.texts == ("what?",) else ""
        return Sent(chain_of(case.texts[0]), (Ref(step="t1.s2", port="number"),), lambda ref: None, problem)


@pytest.fixture
def executor(store: ObjectStore, log: Log) -> Executor:
    return Executor({"pick": pick, "paint": paint}, {}, InProcessHost(store), store, log)


CASES = (SuiteCase("one", "media", ("red",)), SuiteCase("two", "media", ("blue",)))


async def test_a_chain_that_is_measured_is_not_measured_again(executor: Executor, tmp_path: Path):
    send, states = Counted([]), list[tuple[str, str]]()
    first = await run_suite(Plan(CASES, ("none",)), tmp_path, executor, send)
    again = await run_suite(
        Plan(CASES, ("none",)),
        tmp_path,
        executor,
        send,
        told=lambda case, state, row: states.append((case.name, state)),
    )
    assert send.sent == ["one", "two"]
    assert states == [("one", "kept"), ("two", "kept")]
    on_disk = json.loads((tmp_path / RESULTS).read_text())
    assert on_disk["figures"] == first["figures"] == again["figures"]
    assert on_disk["figures"]["media"]["interventions"] == 4  # a text and an argument, of two chains
    other = replace(CASES[0], texts=("green",))
    await run_suite(Plan((other, CASES[1]), ("none",)), tmp_path, executor, send)
    assert send.sent == ["one", "two", "one"]
    page = (tmp_path / PAGE).read_text()
    assert "green" in page and "t1.s1.text" in page


async def test_other_code_or_engines_measure_anew(executor: Executor, tmp_path: Path, monkeypatch):
    send = Counted([])
    await run_suite(Plan(CASES, ("none",)), tmp_path, executor, send)
    await run_suite(Plan(CASES, ("none 2",)), tmp_path, executor, send)
    monkeypatch.setattr(runner, "code_digest", lambda: "another")
    await run_suite(Plan(CASES, ("none 2",)), tmp_path, executor, send)
    assert send.sent == ["one", "two"] * 3


async def test_what_is_measured_before_it_is_stopped_is_kept(executor: Executor, tmp_path: Path):
    send = Counted([])

    def stop(case: SuiteCase, state: str, row: object) -> None:
        if (case.name, state) == ("two", "row"):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await run_suite(Plan(CASES, ("none",)), tmp_path, executor, send, told=stop)
    assert [chain["name"] for chain in json.loads((tmp_path / RESULTS).read_text())["chains"]] == ["one"]
    document = await run_suite(Plan(CASES, ("none",)), tmp_path, executor, send)
    assert send.sent == ["one", "two", "two"]
    assert document["figures"]["media"]["chains"] == 2


async def test_a_chain_that_asks_back_is_told_and_misses_the_target(executor: Executor, tmp_path: Path):
    cases = (CASES[0], SuiteCase("back", "media", ("what?",)))
    told = (await run_suite(Plan(cases, ()), tmp_path, executor, Counted([])))["figures"]["media"]
    assert told["chains_not_measured"] == 1 and not is_met(told)
    (tmp_path / RESULTS).write_text("{")
    with pytest.raises(InputError, match="can't be read"):
        await run_suite(Plan(cases, ()), tmp_path, executor, Counted([]))


# ---------------------------------------------------------------- figures


ROW = {
    "step": "t1.s1", "tool": "x", "port": "box", "type": "Box", "intervention": "half", "verdict": "causal",
    "strayed": [], "answer_changed": ["t1.s1.image"], "psnr_outside_db": 99.0, "grey_outside": None, "findings": [],
    "obeyed": True, "direct": False, "was_right": None, "judgeable": None,
}  # fmt: skip


def figures_of(*rows):
    chain = {"name": "a", "group": "g", "not_measured": "", "rows": [{**ROW, **row} for row in rows]}
    return figures([chain])


def test_answers_themselves_and_pictures_that_were_wrong_are_not_counted_as_obeyed():
    told = figures_of(
        {}, {"direct": True}, {"obeyed": None}, {"was_right": False, "obeyed": False}, {"was_right": True}
    )
    assert (told["obeyed"]["hits"], told["obeyed"]["n"]) == (2, 2)
    assert (told["obeyed_unconditioned"]["hits"], told["obeyed_unconditioned"]["n"]) == (2, 3)
    assert (told["direct"], told["not_judged"], told["started_right"]["hits"]) == (1, 1, 1)
    assert told["obeyed"]["low"] == pytest.approx(0.342, abs=0.001)


def test_a_step_is_decoration_where_none_of_its_ports_changes_the_answer():
    nothing = {"answer_changed": [], "verdict": "decoration", "step": "t1.s2"}
    told = figures_of({}, nothing, nothing)
    assert told["decorative_steps"] == ["a t1.s2"]
    assert told["obeyed"]["hits"] == 1 and not is_met(told)
    assert figures_of({}, nothing, {"step": "t1.s2"})["decorative_steps"] == []
    assert is_met(figures_of({}))
    for leak in ({"strayed": ["t1.s9"]}, {"psnr_outside_db": 39.0}, {"grey_outside": 4.5}):
        assert not is_met(figures_of({}, leak))


# ---------------------------------------------------------------- what the suites hold


def test_the_media_suite_rests_on_what_ships():
    cases = media_cases()
    assert len(cases) == len({case.digest for case in cases}) == 22
    assert {case.file.name for case in cases if case.file} == {"coffee.jpg", "city.mp4"}
    assert sum(not case.texts[0].isascii() for case in cases) >= 5


def test_given_media_are_measured_too(tmp_path: Path):
    Pillow.new("RGB", (20, 20)).save(tmp_path / "a.png")
    (tmp_path / "notes.txt").write_text("none")
    assert [case.name for case in given_media(tmp_path)] == ["a-blur", "a-background", "a-zoom"]
    assert len(media_cases(tmp_path)) == 25
    (tmp_path / "a.png").unlink()
    with pytest.raises(InputError, match="holds no picture"):
        media_cases(tmp_path)


def test_the_small_suite_stays_within_what_is_claimed():
    cases = small_cases(9, drawn=2, edited=1)
    assert [len(case.texts) for case in cases] == [1] * 6 + [2] * 3
    assert {case.group for case in cases} <= {"draw, 1 solid", "draw, 2 solids", "edit, 1 solid"}
    assert cases == small_cases(9, drawn=2, edited=1)
    assert all(len(case.texts) == 1 for case in small_cases(4, drawn=1, edited=0))
    with pytest.raises(InputError, match="claims to draw no solid"):
        small_cases(3, drawn=0, edited=0)


def test_corrections_of_a_layout_differ_in_colour_shape_size_and_place():
    layout = "one large red cube at left front; one small blue ball at right back; camera from the front, middle"
    found = other_layouts(layout, 5)
    assert len({text for text, _ in found}) == 5
    before = read_thought(layout)
    assert isinstance(before, Scene)
    ways = []
    for text, _ in found[:4]:
        after = read_thought(text)
        assert isinstance(after, Scene)
        ((old,), (new,)) = (
            [solid for solid in one.solids if solid not in other.solids]
            for one, other in ((before, after), (after, before))
        )
        names = ("colour", "shape", "size", "row", "column")
        ways.append({name for name in names if getattr(old, name) != getattr(new, name)})
    assert ways[:3] == [{"colour"}, {"shape"}, {"size"}] and ways[3] <= {"row", "column"}


# ---------------------------------------------------------------- what obeying means


def test_a_shift_and_a_growth_are_told_apart():
    noise = np.random.default_rng(3).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    picture = cv2.GaussianBlur(cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC), (0, 0), 1.5)
    shifted = np.roll(picture, 5, axis=1)
    grown = cv2.warpAffine(picture, cv2.getRotationMatrix2D((160, 120), 0, 1.05), (320, 240))
    right, down, growing, turning = motion_of(picture, shifted).fit
    assert right == pytest.approx(5, abs=0.5) and abs(down) < 0.3 and abs(growing) < 0.5 and abs(turning) < 0.5
    right, down, growing, _ = motion_of(picture, grown).fit
    assert growing == pytest.approx(4, abs=0.8) and abs(right) < 0.5


def test_where_a_plan_may_reach():
    mask = np.zeros((40, 40), bool)
    mask[10:30, 10:30] = True
    recolour = EditPlan(target="x", operations=(Recolour(source="#ff0000", target="#0000ff"),), feather=2)
    reach = allowed(mask, recolour)
    assert reach[mask].all() and reach[7, 20] and not reach[4, 20]
    behind = EditPlan.model_validate({"target": "x", "operations": [{"op": "blur_background"}], "feather": 2})
    reach = allowed(mask, behind)
    assert reach[~mask].all() and not reach[20, 20]


def test_the_rest_of_a_drawing_is_compared_where_the_truth_is_the_same():
    one = read_thought("one large red cube at left front; camera from the front, middle")
    two = read_thought("one large blue cube at left front; camera from the front, middle")
    assert isinstance(one, Scene) and isinstance(two, Scene)
    before, after = render_scene(one).rgb, render_scene(two).rgb
    assert grey_outside(before, after, one, two) < 0.5
    assert grey_outside(before, np.minimum(after, 245) + 10, one, two) > 9


@dataclass(frozen=True)
class Found:
    mask: Mask


@tool()
async def find(ctx: ToolContext, image: Image) -> Found:
    """Find the left quarter."""
    inside = np.zeros((image.height, image.width), np.uint8)
    inside[:, : image.width // 4] = 255
    return Found(mask=ctx.store.put_mask(inside))


@tool()
async def edit_image(ctx: ToolContext, image: Image, plan: EditPlan, mask: Mask) -> Image:
    """Paint the upper half in the plan's colour, whatever the mask says; its left edge follows the mask's size."""
    assert isinstance(plan.operations[0], Recolour)
    colour = [int(plan.operations[0].target[at : at + 2], 16) for at in (1, 3, 5)]
    picture = np.array(ctx.store.image(image))
    picture[: len(picture) // 2] = colour
    picture[0, 0, 0] = int((ctx.store.mask(mask) > 0).sum()) % 251
    return ctx.store.put_image(picture)


async def test_an_edit_that_takes_no_notice_of_its_mask_is_called_disobeyed(store: ObjectStore, log: Log):
    executor = Executor({"find": find, "edit_image": edit_image}, {}, InProcessHost(store), store, log)
    image = store.put_image(np.full((80, 120, 3), 90, np.uint8)).model_dump(mode="json")
    plan = EditPlan(target="x", operations=(Recolour(source="#5a5a5a", target="#0000ff"),)).model_dump(mode="json")
    args = {"image": image, "plan": plan, "mask": {"step": "t1.s1", "port": "mask"}}
    steps = (Step(id="t1.s1", tool="find", args={"image": image}), Step(id="t1.s2", tool="edit_image", args=args))
    answer = (Ref(step="t1.s2", port="image"),)
    (row,) = await measure_causality(executor, Chain(turn=1, steps=steps), answer, earlier=lambda ref: None)
    assert (row.port, row.verdict, row.obeyed) == ("mask", "disobeyed", False)
    missed = {finding.name for finding in row.findings if not finding.passed}
    assert missed == {"changed where the plan reaches, nowhere else"}


async def test_a_photo_edit_and_a_flight_obey_each_correction(tmp_path: Path):
    rng = np.random.default_rng(1)
    wood = cv2.resize(rng.integers(90, 160, (30, 45, 1), np.uint8), (180, 120), interpolation=cv2.INTER_CUBIC)
    photo = np.repeat(wood[..., None], 3, 2)
    cv2.circle(photo, (110, 70), 30, (190, 30, 30), -1)
    Pillow.fromarray(photo).save(tmp_path / "photo.png")
    async with Agent(tmp_path / "home", in_process=True) as agent:
        session = await agent.session()
        turn = await session.send("make the red disc blue and zoom in on it in one second", tmp_path / "photo.png")
        assert turn.status == "done"
        rows = await measure_causality(
            agent.executor, turn.chain, turn.chain.answer, earlier=lambda ref: None, wider=Wider()
        )
    assert {(row.port, row.verdict) for row in rows if row.verdict != "causal"} == set()
    assert {row.port for row in rows} >= {"box", "mask", "point", "palette", "plan", "args.colour", "path", "light"}
    assert json.loads(json.dumps([row.to_json() for row in rows]))[0]["findings"][0]["passed"] is True
    assert {row.port for row in rows if row.obeyed is None} == set()
    assert {row.port for row in rows if row.direct} == {"finding", "answer", "bound"}
    assert min(row.psnr_outside_db for row in rows if row.psnr_outside_db is not None) == 99


# ---------------------------------------------------------------- the command


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--suite", "none"], "media, small, all"),
        (["--suite", "media", "make the red cup blue"], "message does not go with this"),
        (["--chains", "2"], "add --suite"),
        (["--suite", "small", "--engine", "fake"], "--engine does not go with this"),
        (["--suite", "media", "--media", "."], "holds no picture"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_app(["eval", "causal", *arguments]) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_the_help_shows_how_suites_are_run(capsys):
    assert run_app(["eval", "causal", "--help"]) == 0
    assert "agentvid eval causal --suite all --out" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_a_suite_is_measured_by_the_small_model_that_ships(tmp_path: Path, capsys):
    command = ["eval", "causal", "--suite", "small", "--chains", "2", "--out", str(tmp_path / "out"), "--json"]
    first = run_app(command), json.loads(capsys.readouterr().out)
    again = run_app(command), json.loads(capsys.readouterr().out)
    assert first == again
    figures_now = first[1]["figures"]["small"]
    assert figures_now["chains"] == 2 and figures_now["interventions"] >= 10
    assert figures_now["decorative_steps"] == [] and figures_now["local"]["value"] == 1
    assert figures_now["obeyed"]["value"] >= 0.8
    page = (tmp_path / "out" / PAGE).read_text()
    assert "data:image/jpeg;base64," in page
