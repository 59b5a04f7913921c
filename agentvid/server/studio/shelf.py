"""The media library of an owner: what came in and what steps made, newest first."""

from __future__ import annotations

import json
from typing import Any, Final

from agentvid.media.types import dump_value, load_artifact
from agentvid.report.describe import value_words
from agentvid.report.record import Language
from agentvid.report.words import port_label
from agentvid.server.hub import Hub
from agentvid.server.studio.words import words_of

__all__ = ["SHOWN", "library_of"]

SHOWN: Final = {"image": "pictures", "video": "clips", "audio": "sounds"}
"""Types that the library shows, and the word for each."""
_MOST: Final = 300


def library_of(hub: Hub, owner: str, language: Language, only: str = "") -> list[dict[str, Any]]:
    """Return media once each, newest first, at most 300; `only` is a type. Blocks.

    Raises: StoreError where the log can't be read.
    """
    words = words_of(language)
    found: dict[str, dict[str, Any]] = {}
    uploads = hub.log.tuples("SELECT artifact_json, name, created FROM uploads WHERE owner = ?", owner)
    for text, name, created in uploads:
        _put(found, json.loads(text), name, words["came_in"], created)
    for session in hub.log.sessions(owner):
        for row in hub.log.versions(session.session):
            is_upload = row.source.startswith("upload")
            step, _, port = row.source.rpartition(".")
            name = row.label if is_upload else f"{port_label(port, language)} · {step}"
            source = words["came_in"] if is_upload else words["made_by"].format(step=step)
            _put(found, dump_value(row.artifact), name, source, row.created, session.session)
    kept = [one for one in found.values() if one["artifact"]["type"] in SHOWN and only in ("", one["artifact"]["type"])]
    kept.sort(key=lambda one: one["created"], reverse=True)
    return [one | {"size": value_words(load_artifact(one["artifact"]), language)} for one in kept[:_MOST]]


def _put(
    found: dict[str, dict[str, Any]],
    artifact: dict[str, Any],
    name: str,
    source: str,
    created: float,
    session: str = "",
) -> None:
    known = found.get(artifact["artifact"])
    if known is None:
        found[artifact["artifact"]] = {
            "artifact": artifact,
            "name": name,
            "source": source,
            "created": created,
            "session": session,
        }
    else:
        known["session"] = known["session"] or session
        known["created"] = max(known["created"], created)
