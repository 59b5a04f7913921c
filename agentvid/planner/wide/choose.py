"""Which layer plans a message: the precise phrases of the grammar where they read all of it, else the wide reader.

The small world's readings go first where the session's picture is of the small world or the words are. Elsewhere the
precise phrases count where the wide reader takes the message for the same kinds of request. Where a request does not tell
which tools there are, the precise phrases alone count: the wide reader's chains need more tools than theirs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.media.types import Video
from agentvid.planner import PlanRequest
from agentvid.planner.grammar.read_message import read_message
from agentvid.planner.grammar.write import write_requests
from agentvid.planner.request import Ask, Continue, Edit, Film, Generate, Join, Request, View, Walk
from agentvid.planner.wide.own import OWN, OwnTools
from agentvid.planner.wide.plan import lacks, understood_of, write_wide
from agentvid.planner.wide.slots import measured_in
from agentvid.planner.wide.text import told
from agentvid.planner.wide.times import HALF
from agentvid.planner.wide.understand import Understood

__all__ = ["write_message"]

_ROUND: Final = frozenset({"orbit", "turntable", "view_from"})
_VIEWS: Final[dict[str, frozenset[str]]] = {
    "orbit": _ROUND,
    "stand": _ROUND,
    "turn_camera": _ROUND | {"pan", "tilt", "truck"},
    "zoom": frozenset({"zoom", "dolly"}),
    "dolly": frozenset({"dolly", "zoom"}),
    "pan": frozenset({"pan", "tilt"}),
    "truck": frozenset({"truck", "pedestal"}),
}
_EDITS: Final[dict[str, frozenset[str]]] = {
    "recolour": frozenset({"recolour", "darken", "brighten"}),
    "remove": frozenset({"remove"}),
    "blur_background": frozenset({"background_blur"}),
    "replace_background": frozenset({"background_change"}),
}
_OTHERS: Final[dict[type, frozenset[str]]] = {
    Walk: frozenset({"navigate"}),
    Continue: frozenset({"future", "extend"}),
    Join: frozenset({"join", "beside", "above", "compare"}),
    Ask: frozenset({"describe", "compare", "count", "answer", "future", "past"}),
    Generate: frozenset({"generate_image", "generate_video"}),
    Film: frozenset({"animate", "turntable", "orbit", "generate_video"}),
}


def write_message(request: PlanRequest) -> Chain:
    """Return the chain that a message asks for, or one that holds only an answer or a question back.

    Raises: InputError where the message is too long to be read.
    """
    if request.own and request.tools:
        understood = understood_of(request, OwnTools(request.own, lambda text: _is_built_in(request, text)))
        if any(want.op.startswith(OWN) for want in understood.wants):
            return write_wide(request, understood)
    parsed = read_message(request)
    precise = write_requests(request, parsed).chain
    understood = understood_of(request)
    if understood.mood == "refuse" or (understood.reason == "no_thing" and request.media and not request.asked):
        return write_wide(request, understood)
    of_small_world = bool(request.stages) or (not request.media and not precise.question)
    if not request.tools or (of_small_world and not precise.question):
        return precise
    if (
        understood.mood != "do"
        and (understood.mood != "chat" or not precise.question)
        and understood.reason != "no_such"
    ):
        return precise
    is_read = bool(parsed.requests) and not parsed.unplaced and _agree(parsed.requests, understood)
    has_clip = any(isinstance(known.artifact, Video) for known in request.media)
    is_strict = all(isinstance(request, Continue | View | Walk | Join) for request in parsed.requests)
    if sum(known.is_new for known in request.media) > 1:
        is_strict = is_strict and not any(isinstance(request, Join) for request in parsed.requests)
    can_run = not lacks(precise, request.tools)
    is_read = is_read and can_run
    if has_clip and any(want.op == "remove" and HALF.fullmatch(want.target) for want in understood.wants):
        is_read = False
    if has_clip and any(want.op == "past" for want in understood.wants):
        is_read = False
    if any(want.op == "answer" and measured_in(told(want.clause).low) for want in understood.wants):
        is_read = False
    if is_read and not (precise.question and (has_clip or not is_strict)):
        return precise
    wide = write_wide(request, understood)
    return precise if wide.question and can_run and (is_read or not precise.question) else wide


def _is_built_in(request: PlanRequest, text: str) -> bool:
    """Whether words can be planned with the tools that came with agentvid."""
    return bool(write_message(replace(request, text=text, own=(), asked="")).steps)


def _agree(requests: tuple[Request, ...], understood: Understood) -> bool:
    """Whether both layers take a message for the same kinds of request, in the same order."""
    kinds = [_kinds(request) for request in requests]
    ops = [want.op for want in understood.wants]
    wanted = [kind for kind, _ in groupby(kinds)]
    at = 0
    for kind in wanted:
        if at >= len(ops) or ops[at] not in kind:
            return False
        while at < len(ops) and ops[at] in kind:
            at += 1
    return at == len(ops)


def _kinds(request: Request) -> frozenset[str]:
    if isinstance(request, View):
        return _VIEWS.get(request.operation, frozenset().union(*_VIEWS.values()))
    if isinstance(request, Edit) and re.match(r"[浅淡深]", request.colour):  # the wide reader takes it for saturation
        return _EDITS["recolour"] | {"saturate"}
    if isinstance(request, Edit):
        return _EDITS[request.operation]
    return _OTHERS.get(type(request), frozenset())
