"""Requests as steps, by the contract of the tools: pictures here, clips and sound in `steps_clip`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn

from agentvid.chain.step import Ref, Size
from agentvid.media.colours import named_colour
from agentvid.media.operation_words import known_values
from agentvid.media.types import Actions
from agentvid.planner.grammar.resolve import AskBack, Held
from agentvid.planner.grammar.write import ChainWriter
from agentvid.planner.request import Ask, Edit, Generate, Kind, Reference, View, Walk
from agentvid.planner.wide.camera import moves_of, side_of
from agentvid.planner.wide.deeds import deed
from agentvid.planner.wide.edit_args import EditArgs, edit_args, is_attribute
from agentvid.planner.wide.engines import DRAWING, missing_task
from agentvid.planner.wide.frame_args import frame_args
from agentvid.planner.wide.says import tell
from agentvid.planner.wide.slots import measured_in
from agentvid.planner.wide.table import row_of
from agentvid.planner.wide.text import told
from agentvid.planner.wide.times import moment_in
from agentvid.planner.wide.words_place import words_near

if TYPE_CHECKING:
    from agentvid.planner.wide.understand import Want

__all__ = ["PictureWriter"]

_PLAN: Final = {
    "brighten": "adjust", "darken": "adjust", "contrast": "adjust", "saturate": "adjust", "grayscale": "adjust",
    "sharpen": "adjust", "denoise": "adjust", "lighting": "light", "weather": "weather", "style": "style",
    "material": "material", "move": "move", "resize": "resize", "text_add": "text", "text_remove": "remove_text",
    "add": "add", "replace": "replace", "count_change": "count", "recolour": "recolour", "remove": "remove",
    "background_blur": "blur_background", "background_change": "replace_background",
}  # fmt: skip
"""The operation of an `EditPlan` for each request that changes a picture or the frames of a clip."""
_LOOKS: Final = frozenset({"recolour", "brighten", "darken", "contrast", "saturate", "lighting", "weather", "material"})
_BY_WORDS: Final = frozenset({"lighting", "weather", "style", "material"})
"""Requests whose operation depends on what their words turn out to mean."""
_TONES: Final = frozenset(
    {"brighten", "darken", "contrast", "saturate", "grayscale", "sharpen", "denoise", "lighting", "weather", "style"}
    | {"text_add"}
)
"""Requests whose object is often no thing: "the light", "the contrast"."""
_FRAME: Final = frozenset({"crop", "rotate", "flip", "extend_canvas", "upscale"})
_CAMERA: Final = frozenset({"orbit", "turntable", "view_from", "dolly", "zoom", "pan", "tilt", "truck", "pedestal"})
_WORD_SPAN: Final = 60
_ANY_TEXT: Final = re.compile(
    r"(?:all |the |any |every )*(?:text|words?|writing|lettering|letters|watermarks?|captions?|subtitles?|date|logo)?"
    r"|(?:所有|全部|图上|图里|画面)?的?(?:文字|字|水印|字幕|字样|日期)?"
)
"""Writing that is found by how it looks, without a mask."""


class PictureWriter:
    """Writes the steps of what was understood; `writer` holds the chain, `held` is what each request is about."""

    def __init__(self, writer: ChainWriter, keep: tuple[str, ...]) -> None:
        self.writer, self.keep = writer, keep
        self.language = writer.language

    def write(self, want: Want) -> None:
        """Write the steps of one request about pictures.

        Raises: AskBack where it can't be placed or no engine at hand can do it.
        """
        if want.op != "background_change" and self._missing(want):
            self._refuse(want)
        if want.op in ("generate_image", "generate_video"):
            kind = "video" if want.op == "generate_video" else "image"
            self.writer.write(Generate(want.clause, want.target or want.clause, kind))  # type: ignore[arg-type]
        elif want.op in _CAMERA:
            self._camera(want)
        elif want.op in _FRAME:
            self._frame(want)
        elif want.op == "answer" and (thing := measured_in(told(want.clause).low)):
            self._measure(want, thing)
        elif want.op in ("describe", "count", "answer"):
            self.writer.write(Ask(want.clause, want.clause, where=self.where(want)))
        elif want.op in ("compare", "beside", "above"):
            self._together(want)
        elif want.op in ("navigate", "map_to_view", "make_3d"):
            getattr(self, f"_{want.op}")(want)
        elif want.op == "text_change":
            self._text_change(want)
        else:
            self._edit(want)

    # ------------------------------------------------------------ media

    def where(self, want: Want) -> Reference | None:
        """Return the reference that the request's medium has, None for the result of the request before."""
        number = want.on[0] if want.on else 0
        return Reference("number", number) if number else None

    def held(self, want: Want) -> Held:
        """Return the medium that a request is about, whatever its kind."""
        return self.writer.media.pick(None, self.where(want))

    def kind_held(self, want: Want, kind: Kind) -> Held:
        """Return the medium that a request is about, which has to be a picture or a clip.

        Raises: AskBack where it is the other.
        """
        return self.writer.media.pick(kind, self.where(want))

    def all_held(self, want: Want) -> list[Held]:
        """Return all media that a request is about, in the order they were named."""
        media = self.writer.media
        return [media.named(Reference("number", n)) if n else media.pick(None, None) for n in want.on]

    def say(self, key: str, want: Want, medium: str = "", **words: str) -> str:
        """Return a text about a request in the message's language."""
        titles = row_of(want.op).title
        title = titles[1] if self.language == "zh" else titles[0]
        clause = want.clause if len(want.clause) <= _WORD_SPAN else want.clause[: _WORD_SPAN - 1] + "…"
        return tell(self.language, key, title=title, clause=clause, medium=medium, **words)

    def do(self, tool: str, args: dict[str, Any], medium: str) -> str:
        """Write a step whose thought is told by its arguments; `medium` names what it works on. Returns its id."""
        return self.writer.step(tool, deed(tool, args, medium, self.language), args)

    def made(self, step: str, port: str, before: Held | None = None) -> Held:
        """Take in what a step makes: the next request works on it."""
        ref = Ref(step=step, port=port)
        if before is not None:
            self.writer.hidden.add(before.key)
        kind = "video" if port in ("video", "future") else "image"
        same = before if before is not None and kind == "image" and before.kind == "image" else None
        held = Held(
            kind,  # type: ignore[arg-type]
            ref.model_dump(mode="json"),
            str(ref),
            tell(self.language, "made"),
            width=same.width if same else None,
            height=same.height if same else None,
        )
        self.writer.media.make(held)
        self.writer.answer.append(ref)
        return held

    def _missing(self, want: Want) -> bool:
        """Whether no engine at hand can do a request. In a clip, the tools of clips decide."""
        known = self.writer.world.request
        return bool(missing_task(want.op, known.bears, known.engine, with_source=want.source is not None))

    def _unknown(self, want: Want, operation: str) -> None:
        """Say which values an edit plan has, where nothing at hand draws any other.

        Raises: AskBack, where no engine draws.
        """
        known = self.writer.world.request
        if not missing_task("replace", known.bears, known.engine, with_source=False):
            return
        values = (
            known_values(operation, self.language) if operation in ("light", "weather", "style", "material") else ()
        )
        shown = ("、" if self.language == "zh" else ", ").join(values)
        raise AskBack(self.say("unknown" if shown else "how_many", want, engines=DRAWING, known=shown))

    def _refuse(self, want: Want) -> NoReturn:
        """Say which engine a request would need, and what can be done instead."""
        raise AskBack(self.say("needs", want, engines=DRAWING, instead=tell(self.language, "instead_picture")))

    # ------------------------------------------------------------ edits

    def _edit(self, want: Want) -> None:
        picture = self.held(want)
        if want.op == "text_add" and not want.value:
            raise AskBack(self.say("no_words", want))
        if want.op in _TONES and is_attribute(want.target):
            want = replace(want, target="")
        low = told(want.clause).low
        colour = want.value if want.op in ("recolour", "background_change") and named_colour(want.value) else ""
        source = self.writer.media.named(Reference("number", want.source)) if want.source else None
        if want.op in ("recolour", "remove", "background_blur", "background_change"):
            background = Reference("number", want.source or 0) if source and source.kind == "image" else None
            plain = {"recolour": colour, "background_change": colour or background}.get(want.op, True)
            if plain:
                thing = "" if want.op.startswith("background") else want.target
                self.writer.write(Edit(want.clause, _PLAN[want.op], thing, colour, self.where(want), background))
                return
        if want.op == "background_change" and not colour and source is None and self._missing(want):
            self._refuse(want)
        mask = self._mask(want, picture)
        seen: dict[str, Any] = {}
        near = words_near(low) if want.op == "text_add" and picture.kind == "image" else None
        if near:
            located = self.writer.step(
                "locate",
                self.say("locate_words", want, picture.name, thing=near[0]),
                {"image": picture.value, "what": near[0]},
            )
            seen = {"box": Ref(step=located, port="box")}
        if want.op in _LOOKS and mask is not None and picture.kind == "image":
            step = self.writer.step(
                "analyse", self.say("analyse", want, picture.name), {"image": picture.value, "mask": mask}
            )
            seen = {port: Ref(step=step, port=port) for port in ("palette", "light", "size", "place")}
        words = low.replace(near[0], " ") if near else low
        told_args = edit_args(want.op, words, want.value, chinese=self.language == "zh")
        if not told_args.is_known:
            self._unknown(want, told_args.operation)
            told_args = EditArgs("replace", value=want.clause)
        args = {
            "operation": told_args.operation if want.op in _BY_WORDS else _PLAN[want.op],
            "target": want.target or tell(self.language, "whole"),
            "colour": colour or told_args.colour,
            **seen,
            "value": told_args.value,
            "amount": told_args.amount,
            "direction": near[1] if near else told_args.direction,
            "text": told_args.text,
            "background": source.value if source and want.op in ("add", "replace", "background_change") else None,
            "request": want.clause,
        }
        self._apply(want, picture, mask, args)

    def _apply(self, want: Want, picture: Held, mask: object, args: dict[str, Any]) -> None:
        key = "plan_keep" if self.keep else "plan"
        plan = self.writer.step("plan_edit", self.say(key, want, keep="、".join(self.keep)), args)
        planned = Ref(step=plan, port="plan")
        tool = "edit_video" if picture.kind == "video" else "edit_image"
        new = args["operation"] in ("add", "replace", "count")
        edited = self.writer.step(
            tool,
            self.say("edit", want, picture.name),
            {"video": picture.value, "plan": planned, "masks": mask}
            if picture.kind == "video"
            else {"image": picture.value, "plan": planned, "mask": mask, "instruction": want.clause if new else ""},
            *(
                [Size(port="image", width=picture.width, height=picture.height)]
                if picture.kind == "image" and picture.width
                else []
            ),
        )
        self.writer.answer.append(Ref(step=plan, port="finding"))
        if picture.kind == "video":
            self.writer.answer.append(Ref(step=edited, port="finding"))
        after = self.made(edited, picture.kind, picture)
        if picture.kind == "image":
            checked = self.writer.step(
                "check",
                self.say("check", want),
                {"image": after.value, "before": picture.value, "mask": mask, "plan": planned},
            )
            self.writer.answer.append(Ref(step=checked, port="answer"))

    def _mask(self, want: Want, picture: Held) -> Ref | None:
        """Write what finds the named thing; in a clip, in one frame, followed through the others."""
        thing = want.target
        if want.op == "text_remove" and _ANY_TEXT.fullmatch(thing.lower()):
            return None
        if want.op.startswith("background"):
            thing = self.writer.say("main_subject")
        if not thing or want.op in ("add", "text_add", "style", "weather"):
            return None
        image: object = picture.value
        if picture.kind == "video":
            frame = self.writer.step(
                "pick_frame",
                self.say("keyframe", want, picture.name),
                {"video": picture.value, "seconds": moment_in(told(want.clause).low)},
            )
            image = Ref(step=frame, port="image")
        located = self.writer.step(
            "locate", self.say("locate", want, picture.name, thing=thing), {"image": image, "what": thing}
        )
        mask = Ref(step=located, port="mask")
        if picture.kind != "video":
            return mask
        followed = self.writer.step(
            "track",
            self.say("track", want, picture.name, thing=thing),
            {"video": picture.value, "mask": mask, "keyframe": Ref(step=frame, port="keyframe")},
        )
        return Ref(step=followed, port="masks")

    def _text_change(self, want: Want) -> None:
        """Write the old words away and the new ones in their place: two edits of one picture or clip."""
        picture = self.held(want)
        old = want.target or ("文字" if self.language == "zh" else "text")
        mask = self._mask(want if want.target else replace(want, target=old), picture)
        self._apply(want, picture, mask, {"operation": "remove_text", "target": old, "request": want.clause})
        after = self.writer.media.pick(None, None)
        args = {"operation": "text", "target": old, "value": want.value, "text": want.value, "request": want.clause}
        self._apply(want, after, mask, args)

    # ------------------------------------------------------------ frame, camera, together

    def _frame(self, want: Want) -> None:
        held = self.held(want)
        args: dict[str, Any] = {held.kind: held.value} | frame_args(want.op, told(want.clause).low)
        if want.op == "rotate" and args["degrees"] is None:
            raise AskBack(self.say("degrees", want))
        tool = "transform_video" if held.kind == "video" else "transform_image"
        step = self.do(tool, args, held.name)
        self.made(step, held.kind, held)
        if held.kind == "image":  # another size: what was known of the picture no longer fits
            made = self.writer.media.made.pop()
            self.writer.media.make(Held("image", made.value, made.key, made.name))

    def _camera(self, want: Want) -> None:
        low = told(want.clause).low
        side = side_of(low) if want.op == "view_from" else ""
        if want.op == "view_from":
            move = moves_of("orbit", {"left": "left 45", "up": "up 40", "down": "down 30"}.get(side, "right 45"))
        else:
            move = moves_of(want.op, low)
        operation = (
            "orbit"
            if want.op in ("turntable", "view_from")
            else {"tilt": "pan", "pedestal": "truck"}.get(want.op, want.op)
        )
        thing = want.target if want.op in ("orbit", "turntable", "view_from") else ""
        self.writer.write(View(want.clause, operation, (move,), thing, self.where(want), side))

    def _together(self, want: Want) -> None:
        media = self.all_held(want)
        if want.op == "compare" and len(media) < 2:
            self.writer.write(Ask(want.clause, want.clause, where=self.where(want)))
            return
        clips = [held.value for held in media if held.kind == "video"]
        stills = [held.value for held in media if held.kind == "image"]
        names = ("和" if self.language == "zh" else " and ").join(held.name for held in media)
        layout = "above" if want.op == "above" else "beside"
        args = {"clips": clips or None, "stills": stills or None, "layout": layout}
        port = "video" if clips else "image"
        if want.op != "compare":
            step = self.do("compose", args, names)
            self.writer.hidden |= {held.key for held in media}
            self.made(step, port)
            return
        step = self.writer.step("compose", self.say("compare", want, names), args)
        shown = {port: Ref(step=step, port=port), "question": want.clause}
        answer = self.writer.step("describe", self.writer.say("describe", medium=names), shown)
        self.writer.answer += [Ref(step=step, port=port), Ref(step=answer, port="answer")]

    def _measure(self, want: Want, thing: str) -> None:
        """Answer how large a thing is by its box."""
        held = self.kind_held(want, "image")
        found = self.writer.step(
            "locate", self.say("locate_size", want, held.name, thing=thing), {"image": held.value, "what": thing}
        )
        asked = {"image": held.value, "question": want.clause, "box": Ref(step=found, port="box")}
        answer = self.writer.step("describe", self.writer.say("describe", medium=held.name), asked)
        self.writer.answer += [Ref(step=answer, port="answer")]

    def _navigate(self, want: Want) -> None:
        from agentvid.planner.grammar.parse import parse

        walks = [request for request in parse(want.clause).requests if isinstance(request, Walk) and request.actions]
        actions = walks[0].actions if walks else Actions.model_validate(_FORWARD).actions
        self.writer.write(Walk(want.clause, actions, where=self.where(want)))

    def _map_to_view(self, want: Want) -> None:
        held = self.kind_held(want, "image")
        step = self.do("map_to_view", {"image": held.value, "walk": want.clause}, held.name)
        self.made(step, "video", held)

    def _make_3d(self, want: Want) -> None:
        held = self.kind_held(want, "image")
        thing = self.writer.say("main_subject")
        told = self.say("stands", want, held.name, thing=thing)
        located = self.writer.step("locate", told, {"image": held.value, "what": thing})
        args = {"image": held.value, "mask": Ref(step=located, port="mask")}
        step = self.do("make_3d", args, held.name)
        self.writer.answer += [Ref(step=step, port="mesh"), Ref(step=step, port="views")]


_FORWARD: Final = {"actions": [{"move": "forward", "amount": 3.0, "seconds": 3.0}]}
