"""Reference for the minimal re-run: plain functions, memoised by their arguments. Knows nothing of keys or caches."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rerun_tools import PLAIN, SPECS

from agentvid.chain.chain import Chain
from agentvid.chain.step import Step, as_ref

Call = tuple[Any, ...]
Ports = dict[str, float]


@dataclass
class Reference:
    """`memo` holds every call ever made; `kept` the last ports of each step, `accepted` calls that they stand for."""

    memo: set[Call] = field(default_factory=set)
    kept: dict[str, Ports] = field(default_factory=dict)
    accepted: dict[str, Call] = field(default_factory=dict)
    accept_next: set[str] = field(default_factory=set)

    def run(self, chain: Chain) -> tuple[dict[str, Ports], set[Call], dict[str, Call]]:
        """Return the ports of each step, the calls that had to be made, and the call of each step that has one."""
        found: dict[str, Ports] = {}
        made: set[Call] = set()
        calls: dict[str, Call] = {}
        for step in chain.order():
            found[step.id] = self._ports(step, found, made, calls)
        self.kept |= found
        return found, made, calls

    def _ports(self, step: Step, found: Mapping[str, Ports], made: set[Call], calls: dict[str, Call]) -> Ports:
        given = {name: float(value) for name, value in step.given.items()}
        if step.pinned and step.id in self.kept:
            return self.kept[step.id] | given
        required = {port.name for port in SPECS[step.tool].ports if not port.optional}
        if given and required <= given.keys():
            self.accepted.pop(step.id, None)
            self.accept_next.discard(step.id)
            return given
        arguments = self._arguments(step, found, given)
        engine = step.engine or "remote" if SPECS[step.tool].tasks else ""
        call = (step.tool, engine, repr(sorted(arguments.items())))
        if step.id in self.kept and (step.id in self.accept_next or self.accepted.get(step.id) == call):
            self.accept_next.discard(step.id)
            self.accepted[step.id] = call
            return self.kept[step.id] | given
        self.accepted.pop(step.id, None)
        calls[step.id] = call
        if call not in self.memo:
            self.memo.add(call)
            made.add(call)
        ports = PLAIN[step.tool](**arguments)
        return {name: value for name, value in ports.items() if value is not None} | given

    def _arguments(self, step: Step, found: Mapping[str, Ports], given: Ports) -> dict[str, Any]:
        takes = inspect.signature(PLAIN[step.tool]).parameters
        arguments: dict[str, Any] = {}
        for name, argument in step.args.items():
            value = self._value(argument, found)
            if value is not None:
                arguments[name] = value
        arguments |= {name: value for name, value in given.items() if name in takes}
        if "seed" in takes:
            arguments["seed"] = step.seed
        if "thought" in takes:
            arguments["thought"] = step.thought
        return arguments

    def _value(self, argument: Any, found: Mapping[str, Ports]) -> Any:
        if isinstance(argument, list):
            values = [self._value(item, found) for item in argument]
            return [value for value in values if value is not None]
        ref = as_ref(argument)
        return found[ref.step].get(ref.port) if ref else float(argument)
