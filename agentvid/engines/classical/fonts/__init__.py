"""Fonts to write with: the one that ships (sans, Chinese and Latin), and those of the system.

`sans` is always the font that ships where it has the characters, so that the same words give the same bytes on every
machine. `serif` and `hand`, and characters beyond it, come from the system, in a fixed order of preference.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from PIL import ImageFont

from agentvid.errors import ToolFailed

__all__ = ["SHIPPED", "Family", "FoundFont", "find_font"]

Family: TypeAlias = Literal["sans", "serif", "hand"]
FoundFont: TypeAlias = tuple[str, int]
"""A font file and the number of the face in it."""

SHIPPED: Final = Path(__file__).parent / "sans.otf"

_WANTED: Final[dict[Family, tuple[str, ...]]] = {
    "sans": (
        "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "SourceHanSansSC-Regular.otf", "NotoSansSC-Regular.ttf",
        "wqy-microhei.ttc", "wqy-zenhei.ttc", "PingFang.ttc", "Hiragino Sans GB.ttc", "msyh.ttc", "simhei.ttf",
        "DejaVuSans.ttf", "Arial Unicode.ttf", "arial.ttf",
    ),
    "serif": (
        "NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular.otf", "SourceHanSerifSC-Regular.otf",
        "NotoSerifSC-Regular.ttf", "Songti.ttc", "simsun.ttc", "uming.ttc", "DejaVuSerif.ttf",
        "LiberationSerif-Regular.ttf", "Times New Roman.ttf", "times.ttf",
    ),
    "hand": (
        "LXGWWenKai-Regular.ttf", "LXGWWenKaiLite-Regular.ttf", "ukai.ttc", "Kaiti.ttc", "simkai.ttf", "STKAITI.TTF",
        "Bradley Hand Bold.ttf", "segoepr.ttf", "Caveat-Regular.ttf", "comic.ttf",
    ),
}  # fmt: skip
_SIMPLIFIED: Final = 2
"""The simplified Chinese face of a Noto CJK collection."""
_INSTALL: Final[dict[Family, str]] = {
    "sans": "Debian and Ubuntu: apt install fonts-noto-cjk; else install Noto Sans CJK",
    "serif": "Debian and Ubuntu: apt install fonts-noto-cjk; else install Noto Serif CJK; or write in sans",
    "hand": "Debian and Ubuntu: apt install fonts-lxgw-wenkai; else install LXGW WenKai; or write in sans",
}


def find_font(family: Family, text: str) -> FoundFont:
    """Return the first font of a family that has every character of a text.

    Raises: ToolFailed where none has, naming what is missing and what to install.
    """
    best, missing = None, text
    for found in _offered(family):
        lacks = _lacking(found, text)
        if not lacks:
            return found
        if best is None or len(lacks) < len(missing):
            best, missing = found, lacks
    what = "no font of that kind" if best is None else f"no font with {' '.join(missing[:12])}"
    raise ToolFailed(f"there is {what} ({family}) on this machine", "a font that has every character", _INSTALL[family])


def _lacking(found: FoundFont, text: str) -> str:
    asked = sorted({letter for letter in text if not letter.isspace()})
    return "".join(letter for letter in asked if not _has(found, letter))


@cache
def _loaded(found: FoundFont) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(found[0], 24, index=found[1])


@cache
def _has(found: FoundFont, letter: str) -> bool:
    """A character that a font lacks is drawn as its box for missing ones, as is a private one that none has."""
    font = _loaded(found)
    return bytes(font.getmask(letter)) != _missing(found) or font.getmask(letter).size != _missing_size(found)


@cache
def _missing(found: FoundFont) -> bytes:
    return bytes(_loaded(found).getmask("\U0010fffd"))


@cache
def _missing_size(found: FoundFont) -> tuple[int, int]:
    width, height = _loaded(found).getmask("\U0010fffd").size
    return int(width), int(height)


def _offered(family: Family) -> Iterator[FoundFont]:
    if family == "sans":
        yield str(SHIPPED), 0
    files = _installed()
    for name in _WANTED[family]:
        if name.lower() in files:
            yield files[name.lower()], _SIMPLIFIED if "CJK-" in name and name.endswith(".ttc") else 0


@cache
def _installed() -> dict[str, str]:
    """Every font file of the system by its lower-case name; of two of one name, the first in order of their paths."""
    files: dict[str, str] = {}
    for folder in _folders():
        if folder.is_dir():
            for path in sorted(folder.rglob("*.[toTO][tT][tfcTFC]")):
                files.setdefault(path.name.lower(), str(path))
    return files


def _folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"
    if sys.platform == "win32":
        return (Path("C:/Windows/Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts")
    return Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"
