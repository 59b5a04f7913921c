"""What a person gives on ports, as text or values: `t1.s1.box=10,20,200,180` becomes a set_given edit.

A single field may be given over what is there: `t1.s3.plan.operations.0.target=#1f5fbf` (`agent.field`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agentvid.agent.field import nearest, with_field
from agentvid.agent.taking import take_text
from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetGiven
from agentvid.chain.step import Step, as_ref
from agentvid.errors import EditError, InputError
from agentvid.media.types import MEDIA_TYPES, Value
from agentvid.run.resolve import pack_literal
from agentvid.store.objects import ObjectStore
from agentvid.tool import Port, ToolSpec

__all__ = [
    "FORMS",
    "REVIEWS",
    "Address",
    "check_no_wishes",
    "check_wishes",
    "given_edits",
    "how_to_give",
    "plain_pairs",
    "read_address",
    "read_text",
    "split_address",
]

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

_ADDRESS: Final = re.compile(r"(t\d+\.s\d+)\.([a-z][a-z0-9_]*)((?:\.[a-zA-Z0-9_]+)*)")
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Point": ("x", "y"),
    "Box": ("x0", "y0", "x1", "y1"),
    "Keyframe": ("frame", "seconds"),
}


@dataclass(frozen=True)
class Address:
    """A port of a step, or with `path` one field of its value: `t1.s3.plan.feather`."""

    step: str
    port: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.step, self.port, *self.path))


def read_address(text: str) -> Address:
    """Read `t1.s1.box`, or `t1.s3.plan.operations.0.target`.

    Raises: EditError where it is no such address.
    """
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise EditError(f"{text!r} is not a port", "an address like t1.s1.box", "see `agentvid chain show`")
    return Address(match[1], match[2], tuple(match[3].split(".")[1:]))


def split_address(text: str) -> tuple[str, str]:
    """Split `t1.s1.box` into step and port.

    Raises: EditError where it is no such address, or names one field of a value.
    """
    address = read_address(text)
    if address.path:
        raise EditError(f"{text!r} is one field of a value", "a whole port", f"name {address.step}.{address.port}")
    return address.step, address.port


def plain_pairs(given: Mapping[str, Any] | None) -> list[list[Any]]:
    """Return what was given as [address, JSON value or text] pairs.

    Raises: EditError naming the address, where it is none or its value is not JSON.
    """
    pairs = []
    for address, value in (given or {}).items():
        read_address(address)
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


def check_no_wishes(seed: int | None, engine: str | None) -> None:
    """Check that nothing is wished beside a message that changes a chain which is there: it would go unheard.

    Raises: InputError naming the wish.
    """
    for name, wish in (("seed", seed), ("engine", engine)):
        if wish is not None:
            raise InputError(
                f"{name} {wish} beside a message that changes a chain which is there",
                f"the {name} in the message, or as an edit of a step",
                f"agentvid chain edit --session SESSION --set STEP.{name}={wish}",
            )


def how_to_give(step: str, port: Port) -> str:
    """Return the command-line option that gives this port."""
    return f"--given {step}.{port.name}={FORMS[port.type]}"


def given_edits(
    chain: Chain,
    tools: Mapping[str, ToolSpec],
    given: list[list[Any]],
    store: ObjectStore,
    found: Callable[[str, str], Any] = lambda step, port: None,
    where_of: Callable[[str], str] = "--given {}".format,
) -> list[SetGiven]:
    """Turn [address, value] pairs into edits of the chain, one per port. A text value is read by the port's type; media
    are taken into the store. One field of a value is changed over the value that is given there, or else over what
    `found` (step, port → packed value or None) tells; of several fields of one port each changes what the one before
    left. Errors begin with what `where_of` makes of the address.

    Raises: EditError or MediaError naming the address, where the step, the port or the value does not fit.
    """
    edits: dict[tuple[str, str], SetGiven] = {}
    for text, value in given:
        address, where = read_address(text), where_of(text)
        step = chain.step(address.step)
        spec = tools[step.tool]
        port = spec.port(address.port)
        if port is None:
            ports = [p.name for p in spec.ports]
            told = f"{step.id} ({spec.name}) has no port {address.port!r}"
            raise EditError(told, f"one of {', '.join(ports)}", nearest(address.port, ports))
        before = edits.get((step.id, port.name))
        if address.path:
            base = before.value if before else step.given.get(port.name)
            was_found = found(step.id, port.name)
            if base is None and was_found is not None and was_found["type"] == port.type:
                base = was_found["value"]
            if base is None:
                raise EditError(
                    f"{where}: {step.id}.{port.name} has no value yet, so that no field of it can be changed",
                    f"a value that was found or given: {FORMS[port.type]}",
                    "run the step first, or give the whole value",
                )
            json_value = with_field(port.type, base, address.path, _plain(value), where, store)
        else:
            json_value = (
                read_text(where, port.type, value, store)
                if isinstance(value, str)
                else _listed(port.type, _plain(value))
            )
        packed = pack_literal(port.type, json_value, where)
        if port.type in ("Mask", "Depth"):
            _check_size(step, port, packed["value"], found, where)
        edits[step.id, port.name] = SetGiven(step=step.id, port=port.name, value=packed["value"])
    return list(edits.values())


def _check_size(step: Step, port: Port, given: Any, found: Callable[[str, str], Any], where: str) -> None:
    """Refuse a mask or depth of another size than the picture that the step looks at, where that is known already."""
    argument = step.args.get("image")
    ref = as_ref(argument)
    packed = found(ref.step, ref.port) if ref else None
    picture = packed["value"] if packed else argument
    size = (given["width"], given["height"])
    if isinstance(picture, dict) and "artifact" in picture and (picture["width"], picture["height"]) != size:
        raise EditError(
            f"{where}: a {port.type.lower()} of {size[0]}x{size[1]}",
            f"the size of the picture, {picture['width']}x{picture['height']}",
            "give one of that size",
        )


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Value) else value


def read_text(where: str, type_name: str, text: str, store: ObjectStore) -> Any:
    """Read a text as a value of a port type, in JSON form: words, numbers, a file that is taken in, or JSON.

    Raises: EditError or MediaError that begins with `where`, where it can't be read.
    """
    if type_name == "Text":
        return text
    if text.lstrip()[:1] in ("{", "["):
        return _listed(type_name, _json(where, text))
    if type_name in MEDIA_TYPES:
        return take_text(type_name, text, store)
    if type_name == "Palette":
        return {"colours": [{"colour": part.strip()} for part in text.split(",")]}
    if type_name in _NUMBERS:
        return _numbers(where, type_name, text)
    return _json(where, text)


def _listed(type_name: str, value: Any) -> Any:
    """Return a JSON value; numbers of a box, point or keyframe, and colours of a palette, by their names."""
    if not isinstance(value, list):
        return value
    names = _NUMBERS.get(type_name, ())
    if len(value) == len(names) > 0:
        return dict(zip(names, value, strict=True))
    is_colours = type_name == "Palette" and all(isinstance(item, str) for item in value)
    return {"colours": [{"colour": item} for item in value]} if is_colours else value


def _numbers(where: str, type_name: str, text: str) -> dict[str, float]:
    names = _NUMBERS[type_name]
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != len(names) or not all(math.isfinite(number) for number in numbers):
        raise EditError(f"{where}={text}", f"{FORMS[type_name]} as numbers in pixels", "correct the value")
    return {name: int(n) if n.is_integer() else n for name, n in zip(names, numbers, strict=True)}


def _json(where: str, text: str) -> Any:
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False)
        return value
    except json.JSONDecodeError as error:
        raise EditError(f"{where}: {error.msg} at character {error.pos}", "JSON", "quote it") from None
    except ValueError:
        raise EditError(f"{where}: {text[:40]}", "finite numbers", "correct the value") from None
    except RecursionError:
        raise EditError(f"{where}: brackets within brackets without end", "JSON", "correct it") from None
