"""The chain as a message has edited it so far, with what its readers need to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agentvid.chain.chain import Chain
from agentvid.chain.edit import AcceptStale
from agentvid.chain.run import Run
from agentvid.chain.step import Step, as_ref
from agentvid.errors import InputError
from agentvid.media.types import Box
from agentvid.planner import PlanRequest
from agentvid.planner.request import Language
from agentvid.planner.rewrite.recover import CORE_TOOLS, settled
from agentvid.planner.rewrite.rewriting import Choice, Command
from agentvid.planner.rewrite.texts import told
from agentvid.tool import ToolSpec
from agentvid.world.edits import Recolour, Remove
from agentvid.world.language import read_thought

__all__ = ["Back", "Draft", "Part", "Which"]


class Back(Exception):
    """The message can't be carried out as it is: `kind` and `text` of the rewrite. Never leaves the package."""

    def __init__(self, kind: str, text: str, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(text)
        self.kind, self.text, self.choices = kind, text, choices


class Which(Exception):
    """Several steps could be meant. Never leaves the package."""

    def __init__(self, steps: list[str]) -> None:
        super().__init__(steps)
        self.steps = steps


@dataclass(frozen=True)
class Part:
    """What one request became: the step that does it, its plan and where its thing is looked for (ids), in words."""

    core: str
    tool: str
    plan: str = ""
    locate: str = ""
    thing: str = ""
    operation: str = ""
    colour: str = ""


@dataclass
class Draft:
    """`start` is the chain as it was, `chain` as it is now.

    `reads` tells whether a step's result depends on its thought; `is_message` whether `message` is what a person asked
    for (else it is a thought); `chosen` are the steps that a person chose, if asked. `did` tells that something was
    read, `said` what was said once already, `raw` the message with all its polite
    words, `typed` as it was typed; `pending` is why the message can't be carried out where nothing else of it
    can.
    """

    start: Chain
    chain: Chain
    run: Run
    tools: Mapping[str, ToolSpec]
    request: PlanRequest
    language: Language
    message: str
    drawn: Box | None = None
    reads: Callable[[Step], bool] = lambda step: False
    is_message: bool = True
    chosen: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    stale: list[AcceptStale] = field(default_factory=list)
    command: Command | None = None
    not_colour: str = ""
    noun: str = ""
    did: bool = False
    said: set[str] = field(default_factory=set)
    pending: Back | None = None
    raw: str = ""
    typed: str = ""

    def say(self, key: str, /, **words: object) -> str:
        """Return a text in the message's language."""
        return told(self.language, key, **words)

    def back(self, kind: str, key: str, /, **words: object) -> Back:
        """Return what to raise where nothing can be edited."""
        return Back(kind, self.say(key, **words))

    def refusal(self, text: str) -> Back:
        """Return what to raise where an edit can't be made, in words."""
        return Back("refused", text)

    def once(self, key: str) -> bool:
        """Return whether a change is said for the first time: "it is too fast, slower" is one change."""
        if key in self.said:
            return False
        self.said.add(key)
        return True

    def named(self, steps: Iterable[str]) -> str:
        """Return steps for a sentence."""
        return ("、" if self.language == "zh" else ", ").join(steps)

    # ------------------------------------------------------------ what the chain holds

    def parts(self) -> list[Part]:
        """Return what the chain does, in order: one part for each step that does what was asked for."""
        return [self._part(step) for step in self.chain if step.tool in CORE_TOOLS]

    def _part(self, step: Step) -> Part:
        plan = self._source(step, "plan")
        locate = self._source(step, "mask")
        args = self.chain.step(plan).args if plan else {}
        thing = args.get("target") or (self.chain.step(locate).args.get("what") if locate else "")
        operation = _text(args.get("operation")) or _told_operation(step)
        return Part(step.id, step.tool, plan, locate, _text(thing), operation, _text(args.get("colour")))

    def _source(self, step: Step, name: str) -> str:
        ref = as_ref(step.args.get(name))
        return ref.step if ref is not None and self.chain.has(ref.step) else ""

    def one(self, candidates: Iterable[str]) -> str | None:
        """Return the one candidate that can be meant, None where there is none.

        Raises: Which where there are several.
        """
        found = list(dict.fromkeys(candidates))
        left = [step for step in found if step in self.chosen] or found
        if len(left) > 1:
            raise Which(left)
        return left[0] if left else None

    def found(self, step: str, port: str) -> Any:
        """Return the JSON value of a port: the one that was given, else the one that the last run found."""
        given = self.chain.step(step).given.get(port)
        packed = self.run.port(step, port)
        return given if given is not None else packed["value"] if packed else None

    # ------------------------------------------------------------ changes

    def put(self, *steps: Step) -> None:
        """Put steps in the place of those with their ids."""
        new = {step.id: step for step in steps}
        self.chain = self.chain.model_copy(update={"steps": tuple(new.get(step.id, step) for step in self.chain)})
        self.did = True

    def put_args(self, step_id: str, **args: object) -> None:
        """Set arguments of a step."""
        step = self.chain.step(step_id)
        self.put(step.model_copy(update={"args": {**step.args, **args}}))

    def settle(self, change: Callable[[], None], follow: Callable[[], None] | None = None) -> None:
        """Make a change of what is asked for, and let all follow from it; `follow` serves chains of other planners.

        Raises: Back where the changed request can't be placed.
        """
        before = self.chain
        change()
        after = settled(before, self.chain, self.request)
        if isinstance(after, str):
            raise Back("refused", after)
        if after is not None:
            self.chain = after
        elif follow is not None:
            follow()

    def keep_going(self, change: Callable[[], None]) -> None:
        """Make a change, and let what can follow from it; where nothing can, the change alone."""
        before = self.chain
        try:
            self.settle(change)
        except Back:
            self.chain = before
            change()

    def put_request(self, step_id: str, **args: object) -> None:
        """Set arguments of a plan, and with them the words that ask for it."""
        held = self.chain.step(step_id).args
        is_changed = any(held.get(name) != value for name, value in args.items())
        words = {"request": self.message} if self.is_message and is_changed else {}
        self.put_args(step_id, **args, **words)

    def reword(self, before: str, after: str) -> None:
        """Write `after` for `before` in all thoughts: what follows in a chain that no grammar wrote."""
        if not before:
            return
        pattern = re.escape(before)
        pattern = rf"\b{pattern}\b" if before.isascii() and before[0].isalnum() and before[-1].isalnum() else pattern
        for step in self.chain:
            thought = re.sub(pattern, lambda _: after, step.thought, flags=re.IGNORECASE)
            if thought != step.thought:
                self.put(step.model_copy(update={"thought": thought}))

    def for_choice(self, step: str) -> Draft:
        """Return a draft that begins anew, with this step chosen."""
        return replace(self.anew(), chosen=self.chosen | {step})

    def anew(self) -> Draft:
        """Return a draft that begins anew."""
        return replace(
            self,
            chain=self.start,
            notes=[],
            stale=[],
            command=None,
            not_colour="",
            noun="",
            did=False,
            said=set(),
            pending=None,
        )


def _told_operation(step: Step) -> str:
    """Return what the thought of an edit in the small world does; "" for other steps."""
    try:
        change = read_thought(step.thought) if step.tool == "edit_image" else None
    except InputError:
        return ""
    return {Recolour: "recolour", Remove: "remove"}.get(type(change), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
