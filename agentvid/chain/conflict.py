"""What two sides of a merge changed so that a person must choose. Pure data; `report.changes` tells it in words."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from agentvid.chain.step import StepId
from agentvid.media.types import Value

__all__ = ["OTHER", "Conflict", "Side"]

Side: TypeAlias = Literal["ours", "theirs"]

OTHER: Final[dict[Side, Side]] = {"ours": "theirs", "theirs": "ours"}


class Conflict(Value):
    """One thing to choose. `id` is the name under which it is chosen: `t1.s3.args.colour`, `t1.s2`, `order`, `answer`.

    `kind` "field": `field` (and `name` within args or given) of `step` was set differently; values are JSON, and
    `missing` names those that have none. "removed": one side removed `step` (it is in `missing`), the other changed it
    or uses it anew; its value is {"changed": {part: value}} or {"used_by": [parts]}. "order": lists of step ids.
    "answer": lists of references.
    """

    id: str
    kind: Literal["field", "removed", "order", "answer"]
    step: StepId | None = None
    field: str = ""
    name: str = ""
    base: Any = None
    ours: Any = None
    theirs: Any = None
    missing: tuple[Literal["base", "ours", "theirs"], ...] = ()
