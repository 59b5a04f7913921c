"""What the gate's own process costs: taking a file in, beside the same reading and storing in this process.

    python -m tests.bench.bench_gate            # writes bench_gate.json

Both sides tell the type, check sizes, decode and store. Beside the gate the picture is decoded once and the clip, as
its packets are counted, to its first frame; the gate copies the file first and decodes clips to their last frame, which
is told apart ("whole"). Times are of the clock, the best of several rounds, the two sides in turn.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from agentvid.media.codec import VideoWriter, check_frames, has_location, iter_frames, probe, read_rgb, sniff
from agentvid.media.gate import take_in
from agentvid.media.reader import reader
from agentvid.store.objects import ObjectStore

SAMPLES = Path(__file__).parents[2] / "agentvid" / "samples"
ROUNDS = 7


def plain(path: Path, store: ObjectStore) -> object:
    """Take a file in without a process of its own."""
    mime = sniff(path)
    if mime.startswith("image/"):
        return store.put_image(read_rgb(path))
    facts = probe(path, mime)
    assert not has_location(path, mime)
    return store.put_file(path, mime, "video", facts=facts)


def best(call: Callable[[Path, ObjectStore], object], path: Path, folder: Path, number: int) -> float:
    store = ObjectStore(folder / f"{call.__name__}-{number}-{path.name}")
    started = time.perf_counter()
    call(path, store)
    return time.perf_counter() - started


def files(folder: Path) -> dict[str, Path]:
    photo = Image.open(SAMPLES / "coffee.jpg")
    small, large, clip = folder / "small.jpg", folder / "large.jpg", folder / "hd.mp4"
    photo.resize((150, 100)).save(small)
    photo.resize((4000, 3000), Image.Resampling.BICUBIC).save(large, quality=90)
    with VideoWriter(clip, width=1920, height=1080, fps=30) as writer:
        for frame in iter_frames(SAMPLES / "city.mp4"):
            writer.write(np.array(Image.fromarray(frame).resize((1920, 1080))))
    return {
        "photo 150 x 100": small,
        "photo 600 x 400": SAMPLES / "coffee.jpg",
        "photo 4000 x 3000": large,
        "clip 640 x 360, 73 frames": SAMPLES / "city.mp4",
        "clip 1920 x 1080, 73 frames": clip,
    }


def main() -> None:
    """Measure, print, write the JSON beside this file."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = files(folder)
        started = time.perf_counter()
        take_in(given["photo 150 x 100"], ObjectStore(folder / "first"))
        first = time.perf_counter() - started
        for title, path in given.items():
            times: dict[str, list[float]] = {"gate": [], "plain": [], "whole": []}
            for number in range(ROUNDS):
                times["gate"].append(best(take_in, path, folder, number))
                times["plain"].append(best(plain, path, folder, number))
                if sniff(path) == "video/mp4":
                    started = time.perf_counter()
                    check_frames(path, "video/mp4")
                    times["whole"].append(time.perf_counter() - started)
            ms = {side: round(1000 * min(each), 1) for side, each in times.items() if each}
            rows.append({"file": title, "ms": ms, "ratio": round(ms["gate"] / ms["plain"], 2)})
            print(rows[-1], flush=True)
    report = {"first_file_ms": round(1000 * first), "rows": rows, "reader_peak_mib": round(reader().peak_kib / 1024)}
    Path(__file__).with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"the first file, with the start of the process: {report['first_file_ms']} ms")


if __name__ == "__main__":
    main()
