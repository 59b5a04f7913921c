"""Which pretrained models can be used here and now: file and library both. Loads none of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agentvid.models.registry.convert import find_converted
from agentvid.models.registry.find import find
from agentvid.models.registry.zoo import files_of

__all__ = ["Present", "find_present"]

_ONNX: Final = ("segment", "matting", "cutout", "inpaint")
_TORCH: Final = "segment_torch"


@dataclass(frozen=True)
class Present:
    """By role, the digest of the model that is here; and what keeps files that are here from being used."""

    digests: Mapping[str, str]
    problems: tuple[str, ...] = ()

    def told(self, *roles: str) -> str:
        """Return the names of the models of these roles, of all where none is given."""
        return ", ".join(files_of(role)[0].name for role in roles or sorted(self.digests))


def find_present() -> Present:
    """Look what is here."""
    digests: dict[str, str] = {}
    problems: list[str] = []
    for role in _ONNX:
        found = [find(model) for model in files_of(role)]
        problems += [item.problem for item in found if item.path is None and item.problem]
        if all(item.path is not None for item in found):
            digests[role] = " ".join(item.model.sha256 for item in found)
    if digests and importlib.util.find_spec("onnxruntime") is None:
        digests.clear()
        problems.append("onnxruntime is not installed: pip install 'agentvid[onnx]'")
    converted = find_converted(files_of(_TORCH)[0])
    if converted is not None:
        if any(importlib.util.find_spec(name) for name in ("transformers", "segment_anything")):
            digests[_TORCH] = converted.sha256
        else:
            problems.append("neither transformers nor segment-anything is installed: pip install 'agentvid[segment]'")
    return Present(digests, tuple(problems))
