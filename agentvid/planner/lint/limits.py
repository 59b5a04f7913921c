"""Rules about sizes and lengths: what engines can make, and what is scaled down only to be scaled up again."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agentvid.chain.edit import Edit, SetArg, SetExpect, SetGiven
from agentvid.chain.step import Size, Step, as_ref
from agentvid.engine import Capability
from agentvid.media.types import Actions, CameraPath
from agentvid.planner.lint.context import Context
from agentvid.planner.lint.finding import Finding, fitting, make
from agentvid.run.route import Route

__all__ = ["limit_rules"]


def limit_rules(context: Context) -> Iterator[Finding]:
    """Yield what is to be said about pixels, seconds and frames."""
    for step in context.chain:
        for route, capability in context.capabilities(step):
            yield from _resolution(context, step, route, capability)
            yield from _duration(context, step, route, capability)
            yield from _frames(context, step, route, capability)
    yield from _upscaled(context)


# ---------------------------------------------------------------- pixels


def _resolution(context: Context, step: Step, route: Route, capability: Capability) -> Iterator[Finding]:
    limit = capability.max_pixels
    asked = _asked_size(step)
    too_large = [p for p in step.expect if isinstance(p, Size) and limit and (p.width or 1) * (p.height or 1) > limit]
    if limit is None or (not too_large and (asked is None or asked[0] * asked[1] <= limit)):
        return
    edits: list[Edit] = []
    told = "×".join(f"{side:g}" for side in asked) if asked else f"{too_large[0].width}×{too_large[0].height}"
    if asked is not None and asked[0] * asked[1] > limit:
        edits += _fitted(step, asked, limit)
    if too_large:
        edits.append(SetExpect(step=step.id, expect=tuple(p for p in step.expect if p not in too_large)))
    fix = fitting(context.chain, edits)
    yield make("resolution", step.id, fix, asked=told, engine=route.engine, limit=limit)


def _asked_size(step: Step) -> tuple[float, float] | None:
    width, height = (_number(step.args.get(name)) for name in ("width", "height"))
    return (width, height) if width and height else None


def _fitted(step: Step, asked: tuple[float, float], limit: float) -> list[Edit]:
    """Return edits to the largest whole sides of the same shape that stay within a number of pixels."""
    scale = math.sqrt(limit / (asked[0] * asked[1]))
    sides = zip(("width", "height"), asked, strict=True)
    return [SetArg(step=step.id, name=name, value=max(1, math.floor(side * scale))) for name, side in sides]


@dataclass(frozen=True)
class _Pixels:
    """Pixels of a step's media, and how many it had before it was scaled down on the way (0: it never was)."""

    now: float
    before: float = 0.0


def _upscaled(context: Context) -> Iterator[Finding]:
    sizes: dict[str, _Pixels] = {}
    for step in context.chain.order():
        came = max(_incoming(context, step, sizes), key=lambda pixels: pixels.now, default=None)
        asked = _asked_size(step)
        limits = [c.max_pixels for _, c in context.capabilities(step) if c.max_pixels]
        wanted = asked[0] * asked[1] if asked else came.now if came else 0.0
        made = min([wanted, *limits])
        if came is not None and asked and wanted > came.now and came.before > came.now:
            fix = fitting(context.chain, _fitted(step, asked, came.now))
            yield make("upscaled", step.id, fix, asked=f"{wanted:g}", had=f"{came.now:g}")
        before = came.before if came else 0.0
        sizes[step.id] = _Pixels(made, max(before, came.now) if came and made < came.now else before)


def _incoming(context: Context, step: Step, sizes: dict[str, _Pixels]) -> list[_Pixels]:
    spec = context.spec(step)
    found = []
    for parameter in spec.parameters if spec else ():
        if parameter.type not in ("Image", "Video"):
            continue
        value = step.args.get(parameter.name)
        for item in value if isinstance(value, list) else [value]:
            ref = as_ref(item)
            if ref is not None and ref.step in sizes:
                found.append(sizes[ref.step])
            elif ref is not None:
                packed = context.found(ref)
                found += _of_media(packed["value"] if packed else None)
            else:
                found += _of_media(item)
    return [pixels for pixels in found if pixels.now]


def _of_media(value: Any) -> list[_Pixels]:
    if isinstance(value, dict) and "width" in value and "height" in value:
        return [_Pixels(float(value["width"]) * float(value["height"]))]
    return []


# ---------------------------------------------------------------- seconds and frames


def _duration(context: Context, step: Step, route: Route, capability: Capability) -> Iterator[Finding]:
    limit = capability.max_seconds
    spec = context.spec(step)
    if limit is None or spec is None:
        return
    for parameter in spec.parameters:
        name = parameter.name
        is_given = name in step.given and name in spec.constraints()
        value = step.given[name] if is_given else step.args.get(name, parameter.default)
        asked, shorter = _seconds_of(name, parameter.type, value, limit)
        if asked > limit * (1 + 1e-9):
            edit: Edit = (
                SetGiven(step=step.id, port=name, value=shorter)
                if is_given
                else SetArg(step=step.id, name=name, value=shorter)
            )
            fix = fitting(context.chain, [edit])
            yield make("duration", step.id, fix, asked=f"{asked:g}", engine=route.engine, limit=f"{limit:g}")


def _seconds_of(name: str, type_name: str, value: Any, limit: float) -> tuple[float, Any]:
    """Return how long a value asks for, 0 where it asks for no length, and the same made as long as `limit`."""
    if name == "seconds" and type_name == "Number":
        return _number(value) or 0.0, limit
    if type_name not in ("CameraPath", "Actions") or not isinstance(value, dict):
        return 0.0, None
    try:
        if type_name == "CameraPath":
            path = CameraPath.model_validate(value)
            share = limit / path.seconds
            poses = tuple(pose.model_copy(update={"seconds": pose.seconds * share}) for pose in path.poses)
            return path.seconds, path.model_copy(update={"poses": poses}).model_dump(mode="json")
        moves = Actions.model_validate(value)
        share = limit / moves.seconds
        quicker = tuple(move.model_copy(update={"seconds": move.seconds * share}) for move in moves.actions)
        return moves.seconds, Actions(actions=quicker).model_dump(mode="json")
    except ValidationError:
        return 0.0, None


def _frames(context: Context, step: Step, route: Route, capability: Capability) -> Iterator[Finding]:
    spec = context.spec(step)
    told = {p.name: _number(step.args.get(p.name, p.default)) for p in spec.parameters} if spec else {}
    fps, seconds = told.get("fps"), told.get("seconds")
    if fps and capability.fps and fps not in capability.fps:
        near = _nearest(capability.fps, fps)
        rates = ", ".join(f"{rate:g}" for rate in capability.fps)
        fix = fitting(context.chain, [SetArg(step=step.id, name="fps", value=near)])
        yield make("frame_rate", step.id, fix, asked=f"{fps:g}", engine=route.engine, rates=rates)
        fps = near
    rule = re.fullmatch(r"([1-9]\d*)k\+(\d+)", capability.frame_rule)
    fps = fps or (capability.fps[0] if len(capability.fps) == 1 else None)
    if rule is None or not fps or not seconds:
        return
    step_by, start = int(rule[1]), int(rule[2])
    frames = round(seconds * fps)
    if (frames - start) % step_by == 0 and frames >= start:
        return
    near_frames = max(0, round((frames - start) / step_by)) * step_by + start
    if capability.max_seconds is not None:
        most = math.floor(capability.max_seconds * fps + 1e-9)
        near_frames = min(near_frames, (most - start) // step_by * step_by + start)
    fix = fitting(context.chain, [SetArg(step=step.id, name="seconds", value=near_frames / fps)])
    yield make(
        "frame_rule",
        step.id,
        fix if near_frames > 0 else (),
        asked=frames,
        engine=route.engine,
        rule=capability.frame_rule,
        near=near_frames,
    )


def _nearest(rates: tuple[float, ...], fps: float) -> float:
    return min(rates, key=lambda rate: abs(rate - fps))


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) and value > 0 else None
