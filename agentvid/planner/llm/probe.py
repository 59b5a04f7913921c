"""Does the endpoint answer, and does it know the model? Asked for free: the list of models, no completion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from agentvid.planner.llm.endpoint import Endpoint
from agentvid.planner.llm.wire import Trouble, get_json

__all__ = ["Probed", "probe"]

SECONDS: Final = 10.0
_NOT_OFFERED: Final = (404, 405, 501)


@dataclass(frozen=True)
class Probed:
    """Whether an endpoint answers, and what it said."""

    answers: bool
    told: str


async def probe(endpoint: Endpoint) -> Probed:
    """Return whether an endpoint answers, takes the key and lists the model; waits at most 10 seconds."""
    where = f"{endpoint.base_url} answers"
    try:
        listed = await get_json(replace(endpoint, timeout=min(SECONDS, endpoint.timeout)), "/models")
    except Trouble as trouble:
        if trouble.status in _NOT_OFFERED:
            return Probed(True, f"{where}, but lists no models; whether it has {endpoint.model} is not known")
        return Probed(False, f"{endpoint.base_url} does not answer: {trouble.told}")
    names = _names(listed)
    if not names:
        return Probed(True, f"{where}, but lists no models; whether it has {endpoint.model} is not known")
    if endpoint.model not in names:
        return Probed(False, f"{where}, but has no model {endpoint.model!r}; it has {', '.join(names[:8])}")
    return Probed(True, f"{where}, and has {endpoint.model}")


def _names(listed: Any) -> list[str]:
    models = listed.get("data") if isinstance(listed, dict) else None
    return [str(model["id"]) for model in models or () if isinstance(model, dict) and "id" in model]
