"""Whole steps: which ones words mean, and whether they are left out, kept from running, or come earlier or later."""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.edit import Move
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.leave_out import leave_out
from agentvid.planner.rewrite.read_run import apply_edit
from agentvid.planner.rewrite.read_target import drop_parts
from agentvid.planner.rewrite.rewriting import Undo
from agentvid.planner.rewrite.roles import CLIPS, PICTURES
from agentvid.planner.rewrite.sense.camera_words import CAMERA
from agentvid.planner.rewrite.sense.photo_parts import drop_named
from agentvid.planner.rewrite.sense.step_words import (
    EVERY,
    SKIP,
    names_step,
    parts_at,
    roles_told,
    span_meant,
    steps_meant,
)
from agentvid.planner.rewrite.sense.wishes import made_by
from agentvid.planner.rewrite.sense.words import scan
from agentvid.planner.rewrite.where import find_steps

__all__ = ["is_only", "put_only", "put_order", "put_skip", "put_undo"]

_NO_SKIP: Final = re.compile(
    r"\b(?:not|don't use|do not use|dont use|never use) ?(?:on|from|with|the one)?\b(?= (?:the|my|this"
    r"|that) \w+ (?:one|picture|photo|image))|别用|不要用|不用.{0,3}的$",
    re.IGNORECASE,
)


_PART: Final = re.compile(
    r"(?P<own>[^,;，。]{1,10}?(?:的)?(?:那|这)一?(?:步|段|块|部分|环节)儿?)(?:都|就|也|还是|给我)*"
    r"(?:不要|去掉|拿掉|删|省|跳过|取消|免|砍|算了|撤|不用|不做|别做)"
)
"""A part that is named as one: "虚化那块儿拿掉"."""


_UNDO: Final = re.compile(
    r"\b(?:undo|revert|roll(?:ing)? (?:it )?back|ctrl-?z|take (?:that|it) back)\b|\bback\b.*\b(?:version"
    r"|was|were|before|previous|earlier|a (?:minute|moment|second) ago|last (?:one|state|change))\b"
    r"|\b(?:previous|last|earlier) (?:version|state|one|result)\b.*\b(?:better|back|again|nicer|return"
    r"|restore|please)\b|\b(?:liked|preferred|prefer) (?:it )?(?:the )?(?:way it was"
    r"|(?:it )?(?:better )?before|previous|last version)\b"
    r"|\b(?:scrap|drop|discard|cancel|forget|throw away|ditch|lose|remove|reverse"
    r"|reject) (?:that|my|the|this) (?:very )?(?:last|latest"
    r"|previous|recent|most recent) (?:edit|change|tweak|modification|revision|one"
    r"|thing|correction)\b|\brestore (?:what|how) (?:we|i) had\b"
    r"|\b(?:what|how|the way) (?:we|i|it|things) (?:had|looked|was"
    r"|were)(?: it)? before\b|\bgo back one\b|\bone (?:step|version) back\b"
    r"|刚(?:才)?改的.{0,4}(?:不算|不要|撤|取消)|[改换变]回来|恢复(?:上次|到?之前)"
    r"|撤[销回消]|回滚|倒回|(?:退|返|回|恢复|还原|[变改换](?=[回到成]))(?:回|到"
    r"|成)?(?:去|来)?.{0,4}(?:上一?[版个次步]"
    r"|刚才|之前|原样|前一?[版个次]|先前)|上一?版.{0,8}(?:好|回|行)"
    r"|(?:刚才|刚刚|上次)(?:那[次个下]|的)?(?:改动|修改|操作|编辑)?.{0,4}(?:不算|不要|撤|取消|作废|当没)"
    r"|退回去|改回去|变回去|恢复原样|还是上一?版|上一?版(?:吧|好了)|上个版本",
    re.IGNORECASE,
)


_ONLY: Final = re.compile(
    r"\b(?:only|just|nothing but|nothing except|all i (?:want|need))\b|[只光单]|就(?=.{1,6}(?:行|好|够))"
    r"|.{1,5}完就[行好够]|就[行好够]",
    re.IGNORECASE,
)


_PICTURE: Final = re.compile(r"\b(?:picture|image|photo|still|pic)s?\b|图|照片", re.IGNORECASE)


_ORDER: Final = re.compile(
    r"(?P<one>.+?)\b(?P<way>before|after|ahead of|prior to|following)\b (?P<two>.+)"
    r"|(?P<one_zh>.+?)(?:放到?|挪到?|排到?|移到?|要?在|调到)(?P<two_zh>.+?)(?:的)?之?(?P<way_zh>前"
    r"|后)[面边]?"
    r"|先(?P<one_zh4>[^,，]+)[,，](?P<two_zh4>[^,，]+?)(?:放|排|挪|移|往|到|再)*(?:后面?|最后|靠后)$"
    r"|先(?P<one_zh2>.+?)[,，]?(?:再|然后|后|接着)(?P<two_zh2>.+)"
    r"|(?P<one_zh3>.{1,10})完了?(?:之?后|以后)?[,，]?再(?P<two_zh3>.+)"
    r"|(?P<one_en2>.+?) first,? (?:and )?(?:then )?(?P<two_en2>.+)",
    re.IGNORECASE,
)


_LATE: Final = re.compile(
    r"\b(?:(?:at|to|till|until) the (?:very )?end|the (?:very )?last(?: step| one)?|(?:be|come|go) last"
    r"|after everything(?: else)?)\b|(?:到|在)(?:最后|末尾)|最后再|等.{0,8}(?:完|好)了?再",
    re.IGNORECASE,
)


def put_undo(draft: Draft, text: str) -> bool:
    """Read that the last change be taken back."""
    if (
        not _UNDO.search(text)
        or roles_told(_UNDO.sub(" ", text))
        or (re.search(r"背景|\bbackground\b", text) and any(p.operation.endswith("background") for p in draft.parts()))
        or re.search(r"\d|original|\bfirst\b|原图|第一|最初|最早|撤[销回]的", text)
    ):
        return False
    draft.command = Undo()
    return True


def put_skip(draft: Draft, text: str) -> bool:
    """Leave out the steps that words say are not needed: "视频就算了", "neither check is needed"."""
    skip = SKIP.search(text)
    where = find_steps(text, draft.chain, draft.tools)
    if where is not None and where.is_number and re.search(r"(?:不要|别|不用|不许)(?:再)?(?:动|碰|改)", text):
        return False
    if skip is None or _NO_SKIP.search(text) or said_colours(text) or re.search(r"\d ?(?:s|sec|秒|°|度|倍|x)\b", text):
        return False
    if re.search(r"\b(?:don't|do not|dont|not|no|never)\b|[别不]", skip[0], re.IGNORECASE) and re.search(
        r"\b(?:so|that|too|as) (?:much|fast|far|slow|long|close)\b|[那这]么|太", text
    ):
        return False
    if re.search(r"\bstop\w*\b.*\b(?:for|at|half\w*|when|seconds?)\b|停.*秒", text):
        return False
    span = span_meant(draft, text)
    if span:
        return _drop_span(draft, span)
    part = _PART.search(text)
    own = part["own"] if part is not None else _own_words(text, skip)
    steps = (
        steps_meant(draft, own)
        or (steps_meant(draft, text) if skip[0] in ("不", "别") else [])
        or (
            made_by(draft, own)
            if re.search(r"(?:first|second|last|edited|第.|最后|后面).{0,6}(?:picture|image|张|幅|图)", own)
            else []
        )
    )
    if not steps:
        return draft.did and bool(steps_meant(draft.anew(), own))  # left out by other words already
    checks = [step for step in steps if draft.chain.step(step).tool in ("check", "analyse", "describe")]
    if checks and len(checks) == len(steps):
        tools = {draft.chain.step(step).tool for step in checks}
        one = None if EVERY.search(text) or tools == {"analyse"} else draft.one(checks)
        describing = [part for part in draft.parts() if part.core in checks]
        if describing and len(draft.parts()) > 1:
            return drop_parts(draft, describing)
        leave_out(draft, [one] if one else checks)
        return True
    parts = parts_at(draft, steps)
    core = draft.one(part.core for part in parts)
    if core is None:
        if where is None or not where.is_number:
            return False
        leave_out(draft, steps)
        return True
    is_done = drop_named(draft, next(part for part in parts if part.core == core))
    left = [step for step in checks if draft.chain.has(step)] if re.search(r"\band\b|[和跟与、]", own) else []
    if is_done and left:
        leave_out(draft, left)
    return is_done


def _drop_span(draft: Draft, steps: list[str]) -> bool:
    for part in [part for part in draft.parts() if part.core in steps]:
        drop_named(draft, next(now for now in draft.parts() if now.core == part.core))
    rest = [step for step in steps if draft.chain.has(step) and draft.chain.step(step).tool in ("check", "analyse")]
    if rest:
        leave_out(draft, rest)
    return True


def _own_words(text: str, skip: re.Match[str]) -> str:
    """Return what is left out: the words after the verb up to a pause, else those before it."""
    after = re.split(r"[,;，。]|\b(?:but|just|only)\b", text[skip.end() :])[0]
    before = re.split(r"[,;，。]|\b(?:but|and)\b", text[: skip.start()])[-1]
    return f"{before} {after}"


def is_only(text: str) -> bool:
    """Return whether words say that something is wanted and no more."""
    return _ONLY.search(text) is not None


def put_only(draft: Draft, text: str) -> bool:
    """Leave out all parts but those that are wanted only: "I just want the zoom", "画完就行"."""
    if any(word.kind in ("seconds", "degrees", "times", "fps") for word in scan(text, CAMERA)):
        return False
    if re.search(r"\bdescri\w+ (?:only|just) \w|只(?:描述|说说?|讲讲?|介绍)\S{2}", text):
        return False
    if not _ONLY.search(text) or (said_colours(text) and not _PICTURE.search(text)) or SKIP.search(text):
        return False
    parts = draft.parts()
    meant = steps_meant(draft, text)
    if not meant and _PICTURE.search(text):
        meant = [part.core for part in parts if part.tool in PICTURES]
    kept = [part for part in parts if part.core in meant]
    if not kept or len(kept) == len(parts):
        return bool(kept) and draft.did
    needed = {part.core for part in kept}
    is_edit = all(part.plan for part in kept)
    others = [p for p in parts if p.core not in needed and ((is_edit and p.plan) or not _feeds(draft, p.core, needed))]
    if _PICTURE.search(text) and is_edit and not names_step(text):
        others = [part for part in others if not part.plan]
    for part in others:
        drop_named(draft, next(now for now in draft.parts() if now.core == part.core))
    return bool(others)


def _feeds(draft: Draft, step: str, needed: set[str]) -> bool:
    parents: set[str] = set(needed)
    for one in reversed(draft.chain.steps):
        if one.id in parents:
            parents |= set(one.parents())
    return step in parents


def _moving(draft: Draft, text: str) -> list[str]:
    """Return the clips where words tell of a move only: "先转完再描述"."""
    is_move = re.search(r"[转推摇绕拉]|\bmov(?:e|es|ing)\b", text) is not None
    return [step.id for step in draft.chain if step.tool in CLIPS] if is_move else []


def put_order(draft: Draft, text: str) -> bool:
    """Move a step before or after another: "video before the check please", "检查放到视频后面"."""
    if SKIP.search(text):
        return False
    if (
        _LATE.search(text)
        and not SKIP.search(text)
        and re.search(r"\b(?:be|come|go|do|move|put|run|should|make|check)\b|[放排挪移做]|再", text)
    ):
        meant = [
            s for s in steps_meant(draft, _LATE.sub(" ", text)) if draft.chain.step(s).tool in ("check", "describe")
        ]
        if len(meant) > 1 and EVERY.search(text):
            meant = [step for step in meant if step != draft.chain.steps[-1].id][-1:]
        if len(meant) == 1 and meant[0] != draft.chain.steps[-1].id:
            apply_edit(draft, Move(step=meant[0], after=draft.chain.steps[-1].id))
            return True
    match = _ORDER.search(text)
    if match is None:
        return False
    groups = match.groupdict()
    one = next((groups[key] for key in groups if key.startswith("one") and groups[key]), "")
    two = next((groups[key] for key in groups if key.startswith("two") and groups[key]), "")
    sides = [
        [
            s
            for s in steps_meant(draft, words) or _moving(draft, words)
            if draft.chain.step(s).tool in ("check", "describe", "edit_image", "generate_image", "compose", *CLIPS)
        ]
        for words in (one, two)
    ]
    if any(len(side) != 1 for side in sides) or sides[0] == sides[1]:
        return False
    way = (match["way"] or match["way_zh"] or "before").lower()
    first, second = sides[0][0], sides[1][0]
    order = [step.id for step in draft.chain]
    is_before = way in ("before", "ahead of", "prior to", "前")
    if (order.index(first) < order.index(second)) == is_before:
        draft.did = True
        return True
    apply_edit(draft, Move(step=first, before=second) if is_before else Move(step=first, after=second))
    return True
