"""Which steps must run after an edit? Worked out from runs of everything, without keys, caches or previews.

A step is called with: its tool, the engine wished for, its arguments with references replaced by what was found there
(media by the bytes of their pixels' file), values a person gave on parameters of the tool, its seed where the tool
takes one, its thought where something reads it. A step must run where no step was ever called so before in the
conversation, and not all that its tool fills was given by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from agentvid.chain.chain import Chain
from agentvid.chain.run import StepRun
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.run.call import read_thought
from agentvid.run.execute import Executor

__all__ = ["necessary_steps"]


async def necessary_steps(executor: Executor, versions: Sequence[Sequence[Chain]]) -> list[tuple[str, ...]]:
    """Return, for each version of a conversation's chains, the steps that must run where those before it were run.

    `versions[0]` are the chains of all turns as they were first; each further one, all of them after one more edit.
    Every step of every version is computed anew.

    Raises: ChainError where a chain can't be run.
    """
    calls = set[str]()
    found = []
    for chains in versions:
        records: dict[str, StepRun] = {}
        needed = []
        for step in (step for chain in chains for step in chain.order()):
            record = await _run(executor, step, records)
            call = _call(executor, step, records)
            records[step.id] = record
            if not record.is_usable and record.status != "waiting":
                continue
            if set(record.given) >= set(record.outputs) and record.given:
                continue
            if call not in calls:
                needed.append(step.id)
                calls.add(call)
        found.append(tuple(needed))
    return found


async def _run(executor: Executor, step: Step, records: dict[str, StepRun]) -> StepRun:
    """Compute a step as if nothing had ever been computed: under an owner of its own, no result is known."""

    def lookup(ref: Ref) -> Any:
        return records[ref.step].outputs.get(ref.port) if ref.step in records else None

    if any(not records[parent].is_usable for parent in step.parents() if parent in records):
        return StepRun(step=step.id, status="pending")
    return await replace(executor, owner=f"bench-{uuid4().hex}").run_tool(step, lookup=lookup)


def _call(executor: Executor, step: Step, records: dict[str, StepRun]) -> str:
    spec = executor.tools[step.tool]
    told = {
        "tool": step.tool,
        "engine": step.engine,
        "args": {name: _content(value, records) for name, value in step.args.items()},
        "given": {name: value for name, value in step.given.items() if spec.takes(name)},
        "seed": step.seed if spec.takes("seed") else None,
        "thought": read_thought(step, spec, executor.engines),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _content(value: Any, records: dict[str, StepRun]) -> Any:
    ref = as_ref(value)
    if ref is not None:
        return _content(records[ref.step].outputs.get(ref.port), records) if ref.step in records else None
    if isinstance(value, list):
        return [_content(item, records) for item in value]
    if isinstance(value, dict):
        if "artifact" in value:
            return {"artifact": value["artifact"]}
        return {name: _content(item, records) for name, item in value.items()}
    return value
