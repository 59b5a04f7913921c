"""Which checkpoint the unified engine works with, found and told apart without loading it.

A repository is used only where it has been downloaded: nobody's first message starts a download of 30 GB.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from agentvid.plugins import builtin_folder

__all__ = [
    "Checkpoint",
    "downloaded",
    "find_checkpoint",
    "hash_tensors",
    "made_of",
    "named_checkpoint",
    "named_device",
]

Frames = Literal["sequential", "joint"]

PUBLISHED: Final = "ByteDance-Seed/BAGEL-7B-MoT"
_GET: Final = (
    f"`hf download {PUBLISHED}` (29.6 GB; to draw with it wants a GPU with about 40 GB), then set "
    f"AGENTVID_UNIFIED={PUBLISHED}, or the folder of another checkpoint in that layout"
)
_WEIGHTS: Final = ("ema.safetensors", "model.safetensors", "model.safetensors.index.json")
_NEEDED: Final = ("ae.safetensors", "llm_config.json", "vit_config.json")
_SAMPLE_BYTES: Final = 256
_PROMPTS: Final = ("edit_*.md", "view_*.md", "next_*.md", "describe_*.md", "think_*.md")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint at hand; where `folder` is None, `problem` and `how` say why not and what to do.

    `frames` is how it makes frames: `joint` only where its config.json says `{"agentvid": {"frames": "joint"}}`, since
    the published model was not released for that.
    """

    source: str
    folder: Path | None = None
    problem: str = ""
    how: str = _GET
    frames: Frames = "sequential"

    def digest(self) -> str:
        """Return the digest of the weights, without reading all of them; "" where there are none.

        It covers names, types, shapes, sizes, and a sample of each tensor, so that checkpoints of one shape differ.
        """
        if self.folder is None:
            return ""
        files = sorted(path for path in self.folder.iterdir() if path.suffix in (".safetensors", ".json", ".txt"))
        facts = ((path, path.stat()) for path in files)
        return _digest(tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in facts))


def named_checkpoint(environ: Mapping[str, str] | None = None) -> str:
    """Return what AGENTVID_UNIFIED says, "" where it is not set."""
    return (os.environ if environ is None else environ).get("AGENTVID_UNIFIED", "").strip()


def named_device(environ: Mapping[str, str] | None = None) -> str:
    """Return what AGENTVID_DEVICE says, "" where it is not set: a GPU where there is one."""
    return (os.environ if environ is None else environ).get("AGENTVID_DEVICE", "").strip()


def find_checkpoint(source: str) -> Checkpoint:
    """Find a checkpoint: a folder, or the id of a repository in the local cache. Loads and downloads nothing."""
    if not source:
        return Checkpoint(source, problem="no checkpoint is named (AGENTVID_UNIFIED)")
    folder = Path(os.path.expanduser(source))  # noqa: PTH111 (leaves an unknown user's ~ as it is)
    if not folder.is_dir():
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
            return Checkpoint(source, problem=f"AGENTVID_UNIFIED is {source!r}, which is no folder")
        found = downloaded(source, _NEEDED[0])
        if found is None:
            how = f"`hf download {source}`, or name a folder with a checkpoint"
            return Checkpoint(source, problem=f"{source} is no folder here and was not downloaded", how=how)
        folder = found
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _WEIGHTS):
        missing.insert(0, _WEIGHTS[0])
    if missing:
        return Checkpoint(source, problem=f"the checkpoint {source} lacks {', '.join(missing)}")
    return Checkpoint(source, folder.resolve(), frames=_frames(folder))


def made_of(checkpoint: Checkpoint) -> str:
    """Return the digest of all that results depend on: weights, this engine, the model's code, prompts, libraries."""
    return f"{checkpoint.digest()}{_code()}" if checkpoint.folder else ""


def downloaded(repository: str, file: str) -> Path | None:
    """Return the folder of a repository in the local cache by a file that it holds; None where it is not there."""
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(repository, file)
    except ValueError:  # no repository can have that name
        return None
    return Path(found).parent if isinstance(found, str) else None


def hash_tensors(path: Path, size: int, update: Callable[[bytes], None]) -> None:
    """Hash a safetensors file of that size: its header, and the beginning and the middle of each of its tensors."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > size:
            return  # broken: loading it says how
        header = file.read(length)
        update(header)
        try:
            entries = json.loads(header)
            spans = sorted(entry["data_offsets"] for name, entry in entries.items() if name != "__metadata__")
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        for start, stop in spans:
            for at in (start, (start + stop) // 2):
                file.seek(8 + length + at)
                update(file.read(min(_SAMPLE_BYTES, stop - at)))


def _frames(folder: Path) -> Frames:
    try:
        config: Any = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return "joint" if config.get("agentvid", {}).get("frames") == "joint" else "sequential"
    except (OSError, ValueError, AttributeError):
        return "sequential"


@cache
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    whole = hashlib.sha256()
    for path, size, _ in files:
        whole.update(f"{path.name} {size}\n".encode())
        if path.suffix == ".safetensors":
            hash_tensors(path, size, whole.update)
        else:
            whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


@cache
def _code() -> str:
    package = Path(__file__).parents[2]
    files = [*Path(__file__).parent.glob("*.py"), *(package / "models" / "mot").glob("*.py")]
    files += [package / "media" / name for name in ("codec.py", "picture.py", "colours.py")]
    files += [package / "engines" / "classical" / name for name in ("camera.py", "edit.py", "regions.py")]
    files += [path for pattern in _PROMPTS for path in builtin_folder("prompts").glob(pattern)]
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(file.read_bytes())
    for library in ("torch", "diffusers", "numpy", "pillow", "av", "opencv-python-headless"):
        whole.update(f"{library} {importlib.metadata.version(library)}".encode())
    return whole.hexdigest()[:12]
