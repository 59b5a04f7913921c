"""Words that tell how several solids of a drawn layout look and stand: "ball left, cube right", "球在方块后面".

The words may hold nothing else; whatever they leave open stays as it is, and what has to move moves least.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any, Final

from agentvid.planner.grammar.lexicon import strip_politeness
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.spot.drawn import drawn_layout, named_solids, put_layout
from agentvid.planner.rewrite.spot.layout import reshaped, spot_layout
from agentvid.world.mentions import Mention, Mentioned, any_of, names_of, read_mentions, stands
from agentvid.world.naming import seen_step, side_of
from agentvid.world.scene import GRID, Scene, Solid, free_places, touch
from agentvid.world.words import Language, language_of, tidy

__all__ = ["spot_stage"]

_SWAP: Final = re.compile(r"\b(?:swap|switch|exchange|trade|flip)\b|对调|互换|调换|交换", re.IGNORECASE)
_OTHERWISE: Final = re.compile(
    r"\b(?:an?|one|another|add|plus|put in|not|instead of|rather than|throw in"
    r"|remove|delete|drop|without|no|don't|do not|only|all|both|swap"
    r"|switch|keep|leave|step|check\w*|from|camera)\b|[加添删去多减]|别|不|只|都|换个|对调|互换|留|一[个只颗块]|步"
    r"|镜头|检查|来[个一]",
    re.IGNORECASE,
)
"""What these words are not for: one solid more or less, all of them, a camera, a step."""
_RATHER: Final = re.compile(r"(?:不要|别用|不用)[^,，]+[,，](?:换|要|用|改)|要.+不要|^instead of", re.IGNORECASE)
_DENIED: Final = re.compile(
    r"[,，]? ?(?:\b(?:and )?not\b|\binstead of\b|\brather than\b|而不是|不是|不要|别)(?P<what>[^,，;]*)$", re.IGNORECASE
)
_A_STEP: Final = re.compile(
    r"\b(?:a (?:bit|little|tad|touch|step)|slightly|nudge|further|farther|closer|nearer|more)\b"
    r"|(?:再|稍微|稍|更)?(?:往|向|靠|朝|偏)最?[左右前后][边面]?(?:挪|移|放|靠)?(?:一?[点些步]|一下)|再(?:往|向|靠)",
    re.IGNORECASE,
)
_DEGREE: Final = re.compile(r"\b(?:farther|further|closer|nearer) ?(?:to|from)?\b|[靠最]", re.IGNORECASE)
_MOST_TRIED: Final = 2
"""Solids whose places are tried together."""


@lru_cache(maxsize=2)
def _words(language: Language) -> tuple[str, str, str]:
    sizes, colours, shapes = (any_of(names_of(language, kind)) for kind in ("size", "colour", "shape"))
    return sizes, colours, shapes


_BE: Final = (
    r"(?:(?:should|can|could|must|has to|needs to|ought to|may|to|will|is|are|be|become|turn|go(?:es)?|get|stays?|sits?"
    r"|stands?|in|painted|made|now|moved?|put|placed?) )"
)
_SPOT: Final = r"(?:far )?(?:left|right|front|back|rear)(?:[ -](?:left|right|front|back))?"
_FILLER: Final[dict[Language, str]] = {
    "en": r"\b(?:the|make|put|move|place|set|shift|bring|should|be|is|are|can|could|goes|go|must|needs?|to|of|i|i'd"
    r"|it|its|want|like|please|have|let|with|now|so|that|stand|stays?|sit|sits|actually|rather|one|instead|and|side"
    r"|more|would|look|than|over|stands|too|then|on|at|ok|no|nah|hmm|sorry|directly|right|straight)\b|[,;:.!?]",
    "zh": r"应该|想要|希望|现在|还是|才对|才是|一下"
    "|[的了吧呢啊呀嘛把将要放摆挪移站在是让给请我想那就这个只颗块换改变成到去弄跟和与它她他后再该得,;:.!?、]",
}


def spot_stage(draft: Draft, message: str) -> bool:
    """Read looks, places and relations of the solids that the chain draws; False where words say something else too.

    Raises: Back where they can't stand so.
    """
    drawn = drawn_layout(draft)
    if drawn is None:
        return False
    step, scene = drawn
    said = strip_politeness(message)
    if _SWAP.search(said) and len(named_solids(said, scene)) == 2 and not re.search(r"[,，;]", said):
        return spot_layout(draft, said)
    language: Language = language_of(said)
    positive = _without_denied(said, scene)
    rather = reshaped(scene, said) if _RATHER.search(said) else None
    if rather is not None:
        put_layout(draft, step, scene, rather)
        return True
    if _OTHERWISE.search(_A_STEP.sub(" ", positive)):
        return False
    stepped = _stepped(scene, positive)
    if stepped is not None:
        put_layout(draft, step, scene, stepped)
        return True
    mentioned = read_mentions(_usual(tidy(positive), language), language)
    if re.sub(_FILLER[language], " ", mentioned.rest, flags=re.IGNORECASE).split() or not mentioned.solids:
        return False
    targets = _targets(mentioned.solids, scene)
    if targets is None:
        return False
    wanted = {target: _looking(target, mention) for target, mention in zip(targets, mentioned.solids, strict=True)}
    if not _says_more(mentioned, wanted):
        return False
    put_layout(draft, step, scene, [_placed(scene, mentioned, targets, wanted) or []])
    return True


def _without_denied(said: str, scene: Scene) -> str:
    """Return the words without a trailing "not ..." that only names what is not wanted of the same solid."""
    denied = _DENIED.search(said)
    if denied is None or not said[: denied.start()].strip():
        return said
    before, what = said[: denied.start()], denied["what"]
    other = {solid.shape for solid in named_solids(what, scene)} - {s.shape for s in named_solids(before, scene)}
    return said if other else before


def _usual(text: str, language: Language) -> str:
    """Return the words in the order that captions have: the look before the solid, places with their preposition."""
    sizes, colours, shapes = _words(language)
    if language == "en":
        text = re.sub(rf"\b({shapes}) the ({sizes}) one\b", r"\2 \1", text)
        text = re.sub(
            rf"\b(?:(?:{sizes}|{colours}) )*({shapes}) {_BE}*(?:an? )?({colours}|{sizes})\b(?! (?:{shapes}))",
            r"\2 \1",
            text,
        )
        text = re.sub(rf"\b({shapes}) {_BE}*(?:the )?({_SPOT})\b(?! of)", r"\1 at the \2", text)
        return text
    text = re.sub(r"(?:要|应该|得)?(?:放|摆|挪|移|站|搁|排)(?:到|在)?|(?:应该|得|要)在|去到", "在", text)
    text = re.sub(rf"(在(?:{shapes}))的(?=[左右前后旁])", r"\1", text)
    return re.sub(
        rf"(?:(?:{colours}|{sizes})的?)*({shapes})(?:应该|可以|[得要能是变改换为成弄涂染])+({colours}|{sizes})的?(?!的?(?:{shapes}))",
        r"\2\1",
        text,
    )


def _targets(mentions: tuple[Mention, ...], scene: Scene) -> list[Solid] | None:
    """Return which solid each mention means; None where one means none, several, or one that another means too."""
    found: list[Solid] = []
    for mention in mentions:
        fitting = [solid for solid in scene.solids if solid.shape == mention.shape]
        for part in ("colour", "size"):
            alike = [solid for solid in fitting if getattr(solid, part) == getattr(mention, part)]
            fitting = alike if len(fitting) > 1 and alike else fitting
        if len(fitting) != 1 or fitting[0] in found:
            return None
        found += fitting
    return found


def _looking(solid: Solid, mention: Mention) -> Solid:
    changes: dict[str, Any] = {"colour": mention.colour or solid.colour, "size": mention.size or solid.size}
    return replace(solid, **changes)


def _says_more(mentioned: Mentioned, wanted: dict[Solid, Solid]) -> bool:
    """Whether the words ask for something, and no colour there tells of a solid that isn't in the layout."""
    has_place = bool(mentioned.relations) or any(_is_placed(mention) for mention in mentioned.solids)
    is_other = any(new.colour != old.colour for old, new in wanted.items())
    has_look = any(new != old for old, new in wanted.items())
    return not is_other if has_place else has_look


def _is_placed(mention: Mention) -> bool:
    return len(mention.rows) < GRID or len(mention.columns) < GRID


def _placed(scene: Scene, mentioned: Mentioned, targets: list[Solid], wanted: dict[Solid, Solid]) -> list[Solid] | None:
    """Return all solids with the mentioned ones where the words have them, moved as little as can be."""
    first = {relation.first for relation in mentioned.relations}
    moved = [i for i, mention in enumerate(mentioned.solids) if _is_placed(mention) or i in first]
    resized = [i for i, target in enumerate(targets) if wanted[target].size != target.size]
    for free in (moved, sorted({*moved, *resized}), list(range(len(targets)))):
        best = _best(scene, mentioned, targets, wanted, free[:_MOST_TRIED])
        if best is not None:
            return best
    return None


def _best(
    scene: Scene, mentioned: Mentioned, targets: list[Solid], wanted: dict[Solid, Solid], free: list[int]
) -> list[Solid] | None:
    others = [solid for solid in scene.solids if solid not in targets]
    best: tuple[float, list[Solid]] | None = None
    for places in product(*(_allowed(mentioned.solids[i]) for i in free)):
        at = dict(zip(free, places, strict=True))
        now = [
            replace(wanted[target], row=at[i][0], column=at[i][1]) if i in at else wanted[target]
            for i, target in enumerate(targets)
        ]
        if any(not stands(r.side, now[r.first], now[r.second]) for r in mentioned.relations) or _touching(
            [*now, *others]
        ):
            continue
        far = sum(_cost(now[i], targets[i], mentioned.solids[i]) for i in free)
        if best is None or far < best[0]:
            best = far, [*now, *others]
    return best[1] if best else None


def _allowed(mention: Mention) -> list[tuple[int, int]]:
    return list(product(mention.rows, mention.columns))


def _touching(solids: list[Solid]) -> bool:
    return any(touch(one, other) for i, one in enumerate(solids) for other in solids[i + 1 :])


def _cost(now: Solid, before: Solid, mention: Mention) -> float:
    """Return how far a place is from the usual one of its words, or from where the solid stood."""
    row, column = (_usual_one(mention.rows, before.row), _usual_one(mention.columns, before.column))
    return (now.row - row) ** 2 + (now.column - column) ** 2


def _usual_one(spots: tuple[int, ...], before: int) -> int:
    if len(spots) == GRID:
        return before
    if before in spots and before not in (0, GRID - 1):
        return before
    return spots[-1] if 0 in spots else spots[0]


def _stepped(scene: Scene, said: str) -> list[list[Solid]] | None:
    """Read "the ball a bit further left", "球再靠前一点": the nearest free places on that side of where it is."""
    named, side = named_solids(said, scene), side_of(_DEGREE.sub(" ", said))
    if not _A_STEP.search(said) or len(named) != 1 or side is None:
        return None
    solid = named[0]
    rows, columns = seen_step(side, scene.camera)
    others = [one for one in scene.solids if one != solid]
    there = [s for s in free_places(others, solid) if _ahead(s, solid, rows, columns)]
    return [[*others, one] for one in there] or [[]]


def _ahead(one: Solid, solid: Solid, rows: int, columns: int) -> bool:
    far = (one.row - solid.row) * rows + (one.column - solid.column) * columns
    aside = abs((one.row - solid.row) * columns) + abs((one.column - solid.column) * rows)
    return far > 0 and aside < far
