"""A walk over one picture: it lies on the ground ("2.5-D"), a camera at eye height travels over it, task `navigate`.

Nothing stands up from the ground: houses and trees of a map stay flat. The picture's width counts as 20 m.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.camera import Floats, Maps, Picture, fetch, frame_count, smooth_through
from agentvid.engines.classical.parallax import even_frame
from agentvid.errors import CallError
from agentvid.media.types import Action, Actions, Image, Point
from agentvid.world.selftest import SelfTest, bound_answer, distance, loop, way_back
from agentvid.world.trust import bound_for

__all__ = [
    "ACROSS_DEG",
    "DOWN_DEG",
    "EYE_METRES",
    "PICTURE_METRES",
    "Track",
    "draw_track",
    "lay_track",
    "navigate",
    "render_walk",
]

PICTURE_METRES: Final = 20.0
EYE_METRES: Final = 1.7
DOWN_DEG: Final = 11.0
ACROSS_DEG: Final = 65.0
_HAZE_METRES: Final = 60.0
_FADE_METRES: Final = 4.0
_LEVELS: Final = 6
_HORIZON: Final = np.array([214, 224, 232], np.float32)
_ZENITH: Final = np.array([112, 158, 208], np.float32)


@dataclass(frozen=True)
class Track:
    """Where a walker is in each frame: x and y in pixels of the picture, heading in degrees clockwise from up."""

    x: Floats
    y: Floats
    heading_deg: Floats


def navigate(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Walk over a picture: ports `video`, `map` (the picture with the way drawn), `actions`, `start` and `bound`.

    The bound is of a map of things that stand up in truth: no more is known of a picture that lies on the ground.

    Raises: CallError where the start is outside the picture.
    """
    image, actions = request.get("image", Image), request.get("actions", Actions)
    fps = request.maybe("fps", float) or 24.0
    start = request.maybe("start", Point) or Point(x=(image.width - 1) / 2, y=float(image.height - 1))
    if not (0 <= start.x < image.width and 0 <= start.y < image.height):
        raise CallError(
            f"the start {start.x:g},{start.y:g} is outside the picture",
            f"a point within {image.width}x{image.height} pixels",
            "give a start inside the picture, or none for the bottom centre",
        )
    rgb = context.store.image(image)
    frame, said = even_frame(rgb)
    track = lay_track(actions.actions, start, image.width, fps)
    total = len(track.x)

    changes, returns, at = list[float](), _returns(track), 0
    began, far = frame, frame

    def frames() -> Iterator[Picture]:
        nonlocal began, far, at
        for i, view in enumerate(render_walk(rgb, track, frame.shape[1], frame.shape[0])):
            context.progress(i, total, "walking")
            began = began if i else view
            changes.append(distance(view, began))
            if not returns or changes[-1] == max(changes):
                far, at = view, i
            yield view

    warnings = [
        *said,
        f"2.5-D: the picture lies flat on the ground and nothing stands up; its width counts as {PICTURE_METRES:g} m, "
        f"the eye is {EYE_METRES:g} m above it",
    ]
    if left := _leaves(track, rgb):
        warnings.append(f"the way leaves the picture after {left / fps:.1f} s; the ground beyond it is made up")
    video = context.store.put_video(frames(), fps)
    drawn = context.store.put_image(draw_track(rgb, track))
    bound = bound_for("classical/navigate", _moves_made(actions, total), changes)
    assert bound is not None
    warnings.append(bound.told("frame"))
    test = _led_back(began, far, track, at, rgb.shape[1] / PICTURE_METRES)
    told = bound_answer(bound, "frame", fps, test.joined(loop(changes) if returns else None))
    return EngineResult.of(*warnings, video=video, map=drawn, actions=actions, start=start, bound=told)


def _led_back(began: Picture, view: Picture, track: Track, at: int, pixels: float) -> SelfTest:
    """Fetch the ground that the first frame shows back from frame `at`, as far as it is seen there."""
    height, width = began.shape[:2]
    focal, down = width / 2 / math.tan(math.radians(ACROSS_DEG / 2)), math.radians(DOWN_DEG)
    u, v = np.meshgrid((np.arange(width) - (width - 1) / 2) / focal, (np.arange(height) - (height - 1) / 2) / focal)
    fall = v * math.cos(down) + math.sin(down)
    metres = EYE_METRES / np.maximum(fall, 1e-3)
    ahead, aside = metres * (math.cos(down) - v * math.sin(down)), metres * u
    here, there = (math.radians(float(track.heading_deg[i])) for i in (0, at))
    dx = (float(track.x[0]) - float(track.x[at])) / pixels + math.sin(here) * ahead + math.cos(here) * aside
    dy = (float(track.y[0]) - float(track.y[at])) / pixels + math.sin(here) * aside - math.cos(here) * ahead
    onward, beside = math.sin(there) * dx - math.cos(there) * dy, math.cos(there) * dx + math.sin(there) * dy
    below = math.cos(down) * onward + math.sin(down) * EYE_METRES
    far = np.maximum(below, 1e-3)
    px = beside / far * focal + (width - 1) / 2
    py = (math.cos(down) * EYE_METRES - math.sin(down) * onward) / far * focal + (height - 1) / 2
    seen = (fall > 1e-3) & (below > 1e-3) & (metres < _HAZE_METRES) & (far < _HAZE_METRES)
    seen &= (px >= 0) & (px <= width - 1) & (py >= 0) & (py <= height - 1)
    clear = np.exp((far - metres) / _HAZE_METRES)[..., None]
    fetched = fetch(view, np.dstack([px, py]).astype(np.float32), cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)
    back = np.clip(np.round(_HORIZON + (fetched - _HORIZON) * clear), 0, 255).astype(np.uint8)
    return way_back(began, view, back, at + 1, seen)


def _moves_made(actions: Actions, total: int) -> list[float]:
    """Return how many moves were made by each frame; parts of a move count."""
    ends = np.concatenate([[0.0], np.cumsum([action.seconds for action in actions.actions])])
    return [float(each) for each in np.interp(np.linspace(0, ends[-1], total), ends, np.arange(len(ends)))]


def _returns(track: Track) -> bool:
    """Return whether the walker ends where he began, looking the same way."""
    way = np.stack([track.x, track.y, track.heading_deg % 360])
    return bool(np.allclose(way[:, 0], way[:, -1], atol=0.5))


def lay_track(actions: Sequence[Action], start: Point, width: int, fps: float) -> Track:
    """Return where the walker is in each frame: from rest to rest, without overshoot, heading up at first.

    Args:
        width: width of the picture in pixels, which counts as `PICTURE_METRES`
    """
    pixels = width / PICTURE_METRES
    times, xs, ys, headings = [0.0], [start.x], [start.y], [0.0]
    for action in actions:
        heading, x, y = headings[-1], xs[-1], ys[-1]
        if action.move in ("turn_left", "turn_right"):
            heading += action.amount if action.move == "turn_right" else -action.amount
        elif action.move != "wait":
            side = {"forward": 0.0, "right": 90.0, "back": 180.0, "left": 270.0}[action.move]
            way = math.radians(heading + side)
            x, y = x + math.sin(way) * action.amount * pixels, y - math.cos(way) * action.amount * pixels
        times.append(times[-1] + action.seconds)
        xs.append(x)
        ys.append(y)
        headings.append(heading)
    at = np.linspace(0, times[-1], frame_count(times[-1], fps))
    return Track(smooth_through(times, xs, at), smooth_through(times, ys, at), smooth_through(times, headings, at))


def render_walk(rgb: Picture, track: Track, width: int, height: int) -> Iterator[Picture]:
    """Yield what the walker sees, uint8 HWC of width x height: ground below the horizon, a plain sky above it."""
    levels = _pyramid(rgb)
    beyond = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).mean(0).astype(np.float32)
    focal = width / 2 / math.tan(math.radians(ACROSS_DEG / 2))
    down = math.radians(DOWN_DEG)
    u, v = np.meshgrid((np.arange(width) - (width - 1) / 2) / focal, (np.arange(height) - (height - 1) / 2) / focal)
    fall = v * math.cos(down) + math.sin(down)
    onward = math.cos(down) - v * math.sin(down)
    sky = _sky(fall)
    first = int(np.argmax(fall[:, 0] > 1e-3)) if (fall[:, 0] > 1e-3).any() else height
    metres = EYE_METRES / fall[first:]
    ahead, aside = (metres * onward[first:], metres * u[first:])
    pixels = rgb.shape[1] / PICTURE_METRES
    footprint = np.sqrt(metres / focal * metres**2 / (EYE_METRES * focal)) * pixels
    level = np.clip(np.log2(np.maximum(footprint, 1e-6)), 0, len(levels) - 1).astype(np.float32)
    haze = np.exp(-metres / _HAZE_METRES).astype(np.float32)[..., None]
    for x, y, heading_deg in zip(track.x, track.y, track.heading_deg, strict=True):
        turn = math.radians(heading_deg)
        gx = x + (math.sin(turn) * ahead + math.cos(turn) * aside) * pixels
        gy = y + (math.sin(turn) * aside - math.cos(turn) * ahead) * pixels
        ground = _sample(levels, gx.astype(np.float32), gy.astype(np.float32), level)
        outside = np.hypot(
            np.maximum(np.maximum(-gx, gx - rgb.shape[1] + 1), 0), np.maximum(np.maximum(-gy, gy - rgb.shape[0] + 1), 0)
        )
        seen = np.exp(-((outside / (pixels * _FADE_METRES)) ** 2)).astype(np.float32)[..., None]
        ground = beyond + (ground - beyond) * seen
        view = sky.copy()
        view[first:] = _HORIZON + (ground - _HORIZON) * haze
        yield np.clip(np.round(view), 0, 255).astype(np.uint8)


def draw_track(rgb: Picture, track: Track) -> Picture:
    """Return the picture with the way drawn: a dot at the start, a line, and arrow heads along it."""
    scale = max(rgb.shape[:2])
    thick = max(1, round(scale / 160))
    drawn = rgb.copy()
    points = np.stack([track.x, track.y], axis=1)
    fixed = np.round(points * 16).astype(np.int32)
    heads = _arrow_heads(track, 4.5 * thick, scale / 6)
    for colour, extra in (((255, 255, 255), 2 * max(1, thick // 2)), ((20, 90, 220), 0)):
        cv2.polylines(drawn, [fixed], False, colour, thick + extra, cv2.LINE_AA, 4)
        for head in heads:
            cv2.fillPoly(drawn, [head], colour, cv2.LINE_AA, 4)
            cv2.polylines(drawn, [head], True, colour, max(1, extra), cv2.LINE_AA, 4)
        cv2.circle(drawn, tuple(int(c) for c in fixed[0]), (2 * thick + extra // 2) * 16, colour, -1, cv2.LINE_AA, 4)
    return drawn


def _arrow_heads(track: Track, size: float, spacing: float) -> list[NDArray[np.int32]]:
    points = np.stack([track.x, track.y], axis=1)
    steps = np.hypot(*np.diff(points, axis=0).T)
    gone = np.concatenate([[0.0], np.cumsum(steps)])
    if gone[-1] < 1:
        return []
    count = max(1, round(gone[-1] / spacing))
    heads = []
    for along in np.linspace(0, gone[-1], count + 1)[1:]:
        tip = np.array([np.interp(along, gone, points[:, axis]) for axis in (0, 1)])
        tail = np.array([np.interp(max(0.0, along - size), gone, points[:, axis]) for axis in (0, 1)])
        way = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-6)
        across = np.array([-way[1], way[0]])
        corners = np.stack([tip + way * size * 0.4, tip - way * size * 0.6 + across * size * 0.5])
        corners = np.vstack([corners, tip - way * size * 0.6 - across * size * 0.5])
        heads.append(np.round(corners * 16).astype(np.int32))
    return heads


def _leaves(track: Track, rgb: Picture) -> int:
    """Return the first frame in which the walker is outside the picture, or 0."""
    height, width = rgb.shape[:2]
    out = (track.x < -0.5) | (track.y < -0.5) | (track.x > width - 0.5) | (track.y > height - 0.5)
    return int(np.argmax(out)) if out.any() else 0


def _pyramid(rgb: Picture) -> list[Maps]:
    levels = [rgb.astype(np.float32)]
    while len(levels) < _LEVELS and min(levels[-1].shape[:2]) >= 8:
        levels.append(np.asarray(cv2.pyrDown(levels[-1], borderType=cv2.BORDER_REFLECT_101), np.float32))
    return levels


def _sample(levels: list[Maps], x: Maps, y: Maps, level: Maps) -> Maps:
    """Fetch colours from the two nearest pyramid levels and blend them, so that far ground does not shimmer."""
    result = np.zeros((*x.shape, 3), np.float32)
    for i, picture in enumerate(levels):
        weight = np.clip(1 - np.abs(level - i), 0, 1)
        rows = np.nonzero(weight.max(axis=1) > 0)[0]
        if not len(rows):
            continue
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        how = cv2.INTER_CUBIC if i == 0 else cv2.INTER_LINEAR
        at_x, at_y = x[part] / 2**i, y[part] / 2**i
        fetched = fetch(picture, np.dstack([at_x, at_y]), how, cv2.BORDER_REFLECT_101)
        result[part] += fetched * weight[part][..., None]
    return result


def _sky(fall: Floats) -> Maps:
    up = np.clip(-fall / 0.5, 0, 1).astype(np.float32)[..., None] ** np.float32(0.8)
    blended: Maps = _HORIZON + (_ZENITH - _HORIZON) * up
    return blended
