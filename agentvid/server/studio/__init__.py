"""The studio: the reasoning chain in the browser. Pages, their words, and what they read of a turn.

Everything is served from here; nothing is built and nothing is asked of a network. Whatever changes something goes
through the native API.
"""

from __future__ import annotations

from agentvid.server.studio.pages import router

__all__ = ["router"]
