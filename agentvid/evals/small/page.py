"""The report as one self-contained page: figures with their intervals, and sheets of what was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agentvid.evals.template_page import inlined, write_template

__all__ = ["PAGE", "write_page"]

PAGE: Final = "index.html"
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "ceiling": ("What can be reached", "The judge on true frames, and on frames through the autoencoder."),
    "text_to_image": ("Text to image", "Own layout thought, the true one, none. Exact: just the asked-for solids."),
    "phrasing": ("Untrained phrasings", "Own thoughts, words that training never used."),
    "inferred": ("Inferred layouts", "What follows from a relation, a count, a mirror image, a move."),
    "edit": ("Edits", "Against the true picture, inside and outside the area that changes."),
    "follow": ("Following an edited thought", "One attribute of the thought is changed, the noise stays the same."),
    "view": ("Novel views", "From another camera; PSNR over copying; the pose that the picture shows."),
    "loop": ("There and back, once about the stage", "Each view drawn from the one before."),
    "caption": ("Captions", "What is there, and where."),
    "question": ("Questions", "Short answers, word for word."),
    "future": ("What comes next", "15 frames after the first, against standing still and constant speed."),
    "text_to_video": ("Text to video", "A caption and an action become a whole clip."),
    "go_on": ("What is seen goes on", "After four frames, no action told, against standing still and constant speed."),
    "turntable": ("Turntables", "All views about the stage together, from a picture or from words."),
    "walk": ("Walks", "On from one picture at eye level: where each frame is seen from; there and back."),
    "map_to_view": ("Along a path on a map", "What is seen on the way; and where another path is drawn than told."),
    "plan": ("Plans", "The chain for untrained wordings, against that of the offline planner."),
}


@dataclass(frozen=True)
class _Cell:
    text: str = ""
    interval: str = ""
    n: int = 0
    share: float | None = None


@dataclass(frozen=True)
class _Section:
    name: str
    title: str
    words: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[_Cell, ...]], ...]
    sheet: str
    sheet_rows: tuple[str, ...]
    not_measured: str
    seconds: float


def write_page(out: Path, document: Mapping[str, Any]) -> None:
    """Write index.html for a document of `runner.run`."""
    titles = {name: title for name, (title, _) in _TITLES.items()}
    write_template(
        *(out, PAGE, Path(__file__).parent),
        facts=document["facts"],
        claims={titles[task]: levels for task, levels in document["claims"].items()},
        sections=[_section(out, name, told) for name, told in document["tasks"].items()],
    )


def _section(out: Path, name: str, told: Mapping[str, Any]) -> _Section:
    lines = told["lines"]
    groups = tuple(dict.fromkeys(line["group"] for line in lines))
    names = dict.fromkeys(line["name"] for line in lines)
    cells = {(line["name"], line["group"]): _cell(line["figure"]) for line in lines}
    title, words = _TITLES[name]
    return _Section(
        name=name,
        title=title,
        words=words,
        groups=groups,
        rows=tuple((each, tuple(cells.get((each, group), _Cell()) for group in groups)) for each in names),
        sheet=inlined(out / told["sheet"]) if told["sheet"] else "",
        sheet_rows=tuple(told["rows"]),
        not_measured=told["not_measured"],
        seconds=told["seconds"],
    )


def _cell(figure: Mapping[str, Any]) -> _Cell:
    value, low, high, n = (figure[name] for name in ("value", "low", "high", "n"))
    if value is None:
        return _Cell("–", "", n)
    if figure["kind"] == "rate":
        return _Cell(f"{value:.3f}", f"{low:.2f}–{high:.2f}", n, value)
    unit = {"dB": " dB", "deg": "°", "grey": "", "ratio": "", "s": " s", "steps": " steps"}[figure["unit"]]
    digits = 3 if figure["unit"] == "ratio" else 2
    interval = "" if low is None or high is None else f"{low:.{digits}f}–{high:.{digits}f}"
    return _Cell(f"{value:.{digits}f}{unit}", interval, n)
