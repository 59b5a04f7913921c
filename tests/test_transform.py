"""transform_image: the frame changes as asked, quarter turns and flips lose nothing, what is made up is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, EngineResult, pack
from agentvid.engines.classical import ClassicalEngine
from agentvid.errors import CallError
from agentvid.media.picture import read_straight
from agentvid.media.types import Box, Image, Video
from agentvid.store.objects import ObjectStore

RGB = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path)


async def done(store: ObjectStore, kind: str, rgb: Any = RGB, **inputs: Any) -> tuple[Any, EngineResult]:
    values = {"image": store.put_image(rgb), "kind": kind} | inputs
    packed = {name: pack(value) for name, value in values.items()}
    result = await ClassicalEngine().run(
        EngineRequest(task="transform_image", inputs=packed), EngineContext(store=store)
    )
    return store.image(result.get("image", Image)), result


async def test_crop_by_box_ratio_and_place(store: ObjectStore) -> None:
    boxed, _ = await done(store, "crop", box=Box(x0=10, y0=5, x1=40, y1=200))
    assert (boxed == RGB[5:60, 10:40]).all()
    square, _ = await done(store, "crop", ratio="1:1", place="right")
    assert (square == RGB[:, 30:]).all()
    wide, _ = await done(store, "crop", ratio="16:9", place="bottom")
    assert wide.shape[:2] == (51, 90) and (wide == RGB[9:]).all()
    corner, _ = await done(store, "crop", place="upper left", share=0.5)
    assert (corner == RGB[:30, :45]).all()
    with pytest.raises(CallError, match="90x60"):
        await done(store, "crop", box=Box(x0=100, y0=0, x1=120, y1=20))
    with pytest.raises(CallError, match="16:9"):
        await done(store, "crop", ratio="wide")


async def test_quarter_turns_and_flips_lose_nothing(store: ObjectStore) -> None:
    right, _ = await done(store, "rotate", degrees=90.0)
    assert (right == np.rot90(RGB, -1)).all()
    assert (await done(store, "rotate", rgb=right, degrees=-90.0))[0].tobytes() == RGB.tobytes()
    assert ((await done(store, "flip"))[0] == RGB[:, ::-1]).all()
    assert ((await done(store, "flip", axis="vertical"))[0] == RGB[::-1]).all()


async def test_other_angles_have_no_empty_corners_and_say_what_was_cropped(store: ObjectStore) -> None:
    white = np.full((60, 90, 3), 255, np.uint8)
    for degrees in (7.0, -33.0, 45.0, 100.0):
        turned, result = await done(store, "rotate", rgb=white, degrees=degrees)
        assert (turned == 255).all() and turned.shape[0] * turned.shape[1] < 5400
        assert "cropped" in result.warnings[0]
    marked = np.zeros((61, 91, 3), np.uint8)
    marked[27:34, 65:72] = 255
    turned, _ = await done(store, "rotate", rgb=marked, degrees=20.0)
    ys, xs = np.nonzero(turned[..., 0] > 128)
    assert ys.mean() > turned.shape[0] / 2 + 3 and xs.mean() > turned.shape[1] / 2


async def test_extending_keeps_the_picture_and_says_that_the_border_is_made_up(store: ObjectStore) -> None:
    wide, result = await done(store, "extend", sides="left right", share=0.5)
    assert wide.shape[:2] == (60, 180) and (wide[:, 45:135] == RGB).all()
    assert "made up" in result.warnings[0]
    film, _ = await done(store, "extend", ratio="16:9")
    assert film.shape[1] / film.shape[0] == pytest.approx(16 / 9, abs=0.02)
    moved, _ = await done(store, "extend", ratio="3:1", place="left")
    assert (moved[:, :90] == RGB).all()
    same, result = await done(store, "extend", ratio="3:2")
    assert (same == RGB).all() and "nothing was added" in result.warnings[0]


async def test_sizes(store: ObjectStore) -> None:
    assert (await done(store, "resize", factor=0.5))[0].shape[:2] == (30, 45)
    assert (await done(store, "resize", width=45.0))[0].shape[:2] == (30, 45)
    stretched, result = await done(store, "resize", width=60.0, height=60.0)
    assert stretched.shape[:2] == (60, 60) and "stretched" in result.warnings[0]
    large, result = await done(store, "upscale")
    assert large.shape[:2] == (120, 180) and "no detail was added" in result.warnings[0]
    for wrong in ({"factor": 0.5}, {"width": 9.0}):
        with pytest.raises(CallError, match="resize"):
            await done(store, "upscale", **wrong)
    with pytest.raises(CallError, match="megapixels"):
        await done(store, "resize", width=100_000.0)
    with pytest.raises(CallError, match="crop"):
        await done(store, "swirl")


async def test_transparency_stays(store: ObjectStore) -> None:
    opacity = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (60, 1))
    whole = np.dstack([RGB, opacity])
    for kind, inputs in (("flip", {}), ("upscale", {}), ("extend", {"share": 0.2}), ("rotate", {"degrees": 90.0})):
        _, result = await done(store, kind, rgb=whole, **inputs)
        assert read_straight(store.path(result.get("image", Image)))[1] is not None


async def test_every_frame_of_a_clip_is_transformed_alike(store: ObjectStore) -> None:
    clip = store.put_video(np.repeat(RGB[None], 3, 0), 10)

    async def clipped(kind: str, **inputs: Any) -> Any:
        packed = {name: pack(value) for name, value in ({"video": clip, "kind": kind} | inputs).items()}
        request = EngineRequest(task="transform_video", inputs=packed)
        result = await ClassicalEngine().run(request, EngineContext(store=store))
        return result.get("video", Video)

    tall = await clipped("crop", ratio="9:16")
    assert (tall.width, tall.height, tall.frames) == (34, 60, 3)
    turned = await clipped("rotate", degrees=90.0)
    assert (turned.width, turned.height) == (60, 90)
    with pytest.raises(CallError, match="extend"):
        await clipped("extend", sides="left")
