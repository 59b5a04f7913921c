"""When something happens in a clip: impacts, where motion changes at once, and whooshes, where it swells and dies away.

Motion is measured by dense flow between neighbouring frames at 160 pixels across. An impact is a sudden change of the
sum of all motion (of momentum, where every pixel weighs the same); the camera's own motion, the median, is taken off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.camera import Maps, Picture, fetch
from agentvid.engines.classical.flow import dense_flow, grey_of, grid_of, is_cut, work_size
from agentvid.errors import CallError

__all__ = ["Event", "Motion", "events_of", "measure_motion", "read_events", "write_events"]

_SIDE: Final = 160
_LEAST_FLOW: Final = 0.35
"""Pixels of 160 across per frame below which flow is noise."""
_OF_SPEED: Final = 0.02
"""Share of the speed of all that a change of momentum exceeds: a fast camera makes flow unsure."""
_EDGE: Final = 3.0
_LEAST_SLOPE: Final = 16.0
"""Mean slope (Sobel, grey levels) around a pixel whose motion can be seen."""
_LEAST_CHANGE: Final = 4.0
"""Times the usual change of momentum from which one is sudden."""
_LEAST_STRENGTH: Final = 0.12
"""Share of the strongest impact below which another is none."""
_APART_SECONDS: Final = 0.12
_LEAST_SPEED: Final = 0.35
"""Picture widths per second from which a motion is heard as a whoosh."""
_MOST: Final = 64
_TOLD: Final = re.compile(
    r"(?P<kind>impact|whoosh)\s+(?:at\s+)?(?P<start>\d+(?:\.\d+)?)(?:\s*-\s*(?P<end>\d+(?:\.\d+)?))?\s*s?"
    r"(?:\s+(?P<strength>\d+)\s*%)?"
)


@dataclass(frozen=True)
class Event:
    """Something heard: when it begins and ends in seconds (an impact ends as it begins), how strong (0…1), and where
    from left (0) to right (1).
    """

    kind: Literal["impact", "whoosh"]
    start: float
    end: float
    strength: float = 1.0
    side: float = 0.5


@dataclass(frozen=True)
class Motion:
    """The motion of a clip, frame by frame: T rows, the first of them 0 (nothing is known before it).

    momentum: (T, 2) sum of the flow that is not the camera's, in widths per second, averaged over the picture.
    speed: (T,) widths per second of the fastest tenth of the picture, the camera's motion included.
    side: (T,) where the motion is, 0 left to 1 right.
    """

    momentum: NDArray[np.float64]
    speed: NDArray[np.float64]
    side: NDArray[np.float64]
    cuts: tuple[int, ...]


def measure_motion(frames: Iterable[Picture], fps: float) -> Motion:
    """Return the motion of a clip."""
    momentum, speed, side = [np.zeros(2)], [0.0], [0.5]
    cuts: list[int] = []
    changes: list[float] = []
    before: Picture | None = None
    for number, frame in enumerate(frames):
        small = work_size(frame, _SIDE)
        if before is not None:
            cut, change = is_cut(before, small, changes[-8:])
            changes.append(change)
            one, two = grey_of(before), grey_of(small)
            flow = dense_flow(one, two)
            if cut and not _explains(flow, one, two):
                cuts.append(number)
                flow = np.zeros_like(flow)
            unit = fps / small.shape[1]
            held = _textured(two) & _stays(flow)
            camera = np.median(flow[held], axis=0) if held.any() else np.zeros(2)
            own = (flow - camera) * held[..., None]
            own = own * (np.linalg.norm(own, axis=-1) > _LEAST_FLOW)[..., None]
            momentum.append(own.mean(axis=(0, 1)) * unit)
            whole = np.linalg.norm(flow[held], axis=-1)
            speed.append(float(np.percentile(whole, 90)) * unit if whole.max(initial=0) > _LEAST_FLOW else 0.0)
            weight = np.linalg.norm(own, axis=-1).sum(axis=0)
            total = float(weight.sum())
            side.append(float(weight @ np.linspace(0, 1, len(weight))) / total if total > 0 else 0.5)
        before = small
    steady = np.array(speed)
    if len(steady) > 2:  # a glitch of one frame is no motion
        steady[1:-1] = np.median(np.stack([steady[:-2], steady[1:-1], steady[2:]]), axis=0)
    return Motion(np.array(momentum), steady, np.array(side), tuple(cuts))


def _textured(grey: Picture) -> NDArray[np.bool_]:
    """Where a frame shows enough for its motion to be seen: flow in a plain sky is made up."""
    plain = grey.astype(np.float32)
    slope = cv2.magnitude(cv2.Sobel(plain, cv2.CV_32F, 1, 0), cv2.Sobel(plain, cv2.CV_32F, 0, 1))
    return np.asarray(cv2.blur(slope, (9, 9)) > _LEAST_SLOPE, np.bool_)


def _explains(flow: Maps, one: Picture, two: Picture) -> bool:
    """Whether a flow accounts for most of what changed: then it is fast motion that looks like a cut."""
    left = np.abs(fetch(two, grid_of(flow.shape) + flow).astype(int) - one).mean()
    return bool(left < 0.4 * np.abs(two.astype(int) - one).mean())


def _stays(flow: Maps) -> NDArray[np.bool_]:
    """Where a pixel is still inside the next frame: what leaves it can't be followed."""
    start = grid_of(flow.shape)
    last = np.array(flow.shape[1::-1]) - 1 - _EDGE
    inside = [(at > _EDGE) & (at < last) for at in (start, start + flow)]
    return np.asarray((inside[0] & inside[1]).all(axis=-1), np.bool_)


def events_of(motion: Motion, fps: float) -> list[Event]:
    """Return what is heard of a motion, in order of time: the strongest 64 at most."""
    found = _impacts(motion, fps) + _whooshes(motion, fps)
    strongest = sorted(found, key=lambda event: -event.strength)[:_MOST]
    return sorted(strongest, key=lambda event: (event.start, event.kind))


def _impacts(motion: Motion, fps: float) -> list[Event]:
    """Flow into frame t is the motion before it, flow into t + 1 the motion after it: what changed at t is between."""
    change = np.zeros(len(motion.speed))
    if len(change) < 4:
        return []
    change[1:-1] = np.linalg.norm(np.diff(motion.momentum[1:], axis=0), axis=1)
    for cut in motion.cuts:
        change[max(0, cut - 1) : cut + 2] = 0
    usual = float(np.median(change[1:-1]))
    spread = float(np.median(np.abs(change[1:-1] - usual)))
    least = max(usual + _LEAST_CHANGE * 1.4826 * spread, 2 * usual, 2e-4 * fps)
    limit = np.maximum(least, _OF_SPEED * motion.speed)
    apart = max(1, round(_APART_SECONDS * fps))
    at = [
        t
        for t in range(1, len(change) - 1)
        if change[t] > limit[t] and change[t] == change[max(0, t - apart) : t + apart + 1].max()
    ]
    most = max((change[t] for t in at), default=0.0)
    return [
        Event("impact", t / fps, t / fps, round(float(change[t] / most) ** 0.5, 2), round(float(motion.side[t]), 2))
        for t in at
        if change[t] >= _LEAST_STRENGTH * most
    ]


def _whooshes(motion: Motion, fps: float) -> list[Event]:
    width = max(1, round(0.08 * fps)) | 1
    smooth = cv2.GaussianBlur(motion.speed.reshape(1, -1), (width, 1), 0).ravel()
    most = float(smooth.max(initial=0.0))
    if most < _LEAST_SPEED:
        return []
    loud = smooth > max(_LEAST_SPEED, 0.35 * most)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
    found = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start >= 2:
            peak = float(smooth[start:stop].max())
            side = float(motion.side[start:stop].mean())
            strength = round(min(1.0, peak / max(most, 1.5)), 2)
            found.append(Event("whoosh", start / fps, (stop - 1) / fps, strength, round(side, 2)))
    return found


def write_events(events: Iterable[Event]) -> str:
    """Return events in words that `read_events` reads: "impact 0.52 s 100%; whoosh 0.20-0.90 s 60%"."""
    told = []
    for event in events:
        span = f"{event.start:.2f}" + (f"-{event.end:.2f}" if event.kind == "whoosh" else "")
        told.append(f"{event.kind} {span} s {round(100 * event.strength)}%")
    return "; ".join(told)


def read_events(text: str, seconds: float) -> list[Event]:
    """Read events as a person corrects them; without a strength they are as strong as can be.

    Raises: CallError naming the part that is none, or lies beyond the clip.
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        told = _TOLD.fullmatch(part)
        if told is None:
            raise CallError(f"the event {part!r}", "impact 0.50 s 80%, or whoosh 0.20-0.90 s", "correct it")
        start = float(told["start"])
        end = float(told["end"] or start)
        strength = float(told["strength"] or 100) / 100
        if not 0 <= start <= end <= seconds + 1e-6 or strength > 1:
            raise CallError(f"the event {part!r}", f"times in 0 to {seconds:.2f} s, up to 100%", "correct it")
        found.append(Event("whoosh" if told["kind"] == "whoosh" else "impact", start, end, strength))
    return found
