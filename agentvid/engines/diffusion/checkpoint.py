"""Which checkpoints the diffusion engine works with, found and told apart without loading a tensor.

A repository is used only where it has been downloaded: nobody's first message starts a download. Weights come from
.safetensors files alone, and no code comes from a checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from agentvid.engines.diffusion.profile import FAMILIES, Configs, Profile, read_profile
from agentvid.engines.unified.weights import downloaded, hash_tensors

__all__ = ["GET", "Checkpoint", "find_checkpoint", "find_checkpoints", "named_checkpoints"]

PUBLISHED: Final = "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
GET: Final = (
    f"`hf download {PUBLISHED}`, then set AGENTVID_DIFFUSION={PUBLISHED}, or the folder of a checkpoint in the layout "
    f"of diffusers (several: separated by {os.pathsep!r}); it wants a GPU"
)
_INDEX: Final = "model_index.json"
_LIBRARIES: Final = ("diffusers", "transformers")
_WITHOUT_WEIGHTS: Final = re.compile("Tokenizer|Scheduler|Processor|Extractor")
_WEIGHTS: Final = {"diffusers": "diffusion_pytorch_model.safetensors", "transformers": "model.safetensors"}
_UNREADABLE: Final = (OSError, ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint at hand; where `profile` is None, `problem` and `how` say why not and what to do.

    `parts` is how many numbers each part with weights holds.
    """

    source: str
    folder: Path = Path()
    profile: Profile | None = None
    licence: str = ""
    parts: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    how: str = GET

    def digest(self) -> str:
        """Return the digest of its files, without reading all of them; "" where there is none.

        It covers names, types, shapes, sizes, and a sample of each tensor, so that checkpoints of one shape differ.
        """
        if self.profile is None:
            return ""
        kinds = (".safetensors", ".json", ".txt", ".model")
        files = sorted(path for path in self.folder.rglob("*") if path.suffix in kinds and path.is_file())
        facts = ((path, path.stat()) for path in files)
        return _digest(self.folder, tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in facts))

    def bytes_needed(self, width: int) -> tuple[int, int]:
        """Return the memory of all weights, and of the largest part, with `width` bytes a number (4: float32)."""
        assert self.profile is not None
        sizes = [count * (4 if name in self.profile.exact else width) for name, count in self.parts.items()]
        return sum(sizes), max(sizes, default=0)


def named_checkpoints(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return what AGENTVID_DIFFUSION names, in its order."""
    told = (os.environ if environ is None else environ).get("AGENTVID_DIFFUSION", "")
    return tuple(source.strip() for source in told.split(os.pathsep) if source.strip())


def find_checkpoints(sources: Sequence[str]) -> tuple[Checkpoint, ...]:
    """Find each checkpoint that is named."""
    return tuple(find_checkpoint(source) for source in sources)


def find_checkpoint(source: str) -> Checkpoint:
    """Find a checkpoint: a folder, or the id of a repository in the local cache. Loads and downloads nothing."""
    folder = Path(os.path.expanduser(source))  # noqa: PTH111 (leaves an unknown user's ~ as it is)
    if not folder.is_dir():
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
            return Checkpoint(source, problem=f"{source!r} is no folder")
        found = downloaded(source, _INDEX)
        if found is None:
            how = f"`hf download {source}`, or name a folder with a checkpoint"
            return Checkpoint(source, problem=f"{source} is no folder here and was not downloaded", how=how)
        folder = found
    try:
        return _read(source, folder)
    except _UNREADABLE as error:
        return Checkpoint(source, problem=f"the configs of {source} can't be read: {type(error).__name__}: {error}")


def _read(source: str, folder: Path) -> Checkpoint:
    if not (folder / _INDEX).is_file():
        how = "take the repository whose name ends in -Diffusers, or convert the weights to that layout"
        return Checkpoint(source, problem=f"{source} has no {_INDEX}: it is not in the layout of diffusers", how=how)
    index: dict[str, Any] = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    kind = index["_class_name"]
    if kind not in FAMILIES:
        how = f"name a checkpoint of one of {', '.join(FAMILIES)}"
        return Checkpoint(source, problem=f"{source} is a {kind}, a family that this engine does not know", how=how)
    parts = {name: told for name, told in index.items() if isinstance(told, list) and told[0] is not None}
    foreign = [name for name, (library, _) in parts.items() if library not in _LIBRARIES]
    if foreign:
        problem = f"{source} wants code of its own for {', '.join(foreign)}, which is never run"
        return Checkpoint(source, problem=problem, how=f"name one whose parts are all of {' and '.join(_LIBRARIES)}")
    weighty = {name: library for name, (library, kind) in parts.items() if not _WITHOUT_WEIGHTS.search(kind)}
    files = {name: _files(folder, name, library) for name, library in weighty.items()}
    missing = [name for name in parts if not (folder / name).is_dir()]
    missing += [f"{path.relative_to(folder)}" for found in files.values() for path in found if not path.is_file()]
    if missing:
        how = f"download it whole: `hf download {source}`; weights in .bin or .pth files are not loaded"
        return Checkpoint(source, problem=f"{source} lacks {', '.join(missing)}", how=how)
    return Checkpoint(
        source,
        folder.resolve(),
        read_profile(Configs(folder, index)),
        _licence(folder / "README.md"),
        {name: sum(_numbers(path) for path in found) for name, found in files.items()},
    )


def _files(folder: Path, name: str, library: str) -> list[Path]:
    """Return the files that should hold the weights of a part: one, or those its index names."""
    whole = folder / name / _WEIGHTS[library]
    index = whole.with_name(f"{whole.name}.index.json")
    if whole.is_file() or not index.is_file():
        return [whole]
    shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    return [folder / name / Path(shard).name for shard in sorted(shards)]


def _numbers(path: Path) -> int:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > path.stat().st_size:
            raise ValueError(f"{path.name} is cut off or no safetensors file")
        header: dict[str, Any] = json.loads(file.read(length))
    count = 0
    for name, entry in header.items():
        if name != "__metadata__":
            product = 1
            for side in entry["shape"]:
                product *= int(side)
            count += product
    return count


def _licence(card: Path) -> str:
    """Return the licence that a model card names at its head."""
    try:
        match = re.match(r"---\s*\n(.*?)\n---", card.read_text(encoding="utf-8"), re.S)
        head = yaml.safe_load(match[1]) if match else {}
    except (OSError, ValueError, yaml.YAMLError):
        head = {}
    told = head if isinstance(head, dict) else {}
    found = [str(told[name]) for name in ("license", "license_name", "license_link") if told.get(name)]
    return " ".join(found) or "not stated: the checkpoint's card names none"


@cache
def _digest(folder: Path, files: tuple[tuple[Path, int, int], ...]) -> str:
    whole = hashlib.sha256()
    for path, size, _ in files:
        whole.update(f"{path.relative_to(folder).as_posix()} {size}\n".encode())
        if path.suffix == ".safetensors":
            hash_tensors(path, size, whole.update)
        else:
            whole.update(path.read_bytes())
    return whole.hexdigest()[:12]
