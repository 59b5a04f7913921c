"""Compositions in which one lies over another: faded into the next, small in a corner, inside a mask. Streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.panel import Panel, Picture, evened, panel_length, resampled, scaled
from agentvid.errors import CallError
from agentvid.media.picture import read_straight
from agentvid.media.types import Image, Mask, Video

__all__ = ["CORNERS", "fade_frames", "faded", "inset", "inside"]

CORNERS: Final = ("upper left", "upper right", "lower left", "lower right")

_MARGIN: Final = 0.03
_RIM: Final = 2
_LEAST_SHARE, _MOST_SHARE = 0.1, 0.6
_MOST_FADE: Final = 5.0


def fade_frames(lengths: Sequence[int], seconds: float, fps: float, warnings: list[str]) -> int:
    """Return how many frames of neighbours overlap; at most half of the shortest, which is said in `warnings`.

    Raises: CallError where the seconds are out of 0 to 5.
    """
    if not 0 <= seconds <= _MOST_FADE:
        raise CallError(f"a fade of {seconds:g} seconds", f"0 to {_MOST_FADE:g}", "ask for another length")
    wanted, room = round(seconds * fps), min(lengths) // 2
    if wanted > room:
        warnings.append(f"faded over {room / fps:.2f} s instead of {seconds:g}: half of the shortest clip")
    return min(wanted, room)


def faded(sources: Iterable[Iterator[Picture]], lengths: Sequence[int], fade: int) -> Iterator[Picture]:
    """Yield clips one after the other; the last `fade` frames of each are mixed with the first ones of the next."""
    tail: list[Picture] = []
    for index, (source, length) in enumerate(zip(sources, lengths, strict=True)):
        keeps = fade if index + 1 < len(lengths) else 0
        for at, frame in enumerate(source):
            if at < len(tail):
                share = (at + 1) / (len(tail) + 1)
                frame = np.asarray(cv2.addWeighted(tail[at], 1 - share, frame, share, 0), np.uint8)
                if at == len(tail) - 1:
                    tail = []
            if at < length - keeps:
                yield frame
            else:
                tail.append(frame)


def inset(
    panels: Sequence[Panel], fps: float, warnings: list[str], request: EngineRequest, context: EngineContext
) -> EngineResult | Video:
    """Show the second clip or still small in a corner of the first: the clip, or a result with `image` of two stills.

    Raises: CallError where there are not two, or corner or share is out of its range.
    """
    corner = request.maybe("corner", str) or "lower right"
    given = request.maybe("share", float)
    share = 0.3 if given is None else given
    if len(panels) != 2:
        raise CallError(f"{len(panels)} clips and stills", "two: the large one and the small one", "give two of them")
    if corner not in CORNERS:
        raise CallError(f"the corner {corner!r}", f"one of {', '.join(CORNERS)}", "choose one of these")
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        raise CallError(
            f"a share of {share:g}", f"{_LEAST_SHARE} to {_MOST_SHARE}", "choose another share of the width"
        )
    large, small = panels
    width = max(2, round(large.width * share))
    height = max(2, round(width * small.height / small.width))
    margin = round(_MARGIN * large.width)
    if height + 2 * margin > large.height:
        height = large.height - 2 * margin
        width = max(2, round(height * small.width / small.height))
        warnings.append(f"the small one is {width / large.width:.0%} of the width, so that it fits")
    if not large.fps and not small.fps:
        picture = _laid(next(large.read()), scaled(next(small.read()), (width, height)), corner, margin)
        return EngineResult.of(*warnings, image=context.store.put_image(picture))
    lengths = [panel_length(panel, fps) if panel.fps else 1 for panel in panels]
    total = lengths[0] if large.fps else lengths[1]
    if large.fps and small.fps and lengths[0] != lengths[1]:
        told = "ends earlier and holds its last frame" if lengths[1] < total else "is cut where the large one ends"
        warnings.append(f"the small clip {told}")

    def frames() -> Iterator[Picture]:
        shown = zip(resampled(large, fps, total), resampled(small, fps, total), strict=True)
        for done, (under, over) in enumerate(shown):
            context.progress(done, total, "joining")
            yield evened(_laid(under, scaled(over, (width, height)), corner, margin))

    return context.store.put_video(frames(), fps)


def inside(stills: Sequence[Image], request: EngineRequest, context: EngineContext) -> EngineResult:
    """Show the first picture inside `mask` and the second outside, whose pixels there are the very same: port `image`.

    Raises: CallError where there are not two pictures and a mask of one size.
    """
    mask = request.maybe("mask", Mask)
    sizes = {(still.width, still.height) for still in stills} | ({(mask.width, mask.height)} if mask else set())
    if len(stills) != 2 or mask is None or len(sizes) != 1:
        raise CallError(
            f"{len(stills)} pictures and {'a' if mask else 'no'} mask, of {len(sizes)} sizes",
            "two pictures and a mask of one size: the one inside, and the one outside",
            "give them so",
        )
    over, under = (read_straight(context.store.path(still)) for still in stills)
    share = context.store.mask(mask)[..., None].astype(np.float32) / 255
    layers = [
        np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8) if opacity is None else opacity])
        for rgb, opacity in (over, under)
    ]
    whole = np.asarray(np.rint(layers[0] * share + layers[1] * (1 - share)), np.uint8)
    is_opaque = over[1] is None and under[1] is None
    return EngineResult.of(image=context.store.put_image(np.ascontiguousarray(whole[..., : 3 if is_opaque else 4])))


def _laid(under: Picture, over: Picture, corner: str, margin: int) -> Picture:
    height, width = over.shape[:2]
    top = margin if "upper" in corner else under.shape[0] - margin - height
    left = margin if "left" in corner else under.shape[1] - margin - width
    laid = under.copy()
    laid[max(0, top - _RIM) : top + height + _RIM, max(0, left - _RIM) : left + width + _RIM] = 255
    laid[top : top + height, left : left + width] = over
    return laid
