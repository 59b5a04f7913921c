"""Chat completions: a conversation is a session, its answer is text with links to pictures and clips."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from agentvid.errors import AgentvidError
from agentvid.media.types import Artifact
from agentvid.server.api.shapes import HubOf
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.openai.bodies import ChatBody, not_heard, refuse_unbearable
from agentvid.server.openai.conversation import Begun, Conversation, check_said, read_messages
from agentvid.server.openai.errors import error_document
from agentvid.server.openai.links import link
from agentvid.server.openai.models import NAME, wishes_of
from agentvid.server.openai.outcome import Outcome, follow, headers_of, needed, require_done, said_of
from agentvid.server.openai.thinking import thought_of
from agentvid.server.retry import RetriedRoute

__all__ = ["router"]

router = APIRouter(prefix="/chat", route_class=RetriedRoute)

_PING_SECONDS: Final = 15


@router.post(
    "/completions",
    summary="Answer a conversation",
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def complete(request: Request, hub: HubOf, owner: Owner, body: ChatBody) -> Response:
    """Answer the last message. What was said before is found again and not done again; with `stream`, thoughts come as
    `reasoning_content` while the chain is written and run, then the answer."""
    refuse_unbearable(body)
    wishes = await asyncio.to_thread(wishes_of, hub, body, body.seed)
    await asyncio.to_thread(hub.media.check, owner, dict(wishes.given or {}))
    said, unheard = await asyncio.to_thread(read_messages, hub, owner, request, body)
    check_said(said)
    talk = _Talk(request, hub, owner, body, [*not_heard(body), *unheard])
    talk.conversation = Conversation(hub, owner, said, talk.reviewed(wishes), body.model or NAME)
    begun = await talk.begin()
    headers = headers_of(hub.turn(owner, begun.session, begun.turn))
    if body.stream:
        return EventSourceResponse(
            talk.chunks(begun), ping=_PING_SECONDS, sep="\n", headers={**headers, "Cache-Control": "no-store"}
        )
    return JSONResponse(await talk.completion(begun), headers=headers)


class _Talk:
    conversation: Conversation

    def __init__(self, request: Request, hub: Hub, owner: str, body: ChatBody, unheard: list[str]) -> None:
        self._request, self._hub, self._owner, self._body = request, hub, owner, body
        self._unheard = unheard
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._created = int(time.time())
        self._tokens = [0, 0]

    def reviewed(self, wishes: Any) -> Any:
        from dataclasses import replace

        return replace(wishes, review=self._body.agentvid.review)

    async def begin(self) -> Begun:
        session = self._body.agentvid.session
        return await (self.conversation.begin_in(session) if session else self.conversation.begin())

    async def completion(self, begun: Begun) -> dict[str, Any]:
        async for _ in self._events(begun):
            pass
        outcome = await self._ended(begun)
        message = {"role": "assistant", "content": "\n\n".join(self._content(outcome)), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": self._usage(),
            "agentvid": self._ours(outcome),
        }

    async def chunks(self, begun: Begun) -> AsyncIterator[ServerSentEvent]:
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            async for event in self._events(begun):
                thought = thought_of(event)
                if thought:
                    yield self._chunk({"reasoning_content": thought})
            outcome = await self._ended(begun)
        except AgentvidError as error:
            yield _sent({"error": error_document(error)[1]})
            return
        for place, text in enumerate(self._content(outcome)):
            yield self._chunk({"content": f"\n\n{text}" if place else text})
        yield self._chunk({}, finish_reason="stop", agentvid=self._ours(outcome))
        if (self._body.stream_options or {}).get("include_usage"):
            yield _sent({**self._head("chat.completion.chunk"), "choices": [], "usage": self._usage()})
        yield ServerSentEvent(data="[DONE]", sep="\n")

    async def _events(self, begun: Begun) -> AsyncIterator[dict[str, Any]]:
        if not begun.runs:
            return
        async for event in follow(self._hub, begun.session, begun.turn, begun.after):
            if event["type"] == "tokens":
                self._tokens = [self._tokens[0] + event["read"], self._tokens[1] + event["written"]]
            yield event

    async def _ended(self, begun: Begun) -> Outcome:
        outcome = await asyncio.to_thread(self.conversation.outcome, begun, (self._tokens[0], self._tokens[1]))
        if outcome.turn.status != "waiting" or outcome.turn.phase in ("cancelled", "interrupted"):
            require_done(outcome)
        if not self._body.agentvid.session:
            await asyncio.to_thread(self.conversation.remember, begun)
        return outcome

    def _content(self, outcome: Outcome) -> list[str]:
        told = []
        for part in outcome.parts:
            if part["type"] == "text":
                told.append(part["text"])
        for artifact, _ in outcome.media:
            sign = "!" if artifact.type == "image" else ""
            told.append(f"{sign}[{artifact.type}]({self._address(artifact)})")
        if outcome.turn.status == "waiting" and not outcome.turn.chain.question:
            told.append(needed(outcome))
        return told

    def _address(self, artifact: Artifact) -> str:
        if self._body.agentvid.media == "url":
            return link(self._request, self._owner, artifact.artifact)
        held = base64.b64encode(self._hub.media.store.path(artifact).read_bytes()).decode()
        return f"data:{artifact.mime};base64,{held}"

    def _ours(self, outcome: Outcome) -> dict[str, Any]:
        media = [
            {
                **artifact.model_dump(mode="json"),
                "port": port,
                "url": link(self._request, self._owner, artifact.artifact),
            }
            for artifact, port in outcome.media
        ]
        return {**said_of(outcome, self._unheard), "media": media}

    def _usage(self) -> dict[str, int]:
        read, written = self._tokens
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._body.model or NAME}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> ServerSentEvent:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return _sent({**self._head("chat.completion.chunk"), "choices": [choice], **more})


def _sent(document: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(data=json.dumps(document, ensure_ascii=False), sep="\n")
