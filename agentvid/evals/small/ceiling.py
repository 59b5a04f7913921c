"""What can be reached at all: the judge on true frames, and on what the autoencoder makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from agentvid.evals.small.bench import Bench, Line, Part, Pixels, group_lines, strip
from agentvid.evals.small.cases import Case, groups_of, make_cases
from agentvid.evals.small.likeness import psnr
from agentvid.world.judge import is_exact, placed
from agentvid.world.scene import Scene

__all__ = ["measure"]

_NEW_PAIRS = 4
"""One scene with a new pair of colour and shape for so many held-out ones."""


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Judge true frames, those through the codec, and those with pairs of colour and shape that were never trained."""
    scenes, pictures = [case.scene for case in cases], [case.picture for case in cases]
    rebuilt = bench.through_codec(pictures)
    lines = _judged(bench, "true frames", scenes, pictures)
    lines += _judged(bench, "through the autoencoder", scenes, rebuilt)
    quality = [psnr(one, two) for one, two in zip(rebuilt, pictures, strict=True)]
    lines += group_lines("PSNR through the autoencoder", quality, groups_of(scenes), "dB")
    pairs = make_cases(max(1, len(cases) // _NEW_PAIRS), bench.seed, "new_pair")
    lines += _judged(bench, "true frames, new pairs", [case.scene for case in pairs], [case.picture for case in pairs])
    verdicts = [[is_exact(s, c) for s, c in zip(bench.see(row), scenes, strict=True)] for row in (pictures, rebuilt)]
    return Part(tuple(lines), strip([pictures, rebuilt], verdicts), ("true", "through the autoencoder"))


def _judged(bench: Bench, name: str, scenes: Sequence[Scene], pictures: Sequence[Pixels]) -> list[Line]:
    seen, groups = bench.see(pictures), groups_of(scenes)
    exact = [is_exact(found, scene) for found, scene in zip(seen, scenes, strict=True)]
    there = [placed(found, scene) for found, scene in zip(seen, scenes, strict=True)]
    return [*group_lines(f"exact, {name}", exact, groups), *group_lines(f"placed, {name}", there, groups)]
