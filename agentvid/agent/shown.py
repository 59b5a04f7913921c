"""A revision, a turn or an artifact as one side of a comparison: what it answers, and the masks that held its edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agentvid.agent.answer import sinks
from agentvid.agent.execute import earlier_lookup
from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, UnchangedOutside, as_ref
from agentvid.engine import unpack
from agentvid.media.types import Mask, PortValue
from agentvid.report.compare import Shown
from agentvid.store.log import Log
from agentvid.store.rows import RevisionRow

__all__ = ["shown"]


def shown(log: Log, row: RevisionRow, label: str) -> Shown:
    """Return what a revision's run answers; of one that was not run, its chain alone."""
    run = log.run(row.session, row.turn, row.n)
    earlier = earlier_lookup(log, row.session)

    def value(ref: Ref) -> Any:
        return unpack(run.port(ref.step, ref.port) if row.chain.has(ref.step) else earlier(ref))

    values: dict[str, PortValue] = {}
    masks: dict[str, Mask] = {}
    for ref in row.chain.answer or sinks(row.chain, run):
        found = value(ref)
        if found is not None and not isinstance(found, list):
            values[str(ref)] = found
            mask = _mask(row.chain, ref, value)
            if mask is not None:
                masks[str(ref)] = mask
    return Shown(label, row.chain, values, masks)


def _mask(chain: Chain, ref: Ref, value: Callable[[Ref], Any]) -> Mask | None:
    """Return the mask that the step of a port takes, or outside which it is expected to change nothing."""
    if not chain.has(ref.step):
        return None
    step = chain.step(ref.step)
    refs = [as_ref(step.args.get("mask"))]
    refs += [wish.mask for wish in step.expect if isinstance(wish, UnchangedOutside) and wish.port == ref.port]
    return next((found for one in refs if one is not None and isinstance(found := value(one), Mask)), None)
