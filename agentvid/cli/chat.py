"""`agentvid chat`: a conversation in the terminal. Every message becomes a chain, which the next ones may go on from.

Files are attached by naming them in a message (or dropping them on the terminal); commands begin with "/". What a
step waits for is asked for, a review shows the chain and its price and takes corrections in words, Ctrl-C stops the
running turn and keeps what is finished, Ctrl-D leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from agentvid.agent.agent import Agent, Session, Turn
from agentvid.agent.answer import language_of
from agentvid.agent.document import write_folder
from agentvid.agent.set_words import read_sets
from agentvid.agent.state import Review
from agentvid.chain.edit import Edit
from agentvid.cli.chain_edit import preview_lines
from agentvid.cli.progress import Reporter, reporter
from agentvid.cli.show import print_chain, print_outcome
from agentvid.cli.turn import RESULTS, read_review
from agentvid.errors import AgentvidError, InputError
from agentvid.planner.rewrite import Command, Redo, Rewrite, Undo
from agentvid.settings import load_settings
from agentvid.store.private import private_file, private_folder

__all__ = ["Ask", "Chat", "chat", "talk", "words_and_files"]

Ask = Callable[[str], Awaitable[str]]
"""Shows a prompt and returns what the person typed. Raises: EOFError where they leave."""

_HELP: Final = """\
[bold]/chain[/]              the chain of the last turn, with what each step found
[bold]/edit WORDS[/]         change the chain in words: /edit in step 3 use a darker blue
[bold]/set A=V …[/]          change fields: /set t1.s3.args.colour=green t1.s1.given.box=60,60,260,380
[bold]/undo /redo[/]         one step back or forth in the history of the chain
[bold]/review never|ask[/]   run at once, or show the chain and its price first
[bold]/attach FILE …[/]      take files along with the next message
[bold]/open[/]               where the report of the last turn lies
[bold]/help /quit[/]
Anything else is a message. Name files in it to attach them."""
_HISTORY: Final = 1000


@dataclass
class Chat:
    """A conversation that goes on: `files` come along with the next message."""

    session: Session
    review: Review
    out: Path
    ask: Ask
    console: Console
    report: Reporter
    engine: str | None = None
    files: list[str] = field(default_factory=list)

    # ------------------------------------------------------------ messages

    async def say(self, line: str) -> None:
        """Send one message and go on with its turn until it ends or nobody answers."""
        text, files = words_and_files(line)
        files = [*self.files, *files]
        if not text and not files:
            return
        if not text:
            self.files = files
            self.console.print(f"[dim]attached: {escape(', '.join(files))}; say what to do with it[/]", highlight=False)
            return
        turn = await self._stoppable(
            self.session.send(text, *files, review=self.review, engine=self.engine, emit=self.report.emit)
        )
        self.files = []
        if turn is not None:
            await self._go_on(turn)

    async def _stoppable(self, work: Awaitable[Turn]) -> Turn | None:
        """Let a turn run; Ctrl-C stops it, and what finished is kept."""
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            self.console.print("[yellow]stopped[/]; what finished is kept: say “go on”, or something else")
            return None
        finally:
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.remove_signal_handler(signal.SIGINT)

    async def _go_on(self, turn: Turn | None) -> None:
        while turn is not None:
            await self._show(turn)
            if turn.status != "waiting" or turn.chain.question:
                return
            turn = await (self._evidence(turn) if turn.waiting else self._approval(turn))

    async def _show(self, turn: Turn) -> None:
        folder = self.out / f"{turn.session}-t{turn.number}"
        if turn.chain.question and not turn.chain.steps:
            self.console.print(escape(turn.chain.question), highlight=False)
            return
        written = await write_folder(turn, folder) if turn.run.steps else None
        print_outcome(turn, folder if written else None)

    async def _evidence(self, turn: Turn) -> Turn | None:
        """Ask for what steps wait for; an empty answer leaves it."""
        given = {}
        for waits in turn.waiting:
            address = f"{waits.step}.{waits.port}"
            value = (await self.ask(f"{address} = ")).strip()
            if value:
                given[address] = value
        return await self._stoppable(turn.resume(given=given, emit=self.report.emit)) if given else None

    async def _approval(self, turn: Turn) -> Turn | None:
        """Show what would run, and take an approval, a refusal or corrections in words."""
        print_chain(turn)
        self._lines(preview_lines(turn.preview(), language_of(turn.message.text)))
        answer = (await self.ask("run it? [Y/n, or say what to change] ")).strip()
        if answer.lower() in ("", "y", "yes", "ok", "是", "好", "好的", "行", "可以", "运行"):
            return await self._stoppable(turn.approve(emit=self.report.emit))
        if answer.lower() in ("n", "no", "不", "不要", "否", "算了", "取消"):
            self.console.print("[dim]not run; it waits as it is[/]")
            return None
        return await self._corrected(turn, turn.propose(answer), run=False)

    async def _corrected(self, turn: Turn, rewrite: Rewrite, *, run: bool) -> Turn | None:
        if rewrite.command is not None:
            return await self._moved(turn, rewrite.command)
        if rewrite.kind != "edits":
            self.console.print(escape(rewrite.question or "that changes nothing here; say it as a new message"))
            self._lines([choice.label for choice in rewrite.choices])
            return turn if not run else None
        self._lines([*rewrite.lines, *rewrite.notes])
        return await self._edited(turn, list(rewrite.edits), run=run)

    async def _edited(self, turn: Turn, edits: list[Edit], *, run: bool) -> Turn | None:
        if run:
            self._lines(preview_lines(turn.preview(edits), language_of(turn.message.text)))
        return await self._stoppable(turn.edit(edits, run=run, emit=self.report.emit))

    async def _moved(self, turn: Turn, command: Command) -> Turn | None:
        return await self._stoppable(turn.move(command, run=True, emit=self.report.emit))

    def _lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.console.print(f"  [dim]{escape(line)}[/]", highlight=False)

    # ------------------------------------------------------------ commands

    async def command(self, line: str) -> bool:
        """Carry out a command; False where the person leaves.

        Raises: InputError naming a command that there is not; EditError, InputError of what it does.
        """
        name, _, rest = line[1:].partition(" ")
        rest = rest.strip()
        match name.lower():
            case "quit" | "exit" | "q":
                return False
            case "help" | "?" | "":
                self.console.print(_HELP)
            case "attach":
                _, files = words_and_files(rest)
                if not files:
                    raise InputError(f"/attach {rest[:80]!r}", "files that are there", "name one by its path")
                self.files += files
                self.console.print(f"[dim]attached: {escape(', '.join(self.files))}[/]", highlight=False)
            case "review":
                self.review = read_review(rest or "ask")
                self.console.print(f"[dim]review: {self.review}[/]")
            case "chain":
                print_chain(self.session.last_turn())
            case "open":
                turn = self.session.last_turn()
                self.console.print(str(self.out / f"{turn.session}-t{turn.number}" / "report.html"), highlight=False)
            case "undo" | "redo":
                turn = self.session.last_turn()
                await self._go_on(await self._moved(turn, Undo() if name.lower() == "undo" else Redo()))
            case "edit":
                turn = self.session.last_turn()
                await self._go_on(await self._corrected(turn, turn.propose(rest), run=True))
            case "set":
                turn = self.session.last_turn()
                edits = read_sets(shlex.split(rest), turn.chain, turn.run, turn.agent.tools, turn.agent.store)
                await self._go_on(await self._edited(turn, edits, run=True))
            case _:
                raise InputError(f"/{name}", "a command", "see /help")
        return True


def words_and_files(line: str) -> tuple[str, list[str]]:
    """Split a message into its words and the files it names; a path may be quoted, escaped, or a file:// address."""
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
        lexer.whitespace_split, lexer.quotes, lexer.commenters = True, "\"'" if _is_balanced(line) else "", ""
        pieces = list(lexer)
    except ValueError:
        pieces = line.split()
    files = [path for piece in pieces if (path := _file(piece))]
    if not files:
        return line.strip(), []
    return " ".join(piece for piece in pieces if not _file(piece)).strip(), files


def _is_balanced(line: str) -> bool:
    """Whether quotes in a line can enclose paths: an apostrophe ("don't") is none."""
    return line.count('"') % 2 == 0 and line.count("'") % 2 == 0


def _file(piece: str) -> str:
    path = piece.removeprefix("file://")
    if not path or (not Path(path).suffix and "/" not in path):
        return ""
    with contextlib.suppress(OSError, ValueError):
        return path if Path(path).expanduser().is_file() else ""
    return ""


def chat(
    *,
    files: Sequence[str],
    session: str | None,
    out: Path | None,
    planner: str | None,
    engine: str | None,
    review: str | None,
    tools: Sequence[Path],
) -> int:
    """Talk until the person leaves; every turn's results are written to a folder of its own."""
    policy = read_review(review)

    async def whole() -> None:
        console = Console()
        with reporter(quiet=False) as report:
            async with Agent(planner=planner, tools=tools) as agent:
                opened = await agent.session(session)
                report.session = opened.name
                held = Chat(opened, policy, out or RESULTS, _ask, console, report, engine, list(files))
                turns = len(opened.turns())
                told = f"turn {turns + 1}" if turns else "a new conversation"
                console.print(f"[bold]{opened.name}[/], {told}. /help for commands, Ctrl-D to leave.", highlight=False)
                await talk(held)
                console.print(f"\n[dim]to go on: agentvid chat --session {opened.name}[/]", highlight=False)

    with _line_history():
        asyncio.run(whole())
    return 0


async def talk(chat: Chat) -> None:
    """Take lines until the person leaves; what goes wrong is told, and the conversation goes on."""
    while True:
        try:
            line = (await chat.ask("› ")).strip()
        except EOFError:
            return
        try:
            if line.startswith("/") and not _file(shlex.split(line)[0] if _is_balanced(line) else line.split()[0]):
                if not await chat.command(line):
                    return
            elif line:
                await chat.say(line)
        except EOFError:
            return
        except AgentvidError as error:
            chat.console.print(f"[red]{escape(str(error))}[/]", highlight=False)


async def _ask(prompt: str) -> str:
    """Ask on the terminal; nothing else happens meanwhile, and Ctrl-C takes back what was typed."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _typed(prompt)
    except KeyboardInterrupt:
        print()
        return ""
    finally:
        signal.signal(signal.SIGINT, before)


def _typed(prompt: str) -> str:
    return input(prompt)


@contextlib.contextmanager
def _line_history() -> Iterator[None]:
    """Keep what was typed for the arrow keys, across conversations, where the terminal can."""
    try:
        import readline
    except ImportError:
        yield
        return
    kept = load_settings().home / "chat_history"
    if sys.stdin.isatty():
        with contextlib.suppress(OSError):
            readline.read_history_file(kept)
    try:
        yield
    finally:
        if sys.stdin.isatty():
            readline.set_history_length(_HISTORY)
            with contextlib.suppress(OSError):
                private_folder(kept.parent)
                private_file(kept)
                readline.write_history_file(kept)
