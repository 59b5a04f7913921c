"""The form of a result, as fields beside the words of a message: its kind, size and length, and where a picture may
change. It becomes edits of the planner's chain, so that it stands in the chain like all else; what no step of it can
bear is refused, or said where it is only adjusted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.edit import Edit, Insert, SetAnswer, SetArg, SetExpect, SetGiven, apply_all
from agentvid.chain.step import Ref, Seconds, Size, Step
from agentvid.errors import InputError
from agentvid.media.types import CameraPath, Image, Mask, Value
from agentvid.tool import ToolSpec

__all__ = ["MOST_PIXELS", "Form", "form_edits"]

MOST_PIXELS: Final = 4096
"""Longest side of a result that may be asked for."""
_MOST_SECONDS: Final = 60.0
_LATE: Final = 0.1


class Form(Value):
    """What is asked of the last picture or clip of an answer. `mask` tells where the first picture may change."""

    kind: Literal["Image", "Video"] | None = None
    width: int | None = Field(default=None, ge=16, le=MOST_PIXELS)
    height: int | None = Field(default=None, ge=16, le=MOST_PIXELS)
    seconds: float | None = Field(default=None, gt=0, le=_MOST_SECONDS)
    mask: Mask | None = None


def form_edits(
    chain: Chain, tools: Mapping[str, ToolSpec], form: Form, pictures: Sequence[Image] = ()
) -> tuple[Edit, ...]:
    """Return the edits that give a chain's answer this form. `pictures` are those that came with the message.

    A size that no step draws at is reached by cutting the picture to its ratio around the middle and scaling it; a clip
    is made of a source picture treated so.

    Raises: InputError naming what no step of this chain can bear.
    """
    if not chain.steps:
        return ()
    writer = _Writer(chain, tools)
    if form.mask is not None:
        writer.confine(form.mask, pictures)
    if form.kind is None and form.width is None and form.height is None and form.seconds is None:
        return tuple(writer.edits)
    answer = writer.answer(form.kind)
    if form.seconds is not None:
        writer.last(answer, form.seconds)
    if form.width is not None and form.height is not None:
        if answer.type == "Image":
            writer.frame(answer.ref, form.width, form.height)
        else:
            writer.frame_clip(answer.ref, form.width, form.height, pictures)
    return tuple(writer.edits)


@dataclass(frozen=True)
class _Answer:
    ref: Ref
    type: str


class _Writer:
    def __init__(self, chain: Chain, tools: Mapping[str, ToolSpec]) -> None:
        self.chain = chain
        self.tools = tools
        self.edits: list[Edit] = []

    def do(self, *edits: Edit) -> None:
        self.chain = apply_all(self.chain, list(edits))
        self.edits += edits

    def type_of(self, ref: Ref) -> str:
        port = self.tools[self.chain.step(ref.step).tool].port(ref.port)
        return port.type if port else ""

    def answer(self, kind: str | None) -> _Answer:
        """Return the last picture or clip that is answered."""
        own = {step.id for step in self.chain}
        told = [ref for ref in self.chain.answer if ref.step in own] or self._ends()
        shown = [_Answer(ref, self.type_of(ref)) for ref in told if self.type_of(ref) in ("Image", "Video")]
        fitting = [answer for answer in shown if kind in (None, answer.type)]
        if fitting:
            return fitting[-1]
        words = {"Image": "a picture", "Video": "a clip", None: "a picture or clip"}
        made = words[shown[-1].type] if shown else "words alone"
        raise InputError(
            f"the chain of this message gives {made}, not {words[kind]}",
            f"a message that asks for {words[kind]}",
            "say what moves, for example: orbit around it" if kind == "Video" else "say what is to be seen",
        )

    def _ends(self) -> list[Ref]:
        used = {ref for step in self.chain for ref in step.refs()}
        ports = [Ref(step=step.id, port=p.name) for step in self.chain for p in self.tools[step.tool].ports]
        return [ref for ref in ports if ref not in used]

    # ------------------------------------------------------------ where

    def confine(self, mask: Mask, pictures: Sequence[Image]) -> None:
        """Give the mask to every step that finds a thing in the first picture; else to the steps that edit it."""
        first = next(iter(pictures), None)
        if first is None:
            raise InputError("a mask without a picture", "a picture that the mask is of", "send it with the picture")
        if (mask.width, mask.height) != (first.width, first.height):
            raise InputError(
                f"a mask of {mask.width}x{mask.height}",
                f"the size of the picture, {first.width}x{first.height}",
                "send one of that size",
            )
        self._keep_outside(self._give(mask, first), first)

    def _give(self, mask: Mask, first: Image) -> Any:
        """Give the mask to steps, and return the argument that names it."""
        on_it = [step for step in self.chain if _is_picture(step.args.get("image"), first)]
        value = mask.model_dump(mode="json")
        finds = [step for step in on_it if _is_mask(self.tools[step.tool].port("mask"))]
        takes = [step for step in on_it if _is_mask(self.tools[step.tool].parameter("mask"))]
        if finds:
            self.do(*(SetGiven(step=step.id, port="mask", value=value) for step in finds))
            return {"step": finds[0].id, "port": "mask"}
        if not takes:
            raise InputError("a mask that no step of this chain takes", "an edit of the picture", "leave the mask out")
        self.do(*(SetArg(step=step.id, name="mask", value=value) for step in takes))
        return value

    def _keep_outside(self, mask: Any, first: Image) -> None:
        """Put what was there back outside of the mask, also under the soft border of an edit."""
        for ref in self.chain.answer or self._ends():
            step = self.chain.step(ref.step) if any(step.id == ref.step for step in self.chain) else None
            spec = self.tools[step.tool] if step else None
            if step is None or spec is None or self.type_of(ref) != "Image":
                continue
            if not _is_picture(step.args.get("image"), first) or not _is_mask(spec.parameter("mask")):
                raise InputError(
                    f"a mask of the picture, while the chain answers what {step.tool} makes",
                    "an edit of that picture",
                    "leave the mask out",
                )
            if "compose" not in self.tools:
                raise InputError("a mask", "the tool compose", "leave the mask out")
            stills = [{"step": ref.step, "port": ref.port}, first.model_dump(mode="json")]
            args = {"stills": stills, "layout": "inside", "mask": mask}
            expect = (Size(port="image", width=first.width, height=first.height),)
            words = "A mask was given: outside of it every pixel stays as it was."
            kept = Step(id=next_step_id(self.chain), tool="compose", args=args, thought=words, expect=expect)
            told = Ref(step=kept.id, port="image")
            answer = tuple(told if other == ref else other for other in self.chain.answer or (ref,))
            self.do(Insert(step=kept), SetAnswer(answer=answer))

    # ------------------------------------------------------------ how long

    def last(self, answer: _Answer, seconds: float) -> None:
        step = self.chain.step(answer.ref.step)
        path = step.args.get("path")
        if answer.type != "Video":
            raise InputError(f"{seconds:g} seconds of a picture", "a length of clips", "leave it out")
        if self.tools[step.tool].parameter("seconds") is not None:
            self.do(SetArg(step=step.id, name="seconds", value=seconds))
        elif isinstance(path, dict) and "poses" in path:
            self.do(SetArg(step=step.id, name="path", value=_slowed(CameraPath.model_validate(path), seconds)))
        else:
            raise InputError(
                f"{seconds:g} seconds, which {step.tool} does not take",
                "the length in words",
                "say it in the message, and leave the field out",
            )
        most = Seconds(port=answer.ref.port, least=seconds - _LATE * seconds, most=seconds + _LATE * seconds + 1)
        others = tuple(expected for expected in step.expect if expected.kind != "seconds")
        if len(others) < len(step.expect):
            self.do(SetExpect(step=step.id, expect=(*others, most)))

    # ------------------------------------------------------------ how large

    def frame(self, ref: Ref, width: int, height: int) -> None:
        """Bring an answered picture to a size: by the step that draws it, and by what is put behind it."""
        known = self._size(self.chain.step(ref.step), ref.port)
        if known == (width, height):
            return
        if known is None:
            self._draw_at(ref.step, width, height)
        framed = self._framed({"step": ref.step, "port": ref.port}, known, width, height, behind=True)
        self.do(SetAnswer(answer=tuple(framed if told == ref else told for told in self.chain.answer or (ref,))))

    def frame_clip(self, ref: Ref, width: int, height: int, pictures: Sequence[Image]) -> None:
        """Bring an answered clip to a size: by the step that draws it, else by the picture that it is made of."""
        if self._draw_at(ref.step, width, height):
            return
        used = [picture for picture in pictures if any(_uses(step, picture) for step in self.chain)]
        source = used[0] if used else None
        if source is None:
            raise InputError(
                f"a clip of {width}x{height}, which {self.chain.step(ref.step).tool} does not take",
                "a clip made of a picture, or an engine that draws at this size",
                "leave the size out",
            )
        if (source.width, source.height) == (width, height):
            return
        users = [
            (step.id, name) for step in self.chain for name, held in step.args.items() if _is_picture(held, source)
        ]
        value = source.model_dump(mode="json")
        framed = self._framed(value, (source.width, source.height), width, height, behind=False)
        told = {"step": framed.step, "port": framed.port}
        self.do(*(SetArg(step=step, name=name, value=told) for step, name in users))

    def _draw_at(self, step_id: str, width: int, height: int) -> bool:
        spec = self.tools[self.chain.step(step_id).tool]
        if "prompt" not in {p.name for p in spec.parameters} or spec.parameter("width") is None:
            return False
        self.do(SetArg(step=step_id, name="width", value=width), SetArg(step=step_id, name="height", value=height))
        return True

    def _size(self, step: Step, port: str) -> tuple[int, int] | None:
        for expected in step.expect:
            if isinstance(expected, Size) and expected.port == port and expected.width and expected.height:
                return expected.width, expected.height
        return None

    def _framed(self, image: Any, known: tuple[int, int] | None, width: int, height: int, *, behind: bool) -> Ref:
        if "transform_image" not in self.tools:
            raise InputError(f"a size of {width}x{height}", "the tool transform_image", "leave the size out")
        where: dict[str, Any] = {} if behind else {"before": self.chain.steps[0].id}
        if known is None or known[0] * height != known[1] * width:
            words = f"The asked size has the ratio {width}:{height}: cut around the middle."
            args = {"image": image, "kind": "crop", "ratio": f"{width}:{height}"}
            cut = Step(id=next_step_id(self.chain), tool="transform_image", args=args, thought=words)
            self.do(Insert(step=cut, **where))
            image = {"step": cut.id, "port": "image"}
        args = {"image": image, "kind": "resize", "width": width, "height": height}
        words = f"Asked for at {width}x{height}."
        expect = (Size(port="image", width=width, height=height),)
        scaled = Step(id=next_step_id(self.chain), tool="transform_image", args=args, thought=words, expect=expect)
        self.do(Insert(step=scaled, **where))
        return Ref(step=scaled.id, port="image")


def _slowed(path: CameraPath, seconds: float) -> dict[str, Any]:
    share = seconds / path.seconds
    poses = tuple(pose.model_copy(update={"seconds": round(pose.seconds * share, 4)}) for pose in path.poses)
    return path.model_copy(update={"poses": poses}).model_dump(mode="json")


def _is_mask(named: Any) -> bool:
    return named is not None and named.type == "Mask"


def _is_picture(value: Any, picture: Image) -> bool:
    return isinstance(value, dict) and value.get("artifact") == picture.artifact


def _uses(step: Step, picture: Image) -> bool:
    return any(_is_picture(value, picture) for value in step.args.values())
