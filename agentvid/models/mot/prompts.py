"""How words become segments of tokens, and the system prompts of the think modes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, Protocol

from agentvid.errors import EngineError, SettingsError
from agentvid.models.mot.config import PromptConfig
from agentvid.models.mot.tokenizer import SpecialIds, Tokenizer
from agentvid.prompt import load_prompt

__all__ = ["PlainPrompt", "PromptFormat", "SystemPrompts", "load_system_prompts", "prompt_format"]

SYSTEM_PROMPTS_FILE: Final = "system_prompts.json"


class PromptFormat(Protocol):
    """Wraps words as the model was trained to read them."""

    def text(self, words: str) -> list[int]:
        """Return the ids of one text segment."""
        ...

    def open(self) -> list[int]:
        """Return the ids with which the model's own text begins."""
        ...

    @property
    def end(self) -> int:
        """The id with which the model ends its text."""
        ...


@dataclass(frozen=True)
class PlainPrompt:
    """start, words, end: no roles, no template, no newline.

    Source: BAGEL (arXiv 2505.14683) and its maintainers' answers.
    """

    tokenizer: Tokenizer
    ids: SpecialIds

    def text(self, words: str) -> list[int]:
        """See PromptFormat."""
        return [self.ids.start, *self.tokenizer.encode(words), self.ids.end]

    def open(self) -> list[int]:
        """See PromptFormat."""
        return [self.ids.start]

    @property
    def end(self) -> int:
        """See PromptFormat."""
        return self.ids.end


def prompt_format(config: PromptConfig, tokenizer: Tokenizer, ids: SpecialIds) -> PromptFormat:
    """Return the format that a configuration names."""
    return PlainPrompt(tokenizer, ids)


@dataclass(frozen=True)
class SystemPrompts:
    """What the model is told before it thinks. A constant of a checkpoint, like a chat template."""

    think_generate: str
    think_understand: str


def load_system_prompts(weights: Path | None, prompts: Path | None = None) -> SystemPrompts:
    """Return the system prompts: ours, each replaced word for word by `system_prompts.json` beside the weights.

    `prompts` is the folder of prompt files; by default the one that came with agentvid.

    Raises: SettingsError where our prompt files are missing; EngineError (code bad_checkpoint) where the JSON file is
    not an object of strings with these names.
    """
    folder = prompts or _builtin_prompts()
    names = [field.name for field in fields(SystemPrompts)]
    words: dict[str, str] = {name: load_prompt(folder / f"{name}.md").render("en") for name in names}
    path = weights / SYSTEM_PROMPTS_FILE if weights else None
    if path is not None and path.is_file():
        words |= _replacements(path, names)
    return SystemPrompts(**words)


def save_system_prompts(prompts: SystemPrompts, folder: Path) -> None:
    """Write `system_prompts.json` into a folder of weights."""
    text = json.dumps(asdict(prompts), ensure_ascii=False, indent=1)
    (folder / SYSTEM_PROMPTS_FILE).write_text(text + "\n", encoding="utf-8")


def _replacements(path: Path, names: list[str]) -> Mapping[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _bad(path, str(error), names) from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _bad(path, "not an object of strings", names)
    unknown = sorted(found.keys() - set(names))
    if unknown:
        raise _bad(path, f"unknown name {', '.join(unknown)}", names)
    return found


def _bad(path: Path, why: str, names: list[str]) -> EngineError:
    return EngineError(f"{path}: {why}", f"a JSON object with {', '.join(names)}", "correct it", code="bad_checkpoint")


def _builtin_prompts() -> Path:
    package = Path(__file__).parents[2]
    for folder in (package / "_builtin" / "prompts", package.parent / "prompts"):
        if folder.is_dir():
            return folder
    raise SettingsError("this installation has no folder 'prompts'", f"{package / '_builtin'}", "install again")
