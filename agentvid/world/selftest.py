"""What a prediction can tell of itself without the truth: whether the way back leads back.

    way_back(first, far, back, step)      the engine's picture of the first frame, made from a later one
    time_back(first, key, shown, back)    the engine's picture of a given frame, made from the new ones, reversed
    loop(changes)                         the end of a way that ends where it began
    untested(why)                         where no such test is possible

Each is a distance from what is known, as a share of how far the pictures changed on the way: 0 is exact, 1 no nearer
than not going back. An engine that moves nothing leads back to everything: that is said instead of a share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.media.types import Answer
from agentvid.world.trust import QUESTION, Bound, closure

__all__ = ["STILL", "SelfTest", "bound_answer", "distance", "loop", "time_back", "untested", "way_back"]

Frame = NDArray[np.uint8]

STILL: Final = 1.0
"""Grey levels of change below which nothing moved."""
_LEAST_SEEN: Final = 0.05
"""Share of the first picture that a later frame has to show."""
_NOTHING: Final = "nothing moved: a way back proves nothing"


@dataclass(frozen=True)
class SelfTest:
    """A test in words, and its measures: `inversion` or `loop_closure`, shares of the change on the way."""

    said: str
    measures: Mapping[str, float] = field(default_factory=dict)

    def joined(self, other: SelfTest | None) -> SelfTest:
        """Return both tests as one; what both say is said once."""
        if other is None or other.said == self.said:
            return self
        return SelfTest(f"{self.said}; {other.said}", {**self.measures, **other.measures})


def distance(one: Frame, two: Frame, where: NDArray[np.bool_] | None = None) -> float:
    """Return the root of the mean squared difference of two pictures (H, W, 3) in grey levels, of pixels `where`."""
    off = one.astype(np.float32) - two
    return float(np.sqrt(np.mean((off if where is None else off[where]) ** 2)))


def way_back(
    first: Frame, far: Frame, back: Frame, step: int, seen: NDArray[np.bool_] | None = None, still: float = STILL
) -> SelfTest:
    """Test how near the way back from frame `far`, number `step` from 1, comes to the first picture.

    `seen` (H, W) tells which pixels of the first picture that frame shows: only those can be led back to.
    """
    share = 1.0 if seen is None else float(seen.mean())
    if share < _LEAST_SEEN:
        return untested("the last frame shows too little of the first picture: the way back can't be tested")
    way = distance(first, far, seen)
    if way <= still:
        return SelfTest(_NOTHING)
    missed = distance(first, back, seen) / way
    return SelfTest(
        f"way back from frame {step}: it misses the first picture by {missed:.0%} of the change on the way "
        "(0%: exact, 100%: lost)",
        {"inversion": round(missed, 4), "seen_again": round(share, 4)},
    )


def time_back(first: Frame, key: Frame, shown: Frame, back: Frame, still: float = STILL) -> SelfTest:
    """Test how near going back in time comes to an earlier given frame `first`.

    `key` is the last given frame, `shown` the last new one, `back` what the new frames, reversed, go on to.
    """
    moved = distance(first, key)
    if moved <= still or distance(key, shown) <= still:
        return SelfTest(_NOTHING)
    missed = distance(first, back) / moved
    return SelfTest(
        f"back in time from the new frames: it misses the given ones by {missed:.0%} of how they moved "
        "(0%: exact, 100%: no better than standing still)",
        {"inversion": round(missed, 4)},
    )


def loop(changes: Sequence[float], still: float = STILL) -> SelfTest:
    """Test how near a way that ends where it began comes to the first picture; `changes` as `closure` takes them."""
    if max(changes) <= still:
        return SelfTest(_NOTHING)
    measures = closure(changes)
    missed = measures["loop_closure"]
    return SelfTest(
        f"the way ends where it began: it misses the first picture by {missed:.0%} of the change on the way", measures
    )


def untested(why: str) -> SelfTest:
    """Return what says why there is no test."""
    return SelfTest(why)


def bound_answer(bound: Bound | None, step: str, fps: float, test: SelfTest) -> Answer:
    """Return the bound and the self-test as one answer; without a bound the test alone."""
    if bound is None:
        return Answer(question=QUESTION, text=test.said, measures=dict(test.measures))
    told = bound.answer(step, fps, **test.measures)
    return told.model_copy(update={"text": f"{told.text}; {test.said}"})
