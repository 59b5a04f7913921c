"""The work of a merge: steps part by part, then removals against uses, circles, order and answer.

`parts` holds the merged steps so far. A part that waits for a choice is left out of it, a step that waits for one
stays in: so the search for further conflicts sees the same whichever side is called ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.conflict import OTHER, Conflict, Side
from agentvid.chain.merge_order import circles, in_order, shared_order, with_inserted
from agentvid.chain.merge_parts import Key, Parts, is_same, key_label, merge_parts, parts_of, refs_of, step_of_parts
from agentvid.chain.step import Ref, refs_in, step_number

__all__ = ["Merging"]

_REFERRING: Final = ("args", "tool", "expect")
_SIDES: Final[tuple[Side, Side]] = ("ours", "theirs")


class Merging:
    """One merge. After `chain()`: `open` are the conflicts that wait, `left_out` the steps that a chosen removal took
    with it. No id may be two steps: `merge_parts.told_apart` comes first."""

    def __init__(self, base: Chain, ours: Chain, theirs: Chain, chosen: Mapping[str, Side]) -> None:
        self.open: dict[str, Conflict] = {}
        self.left_out: set[str] = set()
        self._base = base
        self._sides: dict[Side, Chain] = {"ours": ours, "theirs": theirs}
        self._chosen = chosen
        self._ids = sorted({step.id for chain in (base, ours, theirs) for step in chain}, key=step_number)
        self._parts: dict[str, Parts] = {}
        self._with_args: set[str] = set()
        self._gone: set[str] = set()
        self._fallen: dict[tuple[str, Key], int] = {}
        self._one_sided: set[str] = set()
        self._answer: tuple[Ref, ...] = ()
        self._answer_uses: set[str] = set()

    def chain(self) -> Chain | None:
        """Return the merged chain, or None where a choice is missing."""
        for step_id in self._ids:
            self._merge_step(step_id)
        self._merge_answer()
        self._mend_uses()
        while self._mend_circles():
            self._mend_uses()
        order = self._order()
        if self.open:
            return None
        steps = tuple(step_of_parts(step_id, self._parts[step_id]) for step_id in order)
        answer = tuple(ref for ref in self._answer if ref.step in self._parts or ref.step not in self._ids)
        return Chain(turn=self._base.turn, steps=steps, answer=answer, question=self._base.question)

    def _choose(self, conflict: Conflict) -> Side | None:
        side = self._chosen.get(conflict.id)
        if side is None:
            self.open[conflict.id] = conflict
        return side

    def _own(self, side: Side, step_id: str) -> Parts:
        return parts_of(self._sides[side].step(step_id), with_args=step_id in self._with_args)

    # ------------------------------------------------------------ steps and answer

    def _merge_step(self, step_id: str) -> None:
        having = [side for side in _SIDES if self._sides[side].has(step_id)]
        if not self._base.has(step_id):
            self._parts[step_id] = self._own(having[0], step_id)
        elif len(having) == 2:
            self._merge_fields(step_id)
        elif having:
            was, now = parts_of(self._base.step(step_id)), self._own(having[0], step_id)
            changed = {
                key_label("", key): now.get(key)
                for key in dict.fromkeys([*was, *now])
                if (key in was) != (key in now) or not is_same(was.get(key), now.get(key))
            }
            if changed:
                self._keep_or_remove(step_id, having[0], {"changed": changed})

    def _merge_fields(self, step_id: str) -> None:
        if len({self._sides[side].step(step_id).tool for side in _SIDES}) > 1:
            self._with_args.add(step_id)
        was = parts_of(self._base.step(step_id), with_args=step_id in self._with_args)
        parts = {side: self._own(side, step_id) for side in _SIDES}
        self._parts[step_id], differing = merge_parts(was, parts["ours"], parts["theirs"])
        for key in differing:
            conflict = Conflict(
                id=key_label(step_id, key),
                kind="field",
                step=step_id,
                field=key[0],
                name=key[1],
                base=was.get(key),
                ours=parts["ours"].get(key),
                theirs=parts["theirs"].get(key),
                missing=tuple(side for side in _SIDES if key not in parts[side]) + (() if key in was else ("base",)),
            )
            side = self._choose(conflict)
            if side is not None and key in parts[side]:
                self._parts[step_id][key] = parts[side][key]

    def _keep_or_remove(self, step_id: str, keeper: Side, why: dict[str, Any]) -> None:
        told: dict[Side, Any] = {keeper: why}
        conflict = Conflict(
            id=step_id,
            kind="removed",
            step=step_id,
            ours=told.get("ours"),
            theirs=told.get("theirs"),
            missing=(OTHER[keeper],),
        )
        if self._choose(conflict) == OTHER[keeper]:
            self._gone.add(step_id)
        else:
            self._parts[step_id] = self._own(keeper, step_id)

    def _merge_answer(self) -> None:
        base = self._base.answer
        changed = [
            side
            for side in _SIDES
            if self._sides[side].answer != tuple(ref for ref in base if not self._removed_by(side, ref.step))
        ]
        self._answer = self._sides[changed[0]].answer if changed else base
        if len(changed) == 2:
            ours, theirs = (self._answer_beside(side) for side in _SIDES)
            if ours == theirs:
                self._answer = ours
            else:
                side = self._choose(self._answer_conflict())
                self._answer = self._sides[side].answer if side else ()
        self._answer_uses = {ref.step for ref in self._answer} - {ref.step for ref in base}

    def _answer_beside(self, side: Side) -> tuple[Ref, ...]:
        """Return a side's answer without what was answered before and the other side removed."""
        answer = self._sides[side].answer
        return tuple(
            ref for ref in answer if ref not in self._base.answer or not self._removed_by(OTHER[side], ref.step)
        )

    def _answer_conflict(self) -> Conflict:
        base, ours, theirs = (
            [str(ref) for ref in chain.answer] for chain in (self._base, *(self._sides[side] for side in _SIDES))
        )
        return Conflict(id="answer", kind="answer", base=base, ours=ours, theirs=theirs)

    def _removed_by(self, side: Side, step_id: str) -> bool:
        return self._base.has(step_id) and not self._sides[side].has(step_id)

    # ------------------------------------------------------------ what was removed, and is used

    def _mend_uses(self) -> None:
        while (found := self._lost_use()) is not None:
            user, key, lost = found
            keeper: Side = "ours" if self._sides["ours"].has(lost) else "theirs"
            if lost not in self._gone and lost not in self.left_out:
                self._ask_to_keep(user, lost, keeper)
            else:
                self._do_without(user, key, lost, keeper)

    def _lost_use(self) -> tuple[str, Key, str] | None:
        for user, parts in sorted(self._parts.items(), key=lambda item: step_number(item[0])):
            for key in sorted(parts):
                for ref in refs_of(user, key, parts[key]):
                    if ref.step in self._ids and ref.step not in self._parts:
                        return user, key, ref.step
        lost = sorted(self._answer_uses & set(self._ids) - set(self._parts) - self._gone - self.left_out)
        return ("answer", ("answer", ""), lost[0]) if lost else None

    def _ask_to_keep(self, user: str, lost: str, keeper: Side) -> None:
        if user in self._parts and not self._sides[OTHER[keeper]].has(user) and self._base.has(user):
            self._parts[lost] = self._own(
                keeper, lost
            )  # the user is kept though removed: it is kept with what it needs
            return
        users = [
            key_label(other, key)
            for other, parts in sorted(self._parts.items(), key=lambda item: step_number(item[0]))
            for key in sorted(parts)
            if any(ref.step == lost for ref in refs_of(other, key, parts[key]))
        ]
        users += ["answer"] if lost in self._answer_uses else []
        self._keep_or_remove(lost, keeper, {"used_by": users})

    def _do_without(self, user: str, key: Key, lost: str, keeper: Side) -> None:
        """Take the part from the side that lives without the lost step, else without it; or leave out the user."""
        remover = OTHER[keeper]
        if not self._sides[remover].has(user):
            del self._parts[user]
            self.left_out.add(user)
            return
        self._fallen[user, key] = self._fallen.get((user, key), 0) + 1
        own = self._own(remover, user)
        if self._fallen[user, key] > 1:
            self._drop(user, key, {lost})
        elif key in own:
            self._parts[user][key] = own[key]
        else:
            del self._parts[user][key]

    def _drop(self, user: str, key: Key, lost: set[str]) -> None:
        parts, value = self._parts[user], self._parts[user][key]
        if key[0] == "expect":
            parts[key] = [item for item in value if not _names(item, lost)]
        elif key[0] == "tool":
            parts[key] = {**value, "args": {name: arg for name, arg in value["args"].items() if not _names(arg, lost)}}
        else:
            del parts[key]

    # ------------------------------------------------------------ circles and order

    def _needs(self) -> dict[str, set[str]]:
        return {
            step_id: {ref.step for key in parts for ref in refs_of(step_id, key, parts[key])} & set(self._parts)
            for step_id, parts in self._parts.items()
        }

    def _mend_circles(self) -> bool:
        """Where references of both sides make a circle, take those of the chosen side; tell whether any were taken."""
        groups = circles(self._needs())
        if not groups:
            return False
        inside = [step_id for group in groups for step_id in group]
        side = self._choose(self._order_conflict(inside))
        if side is None:
            return False
        for step_id in inside:
            if step_id in self._one_sided:
                for key in [key for key in self._parts[step_id] if key[0] in _REFERRING]:
                    if any(ref.step in inside for ref in refs_of(step_id, key, self._parts[step_id][key])):
                        self._drop(step_id, key, set(inside))
            elif self._sides[side].has(step_id):
                kept = {key: value for key, value in self._parts[step_id].items() if key[0] not in _REFERRING}
                own = {key: value for key, value in self._own(side, step_id).items() if key[0] in _REFERRING}
                self._parts[step_id] = kept | own
            self._one_sided.add(step_id)
        return True

    def _order_conflict(self, among: list[str]) -> Conflict:
        base, ours, theirs = (
            [step.id for step in chain if step.id in among]
            for chain in (self._base, *(self._sides[side] for side in _SIDES))
        )
        return Conflict(id="order", kind="order", base=base, ours=ours, theirs=theirs)

    def _order(self) -> list[str]:
        rows = {side: [step.id for step in self._sides[side] if step.id in self._parts] for side in _SIDES}
        shared = set(rows["ours"]) & set(rows["theirs"]) & {step.id for step in self._base}
        ours, theirs = ([step_id for step_id in rows[side] if step_id in shared] for side in _SIDES)
        core = shared_order([step.id for step in self._base if step.id in shared], ours, theirs)
        if core is None:
            side = self._choose(self._order_conflict(ours))
            core = theirs if side == "theirs" else ours
        if self.open:
            return []
        return in_order(with_inserted(core, rows["ours"], rows["theirs"]), self._needs())


def _names(value: Any, steps: set[str]) -> bool:
    return any(ref.step in steps for ref in refs_in(value))
