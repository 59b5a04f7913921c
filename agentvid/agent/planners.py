"""The planners that come with agentvid, by name: who writes chains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from agentvid.engine import EngineStatus
from agentvid.errors import SettingsError
from agentvid.planner import Planner
from agentvid.planner.grammar import GrammarPlanner
from agentvid.settings import Settings
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

__all__ = ["OFFLINE", "PLANNERS", "Equipped", "PlannerState", "make_planner", "planner_states"]

OFFLINE: Final = ("offline", "grammar")
"""Two names of the planner that works by rule."""
PLANNERS: Final = (*OFFLINE, "unified", "llm")


@dataclass(frozen=True)
class PlannerState:
    """A planner by name, and whether it can be used now."""

    name: str
    status: EngineStatus


class Equipped(Protocol):
    """What a planner is made from: an agent."""

    tools: dict[str, ToolSpec]
    settings: Settings
    store: ObjectStore


def make_planner(planner: str | Planner, agent: Equipped) -> Planner:
    """Return the planner of that name; one that is a planner already, as it is.

    Raises: SettingsError where there is none, or it lacks a model or an endpoint.
    """
    if not isinstance(planner, str):
        return planner
    if planner in OFFLINE:
        return GrammarPlanner()
    if planner == "unified":
        from agentvid.planner.unified import UnifiedPlanner

        return UnifiedPlanner(agent.tools)
    if planner == "llm":
        from agentvid.planner.llm import LlmPlanner, endpoint_of

        return LlmPlanner(endpoint_of(agent.settings), agent.tools, store=agent.store)
    raise SettingsError(f"planner {planner!r} is not known", f"one of {', '.join(PLANNERS)}", "correct --planner")


def planner_states(settings: Settings) -> list[PlannerState]:
    """Return each planner with its status: cheap, nothing is loaded and nobody is asked."""
    from agentvid.planner.llm import endpoint_status
    from agentvid.planner.unified import UnifiedPlanner

    try:
        UnifiedPlanner({})
        unified = EngineStatus(state="unproven", how="a checkpoint is named; only ever run on tiny random weights")
    except SettingsError as error:
        unified = EngineStatus(state="needs weights", how=f"{error.given}; {error.do}")
    ready = EngineStatus(state="ready", how="by rule, English and Chinese; also called grammar")
    found = {"offline": ready, "unified": unified, "llm": endpoint_status(settings)}
    return [PlannerState(name, status) for name, status in found.items()]
