"""The offline grammar: what people say, in Chinese and English, becomes the chain they meant, or a question back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planner_tools import CLIP, EARLIER, EDITED, FILMED, OLD_PHOTO, PHOTO, PHOTO_2, TOOLS

from agentvid.chain.chain import Chain
from agentvid.chain.step import ColourIn, Ref, Seconds, Size, Step, UnchangedOutside, as_ref
from agentvid.errors import InputError
from agentvid.events import Event, ThoughtDelta, ignore
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest, Subject, subject_of
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.grammar.operations import OPERATIONS

RED_CUP = Subject("red cup", Ref(step="t1.s1", port="mask"), frozenset({"a" * 64, "t1.s4.image"}))


async def planned(text: str, *media: KnownMedia, turn: int = 1, subject: Subject | None = None) -> Chain:
    request = PlanRequest(turn, text, media, subject=subject)
    chain = await GrammarPlanner().plan(request, ignore)
    assert check_chain(chain, TOOLS, earlier=EARLIER) == []
    return chain


def told(chain: Chain) -> list[str]:
    """A chain as short lines, one per step that says what was understood."""
    return [line for step in chain if (line := _line(step))]


def _line(step: Step) -> str:
    args = step.args
    match step.tool:
        case "locate":
            return f"locate {args['what']} in {_medium(args['image'])}"
        case "plan_edit":
            behind = f" {_medium(args['background'])}" if "background" in args else ""
            return f"{args['operation']} {args['target']} {args.get('colour', '')}".strip() + behind
        case "novel_view":
            return f"{args['path']['kind']}{' mask' if 'mask' in args else ''}{_path(args['path'])}"
        case "navigate":
            return "walk " + ", ".join(
                f"{a['move']} {a['amount']:g} in {a['seconds']:g}s" for a in args["actions"]["actions"]
            )
        case "future_frames":
            return f"future {_medium(args['video'])} {args['seconds']:g}s"
        case "compose":
            items = [*args.get("clips", []), *args.get("stills", [])]
            return f"{args['layout']} {' '.join(map(_medium, items))}"
        case "describe":
            return f"ask {_medium(args.get('image') or args['video'])} {args['question']}"
    return ""


def _medium(value: dict[str, str]) -> str:
    ref = as_ref(value)
    return str(ref) if ref else value["artifact"][0]


def _path(path: dict[str, list[dict[str, float]]]) -> str:
    usual = {"yaw_deg": 0, "pitch_deg": 0, "roll_deg": 0, "truck": 0, "pedestal": 0, "dolly": 0, "zoom": 1}
    return "".join(
        f" | {pose['seconds']:g}s" + "".join(f" {k}={pose[k]:g}" for k, v in usual.items() if pose[k] != v)
        for pose in path["poses"][1:]
    )


RECOLOUR = [
    ("把红色的杯子变成蓝色", "红色的杯子", "蓝色"),
    ("请帮我把左边的杯子改成深蓝色，谢谢！", "左边的杯子", "深蓝色"),
    ("能不能把杯子的颜色换成 #FF8800？", "杯子", "#ff8800"),
    ("杯子染成紫色", "杯子", "紫色"),
    ("把杯子变绿", "杯子", "绿"),
    ("把图里的杯子变成蓝色，其他地方不变", "杯子", "蓝色"),
    ("把杯子调深一点", "杯子", "深一点"),
    ("make the red cup blue", "red cup", "blue"),
    ("Please make the red cup dark blue!", "red cup", "dark blue"),
    ("turn the car into a bright yellow", "car", "bright yellow"),
    ("change the colour of the cup on the left to green", "cup on the left", "green"),
    ("Change the cup's color to #00ff00", "cup", "#00ff00"),
    ("could you paint my bicycle sky blue please?", "bicycle", "sky blue"),
    ("make the sky blue", "sky", "blue"),
    ("paint the wall behind the sofa light grey", "wall behind the sofa", "light grey"),
    ("make the cup darker", "cup", "darker"),
    ("I want the cup to be pink", "cup", "pink"),
    ("make the red cup blue but do not change anything else", "red cup", "blue"),
]


@pytest.mark.parametrize(("text", "thing", "colour"), RECOLOUR)
async def test_recolour(text: str, thing: str, colour: str) -> None:
    chain = await planned(text, PHOTO)
    assert told(chain) == [f"locate {thing} in a", f"recolour {thing} {colour}"]
    assert [step.tool for step in chain] == ["locate", "analyse", "plan_edit", "edit_image", "check"]


ONE_PICTURE = [
    # remove
    ("去掉右边的杯子", ["locate 右边的杯子 in a", "remove 右边的杯子"]),
    ("把勺子从图里删除", ["locate 勺子 in a", "remove 勺子"]),
    ("remove the cup on the right", ["locate cup on the right in a", "remove cup on the right"]),
    ("get rid of the spoon in the picture", ["locate spoon in a", "remove spoon"]),
    ("take the spoon away", ["locate spoon in a", "remove spoon"]),
    ("erase the man in the background", ["locate man in the background in a", "remove man in the background"]),
    (
        "erase the spoon and the plate",
        ["locate spoon in a", "remove spoon", "locate plate in t1.s3.image", "remove plate"],
    ),
    ("移除杯子、勺子", ["locate 杯子 in a", "remove 杯子", "locate 勺子 in t1.s3.image", "remove 勺子"]),
    # background
    ("虚化背景", ["locate 主体 in a", "blur_background 主体"]),
    ("把杯子后面的背景虚化一下", ["locate 杯子 in a", "blur_background 杯子"]),
    ("blur the background", ["locate main subject in a", "blur_background main subject"]),
    ("blur everything except the cup", ["locate cup in a", "blur_background cup"]),
    ("把背景换成白色", ["locate 主体 in a", "replace_background 主体 白色"]),
    ("给它换个浅蓝色背景", ["locate 主体 in a", "replace_background 主体 浅蓝色"]),
    ("replace the background with green", ["locate main subject in a", "replace_background main subject green"]),
    ("make the background behind the cup dark blue", ["locate cup in a", "replace_background cup dark blue"]),
    ("give me a red background", ["locate main subject in a", "replace_background main subject red"]),
    ("give the cup a white background", ["locate cup in a", "replace_background cup white"]),
    ("white background please", ["locate main subject in a", "replace_background main subject white"]),
    ("put the cup on a white background", ["locate cup in a", "replace_background cup white"]),
    # camera
    ("镜头绕着它慢慢转", ["locate 主体 in a", "orbit mask | 6s yaw_deg=18"]),
    ("环绕", ["locate 主体 in a", "orbit mask | 4s yaw_deg=18"]),
    ("绕着杯子转半圈，用时6秒", ["locate 杯子 in a", "orbit mask | 6s yaw_deg=180"]),
    ("镜头绕杯子逆时针转三十度", ["locate 杯子 in a", "orbit mask | 4s yaw_deg=30"]),
    ("orbit around it slowly", ["locate main subject in a", "orbit mask | 6s yaw_deg=18"]),
    ("orbit around the cup to the left for three seconds", ["locate cup in a", "orbit mask | 3s yaw_deg=-18"]),
    ("the camera circles quickly around the red cup", ["locate red cup in a", "orbit mask | 2s yaw_deg=18"]),
    ("turn the camera 20 degrees left", ["locate main subject in a", "orbit mask | 4s yaw_deg=-20"]),
    ("镜头向左转十五度", ["locate 主体 in a", "orbit mask | 4s yaw_deg=-15"]),
    ("zoom in", ["look | 4s zoom=1.5"]),
    ("zoom in for 3 seconds", ["look | 3s zoom=1.5"]),
    ("zoom out 2x over five seconds", ["look | 5s zoom=0.5"]),
    ("zoom in on the cup, slowly", ["locate cup in a", "orbit mask | 6s zoom=1.5"]),
    ("zoom into the cup", ["locate cup in a", "orbit mask | 4s zoom=1.5"]),
    ("镜头推近，4 秒", ["look | 4s zoom=1.5"]),
    ("快速拉远", ["look | 2s zoom=0.6667"]),
    ("zoom in, then orbit around the cup", ["locate cup in a", "orbit mask | 4s zoom=1.5 | 8s yaw_deg=18 zoom=1.5"]),
    ("放大两倍", ["look | 4s zoom=2"]),
    ("把镜头推近杯子", ["locate 杯子 in a", "orbit mask | 4s zoom=1.5"]),
    ("向左平移", ["look | 4s truck=-0.12"]),
    ("镜头上移一点", ["look | 4s pedestal=0.06"]),
    ("move the camera up", ["look | 4s pedestal=0.12"]),
    ("let the camera pan right 30 degrees over two and a half seconds", ["look | 2.5s yaw_deg=30"]),
    ("镜头向右摇", ["look | 4s yaw_deg=12"]),
    ("tilt down slowly", ["look | 6s pitch_deg=-8"]),
    ("move the camera closer to the cup", ["locate cup in a", "orbit mask | 4s dolly=0.3"]),
    (
        "orbit left 30 degrees, then zoom in",
        ["locate main subject in a", "orbit mask | 4s yaw_deg=-30 | 8s yaw_deg=-30 zoom=1.5"],
    ),
    # walking
    ("往前走三米然后左转90度", ["walk forward 3 in 3s, turn_left 90 in 2s"]),
    ("沿着地图往前走五米", ["walk forward 5 in 5s"]),
    ("向前走两步，向右转，再后退1.5米", ["walk forward 1.4 in 1.4s, turn_right 90 in 2s, back 1.5 in 1.5s"]),
    ("walk forward 3 metres, then turn left", ["walk forward 3 in 3s, turn_left 90 in 2s"]),
    ("walk along the map for ten seconds", ["walk forward 10 in 10s"]),
    (
        "turn around slowly, wait two seconds and walk back one hundred and twenty cm",
        ["walk turn_right 180 in 6s, wait 0 in 2s, back 1.2 in 1.2s"],
    ),
    # questions
    ("what is in this picture?", ["ask a what is in this picture?"]),
    ("请问图里有什么？", ["ask a 图里有什么?"]),
    ("杯子是什么颜色", ["ask a 杯子是什么颜色"]),
    ("how many red things", ["ask a how many red things"]),
    ("is the cup red?", ["ask a is the cup red?"]),
    ("描述一下这张图", ["ask a 描述一下这张图"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), ONE_PICTURE)
async def test_one_picture(text: str, lines: list[str]) -> None:
    assert told(await planned(text, PHOTO)) == lines


ONE_CLIP = [
    ("continue this for two seconds", ["future c 2s"]),
    ("what happens next", ["future c 2s"]),
    ("What happens in the next 3 seconds?", ["future c 3s"]),
    ("extend the clip by one and a half seconds", ["future c 1.5s"]),
    ("predict the next two seconds", ["future c 2s"]),
    ("接下来两秒会发生什么", ["future c 2s"]),
    ("然后会怎么样？", ["future c 2s"]),
    ("续写二十四点五秒", ["future c 24.5s"]),
    ("把视频延长三秒半", ["future c 3.5s"]),
    ("3秒后会发生什么", ["future c 3s"]),
    ("接着播放三秒", ["future c 3s"]),
    ("再续半分钟", ["future c 30s"]),
    ("接下来两秒会发生什么，和原来的并排放", ["future c 2s", "beside c t1.s1.video"]),
    ("continue this for 2 seconds and put it above the original", ["future c 2s", "above t1.s1.video c"]),
    ("continue it, then play the original, then the new one", ["future c 2s", "then c t1.s1.video"]),
    ("how long is it?", ["ask c how long is it?"]),
    ("视频里有什么", ["ask c 视频里有什么"]),
]


@pytest.mark.parametrize(("text", "lines"), ONE_CLIP)
async def test_one_clip(text: str, lines: list[str]) -> None:
    assert told(await planned(text, CLIP)) == lines


TWO_PICTURES = [
    ("replace the background with @v2", ["locate main subject in a", "replace_background main subject b"]),
    ("把第一张的背景换成第二张", ["locate 主体 in a", "replace_background 主体 b"]),
    ("make the cup in the second picture blue", ["locate cup in b", "recolour cup blue"]),
    ("把第二张里的杯子变成红色", ["locate 杯子 in b", "recolour 杯子 红色"]),
    ("remove the cup from @v1", ["locate cup in a", "remove cup"]),
    ("把两张图放在一起", ["beside a b"]),
    ("join them", ["beside a b"]),
    ("put @v2 above @v1", ["above b a"]),
    ("put @v1 below @v2", ["above b a"]),
    ("first @v2, then @v1", ["then b a"]),
    ("把@v1和@v2上下排列", ["above a b"]),
    ("what is in the last picture?", ["ask b what is in the last picture?"]),
]


@pytest.mark.parametrize(("text", "lines"), TWO_PICTURES)
async def test_two_pictures(text: str, lines: list[str]) -> None:
    assert told(await planned(text, PHOTO, PHOTO_2)) == lines


IN_ORDER = [
    (
        "把红色的杯子变成蓝色，然后镜头绕着它慢慢转",
        ["locate 红色的杯子 in a", "recolour 红色的杯子 蓝色", "orbit mask | 6s yaw_deg=18"],
    ),
    (
        "make the red cup blue, and then orbit around the blue cup",
        ["locate red cup in a", "recolour red cup blue", "orbit mask | 4s yaw_deg=18"],
    ),
    (
        "first make the cup blue; then blur the background and zoom in slowly",
        ["locate cup in a", "recolour cup blue", "blur_background cup", "look | 6s zoom=1.5"],
    ),
    (
        "make the cup and the spoon green",
        ["locate cup in a", "recolour cup green", "locate spoon in t1.s4.image", "recolour spoon green"],
    ),
    (
        "make the sky blue and the grass green",
        ["locate sky in a", "recolour sky blue", "locate grass in t1.s4.image", "recolour grass green"],
    ),
    (
        "make the red cup blue then orbit around the green cup",
        [
            "locate red cup in a", "recolour red cup blue", "locate green cup in t1.s4.image",
            "orbit mask | 4s yaw_deg=18",
        ],
    ),
    (
        "去掉右边的杯子，再虚化背景，和原来的并排放",
        [
            "locate 右边的杯子 in a", "remove 右边的杯子", "locate 主体 in t1.s3.image", "blur_background 主体",
            "beside a t1.s7.image",
        ],
    ),
    (
        "orbit slowly. Continue this for one second and put it beside the original",
        ["locate main subject in a", "orbit mask | 6s yaw_deg=18", "future t1.s2.video 1s", "beside t1.s3.video a"],
    ),
    (
        "make the red cup blue, what colour is it?",
        ["locate red cup in a", "recolour red cup blue", "ask t1.s4.image what colour is it?"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), IN_ORDER)
async def test_later_requests_work_on_earlier_results(text: str, lines: list[str]) -> None:
    assert told(await planned(text, PHOTO)) == lines


NEXT_TURN = [
    ("make it green", ["recolour red cup green"]),
    ("换成绿色", ["recolour red cup 绿色"]),
    ("change the colour to green", ["recolour red cup green"]),
    ("现在把它变成绿色", ["recolour red cup 绿色"]),
    ("orbit around it", ["orbit mask | 4s yaw_deg=18"]),
    ("make the spoon green", ["locate spoon in t1.s4.image", "recolour spoon green"]),
    ("make the mug in the original green", ["locate mug in a", "recolour mug green"]),
    ("continue the clip for one second", ["future t1.s6.video 1s"]),
    ("put @v2 beside the original", ["beside a t1.s4.image"]),
    ("what is in the second picture?", ["ask t1.s4.image what is in the second picture?"]),
    ("blur the background of @v1", ["blur_background red cup"]),
]


@pytest.mark.parametrize(("text", "lines"), NEXT_TURN)
async def test_a_later_turn_refers_to_ports(text: str, lines: list[str]) -> None:
    chain = await planned(text, OLD_PHOTO, EDITED, FILMED, turn=2, subject=RED_CUP)
    assert told(chain) == lines
    assert all(step.id.startswith("t2.") for step in chain)


QUESTIONS = [
    ("make the red cup blue", (), "add one"),
    ("把红色的杯子变成蓝色", (), "请随消息上传"),
    ("continue this for two seconds", (PHOTO,), "Only a clip can be continued"),
    ("向左平移镜头", (CLIP,), "静态图片"),
    ("reverse it", (PHOTO,), "still picture"),
    ("orbit around the cup", (CLIP,), "still pictures"),
    ("sing me a song", (PHOTO,), "Not understood: “sing me a song”"),
    ("make the cup blue and sing a song", (PHOTO,), "Understood: “make the cup blue”"),
    ("把杯子变成蓝色，然后唱首歌", (PHOTO,), "没明白的部分：“然后唱首歌”"),
    ("make it green", (PHOTO,), 'What is "it"?'),
    ("make the cup blue", (PHOTO, PHOTO_2), "Which one is meant"),
    ("make the cup in @v7 blue", (PHOTO,), "There is no @v7"),
    ("把第三张里的杯子变成蓝色", (PHOTO, PHOTO_2), "这里没有"),
    ("把杯子变成猫", (PHOTO,), "颜色"),
    ("把背景换成海滩", (PHOTO,), "背景可以换成"),
    ("remove the background", (PHOTO,), "A background can be"),
    ("去掉红色", (PHOTO,), "请说出"),
    ("make the background darker", (PHOTO,), "A background can be"),
    ("move the cup left", (PHOTO,), "Not understood"),
    ("make the cup bigger", (PHOTO,), "Not understood"),
    ("rotate the picture 90 degrees", (PHOTO,), "Not understood"),
    ("make the picture blue", (PHOTO,), "Name the one thing"),
    ("put it beside the original", (PHOTO,), "at least two different"),
    ("join them", (PHOTO,), "at least two different"),
    ("show the result beside the original", (PHOTO,), "no result yet"),
    ("continue for 0 seconds", (CLIP,), "more than 0"),
    ("continue for -2 seconds", (CLIP,), "more than 0"),
    ("continue for 20 minutes", (CLIP,), "at most 600"),
    ("zoom in for 200 seconds", (PHOTO,), "at most 120"),
    ("orbit 5000 degrees", (PHOTO,), "that far"),
    ("pan left, then orbit around the cup", (PHOTO,), "two messages"),
    ("walk forward 0 metres", (PHOTO,), "above 0"),
    ("walk forward 900 metres", (PHOTO,), "600"),
    ("make the cup black and white", (PHOTO,), "“and white”"),
    ("make the cup blue for two seconds", (PHOTO,), "Not understood"),
    ("zoom in for two or three seconds", (PHOTO,), "Not understood"),
    ("what can you do?", (PHOTO,), "“make the red cup blue”"),
    ("你能做什么？", (), "请上传"),
    ("", (PHOTO,), "Say what should happen"),
    ("zoom in, " * 5 + "one, two, " * 40, (PHOTO,), "…”"),
    ("…!!", (), "Add a picture or a clip"),
]


@pytest.mark.parametrize(("text", "media", "part"), QUESTIONS)
async def test_what_cannot_be_placed_is_asked_back(text: str, media: tuple[KnownMedia, ...], part: str) -> None:
    chain = await planned(text, *media)
    assert len(chain) == 0
    assert part in chain.question


async def test_a_question_is_asked_in_the_language_of_the_message() -> None:
    assert (await planned("唱首歌", PHOTO)).question.startswith("没明白的部分")
    assert (await planned("sing a song", PHOTO)).question.startswith("Not understood")


async def test_offers_fit_the_media_at_hand() -> None:
    assert "continue the clip" in (await planned("sing a song", CLIP)).question
    assert "continue the clip" not in (await planned("sing a song", PHOTO)).question


async def test_the_steps_of_a_recolour_are_wired_to_each_other() -> None:
    chain = await planned("make the red cup blue", PHOTO)
    locate, analyse, plan, edit, check = chain
    mask = {"step": locate.id, "port": "mask"}
    assert analyse.args["mask"] == edit.args["mask"] == check.args["mask"] == mask
    assert plan.args["palette"] == {"step": analyse.id, "port": "palette"}
    assert plan.args["light"] == {"step": analyse.id, "port": "light"}
    assert plan.args["request"] == "make the red cup blue"
    assert edit.args["plan"] == check.args["plan"] == {"step": plan.id, "port": "plan"}
    assert check.args["image"] == {"step": edit.id, "port": "image"}
    assert check.args["before"]["artifact"] == "a" * 64


async def test_the_answer_tells_the_finding_first_then_results_in_order() -> None:
    chain = await planned("make the red cup blue, then orbit around it slowly", PHOTO)
    assert [str(ref) for ref in chain.answer] == ["t1.s3.finding", "t1.s4.image", "t1.s5.answer", "t1.s6.video"]


async def test_a_result_that_is_worked_on_further_is_not_shown_by_itself() -> None:
    chain = await planned("continue this for two seconds and put it beside the original", CLIP)
    assert [str(ref) for ref in chain.answer] == ["t1.s1.finding", "t1.s2.video"]


async def test_expectations_follow_from_the_request() -> None:
    chain = await planned("make the red cup blue, then zoom in for 3 seconds", PHOTO)
    edit, view = chain.step("t1.s4"), chain.step("t1.s6")
    by_kind = {type(predicate): predicate for predicate in edit.expect}
    outside, size = by_kind[UnchangedOutside], by_kind[Size]
    assert isinstance(outside, UnchangedOutside) and outside.db == 35 and str(outside.mask) == "t1.s1.mask"
    assert outside.before["artifact"] == "a" * 64
    assert ColourIn not in by_kind, "the colour is the plan's to decide, and check's to measure"
    assert isinstance(size, Size) and (size.width, size.height) == (640, 480)
    (lasts,) = view.expect
    assert isinstance(lasts, Seconds) and lasts.least < 3 < lasts.most and lasts.most - lasts.least < 0.5


async def test_a_background_edit_is_not_expected_to_leave_the_outside_alone() -> None:
    chain = await planned("blur the background", PHOTO)
    assert not any(isinstance(p, UnchangedOutside) for step in chain for p in step.expect)


async def test_every_step_has_a_thought_in_the_language_of_the_message_and_emits_it() -> None:
    events: list[Event] = []
    request = PlanRequest(1, "把红色的杯子变成蓝色，然后镜头绕着它慢慢转", (PHOTO,))
    chain = await GrammarPlanner().plan(request, events.append)
    assert [(e.step, e.text) for e in events if isinstance(e, ThoughtDelta)] == [(s.id, s.thought) for s in chain]
    assert chain.step("t1.s1").thought == "在@v1中找到红色的杯子，因为只有它要改。"
    english = await planned("make the red cup blue", PHOTO)
    assert english.step("t1.s1").thought == "Find the red cup in @v1, because only it should change."


async def test_an_unsaid_length_is_told_in_the_thought() -> None:
    assert "no length was asked for" in (await planned("what happens next", CLIP)).step("t1.s1").thought
    assert "no length" not in (await planned("continue for 2 seconds", CLIP)).step("t1.s1").thought


async def test_step_ids_begin_where_the_request_says() -> None:
    request = PlanRequest(4, "zoom in", (PHOTO,), first_step=7)
    chain = await GrammarPlanner().plan(request, ignore)
    assert [step.id for step in chain] == ["t4.s7"]


async def test_the_subject_of_earlier_chains_follows_edits_and_ends_with_a_removal() -> None:
    first = await planned("make the red cup blue", PHOTO)
    subject = subject_of([first])
    assert subject == Subject("red cup", Ref(step="t1.s1", port="mask"), frozenset({"a" * 64, "t1.s4.image"}))
    assert subject_of([first, await planned("remove the spoon", PHOTO, turn=2)]) is None
    assert subject_of([]) is None


async def test_a_new_clip_is_not_passed_over_for_an_old_picture() -> None:
    chain = await planned("make the cup blue", OLD_PHOTO, KnownMedia(2, CLIP.artifact, is_new=True), turn=2)
    assert [step.tool for step in chain][-2:] == ["edit_video", "check"]
    question = await planned("zoom in", OLD_PHOTO, KnownMedia(2, CLIP.artifact, is_new=True), turn=2)
    assert "still pictures" in question.question


@pytest.mark.parametrize("text", ["make the red bus blue", "把红色的公交车变成蓝色"])
async def test_a_thing_in_a_clip_is_found_in_a_frame_followed_and_edited(text: str) -> None:
    chain = await planned(text, CLIP)
    tools = [step.tool for step in chain]
    assert tools == ["pick_frame", "locate", "analyse", "plan_edit", "track", "edit_video", "check"]
    steps = {step.tool: step for step in chain}
    assert steps["track"].args["keyframe"] == steps["edit_video"].args["keyframe"]
    assert Ref(step="t1.s6", port="video") in chain.answer


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("reverse the clip", "retime", {"reverse": True}),
        ("倒放", "retime", {"reverse": True}),
        ("speed it up twice", "retime", {"speed": 2}),
        ("加速3倍", "retime", {"speed": 3}),
        ("loop it 3 times", "retime", {"loops": 3}),
        ("循环播放5次", "retime", {"loops": 5}),
        ("cut it from 0.5 to 1.5 seconds", "retime", {"start": 0.5, "end": 1.5}),
        ("截取1到2秒", "retime", {"start": 1, "end": 2}),
        ("慢放一半", "interpolate", {"factor": 2}),
        ("slow it down 4 times", "interpolate", {"factor": 4}),
        ("stabilise", "stabilise", {}),
        ("稳定画面", "stabilise", {}),
    ],
)
async def test_a_clip_is_shown_otherwise(text: str, tool: str, args: dict[str, float]) -> None:
    (step,) = await planned(text, CLIP)
    assert (step.tool, {name: value for name, value in step.args.items() if name != "video"}) == (tool, args)


@pytest.mark.parametrize("word", ["十", "twenty ", "for the next in by ", "and ", "make ", "的", "x, ", "@v1 "])
@pytest.mark.timeout(10)
async def test_reading_takes_no_longer_than_it_should(word: str) -> None:
    assert (await planned((word * 2000)[:2000], PHOTO)).question


async def test_a_message_that_is_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="characters"):
        await planned("make the cup blue " * 200, PHOTO)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3), ("2.5", 2.5), ("-2", -2), ("两", 2), ("十五", 15), ("一百二十", 120), ("一百二", 120),
        ("二百零五", 205), ("三点五", 3.5), ("半", 0.5), ("两千", 2000),
        ("twenty-five", 25), ("one hundred and twenty", 120),
        ("two point five", 2.5), ("one and a half", 1.5), ("half a", 0.5), ("a couple of", 2), ("a", 1),
    ],
)  # fmt: skip
def test_numbers(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "点", "二三", "三点", "cat", "point", "two point cat"])
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_every_offer_is_understood_as_its_operation() -> None:
    from agentvid.planner.grammar.parse import parse

    for row in OPERATIONS:
        for offer in filter(None, row.offer):
            parsed = parse(offer)
            assert not parsed.unplaced, offer
            assert parsed.requests[0].operation == row.name, offer


SAID = [text for text, *_ in (*RECOLOUR, *ONE_PICTURE, *ONE_CLIP, *TWO_PICTURES, *QUESTIONS)]
ODD = ["999999999999", "0", "@v1", "the", "and", "1e9", *"把将它的变成蓝色背景转秒度米半点两十百，。然后再和@12-.#°"]
WORDS = st.sampled_from([word for text in SAID for word in text.split()] + ODD)
MEDIA = st.sampled_from([(), (PHOTO,), (CLIP,), (PHOTO, PHOTO_2), (OLD_PHOTO, EDITED, FILMED)])


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=14).map(" ".join)), media=MEDIA)
async def test_any_text_gives_a_chain_that_checks(text: str, media: tuple[KnownMedia, ...]) -> None:
    chain = await GrammarPlanner().plan(PlanRequest(2, text, media, subject=RED_CUP), ignore)
    assert check_chain(chain, TOOLS, earlier=EARLIER) == []
    assert bool(chain.question) != bool(chain.steps)
    assert all(step.thought for step in chain)


@settings(max_examples=50, deadline=None)
@given(
    text=st.lists(st.sampled_from(RECOLOUR), min_size=1, max_size=3), gap=st.sampled_from(["，然后", ", then ", "; "])
)
async def test_requests_keep_their_order(text: list[tuple[str, str, str]], gap: str) -> None:
    texts = [said.rstrip("！!？?。").removesuffix("，谢谢").removesuffix(" please") for said, _, _ in text]
    chain = await planned(gap.join(texts), PHOTO)
    plans = [step for step in chain if step.tool == "plan_edit"]
    assert [step.args["colour"] for step in plans] == [colour for _, _, colour in text]
