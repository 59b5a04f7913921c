"""One case on one system: send, edit, measure."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentvid.evals.editing.case import Case, DataSet, Said
from agentvid.evals.editing.measures import Seen, measure, measure_kept
from agentvid.evals.editing.media import Shown, make_medium, read_shown
from agentvid.evals.editing.sheet import write_sheet
from agentvid.evals.editing.system import Asked, EditingSystem, Message, Outcome, Ran

__all__ = ["matched", "score_case"]


@dataclass(frozen=True)
class _Timed:
    outcome: Outcome
    seconds: float


async def score_case(data: DataSet, case: Case, system: EditingSystem, folder: Path, picture: Path) -> dict[str, Any]:
    """Run a case on a system and return its row, as JSON; a picture of it goes to `picture`.

    `folder` is where the media of the cases are made.
    """
    files = {medium.name: make_medium(medium, folder) for medium in data.media if medium.name in _named(case)}
    full, before = 0.0, Outcome()
    for said in case.messages:
        timed = await _timed(system, system.start(said.text, [files[name] for name in said.media]))
        full, before = full + timed.seconds, timed.outcome
    now, seconds, actions = before, 0.0, 0
    ran: Sequence[Ran] = ()
    for number, edit in enumerate(case.edits):
        again = tuple(_message(said, files) for said in case.again) if number == len(case.edits) - 1 else ()
        asked = Asked(edit.words, () if edit.words else edit.typed, again)
        if number:
            before = now
        timed = await _timed(system, system.edit(asked))
        now, seconds, actions, ran = timed.outcome, timed.seconds, timed.outcome.actions, timed.outcome.ran
    return _row(case, system, files, before, now, picture) | _rerun(case, ran, full, seconds, actions, now)


def _named(case: Case) -> set[str]:
    said = {name for each in (*case.messages, *case.again) for name in each.media}
    return said | {each.of for each in case.expect if each.of}


def _message(said: Said, files: Mapping[str, Path]) -> Message:
    return Message(said.text, tuple(files[name] for name in said.media))


async def _timed(system: EditingSystem, work: Awaitable[Outcome]) -> _Timed:
    clock = time.process_time if system.clock == "processor" else time.perf_counter
    started = clock()
    outcome = await work
    return _Timed(outcome, clock() - started if outcome.seconds is None else outcome.seconds)


def _rerun(case: Case, ran: Sequence[Ran], full: float, seconds: float, actions: int, now: Outcome) -> dict[str, Any]:
    if not case.edits:
        return {"edited": False}
    names = matched(case, ran)
    hits = set(names) & set(case.necessary)
    return {
        "edited": True,
        "ran": names,
        "necessary": list(case.necessary),
        "hits": len(hits),
        "seconds_full": round(full, 4),
        "seconds_edit": round(seconds, 4),
        "actions": actions if not now.refused else None,
    }


def matched(case: Case, ran: Sequence[Ran]) -> list[str]:
    """Return what ran by the names of the case's steps; what is none of them keeps a name of its own, with its tool."""
    left = dict(case.steps)
    found: list[str | None] = []
    for each in ran:
        own = each.step if left.get(each.step) == each.tool else None
        found.append(own)
        if own:
            del left[own]
    names = []
    for own, each in zip(found, ran, strict=True):
        if own is None:
            own = next((step for step, tool in left.items() if tool == each.tool), None)
            if own:
                del left[own]
        names.append(own or f"+{each.tool}")
    return names


def _row(
    case: Case, system: EditingSystem, files: Mapping[str, Path], before: Outcome, now: Outcome, picture: Path
) -> dict[str, Any]:
    media = {name: read_shown(path) for name, path in files.items()}
    seen = Seen(_result(case, now), _result(case, before), media, now.text)
    measured = [measure(expected, seen) for expected in case.expect]
    kept = measure_kept(case.keep, seen) if case.keep else None
    first = next(iter(media.values()), None)
    shown = write_sheet(picture, [seen.before if case.edits else first, None if now.refused else seen.now])
    return {
        "case": case.id,
        "suite": case.suite,
        "language": case.language,
        "digest": case.digest,
        "system": system.name,
        "refused": now.refused,
        "obeyed": not now.refused and all(each.passed for each in measured),
        "measured": [each.to_json() for each in measured],
        "kept": kept.to_json() if kept and not now.refused else None,
        "reference": case.reference,
        "picture": picture.name if shown else "",
    }


def _result(case: Case, outcome: Outcome) -> Shown | None:
    if not outcome.media or not -len(outcome.media) <= case.result < len(outcome.media):
        return None
    return read_shown(outcome.media[case.result])
