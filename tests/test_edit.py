from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from strategies import chains, edits, field_edits

from agentvid.chain.chain import Chain
from agentvid.chain.edit import (
    AcceptStale,
    ClearGiven,
    Insert,
    Move,
    Pin,
    Remove,
    SetAnswer,
    SetArg,
    SetExpect,
    SetGiven,
    SetThought,
    SetTool,
    apply,
    apply_all,
    inverse,
    load_edit,
    step_of,
)
from agentvid.chain.step import ColourIn, Ref, Size, Step, step_number
from agentvid.errors import EditError
from agentvid.media.types import Box

MASK = Ref(step="t1.s1", port="mask")
IMAGE = Ref(step="t1.s2", port="image")


def recolour() -> Chain:
    """locate (s1) → edit_image (s2) → check (s3), s2 answers."""
    return Chain(
        turn=1,
        steps=(
            Step(id="t1.s1", tool="locate", args={"what": "red cup"}),
            Step(id="t1.s2", tool="edit_image", args={"mask": MASK, "strength": 1}),
            Step(id="t1.s3", tool="check", args={"image": IMAGE}),
        ),
        answer=(IMAGE,),
    )


def tried(chain, edit):
    """The edited chain, or None where the edit does not fit."""
    try:
        return apply(chain, edit)
    except EditError:
        return None


# ---------------------------------------------------------------- algebra


@given(st.data())
def test_an_edit_survives_json(data):
    edit = data.draw(edits(data.draw(chains())))

    assert load_edit(json.loads(json.dumps(edit.model_dump(mode="json")))) == edit


@given(st.data())
def test_an_edit_and_its_inverse_leave_the_chain_as_it_was(data):
    chain = data.draw(chains())
    edit = data.draw(edits(chain))
    edited = tried(chain, edit)

    if edited is None:
        with pytest.raises(EditError):
            inverse(chain, edit)
    else:
        assert apply_all(edited, inverse(chain, edit)) == chain


@given(st.data())
def test_a_run_of_edits_is_taken_back_step_by_step(data):
    chain = start = data.draw(chains())
    undo = []
    for _ in range(data.draw(st.integers(1, 6))):
        edit = data.draw(edits(chain))
        edited = tried(chain, edit)
        if edited is not None:
            undo[:0] = inverse(chain, edit)
            chain = edited

    assert apply_all(chain, undo) == start


@given(st.data())
def test_apply_never_changes_its_input(data):
    chain = data.draw(chains())
    before = json.dumps(chain.to_json())
    edit = data.draw(edits(chain))

    edited = tried(chain, edit)

    assert json.dumps(chain.to_json()) == before
    for one in edited.steps if edited is not None else ():
        assert not chain.has(one.id) or one.args is not chain.step(one.id).args or one is chain.step(one.id)


@given(st.data())
def test_edits_of_different_steps_commute(data):
    chain = data.draw(chains().filter(lambda c: len(c) >= 2))
    one, other = data.draw(st.lists(st.integers(0, len(chain) - 1), min_size=2, max_size=2, unique=True))
    first = data.draw(field_edits(chain, one))
    second = data.draw(field_edits(chain, other))

    assert apply_all(chain, [first, second]) == apply_all(chain, [second, first])


@given(st.data())
def test_every_step_stays_after_those_it_refers_to(data):
    chain = data.draw(chains())
    for _ in range(4):
        edited = tried(chain, data.draw(edits(chain)))
        chain = chain if edited is None else edited
        assert tuple(chain.order()) == chain.steps
        ids = {step.id for step in chain}
        assert all(ref.step in ids or step_number(ref.step)[0] < chain.turn for ref in chain.answer)


@given(st.data())
def test_an_edit_changes_no_other_step(data):
    chain = data.draw(chains())
    edit = data.draw(edits(chain))
    edited = tried(chain, edit)
    if edited is None:
        return

    for step in edited:
        if step.id != step_of(edit):
            assert step == chain.step(step.id)


# ---------------------------------------------------------------- what each edit does


def test_set_and_remove_an_argument():
    chain = recolour()

    chain = apply(chain, SetArg(step="t1.s1", name="what", value="blue cup"))
    chain = apply(chain, SetArg(step="t1.s2", name="strength", remove=True))

    assert chain.step("t1.s1").args == {"what": "blue cup"}
    assert chain.step("t1.s2").args == {"mask": MASK.model_dump()}


def test_an_argument_can_be_null():
    assert apply(recolour(), SetArg(step="t1.s1", name="box", value=None)).step("t1.s1").args["box"] is None


def test_a_given_value_is_kept_as_json_and_can_be_cleared():
    edit = SetGiven(step="t1.s1", port="box", value=Box(x0=1, y0=2, x1=3, y1=4))

    corrected = apply(recolour(), edit)

    assert corrected.step("t1.s1").given == {"box": {"x0": 1, "y0": 2, "x1": 3, "y1": 4}}
    assert apply(corrected, ClearGiven(step="t1.s1", port="box")) == recolour()


def test_set_tool_takes_new_arguments_and_keeps_given_values():
    chain = apply(recolour(), SetGiven(step="t1.s2", port="image", value={}))

    changed = apply(chain, SetTool(step="t1.s2", tool="novel_view", args={"mask": MASK})).step("t1.s2")

    assert (changed.tool, changed.args, changed.given) == ("novel_view", {"mask": MASK.model_dump()}, {"image": {}})


@pytest.mark.parametrize(
    ("place", "ids"),
    [
        ({}, ["t1.s1", "t1.s2", "t1.s3", "t1.s4"]),
        ({"before": "t1.s1"}, ["t1.s4", "t1.s1", "t1.s2", "t1.s3"]),
        ({"after": "t1.s1"}, ["t1.s1", "t1.s4", "t1.s2", "t1.s3"]),
    ],
)
def test_insert_before_after_and_at_the_end(place, ids):
    edited = apply(recolour(), Insert(step=Step(id="t1.s4", tool="describe"), **place))

    assert [step.id for step in edited] == ids


def test_a_removed_step_takes_its_answer_along():
    chain = apply_all(recolour(), [Remove(step="t1.s3"), Remove(step="t1.s2")])

    assert [step.id for step in chain] == ["t1.s1"]
    assert chain.answer == ()


def test_accepting_a_stale_result_leaves_the_chain_as_it_is():
    assert apply(recolour(), AcceptStale(step="t1.s2")) == recolour()
    assert inverse(recolour(), AcceptStale(step="t1.s2")) == []


def test_pin_and_let_go():
    pinned = apply(recolour(), Pin(step="t1.s1"))

    assert pinned.step("t1.s1").pinned
    assert apply(pinned, Pin(step="t1.s1", pinned=False)) == recolour()


def test_an_expectation_may_look_at_its_own_step():
    own = ColourIn(port="image", mask=Ref(step="t1.s2", port="mask"), colour="#ff0000")

    assert apply(recolour(), SetExpect(step="t1.s2", expect=(own,))).step("t1.s2").expect == (own,)


def test_steps_of_earlier_turns_may_be_referred_to():
    chain = Chain(turn=2, steps=(Step(id="t2.s1", tool="describe"),))

    edited = apply(chain, SetArg(step="t2.s1", name="image", value=IMAGE))

    assert edited.step("t2.s1").parents() == ["t1.s2"]


# ---------------------------------------------------------------- what is refused, and what is said


def step(number: int, **args) -> Step:
    return Step(id=f"t1.s{number}", tool="describe", args=args)


LATER = ColourIn(port="image", mask=Ref(step="t1.s3", port="mask"), colour="#ff0000")


@pytest.mark.parametrize(
    ("edit", "given", "do"),
    [
        (SetThought(step="t1.s9", thought=""), "there is no step t1.s9", "t1.s3"),
        (Remove(step="t1.s1"), "t1.s2 refer to it", "set_arg"),
        (Move(step="t1.s3", before="t1.s1"), "before t1.s2, which it needs", "after t1.s2"),
        (Move(step="t1.s1", after="t1.s3"), "t1.s2 would be written before t1.s1", "place t1.s2 after"),
        (Move(step="t1.s1", after="t1.s1"), "next to itself", "another step"),
        (Move(step="t1.s1", after="t1.s7"), "there is no step t1.s7", "t1.s3"),
        (Insert(step=step(2)), "t1.s2 is in the chain already", "use t1.s4"),
        (Insert(step=step(4, image=Ref(step="t1.s4", port="image"))), "its own result", "before it"),
        (Insert(step=step(4, image=IMAGE), before="t1.s2"), "before t1.s2, which it needs", "after t1.s2"),
        (Insert(step=step(4, image=Ref(step="t2.s1", port="image"))), "there is no step t2.s1", "t1."),
        (SetArg(step="t1.s2", name="image", value=IMAGE), "its own result", "before it"),
        (SetArg(step="t1.s1", name="image", value=IMAGE), "t1.s2, which itself needs t1.s1", "take away"),
        (SetArg(step="t1.s1", name="image", remove=True), "no argument 'image'", "name one"),
        (ClearGiven(step="t1.s1", port="box"), "no given value 'box'", "name one"),
        (SetExpect(step="t1.s2", expect=(LATER,)), "t1.s3, which itself needs t1.s2", "take away"),
        (SetAnswer(answer=(Ref(step="t1.s8", port="image"),)), "there is no step t1.s8", "t1.s3"),
    ],
    ids=lambda value: value.edit if hasattr(value, "edit") else None,
)
def test_what_does_not_fit_is_refused_with_what_to_do(edit, given, do):
    with pytest.raises(EditError) as refused:
        apply(recolour(), edit)

    assert given in refused.value.given
    assert do in refused.value.do
    assert refused.value.expected


def test_a_step_that_only_an_expectation_looks_at_can_not_be_removed():
    chain = Chain(
        turn=1,
        steps=(
            Step(id="t1.s1", tool="locate"),
            Step(id="t1.s2", tool="edit_image", expect=(ColourIn(port="image", mask=MASK, colour="#ff0000"),)),
        ),
    )

    with pytest.raises(EditError, match=r"t1\.s2 refer to it"):
        apply(chain, Remove(step="t1.s1"))


def test_all_who_refer_to_a_removed_step_are_named():
    chain = apply(recolour(), SetArg(step="t1.s3", name="mask", value=MASK))

    with pytest.raises(EditError, match=r"t1\.s2, t1\.s3 refer to it"):
        apply(chain, Remove(step="t1.s1"))


@pytest.mark.parametrize(
    ("json_value", "told"),
    [
        ({"edit": "set_mood", "step": "t1.s1"}, "set_mood"),
        ({"edit": "set_thought", "step": "s1", "thought": ""}, "t1.s2"),
        ({"edit": "set_thought", "step": "t1.s1"}, "thought"),
        ({"edit": "set_seed", "step": "t1.s1", "seed": -1}, "seed"),
        ({"edit": "move", "step": "t1.s1"}, "before nor after"),
        ({"edit": "move", "step": "t1.s1", "before": "t1.s2", "after": "t1.s2"}, "one of the two"),
        ({"edit": "set_arg", "step": "t1.s1", "name": "a", "value": 1, "remove": True}, "one of the two"),
        ({"edit": "set_arg", "step": "t1.s1", "name": "a", "value": float("nan")}, "set_arg.value"),
        ("remove", "not an edit"),
    ],
)
def test_what_is_no_edit_is_refused(json_value, told):
    with pytest.raises(EditError) as refused:
        load_edit(json_value)

    assert told in refused.value.given


def test_edits_are_frozen():
    edit = SetExpect(step="t1.s1", expect=(Size(port="image", width=8),))

    with pytest.raises(ValidationError):
        edit.step = "t1.s2"


def test_a_later_change_of_the_callers_value_does_not_reach_the_chain():
    value = {"x": 1}
    edit = SetArg(step="t1.s1", name="point", value=value)
    edited = apply(recolour(), edit)

    value["x"] = 2
    edit.value["x"] = 3

    assert edited.step("t1.s1").args["point"] == {"x": 1}
