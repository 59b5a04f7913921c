"""Make the weights of the planner's tagger from the phrases, patterns and messages of the repository.

    python tests/train/fit_tagger.py agentvid/planner/wide/tagger.safetensors [MESSAGES.jsonl …]

Without files of messages: all of `tests/data/messages*.jsonl` but what is held out; and always what people wrote
(`people`). Deterministic; some ten minutes a draw, which run side by side. Messages tell which operations a person
would expect, not which words ask for them: the pieces that do are found by `align`, first by what the rows say, then by
the weights themselves.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[1] / "bench"))

from bench_planner import HELD_OUT, is_held_out, shelf_of
from people import SHELVES, Message, messages, phrases, strung
from sayings import DATA, clauses, joined

from agentvid.planner.wide.features import BUCKETS, Piece, features_of
from agentvid.planner.wide.pieces import pieces_of
from agentvid.planner.wide.table import ROWS
from agentvid.planner.wide.tagger import LABELS, decode
from agentvid.planner.wide.text import told
from agentvid.planner.wide.where import Shelf

Weights = NDArray[np.float32]
Sample = tuple[NDArray[np.int64], int, float]
_INDEX: Final = {label: index for index, label in enumerate(LABELS)}
_MADE: Final = 9_000
"""How many messages are made from patterns."""
_STRUNG: Final = 8_000
"""How many messages are strung from people's requests, in each draw."""
_TURNS: Final = 6
_DRAWS: Final = ((1, True, 0.35), (2, True, 0.35), (1, False, 0.2), (2, False, 0.2))
"""Fits, each on other made messages, and how much of each the weights are: by number, with or without what people
wrote as the table of operations is. Their messages are harder; alone, those of the other kind are read a little worse.
"""
_LEFT_OUT: Final = 0.2
"""The share of features that is left out of a sample each time, so that no word alone decides."""
_RATE: Final = 0.2
_KEPT: Final = 700_000
"""How many weights are stored: the largest."""


@dataclass
class Example:
    """A message in pieces; `wanted` are the lists of operations that are right, `labels` what its pieces ask for."""

    pieces: list[Piece]
    kinds: str
    wanted: list[list[str]]
    labels: list[str] | None = None


def told_examples(path: Path) -> list[Example]:
    """Return the messages of a file of `bench_planner`."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        item: dict[str, Any] = json.loads(line)
        if path.name in HELD_OUT and is_held_out(item):
            continue
        media, said = shelf_of(item)
        low = told(item["message"]).low
        shelf = Shelf(media, tuple(told(before).low for before in said[-4:]), low)
        kind = shelf.kind_of(shelf.default("any") or 0)
        new = "".join(medium.kind[:1] for medium in media if medium.is_new)
        kinds = new or (f"h{kind[:1]}" if media else "")
        wanted = [[op["op"] for op in ops] for ops in (item["ops"], *item.get("accept_ops", []))]
        if not item.get("refuse"):
            found.append(Example(pieces_of(low, kind)[1], kinds, wanted))
    return found


def request_examples() -> list[Example]:
    """Return the messages of `requests.txt`, the phrases, and the examples of the rows."""
    found = []
    for line in (DATA / "requests.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, message = line.split(" | ", 1)
            kinds, *ops = head.split()
            kinds, wanted = kinds.strip("-"), [op for op in ops if op != "-"]
            kind = "video" if "v" in kinds else "image" if "i" in kinds else ""
            found.append(Example(pieces_of(told(message).low, kind)[1], kinds, [wanted]))
    for line in (DATA / "phrases.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            op, shelf, phrase = line.split(" ", 2)
            found.append(_example(phrase, SHELVES[shelf], [[op]]))
    for row in ROWS:
        kinds = "vv" if row.op == "join" else {"video": "v", "none": ""}.get(row.needs, "ii")
        kind = {"v": "video", "": ""}.get(kinds[:1], "image")
        found += [Example(pieces_of(told(text).low, kind)[1], kinds, [[row.op]]) for text in row.example]
    return found


def people_examples(seed: int) -> list[Example]:
    """Return what people wrote, without what is held out, and their requests strung together, others by each seed."""
    known = phrases()
    told_by_people = [message for message in messages() if not message.is_held_out and message.mood != "refuse"]
    found = [_example(phrase.text, SHELVES[phrase.kind], [[phrase.op] if phrase.op else []]) for phrase in known]
    found += [_of_message(message) for message in told_by_people + strung(known, _STRUNG, seed)]
    return [example for example in found if min(map(len, example.wanted)) <= len(example.pieces)]


def _of_message(message: Message) -> Example:
    return _example(message.text, message.kinds, [list(ops) for ops in message.wanted] or [[]])


def _example(text: str, kinds: str, wanted: list[list[str]]) -> Example:
    kind = {"v": "video", "i": "image", "t": "text"}.get(kinds.strip("h")[:1], "")
    return Example(pieces_of(told(text).low, kind)[1], kinds, wanted)


def made_examples(count: int, seed: int) -> list[Example]:
    """Return messages made from patterns, with their labels."""
    known: dict[tuple[str, str, str], tuple[list[Piece], list[str]]] = {}
    found = []
    for kinds, parts in joined(clauses(seed), count, seed + 1):
        kind = "video" if "v" in kinds else "image" if "i" in kinds else ""
        pieces: list[Piece] = []
        labels: list[str] = []
        for joint, clause in parts:
            key = (clause.op, clause.low, kind)
            if key not in known:
                own = pieces_of(clause.low, kind)[1]
                own_labels = align(Example(own, kinds, [[clause.op] if clause.op else []]), ruled_scores(own))
                known[key] = (own, own_labels or [])
            own, own_labels = known[key]
            if not own_labels:
                continue
            # the joint is what a cut would have left of it
            cut = pieces_of(f"a{joint}b", "")[1][-1]
            first = replace(own[0], joint=cut.joint, how=cut.how) if pieces else own[0]
            pieces += [first, *own[1:]]
            labels += own_labels
        if pieces:
            found.append(Example(pieces, kinds, [], labels))
    return found


# ------------------------------------------------------------ which piece asks for what


def ruled_scores(pieces: list[Piece]) -> list[NDArray[np.float64]]:
    """Return how well each label fits each piece by what the rows say."""
    scores = []
    for piece in pieces:
        score = np.full(len(LABELS), -3.0)
        score[0] = -0.5 - 0.4 * piece.ruled[0][1] if piece.ruled else 0.0
        for rank, (op, weight) in enumerate(piece.ruled):
            score[_INDEX[op]] = 0.5 * weight - rank
        scores.append(score)
    return scores


def learned_scores(weights: Weights, example: Example) -> list[NDArray[np.float64]]:
    """Return how well each label fits each piece by the weights, the labels before it as they stand."""
    scores, before = [], ""
    for at, label in enumerate(example.labels or [""] * len(example.pieces)):
        logits = weights[features_of(example.pieces, at, before, example.kinds)].sum(0).astype(np.float64)
        scores.append(np.maximum(logits - logits.max() - np.log(np.exp(logits - logits.max()).sum()), -12.0))
        before = label or before
    return scores


def align(example: Example, scores: list[NDArray[np.float64]]) -> list[str] | None:
    """Return the labels of pieces that give one of the wanted lists, the best by `scores`; None where there are fewer
    pieces than requests. Another order than the wanted one is possible, at a price: "before you add snow, …".
    """
    best: tuple[float, list[str]] | None = None
    for rank, ops in enumerate(example.wanted):
        for order in set(permutations(ops)) if len(ops) <= 4 else {tuple(ops)}:
            found = _along(scores, order, -0.5 * rank - (4.0 if list(order) != ops else 0.0))
            if found is not None and (best is None or (found[0], found[1]) > best):
                best = found
    return best[1] if best else None


def _along(scores: list[NDArray[np.float64]], order: tuple[str, ...], start: float) -> tuple[float, list[str]] | None:
    """Place operations on pieces in this order, by dynamic programming."""
    rows: list[dict[int, tuple[float, list[str]]]] = [{0: (start, [])}]
    for score in scores:
        following: dict[int, tuple[float, list[str]]] = {}
        for done, (total, labels) in rows[-1].items():
            choices = [(done, "")] + ([(done + 1, order[done])] if done < len(order) else [])
            for now, label in choices:
                value = total + float(score[_INDEX[label]])
                if now not in following or value > following[now][0]:
                    following[now] = (value, [*labels, label])
        rows.append(following)
    return rows[-1].get(len(order))


# ------------------------------------------------------------ fitting


def samples_of(examples: list[Example], weight: float, unruled: float, rng: random.Random) -> list[Sample]:
    """Return one sample a piece; of a share `unruled` what the rows say is left out, so that words count too."""
    found = []
    for example in examples:
        before = ""
        for at, label in enumerate(example.labels or []):
            rules = rng.random() >= unruled
            row = np.array(features_of(example.pieces, at, before, example.kinds, rules=rules), np.int64)
            found.append((row, _INDEX[label], weight))
            before = label or before
    return found


def fit(weights: Weights, squares: Weights, samples: list[Sample], seed: int) -> None:
    """Run once through the samples: softmax regression by Adagrad, one rate a bucket."""
    order = list(range(len(samples)))
    chance = np.random.default_rng(seed)
    random.Random(seed).shuffle(order)
    for index in order:
        row, label, weight = samples[index]
        row = row[chance.random(len(row)) >= _LEFT_OUT]
        logits = weights[row].sum(0)
        slope = np.exp(logits - logits.max())
        slope /= slope.sum()
        slope[label] -= 1
        slope *= weight
        size = float(slope @ slope)
        if size > 1e-6:
            squares[row] += size
            weights[row] = (weights[row] - (_RATE / np.sqrt(squares[row]))[:, None] * slope) * (1 - 1e-5)


def fitted(real: list[Example], made: list[Example], untuned: list[Example], draw: int, turns: int) -> Weights:
    """Return weights from messages and made ones. `untuned` are messages that no row was written on: for them the rows
    are as good as they are for anybody.
    """
    rng = random.Random(draw)
    weights = np.zeros((BUCKETS, len(LABELS)), np.float32)
    squares = np.full(BUCKETS, 1e-8, np.float32)
    for example in real + untuned:
        example.labels = align(example, ruled_scores(example.pieces))
    drawn = samples_of(made, 0.5, 0.4, rng)
    for seed in range(2):
        fit(weights, squares, drawn, 100 * draw + seed)
    total = np.zeros_like(weights)
    for turn in range(turns):
        if turn in (1, 3):
            for example in real + untuned:
                example.labels = align(example, learned_scores(weights, example))
        samples = samples_of(real, 1.0, 0.5, rng) + samples_of(untuned, 1.0, 0.15, rng)
        fit(weights, squares, samples + rng.sample(drawn, min(len(drawn), 5000)), 100 * draw + 10 + turn)
        if turn >= turns - 3:
            total += weights
    return np.asarray(total / 3, np.float32)


def _drawn(tuned: list[Example], untuned: list[Example], draw: tuple[int, bool, float]) -> Weights:
    number, with_people, share = draw
    more = people_examples(number) if with_people else []
    return share * fitted(tuned, made_examples(_MADE, number), untuned + more, number, _TURNS if with_people else 8)


def store(weights: Weights, path: Path) -> None:
    """Write the largest weights, in eight bits each: `counts` a bucket, their `columns`, `values` and one `scale`."""
    least = np.partition(np.abs(weights).ravel(), -_KEPT)[-_KEPT]
    kept = np.abs(weights) >= max(least, 1e-6)
    scale = np.float32(np.abs(weights).max() / 127)
    values = np.clip(np.rint(weights[kept] / scale), -127, 127).astype(np.int8)
    columns = np.nonzero(kept)[1].astype(np.uint8)
    parts = {"counts": kept.sum(1).astype(np.uint8), "columns": columns, "values": values}
    save_file({**parts, "scale": np.array([scale], np.float32)}, path)


def read_of_held_out(weights: Weights) -> tuple[int, int]:
    """Return how many of people's held-out messages have exactly their operations tagged, and how many there are."""
    examples = [_of_message(message) for message in messages() if message.is_held_out and message.mood != "refuse"]
    read = [[label for label in decode(weights, each.pieces, each.kinds) if label] for each in examples]
    return sum(labels in each.wanted for labels, each in zip(read, examples, strict=True)), len(examples)


def main() -> None:
    """Fit and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("messages", type=Path, nargs="*")
    options = parser.parse_args()
    files = options.messages or sorted(DATA.glob("messages*.jsonl"))
    tuned = [example for path in files if path.name == "messages.jsonl" for example in told_examples(path)]
    untuned = [example for path in files if path.name != "messages.jsonl" for example in told_examples(path)]
    untuned += request_examples()
    with ProcessPoolExecutor() as pool:
        drawn = list(pool.map(partial(_drawn, tuned, untuned), _DRAWS))
    weights = np.asarray(sum(drawn), np.float32)
    store(weights, options.out)
    exact, count = read_of_held_out(weights)
    print(f"of {count} messages of people that were held out, {exact / count:.1%} have all their requests right")


if __name__ == "__main__":
    main()
