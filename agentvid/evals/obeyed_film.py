"""Does an edited clip follow corrected masks and its keyframe, in frames beside the keyframe too?

A clip is encoded, so that frames are compared by dB after its codec and not bit by bit; the keyframe, which has no
loss, is judged as pictures are (`obeyed_still`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.chain.step import Step
from agentvid.evals.intervened import Finding, Intervened
from agentvid.evals.locality import allowed
from agentvid.media.types import EditPlan, Image, Keyframe, Mask, Video

__all__ = ["judge_film"]

_SHARES: Final = (0.2, 0.5, 0.8)
"""How far into the clip its frames are compared."""
_LEAST_DB: Final = 30.0
"""What an untouched part keeps at least of itself through the codec of clips."""
_BACK_DB: Final = 3.0
"""By how much what is no longer meant comes back to what it was."""
_LEAST_PIXELS: Final = 200
_VISIBLE: Final = 8
_LEAST_CHANGED: Final = 0.2


def judge_film(found: Intervened) -> Iterator[Finding]:
    """Yield whether each edited clip follows its masks, its plan and its keyframe as they are now."""
    for step in found.downstream("edit_video"):
        video, old, new = (
            found.argument(step, "video", found.run),
            found.before(step.id, "video"),
            found.after(step.id, "video"),
        )
        if not all(isinstance(clip, Video) for clip in (video, old, new)):
            continue
        assert isinstance(video, Video) and isinstance(old, Video) and isinstance(new, Video)
        if isinstance(found.given, Keyframe):
            yield from _keyframe(found, step, video)
        if isinstance(found.given, Mask | Video):
            yield from _follows(found, step, (video, old, new))


def _follows(found: Intervened, step: Step, clips: tuple[Video, Video, Video]) -> Iterator[Finding]:
    masks = [found.argument(step, "masks", run) for run in (found.base, found.run)]
    plan = found.argument(step, "plan", found.run)
    if not isinstance(masks[0], Video) or not isinstance(masks[1], Video) or not isinstance(plan, EditPlan):
        return
    kept, changed, back = [], [], []
    for share in _SHARES:
        at = round(share * (clips[0].frames - 1))
        source, before, after = (next(found.store.frames(clip, at, at + 1)) for clip in clips)
        inside = [found.mask_at(mask, at, clips[0]) for mask in masks if isinstance(mask, Video)]
        reach = [allowed(mask, plan) for mask in inside]
        sure = reach[1] & ~_wide(~reach[1])
        kept.append(_alike(source, after, ~_wide(reach[1])))
        changed.append(_changed(source, after, sure))
        lost = reach[0] & ~_wide(reach[1])
        if lost.sum() >= _LEAST_PIXELS:
            back.append((_alike(source, before, lost), _alike(source, after, lost)))
    told = " / ".join(f"{value:.1f}" for value in kept)
    yield Finding("frames stay as they were where the plan does not reach", min(kept) >= _LEAST_DB, f"{told} dB")
    told = " / ".join(f"{value:.0%}" for value in changed)
    yield Finding("frames change where the masks are now", max(changed) >= _LEAST_CHANGED, f"{told} of it")
    if back:
        came = all(now >= was + _BACK_DB or now >= _LEAST_DB + 5 for was, now in back)
        told = " / ".join(f"{was:.1f} → {now:.1f}" for was, now in back)
        yield Finding("what is no longer meant comes back", came, f"{told} dB from the source")


def _keyframe(found: Intervened, step: Step, video: Video) -> Iterator[Finding]:
    shown, at = found.after(step.id, "image"), found.argument(step, "keyframe", found.run)
    was = found.argument(step, "keyframe", found.base)
    masks = found.argument(step, "masks", found.run)
    plan = found.argument(step, "plan", found.run)
    is_known = isinstance(at, Keyframe) and isinstance(was, Keyframe) and isinstance(masks, Video)
    if not is_known or not isinstance(shown, Image) or not isinstance(plan, EditPlan) or at == was:
        return
    picture = found.store.image(shown)
    apart = []
    for frame in (at.frame, was.frame):
        source = next(found.store.frames(video, frame, frame + 1))
        outside = ~allowed(found.mask_at(masks, at.frame, video), plan)
        apart.append(_alike(source, picture, outside if outside.sum() >= _LEAST_PIXELS else np.ones_like(outside)))
    told = f"{apart[0]:.1f} dB from frame {at.frame}, {apart[1]:.1f} from frame {was.frame}"
    yield Finding("the edited keyframe is that frame", apart[0] > apart[1], told)


def _wide(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Widen a region by what a codec and a soft border blur."""
    return np.asarray(cv2.dilate(inside.astype(np.uint8), np.ones((13, 13), np.uint8)), np.bool_)


def _alike(one: NDArray[np.uint8], two: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    if not where.any():
        return 99.0
    error = float(np.mean((one[where].astype(np.float64) - two[where]) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def _changed(one: NDArray[np.uint8], two: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    soft = [cv2.blur(picture, (3, 3)).astype(np.int16) for picture in (one, two)]
    off = np.abs(soft[0] - soft[1]).max(axis=-1) > _VISIBLE
    return float(off[where].mean()) if where.any() else 0.0
