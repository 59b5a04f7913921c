"""Words to token ids and back. One protocol; a byte tokenizer for tiny models, `tokenizer.json` for published ones.

Ids of special tokens are looked up by name, never assumed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

from agentvid.errors import EngineError
from agentvid.models.mot.config import TokenNames
from agentvid.models.mot.published import read_object

__all__ = ["ByteTokenizer", "FileTokenizer", "SpecialIds", "Tokenizer", "load_tokenizer", "special_ids"]


class Tokenizer(Protocol):
    """Encodes plain text and decodes it. Special tokens are neither read from text nor written to it."""

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without any special tokens added."""
        ...

    def decode(self, ids: list[int]) -> str:
        """Return the text of ids, special tokens left out. An unfinished character becomes U+FFFD."""
        ...

    def id_of(self, name: str) -> int | None:
        """Return the id of a special token, or None where there is no such token."""
        ...

    def save(self, folder: Path) -> None:
        """Write the files that `load_tokenizer` reads."""
        ...


@dataclass(frozen=True)
class SpecialIds:
    """Ids of the special tokens."""

    start: int
    end: int
    picture_start: int
    picture_end: int


class ByteTokenizer:
    """UTF-8 bytes as ids 0 … 255, special tokens from 256 on, in the order of TokenNames."""

    def __init__(self, names: TokenNames | None = None) -> None:
        names = names or TokenNames()
        self.special = {getattr(names, field.name): 256 + index for index, field in enumerate(fields(names))}

    def encode(self, text: str) -> list[int]:
        """See Tokenizer."""
        return list(text.encode("utf-8"))

    def decode(self, ids: list[int]) -> str:
        """See Tokenizer."""
        return bytes(id for id in ids if id < 256).decode("utf-8", errors="replace")

    def id_of(self, name: str) -> int | None:
        """See Tokenizer."""
        return self.special.get(name)

    def save(self, folder: Path) -> None:
        """See Tokenizer."""
        written = {"tokenizer_class": "ByteTokenizer", "special": self.special}
        (folder / "tokenizer_config.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


class FileTokenizer:
    """A `tokenizer.json`, through the `tokenizers` library. Names of special tokens in a text are words like others.

    Raises: EngineError (code bad_checkpoint) where the file can't be read.
    """

    def __init__(self, path: Path, names: TokenNames | None = None) -> None:
        from tokenizers import Tokenizer as Library

        self.path = path
        try:
            self._library = Library.from_file(str(path))
            self._library.encode_special_tokens = True
            self._mark_special(names or TokenNames())
        except Exception as error:  # the library raises plain Exception
            raise EngineError(
                f"{path} can't be read: {error}",
                "a tokenizer.json as `tokenizers` writes it",
                "download the file again",
                code="bad_checkpoint",
            ) from error

    def _mark_special(self, names: TokenNames) -> None:
        """Make the tokens with these names special, where the file has them as words that are merely added."""
        wanted = {getattr(names, field.name) for field in fields(names)}
        added = [token for token in self._library.get_added_tokens_decoder().values() if token.content in wanted]
        for token in added:
            token.special = True
        self._library.add_special_tokens(added)

    def encode(self, text: str) -> list[int]:
        """See Tokenizer."""
        ids: list[int] = self._library.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: list[int]) -> str:
        """See Tokenizer."""
        text: str = self._library.decode(ids, skip_special_tokens=True)
        return text

    def id_of(self, name: str) -> int | None:
        """See Tokenizer."""
        found: int | None = self._library.token_to_id(name)
        return found

    def save(self, folder: Path) -> None:
        """See Tokenizer."""
        self._library.save(str(folder / "tokenizer.json"))


def load_tokenizer(folder: Path, names: TokenNames) -> Tokenizer:
    """Return the tokenizer whose files lie in a folder.

    Raises: EngineError (code bad_checkpoint) where there is none.
    """
    if (folder / "tokenizer.json").is_file():
        return FileTokenizer(folder / "tokenizer.json", names)
    config = folder / "tokenizer_config.json"
    if config.is_file() and read_object(config).get("tokenizer_class") == "ByteTokenizer":
        return ByteTokenizer(names)
    raise EngineError(
        f"{folder} has no tokenizer",
        "tokenizer.json",
        "copy tokenizer.json of the published model into the folder",
        code="bad_checkpoint",
    )


def special_ids(tokenizer: Tokenizer, names: TokenNames, vocab: int) -> SpecialIds:
    """Look up the special tokens by name.

    Raises: EngineError (code bad_checkpoint) where one is missing, or its id is beyond the embedding.
    """
    found: dict[str, int] = {}
    for field in fields(names):
        name = getattr(names, field.name)
        id = tokenizer.id_of(name)
        if id is None or id >= vocab:
            raise EngineError(
                f"the tokenizer has no token {name}" if id is None else f"token {name} has id {id}",
                f"a token of that name with an id below {vocab}",
                "use the tokenizer that belongs to the weights",
                code="bad_checkpoint",
            )
        found[field.name] = id
    return SpecialIds(**found)
