"""Routing: which engine does a task. Pure, so that a preview resolves the same engine as the run.

A wish is obeyed or refused, never replaced. Without one, the first engine that is ready and bears the task is taken,
in a fixed order; an unproven engine only where no ready one bears it; `fake`, `simulator` and `small` never unless
wished: routing reads no words, and these draw nothing but their own world (a planner wishes `small` where words are
of that world).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agentvid.engine import Capability, Engine
from agentvid.errors import NoEngine

__all__ = ["ONLY_BY_WISH", "USABLE", "Route", "bears", "drafts", "offers", "route"]

PREFERENCE: Final = ("unified", "diffusion", "remote", "cloud", "pretrained", "classical", "speech")
ONLY_BY_WISH: Final = frozenset({"fake", "simulator", "small"})
USABLE: Final = ("ready", "unproven")


@dataclass(frozen=True)
class Route:
    """The engine chosen for a task, and why, in words.

    `identity` names engine, version and weights for the key, `label` engine, version and status for a person.
    """

    task: str
    engine: str
    identity: str
    label: str
    state: str
    why: str


def bears(engine: Engine, task: str) -> Capability | None:
    """Return the capability record with which an engine bears a task, or None."""
    return next((capability for capability in engine.capabilities() if capability.task == task), None)


def offers(engines: Mapping[str, Engine]) -> dict[str, frozenset[str]]:
    """Return what can be asked for now: of each engine that can be used, the tasks that it bears."""
    usable = {name: engine for name, engine in engines.items() if engine.status().state in USABLE}
    return {name: frozenset(found.task for found in engine.capabilities()) for name, engine in usable.items()}


def drafts(engines: Mapping[str, Engine]) -> dict[str, frozenset[str]]:
    """Return, of each engine, the tasks that it offers as drafts alone."""
    return {name: frozenset(found.task for found in e.capabilities() if found.draft) for name, e in engines.items()}


def route(task: str, engines: Mapping[str, Engine], wish: str | None = None) -> Route:
    """Choose the engine for a task.

    Raises: NoEngine, naming the engines that would do and how to get them.
    """
    if wish is not None:
        return _wished(task, engines, wish)
    for state in USABLE:
        for name in _by_preference(engines):
            engine = engines[name]
            if name not in ONLY_BY_WISH and engine.status().state == state and bears(engine, task):
                return _route(task, name, engine, f"the first {state} engine that bears {task}")
    raise NoEngine(f"no usable engine bears {task!r}", "one that is ready", _how_to_get(task, engines))


def _wished(task: str, engines: Mapping[str, Engine], wish: str) -> Route:
    engine = engines.get(wish)
    if engine is None:
        raise NoEngine(
            f"engine {wish!r} is not known", f"one of {', '.join(sorted(engines))}", "see `agentvid engines`"
        )
    if bears(engine, task) is None:
        able = ", ".join(name for name in engines if bears(engines[name], task)) or "none"
        raise NoEngine(f"engine {wish!r} does not bear {task!r}", f"one that does: {able}", "wish another engine")
    status = engine.status()
    if status.state not in USABLE:
        raise NoEngine(f"engine {wish!r} {status.state}", "an engine that is ready", status.how)
    return _route(task, wish, engine, "wished")


def _route(task: str, name: str, engine: Engine, why: str) -> Route:
    weights = f"#{engine.weights}" if engine.weights else ""
    state = engine.status().state
    named = f"{name}@{engine.version}"
    return Route(task, name, named + weights, f"{named} ({state})", state, why)


def _by_preference(engines: Mapping[str, Engine]) -> list[str]:
    rank = {name: place for place, name in enumerate(PREFERENCE)}
    return sorted(engines, key=lambda name: (rank.get(name, len(rank)), name))


def _how_to_get(task: str, engines: Mapping[str, Engine]) -> str:
    hints = [f"{name}: {e.status().how or e.status().state}" for name, e in engines.items() if bears(e, task)]
    return "; ".join(hints) or "install an engine that does, see `agentvid engines`"
