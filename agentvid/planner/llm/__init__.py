"""The planner that asks a large language model, at any endpoint that speaks OpenAI's chat wire.

    endpoint   where it is, and its key            wire      one request, an answer in pieces, what can go wrong
    asking     JSON as strictly as it can be had   patience  trying again, and how long to wait
    prompt     what the model is told              schema    what it may answer
    sse        server-sent events                  partial   thoughts out of JSON that has no end yet
    read       answers -> chains and edits         planner   the planner: ask, check, repair once
    previews   small pictures, where asked for     probe     does it answer at all?

Status: unproven. It was run against local servers of that wire, never against a vendor.
"""

from __future__ import annotations

from agentvid.planner.llm.endpoint import Endpoint, endpoint_of, endpoint_status
from agentvid.planner.llm.planner import LlmPlanner

__all__ = ["Endpoint", "LlmPlanner", "endpoint_of", "endpoint_status"]
