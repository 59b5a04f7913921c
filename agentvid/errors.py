"""The one error tree, and the shape in which an error leaves the system.

    AgentvidError                 code, given, expected, do
    ├── InputError                what a person or program handed in can't be used (exit 2)
    │   ├── MediaError            a file is missing, empty, broken, too large or of another type
    │   ├── ChainError            a chain does not check (unknown tool, wrong type, cycle …)
    │   ├── EditError             an edit does not fit the chain it is applied to
    │   │   └── MergeConflict     two branches changed the same: a person must choose
    │   ├── SettingsError         a setting or a plug-in can't be used
    │   └── SessionBusy           another process is writing this session
    ├── StoreError                an object is missing or its bytes are not what they were
    ├── ToolError                 raised by tools
    │   ├── CallError             the call can be fixed: other arguments would work
    │   ├── Needs                 a person must give something: the step waits
    │   └── ToolFailed            it failed, and no other argument would help
    ├── EngineError               an engine could not do it
    │   ├── NoEngine              no ready engine bears this task
    │   └── EngineDied            the worker process of an engine ended
    ├── PlanError                 a model that writes chains wrote none that checks, or could not be asked
    └── Cancelled                 asked to stop, and stopped

A message says what was given, what was expected, and what to do next.
"""

from __future__ import annotations

from typing import TypedDict

__all__ = [
    "AgentvidError",
    "CallError",
    "Cancelled",
    "ChainError",
    "DraftDocument",
    "EditError",
    "EngineDied",
    "EngineError",
    "ErrorDocument",
    "InputError",
    "MediaError",
    "MergeConflict",
    "Needs",
    "NoEngine",
    "PlanError",
    "SessionBusy",
    "SettingsError",
    "StoreError",
    "ToolError",
    "ToolFailed",
]


class ErrorDocument(TypedDict):
    """An error as JSON, the same for every face."""

    code: str
    given: str
    expected: str
    do: str


class DraftDocument(ErrorDocument):
    """A `PlanError` as JSON: `draft` is what the model wrote."""

    draft: str


class AgentvidError(Exception):
    """Say what was given, what was expected and what to do.

    `given`, `expected` and `do` are each one short sentence or phrase for a person.
    """

    code = "error"
    turn: tuple[str, int] | None = None
    """Session and number of the turn it ended, where it ended one."""

    def __init__(self, given: str, expected: str = "", do: str = "", *, code: str = "") -> None:
        super().__init__(given, expected, do)
        self.given = given
        self.expected = expected
        self.do = do
        if code:
            self.code = code

    def __str__(self) -> str:
        told = [self.given]
        if self.expected:
            told.append(f"expected: {self.expected}")
        if self.do:
            told.append(f"do: {self.do}")
        return "; ".join(told)

    def document(self) -> ErrorDocument:
        """Return the error as the JSON object that every face shows."""
        return {"code": self.code, "given": self.given, "expected": self.expected, "do": self.do}


class InputError(AgentvidError):
    code = "bad_input"


class MediaError(InputError):
    code = "bad_media"


class ChainError(InputError):
    code = "bad_chain"


class EditError(InputError):
    code = "bad_edit"


class MergeConflict(EditError):
    """`ids` name what must be chosen, as `chain.merge.Conflict.id` does."""

    code = "merge_conflict"

    def __init__(self, given: str, expected: str = "", do: str = "", *, ids: tuple[str, ...] = ()) -> None:
        super().__init__(given, expected, do)
        self.ids = ids


class SettingsError(InputError):
    code = "bad_settings"


class SessionBusy(InputError):
    code = "session_busy"


class StoreError(AgentvidError):
    code = "store"


class ToolError(AgentvidError):
    code = "tool"


class CallError(ToolError):
    code = "bad_call"


class Needs(ToolError):
    """A step waits until a person gives `port`; `how` says in words what is needed."""

    code = "needs"

    def __init__(self, port: str, how: str) -> None:
        super().__init__(f"the step needs {port!r} from a person", how, f"give it: {port}")
        self.port = port
        self.how = how


class ToolFailed(ToolError):
    code = "tool_failed"


class EngineError(AgentvidError):
    code = "engine"


class NoEngine(EngineError):
    code = "no_engine"


class EngineDied(EngineError):
    code = "engine_died"


class PlanError(AgentvidError):
    """No chain came of a model. `draft` is the last that it wrote, "" where it wrote nothing."""

    code = "plan_failed"

    def __init__(self, given: str, expected: str = "", do: str = "", *, draft: str = "") -> None:
        super().__init__(given, expected, do)
        self.draft = draft

    def document(self) -> DraftDocument:
        """Return the error as JSON, with the draft."""
        return {**super().document(), "draft": self.draft}


class Cancelled(AgentvidError):
    code = "cancelled"

    def __init__(self, given: str = "cancelled", expected: str = "", do: str = "") -> None:
        super().__init__(given, expected, do)
