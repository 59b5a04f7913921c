"""What notebooks show, and let be touched: chains with their evidence, clips, film strips, curves; corrections, worlds.

    from agentvid.notebook import ChainTable, Clip, Correction, Curves, Explorer, Strip

    ChainTable(turn)                         # the chain as a table, the evidence drawn on what was looked at
    Correction(turn, "t1.s1.box")            # draw another box, see the price, run
    Explorer(world, start)                   # walk, look, push, say; every step a frame

Each is a plain object with a picture, drawn wherever a notebook is shown. `Correction` and `Explorer` are live too
where ipywidgets and anywidget are installed (extra `lab`) and a kernel runs; what their buttons do are methods.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from agentvid.notebook.chain_table import ChainTable
    from agentvid.notebook.correction import Correction
    from agentvid.notebook.curves import Curves
    from agentvid.notebook.explorer import Explorer
    from agentvid.notebook.moving import Clip, Strip

_HOMES: Final = {
    "ChainTable": "chain_table",
    "Clip": "moving",
    "Correction": "correction",
    "Curves": "curves",
    "Explorer": "explorer",
    "Strip": "moving",
}

__all__ = ["ChainTable", "Clip", "Correction", "Curves", "Explorer", "Strip"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'agentvid.notebook' has no attribute {name!r}")
    return getattr(importlib.import_module(f"agentvid.notebook.{_HOMES[name]}"), name)
