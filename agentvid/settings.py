"""Settings of a person or a machine: environment variables, and a TOML file beside the data. The environment wins.

    AGENTVID_HOME         folder of sessions and objects (default: the platform's folder for user data)
    AGENTVID_TOOLS        folders with more tools, separated as in PATH
    AGENTVID_PLANNER      who writes chains: grammar (also called offline; the default), unified, llm
    AGENTVID_ENGINE       the engine wished for every task
    AGENTVID_INPROCESS    1: engines run inside this process (tests, notebooks)
    AGENTVID_KEY_<NAME>   the secret key of a service, for example AGENTVID_KEY_PLANNER

The planner `llm` asks an OpenAI-style chat endpoint (`planner.llm`):

    AGENTVID_LLM_BASE_URL  where it is, without /chat/completions: https://api.example.com/v1
    AGENTVID_LLM_MODEL     the model's name there
    AGENTVID_LLM_API_KEY   its key, where it wants one (the same as AGENTVID_KEY_LLM)
    AGENTVID_LLM_VISION    1: send small previews of pictures and clips along (default: nothing is sent but words)
    AGENTVID_LLM_PRICE     what a million tokens cost, read/written: "0.4/1.2 USD" (default: not known)
    AGENTVID_LLM_TIMEOUT   seconds to wait for the next piece of an answer (default: 120)

Engines read variables of their own: AGENTVID_UNIFIED and AGENTVID_DEVICE (`engines.unified`), AGENTVID_DIFFUSION and
AGENTVID_DIFFUSION_MEMORY (`engines.diffusion`), AGENTVID_MODELS (`models.registry`), AGENTVID_FAKE.

`settings.toml` in the home folder may hold `tools`, `planner`, `engine`, `in_process`, a table `[llm]` (`base_url`,
`model`, `vision`, `price`, `timeout`) and a table `[keys]` (of which `llm` is the key of that endpoint).
An empty variable counts as not set. Keys are never shown by `repr` or `str`.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from agentvid.errors import SettingsError

__all__ = ["LlmSettings", "Settings", "TokenPrice", "load_settings"]

_KEY: Final = "AGENTVID_KEY_"
_IN_FILE: Final = ("tools", "planner", "engine", "in_process", "llm", "keys")
_LLM: Final = "AGENTVID_LLM_"
_PRICE: Final = re.compile(r"(\d+(?:\.\d+)?) ?/ ?(\d+(?:\.\d+)?) ([A-Z]{3})")
_FLAGS: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


class TokenPrice(BaseModel):
    """What a million tokens cost that a model reads, and that it writes. `currency` is an ISO 4217 code."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    read: float
    written: float
    currency: str

    def of(self, read: int, written: int) -> float:
        """Return what so many tokens cost."""
        return (self.read * read + self.written * written) / 1_000_000


class LlmSettings(BaseModel):
    """The chat endpoint that the planner `llm` asks; `base_url` "" means that none is set. Its key is `key("llm")`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    base_url: str = ""
    model: str = ""
    vision: bool = False
    price: TokenPrice | None = None
    timeout: float = Field(default=120.0, gt=0, le=3600)

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, told: str) -> str:
        told = told.strip()
        try:
            url = urlsplit(told)
            _ = url.port
        except ValueError:
            raise ValueError("it is no URL; expected https://HOST/v1") from None
        if url.username is not None or url.password is not None or url.query or url.fragment:
            raise ValueError("a URL with a secret, a query or a fragment; expected https://HOST/v1 alone")
        if told and (url.scheme not in ("http", "https") or not url.hostname):
            raise ValueError("it is no address of a server; expected https://HOST/v1")
        return told.rstrip("/").removesuffix("/chat/completions")

    @field_validator("price", mode="before")
    @classmethod
    def _read_price(cls, told: object) -> object:
        if not isinstance(told, str):
            return told
        match = _PRICE.fullmatch(told.strip())
        if match is None:
            raise ValueError("it can't be read; expected READ/WRITTEN CURRENCY, for example 0.4/1.2 USD")
        return TokenPrice(read=float(match[1]), written=float(match[2]), currency=match[3])


class Settings(BaseModel):
    """What a person set. Paths are absolute; engine "" lets routing choose; `home` need not exist yet.

    `keys` are by lower-case name of the service; read one with `key`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    home: Path
    tools: tuple[Path, ...] = ()
    planner: str = "grammar"
    engine: str = ""
    in_process: bool = False
    llm: LlmSettings = LlmSettings()
    keys: Mapping[str, SecretStr] = Field(default_factory=dict, repr=False)

    @field_validator("planner")
    @classmethod
    def _without_secret(cls, planner: str) -> str:
        if urlsplit(planner).password is not None:
            raise ValueError("a planner URL with a password; expected the secret in AGENTVID_KEY_PLANNER")
        return planner

    def key(self, service: str) -> str:
        """Return the secret key of a service.

        Raises: SettingsError saying how to set it.
        """
        secret = self.keys.get(service.lower())
        if secret is None:
            raise SettingsError(
                f"there is no key for {service!r}",
                f"the variable {_KEY}{service.upper()}, or {service.lower()} under [keys] in settings.toml",
                "set one of them",
            )
        return secret.get_secret_value()


def load_settings(environ: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
    """Read settings from environment variables and, where there is one, the `settings.toml` of the home folder.

    `environ` is the process's own environment where it is None; `home`, where it is given, wins over AGENTVID_HOME.

    Raises: SettingsError naming the variable, or the file and its key, that can't be used.
    """
    environ = os.environ if environ is None else environ
    if home is None and (told := environ.get("AGENTVID_HOME", "")):
        home = Path(told)
    home = _default_home() if home is None else _absolute(home, Path.cwd(), "AGENTVID_HOME")
    values = _from_file(home)
    for name in ("planner", "engine"):
        if told := environ.get(f"AGENTVID_{name.upper()}", ""):
            values[name] = told
    if told := environ.get("AGENTVID_TOOLS", ""):
        folders = [Path(folder) for folder in told.split(os.pathsep) if folder]
        values["tools"] = tuple(_absolute(folder, Path.cwd(), "AGENTVID_TOOLS") for folder in folders)
    if told := environ.get("AGENTVID_INPROCESS", ""):
        values["in_process"] = _flag("AGENTVID_INPROCESS", told)
    from_environ = {name[len(_KEY) :].lower(): SecretStr(told) for name, told in environ.items() if _is_key(name, told)}
    if told := environ.get(f"{_LLM}API_KEY", ""):
        from_environ["llm"] = SecretStr(told)
    values["keys"] = {**values.get("keys", {}), **from_environ}
    values["llm"] = _llm(environ, values.get("llm", {}), home / "settings.toml")
    return _settings(home, values, str(home / "settings.toml"))


def _is_key(name: str, told: str) -> bool:
    return name.startswith(_KEY) and len(name) > len(_KEY) and bool(told)


def _settings(home: Path, values: dict[str, Any], file: str) -> Settings:
    try:
        return Settings(home=home, **values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0])
        raise SettingsError(
            f"setting {field}: {first['msg']}",
            "a value of the right type",
            f"correct AGENTVID_{field.upper().replace('_', '')} or {field} in {file}",
        ) from None


def _default_home() -> Path:
    from platformdirs import user_data_dir

    return Path(user_data_dir("agentvid"))


def _absolute(path: Path, base: Path, name: str) -> Path:
    try:
        return base / path.expanduser()
    except RuntimeError as error:
        raise SettingsError(f"{name} is {str(path)!r}: {error}", "a folder", "write the whole path") from error


def _llm(environ: Mapping[str, str], in_file: Any, file: Path) -> LlmSettings:
    if not isinstance(in_file, dict):
        raise SettingsError(f"{file}: llm is {in_file!r}", "a table: [llm]", 'write [llm] and base_url = "…"')
    if "api_key" in in_file:
        raise SettingsError(f"{file}: [llm] holds a key", "llm under [keys]", "move it there")
    values = {name: float(told) if type(told) is int else told for name, told in in_file.items()}
    told_by = {name: told for name in LlmSettings.model_fields if (told := environ.get(f"{_LLM}{name.upper()}", ""))}
    for name, told in told_by.items():
        values[name] = told
        if name == "vision":
            values[name] = _flag(f"{_LLM}VISION", told)
        elif name == "timeout":
            values[name] = _seconds(f"{_LLM}TIMEOUT", told)
    try:
        return LlmSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0])
        where = f"{_LLM}{field.upper()}" if field in told_by else f"{field} under [llm] in {file}"
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(
            f"{where}: {reason}", "a value of the form shown in `agentvid.settings`", "correct it"
        ) from None


def _seconds(name: str, told: str) -> float:
    try:
        return float(told)
    except ValueError:
        raise SettingsError(f"{name} is {told!r}", "a number of seconds", "correct it, or unset it") from None


def _flag(name: str, told: str) -> bool:
    if told.lower() not in _FLAGS:
        raise SettingsError(f"{name} is {told!r}", "1 or 0", "set one of them, or unset it")
    return _FLAGS[told.lower()]


def _from_file(home: Path) -> dict[str, Any]:
    file = home / "settings.toml"
    if not file.is_file():
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} can't be read: {error}", "a TOML file", "correct or remove it") from error
    for name in values:
        if name not in _IN_FILE:
            near = difflib.get_close_matches(name, _IN_FILE, n=1)
            do = f"perhaps {near[0]} is meant" if near else "remove it"
            raise SettingsError(f"{file} sets {name!r}", f"one of {', '.join(_IN_FILE)}", do)
    if "tools" in values:
        values["tools"] = _folders(file, values["tools"])
    if "keys" in values:
        values["keys"] = _keys(file, values["keys"])
    return values


def _folders(file: Path, told: Any) -> tuple[Path, ...]:
    if not isinstance(told, list) or not all(isinstance(folder, str) and folder for folder in told):
        raise SettingsError(f"{file}: tools is {told!r}", "a list of folders", 'write tools = ["folder"]')
    return tuple(_absolute(Path(folder), file.parent, f"{file}: tools") for folder in told)


def _keys(file: Path, told: Any) -> dict[str, SecretStr]:
    if not isinstance(told, dict) or not all(isinstance(secret, str) and secret for secret in told.values()):
        raise SettingsError(f"{file}: keys is not a table of texts", "[keys] and name = text lines", "write it so")
    return {name.lower(): SecretStr(secret) for name, secret in told.items()}
