"""What asks for something of its own, or only asks: no edit of a chain that is there. Data."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["ABOUT", "NEW", "QUESTION"]

NEW: Final = re.compile(
    r"\b(?:make|create|send) me (?:an?|another|one more|some)\b|\b(?:give|show) me (?:an?|another|one more"
    r"|some) (?:\w+ ){0,3}?(?:clip|video|picture|image|photo|movie|version)\b|\b(?:make|create"
    r"|render) (?:an?"
    r"|another) (?:\w+ )?(?:clip|video|movie|picture)\b"
    r"|(?:出|做|来|生成|弄|整)一?[个段张条]\S{0,6}(?:视频|短片|动画|片子)|帮我数|数一?数",
    re.IGNORECASE,
)
"""What asks for a further result, not for another one."""
QUESTION: Final = re.compile(
    r"(?:what|how (?:many|much)|which|who|where|why|when|is there|are there|does|did|is (?:it|this|that)"
    r"|are (?:they|these))\b"
    r"|.*(?:有啥|是啥|什么|多少|几[个只样张条辆位]|为什么|怎么回事|哪[里个些]|吗$)",
    re.IGNORECASE,
)

ABOUT: Final = re.compile(
    r"^(?:what|why|how|where|when|who|which)\b|\?$|\bexplain\b|干嘛|干什么|做什么|为什么|什么意思|解释", re.IGNORECASE
)
"""What asks about a step, and changes none."""
