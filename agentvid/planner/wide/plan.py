"""A message as a chain by the wide reader, or a short answer where there is nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref
from agentvid.media.types import Image, Video
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.grammar.resolve import AskBack, Media
from agentvid.planner.grammar.write import ChainWriter
from agentvid.planner.wide.own import OwnTools
from agentvid.planner.wide.says import tell
from agentvid.planner.wide.steps_clip import StepsWriter
from agentvid.planner.wide.understand import Understood, understand
from agentvid.planner.wide.where import Medium

__all__ = ["lacks", "medium_of", "understood_of", "write_wide"]

_KINDS: Final = {Image: "image", Video: "video"}


def medium_of(known: KnownMedia) -> Medium:
    """Return a medium of the session as the reader counts it."""
    kind = _KINDS.get(type(known.artifact), known.artifact.type.lower())
    return Medium(known.number, kind, known.turn, known.is_new, isinstance(known.source, Ref))


def understood_of(request: PlanRequest, own: OwnTools | None = None) -> Understood:
    """Return what the message of a request asks for, of `own` tools too.

    Raises: InputError where the message is too long to be read.
    """
    media = tuple(medium_of(known) for known in request.media)
    return understand(request.text, media, tuple(before.text for before in request.said), own)


def write_wide(request: PlanRequest, understood: Understood) -> Chain:
    """Return the chain of what was understood, or one that holds only an answer or a question back."""
    language = understood.language
    media = Media.of(request, language)
    if understood.mood == "refuse":
        return Chain(turn=request.turn, question=tell(language, "refuse"))
    if understood.mood == "chat":
        return Chain(turn=request.turn, question=tell(language, "thanks" if request.turn > 1 else "chat"))
    if understood.reason == "no_thing":
        return Chain(turn=request.turn, question=tell(language, "no_thing", word=request.text.strip(" .!?。！？")))
    if understood.reason == "no_such":
        choices = media.names(media.known) or "-"
        return Chain(turn=request.turn, question=tell(language, "no_such", choices=choices))
    writer = ChainWriter(request, language, media)
    steps = StepsWriter(writer, understood.keep)
    try:
        for want in understood.wants:
            before = len(writer.steps)
            steps.write(want)
            for step in writer.steps[before:]:
                missing = _missing(step.tool, step.args, request.tools)
                if missing:
                    raise AskBack(steps.say("no_tool", want, tool=missing))
    except AskBack as back:
        return Chain(turn=request.turn, question=back.reason)
    return writer.chain()


def lacks(chain: Chain, tools: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a chain needs a tool, or something told to a tool, that is not there."""
    return any(_missing(step.tool, step.args, tools) for step in chain.steps)


def _missing(tool: str, args: Mapping[str, object], tools: Mapping[str, frozenset[str]]) -> str:
    """Return the tool that can't take a step, with what it can't take, or "". No tools known: nothing is missing."""
    if not tools:
        return ""
    if tool not in tools:
        return tool
    beyond = sorted(set(args) - tools[tool])
    return f"{tool} ({', '.join(beyond)})" if beyond else ""
