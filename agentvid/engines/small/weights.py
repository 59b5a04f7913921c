"""The weights of the small engine and the card beside them, found and read without loading a tensor.

    AGENTVID_SMALL   another folder with a checkpoint in the published layout and a card.json

The card says what was measured on held-out scenes, and so what may be claimed:

    {"tasks": {"text_to_image": {"level": {"objects": 3}, "exact": {"1": 0.99, "2": 0.95, "3": 0.88}, "draft": false}}}

A task that the card does not list is not offered; one without `"draft": false` is offered as a draft only.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from agentvid.engines.unified.weights import Checkpoint

__all__ = ["CARD", "SHIPPED", "Claim", "Small", "find_small", "made_of"]

SHIPPED: Final = Path(__file__).parents[2] / "weights" / "nano"
CARD: Final = "card.json"
_WEIGHTS: Final = ("ema.safetensors", "model.safetensors")
_INDEX: Final = "model.safetensors.index.json"
"""Names the shards where the weights are in several files."""
_NEEDED: Final = (
    "ae.safetensors",
    "llm_config.json",
    "vit_config.json",
    "config.json",
    "tokenizer.json",
    CARD,
)
_ALSO_CALLED: Final = {
    "edit": "edit_image",
    "view": "novel_view",
    "caption": "describe",
    "question": "describe",
    "future": "future_frames",
    "walk": "navigate",
}
"""What the training calls a task → what engines call it."""


@dataclass(frozen=True)
class Claim:
    """What the card says of a task: up to which level, how exact there, and whether it is only a draft."""

    level: Mapping[str, float] = field(default_factory=dict)
    exact: Mapping[str, float] = field(default_factory=dict)
    draft: bool = True

    def told(self) -> str:
        """Return the claim in words: "claimed for 3 objects; held-out exactness 1: 0.99, 2: 0.95"."""
        level = ", ".join(f"{value:g} {name}" for name, value in self.level.items())
        kind = "draft, not claimed" if self.draft else "claimed"
        exact = ", ".join(f"{name}: {value:.2f}" for name, value in self.exact.items())
        return f"{kind}{f' for up to {level}' if level else ''}{f'; held-out exactness {exact}' if exact else ''}"


@dataclass(frozen=True)
class Small:
    """The checkpoint at hand, with the claims of its card by task; where `checkpoint` has no folder, `problem` says
    why.
    """

    checkpoint: Checkpoint
    claims: Mapping[str, Claim] = field(default_factory=dict)
    problem: str = ""
    knows_scenes: bool = True
    """Whether it was taught scenes; False of weights that were fine-tuned on clips of anything."""


def find_small(environ: Mapping[str, str] | None = None) -> Small:
    """Find the folder that AGENTVID_SMALL names, else the shipped one, and read its card."""
    named = (os.environ if environ is None else environ).get("AGENTVID_SMALL", "").strip()
    folder = Path(os.path.expanduser(named)) if named else SHIPPED  # noqa: PTH111 (leaves an unknown user's ~ as it is)
    where = f"AGENTVID_SMALL is {named!r}" if named else "the weights of this installation"
    if not folder.is_dir():
        told = f"{where}, which is no folder" if named else f"{where} are not there ({SHIPPED.name})"
        return _without(folder, told)
    try:
        missing = [name for name in (*_shards(folder), *_NEEDED) if not (folder / name).is_file()]
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        return _without(folder, f"{where}: its {_INDEX} can't be read: {error}")
    if missing:
        return _without(folder, f"{where}: the folder lacks {', '.join(missing)}")
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        claims = _claims(card)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        return _without(folder, f"{where}: its {CARD} can't be read: {error}")
    resolved = folder.resolve()
    knows_scenes = card.get("frames", "scenes") == "scenes"
    return Small(Checkpoint(str(folder), resolved, frames="joint"), claims, knows_scenes=knows_scenes)


def made_of(small: Small) -> str:
    """Return the digest of all that results depend on: weights, card, this engine, model and world, libraries."""
    return f"{small.checkpoint.digest()}{_code()}" if small.checkpoint.folder else ""


def _shards(folder: Path) -> list[str]:
    """Return the files that should hold the model's weights."""
    whole = [name for name in _WEIGHTS if (folder / name).is_file()]
    if whole or not (folder / _INDEX).is_file():
        return whole[:1] or [_WEIGHTS[0]]
    index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    return sorted(set(index["weight_map"].values()))


def _without(folder: Path, problem: str) -> Small:
    return Small(Checkpoint(str(folder), problem=problem), problem=problem)


def _claims(card: Any) -> dict[str, Claim]:
    claims: dict[str, Claim] = {}
    captions: Claim | None = None
    for name, told in card["tasks"].items():
        task = _ALSO_CALLED.get(name, name)
        claim = _claim_of(told)
        known = claims.get(task)
        if known is not None:  # two families of one task: it is claimed where both are
            claim = Claim({**known.level, **claim.level}, {**known.exact, **claim.exact}, known.draft or claim.draft)
        claims[task] = claim
        if name == "caption":
            captions = _claim_of(told)
    if "describe" in claims:  # reading a picture against a layout is captioning, whatever questions come to
        claims["caption"] = captions or claims["describe"]
    return claims


def _claim_of(told: Any) -> Claim:
    return Claim(_numbers(told.get("level")), _numbers(told.get("exact")), told.get("draft", True) is not False)


def _numbers(told: Any) -> dict[str, float]:
    if isinstance(told, int | float) and not isinstance(told, bool):
        return {"all": float(told)}
    found = told.items() if isinstance(told, dict) else ()
    return {str(name): float(value) for name, value in found if isinstance(value, int | float)}


@cache
def _code() -> str:
    here = Path(__file__).parent
    package = here.parents[1]
    files = [*here.glob("*.py"), *(package / "world").glob("*.py"), *(package / "models" / "mot").glob("*.py")]
    files += [package / "media" / name for name in ("codec.py", "picture.py", "colours.py")]
    files += [package / "engines" / "unified" / name for name in ("still.py", "work.py")]
    files += [package / "engines" / "classical" / name for name in ("edit.py", "regions.py")]
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(file.read_bytes())
    for library in ("torch", "numpy", "pillow", "av", "opencv-python-headless"):
        whole.update(f"{library} {importlib.metadata.version(library)}".encode())
    return whole.hexdigest()[:12]
