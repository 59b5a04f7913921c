"""Picture files to arrays and back, through Pillow. Public through `media.codec`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from agentvid.errors import MediaError
from agentvid.media.border import MAX_PIXELS, PICTURES, Facts, border, check_pixels, sniff

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["Form", "png_bytes", "probe_picture", "read_depth", "read_mask", "read_rgb", "read_still", "read_straight"]

U8: TypeAlias = npt.NDArray[np.uint8]
U16: TypeAlias = npt.NDArray[np.uint16]
Form: TypeAlias = Literal["rgb", "mask", "depth"]

_ORIENTATION = 0x0112  # EXIF tag; 5 to 8 lie on their side


def read_rgb(path: Path) -> U8:
    """Return a picture as uint8 HWC RGB: orientation applied, transparent parts composited on white.

    16-bit pictures keep their upper 8 bits. Colours of a profile are converted to sRGB (relative colorimetric, black
    point compensated); one that can't be used counts as sRGB, as in browsers. Of a moving picture the first frame.
    Raises: MediaError where the file is no picture, broken, or larger than `MAX_PIXELS`.
    """
    path = Path(path)
    with border(path), _opened(path) as picture:
        return _rgb(picture)


def read_straight(path: Path) -> tuple[U8, U8 | None]:
    """Return a picture as uint8 HWC RGB, not composited on anything, and its opacity, uint8 HW (None: opaque).

    Orientation applied. Raises: MediaError as `read_rgb`.
    """
    from PIL import ImageOps

    path = Path(path)
    with border(path), _opened(path) as opened:
        picture = ImageOps.exif_transpose(opened)
        if picture.mode.startswith("I") or not picture.has_transparency_data:
            return read_rgb(path), None
        whole = np.array(_in_srgb(picture).convert("RGBA"), dtype=np.uint8)
        return np.ascontiguousarray(whole[..., :3]), np.ascontiguousarray(whole[..., 3])


def read_mask(path: Path) -> U8:
    """Return a mask as uint8 HW, 0 (outside) to 255 (inside): the picture's grey, transparent parts outside.

    Raises: MediaError where the file is no picture, broken, or larger than `MAX_PIXELS`.
    """
    path = Path(path)
    with border(path), _opened(path) as picture:
        return _mask(picture)


def read_depth(path: Path) -> U16:
    """Return a depth picture as uint16 HW, 0 farthest to 65535 nearest. 8-bit grey is spread to 16 bits.

    Raises: MediaError where the file is broken, larger than `MAX_PIXELS`, or not a grey picture.
    """
    path = Path(path)
    with border(path), _opened(path) as picture:
        return _depth(path, picture)


def read_still(path: Path, mime: str, form: Form, max_pixels: int) -> npt.NDArray[Any]:
    """Return a picture that does not move as `read_rgb`, `read_mask` or `read_depth` do, read as `mime` only.

    Raises: as they do, and MediaError where it moves or is larger than `max_pixels`.
    """
    path = Path(path)
    with border(path), _open(path, mime, max_pixels) as picture:
        _check_still(path, mime, picture)
        if form == "depth":
            return _depth(path, picture)
        return _mask(picture) if form == "mask" else _rgb(picture)


def png_bytes(array: npt.NDArray[Any]) -> bytes:
    """Return a PNG of uint8 HWC RGB or RGBA, uint8 HW (mask) or uint16 HW (depth). Same array, same bytes.

    Raises: ValueError for any other shape or dtype.
    """
    from PIL import Image

    is_rgb = array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] in (3, 4)
    is_plane = array.dtype in (np.uint8, np.uint16) and array.ndim == 2
    if not (is_rgb or is_plane) or 0 in array.shape:
        raise ValueError(f"given {array.dtype} {array.shape}; expected uint8 HWC RGB or RGBA, uint8 HW or uint16 HW")
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(file, "PNG")
    return file.getvalue()


def probe_picture(path: Path, mime: str, max_pixels: int) -> Facts:
    """Return width and height as shown. The whole picture is decoded, after its size was compared with the cap.

    Raises: MediaError where it moves or is too large; any exception where it is broken.
    """
    with _open(path, mime, max_pixels) as picture:
        _check_still(path, mime, picture)
        picture.load()
        is_sideways = picture.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
        width, height = picture.size[::-1] if is_sideways else picture.size
    return Facts(width=width, height=height)


def _opened(path: Path) -> Picture:
    mime = sniff(path)
    if mime not in PICTURES:
        raise MediaError(
            f"{path.name} is {mime or 'no media'}", "a picture: PNG, JPEG, WebP, GIF or BMP", "save it as PNG"
        )
    return _open(path, mime, MAX_PIXELS)


def _open(path: Path, mime: str, max_pixels: int) -> Picture:
    """Read the header only. Pillow refuses claims above 179 megapixels by itself, before the check here."""
    from PIL import Image

    picture = Image.open(path, formats=(PICTURES[mime],))
    try:
        check_pixels(path, picture.width, picture.height, max_pixels)
    except MediaError:
        picture.close()
        raise
    return picture


def _check_still(path: Path, mime: str, picture: Picture) -> None:
    if mime != "image/jpeg" and getattr(picture, "is_animated", False):  # phones append previews to JPEG
        raise MediaError(f"{path.name} is a moving picture", "a still picture or a clip", "convert it to MP4")


# ---------------------------------------------------------------- pixels


def _rgb(opened: Picture) -> U8:
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(opened)
    if picture.mode.startswith("I"):
        return np.repeat(_upper_bits(picture)[..., None], 3, axis=2)
    picture = _in_srgb(picture)
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    return np.array(picture.convert("RGB"), dtype=np.uint8)


def _mask(opened: Picture) -> U8:
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(opened)
    if picture.mode.startswith("I"):
        return _upper_bits(picture)
    if picture.has_transparency_data:
        black = Image.new("RGBA", picture.size, "black")
        return np.array(Image.alpha_composite(black, picture.convert("RGBA")).convert("L"), dtype=np.uint8)
    return np.array(picture.convert("L"), dtype=np.uint8)


def _depth(path: Path, opened: Picture) -> U16:
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(opened)
    if picture.mode.startswith("I"):
        return np.array(picture).astype(np.uint16)
    if picture.mode != "L":
        raise MediaError(
            f"{path.name} is a picture of mode {picture.mode}", "a grey PNG of 16 or 8 bits", "save it as grey"
        )
    return np.array(picture, dtype=np.uint16) * np.uint16(257)


def _in_srgb(picture: Picture) -> Picture:
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    if picture.mode in ("P", "PA"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).startswith("sRGB"):
            return picture
        converted = ImageCms.profileToProfile(
            picture,
            source,
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGBA" if picture.mode == "RGBA" else "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return picture if converted is None else converted


def _upper_bits(picture: Picture) -> U8:
    levels = np.clip(np.array(picture).astype(np.int64), 0, 65535)
    return (levels >> 8).astype(np.uint8)
