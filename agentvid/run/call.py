"""What a tool reaches while it runs: the engines that routing chose for the tasks it declared, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentvid.chain.step import Step
from agentvid.engine import Engine, EngineRequest, EngineResult, Input, pack
from agentvid.errors import NoEngine, SettingsError
from agentvid.events import CostEvent, Emit, Event, Warned
from agentvid.run.host import Host
from agentvid.run.key import request_digest
from agentvid.run.route import Route, bears, route
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

if TYPE_CHECKING:
    from agentvid.store.jobs import StoredJob

__all__ = ["Call", "CallContext", "identities", "read_thought", "reads_thought", "routes_of"]


def routes_of(spec: ToolSpec, engines: Mapping[str, Engine], wish: str | None) -> dict[str, Route]:
    """Return the route of every task a tool declares. A wish holds for the tasks its engine bears.

    Raises: NoEngine where a task has no engine, or the wished engine bears none of the tool's tasks.
    """
    if wish is not None and wish in engines and spec.tasks and not any(bears(engines[wish], t) for t in spec.tasks):
        raise NoEngine(
            f"engine {wish!r} bears none of what tool {spec.name!r} asks for: {', '.join(spec.tasks)}",
            "an engine that does",
            "set_engine to another, or to none",
        )
    routes = {}
    for task in spec.tasks:
        wished = wish if wish is None or wish not in engines or bears(engines[wish], task) else None
        routes[task] = route(task, engines, wished)
    return routes


def identities(spec: ToolSpec, engines: Mapping[str, Engine], wish: str | None) -> dict[str, str]:
    """Return, per task of the tool, the text that names engine, version and weights in the key.

    Raises: NoEngine.
    """
    return {task: chosen.identity for task, chosen in routes_of(spec, engines, wish).items()}


def read_thought(step: Step, spec: ToolSpec, engines: Mapping[str, Engine]) -> str:
    """Return the thought that a step's result depends on: "" where nothing reads it.

    A tool that declares `thought` reads it itself where it asks no engine, else for engines that declare it.

    Raises: NoEngine.
    """
    if not spec.takes("thought"):
        return ""
    return step.thought if reads_thought(spec, engines, routes_of(spec, engines, step.engine)) else ""


def reads_thought(spec: ToolSpec, engines: Mapping[str, Engine], routes: Mapping[str, Route]) -> bool:
    """Return whether the thought of a step with this tool and these routes is read by anything."""
    if not spec.takes("thought"):
        return False
    declared = (bears(engines[chosen.engine], task) for task, chosen in routes.items())
    return not routes or any(capability is not None and capability.thought for capability in declared)


@dataclass
class CallContext:
    """The `ToolContext` of one step, keeping what its engines said: names, warnings, cost."""

    step: Step
    spec: ToolSpec
    engines: Mapping[str, Engine]
    host: Host
    store: ObjectStore
    listener: Emit
    job_of: Callable[[str, str, str, str], StoredJob]
    """Where the job of a request is kept: (the step's key, digest of the request, engine, task) → its keeper."""
    key: str
    asked: dict[str, int] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    cost: float = 0.0
    currency: str = ""
    stopped: bool = False

    def emit(self, event: Event) -> None:
        """Pass an event on, marked with this step."""
        self.listener(event.model_copy(update={"step": self.step.id}))

    def warn(self, text: str) -> None:
        """Keep a warning with the result."""
        self.warnings.append(text)
        self.emit(Warned(text=text))

    def engine(self, task: str) -> Call:
        """Return the engine that routing chose for a declared task."""
        if task not in self.spec.tasks:
            raise SettingsError(
                f"tool {self.spec.name!r} asks for task {task!r}",
                f"a task it declares: {', '.join(self.spec.tasks) or 'none'}",
                f"add it to @tool(tasks=[…]) in {self.spec.path}",
            )
        return Call(self, routes_of(self.spec, self.engines, self.step.engine)[task])

    def cancelled(self) -> bool:
        """Return whether the step was asked to stop (an awaited engine stops by itself)."""
        return self.stopped


@dataclass
class Call:
    """One task on the engine that was chosen for it."""

    context: CallContext
    route: Route

    @property
    def name(self) -> str:
        """Name of the engine."""
        return self.route.engine

    async def run(self, **inputs: Input) -> EngineResult:
        """Run the task on its host; `seed` and `thought` among the inputs go into the request itself."""
        context = self.context
        seed, thought = inputs.pop("seed", 0), inputs.pop("thought", "")
        request = EngineRequest(
            task=self.route.task,
            inputs={name: pack(value) for name, value in inputs.items() if value is not None},
            seed=int(seed) if isinstance(seed, int | float) else 0,
            thought=str(thought or ""),
        )
        context.used[self.route.task] = self.route.label
        digest = request_digest(request)
        context.asked[digest] = context.asked.get(digest, 0) + 1
        request_key = f"{digest}.{context.asked[digest]}"
        job = context.job_of(context.key, request_key, self.route.engine, self.route.task)
        was_settled = job.is_settled
        result = await context.host.run(context.engines[self.route.engine], request, context.emit, job)
        context.warnings.extend(result.warnings)
        if result.cost.amount and not (was_settled and job.is_settled):
            context.cost += result.cost.amount
            context.currency = result.cost.currency
            context.emit(CostEvent(amount=result.cost.amount, currency=result.cost.currency))
        return result
