"""What happened when a revision of a chain was run. Pure data; kept beside the chain, never inside it."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field

from agentvid.media.types import Value

__all__ = ["NEXT", "Run", "Status", "StepRun", "StepWaits"]

Status: TypeAlias = Literal[
    "pending", "cached", "running", "done", "waiting", "failed", "cancelled", "stale", "skipped"
]


NEXT: Final = "next"
"""Stands for the key that a step will have when it is next run."""


class StepWaits(Value):
    """A step waits for a person: which port, and how to give it."""

    step: str
    port: str
    how: str


class StepRun(Value):
    """What happened to one step.

    `outputs` hold the value of each port in packed form (`{"type": "Mask", "value": …}`), given values included;
    `given` names the ports whose value a person gave. `executed` tells whether the tool really ran this time.
    `engines` maps each task the tool asked for to "engine@version (status)". `error` is an `errors.ErrorDocument`.
    `frame` and `inputs` are the parts of `key`: the digest of all but the inputs, and the digest of each input.
    `accepted` is another key for which a person said that this result is good as it is (`NEXT`: whatever the key of
    the next run will be).
    """

    model_config = ConfigDict(ser_json_inf_nan="constants")

    step: str
    status: Status = "pending"
    key: str = ""
    frame: str = ""
    inputs: dict[str, str | list[str]] = Field(default_factory=dict)
    accepted: str = ""
    outputs: dict[str, Any] = Field(default_factory=dict)
    given: tuple[str, ...] = ()
    executed: bool = False
    engines: dict[str, str] = Field(default_factory=dict)
    seconds: float = 0.0
    cost: float = 0.0
    currency: str = ""
    warnings: tuple[str, ...] = ()
    error: dict[str, str] | None = None
    waits: StepWaits | None = None

    @property
    def is_usable(self) -> bool:
        """Whether its outputs can be used by other steps."""
        return self.status in ("done", "cached", "stale")


class Run(Value):
    """What happened to each step of a revision, by step id, in the order of the chain."""

    revision: int
    steps: dict[str, StepRun] = Field(default_factory=dict)

    @property
    def status(self) -> Literal["done", "waiting", "failed", "cancelled"]:
        """The run as a whole: cancelled and failed come before waiting, waiting before done."""
        statuses = {step.status for step in self.steps.values()}
        for status in ("cancelled", "failed", "waiting"):
            if status in statuses:
                return status
        return "done"

    def port(self, step: str, port: str) -> Any:
        """Return the packed value of a port, or None where there is none."""
        found = self.steps.get(step)
        return found.outputs.get(port) if found else None
