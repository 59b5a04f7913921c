"""Interventions on the evidence of clips: masks that were followed, events that are heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from agentvid import Image, Video
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.engines.classical import ClassicalEngine
from agentvid.engines.classical.clip import put_masks
from agentvid.evals.causal import CausalRow, measure_causality
from agentvid.evals.intervene import another
from agentvid.media.types import EditPlan, Keyframe, Recolour, dump_value
from agentvid.plugins import load_tools
from agentvid.run.execute import Executor
from agentvid.run.host import InProcessHost
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolContext, tool

PLAN = EditPlan(target="thing", operations=(Recolour(source="#b02020", target="#2030c0"),))
SIDES = (80, 120)


def frames() -> list[np.ndarray]:
    behind = np.random.default_rng(0).integers(90, 130, (*SIDES, 3), dtype=np.uint8)
    made = []
    for number in range(12):
        frame = behind.copy()
        frame[20:60, 20 + number : 80 + number] = (176, 32, 32)
        made.append(frame)
    return made


def masks() -> list[np.ndarray]:
    made = []
    for number in range(12):
        mask = np.zeros(SIDES, np.uint8)
        mask[20:60, 20 + number : 80 + number] = 255
        made.append(mask)
    return made


@dataclass(frozen=True)
class Followed:
    masks: Video


@tool()
async def follow(ctx: ToolContext, video: Video, masks: Video | None = None) -> Followed:
    """Tell the true masks."""
    return Followed(masks=masks or put_masks(ctx, iter(globals()["masks"]()), video.fps))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Edited:
    video: Video
    image: Image
    finding: str


@tool()
async def edit_video(ctx: ToolContext, video: Video, plan: EditPlan, masks: Video, keyframe: Keyframe) -> Edited:
    """Change the whole clip, whatever the masks; one pixel tells that they were read."""
    changed = [np.ascontiguousarray(frame[..., ::-1]) for frame in ctx.store.frames(video)]
    changed[0][:2, :2] = int(masks.artifact[:2], 16)
    return Edited(ctx.store.put_video(changed, video.fps), ctx.store.put_image(changed[keyframe.frame]), "changed")


async def measured(store: ObjectStore, log: Log, *more: object) -> CausalRow:
    tools = {**load_tools(), "follow": follow, **{each.name: each for each in more}}  # type: ignore[attr-defined]
    executor = Executor(tools, {"classical": ClassicalEngine()}, InProcessHost(store), store, log)
    video = dump_value(store.put_video(frames(), 12))
    edit = {
        "video": video,
        "plan": dump_value(PLAN),
        "masks": {"step": "t1.s1", "port": "masks"},
        "keyframe": {"frame": 6, "seconds": 0.5},
    }
    steps = Step(id="t1.s1", tool="follow", args={"video": video}), Step(id="t1.s2", tool="edit_video", args=edit)
    chain = Chain(turn=1, steps=steps)
    answer = (Ref(step="t1.s2", port="video"),)
    rows = await measure_causality(executor, chain, answer, earlier=lambda ref: None)
    return next(row for row in rows if row.port == "masks")


async def test_masks_are_evidence_and_an_edit_that_follows_them_is_obeyed(store: ObjectStore, log: Log):
    row = await measured(store, log)
    names = [finding.name for finding in row.findings]
    assert (row.type, row.verdict, row.obeyed) == ("Video", "causal", True), row.findings
    assert "what is no longer meant comes back" in names and "frames change where the masks are now" in names
    assert row.psnr_outside_db is not None and row.psnr_outside_db >= 40


async def test_an_edit_that_goes_its_own_way_is_disobedient(store: ObjectStore, log: Log):
    row = await measured(store, log, edit_video)
    failed = [finding.name for finding in row.findings if not finding.passed]
    assert (row.verdict, row.obeyed) == ("disobeyed", False)
    assert "frames stay as they were where the plan does not reach" in failed


def test_other_masks_are_the_left_half_of_each(store: ObjectStore):
    clip = put_masks(type("Context", (), {"store": store}), iter(masks()), 12)  # type: ignore[arg-type]
    other, told = another(clip, Run(revision=1), Step(id="t1.s1", tool="x"), store, "masks")
    assert isinstance(other, Video) and "left half" in told and other.frames == 12
    for before, after in zip(store.frames(clip), store.frames(other), strict=True):
        assert after[..., 0].sum() == pytest.approx(before[..., 0].sum() / 2, rel=0.05)
        assert (after <= before).all()


@pytest.mark.parametrize("events", ["", "impact 0.20 s 100%", "impact 0.50 s 80%; whoosh 1.00-1.40 s 50%"])
def test_other_events_are_others_that_can_be_heard(events, store: ObjectStore):
    from agentvid.engines.classical.audio.events import read_events

    other, _ = another(events, Run(revision=1), Step(id="t1.s1", tool="sound"), store, "events")
    assert isinstance(other, str) and other != events and read_events(other, 2.0)
