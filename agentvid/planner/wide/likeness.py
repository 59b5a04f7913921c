"""How alike two short texts are by the words that tell something, whatever their inflection."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["inflected", "likeness"]

_EMPTY: Final = re.compile(
    r"a|an|the|my|our|your|his|her|its|it|this|that|these|those|them|they|to|of|on|in|at|with|for|from|and|"
    r"or|as|by|into|onto|me|us|i|you|we|is|are|be|do|does|make|made|create|get|give|put|turn|let|please|"
    r"can|could|would|will|want|like|need|some|one|two|three|both|all|each|every|just|now|then|out|up|so|"
    r"also|too|first|second|third|last|other|picture|photo|image|clip|video|shot"
)
_EMPTY_ZH: Final = re.compile(
    r"第[一二三四五六\d]|把|将|给|这|那|两|三|几|一|张|个|段|幅|条|份|下|做|弄|成|为|请|帮|我|你|的|了|吧|呗|都|也|在|和|与|图片?|照片|视频|画面|它|们|来"
)
_PRECISION: Final = 0.8


def likeness(text: str, example: str) -> float:
    """Return 0 to 1: how much of an example's telling words a text says, 0 where it says much else besides."""
    said, wanted = _telling(text), _telling(example)
    both = said & wanted
    if not both or len(both) < _PRECISION * len(said):
        return 0.0
    return len(both) / len(wanted)


def inflected(word: str) -> str:
    """Return a pattern of an English word in any inflection: "tint" for "tints", "tinted", "tinting"."""
    if not re.fullmatch(r"[a-z]{3,}", word):
        return rf"(?<![a-z0-9]){re.escape(word)}s?(?![a-z0-9])" if word.isascii() else re.escape(word)
    stem = _stem(word)
    return rf"(?<![a-z]){stem}(?:{stem[-1]}?(?:ed|ing|er|ers)|e?s|e|y|ies|ied|ying|d)?(?![a-z])"


@lru_cache(maxsize=4096)
def _telling(text: str) -> frozenset[str]:
    words = {
        _stem(word)
        for word in re.findall(r"[a-z]+", text)
        if not _EMPTY.fullmatch(word) and not _EMPTY.fullmatch(_stem(word))
    }
    for run in re.findall(r"[\u3400-\u9fff]+", _EMPTY_ZH.sub("", text)):
        words |= {run[at : at + 2] for at in range(max(1, len(run) - 1))}
    return frozenset(words)


def _stem(word: str) -> str:
    bare = re.sub(r"(?<=[a-z]{3})(?:ing|ied|ies|ed|es|(?<!s)s)$", "", word)
    bare = re.sub(r"([bdfgmnprt])\1$", r"\1", bare) if bare != word else bare
    return re.sub(r"(?<=[a-z]{2})[ey]$", "", bare)
