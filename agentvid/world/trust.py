"""How far a prediction can be believed: bounds on its error that hold for a stated share of frames, and the horizon.

Errors on held-out rollouts give quantiles (conformal calibration): where a new rollout is drawn like those, its frame
at each step is within the bound of that step with at least the stated probability, whatever the model is (`errors`);
and so are all its frames together, for a wider bound (`whole`). The horizon is calibrated by itself: frames whose bound
is low are chosen ones, and the bound of chosen ones holds more seldom. Quantiles ship as `trust.json`; `agentvid eval
world --suite trust` makes that file and measures the coverage on other rollouts.

    profile = profiles()["small/novel_view"]
    bound = profile.bound([1, 2, 3], guess=[20.0, 28.0, 31.0])
    bound.trust_steps, bound.told("view")

Errors are roots of mean squared differences in grey levels (of 255).

Source: Angelopoulos and Bates 2021, "A gentle introduction to conformal prediction" (arXiv 2107.07511), section 1.
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
    "QUESTION",
    "TOLERANCE_DB",
    "Bound",
    "Profile",
    "bound_for",
    "closure",
    "conformal_quantile",
    "leading",
    "profiles",
    "to_db",
    "to_error",
]

QUESTION: Final = "how far can it be believed?"
"""What an answer under the port `bound` answers."""
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
    the quantiles of how often that the true error is: of the frame at each step, and of the worst frame of a rollout.
    A frame is believed where `strict` times its bound is within the tolerance; None: no factor made belief right often
    enough. `weights` tells whose errors these are, "" where there are none.
    """

    n: int
    made_on: str
    steps: tuple[float, ...]
    base: tuple[float, ...]
    share: tuple[float, ...]
    frame: tuple[float, ...]
    whole: float
    strict: float | None = 1.0
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
        factors = np.interp(steps, self.steps, self.frame).tolist()
        errors = tuple(factor * each for factor, each in zip(factors, known, strict=True))
        whole = tuple(self.whole * each for each in known)
        strict = math.inf if self.strict is None else self.strict
        return Bound(errors, whole, self.level, self.n, self.made_on, strict=strict)


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
    strict: float = 1.0
    """How many times the bound must fit into the tolerance; infinite where no frame with an error is believed."""

    @property
    def trust_steps(self) -> int:
        """How many steps there are before the bound comes too near the tolerance, or something else ends belief."""
        held = leading(self.errors, to_error(TOLERANCE_DB) / self.strict)
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
            "trust_steps_whole": float(min(held, leading(self.whole, to_error(TOLERANCE_DB)))),
            "steps": float(len(self.errors)),
            "level": self.level,
            "n": float(self.n),
            "tolerance_db": TOLERANCE_DB,
            **({} if fps is None else {"trust_seconds": held / fps}),
            **tests,
            **known,
        }
        return Answer(question=QUESTION, text=self.told(step), measures=measures)

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
        if held < leading(self.errors, to_error(TOLERANCE_DB)):
            return f"believed up to {step} {held}" if held else f"no {step} is believed"
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
    if not 0 < level < 1:
        raise InputError(f"level {level:g}", "between 0 and 1", "choose for example 0.9")
    rank = math.ceil((len(scores) + 1) * level - 1e-9)
    return float(sorted(scores)[rank - 1]) if rank <= len(scores) else math.inf


def leading(errors: Sequence[float], most: float) -> int:
    """Return how many errors come before the first that is more than `most`."""
    return next((at for at, error in enumerate(errors) if error > most), len(errors))


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
        name: Profile(**{**each, **{key: tuple(each[key]) for key in ("steps", "base", "share", "frame")}})
        for name, each in told.items()
    }
