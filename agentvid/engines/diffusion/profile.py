"""What one checkpoint can do: a record per family, read from its configs. Pure data; loads no tensor.

A new family is one module with a function that reads a `Profile`, and one line in `FAMILIES`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["FAMILIES", "Configs", "Profile", "read_profile"]

FAMILIES: Final[Mapping[str, str]] = {
    "WanPipeline": "agentvid.engines.diffusion.wan:read_profile",
    "WanImageToVideoPipeline": "agentvid.engines.diffusion.wan:read_profile",
}
"""The class that a model_index.json names → who reads the rest."""


@dataclass(frozen=True)
class Profile:
    """What a checkpoint bears and how it is called.

    `pipelines` is task → class of diffusers; `size` is (width, height) where nobody asks for one, and sides are
    multiples of `stride`; a clip has `frame_step` k + 1 frames, at most `most_frames`. `arguments` is what the class
    calls our settings; `extra` goes along where no guidance is asked for. `exact` are the parts kept in float32.
    """

    name: str
    pipelines: Mapping[str, str]
    fps: float
    frame_step: int
    most_frames: int
    stride: int
    size: tuple[int, int]
    max_pixels: int
    steps: int
    guidance: float
    negative_prompt: str
    prompt_tokens: int
    arguments: Mapping[str, str]
    extra: Mapping[str, float] = field(default_factory=dict)
    exact: tuple[str, ...] = ()

    @property
    def frame_rule(self) -> str:
        """Return the rule of frames in the form "4k+1"."""
        return f"{self.frame_step}k+1"

    @property
    def max_seconds(self) -> float:
        """Return how long the longest clip lasts."""
        return self.most_frames / self.fps


@dataclass(frozen=True)
class Configs:
    """The configs of a checkpoint: its model_index.json, and the config.json of each part."""

    folder: Path
    index: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        """Return the config of a part.

        Raises: OSError, ValueError where there is none that can be read.
        """
        found = json.loads((self.folder / name / "config.json").read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError(f"{name}/config.json holds no object")
        return found


def read_profile(configs: Configs) -> Profile:
    """Return what a checkpoint of a known family can do.

    Raises: KeyError where the family is not known; OSError, ValueError, TypeError, LookupError where its configs are
    broken.
    """
    module, _, function = FAMILIES[configs.index["_class_name"]].partition(":")
    read: Callable[[Configs], Profile] = getattr(importlib.import_module(module), function)
    return read(configs)
