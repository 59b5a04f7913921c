"""The diffusion engine on tiny random weights: what it draws, what makes it draw otherwise, and how it stops."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from agentvid import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step
from agentvid.engine import EngineContext, EngineRequest, EngineResult, pack
from agentvid.engines.diffusion import DiffusionEngine
from agentvid.errors import CallError, Cancelled, EngineError, SettingsError, ToolFailed
from agentvid.events import Progress
from agentvid.media.types import Image, Video
from agentvid.run.host import WorkerHost
from agentvid.run.route import route

SMALL = {"prompt": "a red cat runs", "seconds": 0.2, "width": 64.0, "height": 32.0, "steps": 2.0}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    import torch
    from diffusion_checkpoint import save

    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("diffusion")
    return {kind: save(root / kind, kind) for kind in ("t2v", "ti2v", "i2v", "two")}


@pytest.fixture(scope="module")
def engine(folders):
    return DiffusionEngine(str(folders["ti2v"]), device="cpu")


@pytest.fixture
def run_of(folders):
    """The pipeline that the engine holds, to be tampered with; a fresh one afterwards."""
    from agentvid.engines.diffusion import loading
    from agentvid.engines.diffusion.checkpoint import find_checkpoint

    yield lambda kind: loading.load(find_checkpoint(str(folders["ti2v"])), kind, "cpu").run
    loading._held.clear()


@pytest.fixture
def photo(store) -> Image:
    return store.put_image(np.random.default_rng(1).integers(0, 256, (48, 60, 3), dtype=np.uint8))


def run(engine, store, task="text_to_video", *, seed=0, emit=lambda event: None, cancelled=lambda: False, **inputs):
    packed = {name: pack(value) for name, value in inputs.items()}
    request = EngineRequest(task=task, inputs=packed, seed=seed)
    return asyncio.run(engine.run(request, EngineContext(store, emit, cancelled)))


def frames(store, result: EngineResult) -> np.ndarray:
    return np.stack(list(store.frames(result.get("video", Video))))


def test_the_same_request_gives_the_same_bytes_and_each_setting_others(engine, store):
    def made(seed=0, **other):
        return run(engine, store, seed=seed, **SMALL | other).get("video", Video).artifact

    first = made()
    others = [
        made(seed=1),
        made(prompt="a blue ball"),
        made(negative_prompt="a ball"),
        made(negative_prompt=""),
        made(steps=3.0),
        made(guidance=2.0),
        made(width=96.0),
    ]

    assert made() == first
    assert len({first, *others}) == len(others) + 1


def test_a_clip_has_the_size_rate_and_frames_that_were_asked_for_where_the_model_takes_them(engine, store):
    result = run(engine, store, **SMALL | {"seconds": 9 / 24, "fps": 24.0})
    video = result.get("video", Video)

    assert (video.width, video.height, video.frames, video.fps) == (64, 32, 9, 24.0)
    assert frames(store, result).shape == (9, 32, 64, 3)
    assert result.warnings == ()
    told = result.get("settings", str)
    assert told == "Wan 2.2 TI2V, 64x32, 9 frames at 24 fps, 2 steps, guidance 5, negative prompt: the family's own"


def test_what_is_adjusted_is_said(engine, store):
    result = run(engine, store, **SMALL | {"seconds": 0.5, "fps": 30.0, "width": 70.0, "height": 40.0})
    video = result.get("video", Video)

    assert (video.width, video.height, video.frames, video.fps) == (64, 32, 13, 24.0)
    told = " ".join(result.warnings)
    for part in ("64x32 instead of 70x40", "multiples of 32", "13 frames (0.54 s)", "4k+1", "24 frames per second ins"):
        assert part in told


def test_words_that_are_not_read_are_said(engine, store):
    long = run(engine, store, **SMALL | {"prompt": "a red cat " * 100})
    unguided = run(engine, store, **SMALL | {"guidance": 1.0, "negative_prompt": "a ball"})
    other = run(engine, store, **SMALL | {"guidance": 1.0, "negative_prompt": "a cat"})

    assert any("only the first 512 were read" in warning for warning in long.warnings)
    assert any("the negative prompt is not read" in warning for warning in unguided.warnings)
    assert unguided.get("video", Video) == other.get("video", Video)
    assert "negative prompt: not read" in unguided.get("settings", str)


@pytest.mark.parametrize(
    "wrong",
    [{"prompt": " "}, {"seconds": -1.0}, {"steps": 2.5}, {"steps": 0.0}, {"guidance": -1.0}, {"width": 0.2}],
    ids=str,
)
def test_what_can_not_be_drawn_is_refused(engine, store, wrong):
    with pytest.raises(CallError):
        run(engine, store, **SMALL | wrong)


def test_a_still_is_one_frame(engine, store):
    drawn = run(engine, store, "text_to_image", prompt="a red cat", width=64.0, height=32.0, steps=2.0)

    assert store.image(drawn.get("image", Image)).shape == (32, 64, 3)
    assert "frames" not in drawn.get("settings", str)
    with pytest.raises(EngineError, match="ask another engine"):
        run(engine, store, "edit_image")


@pytest.mark.parametrize("kind", ["ti2v", "i2v"])
def test_a_clip_follows_its_picture(folders, store, photo, kind):
    engine = DiffusionEngine(str(folders[kind]), device="cpu")
    dark = store.put_image(np.zeros((48, 60, 3), np.uint8))
    one = run(engine, store, "image_to_video", image=photo, **SMALL)

    assert run(engine, store, "image_to_video", image=photo, **SMALL) == one
    for other in ({"image": dark}, {"prompt": "a blue ball"}, {"seed": 1}):
        assert run(engine, store, "image_to_video", **{"image": photo} | SMALL | other).get("video", Video) != one.get(
            "video", Video
        )
    assert any("scaled to 64x51 and cut to 64x32 around its middle" in warning for warning in one.warnings)


def test_a_model_with_two_experts_and_one_for_words_alone_draw(folders, store):
    for kind, name in (("two", "Wan 2.2 T2V"), ("t2v", "Wan 2.1 T2V")):
        result = run(DiffusionEngine(str(folders[kind]), device="cpu"), store, **SMALL)
        assert result.get("settings", str).startswith(name)
        assert result.get("video", Video).fps == 16
    guided = "guidance 4 and 3"
    assert guided in run(DiffusionEngine(str(folders["two"]), device="cpu"), store, **SMALL).get("settings", str)


# ---------------------------------------------------------------- pixels


def test_frames_are_written_upright_in_the_right_order_and_colours(engine, store, run_of, monkeypatch):
    """What the decoder gives is (B, C, T, H, W) in -1 … 1: red on the left, green below, brighter with time."""
    import torch

    decoded = torch.full((1, 3, 5, 32, 64), -1.0)
    decoded[:, 0, :, :, :32] = 1
    decoded[:, 1, :, 16:] = torch.linspace(-1, 1, 5)[None, :, None, None]
    monkeypatch.setattr(run_of("WanPipeline").vae, "decode", lambda latents, return_dict: (decoded,))
    made = frames(store, run(engine, store, **SMALL))

    wanted = np.zeros((5, 32, 64, 3), np.uint8)
    wanted[..., :32, 0] = 255
    wanted[:, 16:, :, 1] = np.rint(np.linspace(0, 255, 5))[:, None, None]
    centres = np.s_[:, 4:32:16, 8:64:32]
    assert np.abs(made[centres].astype(int) - wanted[centres]).max() <= 6


def test_frames_are_those_that_the_decoder_makes_of_the_latents(engine, store, run_of):
    """The library's own way: latents out, decoded here by hand."""
    import torch

    run_ = run_of("WanPipeline")
    asked = {"prompt": "a cat", "width": 64.0, "height": 32.0, "steps": 1.0, "guidance": 5.0}
    still = store.image(run(engine, store, "text_to_image", **asked).get("image", Image))
    latents = run_(
        prompt="a cat",
        negative_prompt=engine._checkpoints[0].profile.negative_prompt,
        width=64,
        height=32,
        num_frames=1,
        num_inference_steps=1,
        guidance_scale=5.0,
        generator=torch.Generator("cpu").manual_seed(0),
        output_type="latent",
    ).frames
    with torch.no_grad():
        decoded = run_.vae.decode(latents, return_dict=False)[0][0, :, 0]
    wanted = ((decoded.permute(1, 2, 0).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()

    assert (still == wanted).all()
    assert wanted.std() > 10


def test_the_model_sees_the_picture_as_it_is(engine, store, run_of, monkeypatch):
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, :32, 0], picture[16:, :, 2] = 200, 100
    vae = run_of("WanImageToVideoPipeline").vae
    seen, encode = [], vae.encode
    monkeypatch.setattr(vae, "encode", lambda video: (seen.append(video.clone()), encode(video))[1])
    result = run(engine, store, "image_to_video", image=store.put_image(picture), **SMALL)

    shown = ((seen[0][0, :, 0].permute(1, 2, 0) + 1) * 127.5).round().numpy()
    assert (shown == picture).all()
    assert not any("picture" in warning for warning in result.warnings)


def test_both_pipelines_of_a_checkpoint_share_its_weights(run_of):
    words = run_of("WanPipeline")
    picture = run_of("WanImageToVideoPipeline")

    assert type(picture).__name__ == "WanImageToVideoPipeline"
    assert picture.transformer is words.transformer
    assert picture.config.expand_timesteps
    assert run_of("WanImageToVideoPipeline") is picture


# ---------------------------------------------------------------- what goes wrong


def test_frames_that_are_no_numbers_are_no_clip(engine, store, run_of, monkeypatch):
    import torch

    pipeline = run_of("WanPipeline")
    none = torch.full((1, 3, 5, 32, 64), torch.nan)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline.vae, "decode", lambda latents, return_dict: (none,))
        with pytest.raises(ToolFailed, match="when they were decoded"):
            run(engine, store, **SMALL)
    step = pipeline.scheduler.step
    monkeypatch.setattr(pipeline.scheduler, "step", lambda *told, **named: (step(*told, **named)[0] * torch.nan,))
    with pytest.raises(ToolFailed, match="after step 1 of 2"):
        run(engine, store, **SMALL)


@pytest.mark.parametrize("error", ["gpu", "cpu", "python"])
def test_too_little_memory_is_told_with_what_to_do(engine, store, run_of, monkeypatch, error):
    import torch

    errors = {
        "gpu": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB"),
        "cpu": RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        "python": MemoryError(),
    }

    def fails(latents, return_dict):
        raise errors[error]

    monkeypatch.setattr(run_of("WanPipeline").vae, "decode", fails)
    with pytest.raises(ToolFailed) as told:
        run(engine, store, **SMALL)
    assert "AGENTVID_DIFFUSION_MEMORY" in told.value.do
    assert "fewer seconds" in told.value.do


def test_a_device_or_a_way_that_does_not_exist_is_told(folders, store, monkeypatch):
    with pytest.raises(SettingsError, match="AGENTVID_DEVICE"):
        run(DiffusionEngine(str(folders["ti2v"]), device="toaster"), store, **SMALL)
    monkeypatch.setenv("AGENTVID_DIFFUSION_MEMORY", "little")
    with pytest.raises(SettingsError, match="whole, model, sequential"):
        run(DiffusionEngine(str(folders["ti2v"]), device="cpu"), store, **SMALL)


def test_a_way_to_save_memory_that_means_nothing_is_told(folders, store, monkeypatch):
    monkeypatch.setenv("AGENTVID_DIFFUSION_MEMORY", "model")
    result = run(DiffusionEngine(str(folders["ti2v"]), device="cpu"), store, **SMALL)

    assert any("'model', which means nothing on a CPU" in warning for warning in result.warnings)


# ---------------------------------------------------------------- progress and stopping


def test_progress_is_told_step_by_step(engine, store):
    events = []
    run(engine, store, **SMALL | {"steps": 4.0}, emit=events.append)

    told = [(event.done, event.total, event.note) for event in events if isinstance(event, Progress)][1:]
    assert told == [*((step, 5, "drawing") for step in range(1, 5)), (5, 5, "writing")]


def test_it_stops_between_two_steps_and_draws_again(engine, store):
    told = []
    with pytest.raises(Cancelled):
        run(engine, store, **SMALL | {"steps": 40.0}, emit=told.append, cancelled=lambda: len(told) > 2)

    assert sum(event.note == "drawing" for event in told) == 2
    assert run(engine, store, **SMALL) == run(engine, store, **SMALL)


# ---------------------------------------------------------------- in a chain


class OneClip:
    """A planner that writes one step: a clip of the words, wished from the diffusion engine."""

    name = "one clip"
    version = "1"

    async def plan(self, request, emit):
        step = Step(
            id=f"t{request.turn}.s1",
            thought="A cat that runs.",
            tool="generate_video",
            args={"prompt": request.text, "width": 64, "height": 32, "seconds": 0.375, "steps": 2},
            engine="diffusion",
        )
        return Chain(turn=request.turn, steps=(step,), answer=(Ref(step=step.id, port="video"),))


async def test_a_chain_draws_a_clip_and_its_report_says_unproven(folders, home, tmp_path, monkeypatch):
    from agentvid.agent.document import write_folder

    monkeypatch.setenv("AGENTVID_DIFFUSION", str(folders["ti2v"]))
    monkeypatch.setenv("AGENTVID_DEVICE", "cpu")
    async with Agent(home, planner=OneClip(), in_process=True) as agent:
        turn = await (await agent.session()).send("a red cat runs")
        step = turn.run.steps["t1.s1"]
        await write_folder(turn, tmp_path / "out")

    assert turn.status == "done"
    assert step.outputs["video"]["value"]["frames"] == 9
    assert "diffusion@1 (unproven)" in step.model_dump_json()
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert 'class="badge engine unproven"' in page and "never on the real checkpoint" in page


@pytest.mark.slow
async def test_a_worker_draws_stops_half_way_and_draws_again(folders, store, monkeypatch):
    monkeypatch.setenv("AGENTVID_DIFFUSION", str(folders["ti2v"]))
    monkeypatch.setenv("AGENTVID_DEVICE", "cpu")
    engine, host, events = DiffusionEngine(), WorkerHost(store), []
    long, short = (
        EngineRequest(task="text_to_video", inputs={n: pack(v) for n, v in (SMALL | {"steps": steps}).items()})
        for steps in (200.0, 2.0)
    )
    try:
        drawing = asyncio.create_task(host.run(engine, long, events.append))
        while not any(isinstance(event, Progress) and event.note == "drawing" for event in events):
            assert not drawing.done(), drawing.result()
            await asyncio.sleep(0.01)
        drawing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await drawing
        done = max(event.done for event in events if isinstance(event, Progress))
        (worker,) = host._idle["diffusion"]
        result = await host.run(engine, short, events.append)
        assert host._idle["diffusion"] == [worker], "it was asked to stop, and not killed"
    finally:
        await host.close()

    assert done < 200
    assert result == await engine.run(short, EngineContext(store))


def test_it_is_wished_or_comes_after_what_is_ready(engine):
    from agentvid.plugins import load_engines

    engines = load_engines() | {"diffusion": engine}

    assert route("text_to_video", engines).engine == "diffusion"
    assert route("text_to_video", engines, "diffusion").label == "diffusion@1 (unproven)"
    assert route("text_to_image", engines).state == "unproven"


@pytest.mark.parametrize("tool", ["generate_video", "animate"])
async def test_an_engine_that_takes_no_settings_says_so(home, photo, tool):
    class Wish(OneClip):
        async def plan(self, request, emit):
            args = {"prompt": "a cat", "steps": 4, "guidance": 3}
            args |= {"image": photo.model_dump(mode="json")} if tool == "animate" else {"width": 64}
            step = Step(id="t1.s1", thought="", tool=tool, args=args, engine="fake")
            return Chain(turn=1, steps=(step,), answer=(Ref(step="t1.s1", port="video"),))

    async with Agent(home, planner=Wish(), in_process=True) as agent:
        turn = await (await agent.session()).send("a cat")

    assert turn.status == "done"
    (told,) = [warning for warning in turn.run.steps["t1.s1"].warnings if "takes no" in warning]
    assert told.endswith("steps, guidance: not used")
