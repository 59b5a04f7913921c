"""The benchmark of editing chains: its cases, what must run, how it is measured, and what systems do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image as Pillow

from agentvid.agent.rivals import SYSTEMS
from agentvid.agent.rivals.again import Keeping
from agentvid.cli.app import run_app
from agentvid.errors import InputError
from agentvid.evals.editing.case import SCHEMA, Case, Expectation, Keep, Region, Said, load_cases, schema_text
from agentvid.evals.editing.figures import figures
from agentvid.evals.editing.measures import Seen, measure, measure_kept
from agentvid.evals.editing.media import Shown, make_medium, read_shown
from agentvid.evals.editing.necessary import necessary_steps
from agentvid.evals.editing.page import table_markdown
from agentvid.evals.editing.results import SHIPPED, read_result, result_of, shipped_results
from agentvid.evals.editing.runner import Plan, run_systems
from agentvid.evals.editing.score import matched
from agentvid.evals.editing.system import Asked, Outcome, Ran, find_system

DATA = load_cases()
QUICK = ("cup-colour-by-hand", "cup-same-name", "cup-and-back", "clip-layout")


def case_of(name: str) -> Case:
    return next(case for case in DATA.cases if case.id == name)


def picture(colour: tuple[int, int, int], width: int = 40, height: int = 30) -> Shown:
    return Shown((np.full((height, width, 3), colour, np.uint8),), 0.0)


# ------------------------------------------------------------ the cases


def test_the_schema_that_is_handed_out_is_that_of_the_cases():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_every_edit_has_steps_and_every_suite_has_cases_in_both_languages():
    assert all(case.steps for case in DATA.cases if case.edits)
    for suite in ("photo", "clip", "world", "reference"):
        assert {case.language for case in DATA.cases if case.suite == suite} == {"zh", "en"}
    assert sum(bool(case.reference) for case in DATA.cases) >= 15


def test_a_file_that_names_a_medium_that_is_not_there_is_refused(tmp_path: Path):
    told = json.loads(DATA.model_dump_json())
    told["cases"][0]["messages"][0]["media"] = ["nothing"]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(told), encoding="utf-8")

    with pytest.raises(InputError, match="nothing"):
        load_cases(path)


@pytest.mark.parametrize("name", QUICK)
async def test_what_is_necessary_is_what_runs_of_everything_say(name: str, tmp_path: Path):
    case, kept = case_of(name), Keeping(tmp_path / "home")
    for said in case.messages:
        files = [make_medium(DATA.medium(medium), tmp_path) for medium in said.media]
        await kept.start(said.text, files)
    versions = [[turn.chain for turn in kept.session.turns()]]
    for edit in case.edits:
        await kept.changed(Asked("", edit.typed, ()))
        versions.append([turn.chain for turn in kept.session.turns()])

    found = await necessary_steps(kept.agent.executor, versions)
    await kept.close()

    assert found[0] == tuple(step.id for step in versions[0][0].order())
    assert found[-1] == case.necessary
    assert {step.id: step.tool for chain in versions[-1] for step in chain} == case.steps


# ------------------------------------------------------------ measures


def test_colours_are_measured_by_hue_inside_the_region():
    seen = Seen(picture((200, 30, 20)), None, {}, "")

    assert measure(Expectation(kind="colour", colour="#aa2b10"), seen).passed
    assert not measure(Expectation(kind="colour", colour="#2154a8"), seen).passed


@pytest.mark.parametrize(
    ("kind", "passed"), [("brighter", True), ("darker", False), ("changed", True), ("same", False)]
)
def test_a_result_is_compared_with_the_one_before(kind, passed):
    seen = Seen(picture((120, 120, 120)), picture((90, 90, 90)), {}, "")

    assert measure(Expectation(kind=kind), seen).passed is passed


def test_nothing_is_obeyed_where_there_is_no_result():
    assert not measure(Expectation(kind="same"), Seen(None, picture((0, 0, 0)), {}, "")).passed


def test_which_picture_a_result_is_made_of_is_told_though_it_is_grey(tmp_path: Path):
    media = {name: read_shown(make_medium(DATA.medium(name), tmp_path)) for name in ("cup", "mirror")}
    grey = np.repeat(media["mirror"].frames[0].mean(axis=-1, keepdims=True), 3, axis=-1).astype(np.uint8)
    seen = Seen(Shown((grey,), 0.0), None, media, "")

    assert measure(Expectation(kind="made_from", of="mirror"), seen).passed
    assert not measure(Expectation(kind="made_from", of="cup"), seen).passed


def test_the_frame_of_a_clip_is_told_from_its_neighbours(tmp_path: Path):
    clip = read_shown(make_medium(DATA.medium("clip"), tmp_path))
    turned = Shown(clip.frames[::-1], clip.seconds)

    def shows(frame: int) -> bool:
        expected = Expectation(kind="frame", at=0, of="clip", of_frame=frame)
        return measure(expected, Seen(turned, None, {"clip": clip}, "")).passed

    assert clip.seconds == pytest.approx(0.48, abs=0.01)
    assert shows(-1) and not shows(0)


def test_what_changed_outside_is_told_in_grey_levels():
    before, now = picture((90, 90, 90)), picture((90, 90, 90))
    now.frames[0][:, :10] = 200
    keep = Keep(outside=Region(boxes=((0, 0, 10, 30),)))

    kept = measure_kept(keep, Seen(now, before, {}, ""))
    strayed = measure_kept(Keep(outside=Region(boxes=((0, 0, 5, 30),))), Seen(now, before, {}, ""))

    assert kept is not None and kept.passed and kept.grey == 0
    assert strayed is not None and not strayed.passed and strayed.changed == pytest.approx(5 / 35)


# ------------------------------------------------------------ counting


def test_steps_without_the_cases_ids_are_told_by_their_tool():
    case = case_of("cup-colour-by-hand")
    ran = [Ran("t1.s3", "plan_edit"), Ran("paint", "edit_image"), Ran("x", "magic")]

    assert matched(case, ran) == ["t1.s3", "t1.s4", "+magic"]


def row(**values: object) -> dict[str, object]:
    usual = {"edited": True, "refused": "", "ran": ["a", "b"], "necessary": ["b", "c"], "hits": 1, "obeyed": True}
    more = {"kept": None, "reference": "", "seconds_full": 2.0, "seconds_edit": 1.0, "actions": 1}
    return {**usual, **more, **values}


def test_figures_count_what_came_to_nothing_as_not_obeyed_and_in_no_time():
    told = figures([row(), row(refused="asked back", obeyed=False, actions=None, seconds_edit=9.0)])

    assert told["precision"]["value"] == 0.5
    assert (told["recall"]["hits"], told["recall"]["n"]) == (1, 4)
    assert told["obeyed"]["value"] == 0.5 and told["time"] == 0.5 and told["unsupported"]["value"] == 0.5


def test_a_system_that_runs_nothing_has_no_precision_and_no_recall():
    told = figures([row(ran=[], hits=0)])

    assert told["precision"]["value"] is None and told["recall"]["value"] == 0


# ------------------------------------------------------------ systems


class Painter:
    """Answers with a picture of one colour; every edit makes it another."""

    name: ClassVar[str] = "painter"
    version: ClassVar[str] = "7"
    clock: ClassVar[str] = "wall"
    made: ClassVar[list[Path]] = []

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        Painter.made.append(folder)

    async def start(self, message: str, media: Sequence[Path]) -> Outcome:
        return Outcome((Ran("1", "edit_image"),), (self.paint("#2154a8"),))

    async def edit(self, edit: Asked) -> Outcome:
        if edit.words == "what?":
            return Outcome(refused="asked back")
        return Outcome((Ran("2", "edit_image"),), (self.paint("#2e9e3f"),), seconds=0.5)

    async def close(self) -> None:
        pass

    def paint(self, colour: str) -> Path:
        path = self.folder / f"{colour[1:]}.png"
        Pillow.new("RGB", (300, 200), colour).save(path)
        return path


async def test_a_system_of_ones_own_is_measured_and_not_measured_again(tmp_path: Path):
    Painter.made.clear()
    cases = [case_of("cup-colour-by-hand"), case_of("cup-no-check")]
    plan = Plan(DATA, cases, {"mine:Painter": Painter}, "2026-01-31")
    states = list[str]()

    (result,) = await run_systems(plan, tmp_path, told=lambda system, case, state: states.append(state))
    again = await run_systems(plan, tmp_path, told=lambda system, case, state: states.append(state))

    assert len(Painter.made) == 3  # the first case twice: loading counts for nobody
    assert states == ["started", "done", "started", "done", "kept", "kept"]
    assert again == [result] and read_result(tmp_path / "painter.json") == result
    green, same = result["rows"]
    assert green["obeyed"] and green["ran"] == ["t1.s4"] and green["hits"] == 1 and green["seconds_edit"] == 0.5
    assert not green["kept"]["passed"] and not same["obeyed"]
    assert "painter" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "0.50" in table_markdown([result])


def test_a_name_that_is_no_system_is_refused():
    with pytest.raises(InputError, match="all-again"):
        find_system("nobody", SYSTEMS)
    with pytest.raises(InputError, match="no_such_module"):
        find_system("no_such_module:System", SYSTEMS)
    with pytest.raises(InputError, match="start"):
        find_system("pathlib:Path", SYSTEMS)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, object]]]:
    out = tmp_path_factory.mktemp("editing")
    names = ["--case", "cup-then-crop", "--case", "cup-undo", "--case", "cup-box"]
    for system in SYSTEMS:
        names += ["--system", system]
    assert run_app(["eval", "editing", *names, "--out", str(out)]) == 0
    results = [read_result(out / f"{system}.json") for system in SYSTEMS]
    return {result["system"]["name"]: {row["case"]: row for row in result["rows"]} for result in results}


def test_only_what_had_to_run_runs_here(measured):
    rows = measured["agentvid"]

    assert all(sorted(row["ran"]) == sorted(row["necessary"]) and row["obeyed"] for row in rows.values())
    assert rows["cup-undo"]["ran"] == [] and rows["cup-box"]["kept"]["grey"] == 0


def test_the_others_run_more_or_can_not_be_asked(measured):
    assert len(measured["all-again"]["cup-then-crop"]["ran"]) == 6
    assert measured["langgraph-fork"]["cup-then-crop"]["ran"] == ["t1.s6"]
    assert measured["langgraph-fork"]["cup-box"]["ran"] == ["t1.s1", "t1.s2", "t1.s3", "t1.s4", "t1.s5"]
    assert measured["langgraph-fork"]["cup-undo"]["ran"] == [] and measured["langgraph-fork"]["cup-undo"]["obeyed"]
    assert len(measured["ask-again"]["cup-undo"]["ran"]) == 5
    assert measured["ask-again"]["cup-box"]["refused"] and not measured["ask-again"]["cup-box"]["obeyed"]


# ------------------------------------------------------------ results


def test_results_that_ship_are_of_these_cases_and_whole():
    shipped = shipped_results()

    assert {each["system"]["name"] for each in shipped} >= {"agentvid", "all-again", "ask-again", "langgraph-fork"}
    digests = {case.id: case.digest for case in DATA.cases}
    for each in shipped:
        assert {row["case"]: row["digest"] for row in each["rows"]} == digests, SHIPPED
        assert each["figures"]["all"] == figures(each["rows"])


def test_a_file_that_holds_no_results_is_refused(tmp_path: Path):
    path = tmp_path / "mine.json"
    path.write_text('{"schema": 1}', encoding="utf-8")

    with pytest.raises(InputError, match="figures"):
        read_result(path)


def test_results_name_the_data_and_no_machine():
    told = result_of(DATA, {"name": "x", "version": "1", "clock": "wall"}, [], date="2026-01-31")

    assert told["data"]["cases"] == len(DATA.cases) and "processors" in told["machine"]
    other = replace_case(DATA.cases[0])
    assert result_of(DATA.model_copy(update={"cases": (other,)}), {}, [], date="")["data"] != told["data"]


def replace_case(case: Case) -> Case:
    return case.model_copy(update={"messages": (replace_said(case.messages[0]),)})


def replace_said(said: Said) -> Said:
    return said.model_copy(update={"text": said.text + "!"})
