"""Which media a request is about: "it", "the original", "@v2", "the second clip" become references or artifacts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agentvid.chain.step import Ref
from agentvid.media.types import Image, Video
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.grammar.thoughts import say
from agentvid.planner.request import Kind, Language, Reference

__all__ = ["AskBack", "Held", "Media"]


class AskBack(Exception):
    """A request can't be placed; `reason` says why in the message's language. Never leaves the grammar."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Held:
    """A medium at hand: `value` is what an argument takes (a reference or artifact JSON), `key` tells it from others.

    `number` is that of `@v3`, 0 for what this chain makes. Sizes in pixels, None where only a run can tell.
    """

    kind: Kind
    value: dict[str, Any]
    key: str
    name: str
    number: int = 0
    width: int | None = None
    height: int | None = None
    is_upload: bool = False
    is_new: bool = False


@dataclass
class Media:
    """The media of the session, what this chain has made so far, and what it began from."""

    known: list[Held]
    language: Language
    made: list[Held] = field(default_factory=list)
    origin: Held | None = None
    current: Held | None = None
    reserved: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, request: PlanRequest, language: Language) -> Media:
        """Collect the pictures and clips of a request; other media are of no use to this grammar."""
        return cls([held for medium in request.media if (held := _held(medium)) is not None], language)

    def make(self, held: Held) -> None:
        """Take in what a step of this chain makes: it is what "it" means from now on."""
        self.made.append(held)
        self.current = held

    def pick(self, kind: Kind | None, where: Reference | None) -> Held:
        """Return the one medium that is meant; later requests work on it.

        Raises: AskBack where none is, or more than one could be.
        """
        held = self._picked(kind, where)
        if self.origin is None:
            self.origin = self._upload_of(held)
        self.current = held
        return held

    def pick_editable(self, where: Reference | None) -> Held:
        """Return the picture that is meant, or the clip where no picture is.

        Raises: AskBack where neither is, or more than one could be.
        """
        try:
            return self.pick("image", where)
        except AskBack as no_picture:
            try:
                held = self._picked(None, where)
            except AskBack:
                raise no_picture from None
            if held.kind != "video":
                raise
            return self.pick("video", where)

    def _picked(self, kind: Kind | None, where: Reference | None) -> Held:
        if where is not None and where.to not in ("it", "kind", "all"):
            return self._fitting(self.named(where), kind)
        said = where.media if where else None
        if kind and said and said != kind:
            raise AskBack(self._wrong_kind(kind, say(self.language, said)))
        wanted = kind or said
        if self.current is not None:
            made = [held for held in self.made if held.kind == wanted] if said else []
            return self._fitting(made[-1] if made else self.current, wanted)
        new = [held for held in self.known if held.is_new and held.key not in self.reserved]
        fitting = [held for held in new if wanted in (None, held.kind)]
        if len(fitting) > 1:
            raise AskBack(say(self.language, "which", choices=self.names(fitting)))
        if new:
            return self._fitting((fitting or new)[-1], wanted)
        return self._newest(wanted)

    def _newest(self, wanted: Kind | None) -> Held:
        free = [held for held in self.known if held.key not in self.reserved]
        fitting = [held for held in free if wanted in (None, held.kind)]
        if not free:
            kind = say(self.language, wanted) if wanted else ""
            raise AskBack(say(self.language, "no_media" if wanted else "no_media_any", kind=kind))
        return self._fitting((fitting or free)[-1], wanted)

    def named(self, reference: Reference) -> Held:
        """Return the medium that words such as "@v2", "the second clip", "the original", "the result" stand for.

        Raises: AskBack where there is none.
        """
        if reference.to == "original":
            return self.original()
        fitting = [held for held in self.known if reference.media in (None, held.kind)]
        made = [held for held in self.made if reference.media in (None, held.kind)]
        if reference.to == "result":
            results = made or [held for held in fitting if not held.is_upload]
            if not results:
                raise AskBack(say(self.language, "no_result"))
            return results[-1]
        if reference.to == "number":
            fitting, words = [held for held in fitting if held.number == reference.number], f"@v{reference.number}"
        elif reference.to == "ordinal":
            words = f"{say(self.language, reference.media or 'image')} {reference.number}"
            fitting = fitting[reference.number - 1 : reference.number] if reference.number else []
        else:
            fitting, words = made or fitting, say(self.language, reference.media or "image")
        if not fitting:
            choices = self.names(self.known) or say(self.language, "none_yet")
            raise AskBack(say(self.language, "no_such", words=words, choices=choices))
        return fitting[-1]

    def original(self) -> Held:
        """Return the upload that this chain, or else the newest medium, began from.

        Raises: AskBack where there is none.
        """
        origin = self.origin or (self._upload_of(self.known[-1]) if self.known else None)
        if origin is None:
            raise AskBack(say(self.language, "no_original"))
        return origin

    def several(self, what: tuple[Reference, ...]) -> list[Held]:
        """Return the media to join: those that are named, with what they came from where fewer than two are.

        Raises: AskBack where there are no two.
        """
        held = [item for reference in what for item in self._joined(reference)] if what else self._all(None)
        if len(what) == 1 and what[0].to == "original":
            held = [*held, self._it()]
        elif len(what) == 1 and what[0].to in ("it", "kind", "result"):
            held = [self.original(), *held]
        elif len(what) == 1 and what[0].to != "all":
            held = [self._it(), *held]
        different = list({item.key: item for item in held}.values())
        if len(different) < 2:
            medium = self.names(different) or say(self.language, "none_yet")
            raise AskBack(say(self.language, "same_twice", medium=medium))
        return different

    def _joined(self, reference: Reference) -> list[Held]:
        if reference.to == "all":
            return self._all(reference.media)
        if reference.to == "it" or (reference.to == "kind" and reference.media is None):
            return [self._it()]
        return [self._it(reference.media) if reference.to == "kind" else self.named(reference)]

    def _it(self, kind: Kind | None = None) -> Held:
        if self.current is not None and kind in (None, self.current.kind):
            return self.current
        return self._newest(kind) if not self.made else self.named(Reference("last", media=kind))

    def _all(self, kind: Kind | None) -> list[Held]:
        """Both or all: what was uploaded with the message, else the original and what came of it, else the last two."""
        new = [held for held in self.known if held.is_new and kind in (None, held.kind)]
        if len(new) > 1 and not self.made:
            return new
        if self.made and self.origin is not None:
            return [self.origin, self.made[-1]]
        return [held for held in self.known if kind in (None, held.kind)][-2:]

    def _upload_of(self, held: Held) -> Held | None:
        before = [item for item in self.known if item.is_upload and item.number <= held.number]
        return held if held.is_upload else before[-1] if before else None

    def _fitting(self, held: Held, kind: Kind | None) -> Held:
        if kind is not None and held.kind != kind:
            raise AskBack(self._wrong_kind(kind, held.name))
        return held

    def _wrong_kind(self, wanted: Kind, medium: str) -> str:
        return say(self.language, "still_only" if wanted == "image" else "clip_only", medium=medium)

    def names(self, held: list[Held]) -> str:
        """Return the names of media with their kinds, for a sentence."""
        told = [f"{item.name} ({say(self.language, item.kind)})" if item.number else item.name for item in held]
        return ("、" if self.language == "zh" else ", ").join(told)


def _held(medium: KnownMedia) -> Held | None:
    artifact = medium.artifact
    if not isinstance(artifact, Image | Video):
        return None
    kind: Kind = "image" if isinstance(artifact, Image) else "video"
    is_upload = not isinstance(medium.source, Ref)
    source = artifact if isinstance(medium.source, str) else medium.source
    return Held(
        kind=kind,
        value=source.model_dump(mode="json"),
        key=artifact.artifact if is_upload else str(medium.source),
        name=f"@v{medium.number}",
        number=medium.number,
        width=artifact.width,
        height=artifact.height,
        is_upload=is_upload,
        is_new=medium.is_new,
    )
