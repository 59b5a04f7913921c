"""The photo and the clip that ship, both CC0; README.md beside them says where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["CITY", "COFFEE", "DEMO_MESSAGES", "DEMO_WORDS"]

COFFEE: Final = Path(__file__).with_name("coffee.jpg")
"""600×400: a red espresso cup on a red saucer, on a wooden table."""

CITY: Final = Path(__file__).with_name("city.mp4")
"""640×360, 73 frames at 25 fps: towers at night, the camera tilting up."""

DEMO_MESSAGES: Final = (
    ("photo", "把红色的杯子变成蓝色，然后镜头绕着它慢慢转", COFFEE),
    ("clip", "continue this for two seconds and put it beside the original", CITY),
)
"""(name, text, file) of the messages with media that `agentvid demo` sends."""

DEMO_WORDS: Final = (
    ("words", "画一个红色的大球", "text_to_image"),
    ("words-clip", "变成视频", "novel_view"),
    ("words-edited", "把球变成黄色", "edit_image"),
)
"""(name, text, task) of the messages from words alone, sent in one session; each only where the small engine claims the
task."""
