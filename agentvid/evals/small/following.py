"""Does the picture follow the thought? One attribute of the true layout thought is changed, the noise stays the same.

*seen*: the changed solid is seen as the thought now says it, where it says it. *kept*: every other solid is still seen
in its place, of scenes that have others. *both*: both, and nothing else is there. Once the prompt says the change too;
once only the thought does, and the prompt still says what was before: this is what a person does who edits a thought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from agentvid.errors import InputError
from agentvid.evals.small.bench import Bench, Line, Part, Pixels, group_lines, strip
from agentvid.evals.small.cases import Case
from agentvid.evals.small.likeness import grown, mean_difference
from agentvid.world.caption import caption
from agentvid.world.judge import is_exact, match, placed, true_centres
from agentvid.world.language import tell_scene
from agentvid.world.render import render_scene, visible
from agentvid.world.scene import COLOURS, GRID, HELD_OUT_PAIRS, SHAPES, Scene, Solid

if TYPE_CHECKING:
    from agentvid.world.judge import Seen

__all__ = ["ATTRIBUTES", "Attribute", "Following", "change_one", "follows", "measure"]

Attribute: TypeAlias = Literal["colour", "shape", "size", "place"]
ATTRIBUTES: Final[tuple[Attribute, ...]] = get_args(Attribute)
_SALT: Final = 3
_TRIES: Final = 60
_LEAST_VISIBLE: Final = 60
_VISIBLE: Final = 6


@dataclass(frozen=True)
class Following:
    """One change of a thought: the scene before and after, and the solid that is now different."""

    case: Case
    attribute: Attribute
    after: Scene
    changed: Solid


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Draw before and after a change of the thought, attributes taking turns over the scenes."""
    changes = [change for case in cases if (change := change_one(case, ATTRIBUTES[case.number // 2 % 4])) is not None]
    if not changes:
        return Part(not_measured="no scene has room for a change")
    groups = [(c.attribute, f"{len(c.after.solids)} solid" + "s" * (len(c.after.solids) > 1)) for c in changes]
    scenes = [change.case.scene for change in changes]
    before = _draw(bench, changes, scenes, scenes)
    right = [placed(seen, scene) for seen, scene in zip(bench.see(before), scenes, strict=True)]
    lines = group_lines("placed before the change", right, groups)
    rows, verdicts, names = [before], [right], ["before"]
    after = [change.after for change in changes]
    for name, prompts in (("prompt and thought changed", after), ("only the thought changed", scenes)):
        drawn = _draw(bench, changes, prompts, after)
        found, lines_of = _judged(bench, changes, drawn, name, groups, right)
        lines += [*lines_of, *_differences(changes, before, drawn, name, groups)]
        rows, verdicts, names = [*rows, drawn], [*verdicts, found], [*names, name]
    true = [render_scene(scene).rgb for scene in after]
    bound = [all(follows(s, c)) for s, c in zip(bench.see(true), changes, strict=True)]
    lines += group_lines("both, on the true changed picture", bound, groups)
    return Part(tuple(lines), strip([*rows, true], [*verdicts, []]), (*names, "true after"))


def change_one(case: Case, attribute: Attribute) -> Following | None:
    """Draw a change of one attribute of one solid, all solids visible after it; None where there is none."""
    rng = case.rng(_SALT)
    for _ in range(_TRIES):
        solid = case.scene.solids[int(rng.integers(len(case.scene.solids)))]
        other = _other(rng, solid, attribute)
        looks = [one.look for one in case.scene.solids if one != solid]
        if other == solid or other.look in looks or (other.colour, other.shape) in HELD_OUT_PAIRS:
            continue
        try:
            after = replace(case.scene, solids=(*(one for one in case.scene.solids if one != solid), other))
        except InputError:
            continue
        if (visible(render_scene(after), len(after.solids)) >= _LEAST_VISIBLE).all():
            return Following(case, attribute, after, other)
    return None


def follows(seen: Sequence[Seen], change: Following) -> tuple[bool, bool, bool]:
    """Return (the changed solid is seen in its place, all others are kept in theirs, nothing else is there)."""
    centres = true_centres(change.after)
    found = {solid: match(seen, solid, centre) is not None for solid, centre in centres.items()}
    others = all(is_there for solid, is_there in found.items() if solid != change.changed)
    return found[change.changed], others, is_exact(seen, change.after)


def _draw(bench: Bench, changes: Sequence[Following], prompts: Sequence[Scene], told: Sequence[Scene]) -> list[Pixels]:
    sessions = []
    for change, prompt, thought in zip(changes, prompts, told, strict=True):
        session = bench.session()
        session.read(caption(change.case.rng(_SALT, 1), prompt, change.case.language))
        session.read(tell_scene(thought, change.case.language), as_thought=True)
        sessions.append(session)
    return [frames[0] for frames in bench.draw(sessions, [change.case.number for change in changes])]


def _judged(
    bench: Bench,
    changes: Sequence[Following],
    drawn: Sequence[Pixels],
    name: str,
    groups: Sequence[tuple[str, ...]],
    right_before: Sequence[bool],
) -> tuple[list[bool], list[Line]]:
    found = [follows(seen, change) for seen, change in zip(bench.see(drawn), changes, strict=True)]
    both = [all(each) for each in found]
    started = [(value, own) for value, own, was in zip(both, groups, right_before, strict=True) if was]
    among = [each for each, change in zip(zip(found, groups, strict=True), changes, strict=True) if _has_others(change)]
    return both, [
        *group_lines(f"seen, {name}", [each[0] for each in found], groups),
        *group_lines(f"kept, {name}", [each[1] for each, _ in among], [own for _, own in among]),
        *group_lines(f"both, {name}", both, groups),
        *group_lines(f"both where right before, {name}", [v for v, _ in started], [own for _, own in started]),
    ]


def _has_others(change: Following) -> bool:
    return len(change.after.solids) > 1


def _differences(
    changes: Sequence[Following],
    before: Sequence[Pixels],
    after: Sequence[Pixels],
    name: str,
    groups: Sequence[tuple[str, ...]],
) -> list[Line]:
    """Return how much two drawings differ, in grey levels, inside and outside the area that truly changes."""
    inside, outside = [], []
    for change, one, two in zip(changes, before, after, strict=True):
        true = np.abs(change.case.picture.astype(np.int16) - render_scene(change.after).rgb.astype(np.int16))
        area = np.asarray(true.max(axis=-1) > _VISIBLE)
        inside.append(mean_difference(one, two, area))
        outside.append(mean_difference(one, two, ~grown(area, 2)))
    return [
        *group_lines(f"difference inside, {name}", inside, groups, "grey"),
        *group_lines(f"difference outside, {name}", outside, groups, "grey"),
    ]


def _other(rng: np.random.Generator, solid: Solid, attribute: Attribute) -> Solid:
    match attribute:
        case "colour":
            return replace(solid, colour=COLOURS[int(rng.integers(len(COLOURS)))])
        case "shape":
            return replace(solid, shape=SHAPES[int(rng.integers(len(SHAPES)))])
        case "size":
            return replace(solid, size="small" if solid.size == "large" else "large")
        case "place":
            return replace(solid, row=int(rng.integers(GRID)), column=int(rng.integers(GRID)))
