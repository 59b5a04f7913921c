"""Does the result follow an intervention in the way that it asks? Each kind of evidence by its own measure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentvid.evals.intervened import Finding, Intervened
from agentvid.evals.obeyed_clip import judge_future, judge_joined, judge_view, judge_walk
from agentvid.evals.obeyed_drawing import judge_drawing
from agentvid.evals.obeyed_film import judge_film
from agentvid.evals.obeyed_still import judge_edits, judge_found, judge_planned
from agentvid.media.types import Answer

__all__ = ["findings"]


def findings(found: Intervened) -> tuple[Finding, ...]:
    """Return all that an intervention asks for, each with whether it came so; () where nothing here can tell."""
    if found.port == "finding" or isinstance(found.given, Answer):
        return tuple(_judge_itself(found))
    judges = (
        _judge_itself,
        judge_found,
        judge_planned,
        judge_edits,
        judge_film,
        judge_view,
        judge_walk,
        judge_future,
        judge_joined,
        judge_drawing,
    )
    asked = (finding for each in judges for finding in each(found))
    return tuple(Finding(finding.name, bool(finding.passed), finding.told) for finding in asked)  # not numpy's bool


def _judge_itself(found: Intervened) -> Iterator[Finding]:
    """An answer in words that a person corrects is the answer; another question gets another answer."""
    now = found.after(found.step.id, found.port)
    if isinstance(found.given, Answer) and isinstance(now, Answer):
        yield Finding("it stands as the answer", now.text == found.given.text, now.text)
    elif found.port == "finding":
        yield Finding("it stands as what was found", now == found.given, str(now))
    answer = found.after(found.step.id, "answer")
    if found.port == "args.question" and isinstance(answer, Answer):
        fits = bool(re.search(found.expected, answer.text, re.IGNORECASE)) if found.expected else True
        was = found.before(found.step.id, "answer")
        is_another = not isinstance(was, Answer) or was.text != answer.text
        yield Finding("the other question is answered", fits and is_another, answer.text)
