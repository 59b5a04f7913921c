"""Loose words about what is changed and to what: another thing, another colour, another change of the same thing."""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.step import Step
from agentvid.media.colours import named_colour
from agentvid.planner.grammar.clause import split_thing
from agentvid.planner.grammar.lexicon import plain, strip_politeness
from agentvid.planner.grammar.parse import read_clause
from agentvid.planner.nouns import same_noun
from agentvid.planner.request import Edit
from agentvid.planner.rewrite.colour_said import SaidColour, said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.read_colour import put_plan
from agentvid.planner.rewrite.read_target import drop_parts, head_noun, put_operation, put_target
from agentvid.planner.rewrite.spot.drawn import change_of, drawn_layout, named_solids
from agentvid.planner.rewrite.where import Where
from agentvid.world.scene import Scene

__all__ = ["is_colour", "spot_colour", "spot_kept", "spot_operation", "spot_rather", "spot_target"]

_NOT_BUT: Final = re.compile(
    r"\bnot (?:the |that |a )?(?P<no>[\w' -]+?)(?:,| but| -)+ ?(?:i (?:mean|meant|want|wanted) )?(?P<yes>(?:the "
    r"|my |that )[\w' -]+)"
    r"|\b(?:i |we )?(?:meant?|wanted)(?: to \w+)? (?P<yes2>(?:the |my "
    r"|that )[\w' -]+?)(?:,? not (?:the )?(?P<no2>[\w' -]+))?$"
    r"|\b(?P<yes3>the [\w' -]+?),? (?:not|instead of|rather than) (?:the )?(?P<no3>(?!\w+ing\b)[\w' -]+)$"
    r"|\b(?:main )?(?:subject|target|object)(?: is|'s| should be) (?P<yes8>the [\w' -]+)$"
    r"|\b(?:use|take|make) (?P<yes11>the [\w' -]+?) (?:as|for) the (?:main )?(?:subject|target|object)$"
    r"|\bit'?s (?P<yes9>the [\w' -]+?) (?:that|which|i)\b.*"
    r"|(?:不是|别(?:选|找|动|改))(?P<no4>[^,，]{1,8}?)[,，]?(?:我?(?:说|指|要|想改|要改|想要)的?)?(?:而?是"
    r"|应该是|要的是)(?P<yes4>[^,，]{1,10})"
    r"|(?:主体|对象|目标|要(?:改|动)的)(?:就)?是(?P<yes7>[^,，]{1,12})"
    r"|(?:我)?(?:说|指|要|想要|要改|要去掉|想改)的是(?P<yes5>[^,，]{1,10})(?:[,，]?不是(?P<no5>.+))?"
    r"|(?:把)?(?P<no6>[^,，]{1,8}?)(?:换成|改成)(?P<yes6>[^,，]{1,8})(?:才对|才是)",
    re.IGNORECASE,
)
_SIDED: Final = re.compile(
    r"(?:the |it's the |use the )?(?P<side>left|right|front|back|top"
    r"|bottom)(?:[- ]?hand|[- ]?most)?(?: side)? (?P<noun>[a-z]+)",
    re.IGNORECASE,
)
_KEEP: Final = re.compile(
    r"(?P<en2>\bthe [\w ]+?) (?:should|must|has to|needs? to) (?:stay|remain|be left)\b.*"
    r"|\b(?:keep|leave(?! out)|don't (?:touch|change)|do not (?:touch|change)|dont (?:touch|change))\b(?P<en>[^,;.]+)"
    r"|(?P<zh>[^,，]{1,8}?)(?:可)?(?:别|不要|不用|不许)(?:给)?我?(?:再)?(?:动|碰|改|变|去|删|扔|拿|涂|染)"
    r"|(?P<zh2>[^,，]{1,8}?)(?:留着|保留|留下|保持(?:原样|不变)|不变|原样)"
    r"|(?:别|不要|不许)(?:动|碰|改)(?P<zh3>[^,，]{1,8})",
    re.IGNORECASE,
)
_REMOVE: Final = re.compile(
    r"\b(?:remove|erase|delete|take .* (?:out|away)|get rid of)\b|去掉|删掉|移除|抹掉", re.IGNORECASE
)
_PAINT: Final = re.compile(r"\b(?:paint|colou?r|recolou?r|dye|make|turn)\b|染|涂|变|改|刷|换成|弄成", re.IGNORECASE)
_BLUR: Final = re.compile(r"\bblur\b.*\bbackground\b|虚化.*背景|背景.*虚化", re.IGNORECASE)
_BACKGROUND: Final = re.compile(r"\bbackground|backdrop\b|背景", re.IGNORECASE)
_SHARP: Final = re.compile(r"\b(?:sharp|crisp|in focus)\b|清楚|清晰", re.IGNORECASE)
_STOP_EN: Final = frozenset(
    re.findall(
        r"\S+",
        "a an the it its it's that this is be to in of for with and or but no not nah wait i i'd we meant mean want "
        "make made paint colour color turn use go please actually just rather instead try like more less bit little "
        "much one think would could should better maybe oh ok okay sorry step do change set looks look plain proper "
        "said pure "
        "nice real as well",
    )
)
_STOP_ZH: Final = re.compile(
    r"[我你它他她的了吧呢啊嘛哦要想用改换变成把将给让是就还也都再请帮个这那点些一下很更最颜色样子好行可以应该别不得着过到为做涂染刷弄调选]"
)


def spot_colour(draft: Draft, clause: str) -> bool:
    """Read one colour for what the chain recolours, where the words name no other thing."""
    said = [colour for colour in said_colours(clause) if not _is_denied(clause, colour.start)]
    clause, said = _to_the_second(draft, clause, said)
    if len(said) != 1:
        return False
    colour = said[0]
    rest = f"{clause[: colour.start]} {clause[colour.end :]}"
    behind = [p for p in draft.parts() if p.operation == "replace_background" and p.colour]
    parts = [part for part in draft.parts() if part.plan and part.operation == "recolour"]
    if _BACKGROUND.search(rest) or not parts:
        parts, rest = behind, _BACKGROUND.sub(" ", rest)
    parts = [part for part in parts if not _other_words(rest, part)]
    core = draft.one(part.core for part in parts)
    if core is None:
        return False
    put_plan(draft, next(part for part in parts if part.core == core), colour)
    return True


def _to_the_second(draft: Draft, clause: str, said: list[SaidColour]) -> tuple[str, list[SaidColour]]:
    """Return the words without the colour there is, where they go from that to another one: "绿色换成蓝色"."""
    if len(said) != 2:
        return clause, said
    first, second = said
    between = clause[first.end : second.start]
    is_there = any(named_colour(first.words) == named_colour(part.colour) for part in draft.parts() if part.colour)
    if not is_there or not re.search(r"\b(?:to|into|becomes?)\b|->|→|换|改|变", between, re.IGNORECASE):
        return clause, said
    rest = f"{clause[: first.start]} {clause[first.end :]}"
    return rest, said_colours(rest)


def _is_denied(clause: str, start: int) -> bool:
    return (
        re.search(r"(?:\b(?:not|no|never|than|of)|不是|不要|别用?)\s*(?:an? |the )?$", clause[:start], re.IGNORECASE)
        is not None
    )


def _other_words(rest: str, part: Part) -> bool:
    """Whether a text names more than a part's own thing."""
    if re.search(r"[\u3400-\u9fff]", rest):
        for words in (part.thing, head_noun(part.thing), part.colour):
            rest = rest.replace(words, "") if words else rest
        return len(_STOP_ZH.sub("", re.sub(r"[^\u3400-\u9fff]", "", rest))) > 1
    known = set(re.findall(r"[a-z']+", f"{part.thing} {part.colour}".lower()))
    others = [word for word in re.findall(r"[a-z']+", rest.lower()) if word not in _STOP_EN and word not in known]
    return any(not same_noun(head_noun(part.thing), word) for word in others)


def spot_target(draft: Draft, clause: str) -> bool:
    """Read "搞错了，要去掉的不是勺子，是杯子", "not that spoon, the one on the right"."""
    sided = _SIDED.fullmatch(clause)
    if sided is not None and any(same_noun(head_noun(part.thing), sided["noun"]) for part in draft.parts()):
        return put_target(draft, f"{sided['side']} {sided['noun']}")
    match = _NOT_BUT.search(clause)
    if match is None:
        return False
    groups = match.groupdict()
    yes = next(words for name, words in groups.items() if name.startswith("yes") and words)
    no = next((words for name, words in groups.items() if name.startswith("no") and words), "")
    if _BACKGROUND.search(no) and not _BACKGROUND.search(yes):
        return False
    yes = re.sub(r"(?:才对|才是|吧|呀|啊|啦|,? please| instead)$", "", yes.strip(), flags=re.IGNORECASE)
    if is_colour(yes):
        return False
    thing = _without_colour(split_thing(plain(yes))[0], draft.request.text)
    one = re.fullmatch(r"one (?P<where>.+)|(?P<which>.+) one", thing, re.IGNORECASE)
    if one:
        noun = head_noun(split_thing(plain(no))[0] or draft.parts()[0].thing)
        thing = f"{noun} {one['where']}" if one["where"] else f"{one['which']} {noun}"
    return bool(thing) and put_target(draft, thing, None, split_thing(plain(no))[0] if no else "")


def _without_colour(thing: str, asked: str) -> str:
    """Return "ball" for "ball green": the colour that was asked for is said once more; "" for another colour there."""
    said = said_colours(thing)
    if not thing.isascii() or not said or not said[-1].start or said[-1].end < len(thing):
        return thing
    is_same = any(named_colour(one.words) == named_colour(said[-1].words) for one in said_colours(asked))
    return thing[: said[-1].start].strip() if is_same else ""


def spot_kept(draft: Draft, clause: str) -> bool:
    """Read "keep the spoon", "碟子可别给我动了": what would change it is left out; a thing nothing changes stays so."""
    match = _KEEP.search(clause)
    if match is None:
        return _spot_sharp(draft, clause)
    thing = next(group for group in match.groups() if group).strip()
    blurring = [part for part in draft.parts() if part.operation in ("blur_background", "replace_background")]
    if blurring and _BACKGROUND.search(thing):
        return drop_parts(draft, blurring)
    in_world = [part for part in draft.parts() if _keeps(draft.chain.step(part.core), thing)]
    if in_world:
        return drop_parts(draft, in_world)
    drawn = drawn_layout(draft)
    if drawn is not None and named_solids(thing, drawn[1]):
        draft.did = True
        return True
    parts = [part for part in draft.parts() if part.thing and part.plan]
    named = [part for part in parts if same_noun(head_noun(part.thing), thing)]
    if re.search(r"\bcolou?r\b|颜色", thing, re.IGNORECASE):
        named = [part for part in named or parts if part.operation == "recolour"]
    named = [part for part in named if part.operation in ("recolour", "remove")]
    if named:
        return drop_parts(draft, named)
    if parts:
        draft.notes.append(draft.say("background_stays"))
        draft.did = True
    return bool(parts) or draft.did


def _spot_sharp(draft: Draft, clause: str) -> bool:
    """Read "sharp background please", "背景要清楚": nothing is blurred."""
    if not _SHARP.search(clause) or not _BACKGROUND.search(clause):
        return False
    return drop_parts(draft, [part for part in draft.parts() if part.operation == "blur_background"])


def _keeps(step: Step, thing: str) -> bool:
    """Return whether a step of the small world changes the thing of that name."""
    change = change_of(step)
    return change is not None and bool(named_solids(thing, Scene((change.target,))))


def spot_operation(draft: Draft, clause: str) -> bool:
    """Read "勺子留着，染成金色就行": the thing stays the same, what is done to it changes."""
    parts = [part for part in draft.parts() if part.plan]
    colours = said_colours(clause)
    said = re.sub(r"^.*?(?:留着|保留|keep[^,]*|leave[^,]*)[,，]?", "", clause, flags=re.IGNORECASE)
    if colours and _PAINT.search(said) and any(part.operation == "remove" for part in parts):
        colour = colours[-1]
        return _put(draft, "remove", Edit(clause, "recolour", "", clause[colour.start : colour.end]))
    if (
        _REMOVE.search(said)
        and re.search(r"\binstead\b|直接|干脆|不如|还是", clause)
        and any(p.operation == "recolour" for p in parts)
    ):
        return _put(draft, "recolour", Edit(clause, "remove", ""))
    blurred = [part for part in parts if part.operation == "blur_background"]
    if (
        blurred
        and colours
        and _BACKGROUND.search(said)
        and re.search(
            r"\binstead\b|\brather\b|换成|改成"
            r"|而是",
            clause,
        )
    ):
        colour = colours[0]
        return _put(draft, "blur_background", Edit(clause, "replace_background", "", clause[colour.start : colour.end]))
    is_rather = re.search(r"\bblur\w*\b|虚化|模糊", said, re.IGNORECASE) and re.search(
        r"\binstead\b|\brather\b|就[行好]|而?不是|别换|不换", clause, re.IGNORECASE
    )
    if (_BLUR.search(said) or is_rather) and any(part.operation == "replace_background" for part in parts):
        return _put(draft, "replace_background", Edit(clause, "blur_background", ""))
    return False


def is_colour(words: str) -> bool:
    """Return whether words name a colour and nothing else."""
    said = said_colours(words.strip())
    return len(said) == 1 and said[0].start == 0 and said[0].end >= len(words.strip().removesuffix("色"))


def spot_rather(draft: Draft, message: str) -> bool:
    """Read "勺子留着，去掉碟子": the same is done to another thing."""
    kept = _KEEP.search(message)
    if kept is None:
        return False
    thing = next(group for group in kept.groups() if group).strip()
    parts = [part for part in draft.parts() if part.plan and part.thing and same_noun(head_noun(part.thing), thing)]
    rest = f"{message[: kept.start()]} {message[kept.end() :]}".strip(" ,，;。.")
    read = read_clause(strip_politeness(rest)) if rest else None
    if len(parts) != 1 or not isinstance(read, tuple) or len(read) != 1 or not isinstance(read[0], Edit):
        return False
    wanted = read[0]
    if wanted.operation != parts[0].operation or not wanted.thing or same_noun(wanted.thing, parts[0].thing):
        return False
    return put_target(draft, wanted.thing, Where((parts[0].core,), ""))


def _put(draft: Draft, now: str, wanted: Edit) -> bool:
    core = draft.one(part.core for part in draft.parts() if part.plan and part.operation == now)
    return core is not None and put_operation(draft, wanted, Where((core,), ""))
