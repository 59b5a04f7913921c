"""The models of the dialect: `agentvid`, where routing chooses engines, and `agentvid/ENGINE`, where one is wished."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter

from agentvid.agent.accept import Wishes
from agentvid.agent.form import Form
from agentvid.server.api.shapes import HubOf
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.openai.bodies import Wished
from agentvid.server.openai.errors import bad_parameter
from agentvid.server.problem import HttpError
from agentvid.server.retry import RetriedRoute

__all__ = ["NAME", "check_model", "router", "wishes_of"]

NAME: Final = "agentvid"
_BORN: Final = 1_767_225_600

router = APIRouter(route_class=RetriedRoute)


@router.get("/models", summary="List models")
def list_models(hub: HubOf, owner: Owner) -> dict[str, Any]:
    """List what `model` may be."""
    return {"object": "list", "data": [_document(hub, name) for name in _names(hub)]}


@router.get("/models/{model:path}", summary="Show a model")
def show_model(hub: HubOf, owner: Owner, model: str) -> dict[str, Any]:
    """Tell of one model; `agentvid` holds what its engine bears."""
    check_model(hub, model)
    return _document(hub, model)


def check_model(hub: Hub, model: str | None) -> str | None:
    """Return the engine that a model's name wishes, None where routing chooses.

    Raises: HttpError 404 for a name that is no model here: nothing stands in for another's model.
    """
    if model in (None, NAME):
        return None
    if model in _names(hub):
        return str(model).partition("/")[2]
    known = ", ".join(_names(hub))
    raise HttpError(
        404,
        "model_not_found",
        f"there is no model {model!r}",
        f"one of {known}",
        "GET /v1/models",
        more={"param": "model"},
    )


def wishes_of(hub: Hub, body: Wished, seed: int | None = None, form: Form | None = None) -> Wishes:
    """Return what a request wishes beside its words.

    Raises: HttpError 400, 404 where two wishes contradict each other, or the model is unknown.
    """
    ours, engine = body.agentvid, check_model(hub, body.model)
    if engine is not None and ours.engine not in (None, engine):
        raise bad_parameter(
            "agentvid.engine", f"the model {body.model} with the engine {ours.engine}", "one of the two"
        )
    if seed is not None and ours.seed not in (None, seed):
        raise bad_parameter("seed", f"the seeds {seed} and {ours.seed}", "one of the two")
    seed = ours.seed if seed is None else seed
    return Wishes(given=ours.given or None, seed=seed, engine=engine or ours.engine, planner=ours.planner, form=form)


def _names(hub: Hub) -> list[str]:
    states = {name: engine.status().state for name, engine in hub.agent.engines.items()}
    return [NAME, *(f"{NAME}/{name}" for name, state in states.items() if state in ("ready", "unproven"))]


def _document(hub: Hub, name: str) -> dict[str, Any]:
    engine = hub.agent.engines.get(name.partition("/")[2])
    more: dict[str, Any] = {"planner": hub.agent.planner.name}
    if engine is not None:
        more |= {
            "engine": engine.name,
            "version": engine.version,
            "status": engine.status().state,
            "tasks": sorted({capability.task for capability in engine.capabilities()}),
        }
    return {"id": name, "object": "model", "created": _BORN, "owned_by": NAME, "agentvid": more}
