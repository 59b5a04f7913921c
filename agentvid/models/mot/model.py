"""The unified model: rows in, rows out. One forward for text, eyes and latents, cached or not, one sequence or many.

Rows are embedded by `embed`, `look_rows` and `latent_rows`, packed understanding rows first, and read back by
`logits` and `velocity`. Parameter names are those of the published BAGEL checkpoints.

Does not cover: sequences and caches (`context.py`), drawing (`sampling.py`), files (`checkpoint.py`).
Source: BAGEL (arXiv 2505.14683); positions and tables also as in Lance (arXiv 2605.18678).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.models.mot import inference
from agentvid.models.mot.cache import CacheShape
from agentvid.models.mot.config import LatentConfig, MoTConfig
from agentvid.models.mot.layers import Attend, LanguageModel
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.positions import Rope, latent_table, position_scheme, rope, table_2d
from agentvid.models.mot.vision import SiglipNaViT, grid_ids

__all__ = ["MoT", "TimeEmbedder", "latent_ids"]

_TIME_CHANNELS = 256


class TimeEmbedder(nn.Module):
    """Embed time in 0 … 1 (not scaled by 1000)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(_TIME_CHANNELS, hidden), nn.SiLU(), nn.Linear(hidden, hidden))

    def forward(self, time: Tensor) -> Tensor:
        """Return [N, hidden] for times [N]; the sinusoid is computed in float32."""
        half = _TIME_CHANNELS // 2
        frequency = 10000.0 ** -(torch.arange(half, dtype=torch.float32, device=time.device) / half)
        angle = time.float()[:, None] * frequency
        wave = torch.cat([angle.cos(), angle.sin()], dim=-1)
        out: Tensor = self.mlp(wave.to(next(self.mlp.parameters()).dtype))
        return out


class Connector(nn.Module):
    """From the eye's features to the language model's rows."""

    def __init__(self, seen: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(seen, hidden)
        self.fc2 = nn.Linear(hidden, hidden)

    def forward(self, rows: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(rows), approximate="tanh"))
        return out


class PositionTable(nn.Module):
    """A fixed table that the published files store all the same."""

    def __init__(self, rows: int, hidden: int) -> None:
        super().__init__()
        self.pos_embed = nn.Parameter(torch.empty(rows, hidden), requires_grad=False)


class MoT(nn.Module):
    """The network without codec and tokenizer. See the module's docstring for the row layout."""

    def __init__(self, config: MoTConfig) -> None:
        super().__init__()
        hidden, latent = config.backbone.hidden, config.latent
        self.config = config
        self.scheme = position_scheme(config.positions)
        self.language_model = LanguageModel(config.backbone)
        self.time_embedder = TimeEmbedder(hidden)
        self.vae2llm = nn.Linear(latent.row_channels, hidden)
        self.llm2vae = nn.Linear(hidden, latent.row_channels)
        self.latent_pos_embed = PositionTable(latent.table[0] * latent.table[1] * latent.table[2], hidden)
        self.vit_model = SiglipNaViT(config.vision)
        self.connector = Connector(config.vision.hidden, hidden)
        self.vit_pos_embed = PositionTable(config.vision.side**2, hidden)

    @property
    def dtype(self) -> torch.dtype:
        """The type its rows are computed in."""
        found: torch.dtype = self.vae2llm.weight.dtype
        return found

    @property
    def device(self) -> torch.device:
        """Where its rows live."""
        found: torch.device = self.vae2llm.weight.device
        return found

    @property
    def cache_shape(self) -> CacheShape:
        """What a row of its keys and values takes."""
        return CacheShape.of(self.config.backbone, self.dtype, self.device)

    def forward(self, rows: Tensor, split: int, turned: Rope, attend: Attend) -> Tensor:
        """Return final-normed rows [N, D].

        `rows` [N, D] hold the understanding expert's rows before `split` and the generating expert's from it on;
        `turned` is `turn(positions)` in the same order; `attend` says who sees whom. Without gradients the layers are
        computed by `inference.py` where it can.
        """
        backbone = self.language_model.model
        found = None if torch.is_grad_enabled() else inference.forward(backbone, rows, split, turned, attend)
        out: Tensor = backbone(rows, split, turned, attend) if found is None else found
        return out

    def turn(self, positions: Tensor) -> Rope:
        """Return cosine and sine for positions [3, N]."""
        config = self.config
        return rope(positions.to(self.device), config.positions.sections, config.backbone.rope_base, self.dtype)

    def embed(self, ids: Sequence[int]) -> Tensor:
        """Return the rows [N, D] of token ids."""
        out: Tensor = self.language_model.model.embed_tokens(torch.tensor(ids, device=self.device))
        return out

    def look_rows(self, pictures: Sequence[Tensor]) -> list[Tensor]:
        """Return for each picture [3, H, W] in -1 … 1 (sides multiples of the patch) its rows [h·w, D], row-major."""
        patch, side = self.config.vision.patch, self.config.vision.side
        grids = [(picture.shape[1] // patch, picture.shape[2] // patch) for picture in pictures]
        patches = torch.cat([to_rows(picture[:, None], (1, patch, patch)) for picture in pictures])
        ids = torch.cat([grid_ids(h, w, side) for h, w in grids]).to(self.device)
        lengths = [h * w for h, w in grids]
        seen = self.connector(self.vit_model(patches.to(self.device, self.dtype), ids, lengths))
        placed: Tensor = seen + self.vit_pos_embed.pos_embed[ids]
        return list(placed.split_with_sizes(lengths))

    def latent_rows(self, rows: Tensor, ids: Tensor, time: Tensor) -> Tensor:
        """Return [N, D] for latent rows [N, row_channels], their rows in the position table, and times [N] or [1]."""
        placed = self.vae2llm(rows.to(self.device, self.dtype)) + self.latent_pos_embed.pos_embed[ids]
        out: Tensor = placed + self.time_embedder(time.to(self.device))
        return out

    def velocity(self, rows: Tensor) -> Tensor:
        """Return the predicted velocity [N, row_channels], float32, of final-normed rows [N, D]."""
        out: Tensor = self.llm2vae(rows).float()
        return out

    def logits(self, rows: Tensor) -> Tensor:
        """Return next-token logits [N, vocab], float32, of final-normed rows [N, D]."""
        out: Tensor = self.language_model.lm_head(rows).float()
        return out

    @torch.no_grad()
    def fill_tables(self) -> None:
        """Compute the two position tables, which are functions of the sizes alone."""
        hidden, side, positions = self.config.backbone.hidden, self.config.vision.side, self.config.positions
        base, scale = positions.table_base, positions.table_scale
        self.latent_pos_embed.pos_embed.copy_(latent_table(self.config.latent, hidden, base) * scale)
        self.vit_pos_embed.pos_embed.copy_(table_2d(hidden, side, side, base) * scale)

    @torch.no_grad()
    def initialise(self, seed: int = 0) -> None:
        """Draw fresh weights: the generating expert starts as a copy of the understanding one, velocity at zero.

        Source: BAGEL's training recipe (copied experts, zero output); normal 0.02 matrices as in Qwen2.
        """
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.02)
            else:
                parameter.fill_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
        state = dict(self.named_parameters())
        for name, parameter in state.items():
            if "_moe_gen" in name:
                parameter.copy_(state[name.replace("_moe_gen", "")])
        self.llm2vae.weight.zero_()
        self.fill_tables()


def latent_ids(config: LatentConfig, grid: tuple[int, int, int]) -> Tensor:
    """Return the position-table rows [t·h·w] of a block of latent rows at the table's corner."""
    _, rows, columns = config.table
    t, h, w = (torch.arange(size) for size in grid)
    return ((t[:, None, None] * rows + h[:, None]) * columns + w).flatten()
