"""Walks: is each step seen from where it leads? Is a walk that comes back seen as its start? Is a path followed?

Poses come from likeness (`poses.py`), and are told only of frames in which a solid is truly in sight. Compared with
standing still, which knows the first frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from agentvid.evals.small.bench import Bench, Line, Part, Pixels, group_lines
from agentvid.evals.small.cases import WalkCase, groups_of
from agentvid.evals.small.likeness import psnr
from agentvid.evals.small.poses import PoseFinder, apart, shows_solids
from agentvid.world.film import ask_along, ask_steps, think_walk
from agentvid.world.language import Tour
from agentvid.world.render import render_map
from agentvid.world.walk import TURN_DEG, Walk, draw_path

if TYPE_CHECKING:
    from agentvid.models.mot import Session

__all__ = ["measure", "measure_maps"]

_SALT: Final = 11
_POSED: Final = (4, 9, 15)
"""Frames whose pose is told."""
_RETURNS: Final = 16
"""Walks that come back, at most."""
_MOST_STEP_BY_STEP: Final = 12
"""Walks that are drawn step by step, at most: each frame costs as much as all before it."""
_SHOWN: Final = (0, 2, 4, 6, 8, 10, 12, 15)
_SHOWN_WALKS: Final = 4


def measure(bench: Bench, walks: Sequence[WalkCase]) -> Part:
    """Walk on from the first picture: with own and true thought, together and step by step; and there and back."""
    finders = [PoseFinder(case.scene, case.walk.spots) for case in walks]
    own, right = _together(bench, walks, own=True)
    told, _ = _together(bench, walks)
    rolled = {"standing still": _still(walks), "own thought": own, "true thought": told}
    lines = group_lines("own thought is the true walk", right, [()] * len(walks))
    for name, films in rolled.items():
        lines += _judged(walks, films, finders, name)
    some = list(walks[:_MOST_STEP_BY_STEP])
    lines += _judged(some, _step_by_step(bench, some), finders[: len(some)], "true thought, step by step")
    lines += _judged(walks, [case.frames for case in walks], finders, "true walk")
    back = [case.back for case in walks[:_RETURNS]]
    backs, _ = _together(bench, back)
    lines += returned(back, backs, "true thought")
    near = back[: len(some)]
    lines += returned(near, _step_by_step(bench, near), "true thought, step by step")
    lines += returned(back, [case.frames for case in back], "true walk")
    return _shown(lines, walks, own)


def measure_maps(bench: Bench, walks: Sequence[WalkCase]) -> Part:
    """Follow the path on a map: with own and true thought; and the thought's walk where another path is drawn."""
    finders = [PoseFinder(case.scene, case.walk.spots) for case in walks]
    own, right = _along(bench, walks, own=True)
    told, _ = _along(bench, walks)
    against, _ = _along(bench, walks, drawn=lambda case: case.other)
    lines = group_lines("own thought is the true walk", right, [()] * len(walks))
    rolled = {
        "standing still": _still(walks),
        "own thought": own,
        "true thought": told,
        "true thought, another path drawn": against,
        "true walk": [case.frames for case in walks],
    }
    for name, films in rolled.items():
        lines += _judged(walks, films, finders, name)
    return _shown(lines, walks, own)


def returned(walks: Sequence[WalkCase], films: Sequence[Pixels], name: str) -> list[Line]:
    """Return how far the end of walks that come back is from their start: by pose, and by likeness.

    The pose half-way tells whether there was a walk at all.
    """
    ends, likeness, away = [], [], []
    for case, film in zip(walks, films, strict=True):
        finder = PoseFinder(case.scene, case.walk.spots)
        likeness.append(psnr(film[-1], case.frames[0]))
        if shows_solids(case.scene, case.walk.spots[0]):
            ends.append(apart(finder.find(film[-1]), case.walk.spots[0]))
        middle = len(case.walk.steps) // 4
        if shows_solids(case.scene, case.walk.spots[middle]):
            off = apart(finder.find(film[middle]), case.walk.spots[middle])
            away.append(_is_near(off))
    none: list[tuple[str, ...]] = [()] * len(ends)
    return [
        *group_lines(f"back at the start, {name}", [_is_near(end) for end in ends], none),
        *group_lines(f"steps from the start when back, {name}", [end[0] for end in ends], none, "steps"),
        *group_lines(f"degrees from the start when back, {name}", [end[1] for end in ends], none, "deg"),
        *group_lines(f"PSNR to the start when back, {name}", likeness, [()] * len(likeness), "dB"),
        *group_lines(f"in its place on the way out, {name}", away, [()] * len(away)),
    ]


def _judged(walks: Sequence[WalkCase], films: Sequence[Pixels], finders: Sequence[PoseFinder], name: str) -> list[Line]:
    """Return PSNR over standing still, and how far poses are from the true ones."""
    groups = [own[:1] for own in groups_of([case.scene for case in walks])]
    over, near = list[float](), list[bool]()
    steps, degrees, groups_posed = list[float](), list[float](), list[tuple[str, ...]]()
    for case, film, finder, own in zip(walks, films, finders, groups, strict=True):
        true = case.frames
        gained = [psnr(film[at], true[at]) - psnr(true[0], true[at]) for at in range(1, len(true))]
        over.append(float(np.mean(gained)))
        for at in _POSED:
            spot = case.walk.spots[min(at, len(true) - 1)]
            if shows_solids(case.scene, spot):
                off = apart(finder.find(film[min(at, len(true) - 1)]), spot)
                steps.append(off[0])
                degrees.append(off[1])
                near.append(_is_near(off))
                groups_posed.append(own)
    return [
        *group_lines(f"in its place, {name}", near, groups_posed),
        *group_lines(f"steps off, {name}", steps, groups_posed, "steps"),
        *group_lines(f"degrees off, {name}", degrees, groups_posed, "deg"),
        *group_lines(f"PSNR over standing still, {name}", over, groups, "dB"),
    ]


def _is_near(off: tuple[float, float]) -> bool:
    """Tell whether a pose is less than a step and a turn from where it should be."""
    return off[0] < 1 and off[1] < TURN_DEG


def _together(bench: Bench, walks: Sequence[WalkCase], *, own: bool = False) -> tuple[list[Pixels], list[bool]]:
    def asked(case: WalkCase) -> Session:
        session = bench.session()
        session.look(case.frames[0], latents=False)
        session.read(ask_steps(case.walk, case.language))
        return session

    return _drawn(bench, walks, asked, [{0: case.frames[0]} for case in walks], own=own)


def _along(
    bench: Bench,
    walks: Sequence[WalkCase],
    *,
    own: bool = False,
    drawn: Callable[[WalkCase], Walk] = lambda case: case.walk,
) -> tuple[list[Pixels], list[bool]]:
    def asked(case: WalkCase) -> Session:
        session = bench.session()
        session.look(draw_path(render_map(case.scene).rgb, drawn(case).spots))
        session.read(ask_along(np.random.default_rng([bench.seed, case.number, _SALT]), case.language))
        return session

    return _drawn(bench, walks, asked, [{}] * len(walks), own=own)


def _drawn(
    bench: Bench,
    walks: Sequence[WalkCase],
    asked: Callable[[WalkCase], Session],
    given: Sequence[Mapping[int, Pixels]],
    *,
    own: bool,
) -> tuple[list[Pixels], list[bool]]:
    """Draw whole walks one after another (they differ in length); tell which own thoughts are the true walk."""
    films, right = [], []
    for case, pinned in zip(walks, given, strict=True):
        session, tour = asked(case), Tour(case.scene, case.walk)
        if own:
            right.append(bench.think(session, Tour, case.number).thought == tour)
        else:
            session.read(think_walk(tour, case.language), as_thought=True)
        films += bench.draw([session], [case.number], len(case.walk.steps) + 1, [pinned])
    return films, right


def _step_by_step(bench: Bench, walks: Sequence[WalkCase]) -> list[Pixels]:
    """Draw the frame after each step beside all that were drawn before it."""
    films = []
    for case in walks:
        frames = [case.frames[0]]
        for taken in range(1, len(case.walk.steps) + 1):
            walk, session = Walk(case.walk.azimuth, case.walk.steps[:taken]), bench.session()
            session.look(frames[0], latents=False)
            session.read(ask_steps(walk, case.language))
            session.read(think_walk(Tour(case.scene, walk), case.language), as_thought=True)
            (film,) = bench.draw([session], [case.number], taken + 1, [dict(enumerate(frames))])
            frames.append(film[-1])
        films.append(np.stack(frames))
    return films


def _still(walks: Sequence[WalkCase]) -> list[Pixels]:
    return [np.repeat(case.frames[:1], len(case.frames), axis=0) for case in walks]


def _shown(lines: Sequence[Line], walks: Sequence[WalkCase], films: Sequence[Pixels]) -> Part:
    rows = []
    for case, film in list(zip(walks, films, strict=True))[:_SHOWN_WALKS]:
        rows += [np.concatenate([each[at] for at in _SHOWN if at < len(each)], axis=1) for each in (case.frames, film)]
    return Part(tuple(lines), np.concatenate(rows, axis=0), ("true", "own thought") * (len(rows) // 2))
