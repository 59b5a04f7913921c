"""The evidence of one step: its values as rows to read and correct, its pictures with what was found drawn on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup
from PIL import Image as Pillow
from PIL import ImageStat

from agentvid.chain.step import Ref, Step
from agentvid.errors import AgentvidError
from agentvid.media.colours import colour_name
from agentvid.media.types import (
    EVIDENCE_TYPES,
    Actions,
    Answer,
    Box,
    CameraPath,
    Depth,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Media,
    Palette,
    Point,
    PortValue,
    Recolour,
    ReplaceBackground,
    Video,
    port_type_name,
)
from agentvid.report.chinese import said
from agentvid.report.command import correct_command, field_of, give_command, written
from agentvid.report.describe import action_words, number, operation_notes, operation_title, place_name, value_words
from agentvid.report.draw import camera_path_svg, error_curve_svg, mark
from agentvid.report.media_view import Medium, Showcase
from agentvid.report.record import Found
from agentvid.report.words import measure_label, port_label

__all__ = ["Change", "Colour", "Correction", "Row", "correction", "pictures", "rows"]

_DRAWN: Final = (Mask, Box, Point)
_SHARES: Final = frozenset({"light", "size"})
"""Ports whose number, 0 to 1, reads best in percent."""
_PICKS: Final = {"Box": "box", "Point": "point"}

_ERROR: Final = "error_at_"
"""What the measures of an error bound begin with; the step follows."""


@dataclass(frozen=True)
class Colour:
    """A colour to show: `#rrggbb`, its everyday name, how much of a region it covers in percent (0: not told)."""

    colour: str
    name: str
    percent: int = 0


@dataclass(frozen=True)
class Change:
    """One operation of an edit plan: from what to what, and what else it says."""

    title: str
    source: Colour | None
    target: Colour | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Correction:
    """How a person gives a value: a hint, and the command before, at and after the value."""

    id: str
    hint: str
    before: str
    value: str
    after: str
    pick: str


@dataclass(frozen=True)
class Row:
    """One value in human form."""

    port: str
    label: str
    is_given: bool
    text: str = ""
    colours: tuple[Colour, ...] = ()
    changes: tuple[Change, ...] = ()
    moves: tuple[str, ...] = ()
    measures: tuple[tuple[str, str], ...] = ()
    passed: bool | None = None
    is_answer: bool = False
    drawing: Markup | None = None
    correction: Correction | None = None

    @property
    def is_short(self) -> bool:
        """Whether it is one short line of words."""
        is_rich = self.colours or self.changes or self.moves or self.drawing or self.is_answer
        return not is_rich and len(self.text) <= 40


def rows(show: Showcase, step: Step) -> list[Row]:
    """Return the step's values to read, and to correct where reasoning rests on them. Media are in `pictures`."""
    return [_row(show, step, found) for found in show.record.found(step) if _is_read(found.value)]


def pictures(show: Showcase, step: Step) -> list[Medium]:
    """Return what the step looked at with mask, box and point drawn on it, and the media it made."""
    founds = show.record.found(step)
    media = [
        show.result(found.value, Ref(step=step.id, port=found.port), is_given=found.is_given)
        for found in founds
        if isinstance(found.value, Media) and not isinstance(found.value, Mask)
    ]
    try:
        return [*_marked(show, step, founds), *_keyframes(show, step, founds), *media]
    except AgentvidError as error:
        note = show.words["gone"].format(what=error.given)
        return [Medium("note", alt=show.words["evidence"], notes=(note,)), *media]


def correction(show: Showcase, step: Step, port: str, value: PortValue | None) -> Correction:
    """Return how a person gives that port; `value` is what it is now, None where it has none yet."""
    type_name = show.record.type_of(step, port) if value is None else port_type_name(type(value))
    type_name = type_name or {"box": "Box", "point": "Point"}.get(port, "")
    file = show.shelf.file(value) if isinstance(value, Media) else ""
    text = written(value, type_name, file)
    pick = _PICKS.get(type_name, "") if _looked_at(show, step) is not None else ""
    field = field_of(value) if value is not None else None
    if field is not None:
        text = field[1]
    if value is None:
        command = give_command(show.record.session, step.id, port, text)
    else:
        place = f"{port}.{field[0]}" if field else port
        command = correct_command(show.record.session, show.record.turn, step.id, place, text)
    before, found, after = command.rpartition(text) if pick else (command, "", "")
    key = f"correct_hint_{pick}" if pick else "correct_hint_field" if field else "correct_hint"
    if isinstance(value, Media) or text == "FILE":
        key = "correct_hint_file" if file else "correct_hint_picture"
    hint = show.words[key].format(file=file)
    return Correction(f"{step.id}.{port}", hint, before, found, after, pick)


def _is_read(value: PortValue) -> bool:
    return isinstance(value, Mask | Depth) or not isinstance(value, Media)


def _row(show: Showcase, step: Step, found: Found) -> Row:
    language, value = show.record.language, found.value
    row = Row(found.port, port_label(found.port, language), found.is_given, value_words(value, language))
    if port_type_name(type(value)) in EVIDENCE_TYPES:
        row = replace(row, correction=correction(show, step, found.port, value))
    if isinstance(value, Palette):
        colours = [_colour(show, s.colour, round(100 * s.share)) for s in value.colours]
        return replace(row, colours=tuple(colours))
    if isinstance(value, EditPlan):
        return replace(row, text=value.target, changes=tuple(_changes(show, value)))
    if isinstance(value, Actions):
        return replace(row, text="", moves=tuple(action_words(a, language) for a in value.actions))
    if isinstance(value, CameraPath):
        return replace(row, drawing=camera_path_svg(value, f"{show.words['top_view']}: {row.text}"))
    if isinstance(value, Answer):
        errors = {int(n.removeprefix(_ERROR)): error for n, error in value.measures.items() if n.startswith(_ERROR)}
        told = [(name, n) for name, n in value.measures.items() if not name.startswith(_ERROR)]
        row = replace(row, measures=tuple((measure_label(name, language), number(n)) for name, n in told))
        row = replace(row, text=said(row.text, language), passed=value.passed, is_answer=True)
        if not errors:
            return row
        limit = 255 / 10 ** (value.measures.get("tolerance_db", 0.0) / 20)
        return replace(row, drawing=error_curve_svg(errors, limit, row.text))
    if isinstance(value, float) and found.port in _SHARES:
        return replace(row, text=f"{100 * value:.1f} %")
    if isinstance(value, str) and found.port == "place":
        return replace(row, text=place_name(value, language))
    if isinstance(value, Mask):
        return replace(row, text=f"{row.text}{_covered(show, value)}")
    return row


def _covered(show: Showcase, mask: Mask) -> str:
    try:
        share = ImageStat.Stat(show.mask(mask)).mean[0] / 255
    except AgentvidError:
        return ""
    return f" · {show.words['covers'].format(percent=f'{100 * share:.1f}')}"


def _changes(show: Showcase, plan: EditPlan) -> list[Change]:
    language = show.record.language
    changes = []
    for operation in plan.operations:
        source = target = None
        if isinstance(operation, Recolour):
            source, target = _colour(show, operation.source), _colour(show, operation.target)
        elif isinstance(operation, ReplaceBackground) and operation.image is None:
            target = _colour(show, operation.colour)
        title = operation_title(operation.op, language)
        changes.append(Change(title, source, target, tuple(operation_notes(operation, language))))
    return changes


def _colour(show: Showcase, colour: str, percent: int = 0) -> Colour:
    return Colour(colour, colour_name(colour, show.record.language), percent)


def _looked_at(show: Showcase, step: Step) -> Image | None:
    """Return the picture a step looks at: its argument `image`, or the first argument that is a picture."""
    for name in ("image", *step.args):
        value = show.record.argument(step, name)
        if isinstance(value, Image):
            return value
    return None


def _marked(show: Showcase, step: Step, founds: Sequence[Found]) -> list[Medium]:
    marks = [found for found in founds if isinstance(found.value, _DRAWN)]
    image = _looked_at(show, step)
    waits = show.record.step_run(step.id).waits
    can_pick = any(isinstance(found.value, Box | Point) for found in marks)
    if image is not None and waits is not None and waits.port not in {found.port for found in marks}:
        can_pick = can_pick or bool(correction(show, step, waits.port, None).pick)
    if not marks and not can_pick:
        return []
    return [replace(_drawn_on(show, _base(show, image, marks), marks), pickable=can_pick and image is not None)]


def _base(show: Showcase, image: Image | None, marks: Sequence[Found]) -> Pillow.Image:
    if image is not None:
        return show.shelf.open(image)
    mask = next((found.value for found in marks if isinstance(found.value, Mask)), None)
    return Pillow.new("RGB", (mask.width, mask.height) if mask else (640, 400), (150, 156, 168))


def _drawn_on(show: Showcase, base: Pillow.Image, marks: Sequence[Found]) -> Medium:
    language = show.record.language
    mask = next((found.value for found in marks if isinstance(found.value, Mask)), None)
    still = mark(
        base,
        mask=show.mask(mask) if mask else None,
        box=next((found.value for found in marks if isinstance(found.value, Box)), None),
        point=next((found.value for found in marks if isinstance(found.value, Point)), None),
    )
    labels = [
        port_label(found.port, language) + (f" ({show.words['given']})" if found.is_given else "") for found in marks
    ]
    told = " · ".join(labels) or show.words["looks_at"]
    medium = show.picture(still, f"{show.words['looks_at']}: {told}", told)
    return replace(medium, natural=base.size)


def _keyframes(show: Showcase, step: Step, founds: Sequence[Found]) -> list[Medium]:
    video = next((v for name in step.args if isinstance(v := show.record.argument(step, name), Video)), None)
    if video is None:
        return []
    told = []
    for found in founds:
        if isinstance(found.value, Keyframe):
            words = f"{port_label(found.port, show.record.language)} · {value_words(found.value, show.record.language)}"
            frame = show.shelf.frame(video, found.value.frame)
            told.append(show.picture(frame, words, words, is_given=found.is_given))
    return told
