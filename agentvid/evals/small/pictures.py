"""Text to image: with the model's own layout thought, with the true one, without; and captions that leave it open.

A picture is *exact* where just the asked-for solids are seen, in size, colour and shape; *placed* where each is besides
within 6 pixels of where the thought that was drawn puts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agentvid.evals.small.bench import MODES, Bench, Line, Mode, Part, Pixels, Written, group_lines, strip
from agentvid.evals.small.cases import Case, groups_of
from agentvid.evals.small.likeness import psnr
from agentvid.world.caption import CaptionKind, Side, caption, relation_of, side_of
from agentvid.world.judge import is_exact, placed
from agentvid.world.language import tell_scene
from agentvid.world.phrasing import Phrasing
from agentvid.world.scene import Scene, Solid

__all__ = ["measure", "measure_inferred", "measure_phrasing"]

TEMPERATURE: Final = 0.7
"""At which layouts are thought: what a prompt leaves open is free."""
_SALT: Final = 1
_KINDS: Final[tuple[CaptionKind, ...]] = ("relation", "count", "mirror", "moved")


@dataclass(frozen=True)
class _Drawn:
    pictures: list[Pixels]
    thoughts: list[Written | None]


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Draw what lists of solids say, in the three modes."""
    prompts = [_prompt(case, "list", "train") for case in cases]
    scenes, languages = [case.scene for case in cases], [case.language for case in cases]
    groups, lines = groups_of(scenes, languages), list[Line]()
    rows, verdicts = [[case.picture for case in cases]], list[list[bool]]([[]])
    for mode in MODES:
        drawn = _draw(bench, cases, prompts, mode)
        exact = _exact(bench, drawn, scenes)
        lines += group_lines(f"exact, {mode}", exact, groups)
        lines += _placed(bench, drawn, scenes, mode, groups)
        if mode == "true thought":
            likeness = [psnr(one, case.picture) for one, case in zip(drawn.pictures, cases, strict=True)]
            lines += group_lines(f"PSNR to the true picture, {mode}", likeness, groups, "dB")
        if mode == "own thought":
            lines += _thoughts(drawn, scenes, groups)
        rows.append(drawn.pictures)
        verdicts.append(exact)
    return Part(tuple(lines), strip(rows, verdicts), ("true", *MODES))


def measure_phrasing(bench: Bench, cases: Sequence[Case]) -> Part:
    """Draw, with own thoughts, what is asked in phrasings that were never trained."""
    prompts = [_prompt(case, "list", "held_out") for case in cases]
    scenes, languages = [case.scene for case in cases], [case.language for case in cases]
    drawn = _draw(bench, cases, prompts, "own thought")
    exact, groups = _exact(bench, drawn, scenes), groups_of(scenes, languages)
    lines = [*group_lines("exact, own thought", exact, groups), *_thoughts(drawn, scenes, groups)]
    return Part(tuple(lines), strip([[c.picture for c in cases], drawn.pictures], [[], exact]), ("true", "own thought"))


def measure_inferred(bench: Bench, cases: Sequence[Case]) -> Part:
    """Draw, with own thoughts, what follows from a relation, a count, a mirror image, a move.

    A count is right where each shape is seen in the right number: it leaves looks open.
    """
    lines, rows, verdicts, names = list[Line](), list[list[Pixels]](), list[list[bool]](), list[str]()
    for kind in _KINDS:
        asked = [(case, _prompt(case, kind, "train")) for case in cases if _fits(case, kind)]
        asked = asked[: max(1, len(cases) // 2)]
        if not asked:
            continue
        chosen, prompts = [case for case, _ in asked], [prompt for _, prompt in asked]
        drawn, scenes = _draw(bench, chosen, prompts, "own thought"), [case.scene for case in chosen]
        right = _same_shapes(bench, drawn, scenes) if kind == "count" else _exact(bench, drawn, scenes)
        groups = [(case.language,) for case in chosen]
        lines += group_lines(f"{'shapes right' if kind == 'count' else 'exact'}, {kind}", right, groups)
        if kind == "relation":
            lines += _relations(bench, drawn, chosen, groups)
        if kind in ("mirror", "moved"):
            seen = bench.see(drawn.pictures)
            lines += group_lines(f"placed, {kind}", [placed(s, c) for s, c in zip(seen, scenes, strict=True)], groups)
        rows += [[case.picture for case in chosen], drawn.pictures]
        verdicts += [[], right]
        names += [f"{kind}: true", f"{kind}: drawn"]
    shown = min(len(row) for row in rows)
    return Part(tuple(lines), strip([row[:shown] for row in rows], [v[:shown] for v in verdicts]), tuple(names))


def _relations(bench: Bench, drawn: _Drawn, cases: Sequence[Case], groups: Sequence[tuple[str, ...]]) -> list[Line]:
    """Tell whether the own thought keeps the relation that was asked for, and whether the picture is as thought."""
    kept, shown = [], []
    for case, written, seen in zip(cases, drawn.thoughts, bench.see(drawn.pictures), strict=True):
        layout = written.thought if written is not None else None
        holds = isinstance(layout, Scene) and _keeps(layout, *relation_of(case.rng(_SALT), case.scene))
        kept.append(holds)
        shown.append(holds and isinstance(layout, Scene) and placed(seen, layout))
    return [
        *group_lines("relation kept in the own thought", kept, groups),
        *group_lines("relation kept in the picture", shown, groups),
    ]


def _keeps(layout: Scene, first: Solid, second: Solid, side: Side) -> bool:
    found = [[solid for solid in layout.solids if solid.look == one.look] for one in (first, second)]
    return all(len(each) == 1 for each in found) and side_of(found[0][0], found[1][0]) == side


def _draw(bench: Bench, cases: Sequence[Case], prompts: Sequence[str], mode: Mode) -> _Drawn:
    sessions, thoughts = [], list[Written | None]()
    for case, prompt in zip(cases, prompts, strict=True):
        session, written = bench.session(), None
        session.read(prompt)
        if mode == "true thought":
            session.read(tell_scene(case.scene, case.language), as_thought=True)
        elif mode == "own thought":
            written = bench.think(session, Scene, case.number, TEMPERATURE)
        sessions.append(session)
        thoughts.append(written)
    frames = bench.draw(sessions, [case.number for case in cases])
    return _Drawn([each[0] for each in frames], thoughts)


def _exact(bench: Bench, drawn: _Drawn, scenes: Sequence[Scene]) -> list[bool]:
    return [is_exact(seen, scene) for seen, scene in zip(bench.see(drawn.pictures), scenes, strict=True)]


def _same_shapes(bench: Bench, drawn: _Drawn, scenes: Sequence[Scene]) -> list[bool]:
    return [
        Counter(one.shape for one in seen) == Counter(solid.shape for solid in scene.solids)
        for seen, scene in zip(bench.see(drawn.pictures), scenes, strict=True)
    ]


def _placed(
    bench: Bench, drawn: _Drawn, scenes: Sequence[Scene], mode: Mode, groups: Sequence[tuple[str, ...]]
) -> list[Line]:
    """Judge places by the thought that was drawn; without one, no place was told."""
    if mode == "no thought":
        return []
    seen, found, own = bench.see(drawn.pictures), [], []
    for index, scene in enumerate(scenes):
        written = drawn.thoughts[index]
        layout = scene if written is None else written.thought
        if isinstance(layout, Scene):
            found.append(placed(seen[index], layout))
            own.append(groups[index])
    return group_lines(f"placed as thought, {mode}", found, own)


def _thoughts(drawn: _Drawn, scenes: Sequence[Scene], groups: Sequence[tuple[str, ...]]) -> list[Line]:
    written = [one for one in drawn.thoughts if one is not None]
    readable = [isinstance(one.thought, Scene) for one in written]
    as_asked = [
        isinstance(one.thought, Scene)
        and Counter(solid.look for solid in one.thought.solids) == Counter(solid.look for solid in scene.solids)
        and one.thought.camera == scene.camera
        for one, scene in zip(written, scenes, strict=True)
    ]
    return [
        *group_lines("own thought can be read", readable, groups),
        *group_lines("own thought was redrawn", [one.redrawn for one in written], [()] * len(written)),
        *group_lines("own thought has the solids and camera asked for", as_asked, groups),
    ]


def _prompt(case: Case, kind: CaptionKind, phrasing: Phrasing) -> str:
    return caption(case.rng(_SALT), case.scene, case.language, kind, phrasing)


def _fits(case: Case, kind: CaptionKind) -> bool:
    """Tell whether a caption of a kind can be made of the scene, so that it does not fall back to a list."""
    shapes = [solid.shape for solid in case.scene.solids]
    if kind == "count":
        return len(set(shapes)) < len(shapes)
    if kind == "moved":
        told = _prompt(case, kind, "train")
        return "camera from" in told or "镜头在" in told
    return kind == "mirror" or len(shapes) > 1
