"""How two pictures, or the frames of two clips, differ: where, how much, and to look at side by side.

Pictures are uint8 HWC RGB of one size. Frames are measured one pair at a time; nothing holds a whole clip.
Source: PSNR and SSIM as `evals.small.likeness` defines them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from agentvid.evals.small.likeness import MOST_DB, ssim
from agentvid.media.types import Box, Video
from agentvid.report.draw import scaled

__all__ = ["FrameDiff", "Likeness", "Measured", "aligned", "frames_at", "heat_picture", "side_by_side"]

PICTURE_LEVELS: Final = 8
"""From this difference of a channel on (of 255) a pixel of a picture counts as changed: below, no eye sees it."""
CLIP_LEVELS: Final = 24
"""The same for clips, whose compression alone changes pixels by more."""

_FULL_HEAT: Final = 96.0
_GAP: Final = 8


@dataclass(frozen=True)
class Likeness:
    """How alike two pictures are: PSNR in dB (60 at most, which identical ones get), SSIM -1 … 1."""

    psnr_db: float
    ssim: float


@dataclass(frozen=True)
class Measured:
    """What was measured. `changed_share` 0 … 1 counts pixels that changed in any frame; `box` is around them, stray
    pixels left out. `inside` and `outside` of a mask are None without one, or where no pixel is there."""

    frames: int
    changed_share: float
    box: Box | None
    whole: Likeness
    inside: Likeness | None
    outside: Likeness | None


class FrameDiff:
    """Adds up the differences of pairs of frames. `inside` (bool HW) parts what is measured; `levels` as above.

    SSIM is the mean of the frames whose pair is added with `with_ssim`: it costs the most.
    """

    def __init__(self, levels: int, inside: NDArray[np.bool_] | None = None) -> None:
        self._levels = levels
        self._areas: dict[str, NDArray[np.bool_] | None] = {"whole": None}
        if inside is not None:
            self._areas |= {name: area for name, area in (("inside", inside), ("outside", ~inside)) if area.any()}
        self._squares = dict.fromkeys(self._areas, 0.0)
        self._ssim: dict[str, list[float]] = {name: [] for name in self._areas}
        self._frames = 0
        self._heat: NDArray[np.float64] | None = None
        self._changed: NDArray[np.bool_] | None = None

    def add(self, one: NDArray[np.uint8], two: NDArray[np.uint8], *, with_ssim: bool = True) -> None:
        """Add a pair of frames."""
        off = np.abs(one.astype(np.int16) - two.astype(np.int16))
        strongest = off.max(axis=2)
        squares = np.mean(off.astype(np.float64) ** 2, axis=2)
        changed = strongest >= self._levels
        self._heat = strongest.astype(np.float64) if self._heat is None else self._heat + strongest
        self._changed = changed if self._changed is None else self._changed | changed
        self._frames += 1
        for name, area in self._areas.items():
            self._squares[name] += float((squares if area is None else squares[area]).mean())
            if with_ssim:
                self._ssim[name].append(ssim(one, two, area))

    @property
    def heat(self) -> NDArray[np.float64]:
        """The strongest channel's difference, 0 … 255, HW, as mean over the frames. At least one pair was added."""
        assert self._heat is not None
        return self._heat / self._frames

    def measured(self) -> Measured:
        """Return what was measured. At least one pair was added, one of them with SSIM."""
        assert self._changed is not None
        return Measured(
            frames=self._frames,
            changed_share=float(self._changed.mean()),
            box=_box(self._changed),
            whole=self._likeness("whole"),
            inside=self._likeness("inside") if "inside" in self._areas else None,
            outside=self._likeness("outside") if "outside" in self._areas else None,
        )

    def _likeness(self, name: str) -> Likeness:
        error = self._squares[name] / self._frames
        psnr = min(MOST_DB, 10 * math.log10(255**2 / error)) if error > 0 else MOST_DB
        return Likeness(psnr_db=psnr, ssim=float(np.mean(self._ssim[name])))


def _box(changed: NDArray[np.bool_]) -> Box | None:
    import cv2

    opened = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    found = opened if opened.any() else changed
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    if not len(rows):
        return None
    return Box(x0=int(columns[0]), y0=int(rows[0]), x1=int(columns[-1]) + 1, y1=int(rows[-1]) + 1)


def aligned(one: Video, two: Video) -> tuple[list[int], bool]:
    """Return, for each frame of `one` that is compared, the number of the frame of `two`, and whether it went by time.

    Clips of one rate go frame by frame. Clips of different rates go by the seconds of the first: the frame of `two`
    that is shown then. Either way as long as both last.
    """
    if math.isclose(one.fps, two.fps, rel_tol=1e-3):
        return list(range(min(one.frames, two.frames))), False
    shared = min(one.seconds, two.seconds)
    count = min(one.frames, max(1, math.ceil(shared * one.fps - 1e-6)))
    return [min(two.frames - 1, math.floor(frame / one.fps * two.fps + 1e-6)) for frame in range(count)], True


def heat_picture(heat: NDArray[np.float64], picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return where something changed, dark red to bright yellow, over the picture in dim grey; uint8 HWC RGB."""
    import cv2

    strength = np.clip(heat / max(_FULL_HEAT, float(heat.max())), 0, 1) ** 0.5
    colours = cv2.applyColorMap((255 * strength).round().astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    grey = 0.4 * cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float64)
    alpha = strength[..., None]
    return np.asarray((grey * (1 - alpha) + colours * alpha).round(), np.uint8)


def side_by_side(one: NDArray[np.uint8], two: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Return two pictures of one size beside each other, tagged A and B, each at most `width` wide."""
    panels = [_tagged(scaled(Pillow.fromarray(picture), width), tag) for picture, tag in ((one, "A"), (two, "B"))]
    sheet = Pillow.new("RGB", (panels[0].width * 2 + _GAP, panels[0].height), (255, 255, 255))
    sheet.paste(panels[0], (0, 0))
    sheet.paste(panels[1], (panels[0].width + _GAP, 0))
    return np.asarray(sheet, np.uint8)


def _tagged(picture: Pillow.Image, tag: str) -> Pillow.Image:
    shown = picture.copy()
    size = max(12, shown.width // 24)
    draw = ImageDraw.Draw(shown)
    draw.rounded_rectangle((size * 0.4, size * 0.4, size * 1.9, size * 1.9), radius=size * 0.3, fill=(20, 22, 30))
    draw.text((size * 1.15, size * 1.15), tag, font=ImageFont.load_default(size), fill=(255, 255, 255), anchor="mm")
    return shown


def frames_at(frames: Iterator[NDArray[np.uint8]], numbers: list[int]) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of these numbers, which never fall; a number may come twice."""
    at, frame = -1, None
    for number in numbers:
        while at < number:
            frame, at = next(frames), at + 1
        assert frame is not None
        yield frame
