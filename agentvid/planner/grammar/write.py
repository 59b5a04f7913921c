"""Requests as a chain: every request becomes its steps, wired to the media it is about and to what came before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.step import Predicate, Ref, Seconds, Size, Step, UnchangedOutside
from agentvid.media.types import Actions, CameraPath, CameraPose
from agentvid.planner import PlanRequest, Subject
from agentvid.planner.check import MOST_PATH_SECONDS, MOST_SECONDS
from agentvid.planner.grammar.lexicon import strip_leading
from agentvid.planner.grammar.operations import Operation, operation
from agentvid.planner.grammar.parse import Parsed
from agentvid.planner.grammar.question import question
from agentvid.planner.grammar.read_message import read_message
from agentvid.planner.grammar.resolve import AskBack, Held, Media
from agentvid.planner.grammar.subject import is_same_thing
from agentvid.planner.grammar.thoughts import say
from agentvid.planner.grammar.write_clip import picked_frame, write_clip_edit, write_rework
from agentvid.planner.grammar.write_world import WorldWriter
from agentvid.planner.request import (
    Ask,
    Continue,
    Edit,
    Film,
    Generate,
    Join,
    Language,
    Move,
    Request,
    Restage,
    Rework,
    View,
    Walk,
)

__all__ = ["ChainWriter", "Written", "moved", "write_chain", "write_requests"]

TOLERANCE_SECONDS: Final = 0.15
"""How far the length of a clip may be from what was asked for: frames and rules of engines round it."""

LEAST_CHROMA: Final = 15.0
"""Colours with less Lab chroma are greys: they have no hue that could be measured."""


@dataclass(frozen=True)
class Written:
    """A chain, and which of its steps each request became; `requests` and `parts` go together."""

    chain: Chain
    requests: tuple[Request, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()


def write_chain(request: PlanRequest) -> Chain:
    """Return the chain a message asks for, or a chain that holds only a question back.

    Raises: InputError where the message is too long to be read.
    """
    return write_requests(request, read_message(request)).chain


def write_requests(request: PlanRequest, parsed: Parsed) -> Written:
    """Return the chain of these requests about the media of `request`, or one that holds only a question back."""
    media = Media.of(request, parsed.language)
    if parsed.unplaced or not parsed.requests:
        return Written(Chain(turn=request.turn, question=question(parsed, media, [], request.stages)))
    writer = ChainWriter(request, parsed.language, media)
    parts = []
    try:
        for wanted in parsed.requests:
            media.reserved |= _backgrounds(wanted, media)
        for wanted in parsed.requests:
            before = len(writer.steps)
            writer.write(wanted)
            parts.append(tuple(step.id for step in writer.steps[before:]))
    except AskBack as back:
        return Written(Chain(turn=request.turn, question=question(parsed, media, [back.reason], request.stages)))
    return Written(writer.chain(), parsed.requests, tuple(parts))


class ChainWriter:
    """Writes the steps of requests, in order; remembers what the message is about."""

    def __init__(self, request: PlanRequest, language: Language, media: Media) -> None:
        self.turn, self.next_step = request.turn, request.first_step
        self.language: Language = language
        self.media = media
        self.subject = request.subject
        self.colours: set[str] = set()
        self.steps: list[Step] = []
        self.answer: list[Ref] = []
        self.hidden: set[str] = set()
        self.world = WorldWriter(self, request)

    def write(self, request: Request) -> None:
        """Write the steps of one request.

        Raises: AskBack where it can't be placed.
        """
        if isinstance(request, Edit):
            self._edit(request, operation(request.operation))
        elif isinstance(request, View):
            self._view(request)
        elif isinstance(request, Walk):
            self._walk(request)
        elif isinstance(request, Continue):
            self._continue(request)
        elif isinstance(request, Join):
            self._join(request)
        elif isinstance(request, Generate):
            self.world.generate(request)
        elif isinstance(request, Restage):
            self._restage(request)
        elif isinstance(request, Film):
            self.world.film(request)
        elif isinstance(request, Rework):
            write_rework(self, request)
        else:
            self._ask(request)

    def chain(self) -> Chain:
        """Return what was written. What a later step went on from is no answer."""
        answer = tuple(ref for ref in self.answer if str(ref) not in self.hidden)
        return Chain(turn=self.turn, steps=tuple(self.steps), answer=answer)

    def step(self, tool: str, thought: str, args: dict[str, Any], *expect: Predicate, engine: str | None = None) -> str:
        """Write a step and return its id; arguments that say nothing are left out."""
        step_id = f"t{self.turn}.s{self.next_step}"
        self.next_step += 1
        known = {name: value for name, value in args.items() if value is not None and value != ""}
        self.steps.append(Step(id=step_id, thought=thought, tool=tool, args=known, expect=expect, engine=engine))
        return step_id

    def say(self, key: str, /, **words: str) -> str:
        """Return a text in the message's language."""
        return say(self.language, key, **words)

    # ------------------------------------------------------------ edits of a still picture

    def _restage(self, wanted: Restage) -> None:
        picture = self.media.pick("image", wanted.where)
        stage = self.world.stage_of(picture)
        if stage is None or not self.world.offers("edit_image"):
            raise AskBack(self.say("stage_only", medium=picture.name))
        self.world.restage(wanted, picture, stage)

    def _edit(self, edit: Edit, row: Operation) -> None:
        picture = self.media.pick_editable(edit.where)
        stage = self.world.stage_of(picture)
        if stage is not None and row.changes == "thing" and self.world.offers("edit_image"):
            self.world.edit(edit, picture, stage)
            return
        background = self._background(edit)
        if row.changes == "thing" and not edit.thing and self.subject is None:
            raise AskBack(self.say("what_is_it"))
        clip = picture if picture.kind == "video" else None
        if clip is not None:
            picture = picked_frame(self, clip, edit.thing)
        thing, mask = self._locate(edit.thing, picture, f"locate_{row.changes}")
        palette = self._analyse(thing, picture, mask) if row.analyses else {}
        behind = background.name if background else edit.colour
        words = {"thing": thing, "colour": edit.colour, "background": behind}
        plan_args = {"operation": row.name, "target": thing, "colour": edit.colour, **palette}
        plan_args["request"] = strip_leading(edit.clause)
        plan_args["background"] = background.value if background else None
        plan = self.step("plan_edit", self._one_of(f"plan_{row.name}", "plan", **words), plan_args)
        planned = Ref(step=plan, port="plan")
        checks = self._one_of(f"check_{row.name}", "check", **words)
        if clip is not None:
            write_clip_edit(self, clip, picture, thing, mask, planned, checks)
            return
        drawn = self.step(
            "edit_image",
            self.say(f"edit_{row.changes}", thing=thing, medium=picture.name),
            {"image": picture.value, "plan": planned, "mask": mask},
            *_expected(edit, row, picture, mask),
        )
        checked = self.step(
            "check",
            checks,
            {"image": Ref(step=drawn, port="image"), "before": picture.value, "mask": mask, "plan": planned},
        )
        self._made_picture(edit, picture, drawn, row)
        self.answer += [Ref(step=plan, port="finding"), Ref(step=drawn, port="image"), Ref(step=checked, port="answer")]

    def _background(self, edit: Edit) -> Held | None:
        if edit.background is None:
            return None
        held = self.media.named(edit.background)
        if held.kind != "image":
            raise AskBack(self.say("background_picture", medium=held.name))
        return held

    def _locate(self, thing: str, picture: Held, thought: str) -> tuple[str, Ref]:
        """Return the thing's name and its mask: the one that is known of this picture, or that of a new step."""
        known = self.subject
        if known is not None and is_same_thing(thing, known.name, self.colours):
            if picture.key in known.pictures:
                return self._called(known.name), known.mask
            thing = thing or known.name
        name = thing or self.say("main_subject")
        told = self.say(thought, thing=name, medium=picture.name)
        mask = Ref(step=self.step("locate", told, {"image": picture.value, "what": name}), port="mask")
        self.subject, self.colours = Subject(name, mask, frozenset({picture.key})), set()
        return name, mask

    def _called(self, thing: str) -> str:
        return thing or self.say("main_subject")

    def _analyse(self, thing: str, picture: Held, mask: Ref) -> dict[str, Any]:
        told = self.say("analyse", thing=thing)
        step = self.step("analyse", told, {"image": picture.value, "mask": mask})
        return {port: Ref(step=step, port=port) for port in ("palette", "light", "size", "place")}

    def _one_of(self, special: str, general: str, **words: str) -> str:
        try:
            return self.say(special, **words)
        except KeyError:
            return self.say(general, **words)

    def _made_picture(self, edit: Edit, before: Held, step: str, row: Operation) -> None:
        key = f"{step}.image"
        value = Ref(step=step, port="image").model_dump(mode="json")
        self.hidden.add(before.key)
        self.media.make(Held("image", value, key, self.say("edited"), width=before.width, height=before.height))
        if row.name == "remove":
            self.subject = None
        elif self.subject is not None:
            self.subject = Subject(self.subject.name, self.subject.mask, self.subject.pictures | {key})
            self.colours |= {edit.colour} if row.name == "recolour" else set()

    # ------------------------------------------------------------ clips from a still picture

    def _view(self, view: View) -> None:
        picture = self.media.pick("image", view.where)
        stage = self.world.stage_of(picture)
        if stage is not None and self.world.view(view, picture, stage):
            return
        if view.side in ("front", "back"):
            raise AskBack(self.say("no_far_side"))
        turnings = {move.turning for move in view.moves} - {""}
        if len(turnings) > 1:
            raise AskBack(self.say("orbit_or_look"))
        thing, mask = "", None
        is_about = "orbit" in turnings or bool(view.thing)
        path = self._path(view, is_about)
        if is_about:
            thing, mask = self._locate(view.thing, picture, "locate_view")
        moves = ("、" if self.language == "zh" else ", then ").join(self._told(move, thing) for move in view.moves)
        told = self.say("view", medium=picture.name, seconds=_number(path.seconds), moves=moves)
        args = {"image": picture.value, "path": path.model_dump(mode="json"), "mask": mask}
        self.made_clip(self.step("novel_view", told, args, _lasts("video", path.seconds)), "seen")

    def _path(self, view: View, is_about: bool) -> CameraPath:
        poses = [CameraPose(seconds=0.0)]
        for move in view.moves:
            self._check_seconds(move.seconds, MOST_PATH_SECONDS)
            try:
                poses.append(moved(poses[-1], move))
            except ValidationError:
                raise AskBack(self.say("too_far")) from None
        self._check_seconds(poses[-1].seconds, MOST_PATH_SECONDS)
        return CameraPath(kind="orbit" if is_about else "look", poses=tuple(poses))

    def _told(self, move: Move, thing: str) -> str:
        told = []
        sides = ("right" if move.yaw_deg > 0 else "left", "up" if move.pitch_deg > 0 else "down")
        turns = ((sides[0], move.yaw_deg, "orbit", "look"), (sides[1], move.pitch_deg, "orbit_up", "tilt"))
        for side, degrees, around, about in turns:
            if degrees:
                kind = around if move.turning == "orbit" else about
                told.append(self.say(kind, degrees=_number(abs(degrees)), side=self.say(side), thing=thing))
        for far, ways in ((move.truck, ("right", "left")), (move.pedestal, ("up", "down"))):
            if far:
                side = self.say(ways[0] if far > 0 else ways[1])
                told.append(self.say("shift", percent=_number(abs(far) * 100), side=side))
        if move.dolly:
            way = self.say("closer" if move.dolly > 0 else "farther")
            told.append(self.say("dolly", way=way, percent=_number(abs(move.dolly) * 100)))
        if move.zoom != 1:
            told.append(self.say("zoom", factor=_number(move.zoom)))
        return ("，" if self.language == "zh" else ", ").join(told) or self.say("nothing")

    def _walk(self, walk: Walk) -> None:
        picture = self.media.pick("image", walk.where)
        seconds = sum(action.seconds for action in walk.actions)
        if not 0 < seconds <= MOST_SECONDS:
            raise AskBack(self.say("bad_walk", most=_number(MOST_SECONDS)))
        told = self.say("navigate", medium=picture.name, seconds=_number(seconds))
        args = {"image": picture.value, "actions": Actions(actions=walk.actions).model_dump(mode="json")}
        self.made_clip(self.step("navigate", told, args, _lasts("video", seconds)), "walked")

    def made_clip(self, step: str, name: str) -> None:
        """Take in the clip that a step makes, and answer with it."""
        ref = Ref(step=step, port="video")
        self.media.make(Held("video", ref.model_dump(mode="json"), str(ref), self.say(name)))
        self.answer.append(ref)

    # ------------------------------------------------------------ clips, composition, questions

    def _continue(self, request: Continue) -> None:
        clip = self.media.pick("video", request.where)
        self._check_seconds(request.seconds, MOST_SECONDS)
        key = "future" if request.is_said else "future_unsaid"
        told = self.say(key, medium=clip.name, seconds=_number(request.seconds))
        args = {"video": clip.value, "seconds": request.seconds}
        step = self.step("future_frames", told, args, _lasts("future", request.seconds))
        self.answer.append(Ref(step=step, port="finding"))
        self.hidden.add(clip.key)
        self.made_clip(step, "continued")

    def _join(self, join: Join) -> None:
        asked = self.media.several(join.what)
        held = sorted(asked, key=lambda item: item.kind != "video")  # the tool shows clips before stills
        clips = [item.value for item in held if item.kind == "video"]
        stills = [item.value for item in held if item.kind == "image"]
        together = ("和" if self.language == "zh" else " and ").join(item.name for item in held)
        told = self.say(f"compose_{join.layout}", media=together)
        told += "" if held == asked else self.say("clips_first")
        args = {"clips": clips or None, "stills": stills or None, "layout": join.layout}
        # stills that follow one another are a clip; so is anything together with a clip
        kind = "video" if clips or join.layout == "then" else "image"
        ref = Ref(step=self.step("compose", told, args), port=kind)
        self.hidden |= {item.key for item in held}
        made = Held(ref.port, ref.model_dump(mode="json"), str(ref), self.say(f"composed_{kind}"))  # type: ignore[arg-type]
        self.media.make(made)
        self.answer.append(ref)

    def _ask(self, ask: Ask) -> None:
        held = self.media.pick(ask.where.media if ask.where else None, ask.where)
        if held.kind == "image" and self.world.ask(ask, held):
            return
        told = self.say("describe", medium=held.name)
        step = self.step("describe", told, {held.kind: held.value, "question": ask.question})
        self.answer.append(Ref(step=step, port="answer"))

    def _check_seconds(self, seconds: float, most: float) -> None:
        if not (math.isfinite(seconds) and 0 < seconds <= most):
            raise AskBack(self.say("seconds_range", seconds=_number(seconds), most=_number(most)))


def _backgrounds(wanted: Request, media: Media) -> set[str]:
    """Return the media that are only meant as a background: they are not what is worked on by default."""
    is_named = isinstance(wanted, Edit) and wanted.background is not None
    if not is_named or wanted.background.to not in ("number", "ordinal"):  # type: ignore[union-attr]
        return set()
    return {media.named(wanted.background).key}  # type: ignore[union-attr, arg-type]


def _expected(edit: Edit, row: Operation, picture: Held, mask: Ref) -> list[Predicate]:
    expect: list[Predicate] = []
    if row.unchanged_db is not None:
        expect.append(UnchangedOutside(port="image", mask=mask, before=picture.value, db=row.unchanged_db))
    if picture.width is not None:
        expect.append(Size(port="image", width=picture.width, height=picture.height))
    return expect


def _lasts(port: str, seconds: float) -> Seconds:
    least = max(0.0, round(seconds - TOLERANCE_SECONDS, 4))
    return Seconds(port=port, least=least, most=round(seconds + TOLERANCE_SECONDS, 4))


def moved(pose: CameraPose, move: Move) -> CameraPose:
    """Return the pose after a move. Raises: ValidationError where no camera goes that far."""
    return CameraPose(
        seconds=round(pose.seconds + move.seconds, 4),
        yaw_deg=pose.yaw_deg + move.yaw_deg,
        pitch_deg=pose.pitch_deg + move.pitch_deg,
        truck=round(pose.truck + move.truck, 4),
        pedestal=round(pose.pedestal + move.pedestal, 4),
        dolly=round(pose.dolly + move.dolly, 4),
        zoom=round(pose.zoom * move.zoom, 4),
    )


def _number(value: float) -> str:
    return f"{value:.6g}"
