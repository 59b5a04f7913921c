"""Words about pictures and clips by the unified model."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from agentvid.engine import EngineResult
from agentvid.engines.unified.work import Work, language_of, words
from agentvid.errors import CallError
from agentvid.media.types import Answer, Image, Video
from agentvid.models.mot import Decoding, flows
from agentvid.models.mot.flows import Watch
from agentvid.models.mot.sizes import Pixels

__all__ = ["describe", "frames_of"]

MOST_TOKENS: Final = 512
MOST_FRAMES: Final = 8


def describe(work: Work) -> EngineResult:
    """Describe `image` or `video`, or answer `question` about it: output `answer`. A clip wins over a picture.

    Raises: CallError where there is neither.
    """
    request = work.request
    image, video = request.maybe("image", Image), request.maybe("video", Video)
    question = (request.maybe("question", str) or "").strip()
    if video is not None:
        pictures = frames_of(work, video, np.linspace(0, video.frames - 1, min(MOST_FRAMES, video.frames)))
        if len(pictures) < video.frames:
            work.warnings.append(f"{len(pictures)} of the clip's {video.frames} frames were looked at")
    elif image is not None:
        pictures = [work.context.store.image(image)]
    else:
        raise CallError("no image and no video", "one of the two", "give a picture or a clip")
    written = 0

    def on_text(piece: str) -> None:
        nonlocal written
        written += 1
        work.context.progress(min(written, MOST_TOKENS), MOST_TOKENS, "writing")

    asked = question or words("describe_media", language_of(question), kind="clip" if video else "picture")
    watch = Watch(on_text=on_text, cancelled=work.context.cancelled)
    told = flows.understand(work.unified, pictures, asked, decoding=Decoding(limit=MOST_TOKENS), watch=watch)
    if not told.ended:
        work.warnings.append(f"the answer was cut after {MOST_TOKENS} tokens")
    work.warnings.append("the model's own words: nothing was measured")
    return EngineResult.of(*work.warnings, answer=Answer(question=question, text=told.text.strip()))


def frames_of(work: Work, video: Video, indices: ArrayLike) -> list[Pixels]:
    """Return the frames of a clip at the (rounded) indices, in order."""
    wanted = {int(index) for index in np.rint(np.asarray(indices))}
    frames = enumerate(work.context.store.frames(video, 0, max(wanted) + 1))
    return [frame for index, frame in frames if index in wanted]
