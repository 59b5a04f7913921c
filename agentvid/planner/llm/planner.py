"""The planner that asks a chat model: a chain as JSON, thoughts as they are written, one round to repair it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.errors import InputError, PlanError
from agentvid.events import Emit, Warned
from agentvid.planner import EditAsk, PlanRequest
from agentvid.planner.check import Problem
from agentvid.planner.grammar.lexicon import detect_language
from agentvid.planner.llm.asking import Asker, Question
from agentvid.planner.llm.endpoint import Endpoint
from agentvid.planner.llm.partial import Thoughts
from agentvid.planner.llm.patience import Sleep
from agentvid.planner.llm.prompt import ask_for_chain, ask_for_edits, ask_to_repair
from agentvid.planner.llm.read import read_chain, read_edits
from agentvid.planner.llm.wire import Piece, Reply, Trouble
from agentvid.planner.rewrite.rewriting import Rewrite
from agentvid.plugins import load_tools
from agentvid.report.edits import edit_lines
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

__all__ = ["MOST_CHARACTERS", "LlmPlanner"]

MOST_CHARACTERS: Final = 20_000
"""Length of a message."""
_TOLD: Final = 4
"""Problems that an error tells in full."""


class LlmPlanner:
    """Writes chains, and edits of chains, by asking an OpenAI-style chat endpoint.

    `tools` are those it plans with (default: the built-in ones); `store` is where previews are read from, needed for
    `endpoint.vision` alone; `sleep` waits between tries.

    What a model writes is a draft: it is checked, and shown to a person who can change it, before anything runs.
    It was run against local servers of that wire only, never against a vendor.
    """

    name = "llm"

    def __init__(
        self,
        endpoint: Endpoint,
        tools: Mapping[str, ToolSpec] | None = None,
        *,
        store: ObjectStore | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.endpoint = endpoint
        self._tools = dict(tools) if tools is not None else load_tools()
        self._store = store
        self._asker = Asker(endpoint, sleep)

    async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
        """Return a chain that checks, or one that holds only a question back; emits thoughts as they are written.

        Raises: InputError where the message is too long; PlanError, with the draft, where no chain checks after one
        repair, or the endpoint can't be asked.
        """
        if len(request.text) > MOST_CHARACTERS:
            raise InputError(f"a message of {len(request.text)} characters", f"at most {MOST_CHARACTERS}", "shorten it")
        question = ask_for_chain(request, self._tools, await self._previews(request, emit))
        text = await self._answer(question, request, emit)
        draft = read_chain(text, request, self._tools)
        if draft.problems:
            emit(_repairing(draft.problems))
            again = ask_to_repair(question, text, draft.problems, detect_language(request.text))
            text = await self._answer(again, request, emit, before=text)
            draft = read_chain(text, request, self._tools)
        if draft.problems or draft.chain is None:
            raise _no_chain(self.endpoint, draft.problems, text)
        return draft.chain

    async def edits(self, ask: EditAsk, emit: Emit) -> Rewrite:
        """Return the edits that a message in plain words comes to, checked, for a person to approve.

        Where the model can't be asked, or its edits don't check after one repair, that is what the rules made of the
        message, with a note that says so.
        """
        try:
            return await self._edits(ask, emit)
        except PlanError as error:
            note = f"{error.given}; {error.expected}" if error.expected else error.given
            emit(Warned(text=note))
            return ask.rules.model_copy(update={"notes": (*ask.rules.notes, note)})

    async def _edits(self, ask: EditAsk, emit: Emit) -> Rewrite:
        language = detect_language(ask.text)
        question = ask_for_edits(ask, self._tools)
        text = await self._answer(question, ask.request, emit)
        draft = read_edits(text, ask.chain, ask.request, self._tools)
        if draft.problems:
            emit(_repairing(draft.problems))
            text = await self._answer(ask_to_repair(question, text, draft.problems, language), ask.request, emit)
            draft = read_edits(text, ask.chain, ask.request, self._tools)
        if draft.problems:
            raise _no_chain(self.endpoint, draft.problems, text)
        if draft.question:
            return Rewrite(kind="question", language=language, question=draft.question)
        model = self.endpoint.model
        note = f"由 {model} 提议" if language == "zh" else f"proposed by {model}"
        lines = edit_lines(ask.chain, draft.edits, language)
        return Rewrite(kind="edits", language=language, edits=draft.edits, lines=lines, notes=(note,))

    async def _answer(self, question: Question, request: PlanRequest, emit: Emit, *, before: str = "") -> str:
        thoughts = Thoughts(self.endpoint, request.turn, request.first_step, emit)
        heard: list[str] = []

        def hear(piece: Piece) -> None:
            heard.append(piece.text)
            thoughts.hear(piece)

        try:
            reply: Reply = await self._asker.ask(question, hear, emit)
        except Trouble as trouble:
            draft = self.endpoint.without_key("".join(heard)) or before
            raise _not_asked(self.endpoint, trouble, draft) from None
        if reply.is_cut:
            emit(Warned(text="the model's answer was cut off: it had no room for more tokens"))
        return reply.text

    async def _previews(self, request: PlanRequest, emit: Emit) -> list[tuple[str, str]]:
        if not self.endpoint.vision:
            return []
        if self._store is None:
            emit(Warned(text="the model sees no previews: this planner was given no store"))
            return []
        from agentvid.planner.llm.previews import previews_of

        return await asyncio.to_thread(previews_of, request.media, self._store)


def _repairing(problems: tuple[Problem, ...]) -> Warned:
    told = " | ".join(map(str, problems[:_TOLD]))
    more = f" (and {len(problems) - _TOLD} more)" if len(problems) > _TOLD else ""
    return Warned(text=f"what the model wrote does not check, so it is asked once more: {told}{more}")


def _no_chain(endpoint: Endpoint, problems: tuple[Problem, ...], draft: str) -> PlanError:
    first, rest = problems[0], problems[1:]
    where = f"{first.step}: " if first.step else ""
    more = f" (and {len(rest)} more: {' | '.join(map(str, rest[:_TOLD]))})" if rest else ""
    return PlanError(
        f"what {endpoint.model} wrote does not check, after one repair: {where}{first.given}{more}",
        first.expected,
        "say it otherwise, or choose another model",
        draft=draft,
    )


def _not_asked(endpoint: Endpoint, trouble: Trouble, draft: str) -> PlanError:
    return PlanError(
        f"{endpoint.model} at {endpoint.base_url} gave no answer: {trouble.told}",
        "an OpenAI-style chat endpoint that answers",
        _what_to_do(trouble),
        draft=draft,
    )


def _what_to_do(trouble: Trouble) -> str:
    if trouble.status in (401, 403):
        return "set AGENTVID_LLM_API_KEY to a key that it takes"
    if trouble.status in (404, 405) or 300 <= trouble.status < 400:
        return "check AGENTVID_LLM_BASE_URL (without /chat/completions) and AGENTVID_LLM_MODEL"
    if trouble.is_slow:
        return "try again, or wait longer with AGENTVID_LLM_TIMEOUT"
    if trouble.after is not None and trouble.again:
        return f"try again in {trouble.after:.0f} s"
    if trouble.status in (400, 413, 422):
        return "see what it says; a long session can be too much for a small model, start another"
    return "try again later; `agentvid doctor` tells whether it answers"
