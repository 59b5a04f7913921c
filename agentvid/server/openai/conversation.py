"""A list of messages as a session: what was said before is found again by its digest, and not done again.

The words and media of the person, the model and the seed make the digest; answers are not in it, as they follow from
these. Where the session that a conversation grew in has gone another way since, or the conversation began elsewhere,
what was said is said again in a new session, where results are found by their keys.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import Request

from agentvid.agent.accept import Wishes
from agentvid.agent.agent import Turn
from agentvid.agent.propose import meant
from agentvid.chain.run import Run
from agentvid.errors import InputError, SessionBusy
from agentvid.media.message import MediaPart, parse_text
from agentvid.server.hub import Hub
from agentvid.server.openai.bodies import ChatBody
from agentvid.server.openai.errors import bad_parameter
from agentvid.server.openai.outcome import Outcome, follow, new_session, outcome_of
from agentvid.server.openai.reading import media_of_address

__all__ = ["Begun", "Conversation", "Said", "check_said", "read_messages"]

_UNREAD: Final = frozenset({"system", "developer"})
_ADDRESSES: Final = {"image_url": "url", "video_url": "url", "audio_url": "url"}


@dataclass(frozen=True)
class Said:
    """What a person said in one turn."""

    text: str
    media: tuple[MediaPart, ...] = ()

    @property
    def digest_of(self) -> list[Any]:
        """What the digest of a conversation reads of it."""
        return [self.text, [part.artifact.artifact for part in self.media]]


@dataclass(frozen=True)
class Begun:
    """A turn that answers a conversation. `runs`: its work was just accepted, and its events come behind `after`."""

    session: str
    turn: int
    after: int = 0
    runs: bool = True
    revision: int | None = None
    told: tuple[str, ...] = ()


def read_messages(hub: Hub, owner: str, request: Request, body: ChatBody) -> tuple[list[Said], list[str]]:
    """Return what was said, and the roles that are not heard. Messages without an answer between them are one. Blocks.

    Raises: HttpError 400 naming the message; MediaError where a picture or clip can't be used.
    """
    said: list[Said] = []
    unheard: list[str] = []
    is_open = False
    for place, message in enumerate(body.messages):
        where, role = f"messages.{place}", message.get("role")
        if role in _UNREAD:
            unheard.append(where)
        elif role == "user":
            found = _read(hub, owner, request, message.get("content"), f"{where}.content")
            before = said.pop() if is_open else Said("")
            text = "\n".join(filter(None, (before.text, found.text)))
            said.append(Said(text, (*before.media, *found.media)))
            is_open = True
        elif role == "assistant":
            is_open = False
        else:
            raise bad_parameter(where, f"a message of {role!r}", "user, assistant, system or developer")
    if not is_open:
        raise bad_parameter("messages", "a conversation whose last message is no user's", "one to be answered")
    return said, unheard


class Conversation:
    """One request: what was said, of which the last is to be answered."""

    def __init__(self, hub: Hub, owner: str, said: Sequence[Said], wishes: Wishes, model: str) -> None:
        self._hub = hub
        self._owner = owner
        self._said = list(said)
        self._wishes = wishes
        self._base = [model, wishes.engine, wishes.planner, wishes.seed]

    async def begin(self) -> Begun:
        """Find, or make, the session, say there what it does not know yet, and return the last turn.

        Raises: HttpError 503; as `Hub.send`.
        """
        known = await asyncio.to_thread(self._answered)
        if known is not None:
            return known
        session, heard = await asyncio.to_thread(self._grown)
        try:
            return await self._say(session, heard)
        except SessionBusy:
            return await self._say(None, 0)

    async def begin_in(self, session: str) -> Begun:
        """Say the last message in a session that is there.

        Raises: HttpError 404, 503; as `Hub.send`.
        """
        return await self._send(session, self._said[-1])

    def remember(self, begun: Begun, heard: int | None = None) -> None:
        """Keep where a conversation stands now. Blocks."""
        turn = Turn(self._hub.agent, begun.session, begun.turn)
        digest = self._digest(len(self._said) if heard is None else heard)
        row = (self._owner, digest, begun.session, begun.turn, turn.revision, self._hub.log.clock())
        with self._hub.log.write(durable=True) as connection:
            connection.execute("INSERT OR REPLACE INTO chats VALUES (?, ?, ?, ?, ?, ?)", row)

    def outcome(self, begun: Begun, tokens: tuple[int, int]) -> Outcome:
        """Return what came of the turn. Blocks."""
        hub = self._hub
        found = outcome_of(hub, self._owner, begun.session, begun.turn, tokens)
        if begun.revision is not None and begun.revision != found.revision:
            parts = hub.log.answer(begun.session, begun.turn, begun.revision) or []
            run: Run = hub.log.run(begun.session, begun.turn, begun.revision)
            found = replace(found, revision=begun.revision, parts=parts, run=run)
        told = [{"type": "text", "text": text} for text in begun.told]
        return replace(found, parts=[*told, *found.parts])

    async def _say(self, session: str | None, heard: int) -> Begun:
        if session is None:
            session = await asyncio.to_thread(new_session, self._hub, self._owner, "chat", self._said[0].text)
        for place in range(heard, len(self._said) - 1):
            begun = await self._send(session, self._said[place])
            if begun.runs:
                async for _ in follow(self._hub, session, begun.turn, begun.after):
                    pass
            await asyncio.to_thread(self.remember, begun, place + 1)
        return await self._send(session, self._said[-1])

    async def _send(self, session: str, said: Said) -> Begun:
        hub, wishes = self._hub, self._wishes
        after = await asyncio.to_thread(hub.stream.last, session)
        is_last = said is self._said[-1]
        wishes = wishes if is_last else replace(wishes, given=None)
        if not (said.media or wishes.given) and await asyncio.to_thread(self._is_about, session, said.text):
            wishes = replace(wishes, seed=None, engine=None)  # what is there keeps its own
        done = await hub.send(self._owner, session, said.text, said.media, wishes)
        return Begun(session, done.turn, after, done.runs, told=done.told)

    def _is_about(self, session: str, text: str) -> bool:
        self._hub.check_session(self._owner, session)
        return meant(self._hub.agent_of(self._owner).executor, session, parse_text(text)) is not None

    def _answered(self) -> Begun | None:
        """Return the turn that has answered just this before."""
        row = self._row(len(self._said))
        if row is None or self._wishes.given:
            return None
        session, turn, revision, _ = row
        tip = self._tip(session)
        return Begun(session, turn, runs=False, revision=None if tip == row else revision)

    def _grown(self) -> tuple[str | None, int]:
        """Return the session that knows the most of what was said and nothing else, and how much it knows."""
        for heard in range(len(self._said) - 1, 0, -1):
            row = self._row(heard)
            if row is None or self._tip(row[0]) != row:
                continue
            if self._hub.log.turns(row[0])[-1].turn == row[1]:
                return row[0], heard
        return None, 0

    def _row(self, heard: int) -> tuple[str, int, int, str] | None:
        query = "SELECT session, turn, revision, digest FROM chats WHERE owner = ? AND digest = ?"
        rows = self._hub.log.tuples(query, self._owner, self._digest(heard))
        return rows[0] if rows else None

    def _tip(self, session: str) -> tuple[str, int, int, str] | None:
        query = "SELECT session, turn, revision, digest FROM chats WHERE session = ? ORDER BY created DESC, rowid DESC"
        rows = self._hub.log.tuples(f"{query} LIMIT 1", session)
        return rows[0] if rows else None

    def _digest(self, heard: int) -> str:
        told = [self._base, [said.digest_of for said in self._said[:heard]]]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _read(hub: Hub, owner: str, request: Request, content: Any, where: str) -> Said:
    if isinstance(content, str):
        return Said(content)
    if not isinstance(content, list):
        raise bad_parameter(where, "no content", "a text, or a list of parts")
    texts: list[str] = []
    media: list[MediaPart] = []
    for place, part in enumerate(content):
        at = f"{where}.{place}"
        kind = part.get("type") if isinstance(part, dict) else None
        held = part.get(kind) if isinstance(part, dict) and isinstance(kind, str) else None
        if kind == "text" and isinstance(held, str):
            texts.append(held)
        else:
            media.append(media_of_address(hub, owner, request, _address(kind, held, at), at))
    return Said("\n".join(texts), tuple(media))


def _address(kind: Any, held: Any, where: str) -> str:
    """Return the address that a part names, or holds the data of."""
    if kind in _ADDRESSES:
        held = held.get("url") if isinstance(held, dict) else held
    elif kind == "file" and isinstance(held, dict):
        held = held.get("file_data")
        if isinstance(held, str) and not held.startswith("data:"):
            held = f"data:application/octet-stream;base64,{held}"
    elif kind == "input_audio" and isinstance(held, dict):
        held = f"data:audio/{held.get('format')};base64,{held.get('data')}"
    else:
        held = None
    if not isinstance(held, str):
        raise bad_parameter(
            where,
            f"a part of type {kind!r}",
            "text, image_url, video_url, audio_url, input_audio, or file with file_data",
        )
    return held


def check_said(said: Sequence[Said]) -> None:
    """Check that every turn has words.

    Raises: HttpError 400.
    """
    for place, one in enumerate(said):
        try:
            parse_text(one.text)
        except InputError as error:
            raise bad_parameter("messages", f"turn {place + 1}: {error.given}", error.expected, error.do) from None
