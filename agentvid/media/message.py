"""What a person says: a message of typed parts, text and media. Also the shape of answers.

Does not cover: which files may come with a message (`media.gate`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from agentvid.errors import InputError
from agentvid.media.clean import MAX_CHARACTERS, clean_text, shown_name
from agentvid.media.types import Artifact, Value

if TYPE_CHECKING:
    from agentvid.media.gate import MediaStore

__all__ = ["MAX_CHARACTERS", "MediaPart", "Message", "Part", "TextPart", "media_part", "parse_text"]


class TextPart(Value):
    """A piece of text."""

    type: Literal["text"] = "text"
    text: str


class MediaPart(Value):
    """A picture, clip, sound or mesh. `name` is what the person calls it, mostly its file's name."""

    type: Literal["media"] = "media"
    artifact: Artifact
    name: str = ""


Part: TypeAlias = Annotated[TextPart | MediaPart, Field(discriminator="type")]


class Message(Value):
    """Parts in the order they were given."""

    parts: tuple[Part, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """All text, its pieces joined by line breaks; "" where there is none."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def media(self) -> tuple[MediaPart, ...]:
        """The parts that are media."""
        return tuple(part for part in self.parts if isinstance(part, MediaPart))


def media_part(path: Path, store: MediaStore) -> MediaPart:
    """Take a file from outside into the store and return it as a part, named as the file.

    Raises: MediaError where the file can't be used (see `media.gate`), StoreError where the store can't take it.
    """
    from agentvid.media.gate import take_in

    return MediaPart(artifact=take_in(path, store), name=shown_name(path))


def parse_text(text: str) -> str:
    """Return a message's text cleaned: Unicode NFC, lines ended by \\n, no control characters, no blanks around it.

    Raises: InputError where nothing is left, or it is longer than `MAX_CHARACTERS`. The text itself is not repeated.
    """
    _check_length(text)
    cleaned = clean_text(text)
    if not cleaned:
        raise InputError("an empty message", "some words", "say what you want")
    _check_length(cleaned)  # NFC can lengthen
    return cleaned


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"a message of {len(text)} characters", f"at most {MAX_CHARACTERS}", "shorten it, or send it in pieces"
        )
