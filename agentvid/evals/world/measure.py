"""What one model brings in one case: likeness, drift, horizon, following, stability, permanence, as plain numbers.

Where the simulated world has solids, their centres in drawn frames are found by the judge, an independent net. The
motion agreement is Physics-IQ's score at full size with a variance of 1: a figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.evals.rate import Unit
from agentvid.evals.small.views import pose_error_deg
from agentvid.evals.world.case import RolloutCase
from agentvid.evals.world.curve import drift_slope, flicker, psnr_curve, ssim_curve
from agentvid.evals.world.locality import edit_locality
from agentvid.evals.world.motion import action_following, controllability, horizon
from agentvid.evals.world.permanence import Sighting, permanence
from agentvid.evals.world.physics_iq import Agreement, agreement, motion_masks, physics_iq_score
from agentvid.evals.world.view import control_score, stability
from agentvid.world.judge import match, true_centres
from agentvid.world.model import Look, WorldModel
from agentvid.world.render import render_scene
from agentvid.world.scene import Camera, Solid

if TYPE_CHECKING:
    from agentvid.world.judge import Judge

__all__ = ["EPSILON", "METRICS", "Outcome", "measure_case"]

EPSILON: Final = 0.5
"""Share of a solid's size by which its centre may be off."""
METRICS: Final[Mapping[str, tuple[Unit, bool]]] = {
    "PSNR": ("dB", True),
    "SSIM": ("ratio", True),
    "drift per frame": ("dB", True),
    "flicker over the truth": ("grey", False),
    "motion agreement": ("ratio", True),
    "horizon": ("steps", True),
    "action following error": ("ratio", False),
    "controllability": ("ratio", True),
    "place of change": ("ratio", True),
    "unchanged outside": ("dB", True),
    "pose error": ("deg", False),
    "control score": ("ratio", True),
    "stability, there and back": ("ratio", False),
    "permanence": ("ratio", True),
}
"""Unit of each, and whether more is better (controllability: the nearer to 1)."""
_ONE: Final = Agreement(1.0, 1.0, 1.0, 0.0)
_CHANGED: Final = 12
_IN_SIGHT: Final = 90
"""Pixels of a solid that are seen, from which it counts as in sight."""
_LEAST_PX: Final = 1.5
"""Pixels that a solid moves in a frame, from which it is asked whether it follows; the judge is unsure by about one."""
_FAR: Final = 1e3

Values = dict[str, float]


@dataclass(frozen=True)
class Outcome:
    """`values` by name of the metric (those that make sense for the case), the PSNR of each frame, the new frames."""

    values: Values
    curve_db: tuple[float, ...]
    frames: NDArray[np.uint8] = field(repr=False)
    notes: tuple[str, ...] = ()


def measure_case(model: WorldModel, case: RolloutCase, judge: Judge, seed: int = 0) -> Outcome:
    """Return what a model brings.

    Raises: InputError where the model refuses to start there or an action.
    """
    state = model.rollout(model.reset(case.start, seed), case.actions)
    made, true = state.new_frames, case.true
    curve = psnr_curve(made, true)
    values: Values = {
        "PSNR": float(curve.mean()),
        "SSIM": float(ssim_curve(made, true).mean()),
        "drift per frame": drift_slope(curve),
    }
    last = case.start.frames[-1:]
    films = np.concatenate([last, made]), np.concatenate([last, true])
    if case.kind == "view":
        values |= _viewed(case, films[0], judge)
    else:
        values |= _moved(*films)
    if case.kind in ("push", "go_on", "hidden"):
        values |= _followed(case, films[0], judge)
    if case.other is not None:
        other = model.rollout(model.reset(case.start, seed), [case.other, *case.actions[1:]]).new_frames
        values["controllability"] = controllability(made, other, true, case.truth([case.other, *case.actions[1:]]))
        values |= _changed(case, made, true)
    return Outcome(values, tuple(map(float, curve)), made, state.notes)


def _moved(made: NDArray[np.uint8], true: NDArray[np.uint8]) -> Values:
    found = agreement(true, made, motion_masks(true), motion_masks(made))
    still = np.abs(true.astype(np.int16) - true[:1]).max(axis=(0, 3)) <= _CHANGED
    masks = np.broadcast_to(~still, true.shape[:3])
    outside, should = flicker(made, masks, 0).outside, flicker(true, masks, 0).outside
    return {"motion agreement": physics_iq_score(found, _ONE) / 100, "flicker over the truth": outside - should}


def _followed(case: RolloutCase, film: NDArray[np.uint8], judge: Judge) -> Values:
    scene = case.start.scene
    assert scene is not None
    solids, seen = scene.solids, judge.see(film)
    masks = np.stack([render_scene(scene, pose, size=len(film[0])).mask for pose in case.poses])
    pixels = np.stack([(masks == index).sum(axis=(1, 2)) for index in range(len(solids))], axis=1)
    centres = [true_centres(scene, pose) for pose in case.poses]
    true, found = np.full((2, len(film), len(solids), 2), np.nan)
    for at in range(len(film)):
        for index, solid in enumerate(solids):
            centre = centres[at][solid]
            if centre is not None and pixels[at, index] >= _IN_SIGHT:
                true[at, index] = centre
                each = match(seen[at], solid, centre, _FAR)
                found[at, index] = np.nan if each is None else each.centre
    sizes = np.sqrt(np.maximum(1, pixels.max(axis=0)))
    values: Values = {"horizon": float(horizon(found[1:], true[1:], sizes, EPSILON))}
    following = action_following(found, true, _LEAST_PX)
    if np.isfinite(following):
        values["action following error"] = following
    if case.kind == "hidden":
        target: Solid = case.actions[0].target  # type: ignore[union-attr]
        at_target = solids.index(target)
        told = [
            [Sighting((float(x), float(y)), target.look) if np.isfinite(x) else None for x, y in each[:, at_target]]
            for each in (found, true)
        ]
        told[0] = [_sighting(each, target) for each in seen]
        values["permanence"] = float(permanence(told[0], told[1]).holds)
    return values


def _sighting(seen: Sequence[object], target: Solid) -> Sighting | None:
    """Return where something of the target's shape and colour is seen."""
    alike = [each for each in seen if each.look[1:] == target.look[1:]]  # type: ignore[attr-defined]
    return Sighting(alike[0].centre, alike[0].look) if alike else None  # type: ignore[attr-defined]


def _changed(case: RolloutCase, made: NDArray[np.uint8], true: NDArray[np.uint8]) -> Values:
    """What the action changed by the last frame, and whether the rest was left alone."""
    before = case.start.frames[-1]
    should = np.abs(true[-1].astype(np.int16) - before).max(axis=-1) > _CHANGED
    found = edit_locality(before, made[-1], should)
    return {"place of change": found.iou, "unchanged outside": found.outside_db}


def _viewed(case: RolloutCase, film: NDArray[np.uint8], judge: Judge) -> Values:
    scene = case.start.scene
    assert scene is not None
    values: Values = {}
    many = len(case.actions) // 2
    if (film[many] != film[0]).any():
        values["stability, there and back"] = stability(film)
    camera, errors = scene.camera, list[float]()
    if len(scene.solids) > 1:
        for at, seen in enumerate(judge.see(film[1 : many + 1]), start=1):
            camera = _turned(camera, case.actions[at - 1])
            error = pose_error_deg(seen, replace(scene, camera=camera))
            if error is not None:
                errors.append(error)
    if errors:
        values["pose error"] = float(np.mean(errors))
        # On an orbit the camera's place follows from the angle: 2 sin(e/2) radii off.
        scores = [control_score(error, 2 * float(np.sin(np.radians(error) / 2))) for error in errors]
        values["control score"] = float(np.mean(scores))
    return values


def _turned(camera: Camera, action: object) -> Camera:
    assert isinstance(action, Look)
    return camera.turned(1 if action.key == "d" else -1)
