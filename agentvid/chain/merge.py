"""Merge two chains that come from one: what only one side changed is taken, what both changed is a conflict to choose.

    merged = merge(base, ours, theirs)
    merged.conflicts                       # typed: a part set differently, changed and removed, order, answer
    merged.resolve({"t1.s3.args.colour": "theirs"}).chain

Steps are matched by id. Pure: no chain is changed. The merged chain keeps the rules of `chain.edit.apply`.

Does not cover: which revision is the base (`store.heads.merge_base`), conflicts in words (`report.changes`).
Source: three-way merge as in diff3, over steps and their parts instead of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from pydantic import Field

from agentvid.chain.chain import Chain
from agentvid.chain.conflict import Conflict, Side
from agentvid.chain.merge_parts import told_apart
from agentvid.chain.merging import Merging
from agentvid.chain.step import step_number
from agentvid.errors import EditError
from agentvid.media.types import Value

__all__ = ["Choose", "Conflict", "Merged", "Side", "merge"]

Choose: TypeAlias = Mapping[str, Side] | Side | None
"""Which side is taken, by the conflict's id, or one side for all that conflicts; None chooses nothing."""


class Merged(Value):
    """What a merge gave: the chain where every conflict is chosen, else None and the conflicts that are left.

    `chosen` are the choices so far. `renamed` tells which steps of theirs got another id, because ours wrote another
    step under it. `left_out` are steps that a chosen removal took with it: only the other side has them, and they need
    what was removed. `used` are ids that were not to be given anew.
    """

    base: Chain
    ours: Chain
    theirs: Chain
    chain: Chain | None
    conflicts: tuple[Conflict, ...] = ()
    chosen: dict[str, Side] = Field(default_factory=dict)
    renamed: dict[str, str] = Field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    used: tuple[str, ...] = ()

    def resolve(self, choose: Choose) -> Merged:
        """Return the merge with these choices too. A choice may bring up a conflict that there was not without it.

        Raises: EditError where a choice names no conflict that is left, or no side.
        """
        merged, left = self, {} if isinstance(choose, str) else dict(choose or {})
        while merged.conflicts:
            found = {c.id: choose if isinstance(choose, str) else left.pop(c.id, None) for c in merged.conflicts}
            chosen = {name: _side(side) for name, side in found.items() if side is not None}
            if not chosen:
                break
            merged = _merged(self.base, self.ours, self.theirs, merged.chosen | chosen, self.used)
        if left:
            known = ", ".join(conflict.id for conflict in self.conflicts) or "none, nothing conflicts"
            raise EditError(f"a choice for {', '.join(left)}, which does not conflict", f"one of {known}")
        return merged


def merge(base: Chain, ours: Chain, theirs: Chain, choose: Choose = None, *, used: Iterable[str] = ()) -> Merged:
    """Return the merge of `ours` and `theirs`, which both come from `base`.

    `used` are ids that may not be given anew, besides those in the three chains.

    Raises: EditError where turn or question differ, or a choice names no conflict of this merge, or no side.
    """
    for name in ("turn", "question"):
        told = [getattr(chain, name) for chain in (base, ours, theirs)]
        if len(set(told)) > 1:
            raise EditError(f"the chains differ in {name}: {told}", "three revisions of the chain of one turn")
    return _merged(base, ours, theirs, {}, tuple(used)).resolve(choose)


def _merged(base: Chain, ours: Chain, theirs: Chain, chosen: dict[str, Side], used: tuple[str, ...]) -> Merged:
    told, renamed = told_apart(base, ours, theirs, used)
    merging = Merging(base, ours, told, chosen)
    chain = merging.chain()
    return Merged(
        base=base,
        ours=ours,
        theirs=theirs,
        chain=chain,
        conflicts=tuple(merging.open.values()),
        chosen=chosen,
        renamed=renamed,
        left_out=tuple(sorted(merging.left_out, key=step_number)),
        used=used,
    )


def _side(side: str) -> Side:
    match side:
        case "ours" | "theirs":
            return side
    raise EditError(f"the choice {side!r}", "ours or theirs", "choose one of the two sides")
