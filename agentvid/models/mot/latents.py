"""Which latent codec a configuration names: `flux_codec.py` or `compact_codec.py`; what they share is in `codec.py`."""

from __future__ import annotations

from agentvid.models.mot.codec import LatentCodec
from agentvid.models.mot.config import LatentConfig

__all__ = ["LatentCodec", "latent_codec"]


def latent_codec(config: LatentConfig) -> LatentCodec:
    """Return the codec that a configuration names, with random weights."""
    if config.codec == "compact":
        from agentvid.models.mot.compact_codec import CompactCodec

        return CompactCodec(config)
    from agentvid.models.mot.flux_codec import FluxCodec

    return FluxCodec(config)
