"""Measure the chains of a suite one after another; what is measured with the same code is kept and not done again.

results.json and causal.html are written after each chain, so that stopping loses one chain at most, and of that only
what is not in the store of steps yet.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref
from agentvid.errors import AgentvidError, InputError
from agentvid.evals.causal import CausalRow, Wider, measure_causality
from agentvid.evals.intervened import Intervened
from agentvid.evals.suite.case import SUITES, SuiteCase
from agentvid.evals.suite.figures import figures
from agentvid.evals.suite.page import write_page
from agentvid.evals.suite.thumbnail import thumbnail
from agentvid.plugins import builtin_folder
from agentvid.run.execute import Executor
from agentvid.run.resolve import Lookup

__all__ = ["RESULTS", "Plan", "Send", "Sent", "code_digest", "run_suite"]

RESULTS: Final = "results.json"
PICTURES: Final = "pictures"
_FACES: Final = ("cli", "report", "train", "evals/small", "models/mot/training")


@dataclass(frozen=True)
class Sent:
    """A message that was answered: its chain, what answers it, what earlier turns found; or the `problem` there was."""

    chain: Chain
    answer: tuple[Ref, ...]
    earlier: Lookup
    problem: str


Send = Callable[[SuiteCase], Awaitable[Sent]]
Told = Callable[[SuiteCase, str, CausalRow | None], None]


@dataclass(frozen=True)
class Plan:
    """What to measure with which engines: `engines` names each with its version and weights."""

    cases: Sequence[SuiteCase]
    engines: tuple[str, ...]

    @property
    def code(self) -> str:
        """Digest of all that results depend on, but the messages."""
        return hashlib.sha256("|".join((code_digest(), *self.engines)).encode()).hexdigest()[:12]


async def run_suite(
    plan: Plan,
    out: Path,
    executor: Executor,
    send: Send,
    *,
    told: Told = lambda case, state, row: None,
) -> dict[str, Any]:
    """Measure what `out` does not hold yet and return the document.

    `told(case, state, row)` follows along: state is "started", "row" (with the row), "kept", "done" or "not measured".

    Raises: InputError where `out` holds something else under the name of the results; asyncio.CancelledError where it
    is stopped, after which it can be gone on with.
    """
    kept = _kept(out, plan.code)
    chains = list[dict[str, Any]]()
    for case in plan.cases:
        found = kept.get(case.digest)
        if found is None:
            told(case, "started", None)
            found = await _measured(case, out, executor, send, told)
            told(case, "not measured" if found["not_measured"] else "done", None)
        else:
            told(case, "kept", None)
        chains.append(found)
        later = [kept[each.digest] for each in plan.cases[len(chains) :] if each.digest in kept]
        _write(out, _document(plan, [*chains, *later]))
    return _document(plan, chains)


@cache
def code_digest() -> str:
    """Return the digest of the sources, tools and prompts that a chain and its measurement depend on."""
    root = Path(__file__).parents[2]
    content = [builtin_folder("tools"), builtin_folder("prompts")]
    faces = tuple(root / name for name in _FACES)
    files = [file for file in root.rglob("*.py") if not any(face in file.parents for face in faces)]
    files += [file for folder in content for kind in ("*.py", "*.md") for file in folder.rglob(kind)]
    whole = hashlib.sha256()
    for file in sorted(set(files)):
        whole.update(file.read_bytes())
    return whole.hexdigest()[:12]


async def _measured(case: SuiteCase, out: Path, executor: Executor, send: Send, told: Told) -> dict[str, Any]:
    start = time.monotonic()
    pictures = list[str]()

    def watch(row: CausalRow, found: Intervened) -> None:
        pictures.append(thumbnail(found, out / PICTURES / f"{case.name}-{len(pictures) + 1}.jpg"))
        told(case, "row", row)

    entry: dict[str, Any] = {
        "name": case.name,
        "suite": case.suite,
        "group": case.group,
        "digest": case.digest,
        "texts": list(case.texts),
        "not_measured": "",
        "tools": [],
        "rows": [],
    }
    try:
        sent = await send(case)
        if sent.problem:
            return {**entry, "not_measured": sent.problem}
        rows = await measure_causality(
            executor,
            sent.chain,
            sent.answer,
            earlier=sent.earlier,
            wider=Wider(question=case.question),
            told=watch,
        )
    except AgentvidError as error:
        return {**entry, "not_measured": str(error)}
    return {
        **entry,
        "tools": [step.tool for step in sent.chain],
        "seconds": round(time.monotonic() - start, 1),
        "rows": [{**asdict(row), "picture": picture} for row, picture in zip(rows, pictures, strict=True)],
    }


def _document(plan: Plan, chains: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    parts = {suite: [chain for chain in chains if chain["suite"] == suite] for suite in SUITES}
    return {
        "code": plan.code,
        "engines": list(plan.engines),
        "figures": {suite: figures(found) for suite, found in parts.items() if found},
        "chains": list(chains),
    }


def _kept(out: Path, code: str) -> dict[str, dict[str, Any]]:
    """Return the chains that were measured with this code, by digest of the case."""
    path = out / RESULTS
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        chains = {chain["digest"]: chain for chain in document["chains"] if not chain["not_measured"]}
        return chains if document["code"] == code else {}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} can't be read: {error}", "what an earlier run wrote", "move it away") from error


def _write(out: Path, document: Mapping[str, Any]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    partial = out / "results.partial"
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(out / RESULTS)
    write_page(out, document)
