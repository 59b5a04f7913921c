"""Engines: *how* a task is done. The protocol, the request and result that cross a process border, capabilities.

An engine runs in a worker process (see `run.host`) and gets references to artifacts, never their bytes. It reads and
writes media through `context.store` and `media.codec`, calls `context.progress` between frames or sampling steps
(which is also where it is cancelled), and says in `warnings` whatever it adjusted.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import Field

from agentvid.errors import Cancelled, EngineError
from agentvid.events import Emit, Progress, Warned, ignore
from agentvid.media.types import PortValue, Value, dump_value, load_value, port_type_name
from agentvid.store.objects import ObjectStore

__all__ = [
    "Capability",
    "Cost",
    "Engine",
    "EngineContext",
    "EngineRequest",
    "EngineResult",
    "EngineStatus",
    "Input",
    "JobKeeper",
    "OffersCancelJob",
    "never_cancelled",
    "pack",
    "unpack",
]

Input: TypeAlias = PortValue | list[PortValue] | None
T = TypeVar("T")


class EngineStatus(Value):
    """Whether an engine can be used now, and how to get it where it can't.

    `unproven` means: run only on tiny random weights or a local server, never on the real checkpoint or vendor.
    """

    state: Literal["ready", "unproven", "needs weights", "needs program", "needs key", "needs GPU", "retired"]
    how: str = ""


class Cost(Value):
    """Money. `currency` is an ISO 4217 code; an amount of 0 needs none."""

    amount: float = Field(default=0.0, ge=0)
    currency: str = ""


class Capability(Value):
    """What an engine bears for one task. Limits are of the result; None means no limit of its own.

    `frame_rule` is "" or the form "4k+1". `seconds_per_megapixel_frame` is a rough price model of time for previews.
    `price` is what one request costs; None where nobody knows before it is made, and an amount of 0 is free.
    `thought` declares that the thought of a request conditions the result. `draft` says that it is offered, not
    claimed: results are often not what was asked for.
    """

    task: str
    note: str = ""
    max_pixels: int | None = None
    max_seconds: float | None = None
    fps: tuple[float, ...] = ()
    frame_rule: str = ""
    languages: tuple[str, ...] = ("en", "zh")
    price: Cost | None = Cost()
    seconds_per_megapixel_frame: float = 0.0
    licence: str = "Apache-2.0"
    thought: bool = False
    draft: bool = False


class EngineRequest(Value):
    """One task: `inputs` in packed form (see `pack`), `thought` where the engine declares that it reads one."""

    task: str
    inputs: dict[str, Any] = Field(default_factory=dict)
    seed: int = 0
    thought: str = ""

    def get(self, name: str, python_type: type[T]) -> T:
        """Return the input of that name and type.

        Raises: EngineError where it is missing or of another type.
        """
        value = self.maybe(name, python_type)
        if value is None:
            raise EngineError(f"task {self.task} got no input {name!r}", f"a {python_type.__name__}")
        return value

    def maybe(self, name: str, python_type: type[T]) -> T | None:
        """Return the input of that name and type, or None where it was not given.

        Raises: EngineError where it is of another type.
        """
        value = unpack(self.inputs.get(name))
        if value is None:
            return None
        if python_type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, python_type):
            raise EngineError(f"task {self.task} got {type(value).__name__} as {name!r}", f"a {python_type.__name__}")
        return value

    def many(self, name: str, python_type: type[T]) -> list[T]:
        """Return the list input of that name; an absent one is an empty list.

        Raises: EngineError where an item is of another type.
        """
        items = unpack(self.inputs.get(name))
        if items is None:
            return []
        if not isinstance(items, list):
            items = [items]
        wrong = [type(item).__name__ for item in items if not isinstance(item, python_type)]
        if wrong:
            raise EngineError(f"task {self.task} got {', '.join(wrong)} in {name!r}", f"{python_type.__name__}s")
        return [item for item in items if isinstance(item, python_type)]


class EngineResult(Value):
    """What came of a request: `outputs` in packed form, what was adjusted or is only approximate, what it cost."""

    outputs: dict[str, Any] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    cost: Cost = Cost()

    @classmethod
    def of(cls, *warnings: str, cost: Cost | None = None, **outputs: Input) -> EngineResult:
        """Build a result from port values."""
        packed = {name: pack(value) for name, value in outputs.items() if value is not None}
        return cls(outputs=packed, warnings=warnings, cost=cost or Cost())

    def get(self, name: str, python_type: type[T]) -> T:
        """Return the output of that name and type.

        Raises: EngineError where the engine did not make it.
        """
        value = self.maybe(name, python_type)
        if value is None:
            raise EngineError(f"the engine made no {name!r}", f"a {python_type.__name__}")
        return value

    def maybe(self, name: str, python_type: type[T]) -> T | None:
        """Return the output of that name and type, or None where the engine made none."""
        value = unpack(self.outputs.get(name))
        if value is None:
            return None
        if python_type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, python_type):
            raise EngineError(f"the engine made {type(value).__name__} as {name!r}", f"a {python_type.__name__}")
        return value


def pack(value: Input) -> Any:
    """Return a value as `{"type": port type name, "value": its JSON}`; lists item by item, None as None."""
    if value is None:
        return None
    if isinstance(value, list):
        return [pack(item) for item in value]
    return {"type": port_type_name(type(value)), "value": dump_value(value)}


def unpack(packed: Any) -> Input:
    """Read back what `pack` made."""
    if packed is None:
        return None
    if isinstance(packed, list):
        return [unpack(item) for item in packed]  # type: ignore[misc]
    return load_value(packed["type"], packed["value"])


def never_cancelled() -> bool:
    """Return False: the `cancelled` of callers that don't cancel."""
    return False


class JobKeeper(Protocol):
    """Keeps the id of the job that an engine started elsewhere for one request. `store.jobs` keeps it on the disk."""

    @property
    def job(self) -> str | None:
        """The id, or None where none is kept."""
        ...

    @property
    def idempotency_key(self) -> str:
        """What tells this order from others: the same until the job is forgotten."""
        ...

    async def keep(self, job: str) -> None:
        """Keep the id; it is safe when this returns."""
        ...

    async def forget(self) -> None:
        """Forget the id; the next order has another idempotency key."""
        ...


@dataclass
class _JobInMemory:
    """The keeper of callers without a log: an id is known as long as the context lives."""

    job: str | None = None
    idempotency_key: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def keep(self, job: str) -> None:
        self.job = job

    async def forget(self) -> None:
        self.job, self.idempotency_key = None, uuid.uuid4().hex


@dataclass(frozen=True)
class EngineContext:
    """What an engine may reach while it runs: the store, the job it started elsewhere, the way back to who waits."""

    store: ObjectStore
    emit: Emit = field(default=ignore)
    cancelled: Callable[[], bool] = field(default=never_cancelled)
    jobs: JobKeeper = field(default_factory=_JobInMemory)

    async def job(self, start: Callable[[str], Awaitable[str]]) -> str:
        """Return the id of the job that was started for this request, also by a process that died since.

        Where there is none, `start` is called once: it hands the given idempotency key to the vendor with the order,
        and returns the vendor's id, which is on the disk when this returns. Order nothing that costs money otherwise,
        and poll only then. One job a request.
        """
        if self.jobs.job is None:
            await self.jobs.keep(await start(self.jobs.idempotency_key))
        kept = self.jobs.job
        assert kept is not None
        return kept

    async def forget_job(self) -> None:
        """Forget the job, where the vendor says that it failed, expired or is not known: `job` then orders anew."""
        await self.jobs.forget()

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Say how far the work is. Call it between frames or sampling steps.

        Raises: Cancelled, when someone asked to stop.
        """
        if self.cancelled():
            raise Cancelled()
        self.emit(Progress(done=done, total=total, note=note))

    def warn(self, text: str) -> None:
        """Say at once that something was adjusted (also put it into the result's warnings)."""
        self.emit(Warned(text=text))


@runtime_checkable
class OffersCancelJob(Protocol):
    """An engine that can end its job at the vendor: done when the step of a job is cancelled, which then is forgotten.

    A job whose process was killed is not cancelled: the next run goes on with it.
    """

    async def cancel_job(self, job: str) -> None:
        """Cancel a job at the vendor.

        Raises: EngineError where the vendor can't; the job is then kept.
        """
        ...


@runtime_checkable
class Engine(Protocol):
    """How tasks are done. `version` rises with every change of results that a person should know of; `weights` is the
    digest of what it computes with: its weights, or its own source where it has none. Both are in every key.

    `concurrency` is how many requests may run at once, each in a worker process of its own.
    """

    name: str
    version: str
    weights: str
    concurrency: int

    def status(self) -> EngineStatus:
        """Say whether it can be used here and now. Cheap: loads nothing."""
        ...

    def capabilities(self) -> tuple[Capability, ...]:
        """List what it bears, one record per task. Pure."""
        ...

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task.

        Raises: CallError where other inputs would work, ToolFailed where none would, Needs, Cancelled.
        """
        ...
