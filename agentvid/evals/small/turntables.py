"""Turntables: all views about a stage drawn together, from one picture or from words; does the last meet the first?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agentvid.evals.small.bench import Bench, Line, Part, Pixels, group_lines
from agentvid.evals.small.cases import Case, groups_of
from agentvid.evals.small.likeness import psnr
from agentvid.evals.small.views import pose_error_deg
from agentvid.world.caption import caption
from agentvid.world.film import TURN_FRAMES, ask_turn, joined, think_turn
from agentvid.world.judge import is_exact, placed
from agentvid.world.render import render_scene
from agentvid.world.scene import AZIMUTHS, Scene

__all__ = ["measure"]

_SALT: Final = 12
_MOST: Final = 32
"""Scenes that are turned about at most: each is 25 frames."""
_POSED: Final = (6, 12, 18)
_SHOWN: Final = (0, 3, 6, 9, 12, 15, 18, 21, 24)
_SHOWN_TURNS: Final = 3


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Turn about each scene: from its picture with own and true thought, from words with the true one."""
    chosen = list(cases[:_MOST])
    true = [turned(case.scene) for case in chosen]
    rolled: dict[str, Sequence[Pixels]] = {
        "copying": [np.repeat(film[:1], len(film), axis=0) for film in true],
        "own thought": _draw(bench, chosen, own=True),
        "true thought": _draw(bench, chosen),
        "from words, true thought": _draw(bench, chosen, from_words=True),
        "true turn": true,
    }
    lines = [line for name, films in rolled.items() for line in judged(bench, chosen, true, films, name)]
    rows = []
    for index in range(min(_SHOWN_TURNS, len(chosen))):
        rows += [
            _film(true[index]),
            _film(rolled["own thought"][index]),
            _film(rolled["from words, true thought"][index]),
        ]
    return Part(tuple(lines), np.concatenate(rows, axis=0), ("true", "own thought", "from words") * (len(rows) // 3))


def turned(scene: Scene) -> Pixels:
    """Return a scene from all around, the last view from where the first one was."""
    frames = [render_scene(replace(scene, camera=scene.camera.turned(step))).rgb for step in range(AZIMUTHS)]
    return np.stack([*frames, frames[0]])


def judged(
    bench: Bench, cases: Sequence[Case], true: Sequence[Pixels], films: Sequence[Pixels], name: str
) -> list[Line]:
    """Return how views are judged, PSNR over copying, poses at the quarters, and how the last view meets the first."""
    exact, there, over, groups = list[bool](), list[bool](), list[float](), list[tuple[str, ...]]()
    poses, closed = list[float](), list[float]()
    scene_groups = [own[:1] for own in groups_of([case.scene for case in cases])]
    for case, right, film, own in zip(cases, true, films, scene_groups, strict=True):
        found = bench.see(list(film[1:-1]))
        scenes = [replace(case.scene, camera=case.scene.camera.turned(step)) for step in range(1, AZIMUTHS)]
        exact += map(is_exact, found, scenes)
        there += map(placed, found, scenes)
        groups += [own] * len(scenes)
        over.append(
            float(np.mean([psnr(film[at], right[at]) - psnr(right[0], right[at]) for at in range(1, AZIMUTHS)]))
        )
        errors = [pose_error_deg(found[at - 1], scenes[at - 1]) for at in _POSED] if len(case.scene.solids) > 1 else []
        poses += [error for error in errors if error is not None]
        closed.append(psnr(film[-1], film[0]))
    return [
        *group_lines(f"placed, {name}", there, groups),
        *group_lines(f"exact, {name}", exact, groups),
        *group_lines(f"PSNR over copying, {name}", over, scene_groups, "dB"),
        *group_lines(f"pose error at 90°, 180°, 270°, {name}", poses, [()] * len(poses), "deg"),
        *group_lines(f"PSNR of 360° to 0°, {name}", closed, scene_groups, "dB"),
    ]


def _draw(bench: Bench, cases: Sequence[Case], *, own: bool = False, from_words: bool = False) -> list[Pixels]:
    films = []
    for case in cases:
        session, rng = bench.session(), case.rng(_SALT)
        wish = ask_turn(rng, case.language)
        if from_words:
            session.read(joined(caption(rng, case.scene, case.language), wish, case.language))
        else:
            session.look(case.picture, latents=False)
            session.read(wish)
        if own:
            bench.think(session, Scene, case.number)
        else:
            session.read(think_turn(case.scene, case.language), as_thought=True)
        given = {} if from_words else {0: case.picture}
        films += bench.draw([session], [case.number], TURN_FRAMES, [given])
    return films


def _film(frames: Pixels) -> Pixels:
    return np.concatenate([frames[at] for at in _SHOWN], axis=1)
