"""Put clips and stills side by side, one above the other, or one after the other; task `compose`. Streams frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.errors import CallError
from agentvid.media.types import Image, Video

__all__ = ["LAYOUTS", "Panel", "compose", "join", "letterbox", "resampled", "slideshow"]

Picture = NDArray[np.uint8]

LAYOUTS: Final = ("beside", "above", "then")
GUTTER: Final = 8
STILL_SECONDS: Final = 2.0
FADE_SECONDS: Final = 0.3
_STILL_FPS: Final = 24.0
_GREY: Final = 128
_MOST_PANELS: Final = 16
_LONGEST_SIDE: Final = 3840


@dataclass(frozen=True)
class Panel:
    """A clip or still as one thing to show: size in pixels, frames (1 for a still), fps (0 for a still)."""

    width: int
    height: int
    frames: int
    fps: float
    read: Callable[[], Iterator[Picture]]


def compose(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Join clips and stills: port `video`, or `image` where only stills are joined beside or above each other.

    Raises: CallError where nothing is given, too much is, or the layout is unknown.
    """
    clips, stills = request.many("clips", Video), request.many("stills", Image)
    layout = request.maybe("layout", str) or "beside"
    if layout not in LAYOUTS:
        raise CallError(f"layout {layout!r}", "one of " + ", ".join(LAYOUTS), "choose one of these")
    if not 1 <= len(clips) + len(stills) <= _MOST_PANELS:
        raise CallError(
            f"{len(clips)} clips and {len(stills)} stills",
            f"1 to {_MOST_PANELS} clips or stills",
            "give clips, stills or both",
        )
    panels = [_clip(clip, context) for clip in clips] + [_still(still, context) for still in stills]
    warnings: list[str] = []
    fps = max(panel.fps for panel in panels) or _STILL_FPS
    if len({clip.fps for clip in clips}) > 1:
        warnings.append(
            f"clips of {', '.join(f'{c.fps:g}' for c in clips)} fps are shown at {fps:g} by repeating frames"
        )
    if layout == "then":
        return _one_after_the_other(panels, fps, warnings, context)
    sizes = _fitted_sizes(panels, layout, warnings)
    if not clips:
        pictures = [_scaled(next(panel.read()), size) for panel, size in zip(panels, sizes, strict=True)]
        return EngineResult.of(*warnings, image=context.store.put_image(join(pictures, layout)))
    lengths = [_length(panel, fps) if panel.fps else 1 for panel in panels]
    total = max(lengths)
    for i, (panel, length) in enumerate(zip(panels, lengths, strict=True)):
        if panel.fps and length < total:
            warnings.append(
                f"clip {i + 1} ends after {length / fps:.1f} s; its last frame is held to {total / fps:.1f} s"
            )

    def frames() -> Iterator[Picture]:
        sources = [resampled(panel, fps, total) for panel in panels]
        for done in range(total):
            context.progress(done, total, "joining")
            shown = [_scaled(next(source), size) for source, size in zip(sources, sizes, strict=True)]
            yield _even(join(shown, layout))

    return EngineResult.of(*warnings, video=context.store.put_video(frames(), fps))


def join(pictures: Sequence[Picture], layout: str) -> Picture:
    """Put pictures of equal height beside each other, or of equal width above each other, a grey gutter between."""
    axis = 1 if layout == "beside" else 0
    gap = list(pictures[0].shape)
    gap[axis] = GUTTER
    parts = [pictures[0]]
    for picture in pictures[1:]:
        parts += [np.full(gap, _GREY, np.uint8), picture]
    return np.concatenate(parts, axis=axis)


def letterbox(rgb: Picture, width: int, height: int) -> Picture:
    """Return the picture scaled to fit into width x height, centred on black."""
    scale = min(width / rgb.shape[1], height / rgb.shape[0])
    inner = _scaled(rgb, (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))))
    if inner.shape[:2] == (height, width):
        return inner
    boxed = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    boxed[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return boxed


def resampled(panel: Panel, fps: float, total: int) -> Iterator[Picture]:
    """Yield `total` frames of a panel at `fps`: the frame shown at each time; the last one is held."""
    source = panel.read()
    shown, at = next(source), 0
    for i in range(total):
        wanted = min(panel.frames - 1, int(i * panel.fps / fps + 1e-6)) if panel.fps else 0
        while at < wanted:
            following = next(source, None)
            if following is None:
                break
            shown, at = following, at + 1
        yield shown


def slideshow(pictures: Sequence[Picture], fps: float) -> Iterator[Picture]:
    """Yield pictures of one size for `STILL_SECONDS` each; the last `FADE_SECONDS` fade into the next one."""
    each, fade = round(STILL_SECONDS * fps), round(FADE_SECONDS * fps)
    for picture, following in zip(pictures, [*pictures[1:], None], strict=True):
        for i in range(each):
            into = i - (each - fade) + 1
            if following is None or into <= 0:
                yield picture
            else:
                faded = cv2.addWeighted(picture, 1 - into / (fade + 1), following, into / (fade + 1), 0)
                yield np.asarray(faded, np.uint8)


def _one_after_the_other(
    panels: Sequence[Panel], fps: float, warnings: list[str], context: EngineContext
) -> EngineResult:
    largest = max(panels, key=lambda panel: panel.width * panel.height)
    scale = min(1.0, _LONGEST_SIDE / max(largest.width, largest.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (largest.width, largest.height))
    if any((panel.width, panel.height) != (width, height) for panel in panels):
        warnings.append(f"all is shown at {width}x{height}; other shapes are letterboxed")
    if any(not panel.fps for panel in panels):
        warnings.append(f"each still is shown for {STILL_SECONDS:g} s")
    lengths = [_length(panel, fps) if panel.fps else round(STILL_SECONDS * fps) for panel in panels]
    total = sum(lengths)

    def one_by_one() -> Iterator[Picture]:
        for panel, length in zip(panels, lengths, strict=True):
            held: tuple[Picture, Picture] | None = None
            for frame in resampled(panel, fps, length):
                if held is None or held[0] is not frame:
                    held = (frame, letterbox(frame, width, height))
                yield held[1]

    only_stills = not any(panel.fps for panel in panels)

    def frames() -> Iterator[Picture]:
        if only_stills:
            made = slideshow([letterbox(next(panel.read()), width, height) for panel in panels], fps)
        else:
            made = one_by_one()
        for done, frame in enumerate(made):
            context.progress(done, total, "joining")
            yield frame

    return EngineResult.of(*warnings, video=context.store.put_video(frames(), fps))


def _fitted_sizes(panels: Sequence[Panel], layout: str, warnings: list[str]) -> list[tuple[int, int]]:
    """Return (width, height) of each panel: all as high (beside) or as wide (above) as the largest."""
    beside = layout == "beside"
    side = max(panel.height if beside else panel.width for panel in panels)
    along = sum(side * (p.width / p.height if beside else p.height / p.width) for p in panels)
    room = _LONGEST_SIDE - GUTTER * (len(panels) - 1)
    if along > room:
        side = max(2, int(side * room / along))
        warnings.append(f"scaled down: the {'width' if beside else 'height'} is at most {_LONGEST_SIDE} pixels")
    sizes = []
    for panel in panels:
        other = max(1, round(side * (panel.width / panel.height if beside else panel.height / panel.width)))
        sizes.append((other, side) if beside else (side, other))
    changed = [i + 1 for i, (p, size) in enumerate(zip(panels, sizes, strict=True)) if size != (p.width, p.height)]
    if changed:
        told = ", ".join(map(str, changed))
        warnings.append(f"scaled to equal {'height' if beside else 'width'} {side}: number {told}")
    return sizes


def _clip(clip: Video, context: EngineContext) -> Panel:
    return Panel(clip.width, clip.height, clip.frames, clip.fps, lambda: context.store.frames(clip))


def _still(still: Image, context: EngineContext) -> Panel:
    return Panel(still.width, still.height, 1, 0.0, lambda: iter([context.store.image(still)]))


def _length(panel: Panel, fps: float) -> int:
    return max(1, round(panel.frames * fps / panel.fps))


def _scaled(rgb: Picture, size: tuple[int, int]) -> Picture:
    if (rgb.shape[1], rgb.shape[0]) == size:
        return rgb
    how = cv2.INTER_AREA if size[0] < rgb.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def _even(rgb: Picture) -> Picture:
    """Repeat the last row or column where a side is odd: clips have even sides."""
    pad = ((0, rgb.shape[0] % 2), (0, rgb.shape[1] % 2), (0, 0))
    return rgb if not any(p[1] for p in pad) else np.pad(rgb, pad, mode="edge")
