"""The classical engine's operations on stills: each goes the way it says, there only, and every field counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult, pack
from agentvid.engines.classical import ClassicalEngine
from agentvid.engines.classical.colourspace import rgb_to_lab
from agentvid.engines.classical.shift import whole_thing
from agentvid.errors import CallError, ToolFailed
from agentvid.media.codec import read_rgb
from agentvid.media.operations import LightLook, MaterialKind, StyleKind, WeatherKind
from agentvid.media.types import (
    Add,
    Adjust,
    Answer,
    Box,
    EditPlan,
    Image,
    Light,
    Mask,
    Material,
    Move,
    Operation,
    Recolour,
    RemoveText,
    Replace,
    Resize,
    Style,
    Weather,
    WriteText,
)
from agentvid.store.objects import ObjectStore

Pixels = NDArray[np.uint8]


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path)


def scene() -> Pixels:
    """A red disc and a blue square on a noisy beige ground, lit from the left, 150 x 100."""
    rng = np.random.default_rng(3)
    rgb = np.full((100, 150, 3), (190, 172, 140), np.float64)
    rgb[cv2.circle(np.zeros((100, 150), np.uint8), (100, 50), 22, 1, -1) > 0] = (170, 50, 40)
    rgb[60:85, 20:50] = (60, 90, 170)
    rgb *= np.linspace(1.05, 0.75, 150)[None, :, None]
    return np.clip(rgb + rng.normal(0, 4, rgb.shape), 0, 255).astype(np.uint8)


DISC = cv2.circle(np.zeros((100, 150), np.uint8), (100, 50), 22, 255, -1)
FAR = cv2.dilate(DISC, np.ones((15, 15), np.uint8)) == 0
"""Pixels that no edit of the disc may touch."""


async def run(store: ObjectStore, task: str, seed: int = 0, **inputs: Any) -> EngineResult:
    packed = {name: pack(value) for name, value in inputs.items() if value is not None}
    return await ClassicalEngine().run(EngineRequest(task=task, inputs=packed, seed=seed), EngineContext(store=store))


async def edited(
    store: ObjectStore, operation: Operation, mask: Pixels | None = DISC, rgb: Pixels | None = None, seed: int = 0
) -> Pixels:
    plan = EditPlan(target="disc", operations=(operation,))
    image = store.put_image(scene() if rgb is None else rgb)
    inside = None if mask is None else store.put_mask(mask)
    result = await run(store, "edit_image", seed, image=image, plan=plan, mask=inside)
    return store.image(result.get("image", Image))


async def checked(store: ObjectStore, now: Pixels, operation: Operation, mask: Pixels | None = DISC) -> Answer:
    inputs = {"image": store.put_image(now), "before": store.put_image(scene())}
    plan = EditPlan(target="disc", operations=(operation,))
    inside = None if mask is None else store.put_mask(mask)
    return (await run(store, "measure", **inputs, plan=plan, mask=inside)).get("answer", Answer)


def facts(rgb: Pixels, where: NDArray[np.bool_] = DISC > 127) -> dict[str, float]:
    lab = rgb_to_lab(rgb)
    fine = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 1.2))
    return {
        "brightness": float(lab[..., 0][where].mean()),
        "contrast": float(lab[..., 0].std()),
        "saturation": float(np.hypot(lab[..., 1], lab[..., 2])[where].mean()),
        "warmth": float(lab[..., 2][where].mean()),
        "sharpness": float(fine[where].mean()),
    }


# ---------------------------------------------------------------- adjust


@pytest.mark.parametrize("amount", [-0.6, 0.6])
@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation", "warmth", "sharpness", "denoise"])
async def test_each_adjustment_goes_its_way_and_is_confirmed(store: ObjectStore, name: str, amount: float) -> None:
    operation = Adjust.model_validate({name: amount})
    now = await edited(store, operation, mask=None)
    everywhere = np.ones(DISC.shape, bool)
    fact, way = ("sharpness", -1) if name == "denoise" else (name, 1)
    assert way * amount * (facts(now, everywhere)[fact] - facts(scene(), everywhere)[fact]) > 0
    assert (await checked(store, now, operation, mask=None)).passed is True
    assert (await checked(store, scene(), operation, mask=None)).passed is False


async def test_no_amount_is_no_change(store: ObjectStore) -> None:
    assert (await edited(store, Adjust(), mask=None) == scene()).all()


# ---------------------------------------------------------------- what all renderings share

RENDERINGS: list[Operation] = [
    *(Light(look=look) for look in get_args(LightLook)),
    *(Weather(kind=kind) for kind in get_args(WeatherKind)),
    *(Style(kind=kind) for kind in get_args(StyleKind)),
    *(Material(kind=kind) for kind in get_args(MaterialKind)),
]


def name_of(operation: Operation) -> str:
    return f"{operation.op}-{getattr(operation, 'look', getattr(operation, 'kind', ''))}"


@pytest.mark.parametrize("operation", RENDERINGS, ids=name_of)
async def test_a_rendering_changes_the_thing_and_nothing_else_the_same_way_every_time(
    store: ObjectStore, operation: Operation
) -> None:
    now = await edited(store, operation)
    assert np.abs(now.astype(int) - scene())[DISC > 127].mean() > 3
    assert (now[FAR] == scene()[FAR]).all()
    assert (now == await edited(store, operation)).all()
    answer = await checked(store, now, operation)
    assert answer.passed is True and answer.measures["psnr_outside_db"] == 99


@pytest.mark.parametrize(
    "operation", [Light(look="night"), Weather(kind="rain"), Style(kind="oil"), Material(kind="wood")]
)
async def test_strength_and_part_decide_how_much_and_where(store: ObjectStore, operation: Operation) -> None:
    def change(now: Pixels, where: NDArray[np.bool_]) -> float:
        return float(np.abs(now.astype(int) - scene())[where].mean())

    weak = await edited(store, operation.model_copy(update={"strength": 0.3}))
    strong = await edited(store, operation.model_copy(update={"strength": 1.0}))
    assert 0 < change(weak, DISC > 127) < change(strong, DISC > 127)
    assert (await edited(store, operation.model_copy(update={"strength": 0.0})) == scene()).all()
    behind = await edited(store, operation.model_copy(update={"part": "background"}))
    inner = cv2.erode(DISC, np.ones((9, 9), np.uint8)) > 127
    assert (behind[inner] == scene()[inner]).all() and change(behind, FAR) > 1
    whole = await edited(store, operation.model_copy(update={"part": "picture"}))
    assert change(whole, inner) > 1 and change(whole, FAR) > 1


async def test_a_background_needs_a_mask(store: ObjectStore) -> None:
    with pytest.raises(CallError, match="mask"):
        await edited(store, Style(kind="oil", part="background"), mask=None)


@pytest.mark.parametrize(
    "operation", [Adjust(denoise=-0.8), Weather(kind="snow"), Style(kind="film"), Material(kind="marble")], ids=name_of
)
async def test_the_seed_draws_what_is_random(store: ObjectStore, operation: Operation) -> None:
    one, two = await edited(store, operation, seed=1), await edited(store, operation, seed=2)
    assert (one != two).any()


# ---------------------------------------------------------------- light, weather, style, material


async def test_looks_have_their_brightness_and_warmth(store: ObjectStore) -> None:
    everywhere = np.ones(DISC.shape, bool)
    before = facts(scene(), everywhere)
    lit = {}
    for look in ("sunset", "night", "noon", "candle"):
        operation = Light.model_validate({"look": look})
        now = await edited(store, operation, mask=None)
        lit[look] = facts(now, everywhere)
        assert (await checked(store, now, operation, mask=None)).passed is True
        assert (await checked(store, scene(), operation, mask=None)).passed is False
    assert lit["night"]["brightness"] < lit["candle"]["brightness"] < before["brightness"] < lit["noon"]["brightness"]
    assert lit["sunset"]["warmth"] > before["warmth"] > lit["night"]["warmth"]


@pytest.mark.parametrize("side", ["left", "right", "above", "below"])
async def test_light_comes_from_its_side(store: ObjectStore, side: str) -> None:
    flat = np.full((100, 150, 3), 128, np.uint8)
    now = rgb_to_lab(await edited(store, Light.model_validate({"look": "hard", "side": side}), None, flat))[..., 0]
    halves = {"left": now[:, :75], "right": now[:, 75:], "above": now[:50], "below": now[50:]}
    other = {"left": "right", "right": "left", "above": "below", "below": "above"}[side]
    assert halves[side].mean() > halves[other].mean() + 5


async def test_light_from_the_other_side_does_not_pass(store: ObjectStore) -> None:
    now = await edited(store, Light(look="hard", side="left"), None)
    assert (await checked(store, now, Light(look="hard", side="left"), None)).passed is True
    assert (await checked(store, now, Light(look="hard", side="right"), None)).passed is False


async def test_fog_is_thicker_far_away_than_near(store: ObjectStore) -> None:
    stripes = np.tile(np.array([40, 200], np.uint8).repeat(5), (100, 15))[..., None].repeat(3, 2)
    tone = rgb_to_lab(await edited(store, Weather(kind="fog"), None, np.ascontiguousarray(stripes)))[..., 0]
    assert tone[:20].std() < 0.6 * tone[-20:].std()


async def test_autumn_turns_leaves_and_leaves_the_rest_nearly_alone(store: ObjectStore) -> None:
    rgb = np.full((60, 120, 3), (60, 120, 40), np.uint8)
    rgb[:, 60:] = (90, 110, 160)
    lab = rgb_to_lab(await edited(store, Weather(kind="autumn", strength=1), None, rgb))
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    assert 20 < np.median(hue[:, 5:50]) < 95
    assert np.median(np.abs(lab[:, 70:] - rgb_to_lab(rgb)[:, 70:])) < 12


async def test_black_and_white_has_no_colour_and_that_is_measured(store: ObjectStore) -> None:
    operation = Style(kind="blackwhite")
    now = await edited(store, operation)
    assert facts(now, cv2.erode(DISC, np.ones((7, 7), np.uint8)) > 127)["saturation"] < 1
    assert "no colour is left" in (await checked(store, now, operation)).text


async def test_what_cannot_be_measured_is_said_not_tested(store: ObjectStore) -> None:
    operation = Weather(kind="rain")
    answer = await checked(store, await edited(store, operation, None), operation, None)
    assert answer.passed is None and "not tested" in answer.text
    assert (await checked(store, scene(), operation, None)).passed is False


async def test_the_grain_of_a_material_has_a_size(store: ObjectStore) -> None:
    small = await edited(store, Material(kind="brick", scale=0.6))
    assert (small != await edited(store, Material(kind="brick", scale=2))).any()


# ---------------------------------------------------------------- move, resize


async def test_a_moved_thing_is_there_and_its_place_is_filled(store: ObjectStore) -> None:
    operation = Move(dx=-0.4, dy=-0.1)
    now = await edited(store, operation)
    assert np.abs(now[40, 40].astype(int) - scene()[50, 100]).max() < 30
    assert now[50, 110, 1] > 100
    assert (await checked(store, now, operation)).passed is True
    assert (await checked(store, scene(), operation)).passed is False
    assert (await checked(store, await edited(store, Move(dx=0.1)), operation)).passed is False
    with pytest.raises(CallError, match="out of the picture"):
        await edited(store, Move(dx=1, dy=1))


@pytest.mark.parametrize(("factor", "about"), [(0.5, "foot"), (1.5, "foot"), (0.5, "centre"), (1.5, "centre")])
async def test_a_resized_thing_has_its_size_and_keeps_its_foot_or_centre(
    store: ObjectStore, factor: float, about: str
) -> None:
    operation = Resize.model_validate({"factor": factor, "about": about})
    now = await edited(store, operation)
    red = (now[..., 0].astype(int) - now[..., 1]) > 60
    ys, xs = np.nonzero(red)
    assert red.sum() == pytest.approx(factor**2 * (DISC > 127).sum(), rel=0.2)
    assert abs(xs.mean() - 100) < 3
    assert abs(ys.max() - 72) <= 3 if about == "foot" else abs(ys.mean() - 50) < 3
    assert (await checked(store, now, operation)).passed is True
    assert (await checked(store, scene(), operation)).passed is False


async def test_the_white_rim_goes_with_the_red_cup(store: ObjectStore) -> None:
    coffee = read_rgb(Path(__file__).parent.parent / "agentvid" / "samples" / "coffee.jpg")
    found = await run(store, "locate", image=store.put_image(coffee), what="red cup")
    red = store.mask(found.get("mask", Mask))
    whole = whole_thing(coffee, red)
    assert red[148, 287] == 0 and whole[148, 287] > 0
    assert whole[:, :40].max() == 0 and whole[:, 560:].max() == 0
    moved = await edited(store, Move(dx=0.15), red, coffee)
    assert np.abs(moved[150, 377].astype(int) - coffee[150, 287]).max() < 20


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "operation",
    [
        WriteText(text="Good morning", size=0.15),
        WriteText(text="早安，世界。今天天气很好，我们去喝咖啡吧！", size=0.2, place="top"),
        WriteText(text="one two three four five six seven eight nine ten", size=0.3, place="upper left"),
        WriteText(text="框", box=Box(x0=10, y0=10, x1=60, y1=60), size=0.9, outline=0),
    ],
)
async def test_words_stand_inside_the_frame_and_are_read_back(store: ObjectStore, operation: WriteText) -> None:
    now = await edited(store, operation, None)
    ys, xs = np.nonzero((now != scene()).any(-1))
    area = operation.box or Box(x0=2, y0=2, x1=148, y1=98)
    assert xs.min() >= area.x0 and xs.max() < area.x1 and ys.min() >= area.y0 and ys.max() < area.y1
    answer = await checked(store, now, operation, None)
    assert answer.passed is True and answer.measures["psnr_outside_db"] == 99
    assert (await checked(store, scene(), operation, None)).passed is False


async def test_every_field_of_writing_counts(store: ObjectStore) -> None:
    base = WriteText(text="abc", size=0.2)
    others: list[dict[str, Any]] = [
        {"text": "abd"}, {"place": "top"}, {"colour": "#d32f2f"}, {"outline": 0.2}, {"size": 0.3},
        {"box": Box(x0=5, y0=5, x1=80, y1=50)},
    ]  # fmt: skip
    seen = {(await edited(store, base.model_copy(update=other), None)).tobytes() for other in [{}, *others]}
    assert len(seen) == len(others) + 1


async def test_words_are_dark_on_light_and_light_on_dark(store: ObjectStore) -> None:
    for ground, ink in ((235, 17), (20, 255)):
        flat = np.full((100, 150, 3), ground, np.uint8)
        now = await edited(store, WriteText(text="HHH", size=0.5, outline=0), None, flat)
        assert abs(int(now[..., 0].min() if ink == 17 else now[..., 0].max()) - ink) < 3


async def test_too_many_words_and_a_box_beside_the_picture_are_refused(store: ObjectStore) -> None:
    with pytest.raises(CallError, match="larger box"):
        await edited(store, WriteText(text="word " * 300), None)
    with pytest.raises(CallError, match="150x100"):
        await edited(store, WriteText(text="a", box=Box(x0=200, y0=0, x1=300, y1=50)), None)


async def test_a_missing_font_says_what_to_install(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from agentvid.engines.classical import fonts

    monkeypatch.setattr(fonts, "_installed", lambda: {})
    with pytest.raises(ToolFailed, match="fonts-lxgw-wenkai"):
        await edited(store, WriteText(text="手写", font="hand"), None)
    with pytest.raises(ToolFailed, match="fonts-noto-cjk"):
        await edited(store, WriteText(text="龘𠮷"), None)
    assert fonts.find_font("sans", "早安 Good morning, café!") == (str(fonts.SHIPPED), 0)


async def test_writing_is_taken_out(store: ObjectStore) -> None:
    smooth = cv2.GaussianBlur(scene(), (0, 0), 2).repeat(3, 0).repeat(3, 1)
    written = await edited(store, WriteText(text="REMOVE THIS", size=0.12), None, smooth)
    now = await edited(store, RemoveText(), None, written)
    apart = np.abs(now.astype(int) - smooth)[(written != smooth).any(-1)]
    assert apart.mean() < 8 < np.abs(written.astype(int) - smooth)[(written != smooth).any(-1)].mean()
    assert (await edited(store, RemoveText(grow=9), None, written) != now).any()
    with pytest.raises(CallError, match="no writing"):
        await edited(store, RemoveText(), None, smooth)


# ---------------------------------------------------------------- whole plans


@pytest.mark.parametrize("operation", [Move(dx=-0.3), Resize(factor=0.7)])
async def test_what_is_taken_along_around_a_thing_counts(store: ObjectStore, operation: Move | Resize) -> None:
    wider = operation.model_copy(update={"grow": 8})
    assert (await edited(store, operation) != await edited(store, wider)).any()


async def test_a_large_painting_says_at_what_size_it_was_made(store: ObjectStore) -> None:
    large = cv2.resize(scene(), (2100, 1400))
    plan = EditPlan(target="picture", operations=(Style(kind="cartoon"),))
    result = await run(store, "edit_image", image=store.put_image(large), plan=plan)
    assert "1800x1200" in result.warnings[0]
    made = result.get("image", Image)
    assert (made.width, made.height) == (2100, 1400)


async def test_what_must_be_drawn_anew_is_refused_with_who_can(store: ObjectStore) -> None:
    for operation in (Add(what="a bird"), Replace(to="a dog")):
        with pytest.raises(CallError, match="diffusion"):
            await edited(store, operation)


async def test_transparency_and_size_stay(store: ObjectStore) -> None:
    opacity = np.full((100, 150), 255, np.uint8)
    opacity[:40], opacity[40:50] = 0, 128
    image = store.put_image(np.dstack([scene(), opacity]))
    plan = EditPlan(target="disc", operations=(Recolour(source="#aa3228", target="#2050c0"), Adjust(brightness=0.3)))
    result = await run(store, "edit_image", image=image, plan=plan, mask=store.put_mask(DISC))
    from agentvid.media.picture import read_straight

    now, kept = read_straight(store.path(result.get("image", Image)))
    assert kept is not None and (kept == opacity).all()
    assert (now[FAR] == scene()[FAR]).all() and (now[DISC > 127] != scene()[DISC > 127]).any()


async def test_operations_are_done_in_their_order(store: ObjectStore) -> None:
    image, mask = store.put_image(scene()), store.put_mask(DISC)
    steps = (Adjust(brightness=0.5), WriteText(text="x", size=0.4, place="centre"))
    results = []
    for operations in (steps, steps[::-1]):
        plan = EditPlan(target="disc", operations=operations)
        results.append((await run(store, "edit_image", image=image, plan=plan, mask=mask)).get("image", Image))
    assert results[0] != results[1]
