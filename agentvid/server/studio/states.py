"""The states of engines in words."""

from __future__ import annotations

from typing import Final

from agentvid.report.record import Language

__all__ = ["state_words"]

_STATES: Final[dict[str, tuple[str, str]]] = {
    "ready": ("ready", "就绪"),
    "unproven": ("unproven", "未验证"),
    "needs key": ("needs a key", "需要密钥"),
    "needs GPU": ("needs a GPU", "需要 GPU"),
    "needs weights": ("needs weights", "需要权重"),
    "retired": ("retired", "已停用"),
}


def state_words(state: str, language: Language) -> str:
    """Return a state for a person; one that is not known here keeps its name."""
    known = _STATES.get(state)
    return known[language == "zh"] if known else state
