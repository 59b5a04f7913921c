"""The course from nothing to a model: data, autoencoder, eye, model, export. Each part goes on where it was stopped.

    course = Course(folder, "nano")
    course.codec(Budget(minutes=20, decay=0.6))
    course.tower(Budget(minutes=10, decay=0.6))
    course.mot(Budget(minutes=60))
    course.export(folder / "export")

In `folder`: `frames/ records/` (data), `ae/ tower/ mot/` (each with state, curve, sheet), `tokenizer.json`. Where the
folder has no autoencoder, eye or tokenizer of its own, the model is trained on those that ship (`SHIPPED`). They are
used as they were when `mot` began; to change them is to begin `mot` anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from agentvid.errors import SettingsError
from agentvid.models.mot import Unified
from agentvid.models.mot.compact_codec import CompactCodec
from agentvid.models.mot.int8 import SCALE, packed, unpacked
from agentvid.models.mot.model import MoT
from agentvid.models.mot.prompts import SystemPrompts
from agentvid.models.mot.tokenizer import FileTokenizer
from agentvid.train.codec import CodecTrainee
from agentvid.train.films import Shelves
from agentvid.train.frames import Frames, make_frames
from agentvid.train.loop import STATE, Budget, Progress, Trainee, run
from agentvid.train.mot import MotTrainee, initialise
from agentvid.train.recipe import LATENT, VISION, SizeName, config_of
from agentvid.train.records import Kind, make_records
from agentvid.train.samples import Sampler, SmallTask, has_films
from agentvid.train.shelves import Shelf, encoder_digest, make_shelf
from agentvid.train.state import partial_of
from agentvid.train.together import Together
from agentvid.train.tower import TowerTrainee
from agentvid.train.vocabulary import corpus, make_tokenizer
from agentvid.world.scene import Split

__all__ = ["Amounts", "Course", "Told", "mark_joint"]

Told = Callable[[str, Progress | tuple[int, int]], None]
"""Called with the part's name and a report: of training, or (done, total) of data."""

SHIPPED: Final = Path(__file__).parents[1] / "weights" / "parts"
"""Autoencoder, eye and tokenizer that ship."""
SHARD_BYTES: Final = 12_000_000
_HELD_OUT_SEED: Final = 1000
_CODEC: Final = "ae.safetensors"
_TOWER: Final = "tower.safetensors"
_AVERAGE: Final = "average.safetensors"
_WORDS: Final = "tokenizer.json"


@dataclass(frozen=True)
class Amounts:
    """How much data there is: frames for autoencoder and eye, records for the model, texts for the tokenizer.

    Clips, walks and turntables are rendered when the curriculum comes to them; what there is none of is not trained.
    """

    frames: int = 12_000
    held_out_frames: int = 500
    stills: int = 8_000
    held_out_stills: int = 500
    clips: int = 1_000
    texts: int = 400
    walks: int = 600
    turntables: int = 300


@dataclass
class Course:
    """See the module's docstring. `workers` processes render; `processes` share the steps of `mot`."""

    folder: Path
    size: SizeName = "nano"
    seed: int = 0
    device: str = "cpu"
    workers: int = 1
    processes: int = 1
    amounts: Amounts = field(default_factory=Amounts)
    told: Told | None = None
    cancelled: Callable[[], bool] | None = None

    def codec(self, budget: Budget, *, resume: bool = True, decoder_only: bool = False) -> None:
        """Train the autoencoder and write `ae/ae.safetensors`. `decoder_only` leaves the encoder as it is.

        Raises: SettingsError where only the decoder is to be trained and there is no autoencoder.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            codec = CompactCodec(LATENT)
        folder = self.folder / ("ae-decoder" if decoder_only else "ae")
        facts = {}
        if decoder_only:
            codec.adopt(self._codec_weights())
            facts = {"encoder": encoder_digest(codec)}
        frames, held_out = self._frames()
        trainee = CodecTrainee(codec.to(self.device), frames, held_out, self.seed, encoder=not decoder_only)
        self._run("ae", trainee, folder, budget, resume, facts)
        trainee.finish()
        _save(_kept(codec.published()), self.folder / "ae" / _CODEC)

    def tower(self, budget: Budget, *, resume: bool = True) -> None:
        """Train the eye and write `tower/tower.safetensors`."""
        frames, held_out = self._frames()
        trainee = TowerTrainee(VISION, frames, held_out, self.seed, self.device)
        self._run("tower", trainee, self.folder / "tower", budget, resume)
        trainee.finish()
        _save(_kept(trainee.tower.state_dict()), self.folder / "tower" / _TOWER)

    def mot(
        self,
        budget: Budget,
        *,
        resume: bool = True,
        mix: Mapping[SmallTask, float] | None = None,
        start: Path | None = None,
    ) -> None:
        """Train the model, on the autoencoder and the eye that were trained before.

        `mix` are shares of rows of tasks, instead of those of the curriculum. `start` names exported weights to begin
        from, with a fresh optimiser: how training goes on elsewhere. Their autoencoder, eye and tokenizer become the
        folder's.

        Raises: SettingsError where autoencoder or eye are missing, where the state belongs to others, or where there
        is a state already and `start` is given.
        """
        state = self.folder / "mot" / STATE
        if start is not None and resume and state.is_file():
            raise SettingsError(
                f"{state} is there already", "an empty folder to begin from other weights", "leave out --start"
            )
        unified = self.unified() if start is None else self._started(start)
        trainee = MotTrainee(unified, *self._samplers(unified), mix=mix, seed=self.seed)
        words = self.folder / _WORDS
        facts = {"encoder": encoder_digest(unified.codec), "words": hashlib.sha256(words.read_bytes()).hexdigest()[:12]}
        with ExitStack() as stack:
            if self.processes > 1:
                plain = replace(self, told=None, cancelled=None)
                trainee.together = stack.enter_context(Together.begin(self.processes, _assist, (plain, mix)))
            self._run("mot", trainee, self.folder / "mot", budget, resume, facts)
        trainee.finish()
        unified.model.eval()
        _save(_kept(unified.model.state_dict()), self.folder / "mot" / _AVERAGE)

    def unified(self) -> Unified:
        """Return the model as it begins: fresh weights around the trained autoencoder and eye."""
        config = config_of(self.size)
        model = MoT(config)
        initialise(model, self.seed)
        model.vit_model.load_state_dict(self._part("tower", "a trained eye"))
        codec = CompactCodec(LATENT)
        codec.adopt(self._codec_weights())
        return Unified(model.to(self.device), codec.eval().to(self.device), self.tokenizer(), SystemPrompts("", ""))

    def export(self, folder: Path, *, int8: bool = True) -> Unified:
        """Write the averaged weights in the published layout (int8, or bfloat16), and return the model.

        Raises: SettingsError where no model was trained.
        """
        path = self.folder / "mot" / _AVERAGE
        if not path.is_file():
            raise SettingsError(f"{path} is missing", "a trained model", "run `agentvid train mot` first")
        unified = self.unified()
        unified.model.load_state_dict(load_file(path))
        if not int8:
            unified.model.to(torch.bfloat16)
            unified.codec.to(torch.bfloat16)
        unified.save_pretrained(folder, shard_bytes=SHARD_BYTES, int8=int8)
        if has_films(self._steps()):
            mark_joint(folder / "config.json")
        return unified

    def tokenizer(self) -> FileTokenizer:
        """Return the tokenizer, making it where there is none."""
        path = self.folder / _WORDS
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            if self._is_of_ours():
                shutil.copyfile(SHIPPED / _WORDS, path)
            else:
                make_tokenizer(path, corpus(self.amounts.texts, self.seed))
        return FileTokenizer(path)

    def ship(self, folder: Path) -> None:
        """Write what a model is trained on, autoencoder, eye and tokenizer, as int8, to a folder such as `SHIPPED`."""
        folder.mkdir(parents=True, exist_ok=True)
        for part, what in (("ae", "a trained autoencoder"), ("tower", "a trained eye")):
            _save(packed(self._part(part, what)), folder / f"{part}.safetensors")
        shutil.copyfile(self.folder / _WORDS, folder / _WORDS)

    def _started(self, source: Path) -> Unified:
        exact = torch.float32
        unified = Unified.from_pretrained(source, device=self.device, dtype=exact, codec_dtype=exact)
        for part in ("ae", "tower"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        _save(_kept(unified.codec.published()), self.folder / "ae" / _CODEC)
        _save(_kept(unified.model.vit_model.state_dict()), self.folder / "tower" / _TOWER)
        unified.tokenizer.save(self.folder)
        return unified

    def _frames(self) -> tuple[Frames, Frames]:
        told = partial(self._tell_of, "frames")
        folder, amounts = self.folder / "frames", self.amounts
        return (
            make_frames(folder, amounts.frames, self.seed, self.workers, told),
            make_frames(folder, amounts.held_out_frames, self.seed + _HELD_OUT_SEED, self.workers, told),
        )

    def _samplers(self, unified: Unified) -> tuple[Sampler, Sampler]:
        amounts = self.amounts
        still = self._shelf(unified, "still", "train", self.seed, amounts.stills)
        held_out = self._shelf(unified, "still", "held_out", self.seed + 1, amounts.held_out_stills)
        return (
            Sampler(still, unified.tokenizer, self._films(unified, "train")),
            Sampler(held_out, unified.tokenizer, self._films(unified, "held_out"), split="held_out"),
        )

    def _films(self, unified: Unified, split: Split) -> Shelves:
        amounts = self.amounts
        counts: dict[Kind, int] = {"clip": amounts.clips, "walk": amounts.walks, "turntable": amounts.turntables}
        if split == "train":
            return {kind: partial(self._shelf, unified, kind, split, self.seed, n) for kind, n in counts.items() if n}
        fewer = {kind: max(1, n // 10) for kind, n in counts.items() if n}
        return {kind: partial(self._shelf, unified, kind, split, self.seed + 1, n) for kind, n in fewer.items()}

    def _shelf(self, unified: Unified, kind: Kind, split: Split, seed: int, count: int) -> Shelf:
        folder = self.folder / "records"
        records = make_records(
            folder,
            kind,
            count,
            seed=seed,
            split=split,
            workers=self.workers,
            told=partial(self._tell_of, "records"),
        )
        encoded = partial(self._tell_of, "latents")
        return make_shelf(records, unified.codec, folder, f"latents-{kind}-{split}-{seed}", encoded)

    def _codec_weights(self) -> dict[str, torch.Tensor]:
        return self._part("ae", "a trained autoencoder")

    def _part(self, part: str, what: str) -> dict[str, torch.Tensor]:
        """Return the weights of a part: the folder's own, else those that ship."""
        own = self.folder / part / f"{part}.safetensors"
        path = own if own.is_file() else SHIPPED / own.name
        if not path.is_file():
            raise SettingsError(f"{own} is missing", what, f"run `agentvid train {part}` first")
        found = load_file(path)
        scales = {name: found.pop(name + SCALE) for name in list(found) if name + SCALE in found}
        return {name: unpacked(t, scales[name]) if name in scales else t for name, t in found.items()}

    def _steps(self) -> int:
        """Return how many steps the model was trained for here."""
        path = self.folder / "mot" / STATE
        if not path.is_file():
            return 0
        with safe_open(str(path), framework="pt") as file:
            return int(json.loads((file.metadata() or {})["facts"])["step"])

    def _is_of_ours(self) -> bool:
        """Tell whether words go with parts that ship: where the folder has begun nothing of its own."""
        own = any((self.folder / part / f"{part}.safetensors").is_file() for part in ("ae", "tower"))
        return not own and (SHIPPED / _WORDS).is_file()

    def _run(
        self,
        name: str,
        trainee: Trainee,
        folder: Path,
        budget: Budget,
        resume: bool,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        def told(progress: Progress) -> None:
            self._tell(name, progress)

        own = {"size": self.size, "seed": self.seed, **(facts or {})}
        run(trainee, folder, budget, resume=resume, told=told, cancelled=self.cancelled, facts=own)

    def _tell_of(self, name: str, done: int, total: int) -> None:
        self._tell(name, (done, total))

    def _tell(self, name: str, report: Progress | tuple[int, int]) -> None:
        if self.told is not None:
            self.told(name, report)


def _assist(together: Together, course: Course, mix: Mapping[SmallTask, float] | None) -> None:
    """Help another process with its course. All it needs is made already."""
    unified = course.unified()
    MotTrainee(unified, *course._samplers(unified), mix=mix, seed=course.seed, together=together).follow()


def mark_joint(path: Path) -> None:
    """Let a configuration say that frames were trained together."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config.setdefault("agentvid", {})["frames"] = "joint"
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _kept(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}


def _save(state: dict[str, torch.Tensor], path: Path) -> None:
    unfinished = partial_of(path)
    save_file(state, str(unfinished))
    unfinished.replace(path)
