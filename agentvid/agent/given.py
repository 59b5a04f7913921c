"""What a person gives on ports, as text or values: `t1.s1.box=10,20,200,180` becomes a set_given edit."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetGiven
from agentvid.errors import EditError, InputError
from agentvid.media.gate import take_in, take_in_depth, take_in_mask
from agentvid.media.types import MEDIA_TYPES, Value
from agentvid.run.resolve import pack_literal
from agentvid.store.objects import ObjectStore
from agentvid.tool import Port, ToolSpec

__all__ = ["FORMS", "REVIEWS", "check_wishes", "given_edits", "how_to_give", "plain_pairs", "split_address"]

REVIEWS: Final = ("never", "ask", "when_costly")

FORMS: Final[Mapping[str, str]] = {
    "Text": "some words",
    "Number": "0.5",
    "Flag": "true",
    "Image": "picture.png",
    "Video": "clip.mp4",
    "Audio": "sound.wav",
    "Mesh": "mesh.glb",
    "Mask": "mask.png",
    "Depth": "depth.png",
    "Point": "x,y",
    "Box": "x0,y0,x1,y1",
    "Palette": "#rrggbb,#rrggbb",
    "EditPlan": "'{\"target\": …}'",
    "Keyframe": "frame,seconds",
    "CameraPath": '\'{"kind": "orbit", "poses": […]}\'',
    "Actions": "'{\"actions\": […]}'",
    "Answer": '\'{"question": …, "text": …}\'',
}
"""How a value of each port type is written on a command line; JSON is understood for all of them."""

_ADDRESS: Final = re.compile(r"(t\d+\.s\d+)\.([a-z][a-z0-9_]*)")
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Point": ("x", "y"),
    "Box": ("x0", "y0", "x1", "y1"),
    "Keyframe": ("frame", "seconds"),
}


def split_address(text: str) -> tuple[str, str]:
    """Split `t1.s1.box` into step and port.

    Raises: EditError where it is no such address.
    """
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise EditError(f"{text!r} is not a port", "an address like t1.s1.box", "see `agentvid chain show`")
    return match[1], match[2]


def plain_pairs(given: Mapping[str, Any] | None) -> list[list[Any]]:
    """Return what was given as [address, JSON value or text] pairs.

    Raises: EditError naming the address, where it is none or its value is not JSON.
    """
    pairs = []
    for address, value in (given or {}).items():
        split_address(address)
        plain = _plain(value)
        try:
            json.dumps(plain, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise EditError(
                f"the value given for {address} is a {type(value).__name__}", "JSON or a port type"
            ) from None
        pairs.append([address, plain])
    return pairs


def check_wishes(review: str, seed: int | None) -> None:
    """Check what a person wishes of a turn.

    Raises: InputError naming the wish that can't be met.
    """
    if review not in REVIEWS:
        raise InputError(f"review {review!r}", f"one of {', '.join(REVIEWS)}", "correct it")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63):
        raise InputError(f"seed {seed!r}", "a whole number from 0 to 2^63 - 1", "correct it")


def how_to_give(step: str, port: Port) -> str:
    """Return the command-line option that gives this port."""
    return f"--given {step}.{port.name}={FORMS[port.type]}"


def given_edits(
    chain: Chain, tools: Mapping[str, ToolSpec], given: list[list[Any]], store: ObjectStore
) -> list[SetGiven]:
    """Turn [address, value] pairs into edits of the chain. A text value is read by the port's type; media are taken
    into the store.

    Raises: EditError or MediaError naming the address, where the step, the port or the value does not fit.
    """
    edits = []
    for address, value in given:
        step_id, port_name = split_address(address)
        step = chain.step(step_id)
        spec = tools[step.tool]
        port = spec.port(port_name)
        if port is None:
            ports = ", ".join(p.name for p in spec.ports)
            raise EditError(f"{step_id} ({spec.name}) has no port {port_name!r}", f"one of {ports}")
        json_value = _read(address, port.type, value, store) if isinstance(value, str) else _plain(value)
        packed = pack_literal(port.type, json_value, f"--given {address}")
        edits.append(SetGiven(step=step_id, port=port_name, value=packed["value"]))
    return edits


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Value) else value


def _read(address: str, type_name: str, text: str, store: ObjectStore) -> Any:
    if type_name == "Text":
        return text
    if text.lstrip()[:1] in ("{", "["):
        return _json(address, text)
    if type_name in MEDIA_TYPES:
        takes = {"Mask": take_in_mask, "Depth": take_in_depth}.get(type_name, take_in)
        return takes(Path(text), store).model_dump(mode="json")
    if type_name == "Palette":
        return {"colours": [{"colour": part.strip()} for part in text.split(",")]}
    if type_name in _NUMBERS:
        return _numbers(address, type_name, text)
    return _json(address, text)


def _numbers(address: str, type_name: str, text: str) -> dict[str, float]:
    names = _NUMBERS[type_name]
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != len(names) or not all(math.isfinite(number) for number in numbers):
        raise EditError(f"--given {address}={text}", f"{FORMS[type_name]} as numbers in pixels", "correct the value")
    return {name: int(n) if n.is_integer() else n for name, n in zip(names, numbers, strict=True)}


def _json(address: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise EditError(f"--given {address}: {error.msg} at character {error.pos}", "JSON", "quote it") from None
    except RecursionError:
        raise EditError(f"--given {address}: brackets within brackets without end", "JSON", "correct it") from None
