"""What the suites measure: messages on the media that ship or are given, and seeded scenes of the small world."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from agentvid.errors import InputError
from agentvid.evals.small.cases import Case, make_cases
from agentvid.planner.grammar.layout import composed
from agentvid.samples import CITY, COFFEE
from agentvid.world.caption import caption, instruct
from agentvid.world.edits import EDIT_KINDS, sample_edit
from agentvid.world.scene import Camera, Scene

__all__ = ["SUITES", "Suite", "SuiteCase", "given_media", "media_cases", "small_cases"]

Suite: TypeAlias = Literal["media", "small"]
SUITES: Final[tuple[Suite, ...]] = get_args(Suite)
SEED: Final = 1700
"""No scene that is trained on, watched in training or measured for the card has this seed."""
_MESSAGES: Final = Path(__file__).with_name("messages.json")
_SAMPLES: Final = {file.name: file for file in (COFFEE, CITY)}
_STILLS: Final = (".jpg", ".jpeg", ".png", ".webp")
_CLIPS: Final = (".mp4", ".mov", ".webm", ".mkv")
_ON_STILLS: Final = (
    ("blur", "blur the background"),
    ("background", "把背景换成黄色"),
    ("zoom", "zoom in on the main subject in two seconds"),
)
_ON_CLIPS: Final = (("future", "continue the clip for one second"),)
_DRAWN_ONLY: Final = 34
_DRAW, _EDIT = 1, 2
_WITHOUT_TURN: Final = len(EDIT_KINDS) - 1
"""Turning the camera is a view, and no claimed edit."""


@dataclass(frozen=True)
class SuiteCase:
    """Messages that are sent in one session, with files beside the first; the chain of the last one is measured.

    `question` is what is asked in place of the message's own, and a regular expression that its answer must match.
    `group` is what the case is counted under.
    """

    name: str
    suite: Suite
    texts: tuple[str, ...]
    file: Path | None = None
    group: str = ""
    question: tuple[str, str] | None = None

    @property
    def digest(self) -> str:
        """Digest of all that makes the case."""
        told: list[Any] = [self.name, self.suite, self.texts, self.question]
        told.append(hashlib.sha256(self.file.read_bytes()).hexdigest() if self.file else None)
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]


def media_cases(folder: Path | None = None) -> list[SuiteCase]:
    """Return the chains on the photo and the clip that ship, then those on the media of a folder.

    Raises: InputError where the folder holds no picture or clip.
    """
    told: list[dict[str, Any]] = json.loads(_MESSAGES.read_text(encoding="utf-8"))
    cases = [
        SuiteCase(
            name=message["name"],
            suite="media",
            texts=(message["text"],),
            file=_SAMPLES[message["file"]],
            group=message["file"],
            question=(message["question"][0], message["question"][1]) if "question" in message else None,
        )
        for message in told
    ]
    return cases + (list(given_media(folder)) if folder else [])


def given_media(folder: Path) -> Iterator[SuiteCase]:
    """Yield the chains on each picture and clip of a folder, by name.

    Raises: InputError where there is none.
    """
    files = sorted(file for file in folder.glob("*") if file.suffix.lower() in (*_STILLS, *_CLIPS))
    if not files:
        kinds = " ".join((*_STILLS, *_CLIPS))
        raise InputError(f"{folder} holds no picture or clip", f"files of {kinds}", "name another folder")
    for file in files:
        for name, text in _ON_CLIPS if file.suffix.lower() in _CLIPS else _ON_STILLS:
            yield SuiteCase(f"{file.stem}-{name}", "media", (text,), file, group="given media")


def small_cases(count: int, *, drawn: int, edited: int, seed: int = SEED) -> list[SuiteCase]:
    """Return `count` chains of the small world, seen from the front; two of three draw, the others edit a drawing.

    `drawn` and `edited` are up to how many solids the engine claims to draw and to edit from there.

    Raises: InputError where it claims neither.
    """
    if drawn < 1:
        raise InputError("an engine that claims to draw no solid", "weights whose card claims one", "train on")
    wanted_edits = count - round(count * _DRAWN_ONLY / 50) if edited else 0
    draws, edits = list[SuiteCase](), list[SuiteCase]()
    for case in _fitting(seed):
        solids = len(case.scene.solids)
        if len(edits) < wanted_edits and solids <= edited:
            edits.append(_small(case, "edit"))
        elif len(draws) < count - wanted_edits and solids <= drawn:
            draws.append(_small(case, "draw"))
        if len(draws) + len(edits) == count:
            break
    return draws + edits


def _fitting(seed: int) -> Iterator[Case]:
    batch = 64
    for start in range(0, 100 * batch, batch):
        cases: Sequence[Case] = make_cases(start + batch, seed)[start:]
        yield from (case for case in cases if case.scene.camera == Camera())


def _edit(case: Case, drawn: Scene) -> str:
    """Return an edit in words, of the scene as it is composed from words that leave places open."""
    rng = case.rng(_EDIT)
    kind = EDIT_KINDS[case.number % _WITHOUT_TURN]
    edit = sample_edit(rng, drawn, kind) or sample_edit(rng, drawn, "recolour")
    assert edit is not None
    return instruct(rng, drawn, edit.change, case.language)


def _small(case: Case, kind: Literal["draw", "edit"]) -> SuiteCase:
    texts = [caption(case.rng(_DRAW), case.scene, case.language)]
    if kind == "edit":
        texts.append(_edit(case, composed(texts[0], 0).scene))
    many = len(case.scene.solids)
    group = f"{kind}, {many} solid" + "s" * (many > 1)
    return SuiteCase(f"{kind}-{case.number}", "small", tuple(texts), group=group)
