"""Loose words about the layout that a picture of the small world is drawn by: swap, add, more, another camera."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.spot.drawn import drawn_layout, named_solids, put_layout, size_said
from agentvid.world.mentions import any_of, names_of, read_mentions
from agentvid.world.naming import near_colour
from agentvid.world.scene import AZIMUTHS, MOST_SOLIDS, Camera, Scene, Solid, free_places
from agentvid.world.words import LANGUAGES, language_of, tidy

__all__ = ["reshaped", "spot_added", "spot_layout"]

_ALL: Final = re.compile(r"\b(?:everything|all|both|every one|each)\b|全部?|都|所有|两个都", re.IGNORECASE)
_SWAP: Final = re.compile(
    r"\b(?:swap|switch|exchange|trade|flip)\w*\b|对调|互换|调换|交换|对换|位置.{0,3}换|换个?(?:位置|位|地方)(?!的)",
    re.IGNORECASE,
)
_COLOUR: Final = re.compile(r"\bcolou?rs?\b|颜色", re.IGNORECASE)
_SIZE: Final = re.compile(r"\bsizes?\b|大小|尺寸", re.IGNORECASE)
_ADD: Final = re.compile(
    r"\b(?:add|plus|put in|throw in|another|one more|and also|with|as well|too$|can i (?:get|have))\b|再?(?:加|添"
    r"|放|摆|来)(?:上|个|一)|多一?个|加上",
    re.IGNORECASE,
)
_REMOVE: Final = re.compile(
    r"\b(?:without|no|drop|remove|lose|ditch|scrap|dump|kill|leave out|get rid of|take (?:out"
    r"|away)|delete|skip|don't (?:want|need))\b|不要(?![变改动换涂染])|去掉"
    r"|拿掉|拿走|删掉|删了|移走|移除|撤掉|扔掉|别要|不需要|不想要",
    re.IGNORECASE,
)
_ONLY: Final = re.compile(
    r"\b(?:only|just)\b.*\b(?:keep|leave|the)\b|\bnothing but\b|(?:只|就)(?:留|要|保留|剩)", re.IGNORECASE
)
_RATHER: Final = re.compile(
    r"(?P<new>.+?) (?:rather than|instead of|not) (?P<old>.+)|(?:not|don't (?:want|use)) (?P<old2>.+?)(?:,| but"
    r"| use)+ ?(?P<new2>.+)"
    r"|(?P<old4>.+?)(?:换成|改成|变成|改为|换为|变为|改用)(?P<new4>.+)|(?P<old3>.*?)(?:别用|不要|别是|不用"
    r"|不是)(?P<old5>.+?)[,，]?(?:用|要|改成|换成|而?是)(?P<new3>.+)"
    r"|我?要(?P<new5>[^,，]+?)[,，]?(?:不要|而不是|不是)(?P<old6>[^,，]+)"
    r"|instead of (?P<old7>[^,]+?),? (?:i'd like|i want|use|have|make it|let's have) (?P<new6>.+)",
    re.IGNORECASE,
)
_MANY: Final = re.compile(r"\b(?P<en>two|three|four|2|3|4)\b|(?P<zh>[两二三四234])(?:个|只|颗|块)", re.IGNORECASE)
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4, "两": 2, "二": 2, "三": 3, "四": 4}
_VIEWS: Final = (
    ("azimuth", AZIMUTHS // 4, r"\bfrom the right\b|从右[边侧面方]?(?:看|拍)"),
    ("azimuth", AZIMUTHS // 2, r"\bfrom (?:the back|behind)\b|从[后背][边面方]?(?:看|拍)"),
    ("azimuth", 3 * AZIMUTHS // 4, r"\bfrom the left\b|从左[边侧面方]?(?:看|拍)"),
    ("azimuth", 0, r"\bfrom the front\b|从[前正][边面方]?(?:看|拍)"),
    ("height", "high", r"\bfrom (?:above|high up|the top)\b|\bbird's[- ]eye\b|\blook(?:ing)? down\b|\btop[- ]down\b"
        r"|\b(?:raise|lift) the camera\b|\bhigher (?:camera|angle|view)\b|\bcamera (?:\w+ )?(?:higher|up)\b"
        r"|(?:镜头|视角|机位|相机)(?:再|放|抬|调|升)*高"
        r"|从上[面方]?(?:往下)?(?:看|拍)|俯视|俯拍|高一?点(?:看|拍)"),
    ("height", "low", r"\bfrom (?:below|low down)\b|\blow(?:er)? (?:the )?(?:camera"
        r"|angle|view)\b|\bcamera (?:\w+ )?(?:lower|down)\b"
        r"|(?:镜头|视角|机位|相机)(?:再|放|压|调|降)*低|从下[面方]?(?:往上)?(?:看"
        r"|拍)|仰视|仰拍|低一?点(?:看|拍)"),
)  # fmt: skip
_PLACE: Final = re.compile(
    r"\b(?:on|to|at|in|into|towards?|over to)\b.*\b(?:left|right|front|back|middle|cent(?:re|er)|rear)\b"
    r"|\b(?:left|right)(?:most| side)\b"
    r"|[往向到在放移挪去朝]最?[左右前后中]|[左右前后](?:边|面|侧|方)|中间|正中",
    re.IGNORECASE,
)
_KEPT: Final = re.compile(r"\b(?:keep|leave)\b.*?\b(?:but|and|,)|(?:保持|留着|不动|别动)[^,，]*[,，]", re.IGNORECASE)


def spot_layout(draft: Draft, clause: str) -> bool:
    """Read loose words about the one layout that the chain draws; False where they say nothing of it.

    Raises: Back where it can't stand so.
    """
    drawn = drawn_layout(draft)
    if drawn is None:
        return False
    step, scene = drawn
    if draft.did and _ONLY.search(clause) and len(scene.solids) == 1:
        return True
    after = _after(scene, clause, named_solids(draft.message, scene))
    if after is None:
        return False
    put_layout(draft, step, scene, *after)
    return True


def spot_added(draft: Draft, message: str) -> bool:
    """Read "再加个蓝色小球，放左边" where the chain draws a layout: one solid more in it."""
    is_drawn = drawn_layout(draft) is not None and len(draft.parts()) == 1
    return is_drawn and bool(_ADD.search(message)) and spot_layout(draft, message)


def _after(
    scene: Scene, clause: str, named: list[Solid] | None = None
) -> tuple[Sequence[Sequence[Solid]], Camera] | None:
    camera = _camera(scene.camera, clause)
    if camera is not None:
        return [scene.solids], camera
    solids = _solids(scene, _KEPT.sub(" ", clause), named or [])
    return None if solids is None else (solids, scene.camera)


def _camera(camera: Camera, clause: str) -> Camera | None:
    found: dict[str, Any] = {}
    for part, value, words in _VIEWS:
        if part not in found and re.search(words, clause, re.IGNORECASE):
            found[part] = value
    return replace(camera, **found) if found else None


def _solids(scene: Scene, clause: str, before: list[Solid]) -> Sequence[Sequence[Solid]] | None:
    """Return what may stand there instead, the likeliest first; None where the words say nothing of it."""
    named = named_solids(clause, scene) or before
    if _SWAP.search(clause):
        return _swapped(scene, named, clause)
    if _ALL.search(clause) and len(named) in (0, len(scene.solids)) and not _REMOVE.search(clause):
        return _all_alike(scene, clause)
    if (_ONLY.search(clause) and len(named) == 1) or (_REMOVE.search(clause) and len(named) == 1):
        kept = (
            named
            if _ONLY.search(clause) and not _REMOVE.search(clause)
            else [s for s in scene.solids if s not in named]
        )
        rather = reshaped(scene, clause)
        return rather or ([kept] if kept else None)
    rather = reshaped(scene, clause)
    if rather is not None:
        return rather
    many = _MANY.search(clause)
    if many is not None and len(named) == 1:
        number = _NUMBERS[(many["en"] or many["zh"]).lower()]
        same = [solid for solid in scene.solids if solid.look == named[0].look]
        return _with(scene, [named[0]] * (number - len(same)))
    if _ADD.search(clause) and not (named and re.search(r"\bthe\b", clause)):
        return _added(scene, clause)
    if len(named) != 1:
        return None
    return _one_changed(scene, named[0], clause)


def _swapped(scene: Scene, named: list[Solid], clause: str) -> Sequence[Sequence[Solid]] | None:
    pair = named if len(named) == 2 else list(scene.solids) if len(scene.solids) == 2 else []
    if not pair:
        return None
    one, other = pair
    if _COLOUR.search(clause):
        new = {one: replace(one, colour=other.colour), other: replace(other, colour=one.colour)}
    elif _SIZE.search(clause):
        new = {one: replace(one, size=other.size), other: replace(other, size=one.size)}
    else:
        new = {
            one: replace(one, row=other.row, column=other.column),
            other: replace(other, row=one.row, column=one.column),
        }
    return [[new.get(solid, solid) for solid in scene.solids]]


def _all_alike(scene: Scene, clause: str) -> Sequence[Sequence[Solid]] | None:
    change: dict[str, Any] = {}
    colours = said_colours(clause)
    near = near_colour(colours[0].words) if len(colours) == 1 else None
    if near is not None:
        change["colour"] = near[0]
    elif size := size_said(clause):
        change["size"] = size
    return [[replace(solid, **change) for solid in scene.solids]] if change else None


def reshaped(scene: Scene, clause: str) -> Sequence[Sequence[Solid]] | None:
    """Return what stands there after "a ball rather than a cone", "绿色的那个别用圆柱，用方块"."""
    match = _RATHER.fullmatch(clause.strip())
    if match is None:
        return None
    groups = match.groupdict()
    new = next(words for name, words in groups.items() if name.startswith("new") and words)
    old = " ".join(words for name, words in groups.items() if name.startswith("old") and words)
    many = _MANY.search(new)
    shapes = {
        value for language in LANGUAGES for word, value in names_of(language, "shape").items() if word in tidy(new)
    }
    colours = said_colours(new)
    named = (
        named_solids(old, scene) or named_solids(new, scene) or (list(scene.solids) if len(scene.solids) == 1 else [])
    )
    if many is not None and len(named_solids(new, scene)) == 1:
        return _with(scene, named_solids(new, scene) * (_NUMBERS[(many["en"] or many["zh"]).lower()] - 1))
    if len(named) != 1:
        return None
    change: dict[str, Any] = {"shape": next(iter(shapes))} if len(shapes) == 1 else {}
    near = near_colour(colours[0].words) if len(colours) == 1 else None
    change |= {"colour": near[0]} if near else {}
    change |= {"size": "large"} if re.search(r"\b(?:big|large)\b|大", new) else {}
    change |= {"size": "small"} if re.search(r"\b(?:small|little|tiny)\b|小", new) else {}
    if not change:
        return None
    others = [solid for solid in scene.solids if solid != named[0]]
    return [_in_place(scene, named[0], there) for there in free_places(others, replace(named[0], **change))]


def _in_place(scene: Scene, old: Solid, new: Solid) -> list[Solid]:
    return [new if solid == old else solid for solid in scene.solids]


def _with(scene: Scene, more: list[Solid]) -> Sequence[Sequence[Solid]] | None:
    """Return the scene with more solids at free places, as near as can be to where they are told."""
    if not more or len(scene.solids) + len(more) > MOST_SOLIDS:
        return None
    solids = list(scene.solids)
    for solid in more:
        spot = next(free_places(solids, solid), None)
        if spot is None:
            return None
        solids.append(spot)
    return [solids]


def _added(scene: Scene, clause: str) -> Sequence[Sequence[Solid]] | None:
    mentioned = read_mentions(tidy(clause), language_of(clause))
    if len(mentioned.solids) != 1:
        return None
    mention = mentioned.solids[0]
    spot = mention.spot or (mention.rows[len(mention.rows) // 2], mention.columns[len(mention.columns) // 2])
    colours = [one.colour for one in scene.solids]
    alike = [one.colour for one in scene.solids if one.shape == mention.shape]
    colour = (
        mention.colour
        or next(iter(alike), None)
        or next(one for one in ("red", "blue", "green", "yellow", "purple") if one not in colours)
    )
    solid = Solid(*spot, mention.shape, colour, mention.size or "small")  # type: ignore[arg-type]
    there = next(
        (s for s in free_places(scene.solids, solid) if s.row in mention.rows and s.column in mention.columns), None
    )
    return [[*scene.solids, there]] if there is not None else [[]]


def _one_changed(scene: Scene, solid: Solid, clause: str) -> Sequence[Sequence[Solid]] | None:
    others = [one for one in scene.solids if one != solid]
    bare = re.sub("|".join(any_of(names_of(language, "colour")) for language in LANGUAGES), " ", clause)
    if _PLACE.search(clause):
        mentioned = read_mentions(tidy(f"a ball at the {_corner(clause)}"), "en").solids[0]
        spot = mentioned.spot
        wanted = replace(solid, row=spot[0], column=spot[1]) if spot else solid
        free = [s for s in free_places(others, wanted) if s.row in mentioned.rows and s.column in mentioned.columns]
        if not free and mentioned.rows == mentioned.columns:  # the very middle is taken: the middle of its row
            free = [there for there in free_places(others, solid) if there.column in mentioned.columns]
        return [_in_place(scene, solid, there) for there in free] or None
    size: Any = size_said(bare)
    if size:
        return [_in_place(scene, solid, there) for there in free_places(others, replace(solid, size=size))]
    return None


def _corner(clause: str) -> str:
    sides = (
        ("left", r"\bleft\b|左"),
        ("right", r"\bright\b|右"),
        ("front", r"\bfront\b|前"),
        ("back", r"\b(?:back|rear)\b|后"),
    )
    found = [side for side, words in sides if re.search(words, clause, re.IGNORECASE)]
    return " ".join(found[:2]) or "middle"
