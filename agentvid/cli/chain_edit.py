"""`agentvid chain edit`: change a chain by fields, by a file of edits, or in plain words; told first, then run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from agentvid.agent.agent import Agent, Turn
from agentvid.agent.answer import language_of
from agentvid.agent.document import turn_document
from agentvid.agent.set_words import read_sets
from agentvid.chain.edit import Edit, apply_all, load_edit
from agentvid.cli.out import write_json
from agentvid.cli.progress import Reporter, reporter
from agentvid.cli.turn import find_turn, read_only, serve_turn
from agentvid.errors import EditError, InputError
from agentvid.events import Emit, ignore
from agentvid.planner.rewrite import Checkout, Command, Redo, Undo
from agentvid.prompt import Language
from agentvid.run.preview import Preview

__all__ = ["edit_chain", "preview_document", "preview_lines"]

_LARGEST_FILE: Final = 4_000_000
_NO_EDITS: Final = {
    "question": "may mean several things",
    "refused": "can't be done",
    "nothing": "changes nothing",
    "command": "moves in the history, which runs nothing",
    "new": "asks for something new",
}


@dataclass
class _Wanted:
    """What the command line asks for: `sets` and `file` or `said`; what it comes to is found once the chain is read."""

    sets: Sequence[str]
    file: Path | None
    said: str
    told: list[str] = field(default_factory=list)

    async def edits(self, turn: Turn, emit: Emit = ignore) -> list[Edit]:
        """Return the typed edits.

        Raises: EditError, InputError where they can't be read, or the words ask back.
        """
        if self.said:
            return await self._by_words(turn, emit)
        edits = _of_file(self.file) if self.file is not None else []
        chain = apply_all(turn.chain, edits)
        return [*edits, *read_sets(self.sets, chain, turn.run, turn.agent.tools, turn.agent.store)]

    async def _by_words(self, turn: Turn, emit: Emit) -> list[Edit]:
        rewrite = await turn.suggest(self.said, emit=emit)
        if rewrite.kind != "edits":
            choices = "; ".join(choice.label for choice in rewrite.choices)
            expected = choices or rewrite.question or "a change of this chain; what is new is a new message"
            raise EditError(
                f"--say {self.said[:80]!r} {_NO_EDITS[rewrite.kind]}", expected, "say it otherwise, or --set"
            )
        self.told += [*rewrite.lines, *rewrite.notes]
        return list(rewrite.edits)


def edit_chain(
    *,
    session: str,
    turn: int | None,
    sets: Sequence[str],
    file: Path | None,
    said: str,
    planner: str | None = None,
    dry_run: bool,
    out: Path | None,
    tools: Sequence[Path],
    as_json: bool,
) -> int:
    """Make edits of a turn's chain and run what they change; with `dry_run` only tell what would run.

    Raises: InputError where nothing, or two things at once, are asked for; EditError where an edit does not fit.
    """
    if not (sets or file or said) or (said and (sets or file)):
        raise InputError(
            "no edit" if not said else "--say together with --set or --edits",
            "--set t1.s2.args.colour=green, --edits FILE.json, or --say TEXT",
            "see `agentvid chain edit --help`",
        )
    wanted = _Wanted(sets, file, said)
    if dry_run:
        return _tell_only(wanted, session, turn, planner, tools, as_json)
    found: dict[str, Any] = {}

    async def work(agent: Agent, report: Reporter) -> Turn:
        chosen = await find_turn(agent, session, turn)
        report.session = session
        command = chosen.propose(said).command if said else None
        if command is not None:
            return await _moved(chosen, command, report.emit)
        edits = await wanted.edits(chosen, report.emit)
        preview = chosen.preview(edits)
        found.update(preview=preview_document(preview), edits=[edit.model_dump(mode="json") for edit in edits])
        if not as_json:
            _print_preview(preview, wanted.told, language_of(chosen.message.text))
        return await chosen.edit(edits, emit=report.emit)

    return serve_turn(work, planner=planner, tools=tools, out=out, as_json=as_json, more=found)


async def _moved(turn: Turn, command: Command, emit: Emit) -> Turn:
    """Go back or forth in the history as words ask for, and run what is shown then (what was computed is kept)."""
    match command:
        case Undo():
            return await turn.undo(run=True, emit=emit)
        case Redo():
            return await turn.redo(run=True, emit=emit)
        case Checkout():
            return await turn.checkout(command.revision, run=True, emit=emit)


def _tell_only(
    wanted: _Wanted, session: str, turn: int | None, planner: str | None, tools: Sequence[Path], as_json: bool
) -> int:
    async def work(agent: Agent) -> None:
        chosen = await find_turn(agent, session, turn)
        with reporter(quiet=as_json) as report:
            edits = await wanted.edits(chosen, report.emit)
        preview = chosen.preview(edits)
        if not as_json:
            _print_preview(preview, wanted.told, language_of(chosen.message.text))
            return
        document = await turn_document(chosen)
        edited = apply_all(chosen.chain, edits)
        told = {"preview": preview_document(preview), "edits": [edit.model_dump(mode="json") for edit in edits]}
        write_json({**document, **told, "dry_run": True, "chain": edited.to_json(), "executed": [], "cached": []})

    return read_only(work, planner=planner, tools=tools)


def _of_file(file: Path) -> list[Edit]:
    """Read a JSON list of edits, or one; "-" is standard input.

    Raises: InputError naming the file; EditError naming the edit that can't be read.
    """
    try:
        if str(file) != "-" and file.stat().st_size > _LARGEST_FILE:
            raise InputError(f"--edits {file}: more than {_LARGEST_FILE} bytes", "a JSON list of edits")
        text = sys.stdin.read(_LARGEST_FILE) if str(file) == "-" else file.read_text(encoding="utf-8")
        told = json.loads(text)
    except OSError as error:
        raise InputError(f"--edits {file}: {error.strerror}", "a file with a JSON list of edits") from None
    except (ValueError, RecursionError) as error:
        form = '[{"edit": "set_arg", "step": "t1.s2", "name": "colour", "value": "green"}]'
        raise InputError(f"--edits {file}: no JSON ({str(error)[:80]})", form, "correct the file") from None
    return [load_edit(one) for one in (told if isinstance(told, list) else [told])]


def preview_document(preview: Preview) -> dict[str, Any]:
    """Return a preview as JSON: `stale` names steps, `why_stale` tells why, in English and Chinese."""
    told = preview.model_dump(mode="json")
    return {**told, "stale": [result.step for result in preview.stale], "why_stale": told["stale"]}


def _print_preview(preview: Preview, told: Sequence[str], language: Language) -> None:
    console = Console(soft_wrap=True)
    for line in told:
        console.print(f"[cyan]edit[/] {escape(line)}", highlight=False)
    for line in preview_lines(preview, language):
        console.print(escape(line), highlight=False)


def preview_lines(preview: Preview, language: Language) -> list[str]:
    """Return a preview in words: what runs, what perhaps, how long, at what cost, what becomes stale."""
    zh = language == "zh"
    joint, none = ("、", "无") if zh else (", ", "nothing")

    def named(steps: Sequence[str]) -> str:
        return joint.join(steps) or none

    low, high = preview.seconds
    seconds = f"{low:.1f}" if round(low, 1) == round(high, 1) else f"{low:.1f}–{high:.1f}"
    unknown = named(preview.seconds_unknown)
    lines = [f"会运行：{named(preview.certain)}" if zh else f"runs: {named(preview.certain)}"]
    if preview.possible:
        lines.append(f"可能运行：{named(preview.possible)}" if zh else f"may run: {named(preview.possible)}")
    lines.append(f"不再运行：{named(preview.cached)}" if zh else f"kept: {named(preview.cached)}")
    if preview.certain or preview.possible:
        lines.append(f"约 {seconds} 秒" if zh else f"about {seconds} s")
        if preview.seconds_unknown:
            lines[-1] += f"（{unknown} 还没有记录）" if zh else f" ({unknown} never ran here: not in it)"
    for cost in preview.costs:
        lines.append(
            f"费用 {cost.low:g}–{cost.high:g} {cost.currency}"
            if zh
            else f"costs {cost.low:g}–{cost.high:g} {cost.currency}"
        )
    for result in preview.stale:
        why = result.reason.zh if zh else result.reason.en
        lines.append(f"过时：{result.step}（{why}）" if zh else f"becomes stale: {result.step} ({why})")
    for fault in preview.failing:
        lines.append(f"{fault.step}: {fault.given}")
    return lines
