"""Plans of the small world in the compact form: what a small model reads, what it writes, the exact way to the chain.

    draw a red ball, then turn it into a video    →  generate_image: a red ball
                                                     novel_view: once around, seconds 3
    make it blue                                  →  edit_image: target: the small red ball at centre; becomes blue; …
    look at it from the left                      →  novel_view: camera: now from the left, middle; all else stays
    turn the camera 45 degrees left               →  novel_view: yaw -45, seconds 4
    how many balls are there?                     →  describe
    draw a dog                                    →  ask: outside

A line is a step, in order; each goes on from the latest picture. What a program can fill in is left out, and filled in
by the grammar planner's own writer: ids, references, the layout of what is drawn from words, instructions,
expectations, engines, checks of what was drawn. What can't be done with the scene at hand becomes a question back.

Does not cover: media other than the latest, tools that work on photos and clips (a plan that has them is "outside").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Final, Literal, TypeAlias, get_args

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.step import Step, as_ref
from agentvid.errors import ChainError, InputError
from agentvid.media.types import CameraPath, CameraPose
from agentvid.planner import PlanRequest
from agentvid.planner.check import MOST_PATH_SECONDS
from agentvid.planner.grammar.camera_turn import turned
from agentvid.planner.grammar.lexicon import detect_language, find_references, strip_leading
from agentvid.planner.grammar.parse import Parsed, Unplaced
from agentvid.planner.grammar.question import question
from agentvid.planner.grammar.resolve import AskBack, Held, Media
from agentvid.planner.grammar.split import clean
from agentvid.planner.grammar.thoughts import say
from agentvid.planner.grammar.write import ChainWriter
from agentvid.planner.grammar.write_world import FULL_TURN_DEG
from agentvid.planner.request import Ask, Generate
from agentvid.planner.stage import Stage
from agentvid.plugins import builtin_folder
from agentvid.prompt import Prompt, load_prompt
from agentvid.world.edits import Add, Change, Move, Recolour, Remove, Reshape, Resize, Turn
from agentvid.world.language import change_forms, read_thought, tell_change, tell_scene, tell_solid
from agentvid.world.look import ELEVATION_DEG
from agentvid.world.naming import near_camera, shape_of
from agentvid.world.scene import AZIMUTHS, STEP_DEG, Scene
from agentvid.world.words import WORDS, Language

__all__ = ["DOUBTS", "Doubt", "ask_back", "read_plan", "tell_plan", "tell_request", "write_plan"]

Doubt: TypeAlias = Literal["outside", "which", "missing", "picture"]
"""Why a message is asked back: it is not of this world; it fits several solids, or none; there is no picture."""
DOUBTS: Final[tuple[Doubt, ...]] = get_args(Doubt)
MOST_LINES: Final = 3
_DEGREES: Final = r"-?[0-9]{1,3}"
_SECONDS: Final = r"[0-9]{1,2}(?:\.[0-9]{1,2})?"
_MOVE: Final = re.compile(rf"yaw ({_DEGREES})(?:, pitch ({_DEGREES}))?, seconds ({_SECONDS})")
_AROUND: Final = re.compile(rf"once around, seconds ({_SECONDS})")
_SLOT: Final = re.compile(r"\{([a-z]+)[0-9]?\}")

Write = Callable[[str], str]


def tell_request(request: PlanRequest) -> str:
    """Return what a small model reads: the message, what the latest picture shows, what "it" is.

    Raises: InputError where the message is too long to be read.
    """
    reading = _Reading(request)
    language, stage = reading.language, reading.stage()
    here = tell_scene(stage.scene, language) if stage else say(language, "image") if reading.held() else "-"
    subject = tell_solid(stage.subject, language) if stage and stage.subject else "-"
    return _prompt().render(language, message=reading.text, here=here, it=subject).strip()


def tell_plan(chain: Chain, request: PlanRequest) -> str | None:
    """Return a chain in the compact form; None where that can't tell it, so that it would be read as another one."""
    if chain.question:
        return None
    try:
        told = "\n".join(_told(step, chain, request) for step in chain.steps if step.tool != "check")
        return told if read_plan(told, request) == chain else None
    except (KeyError, TypeError, InputError, ChainError):
        return None


def ask_back(doubt: Doubt) -> str:
    """Return the plan that asks back, in the compact form."""
    return f"ask: {doubt}"


def read_plan(told: str, request: PlanRequest) -> Chain:
    """Return the chain that a plan tells, or one that holds only a question back where it can't be done.

    Raises: ChainError where it is not of the compact form; InputError where the message is too long to be read.
    """
    reading = _Reading(request)
    try:
        reading.refuse_other_media()
        for line in told.split("\n"):
            reading.take(line)
    except AskBack as back:
        return Chain(turn=request.turn, question=reading.question(back.reason))
    return reading.writer.chain()


def write_plan(write: Write, request: PlanRequest) -> str:
    """Return a plan in the compact form as a model wrote it; `write` returns a sentence of the grammar it is given."""
    reading, told = _Reading(request), ""
    for index in range(MOST_LINES):
        piece = write(_grammar(reading, is_first=index == 0, is_last=index == MOST_LINES - 1))
        told += piece
        if not piece.endswith("\n"):
            return told
        try:
            reading.take(piece[:-1])
        except AskBack:
            return told[:-1]
    return told


# ---------------------------------------------------------------- from chains


def _told(step: Step, chain: Chain, request: PlanRequest) -> str:
    args = step.args
    if step.tool == "generate_image":
        return f"generate_image: {args['prompt']}"
    if step.tool == "edit_image":
        return f"edit_image: {step.thought}"
    if step.tool == "novel_view":
        return f"novel_view: {_told_path(step, chain, request)}"
    if step.tool == "describe":
        words = args["question"]
        return "describe" if words == _whole(request) else f"describe: {words}"
    raise KeyError(step.tool)


def _told_path(step: Step, chain: Chain, request: PlanRequest) -> str:
    poses = CameraPath.model_validate(step.args["path"]).poses
    shown = read_thought(step.thought)
    assert isinstance(shown, Scene)
    if any(ref.port == "view" and ref.step == step.id for ref in chain.answer):
        camera = near_camera(shown.camera, poses[-1].yaw_deg, poses[-1].pitch_deg)
        return tell_change(Turn(camera), detect_language(clean(request.text)))
    source = as_ref(step.args["image"])
    if (
        poses[-1].yaw_deg == FULL_TURN_DEG
        and len(poses) == 2
        and not poses[-1].pitch_deg
        and source not in chain.answer
    ):
        return f"once around, seconds {poses[-1].seconds:g}"
    told = []
    for before, pose in pairwise(poses):
        pitch = pose.pitch_deg - before.pitch_deg
        rise = f", pitch {pitch:g}" if pitch else ""
        told.append(f"yaw {pose.yaw_deg - before.yaw_deg:g}{rise}, seconds {pose.seconds - before.seconds:g}")
    return "; ".join(told)


def _whole(request: PlanRequest) -> str:
    """Return the message as a question, as the grammar planner puts it."""
    return strip_leading(clean(request.text).strip())


# ---------------------------------------------------------------- to chains


class _Reading:
    """A plan on its way to a chain, line by line."""

    def __init__(self, request: PlanRequest) -> None:
        self.request, self.text = request, clean(request.text).strip()
        self.language: Language = detect_language(self.text)
        self.media = Media.of(request, self.language)
        self.writer = ChainWriter(request, self.language, self.media)

    def held(self) -> Held | None:
        """Return the picture that the next line goes on from: the latest medium, where that is a picture."""
        latest = self.media.current or (self.media.known[-1] if self.media.known else None)
        return latest if latest is not None and latest.kind == "image" else None

    def stage(self) -> Stage | None:
        """Return what that picture shows, where it is of this world."""
        held = self.held()
        return self.writer.world.stage_of(held) if held else None

    def refuse_other_media(self) -> None:
        """Raise AskBack where the message names a medium: plans are about the latest picture."""
        known = [held.number for held in self.media.known]
        for _, _, reference in find_references(self.text):
            is_latest = reference.to == "number" and known and reference.number == known[-1]
            if reference.to in ("number", "ordinal", "original") and not is_latest:
                raise AskBack("")

    def take(self, line: str) -> None:
        """Write the steps of a line.

        Raises: AskBack where it asks back, or can't be done; ChainError where it is not of the compact form.
        """
        tool, _, words = line.partition(": ")
        doubt = next((each for each in DOUBTS if line == ask_back(each)), None)
        if doubt is not None:
            raise AskBack(self._reason(doubt))
        if tool == "generate_image":
            if not words.strip():
                raise AskBack(self._reason("outside"))
            self.writer.world.generate(Generate(self.text, words))
            return
        held, stage = self.held(), self.stage()
        if held is None or stage is None:
            raise AskBack(self._reason("picture"))
        if tool == "edit_image" and self._can("edit_image", held):
            self._change(_read_change(words), held, stage)
        elif tool == "novel_view" and self._can("novel_view", held):
            self._view(words, held, stage)
        elif tool == "describe" and self._can("describe", held):
            self.writer.world.ask(Ask(self.text, words or _whole(self.request)), held)
        else:
            raise ChainError(f"{line!r} in a plan", "a line of the compact form", "ask again")
        self.media.current = self.media.current or held

    def question(self, reason: str) -> str:
        """Return the question back that tells a reason."""
        parsed = Parsed(self.language, (), (Unplaced(self.text),))
        return question(parsed, self.media, [reason] if reason else [], self.request.stages)

    def _can(self, task: str, held: Held) -> Literal[True]:
        if not self.writer.world.offers(task):
            raise AskBack(say(self.language, "film_how" if task == "novel_view" else "stage_only", medium=held.name))
        return True

    def _change(self, change: Change, held: Held, stage: Stage) -> None:
        if isinstance(change, Turn):
            self._look(change, held, stage)
            return
        solids = stage.scene.solids
        if not isinstance(change, Add) and change.target not in solids:
            raise AskBack(self._reason("missing"))
        if isinstance(change, Remove) and len(solids) == 1:
            raise AskBack(say(self.language, "last_solid"))
        if _changes_nothing(change):
            raise AskBack(say(self.language, "so_already"))
        self.writer.world.change(held, stage, change)

    def _view(self, words: str, held: Held, stage: Stage) -> None:
        try:
            self._path(words, held, stage)
        except ValidationError:
            raise AskBack(say(self.language, "too_far")) from None

    def _path(self, words: str, held: Held, stage: Stage) -> None:
        around = _AROUND.fullmatch(words)
        if around:
            self._in_time(float(around[1]))
            self.writer.world.once_around(held, stage, float(around[1]))
            return
        moves = [_MOVE.fullmatch(move) for move in words.split("; ")]
        if not all(moves):
            self._look(_read_change(words), held, stage)
            return
        poses = [CameraPose(seconds=0)]
        for move in moves:
            assert move is not None
            poses.append(turned(poses[-1], float(move[3]), float(move[1]), float(move[2] or 0)))
        self._in_time(poses[-1].seconds)
        self.writer.world.clip(held, stage, poses)

    def _in_time(self, seconds: float) -> None:
        if not 0 < seconds <= MOST_PATH_SECONDS:
            told, most = f"{seconds:g}", f"{MOST_PATH_SECONDS:g}"
            raise AskBack(say(self.language, "seconds_range", seconds=told, most=most))

    def _look(self, change: Change, held: Held, stage: Stage) -> None:
        if not isinstance(change, Turn):
            raise ChainError("a change of what stands there, as a view", "a turn of the camera", "ask again")
        now, then = stage.scene.camera, change.camera
        if now == then:
            raise AskBack(say(self.language, "seen_from_there"))
        steps = (then.azimuth - now.azimuth + AZIMUTHS // 2) % AZIMUTHS - AZIMUTHS // 2
        rise = ELEVATION_DEG[then.height] - ELEVATION_DEG[now.height]
        self.writer.world.look(held, stage, steps * STEP_DEG, rise)

    def _reason(self, doubt: Doubt) -> str:
        stage = self.stage()
        if doubt == "picture" or (stage is None and doubt != "outside"):
            return say(self.language, "no_media", kind=say(self.language, "image"))
        if stage is None:
            words, colour = self.text[:80], WORDS[self.language]["colour"]["red"]
            told = say(self.language, "outside_words", words=words)
            return told + say(self.language, "outside_nearest", colour=colour)
        if doubt == "outside":
            return ""
        names = [tell_solid(solid, self.language) for solid in stage.scene.solids if self._names(solid.shape, doubt)]
        choices = ("、" if self.language == "zh" else ", ").join(names)
        return say(self.language, "which_solid" if doubt == "which" else "none_is_meant", choices=choices)

    def _names(self, shape: str, doubt: Doubt) -> bool:
        """Tell whether a solid is a choice: where several fit, those of a shape that the message names."""
        words = re.findall(r"[a-z]+", self.text.lower())
        named: set[str] = {found for word in words if (found := shape_of(word))}
        named |= {found for found, word in WORDS["zh"]["shape"].items() if word in self.text}
        return doubt != "which" or not named or shape in named


def _changes_nothing(change: Change) -> bool:
    match change:
        case Recolour(target, colour):
            return target.colour == colour
        case Reshape(target, shape):
            return target.shape == shape
        case Resize(target, size):
            return target.size == size
        case Move(target, row, column):
            return (target.row, target.column) == (row, column)
    return False


def _read_change(words: str) -> Change:
    try:
        found = read_thought(words)
    except InputError as error:
        raise ChainError(f"{words!r} in a plan", "a change of the scene", "ask again") from error
    if not isinstance(found, Change):
        raise ChainError(f"{words!r} in a plan", "a change of the scene", "ask again")
    return found


@cache
def _prompt() -> Prompt:
    return load_prompt(builtin_folder("prompts") / "plan_small.md")


# ---------------------------------------------------------------- what may be written


def _grammar(reading: _Reading, *, is_first: bool, is_last: bool) -> str:
    """Return the grammar of the next line: solids that are there, words that the message has."""
    stage, language = reading.stage(), reading.language
    told = f'WORDS: %regex {{"substring_chars": {json.dumps(reading.text, ensure_ascii=False)}}}'
    rules, lines = [told], list[str]()
    if is_first:
        doubts: tuple[Doubt, ...] = ("outside", "which", "missing") if stage else ("outside", "picture")
        lines += ['"generate_image: " WORDS', *(_quoted(ask_back(doubt)) for doubt in doubts)]
    if stage is not None:
        forms = change_forms(stage.scene.solids, language)
        rules.append("turn: " + _rule(forms.pop("turn")[0]))
        rules.append("change: " + " | ".join(_rule(form) for several in forms.values() for form in several))
        rules += [f"{slot}: {_any(WORDS[language][slot])}" for slot in ("size", "colour", "shape", "place")]
        rules += [f"{slot}: {_any(WORDS[language][slot])}" for slot in ("azimuth", "height")]
        rules += [f"DEGREES: /{_DEGREES}/", f"SECONDS: /{_SECONDS}/"]
        rules.append('move: "yaw " DEGREES (", pitch " DEGREES)? ", seconds " SECONDS')
        rules.append('path: "once around, seconds " SECONDS | move ("; " move)*')
        lines += ['"edit_image: " change', '"novel_view: " (turn | path)', '"describe" (": " WORDS)?']
    end = "" if is_last else ' "\\n"?'
    return "\n".join([f"start: line{end}", f"line: {' | '.join(lines)}", *rules])


def _rule(form: str) -> str:
    """Return a form with slots as a rule of the grammar."""
    parts = [part for part in re.split(r"(\{[a-z]+[0-9]?\})", form) if part]
    return " ".join(slot[1] if (slot := _SLOT.fullmatch(part)) else _quoted(part) for part in parts)


def _any(words: Mapping[str, str]) -> str:
    return " | ".join(map(_quoted, words.values()))


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
