"""Make a thing look as if made of something else: the operation `material`.

A procedural texture, laid on flat (not in perspective), shaded by the thing's own light and shade. Metals, glass and
ice mirror or bend an invented surrounding by a guessed surface: bulging inside the outline, lighter taken as nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np

from agentvid.engines.classical.blend import softened
from agentvid.engines.classical.colourspace import Bytes, Floats, from_linear, to_linear
from agentvid.engines.classical.layers import fill_behind
from agentvid.engines.classical.noise import cells, clouds, grain
from agentvid.engines.classical.regions import disc
from agentvid.engines.classical.tone import luminance, within_gamut
from agentvid.media.operations import Material, MaterialKind

__all__ = ["made_of"]

Rgb: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class _Thing:
    """What a texture may need: a seeded generator, the size of its pattern in pixels, shape, surface normals."""

    rng: np.random.Generator
    size: float
    rgb: Bytes
    region: Bytes | None
    slope_x: Floats
    slope_y: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        return self.rgb.shape


def made_of(rgb: Bytes, operation: Material, region: Bytes | None, seed: int) -> Bytes:
    """Carry out `material` on a whole picture, uint8 HWC; `region` (uint8 HW) tells the thing's outline.

    Deterministic in the seed.
    """
    light = to_linear(rgb)
    shade = _shading(light, region)
    slope_x, slope_y, extent = _surface(shade, region)
    rng = np.random.default_rng(seed)
    thing = _Thing(rng, max(4.0, extent / 5 * operation.scale), rgb, region, slope_x, slope_y)
    if operation.kind in _SHINY:
        return from_linear(within_gamut(_SHINY[operation.kind](thing, shade)))
    albedo, bump = _TEXTURES[operation.kind](thing)
    bump = np.asarray(bump, np.float32)
    relief = cv2.Sobel(bump, cv2.CV_32F, 1, 0) * 0.6 + cv2.Sobel(bump, cv2.CV_32F, 0, 1)
    lit = shade * np.clip(1 + 0.35 * np.tanh(relief), 0.4, 1.6)
    return from_linear(within_gamut(np.asarray(albedo * lit[..., None], np.float32)))


def _shading(light: Floats, region: Bytes | None) -> Floats:
    """The thing's own light and shade, 1 at its middle tone; fine pattern of its old surface is smoothed away."""
    side = max(light.shape)
    tone = np.power(np.clip(luminance(light), 1e-4, 1), 1 / 2.2).astype(np.float32)
    for _ in range(3):
        tone = np.asarray(cv2.bilateralFilter(tone, 9, 0.12, max(3.0, side / 150)), np.float32)
    inside = tone[region > 127] if region is not None and (region > 127).any() else tone
    middle = float(np.clip(np.percentile(inside, 50), 0.08, 0.9))
    return np.asarray(np.clip(tone / middle, 0.08, 2.2) ** 1.5, np.float32)


def _surface(shade: Floats, region: Bytes | None) -> tuple[Floats, Floats, float]:
    """Slopes (right, down) of a guessed surface, about -1…1, and how wide the thing is in pixels."""
    side = max(shade.shape)
    height = 0.35 * np.log(shade + 0.2)
    extent = float(side)
    if region is not None and not (region > 127).all():
        inside = (region > 127).astype(np.uint8)
        deep = np.asarray(cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)
        most = max(float(deep.max()), 1.0)
        extent = 2 * float(np.sqrt(inside.sum() / np.pi))
        height = height + 1.1 * np.sqrt(np.clip(1 - (1 - np.clip(deep / most, 0, 1)) ** 2, 0, 1))
    soft = softened(np.asarray(height, np.float32), max(1.2, extent / 45))
    gain = extent / 14
    gx, gy = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=gain / 4), cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=gain / 4)
    return np.asarray(np.tanh(gx), np.float32), np.asarray(np.tanh(gy), np.float32), extent


# ---------------------------------------------------------------- textures: albedo (linear HWC) and bump (HW)


def _grid(thing: _Thing) -> tuple[Floats, Floats]:
    y, x = np.mgrid[0 : thing.shape[0], 0 : thing.shape[1]].astype(np.float32)
    return x, y


def _between(dark: Rgb, bright: Rgb, share: Floats) -> Floats:
    low, high = to_linear(np.array([dark, bright], np.uint8))
    return np.asarray(low + np.clip(share, 0, 1)[..., None] * (high - low), np.float32)


def _wood(thing: _Thing) -> tuple[Floats, Floats]:
    x, y = _grid(thing)
    bend = clouds(thing.rng, thing.shape, 3.2 * thing.size, 3, 4.0)
    across = y / thing.size * 1.5 + 1.3 * bend + 0.06 * x / thing.size
    rings = across * 2.6 % 1
    year = np.where(rings < 0.82, rings / 0.82, (1 - rings) / 0.18)
    fibre = clouds(thing.rng, thing.shape, max(2.0, thing.size / 14), 2, 26.0)
    pores = np.clip(fibre - 0.55, 0, 1)
    tone = 0.62 - 0.5 * year**2 + 0.2 * fibre + 0.12 * bend
    return _between((86, 48, 22), (206, 148, 88), np.asarray(tone - 0.5 * pores, np.float32)), 0.5 * fibre


def _marble(thing: _Thing) -> tuple[Floats, Floats]:
    x, y = _grid(thing)
    turbulence = clouds(thing.rng, thing.shape, 2.2 * thing.size, 6)
    veins = np.zeros(thing.shape[:2], np.float32)
    for angle, width, weight in ((0.6, 0.035, 0.75), (1.1, 0.016, 0.5), (-0.2, 0.012, 0.35)):
        wave = (np.cos(angle) * x + np.sin(angle) * y) / (3 * thing.size) + 0.9 * turbulence
        away = np.abs((wave + thing.rng.uniform()) % 1 - 0.5)
        veins = np.maximum(veins, weight * np.exp(-((away / width) ** 2)) + 0.25 * weight * np.exp(-away / (4 * width)))
    cloudy = 0.5 + 0.35 * clouds(thing.rng, thing.shape, 1.5 * thing.size, 4)
    base = _between((214, 211, 206), (248, 246, 242), np.asarray(cloudy, np.float32))
    dark = to_linear(np.array((92, 92, 98), np.uint8))
    return np.asarray(base + np.clip(veins, 0, 1)[..., None] * (dark - base), np.float32), np.zeros_like(veins)


def _brick(thing: _Thing) -> tuple[Floats, Floats]:
    x, y = _grid(thing)
    high = max(4.0, 0.42 * thing.size)
    wide = 2.35 * high
    uneven = clouds(thing.rng, thing.shape, high / 2, 3)
    row = np.floor(y / high)
    u = (x + 0.5 * wide * (row % 2)) / wide
    in_x, in_y = np.abs(u % 1 - 0.5) * wide, np.abs(y / high % 1 - 0.5) * high
    rim = np.minimum(wide / 2 - in_x, high / 2 - in_y) + 0.05 * high * uneven
    solid = np.clip((rim - 0.055 * high) / (0.05 * high), 0, 1)
    table = thing.rng.random((512, 512)).astype(np.float32)
    own = table[row.astype(int) % 512, np.floor(u).astype(int) % 512]
    tone = 0.15 + 0.7 * own + 0.2 * uneven + 0.04 * grain(thing.rng, thing.shape, 1.5)
    clay = _between((112, 46, 34), (188, 98, 68), np.asarray(tone, np.float32))
    mortar = _between((150, 143, 134), (196, 190, 180), np.asarray(0.5 + 0.5 * uneven, np.float32))
    return np.asarray(mortar + solid[..., None] * (clay - mortar), np.float32), np.asarray(2.2 * solid + 0.4 * uneven)


def _fabric(thing: _Thing) -> tuple[Floats, Floats]:
    x, y = _grid(thing)
    pitch = max(3.0, thing.size / 9)
    u, v = x / pitch, y / pitch
    over = (np.floor(u) + np.floor(v)) % 2
    warp, weft = np.sin(np.pi * (u % 1)), np.sin(np.pi * (v % 1))
    thread = np.where(over > 0, warp * (0.6 + 0.4 * weft), weft * (0.6 + 0.4 * warp))
    slub = clouds(thing.rng, thing.shape, 2 * pitch, 3, 3.0)
    tone = 0.22 + 0.62 * thread + 0.16 * slub
    return _between((44, 66, 104), (146, 168, 200), np.asarray(tone, np.float32)), np.asarray(1.3 * thread, np.float32)


def _leather(thing: _Thing) -> tuple[Floats, Floats]:
    size = max(3.0, thing.size / 6)
    rim, value = cells(thing.rng, thing.shape, size)
    pebble = np.clip(rim * 3.2, 0, 1) ** 0.7
    worn = clouds(thing.rng, thing.shape, 2 * thing.size, 4)
    tone = 0.2 + 0.42 * pebble + 0.1 * value + 0.25 * worn
    return _between((48, 24, 14), (150, 88, 50), np.asarray(tone, np.float32)), np.asarray(1.6 * pebble, np.float32)


def _stone(thing: _Thing) -> tuple[Floats, Floats]:
    rough = clouds(thing.rng, thing.shape, thing.size, 6)
    crack = np.exp(-np.abs(clouds(thing.rng, thing.shape, 2.5 * thing.size, 4)) * 26)
    speck = grain(thing.rng, thing.shape, max(1.0, thing.size / 60))
    tone = 0.5 + 0.34 * rough + 0.09 * speck - 0.4 * crack
    return _between((72, 70, 68), (186, 180, 170), np.asarray(tone, np.float32)), np.asarray(
        2.2 * rough - 1.5 * crack + 0.25 * speck, np.float32
    )


def _grass(thing: _Thing) -> tuple[Floats, Floats]:
    height, width = thing.shape[:2]
    tall = max(5.0, thing.size / 3.2)
    patches = clouds(thing.rng, thing.shape, 2 * thing.size, 4)
    blades = np.full((height, width), 0.12, np.float32)
    count = min(60_000, round(height * width / (0.11 * tall * tall)))
    feet = np.stack([thing.rng.uniform(0, width, count), thing.rng.uniform(0, height + tall, count)], 1)
    feet = feet[np.argsort(feet[:, 1])]
    thick = max(1, round(tall / 11))
    for (x, y), lean, long, bright in zip(
        feet, thing.rng.normal(0, 0.3, count), thing.rng.uniform(0.6, 1.3, count), thing.rng.uniform(0.25, 1, count),
        strict=True,
    ):  # fmt: skip
        tip = (round(x + lean * tall * long), round(y - tall * long))
        cv2.line(blades, (round(x), round(y)), tip, float(bright), thick, cv2.LINE_AA)
    tone = 0.75 * blades + 0.25 * patches + 0.08
    return _between((18, 48, 12), (158, 196, 74), np.asarray(tone, np.float32)), np.asarray(1.5 * blades, np.float32)


_TEXTURES: Final[dict[MaterialKind, Callable[[_Thing], tuple[Floats, Floats]]]] = {
    "wood": _wood,
    "marble": _marble,
    "brick": _brick,
    "fabric": _fabric,
    "leather": _leather,
    "stone": _stone,
    "grass": _grass,
}


# ---------------------------------------------------------------- what mirrors or lets light through: linear HWC


def _mirrored(thing: _Thing, shade: Floats, dark: Rgb, bright: Rgb, brushed: float) -> Floats:
    """Metal: a studio with two windows and a dark floor, seen in the surface, in the metal's colour."""
    wave = 0.12 * clouds(thing.rng, thing.shape, 1.5 * thing.size, 3)
    lines = brushed * clouds(thing.rng, thing.shape, max(1.5, thing.size / 40), 2, 40.0)
    up = -thing.slope_y + wave + lines
    aside = thing.slope_x + wave
    sky = 1 / (1 + np.exp(-(up + 0.05) * 9))
    windows = np.exp(-(((aside + 0.45) / 0.16) ** 2)) + 0.7 * np.exp(-(((aside - 0.55) / 0.12) ** 2))
    horizon = np.exp(-(((up + 0.12) / 0.07) ** 2))
    mirror = 0.16 + 0.46 * sky + 0.42 * windows * np.clip(0.4 + up, 0, 1) - 0.12 * horizon
    tone = 0.8 * mirror + 0.36 * np.clip(shade, 0, 2)
    inside = tone[thing.region > 127] if thing.region is not None else tone
    low, high = np.percentile(inside, (4, 96))
    tone = 0.04 + 1.02 * (tone - low) / max(float(high - low), 0.05)
    body = _between(dark, bright, np.asarray(np.clip(tone, 0, 1) ** 1.35, np.float32))
    gloss = np.clip(1.9 * (tone - 0.84), 0, 0.92)[..., None]
    return np.asarray(body + gloss * (1 - body), np.float32)


def _gold(thing: _Thing, shade: Floats) -> Floats:
    return _mirrored(thing, shade, (62, 34, 6), (255, 208, 104), 0.0)


def _silver(thing: _Thing, shade: Floats) -> Floats:
    return _mirrored(thing, shade, (40, 42, 48), (240, 242, 246), 0.0)


def _metal(thing: _Thing, shade: Floats) -> Floats:
    return _mirrored(thing, shade, (38, 42, 48), (186, 192, 200), 0.3)


def _seen_through(thing: _Thing, bend: float) -> Floats:
    """What is behind the thing (filled from around it), bent by its surface, linear HWC."""
    behind = thing.rgb
    if thing.region is not None and not (thing.region > 127).all():
        hole = cv2.dilate((thing.region > 127).astype(np.uint8), disc(max(3, max(thing.shape) / 100))) > 0
        if not hole.all():
            behind = fill_behind(thing.rgb, hole)
    x, y = _grid(thing)
    far = bend * thing.size
    seen = cv2.remap(
        behind, x - far * thing.slope_x, y - far * thing.slope_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return to_linear(np.asarray(seen, np.uint8))


def _edge(thing: _Thing) -> Floats:
    """How steep the surface is: 0 facing us … 1 at the outline, where glass and ice mirror most (Fresnel)."""
    steep = np.clip(np.hypot(thing.slope_x, thing.slope_y), 0, 1)
    return np.asarray(steep**2.5, np.float32)


def _glass(thing: _Thing, shade: Floats) -> Floats:
    body = _seen_through(thing, 0.9 * (1 + 0.2 * float(thing.rng.uniform(-1, 1)))) * np.array(
        (0.9, 0.97, 0.95), np.float32
    )
    rim = _edge(thing)[..., None]
    body = body * (1 - 0.55 * rim) + 0.3 * rim * np.array((0.75, 0.9, 0.92), np.float32)
    gloss = np.clip(shade - 1.25, 0, 1) * 0.9
    windows = np.exp(-(((thing.slope_x + 0.5) / 0.13) ** 2)) * np.clip(-thing.slope_y + 0.15, 0, 1)
    shine = np.clip(gloss + 0.9 * windows, 0, 1)[..., None]
    dark = np.clip(0.55 + 0.5 * shade, 0.5, 1.05)[..., None]
    return np.asarray(body * dark + shine * (1 - body * dark), np.float32)


def _ice(thing: _Thing, shade: Floats) -> Floats:
    frost = 0.5 + 0.5 * clouds(thing.rng, thing.shape, thing.size, 5)
    rim, value = cells(thing.rng, thing.shape, max(6.0, 1.6 * thing.size))
    crack = np.exp(-rim * 30) * (0.4 + 0.6 * value)
    body = _seen_through(thing, 0.6)
    cold = np.array((0.62, 0.83, 0.96), np.float32)
    milky = np.clip(0.38 + 0.4 * frost + 0.25 * _edge(thing), 0, 0.9)[..., None]
    body = body * cold * (1 - milky) + milky * cold * np.clip(0.35 + 0.55 * shade, 0, 1.4)[..., None]
    white = np.clip(0.75 * crack + np.clip(shade - 1.2, 0, 1) + 0.35 * _edge(thing), 0, 1)[..., None]
    return np.asarray(body + white * (np.array((0.94, 0.98, 1.0), np.float32) - body), np.float32)


_SHINY: Final[dict[MaterialKind, Callable[[_Thing, Floats], Floats]]] = {
    "gold": _gold,
    "silver": _silver,
    "metal": _metal,
    "glass": _glass,
    "ice": _ice,
}
