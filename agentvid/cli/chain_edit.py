"""`agentvid chain edit`: change a chain by fields, by a file of edits, or in plain words; told first, then run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from agentvid.agent.agent import Agent, Turn
from agentvid.agent.answer import language_of
from agentvid.agent.document import preview_document, turn_document
from agentvid.agent.follow import follow
from agentvid.agent.propose import require_edits
from agentvid.agent.set_words import respelled, turn_edits
from agentvid.chain.diff import edits_between
from agentvid.chain.edit import Edit, apply_all, load_edit
from agentvid.cli.out import write_json
from agentvid.cli.progress import Reporter, reporter
from agentvid.cli.turn import find_turn, read_only, serve_turn
from agentvid.errors import EditError, InputError
from agentvid.events import Emit, ignore
from agentvid.media.message import parse_text
from agentvid.planner.grammar.split import LONGEST_MESSAGE
from agentvid.planner.rewrite import Rewrite
from agentvid.prompt import Language
from agentvid.report.edits import edit_lines
from agentvid.run.preview import Preview

__all__ = ["edit_chain", "preview_lines"]

_LARGEST_FILE: Final = 4_000_000


@dataclass(frozen=True)
class _Asked:
    """What is asked of one chain: edits, in `lines` for a person; `rewrite` is how words were read."""

    edits: list[Edit]
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    rewrite: Rewrite | None = None

    def document(self, preview: Preview) -> dict[str, Any]:
        command = self.rewrite.command if self.rewrite else None
        return {
            "preview": preview_document(preview),
            "edits": [] if command else [edit.model_dump(mode="json") for edit in self.edits],
            "lines": list(self.lines),
            "notes": list(self.notes),
            "command": command.model_dump(mode="json") if command else None,
        }


@dataclass(frozen=True)
class _Wanted:
    """What the command line asks for: `sets` and `file`, or words that were `said`."""

    sets: Sequence[str]
    file: Path | None
    said: str | None

    async def of(self, turn: Turn, emit: Emit = ignore) -> _Asked:
        """Read it against a turn's chain.

        Raises: EditError, InputError where it can't be read, or the words may mean several things.
        """
        if self.said is not None:
            return await self._by_words(turn, self.said, emit)
        typed = _of_file(self.file) if self.file is not None else []
        edits, notes = respelled(typed, turn.chain, turn.agent.tools)
        edits += turn_edits(turn, self.sets, apply_all(turn.chain, edits), notes)
        return _Asked(edits, edit_lines(turn.chain, edits, language_of(turn.message.text)), tuple(notes))

    async def _by_words(self, turn: Turn, said: str, emit: Emit) -> _Asked:
        rewrite = await turn.suggest(said, emit=emit)
        if rewrite.command is not None:
            edits = edits_between(turn.chain, turn.moved_to(rewrite.command))
            return _Asked(edits, (), rewrite.notes, rewrite)
        if rewrite.kind == "new":
            raise EditError(
                f"--say {said[:80]!r} asks for something new, or is not understood as a change of this chain",
                "a change of this chain: another colour, thing, box, length, seed; a step left out; undo",
                "say it otherwise, use --set; what is new is a message: agentvid run TEXT --session SESSION",
            )
        if rewrite.kind == "nothing":
            return _Asked([], (), (rewrite.question,), rewrite)
        return _Asked(list(require_edits(rewrite).edits), rewrite.lines, rewrite.notes, rewrite)


def edit_chain(
    *,
    session: str,
    turn: int | None,
    sets: Sequence[str],
    file: Path | None,
    said: str | None,
    planner: str | None = None,
    dry_run: bool,
    out: Path | None,
    tools: Sequence[Path],
    as_json: bool,
) -> int:
    """Make edits of a turn's chain and run what they change; with `dry_run` only tell what would run.

    Raises: InputError where nothing, or two things at once, are asked for; EditError where an edit does not fit.
    """
    if not (sets or file or said is not None) or (said is not None and (sets or file)):
        raise InputError(
            "no edit" if said is None else "--say together with --set or --edits",
            "--set t1.s2.args.colour=green, --edits FILE.json, or --say TEXT",
            "see `agentvid chain edit --help`",
        )
    wanted = _Wanted(sets, file, _readable(said) if said is not None else None)
    if dry_run:
        return _tell_only(wanted, session, turn, planner, tools, as_json)
    found: dict[str, Any] = {}

    async def work(agent: Agent, report: Reporter) -> Turn:
        chosen = await find_turn(agent, session, turn)
        report.session, report.turn = session, turn
        asked = await wanted.of(chosen, report.emit)
        preview = chosen.preview(asked.edits)
        found.update(asked.document(preview))
        if not as_json:
            _print_preview(preview, asked, language_of(chosen.message.text))
        if asked.rewrite is not None and wanted.said is not None:
            followed = await follow(chosen, asked.rewrite, wanted.said, report.emit, review="never")
            return followed if as_json or asked.rewrite.command else replace(followed, told=())
        return await chosen.edit(asked.edits, emit=report.emit)

    return serve_turn(work, planner=planner, tools=tools, out=out, as_json=as_json, more=found)


def _readable(said: str) -> str:
    """Return words as a message is read.

    Raises: InputError where there are none, or more than the rules read.
    """
    if len(text := parse_text(said)) > LONGEST_MESSAGE:
        raise InputError(f"--say of {len(text)} characters", f"at most {LONGEST_MESSAGE}", "say it shorter, or --edits")
    return text


def _tell_only(
    wanted: _Wanted, session: str, turn: int | None, planner: str | None, tools: Sequence[Path], as_json: bool
) -> int:
    async def work(agent: Agent) -> None:
        chosen = await find_turn(agent, session, turn)
        with reporter(quiet=as_json) as report:
            asked = await wanted.of(chosen, report.emit)
        preview = chosen.preview(asked.edits)
        if not as_json:
            _print_preview(preview, asked, language_of(chosen.message.text))
            return
        document = await turn_document(chosen)
        edited = apply_all(chosen.chain, asked.edits)
        none: dict[str, Any] = {"dry_run": True, "chain": edited.to_json(), "executed": [], "cached": []}
        write_json({**document, **asked.document(preview), **none})

    return read_only(work, planner=planner, tools=tools)


def _of_file(file: Path) -> list[Edit]:
    """Read a JSON list of edits, or one; "-" is standard input.

    Raises: InputError naming the file; EditError naming the edit that can't be read.
    """
    try:
        if str(file) != "-" and file.stat().st_size > _LARGEST_FILE:
            raise InputError(f"--edits {file}: more than {_LARGEST_FILE} bytes", "a JSON list of edits", "split it")
        text = sys.stdin.read(_LARGEST_FILE) if str(file) == "-" else file.read_text(encoding="utf-8")
        told = json.loads(text)
    except OSError as error:
        told = f"--edits {file}: {error.strerror}"
        raise InputError(told, "a file with a JSON list of edits", "check the path") from None
    except (ValueError, RecursionError) as error:
        form = '[{"edit": "set_arg", "step": "t1.s2", "name": "colour", "value": "green"}]'
        raise InputError(f"--edits {file}: no JSON ({str(error)[:80]})", form, "correct the file") from None
    return [load_edit(one) for one in (told if isinstance(told, list) else [told])]


def _print_preview(preview: Preview, asked: _Asked, language: Language) -> None:
    console = Console(soft_wrap=True)
    for line in asked.lines:
        console.print(f"[cyan]edit[/] {escape(line)}", highlight=False)
    for line in asked.notes:
        console.print(f"[yellow]note[/] {escape(line)}", highlight=False)
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
