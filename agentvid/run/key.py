"""Keys: the digest of everything a step's result depends on, and of nothing else.

In it: tool name and source, resolved engines with version and weights, inputs (references as the digests of their
values, given values that the tool takes in), the seed where the tool declares one, the thought where something reads
it (`run.call.read_thought`), the owner's namespace.
Not in it: step id, position, expect, pin, and given values on ports that the tool does not take in - those replace
what was found without changing how it is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from agentvid.engine import EngineRequest
from agentvid.tool import ToolSpec

__all__ = ["ingredients_key", "key_ingredients", "request_digest", "step_key", "value_digest"]

_FORMAT = 1


def value_digest(packed: Any) -> str:
    """Return the digest of a packed port value: of the content for media, of the JSON otherwise."""
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
    return ingredients_key(key_ingredients(spec, inputs, engines, seed=seed, thought=thought, owner=owner))


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
    return {
        "format": _FORMAT,
        "owner": owner,
        "tool": spec.name,
        "source": spec.digest,
        "engines": dict(engines),
        "inputs": {name: value_digest(value) for name, value in inputs.items() if value is not None},
        "seed": seed if spec.takes("seed") else None,
        "thought": thought if spec.takes("thought") else None,
    }


def ingredients_key(ingredients: Mapping[str, Any]) -> str:
    """Return the key that these ingredients make."""
    return hashlib.sha256(_canonical(dict(ingredients))).hexdigest()


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
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
