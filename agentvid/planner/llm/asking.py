"""Asking for JSON in the strictest form that an endpoint takes: a schema, else any JSON object, else a fenced block.

Every step down is said, and remembered for later questions. Tokens and what they cost are told with every answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from agentvid.events import CostEvent, Emit, TokensUsed, Warned
from agentvid.planner.llm.endpoint import Endpoint
from agentvid.planner.llm.patience import Sleep, patiently
from agentvid.planner.llm.wire import Piece, Reply, Trouble, chat

__all__ = ["Asker", "Form", "Question"]

Form: TypeAlias = Literal["json_schema", "json_object", "text"]
FORMS: Final[tuple[Form, ...]] = ("json_schema", "json_object", "text")
_UNFIT: Final = (400, 415, 422)
"""Statuses with which endpoints refuse a form of answer."""
_NOT_THE_FORM: Final = ("model_not_found", "context_length_exceeded", "invalid_api_key", "content_policy_violation")

Message = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked. `fenced` is what the first message is told besides where no form can be asked for."""

    name: str
    messages: tuple[Message, ...]
    schema: dict[str, Any]
    fenced: str


class Asker:
    """Asks one endpoint, and remembers what it takes."""

    def __init__(self, endpoint: Endpoint, sleep: Sleep = asyncio.sleep) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        self._form: Form = "json_schema"
        self._counts = True

    async def ask(self, question: Question, hear: Callable[[Piece], None], emit: Emit) -> Reply:
        """Return the answer; `hear` gets its pieces as they come. Says tokens and cost.

        Raises: Trouble where there is none.
        """
        while True:
            body = self._body(question)
            try:
                reply = await patiently(lambda body=body: chat(self.endpoint, body, hear), emit, self._sleep)  # type: ignore[misc]
            except Trouble as trouble:
                if not self._steps_down(trouble, emit):
                    raise
                continue
            self._tell_tokens(reply, emit)
            return reply

    def _body(self, question: Question) -> dict[str, Any]:
        messages = list(question.messages)
        body: dict[str, Any] = {"messages": messages, "stream": True}
        if self._counts:
            body["stream_options"] = {"include_usage": True}
        if self._form == "json_schema":
            schema = {"name": question.name, "strict": True, "schema": question.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self._form == "json_object":
            body["response_format"] = {"type": "json_object"}
        else:
            messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{question.fenced}"}
        return body

    def _steps_down(self, trouble: Trouble, emit: Emit) -> bool:
        """Ask for less where the endpoint refused what was asked for; tell whether there is less to ask for."""
        if trouble.status not in _UNFIT or trouble.code in _NOT_THE_FORM:
            return False
        if self._counts and "stream_options" in trouble.told:
            self._counts = False
            emit(Warned(text=f"the planner's endpoint does not count tokens in a stream ({trouble.told})"))
            return True
        if self._form == "text":
            return False
        below = FORMS[FORMS.index(self._form) + 1]
        asked = "a plain answer with a fenced JSON block" if below == "text" else f"response_format {below}"
        emit(
            Warned(
                text=f"the planner's endpoint refused response_format {self._form} ({trouble.told}); asked for {asked}"
            )
        )
        self._form = below
        return True

    def _tell_tokens(self, reply: Reply, emit: Emit) -> None:
        endpoint, usage = self.endpoint, reply.usage
        if usage is None:
            emit(Warned(text="the planner's endpoint did not say how many tokens it used: what it cost is not known"))
            return
        price = endpoint.price
        cost = price.of(usage.read, usage.written) if price else None
        currency = price.currency if price else ""
        used = TokensUsed(model=endpoint.model, read=usage.read, written=usage.written, cost=cost, currency=currency)
        emit(used)
        if cost:
            emit(CostEvent(amount=cost, currency=currency))
