from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import chains, edits, steps

from agentvid.chain.chain import Chain
from agentvid.chain.diff import FieldChange, Moved, diff, edits_between
from agentvid.chain.edit import Move, Remove, SetArg, SetSeed, apply_all
from agentvid.chain.step import ColourIn, Ref, Step
from agentvid.errors import EditError


def step(number: int, *needs: int, **fields) -> Step:
    args = {f"a{place}": Ref(step=f"t1.s{need}", port="image") for place, need in enumerate(needs)}
    return Step(id=f"t1.s{number}", tool="edit_image", args=args, **fields)


def chain(*written: Step, **fields) -> Chain:
    return Chain(turn=1, steps=written, **fields)


@given(chains())
def test_a_chain_does_not_differ_from_itself(original):
    assert diff(original, original).is_empty
    assert edits_between(original, original) == []


@settings(max_examples=150)
@given(st.integers(1, 2).flatmap(lambda turn: st.tuples(chains(turn=turn), chains(turn=turn))))
def test_edits_lead_from_any_chain_to_any_other_of_its_turn(pair):
    before, after = pair

    edits_made = edits_between(before, after)

    reached = apply_all(before, edits_made)
    assert reached == after
    assert diff(reached, after).is_empty
    assert diff(before, after).is_empty == (not edits_made)


@settings(max_examples=150)
@given(st.data())
def test_edits_lead_to_a_chain_with_the_same_ids_in_any_order(data):
    before = data.draw(chains(turn=2))
    rewritten = []
    for one in data.draw(st.permutations(before.steps)):
        rewritten.append(data.draw(steps(one.id, ["t1.s1", *(other.id for other in rewritten)])))
    after = before.with_steps(tuple(rewritten))

    assert apply_all(before, edits_between(before, after)) == after


@given(st.data())
def test_the_edits_found_undo_the_edits_made(data):
    before = after = data.draw(chains())
    for _ in range(data.draw(st.integers(1, 5))):
        try:
            after = apply_all(after, [data.draw(edits(after))])
        except EditError:
            continue

    assert apply_all(before, edits_between(before, after)) == after
    assert apply_all(after, edits_between(after, before)) == before


@given(st.integers(1, 2).flatmap(lambda turn: st.tuples(chains(turn=turn), chains(turn=turn))))
def test_turned_round_a_difference_names_the_same_steps_and_fields(pair):
    before, after = pair
    there, back = diff(before, after), diff(after, before)

    assert {s.id for s in there.added} == {s.id for s in back.removed}
    assert {(c.step, c.label, json.dumps(c.before), json.dumps(c.after)) for c in there.changed} == {
        (c.step, c.label, json.dumps(c.after), json.dumps(c.before)) for c in back.changed
    }


def test_one_changed_argument_is_one_change_and_one_edit():
    before = chain(step(1), Step(id="t1.s2", tool="plan_edit", args={"colour": "blue", "target": "cup"}))
    after = chain(step(1), Step(id="t1.s2", tool="plan_edit", args={"colour": "darker blue", "target": "cup"}))

    assert diff(before, after).changed == (
        FieldChange(step="t1.s2", field="args", name="colour", before="blue", after="darker blue"),
    )
    assert edits_between(before, after) == [SetArg(step="t1.s2", name="colour", value="darker blue")]


def test_a_value_that_is_new_or_gone_differs_from_null():
    with_null, without = chain(step(1, given={"box": None})), chain(step(1))

    assert [change.how for change in diff(without, with_null).changed] == ["added"]
    assert [change.how for change in diff(with_null, without).changed] == ["removed"]


def test_true_and_one_are_different():
    one, true = chain(step(1, given={"flag": 1})), chain(step(1, given={"flag": True}))

    assert diff(one, true).changed[0].label == "given.flag"
    assert apply_all(one, edits_between(one, true)).step("t1.s1").given["flag"] is True


@pytest.mark.parametrize(("row", "moved"), [([2, 3, 4, 1], 1), ([4, 1, 2, 3], 4), ([1, 3, 2, 4], 3)])
def test_one_moved_step_is_one_move(row, moved):
    before, after = chain(*map(step, (1, 2, 3, 4))), chain(*map(step, row))

    found = diff(before, after)

    place = row.index(moved)
    assert found.moved == (Moved(step=f"t1.s{moved}", after=f"t1.s{row[place - 1]}" if place else None),)
    assert [type(edit) for edit in edits_between(before, after)] == [Move]


def test_a_step_that_turns_to_another_parent_needs_one_edit_beside_the_removal():
    before, after = chain(step(1), step(2), step(3, 2)), chain(step(1), step(3, 1))

    assert edits_between(before, after) == [
        SetArg(step="t1.s3", name="a0", value={"step": "t1.s1", "port": "image"}),
        Remove(step="t1.s2"),
    ]


def test_two_steps_that_change_roles_are_reached():
    before, after = chain(step(1), step(2, 1)), chain(step(2), step(1, 2))

    assert apply_all(before, edits_between(before, after)) == after


@pytest.mark.parametrize("tool", ["edit_image", "novel_view"])
def test_a_step_that_turns_from_a_removed_step_to_a_new_one_is_reached(tool):
    def last(need: int) -> Step:
        return step(2, need).model_copy(update={"tool": tool if need == 3 else "edit_image"})

    before, after = chain(step(1), last(1)), chain(step(3), last(3))

    assert apply_all(before, edits_between(before, after)) == after


@pytest.mark.parametrize("tool", ["edit_image", "novel_view"])
def test_a_step_that_moves_before_its_parent_and_turns_to_a_new_one_is_reached(tool):
    moved = step(2, 3).model_copy(update={"tool": tool})
    before, after = chain(step(1), step(2, 1), step(4, 2)), chain(step(3), moved, step(1), step(4, 2))

    assert apply_all(before, edits_between(before, after)) == after


def test_expectations_that_look_at_new_and_removed_steps_are_reached():
    def looks_at(number: int) -> ColourIn:
        return ColourIn(port="image", mask=Ref(step=f"t1.s{number}", port="mask"), colour="#00ff00")

    before = chain(step(1), step(2, expect=(looks_at(1),)))
    after = chain(step(3), step(2, expect=(looks_at(3),)))

    assert apply_all(before, edits_between(before, after)) == after


def test_the_answer_and_the_question_are_part_of_the_difference():
    image = Ref(step="t1.s1", port="image")
    before, after = chain(step(1)), chain(step(1), answer=(image,), question="which?")

    assert [change.label for change in diff(before, after).changed] == ["question", "answer"]


def test_what_no_edit_changes_is_refused():
    with pytest.raises(EditError, match="question"):
        edits_between(chain(), chain(question="which one?"))
    with pytest.raises(EditError, match="turn"):
        edits_between(chain(), Chain(turn=2))


def test_a_target_that_breaks_the_rules_is_refused():
    with pytest.raises(EditError, match=r"no step t1\.s1"):
        edits_between(chain(), chain(step(2, 1), step(1)))


def test_a_new_seed_is_one_edit():
    assert edits_between(chain(step(1)), chain(step(1, seed=4))) == [SetSeed(step="t1.s1", seed=4)]
