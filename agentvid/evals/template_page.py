"""Results as one self-contained page: a template beside its suite, in the style of the report, written at once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import agentvid.report

__all__ = ["inlined", "write_template"]

_STYLE: Final = Path(agentvid.report.__file__).parent / "templates" / "report.css"


def write_template(
    out: Path, page: str, folder: Path, filters: Mapping[str, Callable[..., Any]] | None = None, **values: Any
) -> None:
    """Write `out/page` from page.html.j2 in `folder`, with `values` and the report's `style`; nothing half-written."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    engine = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(filters or {})
    text = engine.get_template("page.html.j2").render(style=_STYLE.read_text(encoding="utf-8"), **values)
    partial = (out / page).with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(out / page)


def inlined(path: Path) -> str:
    """Return a PNG or JPEG as a data: address, "" where there is none."""
    if not path.is_file():
        return ""
    kind = "png" if path.suffix == ".png" else "jpeg"
    return f"data:image/{kind};base64," + base64.b64encode(path.read_bytes()).decode("ascii")
