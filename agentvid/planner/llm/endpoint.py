"""Which chat endpoint is asked, with which key: from the settings, or as a program says. The key is never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from agentvid.engine import EngineStatus
from agentvid.errors import SettingsError
from agentvid.settings import Settings, TokenPrice

__all__ = ["Endpoint", "endpoint_of", "endpoint_status"]

HOW: Final = "set AGENTVID_LLM_BASE_URL and AGENTVID_LLM_MODEL, and AGENTVID_LLM_API_KEY where it wants a key"
_HIDDEN: Final = "[key]"
_SHORTEST_SECRET: Final = 8
"""Shorter ones are words that stand for a key ("none", "EMPTY"), and no secret."""


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-style endpoint: requests go to `base_url` + "/chat/completions".

    `vision` sends small previews of media along; `price` None means that nobody said what tokens cost; `timeout` is how
    long to wait for the next piece of an answer, in seconds.
    """

    base_url: str
    model: str
    key: SecretStr = field(default=SecretStr(""), repr=False)
    vision: bool = False
    price: TokenPrice | None = None
    timeout: float = 120.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\x21-\x7e]*", self.key.get_secret_value()):
            raise SettingsError(
                "the key of the endpoint holds a blank, a line break or another character that no key has",
                "printable ASCII characters",
                "copy it again into AGENTVID_LLM_API_KEY",
            )

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host == "localhost" or host == "::1" or host.startswith("127.")

    def headers(self) -> dict[str, str]:
        """Return the headers of a request, the key among them: for the wire alone."""
        secret = self.key.get_secret_value()
        return {"Authorization": f"Bearer {secret}"} if secret else {}

    def without_key(self, text: str) -> str:
        """Return a text that came from elsewhere with the key taken out of it."""
        secret = self.key.get_secret_value()
        return text.replace(secret, _HIDDEN) if len(secret) >= _SHORTEST_SECRET else text


def endpoint_of(settings: Settings) -> Endpoint:
    """Return the endpoint that the settings name.

    Raises: SettingsError where they name none, or its key can't be one.
    """
    llm = settings.llm
    missing = [name for name in ("base_url", "model") if not getattr(llm, name)]
    if missing:
        names = " and ".join(f"AGENTVID_LLM_{name.upper()}" for name in missing)
        raise SettingsError(
            f"the planner 'llm' has no endpoint: {names} not set",
            "an OpenAI-style endpoint, for example https://api.example.com/v1, and the name of a model there",
            f"{HOW}; --planner offline needs none",
        )
    secret = settings.keys.get("llm", SecretStr("")).get_secret_value().strip()
    return Endpoint(llm.base_url, llm.model, SecretStr(secret), llm.vision, llm.price, llm.timeout)


def endpoint_status(settings: Settings) -> EngineStatus:
    """Return whether a planner of this kind can be used now. It was run against local servers only: `unproven`."""
    try:
        endpoint = endpoint_of(settings)
    except SettingsError as error:
        return EngineStatus(state="needs key", how=f"{error.given}; {HOW}")
    return EngineStatus(
        state="unproven",
        how=f"{endpoint.model} at {endpoint.base_url}; only ever run against a local server of that wire",
    )
