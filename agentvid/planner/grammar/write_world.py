"""Requests about the small world as steps: pictures from words alone, changes of what stands in them, views of them.

The thought of a drawing step is the layout, in the canonical words that its engine reads: places are drawn here, from
the message's seed, so that a person sees and can edit the layout before anything runs. The thought of an edit is the
change. What a picture shows is known from those thoughts (`planner.stage`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from agentvid.chain.step import Predicate, Ref, Size, Words
from agentvid.errors import InputError
from agentvid.media.colours import relative_change
from agentvid.media.types import CameraPath, CameraPose
from agentvid.planner.grammar.camera_turn import moves_else, turned, whole_steps
from agentvid.planner.grammar.layout import composed
from agentvid.planner.grammar.resolve import AskBack, Held, Media
from agentvid.planner.request import Ask, Edit, Film, Generate, Language, Restage, View
from agentvid.planner.stage import WORLD_ENGINES, Stage, changed
from agentvid.run.route import ONLY_BY_WISH
from agentvid.world.caption import instruct
from agentvid.world.edits import Add, Change, Move, Recolour, Remove, Reshape, Resize
from agentvid.world.language import Course, course_of, tell_change, tell_course, tell_scene, tell_solid
from agentvid.world.look import ELEVATION_DEG
from agentvid.world.naming import (
    darker_than,
    find_solids,
    near_camera,
    near_colour,
    paler_than,
    place_of,
    seen_step,
    shape_of,
    word_of,
)
from agentvid.world.physics import FPS, simulate
from agentvid.world.reading import Asked, read_request
from agentvid.world.render import SIZE
from agentvid.world.scene import AZIMUTHS, GRID, STEP_DEG, Camera, Colour, Scene, Solid

if TYPE_CHECKING:
    from agentvid.planner import PlanRequest

__all__ = ["FULL_TURN_DEG", "WorldWriter", "Writes"]

TURN_SECONDS: Final = 3.0
"""How long a turn about the stage lasts where no length is said: 24 views at 8 frames a second."""
FULL_TURN_DEG: Final = 360 - STEP_DEG
"""Once about the stage: the last view is one step before the first."""
_USUAL_TURN_DEG: Final = 45.0
_SIDES: Final = {"front": 0, "right": AZIMUTHS // 4, "back": AZIMUTHS // 2, "left": 3 * AZIMUTHS // 4}


class Writes(Protocol):
    """What this writer needs of the one that writes the whole chain."""

    language: Language
    media: Media
    answer: list[Ref]
    hidden: set[str]

    def step(self, tool: str, thought: str, args: dict[str, object], *expect: Predicate, engine: str | None) -> str:
        """Write a step and return its id."""
        ...

    def say(self, key: str, /, **words: str) -> str:
        """Return a text in the message's language."""
        ...


class WorldWriter:
    """Writes steps about the small world for one message; `stages` grows with every picture that it writes."""

    def __init__(self, writes: Writes, request: PlanRequest) -> None:
        self.w, self.request, self.stages = writes, request, dict(request.stages)

    def stage_of(self, held: Held) -> Stage | None:
        """Return what a picture shows, where it is one of this world."""
        return self.stages.get(held.key)

    def offers(self, task: str) -> bool:
        """Return whether the engine that draws this world can do a task now."""
        return task in self.request.bears.get(self._engine(task), frozenset())

    # ------------------------------------------------------------ from words alone

    def generate(self, wanted: Generate) -> None:
        """Write what draws a picture or a clip from words.

        Raises: AskBack where the words are not of this world and no other engine draws.
        """
        task = "text_to_video" if wanted.kind == "video" else "text_to_image"
        try:
            asked = composed(wanted.what, self.request.seed)
        except InputError as error:
            self._draw_anything(wanted, task, error)
            return
        if wanted.kind == "video" and (asked.action is not None or self._engine(task) == "simulator"):
            self._clip(wanted, asked)
            return
        self._picture(wanted, asked.scene)
        if wanted.kind == "video":
            self.film(Film(wanted.clause, wanted.seconds))

    def _picture(self, wanted: Generate, scene: Scene) -> None:
        thought = tell_scene(scene, self.w.language)
        size = Size(port="image", width=SIZE, height=SIZE)
        engine = self._engine("text_to_image")
        step = self.w.step("generate_image", thought, {"prompt": wanted.what}, size, engine=engine)
        subject = scene.solids[0] if len(scene.solids) == 1 else None
        self._made_picture(step, "image", Stage(scene, Ref(step=step, port="layout"), subject), "drawn")
        self._check(step, "image")

    def _clip(self, wanted: Generate, asked: Asked) -> None:
        thought = tell_scene(asked.scene, self.w.language)
        if asked.action is not None:
            course = course_of(simulate(asked.scene, asked.action))
            joint = "；" if self.w.language == "zh" else "; "
            thought += joint + tell_course(Course(asked.action, course.events), self.w.language)
        args = {"prompt": wanted.what, "seconds": wanted.seconds or TURN_SECONDS}
        step = self.w.step("generate_video", thought, args, engine=self._engine("text_to_video"))
        self._made_clip(step, "video")

    def _draw_anything(self, wanted: Generate, task: str, error: InputError) -> None:
        """Let an engine draw that is not bound to this world, where one can be used; else say what can be drawn.

        Raises: AskBack.
        """
        wish, bears = self.request.engine, self.request.bears
        able = [name for name, tasks in bears.items() if task in tasks and (name == wish or name not in ONLY_BY_WISH)]
        if not [name for name in able if name not in WORLD_ENGINES]:
            raise AskBack(self._outside(wanted, error))
        told = self.w.say("draw", what=wanted.what)
        if wanted.kind == "video":
            args = {"prompt": wanted.what, "seconds": wanted.seconds or TURN_SECONDS}
            self._made_clip(self.w.step("generate_video", told, args, engine=None), "video")
            return
        step = self.w.step("generate_image", told, {"prompt": wanted.what}, engine=None)
        ref = Ref(step=step, port="image")
        self.w.media.make(Held("image", ref.model_dump(mode="json"), str(ref), self.w.say("drawn")))
        self.w.answer.append(ref)

    def _outside(self, wanted: Generate, error: InputError) -> str:
        found = re.match(r"'(.+)' is not of the small world", error.given)
        near = near_colour(wanted.what)
        colour = word_of("colour", near[0] if near else "red", self.w.language)
        why = "outside_words" if found else "outside_room"
        return self.w.say(why, words=found[1] if found else wanted.what) + self.w.say("outside_nearest", colour=colour)

    # ------------------------------------------------------------ changes of what stands there

    def edit(self, edit: Edit, held: Held, stage: Stage) -> None:
        """Write a recolouring or a removal.

        Raises: AskBack where the solid or the colour can't be told, or nothing would be left.
        """
        solid = self._solid(edit.thing, stage)
        if edit.operation == "remove":
            if len(stage.scene.solids) == 1:
                raise AskBack(self.w.say("last_solid"))
            self.change(held, stage, Remove(solid))
            return
        colour, why = self._colour(edit.colour, solid)
        if colour == solid.colour:
            raise AskBack(self.w.say("is_already", what=word_of("colour", colour, self.w.language)))
        self.change(held, stage, Recolour(solid, colour), why)

    def restage(self, wanted: Restage, held: Held, stage: Stage) -> None:
        """Write another shape, size or place, or a new solid.

        Raises: AskBack where it can't be told, or can't stand so.
        """
        language = self.w.language
        if wanted.operation == "add":
            self.change(held, stage, Add(self._new(wanted, stage)))
            return
        solid = self._solid(wanted.thing, stage)
        if wanted.operation == "reshape":
            shape = shape_of(wanted.to)
            if shape is None:
                raise AskBack(self.w.say("no_such_shape", words=wanted.to))
            if shape == solid.shape:
                raise AskBack(self.w.say("is_already", what=word_of("shape", shape, language)))
            self.change(held, stage, Reshape(solid, shape))
        elif wanted.operation == "resize":
            if wanted.to == solid.size:
                raise AskBack(self.w.say("two_sizes", what=word_of("size", solid.size, language)))
            self.change(held, stage, Resize(solid, wanted.to))  # type: ignore[arg-type]
        else:
            self.change(held, stage, Move(solid, *self._to(wanted, solid, stage)))

    def change(self, held: Held, stage: Stage, change: Change, why: str = "") -> None:
        """Write one change; `why` tells where it is not to the letter what was asked. Raises: AskBack without room."""
        language, words = self.w.language, instruct(np.random.default_rng(0), stage.scene, change, self.w.language)
        try:
            after = changed(stage, change, stage.layout)
        except InputError:
            raise AskBack(self.w.say("no_room")) from None
        args = {"image": held.value, "instruction": words, "stage": stage.layout}
        expect: list[Predicate] = [Size(port="image", width=SIZE, height=SIZE)]
        expect += [Words(text=why)] if why and not self._is_checked() else []
        engine = self._engine("edit_image")
        step = self.w.step("edit_image", tell_change(change, language), args, *expect, engine=engine)
        self.w.hidden.add(held.key)
        self._made_picture(step, "image", replace(after, layout=Ref(step=step, port="layout")), "edited")
        self._check(step, "image", why)

    def _solid(self, words: str, stage: Stage) -> Solid:
        language, solids = self.w.language, stage.scene.solids
        found = find_solids(words, stage.scene) if words else solids
        if len(found) == 1:
            return found[0]
        if stage.subject is not None and stage.subject in found:
            return stage.subject
        joint = "、" if language == "zh" else ", "
        choices = joint.join(tell_solid(solid, language) for solid in (found or solids))
        raise AskBack(self.w.say("which_solid" if found else "no_such_solid", words=words, choices=choices))

    def _colour(self, words: str, solid: Solid) -> tuple[Colour, str]:
        """Return a colour of this world for colour words, and why it is that one where they name another."""
        language = self.w.language
        near = near_colour(words)
        if near is not None:
            colour, exact = near
            told = {"words": words, "colour": word_of("colour", colour, language)}
            return colour, "" if exact else self.w.say("nearest_colour", **told)
        change = relative_change(words)
        step: Callable[[Colour], Colour | None] | None = {
            "lighter": paler_than,
            "paler": paler_than,
            "brighter": paler_than,
            "darker": darker_than,
        }.get(change or "")
        found = step(solid.colour) if step else None
        was = word_of("colour", solid.colour, language)
        if found is None:
            raise AskBack(self.w.say("no_shade", colour=was))
        way = "darker" if step is darker_than else "paler"
        return found, self.w.say(f"{way}_colour", colour=was, neighbour=word_of("colour", found, language))

    def _to(self, wanted: Restage, solid: Solid, stage: Stage) -> tuple[int, int]:
        if wanted.place:
            return self._place(wanted.place)
        rows, columns = seen_step(wanted.to, stage.scene.camera)  # type: ignore[arg-type]
        row, column = solid.row + wanted.steps * rows, solid.column + wanted.steps * columns
        if not (0 <= row < GRID and 0 <= column < GRID):
            raise AskBack(self.w.say("off_stage"))
        return row, column

    def _place(self, words: str) -> tuple[int, int]:
        place = place_of(words)
        if place is None:
            raise AskBack(self.w.say("no_such_place", words=words))
        return place

    def _new(self, wanted: Restage, stage: Stage) -> Solid:
        """Return the solid to add, at its place or at one that the seed chooses among those with room.

        Raises: AskBack where it is not of this world, or there is no room.
        """
        try:
            (solid,) = read_request(re.sub(r"\banother\b", "a", wanted.to), self.request.seed).scene.solids
        except (InputError, ValueError):
            raise AskBack(self.w.say("add_one", words=wanted.to)) from None
        places = [self._place(wanted.place)] if wanted.place else [(r, c) for r in range(GRID) for c in range(GRID)]
        for index in np.random.default_rng(self.request.seed).permutation(len(places)):
            row, column = places[index]
            placed = replace(solid, row=row, column=column)
            try:
                changed(stage, Add(placed), stage.layout)
            except InputError:
                continue
            return placed
        raise AskBack(self.w.say("no_room"))

    # ------------------------------------------------------------ views

    def view(self, view: View, held: Held, stage: Stage) -> bool:
        """Write a turn of the camera about the stage; False where the moves are more than that."""
        if view.camera is not None and self.offers("novel_view"):
            self.look(held, stage, *self._turn_onto(view.camera, stage.scene.camera))
            return True
        is_turn = all(move.turning == "orbit" and not moves_else(move) for move in view.moves)
        if not is_turn or not self.offers("novel_view"):
            return False
        if view.thing:
            self._solid(view.thing, stage)
        if view.side:
            self.look(held, stage, *self._turn_to(view.side, stage.scene))
            return True
        poses = [CameraPose(seconds=0)]
        for move in view.moves:
            is_unsaid = bool(move.yaw_deg) and not move.is_said
            usual = FULL_TURN_DEG if view.operation == "orbit" else _USUAL_TURN_DEG
            yaw_deg = float(np.copysign(usual, move.yaw_deg)) if is_unsaid else whole_steps(move.yaw_deg)
            poses.append(turned(poses[-1], move.seconds, yaw_deg, move.pitch_deg))
        self.clip(held, stage, poses)
        return True

    def look(self, held: Held, stage: Stage, yaw_deg: float, pitch_deg: float) -> None:
        """Write the picture that is seen after a turn of the camera about the stage."""
        poses = [CameraPose(seconds=0), CameraPose(seconds=1, yaw_deg=yaw_deg, pitch_deg=pitch_deg)]
        step = self._turn(held, stage, poses, fps=2.0)
        scene = replace(stage.scene, camera=near_camera(stage.scene.camera, yaw_deg, pitch_deg))
        self.w.hidden.add(held.key)
        self._made_picture(step, "view", Stage(scene, Ref(step=step, port="layout"), stage.subject), "seen_still")

    def clip(self, held: Held, stage: Stage, poses: list[CameraPose]) -> None:
        """Write a clip along poses of the camera about the stage."""
        self._made_clip(self._turn(held, stage, poses), "video")

    def film(self, film: Film) -> None:
        """Write a clip of a picture: the camera turns once about its stage.

        Raises: AskBack where the picture is not of this world, or no engine turns the camera about it.
        """
        held = self.w.media.pick("image", film.where)
        stage = self.stage_of(held)
        if stage is None or not self.offers("novel_view"):
            raise AskBack(self.w.say("film_how"))
        self.once_around(held, stage, film.seconds or TURN_SECONDS)

    def once_around(self, held: Held, stage: Stage, seconds: float) -> None:
        """Write a clip once about the stage, in the place of the picture."""
        self.w.hidden.add(held.key)
        self.clip(held, stage, [CameraPose(seconds=0), CameraPose(seconds=seconds, yaw_deg=FULL_TURN_DEG)])

    def _turn(self, held: Held, stage: Stage, poses: list[CameraPose], fps: float = FPS) -> str:
        path = CameraPath(kind="orbit", poses=tuple(poses)).model_dump(mode="json")
        args = {"image": held.value, "path": path, "stage": stage.layout, "fps": fps}
        thought = tell_scene(stage.scene, self.w.language)
        return self.w.step("novel_view", thought, args, engine=self._engine("novel_view"))

    def _turn_to(self, side: str, scene: Scene) -> tuple[float, float]:
        now = scene.camera
        if side in _SIDES:
            return self._turn_onto(replace(now, azimuth=_SIDES[side]), now)
        return self._turn_onto(replace(now, height="high" if side == "up" else "low"), now)

    def _turn_onto(self, camera: Camera, now: Camera) -> tuple[float, float]:
        """Return yaw and pitch (degrees) that lead from one camera to another. Raises: AskBack where it is the same."""
        if camera == now:
            raise AskBack(self.w.say("seen_from_there"))
        steps = (camera.azimuth - now.azimuth + AZIMUTHS // 2) % AZIMUTHS - AZIMUTHS // 2
        return steps * STEP_DEG, ELEVATION_DEG[camera.height] - ELEVATION_DEG[now.height]

    # ------------------------------------------------------------ what all of them share

    def ask(self, ask: Ask, held: Held) -> bool:
        """Write a question about a picture of this world; False where another engine is to answer."""
        stage = self.stage_of(held)
        if stage is None or not self.offers("describe"):
            return False
        told = self.w.say("describe", medium=held.name)
        args = {"image": held.value, "question": ask.question, "stage": stage.layout}
        step = self.w.step("describe", told, args, engine=self._engine("describe"))
        self.w.answer.append(Ref(step=step, port="answer"))
        return True

    def _engine(self, task: str) -> str:
        """Return the engine to wish for: the one wished for the message where it is of this world, else `small`."""
        wish = self.request.engine
        is_fitting = wish in WORLD_ENGINES and task in self.request.bears.get(wish or "", frozenset())
        return wish if wish is not None and is_fitting else "small"

    def _made_picture(self, step: str, port: str, stage: Stage, name: str) -> None:
        ref = Ref(step=step, port=port)
        self.stages[str(ref)] = stage
        held = Held("image", ref.model_dump(mode="json"), str(ref), self.w.say(name), width=SIZE, height=SIZE)
        self.w.media.make(held)
        self.w.answer.append(ref)

    def _made_clip(self, step: str, port: str) -> None:
        ref = Ref(step=step, port=port)
        self.w.media.make(Held("video", ref.model_dump(mode="json"), str(ref), self.w.say("seen")))
        self.w.answer.append(ref)

    def _is_checked(self) -> bool:
        """Return whether the model reads what was drawn: where it can, and claims to."""
        return self.offers("measure") and "measure" not in self.request.drafts.get(self._engine("measure"), ())

    def _check(self, step: str, port: str, why: str = "") -> None:
        """Let the model read what was drawn, where it can be trusted with that."""
        if not self._is_checked():
            return
        told = self.w.say("check_layout") + (f" {why}" if why and self.w.language == "en" else why)
        args: dict[str, object] = {"image": Ref(step=step, port=port), "layout": Ref(step=step, port="layout")}
        checked = self.w.step("check", told, args, engine=self._engine("measure"))
        self.w.answer.append(Ref(step=checked, port="answer"))
