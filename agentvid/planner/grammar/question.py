"""Questions back: what was understood and what was not, why, and what can be done with the media at hand."""

from __future__ import annotations

from collections.abc import Collection

from agentvid.planner.grammar.operations import operation
from agentvid.planner.grammar.parse import Parsed
from agentvid.planner.grammar.resolve import Media
from agentvid.planner.grammar.thoughts import pick_language, say
from agentvid.planner.request import Language

__all__ = ["question"]


def question(parsed: Parsed, media: Media, reasons: list[str], stages: Collection[str] = ()) -> str:
    """Say what was understood and what was not, why, and what can be done with the media at hand."""
    language = parsed.language
    said = [f"“{_short(part.clause)}”" for part in parsed.unplaced]
    understood = [
        f"“{_short(r.clause)}” ({pick_language(operation(r.operation).title, language)})" for r in parsed.requests
    ]
    comma = "、" if language == "zh" else ", "
    told = []
    if understood:
        told.append(say(language, "understood", clauses=comma.join(understood)))
    if said:
        told.append(say(language, "not_understood", clauses=comma.join(said)))
    refusals = [pick_language((r.en, r.zh), language) for part in parsed.unplaced if (r := part.refusal) is not None]
    told += [f"{reason.rstrip('.。')}{'。' if language == 'zh' else '.'}" for reason in dict.fromkeys(refusals)]
    told += reasons
    if not told:
        told.append(say(language, "empty"))
    told.append(_offer(media, language, stages))
    return "".join(told) if language == "zh" else " ".join(told)


def _short(clause: str) -> str:
    return clause if len(clause) <= 80 else f"{clause[:79]}…"


def _offer(media: Media, language: Language, stages: Collection[str]) -> str:
    kinds = {held.kind for held in media.known}
    if media.known and media.known[-1].key in stages:
        kinds = {"stage"}  # type: ignore[arg-type]
    useful = {
        ("image",): ("recolour", "orbit", "describe"),
        ("video",): ("future", "describe"),
        ("image", "video"): ("recolour", "orbit", "future"),
        ("stage",): ("reshape", "move", "film"),
        (): ("recolour", "orbit", "future"),
    }[tuple(sorted(kinds))]
    offers = [f"“{pick_language(operation(name).offer, language)}”" for name in useful]
    told = ("、" if language == "zh" else ", ").join(offers)
    if not kinds:
        drawn = pick_language(operation("generate").offer, language)
        return say(language, "offer_nothing", offers=told, drawn=drawn)
    return say(language, "offer", media=media.names(media.known[-3:]), offers=told)
