"""The written order of a merged chain: what either side moved stays moved, and references come before their users."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from agentvid.chain.step import step_number

__all__ = ["circles", "in_order", "shared_order", "with_inserted"]


def shared_order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str] | None:
    """Return the order of steps that all three have; None where the two sides' moves contradict each other.

    Of any two steps, the order that differs from the base's holds: a side changed it. The two sides contradict each
    other where no order holds all of these.
    """
    if ours == theirs or list(theirs) == list(base):
        return list(ours)
    if list(ours) == list(base):
        return list(theirs)
    was, mine, other = ({step: place for place, step in enumerate(row)} for row in (base, ours, theirs))
    wins = dict.fromkeys(ours, 0)
    for a, b in combinations(ours, 2):
        before, here, there = (row[a] < row[b] for row in (was, mine, other))
        wins[a if (here if there == before else there) else b] += 1
    ranked = sorted(ours, key=lambda step: -wins[step])
    return ranked if sorted(wins.values()) == list(range(len(wins))) else None


def with_inserted(shared: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return `shared` with each side's other steps, each run of them behind the shared step it follows on its side.

    Where both sides wrote steps at one place, the run whose first step has the lower number comes first.
    """
    places = {step: place for place, step in enumerate(shared)}
    runs: list[dict[str, list[str]]] = [{}, {}]
    found: list[dict[str, int]] = [{}, {}]
    for row, run, at in zip((ours, theirs), runs, found, strict=True):
        anchor = ""
        for step in row:
            if step in places:
                anchor = step
            else:
                run.setdefault(anchor, []).append(step)
                at[step] = places.get(anchor, -1)
    order: list[str] = []
    for anchor in ("", *shared):
        order += [anchor] if anchor else []
        here = [
            [step for step in run.get(anchor, []) if at[step] <= other.get(step, len(shared))]
            for run, at, other in zip(runs, found, reversed(found), strict=True)
        ]
        for written in sorted(filter(None, here), key=lambda row: step_number(row[0])):
            order += [step for step in written if step not in order]
    return order


def in_order(wished: Sequence[str], needs: Mapping[str, Collection[str]]) -> list[str]:
    """Return the wished order, changed as little as it must be so that each step follows those it needs.

    The needs must hold no circle.
    """
    left, placed = list(wished), dict.fromkeys(wished, False)
    order: list[str] = []
    while left:
        ready = next(step for step in left if all(placed.get(need, True) for need in needs.get(step, ())))
        left.remove(ready)
        placed[ready] = True
        order.append(ready)
    return order


def circles(needs: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return the groups of steps that need each other in a circle, each sorted by number."""
    reached: dict[str, set[str]] = {}
    for start in needs:
        found: set[str] = set()
        waiting = list(needs[start])
        while waiting:
            step = waiting.pop()
            if step not in found:
                found.add(step)
                waiting += needs.get(step, ())
        reached[start] = found
    groups = {
        tuple(sorted((other for other in found if start in reached.get(other, ())), key=step_number))
        for start, found in reached.items()
        if start in found
    }
    return sorted((list(group) for group in groups), key=lambda group: step_number(group[0]))
