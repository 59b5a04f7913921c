"""What the benchmark of chain editing measures: agentvid itself, and three ways of correcting that are usual.

All of them plan with the same rules and run the same tools on the same engines, in this process, so that they differ in
nothing but what they do with an edit. See `evals.editing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentvid.agent.rivals.again import AllAgain
from agentvid.agent.rivals.anew import AskAnew
from agentvid.agent.rivals.forked import Forked
from agentvid.agent.rivals.own import Agentvid
from agentvid.evals.editing.system import MakeSystem

__all__ = ["SYSTEMS", "Agentvid", "AllAgain", "AskAnew", "Forked"]

SYSTEMS: Final[Mapping[str, MakeSystem]] = {
    "agentvid": Agentvid,
    "all-again": AllAgain,
    "ask-again": AskAnew,
    "langgraph-fork": Forked,
}
