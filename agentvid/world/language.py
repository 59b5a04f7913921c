"""The layout thought: a scene, a change, the course of a clip or a walk in one canonical sentence, English or Chinese.

    one large red cube at left front; one small blue ball at right back; camera from the left, high
    target: the small red ball at left front; becomes blue; all else stays
    action: the small red ball at left front is pushed right, hard; frame 7: the small red ball meets the large cube …
    walk: start at the left +30°; forward x3, left, forward

`read_thought(tell_…(x)) == x` for scenes under the usual light, changes, courses and walks, in both languages. Reading
takes either width of punctuation, any case, and a full stop at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeAlias

from agentvid.errors import InputError
from agentvid.world.edits import Add, Change, Move, Recolour, Remove, Reshape, Resize, Turn
from agentvid.world.physics import Action, Clip, Drop, Event, Push
from agentvid.world.scene import Camera, Light, Scene, Solid
from agentvid.world.walk import MOST_STEPS, Step, Walk
from agentvid.world.words import Form, Language, language_of, read_form, tell_form, tidy

__all__ = [
    "Course",
    "Thought",
    "Tour",
    "change_forms",
    "course_of",
    "read_thought",
    "solid_values",
    "tell_change",
    "tell_course",
    "tell_scene",
    "tell_solid",
    "tell_steps",
    "tell_tour",
    "tell_walk",
]

_JOINT: Final[dict[Language, str]] = {"en": "; ", "zh": "；"}
_COMMA: Final[dict[Language, str]] = {"en": ", ", "zh": "，"}
_THE_EN, _THE_ZH = "the {size} {colour} {shape} at {place}", "{place}的{colour}{size}{shape}"
_OTHER_EN, _OTHER_ZH = "the {size2} {colour2} {shape2} at {place2}", "{place2}的{colour2}{size2}{shape2}"
_ONE: Final = Form("one {size} {colour} {shape} at {place}", "一个{colour}{size}{shape}在{place}")
_THE: Final = Form(_THE_EN, _THE_ZH)
_CAMERA: Final = Form("camera from {azimuth}, {height}", "镜头在{azimuth}，{height}")
_STAYS_EN, _STAYS_ZH = "; all else stays", "；其余不变"

_CHANGES: Final[dict[str, Form]] = {
    name: Form(en + _STAYS_EN, zh + _STAYS_ZH)
    for name, (en, zh) in {
        "recolour": (f"target: {_THE_EN}; becomes {{colour2}}", f"对象：{_THE_ZH}；变成{{colour2}}"),
        "reshape": (f"target: {_THE_EN}; becomes a {{shape2}}", f"对象：{_THE_ZH}；变成{{shape2}}"),
        "resize": (f"target: {_THE_EN}; becomes {{size2}}", f"对象：{_THE_ZH}；变{{size2}}"),
        "move": (f"target: {_THE_EN}; moves to {{place2}}", f"对象：{_THE_ZH}；移到{{place2}}"),
        "remove": (f"target: {_THE_EN}; is removed", f"对象：{_THE_ZH}；被移走"),
        "add": ("added: one {size} {colour} {shape} at {place}", "新增：一个{colour}{size}{shape}在{place}"),
        "turn": ("camera: now from {azimuth}, {height}", "镜头：转到{azimuth}，{height}"),
    }.items()
}
_ACTIONS: Final[dict[str, Form]] = {
    "push": Form(
        f"action: {_THE_EN} is pushed {{direction}}, {{strength}}", f"动作：{_THE_ZH}被{{strength}}{{direction}}推"
    ),
    "drop": Form(f"action: {_THE_EN} is dropped", f"动作：{_THE_ZH}从高处落下"),
}
_EVENTS: Final[dict[str, Form]] = {
    "meets": Form(f"frame {{frame}}: {_THE_EN} meets {_OTHER_EN}", f"第{{frame}}帧：{_THE_ZH}碰到{_OTHER_ZH}"),
    "lands": Form(f"frame {{frame}}: {_THE_EN} lands", f"第{{frame}}帧：{_THE_ZH}落地"),
    "stops": Form(f"frame {{frame}}: {_THE_EN} stops", f"第{{frame}}帧：{_THE_ZH}停下"),
}

_START: Final = Form("walk: start at {azimuth}", "行走：起点在{azimuth}")
_STEP: Final = Form("{step}", "{step}")
_STEPS: Final = Form("{step} x{times}", "{step}{times}次")


@dataclass(frozen=True)
class Course:
    """What happens in a clip. Solids are named by their place at the start."""

    action: Action
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Tour:
    """A scene and a walk through it: all that a walker sees follows from it."""

    scene: Scene
    walk: Walk


Thought: TypeAlias = Scene | Change | Course | Walk | Tour


def course_of(clip: Clip) -> Course:
    """Return what happens in a clip."""
    return Course(clip.action, clip.events)


def tell_scene(scene: Scene, language: Language) -> str:
    """Return the layout thought of a scene. The light is not told: it is always the usual one."""
    told = [tell_form(_ONE, language, solid_values(solid)) for solid in scene.solids]
    return _JOINT[language].join([*told, tell_form(_CAMERA, language, _camera_values(scene.camera))])


def tell_solid(solid: Solid, language: Language) -> str:
    """Return the full name of one solid: `the large red cube at left front`."""
    return tell_form(_THE, language, solid_values(solid))


def tell_change(change: Change, language: Language) -> str:
    """Return the thought of a change."""
    match change:
        case Recolour(target, colour):
            return _tell_target("recolour", language, target, colour2=colour)
        case Reshape(target, shape):
            return _tell_target("reshape", language, target, shape2=shape)
        case Resize(target, size):
            return _tell_target("resize", language, target, size2=size)
        case Move(target, row, column):
            return _tell_target("move", language, target, place2=f"{row},{column}")
        case Remove(target):
            return _tell_target("remove", language, target)
        case Add(solid):
            return _tell_target("add", language, solid)
        case Turn(camera):
            return tell_form(_CHANGES["turn"], language, _camera_values(camera))


def change_forms(solids: Iterable[Solid], language: Language) -> dict[str, list[str]]:
    """Return the forms of all changes that can be told of these solids, by kind, each target filled in.

    What is left open are slots: the {colour2} that a target becomes, all of what is added, the camera.
    """
    the = _THE.template(language)
    forms = {kind: form.template(language) for kind, form in _CHANGES.items()}
    named = [tell_solid(solid, language) for solid in solids]
    return {
        kind: [form.replace(the, name) for name in named] if the in form else [form] for kind, form in forms.items()
    }


def tell_course(course: Course, language: Language) -> str:
    """Return the thought of a clip: the action, then each event with its frame."""
    return _JOINT[language].join([_tell_action(course.action, language), *_tell_events(course.events, language)])


def tell_walk(walk: Walk, language: Language) -> str:
    """Return the thought of a walk: where it starts at the rim, then its steps, the same ones in a row told once."""
    start = tell_form(_START, language, {"azimuth": walk.azimuth})
    return start + (_JOINT[language] + tell_steps(walk.steps, language) if walk.steps else "")


def tell_steps(steps: Sequence[Step], language: Language) -> str:
    """Return the steps of a walk alone: `forward x3, left`."""
    runs = [(step, len([*run])) for step, run in groupby(steps)]
    told = [tell_form(_STEPS if n > 1 else _STEP, language, {"step": step, "times": n}) for step, n in runs]
    return _COMMA[language].join(told)


def tell_tour(tour: Tour, language: Language) -> str:
    """Return the thought of a scene and a walk through it."""
    return tell_scene(tour.scene, language) + _JOINT[language] + tell_walk(tour.walk, language)


def read_thought(text: str) -> Thought:
    """Read a thought: a scene, a change, a course, a walk or a tour, in either language.

    Raises: InputError naming the part that can't be read, or what is wrong with the scene it tells.
    """
    language, plain = language_of(text), tidy(text)
    change = _read_change(plain, language)
    if change is not None:
        return change
    parts = [part for part in plain.split(";") if part]
    if not parts:
        raise InputError("an empty thought", "solids with their places, then the camera", "write one")
    action = _read_action(parts[0], language)
    if action is not None:
        return Course(action, tuple(_read_event(part, language) for part in parts[1:]))
    for index, part in enumerate(parts):
        start = read_form(_START, language, part)
        if start is not None:
            walk = Walk(int(start["azimuth"]), _read_steps(parts[index + 1 :], language))
            return Tour(_read_scene(parts[:index], language), walk) if index else walk
    return _read_scene(parts, language)


def solid_values(solid: Solid, suffix: str = "") -> dict[str, object]:
    """Return a solid as values of slots, each name with `suffix`."""
    values = {"size": solid.size, "colour": solid.colour, "shape": solid.shape, "place": f"{solid.row},{solid.column}"}
    return {name + suffix: value for name, value in values.items()}


def _camera_values(camera: Camera) -> dict[str, object]:
    return {"azimuth": camera.azimuth, "height": camera.height}


def _tell_target(kind: str, language: Language, solid: Solid, **more: str) -> str:
    return tell_form(_CHANGES[kind], language, solid_values(solid) | more)


def _tell_action(action: Action, language: Language) -> str:
    values = solid_values(action.target)
    if isinstance(action, Push):
        values |= {"direction": action.direction, "strength": action.strength}
    return tell_form(_ACTIONS["push" if isinstance(action, Push) else "drop"], language, values)


def _tell_events(events: tuple[Event, ...], language: Language) -> list[str]:
    told = []
    for event in events:
        values = solid_values(event.who) | {"frame": event.frame}
        if event.other is not None:
            values |= solid_values(event.other, "2")
        told.append(tell_form(_EVENTS[event.kind], language, values))
    return told


def _read_scene(parts: list[str], language: Language) -> Scene:
    camera, solids = Camera(), []
    for index, part in enumerate(parts):
        solid = read_form(_ONE, language, part)
        view = read_form(_CAMERA, language, part) if index == len(parts) - 1 else None
        if solid is not None:
            solids.append(_solid(solid))
        elif view is not None:
            camera = _camera(view)
        else:
            raise InputError(f"{part!r} in a thought", _EXPECTED[language], "write it so")
    return Scene(tuple(solids), camera, Light())


_EXPECTED: Final[dict[Language, str]] = {
    "en": "such as 'one large red cube at left front', at the end 'camera from the front +30°, high'",
    "zh": "例如“一个红色大方块在左前”，最后“镜头在前方 +30°，高”",
}


def _read_change(text: str, language: Language) -> Change | None:
    for kind, form in _CHANGES.items():
        values: dict[str, Any] | None = read_form(form, language, text)
        if values is None:
            continue
        if kind == "turn":
            return Turn(_camera(values))
        solid = _solid(values)
        match kind:
            case "recolour":
                return Recolour(solid, values["colour2"])
            case "reshape":
                return Reshape(solid, values["shape2"])
            case "resize":
                return Resize(solid, values["size2"])
            case "move":
                return Move(solid, *_place(values["place2"]))
            case "remove":
                return Remove(solid)
            case _:
                return Add(solid)
    return None


def _read_action(part: str, language: Language) -> Action | None:
    pushed: dict[str, Any] | None = read_form(_ACTIONS["push"], language, part)
    if pushed is not None:
        return Push(_solid(pushed), pushed["direction"], pushed["strength"])
    dropped = read_form(_ACTIONS["drop"], language, part)
    return None if dropped is None else Drop(_solid(dropped))


def _read_event(part: str, language: Language) -> Event:
    for kind, form in _EVENTS.items():
        values = read_form(form, language, part)
        if values is not None:
            other = _solid(values, "2") if kind == "meets" else None
            known: Any = kind
            return Event(int(values["frame"]), known, _solid(values), other)
    raise InputError(
        f"{part!r} in the course of a clip", f"such as {_EVENTS['stops'].template(language)!r}", "see there"
    )


def _read_steps(parts: list[str], language: Language) -> tuple[Any, ...]:
    if len(parts) > 1:
        raise InputError(f"{parts[1]!r} after the steps of a walk", "the steps alone", "leave it out")
    steps: list[str] = []
    for told in ",".join(parts).split(",") if parts else ():
        one, many = read_form(_STEP, language, told), read_form(_STEPS, language, told)
        values = one or many
        times = int(values.get("times", 1)) if values is not None else 0
        if values is None or not 1 <= times <= MOST_STEPS:
            raise InputError(f"{told!r} in a walk", tell_walk(Walk(0, ("forward", "forward", "left")), language), "see")
        steps += [values["step"]] * times
    return tuple(steps)


def _solid(values: dict[str, Any], suffix: str = "") -> Solid:
    row, column = _place(values["place" + suffix])
    return Solid(row, column, values["shape" + suffix], values["colour" + suffix], values["size" + suffix])


def _place(value: str) -> tuple[int, int]:
    row, _, column = value.partition(",")
    return int(row), int(column)


def _camera(values: dict[str, Any]) -> Camera:
    return Camera(int(values["azimuth"]), values["height"])
