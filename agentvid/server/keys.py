"""API keys and who they stand for. A key is shown once, when it is made; only its sha256 is kept.

A browser signs in with a key and gets a cookie of its own (HttpOnly, SameSite=Strict) that ends with the key. Where
there is no key at all, and the server listens on this machine alone, everybody is "local", the owner of the command
line's sessions.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from agentvid.errors import InputError
from agentvid.server.problem import HttpError
from agentvid.store.log import Log

__all__ = [
    "COOKIE",
    "LOCAL",
    "SIGNED_IN_SECONDS",
    "ApiKey",
    "Keys",
    "Owner",
    "identify",
    "is_alive",
    "is_open",
    "owner_of",
]

LOCAL: Final = "local"
COOKIE: Final = "agentvid_session"
SIGNED_IN_SECONDS: Final = 30 * 24 * 3600

_PREFIX: Final = "av_"
_MOST: Final = 50
_USED_SECONDS: Final = 60.0
"""When a key was last used is written once in this time at most."""
_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_bearer: Final = HTTPBearer(auto_error=False, description="An API key: agentvid keys add --owner NAME")
_cookie: Final = APIKeyCookie(name=COOKIE, auto_error=False, description="What POST /api/v1/sign-in sets.")


@dataclass(frozen=True)
class ApiKey:
    """A key as it is listed: its public id, never the key. Times are in seconds since the epoch; `used` is right to a
    minute, None where it never was."""

    key_id: str
    owner: str
    created: float
    revoked: float | None
    name: str = ""
    used: float | None = None

    @property
    def day(self) -> str:
        """The day it was made."""
        return _day(self.created)

    @property
    def used_day(self) -> str:
        """The day it was last used; "" where it never was."""
        return "" if self.used is None else _day(self.used)


class Keys:
    """The keys in a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._used: dict[str, float] = {}

    def add(self, owner: str, name: str = "") -> tuple[ApiKey, str]:
        """Make a key for an owner and return it with the secret, which is kept nowhere. `name` tells what it is for.

        Raises: InputError where the owner's name can't be one, or 50 keys of the owner are in use.
        """
        if not _OWNER.fullmatch(owner):
            raise InputError(f"owner {owner[:80]!r}", "1 to 64 letters, digits, '.', '_', '@' or '-'", "choose another")
        secret = f"{_PREFIX}{secrets.token_urlsafe(32)}"
        if sum(key.revoked is None for key in self.of(owner)) >= _MOST:
            raise InputError(f"another key for {owner}", f"at most {_MOST} that are in use", "revoke one first")
        made = ApiKey(f"k-{secrets.token_hex(4)}", owner, self._log.clock(), None, name)
        with self._log.write(durable=True) as connection:
            connection.execute(
                "INSERT INTO api_keys (key_id, sha256, owner, created, name) VALUES (?, ?, ?, ?, ?)",
                (made.key_id, _digest(secret), owner, made.created, name),
            )
        return made, secret

    def all(self) -> list[ApiKey]:
        """List all keys, revoked ones too, the oldest first."""
        query = "SELECT key_id, owner, created, revoked, name, used FROM api_keys ORDER BY created, rowid"
        return [ApiKey(**row) for row in self._log.rows(query)]

    def of(self, owner: str) -> list[ApiKey]:
        """List the keys of one owner, revoked ones too, the oldest first."""
        return [key for key in self.all() if key.owner == owner]

    def revoke(self, key_id: str) -> ApiKey:
        """Make a key useless, and sign out every browser that came in with it.

        Raises: InputError where there is no such key in use.
        """
        known = {key.key_id: key for key in self.all() if key.revoked is None}
        if key_id not in known:
            raise InputError(
                f"there is no key {key_id[:20]!r} in use",
                f"one of {', '.join(known) or 'none yet'}",
                "agentvid keys list",
            )
        with self._log.write(durable=True) as connection:
            connection.execute("UPDATE api_keys SET revoked = ? WHERE key_id = ?", (self._log.clock(), key_id))
            connection.execute("DELETE FROM sign_ins WHERE key_id = ?", (key_id,))
        return known[key_id]

    def are_used(self) -> bool:
        """Return whether there is any key that is not revoked."""
        return bool(self._log.look("SELECT 1 FROM api_keys WHERE revoked IS NULL LIMIT 1"))

    def is_used(self, key_id: str) -> bool:
        """Return whether there is a key of this id that is not revoked."""
        return bool(self._log.look("SELECT 1 FROM api_keys WHERE key_id = ? AND revoked IS NULL", key_id))

    def owner(self, secret: str) -> tuple[str, str] | None:
        """Return whom a key stands for, and the key's id; or None."""
        query = "SELECT owner, key_id FROM api_keys WHERE sha256 = ? AND revoked IS NULL"
        return self._seen(self._log.look(query, _digest(secret)))

    # ------------------------------------------------------------ browsers

    def sign_in(self, secret: str) -> str | None:
        """Return the value of a cookie for whoever shows this key; None where it is no key."""
        found = self.owner(secret)
        if found is None:
            return None
        value, now = secrets.token_urlsafe(32), self._log.clock()
        with self._log.write(durable=True) as connection:
            connection.execute("DELETE FROM sign_ins WHERE until < ?", (now,))
            row = (_digest(value), found[1], now + SIGNED_IN_SECONDS)
            connection.execute("INSERT INTO sign_ins VALUES (?, ?, ?)", row)
        return value

    def sign_out(self, value: str) -> None:
        """End what a cookie stands for. Doing it twice does nothing."""
        with self._log.write(durable=True) as connection:
            connection.execute("DELETE FROM sign_ins WHERE sha256 = ?", (_digest(value),))

    def signed_in(self, value: str) -> tuple[str, str] | None:
        """Return whom a cookie stands for, and the id of the key it came from; or None."""
        return self._seen(self._signed_in(value))

    def key_of(self, value: str) -> str | None:
        """Return the id of the key that a browser signed in with, or None."""
        found = self._signed_in(value)
        return found[0][1] if found else None

    def _signed_in(self, value: str) -> list[tuple[str, str]]:
        query = (
            "SELECT owner, key_id FROM sign_ins JOIN api_keys USING (key_id) WHERE sign_ins.sha256 = ? AND until > ?"
            " AND revoked IS NULL"
        )
        return self._log.look(query, _digest(value), self._log.clock())

    def _seen(self, found: list[tuple[str, str]]) -> tuple[str, str] | None:
        """Note that a key is used, and return whom it stands for, and its id."""
        if not found:
            return None
        owner, key_id = found[0]
        now = self._log.clock()
        if now - self._used.get(key_id, 0.0) >= _USED_SECONDS:
            self._used[key_id] = now
            with self._log.write(durable=False) as connection:
                connection.execute("UPDATE api_keys SET used = ? WHERE key_id = ?", (now, key_id))
        return owner, key_id


async def owner_of(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None,
    cookie: Annotated[str | None, Depends(_cookie)] = None,
) -> str:
    """Return who asks: by the key in `Authorization: Bearer`, or the cookie of a browser that signed in.

    The key's id is kept in `request.state.key_id`, "" where none was needed.

    Raises: HttpError 401 where nobody known does.
    """
    return _known(request, bearer.credentials if bearer else None, cookie)


def is_open(request: Request) -> bool:
    """Return whether no key is needed: there is none, and only this machine can ask."""
    keys: Keys = request.app.state.keys
    return bool(request.app.state.is_open) and not keys.are_used()


def is_alive(request: Request, key_id: str) -> bool:
    """Return whether who came in with this key still may; "" is who needed none."""
    keys: Keys = request.app.state.keys
    return keys.is_used(key_id) if key_id else is_open(request)


def identify(request: Request) -> str:
    """Return who asks, as `owner_of`, of a bare request."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer" and bool(secret)
    return _known(request, secret.strip() if is_bearer else None, request.cookies.get(COOKIE))


def _known(request: Request, secret: str | None, cookie: str | None) -> str:
    keys: Keys = request.app.state.keys
    known = keys.owner(secret) if secret is not None else keys.signed_in(cookie) if cookie is not None else None
    if known is not None:
        owner, request.state.key_id = known
        return owner
    is_ours = secret is not None and secret.startswith(_PREFIX)
    if not is_ours and is_open(request):
        request.state.key_id = ""
        return LOCAL  # clients of other servers always send some key, though none is needed here
    raise HttpError(
        401,
        "unauthorised",
        "no API key that is in use",
        "Authorization: Bearer av_…, or a browser that signed in",
        "agentvid keys add --owner NAME makes a key",
        headers={"WWW-Authenticate": 'Bearer realm="agentvid"'},
    )


Owner = Annotated[str, Depends(owner_of)]
"""The owner who asks: a parameter of every route that touches what belongs to someone."""


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
