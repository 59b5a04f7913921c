"""Understanding: captions (the layout thought of what is seen) and short answers to questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from agentvid.evals.small.bench import Bench, Part, as_thought, group_lines
from agentvid.evals.small.cases import Case, groups_of
from agentvid.train.samples import WHAT_IS_THERE
from agentvid.world.question import PICTURE_QUESTIONS, ask_about_picture
from agentvid.world.scene import Scene

__all__ = ["measure_captions", "measure_questions"]

_SALT: Final = 5
_TRIES: Final = 20


def measure_captions(bench: Bench, cases: Sequence[Case]) -> Part:
    """Ask what is there and where: all right; all looks; all looks and places; the camera."""
    said = []
    for case in cases:
        session = bench.session()
        session.look(case.picture, latents=False)
        session.read(WHAT_IS_THERE[case.language])
        said.append(as_thought(bench.answer(session)))
    scenes = [case.scene for case in cases]
    groups = groups_of(scenes, [case.language for case in cases])
    told = [one if isinstance(one, Scene) else None for one in said]
    pairs = list(zip(told, scenes, strict=True))
    return Part(
        (
            *group_lines("all right", [one == scene for one, scene in pairs], groups),
            *group_lines(
                "solids and places right", [one is not None and one.solids == s.solids for one, s in pairs], groups
            ),
            *group_lines("looks right", [one is not None and _looks(one) == _looks(s) for one, s in pairs], groups),
            *group_lines("camera right", [one is not None and one.camera == s.camera for one, s in pairs], groups),
            *group_lines("can be read", [one is not None for one in told], groups),
        )
    )


def measure_questions(bench: Bench, cases: Sequence[Case]) -> Part:
    """Ask each scene two questions, kinds taking turns; right is the very answer."""
    right, groups = [], []
    for case in cases:
        for turn in range(2):
            kind = PICTURE_QUESTIONS[(case.number // 2 + turn * 3) % len(PICTURE_QUESTIONS)]
            rng = case.rng(_SALT, turn)
            tries = (ask_about_picture(rng, case.scene, case.language, kind) for _ in range(_TRIES))
            asked = next((question for question in tries if question is not None), None)
            if asked is None:
                continue
            session = bench.session()
            session.look(case.picture, latents=False)
            session.read(asked.text)
            right.append(bench.answer(session).strip() == asked.answer)
            groups.append((asked.kind, case.language))
    return Part(tuple(group_lines("right", right, groups)))


def _looks(scene: Scene) -> Counter[tuple[str, str, str]]:
    return Counter(solid.look for solid in scene.solids)
