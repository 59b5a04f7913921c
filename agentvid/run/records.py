"""The records of steps: from kept results, from what ended, from errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

from agentvid.chain.run import Status, StepRun
from agentvid.chain.step import Step
from agentvid.errors import AgentvidError, Cancelled, StoreError
from agentvid.run.call import CallContext
from agentvid.run.prepare import Prepared, Preparer, megapixel_frames
from agentvid.run.resolve import given_ports
from agentvid.store.log import CachedResult
from agentvid.store.objects import ObjectStore

__all__ = [
    "Ended",
    "Found",
    "as_record",
    "failed_record",
    "has_media",
    "is_sound",
    "kept_result",
    "record_of",
    "skipped_record",
    "unsound",
]


def kept_result(step: Step, previous: StepRun | None, preparer: Preparer) -> StepRun | None:
    """Return the result that a step may keep as it is pinned or accepted, with what a person gives now; else None.

    Raises: ChainError where a given value does not fit; SettingsError for an unknown tool.
    """
    if previous is None or not (step.pinned or previous.accepted) or not previous.outputs:
        return None
    outputs = previous.outputs | given_ports(step, preparer.spec(step))
    return previous.model_copy(update={"status": "cached", "executed": False, "outputs": outputs})


def record_of(prepared: Prepared, result: CachedResult, *, executed: bool) -> StepRun:
    """Return the record of a step with this result."""
    assert prepared.parts is not None
    return StepRun(
        step=prepared.step.id,
        status="done" if executed else "cached",
        key=prepared.parts.key,
        frame=prepared.parts.frame,
        inputs=_known_inputs(prepared),
        outputs={**result.outputs, **prepared.given},
        given=tuple(prepared.given),
        executed=executed,
        engines=result.engines,
        seconds=result.seconds,
        cost=result.cost if executed else 0.0,
        currency=result.currency if executed else "",
        warnings=result.warnings,
    )


@dataclass
class Found:
    """What a tool gave just now. `record` and `document` are made when they are asked for, of many steps together.

    `step`, `status` and `outputs` are those of the record.
    """

    prepared: Prepared
    call: CallContext
    found: dict[str, Any]
    seconds: float

    status: ClassVar[Status] = "done"

    def __post_init__(self) -> None:
        self.step = self.prepared.step.id
        self.outputs = {**self.found, **self.prepared.given} if self.prepared.given else self.found

    @cached_property
    def record(self) -> StepRun:
        """The record of the step."""
        prepared, call = self.prepared, self.call
        assert prepared.parts is not None
        return StepRun(
            step=self.step,
            status=self.status,
            key=prepared.parts.key,
            frame=prepared.parts.frame,
            inputs=_known_inputs(prepared),
            outputs=self.outputs,
            given=tuple(prepared.given),
            executed=True,
            engines=call.used,
            seconds=self.seconds,
            cost=call.cost,
            currency=call.currency,
            warnings=tuple(dict.fromkeys(call.warnings)),
        )

    def document(self) -> dict[str, Any]:
        """Return what is kept of it, as JSON of a `CachedResult`: what the tool gave, without what a person gives."""
        prepared, call = self.prepared, self.call
        assert prepared.parts is not None
        return {
            "outputs": self.found,
            "tool": prepared.step.tool,
            "engines": call.used,
            "seconds": self.seconds,
            "cost": call.cost,
            "currency": call.currency,
            "warnings": list(dict.fromkeys(call.warnings)),
            "created": 0.0,
            "frame": prepared.parts.frame,
            "inputs": _known_inputs(prepared),
            "megapixel_frames": megapixel_frames(prepared.inputs),
        }


Ended: TypeAlias = StepRun | Found
"""How a step ended: its record, or what it will be made of."""


def as_record(ended: Ended) -> StepRun:
    """Return the record of a step that ended."""
    return ended.record if isinstance(ended, Found) else ended


def failed_record(step_id: str, error: AgentvidError, *, executed: bool = False) -> StepRun:
    """Return the record of a step that ended with this error."""
    document = {name: str(text) for name, text in error.document().items()}
    status = "cancelled" if isinstance(error, Cancelled) else "failed"
    return StepRun(step=step_id, status=status, executed=executed, error=document)


def skipped_record(step_id: str, broken: str) -> StepRun:
    """Return the record of a step that needs one which gave no result."""
    told = {"code": "skipped", "given": f"{step_id} needs {broken}, which gave no result"}
    return StepRun(step=step_id, status="skipped", error={**told, "expected": "its result", "do": f"mend {broken}"})


def is_sound(store: ObjectStore, values: Iterable[Any]) -> bool:
    """Return whether the media among packed values are in the store, and whole."""
    try:
        for sha in _shas(values):
            store.path(sha)
    except StoreError:
        return False
    return True


def unsound(store: ObjectStore, results: Mapping[str, CachedResult]) -> list[str]:
    """Return the keys of results whose media are gone or damaged."""
    return [key for key, result in results.items() if not is_sound(store, result.outputs.values())]


def has_media(outputs: Mapping[str, Any]) -> bool:
    """Return whether packed values name objects of the store."""
    return any(isinstance(packed["value"], dict) and "artifact" in packed["value"] for packed in outputs.values())


def _known_inputs(prepared: Prepared) -> dict[str, Any]:
    assert prepared.parts is not None
    parts = prepared.parts.inputs
    return {name: digest if isinstance(digest, str) else list(digest or ()) for name, digest in parts.items()}


def _shas(values: Iterable[Any]) -> Iterator[str]:
    for packed in values:
        if isinstance(packed["value"], dict) and "artifact" in packed["value"]:
            yield packed["value"]["artifact"]
