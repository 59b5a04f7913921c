"""From shipped weights to weights of one's own, in minutes on a CPU: data, fine-tuning, figures before and after, card.

    fine_tune(find_small().checkpoint.folder, Path("mine"), clip_data(Path("my-clips")), Path("work"), minutes=10)
    # AGENTVID_SMALL=mine agentvid chat --engine small

In `work`: `decoder/` and `mot/` with state, live curves (`curves.html`) and a sheet; the same call goes on from there.
In `out`: the weights, a card on which all is a draft, `own.json` with what was measured before and after on what was
held out, and `own.png`: given, true, drawn before, drawn after. Of clips whose scenes nobody knows, only how they go on
is learnt; the decoder goes on being trained with them, since the one that ships knows nothing but the small world.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from agentvid.engines.small.weights import CARD, SHIPPED
from agentvid.errors import InputError
from agentvid.models.mot import Unified
from agentvid.models.mot.codec import LatentCodec
from agentvid.models.mot.compact_codec import CompactCodec
from agentvid.models.mot.sizes import Pixels, to_pixels, to_tensor
from agentvid.models.mot.tokenizer import Tokenizer
from agentvid.models.mot.training import Clip, Look, Sample, Text
from agentvid.train.codec import CodecTrainee
from agentvid.train.course import SHARD_BYTES, mark_joint
from agentvid.train.films import FILM_TASKS, choose_frames
from agentvid.train.loop import Budget, Progress, run
from agentvid.train.mot import MotTrainee
from agentvid.train.own_data import OwnData, frames_of
from agentvid.train.samples import Sampler, SmallTask, Stage, stage_at
from agentvid.train.shelves import Shelf, make_shelf
from agentvid.world.film import GIVEN, ask_next
from agentvid.world.language import tell_scene
from agentvid.world.model import frame_errors
from agentvid.world.render import SIZE
from agentvid.world.trust import to_db
from agentvid.world.words import LANGUAGES

__all__ = ["MIX", "RESULTS", "SHEET", "ClipSampler", "OwnTrainee", "fine_tune"]

RESULTS: Final = "own.json"
SHEET: Final = "own.png"
MIX: Final[Mapping[SmallTask, float]] = {
    "text_to_image": 0.4,
    "edit": 0.2,
    "caption": 0.15,
    "future": 0.25,
}
"""Shares of rows of the tasks that a world of one's own is learnt by."""
ROWS: Final = 2048
_DECODER: Final = 0.3
"""Share of the minutes that the decoder gets, of clips."""
_TAUGHT: Final = 8000
"""Steps that the weights count as trained for: all scenes and tasks are drawn from the first step on."""
_SHOWN: Final = 4
Told = Callable[[str, Progress | tuple[int, int]], None]


class ClipSampler:
    """Draws samples of how windows of clips go on. See `samples.Sampler`, whose place it takes."""

    def __init__(self, shelf: Shelf, tokenizer: Tokenizer) -> None:
        self.shelf, self._tokenizer = shelf, tokenizer
        self.stage: Stage = stage_at(_TAUGHT)
        self.mix: dict[SmallTask, float] = {"future": 1.0}

    def prepare(self, mix: Mapping[SmallTask, float]) -> None:
        """Everything is there already."""

    def draw(self, task: SmallTask, rng: np.random.Generator) -> Sample:
        """Return frames that are given, a question for what comes, and some of what follows."""
        index = int(rng.integers(len(self.shelf.records)))
        many = self.shelf.records.pixels.shape[1]
        places = [*range(GIVEN - 1), *(GIVEN - 1 + each for each in choose_frames(rng, many - GIVEN))]
        words = ask_next(rng, LANGUAGES[int(rng.integers(len(LANGUAGES)))])
        shown = [Look(self.shelf.pixels(index, place)) for place in range(GIVEN)]
        latents = self.shelf.latents[index, places].float().transpose(0, 1)
        deltas = tuple(after - before for before, after in pairwise(places))
        film = Clip(latents, deltas, loss=True, pinned=tuple(range(GIVEN)))
        return Sample((*shown, Text(tuple(self._tokenizer.encode(words))), film))


class OwnTrainee(MotTrainee):
    """Trains on data of one's own; its sheet shows what was held out."""

    data: OwnData

    @torch.no_grad()
    def sheet(self) -> NDArray[np.uint8]:
        """Return what was held out, true and as drawn now, row by row."""
        self.average.swap()
        try:
            return np.concatenate(_drawn(self.unified, self.data)[:2])
        finally:
            self.average.swap()


@dataclass(frozen=True)
class _Figures:
    """What a model brings on what was held out: losses, and PSNR of what it draws beside doing nothing, in dB."""

    losses: Mapping[str, float]
    drawn_db: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        return {
            "losses": {name: round(value, 4) for name, value in self.losses.items()},
            "psnr_db": {name: round(value, 2) for name, value in self.drawn_db.items()},
        }


def fine_tune(
    source: Path | None,
    out: Path,
    data: OwnData,
    work: Path,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    rows: int = ROWS,
    seed: int = 0,
    told: Told = lambda part, report: None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Go on from the weights in `source` (None: those that ship) with data of one's own; return what was measured.

    Raises: InputError where `out` is where the weights come from; SettingsError where `work` holds the state of other
    data or weights.
    """
    source = SHIPPED if source is None else source
    if out.resolve() in (source.resolve(), SHIPPED.resolve()):
        raise InputError(f"{out} holds the weights to begin from", "another folder", "choose one for the new weights")
    unified = Unified.from_pretrained(source, dtype=torch.float32, codec_dtype=torch.float32)
    facts = {"data": data.digest, "source": str(source.resolve()), "rows": str(rows)}
    first_db, first_picture = _measured(unified, data)
    share = 0.0 if data.is_world else _DECODER
    if share:
        _train_decoder(unified.codec, data, work / "decoder", _part(minutes, steps, share), facts, told, cancelled)
    trainee = _trainee(unified, data, work / "latents", rows, seed, lambda done, total: told("latents", (done, total)))
    before = _Figures(trainee.measure(), first_db)
    budget = _part(minutes, steps, 1 - share)
    run(trainee, work / "mot", budget, told=lambda report: told("mot", report), facts=facts, cancelled=cancelled)
    losses = trainee.measure()
    trainee.finish()
    unified.model.eval()
    now_db, now_picture = _measured(unified, data)
    after = _Figures(losses, now_db)
    unified.save_pretrained(out, shard_bytes=SHARD_BYTES, int8=True)
    mark_joint(out / "config.json")
    document = {"data": facts, "before": before.to_json(), "after": after.to_json()}
    (out / RESULTS).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / CARD).write_text(json.dumps(_card(source, data, document), indent=1) + "\n", encoding="utf-8")
    Image.fromarray(np.concatenate([first_picture, now_picture[-SIZE:]])).save(out / SHEET)
    return document


def _part(minutes: float | None, steps: int | None, share: float) -> Budget:
    many = None if steps is None else max(1, round(steps * share))
    return Budget(None if minutes is None else minutes * share, many, decay=0.5, warm=10, measure_minutes=1.0)


def _trainee(
    unified: Unified, data: OwnData, folder: Path, rows: int, seed: int, told: Callable[[int, int], None]
) -> OwnTrainee:
    def shelf(name: str) -> Shelf:
        records = getattr(data, name)
        return make_shelf(records, unified.codec, folder, f"{name}-{data.digest}", told)

    train: Any
    held: Any
    if data.is_world:
        clips, held_clips = shelf("clips"), shelf("held_clips")
        train = Sampler(shelf("stills"), unified.tokenizer, {"clip": lambda: clips})
        held = Sampler(shelf("held_stills"), unified.tokenizer, {"clip": lambda: held_clips}, split="held_out")
        mix = dict(MIX)
    else:
        train, held = (ClipSampler(shelf(name), unified.tokenizer) for name in ("clips", "held_clips"))
        mix = dict(train.mix)
    for sampler in (train, held):
        sampler.prepare({task: share for task, share in mix.items() if task in FILM_TASKS})
    trainee = OwnTrainee(unified, train, held, mix=mix, rows=rows, seed=seed, begun=_TAUGHT)
    trainee.data = data
    return trainee


def _train_decoder(
    codec: LatentCodec,
    data: OwnData,
    folder: Path,
    budget: Budget,
    facts: Mapping[str, str],
    told: Told,
    cancelled: Callable[[], bool] | None,
) -> None:
    assert isinstance(codec, CompactCodec)
    train, held = frames_of(data.clips.pixels), frames_of(data.held_clips.pixels)
    trainee = CodecTrainee(codec, train, held, encoder=False)
    run(trainee, folder, budget, told=lambda report: told("decoder", report), facts=facts, cancelled=cancelled)
    trainee.finish()
    codec.eval()


@torch.no_grad()
def _measured(unified: Unified, data: OwnData) -> tuple[dict[str, float], NDArray[np.uint8]]:
    """Return PSNR of what is drawn of held-out data, of doing nothing, and through the codec; and a picture of it."""
    true, made, still = _drawn(unified, data)
    latents = [unified.codec.encode(to_tensor(frame)[:, None]) for frame in data.held_clips.pixels[0, 0][None]]
    again = [to_pixels(unified.codec.decode(each)[:, 0]) for each in latents]
    name = "text to image" if data.is_world else "next frames"
    found = {
        name: _db(_tiles(made), _tiles(true)),
        "its codec": _db(again, [data.held_clips.pixels[0, 0]]),
    }
    if not data.is_world:
        found["last frame repeated"] = _db(_tiles(still), _tiles(true))
    return found, np.concatenate([true, made])


def _drawn(unified: Unified, data: OwnData) -> tuple[Pixels, Pixels, Pixels]:
    """Return rows of held-out pictures, as they are, as drawn, and as they were before."""
    if data.held_stills is not None:
        true = [data.held_stills.pixels[number, 0] for number in range(min(2 * _SHOWN, len(data.held_stills)))]
        made = []
        for number in range(len(true)):
            session = unified.session()
            session.read(tell_scene(data.held_stills.records[number].scenes[0], "en"), as_thought=True)
            made.append(session.draw((SIZE, SIZE), seed=number).image)
        return _row(true), _row(made), _row(true)
    true, made, still = [], [], []
    many = data.held_clips.pixels.shape[1]
    for number in range(min(_SHOWN, len(data.held_clips))):
        frames = np.stack([data.held_clips.pixels[number, at] for at in range(many)])
        session = unified.session()
        for frame in frames[:GIVEN]:
            session.look(frame, latents=False)
        session.read(ask_next(np.random.default_rng(0), "en"))
        pinned = dict(enumerate(frames[:GIVEN]))
        drawn = session.draw((SIZE, SIZE), seed=number, frames=many, pinned=pinned).frames
        for at in (GIVEN, many - 1):
            true.append(frames[at])
            made.append(drawn[at])
            still.append(frames[GIVEN - 1])
    return _row(true), _row(made), _row(still)


def _row(pictures: Sequence[Pixels]) -> Pixels:
    return np.concatenate(list(pictures), axis=1)


def _tiles(row: Pixels) -> list[Pixels]:
    return [row[:, at : at + SIZE] for at in range(0, row.shape[1], SIZE)]


def _db(made: Sequence[Pixels], true: Sequence[Pixels]) -> float:
    return float(np.mean([min(60.0, to_db(float(error))) for error in frame_errors(np.stack(made), np.stack(true))]))


def _card(source: Path, data: OwnData, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card that claims nothing: what the weights knew before, and what they were trained on here."""
    known = [] if not data.is_world else list(json.loads((source / CARD).read_text(encoding="utf-8"))["tasks"])
    tasks = dict.fromkeys([*known, *(MIX if data.is_world else ("future",))])
    return {
        "name": "own",
        "frames": "scenes" if data.is_world else "clips",
        "own": document,
        "tasks": {task: {"level": {}, "exact": {}, "draft": True} for task in tasks},
    }
