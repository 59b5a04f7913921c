"""What a unified model is made of: sizes as frozen dataclasses, and one name for each choice that differs by family.

BAGEL is one configuration (`bagel_7b`), the tiny ones of tests and demos are others. What families do differently is a
*strategy point*: a name here, a small protocol and its implementations in the module that the name belongs to.

    positions        PositionConfig.scheme      positions.py    one position per picture, or a (t, row, column) grid
    visual encoder   VisionConfig.kind          vision.py
    latent codec     LatentConfig.codec         latents.py
    patchifier       LatentConfig.patch, .axes  patches.py
    prompt format    PromptConfig.format        prompts.py
    size policy      SizeConfig.policy          sizes.py
    guidance plan    SamplingConfig.plan        guidance.py
    files            LayoutConfig.layout        published.py

Shape legend of this folder: B sequences, N rows (one row is one token of any kind), D model width, T frames,
H W pixels, h w latent cells or patches, C channels. Inside the model: float, rows [N, D], pictures [C, H, W] in -1 … 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agentvid.errors import SettingsError

__all__ = [
    "BackboneConfig",
    "LatentConfig",
    "LayoutConfig",
    "MoTConfig",
    "PositionConfig",
    "PromptConfig",
    "SamplingConfig",
    "SizeConfig",
    "TokenNames",
    "VisionConfig",
    "bagel_7b",
    "tiny",
]

Renorm = Literal["global", "channel", "text_channel", "none"]
"""How a guided velocity is kept from growing: over the whole sample, per token, per token before image guidance."""


@dataclass(frozen=True)
class BackboneConfig:
    """The language model with two experts per layer. Query heads are a multiple of key/value heads."""

    hidden: int
    inter: int
    layers: int
    heads: int
    kv_heads: int
    vocab: int
    head_dim: int = 128
    rms_eps: float = 1e-6
    rope_base: float = 1e6
    max_positions: int = 32768

    def __post_init__(self) -> None:
        if self.heads % self.kv_heads:
            raise SettingsError(f"{self.heads} query heads on {self.kv_heads} kv heads", "a multiple of the kv heads")
        if self.head_dim % 2:
            raise SettingsError(f"head_dim {self.head_dim}", "an even number, for rotary positions")


@dataclass(frozen=True)
class PositionConfig:
    """`shared`: all rows of a picture at one position. `grid`: rows at (t, row, column), wrappers counted as text.

    `sections` splits the rotary frequencies over the three axes; it sums to head_dim / 2. `t_stride` is the step of
    the temporal axis between latent frames (grid only).
    """

    scheme: Literal["shared", "grid"] = "shared"
    sections: tuple[int, int, int] = (64, 0, 0)
    t_stride: int = 2


@dataclass(frozen=True)
class VisionConfig:
    """The understanding eye. `layers` counts the blocks that are built; `side` is the position table's, in patches."""

    kind: Literal["siglip_navit"] = "siglip_navit"
    hidden: int = 1152
    inter: int = 4304
    layers: int = 26
    heads: int = 16
    patch: int = 14
    side: int = 70
    norm_eps: float = 1e-6


@dataclass(frozen=True)
class LatentConfig:
    """The latent side: codec sizes, how latents become rows, and the position table added to them.

    `patch` is (t, h, w) latent cells per row. `axes` names the order in which the table's channels encode positions;
    `table` is its size in rows of patches (t, h, w). `down` is pixels per latent cell.
    """

    codec: Literal["flux"] = "flux"
    channels: int = 16
    down: int = 8
    width: int = 128
    multipliers: tuple[int, ...] = (1, 2, 4, 4)
    blocks: int = 2
    scale: float = 0.3611
    shift: float = 0.1159
    patch: tuple[int, int, int] = (1, 2, 2)
    axes: Literal["col_row", "t_row_col"] = "col_row"
    table: tuple[int, int, int] = (1, 64, 64)

    @property
    def row_channels(self) -> int:
        """Numbers per latent row."""
        t, h, w = self.patch
        return t * h * w * self.channels

    @property
    def stride(self) -> int:
        """Pixels per latent row, on each side."""
        return self.down * self.patch[1]


@dataclass(frozen=True)
class TokenNames:
    """Special tokens by name; their ids are looked up in the tokenizer."""

    start: str = "<|im_start|>"
    end: str = "<|im_end|>"
    picture_start: str = "<|vision_start|>"
    picture_end: str = "<|vision_end|>"


@dataclass(frozen=True)
class PromptConfig:
    """How words become tokens. `plain`: start, words, end; no roles, no template."""

    format: Literal["plain"] = "plain"
    tokens: TokenNames = field(default_factory=TokenNames)
    picture_order: tuple[Literal["clean", "look"], ...] = ("clean", "look")


@dataclass(frozen=True)
class SizeConfig:
    """`stride_resize`: keep the ratio, bound the sides, round to strides. Triples are (longest, shortest, stride)."""

    policy: Literal["stride_resize"] = "stride_resize"
    latent: tuple[int, int, int] = (1024, 512, 16)
    look: tuple[int, int, int] = (980, 224, 14)
    max_pixels: int = 14 * 14 * 9 * 1024


@dataclass(frozen=True)
class SamplingConfig:
    """Defaults of drawing. `points` grid points make `points - 1` evaluations; the interval is of shifted time."""

    plan: Literal["drop_text_and_pictures"] = "drop_text_and_pictures"
    points: int = 50
    shift: float = 3.0
    text_scale: float = 4.0
    image_scale: float = 1.5
    interval: tuple[float, float] = (0.4, 1.0)
    renorm: Renorm = "global"
    renorm_min: float = 0.0


@dataclass(frozen=True)
class LayoutConfig:
    """Which files a checkpoint is made of, and how its tensors are named."""

    layout: Literal["bagel"] = "bagel"


@dataclass(frozen=True)
class MoTConfig:
    """Everything that is needed to build a unified model without its weights.

    Raises: SettingsError where the parts do not fit each other.
    """

    backbone: BackboneConfig
    positions: PositionConfig = PositionConfig()
    vision: VisionConfig = VisionConfig()
    latent: LatentConfig = LatentConfig()
    prompt: PromptConfig = PromptConfig()
    sizes: SizeConfig = SizeConfig()
    sampling: SamplingConfig = SamplingConfig()
    layout: LayoutConfig = LayoutConfig()

    def __post_init__(self) -> None:
        half = self.backbone.head_dim // 2
        if sum(self.positions.sections) != half:
            raise SettingsError(f"rotary sections {self.positions.sections}", f"three numbers that sum to {half}")
        if self.sizes.latent[2] % self.latent.stride:
            raise SettingsError(f"size stride {self.sizes.latent[2]}", f"a multiple of {self.latent.stride}")
        if self.sizes.look[2] != self.vision.patch:
            raise SettingsError(f"look stride {self.sizes.look[2]}", f"the patch of the eye, {self.vision.patch}")


def bagel_7b() -> MoTConfig:
    """Return BAGEL-7B-MoT: 14.6 billion parameters, 7 billion at work per token.

    Source: arXiv 2505.14683 and the sizes of the published files.
    """
    return MoTConfig(
        backbone=BackboneConfig(hidden=3584, inter=18944, layers=28, heads=28, kv_heads=4, vocab=152064),
    )


def tiny(vocab: int = 264) -> MoTConfig:
    """Return the smallest useful configuration (about 0.3 million parameters), for byte tokens and tests on a CPU."""
    return MoTConfig(
        backbone=BackboneConfig(
            hidden=64, inter=96, layers=2, heads=4, kv_heads=2, vocab=vocab, head_dim=16, max_positions=512
        ),
        positions=PositionConfig(sections=(8, 0, 0)),
        vision=VisionConfig(hidden=48, inter=80, layers=2, heads=3, side=10),
        latent=LatentConfig(channels=4, width=32, multipliers=(1, 1, 2, 2), blocks=1, table=(1, 8, 8)),
        sizes=SizeConfig(latent=(64, 32, 16), look=(70, 28, 14)),
    )
