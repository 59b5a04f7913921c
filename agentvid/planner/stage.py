"""What the small world's pictures of a session show: read from the thoughts of the steps that drew them.

A layout is never kept beside the chains: the thought of a drawing step is the layout, that of an edit the change. So a
person who edits a thought edits what later turns take the picture to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.errors import InputError
from agentvid.world.edits import Add, Change, Move, Recolour, Remove, Reshape, Resize, Turn, apply_change
from agentvid.world.language import read_thought
from agentvid.world.naming import near_camera
from agentvid.world.scene import Scene, Solid

__all__ = ["WORLD_ENGINES", "Stage", "changed", "stages_of"]

WORLD_ENGINES: Final = frozenset({"small", "simulator"})
"""Engines whose pictures are of the small world, and whose thoughts are layouts."""


@dataclass(frozen=True)
class Stage:
    """What a picture shows: the scene, the port that tells it in words, and which solid was last spoken of."""

    scene: Scene
    layout: Ref
    subject: Solid | None = None


def stages_of(chains: Iterable[Chain], found: Callable[[Ref], str] = lambda ref: "") -> dict[str, Stage]:
    """Return what each picture shows, by the port that made it ("t1.s1.image"), for chains of turns, oldest first.

    `found` tells the words that a run found on a port: where a thought is no layout, the engine wrote one of its own.
    Pictures of which neither tells anything are left out.
    """
    stages: dict[str, Stage] = {}
    for chain in chains:
        for step in chain.order():
            if step.engine in WORLD_ENGINES:
                _take_in(step, stages, found)
    return stages


def changed(stage: Stage, change: Change, layout: Ref) -> Stage:
    """Return what a picture shows after a change; the solid that was changed is the one spoken of.

    Raises: InputError where the scene can't be changed so.
    """
    after = apply_change(stage.scene, change)
    return Stage(after, layout, _subject(stage, change))


def _take_in(step: Step, stages: dict[str, Stage], found: Callable[[Ref], str]) -> None:
    layout = Ref(step=step.id, port="layout")
    if step.tool == "generate_image":
        scene = _scene(step, "layout", found)
        if scene is not None:
            subject = scene.solids[0] if len(scene.solids) == 1 else None
            stages[f"{step.id}.image"] = Stage(scene, layout, subject)
        return
    before = stages.get(str(as_ref(step.args.get("image"))))
    if before is None:
        return
    if step.tool == "edit_image":
        change = _told(step, "change", found)
        try:
            if isinstance(change, Scene):
                stages[f"{step.id}.image"] = Stage(change, layout)
            elif change is not None:
                stages[f"{step.id}.image"] = changed(before, change, layout)
        except InputError:
            return
    elif step.tool == "novel_view":
        scene = _scene(step, "", found) or before.scene
        last = step.args.get("path", {}).get("poses", [{}])[-1]
        camera = near_camera(scene.camera, last.get("yaw_deg", 0.0), last.get("pitch_deg", 0.0))
        stages[f"{step.id}.view"] = Stage(replace(scene, camera=camera), layout, before.subject)


def _told(step: Step, port: str, found: Callable[[Ref], str]) -> Scene | Change | None:
    """Return the scene or change that a step's thought tells, what a person gave on its port before it."""
    given = step.given.get(port)
    words = (str(given) if given else "", step.thought, found(Ref(step=step.id, port=port)) if port else "")
    for text in words:
        try:
            told = read_thought(text) if text.strip() else None
        except InputError:
            continue
        if isinstance(told, Scene | Change):
            return told
    return None


def _scene(step: Step, port: str, found: Callable[[Ref], str]) -> Scene | None:
    told = _told(step, port, found)
    return told if isinstance(told, Scene) else None


def _subject(stage: Stage, change: Change) -> Solid | None:
    match change:
        case Recolour(target, colour):
            return replace(target, colour=colour)
        case Reshape(target, shape):
            return replace(target, shape=shape)
        case Resize(target, size):
            return replace(target, size=size)
        case Move(target, row, column):
            return replace(target, row=row, column=column)
        case Add(solid):
            return solid
        case Remove(target):
            left = [solid for solid in stage.scene.solids if solid != target]
            return left[0] if len(left) == 1 else None
        case Turn():
            return stage.subject
