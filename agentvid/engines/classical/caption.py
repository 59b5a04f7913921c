"""Show words on a clip from one moment to another, or on a picture; task `caption`. Streams frames.

The words are set once, by `lettering`, and laid on each frame in linear light; frames without them keep their pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, cast, get_args

import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.blend import LUMINANCE, composed
from agentvid.engines.classical.camera import Maps, Picture
from agentvid.engines.classical.colourspace import Bytes, hex_to_rgb, to_linear
from agentvid.engines.classical.fonts import SHIPPED, Family
from agentvid.engines.classical.lettering import Lettering, laid_out, text_cover
from agentvid.errors import CallError
from agentvid.media.colours import named_colour
from agentvid.media.operations import Place, WriteText
from agentvid.media.types import Image, Video

__all__ = ["caption", "place_named"]

_ROWS: Final = (
    ("upper", r"\b(?:up|upper|top|above)\b|上|顶"),
    ("lower", r"\b(?:down|lower|bottom|below|under)\b|下|底"),
)
_COLUMNS: Final = (("left", r"\bleft\b|左"), ("right", r"\bright\b|右"))
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_RIM_STRENGTH: Final = 0.9
_DARK: Final = 0.18
"""Luminance of a colour from which its contour is dark."""


def caption(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "caption": outputs `video` or `image`, and `finding`.

    Raises: CallError where there is no text, neither or both of a clip and a picture, a colour, place or number can't
    be understood, or the moments are not in the clip; ToolFailed where no font has the characters.
    """
    video, image = request.maybe("video", Video), request.maybe("image", Image)
    if (video is None) == (image is None):
        raise CallError("both or neither of a clip and a picture", "one of them", "give a clip or a picture")
    operation = _operation(request)
    shown = video or image
    assert shown is not None
    setting = laid_out((shown.height, shown.width), operation)
    layer = _Layer((shown.height, shown.width), setting, operation)
    warnings = layer.said(round(operation.size * shown.height))
    lines = f"{len(setting.lines)} line{'s' if len(setting.lines) > 1 else ''} of {setting.height} pixels"
    if image is not None:
        if request.maybe("start", float) or request.maybe("end", float):
            warnings.append("a picture has no moments: the words are on it")
        picture = layer.on(context.store.image(image), 1.0)
        return EngineResult.of(*warnings, image=context.store.put_image(picture), finding=f"The words, {lines}.")
    assert video is not None
    first, stop, fade = _frames(request, video)

    def frames() -> Iterator[Picture]:
        for number, frame in enumerate(context.store.frames(video)):
            context.progress(number, video.frames, "writing")
            strength = _strength(number, first, stop, fade)
            yield layer.on(frame, strength) if strength > 0 else frame

    made, kept = keep_sound(context, video, context.store.put_video(frames(), video.fps))
    finding = (
        f"The words, {lines}, from {first / video.fps:.2f} to {stop / video.fps:.2f} s (frames {first} to {stop - 1})."
    )
    return EngineResult.of(*warnings, *kept, video=made, finding=finding)


def place_named(words: str) -> Place:
    """Return the place of a picture that words name, in English or Chinese; the bottom where they name none."""
    low = words.lower()
    if re.search(r"\b(?:centre|center|middle)\b|中央|中间|正中", low) and not re.search(r"upper|lower|top|bottom", low):
        return "centre"
    row = next((name for name, pattern in _ROWS if re.search(pattern, low)), "")
    column = next((name for name, pattern in _COLUMNS if re.search(pattern, low)), "")
    if row and column:
        return cast(Place, f"{row} {column}")
    return cast(Place, {"upper": "top", "lower": "bottom"}.get(row) or column or "bottom")


class _Layer:
    """Words ready to be laid on frames of one size: their letters and rim, cut out around them."""

    def __init__(self, shape: tuple[int, int], setting: Lettering, operation: WriteText) -> None:
        letters, rim = text_cover(shape, setting)
        rows, columns = np.flatnonzero(rim.any(axis=1)), np.flatnonzero(rim.any(axis=0))
        self.part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
        self.letters, self.rim = letters[self.part][..., None], _RIM_STRENGTH * rim[self.part][..., None]
        self.setting = setting
        colour = to_linear(hex_to_rgb(operation.colour or "#ffffff"))
        self.ink = colour
        dark = float(colour @ LUMINANCE) > _DARK
        self.contour = np.zeros(3, np.float32) if dark else np.ones(3, np.float32)

    def on(self, frame: Picture, strength: float) -> Picture:
        """Return the frame with the words on it, at a strength of 0 to 1."""
        whole = frame.copy()
        part: Bytes = np.ascontiguousarray(frame[self.part])
        if self.setting.outline:
            part = _laid(part, self.contour, self.rim * np.float32(strength))
        whole[self.part] = _laid(part, self.ink, self.letters * np.float32(strength))
        return whole

    def said(self, asked: int) -> list[str]:
        """Return what had to be changed to fit, and a font that another machine may not have, in words."""
        told = []
        if self.setting.font[0] != str(SHIPPED):
            told.append(
                f"written in {Path(self.setting.font[0]).name}, a font of this machine; another may have another"
            )
        if self.setting.height < asked:
            told.append(f"letters of {self.setting.height} instead of {asked} pixels, so that the words fit")
        return told


def _laid(part: Bytes, ink: Maps, alpha: Maps) -> Bytes:
    light = to_linear(part)
    return composed(part, light, np.broadcast_to(ink, light.shape), alpha)


def _operation(request: EngineRequest) -> WriteText:
    text, font = (request.maybe("text", str) or "").strip(), request.maybe("font", str) or "sans"
    size, outline = request.maybe("size", float) or 0.075, request.maybe("outline", float)
    if not 1 <= len(text) <= 2000:
        raise CallError(f"words of {len(text)} characters", "1 to 2000", "say what is to be shown")
    if font not in get_args(Family):
        raise CallError(f"the font {font!r}", f"one of {', '.join(get_args(Family))}", "choose one of these")
    if not 0.01 <= size <= 1 or not 0 <= (outline or 0) <= 0.3:
        raise CallError(
            f"letters of {size:g} of the height, outline {outline or 0:g}", "0.01 to 1, and 0 to 0.3", "choose others"
        )
    return WriteText(
        text=text,
        place=place_named(request.maybe("place", str) or "bottom"),
        colour=_colour(request.maybe("colour", str) or "white"),
        outline=0.1 if outline is None else outline,
        size=size,
        font=cast(Literal["sans", "serif", "hand"], font),
    )


def _colour(words: str) -> str:
    found = words.lower() if _HEX.fullmatch(words) else named_colour(words)
    if found is None:
        raise CallError(f"the colour {words!r}", "a colour word or #rrggbb", "name another colour")
    return found


def _frames(request: EngineRequest, video: Video) -> tuple[int, int, int]:
    """Return the first frame that shows the words, the one after the last, and over how many they appear."""
    start, end = request.maybe("start", float) or 0.0, request.maybe("end", float)
    fade = request.maybe("fade", float) or 0.0
    first = round(start * video.fps)
    stop = video.frames if end is None else min(video.frames, round(end * video.fps))
    if start < 0 or first >= stop:
        told = f"words from {start:g} to {video.seconds if end is None else end:g} s"
        raise CallError(told, f"moments in 0 to {video.seconds:.2f} s, the second later", "choose times of the clip")
    if not 0 <= fade <= 2:
        raise CallError(f"a fade of {fade:g} s", "0 to 2 s", "choose another")
    return first, stop, min(round(fade * video.fps), (stop - first) // 2)


def _strength(number: int, first: int, stop: int, fade: int) -> float:
    if not first <= number < stop:
        return 0.0
    return min(1.0, (number - first + 1) / (fade + 1), (stop - number) / (fade + 1))
