"""Find a thing in a picture by its colour, its place and contrast. Pixels are sorted; nothing is recognised.

With a colour word: seeds are the pixels nearest to that colour (with a margin found in this very picture), grouped,
chosen by place words, refined with GrabCut. Without one: what stands out from the border of the picture.
Source: Rother et al., "GrabCut" (SIGGRAPH 2004); Zhu et al., "Saliency Optimization from Robust Background Detection"
(CVPR 2014), the border prior only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.colourspace import Bytes, Floats, blurred, colour_distance, rgb_to_lab
from agentvid.engines.classical.doubt import doubts, names_a_thing, waiting_for
from agentvid.engines.classical.regions import (
    Flags,
    border,
    box_of,
    closed,
    component_at,
    dilated,
    groups,
    inner_point,
    tidy,
)
from agentvid.engines.classical.words import Sought, is_chinese, read_sought
from agentvid.errors import CallError, Needs
from agentvid.media.types import Box, Image, Mask, Point

__all__ = ["Found", "choose", "colour_fit", "find", "find_at", "locate", "worths"]

WORK_SIDE: Final = 600
FARTHEST: Final = 28.0
"""A picture whose nearest pixels are farther than this from the named colour does not hold the colour."""
REACH: Final = 40.0
"""How far beyond the nearest pixels the end of the colour is sought."""

SURE_BG, SURE_FG, MAY_BG, MAY_FG = 0, 1, 2, 3


@dataclass(frozen=True)
class Found:
    """A region: `mask` uint8 HW 0…255 with a soft border one pixel wide, and what must be said about it.

    `doubt` says in English and Chinese why it may not be the thing that a noun names.
    """

    mask: Bytes
    warnings: tuple[str, ...] = ()
    doubt: tuple[str, str] | None = None


# ---------------------------------------------------------------- the engine's side


def locate(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "locate": outputs `box`, `mask`, `point`.

    Raises: CallError where box, point or mask don't fit the picture, Needs where nothing fits the words, or a noun
    alone does not say which thing is meant.
    """
    image = request.get("image", Image)
    what = request.get("what", str)
    box, point, given = request.maybe("box", Box), request.maybe("point", Point), request.maybe("mask", Mask)
    context.progress(0, 2, "looking")
    if given is not None:
        mask = context.store.mask(given)
        if mask.shape != (image.height, image.width):
            raise CallError(
                f"a mask of {given.width}x{given.height}",
                f"the size of the picture, {image.width}x{image.height}",
                "give a mask of that size",
            )
        if not (mask > 127).any():
            raise CallError("an empty mask", "a mask with something inside", "paint the thing white")
        return EngineResult.of(box=box or box_of(mask), mask=given, point=point or inner_point(mask))
    rgb = context.store.image(image)
    if point is not None and box is None:
        found = find_at(rgb, (point.x, point.y), what)
    else:
        found = find(rgb, what, _pixels_of(box, image) if box else None)
    if found is None:
        raise Needs("box", _how(what, image))
    if found.doubt is not None and not request.maybe("guess", bool):
        raise waiting_for(what, image, *found.doubt)
    context.progress(1, 2, "found")
    mask_value = context.store.put_mask(found.mask)
    clipped = () if box is None or _inside(box, image) else ("the box was clipped to the picture",)
    context.progress(2, 2)
    return EngineResult.of(
        *found.warnings,
        *clipped,
        box=box or box_of(found.mask),
        mask=mask_value,
        point=point or inner_point(found.mask),
    )


def _how(what: str, image: Image) -> str:
    if is_chinese(what):
        size = f"图宽 {image.width}，高 {image.height}"
        return f"没有找到“{what}”：请在它周围画一个框（{size}）"
    return (
        f"nothing here fits {what!r}: draw a box around it (the picture is {image.width} wide and {image.height} high)"
    )


def _inside(box: Box, image: Image) -> bool:
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= image.width and box.y1 <= image.height


def _pixels_of(box: Box, image: Image) -> tuple[int, int, int, int]:
    x0, y0 = max(0, int(box.x0)), max(0, int(box.y0))
    x1, y1 = min(image.width, int(np.ceil(box.x1))), min(image.height, int(np.ceil(box.y1)))
    if x1 - x0 < 2 or y1 - y0 < 2:
        raise CallError(
            f"the box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}",
            f"a box inside the picture of {image.width}x{image.height}",
            "draw it over the thing",
        )
    return x0, y0, x1, y1


# ---------------------------------------------------------------- pure functions on pictures


def find(rgb: Bytes, what: str, box: tuple[int, int, int, int] | None = None) -> Found | None:
    """Find what words ask for (uint8 HWC RGB), inside `box` (x0, y0, x1, y1 pixels) where one is given.

    Deterministic. Returns None where nothing fits.
    """
    sought = read_sought(what)
    small, scale = _shrunk(rgb)
    limits = _limits(small.shape, box, scale)
    doubt: tuple[str, str] | None = None
    if sought.colours:
        mask, warnings = _by_colour(small, sought, limits), _colour_warnings(sought)
    elif box is not None:
        mask, warnings = _by_box(small, limits), ("the region in the box was cut out, not recognised",)
    else:
        (mask, doubt), warnings = (
            _by_saliency(small, sought),
            (f"{_thing(sought)} found by saliency, not by recognition",),
        )
    if mask is None or mask.sum() < max(12, 0.0004 * mask.size):
        return None
    if sought.has_relation:
        warnings = (*warnings, "words that relate it to another thing were not understood")
    return Found(_full_size(mask, rgb), warnings, doubt if names_a_thing(sought) else None)


def find_at(rgb: Bytes, point: tuple[float, float], what: str = "") -> Found | None:
    """Find the region at a pixel (x, y): what is connected to it and of its colour.

    Raises: CallError for a point outside the picture.
    """
    height, width = rgb.shape[:2]
    if not (0 <= point[0] < width and 0 <= point[1] < height):
        raise CallError(
            f"the point {point[0]:g},{point[1]:g}", f"a point inside {width}x{height}", "click on the thing"
        )
    small, scale = _shrunk(rgb)
    x, y = (min(int(point[0] * scale), small.shape[1] - 1), min(int(point[1] * scale), small.shape[0] - 1))
    lab = blurred(rgb_to_lab(small), 1.2)
    spot = np.zeros(small.shape[:2], np.uint8)
    cv2.circle(spot, (x, y), max(2, round(0.012 * max(spot.shape))), 1, -1)
    middle = np.median(lab[spot > 0], axis=0)
    apart = np.sqrt((0.5 * (lab[..., 0] - middle[0])) ** 2 + ((lab[..., 1:] - middle[1:]) ** 2).sum(-1))
    near = apart < min(25.0, max(8.0, _gap(apart, 0.0, 45.0)))
    near |= spot > 0
    near = component_at(near, x, y)
    marks = np.full(near.shape, MAY_BG, np.uint8)
    marks[apart > 60] = SURE_BG
    marks[~dilated(near, 0.06)] = SURE_BG
    marks[near] = MAY_FG
    marks[spot > 0] = SURE_FG
    mask = component_at(tidy(_grab_cut(small, marks) | (spot > 0)), x, y)
    return Found(_full_size(mask, rgb), ("the region at the point was cut out, not recognised",))


def colour_fit(rgb: Bytes, colours: tuple[str, ...]) -> Flags:
    """Return the pixels (HW bool) of any of these colours, with the margin that this picture leaves; may be empty."""
    lab = blurred(rgb_to_lab(rgb), 1.0)
    apart = np.min([colour_distance(lab, colour) for colour in colours], axis=0)
    best = float(np.percentile(apart, 1))
    return apart <= _gap(apart, best, REACH) if best <= FARTHEST else np.zeros(apart.shape, bool)


# ---------------------------------------------------------------- three ways of finding


def _by_colour(rgb: Bytes, sought: Sought, limits: Flags) -> Flags | None:
    lab = blurred(rgb_to_lab(rgb), 1.0)
    apart = np.min([colour_distance(lab, colour) for colour in sought.colours], axis=0)
    best = float(np.percentile(apart[limits], 1))
    if best > FARTHEST:
        return None
    gap = _gap(apart[limits], best, REACH)
    unknowable = (lab[..., 0] < 20) & (np.hypot(lab[..., 1], lab[..., 2]) < 18)
    parts = groups((apart <= gap) & limits & ~unknowable)
    if not parts:
        return None
    chosen = choose(parts, sought, apart)
    marks = np.full(apart.shape, MAY_BG, np.uint8)
    marks[(apart > gap + 15) | unknowable | ~limits] = SURE_BG
    marks[~dilated(chosen, 0.03)] = SURE_BG
    marks[chosen] = MAY_FG
    marks[chosen & (apart <= best + 0.6 * (gap - best))] = SURE_FG
    fits = apart <= gap + 15
    cut = _grab_cut(rgb, marks) & fits
    shade = fits & limits & (lab[..., 0] < 25) & closed(cut, 0.12)
    rim = (apart <= gap) & limits & dilated(cut, 0.012)
    return tidy(closed(cut | shade | rim, 0.006), dilated(chosen, 0.008)) & limits


def _by_box(rgb: Bytes, limits: Flags) -> Flags:
    marks = np.where(limits, MAY_FG, SURE_BG).astype(np.uint8)
    if limits.all():
        marks[border(limits.shape)] = SURE_BG
    mask = tidy(_grab_cut(rgb, marks))
    return mask if mask.sum() > 0.05 * limits.sum() else limits


def _by_saliency(rgb: Bytes, sought: Sought) -> tuple[Flags | None, tuple[str, str] | None]:
    """What stands out, and why it may not be what a noun names."""
    lab = blurred(rgb_to_lab(rgb), 2.0)
    salient = _saliency(lab, sought)
    if float(salient.max() - salient.min()) < 4:
        return None, None
    level = _gap(salient, float(salient.min()), float(salient.max()) + 1e-3)
    parts = groups(salient > level, 0.01)
    if not parts:
        return None, None
    chosen = choose(parts, sought, -salient)
    marks = np.full(chosen.shape, MAY_BG, np.uint8)
    marks[~dilated(chosen, 0.18)] = SURE_BG
    marks[chosen] = MAY_FG
    marks[chosen & (salient > np.percentile(salient[chosen], 70))] = SURE_FG
    mask = tidy(_grab_cut(rgb, marks))
    mask = mask if mask.any() else chosen
    return mask, doubts(lab, mask, worths(parts, -salient))


def _saliency(lab: Floats, sought: Sought) -> Floats:
    """How little a pixel looks like the border of the picture, times how sharp and how central it is."""
    height, width = lab.shape[:2]
    cv2.setRNGSeed(1)
    samples = cv2.resize(lab, (96, max(1, 96 * height // width)), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    _, _, centres = cv2.kmeans(samples, 12, None, (3, 30, 0.5), 3, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    distances = np.stack([((lab - centre) ** 2).sum(-1) for centre in centres])
    labels = distances.argmin(0)
    edge = border((height, width))
    all_share = np.bincount(labels.ravel(), minlength=12) / labels.size
    border_share = np.bincount(labels[edge], minlength=12) / edge.sum()
    weight = border_share / np.maximum(all_share, 1e-6) * border_share
    contrast = np.array(
        [sum(w * np.linalg.norm(c - other) for w, other in zip(weight, centres, strict=True)) for c in centres]
    ) / max(float(weight.sum()), 1e-6)
    own = contrast * np.exp(-1.2 * border_share / np.maximum(all_share, 1e-6))
    x0, y0 = _expected_centre(sought)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre = np.exp(-(((x / width - x0) / 0.42) ** 2) - ((y / height - y0) / 0.45) ** 2)
    sharp = np.abs(cv2.Laplacian(lab[..., 0], cv2.CV_32F))
    sharp = cv2.GaussianBlur(np.minimum(sharp, 8), (0, 0), 0.03 * max(height, width))
    own = own[labels] * (0.5 + sharp / max(float(sharp.max()), 1e-6))
    salient = cv2.GaussianBlur((own * centre).astype(np.float32), (0, 0), 0.015 * max(height, width))
    return np.asarray(salient, np.float32)


def _expected_centre(sought: Sought) -> tuple[float, float]:
    x = 0.25 if "left" in sought.places else 0.75 if "right" in sought.places else 0.5
    y = 0.25 if "top" in sought.places else 0.75 if "bottom" in sought.places else 0.5
    return x, y


def choose(parts: list[Flags], sought: Sought, apart: Floats | None = None) -> Flags:
    """Pick one of some regions (the largest first, at least one) by place words; without them, by size.

    `apart` (HW): the lower in a region, the better it fits.
    """
    places = [place for place in sought.places if place not in ("biggest", "smallest")]
    if "smallest" in sought.places:
        return parts[-1]
    worth = worths(parts, apart)
    if not places:
        return parts[int(np.argmax(worth))]
    likely = [part for part, value in zip(parts, worth, strict=True) if value > 0.3 * max(worth)]
    return min(likely, key=lambda part: sum(_misplaced(part, place) for place in places))


def worths(parts: list[Flags], apart: Floats | None = None) -> list[float]:
    """Return how likely each region is meant: the larger and the better it fits."""
    return [float(np.sqrt(p.sum())) * (1.0 if apart is None else float(np.exp(-apart[p].mean() / 30))) for p in parts]


def _misplaced(part: Flags, place: str) -> float:
    ys, xs = np.nonzero(part)
    x, y = float(xs.mean()) / part.shape[1], float(ys.mean()) / part.shape[0]
    off_centre: float = abs(x - 0.5) + abs(y - 0.5)
    amounts: dict[str, float] = {"left": x, "right": 1 - x, "top": y, "bottom": 1 - y}
    return amounts.get(place, off_centre)


# ---------------------------------------------------------------- below here: how


def _grab_cut(rgb: Bytes, marks: Bytes, rounds: int = 4) -> Flags:
    """GrabCut from marks; they come back as they are where there is nothing to tell apart."""
    foreground = (marks == SURE_FG) | (marks == MAY_FG)
    if foreground.sum() < 12 or (~foreground).sum() < 12:
        return np.asarray(foreground)
    cv2.setRNGSeed(1)
    marks = marks.copy()
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(rgb), marks, None, *models, rounds, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    return np.asarray((marks == SURE_FG) | (marks == MAY_FG))


def _gap(apart: Floats, best: float, reach: float) -> float:
    """Where the values from `best` on end: the first clear valley or foot of their histogram, else Otsu's threshold."""
    inside = apart[(apart >= best) & (apart <= best + reach)]
    counts, edges = np.histogram(inside, bins=80, range=(best, best + reach))
    smooth = cv2.GaussianBlur(counts.astype(np.float32).reshape(1, -1), (0, 0), 1.6).ravel()
    peak, floor = 0, 0.01 * inside.size
    for index in range(1, smooth.size):
        if smooth[index] > smooth[peak] and smooth[peak:index].min() > 0.6 * smooth[peak]:
            peak = index
        elif smooth[peak] > floor:
            lowest = peak + int(smooth[peak : index + 1].argmin())
            if smooth[lowest] < max(0.65 * min(smooth[peak], smooth[index]), 0.2 * smooth[peak]):
                return float(edges[lowest + 1])
    return _otsu(counts, edges)


def _otsu(counts: NDArray[np.int_], edges: NDArray[np.float64]) -> float:
    """Source: Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979)."""
    weights, centres = counts.astype(np.float64), (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(weights)
    above = below[-1] - below
    sums = np.cumsum(weights * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    if not np.isfinite(between).any():
        return float((edges[0] + edges[-1]) / 2)
    return float(edges[1:][int(np.nanargmax(between))])


def _shrunk(rgb: Bytes) -> tuple[Bytes, float]:
    scale = min(1.0, WORK_SIDE / max(rgb.shape[:2]))
    if scale == 1.0:
        return rgb, 1.0
    size = (max(2, round(rgb.shape[1] * scale)), max(2, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _full_size(mask: Flags, rgb: Bytes) -> Bytes:
    """The mask at the picture's size with a border softened over about one pixel."""
    size = (rgb.shape[1], rgb.shape[0])
    grown = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    times = size[0] / mask.shape[1]
    soft = cv2.GaussianBlur(grown, (0, 0), 0.7 * max(1.0, times / 2))
    return np.rint(np.clip(soft, 0, 1) * 255).astype(np.uint8)


def _limits(shape: tuple[int, ...], box: tuple[int, int, int, int] | None, scale: float) -> Flags:
    limits = np.ones(shape[:2], bool)
    if box is not None:
        x0, y0, x1, y1 = (round(side * scale) for side in box)
        limits[:] = False
        limits[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)] = True
    return limits


def _thing(sought: Sought) -> str:
    return repr(sought.thing) if sought.thing else "the main thing"


def _colour_warnings(sought: Sought) -> tuple[str, ...]:
    if not sought.thing:
        return ()
    return (f"{sought.thing!r} was found by its colour, not by recognition: all of that colour together counts as it",)
