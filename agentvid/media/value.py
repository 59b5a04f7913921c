"""The ground that port values stand on: the frozen base, colours as text, boxes."""

from __future__ import annotations

import re
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

__all__ = ["Box", "Colour", "Value"]


class Value(BaseModel):
    """Base of every value that flows: frozen, closed, comparable, JSON both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _lower_hex(text: str) -> str:
    text = text.strip().lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError(f"{text!r} is not a colour; expected #rrggbb, for example #1f5fbf")
    return text


Colour: TypeAlias = Annotated[str, AfterValidator(_lower_hex)]
"""An sRGB colour, `#rrggbb`, lower case."""


class Box(Value):
    """An axis-aligned box in pixels, x0 < x1 and y0 < y1; x1 and y1 are exclusive."""

    x0: float
    y0: float
    x1: float
    y1: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError(f"box {self.x0},{self.y0},{self.x1},{self.y1} is empty; expected x0 < x1 and y0 < y1")
        return self
