"""Whether a clip has sound. Samples are neither read nor written: results of a clip say what they left."""

from __future__ import annotations

from pathlib import Path

from agentvid.media.border import CLIPS, border, sniff

__all__ = ["has_sound"]


def has_sound(path: Path) -> bool:
    """Return whether a clip holds a track of sound; its type is told by its first bytes and its decoder is forced.

    Raises: MediaError where the file is broken.
    """
    import av

    with border(path):
        mime = sniff(path)
        options = {"protocol_whitelist": "file"}
        with av.open(str(path.absolute()), "r", format=CLIPS[mime], options=options) as container:
            return bool(container.streams.audio)
