"""Measure what a region looks like: its colours, its light, its size, where it lies."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.colourspace import Bytes, Floats, rgb_to_hex, rgb_to_lab, to_linear
from agentvid.engines.classical.words import place_word
from agentvid.errors import CallError
from agentvid.media.colours import colour_name
from agentvid.media.types import Image, Mask, Palette, Swatch

__all__ = ["analyse", "light_of", "palette_of", "place_of"]

Flags = NDArray[np.bool_]
MOST_SAMPLES: Final = 20_000
CLUSTERS: Final = 8
MERGE_BELOW: Final = 14.0
"""Swatches nearer than this in Lab are one colour."""
LUMINANCE: Final = np.array([0.2126729, 0.7151522, 0.0721750], np.float32)


def analyse(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "analyse": outputs `palette`, `light`, `size`, `place`; without a mask, of the whole picture.

    Raises: CallError where the mask has another size than the picture or is empty.
    """
    image = request.get("image", Image)
    given = request.maybe("mask", Mask)
    context.progress(0, 1, "measuring")
    rgb = context.store.image(image)
    mask = context.store.mask(given) if given else np.full(rgb.shape[:2], 255, np.uint8)
    if mask.shape != rgb.shape[:2]:
        raise CallError(
            f"a mask of {mask.shape[1]}x{mask.shape[0]}",
            f"the size of the picture, {image.width}x{image.height}",
            "take the mask of a locate step on this very picture",
        )
    if not (mask > 127).any():
        raise CallError("an empty mask", "a mask with something inside", "correct the mask or the words of locate")
    result = EngineResult.of(
        palette=palette_of(rgb, mask),
        light=light_of(rgb, mask),
        size=round(float((mask > 127).mean()), 6),
        place=place_of(mask),
    )
    context.progress(1, 1)
    return result


def palette_of(rgb: Bytes, mask: Bytes) -> Palette:
    """Return at most five main colours inside a mask (uint8 HW), the largest share first; the shares sum to 1.

    Deterministic. Source: k-means++, Arthur and Vassilvitskii (SODA 2007).
    """
    pixels = rgb[mask > 127]
    pixels = pixels[:: max(1, len(pixels) // MOST_SAMPLES)]
    lab = rgb_to_lab(pixels[None])[0]
    clusters = min(CLUSTERS, len(np.unique(pixels, axis=0)))
    cv2.setRNGSeed(1)
    weighted = lab * np.array([0.6, 1, 1], np.float32)
    _, labels, _ = cv2.kmeans(weighted, clusters, None, (3, 40, 0.2), 4, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    groups = [labels.ravel() == index for index in range(clusters)]
    groups = _merged([group for group in groups if group.any()], lab)
    counts = [int(group.sum()) for group in groups]
    total = sum(counts)
    shares = [round(count / total, 4) for count in counts]
    shares[0] = round(shares[0] + 1 - sum(shares), 4)
    swatches = []
    for group, share in zip(groups, shares, strict=True):
        colour = rgb_to_hex(np.median(pixels[group], axis=0).astype(np.float32))
        swatches.append(Swatch(colour=colour, share=share, name=colour_name(colour)))
    return Palette(colours=tuple(swatches))


def light_of(rgb: Bytes, mask: Bytes) -> float:
    """Return the mean relative luminance (0…1, linear) inside a mask."""
    return round(float((to_linear(rgb[mask > 127]) @ LUMINANCE).mean()), 6)


def place_of(mask: Bytes) -> str:
    """Return where the inside of a mask lies: "upper left" … "centre" … "lower right"."""
    ys, xs = np.nonzero(mask > 127)
    return place_word((float(xs.mean()) + 0.5) / mask.shape[1], (float(ys.mean()) + 0.5) / mask.shape[0])


def _merged(groups: list[Flags], lab: Floats) -> list[Flags]:
    """Join what is near in colour, then the smallest with what is nearest to it until five are left; largest first."""
    while len(groups) > 1:
        means = np.stack([lab[group].mean(0) for group in groups])
        apart = np.linalg.norm((means[:, None] - means[None]) * np.array([0.6, 1, 1]), axis=-1)
        np.fill_diagonal(apart, np.inf)
        if apart.min() < MERGE_BELOW:
            one, other = divmod(int(apart.argmin()), len(groups))
        elif len(groups) > 5:
            one = int(np.argmin([group.sum() for group in groups]))
            other = int(apart[one].argmin())
        else:
            break
        joined = groups[one] | groups[other]
        groups = [group for index, group in enumerate(groups) if index not in (one, other)] + [joined]
    return sorted(groups, key=lambda group: -int(group.sum()))
