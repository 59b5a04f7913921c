"""Novel views: likeness over copying, exact scenes, the camera's true pose; there and back; once about the stage.

The pose of a drawn view is that of the camera from which the known solids would be seen where the judge sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from agentvid.evals.small.bench import MODES, Bench, Line, Mode, Part, Pixels, group_lines, strip
from agentvid.evals.small.cases import Case, groups_of
from agentvid.evals.small.likeness import psnr
from agentvid.world.bodies import rest_pose
from agentvid.world.caption import instruct
from agentvid.world.edits import Turn
from agentvid.world.judge import is_exact, placed
from agentvid.world.language import tell_scene
from agentvid.world.look import Eye, eye_of, orbit
from agentvid.world.render import SIZE
from agentvid.world.scene import AZIMUTHS, STEP_DEG, Scene

if TYPE_CHECKING:
    from agentvid.world.judge import Seen

__all__ = ["measure", "measure_loop", "pose_error_deg"]

_SALT: Final = 4
_LOOP: Final = 8
"""Views of a turn about the stage, each drawn from the one before."""
_LOOPS: Final = 24
"""Scenes that are turned about at most: each costs 8 drawings one after the other."""
_ELEVATIONS: Final = (16.0, 22.0, 28.0, 34.0, 40.0, 46.0, 50.0, 56.0)
_FINE_DEG: Final = 5.0


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Draw each scene from its other camera: own thought (greedy), the true one, none."""
    scenes, true = [case.other for case in cases], [case.other_picture for case in cases]
    groups = [(*own, _turned_by(case)) for own, case in zip(groups_of(scenes), cases, strict=True)]
    copied = [psnr(case.picture, case.other_picture) for case in cases]
    lines, rows, verdicts = list[Line](), [[c.picture for c in cases], true], list[list[bool]]([[], []])
    for mode in MODES:
        drawn, right = _draw(bench, [(case.picture, case.scene, case.other) for case in cases], cases, mode)
        seen = bench.see(drawn)
        exact = [is_exact(found, scene) for found, scene in zip(seen, scenes, strict=True)]
        likeness = [psnr(one, two) for one, two in zip(drawn, true, strict=True)]
        lines += group_lines(f"exact, {mode}", exact, groups)
        lines += group_lines(f"placed, {mode}", list(map(placed, seen, scenes)), groups)
        lines += group_lines(f"PSNR, {mode}", likeness, groups, "dB")
        over = [one - two for one, two in zip(likeness, copied, strict=True)]
        lines += group_lines(f"PSNR over copying, {mode}", over, groups, "dB")
        lines += _poses(seen, scenes, mode)
        if mode == "own thought":
            lines += group_lines("own thought is the true layout", right, groups)
        rows.append(drawn)
        verdicts.append(exact)
    lines += group_lines("PSNR, copying", copied, groups, "dB")
    lines += _poses(bench.see(true), scenes, "true view")
    return Part(tuple(lines), strip(rows, verdicts), ("from", "true", *MODES))


def measure_loop(bench: Bench, cases: Sequence[Case]) -> Part:
    """Turn once about the stage in 8 views, each drawn from the one before, with true thoughts; and there and back."""
    chosen = list(cases[:_LOOPS])
    starts, scenes = [case.picture for case in chosen], [case.scene for case in chosen]
    groups = groups_of(scenes)
    now, at, rows, verdicts, lines = starts, scenes, [starts], list[list[bool]]([[]]), list[Line]()
    steps = AZIMUTHS // _LOOP
    for number in range(1, _LOOP + 1):
        following = [replace(scene, camera=scene.camera.turned(steps)) for scene in at]
        now, _ = _draw(bench, list(zip(now, at, following, strict=True)), chosen, "true thought")
        at = following
        exact = [is_exact(seen, scene) for seen, scene in zip(bench.see(now), at, strict=True)]
        lines += group_lines(f"exact after {round(number * steps * STEP_DEG)}°", exact, [()] * len(chosen))
        rows.append(now)
        verdicts.append(exact)
        if number == 1:
            back, _ = _draw(bench, list(zip(now, at, scenes, strict=True)), chosen, "true thought")
            lines += _there_and_back(bench, chosen, now, back, groups)
    closed = [psnr(one, two) for one, two in zip(now, starts, strict=True)]
    lines += group_lines("PSNR of the closed loop to its start", closed, groups, "dB")
    lines += group_lines("placed when the loop is closed", list(map(placed, bench.see(now), scenes)), groups)
    names = ("start", *(f"{round(n * steps * STEP_DEG)}°" for n in range(1, _LOOP + 1)))
    return Part(tuple(lines), strip(rows, verdicts), names)


def pose_error_deg(seen: Sequence[Seen], scene: Scene) -> float | None:
    """Return the angle between the view a picture shows and that of the scene's camera, both towards the stage.

    None where fewer than two solids of the scene are seen: one alone does not tell.
    """
    pairs = []
    for solid in scene.solids:
        alike = [each for each in seen if each.look == solid.look]
        if len(alike) == 1:
            pairs.append((rest_pose(solid)[:3], alike[0].centre))
    if len(pairs) < 2:
        return None
    points, centres = np.stack([point for point, _ in pairs]), np.array([centre for _, centre in pairs])
    coarse = [(azimuth, elevation) for azimuth in np.arange(0, 360, _FINE_DEG) for elevation in _ELEVATIONS]
    start = min(coarse, key=lambda pose: _misfit(orbit(*pose), points, centres))
    fine = [
        (start[0] + turn, start[1] + rise)
        for turn in np.arange(-_FINE_DEG, _FINE_DEG + 0.5)
        for rise in np.arange(-4, 4.5)
    ]
    best = orbit(*min(fine, key=lambda pose: _misfit(orbit(*pose), points, centres)))
    between = float(np.dot(best.forward, eye_of(scene.camera).forward))
    return float(np.degrees(np.arccos(np.clip(between, -1, 1))))


def _misfit(eye: Eye, points: np.ndarray, centres: np.ndarray) -> float:
    return float(((eye.project(points)[:, :2] * SIZE - centres) ** 2).sum())


def _draw(
    bench: Bench, turns: Sequence[tuple[Pixels, Scene, Scene]], cases: Sequence[Case], mode: Mode
) -> tuple[list[Pixels], list[bool]]:
    """Draw (picture, scene, the scene from another camera) from there; tell which own thoughts are the true layout."""
    sessions, right = [], []
    for (picture, scene, target), case in zip(turns, cases, strict=True):
        session = bench.session()
        session.look(picture)
        session.read(instruct(case.rng(_SALT), scene, Turn(target.camera), case.language))
        if mode == "true thought":
            session.read(tell_scene(target, case.language), as_thought=True)
        elif mode == "own thought":
            right.append(bench.think(session, Scene, case.number).thought == target)
        sessions.append(session)
    return [frames[0] for frames in bench.draw(sessions, [case.number for case in cases])], right


def _there_and_back(
    bench: Bench, cases: Sequence[Case], there: Sequence[Pixels], back: Sequence[Pixels], groups: list[tuple[str, ...]]
) -> list[Line]:
    """Compare the way back with the start: its PSNR, and the distance left of that to the view there.

    Source: world stability, d(x0, x2N) / d(x0, xN): 0 where it is back, 1 where it is as far as there.
    """
    starts = [case.picture for case in cases]
    off = [
        float(np.abs(one - two).mean() / max(1e-6, np.abs(one - far).mean()))
        for one, two, far in (
            tuple(p.astype(np.float64) for p in three) for three in zip(starts, back, there, strict=True)
        )
    ]
    exact = [is_exact(seen, case.scene) for seen, case in zip(bench.see(back), cases, strict=True)]
    return [
        *group_lines("exact there and back (45°)", exact, groups),
        *group_lines("PSNR there and back (45°)", list(map(psnr, back, starts)), groups, "dB"),
        *group_lines("distance left, there and back (45°)", off, groups, "ratio"),
    ]


def _poses(seen: Sequence[Sequence[Seen]], scenes: Sequence[Scene], name: str) -> list[Line]:
    errors = [pose_error_deg(found, scene) for found, scene in zip(seen, scenes, strict=True) if len(scene.solids) > 1]
    told = [error for error in errors if error is not None]
    return [
        *group_lines(f"pose error, {name}", told, [()] * len(told), "deg"),
        *group_lines(f"pose can be told (2 solids seen), {name}", [e is not None for e in errors], [()] * len(errors)),
    ]


def _turned_by(case: Case) -> str:
    steps = (case.other.camera.azimuth - case.scene.camera.azimuth) % AZIMUTHS
    degrees = min(steps, AZIMUTHS - steps) * STEP_DEG
    return "turned up to 45°" if degrees <= 45 else "turned 60° to 120°" if degrees <= 120 else "turned over 120°"
