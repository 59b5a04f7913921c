"""What a system offers to be measured: it is sent messages, then edits, and says which of its steps ran.

class Mine:
    name, version, clock = "mine", "1.0", "processor"

    def __init__(self, folder: Path) -> None: ... # an empty place of its own, for one case
    async def start(self, message: str, media: Sequence[Path]) -> Outcome: ...
    async def edit(self, edit: Asked) -> Outcome: ...
    async def close(self) -> None: ...

`agentvid eval editing --system my_module:Mine` measures it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from agentvid.chain.edit_kinds import Edit
from agentvid.errors import InputError

__all__ = ["Asked", "EditingSystem", "MakeSystem", "Message", "Outcome", "Ran", "find_system"]


@dataclass(frozen=True)
class Ran:
    """A step that ran: its id in the case's `steps` where the system knows such, and the tool it used.

    Steps whose id is not of the case are told apart by their tool, in order: the second `edit_image` that a system ran
    stands for the second one of the chain.
    """

    step: str
    tool: str


@dataclass(frozen=True)
class Outcome:
    """What came of a message or an edit. `ran`: each step that was computed in this call, in order.

    `media` are the pictures and clips that answer now, in order, as files; `text` its words. `actions` are the things a
    person had to do for it: one for each message, field set, piece of evidence given, question answered. `refused` says
    why nothing came of it (asked back, can't be asked for, failed). `seconds` by the system's own clock, for those that
    do other work in the same call; None: the harness's counts.
    """

    ran: tuple[Ran, ...] = ()
    media: tuple[Path, ...] = ()
    text: str = ""
    actions: int = 1
    refused: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Message:
    """A message with its media."""

    text: str
    media: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Asked:
    """An edit: in `words`, or where these are "", as `typed` edits of the chain. `again` are the messages to send where
    no chain is kept, () where no words can ask for it.
    """

    words: str
    typed: tuple[Edit, ...]
    again: tuple[Message, ...]


class EditingSystem(Protocol):
    """A system under measurement. `clock` tells what its time is: "processor" where all its work is done in this
    process (quiet on a shared machine), "wall" where it waits for others.
    """

    name: str
    version: str
    clock: Literal["processor", "wall"]

    async def start(self, message: str, media: Sequence[Path]) -> Outcome:
        """Send a message; the next one goes on in the same conversation."""

    async def edit(self, edit: Asked) -> Outcome:
        """Correct what was done, and return what came of it."""

    async def close(self) -> None:
        """End all that was started."""


MakeSystem: TypeAlias = Callable[[Path], EditingSystem]


def find_system(name: str, known: Mapping[str, MakeSystem]) -> MakeSystem:
    """Return what makes a system: a known one, or `module:Class` of one's own (the working folder is looked in too).

    Raises: InputError where there is none.
    """
    if name in known:
        return known[name]
    module, _, attribute = name.partition(":")
    how = f"one of {', '.join(known)}, or module:Class"
    if not attribute:
        raise InputError(f"system {name!r}", how, "correct --system")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        made: MakeSystem = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InputError(f"system {name!r}: {error}", how, "correct the name, or install the module") from error
    missing = [each for each in ("name", "version", "clock", "start", "edit", "close") if not hasattr(made, each)]
    if missing:
        raise InputError(f"system {name!r} has no {', '.join(missing)}", "what `EditingSystem` names", "add it")
    return made
