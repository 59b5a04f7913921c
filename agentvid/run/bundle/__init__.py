"""Replay bundles: a session in one file, which another machine can verify and run again.

    export(executor, "holiday", Path("holiday.agentvid"))     # the same session gives the same bytes
    verify(Path("holiday.agentvid"), tools, engines)          # every hash, reference, chain and key; writes nothing
    await replay(Path("holiday.agentvid"), tools, engines)    # runs it again with an empty cache and compares

A bundle holds messages, the chains of all revisions, what happened to each step and what its key was made of, answers,
and every medium by its sha256. It holds no settings, no environment and no place of a file on the machine it is from.

    layout.py      the zip: which entries, in which order, every byte accounted for
    document.py    what the two JSON documents in it hold
    ingredients.py what a step's key is made of, recorded and recomputed
    export.py verify.py replay.py restore.py
"""

from __future__ import annotations

from agentvid.run.bundle.export import Exported, export
from agentvid.run.bundle.replay import Replayed, StepReplay, replay
from agentvid.run.bundle.verify import Verified, verify

__all__ = ["Exported", "Replayed", "StepReplay", "Verified", "export", "replay", "verify"]
