"""Turn a registered PyTorch pickle into safetensors, once: nothing else ever opens a pickle.

The pickle is read by a process of its own (`convert_process`), which has no network, starts no programs, and is ended
where it wants more memory or time than its file justifies. It loads those very bytes that hash to what the registry
names, with `weights_only=True`, and writes nothing but named tensors. `converted.json` beside the result keeps its
hash, by which it is known from then on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentvid.errors import InputError, MediaError
from agentvid.media.reader import Allowance, Reader
from agentvid.models.registry.find import find, folders, home_folder, sha256_of
from agentvid.models.registry.zoo import ModelFile

__all__ = ["Converted", "convert", "find_converted", "read_converted"]

_PROCESS: Final = "agentvid.models.registry.convert_process"
_RECEIPTS: Final = "converted.json"
_TORCH_MEMORY: Final = 6 * 2**30
"""Address space that importing torch takes before it reads anything; little of it is ever touched."""


@dataclass(frozen=True)
class Converted:
    """The safetensors of a registered pickle. `sha256` is of this file, as it was when it was written."""

    model: ModelFile
    path: Path
    sha256: str


def convert(model: ModelFile, source: Path | None = None, folder: Path | None = None) -> Converted:
    """Convert a pickle: the file `source`, or the one that is found, into `folder` (default: the home's).

    Raises: InputError ("bad_model") where the model is no pickle, the file is absent, has another hash, holds anything
    but named tensors, or takes more than it may; StoreError where there is no room.
    """
    if model.form != "pickle":
        raise InputError(f"{model.file} is {model.form}", "a PyTorch pickle", "use it as it is", code="bad_model")
    path = source or find(model).path
    if path is None:
        do = f"`agentvid models pull {model.role}`, or name the file"
        raise InputError(f"{model.file} is not there", f"sha256 {model.sha256}", do, code="bad_model")
    _check(model, path)
    folder = folder or home_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{Path(model.file).stem}.safetensors"
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    reader = Reader(_PROCESS)
    allowance = Allowance(seconds=300, memory=_TORCH_MEMORY + 6 * model.bytes, written=2 * model.bytes + 2**20)
    try:
        reader.ask("convert", path, allowance, sha256=model.sha256, target=str(part))
    except MediaError as error:
        part.unlink(missing_ok=True)
        raise InputError(error.given, error.expected, error.do, code="bad_model") from error
    finally:
        reader.close()
    made = Converted(model, target, sha256_of(part))
    part.replace(target)
    _keep(made)
    return made


def find_converted(model: ModelFile, places: Sequence[Path] | None = None) -> Converted | None:
    """Return what a registered pickle was converted to, or None. Its hash is that of the receipt, not looked at."""
    for place in folders() if places is None else places:
        told = _receipts(place).get(model.sha256)
        if isinstance(told, dict) and isinstance(told.get("file"), str) and isinstance(told.get("sha256"), str):
            path = place / Path(told["file"]).name
            if path.is_file():
                return Converted(model, path, told["sha256"])
    return None


def read_converted(converted: Converted) -> bytes:
    """Return the bytes of a converted file.

    Raises: InputError ("bad_model") where they are not those that were written.
    """
    data = converted.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != converted.sha256:
        do = f"`agentvid models convert {converted.model.role}`"
        given = f"{converted.path} was changed since it was converted"
        raise InputError(given, f"sha256 {converted.sha256}", do, code="bad_model")
    return data


def _check(model: ModelFile, path: Path) -> None:
    try:
        digest = sha256_of(path)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}", model.file, code="bad_model") from error
    if digest != model.sha256:
        raise InputError(
            f"{path} has the hash {digest}",
            f"{model.sha256}, which is {model.name}",
            "no other pickle is opened: fetch this one, or hand in safetensors",
            code="bad_model",
        )


def _receipts(folder: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        told = json.loads((folder / _RECEIPTS).read_text(encoding="utf-8"))
        return told if isinstance(told, dict) else {}
    return {}


def _keep(made: Converted) -> None:
    folder = made.path.parent
    receipts = {**_receipts(folder), made.model.sha256: {"file": made.path.name, "sha256": made.sha256}}
    part = folder / f"{_RECEIPTS}.part"
    part.write_text(json.dumps(receipts, indent=2), encoding="utf-8")
    part.replace(folder / _RECEIPTS)
