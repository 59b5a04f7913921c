"""Prompt files: front matter, and one text per language. Text only: `$name` is filled in, nothing is executed.

    ---
    name: plan
    purpose: write a chain for a message
    ---
    # en
    You plan steps for: $message

    # zh
    为这条消息计划步骤：$message

A line `# en` or `# zh` opens the text of that language; other headings belong to the text. `$$` is a dollar sign.

Does not cover: where prompt files are found (that is `plugins`), which prompt is used when (that is `planner`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

from agentvid.errors import SettingsError

__all__ = ["Language", "Prompt", "load_prompt"]

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_HEADING: Final = re.compile(r"^# *(en|zh) *$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Prompt:
    """A prompt in one or more languages. `meta` is the front matter (read only), `text` the template by language."""

    name: str
    meta: Mapping[str, Any]
    text: Mapping[Language, str]

    def values(self, language: Language) -> list[str]:
        """Return the names that the text of a language asks for, in order of first use.

        Raises: SettingsError where the prompt has no text in that language.
        """
        return self._template(language).get_identifiers()

    def render(self, language: Language, **values: str | int | float) -> str:
        """Return the text of a language with each `$name` replaced; a `$` inside a value stays as it is.

        Values that this text does not use are ignored: languages may differ in what they tell.

        Raises: SettingsError where there is no text in that language, or a value is missing.
        """
        missing = [name for name in self.values(language) if name not in values]
        if missing:
            raise SettingsError(
                f"prompt {self.name!r} ({language}) got no value for {', '.join('$' + name for name in missing)}",
                f"values for {', '.join(self.values(language))}; given: {', '.join(values) or 'none'}",
                "pass the missing values, or take them out of the prompt file",
            )
        return self._template(language).substitute(values)

    def _template(self, language: Language) -> Template:
        if language not in self.text:
            raise SettingsError(
                f"prompt {self.name!r} has no text in {language!r}",
                f"one of {', '.join(self.text)}",
                f"add a section `# {language}` to the prompt file",
            )
        return Template(self.text[language])


def load_prompt(path: Path) -> Prompt:
    """Read a prompt file (UTF-8). Its name is `name` of the front matter, else the name of the file.

    Raises: SettingsError, naming the file, where it can't be read or is not of the form shown above.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"prompt {path} can't be read: {error}", "a UTF-8 text file", "check the path") from error
    meta, body = _front_matter(path, source)
    name = meta.get("name", path.stem)
    if not isinstance(name, str) or not name:
        raise SettingsError(f"prompt {path}: name is {name!r}", "a word", "correct `name` in the front matter")
    text = _sections(path, body)
    for language, template in text.items():
        _check_dollars(path, language, template)
    return Prompt(name=name, meta=MappingProxyType(meta), text=MappingProxyType(text))


def _front_matter(path: Path, source: str) -> tuple[dict[str, Any], str]:
    import yaml

    match = re.match(r"---[ \t]*\n(.*?)^---[ \t]*\n?(.*)", source, flags=re.DOTALL | re.MULTILINE)
    if match is None:
        raise SettingsError(
            f"prompt {path} has no front matter",
            "a first line --- and a closing line ---",
            "add them, empty if need be",
        )
    try:
        meta = yaml.safe_load(match[1]) or {}
    except yaml.YAMLError as error:
        reason = str(error).replace("\n", " ")
        raise SettingsError(f"prompt {path}: front matter: {reason}", "YAML", "correct the front matter") from error
    if not isinstance(meta, dict) or not all(isinstance(key, str) for key in meta):
        raise SettingsError(f"prompt {path}: front matter is {meta!r}", "`key: value` lines", "write it that way")
    return meta, match[2]


def _sections(path: Path, body: str) -> dict[Language, str]:
    before, *parts = _HEADING.split(body)
    if before.strip():
        raise SettingsError(
            f"prompt {path} has text before its first language: {before.strip()[:40]!r}",
            "all text under a line `# en` or `# zh`",
            "put such a line above it",
        )
    text: dict[Language, str] = {}
    for language, section in zip(parts[::2], parts[1::2], strict=True):
        known = next(known for known in LANGUAGES if known == language)
        if known in text:
            raise SettingsError(f"prompt {path} has `# {known}` twice", "one text per language", "join the two")
        text[known] = section.strip("\n")
    empty = [language for language in text if not text[language].strip()]
    if not text or empty:
        what = f"no text under `# {empty[0]}`" if empty else "no section"
        raise SettingsError(f"prompt {path} has {what}", "a line `# en` or `# zh`, and text under it", "write it")
    return text


def _check_dollars(path: Path, language: Language, template: str) -> None:
    if Template(template).is_valid():
        return
    for number, line in enumerate(template.splitlines(), start=1):
        if not Template(line).is_valid():
            raise SettingsError(
                f"prompt {path} ({language}), line {number} of the text: {line.strip()[:60]!r}",
                "a $ only before a name",
                "write $$ for a dollar sign",
            )
