"""Clips inline, and film strips."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from agentvid.engines.classical.fonts import find_font
from agentvid.errors import InputError
from agentvid.notebook.picture import data_uri, png_of

__all__ = ["Clip", "Strip"]

_MOST: Final = 12_000_000
_LABEL: Final = 18


class Clip:
    """A clip that plays in its place: of a file, or of frames (T, H, W, 3). It is held in the notebook whole.

    Raises: InputError where it has more than 12 MB: show a strip, or open the file.
    """

    def __init__(self, clip: Path | str | NDArray[np.uint8], *, fps: float = 8, width: int = 480) -> None:
        self._bytes = _encoded(clip, fps) if isinstance(clip, np.ndarray) else Path(clip).read_bytes()
        self._width = width
        if len(self._bytes) > _MOST:
            told = f"a clip of {len(self._bytes) / 1e6:.0f} MB"
            raise InputError(told, f"at most {_MOST / 1e6:.0f} MB in a notebook", "show a Strip of it")

    def _repr_html_(self) -> str:
        source = data_uri(self._bytes, "video/mp4")
        size = f'width="{self._width}" style="max-width: 100%"'
        return f'<video src="{source}" {size} controls loop muted autoplay playsinline></video>'


class Strip:
    """Film strips, one above the other: rows of frames by their name; up to `shown` of each, evenly chosen.

    Strip({"truth": truth.frames, "small": small.frames}) or Strip(frames); with `labels` a word above each frame of
    a single row. `height` is that of a frame.
    """

    def __init__(
        self,
        rows: dict[str, Any] | NDArray[np.uint8] | Sequence[NDArray[np.uint8]],
        *,
        shown: int = 8,
        height: int = 112,
        labels: Sequence[str] = (),
    ) -> None:
        self.rows: dict[str, Any] = rows if isinstance(rows, dict) else {"": rows}
        self._shown, self._height, self._labels = shown, height, labels

    def picture(self) -> Pillow.Image:
        """Return the strips as one picture."""
        drawn = [self._row(name, list(frames)) for name, frames in self.rows.items()]
        whole = Pillow.new("RGB", (max(row.width for row in drawn), sum(row.height for row in drawn)), "white")
        top = 0
        for row in drawn:
            whole.paste(row, (0, top))
            top += row.height
        return whole

    def _repr_png_(self) -> bytes:
        return png_of(self.picture())

    def _row(self, name: str, frames: list[NDArray[np.uint8]]) -> Pillow.Image:
        at = np.unique(np.linspace(0, len(frames) - 1, min(self._shown, len(frames))).round().astype(int))
        width = round(frames[0].shape[1] * self._height / frames[0].shape[0])
        head = _LABEL if name or self._labels else 0
        row = Pillow.new("RGB", (len(at) * (width + 2) - 2, self._height + head + 4), "white")
        pen = ImageDraw.Draw(row)
        if name:
            _write(pen, 0, name, row.width)
        for place, frame in enumerate(at):
            tile = Pillow.fromarray(frames[frame]).resize((width, self._height), Pillow.Resampling.LANCZOS)
            row.paste(tile, (place * (width + 2), head))
            if self._labels and not name:
                _write(pen, place * (width + 2), str(self._labels[frame]), width)
        return row


def _write(pen: ImageDraw.ImageDraw, left: int, words: str, wide: int) -> None:
    """Write a label, smaller where it would not fit, and cut where it still does not."""
    path, face = find_font("sans", words)
    for size in (13, 12, 11, 10, 9):
        font = ImageFont.truetype(path, size, index=face)
        if font.getlength(words) <= wide - 4:
            break
    while font.getlength(words) > wide - 4 and len(words) > 1:
        words = words.removesuffix("…")[:-1] + "…"
    pen.text((left + 2, _LABEL // 2), words, fill="#333", font=font, anchor="lm")


def _encoded(frames: NDArray[np.uint8], fps: float) -> bytes:
    from agentvid.media.codec import VideoWriter

    height, width = (2 * (side // 2) for side in frames.shape[1:3])
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        path = Path(folder) / "clip.mp4"
        with VideoWriter(path, width=width, height=height, fps=fps) as writer:
            for frame in frames:
                writer.write(np.ascontiguousarray(frame[:height, :width]))
        return path.read_bytes()
