"""Did the edit do what it asks, and did the rest stay? By pixels, durations and words of the answer alone."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.evals.editing.case import Expectation, Keep
from agentvid.evals.editing.media import Shown, scene_of
from agentvid.evals.editing.region import mask_of
from agentvid.evals.layouts import judge
from agentvid.evals.obeyed_clip import motion_of
from agentvid.media.colours import hex_to_lab
from agentvid.world.judge import placed

__all__ = ["Kept", "Measured", "Seen", "measure", "measure_kept"]

_HUE_DEG: Final = 25.0
_GREY_CHROMA: Final = 12.0
_VISIBLE: Final = 6
"""Grey levels of any channel from which a pixel counts as changed."""
_LEAST_PX: Final = 0.3
_SMALL: Final = 96
_FACTOR: Final = 1.03
"""By how much brighter or darker, sharper or softer counts where a case names no factor."""


@dataclass(frozen=True)
class Seen:
    """What is there to be measured: the result now, the one before the edit (None where there was none), the media of
    the case by name, and the answer in words.
    """

    now: Shown | None
    before: Shown | None
    media: Mapping[str, Shown]
    text: str


@dataclass(frozen=True)
class Measured:
    """One expectation: what it was, whether it came so, and by which figures."""

    kind: str
    passed: bool
    told: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Kept:
    """How much changed where nothing should: grey levels on average, share of visibly changed pixels; and whether the
    case lets that pass. 0 and True where all stayed.
    """

    grey: float
    changed: float
    passed: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"grey": round(self.grey, 3), "changed": round(self.changed, 5), "passed": self.passed}


def measure(expected: Expectation, seen: Seen) -> Measured:
    """Return whether one expectation came true; not, where what it is about is not there."""
    if expected.kind == "says":
        return Measured("says", bool(re.search(expected.text, seen.text, re.IGNORECASE)), seen.text[-120:])
    if seen.now is None:
        return Measured(expected.kind, False, "there is no result")
    needs_before = expected.kind in ("brighter", "darker", "sharper", "softer", "greyer", "changed", "same", "opposite")
    if needs_before and seen.before is None and not expected.of:
        return Measured(expected.kind, False, "there was no result before the edit")
    passed, told = _MEASURES[expected.kind](expected, seen)
    return Measured(expected.kind, bool(passed), told)


def measure_kept(keep: Keep, seen: Seen) -> Kept | None:
    """Return how well what must stay stayed; None where there is no result, or nothing to compare it with."""
    against = seen.media[keep.against] if keep.against else seen.before
    if seen.now is None or against is None:
        return None
    first, last = keep.frames or (0, min(len(seen.now.frames), len(against.frames)))
    pairs = list(zip(seen.now.frames[first:last], against.frames[first:last], strict=False))
    if not pairs or pairs[0][0].shape != pairs[0][1].shape:
        return Kept(255.0, 1.0, False)
    outside = ~mask_of(keep.outside, *pairs[0][0].shape[:2])
    if not outside.any():
        return Kept(0.0, 0.0, True)
    off = [np.abs(one.astype(np.int16) - two)[outside] for one, two in pairs]
    grey = float(np.mean([each.mean() for each in off]))
    changed = float(np.mean([(each.max(axis=-1) > _VISIBLE).mean() for each in off]))
    return Kept(grey, changed, grey <= keep.grey)


def _both(expected: Expectation, seen: Seen) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]] | None:
    """Return the middle frames, after and before, and the region; None where their sizes differ."""
    assert seen.now is not None and seen.before is not None
    now, was = (shown.frames[len(shown.frames) // 2] for shown in (seen.now, seen.before))
    return (now, was, mask_of(expected.where, *now.shape[:2])) if now.shape == was.shape else None


def _colour(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None and expected.colour is not None
    frame = seen.now.frames[len(seen.now.frames) // 2]
    pixels = frame[mask_of(expected.where, *frame.shape[:2])]
    lab = cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    _, a, b = hex_to_lab(expected.colour)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    if math.hypot(a, b) < _GREY_CHROMA:
        share = float((chroma < _GREY_CHROMA).mean())
    else:
        off = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]) - math.atan2(b, a))
        share = float(((np.abs((off + 180) % 360 - 180) <= _HUE_DEG) & (chroma >= _GREY_CHROMA)).mean())
    least = expected.least if expected.least is not None else 0.5
    return share >= least, f"{share:.0%} of it is {expected.colour}"


def _compared(value: Callable[[NDArray[np.uint8], NDArray[np.bool_]], float], more: bool) -> Any:
    """Return a measure by which a value of the region is more, or less, than before by a factor."""

    def compare(expected: Expectation, seen: Seen) -> tuple[bool, str]:
        both = _both(expected, seen)
        if both is None:
            return False, "the result has another size than before"
        now, was = (value(frame, both[2]) for frame in both[:2])
        factor = expected.least if expected.least is not None else _FACTOR
        return (now >= was * factor if more else now * factor <= was), f"{was:.1f} → {now:.1f}"

    return compare


def _light(frame: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    return float(frame[where].mean())


def _sharpness(frame: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    return float(np.abs(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.CV_32F))[where].mean())


def _chroma(frame: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    return float(np.ptp(frame[where].astype(np.int16), axis=-1).mean())


def _changed(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    both = _both(expected, replace(seen, before=seen.media[expected.of]) if expected.of else seen)
    if both is None:
        return True, "the result has another size than before"
    off = float(np.abs(both[0].astype(np.int16) - both[1])[both[2]].mean())
    return off >= (expected.least if expected.least is not None else 5.0), f"differs by {off:.1f} grey levels"


def _same(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None and seen.before is not None
    if len(seen.now.frames) != len(seen.before.frames):
        return False, f"{len(seen.before.frames)} → {len(seen.now.frames)} frames"
    pairs = list(zip(seen.now.frames, seen.before.frames, strict=True))
    if pairs[0][0].shape != pairs[0][1].shape:
        return False, "the result has another size than before"
    off = float(np.mean([np.abs(one.astype(np.int16) - two).mean() for one, two in pairs]))
    return off <= (expected.most or 0.0), f"differs by {off:.2f} grey levels"


def _size(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None
    height, width = seen.now.frames[0].shape[:2]
    return (width, height) == (expected.width, expected.height), f"{width} x {height}"


def _seconds(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None
    least, most = expected.least or 0.0, math.inf if expected.most is None else expected.most
    return least <= seen.now.seconds <= most, f"{seen.now.seconds:.2f} s"


def _motion(shown: Shown) -> NDArray[np.float64]:
    return motion_of(shown.frames[0], shown.frames[(len(shown.frames) - 1) // 3]).fit


def _moves(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None
    across, down, grows, _ = _motion(seen.now)
    ways = {"right": across, "left": -across, "down": down, "up": -down, "in": grows, "out": -grows}
    most = max(ways, key=lambda way: ways[way])
    return ways[
        str(expected.way)
    ] >= _LEAST_PX and most == expected.way, f"what is seen moves {most} {ways[most]:.1f} px"


def _opposite(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None and seen.before is not None
    was, now = _motion(seen.before), _motion(seen.now)
    alike = float(was @ now / max(1e-9, np.linalg.norm(was) * np.linalg.norm(now)))
    return alike <= -0.5, f"cosine {alike:.2f} with the motion before"


def _frame(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None and expected.at is not None and expected.of_frame is not None
    frames = seen.media[expected.of].frames
    shown, wanted = seen.now.frames[expected.at], expected.of_frame % len(frames)
    off = [
        float(np.abs(shown.astype(np.int16) - frame).mean()) if frame.shape == shown.shape else 255 for frame in frames
    ]
    nearest = int(np.argmin(off))
    return abs(nearest - wanted) <= 1 and off[nearest] < 20, f"nearest to frame {nearest}, wanted {wanted}"


def _shows(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None
    frame = seen.now.frames[-1]
    if frame.shape != (128, 128, 3):
        return False, f"a picture of {frame.shape[1]} x {frame.shape[0]}"
    found = judge().see(frame[None])[0]
    return placed(found, scene_of(expected.layout)), "seen " + (
        ", ".join(" ".join(one.look) for one in found) or "nothing"
    )


def _made_from(expected: Expectation, seen: Seen) -> tuple[bool, str]:
    assert seen.now is not None
    alike = {name: _likeness(expected, seen.now, shown) for name, shown in seen.media.items()}
    best = max(alike, key=lambda name: alike[name])
    rest = max((value for name, value in alike.items() if name != expected.of), default=-1.0)
    return best == expected.of and alike[best] > rest + 0.02, f"most like {best} ({alike[best]:.2f})"


def _likeness(expected: Expectation, now: Shown, other: Shown) -> float:
    """Correlation of edges and light of the two, at one small size: blind to colours and brightness."""
    shown = now.frames[0]
    if expected.where is not None:
        rows, columns = np.nonzero(mask_of(expected.where, *shown.shape[:2]))
        shown = shown[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    one, two = (_plain(frame) for frame in (shown, other.frames[0]))
    return float((one * two).mean())


def _plain(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    small = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (_SMALL, _SMALL), interpolation=cv2.INTER_AREA)
    grey = small.astype(np.float64) - cv2.blur(small.astype(np.float64), (31, 31))
    return np.asarray((grey - grey.mean()) / max(1e-6, float(grey.std())))


_MEASURES: Final[Mapping[str, Callable[[Expectation, Seen], tuple[bool, str]]]] = {
    "colour": _colour,
    "brighter": _compared(_light, more=True),
    "darker": _compared(_light, more=False),
    "sharper": _compared(_sharpness, more=True),
    "softer": _compared(_sharpness, more=False),
    "greyer": _compared(_chroma, more=False),
    "changed": _changed,
    "same": _same,
    "size": _size,
    "seconds": _seconds,
    "moves": _moves,
    "opposite": _opposite,
    "frame": _frame,
    "shows": _shows,
    "made_from": _made_from,
}
