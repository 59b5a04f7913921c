"""Who writes chains: the planner protocol, what a planner is told, and the offline grammar behind it.

A planner turns one message into a chain, or into a question back where it could not place the message. It never runs
anything and never reads media: all it knows is the words, and which media the session holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.events import Emit
from agentvid.media.types import Artifact

if TYPE_CHECKING:
    from agentvid.planner.grammar import GrammarPlanner
    from agentvid.planner.rewrite.rewriting import Rewrite
    from agentvid.planner.stage import Stage
    from agentvid.tool import ToolSpec

__all__ = [
    "EditAsk",
    "Exchange",
    "GrammarPlanner",
    "KnownMedia",
    "OffersEdits",
    "PlanRequest",
    "Planner",
    "Subject",
    "subject_of",
]


@dataclass(frozen=True)
class KnownMedia:
    """One medium of the session, called `@v<number>` in messages.

    `source` is "upload", or the port that made it: such media are referred to by that port, so that they follow edits.
    `is_new` tells that it was uploaded with the message that is being planned.
    """

    number: int
    artifact: Artifact
    name: str = ""
    source: Literal["upload"] | Ref = "upload"
    turn: int = 1
    is_new: bool = False


@dataclass(frozen=True)
class Subject:
    """The thing the conversation was last about: what "it" means in a later turn.

    `pictures` are the pictures its mask fits: sha256 of artifacts, or ports such as "t1.s4.image".
    """

    name: str
    mask: Ref
    pictures: frozenset[str]


@dataclass(frozen=True)
class Exchange:
    """An earlier turn: what was said, the chain as it stands now, and the words of its answer ("" where none has)."""

    text: str
    chain: Chain
    answer: str = ""


@dataclass(frozen=True)
class PlanRequest:
    """One message to plan. `media` are all media of the session in order of appearance.

    `seed` and `engine` are what was wished for the whole message; `bears` are the engines that can be used now with the
    tasks they bear, `drafts` those of their tasks that they don't claim; `stages` what pictures of the small world
    show, by port ("t1.s1.image"); `asked` is the message before, where it got a question back; `tools` are the tools
    there are, each with the arguments it takes (none: not known, and only what the precise phrases of the grammar read
    is planned); `own` those of them that did not come with agentvid, planned where a message names them. `said` are the
    earlier turns, oldest first.

    For planners that read more than the message: `earlier` are the ports of earlier turns with their types,
    "t1.s4.image" → "Image"; `notes` what each engine that can be used now says of itself.
    """

    turn: int
    text: str
    media: tuple[KnownMedia, ...] = ()
    first_step: int = 1
    subject: Subject | None = None
    seed: int = 0
    engine: str | None = None
    bears: Mapping[str, frozenset[str]] = field(default_factory=dict)
    drafts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    asked: str = ""
    tools: Mapping[str, frozenset[str]] = field(default_factory=dict)
    own: tuple[ToolSpec, ...] = ()
    said: tuple[Exchange, ...] = ()
    earlier: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EditAsk:
    """A message in plain words about a chain that exists, which the rules could not read.

    `rules` is what they made of it; `run` what the last run found; `request` what the turn was planned from.
    """

    text: str
    chain: Chain
    run: Run
    request: PlanRequest
    rules: Rewrite


class Planner(Protocol):
    """Writes a chain for one message."""

    name: str

    async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
        """Return a chain, or one that holds only a question back. Emits `ThoughtDelta` while writing thoughts.

        Raises: InputError where the message can't be read at all (too long); PlanError where a model wrote no chain
        that checks.
        """
        ...


@runtime_checkable
class OffersEdits(Protocol):
    """A planner that also proposes edits for words that the rules can't read."""

    async def edits(self, ask: EditAsk, emit: Emit) -> Rewrite:
        """Return edits to approve, or `ask.rules` with a note on why there are none."""
        ...


def subject_of(chains: Iterable[Chain]) -> Subject | None:
    """Return the thing that the chains of earlier turns (oldest first) were last about, or None.

    A thing that was removed is nobody's subject.
    """
    subject: Subject | None = None
    for chain in chains:
        for step in chain.steps:
            subject = _followed(subject, step)
    return subject


def _followed(subject: Subject | None, step: Step) -> Subject | None:
    if step.tool == "locate" and isinstance(step.args.get("what"), str):
        return Subject(step.args["what"], Ref(step=step.id, port="mask"), frozenset({_key(step.args.get("image"))}))
    if subject is None:
        return None
    if step.tool == "plan_edit" and step.args.get("operation") == "remove":
        return None
    if step.tool == "edit_image" and _key(step.args.get("image")) in subject.pictures:
        return Subject(subject.name, subject.mask, subject.pictures | {f"{step.id}.image"})
    return subject


def _key(argument: object) -> str:
    ref = as_ref(argument)
    if ref is not None:
        return str(ref)
    return str(argument.get("artifact", "")) if isinstance(argument, dict) else ""


def __getattr__(name: str) -> object:
    if name == "GrammarPlanner":
        from agentvid.planner.grammar import GrammarPlanner

        return GrammarPlanner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
