"""The self-contained page of one turn: everything inlined, nothing fetched, nothing run but its own script.

A content security policy allows exactly the inlined style sheet and script (by digest), data URIs, and clips beside
the page. All text is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agentvid.chain.step import Ref, Step, as_ref
from agentvid.media.colours import named_colour
from agentvid.media.types import Media, dump_value, load_artifact, load_value
from agentvid.report.chinese import said
from agentvid.report.describe import operation_title, value_words
from agentvid.report.evidence import Correction, Row, correction, pictures, rows
from agentvid.report.graph import chain_svg
from agentvid.report.media_view import Medium, Showcase
from agentvid.report.record import AnswerPart, Check, ToolFacts, TurnRecord
from agentvid.report.shelf import CLIP_BUDGET, Shelf
from agentvid.report.words import ALL, money, port_label, seconds, tool_title

if TYPE_CHECKING:
    from agentvid.store.objects import ObjectStore

__all__ = ["render"]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ENGINE: Final = re.compile(r"(?P<name>[^@]+)@(?P<version>.*?)(?: \((?P<state>[^)]*)\))?")


@dataclass(frozen=True)
class _Engine:
    name: str
    version: str
    state: str

    @property
    def is_unproven(self) -> bool:
        return self.state == "unproven"


@dataclass(frozen=True)
class _Item:
    """One value of an argument: a reference (`href`, "" in an earlier turn), a thumbnail, a colour, or words."""

    text: str = ""
    step: str = ""
    href: str = ""
    colour: str = ""
    thumbnail: Medium | None = None


@dataclass(frozen=True)
class _Argument:
    label: str
    items: tuple[_Item, ...]


@dataclass(frozen=True)
class _Card:
    """A step as the page shows it."""

    id: str
    title: str
    tool: str
    summary: str
    thought: str
    status: str
    engines: tuple[_Engine, ...]
    took: str
    cost: str
    tags: tuple[str, ...]
    arguments: tuple[_Argument, ...]
    pictures: tuple[Medium, ...]
    rows: tuple[Row, ...]
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]
    error: Mapping[str, str] | None
    waits: str
    waits_correction: Correction | None
    raw: str


@dataclass(frozen=True)
class _Answer:
    text: str
    medium: Medium | None


def render(
    record: TurnRecord, store: ObjectStore, files: Mapping[str, str] | None = None, clip_budget: int = CLIP_BUDGET
) -> str:
    """Return the page as HTML text, in the record's language.

    `files` names the files that lie beside the page, by sha256: what is too large to embed is linked there. Media that
    are no longer in the store are told as such, in their place.
    """
    words = ALL[record.language]
    show = Showcase(record, Shelf(store, files or {}, clip_budget))
    answers = [_answer(show, part, number) for number, part in enumerate(record.answer, start=1)]
    style, script = _asset("report.css"), _asset("report.js")
    html: str = _template().render(
        record=record,
        words=words,
        policy=_policy(style, script),
        style=style,
        script=script,
        title=words["title"].format(session=record.session, turn=record.turn),
        message=[(part.text, _thumbnail(show, part.artifact, part.name)) for part in record.message],
        answers=answers,
        is_pair=sum(answer.medium is not None for answer in answers) > 1,
        facts=_facts(record),
        engines=_all_engines(record),
        cards=[_card(show, step) for step in record.chain],
        map=chain_svg(record),
        chain_file=files is not None,
        author=lambda name: words.get(f"author_{name}", name),
    )
    return html


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


@cache
def _asset(name: str) -> Markup:
    """Return an inlined file. It is ours: the one text, besides drawings, that is not escaped."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    return (
        "default-src 'none'; img-src data:; media-src data: 'self'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    """Return the source expression of an inlined text. Source: W3C Content Security Policy Level 3, section 2.3.1."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# ---------------------------------------------------------------- message, answer, totals


def _thumbnail(show: Showcase, artifact: Media | None, name: str) -> Medium | None:
    return show.thumbnail(artifact, name) if artifact is not None else None


def _answer(show: Showcase, part: AnswerPart, number: int) -> _Answer:
    if part.artifact is None:
        return _Answer(part.text, None)
    ref = part.ref or show.record.origin(part.artifact)
    step = show.record.chain.step(ref.step) if ref and show.record.chain.has(ref.step) else None
    caption = part.caption or part.text or (tool_title(step.tool, show.record.language) if step else "")
    return _Answer("", show.answer(part.artifact, caption, number, ref))


def _facts(record: TurnRecord) -> list[tuple[str, str]]:
    """Return what the run took, as (number, word)."""
    words, totals = ALL[record.language], record.totals
    facts = [(str(len(totals.executed)), words["ran"]), (str(len(totals.cached)), words["reused"])]
    facts.append((seconds(totals.seconds, record.language), words["took"]))
    facts.append((money(totals.cost, totals.currency, record.language), words["cost"]))
    return facts


def _all_engines(record: TurnRecord) -> list[_Engine]:
    runs = [record.step_run(step.id) for step in record.chain]
    return list(dict.fromkeys(engine for run in runs for engine in _engines(run.engines)))


def _engines(named: Mapping[str, str]) -> tuple[_Engine, ...]:
    found = []
    for text in dict.fromkeys(named.values()):
        match = _ENGINE.fullmatch(text)
        found.append(_Engine(match["name"], match["version"], match["state"] or "") if match else _Engine(text, "", ""))
    return tuple(found)


# ---------------------------------------------------------------- a step


def _card(show: Showcase, step: Step) -> _Card:
    record, run = show.record, show.record.step_run(step.id)
    waits = run.waits if run.status == "waiting" else None
    shown = tuple(pictures(show, step))
    return _Card(
        id=step.id,
        title=tool_title(step.tool, record.language),
        tool=step.tool,
        summary=record.tools.get(step.tool, ToolFacts()).summary,
        thought=step.thought,
        status=run.status,
        engines=_engines(run.engines),
        took=seconds(run.seconds, record.language) if run.executed and run.seconds >= 0.005 else "",
        cost=money(run.cost, run.currency, record.language) if run.cost else "",
        tags=_tags(show, step),
        arguments=_arguments(show, step),
        pictures=shown,
        rows=tuple(rows(show, step)),
        checks=tuple(check for check in record.checks if check.step == step.id),
        warnings=tuple(said(warning, record.language) for warning in run.warnings),
        error=run.error if run.status in ("failed", "cancelled") else None,
        waits=waits.how if waits else "",
        waits_correction=correction(show, step, waits.port, None) if waits else None,
        raw=json.dumps(
            {"step": step.model_dump(mode="json"), "run": run.model_dump(mode="json")}, ensure_ascii=False, indent=2
        ),
    )


def _tags(show: Showcase, step: Step) -> tuple[str, ...]:
    tags = []
    if step.engine:
        tags.append(show.words["wanted"].format(engine=step.engine))
    if step.seed:
        tags.append(show.words["seed"].format(seed=step.seed))
    if step.pinned:
        tags.append(show.words["pinned"])
    return tuple(tags)


def _arguments(show: Showcase, step: Step) -> tuple[_Argument, ...]:
    """Return the arguments to tell. One that came out on the port of its name unchanged is told there."""
    told = {found.port: dump_value(found.value) for found in show.record.found(step)}
    return tuple(
        _argument(show, step, name, value)
        for name, value in step.args.items()
        if value not in (None, "") and (as_ref(value) is not None or told.get(name) != value)
    )


def _argument(show: Showcase, step: Step, name: str, value: Any) -> _Argument:
    values = value if isinstance(value, list) else [value]
    items = tuple(_item(show, step, name, item) for item in values)
    return _Argument(port_label(name, show.record.language), items)


def _item(show: Showcase, step: Step, name: str, value: Any) -> _Item:
    language = show.record.language
    ref = as_ref(value)
    if ref is not None:
        return _reference(show, ref)
    if isinstance(value, dict) and "artifact" in value:
        return _named_media(show, value)
    if isinstance(value, str):
        colour = named_colour(value) if name == "colour" else None
        text = operation_title(value, language) if name == "operation" else value
        return _Item(text=text, colour=colour or "")
    return _Item(text=_literal(show, step, name, value))


def _reference(show: Showcase, ref: Ref) -> _Item:
    label = port_label(ref.port, show.record.language)
    if show.record.chain.has(ref.step):
        return _Item(text=label, step=ref.step, href=f"#{ref.step}")
    return _Item(text=f"{label} · {show.words['earlier']}", step=ref.step)


def _named_media(show: Showcase, value: Mapping[str, Any]) -> _Item:
    media = load_artifact(value)
    name = next((p.name for p in show.record.message if p.artifact and p.artifact.artifact == media.artifact), "")
    name = name or value_words(media, show.record.language)
    return _Item(text=name, thumbnail=show.thumbnail(media, name))


def _literal(show: Showcase, step: Step, name: str, value: Any) -> str:
    """Return small JSON in words where the tool says which type it is; else as JSON."""
    if isinstance(value, int | float):
        return value_words(value, show.record.language)
    type_name = show.record.tools.get(step.tool, ToolFacts()).parameters.get(name)
    words = value_words(load_value(type_name, value), show.record.language) if type_name else ""
    return words or json.dumps(value, ensure_ascii=False)
