"""An edit plan as the classical engine carries it out, with MI-GAN for the holes."""

from __future__ import annotations

from typing import Final

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical import edit as classical
from agentvid.engines.classical.change import Tick
from agentvid.engines.classical.colourspace import Bytes
from agentvid.engines.classical.regions import Flags
from agentvid.engines.pretrained.nets import fill_hole
from agentvid.engines.pretrained.present import Present

__all__ = ["edit_image"]

INVENTS: Final = 0.1
"""From this share of the picture on MI-GAN no longer continues what is around the hole: it invents."""


def edit_image(request: EngineRequest, context: EngineContext, here: Present) -> EngineResult:
    """Do the task "edit_image" as `classical.edit.edit_image` does, other than that holes are filled by MI-GAN."""
    warnings: list[str] = []

    def fill(rgb: Bytes, hole: Flags, tick: Tick | None) -> Bytes:
        if tick is not None:
            tick(0, 1)
        share = float(hole.mean())
        warnings.append(f"what was behind it was filled by {here.told('inpaint')}: a guess that looks likely")
        if share > INVENTS:
            warnings.append(f"the hole is {share:.0%} of the picture: in one that large it invents things")
        return fill_hole(rgb, hole)

    done = classical.edit_image(request, context, fill)
    return done.model_copy(update={"warnings": (*done.warnings, *warnings)})
