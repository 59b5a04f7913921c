"""Two revisions of a turn compared, as the compare page shows them."""

from __future__ import annotations

from typing import Any

from agentvid.agent.agent import Turn
from agentvid.agent.shown import shown
from agentvid.media.types import Image, Media, PortValue, Video
from agentvid.report.changes import conflict_words
from agentvid.report.compare import PortDiff, Shown, compare
from agentvid.report.describe import number, value_words
from agentvid.report.record import Language
from agentvid.report.words import port_label, tool_title
from agentvid.server.studio.words import words_of

__all__ = ["comparison_of", "conflicts_of"]


def comparison_of(turn: Turn, a: int, b: int, language: Language) -> dict[str, Any]:
    """Return what differs: the plans in words, and each answered value with both sides and its figures. Blocks.

    Raises: InputError where there is no such revision; StoreError where media are missing.
    """
    sides = (_side(turn, a), _side(turn, b))
    compared = compare(*sides, turn.agent.store, language)
    words = words_of(language)
    only = [
        words["only_in"].format(side=name, port=port)
        for name, ports in ((compared.a, compared.only_a), (compared.b, compared.only_b))
        for port in ports
    ]
    return {
        "plan": list(compared.plan),
        "pairs": [_pair(port, sides, language) for port in compared.ports],
        "only": only,
    }


def conflicts_of(turn: Turn, other: str | int, language: Language) -> list[dict[str, str]]:
    """Return what both sides of a merge changed, each with its words. Blocks.

    Raises: InputError where there is no such branch or revision.
    """
    merged = turn.merged(other)
    return [{"id": conflict.id, "words": conflict_words(conflict, language)} for conflict in merged.conflicts]


def _side(turn: Turn, n: int) -> Shown:
    return shown(turn.agent.log, turn.agent.log.revision(turn.session, turn.number, n), str(n))


def _pair(port: PortDiff, sides: tuple[Shown, Shown], language: Language) -> dict[str, Any]:
    values = (sides[0].values[port.a], sides[1].values[port.b])
    step, _, name = port.a.rpartition(".")
    chain = sides[0].chain
    title = tool_title(chain.step(step).tool, language) if chain is not None and chain.has(step) else step
    is_seen = all(isinstance(value, Image | Video) for value in values)
    return {
        "label": f"{title} · {port_label(name, language)}" if title else port_label(name, language),
        "is_same": port.is_same,
        "a": _artifact(values[0]) if is_seen else None,
        "b": _artifact(values[1]) if is_seen else None,
        "text": None if is_seen else [value_words(value, language) for value in values],
        "told": [] if port.measured is not None or is_seen else list(port.told),
        "measures": _measures(port, language),
    }


def _artifact(value: PortValue) -> dict[str, Any] | None:
    return value.model_dump(mode="json") if isinstance(value, Media) else None


def _measures(port: PortDiff, language: Language) -> list[tuple[str, str]]:
    found, words = port.measured, words_of(language)
    if found is None:
        return []
    told = [(words["changed_share"], f"{100 * found.changed_share:.1f} %")]
    told += [(words["psnr"], f"{found.whole.psnr_db:.1f} dB"), (words["ssim"], number(found.whole.ssim))]
    if found.outside is not None:
        told.append((words["psnr_outside"], f"{found.outside.psnr_db:.1f} dB"))
    if found.frames > 1:
        told.append((words["frames_compared"], str(found.frames)))
    return told
