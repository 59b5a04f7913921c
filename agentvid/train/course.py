"""The course from nothing to a model: data, autoencoder, eye, model, export. Each part goes on where it was stopped.

    course = Course(folder, "nano")
    course.codec(Budget(minutes=20, decay=0.6))
    course.tower(Budget(minutes=10, decay=0.6))
    course.mot(Budget(minutes=60))
    course.export(folder / "export")

In `folder`: `frames/ records/` (data), `ae/ tower/ mot/` (each with state, curve, sheet), `tokenizer.json`. The
autoencoder's encoder and the eye are used as they were when `mot` began; to change them is to begin `mot` anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file, save_file

from agentvid.errors import SettingsError
from agentvid.models.mot import Unified
from agentvid.models.mot.compact_codec import CompactCodec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.prompts import SystemPrompts
from agentvid.models.mot.tokenizer import FileTokenizer
from agentvid.train.codec import CodecTrainee
from agentvid.train.frames import Frames, make_frames
from agentvid.train.loop import Budget, Progress, Trainee, run
from agentvid.train.mot import MotTrainee, initialise
from agentvid.train.recipe import LATENT, VISION, SizeName, config_of
from agentvid.train.records import Kind, make_records
from agentvid.train.samples import MIX, Sampler, SmallTask
from agentvid.train.shelves import Shelf, make_shelf
from agentvid.train.tower import TowerTrainee
from agentvid.train.vocabulary import corpus, make_tokenizer
from agentvid.world.scene import Split

__all__ = ["Amounts", "Course", "Told"]

Told = Callable[[str, Progress | tuple[int, int]], None]
"""Called with the part's name and a report: of training, or (done, total) of data."""

SHARD_BYTES: Final = 12_000_000
_HELD_OUT_SEED: Final = 1000
_CODEC: Final = "ae.safetensors"
_TOWER: Final = "tower.safetensors"


@dataclass(frozen=True)
class Amounts:
    """How much data there is: frames for autoencoder and eye, records for the model, texts for the tokenizer."""

    frames: int = 12_000
    held_out_frames: int = 500
    stills: int = 8_000
    held_out_stills: int = 500
    clips: int = 0
    texts: int = 400


@dataclass
class Course:
    """See the module's docstring. `workers` processes render; `threads` compute."""

    folder: Path
    size: SizeName = "nano"
    seed: int = 0
    device: str = "cpu"
    workers: int = 1
    amounts: Amounts = field(default_factory=Amounts)
    told: Told | None = None
    cancelled: Callable[[], bool] | None = None

    def codec(self, budget: Budget, *, resume: bool = True, decoder_only: bool = False) -> None:
        """Train the autoencoder and write `ae/ae.safetensors`. `decoder_only` leaves the encoder as it is.

        Raises: SettingsError where only the decoder is to be trained and there is no autoencoder.
        """
        codec = CompactCodec(LATENT)
        folder = self.folder / ("ae-decoder" if decoder_only else "ae")
        if decoder_only:
            codec.adopt(self._codec_weights())
        frames, held_out = self._frames()
        trainee = CodecTrainee(codec.to(self.device), frames, held_out, self.seed, encoder=not decoder_only)
        self._run("ae", trainee, folder, budget, resume)
        trainee.finish()
        _save({name: t.cpu().contiguous() for name, t in codec.published().items()}, self.folder / "ae" / _CODEC)

    def tower(self, budget: Budget, *, resume: bool = True) -> None:
        """Train the eye and write `tower/tower.safetensors`."""
        frames, held_out = self._frames()
        trainee = TowerTrainee(VISION, frames, held_out, self.seed, self.device)
        self._run("tower", trainee, self.folder / "tower", budget, resume)
        trainee.finish()
        state = {name: tensor.cpu().contiguous() for name, tensor in trainee.tower.state_dict().items()}
        _save(state, self.folder / "tower" / _TOWER)

    def mot(
        self, budget: Budget, *, resume: bool = True, mix: Mapping[SmallTask, float] = MIX, start: Path | None = None
    ) -> None:
        """Train the model, on the autoencoder and the eye that were trained before.

        `start` names exported weights to begin from, with a fresh optimiser: how training goes on elsewhere.

        Raises: SettingsError where autoencoder or eye are missing.
        """
        unified = self.unified() if start is None else self._started(start)
        trainee = MotTrainee(unified, *self._samplers(unified), mix=mix, seed=self.seed)
        self._run("mot", trainee, self.folder / "mot", budget, resume)
        trainee.finish()
        unified.model.eval()
        state = {name: tensor.cpu().contiguous() for name, tensor in unified.model.state_dict().items()}
        _save(state, self.folder / "mot" / "average.safetensors")

    def unified(self) -> Unified:
        """Return the model as it begins: fresh weights around the trained autoencoder and eye."""
        config = config_of(self.size)
        model = MoT(config)
        initialise(model, self.seed)
        tower = self.folder / "tower" / _TOWER
        if not tower.is_file():
            raise SettingsError(f"{tower} is missing", "a trained eye", "run `agentvid train tower` first")
        model.vit_model.load_state_dict(load_file(tower))
        codec = CompactCodec(LATENT)
        codec.adopt(self._codec_weights())
        return Unified(model.to(self.device), codec.eval().to(self.device), self.tokenizer(), SystemPrompts("", ""))

    def export(self, folder: Path, *, int8: bool = True) -> Unified:
        """Write the averaged weights in the published layout (int8, or bfloat16), and return the model.

        Raises: SettingsError where no model was trained.
        """
        path = self.folder / "mot" / "average.safetensors"
        if not path.is_file():
            raise SettingsError(f"{path} is missing", "a trained model", "run `agentvid train mot` first")
        unified = self.unified()
        unified.model.load_state_dict(load_file(path))
        if not int8:
            unified.model.to(torch.bfloat16)
            unified.codec.to(torch.bfloat16)
        unified.save_pretrained(folder, shard_bytes=SHARD_BYTES, int8=int8)
        return unified

    def tokenizer(self) -> FileTokenizer:
        """Return the tokenizer, making it where there is none."""
        path = self.folder / "tokenizer.json"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            make_tokenizer(path, corpus(self.amounts.texts, self.seed))
        return FileTokenizer(path)

    def _started(self, source: Path) -> Unified:
        return Unified.from_pretrained(source, device=self.device, dtype=torch.float32, codec_dtype=torch.float32)

    def _frames(self) -> tuple[Frames, Frames]:
        def told(done: int, total: int) -> None:
            self._tell("frames", (done, total))

        folder, amounts = self.folder / "frames", self.amounts
        return (
            make_frames(folder, amounts.frames, self.seed, self.workers, told),
            make_frames(folder, amounts.held_out_frames, self.seed + _HELD_OUT_SEED, self.workers, told),
        )

    def _samplers(self, unified: Unified) -> tuple[Sampler, Sampler]:
        amounts = self.amounts
        still = self._shelf(unified, "still", "train", self.seed, amounts.stills)
        held_out = self._shelf(unified, "still", "held_out", self.seed + 1, amounts.held_out_stills)
        clips = self._shelf(unified, "clip", "train", self.seed, amounts.clips) if amounts.clips else None
        return (
            Sampler(still, unified.tokenizer, clips),
            Sampler(held_out, unified.tokenizer, clips, split="held_out"),
        )

    def _shelf(self, unified: Unified, kind: Kind, split: Split, seed: int, count: int) -> Shelf:
        def told(done: int, total: int) -> None:
            self._tell("records", (done, total))

        folder = self.folder / "records"
        records = make_records(
            folder,
            kind,
            count,
            seed=seed,
            split=split,
            workers=self.workers,
            told=told,
        )
        return make_shelf(records, unified.codec, folder, f"latents-{kind}-{split}-{seed}")

    def _codec_weights(self) -> dict[str, torch.Tensor]:
        path = self.folder / "ae" / _CODEC
        if not path.is_file():
            raise SettingsError(f"{path} is missing", "a trained autoencoder", "run `agentvid train ae` first")
        return load_file(path)

    def _run(self, name: str, trainee: Trainee, folder: Path, budget: Budget, resume: bool) -> None:
        def told(progress: Progress) -> None:
            self._tell(name, progress)

        run(trainee, folder, budget, resume=resume, told=told, cancelled=self.cancelled, facts={"size": self.size})

    def _tell(self, name: str, report: Progress | tuple[int, int]) -> None:
        if self.told is not None:
            self.told(name, report)


def _save(state: dict[str, torch.Tensor], path: Path) -> None:
    partial = path.with_suffix(".partial")
    save_file(state, str(partial))
    partial.replace(path)
