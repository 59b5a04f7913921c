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
from agentvid.models.mot.latents import FluxCodec, latent_codec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.published import CheckpointLayout, bad_checkpoint, checkpoint_layout

__all__ = ["find_weights", "load_codec", "load_model", "resolve", "save_weights", "shapes_of"]

_PICKLES: Final = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_WANTED: Final = ["*.safetensors", "*.json", "merges.txt", "LICENSE*"]
_SHOWN: Final = 5


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
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
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
    found: dict[str, tuple[int, ...]] = {}
    for path in paths:
        with _opened(path, torch.device("cpu")) as file:
            found |= {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    return found


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
    layout = checkpoint_layout(config.layout)
    with torch.device("meta"):
        model = MoT(config)
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items() if name not in layout.tables}
    state: dict[str, Tensor] = {}
    for name, tensor in _tensors(paths, device, check_finite):
        if name not in layout.tables:
            state[name] = layout.adapt(name, tensor)
    _compare(wanted, state, "the configuration")
    dtype = dtype or state["language_model.model.embed_tokens.weight"].dtype
    for name in state:
        state[name] = state[name].to(dtype).contiguous()
    for name in layout.tables:
        state[name] = torch.empty(model.state_dict()[name].shape, dtype=dtype, device=device)
    model.load_state_dict(state, assign=True)
    model.fill_tables()
    return model.eval()


def load_codec(
    path: Path, config: MoTConfig, device: torch.device, dtype: torch.dtype | None = None, *, check_finite: bool = True
) -> FluxCodec:
    """Build the latent codec and fill it from a safetensors file. `dtype` None keeps the type of its first tensor.

    Raises: EngineError (code bad_checkpoint), as `load_model`.
    """
    if not path.is_file():
        raise bad_checkpoint(f"{path.parent} has no {path.name}", f"{path.name}, the autoencoder, as published")
    with torch.device("meta"):
        codec = latent_codec(config.latent)
    state = dict(_tensors([path], device, check_finite))
    _compare({name: tuple(tensor.shape) for name, tensor in codec.published().items()}, state, "the autoencoder's")
    dtype = dtype or next(iter(state.values())).dtype
    codec.adopt({name: tensor.to(dtype) for name, tensor in state.items()})
    return codec.eval()


def save_weights(model: MoT, codec: FluxCodec, folder: Path) -> None:
    """Write weights and autoencoder into a folder in the published layout, whole files at a time."""
    layout = checkpoint_layout(model.config.layout)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    _save(state, folder / layout.weights[0])
    _save({name: tensor.contiguous() for name, tensor in codec.published().items()}, folder / layout.codec)
    index: dict[str, Any] = {
        "metadata": {"total_size": sum(tensor.nbytes for tensor in state.values())},
        "weight_map": dict.fromkeys(sorted(state), layout.weights[0]),
    }
    text = json.dumps(index, indent=1) + "\n"
    (folder / "model.safetensors.index.json").write_text(text, encoding="utf-8")


def _save(state: dict[str, Tensor], path: Path) -> None:
    partial = path.with_suffix(".partial")
    save_file(state, str(partial), metadata={"format": "pt"})
    partial.replace(path)


def _opened(path: Path, device: torch.device) -> Any:
    with path.open("rb") as file:
        first = file.read(8)
    if first.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")) and path.suffix == ".safetensors":
        raise bad_checkpoint(
            f"{path} is a pickle by its first bytes", "safetensors", "pickles can run code; convert it"
        )
    try:
        return safe_open(str(path), framework="pt", device=str(device))
    except SafetensorError as error:
        promised = _promised_bytes(path)
        size = path.stat().st_size
        is_short = promised is not None and size < promised
        given = f"{path} is cut off: {size} of {promised} bytes" if is_short else f"{path} is broken: {error}"
        raise bad_checkpoint(given, "a whole safetensors file", "download it again") from error


def _promised_bytes(path: Path) -> int | None:
    """Return how long a safetensors file says it is, or None where its header can't be read."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(length)) if length < 100_000_000 else None
        except ValueError:
            return None
    if not isinstance(header, dict):
        return None
    ends: list[int] = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return 8 + length + max(ends, default=0)


def _tensors(paths: Iterable[Path], device: torch.device, check_finite: bool) -> Iterator[tuple[str, Tensor]]:
    broken: list[str] = []
    for path in paths:
        with _opened(path, device) as file:
            for name in file.keys():  # noqa: SIM118
                tensor: Tensor = file.get_tensor(name)
                if not tensor.is_floating_point():
                    raise bad_checkpoint(f"{path}: {name} is {tensor.dtype}", "float32, float16 or bfloat16")
                if check_finite and not bool(torch.isfinite(tensor).all()):
                    broken.append(name)
                yield name, tensor
    if broken:
        raise bad_checkpoint(f"NaN or infinity in {_listed(broken)}", "finite weights")


def _compare(wanted: Mapping[str, tuple[int, ...]], state: Mapping[str, Tensor], whose: str) -> None:
    missing = sorted(wanted.keys() - state.keys())
    unexpected = sorted(state.keys() - wanted.keys())
    shaped = [
        f"{name} {list(tensor.shape)} instead of {list(wanted[name])}"
        for name, tensor in state.items()
        if name in wanted and tuple(tensor.shape) != wanted[name]
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
