"""Binary glTF: the one kind of mesh that is read, and that it is whole and names no other file."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from agentvid.errors import MediaError

__all__ = ["check_mesh"]


def check_mesh(path: Path) -> None:
    """Check header and JSON chunk of a binary glTF, and that it names no other file.

    Raises: MediaError where it is none; any exception where it is broken.
    Source: Khronos glTF 2.0 specification, section 4.4.
    """
    with path.open("rb") as file:
        _, version, length, chunk, kind = struct.unpack("<5I", file.read(20))
        is_framed = length == path.stat().st_size and chunk <= length - 20 and kind == 0x4E4F534A  # "JSON"
        if version != 2 or not is_framed:
            raise MediaError(
                f"{path.name} is glTF {version} of {length} bytes, or cut off",
                "a whole glTF 2.0 file",
                "export it again",
            )
        document: Any = json.loads(file.read(chunk))
    if not isinstance(document, dict) or not isinstance(document.get("asset"), dict):
        raise MediaError(f"{path.name} holds no glTF asset", "a binary glTF 2.0 file (.glb)", "export it again")
    for item in [*document.get("buffers", []), *document.get("images", [])]:
        if not str(item.get("uri", "data:")).startswith("data:"):
            raise MediaError(f"{path.name} names another file", "a mesh with everything inside", "export it as .glb")
