"""Thoughts as they are written: read from JSON that has no end yet."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic_core import from_json

from agentvid.events import Emit, ThoughtDelta
from agentvid.planner.llm.endpoint import Endpoint
from agentvid.planner.llm.wire import Piece

__all__ = ["Thoughts", "json_in"]

_THINKING: Final = re.compile(r"\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_STEP: Final = re.compile(r"t[1-9]\d*\.s[1-9]\d*")


def json_in(text: str) -> str:
    """Return the JSON object in an answer, from its first brace on: thinking aloud, prose and fences are left out.

    What follows its last brace stays; "" where there is no brace yet.
    """
    plain = _THINKING.sub("", text, count=1) if text.lstrip().startswith("<think>") else text
    fence = re.search(r"```(?:json)?\s*(\{.*?)(?:\n\s*```|\Z)", plain, re.DOTALL)
    if fence:
        return fence[1]
    return plain[plain.find("{") :] if "{" in plain else ""


class Thoughts:
    """Listens to one answer and emits what is new of each step's thought; what the model thinks before has no step.

    `first` is the number of the first step, for steps that have no id.
    """

    def __init__(self, endpoint: Endpoint, turn: int, first: int, emit: Emit) -> None:
        self._endpoint, self._turn, self._first, self._emit = endpoint, turn, first, emit
        self._text = ""
        self._told: dict[int, str] = {}

    def hear(self, piece: Piece) -> None:
        """Take in a piece of the answer."""
        if piece.thinking:
            self._emit(ThoughtDelta(text=self._endpoint.without_key(piece.thinking)))
        if not piece.text:
            return
        self._text += piece.text
        document = _partial(json_in(self._text))
        steps = document.get("steps") if isinstance(document, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            thought = step.get("thought") if isinstance(step, dict) else None
            if isinstance(thought, str):
                self._tell(index, step.get("id"), self._endpoint.without_key(thought))

    def _tell(self, index: int, named: Any, thought: str) -> None:
        told = self._told.get(index, "")
        if len(thought) > len(told) and thought.startswith(told):
            self._told[index] = thought
            is_id = isinstance(named, str) and _STEP.fullmatch(named)
            step = str(named) if is_id else f"t{self._turn}.s{self._first + index}"
            self._emit(ThoughtDelta(step=step, text=thought[len(told) :]))


def _partial(text: str) -> Any:
    try:
        return from_json(text, allow_partial="trailing-strings") if text else None
    except ValueError:
        return None
