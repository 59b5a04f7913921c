"""Loose words about media put together: the other way round, on top of each other, only the new part."""

from __future__ import annotations

import re
from typing import Any, Final

from agentvid.planner.grammar.lexicon import take_measures
from agentvid.planner.rewrite.draft import Draft

__all__ = ["spot_join", "spot_join_whole"]

_ABOVE: Final = re.compile(
    r"\b(?:stack\w*|on top of|above|below|under(?:neath)?|vertical\w*|one over the other|up and down"
    r"|top and bottom)\b|竖着|上下|叠(?:着|放|起来)|垂直|一上一下",
    re.IGNORECASE,
)
_THEN: Final = re.compile(
    r"\b(?:one after (?:the other|another)|after each other|back to back|in sequence|in a row in time|(?:first"
    r"|then).*\bthen\b|play .*\bfirst\b|followed by)\b|一前一后|先后|前后(?:放|接|播|连)|接在(?:一起|后面)"
    r"|先(?:放|播).*(?:再|然后|后)(?:放|播|接)?|连着(?:放|播)|依次|首尾",
    re.IGNORECASE,
)
_BESIDE: Final = re.compile(
    r"\b(?:side[- ]by[- ]side|beside|next to each other|horizontal\w*)\b|横着|左右(?:放|排|拼|并)|并排|水平",
    re.IGNORECASE,
)
_SWAP: Final = re.compile(
    r"\b(?:swap|switch|exchange|flip|other way round)\b|(?:左右|两边|左边右边|前后|上下|位置|顺序)?.{0,3}(?:对调"
    r"|互换|调换|换个?位置|换一下|调个个|反过来)",
    re.IGNORECASE,
)
_NEW: Final = r"new(?: one| clip)?|continued|continuation|predict(?:ed|ion)|future|extended|generated|result"
_OLD: Final = r"originals?|old(?: one)?|source|uploaded"
_NEW_ZH, _OLD_ZH = "新(?:续)?的?|续写?(?:出来)?的?|预测的?|生成的?|后来的", "原(?:来的?|片|视频|始的?|版)?|旧的?"
_LEFT: Final = re.compile(
    rf"\b(?P<what>{_NEW}|{_OLD})\b[^,;.]*?\b(?:(?:on|to|at)(?: the)? )?(?P<side>left"
    rf"|right|top|bottom|above|below|underneath)\b"
    rf"|(?P<what_zh>{_NEW_ZH}|{_OLD_ZH}).{{0,6}}?(?:放|在|到|摆|排|搁)(?P<side_zh>左|右|上|下|前|后)",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"(?:\b(?:not|don't|do not|instead of|rather than)\b|不要|别|不用|而不是)[^,，;]*", re.IGNORECASE
)
_LAYOUTS: Final = {
    "left": "beside", "right": "beside", "左": "beside", "右": "beside", "top": "above", "bottom": "above",
    "above": "above", "below": "above", "underneath": "above", "上": "above", "下": "above",
}  # fmt: skip
_FIRST: Final = re.compile(
    rf"\b(?P<what>{_NEW}|{_OLD})\b[^,;.]*\bfirst\b|\bfirst[^,;.]*?\b(?P<what2>{_NEW}|{_OLD})\b|先(?:放|播|是"
    rf"|来)?(?P<zh>{_NEW_ZH}|{_OLD_ZH})",
    re.IGNORECASE,
)
_ONLY_FUTURE: Final = re.compile(
    r"\b(?:only|just)\b[^,;.]*\b(?:predict\w*|future|new)\b(?: (?:bit|part|piece|frames|seconds))?|(?:只|光"
    r"|就)(?:要|放|拼|用|看|和|跟)?.{0,4}(?:预测|续写|新|后面)(?:续|出来)?的?(?:那)?(?:部分|那段|那几秒|一段|画面)",
    re.IGNORECASE,
)


def spot_join_whole(draft: Draft, message: str) -> bool:
    """Read an order or a choice that more than one clause tells: "the original first and then just the new part"."""
    if take_measures(message)[1].seconds is not None:
        return False
    return bool(_ONLY_FUTURE.search(message) or _FIRST.search(message)) and spot_join(draft, message)


def spot_join(draft: Draft, clause: str) -> bool:
    """Read another layout, order or choice of what is put together; False where the chain joins nothing."""
    step_id = draft.one(step.id for step in draft.chain if step.tool == "compose")
    if step_id is None:
        return False
    step = draft.chain.step(step_id)
    clause, whole = _DENIED.sub(" ", clause), clause
    clips: list[Any] = list(step.args.get("clips") or [])
    layout = next(
        (n for n, words in (("then", _THEN), ("above", _ABOVE), ("beside", _BESIDE)) if words.search(clause)), None
    )
    placed = _LEFT.search(clause)
    if placed and layout is None:
        layout = _LAYOUTS.get((placed["side"] or placed["side_zh"]).lower())
    changed = list(clips)
    if _ONLY_FUTURE.search(clause):
        changed = [_future(draft, clip) for clip in changed]
    changed = _ordered(changed, clause)
    args: dict[str, Any] = {}
    if changed != clips:
        args["clips"] = changed
    if layout is not None and layout != step.args.get("layout"):
        args["layout"] = layout
    if not args:
        return draft.did and (clause != whole or bool(_LEFT.search(clause) or _FIRST.search(clause)))
    if "layout" in args:
        draft.settle(lambda: draft.put_args(step_id, layout=args["layout"]))
    if "clips" in args:
        draft.put_args(step_id, clips=args["clips"])
    return True


def _future(draft: Draft, clip: Any) -> Any:
    """Return the part of a continued clip that is new, for the whole of it."""
    is_made = isinstance(clip, dict) and clip.get("port") == "video" and draft.chain.has(str(clip.get("step")))
    if is_made and draft.chain.step(clip["step"]).tool == "future_frames":
        return {**clip, "port": "future"}
    return clip


def _ordered(clips: list[Any], clause: str) -> list[Any]:
    if len(clips) != 2:
        return clips
    made = [isinstance(clip, dict) and "step" in clip for clip in clips]
    if made[0] == made[1]:
        return clips[::-1] if _SWAP.search(clause) else clips
    placed, first = _LEFT.search(clause), _FIRST.search(clause)
    if placed:
        word = placed["what"] or placed["what_zh"]
        comes_first = (placed["side"] or placed["side_zh"]).lower() in ("left", "top", "above", "左", "上", "前")
    elif first:
        word = first["what"] or first["what2"] or first["zh"]
        comes_first = True
    else:
        return clips[::-1] if _SWAP.search(clause) else clips
    is_new = re.fullmatch(rf"(?:{_OLD}|{_OLD_ZH})", word, re.IGNORECASE) is None
    wanted = is_new == comes_first
    return clips if made[0] == wanted else clips[::-1]
