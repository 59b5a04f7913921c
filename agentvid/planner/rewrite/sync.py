"""One request brought up to what its steps say now: the words, the path and the layout that people edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.step import Step
from agentvid.errors import InputError
from agentvid.media.colours import colour_phrases
from agentvid.media.types import Actions, CameraPath, CameraPose
from agentvid.planner.grammar.layout import composed
from agentvid.planner.request import (
    Ask,
    Continue,
    Edit,
    Film,
    Generate,
    Join,
    Move,
    Request,
    Restage,
    Rework,
    View,
    Walk,
)
from agentvid.world import edits
from agentvid.world.language import read_thought, tell_scene, tell_solid
from agentvid.world.naming import word_of
from agentvid.world.scene import Scene
from agentvid.world.words import language_of

__all__ = ["layout_words", "synced"]


def synced(request: Request, written: Chain, part: Sequence[str], chain: Chain, seed: int) -> Request:
    """Return the request that the steps of `part` carry out in `chain`; `written` holds them as first written.

    `seed` is the message's, from which open places of a layout were drawn.
    """
    pairs = {
        step.tool: (step, chain.step(step.id))
        for step in reversed([written.step(step_id) for step_id in part])
        if chain.has(step.id) and chain.step(step.id).tool == step.tool
    }
    match request:
        case Edit() if "plan_edit" in pairs:
            return _edit(request, pairs)
        case Edit() | Restage() if "edit_image" in pairs:
            return _change(request, *pairs["edit_image"])
        case View() if "novel_view" in pairs:
            return _view(request, pairs)
        case Film() if "novel_view" in pairs:
            old, now = (_path(step) for step in pairs["novel_view"])
            return replace(request, seconds=now.seconds) if old and now and old.seconds != now.seconds else request
        case Generate():
            return _generate(request, pairs, seed)
        case Walk() if "navigate" in pairs and _differ(pairs["navigate"], "actions"):
            actions = _load(Actions, pairs["navigate"][1].args.get("actions"))
            return replace(request, actions=actions.actions) if actions else request
        case Continue() if "future_frames" in pairs and _differ(pairs["future_frames"], "seconds"):
            seconds = pairs["future_frames"][1].args.get("seconds")
            if not isinstance(seconds, int | float):
                return request
            return replace(request, seconds=float(seconds), is_said=True)
        case Join() if "compose" in pairs and pairs["compose"][1].args.get("layout") in ("beside", "above", "then"):
            return replace(request, layout=pairs["compose"][1].args["layout"])
        case Rework() if request.tool in pairs and any(_differ(pairs[request.tool], name) for name, _ in request.args):
            edited = pairs[request.tool][1].args
            return replace(request, args=tuple((name, edited.get(name, value)) for name, value in request.args))
        case Ask() if "describe" in pairs and isinstance(pairs["describe"][1].args.get("question"), str):
            return replace(request, question=pairs["describe"][1].args["question"])
        case _:
            return request


def _differ(pair: tuple[Step, Step], name: str) -> bool:
    return pair[0].args.get(name) != pair[1].args.get(name)


def _changed(pair: tuple[Step, Step] | None, name: str) -> str | None:
    """Return the text an argument was edited to; None where it is as it was written, or no text."""
    if pair is None or not _differ(pair, name):
        return None
    value = pair[1].args.get(name, "")
    return value if isinstance(value, str) else None


def _edit(edit: Edit, pairs: dict[str, tuple[Step, Step]]) -> Edit:
    plan = pairs["plan_edit"]
    changes: dict[str, Any] = {}
    for name, field in (("operation", "operation"), ("colour", "colour"), ("request", "clause")):
        told = _changed(plan, name)
        if told is not None:
            changes[field] = told
    thing = _changed(plan, "target") or _changed(pairs.get("locate"), "what")
    if thing is not None:
        changes["thing"] = thing
    return replace(edit, **changes)


def _change(request: Edit | Restage, old: Step, now: Step) -> Request:
    """Read a change of the small world back from the thought that tells it."""
    if old.thought == now.thought:
        return request
    change = _thought(now.thought)
    language = language_of(now.thought)
    clause, where = request.clause, request.where
    match change:
        case edits.Recolour(target, colour):
            words = word_of("colour", colour, language)
            return Edit(clause, "recolour", tell_solid(target, language), words, where)
        case edits.Remove(target):
            return Edit(clause, "remove", tell_solid(target, language), where=where)
        case edits.Reshape(target, shape):
            thing = tell_solid(target, language)
            return Restage(clause, "reshape", thing, word_of("shape", shape, language), where=where)
        case edits.Resize(target, size):
            return Restage(clause, "resize", tell_solid(target, language), size, where=where)
        case edits.Move(target, row, column):
            place = word_of("place", f"{row},{column}", language)
            return Restage(clause, "move", tell_solid(target, language), place=place, where=where)
        case _:
            return request


def _view(view: View, pairs: dict[str, tuple[Step, Step]]) -> View:
    old, now = (_path(step) for step in pairs["novel_view"])
    thing = _changed(pairs.get("locate"), "what")
    if thing is not None:
        view = replace(view, thing=thing)
    if old is None or now is None or old == now:
        return view
    turnings = {move.turning for move in view.moves} - {""}
    turning = turnings.pop() if len(turnings) == 1 and old.kind == now.kind else now.kind
    moves = tuple(_move(first, second, turning) for first, second in pairwise(now.poses))
    return replace(view, moves=moves, side="", thing=view.thing if now.kind == "orbit" else "")


def _move(first: CameraPose, second: CameraPose, turning: Any) -> Move:
    yaw, pitch = second.yaw_deg - first.yaw_deg, second.pitch_deg - first.pitch_deg
    return Move(
        round(second.seconds - first.seconds, 4),
        turning if yaw or pitch else "",
        yaw,
        pitch,
        round(second.truck - first.truck, 4),
        round(second.pedestal - first.pedestal, 4),
        round(second.dolly - first.dolly, 4),
        second.zoom / first.zoom,
        is_said=True,
    )


def _generate(generate: Generate, pairs: dict[str, tuple[Step, Step]], seed: int) -> Generate:
    for tool in ("generate_image", "generate_video"):
        if tool not in pairs:
            continue
        old, now = pairs[tool]
        prompt, scene = _changed(pairs[tool], "prompt"), _thought(now.thought)
        if prompt:
            generate = replace(generate, what=prompt)
        elif old.thought != now.thought and isinstance(scene, Scene) and isinstance(_thought(old.thought), Scene):
            generate = replace(generate, what=layout_words(generate.what, scene, seed))
        if _differ(pairs[tool], "seconds") and isinstance(now.args.get("seconds"), int | float):
            generate = replace(generate, seconds=float(now.args["seconds"]))
    return generate


def layout_words(what: str, scene: Scene, seed: int) -> str:
    """Return the words of a picture after its layout became `scene`: with one colour word changed where that is all,
    else the layout itself."""
    language = language_of(what)
    for phrase in colour_phrases(what):
        for solid in scene.solids:
            said = what[phrase.start : phrase.end]
            word = word_of("colour", solid.colour, language)
            tried = what[: phrase.start] + (word if word.isascii() or said.endswith("色") else word.removesuffix("色"))
            tried += what[phrase.end :]
            try:
                if composed(tried, seed).scene == scene:
                    return tried
            except InputError:
                continue
    return tell_scene(scene, language)


def _thought(text: str) -> Any:
    try:
        return read_thought(text)
    except InputError:
        return None


def _path(step: Step) -> CameraPath | None:
    path: CameraPath | None = _load(CameraPath, step.args.get("path"))
    return path


def _load(kind: Any, value: Any) -> Any:
    try:
        return kind.model_validate(value)
    except ValidationError:
        return None
