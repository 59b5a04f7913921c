"""Rules about what is told and expected: expectations that nothing can test, thoughts that contradict the call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from agentvid.chain.edit import SetExpect, SetThought
from agentvid.chain.step import AnswerIs, ColourIn, Count, Predicate, Seconds, Size, Step, UnchangedOutside, Words
from agentvid.media.colours import (
    ColourPhrase,
    colour_name,
    colour_phrases,
    lab_difference,
    named_colour,
    relative_change,
)
from agentvid.media.types import EditPlan, Recolour
from agentvid.planner.lint.context import Context
from agentvid.planner.lint.finding import Finding, make
from agentvid.tool import ToolSpec

__all__ = ["word_rules"]

_CLEARLY_OTHER = 40.0
"""CIE 1976 difference from which on two colours are surely not meant as one: blue and sky blue are nearer."""
_MEASURED = (ColourIn, UnchangedOutside)
_ASKED = (Count, AnswerIs)


def word_rules(context: Context) -> Iterator[Finding]:
    """Yield what is to be said about expectations and thoughts."""
    for step in context.chain:
        spec = context.spec(step)
        if spec is not None:
            yield from _expectations(context, step, spec)
            yield from _thought(context, step)


# ---------------------------------------------------------------- expectations


def _expectations(context: Context, step: Step, spec: ToolSpec) -> Iterator[Finding]:
    for predicate in step.expect:
        if isinstance(predicate, Words):
            yield make("untested", step.id, told=f"“{predicate.text[:80]}”")
        elif why := _why_untestable(context, step, spec, predicate):
            left = tuple(other for other in step.expect if other != predicate)
            fix = [SetExpect(step=step.id, expect=left)]
            yield make("untestable", step.id, fix, kind=predicate.kind, told=why)


def _why_untestable(context: Context, step: Step, spec: ToolSpec, predicate: Predicate) -> str:
    """Return why verify can't test it, "" where it can."""
    if isinstance(predicate, _MEASURED):
        return _missing(context, "check")
    port = spec.port(predicate.port) if not isinstance(predicate, Words) else None
    if port is None:
        return ""
    if isinstance(predicate, _ASKED):
        if port.type not in ("Image", "Video"):
            return f"nothing can be asked about {port.name}, a {port.type}"
        return _missing(context, "describe")
    if isinstance(predicate, Size) and port.type == "Depth":
        return f"the size of {port.name}, a {port.type}, is not looked at"
    if isinstance(predicate, Seconds) and step.given:
        return "a person gave a value on this step, so it may last as long as they like"
    return ""


def _missing(context: Context, tool: str) -> str:
    spec = context.tools.get(tool)
    if spec is None:
        return f"there is no tool {tool}"
    probe = Step(id=f"t{context.chain.turn}.s9999", tool=tool)
    return "" if context.routes(probe, None) is not None else f"no usable engine bears {', '.join(spec.tasks)}"


# ---------------------------------------------------------------- thoughts


def _thought(context: Context, step: Step) -> Iterator[Finding]:
    """Compare the colours that an unread thought names with the colour that the call names.

    Only what is plain: the call names one colour, the thought names others beside those of the thing, and all of them
    are clearly other colours.
    """
    wanted = _wanted_colour(step)
    if wanted is None or context.thought(step):
        return
    things = {phrase.colour for name in ("target", "what") for phrase in _phrases(step.args.get(name))}
    said = [phrase for phrase in colour_phrases(step.thought) if phrase.colour not in things]
    if not said or any(lab_difference(phrase.colour, wanted) < _CLEARLY_OTHER for phrase in said):
        return
    word = _word(step, wanted)
    fix = (
        [SetThought(step=step.id, thought=_replaced(step.thought, said, word))]
        if len(set(_texts(step, said))) == 1
        else []
    )
    yield make("thought_colour", step.id, fix, thought=" / ".join(dict.fromkeys(_texts(step, said))), told=word)


def _wanted_colour(step: Step) -> str | None:
    """Return the colour that a call asks for: of a given plan, else of its argument `colour`."""
    plan = step.given.get("plan")
    if isinstance(plan, dict):
        try:
            operation = EditPlan.model_validate(plan).operations[0]
        except ValidationError:
            return None
        return operation.target if isinstance(operation, Recolour) else None
    told = step.args.get("colour")
    if not isinstance(told, str) or relative_change(told):
        return None
    return named_colour(told)


def _phrases(value: object) -> list[ColourPhrase]:
    return colour_phrases(value) if isinstance(value, str) else []


def _texts(step: Step, phrases: list[ColourPhrase]) -> list[str]:
    return [step.thought[phrase.start : phrase.end] for phrase in phrases]


def _word(step: Step, colour: str) -> str:
    """Return the word of the call where it is of the thought's language, else the everyday name of the colour."""
    told = step.args.get("colour")
    language = "zh" if _is_chinese(step.thought) else "en"
    if isinstance(told, str) and named_colour(told) == colour and (language == "zh") == _is_chinese(told):
        return told
    return colour_name(colour, language)


def _replaced(thought: str, phrases: list[ColourPhrase], word: str) -> str:
    for phrase in reversed(phrases):
        thought = thought[: phrase.start] + word + thought[phrase.end :]
    return thought


def _is_chinese(text: str) -> bool:
    return re.search(r"[一-鿿]", text) is not None
