"""The pretrained engine: what is there is used and named, what is absent is the classical engine's, and said."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("onnxruntime")
onnx_models = pytest.importorskip("onnx_models", reason="needs onnx", exc_type=ImportError)

from agentvid.engine import Engine, EngineContext, EngineRequest, EngineResult, pack  # noqa: E402
from agentvid.engines.classical import ClassicalEngine  # noqa: E402
from agentvid.engines.classical.fill import fill  # noqa: E402
from agentvid.engines.classical.locate import find, find_at  # noqa: E402
from agentvid.engines.pretrained import PretrainedEngine, nets, sam  # noqa: E402
from agentvid.engines.pretrained.clicks import Click  # noqa: E402
from agentvid.errors import CallError, EngineError, InputError, Needs, NoEngine  # noqa: E402
from agentvid.media.types import Box, EditPlan, Image, Mask, Point, Recolour, Remove  # noqa: E402
from agentvid.models.registry import zoo  # noqa: E402
from agentvid.models.registry.find import find_role  # noqa: E402
from agentvid.run.route import route  # noqa: E402
from agentvid.store.objects import ObjectStore  # noqa: E402

COFFEE = Path(__file__).parent.parent / "agentvid" / "samples" / "coffee.jpg"
REAL = os.environ.get("AGENTVID_MODELS", "")
"""Folders with the real files, as they were named before each test got an environment of its own."""
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[zoo.ModelFile, ...]]:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return folder, onnx_models.make_tiny(folder)


@pytest.fixture
def models(tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tiny models, each of which can be taken away; the registry names them."""
    folder, registry = tiny
    here = tmp_path / "here"
    here.mkdir()
    for file in folder.iterdir():
        (here / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(zoo, "ZOO", registry)
    monkeypatch.setenv("AGENTVID_MODELS", str(here))
    nets._session.cache_clear()
    nets._embedded.clear()
    return here


@pytest.fixture
def run(store: ObjectStore) -> Run:
    async def run(task: str, **inputs: Any) -> EngineResult:
        packed = {name: pack(value) for name, value in inputs.items() if value is not None}
        return await PretrainedEngine().run(EngineRequest(task=task, inputs=packed), EngineContext(store=store))

    return run


def scene(*squares: tuple[int, int]) -> np.ndarray:
    """Red squares of 60 at these corners, on grey: 240 wide, 160 high."""
    rgb = np.full((160, 240, 3), 128, np.uint8)
    for x, y in squares or ((90, 50),):
        rgb[y : y + 60, x : x + 60] = (200, 30, 30)
    return rgb


def square(side: int = 60) -> np.ndarray:
    """The mask of a square of the scene."""
    mask = np.zeros((160, 240), np.uint8)
    mask[50 : 50 + side, 90 : 90 + side] = 255
    return mask


def without(models: Path, *roles: str) -> None:
    for role in roles:
        for entry in zoo.files_of(role):
            (models / entry.file).unlink()


# ---------------------------------------------------------------- which models are there


def test_without_files_it_is_not_ready_and_says_how(home: Path) -> None:
    engine = PretrainedEngine()
    assert isinstance(engine, Engine)
    assert engine.status().state == "needs weights" and "models pull" in engine.status().how
    assert (engine.version, engine.weights) == ("1", "")
    assert route("locate", {"pretrained": engine, "classical": ClassicalEngine()}).engine == "classical"
    with pytest.raises(NoEngine, match="models pull"):
        route("locate", {"pretrained": engine}, "pretrained")


def test_it_names_the_models_it_has_in_its_version_and_their_hashes_in_its_key(models: Path) -> None:
    whole = PretrainedEngine()
    assert whole.version == "1+cutout+inpaint+matting+segment" and whole.status().state == "ready"
    chosen = route("locate", {"pretrained": whole, "classical": ClassicalEngine()})
    assert chosen.engine == "pretrained" and chosen.identity == f"pretrained@{whole.version}#{whole.weights}"
    assert "SAM 2 tiny" in whole.capabilities()[0].note and "MI-GAN" in whole.capabilities()[1].note
    without(models, "inpaint", "matting")
    less = PretrainedEngine()
    assert less.version == "1+cutout+segment" and less.weights != whole.weights
    assert [capability.task for capability in less.capabilities()] == ["locate"]


def test_a_file_with_other_bytes_is_refused_and_said(models: Path) -> None:
    wrong = models / zoo.files_of("cutout")[0].file
    wrong.write_bytes(wrong.read_bytes()[:-1] + b"x")
    engine = PretrainedEngine()
    assert "cutout" not in engine.version and "has the hash" in engine.status().how


async def test_a_file_that_changes_while_it_runs_is_never_loaded(models: Path, run: Run, store: ObjectStore) -> None:
    engine = PretrainedEngine()
    wrong = models / zoo.files_of("inpaint")[0].file
    wrong.write_bytes(b"x" * wrong.stat().st_size)
    inputs = {"image": pack(store.put_image(scene())), "mask": pack(store.put_mask(square()))}
    inputs["plan"] = pack(EditPlan(target="square", operations=(Remove(),)))
    with pytest.raises(InputError, match="has the hash"):
        await engine.run(EngineRequest(task="edit_image", inputs=inputs), EngineContext(store=store))


def test_without_the_library_the_files_are_no_use_and_that_is_said(models: Path, monkeypatch) -> None:
    from agentvid.engines.pretrained import present

    known = importlib.util.find_spec
    monkeypatch.setattr(
        present.importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else known(name)
    )
    assert "agentvid[onnx]" in PretrainedEngine().status().how
    assert PretrainedEngine().status().state == "needs weights"


def test_it_is_light_to_import() -> None:
    code = (
        "import sys, agentvid.engines.pretrained as p; p.PretrainedEngine().status();"
        "print({'cv2', 'numpy', 'torch', 'onnxruntime', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---------------------------------------------------------------- locate


async def test_a_click_and_a_box_ask_sam_and_say_so(models: Path, run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    clicked = await run("locate", image=image, what="it", point=Point(x=60, y=40))
    mask = store.mask(clicked.get("mask", Mask))
    truth = cv2.ellipse(np.zeros((160, 240), np.uint8), (60, 40), (37, 25), 0, 0, 360, 255, -1)
    assert ((mask > 127) & (truth > 0)).sum() / ((mask > 127) | (truth > 0)).sum() > 0.95
    assert clicked.warnings == ("the thing at the point was cut out by SAM 2 tiny (it rates its mask 0.90 of 1)",)
    assert clicked.get("point", Point) == Point(x=60, y=40)
    boxed = await run("locate", image=image, what="it", box=Box(x0=90, y0=50, x1=150, y1=110))
    box = store.mask(boxed.get("mask", Mask)) > 127
    assert box[80, 120] and not box[20, 20] and "in the box" in boxed.warnings[0]
    for wrong in ({"point": Point(x=240, y=1)}, {"box": Box(x0=300, y0=0, x1=320, y1=9)}):
        with pytest.raises(CallError, match="240x160"):
            await run("locate", image=image, what="it", **wrong)


async def test_the_second_look_at_a_picture_reads_it_no_more(models: Path, run: Run, store, monkeypatch) -> None:
    image = store.put_image(scene())
    one = await run("locate", image=image, what="it", point=Point(x=60, y=40))
    (models / zoo.files_of("segment")[0].file).touch()
    monkeypatch.setattr(nets, "_planes", lambda picture: pytest.fail("read again"))
    assert await run("locate", image=image, what="it", point=Point(x=60, y=40)) == one


async def test_what_stands_out_is_cut_out_and_people_are_matted(models: Path, run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    for what, model in (("the main thing", "U2-Net small"), ("the frog", "U2-Net small"), ("宇航员", "MODNet")):
        found = await run("locate", image=image, what=what)
        assert model in found.warnings[0]
        box = found.get("box", Box)
        assert abs(box.x0 - 90) < 4 and abs(box.y1 - 110) < 4


async def test_colours_are_found_as_the_classical_engine_does(models: Path, run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    inputs = {"image": pack(image), "what": pack("the red square")}
    classical = await ClassicalEngine().run(EngineRequest(task="locate", inputs=inputs), EngineContext(store=store))
    assert await run("locate", image=image, what="the red square") == classical


async def test_a_noun_for_one_of_two_waits_for_a_click(models: Path, run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene((20, 50), (160, 50)))
    with pytest.raises(Needs, match="click on it") as waits:
        await run("locate", image=image, what="the frog")
    assert waits.value.port == "point"
    for how in ({"what": "the frog", "guess": True}, {"what": "the frog on the left"}):
        assert (await run("locate", image=image, **how)).get("box", Box).x1 < 90
    of_parts = scene()
    of_parts[80:110, 90:150] = (30, 40, 200)
    with pytest.raises(Needs, match="2 parts"):
        await run("locate", image=store.put_image(of_parts), what="the frog")
    both = await run("locate", image=image, what="main thing")
    assert (both.get("box", Box).x0 < 30) and (both.get("box", Box).x1 < 90)


async def test_without_sam_a_click_is_the_classical_engines(models: Path, run: Run, store: ObjectStore) -> None:
    without(models, "segment")
    found = await run("locate", image=store.put_image(scene()), what="it", point=Point(x=120, y=80))
    assert found.warnings == ("the region at the point was cut out, not recognised",)
    with pytest.raises(EngineError, match="locate, edit_image"):
        await run("compose")


async def test_sam_in_torch_answers_clicks_where_sam_2_is_not_here(models, run, store, tmp_path, monkeypatch) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from dataclasses import replace

    from test_sam import TINY

    from agentvid.models.registry.convert import convert
    from agentvid.models.registry.find import sha256_of
    from agentvid.models.sam import loading

    torch.manual_seed(1)
    pickle = tmp_path / "tiny.pth"
    torch.save(loading._in_segment_anything(TINY).state_dict(), pickle)
    known = replace(
        zoo.files_of("segment_torch")[0], file="tiny.pth", bytes=pickle.stat().st_size, sha256=sha256_of(pickle)
    )
    monkeypatch.setattr(zoo, "ZOO", (*(entry for entry in zoo.ZOO if entry.role != "segment_torch"), known))
    without(models, "segment")
    before = PretrainedEngine()
    convert(known, pickle)
    after = PretrainedEngine()
    assert "segment_torch" in after.version and after.weights != before.weights
    sam._sam.cache_clear()
    monkeypatch.setattr(sam, "choose_mask", lambda masks, sure, click, shape: int((masks > 0).sum((1, 2)).argmax()))
    found = await run("locate", image=store.put_image(scene()), what="it", box=Box(x0=80, y0=40, x1=160, y1=120))
    assert "SAM ViT-B" in found.warnings[0]
    sam._sam.cache_clear()


# ---------------------------------------------------------------- edit_image


async def test_a_hole_is_filled_by_mi_gan_and_nothing_else_is(models: Path, run: Run, store: ObjectStore) -> None:
    image = store.put_image(scene())
    mask = np.zeros((160, 240), np.uint8)
    mask[60:80, 100:120] = 255
    plan = EditPlan(target="square", operations=(Remove(grow=0),), feather=0)
    done = await run("edit_image", image=image, plan=plan, mask=store.put_mask(mask))
    after = store.image(done.get("image", Image))
    assert (after[mask > 0] == onnx_models.FILLED).all() and (after[mask == 0] == scene()[mask == 0]).all()
    assert len(done.warnings) == 1 and "MI-GAN" in done.warnings[0]
    large = await run("edit_image", image=image, plan=plan, mask=store.put_mask(square(70)))
    assert "invents" in large.warnings[1]
    recolour = EditPlan(target="square", operations=(Recolour(source="#c81e1e", target="#1f5fbf"),))
    assert (await run("edit_image", image=image, plan=recolour, mask=store.put_mask(mask))).warnings == ()


# ---------------------------------------------------------------- the real files, where they are


def real(*roles: str) -> Any:
    here = [Path(folder) for folder in REAL.split(os.pathsep) if folder]
    absent = [role for role in roles if not here or find_role(role, here) is None]
    return pytest.mark.skipif(bool(absent), reason=f"AGENTVID_MODELS holds no {', '.join(absent)}")


@pytest.fixture
def coffee(monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    monkeypatch.setenv("AGENTVID_MODELS", REAL)
    nets._session.cache_clear()
    return cv2.cvtColor(cv2.imread(str(COFFEE)), cv2.COLOR_BGR2RGB)


def ellipse(x: float, y: float, a: float, b: float) -> np.ndarray:
    """Flags on the photo, in pixels of 600 x 400."""
    ys, xs = np.mgrid[0:400, 0:600]
    return ((xs - x) / a) ** 2 + ((ys - y) / b) ** 2 < 1


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.slow
@real("segment")
def test_a_click_on_the_spoon_finds_the_spoon(coffee: np.ndarray) -> None:
    bowl = ellipse(367, 284, 42, 44)
    mask, sure = nets.segment(coffee, Click(point=(366.0, 288.0)))
    plain = find_at(coffee, (366.0, 288.0))
    assert sure > 0.85 and iou(mask > 127, bowl) > 0.65
    assert plain is not None and iou(mask > 127, bowl) > 2 * iou(plain.mask > 127, bowl)


@pytest.mark.slow
@real("cutout")
def test_what_stands_out_is_cut_out_closer_than_by_saliency(coffee: np.ndarray) -> None:
    truth = ellipse(277, 215, 204, 168) | ellipse(288, 120, 116, 105)
    found, plain = nets.cut_out(coffee) > 127, find(coffee, "main thing")
    assert plain is not None and iou(found, truth) > max(0.9, iou(plain.mask > 127, truth) + 0.01)


@pytest.mark.slow
@real("inpaint")
def test_small_holes_are_filled_closer_to_the_truth_than_by_patches(coffee: np.ndarray) -> None:
    better = []
    for x, y in ((60, 330), (520, 330), (540, 80), (150, 250), (450, 300), (290, 50)):
        hole = ellipse(x, y, 18, 18)
        apart = [
            float(((filled[hole].astype(float) - coffee[hole]) ** 2).mean())
            for filled in (nets.fill_hole(coffee, hole), fill(coffee, hole))
        ]
        better.append(10 * np.log10(apart[1] / apart[0]))
    assert np.mean(better) > 1.0, better
