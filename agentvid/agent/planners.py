"""Planners by name, and how each is made. A planner of one's own is handed to `Agent` as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from agentvid.errors import SettingsError
from agentvid.planner import Planner
from agentvid.planner.grammar import GrammarPlanner
from agentvid.tool import ToolSpec

__all__ = ["PLANNERS", "planner_of"]


def _unified(tools: Mapping[str, ToolSpec]) -> Planner:
    from agentvid.planner.unified import UnifiedPlanner

    return UnifiedPlanner(tools)


PLANNERS: Final[Mapping[str, Callable[[Mapping[str, ToolSpec]], Planner]]] = {
    "grammar": lambda tools: GrammarPlanner(),
    "unified": _unified,
}


def planner_of(planner: str | Planner, tools: Mapping[str, ToolSpec]) -> Planner:
    """Return the planner of that name; one that is a planner already, as it is.

    Raises: SettingsError naming the planners there are.
    """
    if not isinstance(planner, str):
        return planner
    if planner not in PLANNERS:
        raise SettingsError(f"planner {planner!r} is not known", f"one of {', '.join(PLANNERS)}", "correct --planner")
    return PLANNERS[planner](tools)
