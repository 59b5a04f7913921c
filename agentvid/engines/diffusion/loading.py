"""Load a pipeline once per process, on the device and in the way of saving memory that were asked for.

    AGENTVID_DIFFUSION_MEMORY   whole: all weights on the GPU (the quickest); model: one part at a time on it;
                                sequential: one layer at a time (the slowest, and it fits almost anywhere).
                                Without it: whole where the weights and half as much again fit, else model

On a CPU everything is float32 and whole. On a GPU it is bfloat16 (float16 where the GPU lacks that), with the parts
that a family keeps exact in float32; unless whole, clips are coded and decoded in tiles.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import torch
from safetensors import SafetensorError

from agentvid.engines.diffusion.checkpoint import Checkpoint
from agentvid.errors import EngineError, SettingsError, ToolFailed

__all__ = ["Memory", "Pipeline", "load", "named_memory", "place", "within_memory"]

Memory = Literal["whole", "model", "sequential"]
_ROOM: Final = 1.5
"""How much more than its weights a pipeline takes while it draws, roughly."""
_BROKEN: Final = (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, SafetensorError)
_lock = threading.Lock()


@dataclass(frozen=True)
class Pipeline:
    """A pipeline of diffusers, ready to be called. `told` says how memory is saved, "" where it isn't."""

    run: Any
    source: tuple[str, str, str, str]
    kind: str
    told: str = ""


_held: dict[str, Pipeline] = {}
"""The one that was loaded last."""


def named_memory(environ: Mapping[str, str] | None = None) -> Memory | None:
    """Return what AGENTVID_DIFFUSION_MEMORY says, None where it is not set.

    Raises: SettingsError where it is none of the ways.
    """
    told = (os.environ if environ is None else environ).get("AGENTVID_DIFFUSION_MEMORY", "").strip()
    if told and told not in get_args(Memory):
        ways = ", ".join(get_args(Memory))
        raise SettingsError(f"AGENTVID_DIFFUSION_MEMORY is {told!r}", f"one of {ways}", "set one of them, or unset it")
    return cast(Memory, told) if told else None


def load(checkpoint: Checkpoint, kind: str, device: str = "", memory: Memory | None = None) -> Pipeline:
    """Return the pipeline of that class on a checkpoint. The last one is kept; another class takes over its parts.

    Raises: SettingsError where the device does not exist; EngineError (code bad_checkpoint) where the checkpoint can't
    be loaded; ToolFailed where memory does not suffice.
    """
    with _lock, within_memory():
        where = _device(device)
        source = (str(checkpoint.folder), checkpoint.digest(), str(where), str(memory))
        last = _held.get("last")
        if last is not None and last.source == source and last.kind == kind:
            return last
        _held.clear()
        if last is not None and last.source == source:
            run = _taken_over(last.run, kind)
        else:
            del last
            gc.collect()
            run = _loaded(checkpoint, kind, where)
        told = place(run, where, _way(checkpoint, where, memory))
        if where.type == "cpu" and memory not in (None, "whole"):
            told = f"AGENTVID_DIFFUSION_MEMORY is {memory!r}, which means nothing on a CPU"
        _held["last"] = Pipeline(run, source, kind, told)
        return _held["last"]


def place(run: Any, device: torch.device, memory: Memory) -> str:
    """Put a pipeline where it runs; return what is to be said of it, "" where all of it is simply there."""
    if memory == "whole":
        run.to(device)
        return ""
    run.vae.enable_tiling()
    if memory == "model":
        run.enable_model_cpu_offload(device=device)
        return "to save memory one part at a time was on the GPU, and clips were coded in tiles"
    run.enable_sequential_cpu_offload(device=device)
    return "to save memory one layer at a time was on the GPU, and clips were coded in tiles"


@contextlib.contextmanager
def within_memory() -> Iterator[None]:
    """Tell in words that memory does not suffice.

    Raises: ToolFailed.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not _is_about_memory(error):
            raise
        told = str(error).partition("\n")[0].partition(". ")[0]
        raise ToolFailed(
            f"memory does not suffice{told and ': '}{told}",
            "room for the model and what it draws",
            "ask for fewer seconds or a smaller size, or set AGENTVID_DIFFUSION_MEMORY to model or sequential",
        ) from error


def _loaded(checkpoint: Checkpoint, kind: str, device: torch.device) -> Any:
    _quiet()
    assert checkpoint.profile is not None
    dtypes = {"default": _dtype(device)} | dict.fromkeys(checkpoint.profile.exact, torch.float32)
    try:
        made = _class(kind).from_pretrained(
            checkpoint.folder, dtype=dtypes, local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
    except _BROKEN as error:
        if _is_about_memory(error):
            raise
        raise EngineError(
            f"the checkpoint {checkpoint.source} can't be loaded: {type(error).__name__}: {error}",
            f"a whole {kind} in the layout of diffusers",
            "download it again",
            code="bad_checkpoint",
        ) from error
    made.set_progress_bar_config(disable=True)
    return made


def _taken_over(run: Any, kind: str) -> Any:
    """Return a pipeline of another class with the parts of this one."""
    run.remove_all_hooks()
    names = [name for name in inspect.signature(_class(kind).__init__).parameters if name != "self"]
    values = dict(run.config) | run.components
    made = _class(kind)(**{name: values[name] for name in names if name in values})
    made.set_progress_bar_config(disable=True)
    return made


def _is_about_memory(error: BaseException) -> bool:
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def _class(kind: str) -> Any:
    return getattr(importlib.import_module("diffusers"), kind)


def _quiet() -> None:
    for library in ("diffusers", "transformers"):
        logging = importlib.import_module(f"{library}.utils.logging")
        logging.disable_progress_bar()
        logging.set_verbosity_error()


def _way(checkpoint: Checkpoint, device: torch.device, memory: Memory | None) -> Memory:
    if device.type == "cpu":
        return "whole"
    if memory is not None:
        return memory
    free, _ = torch.cuda.mem_get_info(device)
    return "whole" if checkpoint.bytes_needed(_dtype(device).itemsize)[0] * _ROOM < free else "model"


def _dtype(device: torch.device) -> torch.dtype:
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def _device(told: str) -> torch.device:
    try:
        device = torch.device(told or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise SettingsError(
            f"AGENTVID_DEVICE is {told!r}, which can't be used: {reason}",
            "cuda, cuda:0 … or cpu",
            "correct or unset it",
        ) from error
    return device
