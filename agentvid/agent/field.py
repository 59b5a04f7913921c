"""One field of an evidence value, changed over what is there: `t1.s3.plan.operations.0.target=#1f5fbf`.

The rest of the value stays as a person gave it, or else as the run found it; the whole is validated and given.
Of a keyframe, frame and seconds are one thing: whichever is given, the other follows at the clip's own frame rate.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from agentvid.agent.taking import take_text
from agentvid.errors import EditError
from agentvid.media.types import MEDIA_TYPES, dump_value, load_value
from agentvid.store.objects import ObjectStore

__all__ = ["nearest", "with_field"]


def with_field(type_name: str, base: Any, path: Sequence[str], value: Any, where: str, store: ObjectStore) -> Any:
    """Return the JSON value `base`, of that port type, with the field at `path` changed; `base` stays as it was.

    A text is read as JSON, as items between commas, or as it is, whichever fits the field; a picture's is a file.

    Raises: EditError naming `where`, with the nearest field or with what the field takes; MediaError for a bad file.
    """
    whole = dump_value(load_value(type_name, base))
    if type_name in MEDIA_TYPES or not isinstance(whole, dict):
        told = "a file" if type_name in MEDIA_TYPES else "the whole value"
        raise EditError(f"{where}: a {type_name} has no fields", told, f"leave out .{'.'.join(path)}")
    held = _at(whole, path, type_name, where)
    refused: ValidationError | None = None
    for candidate in _readings(value, held, path, store):
        changed = _replaced(whole, path, candidate)
        try:
            return dump_value(load_value(type_name, _coupled(type_name, whole, changed, path, where)))
        except ValidationError as error:
            refused = refused or error
    assert refused is not None
    raise EditError(f"{where}={_short(value)}", _told(refused, path), f"{'.'.join(path)} is now {_short(held)}")


def nearest(word: str, known: Sequence[str]) -> str:
    """Return what could be meant, as the last part of an error: "perhaps target is meant"."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"perhaps {near[0]} is meant" if near else "name one of those"


def _at(whole: Any, path: Sequence[str], type_name: str, where: str) -> Any:
    held, inside = whole, type_name
    for part in path:
        if isinstance(held, dict) and part in held:
            held = held[part]
        elif isinstance(held, dict):
            names = list(held)
            raise EditError(
                f"{where}: {inside} has no field {part!r}",
                f"one of {', '.join(names)}" if names else "no field: it is empty",
                nearest(part, names),
            )
        elif isinstance(held, list) and part.isdecimal() and len(part) < 10 and int(part) < len(held):
            held = held[int(part)]
        elif isinstance(held, list):
            last = len(held) - 1
            raise EditError(f"{where}: {inside} has no item {part!r}", f"a number from 0 to {last}", "count from 0")
        else:
            raise EditError(f"{where}: {inside} is one value, {_short(held)}", f"no .{part} behind it", "leave it out")
        inside = f"{inside}.{part}"
    return held


def _readings(value: Any, held: Any, path: Sequence[str], store: ObjectStore) -> list[Any]:
    """Return what a value may mean for a field that holds `held` now, the likeliest first."""
    if not isinstance(value, str):
        return [value]
    if value == "":
        return [[]] if isinstance(held, list) else ["", None]
    readings: list[Any] = []
    try:
        readings.append(json.loads(value))
    except (json.JSONDecodeError, RecursionError):
        if path[-1].capitalize() in MEDIA_TYPES:
            return [take_text("Image", value, store)]
    if isinstance(held, list):
        readings.append([part.strip() for part in value.split(",") if part.strip()])
    return [value, *readings] if isinstance(held, str) else [*readings, value]


def _replaced(whole: Any, path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(whole, list):
        index = int(first)
        return [*whole[:index], _replaced(whole[index], rest, value), *whole[index + 1 :]]
    return {**whole, first: _replaced(whole[first], rest, value)}


def _coupled(type_name: str, before: Any, after: Any, path: Sequence[str], where: str) -> Any:
    if type_name != "Keyframe":
        return after
    load_value(type_name, after)
    if not before["frame"] or not before["seconds"]:
        raise EditError(f"{where}: the first frame does not tell the frame rate", "frame,seconds", "give both")
    fps = before["frame"] / before["seconds"]
    frame = int(after["frame"]) if path[0] == "frame" else round(float(after["seconds"]) * fps)
    return {"frame": frame, "seconds": frame / fps}


def _told(error: ValidationError, path: Sequence[str]) -> str:
    """Return what the field takes, in the words of its type."""
    faults = error.errors(include_url=False)
    there = [fault for fault in faults if set(path) <= {str(part) for part in fault["loc"]}] or faults
    fault = there[0]
    told = fault["msg"].removeprefix("Value error, ").replace("Input should be ", "").replace("a valid tuple", "a list")
    inner = [str(part) for part in fault["loc"] if str(part) not in path]
    return told if there is not faults or not inner else f"{'.'.join(map(str, fault['loc']))}: {told}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
