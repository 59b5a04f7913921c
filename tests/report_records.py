"""Records to test the report with, made of the sample media: what a recolour, a continued clip and a stop look like."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import agentvid
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun, StepWaits
from agentvid.chain.step import ColourIn, Ref, Step, UnchangedOutside
from agentvid.engine import pack
from agentvid.media.types import (
    Answer,
    Box,
    CameraPath,
    CameraPose,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Palette,
    Point,
    Recolour,
    Swatch,
    Video,
)
from agentvid.report.record import AnswerPart, Check, HistoryEntry, MessagePart, ToolFacts, Totals, TurnRecord
from agentvid.store.objects import ObjectStore

SAMPLES = Path(agentvid.__file__).parent / "samples"
CLASSICAL = "classical@0.1.0 (ready)"

TOOLS = {
    "locate": ToolFacts(
        "Find a thing in a picture.",
        {"box": "Box", "mask": "Mask", "point": "Point"},
        {"image": "Image", "what": "Text"},
    ),
    "analyse": ToolFacts(
        "Say what a region looks like.", {"palette": "Palette", "light": "Number", "size": "Number", "place": "Text"}
    ),
    "plan_edit": ToolFacts("Plan what changes to what.", {"plan": "EditPlan", "finding": "Text"}),
    "edit_image": ToolFacts("Change a picture.", {"image": "Image"}),
    "check": ToolFacts("Measure a result.", {"answer": "Answer"}),
    "novel_view": ToolFacts(
        "Show a picture from elsewhere.",
        {"video": "Video", "depth": "Depth", "path": "CameraPath"},
        {"image": "Image", "path": "CameraPath", "fps": "Number"},
    ),
    "describe": ToolFacts("Describe media.", {"answer": "Answer"}),
    "future_frames": ToolFacts(
        "Continue a clip.",
        {"video": "Video", "future": "Video", "keyframe": "Keyframe", "trust_seconds": "Number", "finding": "Text"},
        {"video": "Video", "seconds": "Number"},
    ),
}


def coffee(store: ObjectStore) -> Image:
    image = store.put_file(SAMPLES / "coffee.jpg", "image/jpeg", "image")
    assert isinstance(image, Image)
    return image


def city(store: ObjectStore) -> Video:
    video = store.put_file(SAMPLES / "city.mp4", "video/mp4", "video")
    assert isinstance(video, Video)
    return video


def cup_mask(store: ObjectStore, image: Image) -> Mask:
    """The red of the cup and its saucer, roughly."""
    y, x = np.mgrid[: image.height, : image.width]
    plate = ((x - 279) / 201) ** 2 + ((y - 228) / 160) ** 2 < 1
    rim = ((x - 290) / 118) ** 2 + ((y - 113) / 96) ** 2 < 1
    spoon = ((x - 367) / 42) ** 2 + ((y - 284) / 44) ** 2 < 1
    return store.put_mask(((plate & ~rim & ~spoon) * 255).astype(np.uint8))


def blue(store: ObjectStore, image: Image, mask: Mask) -> Image:
    rgb = store.image(image)
    inside = (store.mask(mask) > 127)[..., None]
    swapped = np.stack([rgb[..., 1] // 2, rgb[..., 1], np.minimum(255, rgb[..., 0] * 1.15)], axis=-1)
    return store.put_image(np.where(inside, swapped, rgb).astype(np.uint8))


def orbit(store: ObjectStore, image: Image) -> Video:
    """A pan over the picture: stands for the camera's way round it."""
    rgb = store.image(image)
    frames = (rgb[20:340, 2 * i : 2 * i + 480] for i in range(48))
    return store.put_video(frames, 24)


def recolour(store: ObjectStore, *, given_box: bool = False) -> TurnRecord:
    """A full chain in Chinese: find, analyse, plan, recolour, check, orbit; a box may be given by a person."""
    image = coffee(store)
    mask = cup_mask(store, image)
    edited = blue(store, image, mask)
    video = orbit(store, edited)
    y, x = np.mgrid[: image.height, : image.width]
    depth = store.put_depth((65535 * np.exp(-((x - 290) ** 2 / 9e4 + (y - 220) ** 2 / 5e4))).astype(np.uint16))
    path = CameraPath(
        poses=(CameraPose(seconds=0), CameraPose(seconds=1, yaw_deg=-18), CameraPose(seconds=2, yaw_deg=18, dolly=0.15))
    )
    palette = Palette(
        colours=(
            Swatch(colour="#7d2414", share=0.62, name="maroon"),
            Swatch(colour="#a63a22", share=0.27, name="red"),
            Swatch(colour="#e9d9cf", share=0.11, name="white"),
        )
    )
    plan = EditPlan(target="红色的杯子和托盘", operations=(Recolour(source="#7d2414", target="#1f5fbf"),))
    box = Box(x0=76, y0=66, x1=481, y1=389)
    picture = image.model_dump(mode="json")
    see = {"step": "t1.s1", "port": "mask"}
    steps = (
        Step(
            id="t1.s1",
            thought="先找到红色的杯子和托盘。后面的颜色分析和修改都只在这个区域内进行。",
            tool="locate",
            args={"image": picture, "what": "红色的杯子"},
            given={"box": box} if given_box else {},
        ),
        Step(
            id="t1.s2",
            thought="看清这个区域现在是什么颜色、有多亮，才知道要从哪种颜色改起。",
            tool="analyse",
            args={"image": picture, "mask": see},
        ),
        Step(
            id="t1.s3",
            thought="把陶瓷的红褐色换成蓝色，保留釉面的明暗和高光，这样看起来仍是同一只杯子。",
            tool="plan_edit",
            args={
                "operation": "recolour",
                "target": "红色的杯子",
                "colour": "蓝色",
                "palette": {"step": "t1.s2", "port": "palette"},
                "light": {"step": "t1.s2", "port": "light"},
            },
        ),
        Step(
            id="t1.s4",
            thought="按方案只改遮罩以内的像素，遮罩以外一个像素都不动。",
            tool="edit_image",
            args={"image": picture, "plan": {"step": "t1.s3", "port": "plan"}, "mask": see},
            expect=(
                ColourIn(port="image", mask=Ref(step="t1.s1", port="mask"), colour="#1f5fbf"),
                UnchangedOutside(port="image", mask=Ref(step="t1.s1", port="mask"), before=picture),
            ),
        ),
        Step(
            id="t1.s5",
            thought="量一量：杯子是否真的变蓝了，其余部分是否保持原样。",
            tool="check",
            args={"image": {"step": "t1.s4", "port": "image"}, "before": picture, "mask": see},
        ),
        Step(
            id="t1.s6",
            thought="绕着改好的杯子慢慢转半圈，让人看到它的立体感。",
            tool="novel_view",
            args={"image": {"step": "t1.s4", "port": "image"}, "path": path, "fps": 24},
            seed=7,
        ),
    )
    answer = Answer(
        question="杯子变蓝了吗？",
        text="杯子 94% 的像素是蓝色调，遮罩以外没有变化。",
        passed=True,
        measures={"hue_share": 0.943, "psnr_outside_db": 99.0, "changed_inside": 0.214},
    )
    finding = (
        "杯子主要是红褐色 (#7d2414)，偏暗；换成蓝色 #1f5fbf 后仍保留原有的明暗层次和釉面上的白色反光，所以质感不会变。"
    )
    outputs = [
        {"box": box, "mask": mask, "point": Point(x=236, y=268)},
        {"palette": palette, "light": 0.118, "size": 0.312, "place": "中央"},
        {"plan": plan, "finding": finding},
        {"image": edited},
        {"answer": answer},
        {"video": video, "depth": depth, "path": path},
    ]
    took = (0.42, 0.03, 0.0, 0.11, 0.05, 3.8)
    runs = {
        step.id: StepRun(
            step=step.id,
            status="cached" if given_box and step.id == "t1.s6" else "done",
            outputs={port: pack(value) for port, value in found.items()},
            given=("box",) if given_box and step.id == "t1.s1" else (),
            executed=not (given_box and step.id == "t1.s6"),
            engines={} if step.tool == "plan_edit" else {step.tool: CLASSICAL},
            seconds=seconds,
        )
        for step, found, seconds in zip(steps, outputs, took, strict=True)
    }
    runs["t1.s6"] = runs["t1.s6"].model_copy(
        update={"warnings": ("深度是由单张图估计的近似值：转角超过 20° 时边缘会被拉伸。",)}
    )
    executed = tuple(name for name, run in runs.items() if run.executed)
    return TurnRecord(
        session="coffee-7f3a",
        turn=1,
        revision=2 if given_box else 1,
        branch="main",
        language="zh",
        message=(
            MessagePart(text="把红色的杯子变成蓝色，再绕着它拍一段视频"),
            MessagePart(name="coffee.jpg", artifact=image),
        ),
        chain=Chain(turn=1, steps=steps, answer=(Ref(step="t1.s4", port="image"), Ref(step="t1.s6", port="video"))),
        run=Run(revision=1, steps=runs),
        answer=(
            AnswerPart(
                "text", "杯子和托盘已从红褐色改成蓝色，釉面的高光和明暗都保留了；第二个是绕着杯子拍的两秒视频。"
            ),
            AnswerPart("media", artifact=edited, caption="改成蓝色的杯子", ref=Ref(step="t1.s4", port="image")),
            AnswerPart("media", artifact=video, caption="环绕视角，2 秒", ref=Ref(step="t1.s6", port="video")),
        ),
        tools=TOOLS,
        checks=(
            Check("t1.s4", "遮罩以内主要是蓝色", True, "94% 的像素"),
            Check("t1.s4", "遮罩以外保持不变", True, "PSNR 99 dB"),
            Check("t1.s6", "视频看起来自然", None),
        ),
        totals=Totals(executed, tuple(set(runs) - set(executed)), sum(took), 0.0),
        history=(
            HistoryEntry(1, "planner", "根据你的要求写出 6 个步骤"),
            *((HistoryEntry(2, "person", "给定 t1.s1 的框，3 步重新运行"),) if given_box else ()),
        ),
    )


def continued_clip(store: ObjectStore) -> TurnRecord:
    """A clip in English: described, continued by an unproven engine that costs money."""
    clip = city(store)
    whole = store.put_video((frame for _, frame in zip(range(40), store.frames(clip), strict=False)), 25)
    frames = list(store.frames(clip, 30, 42))
    future = store.put_video((np.roll(frames[-1], -2 * i, axis=0) for i in range(24)), 25)
    source = clip.model_dump(mode="json")
    steps = (
        Step(
            id="t1.s1",
            thought="Look at the clip first: what moves in it decides how its future can be drawn.",
            tool="describe",
            args={"video": source, "question": "What is moving, and how fast?"},
        ),
        Step(
            id="t1.s2",
            thought="Continue for one second from the last sharp frame, keeping the camera's upward drift.",
            tool="future_frames",
            args={"video": source, "seconds": 1},
            engine="cloudworld",
            seed=3,
        ),
    )
    told = Answer(
        question="What is moving, and how fast?",
        text="Only the camera: it drifts up past two lit towers at night, about 2 px per frame.",
    )
    finding = (
        "The drift is steady (2.1 px per frame, spread 0.2), so straight-line motion holds for about 0.6 s; "
        "past that the towers' tops leave the picture and are guessed."
    )
    runs = {
        "t1.s1": StepRun(
            step="t1.s1", status="cached", outputs={"answer": pack(told)}, engines={"describe": CLASSICAL}, seconds=0.4
        ),
        "t1.s2": StepRun(
            step="t1.s2",
            status="done",
            outputs={
                "video": pack(whole),
                "future": pack(future),
                "keyframe": pack(Keyframe(frame=40, seconds=1.6)),
                "trust_seconds": pack(0.6),
                "finding": pack(finding),
            },
            executed=True,
            engines={"future_frames": "cloudworld@2.1 (unproven)"},
            seconds=74.2,
            cost=0.8,
            currency="CNY",
            warnings=("The engine makes 24 frames per second; the clip has 25. Its frames were retimed.",),
        ),
    }
    return TurnRecord(
        session="city night",
        turn=1,
        revision=1,
        branch="main",
        language="en",
        message=(
            MessagePart(text="What happens next in this clip? Show me one more second."),
            MessagePart(name="city.mp4", artifact=clip),
        ),
        chain=Chain(turn=1, steps=steps, answer=(Ref(step="t1.s2", port="video"),)),
        run=Run(revision=1, steps=runs),
        answer=(
            AnswerPart(
                "text",
                "The camera keeps drifting up the towers. Believe the first 0.6 seconds; after that it is a guess.",
            ),
            AnswerPart("media", artifact=whole, caption="The clip and its next second"),
        ),
        tools=TOOLS,
        checks=(Check("t1.s2", "the clip lasts 1 to 3 seconds", True, "1.6 s"),),
        totals=Totals(("t1.s2",), ("t1.s1",), 74.2, 0.8, "CNY"),
        history=(HistoryEntry(1, "planner", "wrote 2 steps"),),
    )


def stopped(store: ObjectStore) -> TurnRecord:
    """A turn that stopped: one step waits for a box, one failed, one never ran."""
    image = coffee(store)
    picture = image.model_dump(mode="json")
    steps = (
        Step(
            id="t2.s1", thought="Find the teapot to remove.", tool="locate", args={"image": picture, "what": "teapot"}
        ),
        Step(
            id="t2.s2",
            thought="Take it out and fill the table from around it.",
            tool="edit_image",
            args={"image": picture, "mask": {"step": "t2.s1", "port": "mask"}},
        ),
        Step(
            id="t2.s3",
            thought="In the meantime, orbit the picture of the turn before.",
            tool="novel_view",
            args={
                "image": {"step": "t1.s4", "port": "image"},
                "path": {"poses": [{"seconds": 0}, {"seconds": 9, "yaw_deg": 90}]},
            },
        ),
    )
    runs = {
        "t2.s1": StepRun(
            step="t2.s1",
            status="waiting",
            executed=True,
            engines={"locate": CLASSICAL},
            waits=StepWaits(
                step="t2.s1", port="box", how="Nothing in the picture looks like a teapot. Draw a box around it."
            ),
        ),
        "t2.s2": StepRun(step="t2.s2", status="pending"),
        "t2.s3": StepRun(
            step="t2.s3",
            status="failed",
            executed=True,
            seconds=0.02,
            engines={"novel_view": CLASSICAL},
            error={
                "code": "bad_call",
                "given": "a path that turns 90°",
                "expected": "at most 45° to either side",
                "do": "set a smaller yaw: agentvid chain set t2.s3 path …",
            },
        ),
    }
    return TurnRecord(
        session="coffee-7f3a",
        turn=2,
        revision=1,
        branch="main",
        language="en",
        message=(
            MessagePart(text="Remove the teapot, and orbit the blue cup by 90°"),
            MessagePart(name="coffee.jpg", artifact=image),
        ),
        chain=Chain(turn=2, steps=steps, answer=(Ref(step="t2.s2", port="image"),)),
        run=Run(revision=1, steps=runs),
        answer=(),
        tools=TOOLS,
        totals=Totals(("t2.s1", "t2.s3"), (), 0.44),
        earlier={"t1.s4.image": pack(image)},
    )
