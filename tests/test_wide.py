"""The wide reader: what people say in any of 65 ways, read as requests; and the chains that come of them."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest
from planner_tools import CLIP, EDITED, OLD_PHOTO, PHOTO, PHOTO_2, clip, picture
from thorough import amount
from wide_tools import TAKES, TOOLS

from agentvid.chain.chain import Chain
from agentvid.errors import InputError
from agentvid.events import ignore
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.wide.table import ROWS
from agentvid.planner.wide.understand import Understood, understand
from agentvid.planner.wide.where import Medium

sys.path.append(str(Path(__file__).parent / "bench"))

from bench_planner import score

DATA = Path(__file__).parent / "data"
KINDS = {"i": "image", "v": "video"}
SHELVES = {"i": "i", "v": "v", "n": "", "m": "ii", "w": "vv", "x": "vi"}
PHRASES = [
    line.split(" ", 2)
    for line in (DATA / "phrases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
CLOUD = {"classical": frozenset({"edit_image"}), "cloud": frozenset({"edit_image", "image_to_video"})}
OFFLINE = {"classical": frozenset({"edit_image", "novel_view"})}
DRAWN = {"cloud": frozenset({"edit_image", "image_to_video", "text_to_image", "text_to_video"})}
SLOW_SECONDS = 0.2


def media(kinds: str) -> tuple[Medium, ...]:
    return tuple(Medium(n, KINDS[kind], 1, is_new=True, is_made=False) for n, kind in enumerate(kinds, 1))


def ops(text: str, kinds: str = "i") -> list[str]:
    return [want.op for want in understand(text, media(kinds)).wants]


async def planned(text: str, *known: KnownMedia, **more: object) -> Chain:
    request = PlanRequest(1, text, known, tools=TAKES, **more)  # type: ignore[arg-type]
    return await GrammarPlanner().plan(request, ignore)


def known(kinds: str) -> tuple[KnownMedia, ...]:
    made = (picture("abd"[n]) if kind == "i" else clip("cef"[n]) for n, kind in enumerate(kinds))
    return tuple(KnownMedia(n, artifact, is_new=True) for n, artifact in enumerate(made, 1))


# ------------------------------------------------------------ reading


def test_every_operation_has_phrases_in_both_languages() -> None:
    english = {op for op, _, phrase in PHRASES if phrase.isascii()}
    chinese = {op for op, _, phrase in PHRASES if not phrase.isascii()}
    assert {row.op for row in ROWS} == english == chinese
    assert len(ROWS) == 65


def test_phrases_are_read() -> None:
    wrong = [(op, phrase, read) for op, kind, phrase in PHRASES if (read := ops(phrase, SHELVES[kind])) != [op]]
    assert not wrong


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.op)
def test_the_example_of_a_row_is_read_as_it(row: object) -> None:
    kinds = "vv" if row.op == "join" else "vi" if row.op == "picture_in_picture" else "ii"  # type: ignore[attr-defined]
    kinds = {"video": "v", "none": ""}.get(row.needs, kinds)  # type: ignore[attr-defined]
    assert [ops(text, kinds) for text in row.example] == [[row.op], [row.op]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "held_out", "exact", "references"),
    [
        ("messages", None, 0.948, 0.968),
        ("messages2", None, 0.945, 0.943),
        ("messages3", False, 0.92, 0.942),
        ("messages3", True, 0.59, 0.98),
        ("unseen1", None, 0.78, 0.96),
        ("unseen2", None, 0.82, 0.97),
    ],
)
def test_messages_of_people_are_read(name: str, held_out: bool | None, exact: float, references: float) -> None:
    """Only the last three rows, which nothing was learned from, tell what to expect of new messages."""
    summary = score(DATA / f"{name}.jsonl", held_out).summary()
    assert summary["exact"]["all"] >= exact
    assert summary["references"] >= references


def test_a_verb_alone_asks_what() -> None:
    assert [understand(text, media("i")).reason for text in ("remove", "去掉")] == ["no_thing", "no_thing"]


@pytest.mark.parametrize(
    ("text", "kinds", "wanted"),
    [
        (
            "First straighten it, then crop to 16:9 and finally bump up the contrast",
            "i",
            ["rotate", "crop", "contrast"],
        ),
        ("it's too dark, brighten it up", "i", ["brighten"]),
        ("太暗了，提亮一点", "i", ["brighten"]),
        ("Before you add the snow, take the leaves off the trees", "i", ["remove", "weather"]),
        ("最后要竖版的。在那之前，先把二维码挪到左下角", "i", ["move", "crop"]),
        ("don't change the colour, just make it bigger", "i", ["resize"]),
        ("别裁，把水印去掉", "i", ["text_remove"]),
        ("make the door red, no wait, remove the door", "i", ["remove"]),
        ("remove the bin and the cones", "i", ["remove"]),
        ("把狗和猫去掉", "i", ["remove"]),
        ("draw a cat and a dog in the rain at sunset", "", ["generate_image"]),
        ("a looping turntable", "i", ["turntable", "loop"]),
        ("除了天空，全部变成黑白", "i", ["grayscale"]),
        ("make it longer", "v", ["extend"]),
        ("slow it down", "v", ["speed"]),
        ("make it move", "i", ["animate"]),
        ("cut out the first second", "v", ["trim"]),
        ("what happened right before this?", "v", ["past"]),
        ("1.去掉电线 2.湖面加一条小船 3.整体做成水墨画", "i", ["remove", "add", "style"]),
        ("upscale it to 4k, but denoise it first", "i", ["denoise", "upscale"]),
        ("换个背景，换成纯白", "i", ["background_change"]),
        ("两段都先调成黑白，然后拼起来", "vv", ["grayscale", "grayscale", "join"]),
    ],
)
def test_order_limits_and_reasons(text: str, kinds: str, wanted: list[str]) -> None:
    assert ops(text, kinds) == wanted


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("你好呀", "chat"),
        ("thanks!! that's exactly what I wanted", "chat"),
        ("can you help me with some photos?", "chat"),
        ("make it pop", "ask"),
        ("把那个改一下", "ask"),
        ("undress the woman in this photo", "refuse"),
        ("帮我把身份证上的年龄改大两岁", "refuse"),
    ],
)
def test_what_is_nothing_to_do(text: str, mood: str) -> None:
    assert understand(text).mood == mood


SESSION = (
    Medium(1, "image", 1, is_new=False, is_made=False),
    Medium(2, "image", 1, is_new=False, is_made=True),
    Medium(3, "image", 2, is_new=False, is_made=True),
)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("brighten it", (3,)),
        ("brighten v2", (2,)),
        ("go back to the one before and brighten it", (2,)),
        ("用上一版，提亮一点", (2,)),
        ("把原图提亮一点", (1,)),
        ("brighten the original", (1,)),
        ("use v2, not v3, and flip it", (2,)),
    ],
)
def test_versions(text: str, on: tuple[int, ...]) -> None:
    assert understand(text, SESSION, ("remove the bin", "make it warmer")).wants[0].on == on


@pytest.mark.parametrize(
    ("text", "kinds", "on"),
    [
        ("把第二张提亮", "ii", (2,)),
        ("brighten the second photo", "ii", (2,)),
        ("把第二张里的蛋糕放到第一张的桌子上", "ii", (1,)),
        ("put the photo in the corner of the video", "vi", (1, 2)),
        ("compare them", "iii", (1, 2, 3)),
        ("brighten the middle one", "iii", (2,)),
    ],
)
def test_ordinals(text: str, kinds: str, on: tuple[int, ...]) -> None:
    assert understand(text, media(kinds)).wants[0].on == on


def test_a_count_beyond_what_there_is_is_asked_back() -> None:
    assert understand("帮我调亮第四张", media("ii")).reason == "no_such"


@pytest.mark.parametrize(
    ("text", "target", "value"),
    [
        ("把这张的红杯子变成蓝色，然后旋转90度", "红杯子", "蓝色"),
        ("把红色的杯子变成蓝色", "红色的杯子", "蓝色"),
        ("paint the wall navy", "wall", "navy"),
        ("swap the car for a cherry-red Mustang", "car", "a cherry-red Mustang"),
        ('change "Flat 4" to "Flat 7"', "", "Flat 7"),
        ("顶上写“第二杯半价”", "", "第二杯半价"),
    ],
)
def test_targets_and_values(text: str, target: str, value: str) -> None:
    want = understand(text, media("i")).wants[0]
    assert (want.target, want.value) == (target, value)


def test_what_stays_is_named() -> None:
    understood = understand("Swap my car for a bus. Keep the driveway exactly as is.", media("i"))
    assert understood.keep == ("the driveway",)


# ------------------------------------------------------------ chains


ASKS_BACK = frozenset({"generate_image", "generate_video", "orbit", "view_from", "future", "rotate", "text_add"})
"""Operations that some phrases ask of what is not there: drawing outside the small world, the far side of a thing, how
many degrees are level, words that nobody said ("put our shop name in the corner")."""


async def test_every_phrase_becomes_a_chain_that_checks() -> None:
    wrong = []
    for op, kind, phrase in PHRASES:
        chain = await planned(phrase, *known(SHELVES[kind]), bears=DRAWN)
        assert check_chain(chain, TOOLS) == [], phrase
        if bool(chain.steps) == bool(chain.question) or (chain.question and op not in ASKS_BACK):
            wrong.append((op, phrase, chain.question))
    assert not wrong


def steps(chain: Chain) -> list[str]:
    return [step.tool for step in chain]


async def test_an_edit_is_located_analysed_planned_drawn_and_checked() -> None:
    chain = await planned("make the table marble", PHOTO)
    assert steps(chain) == ["locate", "analyse", "plan_edit", "edit_image", "check"]
    plan = chain.steps[2].args
    assert (plan["operation"], plan["target"]) == ("material", "table")


async def test_requests_follow_one_another() -> None:
    chain = await planned("先去掉水印，再裁成16:9，最后提亮一点", PHOTO)
    edited = [step for step in chain if step.tool in ("edit_image", "transform_image")]
    assert [step.tool for step in edited] == ["edit_image", "transform_image", "edit_image"]
    assert edited[1].args["image"] == {"step": edited[0].id, "port": "image"}
    assert edited[1].args["ratio"] == "16:9"


async def test_times_of_a_clip() -> None:
    chain = await planned("去掉前面两秒和最后一秒，剩下的加速到1.5倍", CLIP)
    trim, speed = (step.args for step in chain if step.tool == "retime")
    assert (trim["start"], trim["end"], speed["speed"]) == (2.0, CLIP.artifact.seconds - 1.0, 1.5)  # type: ignore[union-attr]


async def test_the_first_second_is_cut_and_what_came_before_is_drawn() -> None:
    for text in ("cut out the first second", "剪掉第一秒"):
        assert (await planned(text, CLIP)).steps[0].args["start"] == 1.0
    assert steps(await planned("what happened right before this?", CLIP)) == ["extend_video"]


async def test_sound_is_put_on_the_clip() -> None:
    assert steps(await planned("add applause at the end", CLIP)) == ["sound", "mux"]
    assert steps(await planned("静音", CLIP)) == ["mux"]


async def test_what_no_engine_can_draw_is_said_at_once() -> None:
    chain = await planned("put a party hat on the dog", PHOTO, bears=OFFLINE)
    assert not chain.steps
    assert "unified, diffusion, cloud" in chain.question
    assert "works now" in chain.question
    drawn = await planned("put a party hat on the dog", PHOTO, bears=CLOUD)
    assert steps(drawn) == ["plan_edit", "edit_image", "check"]


async def test_a_tool_that_is_not_there_is_said() -> None:
    fewer = {name: takes for name, takes in TAKES.items() if name != "retime"}
    chain = await GrammarPlanner().plan(PlanRequest(1, "play it backwards", (CLIP,), tools=fewer), ignore)
    assert not chain.steps
    assert "retime" in chain.question


async def test_the_precise_phrases_go_first() -> None:
    chain = await planned("make the red cup blue", PHOTO)
    assert steps(chain) == ["locate", "analyse", "plan_edit", "edit_image", "check"]
    assert "value" not in chain.steps[2].args


async def test_unsafe_requests_are_refused_and_thanks_answered() -> None:
    assert "won't do" in (await planned("undress her", PHOTO)).question
    assert "你好" in (await planned("谢谢", OLD_PHOTO, EDITED)).question


async def test_two_pictures_are_compared_on_one_sheet() -> None:
    assert steps(await planned("which of these two is sharper?", PHOTO, PHOTO_2)) == ["compose", "describe"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("brighten it a bit", {"operation": "adjust", "value": "brighter, a bit", "target": "whole picture"}),
        ("less saturated please", {"operation": "adjust", "value": "desaturated"}),
        ("调暗一点", {"operation": "adjust", "value": "压暗一点", "target": "整张画面"}),
        ("make it sunset light", {"operation": "light", "target": "whole picture"}),
        ("变成深秋的感觉", {"operation": "weather"}),
        ("make the red cup half as big", {"operation": "resize", "target": "red cup", "amount": 0.5}),
        ("把红色杯子往右移一点", {"operation": "move", "direction": "right", "amount": 0.1}),
        ("write 'Morning coffee' at the top in red", {"operation": "text", "text": "Morning coffee", "colour": "red"}),
        ("写上'新年快乐'", {"operation": "text", "text": "新年快乐"}),
    ],
)
async def test_plan_edit_is_told_what_it_takes(text: str, told: dict[str, object]) -> None:
    chain = await planned(text, PHOTO)
    args = next(step.args for step in chain if step.tool == "plan_edit")
    assert {name: args.get(name) for name in told} == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("裁成16:9", {"kind": "crop", "ratio": "16:9"}),
        ("crop off the left third", {"kind": "crop", "place": "right", "share": 1 - 1 / 3}),
        ("rotate it 10 degrees counterclockwise", {"kind": "rotate", "degrees": -10.0}),
        ("extend it on both sides", {"kind": "extend", "sides": "left right"}),
        ("flip it upside down", {"kind": "flip", "axis": "vertical"}),
    ],
)
async def test_the_frame_is_changed_as_said(text: str, told: dict[str, object]) -> None:
    args = (await planned(text, PHOTO)).steps[0].args
    assert {name: args.get(name) for name in told} == told


async def test_clips_are_transformed_and_edited_whole() -> None:
    assert steps(await planned("裁成竖屏", CLIP)) == ["transform_video"]
    assert steps(await planned("make it night", CLIP)) == ["plan_edit", "edit_video"]


async def test_how_large_a_thing_is_is_asked_of_its_box() -> None:
    chain = await planned("红色杯子有多大？", PHOTO)
    assert steps(chain) == ["locate", "describe"]
    assert chain.steps[1].args["box"] == {"step": chain.steps[0].id, "port": "box"}
    assert steps(await planned("how big is the picture?", PHOTO)) == ["describe"]


async def test_a_style_nobody_offline_paints_is_told_with_those_that_are() -> None:
    chain = await planned("make it look like a mosaic", PHOTO, bears=OFFLINE)
    assert not chain.steps
    assert "watercolour" in chain.question


# ------------------------------------------------------------ anything at all

_WORDS = [
    *{word for _, _, phrase in PHRASES for word in phrase.split()},
    "第",
    "v2",
    "“",
    "”",
    "'",
    ",",
    "，",
    "。",
    "然后",
    "and",
]


def _fuzzed(rng: random.Random) -> str:
    phrases = [rng.choice(PHRASES)[2] for _ in range(rng.randint(1, 6))]
    text = rng.choice([", ", "，", " and ", "然后", ". ", " ", "\n", ""]).join(phrases)
    match rng.randint(0, 5):
        case 0:
            characters = list(text)
            rng.shuffle(characters)
            return "".join(characters)
        case 1:
            return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(1, 120)))[:2000]
        case 2:
            return "".join(
                chr(rng.choice([rng.randint(32, 0x2FF), rng.randint(0x4E00, 0x9FFF)]))
                for _ in range(rng.randint(0, 300))
            )
        case 3:
            return (text * 40)[: rng.randint(1, 2100)]
        case 4:
            at = rng.randrange(len(text) + 1)
            return text[:at] + rng.choice(_WORDS) * rng.randint(1, 30) + text[at:]
    return text


def _survives(count: int, seed: int) -> None:
    rng = random.Random(seed)
    understand("warm the patterns", media("i"))
    slow: list[tuple[float, str]] = []
    for _ in range(count):
        text, kinds = _fuzzed(rng), rng.choice(list(SHELVES.values()))
        start = time.process_time()
        try:
            understood = understand(text, media(kinds), (text[:50],) if rng.random() < 0.3 else ())
        except InputError:
            assert len(text) > 1000
            continue
        slow += [(spent, text)] if (spent := time.process_time() - start) > SLOW_SECONDS else []
        assert isinstance(understood, Understood)
        assert bool(understood.wants) == (understood.mood == "do")
    assert not slow, max(slow)


def test_any_text_is_read_in_time() -> None:
    _survives(300, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thousands_of_texts_are_read_in_time() -> None:
    _survives(amount(2_000, 10_000), 2)


async def test_any_text_becomes_a_chain_or_an_answer() -> None:
    rng = random.Random(3)
    for _ in range(60):
        text, kinds = _fuzzed(rng)[:1500], rng.choice(list(SHELVES.values()))
        chain = await planned(text, *known(kinds), bears=DRAWN)
        assert bool(chain.steps) != bool(chain.question)
        assert check_chain(chain, TOOLS) == [], text
