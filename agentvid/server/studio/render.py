"""How a page is rendered: its language and theme, its words, and where its files lie."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agentvid.report.record import Language
from agentvid.server.studio.words import words_of

__all__ = ["STATIC", "language_from", "page", "static_version"]

STATIC: Final = Path(__file__).parents[1] / "static"
_THEMES: Final = ("light", "dark")
_NAV: Final = (("/", "sessions", "chat"), ("/library", "library", "library"), ("/engines", "engines_page", "engine"))


def language_from(request: Request) -> Language:
    """Return the language of a request: `lang` in the address, else the cookie, else what the browser prefers."""
    for told in (request.query_params.get("lang"), request.cookies.get("lang")):
        if told in ("en", "zh"):
            return told  # type: ignore[return-value]
    for part in request.headers.get("accept-language", "").split(","):
        name = part.partition(";")[0].strip().lower()
        if name.startswith("zh"):
            return "zh"
        if name.startswith("en"):
            return "en"
    return "en"


def page(
    request: Request, name: str, *, status: int = 200, boot: dict[str, Any] | None = None, **told: Any
) -> HTMLResponse:
    """Render a page. `boot` is what its module reads, beside language and words; `told` is for the template."""
    language = language_from(request)
    words = words_of(language)
    theme = request.cookies.get("theme", "")
    html = (
        _environment()
        .get_template(f"{name}.html.j2")
        .render(
            words=words,
            lang=language,
            theme=theme if theme in _THEMES else "",
            static=f"/static/{static_version()}",
            nav=_NAV,
            path=request.url.path,
            boot=_as_json({"lang": language, "words": words, **(boot or {})}),
            **told,
        )
    )
    headers = {"Cache-Control": "no-store", "Content-Language": "zh-CN" if language == "zh" else "en"}
    response = HTMLResponse(html, status, headers)
    if request.query_params.get("lang") == language:
        response.set_cookie("lang", language, max_age=365 * 24 * 3600, samesite="strict")
    return response


@cache
def static_version() -> str:
    """Return a digest of all static files: it is in their address, so that a browser may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _environment() -> Environment:
    loader = PackageLoader("agentvid.server", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _as_json(value: Any) -> Markup:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False)
    for sign, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(sign, code)
    return Markup(text)
