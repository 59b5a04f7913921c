"""The history of a turn from the command line: tree, comparison, branches, undo, merge, cherry-pick."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from agentvid.agent.agent import Agent, Turn
from agentvid.agent.answer import language_of
from agentvid.agent.document import prepare_folder, preview_document, turn_document
from agentvid.agent.history import HistoryNode
from agentvid.chain.diff import edits_between
from agentvid.cli.chain_edit import preview_lines
from agentvid.cli.out import write_json
from agentvid.cli.progress import Reporter
from agentvid.cli.show import print_chain
from agentvid.cli.turn import find_turn, read_only, serve_turn
from agentvid.errors import InputError
from agentvid.events import Emit
from agentvid.report.changes import conflict_words, diff_words
from agentvid.report.compare import Comparison

__all__ = [
    "go_to",
    "make_branch",
    "merge_in",
    "pick_from",
    "show_diff",
    "show_history",
    "step_back",
    "step_forward",
]

Side: TypeAlias = Literal["ours", "theirs"]


def show_history(*, session: str, turn: int | None, as_json: bool) -> int:
    """Print the tree of revisions."""

    async def work(agent: Agent) -> None:
        chosen = await find_turn(agent, session, turn)
        history = chosen.history()
        if as_json:
            nodes = [asdict(node) for node in history.nodes]
            names = {"session": session, "turn": chosen.number, "revision": chosen.revision}
            write_json({"status": "done", **names, "branch": history.branch, "revisions": nodes})
            return
        tree = Tree(f"[bold]{escape(session)}[/] turn {chosen.number}, branch {escape(history.branch)}")
        places: dict[int | None, Tree] = {None: tree}
        for node in history.nodes:
            places[node.n] = places.get(node.parent, tree).add(_node(node))
        Console().print(tree, highlight=False)

    return read_only(work)


def show_diff(a: str, b: str, *, session: str, turn: int | None, media: bool, out: Path | None, as_json: bool) -> int:
    """Print what differs between two revisions or branches; side-by-side media go to `out`."""
    if out is not None:
        prepare_folder(out)

    async def work(agent: Agent) -> None:
        chosen = await find_turn(agent, session, turn)
        one, two = _where(a), _where(b)
        found, language = chosen.diff(one, two), language_of(chosen.message.text)
        compared = await chosen.compare(one, two, language) if media else None
        plan = diff_words(found, language)
        files = _written(agent, compared, out) if compared is not None and out is not None else {}
        if as_json:
            told: dict[str, Any] = {"plan": plan, "diff": found.model_dump(mode="json")}
            told |= {"media": to_jsonable_python(compared)} if compared is not None else {}
            names = {"status": "done", "session": session, "turn": chosen.number}
            write_json({**names, "a": a, "b": b, **told, "files": files})
            return
        console = Console(soft_wrap=True)
        for line in compared.words() if compared is not None else plan or ["the plans are the same"]:
            console.print(escape(line), highlight=False)
        for path in files.values():
            console.print(f"[bold]{escape(path)}[/]", highlight=False)

    return read_only(work)


def make_branch(name: str, at: str | None, *, session: str, turn: int | None, as_json: bool) -> int:
    """Make a branch and go on it."""
    return _moved(lambda chosen: chosen.branch(name, None if at is None else _where(at)), session, turn, as_json)


def go_to(where: str, *, session: str, turn: int | None, run: bool, out: Path | None, as_json: bool) -> int:
    """Go on a branch, or to a revision."""
    if not run:
        return _moved(lambda chosen: chosen.checkout(_where(where)), session, turn, as_json)
    return _run(lambda chosen, emit: chosen.checkout(_where(where), run=True, emit=emit), session, turn, out, as_json)


def step_back(*, session: str, turn: int | None, run: bool, out: Path | None, as_json: bool) -> int:
    """Undo the last change."""
    if not run:
        return _moved(lambda chosen: chosen.undo(), session, turn, as_json)
    return _run(lambda chosen, emit: chosen.undo(run=True, emit=emit), session, turn, out, as_json)


def step_forward(*, session: str, turn: int | None, run: bool, out: Path | None, as_json: bool) -> int:
    """Redo what was undone."""
    if not run:
        return _moved(lambda chosen: chosen.redo(), session, turn, as_json)
    return _run(lambda chosen, emit: chosen.redo(run=True, emit=emit), session, turn, out, as_json)


def merge_in(
    other: str,
    choose: Sequence[str],
    *,
    session: str,
    turn: int | None,
    dry_run: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Merge a branch or revision into what is shown; with `dry_run` only tell what that gives."""
    chosen_sides = _choices(choose)
    if not dry_run:
        return _run(
            lambda chosen, emit: chosen.merge(_where(other), chosen_sides, emit=emit), session, turn, out, as_json
        )

    async def work(agent: Agent) -> None:
        chosen = await find_turn(agent, session, turn)
        nothing = chosen.nothing_to_merge(_where(other))
        merged = chosen.merged(_where(other), chosen_sides)
        language = language_of(chosen.message.text)
        conflicts = [{"id": one.id, "words": conflict_words(one, language)} for one in merged.conflicts]
        edits = edits_between(chosen.chain, merged.chain) if merged.chain is not None else []
        preview = chosen.preview(edits) if merged.chain is not None else None
        if as_json:
            chain = None if merged.chain is None else merged.chain.to_json()
            told = {"chain": chain, "conflicts": conflicts, "told": [nothing] if nothing else []}
            priced = preview_document(preview) if preview else None
            names = {"status": "done", "session": session, "turn": chosen.number, "revision": chosen.revision}
            write_json({**names, **told, "preview": priced, "dry_run": True})
            return
        console = Console(soft_wrap=True)
        for conflict in conflicts:
            console.print(f"[yellow]{conflict['id']}[/] {escape(conflict['words'])}", highlight=False)
        if not conflicts:
            console.print(escape(nothing) or "no conflicts", highlight=False)
        for line in () if nothing or preview is None else preview_lines(preview, language):
            console.print(escape(line), highlight=False)

    return read_only(work)


def pick_from(what: str, source: str, *, session: str, turn: int | None, out: Path | None, as_json: bool) -> int:
    """Take a step or a given value from another branch or revision, and run what that changes."""
    return _run(lambda chosen, emit: chosen.cherry_pick(what, _where(source), emit=emit), session, turn, out, as_json)


def _moved(move: Callable[[Turn], Awaitable[Turn]], session: str, turn: int | None, as_json: bool) -> int:
    async def work(agent: Agent) -> None:
        chosen = await move(await find_turn(agent, session, turn))
        if as_json:
            write_json(await turn_document(chosen, ran=False))
            return
        for line in chosen.told:
            Console(soft_wrap=True).print(escape(line), highlight=False)
        print_chain(chosen)

    return read_only(work)


def _run(
    do: Callable[[Turn, Emit], Awaitable[Turn]], session: str, turn: int | None, out: Path | None, as_json: bool
) -> int:
    async def work(agent: Agent, report: Reporter) -> Turn:
        chosen = await find_turn(agent, session, turn)
        report.session, report.turn = session, turn
        return await do(chosen, report.emit)

    return serve_turn(work, out=out, as_json=as_json)


def _where(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() else text


def _choices(choose: Sequence[str]) -> Side | dict[str, Side] | None:
    """Return what `--choose` says: one side for all, or a side by conflict.

    Raises: InputError where it is neither.
    """
    sides: dict[str, Side] = {}
    for text in choose:
        conflict, equals, side = text.rpartition("=")
        if side not in ("ours", "theirs") or (not equals and len(choose) > 1):
            raise InputError(f"--choose {text}", "ours, theirs, or CONFLICT=ours for each", "see `--dry-run`")
        if not equals:
            return "ours" if side == "ours" else "theirs"
        sides[conflict] = "ours" if side == "ours" else "theirs"
    return sides or None


def _written(agent: Agent, compared: Comparison, out: Path) -> dict[str, str]:
    """Write the pictures and clips of a comparison, and return their places."""
    out.mkdir(parents=True, exist_ok=True)
    places = {}
    for number, port in enumerate(compared.ports, 1):
        for kind, artifact in (("side-by-side", port.side_by_side), ("heat", port.heat)):
            if artifact is None:
                continue
            name = f"{port.a or number}-{kind}{_suffix(artifact.mime)}"
            (out / name).write_bytes(agent.store.path(artifact.artifact).read_bytes())
            places[f"{port.a or number} {kind}"] = str(out / name)
    return places


def _suffix(mime: str) -> str:
    return mimetypes.guess_extension(mime) or ""


def _node(node: HistoryNode) -> str:
    when = datetime.fromtimestamp(node.created).astimezone().strftime("%Y-%m-%d %H:%M")
    heads = f" [green]({', '.join(map(escape, node.heads))})[/]" if node.heads else ""
    mark = "[bold]●[/] " if node.is_current else ""
    merged = f" ⇐ {node.merged}" if node.merged is not None else ""
    return f"{mark}{node.n}{heads}{merged} [dim]{when} {node.author}, {node.status}[/] {escape(node.words)}"
