"""Views of one picture from a moving camera: parallax from a guessed or given depth ("2.5-D"), task `novel_view`.

Without a depth map the scene is guessed: the ground rises from near (bottom) to far (top), and the masked subject
stands up from it as a dome with soft flanks, all in one sheet that stretches and never tears. With a depth map every
pixel is truly reprojected (`reproject`). The back of things is not invented: see
`camera.fly_within` for how far a path is flown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.camera import (
    FIELD_OF_VIEW_DEG,
    Floats,
    Maps,
    Picture,
    apply_homography,
    coarse_grid,
    fetch,
    fly_within,
    frame_count,
    has_parallax,
    pose_at,
    project,
    refine_grid,
    resized,
)
from agentvid.engines.classical.layers import DEPTH_SPREAD, Scene, build_scene
from agentvid.engines.classical.reproject import inverse_depth, reprojected
from agentvid.errors import CallError
from agentvid.media.types import CameraPath, CameraPose, Depth, Image, Mask
from agentvid.world.selftest import SelfTest, bound_answer, loop, way_back
from agentvid.world.trust import Bound, bound_for

__all__ = ["even_frame", "novel_view", "render_views"]

Plane = TypeVar("Plane", np.uint8, np.float32)

LONGEST_SIDE: Final = 1280
_HIDE: Final = 1.0
"""Share of what lies beyond the picture that zooming in hides; the rest is made up from its border."""
_MOST_ZOOM: Final = {"orbit": 0.4, "look": 0.3}


def novel_view(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Fly a camera path over one picture: ports `video`, `depth` (the one used), `path` (really flown) and `bound`.

    A path without parallax (a camera that turns in place, rolls or zooms) uses no depth and tells none.

    Raises: CallError where mask or depth is not the size of the picture, or the mask is empty.
    """
    image, asked = request.get("image", Image), request.get("path", CameraPath)
    mask, depth = request.maybe("mask", Mask), request.maybe("depth", Depth)
    fps = request.maybe("fps", float) or 24.0
    for name, given in (("mask", mask), ("depth", depth)):
        if given is not None and (given.width, given.height) != (image.width, image.height):
            raise CallError(
                f"the {name} is {given.width}x{given.height}, the picture {image.width}x{image.height}",
                f"a {name} of the picture's size",
                f"make the {name} from this picture",
            )
    store = context.store
    path, warnings = fly_within(asked)
    is_deep = has_parallax(path)
    if depth is not None and not is_deep:
        warnings.append("the depth that was given is not used: this path shows near and far alike")
        depth = None
    frame, said = even_frame(store.image(image))
    inside = None if mask is None else store.mask(mask)
    nearness = None if depth is None else (store.depth(depth) / 65535).astype(np.float32)
    if inside is not None and not (inside > 127).any():
        raise CallError("the mask is empty", "a mask with something inside", "give a mask of the subject, or none")
    ratio, field_deg = request.maybe("depth_ratio", float), request.maybe("field_deg", float)
    _check_camera(ratio, field_deg)
    scene = build_scene(
        frame,
        None if inside is None else _fitted(inside, frame),
        None if nearness is None else _fitted(nearness, frame, cv2.INTER_NEAREST),
        ratio=ratio,
        field_deg=field_deg or FIELD_OF_VIEW_DEG,
    )
    total = frame_count(path.seconds, fps)
    holes, changes, returns = list[float](), list[float](), _returns(path)
    far, at = frame, 0

    def frames() -> Iterator[Picture]:
        nonlocal far, at
        for i, view in enumerate(render_views(scene, path, fps, holes)):
            context.progress(i, total, "flying the camera")
            changes.append(_change(view, frame))
            if not returns or changes[-1] == max(changes):
                far, at = view, i
            yield view

    video = store.put_video(frames(), fps)
    if depth is None and is_deep:
        used = resized(_nearness(scene), image.width, image.height, cv2.INTER_LINEAR)
        depth = store.put_depth(np.round(used * 65535).astype(np.uint16))
        warnings.append("no depth was given: it is guessed as a ground plane" + (", the subject on it" if mask else ""))
    if scene.front is not None:
        warnings += _said_of_holes(holes, ratio)
    elif mask is None:
        warnings.append("no mask was given: no subject stands out from the background")
    flown = [pose_at(path, t) for t in np.linspace(0, path.seconds, 25)]
    shown = max(_beyond(scene, pose, path.kind) for pose in flown)
    if shown > 0.03 and scene.front is None:
        warnings.append(f"up to {shown:.0%} of the frame's width or height lies beyond the picture and is made up")
    bound = _bound(path, changes, scene.front is not None)
    warnings.append("error bound: not calibrated for such a path" if bound is None else bound.told("frame"))
    test = _led_back(scene, frame, far, at, pose_at(path, path.seconds * at / (total - 1)), path.kind)
    told = bound_answer(bound, "frame", fps, test.joined(loop(changes) if returns else None))
    return EngineResult.of(*said, *warnings, video=video, depth=depth, path=path, bound=told)


def _bound(path: CameraPath, changes: list[float], has_depth: bool) -> Bound | None:
    """Return how far each frame may be off, from how far each is from the picture.

    Known of a camera that goes about its subject by a guessed depth, and does nothing else.
    """
    channels = ("pitch_deg", "roll_deg", "truck", "pedestal", "dolly")
    others = any(getattr(pose, name) for pose in path.poses for name in channels)
    if has_depth or path.kind != "orbit" or others or any(pose.zoom != 1 for pose in path.poses):
        return None
    turned = [abs(pose_at(path, float(time)).yaw_deg) for time in np.linspace(0, path.seconds, len(changes))]
    return bound_for("classical/novel_view", turned, changes)


def _led_back(scene: Scene, picture: Picture, view: Picture, at: int, pose: CameraPose, kind: str) -> SelfTest:
    """Fetch the picture back from frame `at`, by where each of its points is seen there."""
    lens = scene.lens
    x, y = (plane.astype(np.float64) for plane in np.meshgrid(np.arange(lens.width), np.arange(lens.height)))
    deep = scene.front_nearness if scene.front is not None else None
    near = scene.plate_nearness if deep is None else deep
    nearer = 1 + _hiding(scene, pose, kind) if deep is None else 1.0
    fx, fy, z = _placed(scene, x, y, inverse_depth(near, scene), _Sight(pose, kind, nearer))
    seen = (fx >= 0) & (fx <= lens.width - 1) & (fy >= 0) & (fy <= lens.height - 1)
    if deep is not None:
        seen &= _not_hidden(fx, fy, z, seen)
    back = fetch(view, np.dstack([fx, fy]).astype(np.float32), cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)
    return way_back(picture, view, back, at + 1, seen)


def _not_hidden(x: Floats, y: Floats, z: Floats, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which points are not hidden by something clearly nearer; those `inside` the frame are in the view."""
    height, width = z.shape
    at = np.clip(y.round(), 0, height - 1).astype(np.int64) * width + np.clip(x.round(), 0, width - 1).astype(np.int64)
    nearest = np.full(height * width, np.inf)
    np.minimum.at(nearest, at[inside], z[inside])
    return np.asarray(z <= nearest[at] * 1.02, np.bool_)


def _returns(path: CameraPath) -> bool:
    """Return whether a path moves and ends where it began."""
    first, *way = (pose.model_dump(exclude={"seconds"}) for pose in path.poses)
    return way[-1] == first and any(pose != first for pose in way)


def _change(view: Picture, picture: Picture) -> float:
    off = view.astype(np.float32) - picture
    return float(np.sqrt((off * off).mean()))


def even_frame(rgb: Picture, longest: int = LONGEST_SIDE) -> tuple[Picture, list[str]]:
    """Return the picture with even sides, the longer at most `longest`, and what was changed, in words."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest / max(width, height))
    size = (max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2))
    if scale < 1:
        said = [f"frames are {size[0]}x{size[1]}, not {width}x{height}: the longer side is at most {longest}"]
        return resized(rgb, *size), said
    if size == (width, height):
        return rgb, []
    if min(width, height) < 2:
        return resized(rgb, *size, cv2.INTER_NEAREST), [f"frames are {size[0]}x{size[1]}"]
    return np.ascontiguousarray(rgb[: size[1], : size[0]]), [f"frames are {size[0]}x{size[1]}: a clip has even sides"]


def render_views(scene: Scene, path: CameraPath, fps: float, holes: list[float] | None = None) -> Iterator[Picture]:
    """Yield the frames of a flight, uint8 HWC of the scene's size; the first and last pose are both shown.

    Where the depth is known every pixel is reprojected (`reproject`), and `holes` gets the share of each frame that the
    picture does not show. Else the frame is zoomed in a little as the camera moves away, and what still lies beyond the
    picture is mirrored.
    """
    total = frame_count(path.seconds, fps)
    for time in np.linspace(0, path.seconds, total):
        pose = pose_at(path, float(time))
        if scene.front is not None:
            view, hole = reprojected(scene, pose, path.kind)
            if holes is not None:
                holes.append(hole)
            yield view
            continue
        yield _render(scene, _Sight(pose, path.kind, 1 + _hiding(scene, pose, path.kind)))


@dataclass(frozen=True)
class _Sight:
    """What one frame shows: a pose, and how much the frame is zoomed in about the subject to hide borders."""

    pose: CameraPose
    kind: str
    nearer: float


def _nearness(scene: Scene) -> Maps:
    used = scene.plate_nearness
    if scene.front_nearness is not None:
        used = scene.front_nearness
    low, high = float(used.min()), float(used.max())
    return ((used - low) / max(high - low, 1e-6)).astype(np.float32)


def _check_camera(ratio: float | None, field_deg: float | None) -> None:
    if ratio is not None and not 1.01 <= ratio <= 1000:
        raise CallError(f"a farthest point {ratio:g} times as far as the nearest", "1.01 to 1000", "correct it")
    if field_deg is not None and not 5 <= field_deg <= 150:
        raise CallError(f"an angle of view of {field_deg:g} degrees", "5 to 150", "correct it")


def _said_of_holes(holes: list[float], ratio: float | None) -> list[str]:
    said = []
    if max(holes) > 0.001:
        said.append(f"up to {max(holes):.1%} of a frame is not in the picture: it is filled in from around")
    if ratio is None:
        said.append(
            f"the depth has no scale: inverse distance is taken to change by {DEPTH_SPREAD:g} of the subject's "
            "(give depth_ratio for the true one)"
        )
    return said


def _fitted(plane: NDArray[Plane], frame: Picture, how: int = cv2.INTER_AREA) -> NDArray[Plane]:
    """Return a plane of the picture's size at the frame's, cropped where the frame was."""
    height, width = frame.shape[:2]
    if plane.shape[0] - height in (0, 1) and plane.shape[1] - width in (0, 1):
        return np.ascontiguousarray(plane[:height, :width])
    return resized(plane, width, height, how)


def _zoom_in(overflow: float, kind: str) -> float:
    return _MOST_ZOOM[kind] * float(np.tanh(_HIDE * overflow * 2 / _MOST_ZOOM[kind]))


def _hiding(scene: Scene, pose: CameraPose, kind: str) -> float:
    """Return how much a frame is zoomed in to hide borders; zooming out is asked for, and not undone."""
    return _zoom_in(_overflow(scene, pose.model_copy(update={"zoom": max(1.0, pose.zoom)}), kind), kind)


def _beyond(scene: Scene, pose: CameraPose, kind: str) -> float:
    """Return how much of the frame's size shows what lies beyond the picture, after borders were hidden."""
    return _overflow(scene, pose, kind) - (1 - 1 / (1 + _hiding(scene, pose, kind))) / 2


def _overflow(scene: Scene, pose: CameraPose, kind: str) -> float:
    """Return how far the frame's border looks beyond the picture, as a share of its size; smooth in the pose."""
    lens = scene.lens
    x = np.linspace(0, lens.width - 1, 9)
    y = np.linspace(0, lens.height - 1, 9)
    bx = np.concatenate([x, x, np.zeros(9), np.full(9, x[-1])])
    by = np.concatenate([np.zeros(9), np.full(9, y[-1]), y, y])
    near = scene.plate_nearness[by.astype(int), bx.astype(int)]
    fx, fy, _ = project(bx, by, inverse_depth(near, scene), pose, kind, lens)
    left, right = fx / (lens.width - 1), 1 - fx / (lens.width - 1)
    top, bottom = fy / (lens.height - 1), 1 - fy / (lens.height - 1)
    inwards = np.concatenate([left[18:27], right[27:], top[:9], bottom[9:18]])
    return float(np.mean(np.maximum(inwards, 0) ** 8) ** (1 / 8))


def _render(scene: Scene, sight: _Sight) -> Picture:
    grid = _backward(scene, scene.plate_nearness, sight)
    return _colours(scene.plate, grid + np.float32(scene.margin))


def _colours(picture: Picture, grid: Maps) -> Picture:
    return fetch(picture, grid, cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)


def _backward(scene: Scene, nearness: Maps, sight: _Sight) -> Maps:
    """Return for each pixel of the new view where it lies in the picture: float32 HW2, for a smooth sheet.

    The projection is inverted by fixed-point iteration, preconditioned with the homography that fits it best.
    """
    lens = scene.lens
    gx, gy = coarse_grid(lens.width, lens.height)
    fx, fy = _seen(scene, nearness, gx, gy, sight)
    step = max(1, min(gx.shape) // 12)
    there = np.stack([fx[::step, ::step].ravel(), fy[::step, ::step].ravel()], axis=1)
    here = np.stack([gx[::step, ::step].ravel(), gy[::step, ::step].ravel()], axis=1)
    back = np.asarray(cv2.findHomography(there, here, 0)[0], np.float64)
    sx, sy = apply_homography(back, gx, gy)
    start_x, start_y = sx, sy
    for _ in range(8):
        fx, fy = _seen(scene, nearness, sx, sy, sight)
        hx, hy = apply_homography(back, fx, fy)
        sx, sy = sx + start_x - hx, sy + start_y - hy
    return refine_grid(sx, sy, lens.width, lens.height)


def _seen(scene: Scene, nearness: Maps, x: Floats, y: Floats, sight: _Sight) -> tuple[Floats, Floats]:
    at = np.dstack([x, y]).astype(np.float32)
    near = fetch(nearness, at)
    fx, fy, _ = _placed(scene, x, y, inverse_depth(near, scene), sight)
    return fx, fy


def _placed(scene: Scene, x: Floats, y: Floats, q: Floats, sight: _Sight) -> tuple[Floats, Floats, Floats]:
    fx, fy, z = project(x, y, q, sight.pose, sight.kind, scene.lens)
    px, py = scene.lens.pivot
    return px + (fx - px) * sight.nearer, py + (fy - py) * sight.nearer, z
