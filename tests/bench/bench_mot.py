"""Speed of the unified model: ours beside the plain baseline in one run, and the full size by itself on a GPU.

    python tests/bench/bench_mot.py                        # CPU, one thread: ratios to the baseline
    python tests/bench/bench_mot.py --full --device cuda   # 14.6 B random weights in bf16, 1024², 49 evaluations
    python tests/bench/bench_mot.py --thoughts WEIGHTS     # the small model writes the thoughts of held-out prompts

Ratios are medians over rounds in which both run one after the other; with one thread on a CPU they are of processor
time, which other programs disturb less. What is drawn and written is the same on both sides, or the run fails. Results
go into a JSON file.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from plain_mot import Plain, PlainContext

from agentvid.evals.small.cases import make_cases
from agentvid.models.mot import Decoding, Guidance, MoTConfig, Schedule, Unified, bagel_7b
from agentvid.models.mot.config import (
    BackboneConfig,
    LatentConfig,
    PositionConfig,
    SizeConfig,
    VisionConfig,
)
from agentvid.models.mot.decode import decode
from agentvid.models.mot.latents import latent_codec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.ngrams import Memory
from agentvid.models.mot.prompts import load_system_prompts
from agentvid.models.mot.reader import AHEAD, Reader
from agentvid.models.mot.sampling import Job, sample
from agentvid.models.mot.session import Session
from agentvid.models.mot.tokenizer import ByteTokenizer
from agentvid.world.caption import CAPTION_KINDS, caption

GUIDANCE = Guidance(text_scale=4.0, image_scale=1.5, interval=(0.4, 1.0), renorm="global", count_equal_image=True)
"""Settings of the family's demo: its third context equals the first one, and is scaled all the same."""


def middle(hidden: int, layers: int) -> MoTConfig:
    """A configuration between tiny and full."""
    return MoTConfig(
        backbone=BackboneConfig(
            hidden=hidden, inter=hidden * 3, layers=layers, heads=hidden // 64, kv_heads=2, vocab=512, head_dim=64
        ),
        positions=PositionConfig(sections=(32, 0, 0)),
        vision=VisionConfig(hidden=64, inter=128, layers=1, heads=2, side=10),
        latent=LatentConfig(channels=16, width=32, multipliers=(1, 1, 2, 2), blocks=1, table=(1, 32, 32)),
        sizes=SizeConfig(latent=(512, 64, 16), look=(140, 28, 14)),
    )


def random_model(config: MoTConfig) -> Unified:
    """Random weights whose velocities and words depend on what was read."""
    unified = Unified.fresh(config)
    torch.manual_seed(0)
    with torch.no_grad():
        torch.nn.init.normal_(unified.model.llm2vae.weight, std=0.05)
    return unified


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a call took, and what it returned. With one thread on a CPU: the processor's time for it."""
    on_gpu = torch.cuda.is_available()
    clock = time.process_time if torch.get_num_threads() == 1 and not on_gpu else time.perf_counter
    if on_gpu:
        torch.cuda.synchronize()
    start = clock()
    found = work()
    if on_gpu:
        torch.cuda.synchronize()
    return clock() - start, found


# ---------------------------------------------------------------- ours beside the baseline


def compare_drawing(unified: Unified, *, words: int, side: int, points: int, rounds: int) -> dict[str, Any]:
    """Draw one guided picture after `words` tokens, on both sides."""
    plain, context, session = Plain(unified), PlainContext(), unified.session()
    prompt = "x" * (words - 2)
    plain.read(context, prompt)
    session.read(prompt)
    stride = unified.config.latent.stride
    grid = (1, side // stride, side // stride)
    noise = torch.randn(
        grid[1] * grid[2], unified.config.latent.row_channels, generator=torch.Generator().manual_seed(1)
    )
    schedule = Schedule(points)

    def ours() -> torch.Tensor:
        job = Job(session.branches, grid, noise)
        return sample(unified.model, [job], unified.wrappers(), schedule, GUIDANCE)[0]

    def theirs() -> torch.Tensor:
        return plain.draw(context, (side, side), noise, schedule, GUIDANCE)

    found = alternate(ours, theirs, rounds)
    difference = float((found["ours"] - found["baseline"]).norm() / found["baseline"].norm())
    if not difference < 1e-3:
        raise SystemExit(f"the two drawings differ by {difference:.1e}: nothing is compared")
    guided = sum(GUIDANCE.applies(at) for at in schedule.times()[:-1])
    facts = {"context_tokens": words, "latent_rows": len(noise), "evaluations": points - 1, "guided": guided}
    return {**facts, **found["seconds"], "relative_difference": difference}


def compare_decoding(
    unified: Unified, *, prompt: str, new_tokens: int, rounds: int, memory: Memory | None = None
) -> dict[str, Any]:
    """Decode after a prompt, on both sides, greedily; ours as it is by default, and without guessing ahead.

    Nothing is remembered from round to round; `memory` holds what was written after other prompts.
    """
    plain, context, session = Plain(unified), PlainContext(), unified.session()
    plain.read(context, prompt)
    session.read(prompt)

    def ours(ahead: int) -> list[int]:
        decoding = Decoding(limit=new_tokens, ahead=ahead)
        return list(decode(unified.model, session.branches.full, unified.format, decoding, memory=memory))

    def theirs() -> list[int]:
        fork = PlainContext(dict(context.keys), dict(context.values), context.next)
        return plain.decode(fork, len(written))

    written = ours(0)
    found = alternate(partial(ours, AHEAD), theirs, rounds)
    alone = alternate(partial(ours, 0), theirs, rounds)
    if not found["ours"] == alone["ours"] == found["baseline"]:
        raise SystemExit("the texts differ: nothing is compared")
    rates = {f"{who}_tokens_per_s": len(written) / found["seconds"][f"{who}_s"] for who in ("ours", "baseline")}
    return {
        "context_tokens": session.length,
        "new_tokens": len(written),
        "tokens_per_forward": len(written) / forwards_of(unified, session, written, memory),
        **found["seconds"],
        "ratio_without_guessing": alone["seconds"]["ratio"],
        **rates,
    }


def forwards_of(unified: Unified, session: Session, written: list[int], memory: Memory | None) -> int:
    """Return in how many forwards a text is written."""
    reader = Reader(unified.model, session.branches.full, room=len(written) + 2, memory=memory)
    reader.read(unified.format.open())
    for id in written[:-1]:
        reader.read([id])
    return reader.forwards


def alternate(ours: Callable[[], Any], baseline: Callable[[], Any], rounds: int) -> dict[str, Any]:
    """Run both by turns, after one round that does not count."""
    sides = {"ours": ours, "baseline": baseline}
    took: dict[str, list[float]] = {who: [] for who in sides}
    found: dict[str, Any] = {}
    for number in range(rounds + 1):
        for who, work in sides.items():
            seconds, found[who] = seconds_of(work)
            if number:
                took[who].append(seconds)
    ratio = statistics.median(b / o for o, b in zip(took["ours"], took["baseline"], strict=True))
    medians = {f"{who}_s": statistics.median(times) for who, times in took.items()}
    return {**found, "seconds": {**medians, "ratio": ratio}}


def side_by_side(args: argparse.Namespace) -> dict[str, Any]:
    """Compare on one configuration of middle size."""
    config = middle(args.hidden, args.layers)
    unified = random_model(config)
    size = {"hidden": args.hidden, "layers": args.layers, "parameters": count(unified.model)}
    drawings = [
        compare_drawing(unified, words=words, side=side, points=args.points, rounds=args.rounds)
        for words, side in ((64, 128), (512, 128), (64, 256), (512, 256))
    ]
    decodings = [
        compare_decoding(unified, prompt="x" * (length - 2), new_tokens=args.tokens, rounds=args.rounds)
        for length in (256, 1024, 4096, 9216)
    ]
    return {"kind": "side by side", "model": size, "drawing": drawings, "decoding": decodings}


def thoughts(args: argparse.Namespace) -> dict[str, Any]:
    """Write the thoughts of held-out prompts with trained weights, prompt after prompt, each seen once.

    Guesses come from the thoughts before, as in a process that lives on; the first one has none.
    """
    unified = Unified.from_pretrained(args.thoughts, dtype=torch.float32)
    rows = []
    for case in make_cases(args.prompts):
        prompt = caption(case.rng(0), case.scene, case.language, CAPTION_KINDS[0])
        rows.append(compare_decoding(unified, prompt=prompt, new_tokens=120, rounds=args.rounds, memory=unified.memory))
        session = unified.session()
        session.read(prompt)
        session.think(Decoding(limit=120), keep=False)
    whole = {f"{who}_s": sum(row[f"{who}_s"] for row in rows) for who in ("ours", "baseline")}
    tokens = sum(row["new_tokens"] for row in rows)
    return {
        "kind": "thoughts",
        "model": {"parameters": count(unified.model)},
        "prompts": len(rows),
        "tokens": tokens,
        "tokens_per_forward": tokens / sum(row["new_tokens"] / row["tokens_per_forward"] for row in rows),
        **whole,
        "ratio": whole["baseline_s"] / whole["ours_s"],
        "ratio_without_guessing": statistics.median(row["ratio_without_guessing"] for row in rows),
    }


# ---------------------------------------------------------------- the full size


def full_size(args: argparse.Namespace) -> dict[str, Any]:
    """Time the published size with random weights: its speed does not depend on what they are."""
    device = torch.device(args.device)
    unified = full_model(device)
    config = unified.config
    session = unified.session()
    session.read("x" * 62)
    guidance = Guidance(text_scale=4.0, interval=(0.4, 1.0), renorm="global")
    session.draw((1024, 1024), schedule=Schedule(4), guidance=guidance)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    schedule = Schedule(50)

    total, _ = seconds_of(lambda: session.draw((1024, 1024), schedule=schedule, guidance=guidance))
    length = session.length
    guided = sum(guidance.applies(at) for at in schedule.times()[:-1])
    flop = drawing_flop(config, 4096, length, blocks=49) + drawing_flop(config, 4096, 0, blocks=guided)
    ceiling = matmul_flop_per_s(device)
    fed = decode(unified.model, session.branches.full, unified.format, Decoding(limit=args.tokens + 16))
    list(islice(fed, 16))
    decoding, ids = seconds_of(lambda: list(islice(fed, args.tokens)))
    memory = torch.cuda.max_memory_allocated(device) / 2**30 if device.type == "cuda" else None
    return {
        "kind": "full size, random weights",
        "model": {"parameters": count(unified.model), "dtype": "bfloat16", "device": device.type},
        "seconds_per_image": total,
        "evaluations": 49,
        "guided": guided,
        "tokens_per_s": len(ids) / decoding,
        "peak_memory_gib": memory,
        "drawing_tflop": flop / 1e12,
        "matmul_tflop_per_s": ceiling / 1e12,
        "share_of_ceiling": flop / total / ceiling,
    }


def full_model(device: torch.device) -> Unified:
    """Build the published size on a device, in bf16, with random weights."""
    config = bagel_7b()
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with device:
            model, codec = MoT(config), latent_codec(config.latent)
    finally:
        torch.set_default_dtype(before)
    model.fill_tables()
    return Unified(model.eval(), codec.eval(), ByteTokenizer(), load_system_prompts(None))


def drawing_flop(config: MoTConfig, rows: int, past: int, blocks: int) -> float:
    """Return the floating point operations of `blocks` evaluations of one picture: matrices, and attention."""
    sizes = config.backbone
    kv = 2 * sizes.kv_heads * sizes.head_dim
    per_row = sizes.hidden * (2 * sizes.heads * sizes.head_dim + kv + 3 * sizes.inter)
    attention = 2 * sizes.heads * sizes.head_dim * (past + rows + 2)
    return 2.0 * blocks * sizes.layers * (rows + 2) * (per_row + attention)


def matmul_flop_per_s(device: torch.device, side: int = 8192, rounds: int = 20) -> float:
    """Return the measured rate of one large bf16 matrix product."""
    side = side if device.type == "cuda" else 1024
    one, two = (torch.randn(side, side, dtype=torch.bfloat16, device=device) for _ in range(2))
    for _ in range(3):
        one @ two
    seconds, _ = seconds_of(lambda: [one @ two for _ in range(rounds)])
    return 2.0 * side**3 * rounds / seconds


def count(model: MoT) -> int:
    """Return the number of parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


# ---------------------------------------------------------------- the command


def told(result: dict[str, Any]) -> str:
    """Return a result as lines for a person."""
    if result["kind"] != "side by side":
        return json.dumps(result, indent=1)
    lines = [f"{result['model']['parameters'] / 1e6:.0f} M parameters, {result['threads']} thread(s)"]
    for row in result["drawing"]:
        lines.append(
            f"draw    {row['latent_rows']:4} latent rows after {row['context_tokens']:4} tokens: "
            f"ours {row['ours_s']:.2f} s, baseline {row['baseline_s']:.2f} s, {row['ratio']:.2f}x"
        )
    for row in result["decoding"]:
        lines.append(
            f"decode  after {row['context_tokens']:4} tokens: ours {row['ours_tokens_per_s']:.0f} tokens/s, "
            f"baseline {row['baseline_tokens_per_s']:.0f} tokens/s, {row['ratio']:.2f}x at "
            f"{row['tokens_per_forward']:.1f} tokens a forward, {row['ratio_without_guessing']:.2f}x without guessing"
        )
    return "\n".join(lines)


def main() -> None:
    """Run, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the published size by itself")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--points", type=int, default=26, help="grid points of a drawing (side by side)")
    parser.add_argument("--tokens", type=int, default=64, help="tokens to decode")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--thoughts", type=Path, metavar="WEIGHTS", help="thoughts of the small model, in this folder")
    parser.add_argument("--prompts", type=int, default=24, help="how many of them")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = full_size(args) if args.full else thoughts(args) if args.thoughts else side_by_side(args)
    result |= {"torch": torch.__version__, "threads": args.threads}
    print(told(result))
    name = "bench_mot_full.json" if args.full else "bench_thoughts.json" if args.thoughts else "bench_mot.json"
    out = args.out or Path(__file__).with_name(name)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
