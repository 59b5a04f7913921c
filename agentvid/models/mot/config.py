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

import math
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Any, Literal, get_args, get_origin, get_type_hints

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

_NORM_GROUPS = 32  # of the codec's group norms

Renorm = Literal["global", "channel", "text_channel", "none"]
"""How a guided velocity is kept from growing: over the whole sample, per token, per token before image guidance."""


def _check(config: Any, *, zero: Collection[str] = (), signed: Collection[str] = ()) -> None:
    """Refuse fields that are not what their annotation says; numbers are finite, and positive unless named."""
    kinds = get_type_hints(type(config))
    for each in fields(config):
        name, value = each.name, getattr(config, each.name)
        least = -math.inf if name in signed else 0 if name in zero else None
        wanted = _wanted(kinds[name], value, least)
        if wanted:
            raise SettingsError(f"{type(config).__name__}.{name} is {value!r}", wanted)


def _wanted(kind: Any, value: Any, least: float | None) -> str:
    """Return what a value should be, "" where it is that. `least` None: numbers are above 0."""
    if get_origin(kind) is Literal:
        return "" if value in get_args(kind) else " or ".join(get_args(kind))
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        if not isinstance(value, tuple) or not value:
            return "a list that is not empty"
        parts = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
        if len(parts) != len(value):
            return f"a list of {len(parts)}"
        return next((told for told in map(_wanted, parts, value, [least] * len(value)) if told), "")
    if kind is str:
        return "" if isinstance(value, str) and value else "words"
    if kind not in (int, float):
        return ""
    number = Integral if kind is int else Real
    fits = isinstance(value, number) and not isinstance(value, bool) and math.isfinite(value)
    if fits and (value > 0 if least is None else value >= least):
        return ""
    what = "whole number" if kind is int else "finite number"
    return f"a {what} above 0" if least is None else f"a {what}, at least 0" if least == 0 else f"a {what}"


@dataclass(frozen=True)
class BackboneConfig:
    """The language model with two experts per layer. Query heads are a multiple of key/value heads.

    Raises: SettingsError where a number makes no sense; so do all configurations here.
    """

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
        _check(self)
        if self.heads % self.kv_heads:
            raise SettingsError(f"{self.heads} query heads on {self.kv_heads} kv heads", "a multiple of the kv heads")
        if self.head_dim % 2:
            raise SettingsError(f"head_dim {self.head_dim}", "an even number, for rotary positions")


@dataclass(frozen=True)
class PositionConfig:
    """`shared`: all rows of a picture at one position. `grid`: rows at (t, row, column), wrappers counted as text.

    `sections` splits the rotary frequencies over the three axes; it sums to head_dim / 2. `t_stride` is the step of
    the temporal axis between latent frames (grid only).

    The fixed tables that tell a picture's rows apart are sines of wavelengths up to about 2π·`table_base` rows, times
    `table_scale`. Where pictures have few rows the base wants to be small, or most channels say the same everywhere.
    """

    scheme: Literal["shared", "grid"] = "shared"
    sections: tuple[int, int, int] = (64, 0, 0)
    t_stride: int = 2
    table_base: float = 10000.0
    table_scale: float = 1.0

    def __post_init__(self) -> None:
        _check(self, zero=("sections",))


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

    def __post_init__(self) -> None:
        _check(self)
        if self.hidden % self.heads:
            raise SettingsError(f"an eye of width {self.hidden} with {self.heads} heads", "a multiple of the heads")


@dataclass(frozen=True)
class LatentConfig:
    """The latent side: codec sizes, how latents become rows, and the position table added to them.

    `patch` is (t, h, w) latent cells per row. `axes` names the order in which the table's channels encode positions;
    `table` is its size in rows of patches (t, h, w). `down` is pixels per latent cell.
    """

    codec: Literal["flux", "compact"] = "flux"
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

    def __post_init__(self) -> None:
        _check(self, signed=("shift",))
        if self.patch[1] != self.patch[2]:
            raise SettingsError(f"latent patches {self.patch}", "as high as wide")
        if any(self.width * times % _NORM_GROUPS for times in self.multipliers):
            raise SettingsError(f"codec widths {self.width} x {self.multipliers}", f"multiples of {_NORM_GROUPS}")
        if self.codec == "compact" and self.down != 2 ** (len(self.multipliers) + 1):
            raise SettingsError(
                f"{self.down} pixels per cell with {len(self.multipliers)} levels",
                f"{2 ** (len(self.multipliers) + 1)}",
            )

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

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class PromptConfig:
    """How words become tokens. `plain`: start, words, end; no roles, no template."""

    format: Literal["plain"] = "plain"
    tokens: TokenNames = field(default_factory=TokenNames)
    picture_order: tuple[Literal["clean", "look"], ...] = ("clean", "look")

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class SizeConfig:
    """`stride_resize`: keep the ratio, bound the sides, round to strides. Triples are (longest, shortest, stride)."""

    policy: Literal["stride_resize"] = "stride_resize"
    latent: tuple[int, int, int] = (1024, 512, 16)
    look: tuple[int, int, int] = (980, 224, 14)
    max_pixels: int = 14 * 14 * 9 * 1024

    def __post_init__(self) -> None:
        _check(self)


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

    def __post_init__(self) -> None:
        _check(self, zero=("interval", "renorm_min"), signed=("text_scale", "image_scale"))
        lo, hi = self.interval
        if self.points < 2 or not lo <= hi <= 1 or self.renorm_min > 1:
            raise SettingsError(
                f"{self.points} points, interval {self.interval}, renorm_min {self.renorm_min}",
                "at least 2 points, two numbers in 0 … 1 (the smaller first), a number in 0 … 1",
            )


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
        seen = math.ceil(self.sizes.look[0] / self.vision.patch)
        if seen > self.vision.side:
            raise SettingsError(
                f"pictures for the eye of up to {self.sizes.look[0]} pixels, {seen} patches a side",
                f"at most {self.vision.side} patches, {self.vision.side * self.vision.patch} pixels: the eye's table",
            )


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
        backbone=BackboneConfig(hidden=64, inter=96, layers=2, heads=4, kv_heads=2, vocab=vocab, head_dim=16),
        positions=PositionConfig(sections=(8, 0, 0)),
        vision=VisionConfig(hidden=48, inter=80, layers=2, heads=3, side=10),
        latent=LatentConfig(channels=4, width=32, multipliers=(1, 1, 2, 2), blocks=1, table=(1, 8, 8)),
        sizes=SizeConfig(latent=(64, 32, 16), look=(70, 28, 14)),
    )
