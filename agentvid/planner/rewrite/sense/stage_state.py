"""What is wanted of the solids of a layout, gathered from the clauses of a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from agentvid.planner.rewrite.sense.stage_words import Name
from agentvid.world.scene import GRID, Camera, Scene, Solid

__all__ = ["ALL", "Goal", "Pending"]

ALL: Final = tuple(range(GRID))


@dataclass(frozen=True)
class Pending:
    """A name of a shape that is not there, the clause it stands in, and where it shall stand."""

    name: Name
    clause: str
    rows: tuple[int, ...] = ALL
    columns: tuple[int, ...] = ALL


@dataclass
class Goal:
    """What is wanted of each solid (by its number in the scene, those that are new after them)."""

    scene: Scene
    also_called: dict[int, str] = field(default_factory=dict)
    looks: dict[int, dict[str, Any]] = field(default_factory=dict)
    rows: dict[int, tuple[int, ...]] = field(default_factory=dict)
    columns: dict[int, tuple[int, ...]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    added: list[Solid] = field(default_factory=list)
    relations: list[tuple[str, int, int]] = field(default_factory=list)
    camera: Camera | None = None
    subjects: list[int] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    denied: list[int] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    maybe_removed: set[int] = field(default_factory=set)
    is_view: bool = False
    kept: bool = False
    unclear: bool = False
    swapped: bool = False

    def solids(self) -> list[Solid]:
        """Return the solids there are, and those that are new."""
        return [*self.scene.solids, *self.added]

    def is_open(self) -> bool:
        """Return whether the words ask for nothing."""
        return not (
            self.looks
            or self.rows
            or self.columns
            or self.removed
            or self.added
            or self.relations
            or self.camera
            or self.swapped
        )

    def look(self, at: int, **look: Any) -> None:
        """Want a look of a solid."""
        now = self.solids()[at]
        if look.get("colour") == self.also_called.get(at, ""):
            look = {**look, "colour": ""}
        self.looks.setdefault(at, {}).update({k: v for k, v in look.items() if v and v != getattr(now, k)})
        if not self.looks[at]:
            del self.looks[at]

    def place(self, at: int, rows: tuple[int, ...], columns: tuple[int, ...]) -> None:
        """Want a solid to stand in some of these places."""
        if rows != ALL:
            self.rows[at] = rows
        if columns != ALL:
            self.columns[at] = columns
