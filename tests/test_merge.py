"""Three-way merge of chains: laws on random pairs, and each kind of conflict as a person meets it."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import chains, edits, field_edits

from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.diff import edits_between
from agentvid.chain.edit import (
    Edit,
    Insert,
    Move,
    Remove,
    SetAnswer,
    SetArg,
    SetExpect,
    SetSeed,
    SetThought,
    SetTool,
    apply,
    apply_all,
)
from agentvid.chain.merge import Merged, merge
from agentvid.chain.merge_order import shared_order
from agentvid.chain.step import ColourIn, Ref, Step
from agentvid.errors import EditError


def edited(data: st.DataObject, chain: Chain, most: int = 6) -> Chain:
    for _ in range(data.draw(st.integers(0, most))):
        try:
            chain = apply(chain, data.draw(edits(chain)))
        except EditError:
            continue
    return chain


def ref(number: int, port: str = "image") -> Ref:
    return Ref(step=f"t1.s{number}", port=port)


def step(number: int, *needs: int, **fields) -> Step:
    args = {f"a{need}": ref(need) for need in needs} | fields.pop("args", {})
    return Step(id=f"t1.s{number}", tool=fields.pop("tool", "edit_image"), args=args, **fields)


def chain(*steps: Step, answer: tuple[Ref, ...] = ()) -> Chain:
    return Chain(turn=1, steps=steps, answer=answer)


def ids(found: Chain | None) -> list[str]:
    assert found is not None
    return [step.id for step in found]


# ---------------------------------------------------------------- laws


@settings(max_examples=60)
@given(st.data())
def test_what_only_one_side_changed_is_taken(data: st.DataObject):
    base = data.draw(chains())
    changed = edited(data, base)
    for merged in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert merged.chain == changed
        assert (merged.conflicts, merged.renamed, merged.left_out) == ((), {}, ())


@settings(max_examples=60)
@given(st.integers(1, 2).flatmap(lambda turn: st.tuples(chains(turn=turn), chains(turn=turn))))
def test_a_whole_rewrite_of_one_side_is_taken_too(pair: tuple[Chain, Chain]):
    base, other = pair
    assert merge(base, other, base).chain == other
    assert merge(base, base, other).chain == other


@settings(max_examples=60)
@given(st.data())
def test_edits_of_different_steps_commute(data: st.DataObject):
    base = data.draw(chains())
    assume(len(base) > 1)
    split = data.draw(st.integers(1, len(base) - 1))
    mine, other = base, base
    for index in range(len(base)):
        edit = data.draw(field_edits(base, index))
        if index < split:
            mine = apply(mine, edit)
        else:
            other = apply(other, edit)
    there, back = merge(base, mine, other), merge(base, other, mine)
    assert there.chain is not None and there.chain == back.chain
    assert there.chain == apply_all(mine, edits_between(base, other))


def random_chain(chance: random.Random, turn: int = 2) -> Chain:
    written: list[Step] = []
    for number in chance.sample(range(1, 8), chance.randint(0, 5)):
        earlier = ["t1.s1", *(step.id for step in written)]
        written.append(random_step(chance, f"t{turn}.s{number}", earlier))
    return Chain(turn=turn, steps=tuple(written), answer=random_answer(chance, [step.id for step in written]))


def random_step(chance: random.Random, step_id: str, earlier: list[str]) -> Step:
    mask = Ref(step=chance.choice([*earlier, step_id]), port="mask")
    return Step(
        id=step_id,
        tool=chance.choice(["locate", "edit_image"]),
        args={name: random_value(chance, earlier) for name in chance.sample(("image", "mask", "what"), 2)},
        given={"box": chance.randint(0, 2)} if chance.random() < 0.3 else {},
        expect=(ColourIn(port="image", mask=mask, colour="#1f5fbf"),) if chance.random() < 0.3 else (),
        seed=chance.randint(0, 2),
    )


def random_value(chance: random.Random, earlier: list[str]) -> object:
    ref = Ref(step=chance.choice(earlier), port="image").model_dump() if earlier else None
    return chance.choice([1, 1.0, True, "红色杯子", ref, ref, [ref]])


def random_answer(chance: random.Random, known: list[str]) -> tuple[Ref, ...]:
    return tuple(Ref(step=step_id, port="image") for step_id in chance.sample(known, min(len(known), 1)))


def random_edit(chance: random.Random, chain: Chain) -> Edit:
    ids = [step.id for step in chain]
    if not ids or chance.random() < 0.2:
        after = chance.choice([None, *ids])
        earlier = ["t1.s1", *(ids[: ids.index(after) + 1] if after else ids)]
        return Insert(step=random_step(chance, next_step_id(chain), earlier), after=after)
    step_id, other = chance.choice(ids), chance.choice(ids)
    earlier = ["t1.s1", *ids[: ids.index(step_id)]]
    match chance.randint(0, 8):
        case 0 | 1:
            return Remove(step=step_id)
        case 2 | 3:
            return Move(step=step_id, **{chance.choice(["before", "after"]): other})
        case 4:
            return SetTool(step=step_id, tool="check", args={"image": random_value(chance, earlier)})
        case 5:
            return SetAnswer(answer=random_answer(chance, ids))
        case 6:
            return SetExpect(step=step_id, expect=random_step(chance, step_id, earlier).expect)
        case 7:
            return SetSeed(step=step_id, seed=chance.randint(0, 2))
        case _:
            return SetArg(step=step_id, name=chance.choice(["image", "mask"]), value=random_value(chance, earlier))


def changed_at_random(chance: random.Random, chain: Chain) -> Chain:
    for _ in range(chance.randint(0, 8)):
        with suppress(EditError):
            chain = apply(chain, random_edit(chance, chain))
    return chain


def test_a_thousand_random_pairs_merge_or_tell_why_not():
    kinds: Counter[str] = Counter()
    for seed in range(1000):
        chance = random.Random(seed)
        base = random_chain(chance)
        ours, theirs = changed_at_random(chance, base), changed_at_random(chance, base)
        merged = merge(base, ours, theirs)
        assert (merged.chain is None) == bool(merged.conflicts), seed
        for side in ("ours", "theirs"):
            whole = merged.resolve(side)
            assert whole.chain is not None and not whole.conflicts, seed
            assert apply_all(ours, edits_between(ours, whole.chain)) == whole.chain, seed
        back = merge(base, theirs, ours)
        assert mirrored(merged) == plain(back), seed
        if not merged.renamed:
            assert back.chain == merged.chain, seed
        kinds.update(conflict.kind for conflict in merged.conflicts)
        kinds.update(renamed=len(merged.renamed), clean=merged.chain is not None)
        kinds.update(left_out=len(merged.resolve("ours").left_out))
    assert min(kinds[kind] for kind in ("field", "removed", "order", "answer", "renamed", "clean", "left_out")) >= 3


def plain(merged: Merged) -> list[dict[str, object]]:
    return in_one_order([conflict.model_dump(mode="json") for conflict in merged.conflicts])


def in_one_order(told: list[dict[str, object]]) -> list[dict[str, object]]:
    for one in told:
        one["missing"] = sorted(one["missing"])
        for value in (one["ours"], one["theirs"]):
            if one["kind"] == "removed" and value and "used_by" in value:
                value["used_by"].sort()
    return sorted(told, key=json.dumps)


def mirrored(merged: Merged) -> list[dict[str, object]]:
    """The conflicts as they are told where the other side is called ours, whose steps then keep their ids."""
    swaps = merged.renamed | {new: old for old, new in merged.renamed.items()}
    sides = {"ours": "theirs", "theirs": "ours", "base": "base"}
    told = []
    for one in plain(merged):
        turned = {**one, "ours": one["theirs"], "theirs": one["ours"], "missing": [sides[s] for s in one["missing"]]}
        text = re.sub(r"t\d+\.s\d+", lambda match: swaps.get(match[0], match[0]), json.dumps(turned))
        told.append(json.loads(text))
    return in_one_order(told)


# ---------------------------------------------------------------- conflicts as a person meets them

BASE = chain(step(1, tool="locate"), step(2, 1, args={"colour": "blue"}), step(3, 2, tool="check"), answer=(ref(2),))


def test_a_part_set_differently_is_chosen_by_its_address():
    mine = apply(BASE, SetArg(step="t1.s2", name="colour", value="green"))
    other = apply(BASE, SetArg(step="t1.s2", name="colour", value="red"))
    merged = merge(BASE, mine, other)
    (conflict,) = merged.conflicts
    assert (conflict.id, conflict.kind) == ("t1.s2.args.colour", "field")
    assert (conflict.base, conflict.ours, conflict.theirs) == ("blue", "green", "red")
    assert merged.resolve({conflict.id: "theirs"}).chain == other
    assert merge(BASE, mine, other, "ours").chain == mine
    with pytest.raises(EditError, match=r"t1\.s9"):
        merged.resolve({"t1.s9": "ours"})
    with pytest.raises(EditError, match="'mine'"):
        merged.resolve({conflict.id: "mine"})


def test_an_argument_taken_away_is_told_from_null():
    mine = apply(BASE, SetArg(step="t1.s2", name="colour", remove=True))
    other = apply(BASE, SetArg(step="t1.s2", name="colour", value=None))
    (conflict,) = merge(BASE, mine, other).conflicts
    assert conflict.missing == ("ours",)
    assert merge(BASE, mine, other, "ours").chain == mine
    assert merge(BASE, mine, other, "theirs").chain == other


def test_another_tool_and_another_argument_are_one_conflict():
    mine = apply(BASE, SetTool(step="t1.s2", tool="describe", args={"a1": ref(1)}))
    other = apply(BASE, SetArg(step="t1.s2", name="colour", value="red"))
    (conflict,) = merge(BASE, mine, other).conflicts
    assert conflict.id == "t1.s2.tool"
    assert merge(BASE, mine, other, "ours").chain == mine


def test_edited_here_and_removed_there():
    mine = apply(BASE, Remove(step="t1.s3"))
    other = apply(BASE, SetSeed(step="t1.s3", seed=7))
    (conflict,) = merge(BASE, mine, other).conflicts
    assert (conflict.id, conflict.kind, conflict.missing) == ("t1.s3", "removed", ("ours",))
    assert conflict.theirs == {"changed": {"seed": 7}}
    assert merge(BASE, mine, other, "ours").chain == mine
    assert merge(BASE, mine, other, "theirs").chain == other


def test_removed_here_and_used_anew_there():
    mine = apply(BASE, Remove(step="t1.s3"))
    new = step(4, 3, tool="describe")
    later = step(5, 4, tool="describe")
    other = apply_all(BASE, [Insert(step=new), Insert(step=later)])
    merged = merge(BASE, mine, other)
    (conflict,) = merged.conflicts
    assert conflict.theirs == {"used_by": ["t1.s4.args.a3"]}
    assert merged.resolve("theirs").chain == other
    gone = merged.resolve("ours")
    assert gone.chain == mine
    assert gone.left_out == ("t1.s4", "t1.s5")


def test_both_wrote_another_step_under_one_id():
    mine = apply_all(BASE, [Insert(step=step(4, 3, tool="describe", thought="mine"))])
    theirs_new, theirs_user = step(4, 3, tool="check", thought="theirs"), step(5, 4, tool="describe")
    other = apply_all(BASE, [Insert(step=theirs_new), Insert(step=theirs_user), SetAnswer(answer=(ref(4),))])
    merged = merge(BASE, mine, other, used=["t1.s8"])
    assert merged.renamed == {"t1.s4": "t1.s9"}
    assert ids(merged.chain) == ["t1.s1", "t1.s2", "t1.s3", "t1.s4", "t1.s9", "t1.s5"]
    assert merged.chain.step("t1.s4").thought == "mine"
    assert merged.chain.step("t1.s5").args == {"a4": ref(9).model_dump()}
    assert merged.chain.answer == (ref(9),)


def test_the_same_new_step_on_both_sides_is_one():
    new = step(4, 3, tool="describe")
    mine = apply(BASE, Insert(step=new))
    other = apply_all(BASE, [Insert(step=new), SetThought(step="t1.s1", thought="the left one")])
    assert merge(BASE, mine, other).chain == other


def test_answers_that_differ():
    mine, other = (apply(BASE, SetAnswer(answer=(ref(number),))) for number in (1, 3))
    (conflict,) = merge(BASE, mine, other).conflicts
    assert (conflict.kind, conflict.ours, conflict.theirs) == ("answer", ["t1.s1.image"], ["t1.s3.image"])
    assert merge(BASE, mine, other, "theirs").chain == other


def test_an_answer_that_lost_a_removed_step_is_no_conflict():
    base = chain(step(1), step(2), answer=(ref(1), ref(2)))
    mine, other = apply(base, Remove(step="t1.s2")), apply(base, SetAnswer(answer=(ref(2), ref(1))))
    assert merge(base, mine, other).chain == chain(step(1), answer=(ref(1),))


def test_references_that_would_make_a_circle_are_an_order_to_choose():
    base = chain(step(1), step(2))
    mine = apply_all(base, [SetArg(step="t1.s2", name="x", value=ref(1))])
    other = apply_all(base, [Move(step="t1.s2", before="t1.s1"), SetArg(step="t1.s1", name="x", value=ref(2))])
    (conflict,) = merge(base, mine, other).conflicts
    assert (conflict.id, conflict.ours, conflict.theirs) == ("order", ["t1.s1", "t1.s2"], ["t1.s2", "t1.s1"])
    assert merge(base, mine, other, "ours").chain.step("t1.s1") == base.step("t1.s1")
    assert merge(base, mine, other, "theirs").chain == other


def test_moves_that_contradict_each_other_are_an_order_to_choose():
    assert shared_order("abc", "acb", "abc") == list("acb")
    assert shared_order("abcd", "bacd", "abdc") == list("badc")
    assert shared_order("abc", "cab", "bca") == list("cba")
    base = chain(*(step(number) for number in (1, 2, 3, 4)))
    steps = {number: base.step(f"t1.s{number}") for number in (1, 2, 3, 4)}
    rows = {"ours": (2, 4, 1, 3), "theirs": (3, 1, 4, 2)}
    mine, other = (base.with_steps(tuple(steps[number] for number in row)) for row in rows.values())
    merged = merge(base, mine, other)
    assert {conflict.kind for conflict in merged.conflicts} <= {"order"}
    assert merged.resolve("ours").chain is not None


def test_references_win_over_the_written_order():
    base = chain(step(1), step(2))
    mine = apply(base, Move(step="t1.s2", before="t1.s1"))
    other = apply(base, SetExpect(step="t1.s2", expect=(ColourIn(port="image", mask=ref(1), colour="#000000"),)))
    assert ids(merge(base, mine, other).chain) == ["t1.s1", "t1.s2"]


def test_chains_of_different_turns_do_not_merge():
    with pytest.raises(EditError, match="differ in turn"):
        merge(BASE, BASE, Chain(turn=2))
