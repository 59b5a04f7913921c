"""The pages of the studio, and the files they are made of."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from agentvid.agent.planners import planner_states
from agentvid.media.types import Image, Video
from agentvid.report.chinese import said
from agentvid.report.words import tool_title
from agentvid.server.api.shapes import HubOf, SessionId
from agentvid.server.keys import COOKIE, Keys, identify
from agentvid.server.problem import HttpError
from agentvid.server.studio.render import STATIC, language_from, page, static_version
from agentvid.server.studio.shelf import SHOWN, library_of
from agentvid.server.studio.states import state_words
from agentvid.server.studio.words import words_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_files: Final = StaticFiles(directory=STATIC)
_FOREVER: Final = "public, max-age=31536000, immutable"
_PLACE: Final = re.compile(r"/(?![/\\])[!-~]*")
"""A path of this server. Browsers leave out tabs and line breaks, so that "/\\t/name" would be another server's."""
Kind = Literal["", "image", "video", "audio"]
TurnNumberOr = Annotated[int | None, Query(ge=1, lt=2**31)]


# ---------------------------------------------------------------- files


@router.get("/static/{version}/{path:path}")
async def static_file(request: Request, version: str, path: str) -> Response:
    """Get a file of the pages. Its address holds a digest of all of them, so that it may be kept for ever."""
    response = await _files.get_response(path, request.scope)
    response.headers["Cache-Control"] = _FOREVER if version == static_version() else "no-cache"
    return response


@router.get("/favicon.ico")
def favicon() -> RedirectResponse:
    """Send browsers that look here to the icon."""
    return RedirectResponse(f"/static/{static_version()}/favicon.svg", 307)


# ---------------------------------------------------------------- pages


def _owner(request: Request) -> str | Response:
    """Return who asks, or the way to the login page."""
    try:
        return identify(request)
    except HttpError:
        place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(place, safe='')}", 303)


def _missing(request: Request) -> Response:
    return page(request, "missing", status=404, title_key="page_missing")


@router.get("/")
def home(request: Request, hub: HubOf) -> Response:
    """List the sessions."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    language = language_from(request)
    sessions = []
    for row in hub.log.sessions(owner):
        turns, versions = hub.log.turns(row.session), hub.log.versions(row.session)
        seen = [one.artifact for one in versions if isinstance(one.artifact, Image | Video)]
        sessions.append(
            {
                "id": row.session,
                "name": row.title or (turns[0].message["text"] if turns else words_of(language)["new_session"]),
                "turns": len(turns),
                "last": turns[-1].message["text"] if turns else "",
                "created": row.created,
                "face": seen[-1] if seen else None,
                "work": any(hub.state_of(row.session, turn.turn) for turn in turns[-1:]),
            }
        )
    return page(request, "home", title_key="sessions", sessions=sessions)


@router.get("/s/{session}")
@router.get("/s/{session}/t/{turn}")
def session_page(
    request: Request,
    hub: HubOf,
    session: SessionId,
    turn: Annotated[int, Path(ge=1, lt=2**31)] | None = None,
    use: Annotated[str, Query(pattern="^[0-9a-f]{64}$")] | None = None,
) -> Response:
    """Show the conversation beside the chain."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    try:
        hub.check_session(owner, session)
        used = [hub.media.part(owner, use)] if use else []
    except HttpError:
        return _missing(request)
    numbers = [row.turn for row in hub.log.turns(session)]
    if turn is not None and turn not in numbers:
        return _missing(request)
    row = hub.log.session(session)
    budget = hub.log.budget(session)
    boot = {
        "session": session,
        "turns": numbers,
        "turn": turn or (numbers[-1] if numbers else 0),
        "pane": "chain" if turn is not None and turn != (numbers or [0])[-1] else "talk",
        "last_event": hub.stream.last(session),
        "budget": {"amount": budget.amount, "currency": budget.currency} if budget else None,
        "planner": request.cookies.get("planner", ""),
        "use": [{"artifact": part.artifact.model_dump(mode="json"), "name": part.name} for part in used],
    }
    first = hub.log.turn(session, numbers[0]).message["text"] if numbers else ""
    name = (row.title if row else "") or first or words_of(language_from(request))["new_session"]
    return page(request, "session", boot=boot, title=name, session=session)


@router.get("/s/{session}/history")
def history_page(request: Request, hub: HubOf, session: SessionId, turn: TurnNumberOr = None) -> Response:
    """Show the revisions of a turn."""
    found = _turn(request, hub, session, turn)
    if isinstance(found, Response):
        return found
    return page(
        request,
        "history",
        boot={"session": session, "turn": found},
        session=session,
        turn=found,
        turns=_turns(hub, session),
    )


@router.get("/s/{session}/compare")
def compare_page(
    request: Request,
    hub: HubOf,
    session: SessionId,
    turn: TurnNumberOr = None,
    a: int | None = None,
    b: int | None = None,
) -> Response:
    """Show two revisions of a turn beside each other; without numbers the last two."""
    found = _turn(request, hub, session, turn)
    if isinstance(found, Response):
        return found
    owner = _owner(request)
    assert isinstance(owner, str)
    nodes = hub.turn(owner, session, found).history().nodes
    numbers = [node.n for node in nodes]
    if len(numbers) < 2:
        one = two = None
    else:
        one, two = (a if a in numbers else numbers[-2]), (b if b in numbers else numbers[-1])
    names = {node.n: f"{node.n} · {node.words}" for node in nodes}
    boot = {
        "ready": f"/studio/compare/{session}/{found}?a={one}&b={two}&lang={language_from(request)}" if one else "",
        "a_name": names.get(one or 0, ""),
        "b_name": names.get(two or 0, ""),
    }
    return page(request, "compare", boot=boot, session=session, turn=found, names=names, a=one, b=two)


@router.get("/library")
def library_page(request: Request, hub: HubOf, kind: Kind = "") -> Response:
    """Show all media."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    items = library_of(hub, owner, language_from(request), kind)
    return page(request, "library", title_key="library", items=items, kind=kind, kinds=SHOWN)


@router.get("/engines")
def engines_page(request: Request, hub: HubOf) -> Response:
    """Show engines and planners, and how to get each."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    language = language_from(request)
    engines = [
        {
            "name": engine.name,
            "version": engine.version,
            "state": (status := engine.status()).state,
            "words": state_words(status.state, language),
            "how": said(status.how, language),
            "tasks": [
                (tool_title(one.task, language), said(one.note, language), one.draft) for one in engine.capabilities()
            ],
        }
        for engine in hub.agent.engines.values()
    ]
    order = ("ready", "unproven")
    engines.sort(key=lambda one: (one["name"] == "fake", (*order, one["state"]).index(one["state"]), one["name"]))
    planners = [
        (found.name, found.status.state, state_words(found.status.state, language), said(found.status.how, language))
        for found in planner_states(hub.agent.settings)
    ]
    return page(request, "engines", title_key="engines_page", engines=engines, planners=planners)


@router.get("/settings")
def settings_page(request: Request, hub: HubOf) -> Response:
    """Show the settings of this browser, and who is signed in."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    names = [found.name for found in planner_states(hub.agent.settings)]
    is_open = _is_open(request)
    return page(request, "settings", title_key="settings", owner=owner, is_open=is_open, planners=names)


@router.get("/settings/keys")
def keys_page(request: Request) -> Response:
    """Show the keys of who is signed in; of "local" where no key is needed yet."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    keys: Keys = request.app.state.keys
    own = sorted(keys.of(owner), key=lambda key: (key.revoked is not None, -key.created))
    here = keys.key_of(request.cookies.get(COOKIE, ""))
    boot = {"open": _is_open(request), "last": sum(key.revoked is None for key in own) == 1}
    return page(
        request,
        "keys",
        boot=boot,
        title_key="api_keys",
        owner=owner,
        keys=own,
        here=here,
        origin=str(request.base_url).rstrip("/"),
    )


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    """Ask for an API key."""
    place = next if _PLACE.fullmatch(next) else "/"
    return page(request, "login", title_key="login_title", boot={"next": place})


def _turns(hub: HubOf, session: str) -> list[int]:
    return [row.turn for row in hub.log.turns(session)]


def _turn(request: Request, hub: HubOf, session: str, turn: int | None) -> int | Response:
    """Return which turn is meant, the last one where none is named; or the page to show instead."""
    owner = _owner(request)
    if isinstance(owner, Response):
        return owner
    try:
        hub.check_session(owner, session)
    except HttpError:
        return _missing(request)
    numbers = _turns(hub, session)
    if not numbers or (turn is not None and turn not in numbers):
        return _missing(request)
    return turn or numbers[-1]


def _is_open(request: Request) -> bool:
    """Return whether no key is needed: on this machine alone, and there is none."""
    keys: Keys = request.app.state.keys
    return bool(request.app.state.is_open) and not keys.are_used()
