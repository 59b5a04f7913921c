"""The classical engine on stills: it finds by colour and place, edits only there, and says what it measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from agentvid.engine import Engine, EngineContext, EngineRequest, EngineResult, pack
from agentvid.engines.classical import ClassicalEngine
from agentvid.engines.classical.measure import hue_share
from agentvid.errors import CallError, Cancelled, EngineError, Needs
from agentvid.media.types import (
    Answer,
    BlurBackground,
    Box,
    EditPlan,
    Image,
    Mask,
    Palette,
    Point,
    Recolour,
    Remove,
    ReplaceBackground,
)
from agentvid.store.objects import ObjectStore

Pixels = NDArray[np.uint8]
Run = Callable[..., Any]
COFFEE = Path(__file__).parent.parent / "agentvid" / "samples" / "coffee.jpg"


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path)


@pytest.fixture
def run(store: ObjectStore) -> Run:
    async def run(task: str, **inputs: Any) -> EngineResult:
        packed = {name: pack(value) for name, value in inputs.items() if value is not None}
        return await ClassicalEngine().run(EngineRequest(task=task, inputs=packed), EngineContext(store=store))

    return run


def scene() -> Pixels:
    """Two red discs (left small, right large), a blue square, on a noisy beige ground, lit from the left."""
    rng = np.random.default_rng(3)
    rgb = np.full((160, 240, 3), (205, 185, 150), np.float64)
    for centre, radius, colour in (((50, 60), 18, (200, 40, 30)), ((180, 70), 34, (200, 40, 30))):
        disc = cv2.circle(np.zeros((160, 240), np.uint8), centre, radius, 1, -1) > 0
        rgb[disc] = colour
    rgb[110:145, 90:130] = (40, 70, 190)
    rgb *= np.linspace(1.1, 0.7, 240)[None, :, None]
    return np.clip(rgb + rng.normal(0, 3, rgb.shape), 0, 255).astype(np.uint8)


def disc_mask(centre: tuple[int, int] = (180, 70), radius: int = 34) -> Pixels:
    return cv2.circle(np.zeros((160, 240), np.uint8), centre, radius, 255, -1)


def overlap(one: Pixels, other: Pixels) -> float:
    a, b = one > 127, other > 127
    return float((a & b).sum() / (a | b).sum())


def recolour(target: str, **more: Any) -> EditPlan:
    return EditPlan(target="disc", operations=(Recolour(source="#b0281e", target=target, **more),))


def test_it_is_an_engine_and_light_to_import() -> None:
    assert isinstance(ClassicalEngine(), Engine)
    assert ClassicalEngine().status().state == "ready"
    tasks = {capability.task for capability in ClassicalEngine().capabilities()}
    assert tasks >= {"locate", "analyse", "edit_image", "measure", "describe", "novel_view", "compose"}
    code = "import sys, agentvid.engines.classical; print({'cv2', 'av', 'numpy', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_an_unknown_task_is_refused(run: Run) -> None:
    with pytest.raises(EngineError, match="locate"):
        await run("make_coffee")


@pytest.mark.parametrize(
    ("what", "centre", "radius"),
    [
        ("red ball", (180, 70), 34),
        ("the red ball on the left", (50, 60), 18),
        ("右边的红球", (180, 70), 34),
        ("最小的红球", (50, 60), 18),
    ],
)
async def test_a_thing_is_found_by_colour_and_place(
    run: Run, store: ObjectStore, what: str, centre: tuple[int, int], radius: int
) -> None:
    found = await run("locate", image=store.put_image(scene()), what=what)
    assert overlap(store.mask(found.get("mask", Mask)), disc_mask(centre, radius)) > 0.93
    point = found.get("point", Point)
    assert np.hypot(point.x - centre[0], point.y - centre[1]) < radius / 2
    box = found.get("box", Box)
    assert abs(box.x0 - (centre[0] - radius)) <= 2 and abs(box.y1 - (centre[1] + radius + 1)) <= 2
    assert "not by recognition" in found.warnings[0]


async def test_without_a_colour_it_is_what_stands_out_and_that_is_said(run: Run, store: ObjectStore) -> None:
    rgb = np.full((160, 240, 3), 180, np.uint8)
    rgb[50:110, 80:150] = (60, 90, 60)
    found = await run("locate", image=store.put_image(rgb), what="the frog")
    mask = store.mask(found.get("mask", Mask))
    truth = np.zeros_like(mask)
    truth[50:110, 80:150] = 255
    assert overlap(mask, truth) > 0.9
    assert any("saliency, not by recognition" in warning for warning in found.warnings)


async def test_what_is_not_there_needs_a_person(run: Run, store: ObjectStore) -> None:
    with pytest.raises(Needs) as needs:
        await run("locate", image=store.put_image(scene()), what="green hat")
    assert needs.value.port == "box" and "box" in needs.value.how
    with pytest.raises(Needs, match="画一个框"):
        await run("locate", image=store.put_image(scene()), what="绿色的帽子")


async def test_a_box_a_point_or_a_mask_decides(run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    boxed = await run("locate", image=image, what="thing", box=Box(x0=80, y0=100, x1=140, y1=155))
    square = np.zeros((160, 240), np.uint8)
    square[110:145, 90:130] = 255
    assert overlap(store.mask(boxed.get("mask", Mask)), square) > 0.9
    in_box = await run("locate", image=image, what="red ball", box=Box(x0=20, y0=30, x1=90, y1=100))
    assert overlap(store.mask(in_box.get("mask", Mask)), disc_mask((50, 60), 18)) > 0.9
    pointed = await run("locate", image=image, what="thing", point=Point(x=110, y=128))
    assert overlap(store.mask(pointed.get("mask", Mask)), square) > 0.9
    masked = await run("locate", image=image, what="thing", mask=store.put_mask(disc_mask()))
    assert masked.get("box", Box) == Box(x0=146, y0=36, x1=215, y1=105)
    assert masked.get("mask", Mask) == store.put_mask(disc_mask())


async def test_a_point_inside_a_ring_is_on_the_ring(run: Run, store: ObjectStore) -> None:
    ring = cv2.circle(np.zeros((160, 240), np.uint8), (120, 80), 50, 255, 12)
    point = (await run("locate", image=store.put_image(scene()), what="", mask=store.put_mask(ring))).get(
        "point", Point
    )
    assert ring[int(point.y), int(point.x)] == 255


@pytest.mark.parametrize(
    "wrong", [{"box": Box(x0=900, y0=0, x1=950, y1=50)}, {"point": Point(x=-4, y=3)}, {"point": Point(x=240, y=3)}]
)
async def test_a_box_or_point_beside_the_picture_is_refused(
    run: Run, store: ObjectStore, wrong: dict[str, Any]
) -> None:
    with pytest.raises(CallError, match="240x160"):
        await run("locate", image=store.put_image(scene()), what="red ball", **wrong)


async def test_a_mask_of_another_size_or_an_empty_one_is_refused(run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    small, empty = store.put_mask(np.full((9, 9), 255, np.uint8)), store.put_mask(np.zeros((160, 240), np.uint8))
    for mask in (small, empty):
        with pytest.raises(CallError):
            await run("locate", image=image, what="", mask=mask)
        with pytest.raises(CallError):
            await run("analyse", image=image, mask=mask)
        with pytest.raises(CallError):
            await run("edit_image", image=image, plan=recolour("#1f5fbf"), mask=mask)


async def test_analyse_sees_colours_light_size_and_place(run: Run, store: ObjectStore) -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    rgb[:, :70], rgb[:, 70:] = (200, 30, 30), (255, 255, 255)
    seen = await run("analyse", image=store.put_image(rgb))
    palette = seen.get("palette", Palette)
    assert [(swatch.name, round(swatch.share, 2)) for swatch in palette.colours] == [("red", 0.7), ("white", 0.3)]
    assert sum(swatch.share for swatch in palette.colours) == pytest.approx(1)
    assert seen.get("light", float) == pytest.approx(0.7 * 0.1353 + 0.3, abs=0.01)
    assert (seen.get("size", float), seen.get("place", str)) == (1.0, "centre")
    corner = np.zeros((100, 100), np.uint8)
    corner[80:, 80:] = 255
    region = await run("analyse", image=store.put_image(rgb), mask=store.put_mask(corner))
    assert region.get("palette", Palette).colours[0].colour == "#ffffff"
    assert (region.get("size", float), region.get("place", str)) == (0.04, "lower right")


@pytest.mark.parametrize("target", ["#1f5fbf", "#2e9e3a", "#ffffff", "#111111", "#808080"])
async def test_recolour_changes_the_target_and_nothing_else(run: Run, store: ObjectStore, target: str) -> None:
    before = store.put_image(scene())
    mask = store.put_mask(disc_mask())
    plan = recolour(target)
    after = (await run("edit_image", image=before, plan=plan, mask=mask)).get("image", Image)
    outside = cv2.dilate(disc_mask(), np.ones((7, 7), np.uint8)) == 0
    assert (store.image(after)[outside] == scene()[outside]).all()
    assert hue_share(store.image(after), disc_mask(), target) > 0.85
    answer = (await run("measure", image=after, before=before, mask=mask, plan=plan)).get("answer", Answer)
    assert answer.passed is True
    assert answer.measures["psnr_outside_db"] == 99.0


async def test_shading_and_highlights_are_kept_only_where_asked(run: Run, store: ObjectStore) -> None:
    rgb = scene()
    rgb[60:66, 176:186] = 250
    image, mask = store.put_image(rgb), store.put_mask(disc_mask())

    async def edited(*keep: Any) -> Pixels:
        plan = recolour("#1f5fbf", keep=keep)
        return store.image((await run("edit_image", image=image, plan=plan, mask=mask)).get("image", Image))

    kept, flat = await edited("shading", "highlights"), await edited()
    assert kept[62:64, 178:184].mean() > 225
    left, right = kept[80:90, 160:165].mean(), kept[80:90, 195:200].mean()
    assert left > right + 4
    inner = disc_mask((180, 85), 12) > 0
    assert flat[inner].astype(float).std(0).max() < 0.6 * kept[inner].astype(float).std(0).max()
    assert flat[62:64, 178:184].mean() < 200


async def test_strength_zero_is_no_change(run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    plan = recolour("#1f5fbf", strength=0.0)
    after = (await run("edit_image", image=image, plan=plan, mask=store.put_mask(disc_mask()))).get("image", Image)
    assert np.abs(store.image(after).astype(int) - scene()).max() <= 1


async def test_remove_fills_with_what_is_around(run: Run, store: ObjectStore) -> None:
    image, mask = store.put_image(scene()), store.put_mask(disc_mask())
    plan = EditPlan(target="disc", operations=(Remove(grow=3),))
    after = store.image((await run("edit_image", image=image, plan=plan, mask=mask)).get("image", Image))
    ground = np.array((205, 185, 150)) * np.linspace(1.1, 0.7, 240)[180]
    hole = after[disc_mask() > 0].astype(float)
    assert np.abs(hole.mean(0) - ground).max() < 14
    assert 1 < (hole - cv2.blur(after, (15, 15))[disc_mask() > 0]).std() < 8
    outside = cv2.dilate(disc_mask(), np.ones((15, 15), np.uint8)) == 0
    assert (after[outside] == scene()[outside]).all()


async def test_remove_of_everything_is_refused(run: Run, store: ObjectStore) -> None:
    mask = store.put_mask(np.full((160, 240), 255, np.uint8))
    with pytest.raises(CallError, match="whole picture"):
        await run(
            "edit_image", image=store.put_image(scene()), plan=EditPlan(target="x", operations=(Remove(),)), mask=mask
        )


async def test_a_blurred_background_has_no_halo_of_the_subject(run: Run, store: ObjectStore) -> None:
    rgb = np.full((120, 160, 3), (90, 140, 90), np.uint8)
    truth = cv2.circle(np.zeros((120, 160), np.uint8), (80, 60), 30, 255, -1)
    rgb[truth > 0] = (230, 20, 20)
    plan = EditPlan(target="disc", operations=(BlurBackground(radius=9),), feather=1.0)
    mask = store.put_mask(truth)
    after = store.image((await run("edit_image", image=store.put_image(rgb), plan=plan, mask=mask)).get("image", Image))
    outside = cv2.dilate(truth, np.ones((7, 7), np.uint8)) == 0
    assert np.abs(after[outside].astype(int) - (90, 140, 90)).max() <= 3
    assert (after[55:65, 75:85] == (230, 20, 20)).all()


async def test_the_background_is_replaced_by_a_colour_or_a_picture(run: Run, store: ObjectStore) -> None:
    image, mask = store.put_image(scene()), store.put_mask(disc_mask())
    behind = store.put_image(np.full((40, 40, 3), (10, 200, 10), np.uint8))
    for step, colour in (
        (ReplaceBackground(colour="#0000ff"), (0, 0, 255)),
        (ReplaceBackground(colour="#0000ff", image=behind), (10, 200, 10)),
    ):
        plan = EditPlan(target="disc", operations=(step,))
        after = store.image((await run("edit_image", image=image, plan=plan, mask=mask)).get("image", Image))
        assert (after[5, 5] == colour).all() and (after[150, 230] == colour).all()
        assert (after[65:75, 175:185] == scene()[65:75, 175:185]).all()


async def test_operations_follow_each_other_and_need_a_mask(run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    steps = (Recolour(source="#b0281e", target="#1f5fbf"), ReplaceBackground(colour="#ffffff"))
    plan = EditPlan(target="disc", operations=steps)
    done = await run("edit_image", image=image, plan=plan, mask=store.put_mask(disc_mask()))
    after = store.image(done.get("image", Image))
    assert hue_share(after, disc_mask(), "#1f5fbf") > 0.9 and (after[0, 0] == 255).all()
    with pytest.raises(CallError, match="no mask"):
        await run("edit_image", image=image, plan=plan)
    whole = await run("edit_image", image=image, plan=recolour("#1f5fbf"))
    assert "whole picture" in whole.warnings[0]


async def test_a_check_fails_where_the_edit_went_wrong(run: Run, store: ObjectStore) -> None:
    before, mask = store.put_image(scene()), store.put_mask(disc_mask())
    plan = recolour("#1f5fbf")
    unchanged = (await run("measure", image=before, before=before, mask=mask, plan=plan)).get("answer", Answer)
    assert unchanged.passed is False and unchanged.measures["hue_share"] < 0.1
    spilled = scene()
    spilled[disc_mask() > 0] = (31, 95, 191)
    spilled[:, :60] = 255 - spilled[:, :60]
    answer = (await run("measure", image=store.put_image(spilled), before=before, mask=mask, plan=plan)).get(
        "answer", Answer
    )
    assert answer.passed is False and answer.measures["psnr_outside_db"] < 35
    nothing = (await run("measure", image=before)).get("answer", Answer)
    assert nothing.passed is None and nothing.measures == {}
    with pytest.raises(CallError, match="colour"):
        await run("measure", image=before, colour="blurple")


async def test_the_check_speaks_the_language_of_the_plan(run: Run, store: ObjectStore) -> None:
    before, mask = store.put_image(scene()), store.put_mask(disc_mask())
    plan = EditPlan(target="红球", operations=recolour("#1f5fbf").operations)
    assert (
        "没有通过"
        in (await run("measure", image=before, before=before, mask=mask, plan=plan)).get("answer", Answer).text
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", "landscape picture of 240x160"),
        ("how many red things are there?", "2 separate red"),
        ("有几个蓝色的东西？", "1 块"),
        ("what colour is the red ball?", "red"),
        ("how big is it?", "240 pixels wide and 160 high"),
        ("描述这张图", "240×160"),
        ("who painted this?", "needs recognition"),
    ],
)
async def test_describe_answers_what_it_can(run: Run, store: ObjectStore, question: str, expected: str) -> None:
    answer = (await run("describe", image=store.put_image(scene()), question=question)).get("answer", Answer)
    assert expected in answer.text
    assert answer.passed is None


async def test_describe_a_clip(run: Run, store: ObjectStore) -> None:
    rng = np.random.default_rng(1)
    wide = cv2.GaussianBlur(rng.integers(0, 255, (96, 400, 3), dtype=np.uint8), (0, 0), 3)
    video = store.put_video((np.ascontiguousarray(wide[:, 200 - 3 * i : 328 - 3 * i]) for i in range(24)), 12.0)
    answer = (await run("describe", video=video, question="which way does it move?")).get("answer", Answer)
    assert "to the right" in answer.text
    assert (await run("describe", video=video, question="视频多长？")).get("answer", Answer).measures["seconds"] == 2.0
    with pytest.raises(CallError):
        await run("describe")


async def test_same_input_same_bytes(run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    plan = EditPlan(target="disc", operations=(Remove(),))

    async def once() -> tuple[Mask, Image]:
        mask = (await run("locate", image=image, what="red ball")).get("mask", Mask)
        return mask, (await run("edit_image", image=image, plan=plan, mask=mask)).get("image", Image)

    assert await once() == await once()


async def test_work_can_be_cancelled(store: ObjectStore) -> None:
    inputs = {"image": pack(store.put_image(scene())), "what": pack("red ball")}
    context = EngineContext(store=store, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        await ClassicalEngine().run(EngineRequest(task="locate", inputs=inputs), context)


@pytest.mark.slow
async def test_the_red_cup_of_the_sample_turns_blue_and_the_wood_stays(run: Run, store: ObjectStore) -> None:
    image = store.put_file(COFFEE, "image/jpeg", "image")
    found = await run("locate", image=image, what="红色的杯子")
    mask = store.mask(found.get("mask", Mask)) > 127
    rgb = store.image(image)
    scale = rgb.shape[1] / 600
    for x, y, inside in ((130, 200, True), (440, 250, True), (220, 270, True), (560, 100, False), (290, 60, False)):
        assert mask[round(y * scale), round(x * scale)] == inside, (x, y)
    seen = await run("analyse", image=image, mask=found.get("mask", Mask))
    source = seen.get("palette", Palette).colours[0].colour
    plan = EditPlan(target="红色的杯子", operations=(Recolour(source=source, target="#1f5fbf"),))
    after = (await run("edit_image", image=image, plan=plan, mask=found.get("mask", Mask))).get("image", Image)
    answer = (await run("measure", image=after, before=image, mask=found.get("mask", Mask), plan=plan)).get(
        "answer", Answer
    )
    assert answer.passed is True
    assert answer.measures["hue_share"] > 0.9


# ---------------------------------------------------------------- a noun is no evidence


def several(*squares: tuple[int, int, tuple[int, int, int]]) -> Pixels:
    """Squares of 60 at these corners, of these colours, on grey."""
    rgb = np.full((160, 240, 3), 180, np.uint8)
    for x, y, colour in squares:
        rgb[y : y + 60, x : x + 60] = colour
    return rgb


ALIKE = several((25, 50, (60, 90, 60)), (155, 50, (60, 90, 60)))
OF_PARTS = several((60, 50, (170, 30, 30)), (120, 50, (30, 40, 160)))


@pytest.mark.parametrize("rgb", [ALIKE, OF_PARTS], ids=["two alike", "two parts"])
async def test_a_noun_for_one_of_several_waits_for_a_person(run: Run, store: ObjectStore, rgb: Pixels) -> None:
    image = store.put_image(rgb)
    with pytest.raises(Needs) as waits:
        await run("locate", image=image, what="the frog")
    assert waits.value.port == "point"
    assert all(word in waits.value.how for word in ("click", "box", "mask", "guess=true", "240 wide"))
    with pytest.raises(Needs, match="请点一下"):
        await run("locate", image=image, what="青蛙")


@pytest.mark.parametrize(
    "how",
    [
        {"guess": True},
        {"point": Point(x=50, y=80)},
        {"box": Box(x0=20, y0=40, x1=95, y1=120)},
        {"what": "the frog on the left"},
        {"what": "the main thing"},
        {"what": "主体"},
        {"what": "the green frog"},
    ],
    ids=lambda how: ", ".join(how) + str(how.get("what", "")),
)
async def test_more_than_a_noun_is_enough(run: Run, store: ObjectStore, how: dict[str, Any]) -> None:
    found = await run("locate", image=store.put_image(ALIKE), **{"what": "the frog", **how})
    assert (store.mask(found.get("mask", Mask)) > 127).any()


@pytest.mark.slow
async def test_the_spoon_of_the_sample_waits_and_the_red_cup_does_not(run: Run, store: ObjectStore) -> None:
    image = store.put_file(COFFEE, "image/jpeg", "image")
    for what in ("the spoon", "勺子", "the cup left of the spoon"):
        with pytest.raises(Needs):
            await run("locate", image=image, what=what)
    assert (await run("locate", image=image, what="the red cup")).get("box", Box).x0 < 100
    assert (await run("locate", image=image, what="the spoon", guess=True)).warnings
