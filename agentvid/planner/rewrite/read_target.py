"""Words that mean another thing, another operation, another view, or that a part of the request be dropped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agentvid.chain.step import Step
from agentvid.errors import InputError
from agentvid.planner.grammar.clause import ARTICLE, Refusal, split_thing
from agentvid.planner.grammar.lexicon import plain
from agentvid.planner.grammar.parse import read_clause
from agentvid.planner.grammar.subject import is_same_thing
from agentvid.planner.request import Edit, Join, View
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.leave_out import leave_out
from agentvid.planner.rewrite.read_clip import put_view
from agentvid.planner.rewrite.read_look import put_look
from agentvid.planner.rewrite.recover import recover
from agentvid.planner.rewrite.where import Where, steps_named
from agentvid.planner.stage import stages_of
from agentvid.world import edits
from agentvid.world.language import read_thought, tell_change, tell_solid
from agentvid.world.naming import find_solids
from agentvid.world.scene import Scene
from agentvid.world.words import language_of

__all__ = ["drop_parts", "head_noun", "put_operation", "put_target", "read_instead", "read_skip", "read_target"]

_MEANT: Final = re.compile(
    r"(?:no,? )?(?:i (?:meant|mean|was talking about|am talking about|said|want(?:ed)?(?= the )(?! the colou?r))"
    r"|it's(?: about)?(?= the )|it (?:is|should be)(?: about)?(?= the )|(?:look|search) for|find|rather|take"
    r"|(?:it )?should be(?= the )) (?P<thing>(?:the |my |that |an? ).+?)(?: instead)?"
    r"|(?:我)?(?:说|指|要|想要|想说|要改|要找)的?(?:不是.+?)?(?:是|应该是)(?P<zh>.+)"
    r"|(?:我)?(?:要|想|说|指)?.{0,6}?的(?:应该)?是(?P<zh4>.+)"
    r"|(?:应该|而)?是(?P<zh2>.+?(?:那|这)(?:一)?(?:个|只|辆|位|把|条|朵).*)|(?:应该|而)是(?P<zh3>.+)",
    re.IGNORECASE,
)
_WRONG: Final = re.compile(
    r"(?:(?:that's|it's|this is) )?(?:the )?wrong (?P<thing>[\w ]+)|not (?P<thing2>(?:this|that|the) [\w ]+)"
    r"|(?:不是|不对,?不是|别选|选错了?)(?:这|那)?(?:个|只|辆|位|把|条|朵)?(?P<zh>[\u3400-\u9fff]{0,8})"
    r"|(?P<zh2>.{1,8})(?:选|找|认)错了"
    r"|(?:the )?other (?P<thing3>[\w ]+)",
    re.IGNORECASE,
)
_ONE: Final = re.compile(
    r"(?:the )?(?P<which>.+?) one|(?:the )?one (?P<where>(?:on|in|at|to|behind|near|next|in front|above|below"
    r"|beside).+)"
    r"|(?P<zh>[^,]{1,10}?)(?:的)?(?:那|这)(?:一)?(?:个|只|辆|位|把|条|朵)(?P<noun>[^,不别]{0,8})",
    re.IGNORECASE,
)
_SIDE: Final = re.compile(
    r"(?:on |to )?(?:the )?(?:left|right|back|front|top|bottom|middle)\b|[左右前后上下中]", re.IGNORECASE
)


def read_target(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "I meant the cup on the right", "我说的是右边的杯子", "wrong cup, the left one"."""
    text = where.rest if where else clause
    is_wrong = _WRONG.fullmatch(text)
    if is_wrong:
        noun = plain(next((group for group in is_wrong.groups() if group), ""))
        noun = re.sub(r"^(?:this|that|the) ", "", noun, flags=re.IGNORECASE)
        if noun and not _parts_of(draft, noun, where):
            return False
        draft.noun, draft.did = noun or draft.noun, True
        return True
    meant = _MEANT.fullmatch(text)
    thing = next((group for group in meant.groups() if group), "") if meant else ""
    thing, wrong = _but_not(thing)
    one = _ONE.fullmatch(thing or text)
    if not meant and not (one and (draft.noun or draft.did or _SIDE.search(text))):
        return False
    thing = split_thing(_full(draft, one) if one else thing)[0]
    if not thing or _is_colour(thing):
        return False
    thing = re.sub(r" (?:again|anew|once more)$|重新$", "", thing, flags=re.IGNORECASE)
    return put_target(draft, thing, where, wrong)


def _is_colour(words: str) -> bool:
    said = said_colours(words)
    return len(said) == 1 and said[0].start == 0 and said[0].end >= len(words.removesuffix("色"))


def _but_not(thing: str) -> tuple[str, str]:
    """Split "the fork, not the spoon" into what is meant and what is not."""
    match = re.fullmatch(r"(.+?)(?: instead of|,? (?:and )?not|[,]?(?:而)?不是) ?(?:the )?(.+)", thing, re.IGNORECASE)
    return (match[1], match[2]) if match else (thing, "")


def _full(draft: Draft, one: re.Match[str]) -> str:
    """Return a name for "the left one": with the noun that was said before, or that of the thing as it is."""
    things = [part.thing for part in draft.parts() if part.thing]
    noun = draft.noun or one["noun"] or (head_noun(things[0]) if things else "")
    if one["which"]:
        return f"{one['which']} {noun}"
    return f"{noun} {one['where']}" if one["where"] else f"{one['zh']}的{noun}"


def head_noun(thing: str) -> str:
    """Return the head of a name: "red cup on the left" → "cup", "左边的红色杯子" → "红色杯子"."""
    if thing.isascii():
        head = re.split(r" (?:on|in|at|behind|near|with|of|to|next|above|below|beside) ", ARTICLE.sub("", thing))[0]
        return head.split()[-1] if head.split() else ""
    return re.split(r"的", thing)[-1]


def put_target(draft: Draft, thing: str, where: Where | None = None, wrong: str = "") -> bool:
    """Let the part that is about such a thing be about this one; False where none is.

    `wrong` names the thing that was not meant, where the words do.

    Raises: Which where several could be meant; Back where the picture is known and shows no such thing.
    """
    thing = re.sub(
        r",? (?:that )?i(?:'m| am)? (?:mean|meant|want(?:ed)?"
        r"|talking about)$",
        "",
        thing,
        flags=re.IGNORECASE,
    )
    parts = _parts_of(draft, head_noun(wrong or thing), where)
    core = draft.one(part.core for part in parts)
    if core is None:
        return False
    part = next(part for part in parts if part.core == core)
    before = part.thing

    def change() -> None:
        if part.plan:
            draft.put_request(part.plan, target=thing)
        if part.locate:
            draft.put_args(part.locate, what=thing)

    def follow() -> None:
        draft.reword(before, thing)

    if not part.plan and not part.locate:
        _retarget(draft, draft.chain.step(core), thing)
        return True
    draft.settle(change, follow)
    return True


def _retarget(draft: Draft, step: Step, thing: str) -> None:
    change = _change(step)
    stage = draft.request.stages.get(_source(step))
    scene = stage.scene if stage else _drawn(draft, step)
    found = find_solids(thing, scene) if scene else ()
    if change is None or scene is None or len(found) != 1:
        choices = draft.named(tell_solid(solid, draft.language) for solid in (scene.solids if scene else ()))
        raise draft.back("refused", "no_solid", words=thing, choices=choices)
    after = tell_change(replace(change, target=found[0]), language_of(step.thought))
    draft.settle(lambda: draft.put(step.model_copy(update={"thought": after})))


def _source(step: Step) -> str:
    image = step.args.get("image")
    return f"{image.get('step')}.{image.get('port')}" if isinstance(image, dict) else ""


def _drawn(draft: Draft, step: Step) -> Scene | None:
    stage = stages_of([draft.chain]).get(_source(step))
    return stage.scene if stage else None


def _change(step: Step) -> edits.Recolour | edits.Remove | edits.Reshape | edits.Resize | edits.Move | None:
    try:
        thought = read_thought(step.thought)
    except InputError:
        return None
    kinds = edits.Recolour | edits.Remove | edits.Reshape | edits.Resize | edits.Move
    return thought if isinstance(thought, kinds) else None


def _parts_of(draft: Draft, noun: str, where: Where | None) -> list[Part]:
    parts = [part for part in draft.parts() if part.thing or _change(draft.chain.step(part.core))]
    if where is not None:
        return [part for part in parts if {part.core, part.plan, part.locate} & set(where.steps)]
    named = [part for part in parts if noun and part.thing and noun.lower() in part.thing.lower()]
    general = [part for part in parts if part.thing in ("main subject", "主体", "")]
    found = named or general or parts
    if not (named or general) and noun and len({part.thing for part in parts}) > 1:
        return []
    return list({part.locate or part.core: part for part in reversed(found)}.values())[::-1]


# ---------------------------------------------------------------- something else instead

_INSTEAD: Final = re.compile(
    r"\b(?:instead|rather|actually|don't|do not|not)\b|而是|而不是|别|不要|不是|直接|改成|改为|还是|不用|干脆|换成",
    re.IGNORECASE,
)
_INSTEAD_OF: Final = re.compile(r" (?:instead of|rather than) .+$|(?:而不是|而不要|,?不要|,?别).+$", re.IGNORECASE)
_EXTRA: Final = re.compile(
    r"\b(?:instead|rather|actually|just|simply|only)\b|直接|干脆|改成|改为|还是|就|只要?", re.IGNORECASE
)


def read_instead(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "remove it instead of recolouring", "zoom out instead", "直接去掉它": another request in place of one."""
    if not _INSTEAD.search(draft.message) and where is None and not draft.did:
        return False
    text = plain(_EXTRA.sub(" ", _INSTEAD_OF.sub("", where.rest if where else clause)))
    requests = read_clause(text) if text else None
    if requests is None or isinstance(requests, Refusal) or len(requests) != 1:
        return False
    wanted = requests[0]
    if isinstance(wanted, Edit) and draft.did and _is_there(draft, wanted):
        return True
    if isinstance(wanted, Edit):
        return put_operation(draft, wanted, where)
    if isinstance(wanted, View):
        views = [step.id for step in draft.chain if step.tool == "novel_view" and (not where or step.id in where.steps)]
        step = draft.one(views)
        return step is not None and _put_view(draft, draft.chain.step(step), wanted)
    if isinstance(wanted, Join):
        step = draft.one(step.id for step in draft.chain if step.tool == "compose")
        if step is None:
            return False
        draft.settle(lambda: draft.put_args(step, layout=wanted.layout))
        return True
    return False


def _put_view(draft: Draft, step: Step, wanted: View) -> bool:
    is_other_thing = bool(wanted.thing) and wanted.thing != next(p.thing for p in draft.parts() if p.core == step.id)
    turns = step.args.get("path", {}).get("kind") == "orbit" and wanted.operation == "orbit"
    is_told = any(move.is_said for move in wanted.moves) or not is_other_thing
    if (is_told or not turns) and not put_view(draft, step, wanted):
        return False
    return not is_other_thing or put_target(draft, wanted.thing, Where((step.id,), ""))


def _is_there(draft: Draft, wanted: Edit) -> bool:
    """Whether the chain does that very thing already: it is said once more beside what changes."""
    return any(
        part.operation == wanted.operation
        and bool(wanted.thing)
        and is_same_thing(wanted.thing, part.thing)
        and (not wanted.colour or wanted.colour == part.colour)
        for part in draft.parts()
    )


def put_operation(draft: Draft, wanted: Edit, where: Where | None) -> bool:
    """Let a part do another operation to its thing; False where no part fits."""
    parts = [part for part in draft.parts() if part.plan and part.operation != wanted.operation]
    if where is not None:
        parts = [part for part in parts if {part.core, part.plan, part.locate} & set(where.steps)]
    fitting = [p for p in parts if not wanted.thing or is_same_thing(wanted.thing, p.thing, [p.colour])]
    core = draft.one(part.core for part in fitting)
    if core is None:
        return False
    part = next(part for part in fitting if part.core == core)

    if put_look(draft, part, wanted.colour):
        return True

    def change() -> None:
        draft.put_request(part.plan, operation=wanted.operation)
        step = draft.chain.step(part.plan)
        args = {name: value for name, value in step.args.items() if name != "colour"}
        args |= {"colour": wanted.colour} if wanted.colour else {}
        draft.put(step.model_copy(update={"args": args}))

    draft.settle(change)
    return True


# ---------------------------------------------------------------- leaving out

_SKIP: Final = re.compile(
    r"(?:please )?(?:skip|drop|forget|omit|leave out|cut|delete|remove|cancel|ignore|(?:do it |go )?without"
    r"|get rid of"
    r"|(?:we |you |i )?(?:don't|do not)(?: (?:need|do|want|run|bother with))?(?: to(?: do)?)?|no need (?:for|of|to)"
    r"|no more|no)"
    r"(?: (?:the|any|that|this|my))? ?(?P<name>.*?)(?: (?:please|altogether|this time|any ?more))?"
    r"|(?:跳过|去掉|删掉|删除|不要|省略|省掉|不做|不用做?|不需要|取消|略过|别做?|免去)(?:掉)?(?:那个"
    r"|这个)?(?P<zh>.*?)(?:了|吧)*"
    r"|(?P<zh2>.*?)(?:就|可以|也)?(?:跳过|不要了?|删掉|去掉|不用了?|不做了?|省了|省掉|省略|免了|略过|取消"
    r"|不需要了?)(?:吧)?",
    re.IGNORECASE,
)
_NOTHING_LIKE_IT: Final = re.compile(
    r"sounds?|music|audio|voice(?:-?over)?|captions?|subtitles?|声音|音乐|配音|配乐|字幕|旁白", re.IGNORECASE
)
_KEEP: Final = re.compile(
    r"(?:please )?(?:leave|keep) (?P<thing>.+?)(?: (?:in|there|alone|untouched|unchanged|where it is|as (?:it is"
    r"|is)))?"
    r"(?: after all)?"
    r"|(?:don't|do not) (?:touch|change|remove|recolou?r|paint|alter|edit|delete|blur|erase"
    r"|replace) (?P<thing2>.+?)(?: after all)?"
    r"|(?P<zh>.+?)(?:还是|就|先)*(?:留着|保留|留下|别动|不要动|不动|不用动|不用改|不改|别改|不要改|不变|保持不变"
    r"|保持原样|不用变|别去掉|不要去掉)(?:了|吧)*"
    r"|(?:还是)?(?:不要|别|不用)(?:去掉|动|改|删掉|删除|移除|换|碰|虚化)(?P<zh2>.+?)(?:了|吧)*|(?:保留|留着"
    r"|留下)(?P<zh3>.+?)(?:吧)?",
    re.IGNORECASE,
)
_MINE: Final = re.compile(
    r"\b(?:box|mask|point|path|plan)\b.*\b(?:i|we|before|earlier)\b|我.{0,3}(?:给|画|点|标|框|圈)", re.IGNORECASE
)
"""What a person gave: taken back, not left out."""
_BACKGROUND: Final = re.compile(
    r"(?:the |its )?(?:background|rest|other things?)|背景|其他(?:地方|部分)?|其余(?:地方|部分)?", re.IGNORECASE
)
_BEHIND: Final = ("blur_background", "replace_background")


def read_skip(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "skip the check", "跳过第三步", "leave the spoon in", "别动背景"."""
    if re.search(r"\b(?:un-?)?(?:pin|lock|freeze)|锁|固定", clause, re.IGNORECASE) or _MINE.search(clause):
        return False
    if where is not None:
        if not re.sub(r"[\s,]", "", where.rest) or not _SKIP.fullmatch(where.rest):
            return False
        if not where.steps:
            raise draft.back("refused", "no_step", known=draft.named(step.id for step in draft.chain))
        cores = [part for part in draft.parts() if {part.core, part.plan} & set(where.steps)]
        recovered = recover(draft.chain, draft.request) if len(where.steps) == len(cores) == 1 else None
        if recovered is not None and len(recovered.parts) > 1:
            return drop_parts(draft, cores)
        leave_out(draft, list(where.steps))
        return True
    keep = _KEEP.fullmatch(clause)
    thing = split_thing(next((g for g in keep.groups() if g), ""))[0] if keep else ""
    if keep and _BACKGROUND.fullmatch(next((g for g in keep.groups() if g), "")):
        return _leave_background(draft)
    if thing and drop_parts(draft, [part for part in draft.parts() if part.thing and is_same_thing(thing, part.thing)]):
        return True
    skip = _SKIP.fullmatch(clause)
    name = next((g for g in skip.groups() if g), "") if skip else ""
    if not name:
        return False
    steps = next((s for words in _first_words(name) if (s := steps_named(words, draft.chain, draft.tools))), [])
    if steps:
        named = [part for part in draft.parts() if part.plan in steps or part.core in steps]
        if named and drop_parts(draft, named):
            return True
        step = draft.one(steps)
        leave_out(draft, [step] if step else [])
        return True
    if _NOTHING_LIKE_IT.fullmatch(name):
        raise draft.back("nothing", "no_part")
    return False


def _first_words(name: str) -> list[str]:
    """Return a name and its beginnings: "verify the result" → "verify"."""
    name = re.sub(r"^(?:最后|结尾|末尾)的?| at the end$|^(?:final|last) ", "", name, flags=re.IGNORECASE) or name
    first = [name.split()[0]] if name.isascii() and name.split() else [name[:length] for length in (4, 3, 2)]
    return [name, *first]


def _leave_background(draft: Draft) -> bool:
    changing = [part for part in draft.parts() if part.operation in _BEHIND]
    if not changing:
        if not any(part.plan for part in draft.parts()):
            return False
        draft.notes.append(draft.say("background_stays"))
        draft.did = True
        return True
    return drop_parts(draft, changing)


def drop_parts(draft: Draft, parts: list[Part]) -> bool:
    """Take out what one request became; what follows begins where it began."""
    core = draft.one(part.core for part in parts)
    recovered = recover(draft.chain, draft.request)
    if core is None:
        return False
    whole = next((part for part in recovered.parts if core in part), ()) if recovered else ()
    if not whole:
        whole = tuple(step.id for step in draft.chain if step.id == core)
        leave_out(draft, list(whole))
        return True
    assert recovered is not None
    if len(recovered.parts) == 1:  # what comes instead may follow: "don't recolour it, remove it"
        draft.pending, draft.did = draft.back("refused", "all_gone"), True
        return True
    left = tuple(step for step in draft.chain if step.id not in whole)
    draft.settle(lambda: _put_steps(draft, left))
    return True


def _put_steps(draft: Draft, steps: tuple[Step, ...]) -> None:
    there = {step.id for step in steps}
    answer = tuple(ref for ref in draft.chain.answer if ref.step in there or not draft.chain.has(ref.step))
    draft.chain = draft.chain.model_copy(update={"steps": steps, "answer": answer})
    draft.did = True
