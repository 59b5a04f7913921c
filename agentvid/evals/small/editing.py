"""Edits: is the picture that of the changed scene, inside and outside the area that changes; against doing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.evals.small.bench import MODES, Bench, Line, Mode, Part, Pixels, Written, group_lines, strip
from agentvid.evals.small.cases import Case, groups_of
from agentvid.evals.small.likeness import grown, psnr, ssim
from agentvid.world.caption import instruct
from agentvid.world.edits import Add, Move, Recolour, Remove, Reshape, Resize
from agentvid.world.judge import is_exact, placed
from agentvid.world.language import tell_change

__all__ = ["measure"]

_SALT: Final = 2
_VISIBLE: Final = 6
_MARGIN: Final = 2
_CHANGES: Final[Any] = (Recolour, Reshape, Resize, Move, Add, Remove)


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Edit with own thought (greedy), true thought, none; and leave the picture as it is."""
    before, after = [case.picture for case in cases], [case.edited_picture for case in cases]
    scenes, groups = [case.edit.after for case in cases], _groups(cases)
    lines, rows, verdicts = list[Line](), [before, after], list[list[bool]]([[], []])
    for mode in MODES:
        drawn, thoughts = _draw(bench, cases, mode)
        seen = bench.see(drawn)
        exact = [is_exact(found, scene) for found, scene in zip(seen, scenes, strict=True)]
        lines += group_lines(f"exact, {mode}", exact, groups)
        lines += group_lines(
            f"placed, {mode}", [placed(found, scene) for found, scene in zip(seen, scenes, strict=True)], groups
        )
        lines += _likeness(cases, drawn, mode, groups)
        if mode == "own thought":
            right = [
                one is not None and one.thought == case.edit.change for one, case in zip(thoughts, cases, strict=True)
            ]
            lines += group_lines("own thought is the true one", right, groups)
            redrawn = [one is not None and one.redrawn for one in thoughts]
            lines += group_lines("own thought was redrawn", redrawn, [()] * len(cases))
        rows.append(drawn)
        verdicts.append(exact)
    copied = [is_exact(found, scene) for found, scene in zip(bench.see(before), scenes, strict=True)]
    true = [is_exact(found, scene) for found, scene in zip(bench.see(after), scenes, strict=True)]
    lines += group_lines("exact, nothing done", copied, groups) + group_lines("exact, true picture", true, groups)
    untouched = [psnr(case.picture, case.edited_picture, _changed(case)) for case in cases]
    lines += group_lines("PSNR inside the changed area, nothing done", untouched, groups, "dB")
    return Part(tuple(lines), strip(rows, verdicts), ("before", "true after", *MODES))


def _draw(bench: Bench, cases: Sequence[Case], mode: Mode) -> tuple[list[Pixels], list[Written | None]]:
    sessions, thoughts = [], list[Written | None]()
    for case in cases:
        session, written = bench.session(), None
        session.look(case.picture)
        session.read(instruct(case.rng(_SALT), case.scene, case.edit.change, case.language))
        if mode == "true thought":
            session.read(tell_change(case.edit.change, case.language), as_thought=True)
        elif mode == "own thought":
            written = bench.think(session, _CHANGES, case.number)
        sessions.append(session)
        thoughts.append(written)
    frames = bench.draw(sessions, [case.number for case in cases])
    return [each[0] for each in frames], thoughts


def _likeness(cases: Sequence[Case], drawn: Sequence[Pixels], mode: str, groups: list[tuple[str, ...]]) -> list[Line]:
    """Compare with the true picture inside the area that changes, and outside it."""
    inside = [_changed(case) for case in cases]
    outside = [~grown(mask, _MARGIN) for mask in inside]
    pairs = [(one, case.edited_picture) for one, case in zip(drawn, cases, strict=True)]
    in_db = [psnr(*pair, mask) for pair, mask in zip(pairs, inside, strict=True)]
    out_db = [psnr(*pair, mask) for pair, mask in zip(pairs, outside, strict=True)]
    out_ssim = [ssim(*pair, mask) for pair, mask in zip(pairs, outside, strict=True)]
    return [
        *group_lines(f"PSNR inside the changed area, {mode}", in_db, groups, "dB"),
        *group_lines(f"PSNR outside it, {mode}", out_db, groups, "dB"),
        *group_lines(f"SSIM outside it, {mode}", out_ssim, groups, "ratio"),
    ]


def _changed(case: Case) -> NDArray[np.bool_]:
    off = np.abs(case.picture.astype(np.int16) - case.edited_picture.astype(np.int16)).max(axis=-1)
    return np.asarray(off > _VISIBLE)


def _groups(cases: Sequence[Case]) -> list[tuple[str, ...]]:
    told = groups_of([case.scene for case in cases], [case.language for case in cases])
    return [(*own, type(case.edit.change).__name__.lower()) for own, case in zip(told, cases, strict=True)]
