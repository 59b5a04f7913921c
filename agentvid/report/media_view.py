"""Media of a page, made ready for its template: pictures, clips, sound, comparisons, or a note why one is not there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from PIL import Image as Pillow

from agentvid.chain.step import Ref
from agentvid.errors import AgentvidError
from agentvid.media.types import Audio, Depth, Image, Mask, Media, Mesh, Video
from agentvid.report.draw import depth_picture, mark
from agentvid.report.record import TurnRecord
from agentvid.report.shelf import Embedded, Held, Shelf
from agentvid.report.words import ALL, port_label

__all__ = ["Medium", "Showcase"]

_ANSWER_WIDTH: Final = 1600
_CARD_WIDTH: Final = 960
_THUMB: Final = (320, 220)


@dataclass(frozen=True)
class Medium:
    """One thing to look at or listen to.

    `src` is a data URI or a link; `before` the other picture of a comparison; `pickable` tells that a box or
    point can be drawn on it; `natural` is its size in its own pixels; `above` the anchor of an earlier showing.
    """

    kind: Literal["picture", "compare", "clip", "sound", "file", "note"]
    src: str = ""
    alt: str = ""
    caption: str = ""
    width: int = 0
    height: int = 0
    natural: tuple[int, int] = (0, 0)
    before: str = ""
    poster: str = ""
    notes: tuple[str, ...] = ()
    href: str = ""
    file: str = ""
    given: bool = False
    above: str = ""
    pickable: bool = False
    anchor: str = ""


class Showcase:
    """Makes media of one page ready, each clip and sound once: a second showing links to the first."""

    def __init__(self, record: TurnRecord, shelf: Shelf) -> None:
        self.record = record
        self.shelf = shelf
        self.words = ALL[record.language]
        self._anchors: dict[str, str] = {}

    def thumbnail(self, media: Media, name: str) -> Medium:
        """Return a small still of a picture or clip; sound and meshes are a line of words."""
        still = self._still(media)
        if isinstance(still, str):
            return Medium("note", alt=name, notes=(still,) if still else ())
        shown = self.shelf.embed(still, *_THUMB)
        return replace(_picture(shown, name), kind="clip" if isinstance(media, Video) else "picture")

    def answer(self, media: Media, caption: str, number: int, ref: Ref | None) -> Medium:
        """Return a medium of the answer, large; an edited picture as a comparison with what it was."""
        anchor = f"answer-{number}"
        self._anchors[media.artifact] = anchor
        before = self.before(ref) if isinstance(media, Image) else None
        return replace(self._large(media, caption, _ANSWER_WIDTH, before), anchor=anchor)

    def result(self, media: Media, ref: Ref, *, is_given: bool = False) -> Medium:
        """Return a medium that a step found or was given; one that the page already shows links there."""
        label = self.words["nearness"] if isinstance(media, Depth) else port_label(ref.port, self.record.language)
        anchor = self._anchors.get(media.artifact)
        if anchor is None:
            self._anchors[media.artifact] = f"{ref}-medium"
            before = self.before(ref) if isinstance(media, Image) else None
            return replace(
                self._large(media, label, _CARD_WIDTH, before), given=is_given, anchor=self._anchors[media.artifact]
            )
        still = self._still(media)
        if isinstance(still, str):
            return Medium("note", alt=label, caption=label, above=anchor, given=is_given)
        picture = _picture(self.shelf.embed(still, _CARD_WIDTH), label)
        kind: Literal["clip", "picture"] = "clip" if isinstance(media, Video) else "picture"
        return replace(picture, kind=kind, caption=label, above=anchor, given=is_given)

    def picture(self, still: Pillow.Image, alt: str, caption: str, *, is_given: bool = False) -> Medium:
        """Return a drawn picture at the size of a card."""
        shown = _picture(self.shelf.embed(still, _CARD_WIDTH), alt)
        return replace(shown, caption=caption, given=is_given, natural=still.size)

    def before(self, ref: Ref | None) -> Image | None:
        """Return the picture that a step changed into the one on `ref`: its picture argument of the same size."""
        if ref is None or not self.record.chain.has(ref.step):
            return None
        step = self.record.chain.step(ref.step)
        after, before = self.record.value(ref), self.record.argument(step, "image")
        if not isinstance(after, Image) or not isinstance(before, Image) or before.artifact == after.artifact:
            return None
        return before if (before.width, before.height) == (after.width, after.height) else None

    def _large(self, media: Media, caption: str, width: int, before: Image | None) -> Medium:
        try:
            return self._whole(media, caption, width, before)
        except AgentvidError as error:
            return Medium("note", alt=caption, caption=caption, notes=(self._gone(error),))

    def _whole(self, media: Media, caption: str, width: int, before: Image | None) -> Medium:
        if isinstance(media, Video | Audio):
            return self._playing(media, caption, width)
        if isinstance(media, Mesh):
            return Medium(
                "file", alt=caption, caption=caption, href=self.shelf.href(media), file=self.shelf.file(media)
            )
        still = self._open(media)
        shown = self.shelf.embed(still, width)
        medium = replace(_picture(shown, caption), caption=caption, natural=still.size)
        medium = replace(medium, href=self.shelf.href(media), file=self.shelf.file(media))
        if medium.file and shown.width < still.width:
            medium = replace(medium, notes=(self.words["preview"].format(file=medium.file),))
        if before is None:
            return medium
        earlier = self.shelf.embed(self._open(before), width)
        return replace(medium, kind="compare", before=earlier.src, alt=self.words["before_after"].format(name=caption))

    def _playing(self, media: Video | Audio, caption: str, width: int) -> Medium:
        held = self.shelf.hold(media)
        file, href = self.shelf.file(media), self.shelf.href(media)
        medium = Medium("sound", held.src, caption, caption, notes=self._notes(held, file), file=file, href=href)
        if isinstance(media, Audio):
            return medium
        poster = self.shelf.embed(self.shelf.frame(media), width)
        if held.where == "absent":
            picture = replace(_picture(poster, caption), kind="picture", caption=caption)
            return replace(picture, notes=medium.notes)
        return replace(medium, kind="clip", width=media.width, height=media.height, poster=poster.src)

    def _notes(self, held: Held, file: str) -> tuple[str, ...]:
        if held.where == "embedded":
            return ()
        if held.where == "beside":
            return (self.words["beside"].format(file=file),)
        return (self.words["not_embedded"].format(megabytes=f"{held.bytes / 1e6:.1f}"),)

    def _still(self, media: Media) -> Pillow.Image | str:
        try:
            return self._open(media)
        except AgentvidError as error:
            return self._gone(error)
        except TypeError:
            return ""

    def _open(self, media: Media) -> Pillow.Image:
        """Raises: AgentvidError where it is not in the store or broken, TypeError where nothing is to be seen."""
        if isinstance(media, Image):
            return self.shelf.open(media)
        if isinstance(media, Video):
            return self.shelf.frame(media)
        if isinstance(media, Mask):
            return mark(Pillow.new("RGB", (media.width, media.height), (150, 156, 168)), mask=self.mask(media))
        if isinstance(media, Depth):
            return depth_picture(self.shelf.store.depth(media))
        raise TypeError(f"{type(media).__name__} has no picture")

    def mask(self, mask: Mask) -> Pillow.Image:
        """Return a stored mask as a one-channel picture. Raises: StoreError where it is missing or damaged."""
        return Pillow.fromarray(self.shelf.store.mask(mask))

    def _gone(self, error: AgentvidError) -> str:
        return self.words["gone"].format(what=error.given)


def _picture(shown: Embedded, alt: str) -> Medium:
    return Medium("picture", shown.src, alt, width=shown.width, height=shown.height)
