"""Interventions: for a value on a port, a clearly different one of the same type, as a person might correct it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.chain.run import Run
from agentvid.chain.step import Step, as_ref
from agentvid.engine import unpack
from agentvid.evals.layouts import another_layout
from agentvid.evals.operations import another_operation
from agentvid.media.mask_clip import write_masks
from agentvid.media.types import (
    Actions,
    Answer,
    Box,
    CameraPath,
    Depth,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Palette,
    Point,
    PortValue,
    Recolour,
    ReplaceBackground,
    Video,
)
from agentvid.store.objects import ObjectStore

__all__ = ["another", "another_argument", "another_text"]

_REVERSED: Final = ("yaw_deg", "pitch_deg", "roll_deg", "truck", "pedestal", "dolly")
_PLACES: Final = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
_DIM: Final = 0.12
"""Light below which a thing counts as dim."""


def another(value: PortValue, run: Run, step: Step, store: ObjectStore, port: str = "") -> tuple[PortValue, str]:
    """Return another value of the same type, and in words what was done to it; `port` is where it stands.

    Raises: TypeError for a type that has no intervention (media results are no evidence).
    """
    if isinstance(value, Point):
        return _point(value, run, step, store)
    if port in _OF_PORT:
        return _OF_PORT[port](value)
    for kind, change in _CHANGES:
        if isinstance(value, kind):
            return change(value, store)
    raise TypeError(f"no intervention for {type(value).__name__}")


def another_argument(step: Step, name: str) -> tuple[Any, str] | None:
    """Return another literal for an argument that says what is wanted, and in words what was done to it.

    None for arguments that say something else, or follow from other steps.
    """
    value = step.args.get(name)
    if name == "colour" and isinstance(value, str) and value:
        pair = ("紫色", "绿色") if any("一" <= letter <= "鿿" for letter in value) else ("purple", "green")
        other = pair[0] if pair[0] not in value else pair[1]
        return other, f"{value} → {other}"
    if name == "seconds" and isinstance(value, int | float) and step.tool == "future_frames":
        return round(value * 0.6, 2), f"{value:g} → {value * 0.6:g}"
    if name == "layout" and step.tool == "compose":
        other = {"beside": "above", "above": "beside", "then": "beside"}[str(value)]
        return other, f"{value} → {other}"
    return None


def another_text(text: str) -> tuple[str, str]:
    """Return other words: another layout where they tell one, else with words added."""
    return another_layout(text) or (f"{text} [corrected]", "words added")


def _box(box: Box, store: ObjectStore) -> tuple[Box, str]:
    width = box.x1 - box.x0
    return box.model_copy(update={"x1": box.x0 + width / 2}), "only its left half"


def _mask(mask: Mask, store: ObjectStore) -> tuple[Mask, str]:
    inside = np.array(store.mask(mask))
    columns = np.flatnonzero(inside.any(axis=0))
    middle = int(columns[len(columns) // 2]) if len(columns) else inside.shape[1] // 2
    inside[:, middle:] = 0
    return store.put_mask(inside), "only its left half"


def _masks(masks: Video, store: ObjectStore) -> tuple[Video, str]:
    def halves() -> Iterator[NDArray[np.uint8]]:
        for frame in store.frames(masks):
            inside = np.array(frame[..., 0])
            columns = np.flatnonzero((inside > 127).any(axis=0))
            if len(columns):
                inside[:, int(columns[len(columns) // 2]) :] = 0
            yield inside

    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        file = Path(folder) / "masks.mp4"
        write_masks(file, halves(), masks.fps)
        stored = store.put_file(file, "video/mp4", "video")
    assert isinstance(stored, Video)
    return stored, "only their left half, in every frame"


def _point(point: Point, run: Run, step: Step, store: ObjectStore) -> tuple[Point, str]:
    mask = unpack(run.port(step.id, "mask"))
    size = _picture_size(run, step)
    if not isinstance(mask, Mask):
        width, height = size
        return Point(x=(point.x + width / 2) % width, y=point.y), "half the picture to the side"
    outside = store.mask(mask) == 0
    rows, columns = np.nonzero(outside)
    if not len(rows):
        return Point(x=0, y=0), "the corner"
    far = int(np.argmax((columns - point.x) ** 2 + (rows - point.y) ** 2))
    row, column = rows[far], columns[far]
    height, width = outside.shape
    inset = 0.06
    x = float(np.clip(column, width * inset, width * (1 - inset)))
    y = float(np.clip(row, height * inset, height * (1 - inset)))
    return Point(x=x, y=y), "far outside what was found"


def _picture_size(run: Run, step: Step) -> tuple[int, int]:
    for argument in step.args.values():
        ref = as_ref(argument)
        value = unpack(run.port(ref.step, ref.port)) if ref else None
        if isinstance(value, Image):
            return value.width, value.height
        if isinstance(argument, dict) and argument.get("type") == "image":
            return int(argument["width"]), int(argument["height"])
    return 2, 2


def _palette(palette: Palette, store: ObjectStore) -> tuple[Palette, str]:
    first, *others = palette.colours
    turned = first.model_copy(update={"colour": _turned(first.colour)})
    return Palette(colours=(turned, *others)), f"main colour {first.colour} → {turned.colour}"


def _plan(plan: EditPlan, store: ObjectStore) -> tuple[EditPlan, str]:
    operation = plan.operations[0]
    changed: Any
    if isinstance(operation, Recolour):
        target = _turned(operation.target)
        changed = operation.model_copy(update={"target": target})
        told = f"target {operation.target} → {target}"
    elif operation.op == "remove":
        changed, told = operation.model_copy(update={"grow": operation.grow + 12}), "grown by 12 pixels more"
    elif operation.op == "blur_background":
        changed, told = operation.model_copy(update={"radius": operation.radius * 2}), "radius doubled"
    elif isinstance(operation, ReplaceBackground):
        changed = operation.model_copy(update={"colour": _turned(operation.colour), "image": None})
        told = f"background {changed.colour}"
    else:
        changed, told = another_operation(operation)
    return plan.model_copy(update={"operations": (changed, *plan.operations[1:])}), told


def _turned(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    turned = (blue, red, green) if max(red, green, blue) - min(red, green, blue) > 30 else (255 - red, green // 2, blue)
    return "#{:02x}{:02x}{:02x}".format(*turned)


def _depth(depth: Depth, store: ObjectStore) -> tuple[Depth, str]:
    return store.put_depth(65535 - store.depth(depth)), "near and far swapped"


def _keyframe(keyframe: Keyframe, store: ObjectStore) -> tuple[Keyframe, str]:
    frame = keyframe.frame * 2 // 3
    seconds = keyframe.seconds * frame / keyframe.frame if keyframe.frame else 0.0
    return Keyframe(frame=frame, seconds=seconds), f"frame {keyframe.frame} → {frame}"


def _path(path: CameraPath, store: ObjectStore) -> tuple[CameraPath, str]:
    mirrored = tuple(
        pose.model_copy(
            update={name: -getattr(pose, name) for name in _REVERSED} | {"zoom": 1 / pose.zoom},
        )
        for pose in path.poses
    )
    return path.model_copy(update={"poses": mirrored}), "flown the other way"


def _actions(actions: Actions, store: ObjectStore) -> tuple[Actions, str]:
    swap = {"left": "right", "right": "left", "turn_left": "turn_right", "turn_right": "turn_left"}
    swap |= {"forward": "back", "back": "forward"}
    turned = tuple(action.model_copy(update={"move": swap.get(action.move, action.move)}) for action in actions.actions)
    return Actions(actions=turned), "every move the other way"


def _answer(answer: Answer, store: ObjectStore) -> tuple[Answer, str]:
    passed = None if answer.passed is None else not answer.passed
    return answer.model_copy(update={"text": "A person says otherwise.", "passed": passed}), "another answer"


def _text(text: str, store: ObjectStore) -> tuple[str, str]:
    return another_text(text)


def _flag(flag: bool, store: ObjectStore) -> tuple[bool, str]:
    return not flag, "the opposite"


def _number(number: float, store: ObjectStore) -> tuple[float, str]:
    return number * 0.4, f"{number:.3g} → {number * 0.4:.3g}"


def _light(light: Any) -> tuple[PortValue, str]:
    other = 0.03 if light >= _DIM else 0.3
    return other, f"{light:.3g} → {other:.3g}: {'dim' if other < _DIM else 'well lit'}"


def _place(place: Any) -> tuple[PortValue, str]:
    first, _, second = str(place).rpartition(" ")
    other = f"{first} {_PLACES.get(second, 'left')}".strip()
    return other, f"{place} → {other}"


def _events(events: Any) -> tuple[PortValue, str]:
    first, *others = str(events).split("; ")
    other = "; ".join(others) or ("impact 0.20 s 100%" if first != "impact 0.20 s 100%" else "impact 0.40 s 100%")
    return other, f"{events or 'nothing heard'} → {other}"


_OF_PORT: dict[str, Callable[[Any], tuple[PortValue, str]]] = {"light": _light, "place": _place, "events": _events}
"""Corrections of ports whose meaning is more than their type."""

_CHANGES: tuple[tuple[type, Callable[[Any, ObjectStore], tuple[PortValue, str]]], ...] = (
    (Box, _box),
    (Mask, _mask),
    (Video, _masks),
    (Palette, _palette),
    (EditPlan, _plan),
    (Depth, _depth),
    (Keyframe, _keyframe),
    (CameraPath, _path),
    (Actions, _actions),
    (Answer, _answer),
    (str, _text),
    (bool, _flag),
    (float, _number),
)
