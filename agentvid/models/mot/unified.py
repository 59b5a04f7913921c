"""A unified model with all that belongs to it: network, latent codec, tokenizer, prompts. What a person loads.

model = Unified.from_pretrained("ByteDance-Seed/BAGEL-7B-MoT", device="cuda")
session = model.session()
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor

from agentvid.models.mot import checkpoint
from agentvid.models.mot.config import MoTConfig
from agentvid.models.mot.latents import LatentCodec, latent_codec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.ngrams import Memory
from agentvid.models.mot.prompts import (
    PromptFormat,
    SystemPrompts,
    load_system_prompts,
    prompt_format,
    save_system_prompts,
)
from agentvid.models.mot.published import checkpoint_layout
from agentvid.models.mot.sizes import SizePolicy, size_policy
from agentvid.models.mot.tokenizer import ByteTokenizer, SpecialIds, Tokenizer, load_tokenizer, special_ids

if TYPE_CHECKING:
    from agentvid.models.mot.session import Session

__all__ = ["Unified"]


@dataclass(frozen=True)
class Unified:
    """Everything that understands, thinks and draws together. Shared by its sessions, which don't change it."""

    model: MoT
    codec: LatentCodec
    tokenizer: Tokenizer
    prompts: SystemPrompts

    @classmethod
    def from_pretrained(
        cls,
        source: str | Path,
        *,
        device: str | torch.device = "cpu",
        dtype: torch.dtype | None = None,
        codec_dtype: torch.dtype | None = None,
        revision: str | None = None,
        check_finite: bool = True,
    ) -> Self:
        """Load a checkpoint in its published layout from a folder or a repository id.

        Types of None are those of the files. `check_finite` looks at every number once.

        Raises: EngineError (code bad_checkpoint) saying what is missing, broken or does not fit.
        """
        folder, layout, device = checkpoint.resolve(source, revision), checkpoint_layout(), torch.device(device)
        paths = checkpoint.find_weights(folder, layout)
        config = layout.read_config(folder, checkpoint.shapes_of(paths))
        tokenizer = load_tokenizer(folder, config.prompt.tokens)
        special_ids(tokenizer, config.prompt.tokens, config.backbone.vocab)
        prompts = load_system_prompts(folder)
        model = checkpoint.load_model(paths, config, device, dtype, check_finite=check_finite)
        codec = checkpoint.load_codec(folder / layout.codec, config, device, codec_dtype, check_finite=check_finite)
        return cls(model, codec, tokenizer, prompts)

    @classmethod
    def fresh(cls, config: MoTConfig, seed: int = 0, tokenizer: Tokenizer | None = None) -> Self:
        """Return an untrained model on the CPU. The tokenizer defaults to bytes."""
        model = MoT(config)
        model.initialise(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            codec = latent_codec(config.latent)
        tokenizer = tokenizer or ByteTokenizer(config.prompt.tokens)
        return cls(model.eval(), codec.eval(), tokenizer, load_system_prompts(None))

    def save_pretrained(self, folder: str | Path, *, shard_bytes: int | None = None, int8: bool = False) -> None:
        """Write a folder that `from_pretrained` reads, in the published layout; in shards or int8 where wanted."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint_layout(self.config.layout).write_config(self.config, folder)
        self.tokenizer.save(folder)
        save_system_prompts(self.prompts, folder)
        checkpoint.save_weights(self.model, self.codec, folder, shard_bytes, int8=int8)

    @property
    def config(self) -> MoTConfig:
        """What the model is made of."""
        return self.model.config

    @cached_property
    def ids(self) -> SpecialIds:
        """Ids of the special tokens."""
        return special_ids(self.tokenizer, self.config.prompt.tokens, self.config.backbone.vocab)

    @cached_property
    def format(self) -> PromptFormat:
        """How words are wrapped."""
        return prompt_format(self.config.prompt, self.tokenizer, self.ids)

    @cached_property
    def memory(self) -> Memory:
        """Texts it wrote since it was loaded: from them it is guessed how the next one goes on, which saves time."""
        return Memory()

    @cached_property
    def sizes(self) -> SizePolicy:
        """Which sizes pictures get."""
        return size_policy(self.config.sizes)

    def wrappers(self) -> Tensor:
        """Return the rows [2, D] of the tokens around a picture."""
        return self.model.embed([self.ids.picture_start, self.ids.picture_end])

    def session(self, *, thoughts_without_pictures: bool = False, room: int = 1024) -> Session:
        """Return a session that has read nothing. For the options see Session."""
        from agentvid.models.mot.session import Session

        return Session(self, thoughts_without_pictures=thoughts_without_pictures, room=room)
