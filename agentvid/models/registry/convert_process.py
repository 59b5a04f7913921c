"""The process that opens a pickle, for `convert`. What it may not do: `media.confine`; the wire: `media.reader`."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentvid.errors import MediaError
from agentvid.media.reader_process import serve

__all__ = ["main"]


def main() -> None:
    """Serve requests until stdin ends."""
    serve({"convert": _convert})


def _convert(path: Path, sha256: str, target: str) -> dict[str, Any]:
    """Write the tensors of the pickle with that hash to the file `target`."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise MediaError(f"{path.name} changed while it was opened", f"sha256 {sha256}", "fetch it again")
    import torch
    from safetensors.torch import save_file

    try:
        loaded = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        reason = str(error).splitlines()[0][:160]
        given = f"{path.name} is no pickle of weights alone ({reason})"
        raise MediaError(given, "tensors, numbers and texts", "hand in safetensors") from error
    save_file(_tensors(path, loaded, torch.Tensor), target, metadata={"from_sha256": sha256})
    return {}


def _tensors(path: Path, loaded: Any, tensor: type) -> dict[str, Any]:
    """Return named tensors, each with memory of its own."""
    if not isinstance(loaded, Mapping) or not loaded:
        raise MediaError(f"{path.name} holds {type(loaded).__name__}", "tensors by name", "hand in a state dict")
    strange = next((name for name, value in loaded.items() if not isinstance(value, tensor)), None)
    if strange is not None:
        given = f"{path.name} holds {type(loaded[strange]).__name__} as {str(strange)[:80]!r}"
        raise MediaError(given, "tensors by name", "hand in a state dict")
    return {str(name): value.detach().clone().contiguous() for name, value in loaded.items()}


if __name__ == "__main__":
    main()
