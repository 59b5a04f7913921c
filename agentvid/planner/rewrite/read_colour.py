"""Words that ask for another colour of what the chain recolours or draws."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.step import ColourIn, Step
from agentvid.errors import InputError
from agentvid.media.colours import colour_phrases, named_colour, relative_change
from agentvid.media.types import EditPlan, Recolour, ReplaceBackground
from agentvid.planner.grammar.clause import split_thing
from agentvid.planner.grammar.lexicon import plain
from agentvid.planner.grammar.subject import is_same_thing
from agentvid.planner.rewrite.colour_said import MARK, SaidColour, resolved, said_colours
from agentvid.planner.rewrite.draft import Back, Draft, Part
from agentvid.planner.rewrite.where import Where
from agentvid.world import edits
from agentvid.world.language import read_thought, tell_change, tell_scene, tell_solid
from agentvid.world.naming import darker_than, find_solids, near_colour, paler_than
from agentvid.world.scene import Scene, Solid

__all__ = ["put_plan", "read_colour"]

_NOT: Final = re.compile(
    rf"(?:not|no|never|i (?:don't|do not) (?:want|like)(?: it)?(?: to be| in)?|(?:don't|do not) (?:make|want|use"
    rf"|paint"
    rf"|have)(?: it)?) {MARK}(?: please)?"
    rf"|(?P<thing>.{{0,8}}?)(?:我)?(?:不要|不是|别用|别|不想要|不喜欢|不用|先别)(?:变成|改成|换成|用|这个|这种"
    rf"|再)?{MARK}(?:的|了)?",
    re.IGNORECASE,
)
_NOT_BUT: Final = re.compile(
    rf"(?:.*\b)?not {MARK},? but {MARK}|(?:不要|不是|别用){MARK},?(?:而是|而要|要|用|改成)?{MARK}"
)
_FRAMES: Final = tuple(
    re.compile(frame.replace("◆", MARK), re.IGNORECASE)
    for frame in (
        r"(?P<t>the|its|that)? ?(?:colou?r )?(?:is |'s |looks )?◆(?: (?:instead|rather|colou?r|shade|tone|one|still"
        r"|yet))*"
        r"(?: (?:would|might|could) (?:be|look) (?:(?:much|a bit|even) )?(?:nicer|better|good|great|best))?",
        r"(?:use|try|go (?:for|with)|take|prefer|choose|pick|rather|better|how about|what about|in|with|make that"
        r"|(?:i'd|i would|we'd) (?:rather|prefer|like|love)(?: (?:to )?(?:have|use|see|go (?:for|with)))?(?: it)?"
        r"(?: in| to be)?|i (?:want|prefer|like)(?: it)?(?: in| to be)?|let's (?:have|use|try|go (?:for|with|with a))"
        r"|(?:change|set|switch)(?: (?:it|that|the colou?r))? ?(?:in)?to(?: be)?|(?:it|that"
        r"|the colou?r) (?:should|must"
        r"|has to) be(?:come)?) ◆(?: (?:instead|rather|colou?r|shade|tone|one|still|yet))*",
        r"(?:make|paint|turn|colou?r|recolou?r|dye|have|keep|want) (?P<thing>.+?) (?:in(?:to)? |to (?:be )?)?◆"
        r"(?: (?:instead|rather|this time))*",
        r"(?P<thing>.+?) (?:should|must|ought to|has to|needs to) (?:rather )?(?:be|become|get|turn) ◆(?: instead)?",
        r"(?:把|将|让|给)?(?P<thing>.*?)(?:的颜色|颜色|的)?(?:就|还是|是|应该|最好|那就|也许|干脆)*(?:要|用|选"
        r"|是|改用|换用|改|换|变"
        r"|改成|换成|变成|改为|换为|变为|染成|涂成|弄成|做成|换个|来个|来点|调成|改得|变得|调得|调|弄得)?◆"
        r"(?:的|吧|好了|就好|就行|就可以|更?好看|会?更好|好些|比较好|更好|试试|看看)*",
    )
)
_BACKGROUND: Final = re.compile(r"(?:the |its )?background|背景", re.IGNORECASE)
_NO_WORDS: Final = re.compile(
    r"(?:it|that|this|the colou?r|its colou?r|then|它|这个|那个|颜色|那|那就|请|麻烦)*", re.IGNORECASE
)


def read_colour(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read another colour; False where the words name none, or nothing here has that colour.

    Raises: Back where the colour can't be told; Which where several could be meant.
    """
    text = _without_instead_of(draft, where.rest if where else clause)
    said = said_colours(text)
    if not said or len(said) > 2:
        return False
    marked = _marked(text, said)
    if len(said) == 2:
        return _read_two(draft, text, said, marked, where)
    unwanted = _NOT.fullmatch(marked)
    if unwanted and not said[0].is_relative:
        draft.noun = unwanted["thing"] or draft.noun
        draft.not_colour, draft.did = said[0].words, True
        return True
    return _read_one(draft, marked, said[0], where)


def _without_instead_of(draft: Draft, text: str) -> str:
    """Take "instead of red" off a text, and remember that red is not wanted."""
    match = re.fullmatch(
        r"(.+?),? (?:instead of|rather than|and not|not) (.+)|(.+?)[,]?而不是(.+)", text, re.IGNORECASE
    )
    if match is None:
        return text
    kept, other = match[1] or match[3], said_colours(match[2] or match[4])
    if len(other) != 1 or other[0].is_relative or not said_colours(kept):
        return text
    draft.not_colour = other[0].words
    return kept


def _read_two(draft: Draft, text: str, said: list[SaidColour], marked: str, where: Where | None) -> bool:
    if said[1].is_relative:  # "the blue is too dark"
        between = text[said[0].end : said[1].start]
        draft.not_colour = said[0].words
        return re.fullmatch(
            r"\s*(?:is|looks|be|'s|的|能不能|可以|可不可以|要)?(?: (?:way|much|far|a bit|a little|just))?\s*", between
        ) is not None and _read_one(draft, MARK, said[1], where)
    if _NOT_BUT.fullmatch(marked):
        draft.not_colour = said[0].words
        return _read_one(draft, MARK, said[1], where)
    whole = f"{text[: said[1].start]}{MARK}{text[said[1].end :]}"  # "the red cube should be green"
    return _read_one(draft, plain(whole), said[1], where)


def _marked(text: str, said: list[SaidColour]) -> str:
    for colour in reversed(said):
        text = f"{text[: colour.start]}{MARK}{text[colour.end :]}"
    return plain(text)


def _read_one(draft: Draft, marked: str, said: SaidColour, where: Where | None) -> bool:
    match = next((m for frame in _FRAMES if (m := frame.fullmatch(marked))), None)
    if match is None:
        return False
    thing = match.groupdict().get("thing") or ""
    if _NO_WORDS.fullmatch(thing):
        thing = ""
    thing = thing or (draft.noun if draft.not_colour else "")
    thing = thing if _BACKGROUND.fullmatch(thing) else split_thing(thing)[0]
    candidates = [part for part in draft.parts() if _fits(draft, part, thing, where)]
    if draft.not_colour:
        candidates = [part for part in candidates if _is_now(draft, part, draft.not_colour)] or candidates
    edited = [part for part in candidates if part.tool == "edit_image"]
    core = draft.one(part.core for part in (edited or candidates))
    if core is None:
        return False
    part = next(part for part in candidates if part.core == core)
    if part.plan:
        put_plan(draft, part, said)
    else:
        _put_thought(draft, draft.chain.step(core), said, thing)
    return True


def _fits(draft: Draft, part: Part, thing: str, where: Where | None) -> bool:
    if where is not None and not {part.core, part.plan, part.locate} & set(where.steps):
        return False
    if part.plan:
        if _BACKGROUND.fullmatch(thing):
            return part.operation == "replace_background"
        if thing and not is_same_thing(thing, part.thing, [part.colour]):
            return False
        return part.operation == "recolour" or (part.operation == "replace_background" and bool(part.colour))
    thought = _thought(draft.chain.step(part.core))
    if isinstance(thought, edits.Recolour):
        return not thing or thing in tell_solid(thought.target, _language(thing)) or _same_shape(thing, thought)
    return (
        isinstance(thought, Scene)
        and part.tool.startswith("generate")
        and (not thing or bool(find_solids(thing, thought)))
    )


def _is_now(draft: Draft, part: Part, colour: str) -> bool:
    """Whether a part makes something of that colour now."""
    if part.plan:
        return named_colour(part.colour) in (named_colour(colour), None)
    near, thought = near_colour(colour), _thought(draft.chain.step(part.core))
    if isinstance(thought, edits.Recolour):
        return near is not None and near[0] == thought.colour
    return isinstance(thought, Scene) and near is not None and any(solid.colour == near[0] for solid in thought.solids)


def _same_shape(thing: str, change: edits.Recolour) -> bool:
    return find_solids(thing, Scene((change.target,))) == (change.target,) or bool(
        find_solids(thing, Scene((replace(change.target, colour=change.colour),)))
    )


def _language(text: str) -> Any:
    return "en" if text.isascii() else "zh"


# ---------------------------------------------------------------- on plans


def put_plan(draft: Draft, part: Part, said: SaidColour) -> None:
    """Let the plan of a part, and all that follows from it, take another colour.

    Raises: Back where it can't be told.
    """
    if said.is_relative:
        change = f"{part.core} {relative_change(said.words)}"
        if change in draft.said:  # "the blue is too dark, make it lighter": one change
            return
        draft.said.add(change)
    words = resolved(said, part.colour, _found_colour(draft, part.plan))
    if words is None:
        raise draft.back("question", "no_shade", words=said.words)
    before = part.colour
    draft.settle(
        lambda: draft.put_request(part.plan, colour=words),
        lambda: draft.reword(before, words),
    )
    _put_measured(draft, part, words)


def _found_colour(draft: Draft, plan: str) -> str | None:
    try:
        first = EditPlan.model_validate(draft.found(plan, "plan")).operations[0]
    except ValidationError:
        return None
    return first.target if isinstance(first, Recolour) else None


def _put_measured(draft: Draft, part: Part, words: str) -> None:
    """Let a plan that a person gave, what is measured and what is expected take the colour too."""
    colour = named_colour(words)
    if colour is None:
        return
    step = draft.chain.step(part.plan)
    if "plan" in step.given:
        plan = _recoloured(step.given["plan"], colour)
        draft.put(step.model_copy(update={"given": {**step.given, "plan": plan}}))
    for other in draft.chain:
        if other.tool == "check" and other.args.get("colour") and part.plan in {ref.step for ref in other.refs()}:
            draft.put_args(other.id, colour=words)
        expect = tuple(
            item.model_copy(update={"colour": colour})
            if isinstance(item, ColourIn) and item.mask.step == part.locate
            else item
            for item in other.expect
        )
        if expect != other.expect:
            draft.put(draft.chain.step(other.id).model_copy(update={"expect": expect}))


def _recoloured(value: Any, colour: str) -> Any:
    plan = EditPlan.model_validate(value)
    operations = []
    for operation in plan.operations:
        if isinstance(operation, Recolour):
            operation = operation.model_copy(update={"target": colour})
        elif isinstance(operation, ReplaceBackground):
            operation = operation.model_copy(update={"colour": colour})
        operations.append(operation)
    return plan.model_copy(update={"operations": tuple(operations)}).model_dump(mode="json")


# ---------------------------------------------------------------- in the small world


def _put_thought(draft: Draft, step: Step, said: SaidColour, thing: str) -> None:
    thought = _thought(step)
    language = _language(step.thought)
    if isinstance(thought, edits.Recolour):
        colour = _near(draft, said, thought.colour)
        after = tell_change(replace(thought, colour=colour), language)
    else:
        solid = _solid(draft, thought, thing)
        colour = _near(draft, said, solid.colour)
        solids = tuple(replace(s, colour=colour) if s == solid else s for s in thought.solids)
        after = tell_scene(replace(thought, solids=solids), language)
    draft.settle(lambda: draft.put(step.model_copy(update={"thought": after})))


def _near(draft: Draft, said: SaidColour, now: Any) -> Any:
    change = relative_change(said.words) if said.is_relative else None
    if change is not None:
        found = darker_than(now) if change == "darker" else paler_than(now)
    else:
        near = near_colour(said.words)
        found = near[0] if near else None
    if found is None:
        raise draft.back("question", "no_shade", words=said.words)
    return found


def _solid(draft: Draft, scene: Scene, thing: str) -> Solid:
    found = find_solids(thing, scene) if thing else scene.solids
    if draft.not_colour:
        near = near_colour(draft.not_colour)
        found = tuple(solid for solid in found if near and solid.colour == near[0]) or found
    if len(found) == 1:
        return found[0]
    choices = draft.named(tell_solid(solid, draft.language) for solid in found)
    raise Back("question", f"{draft.say('which')} {choices}")


def _thought(step: Step) -> Any:
    if colour_phrases(step.thought) or step.thought:
        try:
            return read_thought(step.thought)
        except InputError:
            return None
    return None
