"""Binary glTF: the one kind of mesh there is. Read: that it is whole and names no other file. Written: a surface."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agentvid.errors import MediaError

__all__ = ["Triangles", "check_mesh", "glb_bytes"]

_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _UINT, _CLAMP = 5126, 5125, 33071


def check_mesh(path: Path) -> None:
    """Check header and JSON chunk of a binary glTF, and that it names no other file.

    Raises: MediaError where it is none; any exception where it is broken.
    Source: Khronos glTF 2.0 specification, section 4.4.
    """
    with path.open("rb") as file:
        _, version, length, chunk, kind = struct.unpack("<5I", file.read(20))
        is_framed = length == path.stat().st_size and chunk <= length - 20 and kind == _JSON
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


@dataclass(frozen=True)
class Triangles:
    """A textured surface: positions (N, 3) with y up and z towards the viewer, uvs (N, 2) with the origin at the top
    left of the texture, indices (M, 3) counter-clockwise as seen from outside.
    """

    positions: npt.NDArray[np.float32]
    uvs: npt.NDArray[np.float32]
    indices: npt.NDArray[np.uint32]

    def normals(self) -> npt.NDArray[np.float32]:
        """Return the unit normal of each point (N, 3), the mean of its triangles' weighted by area."""
        a, b, c = (self.positions[self.indices[:, corner]].astype(np.float64) for corner in range(3))
        across = np.cross(b - a, c - a)
        total = np.zeros((len(self.positions), 3))
        for corner in range(3):
            np.add.at(total, self.indices[:, corner], across)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        return np.where(length > 0, total / np.maximum(length, 1e-12), [0.0, 0.0, 1.0]).astype(np.float32)


def glb_bytes(surface: Triangles, texture: bytes, texture_mime: str) -> bytes:
    """Return a surface with its texture (a PNG or JPEG file) as binary glTF 2.0; same surface, same bytes.

    The texture is shown as it is (KHR_materials_unlit); by a rough white material where a viewer does not know that.
    Source: Khronos glTF 2.0 specification, sections 3 and 4.4.
    """
    low, high = surface.positions.min(axis=0), surface.positions.max(axis=0)
    parts = [surface.positions, surface.normals(), surface.uvs, surface.indices.reshape(-1)]
    blobs = [part.astype(kind).tobytes() for part, kind in zip(parts, ("<f4", "<f4", "<f4", "<u4"), strict=True)]
    blobs.append(texture)
    offsets = np.concatenate([[0], np.cumsum([_padded(len(blob)) for blob in blobs])])
    views = [
        {"buffer": 0, "byteOffset": int(start), "byteLength": len(blob)}
        for start, blob in zip(offsets, blobs, strict=False)
    ]
    points = len(surface.positions)
    accessors: list[dict[str, Any]] = [
        {"bufferView": 0, "componentType": _FLOAT, "count": points, "type": "VEC3"}
        | {"min": low.tolist(), "max": high.tolist()},
        {"bufferView": 1, "componentType": _FLOAT, "count": points, "type": "VEC3"},
        {"bufferView": 2, "componentType": _FLOAT, "count": points, "type": "VEC2"},
        {"bufferView": 3, "componentType": _UINT, "count": surface.indices.size, "type": "SCALAR"},
    ]
    coat = {"baseColorTexture": {"index": 0}, "metallicFactor": 0.0, "roughnessFactor": 1.0}
    document = {
        "asset": {"version": "2.0", "generator": "agentvid"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2}, "indices": 3, "material": 0}]}
        ],
        "materials": [{"pbrMetallicRoughness": coat, "doubleSided": True, "extensions": {"KHR_materials_unlit": {}}}],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"wrapS": _CLAMP, "wrapT": _CLAMP}],
        "images": [{"bufferView": 4, "mimeType": texture_mime}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": int(offsets[-1])}],
    }
    told = json.dumps(document, separators=(",", ":")).encode()
    told += b" " * (_padded(len(told)) - len(told))
    held = b"".join(blob + bytes(_padded(len(blob)) - len(blob)) for blob in blobs)
    head = struct.pack("<5I", _MAGIC, 2, 28 + len(told) + len(held), len(told), _JSON)
    return head + told + struct.pack("<2I", len(held), _BIN) + held


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4
