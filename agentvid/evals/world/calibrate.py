"""Make `world/trust.json`: conformal quantiles of errors on held-out rollouts, and their coverage on others.

    classical/future_frames   thrown balls, and windows of a real clip: where the camera stands still and where it
                              moves are calibrated apart; steps are frames ahead, as a share of those that were given
    classical/novel_view      simulated stages turned by up to 30 degrees; steps are degrees
    classical/navigate        walks over simulated maps whose solids stand up in truth; steps are moves made
    small/novel_view          held-out stages, by steps of 15 degrees
    small/future_frames       held-out pushes and drops: from their first frame, and clips of four that go on, are
                              calibrated apart; steps are frames
    small/navigate            held-out walks; steps are steps of the walk

Of the rollouts of one seed a third tells how large errors are to be expected (`fitted`), the others rank how far they
are exceeded, step by step, and tell how strict the horizon must be; coverage is measured on the rollouts of another
seed. The windows of a real clip come from `BLOCKS` parts of
its time that share no frame: each part is tested with bounds made on the others. A bound holds for what is drawn like
the rollouts it was made on; of other media it is a guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.evals.rate import Rate
from agentvid.evals.world.quantiles import chance, fitted, strictness
from agentvid.evals.world.residuals import (
    BALL_FPS,
    BLOCKS,
    Residuals,
    city_windows,
    classical_future,
    classical_views,
    classical_walk,
    small_future,
    small_views,
    small_walk,
    thrown,
)
from agentvid.world.trust import LEVEL, PROFILES, TOLERANCE_DB, Profile, conformal_quantile, to_error

if TYPE_CHECKING:
    from agentvid.models.mot import Unified

__all__ = ["PARTS", "RESULTS", "SEEDS", "Calibrated", "calibrated", "coverage_table", "run_trust"]

RESULTS: Final = "residuals.json"
PARTS: Final = ("classical", "small")
SEEDS: Final = (3100, 3200)
"""Of the rollouts that are calibrated with, and of those that coverage is measured on."""
_EVERY: Final = 3
"""Each third rollout is fitted to, the others rank."""
_CITY: Final = "classical/future_frames, moving camera"
_CITY_FPS: Final = 24.0

Told = Callable[[str, str], None]
Floats = NDArray[np.float64]
Rows = Sequence[Residuals]


@dataclass(frozen=True)
class Calibrated:
    """A profile, and of rollouts that it was not made on: in which frames, and in which rollouts whole, bounds held.

    `frames` (N, T) are bool; `trusted` (N, T) tells the frames before the horizon, `within` those truly in tolerance.
    """

    profile: Profile
    frames: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    trusted: NDArray[np.bool_]
    within: NDArray[np.bool_]

    @property
    def coverage(self) -> float:
        """Share of the frames of all rollouts in which the bound held."""
        return float(self.frames.mean())

    def joined(self, other: Calibrated) -> Calibrated:
        """Return the tests of both, with this one's profile."""
        names = ("frames", "whole", "trusted", "within")
        both = (np.concatenate([getattr(self, name), getattr(other, name)]) for name in names)
        return Calibrated(self.profile, *both)

    def to_json(self) -> dict[str, Any]:
        """Return what was measured. Frames of a rollout stand and fall together: the interval is of mean shares."""
        shares, ranked = self.frames.mean(axis=1), self.profile.n - len(range(0, self.profile.n, _EVERY))
        half = 1.959964 * float(shares.std(ddof=1)) / len(shares) ** 0.5 if len(shares) > 1 else float("nan")
        kept = self.within[self.trusted]
        return {
            "calibrated": self.profile.n,
            "rollouts": len(self.frames),
            "frames": int(self.frames.size),
            "coverage": round(self.coverage, 4),
            "low": round(max(0.0, self.coverage - half), 4),
            "high": round(min(1.0, self.coverage + half), 4),
            "by_step": [Rate.of(step).to_json() for step in self.frames.T.tolist()],
            "by_chance": [round(share, 4) for share in chance(ranked, len(self.frames))],
            "whole": Rate.of(self.whole.tolist()).to_json(),
            "trusted": Rate.of(kept.tolist()).to_json(),
        }


def calibrated(rows: Rows, others: Rows, made_on: str, weights: str = "") -> Calibrated:
    """Return the profile of rollouts, and what it is worth on others.

    Raises: InputError for rollouts of different steps, or fewer than 30.
    """
    steps = rows[0].steps if rows else ()
    if len(rows) < 30 or not others or any(row.steps != steps for row in (*rows, *others)):
        raise InputError(f"{len(rows)} and {len(others)} rollouts", "at least 30 of the same steps", "roll out more")
    fit, ranked = rows[::_EVERY], [row for number, row in enumerate(rows) if number % _EVERY]
    base, share = fitted(_table(fit, "errors"), _table(fit, "guess"))
    scores = _scores(ranked, base, share)
    profile = Profile(
        n=len(rows),
        made_on=made_on,
        steps=tuple(map(float, steps)),
        base=tuple(_up(base)),
        share=tuple(_up(share)),
        frame=tuple(_up([conformal_quantile(step) for step in scores.T.tolist()])),
        whole=_up([conformal_quantile(scores.max(axis=1).tolist())])[0],
        weights=weights,
    )
    held_to = np.array([profile.bound(row.steps, row.guess).errors for row in ranked])
    profile = replace(profile, strict=strictness(held_to, _table(ranked, "errors")))
    bounds, errors = [profile.bound(row.steps, row.guess) for row in others], _table(others, "errors")
    each, whole = (np.array([getattr(bound, name) for bound in bounds]) for name in ("errors", "whole"))
    ahead = np.array([[at < bound.trust_steps for at in range(len(steps))] for bound in bounds], np.bool_)
    within = errors <= to_error(TOLERANCE_DB)
    held = np.asarray((errors <= whole).all(axis=1), np.bool_)
    return Calibrated(profile, errors <= each, held, ahead, within)


def run_trust(
    out: Path,
    clip: Path,
    *,
    rollouts: int,
    unified: Unified | None,
    weights: str,
    parts: Sequence[str] = PARTS,
    told: Told = lambda what, state: None,
) -> dict[str, Any]:
    """Calibrate and test what can be, and return the document; trust.json lies in `out` for `agentvid/world/`.

    Profiles of parts that are not asked for are those that ship. Residuals are kept in residuals.json, rollout by
    rollout, so that a run that was stopped goes on. Without a model the part "small" is left out.
    """
    kept = _Kept(out / RESULTS, weights, told)

    def rows(name: str, make: Callable[[int, int], Residuals], first: int = 0, every: int = 1) -> tuple[Rows, Rows]:
        numbers = range(first, rollouts * every, every)
        pairs = [[kept.row(f"{name} {s} {n}", partial(make, s, n)) for s in SEEDS] for n in numbers]
        return [one for one, _ in pairs], [two for _, two in pairs]

    found: dict[str, Calibrated] = {}
    if "classical" in parts:
        found[_CITY] = _real(clip, kept)
        found["classical/future_frames, still camera"] = calibrated(*rows("ball", _ball), "thrown balls")
        found["classical/novel_view"] = calibrated(*rows("turn", classical_views), "simulated stages")
        found["classical/navigate"] = calibrated(*rows("walk", classical_walk), "simulated maps")
    if "small" in parts and unified is not None:
        for task, name, make, first, every, what in (
            ("novel_view", "view", small_views, 0, 1, "held-out stages"),
            ("future_frames, four frames given", "future", small_future, 0, 2, "held-out pushes and drops"),
            ("future_frames, one frame given", "future", small_future, 1, 2, "held-out pushes and drops"),
            ("navigate", "step", small_walk, 0, 1, "held-out walks"),
        ):
            found[f"small/{task}"] = calibrated(*rows(name, partial(make, unified), first, every), what, weights)
    anew = {name.split("/")[0] for name in found}
    told_before = json.loads(PROFILES.read_text(encoding="utf-8"))
    others = {name: each for name, each in told_before.items() if name.split("/")[0] not in anew}
    shipped = {**others, **_profiles(found)}
    (out / "trust.json").write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    coverage = {name: each.to_json() for name, each in found.items()}
    document: dict[str, Any] = {"level": LEVEL, "seeds": SEEDS, "coverage": coverage, "profiles": shipped}
    (out / "coverage.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / "table.md").write_text(coverage_table(document), encoding="utf-8")
    return document


def coverage_table(document: dict[str, Any]) -> str:
    """Return the coverage as a table in Markdown, with 95 % intervals; of steps, the least and the most covered."""
    head = (
        "| bound | calibrated on | tested on | frames within (90 % wanted) | by step (by chance) | rollouts within "
        "| trusted and true |"
    )
    lines = [head, "|" + "---|" * 7]
    for name, each in document["coverage"].items():
        whole, kept = each["whole"], each["trusted"]
        by_step, (low, high) = [step["value"] for step in each["by_step"]], each["by_chance"]
        lines.append(
            f"| {name} | {each['calibrated']} | {each['rollouts']} ({each['frames']} frames) "
            f"| {_percent(each['coverage'], each['low'], each['high'])} "
            f"| {min(by_step):.0%} to {max(by_step):.0%} ({low:.0%} to {high:.0%}) "
            f"| {_percent(whole['value'], whole['low'], whole['high'])} "
            f"| {_percent(kept['value'], kept['low'], kept['high']) if kept['n'] else 'none is'} |"
        )
    return "\n".join(lines) + "\n"


def _profiles(found: dict[str, Calibrated]) -> dict[str, Any]:
    return {name: asdict(each.profile) for name, each in found.items()}


def _percent(value: float, low: float, high: float) -> str:
    return f"{value:.1%} ({low:.0%} to {high:.0%})"


def _real(clip: Path, kept: _Kept) -> Calibrated:
    """Test each part of a clip's time with the others; what ships is made on all."""
    windows = list(city_windows(clip))
    rows = [kept.row(f"clip {window.name}", partial(classical_future, window.frames, _CITY_FPS)) for window in windows]
    what, tested = "windows of a city clip", None
    for block in range(BLOCKS):
        own = [row for window, row in zip(windows, rows, strict=True) if window.block == block]
        others = [row for window, row in zip(windows, rows, strict=True) if window.block != block]
        found = calibrated(others, own, what)
        tested = found if tested is None else tested.joined(found)
    assert tested is not None
    return replace(tested, profile=calibrated(rows, rows, what).profile)


def _ball(seed: int, number: int) -> Residuals:
    return classical_future(thrown(seed, number), BALL_FPS)


def _scores(rows: Rows, base: Floats, share: Floats) -> Floats:
    return _table(rows, "errors") / np.maximum(base + share * _table(rows, "guess"), 1e-9)


def _table(rows: Rows, name: str) -> Floats:
    return np.array([getattr(row, name) for row in rows], np.float64)


def _up(values: Sequence[float] | Floats) -> list[float]:
    """Round up to a ten-thousandth, so that bounds stay bounds."""
    return [float(value) for value in np.ceil(np.asarray(values) * 10_000) / 10_000]


class _Kept:
    """Residuals by rollout, on the disk after each new one; those of other weights are not gone on from."""

    def __init__(self, path: Path, weights: str, told: Told) -> None:
        self._path, self._weights, self._told = path, weights, told
        path.parent.mkdir(parents=True, exist_ok=True)
        document: dict[str, Any] = {"weights": weights, "rows": {}}
        if path.is_file():
            document = json.loads(path.read_text(encoding="utf-8"))
        same = document["weights"] == weights
        rows = {name: row for name, row in document["rows"].items() if same or name.split()[0] not in _DRAWN}
        self._rows: dict[str, Any] = rows

    def row(self, name: str, make: Callable[[], Residuals]) -> Residuals:
        if name in self._rows:
            self._told(name, "kept")
            return Residuals.from_json(self._rows[name])
        self._told(name, "started")
        self._rows[name] = make().to_json()
        partly = self._path.with_suffix(".partial")
        partly.write_text(json.dumps({"weights": self._weights, "rows": self._rows}), encoding="utf-8")
        partly.replace(self._path)
        self._told(name, "done")
        return Residuals.from_json(self._rows[name])


_DRAWN: Final = ("view", "future", "step")
"""First words of the names of residuals that belong to weights."""
