"""Words that change the layout a picture of the small world is drawn by: another shape, size or place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agentvid.chain.step import Step
from agentvid.errors import InputError
from agentvid.planner.grammar.clause import Refusal
from agentvid.planner.grammar.parse import read_clause
from agentvid.planner.grammar.thoughts import say
from agentvid.planner.request import Restage
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.where import Where
from agentvid.world.edits import Change, Move, Reshape, Resize, apply_change
from agentvid.world.language import read_thought, tell_scene, tell_solid
from agentvid.world.naming import find_solids, place_of, seen_step, shape_of
from agentvid.world.scene import Scene, Solid, free_places
from agentvid.world.words import language_of

__all__ = ["read_layout"]

_TO_A_SIDE: Final = re.compile(r"到最?[左右前后][面边方侧](?!一?[点些])")
"""What means that side of the stage, not a step that way."""


def read_layout(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "make the cube bigger", "把球往左移" where the chain draws that solid from a layout.

    Raises: Back where it can't stand so.
    """
    requests = read_clause(where.rest if where else clause)
    if requests is None or isinstance(requests, Refusal) or len(requests) != 1 or not isinstance(requests[0], Restage):
        return False
    wanted = requests[0]
    if wanted.operation == "move" and not wanted.place and _TO_A_SIDE.search(clause):
        return False
    for step in draft.chain:
        scene = _scene(step)
        found = find_solids(wanted.thing, scene) if scene and wanted.thing else scene.solids if scene else ()
        if scene is None or len(found) != 1 or (where is not None and step.id not in where.steps):
            continue
        change = _change(wanted, found[0], scene)
        if change is None:
            return False
        _put(draft, step, scene, change)
        return True
    return False


def _put(draft: Draft, step: Step, scene: Scene, change: Change) -> None:
    try:
        after = apply_change(scene, change)
    except InputError:
        after = _elsewhere(draft, scene, change)
    thought = tell_scene(after, language_of(step.thought))
    draft.settle(lambda: draft.put(step.model_copy(update={"thought": thought})))


def _elsewhere(draft: Draft, scene: Scene, change: Change) -> Scene:
    """Return the scene with the other shape or size at the nearest place where it fits, and note that."""
    if not isinstance(change, Reshape | Resize):
        raise draft.refusal(say(draft.language, "no_room")) from None
    new = replace(change.target, **{"shape": change.shape} if isinstance(change, Reshape) else {"size": change.size})
    others = tuple(solid for solid in scene.solids if solid != change.target)
    for solid in free_places(others, new):
        draft.notes.append(draft.say("moved_to_fit", solid=tell_solid(solid, draft.language)))
        return replace(scene, solids=(*others, solid))
    raise draft.refusal(say(draft.language, "no_room")) from None


def _scene(step: Step) -> Scene | None:
    if not step.tool.startswith("generate"):
        return None
    try:
        thought = read_thought(step.thought)
    except InputError:
        return None
    return thought if isinstance(thought, Scene) else None


def _change(wanted: Restage, solid: Solid, scene: Scene) -> Change | None:
    if wanted.operation == "reshape":
        shape = shape_of(wanted.to)
        return Reshape(solid, shape) if shape else None
    if wanted.operation == "resize":
        return Resize(solid, "large" if wanted.to == "large" else "small")
    if wanted.operation == "move":
        place = place_of(wanted.place) if wanted.place else None
        if place is not None:
            return Move(solid, *place)
        rows, columns = seen_step(wanted.to, scene.camera)  # type: ignore[arg-type]
        return Move(solid, solid.row + wanted.steps * rows, solid.column + wanted.steps * columns)
    return None
