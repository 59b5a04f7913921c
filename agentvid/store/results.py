"""Cached results in the log: by key, by frame (all of a key but the inputs), and how long they took.

Does not cover: what a key or a frame is made of (`run.key`), the bytes of media (`store.objects`).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from typing import Any, Final

from agentvid.store.migrations import Database
from agentvid.store.rows import CachedResult, json_text

__all__ = ["CachedResults", "read_result"]

_TIMINGS: Final = 25
"""How many past results an estimate looks at."""
_MEASURED: Final = ("seconds", "cost", "currency", "megapixel_frames")
_AT_ONCE: Final = 500
"""How many keys go into one query."""
_PUT: Final = "INSERT OR IGNORE INTO results (owner, key, tool, result_json, created, frame) VALUES (?, ?, ?, ?, ?, ?)"


def read_result(text: str) -> CachedResult:
    """Read a result from its JSON text, as `cache_texts` returns it."""
    return CachedResult.model_validate(json.loads(text))


def _row(owner: str, key: str, document: dict[str, Any]) -> tuple[str | float | None, ...]:
    return owner, key, document["tool"], json_text(document), document["created"], document["frame"] or None


def _row_of(owner: str, key: str, document: Callable[[], dict[str, Any]], created: float) -> tuple[Any, ...]:
    return _row(owner, key, {**document(), "created": created})


class CachedResults:
    """The part of the log that keeps results by key."""

    _database: Database
    clock: Callable[[], float]
    puts: int = 0
    """How many results were handed to this door so far."""

    def cache_get(self, owner: str, key: str) -> CachedResult | None:
        """Return the result of a key in an owner's namespace, or None."""
        return self.cache_get_many(owner, [key]).get(key)

    def cache_get_many(self, owner: str, keys: Iterable[str]) -> dict[str, CachedResult]:
        """Return the results of all these keys that have one."""
        return {key: read_result(text) for key, text in self.cache_texts(owner, keys).items()}

    def cache_texts(self, owner: str, keys: Iterable[str]) -> dict[str, str]:
        """Return the results of all these keys that have one as they are written, for `read_result`."""
        wanted, found = list(dict.fromkeys(keys)), dict[str, str]()
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = f"SELECT key, result_json FROM results WHERE owner = ? AND key IN ({','.join('?' * len(some))})"
            found.update(self._database.tuples_of([(owner, key) for key in some], query, owner, *some))
        return found

    def cache_put(self, owner: str, key: str, result: CachedResult) -> None:
        """Save the result of a key; where there is one, the first stays, so that all who share it see the same.

        With it the cost of the jobs (`store.jobs`) that made it is recorded: they are settled, and never counted again.
        """
        created = result.created or self.clock()
        self.puts += 1
        with self._database.write(durable=result.cost > 0) as connection:
            connection.execute(_PUT, _row(owner, key, {**result.model_dump(), "created": created}))
            connection.execute(
                "UPDATE jobs SET settled = ? WHERE owner = ? AND step_key = ? AND job IS NOT NULL AND settled IS NULL",
                (created, owner, key),
            )

    def cache_put_later(self, owner: str, key: str, document: Callable[[], dict[str, Any]]) -> None:
        """Save a result that no job made with the next write or `flush`; `document` gives its JSON then.

        Until then a kill loses it: this is for results that are free, and quick to make again.
        """
        created = self.clock()
        self.puts += 1
        self._database.write_later("results", (owner, key), _PUT, _row_of, owner, key, document, created)

    def flush(self) -> None:
        """Write what `cache_put_later` left.

        Raises: StoreError where the log can't be written.
        """
        self._database.flush()

    def cache_forget(self, owner: str, key: str) -> None:
        """Drop the result of a key, so that it is made again when it is next needed."""
        with self._database.write(durable=False) as connection:
            connection.execute("DELETE FROM results WHERE owner = ? AND key = ?", (owner, key))

    def last_kept(self) -> int:
        """Return the place of the result that was kept last, for `kept_since`."""
        ((place,),) = self._database.tuples("SELECT coalesce(max(rowid), 0) FROM results")
        return int(place)

    def kept_since(self, owner: str, place: int) -> tuple[int, list[str]]:
        """Return the place of the result that was kept last, and the keys of those that were kept after `place`."""
        found = self._database.tuples("SELECT rowid, owner, key FROM results WHERE rowid > ?", place)
        return max((row for row, _, _ in found), default=place), [key for _, whose, key in found if whose == owner]

    def others_wrote(self) -> int:
        """Return a number that changes when another process (or another `Log`) has written."""
        return self._database.others_wrote()

    def kept_keys(self, owner: str, frame: str, *, most: int) -> list[str] | None:
        """Return the keys of all results that were kept with this frame or before frames were; None for over `most`."""
        query = "SELECT key FROM results WHERE owner = ? AND (frame = ? OR frame IS NULL) LIMIT ?"
        found = self._database.tuples(query, owner, frame, most + 1)
        return None if len(found) > most else [key for (key,) in found]

    def kept_inputs(
        self, owner: str, frame: str, tool: str, *, most: int = 1000
    ) -> list[dict[str, str | list[str]]] | None:
        """Return the digests of the inputs of every result that was kept with this frame.

        None where that can't be told: results of the tool were kept before frames were, or more than `most`.
        """
        old = self._database.rows(
            "SELECT 1 AS found FROM results WHERE owner = ? AND frame IS NULL AND tool = ? LIMIT 1", owner, tool
        )
        rows = self._database.rows(
            "SELECT json_extract(result_json, '$.inputs') AS inputs_json FROM results"
            " WHERE owner = ? AND frame = ? LIMIT ?",
            owner,
            frame,
            most + 1,
        )
        return None if old or len(rows) > most else [row["inputs"] for row in rows]

    def recent_results(self, tool: str, engines: Iterable[str] = ()) -> list[CachedResult]:
        """Return the tool's last results (at most 25, newest first) that any of these engines, by name, worked for.

        Only what was measured of them: seconds, size and cost. No engines stand for results that asked for none.
        """
        wanted = set(engines) or {""}
        paths = ", ".join(f"'$.{name}'" for name in (*_MEASURED, "engines"))
        query = f"SELECT json_extract(result_json, {paths}) FROM results WHERE tool = ? ORDER BY created DESC LIMIT ?"
        for most in (_TIMINGS, 4 * _TIMINGS):
            fitting = []
            found = self._database.tuples(query, tool, most)
            for *measured, engines_of in (json.loads(text) for (text,) in found):
                if wanted & ({used.partition("@")[0] for used in engines_of.values()} or {""}):
                    known = {n: value for n, value in zip(_MEASURED, measured, strict=True) if value is not None}
                    fitting.append(CachedResult(outputs={}, tool=tool, **known))
            if len(fitting) >= _TIMINGS or len(found) < most:
                break
        return fitting[:_TIMINGS]

    def typical_seconds(self, tool: str, engine: str = "") -> float | None:
        """Return the median seconds of the tool's last results by that engine's name; None where there is none.

        "" stands for a tool that asked for no engine.
        """
        seconds = [result.seconds for result in self.recent_results(tool, [engine] if engine else [])]
        return statistics.median(seconds) if seconds else None
