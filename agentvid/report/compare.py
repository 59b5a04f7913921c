"""Compare two revisions, turns or artifacts: their plans in words, and what they answer, frame by frame.

What differs in a picture or clip is told by its area, by PSNR and SSIM (inside and outside the mask, where a step has
one), and shown side by side and as heat. The pictures made are in the store; nothing in a log names them, so the
collector takes them after its grace period.

Does not cover: sound, meshes and depth, which are only told to be the same bytes or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.chain.chain import Chain
from agentvid.chain.diff import diff
from agentvid.media.types import Artifact, Image, Mask, Media, PortValue, Video
from agentvid.report.changes import diff_words
from agentvid.report.describe import number, value_words
from agentvid.report.frame_diff import (
    CLIP_LEVELS,
    PICTURE_LEVELS,
    FrameDiff,
    Measured,
    aligned,
    frames_at,
    heat_picture,
    side_by_side,
)
from agentvid.report.record import Language
from agentvid.report.words import seconds

if TYPE_CHECKING:
    from agentvid.store.objects import ObjectStore

__all__ = ["Comparison", "PortDiff", "Shown", "compare"]

_PICTURE_WIDTH: Final = 960
_CLIP_WIDTH: Final = 640
_SSIM_FRAMES: Final = 16
"""SSIM of a clip is the mean of at most so many frames, evenly spread."""


@dataclass(frozen=True)
class Shown:
    """One side: what it is called, its chain, and the values it answers by address, in the order told.

    `masks` are those that the step of a port was held to, by the port's address.
    """

    label: str
    chain: Chain | None = None
    values: Mapping[str, PortValue] = field(default_factory=dict)
    masks: Mapping[str, Mask] = field(default_factory=dict)

    @classmethod
    def of(cls, media: Artifact, label: str = "", mask: Mask | None = None) -> Shown:
        """Return an artifact as a side."""
        return cls(label or media.artifact[:8], None, {"": media}, {"": mask} if mask else {})


@dataclass(frozen=True)
class PortDiff:
    """How one answered value differs. `told` says it in words, one line each.

    `a` and `b` are the addresses of the port on both sides, "" for an artifact. `measured`, `heat` and `side_by_side`
    are there for pictures and clips that are not the same bytes.
    """

    a: str
    b: str
    is_same: bool
    told: tuple[str, ...]
    measured: Measured | None = None
    heat: Image | None = None
    side_by_side: Image | Video | None = None


@dataclass(frozen=True)
class Comparison:
    """`plan` tells what differs between the chains (empty: nothing, or a side has none), `ports` what between answers.

    `only_a` and `only_b` are addresses that only one side answers, or that have no value there.
    """

    a: str
    b: str
    plan: tuple[str, ...]
    ports: tuple[PortDiff, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    language: Language = "en"

    def words(self) -> list[str]:
        """Return all of it in words, one line each, in the language it was compared in."""
        en = self.language == "en"
        told = [*self.plan] or ["the plans are the same" if en else "计划相同"]
        told += [line for port in self.ports for line in port.told]
        for name, ports in ((self.a, self.only_a), (self.b, self.only_b)):
            told += [f"only in {name}: {port}" if en else f"只在 {name} 中：{port}" for port in ports]
        return told


def compare(a: Shown, b: Shown, store: ObjectStore, language: Language = "en") -> Comparison:
    """Compare two sides. Values on one address are compared; others in the order told, with one of the same type.

    Raises: StoreError where media are missing or damaged.
    """
    pairs = _pairs(a, b)
    ports = [_port(a, b, one, two, store, language) for one, two in pairs]
    plan = diff_words(diff(a.chain, b.chain), language) if a.chain and b.chain else []
    paired = [{one for one, _ in pairs}, {two for _, two in pairs}]
    only = [tuple(port for port in side.values if port not in done) for side, done in zip((a, b), paired, strict=True)]
    return Comparison(a.label, b.label, tuple(plan), tuple(ports), only[0], only[1], language)


def _pairs(a: Shown, b: Shown) -> list[tuple[str, str]]:
    pairs = [(port, port) for port, value in a.values.items() if type(b.values.get(port)) is type(value)]
    left = [port for port in b.values if (port, port) not in pairs]
    for port, value in a.values.items():
        if (port, port) not in pairs:
            other = next((two for two in left if type(b.values[two]) is type(value)), None)
            if other is not None:
                left.remove(other)
                pairs.append((port, other))
    order = list(a.values)
    return sorted(pairs, key=lambda pair: order.index(pair[0]))


def _port(a: Shown, b: Shown, one: str, two: str, store: ObjectStore, language: Language) -> PortDiff:
    was, now = a.values[one], b.values[two]
    name = f"{' → '.join(dict.fromkeys((one, two)))}{': ' if language == 'en' else '：'}".lstrip(": ：")
    if was == now or (isinstance(was, Media) and isinstance(now, Media) and was.artifact == now.artifact):
        same = "the same bytes" if isinstance(was, Media) else "the same"
        zh_same = "字节完全相同" if isinstance(was, Media) else "相同"
        return PortDiff(one, two, True, (f"{name}{same if language == 'en' else zh_same}",))
    masks = [side.masks[port] for side, port in ((a, one), (b, two)) if port in side.masks]
    if isinstance(was, Image) and isinstance(now, Image):
        made = _pictures(was, now, masks, store, language)
    elif isinstance(was, Video) and isinstance(now, Video):
        made = _clips(was, now, masks, store, language)
    elif isinstance(was, Media):
        return PortDiff(one, two, False, (f"{name}{'other bytes' if language == 'en' else '字节不同'}",))
    else:
        told = f"{name}“{value_words(was, language)}” → “{value_words(now, language)}”"
        return PortDiff(one, two, False, (told,))
    measured, heat, sheet, notes = made
    told_all = (f"{name}{_measured_words(measured, language, is_clip=isinstance(was, Video))}", *notes)
    return PortDiff(one, two, False, told_all, measured, heat, sheet)


_Made = tuple[Measured, Image, "Image | Video", list[str]]


def _pictures(was: Image, now: Image, masks: list[Mask], store: ObjectStore, language: Language) -> _Made:
    one, two = store.image(was), _sized(store.image(now), was)
    found = FrameDiff(PICTURE_LEVELS, _inside(masks, was, store))
    found.add(one, two)
    sheet = store.put_image(side_by_side(one, two, _PICTURE_WIDTH))
    heat = store.put_image(heat_picture(found.heat, two))
    return found.measured(), heat, sheet, _size_notes(was, now, language)


def _clips(was: Video, now: Video, masks: list[Mask], store: ObjectStore, language: Language) -> _Made:
    numbers, by_time = aligned(was, now)
    found = FrameDiff(CLIP_LEVELS, _inside(masks, was, store))
    every = -(-len(numbers) // _SSIM_FRAMES)
    first: list[NDArray[np.uint8]] = []

    def sheets() -> Iterator[NDArray[np.uint8]]:
        others = frames_at(store.frames(now, 0, numbers[-1] + 1), numbers)
        for place, (one, other) in enumerate(zip(store.frames(was, 0, len(numbers)), others, strict=True)):
            two = _sized(other, was)
            if not first:
                first.append(two)
            found.add(one, two, with_ssim=place % every == 0)
            yield side_by_side(one, two, _CLIP_WIDTH)

    sheet = store.put_video(sheets(), was.fps)
    heat = store.put_image(heat_picture(found.heat, first[0]))
    notes = [*_size_notes(was, now, language), *_time_notes(was, now, len(numbers), by_time, language)]
    return found.measured(), heat, sheet, notes


def _sized(picture: NDArray[np.uint8], like: Image | Video) -> NDArray[np.uint8]:
    import cv2

    if picture.shape[:2] == (like.height, like.width):
        return picture
    how = cv2.INTER_AREA if picture.shape[1] > like.width else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (like.width, like.height), interpolation=how), np.uint8)


def _inside(masks: list[Mask], like: Image | Video, store: ObjectStore) -> NDArray[np.bool_] | None:
    """Return what is inside any of the masks: an edit by either may have changed it."""
    import cv2

    found = None
    for mask in masks:
        area = cv2.resize(store.mask(mask), (like.width, like.height), interpolation=cv2.INTER_NEAREST) > 0
        found = area if found is None else found | area
    return found


# ---------------------------------------------------------------- words


def _measured_words(measured: Measured, language: Language, *, is_clip: bool) -> str:
    en = language == "en"
    share = f"{100 * measured.changed_share:.1f} %"
    if measured.box is None:
        where = "no visible change" if en else "没有可见变化"
    else:
        box = value_words(measured.box, language)
        where = f"{share} of the picture changed, within {box}" if en else f"画面的 {share} 有变化，范围 {box}"
    told = [where]
    if is_clip:
        told.append(f"{measured.frames} frames compared" if en else f"比较了 {measured.frames} 帧")
    areas = (
        ("whole", "", ""),
        ("inside", "inside the mask ", "遮罩内 "),
        ("outside", "outside the mask ", "遮罩外 "),
    )
    for name, en_name, zh_name in areas:
        likeness = getattr(measured, name)
        if likeness is not None:
            told.append(f"{en_name if en else zh_name}PSNR {likeness.psnr_db:.1f} dB, SSIM {likeness.ssim:.3f}")
    return ("; " if en else "；").join(told)


def _size_notes(was: Image | Video, now: Image | Video, language: Language) -> list[str]:
    if (was.width, was.height) == (now.width, now.height):
        return []
    sizes = f"{was.width} × {was.height}", f"{now.width} × {now.height}"
    if language == "zh":
        return [f"尺寸不同：{sizes[0]} 与 {sizes[1]}；后者缩放到前者后比较"]
    return [f"the sizes differ: {sizes[0]} and {sizes[1]}; the second was scaled to the first"]


def _time_notes(was: Video, now: Video, frames: int, by_time: bool, language: Language) -> list[str]:
    notes = []
    en = language == "en"
    if by_time:
        rates = f"{number(was.fps)}", f"{number(now.fps)}"
        notes.append(
            f"the frame rates differ: {rates[0]} and {rates[1]} fps; aligned by time"
            if en
            else f"帧率不同：{rates[0]} 与 {rates[1]} fps；按时间对齐"
        )
    if frames < was.frames or abs(was.seconds - now.seconds) > 1 / min(was.fps, now.fps):
        both = seconds(was.seconds, language), seconds(now.seconds, language)
        shared = seconds(frames / was.fps, language)
        notes.append(
            f"the lengths differ: {both[0]} and {both[1]}; compared over the first {shared}"
            if en
            else f"时长不同：{both[0]} 与 {both[1]}；比较前 {shared}"
        )
    return notes
