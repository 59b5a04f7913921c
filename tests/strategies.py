"""Hypothesis strategies: chains of valid shape, and edits that fit a chain."""

from __future__ import annotations

from hypothesis import strategies as st

from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.edit import (
    AcceptStale,
    ClearGiven,
    Edit,
    Insert,
    Move,
    Pin,
    Remove,
    SetAnswer,
    SetArg,
    SetEngine,
    SetExpect,
    SetGiven,
    SetSeed,
    SetThought,
    SetTool,
)
from agentvid.chain.step import ColourIn, Count, Predicate, Ref, Seconds, Size, Step, Words

TOOLS = ("locate", "analyse", "plan_edit", "edit_image", "check")
PORTS = ("image", "mask", "box", "plan", "palette")
NAMES = ("image", "mask", "plan", "what", "colour", "items")

words = st.sampled_from(["", "red cup", "左边的红色杯子", "$x 100%", 'quote " and \\'])
literals = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.5, -1.25, 1e9]),
    words,
    st.fixed_dictionaries({"x": st.integers(0, 9), "y": st.integers(0, 9)}),
    st.lists(st.integers(0, 3), max_size=3),
)


ports = st.sampled_from(PORTS)
free_predicates = st.sampled_from(
    [
        Size(port="image", width=9),
        Seconds(port="image", most=2.5),
        Count(port="image", what="红色杯子", n=2),
        Words(text="looks natural"),
    ]
)


def refs_to(step_ids: list[str]) -> st.SearchStrategy[Ref]:
    """References to any port of any of these steps."""
    return st.sampled_from([Ref(step=step_id, port=port) for step_id in step_ids for port in PORTS])


def arguments(earlier: list[str]) -> st.SearchStrategy[dict[str, object]]:
    """Arguments of literals, references to `earlier` steps and lists of references."""
    values: st.SearchStrategy[object] = literals
    if earlier:
        ref = refs_to(earlier)
        values = st.one_of(literals, ref, st.lists(ref, min_size=1, max_size=2))
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=3)


def expectations(seen: list[str]) -> st.SearchStrategy[tuple[Predicate, ...]]:
    """Expectations that look at `seen` steps (the step's own id may be among them)."""
    looks = [ColourIn(port="image", mask=Ref(step=step_id, port="mask"), colour="#1f5fbf") for step_id in seen]
    return st.lists(st.one_of(free_predicates, st.sampled_from(looks)), max_size=2).map(tuple)


@st.composite
def steps(draw: st.DrawFn, step_id: str, earlier: list[str]) -> Step:
    """Steps of that id that refer only to `earlier` ones."""
    thought, tool, engine, seed, pinned = draw(plain_fields)
    return Step(
        id=step_id,
        thought=thought,
        tool=tool,
        args=draw(arguments(earlier)),
        given=draw(givens),
        expect=draw(expectations([*earlier, step_id])),
        engine=engine,
        seed=seed,
        pinned=pinned,
    )


plain_fields = st.tuples(
    words, st.sampled_from(TOOLS), st.sampled_from([None, "classical", "fake"]), st.integers(0, 3), st.booleans()
)
givens = st.dictionaries(ports, literals, max_size=1)


@st.composite
def chains(draw: st.DrawFn, *, turn: int | None = None, most: int = 5) -> Chain:
    """Chains whose steps refer to steps written before them, or to steps of earlier turns."""
    turn = draw(st.integers(1, 3)) if turn is None else turn
    numbers = draw(st.lists(st.integers(1, 9), max_size=most, unique=True))
    earlier_turns = [f"t{number}.s1" for number in range(1, turn)]
    written: list[Step] = []
    for number in numbers:
        earlier = [*earlier_turns, *(step.id for step in written)]
        written.append(draw(steps(f"t{turn}.s{number}", earlier)))
    known = [*earlier_turns, *(step.id for step in written)]
    answer = draw(st.lists(refs_to(known), max_size=3)) if known else []
    return Chain(turn=turn, steps=tuple(written), answer=tuple(answer))


def refs_before(chain: Chain, index: int) -> list[str]:
    """Ids that a step written at `index` may refer to."""
    return [*(f"t{number}.s1" for number in range(1, chain.turn)), *(step.id for step in chain.steps[:index])]


@st.composite
def edits(draw: st.DrawFn, chain: Chain) -> Edit:
    """Edits of every kind about steps of `chain`; most fit, some (a removal, a move) may be refused."""
    if not len(chain) or draw(st.integers(0, 9)) == 0:
        index = draw(st.integers(0, len(chain)))
        after = chain.steps[index - 1].id if index else None
        step = draw(steps(next_step_id(chain), refs_before(chain, index)))
        before = chain.steps[0].id if len(chain) and not index else None
        return Insert(step=step, after=after, before=before)
    index = draw(st.integers(0, len(chain) - 1))
    return draw(edits_of_step(chain, index))


def edits_of_step(chain: Chain, index: int) -> st.SearchStrategy[Edit]:
    """Edits of the step written at `index`, and of the answer."""
    step, earlier = chain.steps[index].id, refs_before(chain, index)
    ids = [other.id for other in chain]
    others = [other for other in ids if other != step]
    kinds: list[st.SearchStrategy[Edit]] = [
        field_edits(chain, index),
        arguments(earlier).map(lambda args: SetTool(step=step, tool="describe", args=args)),
        expectations([*earlier, step]).map(lambda expect: SetExpect(step=step, expect=expect)),
        st.lists(refs_to(ids), max_size=2).map(lambda answer: SetAnswer(answer=tuple(answer))),
        st.sampled_from([Remove(step=step), AcceptStale(step=step)]),
    ]
    if others:
        moves = [Move(step=step, **{place: other}) for place in ("before", "after") for other in others]
        kinds.append(st.sampled_from(moves))
    return st.one_of(kinds)


def field_edits(chain: Chain, index: int) -> st.SearchStrategy[Edit]:
    """Edits of one field of the step written at `index` that always fit."""
    step, earlier = chain.steps[index], refs_before(chain, index)
    fixed: list[Edit] = [
        *(SetThought(step=step.id, thought=thought) for thought in ("", "keep the steam", "保持阴影")),
        *(SetEngine(step=step.id, engine=engine) for engine in (None, "fake", "unified")),
        *(SetSeed(step=step.id, seed=seed) for seed in (0, 7, 2**63 - 1)),
        *(Pin(step=step.id, pinned=pinned) for pinned in (True, False)),
        *(SetArg(step=step.id, name=name, remove=True) for name in step.args),
        *(ClearGiven(step=step.id, port=port) for port in step.given),
        *(SetArg(step=step.id, name="mask", value=Ref(step=other, port="mask")) for other in earlier),
    ]
    named = st.tuples(st.sampled_from(NAMES), literals)
    return st.one_of(
        st.sampled_from(fixed),
        named.map(lambda pair: SetArg(step=step.id, name=pair[0], value=pair[1])),
        named.map(lambda pair: SetGiven(step=step.id, port=pair[0], value=pair[1])),
    )
