"""Compare a replay with what was recorded: same bytes, or which part of the key differs, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Step, refs_in
from agentvid.run.bundle.document import BundledRevision, BundledStep, BundledTurn
from agentvid.run.bundle.ingredients import Difference, as_recorded, differences, find_ingredients
from agentvid.run.execute import Executor
from agentvid.run.key import value_digest
from agentvid.run.resolve import Lookup

__all__ = ["Outcome", "StepReplay", "compare"]

Outcome: TypeAlias = Literal["same", "differs", "kept", "unrecorded"]

_GAVE_NOTHING: Final = "it had no result when the bundle was made ({status})"


@dataclass(frozen=True)
class StepReplay:
    """What became of a step.

    `same`: every port holds the same bytes. `differs`: `ports` do not. `kept`: it was not run, `why` says it.
    `unrecorded`: there is no result to compare with. `parts` are the parts of its key that differ; `follows` tells that
    it differs only because a step before it does.
    """

    turn: int
    step: str
    tool: str
    outcome: Outcome
    why: str = ""
    ports: tuple[str, ...] = ()
    parts: tuple[Difference, ...] = ()
    follows: bool = False
    engines: tuple[str, ...] = ()
    seconds: float = 0.0


def compare(
    turn: BundledTurn, row: BundledRevision, run: Run, kept: Mapping[str, str], executor: Executor, earlier: Lookup
) -> list[StepReplay]:
    """Compare a replayed run with the recorded one, step by step in the order of the chain."""
    comparison = _Comparison(turn, row.chain, run, kept, executor, earlier)
    recorded = {each.record.step: each for each in row.steps}
    for step in row.chain:
        comparison.add(step, recorded.get(step.id))
    return comparison.found


class _Comparison:
    def __init__(
        self,
        turn: BundledTurn,
        chain: Chain,
        run: Run,
        kept: Mapping[str, str],
        executor: Executor,
        earlier: Lookup,
    ) -> None:
        self.found: list[StepReplay] = []
        self._turn, self._chain, self._run, self._kept = turn, chain, run, kept
        self._executor, self._earlier = executor, earlier

    def add(self, step: Step, recorded: BundledStep | None) -> None:
        """Compare one step, after those it needs."""
        here = self._run.steps.get(step.id)
        if step.id in self._kept:
            self._tell(step, "kept", here, why=self._kept[step.id])
        elif recorded is None or not recorded.record.is_usable:
            status = recorded.record.status if recorded else "pending"
            self._tell(step, "unrecorded", here, why=_GAVE_NOTHING.format(status=status))
        elif here is None:
            self._tell(step, "kept", None, why="it needs a step that was kept without a result")
        elif not here.is_usable:
            self._tell(step, "differs", here, why=self._failure(here), ports=tuple(recorded.record.outputs))
        else:
            self._compare(step, recorded, here)

    def _compare(self, step: Step, recorded: BundledStep, here: StepRun) -> None:
        then = recorded.record.outputs
        ports = tuple(
            port
            for port in dict.fromkeys([*then, *here.outputs])
            if value_digest(then.get(port)) != value_digest(here.outputs.get(port))
        )
        parts, told = self._parts(step, recorded, here)
        follows = bool(parts) and all(part.part == "input" and self._is_followed(step, part.name) for part in parts)
        if ports:
            self._tell(
                step, "differs", here, why=told or "same key, other bytes", ports=ports, parts=parts, follows=follows
            )
        else:
            self._tell(step, "same", here, why=told, parts=parts)

    def _parts(self, step: Step, recorded: BundledStep, here: StepRun) -> tuple[tuple[Difference, ...], str]:
        """Return the parts of the key that differ, and in words what to make of them."""
        if recorded.record.key == here.key:
            return (), ""
        if recorded.ingredients is None:
            return (), "the bundle does not say what its key was made of: something had changed when it was exported"
        now = find_ingredients(
            as_recorded(step, recorded.record),
            self._executor.tools,
            self._executor.engines,
            self._executor.owner,
            lambda ref: self._run.port(ref.step, ref.port) or self._earlier(ref),
        )
        if now is None:
            return (), "its key can't be made here"
        parts = tuple(differences(recorded.ingredients, now))
        return parts, "; ".join(self._words(step, part) for part in parts)

    def _words(self, step: Step, part: Difference) -> str:
        match part.part:
            case "tool source":
                return f"the source of tool {part.name} is another one here ({part.then} → {part.here})"
            case "engine":
                return f"the engine of {part.name} is another one here ({part.then} → {part.here})"
            case "input":
                refs = ", ".join(str(ref) for ref in refs_in(step.args.get(part.name)))
                return f"input {part.name}{f' ({refs})' if refs else ''} is another value"
            case _:
                return f"{part.part} is another one ({part.then[:40]!r} → {part.here[:40]!r})"

    def _is_followed(self, step: Step, parameter: str) -> bool:
        changed = {told.step for told in self.found if told.outcome == "differs"}
        return any(ref.step in changed for ref in refs_in(step.args.get(parameter)))

    def _failure(self, here: StepRun) -> str:
        error = here.error or {}
        return f"it {here.status} here" + (f": {error['given']}" if error else "")

    def _tell(self, step: Step, outcome: Outcome, here: StepRun | None, **told: Any) -> None:
        self.found.append(
            StepReplay(
                turn=self._turn.turn,
                step=step.id,
                tool=step.tool,
                outcome=outcome,
                engines=tuple(here.engines.values()) if here else (),
                seconds=round(here.seconds, 3) if here else 0.0,
                **told,
            )
        )
