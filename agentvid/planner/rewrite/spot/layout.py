"""Loose words about the layout that a picture of the small world is drawn by: swap, add, more, another camera."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from agentvid.chain.step import Step
from agentvid.errors import InputError
from agentvid.planner.grammar.thoughts import say
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.world import edits
from agentvid.world.language import read_thought, tell_change, tell_scene
from agentvid.world.mentions import any_of, names_of, read_mentions
from agentvid.world.naming import near_colour
from agentvid.world.scene import AZIMUTHS, MOST_SOLIDS, Camera, Scene, Solid, free_places
from agentvid.world.words import LANGUAGES, language_of, tidy

__all__ = ["spot_added", "spot_layout"]

_ALL: Final = re.compile(r"\b(?:everything|all|both|every one|each)\b|全部?|都|所有|两个都", re.IGNORECASE)
_SWAP: Final = re.compile(
    r"\b(?:swap|switch|exchange|trade|flip)\w*\b|对调|互换|调换|交换|换个?(?:位置|位|地方)(?!的)", re.IGNORECASE
)
_COLOUR: Final = re.compile(r"\bcolou?rs?\b|颜色", re.IGNORECASE)
_SIZE: Final = re.compile(r"\bsizes?\b|大小|尺寸", re.IGNORECASE)
_BIGGER: Final = re.compile(
    r"\b(?:bigger|larger|big|large|huge|enlarge|grow)\b|大一?[点些]|变大|放大|改大|大的|弄大", re.IGNORECASE
)
_SMALLER: Final = re.compile(
    r"\b(?:smaller|small|tiny|little|shrink)\b|小一?[点些]|变小|缩小|改小|小的|弄小", re.IGNORECASE
)
_ADD: Final = re.compile(
    r"\b(?:add|plus|put in|throw in|another|one more|and also|with|as well|too|can i (?:get|have))\b|再?(?:加|添"
    r"|放|摆|来)(?:上|个|一)|多一?个|加上",
    re.IGNORECASE,
)
_REMOVE: Final = re.compile(
    r"\b(?:without|no|drop|remove|lose|get rid of|take (?:out|away)|delete|skip|don't (?:want|need))\b|不要|去掉"
    r"|拿掉|删掉|移走|别要|不需要",
    re.IGNORECASE,
)
_ONLY: Final = re.compile(
    r"\b(?:only|just)\b.*\b(?:keep|leave|the)\b|\bnothing but\b|(?:只|就)(?:留|要|保留|剩)", re.IGNORECASE
)
_RATHER: Final = re.compile(
    r"(?P<new>.+?) (?:rather than|instead of|not) (?P<old>.+)|(?:not|don't (?:want|use)) (?P<old2>.+?)(?:,| but"
    r"| use)+ ?(?P<new2>.+)"
    r"|(?P<old4>.+?)(?:换成|改成|变成|改为|换为|变为|改用)(?P<new4>.+)|(?P<old3>.*?)(?:别用|不要|别是|不用"
    r"|不是)(?P<old5>.+?)[,，]?(?:用|要|改成|换成|而?是)(?P<new3>.+)",
    re.IGNORECASE,
)
_MANY: Final = re.compile(r"\b(?P<en>two|three|four|2|3|4)\b|(?P<zh>[两二三四234])(?:个|只|颗|块)", re.IGNORECASE)
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4, "两": 2, "二": 2, "三": 3, "四": 4}
_VIEWS: Final = (
    ("azimuth", AZIMUTHS // 4, r"\bfrom the right\b|从右[边侧面方]?(?:看|拍)"),
    ("azimuth", AZIMUTHS // 2, r"\bfrom (?:the back|behind)\b|从[后背][边面方]?(?:看|拍)"),
    ("azimuth", 3 * AZIMUTHS // 4, r"\bfrom the left\b|从左[边侧面方]?(?:看|拍)"),
    ("azimuth", 0, r"\bfrom the front\b|从[前正][边面方]?(?:看|拍)"),
    ("height", "high", r"\bfrom (?:above|high up|the top)\b|\bbird's[- ]eye\b|\blook(?:ing)? down\b"
        r"|从上[面方]?(?:往下)?(?:看|拍)|俯视|俯拍|高一?点(?:看|拍)"),
    ("height", "low", r"\bfrom (?:below|low down)\b|\blow(?:er)? (?:camera|angle)\b|从下[面方]?(?:往上)?(?:看"
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
    drawn = [(step, scene) for step in draft.chain if (scene := _scene(step)) is not None]
    if len(drawn) != 1:
        return False
    step, scene = drawn[0]
    if draft.did and _ONLY.search(clause) and len(scene.solids) == 1:
        return True
    after = _after(scene, clause, _named(draft.message, scene))
    if after is None:
        return False
    thought = _told(draft, after, step)
    if thought == step.thought:
        draft.did = True
        return True
    changed = _changed_later(draft, scene, read_thought(thought))
    draft.settle(lambda: draft.put(step.model_copy(update={"thought": thought}), *changed))
    return True


def _changed_later(draft: Draft, before: Scene, after: object) -> list[Step]:
    """Return the later edits whose solid now looks or stands otherwise, with their thoughts about it as it is now."""
    if not isinstance(after, Scene) or len(before.solids) != len(after.solids):
        return []
    gone = [solid for solid in before.solids if solid not in after.solids]
    new = [solid for solid in after.solids if solid not in before.solids]
    if len(gone) != 1 or len(new) != 1:
        return []
    steps = []
    for step in draft.chain:
        change = _change(step)
        if change is not None and change.target == gone[0]:
            told = tell_change(replace(change, target=new[0]), language_of(step.thought))
            steps.append(step.model_copy(update={"thought": told}))
    return steps


def _change(step: Step) -> edits.Recolour | edits.Remove | edits.Reshape | edits.Resize | edits.Move | None:
    try:
        thought = read_thought(step.thought) if step.tool == "edit_image" else None
    except InputError:
        return None
    kinds = edits.Recolour | edits.Remove | edits.Reshape | edits.Resize | edits.Move
    return thought if isinstance(thought, kinds) else None


def spot_added(draft: Draft, message: str) -> bool:
    """Read "再加个蓝色小球，放左边" where the chain draws a layout: one solid more in it."""
    drawn = [scene for step in draft.chain if (scene := _scene(step)) is not None]
    return len(drawn) == 1 and len(draft.parts()) == 1 and bool(_ADD.search(message)) and spot_layout(draft, message)


def _told(draft: Draft, wanted: tuple[Sequence[Sequence[Solid]], Camera], step: Step) -> str:
    """Return the first of the layouts that can stand, in words."""
    choices, camera = wanted
    for solids in choices:
        try:
            return tell_scene(Scene(tuple(solids), camera), language_of(step.thought))
        except InputError:
            continue
    raise draft.refusal(say(draft.language, "no_room"))


def _scene(step: Step) -> Scene | None:
    if not step.tool.startswith("generate"):
        return None
    try:
        thought = read_thought(step.thought)
    except InputError:
        return None
    return thought if isinstance(thought, Scene) else None


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
    named = _named(clause, scene) or before
    if _SWAP.search(clause):
        return _swapped(scene, named, clause)
    if _ALL.search(clause) and not named:
        return _all_alike(scene, clause)
    if (_ONLY.search(clause) and len(named) == 1) or (_REMOVE.search(clause) and len(named) == 1):
        kept = (
            named
            if _ONLY.search(clause) and not _REMOVE.search(clause)
            else [s for s in scene.solids if s not in named]
        )
        rather = _reshaped(scene, clause)
        return rather or ([kept] if kept else None)
    rather = _reshaped(scene, clause)
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


def _named(clause: str, scene: Scene) -> list[Solid]:
    """Return the solids that words single out, by shape, colour or place; none where no word does."""
    told = tidy(clause)
    found: list[Solid] | None = None
    for part in ("shape", "colour"):
        values = {
            value
            for language in LANGUAGES
            for word, value in names_of(language, part).items()
            if re.search(re.escape(word) if language == "zh" else rf"\b{re.escape(word)}s?\b", told)
        }
        fitting = [solid for solid in scene.solids if getattr(solid, part) in values]
        if values and fitting and (found is None or len(found) > 1):
            both = [solid for solid in fitting if found is None or solid in found]
            found = both or found
    if found is None and len(scene.solids) > 1:
        found = _outermost(scene, told)
    return found or []


def _outermost(scene: Scene, told: str) -> list[Solid]:
    """Return the solid that "the one in the back", "后面的" means."""
    sides = (
        (r"\bone (?:in|at) the back\b|\bback one\b|后面的", lambda s: -s.row),
        (r"\bone (?:in|at) the front\b|\bfront one\b|前面的", lambda s: s.row),
        (r"\bone on the left\b|\bleft one\b|左边的", lambda s: s.column),
        (r"\bone on the right\b|\bright one\b|右边的", lambda s: -s.column),
    )
    return next(([min(scene.solids, key=key)] for words, key in sides if re.search(words, told)), [])


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
    elif _BIGGER.search(clause):
        change["size"] = "large"
    elif _SMALLER.search(clause):
        change["size"] = "small"
    return [[replace(solid, **change) for solid in scene.solids]] if change else None


def _reshaped(scene: Scene, clause: str) -> Sequence[Sequence[Solid]] | None:
    """Read "a ball rather than a cone", "绿色的那个别用圆柱，用方块"."""
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
    named = _named(old, scene) or _named(new, scene) or (list(scene.solids) if len(scene.solids) == 1 else [])
    if many is not None and len(_named(new, scene)) == 1:
        return _with(scene, _named(new, scene) * (_NUMBERS[(many["en"] or many["zh"]).lower()] - 1))
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
    return None if there is None else [[*scene.solids, there]]


def _one_changed(scene: Scene, solid: Solid, clause: str) -> Sequence[Sequence[Solid]] | None:
    others = [one for one in scene.solids if one != solid]
    bare = re.sub("|".join(any_of(names_of(language, "colour")) for language in LANGUAGES), " ", clause)
    if _PLACE.search(clause):
        mentioned = read_mentions(tidy(f"a ball at the {_corner(clause)}"), "en").solids[0]
        spot = mentioned.spot
        wanted = replace(solid, row=spot[0], column=spot[1]) if spot else solid
        free = [s for s in free_places(others, wanted) if s.row in mentioned.rows and s.column in mentioned.columns]
        return [_in_place(scene, solid, there) for there in free] or None
    if _BIGGER.search(bare):
        return [_in_place(scene, solid, there) for there in free_places(others, replace(solid, size="large"))]
    if _SMALLER.search(bare):
        return [_in_place(scene, solid, there) for there in free_places(others, replace(solid, size="small"))]
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
