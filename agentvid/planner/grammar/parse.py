"""A message as requests: atoms are read alone or, where they mean nothing alone, joined with the next ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from agentvid.media.types import Action
from agentvid.planner.grammar.clause import Clause, Refusal
from agentvid.planner.grammar.lexicon import detect_language, plain, strip_politeness, take_measures
from agentvid.planner.grammar.operations import OPERATIONS, Operation
from agentvid.planner.grammar.split import clean, split
from agentvid.planner.request import Edit, Generate, Language, Request, View, Walk

__all__ = ["Parsed", "Unplaced", "parse", "read_clause"]

LONGEST_JOIN: Final = 3
"""How many atoms are joined at most before their first is given up."""

_THEN: Final = re.compile(r"然后|接着|再|随后|之后|最后|(?:and )?then\b|after", re.IGNORECASE)
MOST_ATOMS: Final = 30
"""How many atoms of a message are read; what follows counts as not understood."""


@dataclass(frozen=True)
class Unplaced:
    """A part of the message that no operation could place, with the reason where one is known."""

    clause: str
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Parsed:
    """What a message asks for, in order, and what of it could not be placed."""

    language: Language
    requests: tuple[Request, ...]
    unplaced: tuple[Unplaced, ...]


def parse(text: str) -> Parsed:
    """Return the requests of a message.

    Raises: InputError where the message is too long to be read.
    """
    text = clean(text)
    pieces = split(text)
    atoms, beyond = pieces[:MOST_ATOMS], pieces[MOST_ATOMS:]
    requests: list[Request] = []
    unplaced: list[Unplaced] = []
    begun = first = at = 0
    while at < len(atoms):
        found, used, refusal = _longer_and_longer(text, atoms, at)
        clause = text[atoms[at][0] : atoms[at][1]]
        if found is not None:
            begun, first = len(requests), at
            requests.extend(found)
        elif requests[begun:] and (again := _read_back(text[atoms[first][0] : atoms[at][1]])) is not None:
            requests[begun:] = again
        elif (also := _read_on(requests, clause)) is not None:
            requests.extend(also)
        elif strip_politeness(clause):
            unplaced.append(Unplaced(plain(clause), refusal))
        at += used
    unplaced += [Unplaced(plain(text[beyond[0][0] :]))] if beyond else []
    return Parsed(detect_language(text), _merged(requests), tuple(unplaced))


def _longer_and_longer(
    text: str, atoms: list[tuple[int, int]], at: int
) -> tuple[tuple[Request, ...] | None, int, Refusal | None]:
    refusal = None
    for last in range(at, min(at + LONGEST_JOIN, len(atoms))):
        found = read_clause(text[atoms[at][0] : atoms[last][1]])
        if isinstance(found, Refusal):
            refusal = refusal or found
        elif found is not None:
            return found, last - at + 1, None
    return None, 1, refusal


def _read_back(clause: str) -> tuple[Request, ...] | None:
    """Read an atom as the end of the clause before it: "remove the cup, the spoon", "zoom in, slowly"."""
    found = read_clause(clause)
    return None if isinstance(found, Refusal) else found


def _read_on(requests: list[Request], clause: str) -> tuple[Request, ...] | None:
    """Read an atom that leaves its verb out: "make the sky blue and the grass green"."""
    is_recolour = bool(requests) and isinstance(requests[-1], Edit) and requests[-1].operation == "recolour"
    found = read_clause(f"make {strip_politeness(clause)}") if is_recolour else None
    return None if isinstance(found, Refusal) else found


def read_clause(clause: str) -> tuple[Request, ...] | Refusal | None:
    """Return what one clause asks for, why it can't be done, or None where no phrase fits."""
    said = plain(clause)
    texts = (strip_politeness(said), said.rstrip(" ?!.。"))
    for text in dict.fromkeys((*map(_spaced, texts), *texts)):
        for row in OPERATIONS:
            found = _read(row, said, text)
            if found is not None:
                return found
    return None


def _spaced(text: str) -> str:
    """Return an English clause with spaces about the Chinese words in it: "move the红球to …" → "move the 红球 to …"."""
    if not re.match(r"[A-Za-z]+(?: [A-Za-z]|.*[A-Za-z]$)", text):
        return text
    return re.sub(r"(?<=[A-Za-z])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[A-Za-z])", " ", text)


def _read(row: Operation, said: str, text: str) -> tuple[Request, ...] | Refusal | None:
    bare, measures = text, None
    if row.measures:
        bare, measures = take_measures(text)
        if measures.names() - row.measures:
            return None
    for match in row.match(bare):
        clause = Clause(said, match, measures) if measures else Clause(said, match)
        found = row.read(clause)
        if found is not None:
            return found
    return None


def _merged(requests: list[Request]) -> tuple[Request, ...]:
    """Join walks, and camera moves about one subject, that follow one another: they are one path.

    The camera that a picture to be drawn is seen from belongs to its words.
    """
    merged: list[Request] = []
    for request in requests:
        before = merged[-1] if merged else None
        if (
            isinstance(request, View)
            and request.camera
            and isinstance(before, Generate)
            and not _THEN.match(request.clause)
        ):
            what, clause = (f"{told}, {request.clause}" for told in (before.what, before.clause))
            merged[-1] = replace(before, what=what, clause=clause)
        elif isinstance(before, Walk) and (turn := _look_round(request)) is not None:
            merged[-1] = replace(before, actions=(*before.actions, turn), clause=f"{before.clause}, {request.clause}")
        elif isinstance(request, Walk) and isinstance(before, Walk) and request.where in (None, before.where):
            is_possible = bool(before.actions and request.actions)
            actions = before.actions + request.actions if is_possible else ()
            merged[-1] = replace(before, actions=actions, clause=f"{before.clause}, {request.clause}")
        elif (
            isinstance(request, View)
            and isinstance(before, View)
            and request.where in (None, before.where)
            and len({request.thing, before.thing} - {""}) < 2
            and not (request.side or before.side)
        ):
            moves = before.moves + request.moves
            thing = before.thing or request.thing
            merged[-1] = replace(before, moves=moves, thing=thing, clause=f"{before.clause}, {request.clause}")
        else:
            merged.append(request)
    return tuple(merged)


_LOOK_DEG: Final = 45.0
"""How far a walker looks round where the message does not say."""
_TURN_DEG_PER_S: Final = 45.0


def _look_round(request: Request) -> Action | None:
    """Return a look to the left or right as a turn on the ground: what it is after a walk. None for any other."""
    if not isinstance(request, View) or request.thing or request.where or len(request.moves) != 1:
        return None
    (move,) = request.moves
    if move.turning != "look" or not move.yaw_deg or move.pitch_deg or move.zoom != 1:
        return None
    degrees = abs(move.yaw_deg) if move.is_said else _LOOK_DEG
    side = "turn_left" if move.yaw_deg < 0 else "turn_right"
    return Action.model_validate({"move": side, "amount": degrees, "seconds": degrees / _TURN_DEG_PER_S})
