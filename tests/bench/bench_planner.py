"""How well the offline planner reads people: exact sequences of operations and references, over a file of messages.

    python tests/bench/bench_planner.py tests/data/messages.jsonl [--show] [--json out.json]

Each line holds a message, what is attached, the earlier turns, and the operations that a person would expect. Earlier
turns stand for media: what was attached, then the result, numbered v1, v2 … in order of appearance. A sequence counts
where all operations are the expected ones in the expected order; questions, refusals and chat count where they are
expected. A reference counts where a request is about the same media, whatever their order; "prev" after a request that
makes no medium is what that request was about. `accept_ops` are other lists of operations that are just as right; the
one that agrees most counts. Not part of the test run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from agentvid.planner.wide.table import row_of
from agentvid.planner.wide.understand import Understood, understand
from agentvid.planner.wide.where import Medium

HELD_OUT: Final = frozenset({"messages3.jsonl"})
"""Files of which one half was never looked at nor learned from."""


def is_held_out(item: dict[str, Any]) -> bool:
    """Return whether a message of these files belongs to that half, by its id."""
    return hashlib.sha256(item["id"].encode()).digest()[0] % 2 == 1


def shelf_of(item: dict[str, Any]) -> tuple[tuple[Medium, ...], tuple[str, ...]]:
    """Return the media that a message can be about, and what was said before it."""
    media: list[Medium] = []
    for turn, earlier in enumerate(item["history"], 1):
        media += [
            Medium(len(media) + n, kind, turn, is_new=False, is_made=False)
            for n, kind in enumerate(earlier["media"], 1)
        ]
        media.append(Medium(len(media) + 1, earlier["result"], turn, is_new=False, is_made=True))
    turn = len(item["history"]) + 1
    media += [Medium(len(media) + n, kind, turn, is_new=True, is_made=False) for n, kind in enumerate(item["media"], 1)]
    return tuple(media), tuple(earlier["message"] for earlier in item["history"])


def mood_of(item: dict[str, Any]) -> str:
    """Return what is expected at all: do, ask, refuse or chat."""
    return next((mood for mood in ("ask", "refuse", "chat") if item.get(mood)), "do")


def expected_on(ops: list[dict[str, Any]]) -> list[frozenset[str]]:
    """Return the media of each expected request, with "prev" after a request that makes nothing spelt out."""
    return _spelt([(op["op"], frozenset(op["on"].split(",")) - {""}) for op in ops])


def found_on(understood: Understood) -> list[frozenset[str]]:
    """Return the media of each request that was read."""
    return _spelt([(want.op, frozenset("prev" if n == 0 else f"v{n}" for n in want.on)) for want in understood.wants])


def _spelt(told: list[tuple[str, frozenset[str]]]) -> list[frozenset[str]]:
    spelt: list[frozenset[str]] = []
    for index, (_, on) in enumerate(told):
        if index and on == {"prev"} and row_of(told[index - 1][0]).makes == "text":
            on = spelt[-1]
        spelt.append(on)
    return spelt


def _likest(item: dict[str, Any], understood: Understood) -> list[dict[str, Any]]:
    """Return the expected operations, or another accepted list where that agrees better with what was read."""
    found, on = [want.op for want in understood.wants], found_on(understood)

    def agreement(ops: list[dict[str, Any]]) -> tuple[bool, int]:
        same = [op["op"] for op in ops] == found
        return same, sum(a == b for a, b in zip(expected_on(ops), on, strict=True)) if same else 0

    return max([item["ops"], *item.get("accept_ops", [])], key=agreement)


@dataclass
class Score:
    """Counts over messages."""

    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    on_right: int = 0
    on_all: int = 0
    per_op: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def take(self, item: dict[str, Any]) -> None:
        """Read one message and count."""
        media, said = shelf_of(item)
        start = time.process_time()
        understood = understand(item["message"], media, said)
        self.seconds.append(time.process_time() - start)
        found = [want.op for want in understood.wants]
        ops = _likest(item, understood)
        wanted = [op["op"] for op in ops]
        is_right = wanted == found and mood_of(item) == understood.mood
        for key in ("all", item["lang"]):
            self.all[key] += 1
            self.right[key] += is_right
        for op in set(wanted):
            counts = self.per_op.setdefault(op, Counter())
            counts["messages"] += 1
            counts["right"] += is_right
            counts["read"] += op in found
        on, got = expected_on(ops), found_on(understood)
        same = 0
        if wanted == found:
            same = sum(a == b for a, b in zip(on, got, strict=True))
            self.on_right += same
            self.on_all += len(on)
        if not is_right or (wanted == found and same < len(on)):
            told = " ".join(f"{op}({','.join(sorted(at))})" for op, at in zip(wanted, on, strict=True)) or mood_of(item)
            read = (
                " ".join(f"{op}({','.join(sorted(at))})" for op, at in zip(found, got, strict=True)) or understood.mood
            )
            sign = "SEQ" if not is_right else "REF"
            before = " / ".join(f"{h['message']}→{h['result']}" for h in item["history"])
            self.failures.append(
                f"{sign} {item['id']} {item['media']} [{before}] {item['message']}\n    want {told}\n    read {read}"
            )

    def summary(self) -> dict[str, Any]:
        """Return the rates as plain JSON."""
        return {
            "messages": self.all["all"],
            "exact": {key: round(self.right[key] / self.all[key], 4) for key in sorted(self.all)},
            "references": round(self.on_right / max(1, self.on_all), 4),
            "milliseconds": round(1000 * sum(self.seconds) / max(1, len(self.seconds)), 2),
            "slowest_milliseconds": round(1000 * max(self.seconds, default=0.0), 1),
            "per_op": {op: dict(counts) for op, counts in sorted(self.per_op.items())},
        }


def score(path: Path, held_out: bool | None = None) -> Score:
    """Return the counts over a file of messages: all, or those alone that are held out, or are not."""
    counted = Score()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and held_out in (None, is_held_out(json.loads(line))):
            counted.take(json.loads(line))
    return counted


def main() -> None:
    """Print the rates, and with --show what was read wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", action="store_true", help="list what was read wrong")
    parser.add_argument("--json", type=Path, help="write the rates here")
    parser.add_argument("--held-out", action="store_true", help="only the half that was never learned from")
    options = parser.parse_args()
    counted = score(options.data, True if options.held_out else None)
    summary = counted.summary()
    if options.show:
        print("\n".join(counted.failures))
    weak = {op: counts for op, counts in summary["per_op"].items() if counts["right"] < counts["messages"]}
    print(json.dumps({**summary, "per_op": weak}, ensure_ascii=False, indent=None if options.show else 1))
    if options.json:
        options.json.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
