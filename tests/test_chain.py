from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from strategies import chains

from agentvid.chain.chain import Chain, dependents_of, next_step_id
from agentvid.chain.stale import affected_by
from agentvid.chain.step import Ref, Step
from agentvid.errors import ChainError


def step(number: int, *needs: int, turn: int = 1, **fields) -> Step:
    args = {f"a{need}": Ref(step=f"t{turn}.s{need}", port="image") for need in needs}
    return Step(id=f"t{turn}.s{number}", tool="edit_image", args=args, **fields)


def chain(*steps: Step, turn: int = 1) -> Chain:
    return Chain(turn=turn, steps=steps)


@given(chains())
def test_json_round_trip(original):
    text = json.dumps(original.to_json(), ensure_ascii=False)

    again = Chain.model_validate(json.loads(text))

    assert again == original
    assert again.to_json() == original.to_json()


@given(chains(), st.randoms())
def test_order_puts_each_step_after_those_it_needs(original, random):
    shuffled = list(original.steps)
    random.shuffle(shuffled)

    ordered = original.with_steps(tuple(shuffled)).order()

    assert sorted(s.id for s in ordered) == sorted(s.id for s in original)
    ids = [s.id for s in ordered]
    for position, one in enumerate(ordered):
        assert all(parent in ids[:position] for parent in one.parents() if parent in ids)


@given(chains())
def test_order_keeps_a_written_order_that_holds(original):
    assert tuple(original.order()) == original.steps


def test_a_circle_is_refused_and_named():
    with pytest.raises(ChainError, match=r"t1\.s1.*t1\.s2") as refused:
        chain(step(1, 2), step(2, 1)).order()
    assert "set_arg" in refused.value.do


def test_an_id_written_twice_is_refused():
    with pytest.raises(ValidationError, match=r"t1\.s1 is used twice"):
        chain(step(1), step(1))


@given(chains())
def test_next_step_id_is_fresh_and_of_this_turn(original):
    fresh = next_step_id(original)

    assert not original.has(fresh)
    assert fresh.startswith(f"t{original.turn}.s")


def test_an_unknown_step_is_named_with_those_there_are():
    with pytest.raises(ChainError) as refused:
        chain(step(1), step(4)).step("t1.s2")
    assert "t1.s2" in refused.value.given
    assert "t1.s1, t1.s4" in refused.value.expected


@given(chains(), st.data())
def test_dependents_are_what_a_walk_along_references_reaches(original, data):
    ids = [s.id for s in original]
    start = data.draw(st.sets(st.sampled_from(ids))) if ids else set()

    reached = set(start)
    for _ in ids:
        reached |= {s.id for s in original if reached & set(s.parents())}

    assert dependents_of(original, start) == reached - start


def test_values_in_arguments_become_json():
    made = Step(id="t1.s2", tool="edit_image", args={"image": Ref(step="t1.s1", port="image"), "items": (1, 2)})

    assert made.args == {"image": {"step": "t1.s1", "port": "image"}, "items": [1, 2]}


# ---------------------------------------------------------------- which steps a change touches


def test_a_change_is_certain_for_its_step_and_possible_for_those_that_need_it():
    before = chain(step(1), step(2, 1), step(3, 2), step(4))
    after = chain(step(1, seed=7), step(2, 1), step(3, 2), step(4))

    touched = affected_by(before, after)

    assert touched.certain == ("t1.s1",)
    assert touched.possible == ("t1.s2", "t1.s3")


def test_what_no_result_depends_on_touches_nothing():
    before = chain(step(1), step(2), step(3, 2))
    after = chain(step(2, pinned=True), step(1), step(3, 2))

    assert affected_by(before, after) == affected_by(before, before)
    assert affected_by(before, before).certain == affected_by(before, before).possible == ()


def test_a_thought_counts_only_for_tools_that_read_it():
    before, after = chain(step(1), step(2, 1)), chain(step(1, thought="bluer"), step(2, 1))

    assert affected_by(before, after).certain == ("t1.s1",)
    assert affected_by(before, after, takes=lambda tool, parameter: parameter != "thought").certain == ()


def test_a_pinned_step_holds_a_change_back():
    before = chain(step(1), step(2, 1, pinned=True), step(3, 2))
    after = chain(step(1, seed=1), step(2, 1, pinned=True), step(3, 2))
    let_go = chain(step(1, seed=1), step(2, 1), step(3, 2))

    assert affected_by(before, after).possible == ()
    assert affected_by(after, let_go).possible == ("t1.s2", "t1.s3")


def test_a_new_step_is_certain():
    assert affected_by(chain(step(1)), chain(step(1), step(2, 1))).certain == ("t1.s2",)


@given(chains(), st.data())
def test_one_changed_step_touches_exactly_itself_and_its_unpinned_dependents(original, data):
    free = original.with_steps(tuple(s.model_copy(update={"pinned": False}) for s in original))
    if not len(free):
        return
    index = data.draw(st.integers(0, len(free) - 1))
    target = free.steps[index]
    other = target.model_copy(update={"seed": target.seed + 1})
    after = free.with_steps((*free.steps[:index], other, *free.steps[index + 1 :]))

    touched = affected_by(free, after)

    assert touched.certain == (target.id,)
    assert set(touched.possible) == dependents_of(free, {target.id})
