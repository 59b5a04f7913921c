"""`agentvid chain …` from the outside: one JSON document, the price before the run, history as a tree."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agentvid.cli.app import run_app
from agentvid.samples import COFFEE

SAID = "make the red cup blue"


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    """A home with one session, `s`, of one finished turn."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENTVID_HOME", str(home))
        patch.setenv("AGENTVID_INPROCESS", "1")
        patch.chdir(tmp_path_factory.mktemp("cwd"))
        assert run_app(["run", SAID, str(COFFEE), "--session", "s", "--json"]) == 0
    return home


@pytest.fixture
def chain(ran, tmp_path, monkeypatch, capsys):
    """Call `agentvid chain` on a copy of that home and return exit code and document."""
    home = tmp_path / "home"
    shutil.copytree(ran, home)
    monkeypatch.setenv("AGENTVID_HOME", str(home))
    monkeypatch.setenv("AGENTVID_INPROCESS", "1")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()

    def call(*arguments: str) -> tuple[int, dict]:
        code = run_app(["chain", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def colour(document: dict) -> str:
    return next(step for step in document["chain"]["steps"] if step["id"] == "t1.s3")["args"]["colour"]


def test_the_price_is_told_and_only_what_changes_runs(chain):
    wanted = ("edit", "--session", "s", "--set", "t1.s3.args.colour=green")
    code, told = chain(*wanted, "--dry-run")
    assert code == 0 and told["dry_run"] and told["executed"] == []
    preview = told["preview"]
    assert preview["certain"] == ["t1.s3"] and preview["possible"] == ["t1.s4", "t1.s5"]
    assert preview["cached"] == ["t1.s1", "t1.s2"] and preview["stale"] == ["t1.s3", "t1.s4", "t1.s5"]
    low, high = preview["seconds"]
    assert 0 <= low <= high and preview["cost"]["high"] == 0
    assert preview["why_stale"][0]["reason"]["en"] == "t1.s3 args.colour from blue to green"
    _, shown = chain("show", "s")
    assert (shown["revision"], colour(shown)) == (1, "blue"), "a dry run changes nothing"

    code, done = chain(*wanted)
    assert (code, done["status"], done["revision"], colour(done)) == (0, "done", 2, "green")
    assert done["executed"] == ["t1.s3", "t1.s4", "t1.s5"] and done["cached"] == ["t1.s1", "t1.s2"]
    assert done["preview"] == preview
    assert done["answer"]["parts"][-1]["type"] == "image" or any(p["type"] == "image" for p in done["answer"]["parts"])
    assert Path(next(part["path"] for part in done["answer"]["parts"] if part["type"] == "image")).is_file()

    code, again = chain(*wanted)
    assert (code, again["executed"]) == (0, [])


CONTRACT = {"preview", "executed", "cached", "revision", "chain", "runs", "answer"}


@pytest.mark.parametrize(
    ("arguments", "certain"),
    [
        (("--set", "t1.s3.args.color=green"), ["t1.s3"]),
        (("--set", "t1.s1.given.box=60,60,260,380"), ["t1.s1"]),
        (("--set", "t1.s1.given.box=[60, 60, 260, 380]"), ["t1.s1"]),
        (("--set", "t1.s4.given.image=@v1"), ["t1.s5"]),
        (("--edits", "edits.json"), ["t1.s3"]),
        (("--say", "no, green"), ["t1.s3"]),
        (("--say", "别动背景"), []),
    ],
)
def test_every_form_of_edit_gives_the_same_document(chain, tmp_path, arguments, certain):
    (tmp_path / "edits.json").write_text('{"edit": "set_arg", "step": "t1.s3", "name": "color", "value": "green"}')
    code, told = chain("edit", "--session", "s", *arguments, "--dry-run")
    assert code == 0 and told.keys() >= CONTRACT and told["dry_run"] is True
    preview = told["preview"]
    assert preview["certain"] == certain
    assert preview.keys() >= {"certain", "possible", "cached", "stale", "seconds", "cost"}
    is_respelled = "color" in arguments[1] or arguments[0] == "--edits"
    assert ("t1.s3.args.color: plan_edit spells it colour" in told["notes"]) is is_respelled


def test_what_was_not_run_is_not_said_to_be(chain):
    code, told = chain("edit", "s", "--say", "no, green")
    assert (code, told["executed"][0]) == (0, "t1.s3")
    assert told["told"] == ["Changed: t1.s3 plan_edit colour: “blue” → “green”."]
    code, told = chain("edit", "s", "--say", "undo", "--dry-run")
    assert (code, told["command"], colour(told), told["revision"]) == (0, {"command": "undo"}, "blue", 2)
    assert told["preview"]["certain"] == [] and told["executed"] == []
    for arguments in (("undo", "s"), ("redo", "s"), ("edit", "s", "--say", "undo"), ("branch", "b", "--session", "s")):
        code, told = chain(*arguments)
        assert (code, told["executed"]) == (0, []) and told["cached"] == [f"t1.s{n}" for n in range(1, 6)]


def test_a_merge_without_anything_new_says_so_and_runs_nothing(chain):
    chain("branch", "greener", "--session", "s")
    for arguments in (("greener",), ("main",), ("greener", "--dry-run"), ("1",)):
        code, told = chain("merge", "--session", "s", *arguments)
        assert code == 0 and told.get("executed", []) == [] and "nothing to merge" in told["told"][0]
    assert len(chain("history", "s")[1]["revisions"]) == 1


def test_repairs_are_told_before_they_are_made(chain):
    chain("edit", "s", "--set", "t1.s3.args.colour=green")
    code, told = chain("lint", "s", "--fix", "--dry-run")
    assert code == 0 and {edit["edit"] for edit in told["edits"]} == {"set_thought"}
    assert chain("show", "s")[1]["revision"] == 2
    code, fixed = chain("lint", "s", "--fix")
    assert (fixed["edits"], fixed["revision"]) == (told["edits"], 3)


def test_typed_edits_from_a_file_and_evidence_by_field(chain, tmp_path):
    file = tmp_path / "edits.json"
    file.write_text(
        json.dumps(
            [
                {
                    "edit": "set_given",
                    "step": "t1.s1",
                    "port": "box",
                    "value": {"x0": 60, "y0": 60, "x1": 260, "y1": 380},
                },
                {"edit": "set_seed", "step": "t1.s4", "seed": 2},
            ]
        )
    )
    code, done = chain("edit", "s", "--edits", str(file), "--set", "t1.s3.given.plan.operations.0.target=#1f5fbf")
    assert code == 0
    steps = {step["id"]: step for step in done["chain"]["steps"]}
    assert steps["t1.s1"]["given"]["box"]["x1"] == 260 and steps["t1.s4"]["seed"] == 2
    assert steps["t1.s3"]["given"]["plan"]["operations"][0]["target"] == "#1f5fbf"


def test_plain_words_edit_and_take_back(chain):
    code, done = chain("edit", "s", "--say", "make it green instead")
    assert (code, colour(done), done["revision"]) == (0, "green", 2)
    code, done = chain("edit", "s", "--say", "undo that")
    assert (code, colour(done), done["revision"]) == (0, "blue", 1)
    code, told = chain("edit", "s", "--say", "what is the weather like?")
    assert (code, told["status"]) == (2, "refused") and "new" in told["error"]["given"]


def test_branches_merge_and_conflicts(chain):
    assert chain("branch", "greener", "--session", "s")[1]["branch"] == "greener"
    assert colour(chain("edit", "s", "--set", "t1.s3.args.colour=green")[1]) == "green"
    assert colour(chain("checkout", "main", "--session", "s")[1]) == "blue"
    chain("edit", "s", "--set", "t1.s3.args.colour=yellow")
    code, told = chain("merge", "greener", "--session", "s", "--dry-run")
    assert code == 0 and len(told["conflicts"]) == 1 and "green" in told["conflicts"][0]["words"]
    code, refused = chain("merge", "greener", "--session", "s")
    assert (code, refused["status"]) == (2, "refused")
    code, merged = chain("merge", "greener", "--session", "s", "--choose", "theirs")
    assert (code, colour(merged), merged["status"]) == (0, "green", "done")
    _, history = chain("history", "s")
    assert [node["parent"] for node in history["revisions"]] == [None, 1, 1, 3]
    assert history["revisions"][3]["merged"] == 2 and history["branch"] == "main"


def test_pick_diff_undo_redo_and_lint(chain, tmp_path):
    chain("edit", "s", "--set", "t1.s3.args.colour=green")
    assert colour(chain("undo", "s")[1]) == "blue"
    assert colour(chain("redo", "s")[1]) == "green"
    code, told = chain("diff", "1", "2", "--session", "s", "--out", str(tmp_path / "compared"))
    assert code == 0 and any("green" in line for line in told["plan"])
    assert all(Path(path).stat().st_size for path in told["files"].values()) and told["files"]
    chain("undo", "s")
    assert colour(chain("pick", "t1.s3", "--from", "2", "--session", "s")[1]) == "green"
    assert chain("lint", "s")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("edit", "--set", "t1.s1.seed=1"), "no session"),
        (("edit", "s", "--session", "s", "--set", "t1.s1.seed=1"), "two sessions"),
        (("edit", "s"), "no edit"),
        (("edit", "s", "--say", ""), "empty"),
        (("edit", "s", "--say", "ab " * 3000), "characters"),
        (("edit", "s", "--say", "go back to version 9"), "no revision 9"),
        (("edit", "s", "--say", "in step 2 use a darker blue"), "t1.s2 analyse"),
        (("edit", "s", "--set", "t1.s4.args.image=@v2"), "own result"),
        (("edit", "s", "--set", "t1.s4.args.image=@v9"), "@v9"),
        (("edit", "s", "--turn", "4", "--set", "t1.s1.seed=1"), "turn 4"),
        (("budget", "nobody"), "no session 'nobody'"),
        (("budget", "s", "--set", "much"), "much"),
        (("budget", "s", "--set", "1 CNY", "--clear"), "--clear"),
        (("edit", "s", "--say", "x", "--set", "t1.s1.seed=1"), "together"),
        (("edit", "s", "--set", "t1.s9.seed=1"), "no step t1.s9"),
        (("edit", "s", "--set", "colour=1"), "colour=1"),
        (("edit", "s", "--edits", "missing.json"), "missing.json"),
        (("edit", "nobody", "--set", "t1.s1.seed=1"), "no session 'nobody'"),
        (("checkout", "7", "--session", "s"), "7"),
        (("undo", "s"), "first"),
        (("redo", "s"), "nothing was undone"),
        (("merge", "none", "--session", "s"), "none"),
        (("merge", "main", "--session", "s", "--choose", "mine"), "mine"),
        (("diff", "1", "9", "--session", "s"), "9"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_changes(chain, arguments, told):
    code, document = chain(*arguments)
    assert (code, document["status"]) == (2, "refused")
    error = document["error"]
    assert told in f"{error['given']} {error['do']}" and error["expected"] and error["do"] and error["code"]
    assert chain("show", "s")[1]["revision"] == 1
