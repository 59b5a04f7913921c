"""How far a prediction can be believed: bounds on its error that hold for a stated share of frames, and the horizon.

Errors on held-out rollouts give quantiles (conformal calibration): where a new rollout is drawn like those, a frame of
it, any one of them, is within its bound with at least the stated probability, whatever the model is (`errors`); and so
are all its frames together, for a wider bound (`whole`). Quantiles ship as `trust.json`; `agentvid eval world --suite
trust` makes that file and measures the coverage on other rollouts.

    profile = profiles()["small/novel_view"]
    bound = profile.bound([1, 2, 3], guess=[20.0, 28.0, 31.0])
    bound.trust_steps, bound.told("view")

Errors are roots of mean squared differences in grey levels (of 255).

Sources: Angelopoulos and Bates 2021, "A gentle introduction to conformal prediction" (arXiv 2107.07511), section 1;
Lee, Barber and Willett 2023, "Distribution-free inference with hierarchical data" (arXiv 2306.06342), section 3: one
frame of a new rollout, by all frames of those that were calibrated with.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from agentvid.errors import InputError
from agentvid.media.types import Answer

__all__ = [
    "LEVEL",
    "PROFILES",
    "TOLERANCE_DB",
    "Bound",
    "Profile",
    "bound_for",
    "closure",
    "conformal_quantile",
    "pooled_quantile",
    "profiles",
    "to_db",
    "to_error",
]

LEVEL: Final = 0.9
"""Share of frames, or of rollouts, for which a bound is made to hold."""
TOLERANCE_DB: Final = 24.0
"""PSNR below which a frame is not believed."""
PROFILES: Final = Path(__file__).with_name("trust.json")
_MOST_TOLD: Final = 48
"""Steps whose bound is told in numbers; of more, as many evenly spread."""


@dataclass(frozen=True)
class Profile:
    """What was calibrated of one task of one engine, on `n` rollouts of what `made_on` says.

    After `steps[i]` the error expected is `base[i] + share[i] * guess`, where the guess is what the engine can tell
    without the truth; between two steps it is in between, beyond the last nothing is known. `frame` and `whole` are
    the quantiles of how often that the true error is: of one frame, and of the worst frame of a rollout. `weights`
    tells whose errors these are, "" where there are none.
    """

    n: int
    made_on: str
    steps: tuple[float, ...]
    base: tuple[float, ...]
    share: tuple[float, ...]
    frame: float
    whole: float
    level: float = LEVEL
    weights: str = ""

    def expected(self, step: float, guess: float = 0.0) -> float:
        """Return the error in grey levels that is expected after so many steps, infinite beyond the last one."""
        if step > self.steps[-1] + 1e-9:
            return math.inf
        base, share = (float(np.interp(step, self.steps, values)) for values in (self.base, self.share))
        return base + share * guess

    def bound(self, steps: Sequence[float], guess: Sequence[float] | None = None) -> Bound:
        """Return the bound after these steps. A step of 0 that was not calibrated is the picture itself: no error."""
        guessed = [0.0] * len(steps) if guess is None else guess
        first = self.steps[0]
        known = [
            0.0 if step == 0 < first else self.expected(step, each) for step, each in zip(steps, guessed, strict=True)
        ]
        errors, whole = (tuple(factor * each for each in known) for factor in (self.frame, self.whole))
        return Bound(errors, whole, self.level, self.n, self.made_on)


@dataclass(frozen=True)
class Bound:
    """Errors at each step that a frame does not exceed with probability `level`, infinite where nothing is known.

    `whole` are those that, with the same probability, no frame of the rollout exceeds.
    """

    errors: tuple[float, ...]
    whole: tuple[float, ...]
    level: float
    n: int
    made_on: str

    stops: int | None = None
    """A step after which nothing is believed, whatever the bound is; None where it alone decides."""

    @property
    def trust_steps(self) -> int:
        """How many steps there are before the bound passes the tolerance, or something else ends belief."""
        held = _within(self.errors)
        return held if self.stops is None else min(held, self.stops)

    def upto(self, steps: int) -> Bound:
        """Return the same bound, of which no more steps than these are believed."""
        return replace(self, stops=steps)

    def answer(self, step: str, fps: float | None = None, **tests: float) -> Answer:
        """Return the bound as an answer.

        `measures` holds `error_at_1`, … (grey levels, steps from 1; thinned out where there are many), `steps`,
        `trust_steps` and `trust_steps_whole`, `level`, `n`, `tolerance_db`; with `fps`, `trust_seconds`; and `tests`.
        """
        told = np.unique(np.linspace(0, len(self.errors) - 1, min(_MOST_TOLD, len(self.errors))).round().astype(int))
        known = {f"error_at_{at + 1}": self.errors[at] for at in map(int, told) if math.isfinite(self.errors[at])}
        held = self.trust_steps
        measures = {
            "trust_steps": float(held),
            "trust_steps_whole": float(min(held, _within(self.whole))),
            "steps": float(len(self.errors)),
            "level": self.level,
            "n": float(self.n),
            "tolerance_db": TOLERANCE_DB,
            **({} if fps is None else {"trust_seconds": held / fps}),
            **tests,
            **known,
        }
        return Answer(question="how far can it be believed?", text=self.told(step), measures=measures)

    def told(self, step: str) -> str:
        """Return the bound in words; `step` names one: "view"."""
        shown = sorted({0, len(self.errors) // 2, len(self.errors) - 1}) if self.errors else []
        known = [(at, self.errors[at]) for at in shown if math.isfinite(self.errors[at])]
        parts = ", ".join(f"{error:.0f} grey levels at {step} {at + 1}" for at, error in known) or "no bound is known"
        told = f"error bound (holds for {self.level:.0%} of {step}s; {self.n} rollouts of {self.made_on}): {parts}"
        return f"{told}; {self._end(step)}"

    def _end(self, step: str) -> str:
        held = self.trust_steps
        if held == len(self.errors):
            return f"within {TOLERANCE_DB:g} dB for all {held}"
        if held < _within(self.errors):
            return f"believed up to {step} {held}"
        if math.isfinite(self.errors[held]):
            return f"passes {TOLERANCE_DB:g} dB at {step} {held + 1}"
        return f"not known from {step} {held + 1} on"


def bound_for(name: str, steps: Sequence[float], guess: Sequence[float], weights: str = "") -> Bound | None:
    """Return the shipped bound after these steps; None where that task, or these weights, were not calibrated."""
    profile = profiles().get(name)
    return None if profile is None or profile.weights != weights else profile.bound(steps, guess)


def closure(changes: Sequence[float]) -> dict[str, float]:
    """Return `loop_closure` of a path that ends where it began, from each frame's distance to the first picture.

    It is the last one's, over the mean of those on the way: 0 is closed. Empty where nothing changed on the way.
    """
    way = float(np.mean(changes[1:-1])) if len(changes) > 2 else 0.0
    return {"loop_closure": round(changes[-1] / way, 4)} if way else {}


def conformal_quantile(scores: Sequence[float], level: float = LEVEL) -> float:
    """Return the ⌈(n + 1) level⌉-th smallest of n scores: a new score is not above it with probability `level` or more.

    Infinite where n is too small for the level.

    Raises: InputError for a level that is not between 0 and 1.
    """
    return pooled_quantile([[score] for score in scores], level)


def pooled_quantile(rollouts: Sequence[Sequence[float]], level: float = LEVEL) -> float:
    """Return what a score drawn at random from a new rollout is not above, with probability `level` or more.

    Each of n rollouts weighs 1/(n + 1), shared by its scores; what is left lies at infinity. Infinite where n is too
    small for the level.

    Raises: InputError for a level that is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level {level:g}", "between 0 and 1", "choose for example 0.9")
    weighed = sorted((score, 1 / ((len(rollouts) + 1) * len(scores))) for scores in rollouts for score in scores)
    below = 0.0
    for score, weight in weighed:
        below += weight
        if below >= level - 1e-9:
            return float(score)
    return math.inf


def to_error(decibels: float) -> float:
    """Return the error in grey levels that a PSNR tells."""
    return float(255 * 10 ** (-decibels / 20))


def to_db(error: float) -> float:
    """Return the PSNR in dB of an error in grey levels, infinite for none."""
    return 20 * math.log10(255 / error) if error > 0 else math.inf


@cache
def profiles() -> dict[str, Profile]:
    """Return what ships, by "engine/task"."""
    told: dict[str, dict[str, Any]] = json.loads(PROFILES.read_text(encoding="utf-8"))
    return {
        name: Profile(**{**each, **{key: tuple(each[key]) for key in ("steps", "base", "share")}})
        for name, each in told.items()
    }


def _within(errors: Sequence[float]) -> int:
    most = to_error(TOLERANCE_DB)
    return next((at for at, error in enumerate(errors) if error > most), len(errors))
