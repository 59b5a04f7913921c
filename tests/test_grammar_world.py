"""The offline grammar on the small world: pictures from words alone, changes of what they show, views, clips."""

from __future__ import annotations

import numpy as np
import pytest

from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetThought, apply_all
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.events import ignore
from agentvid.media.types import Image
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.write import write_chain
from agentvid.planner.stage import Stage, stages_of
from agentvid.plugins import load_tools
from agentvid.world.caption import caption, instruct
from agentvid.world.edits import Change, Turn, sample_edit
from agentvid.world.language import read_thought, tell_scene
from agentvid.world.naming import find_solids, near_colour
from agentvid.world.scene import HEIGHTS, Camera, Scene, sample_scene

TOOLS = load_tools()
SMALL = frozenset({"text_to_image", "edit_image", "novel_view", "describe", "measure"})
BEARS = {"small": SMALL, "simulator": frozenset({"text_to_image", "text_to_video"}), "classical": frozenset({"locate"})}
LAYOUT = "one large red cube at far left front; one small blue ball at right back; camera from the front, middle"


async def planned(text: str, *before: Chain, bears=BEARS, **more) -> Chain:
    media = [_made(chain, number) for number, chain in enumerate(before, 1)]
    request = PlanRequest(
        len(before) + 1, text, tuple(filter(None, media)), bears=bears, stages=stages_of(before), **more
    )
    chain = await GrammarPlanner().plan(request, ignore)
    earlier = {f"{step.id}.{p.name}": p.type for each in before for step in each for p in TOOLS[step.tool].ports}
    assert check_chain(chain, TOOLS, earlier=earlier, engines={"small", "simulator", "classical"}) == []
    return chain


def _made(chain: Chain, number: int) -> KnownMedia | None:
    refs = [ref for ref in chain.answer if ref.port in ("image", "view")]
    image = Image(artifact=f"{number}" * 64, mime="image/png", bytes=9, width=128, height=128)
    return KnownMedia(number, image, source=refs[-1]) if refs else None


def scene_of(chain: Chain) -> Scene:
    scene = read_thought(chain.steps[0].thought)
    assert isinstance(scene, Scene)
    return scene


def change_of(chain: Chain) -> Change:
    edit = next(step for step in chain if step.tool == "edit_image")
    return read_thought(edit.thought)  # type: ignore[return-value]


def drawn(layout: str = LAYOUT) -> Chain:
    """A first turn whose picture has that layout."""
    step = Step(id="t1.s1", tool="generate_image", thought=layout, args={"prompt": "draw"}, engine="small")
    return Chain(turn=1, steps=(step,), answer=(Ref(step="t1.s1", port="image"),))


# ---------------------------------------------------------------- pictures from words alone


@pytest.mark.parametrize(
    ("text", "solids"),
    [
        ("画一个红色的大方块和一个蓝色小球", {("large", "red", "cube"), ("small", "blue", "ball")}),
        ("帮我画一个大的红色方块，一个小的蓝色球吧", {("large", "red", "cube"), ("small", "blue", "ball")}),
        ("来一张有绿色大圆锥的图", {("large", "green", "cone")}),
        ("一张图：一个紫色小圆柱", {("small", "purple", "cylinder")}),
        ("draw a large red cube and a small blue ball", {("large", "red", "cube"), ("small", "blue", "ball")}),
        ("Please draw me a big red box, a tiny blue sphere!", {("large", "red", "cube"), ("small", "blue", "ball")}),
        ("a picture of a large white cylinder", {("large", "white", "cylinder")}),
        ("make a small yellow cone", {("small", "yellow", "cone")}),
        ("generate an image of a small cyan ball", {("small", "cyan", "ball")}),
    ],
)
async def test_words_of_the_small_world_become_a_layout_to_see_and_edit(text, solids):
    chain = await planned(text)
    step, check = chain.steps

    assert {solid.look for solid in scene_of(chain).solids} == solids
    assert step.tool == "generate_image" and step.engine == "small"
    assert step.thought == tell_scene(scene_of(chain), "zh" if "一" in text else "en")
    assert check.tool == "check" and as_ref(check.args["layout"]) == Ref(step="t1.s1", port="layout")
    assert [str(ref) for ref in chain.answer] == ["t1.s1.image", "t1.s2.answer"]
    assert chain == await planned(text)


async def test_places_come_from_the_seed_unless_the_words_tell_them():
    assert scene_of(await planned("draw a red cube", seed=1)) != scene_of(await planned("draw a red cube", seed=2))
    told = await planned(f"draw {LAYOUT}", seed=1)
    assert scene_of(told) == scene_of(await planned(f"draw {LAYOUT}", seed=2)) == read_thought(LAYOUT)


@pytest.mark.parametrize(
    "text",
    ["左边一个红色方块，右边一个蓝色球", "draw a red cube to the left of a blue ball", "画一个红色方块在蓝色球左边"],
)
async def test_relations_hold_in_the_layout(text):
    text = text if text.startswith(("draw", "画")) else f"画{text}"
    cube, ball = sorted(scene_of(await planned(text)).solids, key=lambda solid: solid.shape, reverse=True)
    assert (cube.shape, ball.shape) == ("cube", "ball")
    assert cube.column < ball.column


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("draw a cat", "“cat” is not of it"),
        ("draw a green dog", "“draw a large green ball”"),
        ("画一只猫", "“猫”不在其中"),
        ("画一只蓝色的猫", "“画一个蓝色的大球”"),
        ("draw six cubes", "one to four solids"),
        ("generate a video of a dancing robot", "AGENTVID_UNIFIED"),
    ],
)
async def test_other_words_are_asked_back_with_the_nearest_thing(text, part):
    chain = await planned(text)
    assert not chain.steps
    assert part in chain.question


async def test_other_words_go_to_an_engine_that_draws_anything():
    chain = await planned("draw a cat", bears=BEARS | {"unified": frozenset({"text_to_image"})})
    assert [(step.tool, step.engine) for step in chain] == [("generate_image", None)]
    assert chain.steps[0].args == {"prompt": "a cat"}


async def test_a_clip_from_words_is_a_turn_about_the_picture_or_what_happens_in_it():
    timed = await planned("make a two second video of a red cube")
    assert timed.steps[-1].args["path"]["poses"][-1]["seconds"] == 2
    turned = await planned("做一段红色小球的视频")
    assert [step.tool for step in turned] == ["generate_image", "check", "novel_view"]
    assert str(turned.answer[-1]) == "t1.s3.video"
    moving = await planned(f"make a video of {LAYOUT}; action: the small blue ball at right back is dropped")
    assert [step.tool for step in moving] == ["generate_video"]
    assert "frame" in moving.steps[0].thought and "lands" in moving.steps[0].thought
    truth = await planned("make a video of a red cube", engine="simulator")
    assert [(step.tool, step.engine) for step in truth] == [("generate_video", "simulator")]


# ---------------------------------------------------------------- changes


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("make the cube green", "target: the large red cube at far left front; becomes green; all else stays"),
        ("把方块变成绿色", "target: the large red cube at far left front; becomes green; all else stays"),
        ("turn the ball into a cone", "target: the small blue ball at right back; becomes a cone; all else stays"),
        ("把球变成圆锥", "target: the small blue ball at right back; becomes a cone; all else stays"),
        ("make the ball bigger", "target: the small blue ball at right back; becomes large; all else stays"),
        ("把方块变小一点", "target: the large red cube at far left front; becomes small; all else stays"),
        (
            "move the ball to the left",
            "target: the small blue ball at right back; moves to middle back; all else stays",
        ),
        ("把球往前移", "target: the small blue ball at right back; moves to right middle; all else stays"),
        ("把球移到右前", "target: the small blue ball at right back; moves to right front; all else stays"),
        ("remove the thing on the right", "target: the small blue ball at right back; is removed; all else stays"),
        ("去掉红色的方块", "target: the large red cube at far left front; is removed; all else stays"),
        (
            "add a small yellow cone at far left far back",
            "added: one small yellow cone at far left far back; all else stays",
        ),
        ("在最左最后加一个黄色小圆锥", "added: one small yellow cone at far left far back; all else stays"),
        ("make the ball lighter", "target: the small blue ball at right back; becomes cyan; all else stays"),
        ("把方块调淡一点", "target: the large red cube at far left front; becomes orange; all else stays"),
    ],
)
async def test_changes_of_a_drawn_picture(text, change):
    chain = await planned(text, drawn())
    edit = chain.steps[0]

    assert change_of(chain) == read_thought(change)
    assert edit.engine == "small"
    assert as_ref(edit.args["image"]) == Ref(step="t1.s1", port="image")
    assert as_ref(edit.args["stage"]) == Ref(step="t1.s1", port="layout")
    assert [str(ref) for ref in chain.answer] == ["t2.s1.image", "t2.s2.answer"]


async def test_a_shade_that_the_world_lacks_is_explained():
    chain = await planned("make the cube pink", drawn())
    assert "no pink; the nearest is red" not in chain.question  # it is red already: nothing to do
    assert "It is red already" in chain.question
    chain = await planned("把球的颜色再淡一点", drawn())
    assert "比蓝色淡的邻近色是青色" in chain.steps[1].thought
    blind = BEARS | {"small": SMALL - {"measure", "describe"}}
    chain = await planned("make the ball lighter", drawn(), bears=blind)
    assert [step.tool for step in chain] == ["edit_image"]
    assert any("neighbour of blue is cyan" in getattr(expected, "text", "") for expected in chain.steps[0].expect)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("make it green", "Which one is meant: the large red cube at far left front, the small blue ball"),
        ("把猫变成绿色", "图里没有“猫”"),
        ("make the ball black", "eight colours"),
        ("把球变成蓝色", "已经是蓝色"),
        ("make the ball smaller", "two sizes"),
        ("move the cube two places to the left", "off the stage"),
        ("move the ball to the left front", "must stand apart"),
        ("add a small car", "Not understood"),
        ("从前面看", "现在就是从那边看的"),
    ],
)
async def test_what_cannot_be_is_asked_back(text, part):
    chain = await planned(text, drawn())
    assert not chain.steps
    assert part in chain.question


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            "把方块变成绿色, move the ball to the right front",
            "target: the small blue ball at right back; moves to right front; all else stays",
        ),
        (
            "move the 蓝球 to the right front",
            "target: the small blue ball at right back; moves to right front; all else stays",
        ),
        (
            "move the ball to the 右前",
            "target: the small blue ball at right back; moves to right front; all else stays",
        ),
        ("把blue ball移到右前", "target: the small blue ball at right back; moves to right front; all else stays"),
        (
            "把方块变成绿色, then turn the ball into a cone",
            "target: the small blue ball at right back; becomes a cone; all else stays",
        ),
        ("turn the 方块 into a ball", "target: the large red cube at far left front; becomes a ball; all else stays"),
        ("turn the cube into a 圆锥", "target: the large red cube at far left front; becomes a cone; all else stays"),
        ("把ball变成green", "target: the small blue ball at right back; becomes green; all else stays"),
        (
            "把球变成红色, then add a small yellow cone at far left far back",
            "added: one small yellow cone at far left far back; all else stays",
        ),
    ],
)
async def test_two_languages_in_one_message(text, change):
    chain = await planned(text, drawn())
    assert not chain.question
    edits = [step for step in chain if step.tool == "edit_image"]
    assert read_thought(edits[-1].thought) == read_thought(change)


async def test_the_last_one_cannot_be_removed():
    chain = await planned("去掉方块", drawn("一个红色大方块在左前；镜头在前方，中"))
    assert "就什么都没有了" in chain.question


async def test_left_is_what_is_left_in_the_picture():
    from_behind = drawn(LAYOUT.replace("the front", "the back"))
    chain = await planned("remove the thing on the left", from_behind)
    assert change_of(chain).target.shape == "ball"  # type: ignore[union-attr]
    moved = change_of(await planned("把球往右移", from_behind))
    assert (moved.row, moved.column) == (3, 2)  # type: ignore[union-attr]


# ---------------------------------------------------------------- views


@pytest.mark.parametrize(
    ("text", "yaw", "port"),
    [
        ("从左边看", -90.0, "view"),
        ("look from the right", 90.0, "view"),
        ("从后面看看", -180.0, "view"),
        ("turn the camera 30 degrees left", -30.0, "video"),
        ("orbit 18 degrees to the right", 15.0, "video"),
        ("turn the camera 9 degrees left", -15.0, "video"),
        ("turn the camera slightly left", -45.0, "video"),
        ("镜头绕着它转一圈", 360.0, "video"),
        ("镜头绕着它慢慢转", 345.0, "video"),
        ("变成视频", 345.0, "video"),
        ("turn it into a video", 345.0, "video"),
    ],
)
async def test_views_of_a_drawn_picture(text, yaw, port):
    chain = await planned(text, drawn())
    (step,) = chain.steps

    assert (step.tool, step.engine) == ("novel_view", "small")
    assert step.args["path"]["poses"][-1]["yaw_deg"] == yaw
    assert read_thought(step.thought) == read_thought(LAYOUT)
    assert [str(ref) for ref in chain.answer] == [f"t2.s1.{port}"]


async def test_a_view_can_be_changed_further():
    first = drawn()
    second = await planned("从左边看", first)
    third = await planned("把球变成红色", first, second)
    edit = third.steps[0]

    assert as_ref(edit.args["image"]) == Ref(step="t2.s1", port="view")
    assert stages_of([first, second, third])["t3.s1.image"].scene.camera.azimuth == 18


async def test_what_its_engine_does_not_bear_is_left_to_the_others():
    zoomed = await planned("zoom in", drawn())
    assert [(step.tool, step.engine) for step in zoomed] == [("novel_view", None)]
    asked = await planned("图里有什么？", drawn())
    assert [(step.tool, step.engine) for step in asked] == [("describe", "small")]
    without = BEARS | {"small": frozenset({"text_to_image"})}
    recoloured = await planned("把方块变成绿色", drawn(), bears=without)
    assert [step.tool for step in recoloured] == ["locate", "analyse", "plan_edit", "edit_image", "check"]


# ---------------------------------------------------------------- several turns


async def test_four_turns_in_chinese_follow_their_references():
    one = await planned("画一个红色的大方块和一个蓝色小球")
    two = await planned("把方块变成蓝色", one)
    three = await planned("颜色再淡一点", one, two)
    four = await planned("变成视频", one, two, three)

    looks = {solid.look for solid in scene_of(four).solids}
    assert looks == {("large", "cyan", "cube"), ("small", "blue", "ball")}
    assert [as_ref(chain.steps[0].args["image"]) for chain in (two, three, four)] == [
        Ref(step=f"t{turn}.s1", port="image") for turn in (1, 2, 3)
    ]
    assert four.steps[0].tool == "novel_view"


async def test_a_later_turn_goes_by_the_thought_as_a_person_left_it():
    one = apply_all(drawn(), [SetThought(step="t1.s1", thought=LAYOUT.replace("cube", "cylinder"))])
    assert change_of(await planned("make the cylinder white", one)).target.shape == "cylinder"  # type: ignore[union-attr]
    free = apply_all(drawn(), [SetThought(step="t1.s1", thought="something nice")])
    assert stages_of([free]) == {}
    found = stages_of([free], lambda ref: LAYOUT if str(ref) == "t1.s1.layout" else "")
    assert found["t1.s1.image"].scene == read_thought(LAYOUT)


async def test_a_picture_that_a_person_put_in_its_place_has_no_stage():
    one = drawn()
    two = await planned("把球变成绿色", one)
    view = await planned("从左边看", one)
    photo = Image(artifact="f" * 64, mime="image/png", bytes=9, width=128, height=128)

    assert stages_of([_with(one, given={"image": photo.model_dump(mode="json")}), two]) == {}
    assert list(stages_of([one, _with(two, given={"image": photo.model_dump(mode="json")})])) == ["t1.s1.image"]
    assert list(stages_of([one, _with(view, given={"view": photo.model_dump(mode="json")})])) == ["t1.s1.image"]


async def test_a_given_layout_wins_over_an_argument_and_that_over_the_thought():
    one, green, cone = drawn(), LAYOUT.replace("red", "green"), LAYOUT.replace("red cube", "yellow cone")
    by_argument = _with(one, args={"prompt": "draw", "layout": green})
    given = _with(by_argument, given={"layout": cone})
    referring = _with(one, args={"prompt": "draw", "layout": Ref(step="t1.s9", port="text").model_dump()})
    loose = _with(one, args={"prompt": "draw", "layout": "something nice"})

    assert stages_of([by_argument])["t1.s1.image"].scene == read_thought(green)
    assert stages_of([given])["t1.s1.image"].scene == read_thought(cone)
    assert stages_of([referring, loose]) == {}
    assert stages_of([referring], lambda ref: green if ref.port == "text" else "")["t1.s1.image"].scene == read_thought(
        green
    )
    assert stages_of([loose], lambda ref: cone)["t1.s1.image"].scene == read_thought(cone)


async def test_a_change_in_an_argument_wins_over_the_thought():
    one = drawn()
    two = await planned("把球变成绿色", one)
    change = "target: the small blue ball at right back; becomes white; all else stays"
    by_argument = _with(two, args={**two.steps[0].args, "change": change})
    given = _with(by_argument, given={"change": change.replace("white", "cyan")})

    assert _colours(stages_of([one, by_argument])["t2.s1.image"].scene) == {"red", "white"}
    assert _colours(stages_of([one, given])["t2.s1.image"].scene) == {"red", "cyan"}
    corrected = _with(two, given={"layout": LAYOUT})
    assert stages_of([one, corrected])["t2.s1.image"].scene == read_thought(LAYOUT)


@pytest.mark.parametrize(
    "path", [None, "round it", {"step": "t1.s1", "port": "path"}, {"kind": "orbit", "poses": []}, {"poses": None}, []]
)
async def test_a_view_along_no_readable_path_has_no_stage(path):
    one = drawn()
    two = await planned("从左边看", one)
    assert "t2.s1.view" in stages_of([one, two])
    assert list(stages_of([one, _with(two, args={**two.steps[0].args, "path": path})])) == ["t1.s1.image"]


def _with(chain: Chain, **changes) -> Chain:
    """The chain with another first step, and only that."""
    step = Step.model_validate({**chain.steps[0].model_dump(mode="json"), **changes})
    return Chain(turn=chain.turn, steps=(step,), answer=())


def _colours(scene: Scene) -> set[str]:
    return {solid.colour for solid in scene.solids}


async def test_several_requests_in_one_message():
    chain = await planned("draw a large red cube, make it green, then look from the left and turn it into a video")
    assert [step.tool for step in chain if step.tool != "check"] == [
        "generate_image", "edit_image", "novel_view", "novel_view",
    ]  # fmt: skip
    assert read_thought(chain.steps[-1].thought).camera.azimuth == 18  # type: ignore[union-attr]


# ---------------------------------------------------------------- names


async def test_what_was_drawn_is_read_only_by_an_engine_that_claims_to():
    claimed = await planned("画一个红色的大球")
    draft = await planned("画一个红色的大球", drafts={"small": frozenset({"measure", "edit_image"})})
    assert [step.tool for step in claimed] == ["generate_image", "check"]
    assert [step.tool for step in draft] == ["generate_image"]
    edited = await planned("make the ball pink", drawn(), drafts={"small": frozenset({"measure"})})
    assert [step.tool for step in edited] == ["edit_image"]
    assert any(predicate.kind == "words" for predicate in edited.steps[0].expect), "the nearest colour is told"


def test_names_mean_what_they_say_in_a_scene():
    scene = read_thought(LAYOUT)
    assert isinstance(scene, Scene)
    ball, cube = sorted(scene.solids, key=lambda solid: solid.shape)
    for name in (
        "the ball",
        "small one",
        "blue",
        "the thing at the back",
        "小球",
        "右边的",
        "the small blue ball at right back",
    ):
        assert find_solids(name, scene) == (ball,), name
    for name in ("红色的大方块", "左边的方块", "cube", "the large red cube at far left front"):
        assert find_solids(name, scene) == (cube,), name
    for name in ("cup", "green ball", "猫", "the ball on a sofa"):
        assert find_solids(name, scene) == (), name


@pytest.mark.parametrize(
    ("words", "found"),
    [("red", ("red", True)), ("蓝色", ("blue", True)), ("dark green", ("green", False)), ("black", None), ("猫", None)],
)
def test_colour_words_come_to_one_of_eight_or_none(words, found):
    assert near_colour(words) == found


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_wordings_of_the_world_are_understood(language):
    """What the world's own sentences ask for is planned, or refused because it is so already."""
    rng, missed, many = np.random.default_rng(5), [], 0
    for _ in range(120):
        scene = sample_scene(rng)
        edit, look = sample_edit(rng, scene), Turn(Camera(int(rng.integers(24)), HEIGHTS[int(rng.integers(3))]))
        told = [instruct(rng, scene, change, language) for change in ([edit.change] if edit else []) + [look]]
        stage = {"t1.s1.image": Stage(scene, Ref(step="t1.s1", port="layout"))}
        image = Image(artifact="1" * 64, mime="image/png", bytes=9, width=128, height=128)
        picture = KnownMedia(1, image, source=Ref(step="t1.s1", port="image"))
        asked = [PlanRequest(2, text, (picture,), bears=BEARS, stages=stage) for text in told]
        asked.append(PlanRequest(1, caption(rng, scene, language, "list"), bears=BEARS))
        many += len(asked)
        missed += [request.text for request in asked if write_chain(request).question]
    assert len(missed) <= many * 0.02, missed


@pytest.mark.parametrize(
    ("said", "tools"),
    [
        ("画一个红色的大球，从左方 +30°看，低", ["generate_image"]),
        ("画一个红色的大球，然后从左方 +30°看，低", ["generate_image", "novel_view"]),
        ("一个红色大球和一个蓝色小方块；镜头在前方，高度中", ["generate_image"]),
        ("two balls and a green cube", ["generate_image"]),
        ("the cat and a dog", []),
        ("画一个红色的大球，然后变成视频", ["generate_image", "novel_view"]),
        ("draw a large red ball and turn it into a video", ["generate_image", "novel_view"]),
    ],
)
async def test_drawings_and_the_cameras_they_are_seen_from(said, tools):
    chain = await planned(said, drafts={"small": frozenset({"measure"})})
    assert [step.tool for step in chain] == tools
    if "+30°" in said and len(tools) == 1:
        assert scene_of(chain).camera == Camera(20, "low")
