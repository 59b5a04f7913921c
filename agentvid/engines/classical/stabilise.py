"""Steady a shaky clip: the camera's path is smoothed and the frames moved onto it; task `stabilise`. Streams frames.

Corners are followed from frame to frame and fitted by a similarity (shift, roll, zoom), the path is smoothed over
time, and the picture is enlarged by just what hides the border, up to a limit: beyond it the path is smoothed less.
Source: Grundmann et al., "Auto-Directed Video Stabilization" (CVPR 2011), for the setting; the smoothing is Gaussian.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.camera import Picture
from agentvid.engines.classical.flow import grey_of, is_cut, work_size
from agentvid.engines.classical.plate import Matrix, camera_between, scaled_matrix
from agentvid.errors import CallError
from agentvid.media.types import Video

__all__ = ["smoothed_path", "stabilise"]

Path = NDArray[np.float64]

_MOST_ZOOM: Final = 1.5
_MOST_SECONDS: Final = 5.0


def stabilise(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "stabilise": outputs `video`, `zoom` (how much the picture was enlarged), `finding`.

    Raises: CallError where `seconds` or `zoom` is out of its range.
    """
    video = request.get("video", Video)
    given = request.maybe("seconds", float), request.maybe("zoom", float)
    seconds, most = (1.0 if given[0] is None else given[0]), (1.15 if given[1] is None else given[1])
    if not 0 < seconds <= _MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {_MOST_SECONDS:g}", "ask for another smoothing")
    if not 1 <= most <= _MOST_ZOOM:
        raise CallError(f"zoom {most:g}", f"1 to {_MOST_ZOOM:g}", "ask for another limit")
    total = 3 * video.frames
    path, shots = _measured(video, context, 0, total)
    size = video.width, video.height
    moves, zoom, kept = smoothed_path(path, shots, seconds * video.fps, size, most)

    def frames() -> Iterator[Picture]:
        for number, frame in enumerate(context.store.frames(video)):
            context.progress(video.frames + number, total, "steadying")
            warp = _centred(_matrix(moves[number]), zoom, size)
            steadied = cv2.warpPerspective(frame, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
            yield np.asarray(steadied, np.uint8)

    made = context.store.put_video(frames(), video.fps)
    before, after = _shake(path, shots), _shake(_measured(made, context, 2 * video.frames, total)[0], shots)
    made, warnings = keep_sound(context, video, made)
    if zoom > 1.001:
        warnings.append(f"enlarged {zoom:.2f} times to hide the moving border: {1 - 1 / zoom**2:.0%} of it is cut off")
    if kept < 0.999:
        warnings.append(f"smoothed by {kept:.0%} only, so that no more than {most:g} times is needed")
    finding = (
        f"Shake {before:.2f} px per frame, now {after:.2f} (second differences of the path, measured on both); "
        f"picture enlarged {zoom:.2f} times; {len(shots)} shot{'s' if len(shots) > 1 else ''}."
    )
    return EngineResult.of(*warnings, video=made, zoom=round(zoom, 4), finding=finding)


def smoothed_path(
    path: Path, shots: list[tuple[int, int]], sigma: float, size: tuple[int, int], most: float
) -> tuple[Path, float, float]:
    """Return the move of each frame onto the smoothed path, the zoom that hides the border, the share of it that fits.

    `path` is (T, 4): x, y in pixels, roll in radians, logarithm of the scale. `sigma` is in frames; each shot is
    smoothed by itself. Moves are scaled down until `most` times enlarged hides the border.
    """
    moves = np.zeros_like(path)
    for start, stop in shots:
        moves[start:stop] = _gaussian(path[start:stop], sigma) - path[start:stop]
    share = 1.0
    for share in np.linspace(1, 0, 41):
        zoom = max(_needed(_matrix(move * share), size) for move in moves)
        if zoom <= most + 1e-9:
            return moves * share, max(1.0, zoom), float(share)
    return moves * 0, 1.0, 0.0


def _measured(video: Video, context: EngineContext, done: int, total: int) -> tuple[Path, list[tuple[int, int]]]:
    """Return the camera's path and the shots (start, stop) it has."""
    steps, cuts, changes = [np.zeros(4)], [0], list[float]()
    before: Picture | None = None
    for number, frame in enumerate(context.store.frames(video)):
        context.progress(done + number, total, "following the camera")
        small = work_size(frame)
        if before is not None:
            cut, change = is_cut(before, small, changes[-8:])
            changes.append(change)
            if cut:
                cuts.append(number)
                steps.append(np.zeros(4))
            else:
                step = camera_between(grey_of(before), grey_of(small), model="similarity")
                steps.append(_parts(scaled_matrix(step, small.shape[1] / video.width), video))
        before = small
    return np.cumsum(steps, axis=0), list(zip(cuts, [*cuts[1:], video.frames], strict=True))


def _parts(matrix: Matrix, video: Video) -> Path:
    """The move of the picture's middle, the roll and the scale of a similarity."""
    centre = np.array([(video.width - 1) / 2, (video.height - 1) / 2, 1.0])
    moved = (matrix @ centre)[:2] - centre[:2]
    return np.array([*moved, np.arctan2(matrix[1, 0], matrix[0, 0]), np.log(np.hypot(matrix[0, 0], matrix[1, 0]))])


def _matrix(parts: Path) -> Matrix:
    """A similarity about the origin from its parts."""
    x, y, roll, scale = parts
    cos, sin = np.exp(scale) * np.cos(roll), np.exp(scale) * np.sin(roll)
    return np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1.0]])


def _centred(matrix: Matrix, zoom: float, size: tuple[int, int]) -> Matrix:
    cx, cy = (size[0] - 1) / 2, (size[1] - 1) / 2
    to, back = np.array([[1, 0, -cx], [0, 1, -cy], [0, 0, 1.0]]), np.array([[1, 0, cx], [0, 1, cy], [0, 0, 1.0]])
    whole: Matrix = back @ np.diag([zoom, zoom, 1.0]) @ matrix @ to
    return whole


def _needed(matrix: Matrix, size: tuple[int, int]) -> float:
    """How many times enlarged a moved frame covers the picture: its corners, brought back, must lie inside of it."""
    half = np.array([size[0] / 2, size[1] / 2])
    zoom = 1.0
    for _ in range(8):
        corners = np.array([[sx * half[0], sy * half[1], 1.0] for sx in (-1, 1) for sy in (-1, 1)]).T
        back = np.linalg.inv(np.diag([zoom, zoom, 1.0]) @ matrix) @ corners
        over = float((np.abs(back[:2]) / half[:, None]).max())
        if over <= 1 + 1e-6:
            return zoom
        zoom *= over
    return zoom


def _gaussian(path: Path, sigma: float) -> Path:
    """Smooth a path over time; beyond its ends it goes on as it does there (point reflection)."""
    reach = min(len(path) - 1, int(3 * sigma))
    if reach < 1:
        return path
    head, tail = 2 * path[0] - path[reach:0:-1], 2 * path[-1] - path[-2 : -reach - 2 : -1]
    longer = np.concatenate([head, path, tail])
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    return np.stack([np.convolve(longer[:, i], weights, mode="valid") for i in range(4)], axis=1)


def _shake(path: Path, shots: list[tuple[int, int]]) -> float:
    """Mean size of the second differences of the path's shift, in pixels per frame."""
    bends = [np.diff(path[start:stop, :2], 2, axis=0) for start, stop in shots if stop - start > 2]
    return float(np.mean(np.hypot(*np.concatenate(bends).T))) if bends else 0.0
