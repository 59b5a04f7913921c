"""Whole tasks in one call: understand, generate, edit, interleave. Each is a few lines over `session.py`.

What the model is told, in which order, and which guidance is used follow the published settings of BAGEL
(arXiv 2505.14683). The caller decides when to draw: the published model was not trained to ask for it.

Frames: `frames.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from agentvid.errors import InputError
from agentvid.models.mot.decode import Decoding
from agentvid.models.mot.drawing import Drawing, DrawProgress, Sketch, check_seed, check_size, draw_together
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.sampling import Schedule
from agentvid.models.mot.session import Session, Thought
from agentvid.models.mot.sizes import Pixels

if TYPE_CHECKING:
    from agentvid.models.mot.unified import Unified

__all__ = [
    "DRAWING",
    "EDITING",
    "THINKING",
    "Draw",
    "Drawn",
    "Look",
    "Read",
    "Think",
    "Watch",
    "edit",
    "generate",
    "interleave",
    "understand",
]

DRAWING: Final = Guidance(text_scale=4.0, interval=(0.4, 1.0), renorm="global")
"""Guidance for drawing from words."""

EDITING: Final = Guidance(text_scale=4.0, image_scale=2.0, interval=(0.0, 1.0), renorm="text_channel")
"""Guidance for changing pictures. Where results are blurred, take renorm "global"."""

THINKING: Final = Decoding(limit=1024, temperature=0.3)
"""How thoughts are written."""


@dataclass(frozen=True)
class Watch:
    """Who follows along: text as it is written, drawing as it proceeds; and whether to stop."""

    on_text: Callable[[str], None] | None = None
    on_step: Callable[[DrawProgress], None] | None = None
    cancelled: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Drawn:
    """A drawing and the thought it follows ("" where there was none)."""

    drawing: Drawing
    thought: str = ""


def understand(
    unified: Unified,
    pictures: Sequence[Pixels],
    question: str,
    *,
    think: bool = False,
    decoding: Decoding | None = None,
    watch: Watch | None = None,
) -> Thought:
    """Answer a question about pictures, in their order. With `think` the reasoning comes first, inside the text.

    Raises: InputError, Cancelled.
    """
    watch, session = watch or Watch(), unified.session()
    if think:
        session.read(unified.prompts.think_understand)
    for picture in pictures:
        session.look(picture, latents=False)
    session.read(question)
    return session.think(decoding, keep=False, on_text=watch.on_text, cancelled=watch.cancelled)


def generate(
    unified: Unified,
    prompts: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    *,
    seeds: Sequence[int] | None = None,
    think: bool = False,
    thoughts: Sequence[str] | None = None,
    decoding: Decoding = THINKING,
    schedule: Schedule | None = None,
    guidance: Guidance = DRAWING,
    watch: Watch | None = None,
) -> list[Drawn]:
    """Draw one picture per prompt, all in one batch, at its (height, width) and with its seed (0 by default).

    With `think` a thought is written before each picture; `thoughts` gives them instead (a person's, or edited ones).

    Raises: InputError, Cancelled.
    """
    watch, seeds = watch or Watch(), [0] * len(prompts) if seeds is None else seeds
    given: dict[str, Sequence[object]] = {"prompts": prompts, "sizes": sizes, "seeds": seeds}
    given |= {} if thoughts is None else {"thoughts": thoughts}
    if any(len(each) != len(prompts) for each in given.values()):
        raise InputError(", ".join(f"{len(each)} {name}" for name, each in given.items()), "as many of each")
    sizes, seeds = [check_size(unified, size) for size in sizes], [check_seed(seed) for seed in seeds]
    start = unified.session()
    if prompts and (think or thoughts is not None):
        start.read(unified.prompts.think_generate)
    sketches, told = [], []
    for index, (prompt, size, seed) in enumerate(zip(prompts, sizes, seeds, strict=True)):
        session = start.branch()
        session.read(prompt)
        told.append(_thought(session, None if thoughts is None else thoughts[index], think, decoding, watch))
        sketches.append(Sketch(session, size, seed))
    drawings = draw_together(sketches, schedule, guidance, on_step=watch.on_step, cancelled=watch.cancelled)
    return [Drawn(drawing, thought) for drawing, thought in zip(drawings, told, strict=True)]


def edit(
    unified: Unified,
    pictures: Sequence[Pixels],
    instruction: str,
    *,
    size: tuple[int, int] | None = None,
    seed: int = 0,
    think: bool = False,
    thought: str | None = None,
    decoding: Decoding = THINKING,
    schedule: Schedule | None = None,
    guidance: Guidance = EDITING,
    watch: Watch | None = None,
) -> Drawn:
    """Draw a picture after others and an instruction; without a size, at that of the last of them.

    `thought` is read instead of one that the model would write.

    Raises: InputError, Cancelled.
    """
    watch, session = watch or Watch(), unified.session()
    if think or thought is not None:
        session.read(unified.prompts.think_generate)
    for picture in pictures:
        session.look(picture)
    session.read(instruction)
    told = _thought(session, thought, think, decoding, watch)
    drawing = session.draw(
        size, seed=seed, schedule=schedule, guidance=guidance, on_step=watch.on_step, cancelled=watch.cancelled
    )
    return Drawn(drawing, told)


# ---------------------------------------------------------------- interleaved output


@dataclass(frozen=True)
class Read:
    """Read words."""

    words: str


@dataclass(frozen=True)
class Look:
    """Look at a picture."""

    picture: Pixels
    latents: bool = True


@dataclass(frozen=True)
class Think:
    """Let the model write, and keep what it wrote."""

    decoding: Decoding = THINKING


@dataclass(frozen=True)
class Draw:
    """Draw a picture, and look at it before going on."""

    size: tuple[int, int] | None = None
    seed: int = 0
    schedule: Schedule | None = None
    guidance: Guidance | None = None


Act: TypeAlias = Read | Look | Think | Draw


def interleave(session: Session, acts: Sequence[Act], watch: Watch | None = None) -> Iterator[Thought | Drawing]:
    """Do acts one after the other and yield what comes out: texts and pictures, each part of what follows it.

    Raises: InputError, Cancelled.
    """
    watch = watch or Watch()
    for act in acts:
        if isinstance(act, Read):
            session.read(act.words)
        elif isinstance(act, Look):
            session.look(act.picture, latents=act.latents)
        elif isinstance(act, Think):
            yield session.think(act.decoding, on_text=watch.on_text, cancelled=watch.cancelled)
        else:
            guidance = act.guidance or (EDITING if session.saw_pictures else DRAWING)
            drawing = session.draw(
                act.size,
                seed=act.seed,
                schedule=act.schedule,
                guidance=guidance,
                on_step=watch.on_step,
                cancelled=watch.cancelled,
            )
            session.look(drawing.image)
            yield drawing


def _thought(session: Session, given: str | None, think: bool, decoding: Decoding, watch: Watch) -> str:
    if given is not None:
        session.read(given, as_thought=True)
        return given
    if think:
        return session.think(decoding, on_text=watch.on_text, cancelled=watch.cancelled).text
    return ""
