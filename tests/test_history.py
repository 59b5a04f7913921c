"""History as a tree: heads in the log, and undo, redo, branches, merge and cherry-pick of a turn on the real photo."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from agentvid import Agent, Box
from agentvid.agent.blocking import BlockingAgent
from agentvid.agent.execute import earlier_lookup
from agentvid.chain.chain import Chain
from agentvid.chain.diff import diff
from agentvid.chain.edit import (
    ClearGiven,
    Insert,
    Move,
    Pin,
    Remove,
    SetArg,
    SetEngine,
    SetGiven,
    SetSeed,
    SetThought,
    apply_all,
)
from agentvid.chain.merge import merge
from agentvid.chain.pick import pick_edits
from agentvid.chain.step import Ref, Step
from agentvid.errors import EditError, InputError, MergeConflict, SessionBusy
from agentvid.report.changes import conflict_words, diff_words
from agentvid.report.edits import edit_lines, json_words
from agentvid.samples import COFFEE
from agentvid.store import heads, migrations
from agentvid.store.database import Database
from agentvid.store.fence import acquire, own
from agentvid.store.log import Log


@pytest.fixture
async def agent():
    async with Agent(in_process=True) as made:
        yield made


@pytest.fixture
def token(log: Log) -> str:
    """The token of a session with one turn and three revisions, 1 ← 2 ← 3."""
    log.create_session("s1")
    token = acquire(log, "s1").token
    log.add_turn("s1", {}, token=token)
    for n in range(3):
        log.add_revision("s1", 1, chain(seed=n), author="person", parent=n or None, token=token)
    return token


def chain(*more: Step, seed: int = 0) -> Chain:
    return Chain(turn=1, steps=(Step(id="t1.s1", tool="locate", seed=seed), *more))


def n_of(log: Log, branch: str | None = None) -> int:
    row = log.latest_revision("s1", 1, branch)
    assert row is not None
    return row.n


# ---------------------------------------------------------------- heads in the log


def test_undo_goes_to_the_parent_and_redo_back(log: Log, token: str):
    with pytest.raises(InputError, match="nothing was undone after revision 3"):
        heads.redo(log, "s1", 1, token=token)
    assert [heads.undo(log, "s1", 1, token=token).n for _ in range(2)] == [2, 1]
    with pytest.raises(InputError, match="revision 1 is the first"):
        heads.undo(log, "s1", 1, token=token)
    assert n_of(log) == 1
    assert [heads.redo(log, "s1", 1, token=token).n for _ in range(2)] == [2, 3]


def test_an_edit_after_an_undo_is_another_child(log: Log, token: str):
    heads.undo(log, "s1", 1, token=token)
    assert log.add_revision("s1", 1, chain(seed=9), author="person", parent=2, token=token) == 4
    assert (n_of(log), len(log.revisions("s1", 1))) == (4, 4)
    with pytest.raises(InputError, match="nothing was undone after revision 4"):
        heads.redo(log, "s1", 1, token=token)
    heads.undo(log, "s1", 1, token=token)
    assert heads.redo(log, "s1", 1, token=token).n == 4  # the child left last, not the first one
    assert heads.ancestors(log, "s1", 1, 4) == [4, 2, 1]


def test_branches_move_by_themselves(log: Log, token: str):
    heads.make_branch(log, "s1", 1, "试试/绿色", at=2, token=token)
    assert heads.branch_of(log, "s1", 1) == "试试/绿色"
    log.add_revision("s1", 1, chain(seed=5), author="person", parent=2, token=token)
    assert heads.heads(log, "s1", 1) == {"main": 3, "试试/绿色": 4}
    assert log.revision("s1", 1, 4).branch == "试试/绿色"
    assert heads.checkout(log, "s1", 1, "main", token=token).n == 3
    assert (n_of(log), n_of(log, "试试/绿色")) == (3, 4)
    assert heads.merge_base(log, "s1", 1, 3, 4) == 2
    for name in ("main", "试试/绿色"):
        with pytest.raises(InputError, match="has a branch"):
            heads.make_branch(log, "s1", 1, name, token=token)
    for name in ("", "12", "a b", "x" * 65, "-a"):
        with pytest.raises(InputError, match="branch name"):
            heads.make_branch(log, "s1", 1, name, token=token)
    with pytest.raises(InputError, match="no branch 'absent'"):
        heads.checkout(log, "s1", 1, "absent", token=token)


def test_checkout_of_a_revision_is_many_undos_or_another_branch(log: Log, token: str):
    heads.make_branch(log, "s1", 1, "try", token=token)
    log.add_revision("s1", 1, chain(seed=5), author="person", parent=3, token=token)
    assert heads.checkout(log, "s1", 1, 1, token=token).n == 1
    assert heads.heads(log, "s1", 1) == {"main": 3, "try": 1}  # on its line: only this branch moved
    assert [heads.redo(log, "s1", 1, token=token).n for _ in range(3)] == [2, 3, 4]
    heads.checkout(log, "s1", 1, "main", token=token)
    heads.undo(log, "s1", 1, token=token)
    heads.checkout(log, "s1", 1, 4, token=token)
    assert heads.branch_of(log, "s1", 1) == "try"
    with pytest.raises(InputError, match="no revision 9"):
        heads.checkout(log, "s1", 1, 9, token=token)


def test_a_merge_counts_for_the_next_base(log: Log, token: str):
    heads.make_branch(log, "s1", 1, "try", at=1, token=token)
    log.add_revision("s1", 1, chain(seed=5), author="person", parent=1, token=token)
    heads.checkout(log, "s1", 1, "main", token=token)
    log.add_revision("s1", 1, chain(seed=6), author="person", parent=3, merged=4, token=token)
    assert heads.merge_base(log, "s1", 1, 5, 4) == 4
    assert heads.is_before(log, "s1", 1, 4, 5) and not heads.is_before(log, "s1", 1, 3, 4)


def test_moves_need_the_owner_and_survive_a_restart(log: Log, token: str):
    moves = (
        lambda t: heads.undo(log, "s1", 1, token=t),
        lambda t: heads.redo(log, "s1", 1, token=t),
        lambda t: heads.make_branch(log, "s1", 1, "other", token=t),
        lambda t: heads.checkout(log, "s1", 1, 1, token=t),
    )
    for move in moves:
        with pytest.raises(SessionBusy):
            move("not the token")
    assert heads.heads(log, "s1", 1) == {"main": 3}
    heads.make_branch(log, "s1", 1, "try", token=token)
    heads.undo(log, "s1", 1, token=token)
    log.close()
    with Log(log.path) as again:
        assert heads.heads(again, "s1", 1) == {"main": 3, "try": 2}
        assert heads.branch_of(again, "s1", 1) == "try"
        assert heads.redo(again, "s1", 1, token=token).n == 3


def test_an_older_log_gets_heads_and_knows_which_run_was_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "old.db"
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        database = Database(path)
        with database.write(durable=True) as connection:
            connection.execute("INSERT INTO sessions VALUES ('s1', 'local', '', 1)")
            connection.execute("INSERT INTO turns VALUES ('s1', 1, '{}', 'done', NULL, 1)")
            for n, when in ((1, 10), (2, 30)):
                row = (n, None if n == 1 else 1, chain(seed=n).model_dump_json(), when)
                connection.execute("INSERT INTO revisions VALUES ('s1',1,?,'main',?,'person',?,'[]','',?)", row)
                connection.execute("INSERT INTO answers VALUES ('s1', 1, ?, ?, ?, '[]')", (n, f'["{n}"]', when + 5))
        database.close()
    with Log(path) as log:
        assert n_of(log) == 2
        assert [log.answer("s1", 1, n) for n in (1, 2)] == [["1"], ["2"]]
        assert heads.undo(log, "s1", 1, token=acquire(log, "s1").token).n == 1


# ---------------------------------------------------------------- a turn on the real photo


async def test_undo_shows_the_run_and_answer_it_had_and_runs_nothing(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE)
    blue_run, blue_answer, blue_checks = turn.run, turn.answer, turn.checks
    await turn.edit([SetArg(step="t1.s3", name="colour", value="#2e8b57")])
    green_run, green_answer = turn.run, turn.answer
    assert green_answer != blue_answer
    await turn.undo()
    assert (turn.revision, turn.run, turn.answer, turn.checks) == (1, blue_run, blue_answer, blue_checks)
    assert turn.status == "done"
    await turn.redo()
    assert (turn.revision, turn.run, turn.answer) == (2, green_run, green_answer)
    await turn.undo(run=True)
    assert {record.status for record in turn.run.steps.values()} == {"cached"}
    with pytest.raises(InputError, match="is the first"):
        await turn.undo()


async def test_a_later_turn_sees_what_the_earlier_one_shows(agent: Agent):
    session = await agent.session()
    first = await session.send("make the red cup blue", COFFEE)
    blue = first.run.port("t1.s4", "image")
    await first.edit([SetArg(step="t1.s3", name="colour", value="#2e8b57")])
    await first.undo()
    later = await session.send("blur the background")
    assert later.status == "done"
    assert earlier_lookup(agent.log, session.name)(Ref(step="t1.s4", port="image")) == blue


async def test_branches_merge_and_the_history_tells_it(agent: Agent):
    session = await agent.session()
    turn = await session.send("make the red cup blue", COFFEE)
    await session.branch("greener")
    await turn.edit([SetArg(step="t1.s3", name="colour", value="#2e8b57")], run=False)
    assert turn.status == "done"  # an edit that is not run leaves the turn as it stood
    await turn.checkout("main")
    await turn.checkout("greener")
    assert turn.status == "waiting"  # moved to what was never run
    await turn.checkout("main")
    assert turn.status == "done"
    await turn.give("t1.s1.box", Box(x0=60, y0=60, x1=260, y1=380))
    await turn.merge("greener")
    assert turn.chain.step("t1.s3").args["colour"] == "#2e8b57"
    assert turn.chain.step("t1.s1").given["box"]["x1"] == 260
    assert turn.status == "done"
    tree = turn.history()
    assert tree.branch == "main"
    assert [(node.n, node.parent, node.merged, node.branch) for node in tree.nodes] == [
        (1, None, None, "main"),
        (2, 1, None, "greener"),
        (3, 1, None, "main"),
        (4, 3, 2, "main"),
    ]
    assert [node.status for node in tree.nodes] == ["done", "not run", "done", "done"]
    assert (tree.node(2).heads, tree.node(4).heads, tree.node(4).is_current) == (("greener",), ("main",), True)
    assert [node.n for node in tree.children(1)] == [2, 3]
    assert tree.node(2).words == "t1.s3 plan_edit colour: “blue” → “#2e8b57”"
    assert tree.node(4).words.startswith("merged greener (revision 2); t1.s3 plan_edit colour: “blue” → ")
    (told,) = (await turn.merge("greener")).told
    assert told == "All of greener is in revision 4 already: there is nothing to merge, and nothing ran."
    assert turn.revision == 4
    assert [change.label for change in turn.diff(1, "greener").changed] == ["args.colour"]


async def test_a_conflict_changes_nothing_until_it_is_chosen(agent: Agent):
    turn = await (await agent.session()).send("把红色的杯子变成蓝色", COFFEE, plan_only=True)
    await turn.branch("绿")
    await turn.edit([SetArg(step="t1.s3", name="colour", value="green")], run=False)
    await turn.checkout("main")
    await turn.edit([SetArg(step="t1.s3", name="colour", value="yellow")], run=False)
    with pytest.raises(MergeConflict, match="我方 “yellow”，对方 “green”") as caught:
        await turn.merge("绿", run=False)
    assert (caught.value.ids, turn.revision) == (("t1.s3.args.colour",), 3)
    assert [conflict.id for conflict in turn.merged("绿").conflicts] == ["t1.s3.args.colour"]
    await turn.merge("绿", {"t1.s3.args.colour": "theirs"}, run=False)
    assert turn.chain.step("t1.s3").args["colour"] == "green"
    assert turn.history().node(4).words.startswith("合并 绿 (修订 2)，t1.s3.args.colour: theirs；")


async def test_a_value_and_a_step_are_picked_from_another_branch(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE, plan_only=True)
    await turn.branch("try")
    await turn.give("t1.s1.box", Box(x0=60, y0=60, x1=260, y1=380), run=False)
    await turn.edit([SetArg(step="t1.s3", name="colour", value="green")], run=False)
    await turn.checkout("main")
    await turn.cherry_pick("t1.s1.box", "try", run=False)
    assert turn.chain.step("t1.s1").given["box"]["x1"] == 260
    assert turn.chain.step("t1.s3").args.get("colour") != "green"
    await turn.cherry_pick("t1.s3", 3, run=False)
    assert turn.diff("main", "try").is_empty
    assert turn.history().nodes[-1].words.startswith("picked t1.s3 of revision 3; ")
    revision = turn.revision
    await turn.cherry_pick("t1.s3", 3, run=False)
    assert turn.revision == revision
    await turn.undo()
    assert turn.phase == "planned"


async def test_an_id_is_never_used_again_for_another_step(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE, plan_only=True)
    last = turn.chain.steps[-1]
    await turn.edit([Remove(step=last.id)], run=False)
    other = Step(id=last.id, tool="describe", args={"image": Ref(step="t1.s4", port="image")})
    with pytest.raises(EditError, match=r"another step's.*use t1\.s6"):
        await turn.edit([Insert(step=other)], run=False)
    assert turn.free_step_id() == "t1.s6"
    await turn.edit([Insert(step=other.model_copy(update={"id": "t1.s6"}))], run=False)
    await turn.edit([Insert(step=last)], run=False)  # that very step again
    assert turn.chain.step(last.id) == last
    await turn.undo()
    await turn.undo()
    with pytest.raises(EditError, match="another step's"):  # used on a line that is not shown
        await turn.edit([Insert(step=last.model_copy(update={"id": "t1.s6"}))], run=False)


async def test_a_pinned_step_keeps_the_result_of_its_own_line(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE)
    blue = turn.run.port("t1.s4", "image")
    await turn.branch("green")
    await turn.edit([SetArg(step="t1.s3", name="colour", value="#2e8b57")])
    await turn.checkout("main")
    await turn.edit([Pin(step="t1.s4"), SetArg(step="t1.s3", name="colour", value="#ffd700")])
    assert turn.run.port("t1.s4", "image") == blue


async def test_a_second_writer_is_refused(agent: Agent):
    turn = await (await agent.session("shared")).send("make the red cup blue", COFFEE, plan_only=True)
    await turn.branch("side", at=1)
    await turn.edit([SetSeed(step="t1.s1", seed=3)], run=False)
    await turn.checkout("main")
    await turn.edit([SetSeed(step="t1.s2", seed=3)], run=False)
    with own(agent.log, "shared"):
        merge_in = partial(turn.merge, "side")
        for move in (turn.undo, turn.redo, lambda: turn.branch("b"), lambda: turn.checkout(1), merge_in):
            with pytest.raises(SessionBusy):
                await move()
    assert (turn.revision, turn.on_branch) == (3, "main")


def test_the_blocking_face_has_it_too(home: Path):
    with BlockingAgent(in_process=True) as agent:
        turn = agent.session("b").send("make the red cup blue", COFFEE, plan_only=True)
        turn.branch("try").edit([SetThought(step="t1.s1", thought="the left one")], run=False)
        assert turn.undo().revision == 1
        assert turn.history().branch == "try"


# ---------------------------------------------------------------- picking and words

HERE = Chain(turn=1, steps=tuple(Step(id=f"t1.s{n}", tool="locate") for n in (1, 2)))


def test_a_new_step_is_picked_to_its_place_behind_what_it_uses():
    new = Step(id="t1.s3", tool="check", args={"image": Ref(step="t1.s2", port="image")})
    source = Chain(turn=1, steps=(HERE.steps[1], new, HERE.steps[0]))
    picked = apply_all(HERE, pick_edits(HERE, source, "t1.s3"))
    assert [step.id for step in picked] == ["t1.s1", "t1.s2", "t1.s3"]


def test_what_can_not_be_picked_says_why():
    user = Step(id="t1.s4", tool="check", args={"image": Ref(step="t1.s3", port="image")})
    other = Step(id="t1.s3", tool="check", args={"image": Ref(step="t1.s1", port="image")}, given={"answer": 1})
    source = Chain(turn=1, steps=(HERE.steps[0], other, user))
    circle = Chain(turn=1, steps=(HERE.steps[1], Step(id="t1.s1", tool="x", args={"a": Ref(step="t1.s2", port="b")})))
    here = apply_all(HERE, [SetArg(step="t1.s2", name="a", value=Ref(step="t1.s1", port="b"))])
    for what, said in (
        ("t1.s4", r"t1\.s4 uses t1\.s3\.image.*pick t1\.s3 first"),
        ("t1.s9", r"no step t1\.s9"),
        ("t1.s1.box", "no value was given"),
        ("t1.s3.answer", r"t1\.s3 is not in this chain"),
        ("second", "can't be picked"),
    ):
        with pytest.raises(EditError, match=said):
            pick_edits(HERE, source, what)
    with pytest.raises(EditError, match="circle"):
        pick_edits(here, circle, "t1.s1")


def test_edits_differences_and_values_are_told_in_both_languages():
    box = Box(x0=1, y0=2, x1=11, y1=22).model_dump(mode="json")
    assert json_words(box, "en") == "(1, 2) – (11, 22) · 10 × 20"
    assert json_words(Ref(step="t1.s1", port="mask").model_dump(), "zh") == "t1.s1.mask"
    assert json_words({"artifact": "no media"}, "en") == '{"artifact": "no media"}'
    assert (json_words(None, "zh"), json_words([True, "x"], "en")) == ("无", "yes, “x”")
    plan = {"target": "cup", "operations": [{"op": "recolour", "source": "#ff0000", "target": "#0000ff"}]}
    made = [
        SetArg(step="t1.s1", name="colour", value="green"),
        SetArg(step="t1.s1", name="colour", remove=True),
        SetGiven(step="t1.s1", port="plan", value=plan),
        SetGiven(step="t1.s1", port="palette", value={"colours": [{"colour": "#112233"}]}),
        ClearGiven(step="t1.s1", port="plan"),
        SetEngine(step="t1.s2", engine="small"),
        Move(step="t1.s2", before="t1.s1"),
        Pin(step="t1.s1"),
        SetThought(step="t1.s1", thought="the left one"),
    ]
    assert edit_lines(HERE, made, "en") == (
        "t1.s1 locate colour: nothing → “green”",
        "t1.s1 locate colour: “green” is left out",
        "t1.s1 locate plan: cup: Recolour #0000ff, given by hand",
        "t1.s1 locate palette: #112233, given by hand",
        "t1.s1 locate plan: found by the run again",
        "t1.s2 locate engine: chosen by routing → small",
        "t1.s2 locate comes before t1.s1 locate",
        "t1.s1 locate keeps its result whatever changes before it",
        "t1.s1 locate thought: nothing → “the left one”",
    )
    assert edit_lines(HERE, made[:3], "zh")[0] == "t1.s1 定位的颜色：无 → “green”"
    after = apply_all(HERE, [Remove(step="t1.s2"), SetSeed(step="t1.s1", seed=7)])
    assert diff_words(diff(HERE, after), "en") == ["t1.s2 is gone (locate)", "t1.s1: the seed: 0 → 7"]
    assert diff_words(diff(after, HERE), "zh") == ["新增 t1.s2(locate)", "t1.s1：随机种子：7 → 0"]
    other = apply_all(HERE, [SetSeed(step="t1.s1", seed=9), SetSeed(step="t1.s2", seed=1)])
    told = {conflict.kind: conflict for conflict in merge(HERE, after, other).conflicts}
    assert conflict_words(told["field"], "en") == "t1.s1, the seed: ours 7, theirs 9 (before: 0)"
    assert conflict_words(told["removed"], "en") == "t1.s2: ours removed it, theirs changed seed"
    assert conflict_words(told["removed"], "zh") == "t1.s2：我方 删除了它，对方 修改了 seed"
