"""The part of a turn's public face that is about its history: undo, redo, branches, merge, cherry-pick, comparing.

    await turn.branch("greener")                  # make it, and go on it
    await turn.edit([SetArg(step="t1.s3", name="colour", value="green")])
    await turn.checkout("main")
    await turn.merge("greener")
    print(turn.history().nodes[-1].words)

Moving never runs anything unless `run` is asked for, and never changes or removes a revision.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Self, TypeAlias

from agentvid.agent.answer import language_of
from agentvid.agent.drive import Revised
from agentvid.agent.history import (
    History,
    free_step_id,
    merge_of,
    merge_words,
    pick_words,
    require_merged,
    tree_of,
    where,
)
from agentvid.agent.shown import shown
from agentvid.agent.told import merge_told, move_told
from agentvid.chain.chain import Chain
from agentvid.chain.diff import ChainDiff, diff, edits_between
from agentvid.chain.merge import Choose, Merged
from agentvid.chain.pick import pick_edits
from agentvid.events import Emit, ignore
from agentvid.media.types import Artifact, Media
from agentvid.planner.rewrite import Checkout, Command, Redo, Undo
from agentvid.prompt import Language
from agentvid.report.compare import Comparison, Shown, compare
from agentvid.store import heads
from agentvid.store.rows import RevisionRow

if TYPE_CHECKING:
    from agentvid.agent.agent import Agent

__all__ = ["At", "TurnHistory"]

At: TypeAlias = str | int
"""A branch by its name, or a revision by its number."""


@dataclass(frozen=True)
class TurnHistory:
    """Undo, redo, branches and merges of one turn. Every write is refused while another process owns the session.

    `told` is what the last message, move or merge did to the chain that was there, in words; empty elsewhere.
    """

    agent: Agent
    session: str
    number: int
    told: tuple[str, ...] = field(default=(), compare=False)

    @property
    def on_branch(self) -> str:
        """The branch the turn is on."""
        return heads.branch_of(self.agent.log, self.session, self.number)

    def history(self) -> History:
        """Return all revisions as a tree: who wrote what when, on which branch, and how its run ended."""
        return tree_of(self.agent.log, self.session, self.number, self._language)

    def diff(self, a: At, b: At) -> ChainDiff:
        """Return what differs between the chains of two revisions or branches.

        Raises: InputError where there is no such revision or branch.
        """
        return diff(self._where(a).chain, self._where(b).chain)

    def free_step_id(self) -> str:
        """Return an id for a step to insert: no revision of this turn ever used it.

        Raises: InputError where nothing was planned yet.
        """
        chain = self._where(self.on_branch).chain
        return free_step_id(self.agent.log, self.session, self.number, chain)

    def merged(self, other: At, choose: Choose = None) -> Merged:
        """Return what a merge of another branch or revision would give, with its conflicts. Nothing is written.

        Raises: InputError where there is no such branch or revision; EditError where a choice does not fit.
        """
        return self._merge_of(self._where(self.on_branch), self._where(other), choose)

    async def compare(
        self, a: At | TurnHistory | Artifact, b: At | TurnHistory | Artifact, language: Language | None = None
    ) -> Comparison:
        """Compare two of: revisions and branches of this turn, turns as they are shown, pictures and clips.

        Their plans are told in words, what both answer is measured frame by frame and put side by side. `language`
        None: that of the message.

        Raises: InputError where there is no such revision or branch; StoreError where media are missing.
        """
        language = language or self._language
        one, two = self._shown(a, language), self._shown(b, language)
        return await asyncio.to_thread(compare, one, two, self.agent.store, language)

    async def undo(self, *, run: bool = False, emit: Emit = ignore) -> Self:
        """Show the revision before this one, with its run and answer. What is edited then is another child of it.

        Raises: InputError where this is the first revision.
        """
        return await self.move(Undo(), run=run, emit=emit)

    async def redo(self, *, run: bool = False, emit: Emit = ignore) -> Self:
        """Show the revision that `undo` left last from here.

        Raises: InputError where nothing was undone here.
        """
        return await self.move(Redo(), run=run, emit=emit)

    async def move(
        self, command: Command, *, run: bool = False, emit: Emit = ignore, language: Language | None = None
    ) -> Self:
        """Undo, redo, or go to a revision, as a command says that `propose` read; `told` says what was moved.

        Raises: InputError as `undo`, `redo` and `checkout`.
        """
        log, language = self.agent.log, language or self._language
        before = self._where(self.on_branch)
        to = {"undo": heads.undo, "redo": heads.redo}.get(command.command)
        if isinstance(command, Checkout):
            to = partial(heads.checkout, where=command.revision)
        assert to is not None
        await self.agent.driver.move(self.session, self.number, to, emit, run=run)
        rows, after = log.revisions(self.session, self.number), self._where(self.on_branch)
        return replace(self, told=(move_told(command, rows, before.n, after.n, language),))

    def moved_to(self, command: Command) -> Chain:
        """Return the chain that a command would show. Moves nothing.

        Raises: InputError as `undo`, `redo` and `checkout`.
        """
        if isinstance(command, Checkout):
            return self._where(command.revision).chain
        return heads.after_move(self.agent.log, self.session, self.number, command.command).chain

    async def branch(self, name: str, at: At | None = None, *, emit: Emit = ignore) -> Self:
        """Make a branch at a revision or another branch's head (None: at what is shown), and go on it.

        Raises: InputError where the name is taken or can't be one, or there is no such revision or branch.
        """
        n = None if at is None else self._where(at).n
        to = partial(heads.make_branch, name=name, at=n)
        await self.agent.driver.move(self.session, self.number, to, emit)
        return self

    async def checkout(self, where: At, *, run: bool = False, emit: Emit = ignore) -> Self:
        """Go on a branch, by name, or move to a revision, by number. See `store.heads.checkout`.

        Raises: InputError where there is no such branch or revision.
        """
        to = partial(heads.checkout, where=where)
        await self.agent.driver.move(self.session, self.number, to, emit, run=run)
        return self

    async def merge(self, other: At, choose: Choose = None, *, run: bool = True, emit: Emit = ignore) -> Self:
        """Merge another branch or revision into what is shown, as a new revision, and run what that changes.

        `choose` says per conflict, or for all, whether ours (what is shown) or theirs is taken. Where all of the other
        came in before, `told` says so, and nothing is written or run.

        Raises: MergeConflict, told in words, with nothing changed, where a conflict is not chosen; ChainError where
        the merged chain does not check.
        """

        nothing = self.nothing_to_merge(other)
        if nothing:
            return replace(self, told=(nothing,))

        def make(head: RevisionRow) -> Revised:
            theirs = self._where(other)
            merged = self._merge_of(head, theirs, choose)
            chain = require_merged(merged, self._language)
            note = merge_words(other, theirs.n, merged, self._language)
            return Revised(edits_between(head.chain, chain), note, theirs.n)

        await self.agent.driver.revise(self.session, self.number, make, emit, run=run)
        return self

    def nothing_to_merge(self, other: At) -> str:
        """Return in words why a merge of another branch or revision has nothing to do; "" where it has.

        Raises: InputError where there is no such branch or revision.
        """
        head, theirs = self._where(self.on_branch), self._where(other)
        if not heads.is_before(self.agent.log, self.session, self.number, theirs.n, head.n):
            return ""
        return merge_told(other, theirs.n, head.n, self._language)

    async def cherry_pick(self, what: str, source: At, *, run: bool = True, emit: Emit = ignore) -> Self:
        """Take a step ("t1.s3") or a given value ("t1.s1.box") of another branch or revision, as edits of this chain.

        Raises: EditError where there is no such thing, or it uses what this chain does not have.
        """

        def make(head: RevisionRow) -> Revised:
            row = self._where(source)
            return Revised(pick_edits(head.chain, row.chain, what), pick_words(what, row.n, self._language))

        await self.agent.driver.revise(self.session, self.number, make, emit, run=run)
        return self

    @property
    def _language(self) -> Language:
        return language_of(self.agent.log.turn(self.session, self.number).message["text"])

    def _shown(self, at: At | TurnHistory | Artifact, language: Language) -> Shown:
        if isinstance(at, Media):
            return Shown.of(at)
        zh = language == "zh"
        if isinstance(at, TurnHistory):
            row = at._where(at.on_branch)
            return shown(at.agent.log, row, f"第 {at.number} 轮" if zh else f"turn {at.number}")
        row = self._where(at)
        return shown(self.agent.log, row, f"修订 {row.n}" if zh else f"revision {row.n}")

    def _where(self, at: At) -> RevisionRow:
        return where(self.agent.log, self.session, self.number, at)

    def _merge_of(self, ours: RevisionRow, theirs: RevisionRow, choose: Choose) -> Merged:
        return merge_of(self.agent.log, self.session, self.number, ours, theirs, choose)
