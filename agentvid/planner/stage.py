"""What the small world's pictures of a session show: read from the thoughts of the steps that drew them.

A layout is never kept beside the chains: the thought of a drawing step is the layout, that of an edit the change. So a
person who edits a thought edits what later turns take the picture to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.errors import InputError
from agentvid.media.types import CameraPath
from agentvid.world.edits import Add, Change, Move, Recolour, Remove, Reshape, Resize, Turn, apply_change
from agentvid.world.language import Thought, read_thought
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

    A value that a person gave wins over an argument, and that over the thought. `found` tells the words that a run
    found on a port: where what the step goes by is no layout, the engine wrote one of its own. Pictures of which none
    of these tells anything are left out, and those that a person put in the place of what was drawn.
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
    port = "view" if step.tool == "novel_view" else "image"
    if port in step.given:  # a person's picture stands there: what was drawn tells nothing of it
        return
    before = stages.get(str(as_ref(step.args.get("image"))))
    stage: Stage | None = None
    try:
        if step.tool == "generate_image":
            stage = _drawn(step, found)
        elif step.tool == "edit_image" and before is not None:
            stage = _edited(step, before, found)
        elif step.tool == "novel_view" and before is not None:
            stage = _turned(step, before)
    except (InputError, ValidationError):  # a change that can't be made, a path that is none
        return
    if stage is not None:
        stages[f"{step.id}.{port}"] = stage


def _drawn(step: Step, found: Callable[[Ref], str]) -> Stage | None:
    scene = _told(step, "layout", found)
    if not isinstance(scene, Scene):
        return None
    return Stage(scene, _layout(step), scene.solids[0] if len(scene.solids) == 1 else None)


def _edited(step: Step, before: Stage, found: Callable[[Ref], str]) -> Stage | None:
    corrected, change = _read(step.given.get("layout")), _told(step, "change", found)
    if isinstance(corrected, Scene):
        return Stage(corrected, _layout(step))
    if isinstance(change, Scene):
        return Stage(change, _layout(step))
    return changed(before, change, _layout(step)) if isinstance(change, Change) else None


def _turned(step: Step, before: Stage) -> Stage:
    corrected, thought = _read(step.given.get("layout")), _read(step.thought)
    if isinstance(corrected, Scene):
        return Stage(corrected, _layout(step), before.subject)
    scene = thought if isinstance(thought, Scene) else before.scene
    last = CameraPath.model_validate(step.args.get("path")).poses[-1]
    camera = near_camera(scene.camera, last.yaw_deg, last.pitch_deg)
    return Stage(replace(scene, camera=camera), _layout(step), before.subject)


def _layout(step: Step) -> Ref:
    return Ref(step=step.id, port="layout")


def _told(step: Step, port: str, found: Callable[[Ref], str]) -> Thought | None:
    """Return what a step goes by: what a person gave, else the argument, else the thought.

    Where that can't be read, the engine wrote a thought of its own: it is what the run found on the port.
    """
    argument = step.args.get(port)
    ref = as_ref(argument)
    for told in (step.given.get(port), argument, step.thought):
        if told is not None and told != "":
            read = _read(found(ref) if ref is not None and told is argument else told)
            return read or _read(found(Ref(step=step.id, port=port)))
    return _read(found(Ref(step=step.id, port=port)))


def _read(told: object) -> Thought | None:
    try:
        return read_thought(told) if isinstance(told, str) and told.strip() else None
    except InputError:
        return None


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
