"""Keys: the digest of everything a step's result depends on, and of nothing else.

In it: tool name and source, resolved engines with version and weights, inputs (references as the digests of their
values, given values that the tool takes in), the seed where the tool declares one, the thought where something reads
it (`run.call.read_thought`), the owner's namespace.
Not in it: step id, position, expect, pin, and given values on ports that the tool does not take in - those replace
what was found without changing how it is found.

A key falls into its frame (all but the inputs) and one digest for each input. Where some inputs are not known yet,
the parts that are known still tell which results can't be meant: `may_equal`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

from agentvid.engine import EngineRequest
from agentvid.run.resolve import UNKNOWN
from agentvid.tool import ToolSpec

__all__ = [
    "Frame",
    "InputDigest",
    "KeyParts",
    "ingredients_key",
    "key_ingredients",
    "may_equal",
    "request_digest",
    "step_key",
    "value_digest",
]

_FORMAT: Final = 1
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

InputDigest: TypeAlias = str | Sequence[str | None] | None
"""Digest of an input, item by item for lists. None is a value that is not known yet, and may turn out absent."""


class KeyParts(NamedTuple):
    """A key taken apart: `frame` is all of it but the inputs. `key` is "" as long as any input is not known."""

    frame: str
    inputs: Mapping[str, InputDigest]
    key: str


class Frame:
    """All of a key but the inputs, digested once for all steps that share it."""

    def __init__(self, spec: ToolSpec, engines: Mapping[str, str], *, seed: int, thought: str, owner: str) -> None:
        document = _frame_of(spec, engines, seed=seed, thought=thought, owner=owner)
        self.digest = hashlib.sha256(_canonical(document)).hexdigest()
        before, _, self._after = _canonical({**document, "inputs": {}}).partition(b'"inputs":{}')
        self._before = before + b'"inputs":{'

    def parts(self, inputs: Mapping[str, Any]) -> KeyParts:
        """Return the parts of the key with these inputs. One of them, or an item of one, may be `resolve.UNKNOWN`."""
        parts: dict[str, InputDigest] = {}
        for name, value in inputs.items():
            if value is not None:
                parts[name] = _input_digest(value)
        texts = []
        for name in sorted(parts):
            digest = parts[name]
            if not isinstance(digest, str):
                if digest is None or None in digest:
                    return KeyParts(self.digest, parts, "")
                digest = value_digest(inputs[name])
            texts.append(f'"{name}":"{digest}"')  # a parameter's name is an identifier: nothing to escape
        key = hashlib.sha256(self._before + ",".join(texts).encode() + b"}" + self._after).hexdigest()
        return KeyParts(self.digest, parts, key)


def value_digest(packed: Any) -> str:
    """Return the digest of a packed port value: of the content for media, of the JSON otherwise."""
    if type(packed) is dict and packed.get("type") == "Number" and len(packed) == 2:
        value = packed.get("value")
        if type(value) is float and isfinite(value):
            return _number_digest(value)
    return hashlib.sha256(_canonical(_content(packed))).hexdigest()


def request_digest(request: EngineRequest) -> str:
    """Return the digest of what an engine is asked."""
    inputs = {name: value_digest(value) for name, value in request.inputs.items()}
    told = {"task": request.task, "inputs": inputs, "seed": request.seed, "thought": request.thought}
    return hashlib.sha256(_canonical(told)).hexdigest()


def step_key(
    spec: ToolSpec,
    inputs: Mapping[str, Any],
    engines: Mapping[str, str],
    *,
    seed: int,
    thought: str,
    owner: str,
) -> str:
    """Return the key of a step's result.

    `inputs`: packed values by parameter. `engines`: per task a text that names engine, version and weights.
    """
    return Frame(spec, engines, seed=seed, thought=thought, owner=owner).parts(inputs).key


def key_ingredients(
    spec: ToolSpec,
    inputs: Mapping[str, Any],
    engines: Mapping[str, str],
    *,
    seed: int,
    thought: str,
    owner: str,
) -> dict[str, Any]:
    """Return what a key is the digest of, as JSON: inputs by the digests of their values, all else as it is."""
    digests = {name: value_digest(value) for name, value in inputs.items() if value is not None}
    return {**_frame_of(spec, engines, seed=seed, thought=thought, owner=owner), "inputs": digests}


def ingredients_key(ingredients: Mapping[str, Any]) -> str:
    """Return the key that these ingredients make."""
    return hashlib.sha256(_canonical(dict(ingredients))).hexdigest()


def may_equal(one: Mapping[str, InputDigest], other: Mapping[str, InputDigest]) -> bool:
    """Return whether two sets of inputs may turn out the same once all of both is known. No means: never."""
    return all(_input_may_equal(one, other, name) for name in one.keys() | other.keys())


def _frame_of(spec: ToolSpec, engines: Mapping[str, str], *, seed: int, thought: str, owner: str) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "owner": owner,
        "tool": spec.name,
        "source": spec.digest,
        "engines": dict(engines),
        "seed": seed if spec.takes("seed") else None,
        "thought": thought if spec.takes("thought") else None,
    }


def _input_may_equal(one: Mapping[str, InputDigest], other: Mapping[str, InputDigest], name: str) -> bool:
    if (name in one and one[name] is None) or (name in other and other[name] is None):
        return True
    if name not in one or name not in other:
        return False
    mine, theirs = one[name], other[name]
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine == theirs
    assert mine is not None and theirs is not None
    return _items_may_equal(tuple(mine), tuple(theirs))


def _items_may_equal(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> bool:
    """Compare two lists in which None stands for one item or for none."""

    @cache
    def rest(i: int, j: int) -> bool:
        if i == len(one) and j == len(other):
            return True
        if i < len(one) and one[i] is None:
            return rest(i + 1, j) or (j < len(other) and rest(i + 1, j + 1))
        if j < len(other) and other[j] is None:
            return rest(i, j + 1) or (i < len(one) and rest(i + 1, j + 1))
        return i < len(one) and j < len(other) and one[i] == other[j] and rest(i + 1, j + 1)

    return rest(0, 0)


def _input_digest(value: Any) -> InputDigest:
    if isinstance(value, dict):
        return value_digest(value)
    if value is UNKNOWN:
        return None
    if isinstance(value, list):
        return tuple(None if item is UNKNOWN else value_digest(item) for item in value)
    return value_digest(value)


@lru_cache(maxsize=4096)
def _number_digest(value: float) -> str:
    """Return the digest of a packed number, by far the commonest small value. Those that are equal have the same."""
    plain = int(value) if value.is_integer() else value
    return hashlib.sha256(b'{"type":"Number","value":%r}' % plain).hexdigest()


def _content(packed: Any) -> Any:
    if isinstance(packed, list):
        return [_content(item) for item in packed]
    if isinstance(packed, dict):
        if "artifact" in packed:
            return {"artifact": packed["artifact"], "type": packed.get("type")}
        return {name: _content(item) for name, item in packed.items()}
    if isinstance(packed, float) and packed.is_integer():
        return int(packed)
    return packed


def _canonical(value: Any) -> bytes:
    return _ENCODER.encode(value).encode()
