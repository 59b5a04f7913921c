"""Cached results in the log: by key, by frame (all of a key but the inputs), and how long they took.

Does not cover: what a key or a frame is made of (`run.key`), the bytes of media (`store.objects`).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from typing import Final

from agentvid.store.migrations import Database
from agentvid.store.rows import CachedResult

__all__ = ["CachedResults"]

_TIMINGS: Final = 25
"""How many past results an estimate looks at."""
_MEASURED: Final = ("seconds", "cost", "currency", "megapixel_frames")
_AT_ONCE: Final = 500
"""How many keys go into one query."""


class CachedResults:
    """The part of the log that keeps results by key."""

    _database: Database
    clock: Callable[[], float]

    def cache_get(self, owner: str, key: str) -> CachedResult | None:
        """Return the result of a key in an owner's namespace, or None."""
        return self.cache_get_many(owner, [key]).get(key)

    def cache_get_many(self, owner: str, keys: Iterable[str]) -> dict[str, CachedResult]:
        """Return the results of all these keys that have one."""
        wanted, found = list(dict.fromkeys(keys)), {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, result_json FROM results WHERE owner = ? AND key IN ({marks})"
            for row in self._database.rows(query, owner, *some):
                found[row["key"]] = CachedResult.model_validate(row["result"])
        return found

    def cache_put(self, owner: str, key: str, result: CachedResult) -> None:
        """Save the result of a key; where there is one, the first stays, so that all who share it see the same.

        With it the cost of the jobs (`store.jobs`) that made it is recorded: they are settled, and never counted again.
        """
        document = result.model_dump()  # mode="json" would lose infinity
        document["created"] = created = result.created or self.clock()
        with self._database.write(durable=result.cost > 0) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO results (owner, key, tool, result_json, created, frame)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (owner, key, result.tool, json.dumps(document), created, result.frame or None),
            )
            connection.execute(
                "UPDATE jobs SET settled = ? WHERE owner = ? AND step_key = ? AND job IS NOT NULL AND settled IS NULL",
                (created, owner, key),
            )

    def cache_forget(self, owner: str, key: str) -> None:
        """Drop the result of a key, so that it is made again when it is next needed."""
        with self._database.write(durable=False) as connection:
            connection.execute("DELETE FROM results WHERE owner = ? AND key = ?", (owner, key))

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
        wanted, fitting = set(engines) or {""}, []
        columns = ", ".join(f"json_extract(result_json, '$.{name}') AS {name}" for name in _MEASURED)
        rows = self._database.rows(
            f"SELECT {columns}, json_extract(result_json, '$.engines') AS engines_json FROM results WHERE tool = ?"
            " ORDER BY created DESC LIMIT ?",
            tool,
            4 * _TIMINGS,
        )
        for row in rows:
            if wanted & ({used.partition("@")[0] for used in row["engines"].values()} or {""}):
                known = {name: value for name, value in row.items() if value is not None}
                fitting.append(CachedResult(outputs={}, tool=tool, **known))
        return fitting[:_TIMINGS]

    def typical_seconds(self, tool: str, engine: str = "") -> float | None:
        """Return the median seconds of the tool's last results by that engine's name; None where there is none.

        "" stands for a tool that asked for no engine.
        """
        seconds = [result.seconds for result in self.recent_results(tool, [engine] if engine else [])]
        return statistics.median(seconds) if seconds else None
