"""Whose media: an owner sees an artifact that it put in, or that a session of its has; anything else is not there.

Nothing that a request says in words is read as a file of this machine: where media are meant, it names an artifact.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import ValidationError

from agentvid.errors import InputError, MediaError
from agentvid.events import Event, Preview
from agentvid.media.clean import shown_name
from agentvid.media.gate import Limits, take_in
from agentvid.media.message import MediaPart
from agentvid.media.types import Artifact, Image, load_artifact
from agentvid.server.problem import not_found
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore

__all__ = ["UPLOAD_SECONDS", "OwnedMedia"]

UPLOAD_SECONDS: Final = 30 * 24 * 3600
"""How long what was uploaded is kept where no message uses it."""

_SHA256: Final = re.compile(r"\b[0-9a-f]{64}\b")
_HIDES: Final = re.compile(r"\\u00(?:3[0-9]|5[cC]|6[1-6]|75)")
"""A digit or letter of a digest, the `u` or the backslash of an escape, written as an escape itself."""
_REMEMBERED: Final = 4096
_PLACES: Final = (
    "SELECT message_json FROM turns JOIN sessions USING (session) WHERE owner = ? AND instr(message_json, ?)",
    "SELECT artifact_json FROM versions JOIN sessions USING (session) WHERE owner = ? AND instr(artifact_json, ?)",
    "SELECT record_json FROM step_runs JOIN sessions USING (session) WHERE owner = ? AND instr(record_json, ?)",
    "SELECT chain_json FROM revisions JOIN sessions USING (session) WHERE owner = ? AND instr(chain_json, ?)",
)


class OwnedMedia:
    """The media of a store, by owner. Safe to share between threads."""

    def __init__(self, log: Log, store: ObjectStore) -> None:
        self._log = log
        self.store = store
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Artifact] = OrderedDict()

    def take_in(self, owner: str, file: BinaryIO, name: str) -> MediaPart:
        """Take in a file that an owner sent, through the gate, and remember whose it is. Blocks.

        Raises: MediaError where it can't be used; StoreError.
        """
        shown = shown_name(Path(name or "file"))
        with tempfile.TemporaryDirectory(prefix="agentvid-upload-") as folder:
            path = Path(folder) / (re.sub(r"[/\\\0]", "_", shown).lstrip(".") or "file")
            with path.open("xb") as copy:
                shutil.copyfileobj(file, copy)
            artifact = take_in(path, self.store, Limits())
        self._keep(owner, artifact, shown)
        return MediaPart(artifact=artifact, name=shown)

    def part(self, owner: str, sha256: str) -> MediaPart:
        """Return an artifact as a part of a message, under the name it was uploaded with.

        Raises: HttpError 404.
        """
        rows = self._log.tuples("SELECT name FROM uploads WHERE owner = ? AND sha256 = ?", owner, sha256)
        return MediaPart(artifact=self.find(owner, sha256), name=rows[0][0] if rows else sha256[:12])

    def find(self, owner: str, sha256: str) -> Artifact:
        """Return an artifact of this owner.

        Raises: HttpError 404 where there is none, or it is another owner's.
        """
        with self._lock:
            found = self._known.get((owner, sha256))
        found = found or self._uploaded(owner, sha256) or self._in_sessions(owner, sha256)
        if found is None or not self.store.has(sha256):
            raise not_found(f"artifact {sha256[:80]!r}", "one that was uploaded or made here", "POST /api/v1/artifacts")
        self.remember(owner, found)
        return found

    def check(self, owner: str, said: Any) -> None:
        """Check that every artifact that a request names, anywhere in its JSON, is this owner's. See `named`.

        Raises: HttpError 404; InputError.
        """
        for sha256 in self.named(said):
            self.find(owner, sha256)

    @staticmethod
    def named(said: Any) -> set[str]:
        """Return what may be the digest of an artifact anywhere in JSON. Its texts may be JSON themselves: one in which
        a digest could hide behind escapes is refused.

        Raises: InputError.
        """
        told = json.dumps(said, default=str, ensure_ascii=False)
        if hidden := _HIDES.search(told):
            raise InputError(f"a letter or digit written as {hidden[0]}", "the letter or digit", "write it as it is")
        return set(_SHA256.findall(told))

    def take_text(self, owner: str, type_name: str, text: str, store: ObjectStore) -> Any:
        """Return the media that a text names: the digest of an artifact of this owner. See `agent.taking`.

        Raises: MediaError where it is none; HttpError 404.
        """
        from agentvid.media.picture import read_depth, read_mask

        sha256 = text.strip().removeprefix("@")
        if not _SHA256.fullmatch(sha256):
            raise MediaError(
                f"{text[:80]!r} as a {type_name}", "the sha256 of an artifact, or @v2", "POST /api/v1/artifacts first"
            )
        found = self.find(owner, sha256)
        if isinstance(found, Image) and type_name == "Mask":
            found = store.put_mask(read_mask(store.path(found)))
        elif isinstance(found, Image) and type_name == "Depth":
            found = store.put_depth(read_depth(store.path(found)))
        self.remember(owner, found)
        return found.model_dump(mode="json")

    def seen(self, owner: str, event: Event) -> None:
        """Let the owner of a turn see the previews it shows."""
        if isinstance(event, Preview):
            facts = {"artifact": event.artifact, "mime": "image/png", "bytes": 0, "width": 1, "height": 1}
            self.remember(owner, Image.model_validate(facts))

    def forget(self, owner: str) -> None:
        """Forget what is remembered of an owner, who has lost a session."""
        with self._lock:
            for key in [key for key in self._known if key[0] == owner]:
                del self._known[key]

    def expire(self) -> None:
        """Let go of uploads that are older than `UPLOAD_SECONDS`: what a session uses is still there."""
        with self._log.write(durable=False) as connection:
            connection.execute("DELETE FROM uploads WHERE created < ?", (self._log.clock() - UPLOAD_SECONDS,))

    def _keep(self, owner: str, artifact: Artifact, name: str) -> None:
        row = (owner, artifact.artifact, artifact.model_dump_json(), name, self._log.clock())
        with self._log.write(durable=True) as connection:
            connection.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?)", row)

    def remember(self, owner: str, artifact: Artifact) -> None:
        """Let an owner see an artifact as long as this process lives: what was made for them, and is in no session."""
        with self._lock:
            self._known[owner, artifact.artifact] = artifact
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def _uploaded(self, owner: str, sha256: str) -> Artifact | None:
        rows = self._log.rows("SELECT artifact_json FROM uploads WHERE owner = ? AND sha256 = ?", owner, sha256)
        return load_artifact(rows[0]["artifact"]) if rows else None

    def _in_sessions(self, owner: str, sha256: str) -> Artifact | None:
        if not _SHA256.fullmatch(sha256):
            return None
        for query in _PLACES:
            for (text,) in self._log.tuples(f"{query} LIMIT 1", owner, sha256):
                found = _artifact_in(json.loads(text), sha256)
                if found is not None:
                    return found
        return None


def _artifact_in(value: Any, sha256: str) -> Artifact | None:
    """Return the artifact of this digest somewhere in JSON."""
    if isinstance(value, dict):
        if value.get("artifact") == sha256:
            with suppress(ValidationError):
                return load_artifact(value)
        value = list(value.values())
    if isinstance(value, list):
        return next((found for item in value if (found := _artifact_in(item, sha256)) is not None), None)
    return None
