"""Health, engines, tools, signing in and out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Request, Response

from agentvid import __version__
from agentvid.agent.planners import planner_states
from agentvid.server.api.shapes import ERRORS, HubOf
from agentvid.server.bodies import SignIn
from agentvid.server.documents import Engines, Health, SignedIn, Tools
from agentvid.server.keys import COOKIE, SIGNED_IN_SECONDS, Owner
from agentvid.server.problem import HttpError

__all__ = ["router"]

router = APIRouter(tags=["server"])


@router.get("/health", summary="Tell how the server stands")
def health(hub: HubOf) -> Health:
    """Answer as long as the server does. Needs no key."""
    running, queued = hub.load()
    return Health(
        status="stopping" if hub.is_stopping else "ok",
        version=__version__,
        running=running,
        queued=queued,
        concurrency=hub.concurrency,
    )


@router.get("/engines", summary="List engines and planners", responses=ERRORS)
def engines(hub: HubOf, owner: Owner) -> Engines:
    """Tell what each engine bears, whether it is ready, and how to get it."""
    told: list[dict[str, Any]] = [
        {
            "name": engine.name,
            "version": engine.version,
            "status": engine.status().state,
            "how": engine.status().how,
            "capabilities": [capability.model_dump(mode="json") for capability in engine.capabilities()],
        }
        for engine in hub.agent.engines.values()
    ]
    states = planner_states(hub.agent.settings)
    planners = [{"name": found.name, "status": found.status.state, "how": found.status.how} for found in states]
    return Engines.model_validate({"engines": told, "planners": planners})


@router.get("/tools", summary="List tools", responses=ERRORS)
def tools(hub: HubOf, owner: Owner) -> Tools:
    """Tell what each tool does, takes and gives."""
    told = [spec.document() for spec in hub.agent.tools.values()]
    return Tools.model_validate({"tools": told})


@router.get("/me", summary="Tell who asks", responses=ERRORS)
def me(owner: Owner) -> SignedIn:
    """Tell whom the key, or the browser's cookie, stands for."""
    return SignedIn(owner=owner)


@router.post("/sign-in", summary="Sign a browser in with a key", responses=ERRORS)
def sign_in(request: Request, response: Response, body: SignIn) -> SignedIn:
    """Set an HttpOnly cookie that stands for the key's owner for thirty days, or until the key is revoked."""
    keys = request.app.state.keys
    value, known = keys.sign_in(body.key), keys.owner(body.key)
    if value is None or known is None:
        raise HttpError(401, "unauthorised", "no API key that is in use", "av_…", "agentvid keys add --owner NAME")
    response.set_cookie(COOKIE, value, max_age=SIGNED_IN_SECONDS, **_cookie(request))
    return SignedIn(owner=known[0])


@router.post("/sign-out", summary="Sign a browser out", status_code=204)
def sign_out(request: Request, response: Response, agentvid_session: Annotated[str | None, Cookie()] = None) -> None:
    """End what the browser's cookie stands for."""
    if agentvid_session:
        request.app.state.keys.sign_out(agentvid_session)
    response.delete_cookie(COOKIE, **_cookie(request))


def _cookie(request: Request) -> dict[str, Any]:
    """Return how the cookie is kept; where the request came by TLS, it goes back by TLS alone."""
    return {"path": "/", "httponly": True, "samesite": "strict", "secure": request.url.scheme == "https"}
