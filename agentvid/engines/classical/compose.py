"""Put clips and stills side by side, above each other, one after the other, or one in a corner of another.

Task `compose`. Streams frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.joins import STILL_SECONDS, keep_joined
from agentvid.engines.classical.compose_over import fade_frames, faded, inset, inside
from agentvid.engines.classical.panel import Panel, Picture, evened, letterbox, panel_length, resampled, scaled
from agentvid.errors import CallError
from agentvid.media.types import Image, Video

__all__ = ["LAYOUTS", "compose", "join", "slideshow"]

LAYOUTS: Final = ("beside", "above", "then", "fade", "inset", "inside")
GUTTER: Final = 8
FADE_SECONDS: Final = 0.3
_STILL_FPS: Final = 24.0
_GREY: Final = 128
_MOST_PANELS: Final = 16
_LONGEST_SIDE: Final = 3840


def compose(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Join clips and stills: port `video`, or `image` where only stills are joined beside or above each other.

    Raises: CallError where nothing is given, too much is, or the layout is unknown.
    """
    clips, stills = request.many("clips", Video), request.many("stills", Image)
    layout = request.maybe("layout", str) or "beside"
    if layout not in LAYOUTS:
        raise CallError(f"layout {layout!r}", "one of " + ", ".join(LAYOUTS), "choose one of these")
    if layout == "inside" and clips:
        raise CallError("a clip inside a mask", "two pictures", "edit_video edits a clip inside masks")
    if not 1 <= len(clips) + len(stills) <= _MOST_PANELS:
        raise CallError(
            f"{len(clips)} clips and {len(stills)} stills",
            f"1 to {_MOST_PANELS} clips or stills",
            "give clips, stills or both",
        )
    if layout == "inside":
        return inside(stills, request, context)
    panels = [_clip(clip, context) for clip in clips] + [_still(still, context) for still in stills]
    warnings: list[str] = []
    fps = max(panel.fps for panel in panels) or _STILL_FPS
    if len({clip.fps for clip in clips}) > 1:
        warnings.append(
            f"clips of {', '.join(f'{c.fps:g}' for c in clips)} fps are shown at {fps:g} by repeating frames"
        )
    fade = request.maybe("fade", float)
    if layout in ("then", "fade"):
        seconds = 0.0 if layout == "then" else 0.5 if fade is None else fade
        made, overlap = _one_after_the_other(panels, fps, warnings, context, seconds)
        return _heard(made, overlap, clips, stills, layout, warnings, context)
    if layout == "inset":
        laid = inset(panels, fps, warnings, request, context)
        return laid if isinstance(laid, EngineResult) else _heard(laid, 0.0, clips, stills, layout, warnings, context)
    sizes = _fitted_sizes(panels, layout, warnings)
    if not clips:
        pictures = [scaled(next(panel.read()), size) for panel, size in zip(panels, sizes, strict=True)]
        return EngineResult.of(*warnings, image=context.store.put_image(join(pictures, layout)))
    lengths = [panel_length(panel, fps) if panel.fps else 1 for panel in panels]
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
            shown = [scaled(next(source), size) for source, size in zip(sources, sizes, strict=True)]
            yield evened(join(shown, layout))

    return _heard(context.store.put_video(frames(), fps), 0.0, clips, stills, layout, warnings, context)


def _heard(
    made: Video,
    overlap: float,
    clips: Sequence[Video],
    stills: Sequence[Image],
    layout: str,
    warnings: list[str],
    context: EngineContext,
) -> EngineResult:
    video, said = keep_joined(context, clips, stills, made, layout, overlap)
    return EngineResult.of(*warnings, *said, video=video)


def join(pictures: Sequence[Picture], layout: str) -> Picture:
    """Put pictures of equal height beside each other, or of equal width above each other, a grey gutter between."""
    axis = 1 if layout == "beside" else 0
    gap = list(pictures[0].shape)
    gap[axis] = GUTTER
    parts = [pictures[0]]
    for picture in pictures[1:]:
        parts += [np.full(gap, _GREY, np.uint8), picture]
    return np.concatenate(parts, axis=axis)


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
    panels: Sequence[Panel], fps: float, warnings: list[str], context: EngineContext, fade_seconds: float
) -> tuple[Video, float]:
    """Return the clip, and over how many seconds neighbours overlap."""
    largest = max(panels, key=lambda panel: panel.width * panel.height)
    scale = min(1.0, _LONGEST_SIDE / max(largest.width, largest.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (largest.width, largest.height))
    if any((panel.width, panel.height) != (width, height) for panel in panels):
        warnings.append(f"all is shown at {width}x{height}; other shapes are letterboxed")
    if any(not panel.fps for panel in panels):
        warnings.append(f"each still is shown for {STILL_SECONDS:g} s")
    lengths = [panel_length(panel, fps) if panel.fps else round(STILL_SECONDS * fps) for panel in panels]
    fade = fade_frames(lengths, fade_seconds, fps, warnings)
    total = sum(lengths) - fade * (len(panels) - 1)

    def boxed(panel: Panel, length: int) -> Iterator[Picture]:
        held: tuple[Picture, Picture] | None = None
        for frame in resampled(panel, fps, length):
            if held is None or held[0] is not frame:
                held = (frame, letterbox(frame, width, height))
            yield held[1]

    def one_by_one() -> Iterator[Picture]:
        return faded((boxed(panel, length) for panel, length in zip(panels, lengths, strict=True)), lengths, fade)

    only_stills = not any(panel.fps for panel in panels) and not fade

    def frames() -> Iterator[Picture]:
        if only_stills:
            made = slideshow([letterbox(next(panel.read()), width, height) for panel in panels], fps)
        else:
            made = one_by_one()
        for done, frame in enumerate(made):
            context.progress(done, total, "joining")
            yield frame

    return context.store.put_video(frames(), fps), fade / fps


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
