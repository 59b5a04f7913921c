"""How steady edits of a clip are: their flicker along the flow beside the clip's own; and frames drawn in between.

    python tests/bench/bench_flicker.py          # three edits of the sample clip; writes bench_flicker.json

Flicker of a clip in a region: every frame is fetched to the next one along the flow of the *source* (the same for
source and edit; of the edit itself where the thing is removed, as the background moves otherwise), and the mean
absolute difference in grey levels is taken where that flow was surely followed. An edit that is as steady as the
source gives the ratio 1. A colour twice as light flickers twice as much, so `per_contrast` divides each side by the
mean size of its own gradients in the region; it means nothing where little structure is left (removed, blurred).
Regions: `inside` the tracked mask by more than 6 pixels, `border` the band of 6 pixels to both sides of its outline.
Both clips are encoded once more than the original.

Interpolation: the frame in the middle is left out and drawn again; PSNR beside repeating the frame before it and
beside mixing both neighbours.
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical.edit_clip import edit_video
from agentvid.engines.classical.flow import agreement, carried, dense_flow, grey_of
from agentvid.engines.classical.interpolate import between
from agentvid.engines.classical.locate import locate
from agentvid.engines.classical.track import pick_frame, track
from agentvid.media.types import (
    BlurBackground,
    Box,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Recolour,
    Remove,
    Video,
)
from agentvid.samples import CITY
from agentvid.store.objects import ObjectStore

BAND = 6
TOWER = Box(x0=255, y0=40, x1=600, y1=360)
"""The tower in the middle of the sample clip, at its middle frame."""

PLANS = {
    "recolour": EditPlan(target="tower", operations=(Recolour(source="#5a6b66", target="#8a3030"),)),
    "remove": EditPlan(target="tower", operations=(Remove(grow=5),)),
    "blur_background": EditPlan(target="tower", operations=(BlurBackground(radius=6),)),
}


def request(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


def psnr(a, b):
    return 10 * np.log10(255**2 / max(1e-9, float(np.mean((a.astype(float) - b.astype(float)) ** 2))))


def regions(mask):
    inside = (mask > 127).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1, 2 * BAND + 1))
    grown, shrunk = cv2.dilate(inside, disc) > 0, cv2.erode(inside, disc) > 0
    return {"inside": shrunk, "border": grown & ~shrunk}


def flicker(frames, flows, masks):
    """Return mean differences along the flow, and mean gradients, by region; grey levels."""
    found = {"inside": [], "border": []}
    for at, (flow, sure) in enumerate(flows):
        now, before = frames[at + 1].astype(np.float32), frames[at].astype(np.float32)
        apart = np.abs(now - carried(before, flow)).mean(-1)
        grey = grey_of(frames[at + 1]).astype(np.float32)
        slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(grey, cv2.CV_32F, 0, 1) / 8)
        for name, region in regions(masks[at + 1]).items():
            where = region & (sure > 0.8)
            found[name].append((float(apart[where].mean()), float(slope[where].mean())))
    return {name: np.mean(values, axis=0) for name, values in found.items()}


def flows_of(frames):
    """Return the flow of each frame back to the one before, and where it is sure."""
    flows = []
    for before, now in itertools.pairwise(map(grey_of, frames)):
        back, forth = dense_flow(now, before), dense_flow(before, now)
        flows.append((back, agreement(back, forth)))
    return flows


def measure_flicker(context, clip):
    picked = pick_frame(request("pick_frame", video=clip), context)
    key = picked.get("keyframe", Keyframe)
    found = locate(request("locate", image=picked.get("image", Image), what="the tower", box=TOWER), context)
    started = time.process_time()
    tracked = track(request("track", video=clip, mask=found.get("mask", Mask), keyframe=key), context)
    seconds = {"track": time.process_time() - started}
    masks = [mask[..., 0] for mask in context.store.frames(tracked.get("masks", Video))]
    source = list(context.store.frames(clip))
    flows = flows_of(source)
    # the edit is encoded once more: so is what it is compared with
    again = list(context.store.frames(context.store.put_video(iter(source), clip.fps)))
    own = flicker(again, flows, masks)
    rows = {}
    for name, plan in PLANS.items():
        started = time.process_time()
        edited = edit_video(
            request("edit_video", video=clip, plan=plan, masks=tracked.get("masks", Video), keyframe=key), context
        )
        seconds[name] = time.process_time() - started
        frames = list(context.store.frames(edited.get("video", Video)))
        shown = flicker(frames, flows_of(frames) if name == "remove" else flows, masks)
        rows[name] = {
            region: {
                "source": round(float(own[region][0]), 3),
                "edited": round(float(shown[region][0]), 3),
                "ratio": round(float(shown[region][0] / own[region][0]), 3),
                "per_contrast": round(
                    float((shown[region][0] / shown[region][1]) / (own[region][0] / own[region][1])), 3
                ),
            }
            for region in ("inside", "border")
        }
    return {
        "track_trust": tracked.get("trust", float),
        "edits": rows,
        "cpu_seconds": {name: round(value, 1) for name, value in seconds.items()},
    }


def measure_interpolation(frames):
    rows = {}
    for gap in (2, 4, 8):
        found = []
        for at in range(0, len(frames) - gap, gap):
            first, middle, second = frames[at], frames[at + gap // 2], frames[at + gap]
            mixed = np.rint((first.astype(np.float32) + second) / 2)
            found.append((psnr(between(first, second, 0.5), middle), psnr(first, middle), psnr(mixed, middle)))
        drawn, copied, blended = (round(float(value), 2) for value in np.mean(found, axis=0))
        rows[f"every {gap}th frame kept"] = {"drawn_db": drawn, "copy_db": copied, "blend_db": blended}
    return rows


def main():
    with tempfile.TemporaryDirectory() as folder:
        context = EngineContext(store=ObjectStore(Path(folder)))
        clip = context.store.put_file(CITY, "video/mp4", "video")
        result = measure_flicker(context, clip)
        result["interpolation"] = measure_interpolation(list(context.store.frames(clip)))
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
