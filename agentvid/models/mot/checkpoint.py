"""Weights from safetensors files, tensor by tensor straight to their device and type; and back.

The model is built on the `meta` device, so that loading takes the memory of the result and no more. Position tables
are never read: they are computed. Files that are not safetensors are refused, since they could run code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from agentvid.models.mot.config import MoTConfig
from agentvid.models.mot.int8 import SCALE, packed, unpacked
from agentvid.models.mot.latents import LatentCodec, latent_codec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.published import CheckpointLayout, bad_checkpoint, checkpoint_layout, read_object

__all__ = ["find_weights", "load_codec", "load_model", "resolve", "save_weights", "shapes_of"]

_PICKLES: Final = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_WANTED: Final = ["*.safetensors", "*.json", "merges.txt", "LICENSE*"]
_SHOWN: Final = 5
_TYPES: Final = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I8": torch.int8,
}
_PICKLED: Final = re.compile(rb"PK[\x03\x05]|\x80[\x02-\x05]|\(|[}\]]q|L\d+L?\n|c[\w.]+\n\w")  # zip, protocols 2-5, 0-1
_LOOKED_AT: Final = 64
_EMBEDDING: Final = "language_model.model.embed_tokens.weight"


def resolve(source: str | Path, revision: str | None = None) -> Path:
    """Return the folder of a checkpoint: a folder as it is, a repository id (`owner/name`) after downloading it.

    Raises: EngineError (code bad_checkpoint) where it is neither, or can't be downloaded.
    """
    folder = Path(source)
    if folder.is_dir():
        return folder
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", str(source)):
        raise bad_checkpoint(f"{source} is no folder", "a folder with weights, or a repository id like owner/name", "")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(source), revision=revision, allow_patterns=_WANTED))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise bad_checkpoint(
            f"{source} is no folder here, and can't be downloaded: {reason}",
            "a folder with weights, or a repository that can be reached",
            "check the name and the network, or download it elsewhere and give its folder",
        ) from error


def find_weights(folder: Path, layout: CheckpointLayout) -> list[Path]:
    """Return the files that hold the model's weights, by the layout's order of preference.

    Raises: EngineError (code bad_checkpoint) where there are none, a shard is missing, or there are only pickles.
    """
    for name in layout.weights:
        if (folder / name).is_file():
            return [folder / name]
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = _shards(index)
        missing = [name for name in names if not (folder / name).is_file()]
        if missing:
            raise bad_checkpoint(f"{folder} lacks {', '.join(missing)}", f"all {len(names)} shards of {index.name}")
        return [folder / name for name in names]
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in _PICKLES)
    given = f"{folder} holds only pickled weights ({', '.join(pickles)})" if pickles else f"{folder} holds no weights"
    raise bad_checkpoint(given, " or ".join(layout.weights), "get the weights as safetensors; pickles can run code")


def shapes_of(paths: Iterable[Path]) -> dict[str, tuple[int, ...]]:
    """Return name and shape of all tensors in safetensors files, reading their headers only.

    Raises: EngineError (code bad_checkpoint) where a file is broken.
    """
    return {name: shape for name, (shape, _) in _headers(paths).items()}


def _headers(paths: Iterable[Path]) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """Return shape and type of all tensors, from the headers alone; int8 ones are float32 when they are read."""
    found: dict[str, tuple[tuple[int, ...], torch.dtype]] = {}
    for path in paths:
        with _opened(path, torch.device("cpu")) as file:
            for name in file.keys():  # noqa: SIM118
                tensor = file.get_slice(name)
                kind = str(tensor.get_dtype())
                if kind not in _TYPES:
                    raise bad_checkpoint(f"{path}: {name} is {kind}", "float32, float16, bfloat16, or int8 with scales")
                found[name] = tuple(tensor.get_shape()), _TYPES[kind]
    eights = [name for name, (_, kind) in found.items() if kind == torch.int8]
    lacking = [name for name in eights if found.get(name + SCALE, ((), None))[0] != found[name][0][:1]]
    if lacking:
        raise bad_checkpoint(f"no scales of int8 {_listed(lacking)}", f"a tensor <name>{SCALE} with one scale per row")
    for name in eights:
        found[name] = found[name][0], torch.float32
        del found[name + SCALE]
    return found


def _shards(index: Path) -> list[str]:
    """Return the file names in an index: plain names, since what is outside the folder is no part of a checkpoint."""
    found = read_object(index).get("weight_map")
    if not isinstance(found, dict) or not found:
        raise bad_checkpoint(f"{index} has no weight_map", "an object weight_map of tensor names and file names")
    for name in found.values():
        if not isinstance(name, str) or not re.fullmatch(r"[^/\\:\0]*[^/\\:\0.][^/\\:\0]*", name):
            raise bad_checkpoint(f"{index} names the file {name!r}", "names of files in the same folder")
    return sorted(set(found.values()))


def load_model(
    paths: Iterable[Path],
    config: MoTConfig,
    device: torch.device,
    dtype: torch.dtype | None = None,
    *,
    check_finite: bool = True,
) -> MoT:
    """Build the model and fill it from safetensors files. `dtype` None keeps the type of the token embeddings.

    Raises: EngineError (code bad_checkpoint) naming the tensors that are missing, unexpected, of the wrong shape or
    not finite, or the file that is broken.
    """
    layout, paths = checkpoint_layout(config.layout), list(paths)
    with torch.device("meta"):
        model = MoT(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items() if name not in layout.tables}
    headers = _headers(paths)
    shapes = {
        name: tuple(layout.adapt(name, torch.empty(shape, device="meta")).shape)
        for name, (shape, _) in headers.items()
        if name not in layout.tables
    }
    _compare(wanted, shapes, "the configuration")
    dtype = dtype or headers[_EMBEDDING][1]
    state: dict[str, Tensor] = {}
    for name, tensor in _tensors(paths, device, check_finite):
        if name not in layout.tables:
            state[name] = layout.adapt(name, tensor).to(dtype).contiguous()
    for name in layout.tables:
        state[name] = torch.empty(model.state_dict()[name].shape, dtype=dtype, device=device)
    model.load_state_dict(state, assign=True)
    model.fill_tables()
    return model.eval()


def load_codec(
    path: Path, config: MoTConfig, device: torch.device, dtype: torch.dtype | None = None, *, check_finite: bool = True
) -> LatentCodec:
    """Build the latent codec and fill it from a safetensors file. `dtype` None keeps the type of its first tensor.

    Raises: EngineError (code bad_checkpoint), as `load_model`.
    """
    if not path.is_file():
        raise bad_checkpoint(f"{path.parent} has no {path.name}", f"{path.name}, the autoencoder, as published")
    with torch.device("meta"):
        codec = latent_codec(config.latent)
    wanted = {name: tuple(tensor.shape) for name, tensor in codec.published().items()}
    _compare(wanted, shapes_of([path]), "the autoencoder's")
    state = dict(_tensors([path], device, check_finite))
    dtype = dtype or next(iter(state.values())).dtype
    codec.adopt({name: tensor.to(dtype) for name, tensor in state.items()})
    return codec.eval()


def save_weights(
    model: MoT, codec: LatentCodec, folder: Path, shard_bytes: int | None = None, *, int8: bool = False
) -> None:
    """Write weights and autoencoder into a folder in the published layout, whole files at a time.

    With `shard_bytes` the weights are split into files of at most about so many bytes, by name; with `int8` large
    matrices are stored as `int8.py` says. Weights that the folder held before and the index no longer names are
    removed last.
    """
    layout = checkpoint_layout(model.config.layout)
    kept = packed if int8 else dict
    state = kept({name: tensor.contiguous() for name, tensor in model.state_dict().items()})
    shards = _split(state, shard_bytes)
    names = [layout.weights[0]]
    if len(shards) > 1:
        names = [f"model-{index + 1:05d}-of-{len(shards):05d}.safetensors" for index in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        _save({each: state[each] for each in shard}, folder / name)
    _save(kept({name: tensor.contiguous() for name, tensor in codec.published().items()}), folder / layout.codec)
    index: dict[str, Any] = {
        "metadata": {"total_size": sum(tensor.nbytes for tensor in state.values())},
        "weight_map": {each: name for name, shard in zip(names, shards, strict=True) for each in shard},
    }
    text = json.dumps(index, indent=1) + "\n"
    (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")
    for old in [*folder.glob("model-*-of-*.safetensors"), *(folder / name for name in layout.weights)]:
        if old.name not in names:
            old.unlink(missing_ok=True)


def _split(state: Mapping[str, Tensor], most: int | None) -> list[list[str]]:
    """Return the names of each shard, in order of name."""
    shards: list[list[str]] = [[]]
    size = 0
    for name in sorted(name for name in state if not name.endswith(SCALE)):
        together = [each for each in (name, name + SCALE) if each in state]
        more = sum(state[each].nbytes for each in together)
        if most is not None and shards[-1] and size + more > most:
            shards.append([])
            size = 0
        shards[-1] += together
        size += more
    return shards


def _save(state: dict[str, Tensor], path: Path) -> None:
    partial = path.with_suffix(".partial")
    save_file(state, str(partial), metadata={"format": "pt"})
    partial.replace(path)


def _opened(path: Path, device: torch.device) -> Any:
    try:
        return safe_open(str(path), framework="pt", device=str(device))
    except OSError as error:
        raise bad_checkpoint(f"{path} can't be read: {error}", "a whole safetensors file") from error
    except SafetensorError as error:
        if _is_pickle(path):
            raise bad_checkpoint(
                f"{path} is a pickle by its first bytes", "safetensors", "pickles can run code; convert it"
            ) from error
        promised = _promised_bytes(path)
        size = path.stat().st_size
        is_short = promised is not None and size < promised
        given = f"{path} is cut off: {size} of {promised} bytes" if is_short else f"{path} is broken: {error}"
        raise bad_checkpoint(given, "a whole safetensors file", "download it again") from error


def _is_pickle(path: Path) -> bool:
    """Return whether a file that can't be opened looks like a pickle, bare or in a zip archive."""
    with path.open("rb") as file:
        first = file.read(_LOOKED_AT)
    return first[8:9] != b"{" and _PICKLED.match(first) is not None


def _promised_bytes(path: Path) -> int | None:
    """Return how long a safetensors file says it is, or None where its header can't be read."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(length)) if length < 100_000_000 else None
        except (ValueError, RecursionError):
            return None
    if not isinstance(header, dict):
        return None
    try:
        ends = [int(entry["data_offsets"][1]) for name, entry in header.items() if name != "__metadata__"]
    except (TypeError, ValueError, LookupError):
        return None
    return 8 + length + max(ends, default=0)


def _tensors(paths: Iterable[Path], device: torch.device, check_finite: bool) -> Iterator[tuple[str, Tensor]]:
    broken: list[str] = []
    for path in paths:
        with _opened(path, device) as file:
            for name in file.keys():  # noqa: SIM118
                if name.endswith(SCALE):
                    continue
                tensor: Tensor = file.get_tensor(name)
                if tensor.dtype == torch.int8:
                    tensor = unpacked(tensor, file.get_tensor(name + SCALE))
                if check_finite and not bool(torch.isfinite(tensor).all()):
                    broken.append(name)
                yield name, tensor
    if broken:
        raise bad_checkpoint(f"NaN or infinity in {_listed(broken)}", "finite weights")


def _compare(wanted: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]], whose: str) -> None:
    missing = sorted(wanted.keys() - found.keys())
    unexpected = sorted(found.keys() - wanted.keys())
    shaped = [
        f"{name} {list(shape)} instead of {list(wanted[name])}"
        for name, shape in found.items()
        if name in wanted and shape != wanted[name]
    ]
    told = [
        f"{what}: {_listed(names)}"
        for what, names in (("missing", missing), ("unexpected", unexpected), ("of another shape", shaped))
        if names
    ]
    if told:
        raise bad_checkpoint(f"the weights don't fit {whose}: {'; '.join(told)}", f"{len(wanted)} tensors that fit")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
