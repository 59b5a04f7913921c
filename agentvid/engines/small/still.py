"""Pictures by the small model: from words and a layout, and from a picture and a change."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.small.inside import seen_picture
from agentvid.engines.small.thinking import Task, as_scene, as_thought, fits, outside, own_thought
from agentvid.engines.unified.still import put_back
from agentvid.errors import CallError, InputError
from agentvid.media.types import EditPlan, Image, Mask, Recolour, Remove
from agentvid.models.mot.session import Session
from agentvid.models.mot.sizes import Pixels
from agentvid.world import edits
from agentvid.world.caption import instruct
from agentvid.world.edits import Change, Edit, apply_change
from agentvid.world.language import tell_change, tell_scene
from agentvid.world.naming import find_solids, near_colour
from agentvid.world.reading import Asked, read_request
from agentvid.world.render import SIZE
from agentvid.world.scene import Scene, Solid
from agentvid.world.words import Language, language_of

__all__ = ["edit_image", "text_to_image"]

_CANONICAL: Final = re.compile(r"\bone \w+ \w+ \w+ at \w+|一个\S+在\S+")
"""A prompt that tells of another layout ("the mirror image of …") holds this."""


def text_to_image(task: Task) -> EngineResult:
    """Draw what `prompt` says by a layout: outputs `image`, and `thought`, the layout that was drawn.

    Raises: CallError where neither words nor thought are of this world; ToolFailed where no layout came.
    """
    request = task.request
    prompt = request.get("prompt", str).strip()
    _say_size(task)
    scene, session = as_scene(request.thought), task.unified.session()
    asked = None if scene is not None else _asked(task, prompt)
    session.read(prompt)
    if scene is None:
        if request.thought.strip():
            task.warnings.append("the thought is no layout of this world: the model wrote its own")

        def valid(text: str) -> Scene | None:
            written = as_scene(text)
            return written if written is not None and fits(written, asked) else None

        scene = own_thought(task, session, valid, "write the layout as the step's thought")
    language = language_of(request.thought if as_scene(request.thought) else prompt)
    thought = tell_scene(scene, language)
    task.told_level(scene)
    session.read(thought, as_thought=True)
    watch = task.watch()
    drawn = session.draw((SIZE, SIZE), seed=request.seed, on_step=watch.on_step, cancelled=watch.cancelled)
    return EngineResult.of(*task.warnings, image=task.context.store.put_image(drawn.image), thought=thought)


def edit_image(task: Task) -> EngineResult:
    """Change `image` as the thought, or else the `plan` or `instruction`, says.

    Outputs `image`, `thought` (the change that was made), and `layout` (what the picture then shows). `layout` as an
    input tells what it shows now. With a `mask`, all that the plan does not touch is put back from the original.

    Raises: CallError where there is nothing to do, or the picture or the change is not of this world; ToolFailed where
    no change came.
    """
    request, store = task.request, task.context.store
    image, plan, mask = request.get("image", Image), request.maybe("plan", EditPlan), request.maybe("mask", Mask)
    told, change = (request.maybe("instruction", str) or "").strip(), _as_change(request.thought)
    if not told and plan is None and change is None:
        raise CallError("neither a plan, an instruction nor a change as thought", "what is to change", "hand one in")
    inside = _inside(task, image, mask)
    picture, scene = seen_picture(task, image, request.maybe("layout", str) or "")
    if change is None and request.thought.strip():
        task.warnings.append("the thought is no change in words of this world")
    language = language_of(request.thought if change else told or (plan.target if plan else ""))
    if change is None and plan is not None:
        change = _planned(plan, scene)
    session = task.unified.session()
    session.look(picture)
    session.read(told or _instruction(task, scene, change, language))
    if change is None:
        change = _own_change(task, session, scene)
    after = change if isinstance(change, Scene) else _after(scene, change)
    thought = tell_scene(change, language) if isinstance(change, Scene) else tell_change(change, language)
    task.told_level(after)
    session.read(thought, as_thought=True)
    watch = task.watch()
    drawn = session.draw((SIZE, SIZE), seed=request.seed, on_step=watch.on_step, cancelled=watch.cancelled)
    result = store.put_image(_kept(task, picture, drawn.image, inside, plan))
    return EngineResult.of(*task.warnings, image=result, thought=thought, layout=tell_scene(after, language))


def _say_size(task: Task) -> None:
    width, height = task.request.maybe("width", float), task.request.maybe("height", float)
    if (width or SIZE, height or SIZE) != (SIZE, SIZE):
        task.warnings.append(f"drawn at {SIZE}x{SIZE} instead of {width or SIZE:g}x{height or SIZE:g}, as it draws all")


def _asked(task: Task, prompt: str) -> Asked | None:
    """Read the prompt; None for one of another layout ("the mirror image of …"), which only the model can work out.

    Raises: CallError where it is not of this world.
    """
    try:
        return read_request(prompt, task.request.seed)
    except InputError as error:
        if _CANONICAL.search(prompt):
            return None
        raise outside(error) from error


def _as_change(text: str) -> Change | Scene | None:
    told = as_thought(text)
    return told if isinstance(told, Scene | Change) else None


def _own_change(task: Task, session: Session, scene: Scene) -> Change:
    def valid(text: str) -> Edit | None:
        return _fitting(text, scene)

    return own_thought(task, session, valid, "write the change as the step's thought").change


def _fitting(text: str, scene: Scene) -> Edit | None:
    """Return the edit that a text of the model tells, None where it tells none that this scene can have."""
    told = _as_change(text)
    if told is None or isinstance(told, Scene):
        return None
    try:
        after = apply_change(scene, told)
    except InputError:
        return None
    return None if after == scene else Edit(scene, after, told)


def _after(scene: Scene, change: Change) -> Scene:
    try:
        return apply_change(scene, change)
    except InputError as error:
        told = tell_scene(scene, "en")
        raise CallError(
            f"the change does not fit the picture: {error.given}",
            f"one of what the picture shows ({told})",
            "correct the step's thought",
        ) from error


def _planned(plan: EditPlan, scene: Scene) -> Change | None:
    """Return what a plan comes to in this world.

    Raises: CallError where its target is no one solid here, or it is of another kind.
    """
    if len(plan.operations) != 1 or not isinstance(plan.operations[0], Recolour | Remove):
        kinds = ", ".join(operation.op for operation in plan.operations)
        raise CallError(f"outside its world: a plan of {kinds}", "one recolour or one remove", "engine classical can")
    target, operation = _target(plan, scene), plan.operations[0]
    if isinstance(operation, Remove):
        return edits.Remove(target)
    near = near_colour(operation.target)
    if near is None:
        raise CallError(f"the colour {operation.target}", "one near the eight of this world", "choose one of them")
    return edits.Recolour(target, near[0])


def _target(plan: EditPlan, scene: Scene) -> Solid:
    found = find_solids(plan.target, scene)
    if len(found) != 1:
        told = tell_scene(scene, language_of(plan.target))
        raise CallError(f"{plan.target!r} names {len(found)} solids of: {told}", "one of them", "name it by its looks")
    return found[0]


def _instruction(task: Task, scene: Scene, change: Change | Scene | None, language: Language) -> str:
    if change is None or isinstance(change, Scene):
        return task.request.thought
    return instruct(np.random.default_rng(task.request.seed), scene, change, language)


def _inside(task: Task, image: Image, mask: Mask | None) -> Pixels | None:
    inside = None if mask is None else task.context.store.mask(mask)
    if inside is not None and (inside.shape != (image.height, image.width) or not (inside > 127).any()):
        raise CallError(
            f"a mask of {inside.shape[1]}x{inside.shape[0]}",
            f"the size of the picture, {image.width}x{image.height}, and something inside",
            "take the mask of a locate step on this very picture",
        )
    return inside


def _kept(task: Task, picture: Pixels, drawn: Pixels, inside: Pixels | None, plan: EditPlan | None) -> Pixels:
    if inside is None:
        task.warnings.append("the whole picture is drawn anew: what should stay is drawn again, not copied")
        return drawn
    mixed = put_back(picture, drawn, inside, plan)
    if mixed is None:
        return drawn
    task.warnings.append("outside the mask the original was put back (shadows there stay as they were)")
    return mixed
