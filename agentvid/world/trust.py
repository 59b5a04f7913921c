"""How far a prediction can be believed: bounds on its error that hold for a stated share of cases, and the horizon.

Residuals on held-out rollouts give a quantile (split-conformal calibration): where a new rollout is drawn like those,
its error stays below the bound with at least the stated probability, whatever the model is. Quantiles ship as
`trust.json`; `agentvid eval world --suite trust` makes that file and measures the coverage on other rollouts.

    profile = profiles()["small/novel_view"]
    bound = Bound.at([profile.error_at(step) for step in (1, 2, 3)], profile)
    bound.trust_steps, bound.told("view")

Errors are roots of mean squared differences in grey levels (of 255).

Source: Angelopoulos and Bates 2021, "A gentle introduction to conformal prediction" (arXiv 2107.07511), section 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from agentvid.errors import InputError
from agentvid.media.types import Answer

__all__ = [
    "LEVEL",
    "PROFILES",
    "TOLERANCE_DB",
    "Bound",
    "Profile",
    "bound_for",
    "conformal_quantile",
    "profiles",
    "to_db",
    "to_error",
]

LEVEL: Final = 0.9
"""Share of cases for which a bound is made to hold."""
TOLERANCE_DB: Final = 24.0
"""PSNR below which a frame is not believed."""
PROFILES: Final = Path(__file__).with_name("trust.json")


@dataclass(frozen=True)
class Profile:
    """What was calibrated of one task of one engine, on `n` rollouts of what `made_on` says.

    `steps` and `errors`: the bound after so many steps. Or `ratio`: by how much the error may exceed what a back-test
    on the clip's own frames found, in all its frames. `weights` tells whose errors these are, "" where there are none.
    """

    n: int
    made_on: str
    level: float = LEVEL
    steps: tuple[float, ...] = ()
    errors: tuple[float, ...] = ()
    ratio: float = math.inf
    weights: str = ""

    def error_at(self, step: float) -> float:
        """Return the bound after so many steps: that of the next step that was calibrated, infinite beyond the last."""
        return next((error for at, error in zip(self.steps, self.errors, strict=True) if at >= step - 1e-9), math.inf)


@dataclass(frozen=True)
class Bound:
    """Errors that are not exceeded at each step, with probability `level`; infinite where nothing is known."""

    errors: tuple[float, ...]
    level: float
    n: int
    made_on: str

    @classmethod
    def at(cls, errors: Sequence[float], profile: Profile) -> Bound:
        """Return the bound of these errors, with what is known of them."""
        return cls(tuple(errors), profile.level, profile.n, profile.made_on)

    @property
    def trust_steps(self) -> int:
        """How many steps there are before the bound passes the tolerance."""
        most = to_error(TOLERANCE_DB)
        return next((at for at, error in enumerate(self.errors) if error > most), len(self.errors))

    def answer(self, step: str) -> Answer:
        """Return the bound as an answer; `measures` holds the error at each step, from 1, and the trusted steps."""
        known = {f"error_at_{at}": error for at, error in enumerate(self.errors, 1) if math.isfinite(error)}
        measures = {"trust_steps": float(self.trust_steps), "level": self.level, **known}
        return Answer(question="how far can it be believed?", text=self.told(step), measures=measures)

    def told(self, step: str) -> str:
        """Return the bound in words; `step` names one: "view"."""
        shown = sorted({0, len(self.errors) // 2, len(self.errors) - 1}) if self.errors else []
        known = [(at, self.errors[at]) for at in shown if math.isfinite(self.errors[at])]
        parts = ", ".join(f"{error:.0f} grey levels at {step} {at + 1}" for at, error in known) or "no bound is known"
        held = self.trust_steps
        ends = (
            f"within {TOLERANCE_DB:g} dB for all {held}"
            if held == len(self.errors)
            else f"passes {TOLERANCE_DB:g} dB at {step} {held + 1}"
        )
        return f"error bound ({self.level:.0%}, {self.n} rollouts of {self.made_on}): {parts}; {ends}"


def bound_for(name: str, steps: Sequence[float], weights: str = "") -> Bound | None:
    """Return the shipped bound after these steps; None where that task, or these weights, were not calibrated."""
    profile = profiles().get(name)
    if profile is None or profile.weights != weights:
        return None
    return Bound.at([profile.error_at(step) if step else 0.0 for step in steps], profile)


def conformal_quantile(scores: Sequence[float], level: float = LEVEL) -> float:
    """Return the ⌈(n + 1) level⌉-th smallest of n scores: a new score is not above it with probability `level` or more.

    Infinite where n is too small for the level.

    Raises: InputError for a level that is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level {level:g}", "between 0 and 1", "choose for example 0.9")
    rank = math.ceil((len(scores) + 1) * level - 1e-9)
    return sorted(scores)[rank - 1] if rank <= len(scores) else math.inf


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
        name: Profile(**{**each, "steps": tuple(each.get("steps", ())), "errors": tuple(each.get("errors", ()))})
        for name, each in told.items()
    }
