"""Pictures as notebooks take them."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

__all__ = ["data_uri", "jpeg_of", "png_of"]


def png_of(picture: NDArray[np.uint8] | Pillow.Image) -> bytes:
    """Return a picture, uint8 HWC or Pillow, as PNG."""
    held = io.BytesIO()
    (picture if isinstance(picture, Pillow.Image) else Pillow.fromarray(picture)).convert("RGB").save(held, "PNG")
    return held.getvalue()


def jpeg_of(picture: Pillow.Image) -> bytes:
    """Return a picture as JPEG, for photographs that are looked at and no more."""
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", quality=92)
    return held.getvalue()


def data_uri(data: bytes, mime: str = "image/png") -> str:
    """Return bytes as an address that holds them."""
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
