"""Results of the fake engine: right in type and size, without meaning.

Pictures, masks and depth have the size of the picture they are about; clips are at most 64 pixels on the longer side
and 8 frames, and say so where more was asked for.
"""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, Input
from agentvid.errors import CallError, EngineError
from agentvid.media.colours import colour_name
from agentvid.media.types import (
    Actions,
    Answer,
    Audio,
    Box,
    CameraPath,
    Image,
    Keyframe,
    Mask,
    Palette,
    Point,
    Swatch,
    Video,
)
from agentvid.store.objects import ObjectStore

__all__ = ["make"]

MOST_FRAMES: Final = 8
LONGEST_SIDE: Final = 64
PLACES: Final = ("upper left", "upper right", "centre", "lower left", "lower right")


def make(request: EngineRequest, context: EngineContext) -> tuple[Mapping[str, Input], list[str]]:
    """Return the outputs of a task by name, and warnings.

    Raises: EngineError for a task without maker or an input of the wrong type, CallError for an input out of range.
    """
    if request.task not in _MAKERS:
        raise EngineError(f"the fake engine can't make {request.task!r}", f"one of {', '.join(_MAKERS)}")
    work = _Work(request, context.store)
    return _MAKERS[request.task](work), work.warnings


@dataclass
class _Work:
    """One request, with what is drawn from its digest."""

    request: EngineRequest
    store: ObjectStore
    warnings: list[str] = field(default_factory=list)

    def share(self, what: str) -> float:
        """A number 0…1 that depends on `what` and on everything in the request."""
        told = json.dumps([what, self.request.model_dump(mode="json")], sort_keys=True)
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big") / 2**48

    def colour(self, what: str) -> str:
        return "#" + "".join(f"{round(255 * self.share(f'{what} {channel}')):02x}" for channel in "rgb")

    def rgb(self, what: str) -> NDArray[np.uint8]:
        return np.frombuffer(bytes.fromhex(self.colour(what)[1:]), np.uint8)

    def picture(self, width: int, height: int, what: str = "image") -> Image:
        """A plain picture with a darker band whose height depends on the digest."""
        pixels = np.broadcast_to(self.rgb(what), (height, width, 3)).copy()
        band = max(1, height // 8)
        top = int(self.share(what + " band") * (height - band))
        pixels[top : top + band] //= 2
        return self.store.put_image(pixels)

    def clip(self, width: int, height: int, seconds: float, fps: float, what: str = "video") -> Video:
        """A plain clip with a bar that moves to the right."""
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        size = _even(width * scale), _even(height * scale)
        wanted = max(1, round(seconds * fps))
        frames = min(wanted, MOST_FRAMES)
        if frames < wanted or scale < 1.0:
            asked = f"{wanted} of {width}x{height}"
            self.warnings.append(f"{what}: {frames} frames of {size[0]}x{size[1]} instead of {asked}")
        return self.store.put_video(self._frames(*size, frames, what), fps)

    def _frames(self, width: int, height: int, frames: int, what: str) -> Iterator[NDArray[np.uint8]]:
        for index in range(frames):
            frame = np.broadcast_to(self.rgb(what), (height, width, 3)).copy()
            left = index * width // frames
            frame[:, left : left + max(1, width // MOST_FRAMES)] //= 2
            yield frame

    def sound(self, seconds: float) -> Audio:
        """A tone whose pitch depends on the digest."""
        from agentvid.media.sound import write_sound

        rate = 8_000
        tone = np.sin(2 * np.pi * (200 + 400 * self.share("pitch")) * np.arange(round(seconds * rate)) / rate)
        with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
            file = Path(folder) / "tone.wav"
            write_sound(file, (0.2 * tone[:, None]).astype(np.float32), rate)
            stored = self.store.put_file(file, "audio/wav", "audio")
        assert isinstance(stored, Audio)
        return stored

    def number(self, name: str, default: float) -> float:
        told = self.request.maybe(name, float)
        return default if told is None else told


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def _locate(work: _Work) -> Mapping[str, Input]:
    image = work.request.get("image", Image)
    mask = work.request.maybe("mask", Mask)
    if mask is not None:
        return _from_mask(work.store, mask)
    box = work.request.maybe("box", Box) or _drawn_box(work, image)
    left, top = max(0, math.floor(box.x0)), max(0, math.floor(box.y0))
    right, bottom = min(image.width, math.ceil(box.x1)), min(image.height, math.ceil(box.y1))
    if left >= right or top >= bottom:
        raise CallError(f"box {box.x0},{box.y0},{box.x1},{box.y1}", f"a box in {image.width}x{image.height} pixels")
    inside = np.zeros((image.height, image.width), np.uint8)
    inside[top:bottom, left:right] = 255
    point = Point(x=float((left + right - 1) // 2), y=float((top + bottom - 1) // 2))
    return {"box": box, "mask": work.store.put_mask(inside), "point": work.request.maybe("point", Point) or point}


def _from_mask(store: ObjectStore, mask: Mask) -> Mapping[str, Input]:
    rows, columns = np.nonzero(store.mask(mask) > 127)
    if len(rows) == 0:
        raise CallError("an empty mask", "a mask with some pixel above 127", "paint what is meant")
    left, right, top, bottom = (float(side) for side in (columns.min(), columns.max(), rows.min(), rows.max()))
    middle = np.argmin((columns - (left + right) / 2) ** 2 + (rows - (top + bottom) / 2) ** 2)
    point = Point(x=float(columns[middle]), y=float(rows[middle]))
    return {"box": Box(x0=left, y0=top, x1=right + 1, y1=bottom + 1), "mask": mask, "point": point}


def _drawn_box(work: _Work, image: Image) -> Box:
    """A box of about 0.4 of each side; around the given point where there is one."""
    wide, high = max(1, round(image.width * 0.4)), max(1, round(image.height * 0.4))
    point = work.request.maybe("point", Point)
    if point is None:
        left, top = work.share("x") * (image.width - wide), work.share("y") * (image.height - high)
    else:
        left, top = point.x - wide / 2, point.y - high / 2
    x0, y0 = math.floor(max(0.0, min(left, image.width - wide))), math.floor(max(0.0, min(top, image.height - high)))
    return Box(x0=x0, y0=y0, x1=x0 + wide, y1=y0 + high)


def _analyse(work: _Work) -> Mapping[str, Input]:
    work.request.get("image", Image)
    share = round(0.5 + work.share("share") / 2, 3)
    named = [(work.colour("first"), share), (work.colour("second"), round(1 - share, 3))]
    palette = Palette(colours=tuple(Swatch(colour=c, share=s, name=colour_name(c)) for c, s in named))
    place = PLACES[int(work.share("place") * len(PLACES))]
    return {"palette": palette, "light": work.share("light"), "size": work.share("size"), "place": place}


def _edit_image(work: _Work) -> Mapping[str, Input]:
    image = work.request.get("image", Image)
    return {"image": work.picture(image.width, image.height)}


def _measure(work: _Work) -> Mapping[str, Input]:
    work.request.get("image", Image)
    numbers = {
        "psnr_outside_db": round(20 + 30 * work.share("outside"), 2),
        "changed_inside": round(work.share("inside"), 4),
        "hue_share": round(work.share("hue"), 4),
    }
    return {"answer": Answer(question="", text="The fake engine tests nothing.", passed=None, measures=numbers)}


def _describe(work: _Work) -> Mapping[str, Input]:
    seen = work.request.maybe("image", Image) or work.request.maybe("video", Video)
    if seen is None:
        raise CallError("no image and no video", "one of the two", "give a picture or a clip")
    text = f"A {colour_name(work.colour('image'))} {seen.type} of {seen.width}x{seen.height}."
    return {"answer": Answer(question=work.request.maybe("question", str) or "", text=text)}


def _novel_view(work: _Work) -> Mapping[str, Input]:
    image, path = work.request.get("image", Image), work.request.get("path", CameraPath)
    rows = np.linspace(0, 65535, image.height).astype(np.uint16)
    depth = work.store.put_depth(np.repeat(rows[:, None], image.width, axis=1))
    video = work.clip(image.width, image.height, path.seconds, work.number("fps", 24.0))
    return {"video": video, "depth": depth, "path": path}


def _navigate(work: _Work) -> Mapping[str, Input]:
    image, actions = work.request.get("image", Image), work.request.get("actions", Actions)
    start = work.request.maybe("start", Point) or Point(x=image.width // 2, y=image.height - 1)
    video = work.clip(image.width, image.height, actions.seconds, work.number("fps", 24.0))
    return {"video": video, "map": work.picture(LONGEST_SIDE, LONGEST_SIDE, "map"), "actions": actions, "start": start}


def _map_to_view(work: _Work) -> Mapping[str, Input]:
    image = work.request.get("map", Image)
    return {"video": work.clip(image.width, image.height, 1.0, work.number("fps", 8.0)), "map": image}


def _future_frames(work: _Work) -> Mapping[str, Input]:
    video, seconds = work.request.get("video", Video), work.request.get("seconds", float)
    last = Keyframe(frame=video.frames - 1, seconds=(video.frames - 1) / video.fps)
    keyframe = work.request.maybe("keyframe", Keyframe) or last
    until = (min(keyframe.frame, last.frame) + 1) / video.fps
    return {
        "video": work.clip(video.width, video.height, until + seconds, video.fps),
        "future": work.clip(video.width, video.height, seconds, video.fps, "future"),
        "keyframe": keyframe,
        "trust_seconds": round(seconds * work.share("trust"), 3),
        "finding": f"Nothing is known of what comes after frame {keyframe.frame}.",
    }


def _compose(work: _Work) -> Mapping[str, Input]:
    clips, stills = work.request.many("clips", Video), work.request.many("stills", Image)
    if clips:
        width, height = max(c.width for c in clips), max(c.height for c in clips)
        return {"video": work.clip(width, height, max(c.seconds for c in clips), clips[0].fps)}
    if not stills:
        raise CallError("no clips and no stills", "some of the two", "give pictures or clips")
    return {"image": work.picture(sum(s.width for s in stills), max(s.height for s in stills))}


def _text_to_image(work: _Work) -> Mapping[str, Input]:
    return {"image": work.picture(round(work.number("width", 64.0)), round(work.number("height", 48.0)))}


def _text_to_video(work: _Work) -> Mapping[str, Input]:
    width, height = round(work.number("width", 64.0)), round(work.number("height", 48.0))
    return {"video": work.clip(width, height, work.number("seconds", 1.0), work.number("fps", 8.0))}


def _image_to_video(work: _Work) -> Mapping[str, Input]:
    image = work.request.get("image", Image)
    return {"video": work.clip(image.width, image.height, work.number("seconds", 1.0), work.number("fps", 8.0))}


def _edit_video(work: _Work) -> Mapping[str, Input]:
    video = work.request.get("video", Video)
    return {**_rework(work), "image": work.picture(video.width, video.height)}


def _pick_frame(work: _Work) -> Mapping[str, Input]:
    video = work.request.get("video", Video)
    keyframe = work.request.maybe("keyframe", Keyframe) or Keyframe(frame=0, seconds=0)
    return {"image": work.picture(video.width, video.height), "keyframe": keyframe}


def _track(work: _Work) -> Mapping[str, Input]:
    made = _rework(work)
    return {"masks": made["video"], "trust": work.share("trust"), "finding": made["finding"]}


def _rework(work: _Work) -> Mapping[str, Input]:
    video = work.request.get("video", Video)
    made = work.clip(video.width, video.height, video.seconds, video.fps)
    return {"video": made, "finding": f"Nothing is known of the {video.frames} frames of the clip."}


def _transform_video(work: _Work) -> Mapping[str, Input]:
    return {"video": _rework(work)["video"]}


def _caption(work: _Work) -> Mapping[str, Input]:
    image = work.request.maybe("image", Image)
    if image is None:
        return _rework(work)
    return {"image": work.picture(image.width, image.height), "finding": "Nothing is written on it."}


def _speak(work: _Work) -> Mapping[str, Input]:
    text = work.request.get("text", str)
    return {"audio": work.sound(0.5), "finding": f"Nothing is said of {len(text)} characters."}


def _sound(work: _Work) -> Mapping[str, Input]:
    events = work.request.maybe("events", str) or "impact 0.10 s 100%"
    return {"audio": work.sound(0.5), "events": events, "finding": "A tone that means nothing."}


def _make_3d(work: _Work) -> Mapping[str, Input]:
    from agentvid.media.mesh import Triangles, glb_bytes
    from agentvid.media.picture import png_bytes

    image = work.request.get("image", Image)
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    surface = Triangles(corners, corners[:, :2], np.array([[0, 1, 2]], np.uint32))
    texture = png_bytes(np.broadcast_to(work.rgb("mesh"), (2, 2, 3)).copy())
    rows = np.linspace(0, 65535, image.height).astype(np.uint16)
    return {
        "mesh": work.store.put_bytes(glb_bytes(surface, texture, "image/png"), "model/gltf-binary", "mesh"),
        "views": work.picture(LONGEST_SIDE, LONGEST_SIDE, "views"),
        "depth": work.store.put_depth(np.repeat(rows[:, None], image.width, axis=1)),
        "finding": "A triangle that means nothing.",
    }


_MAKERS: Final[Mapping[str, Callable[[_Work], Mapping[str, Input]]]] = {
    "locate": _locate,
    "analyse": _analyse,
    "edit_image": _edit_image,
    "transform_image": _edit_image,
    "transform_video": _transform_video,
    "measure": _measure,
    "describe": _describe,
    "novel_view": _novel_view,
    "navigate": _navigate,
    "map_to_view": _map_to_view,
    "future_frames": _future_frames,
    "compose": _compose,
    "text_to_image": _text_to_image,
    "text_to_video": _text_to_video,
    "image_to_video": _image_to_video,
    "edit_video": _edit_video,
    "pick_frame": _pick_frame,
    "track": _track,
    "extend_video": lambda work: {**_rework(work), "trust_seconds": work.share("trust")},
    "interpolate": lambda work: {**_rework(work), "trust": work.share("trust")},
    "retime": _rework,
    "stabilise": lambda work: {**_rework(work), "zoom": 1.0},
    "caption": _caption,
    "speak": _speak,
    "sound": _sound,
    "mux": _rework,
    "make_3d": _make_3d,
}
