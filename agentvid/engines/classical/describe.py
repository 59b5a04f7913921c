"""Describe a picture or clip by what can be measured, and answer the few questions that measuring can answer.

Says size, light, colours by place, sharpness and motion. Names no things: that takes recognition, and it says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.analyse import light_of, palette_of
from agentvid.engines.classical.colourspace import Bytes, Floats, rgb_to_lab
from agentvid.engines.classical.locate import colour_fit, find
from agentvid.engines.classical.regions import groups
from agentvid.engines.classical.words import is_chinese, place_word, read_sought
from agentvid.errors import CallError
from agentvid.media.colours import colour_name, colour_phrases
from agentvid.media.types import Answer, Box, Image, Video

__all__ = ["Motion", "answer_about", "caption_of", "describe", "motion_of"]

SAMPLED_FRAMES: Final = 12
FLOW_SIDE: Final = 240
CUT: Final = 0.45
"""Two sampled frames whose colour histograms share less than 1 - CUT are taken for different shots."""

_SIZE: Final = re.compile(r"how (?:big|large|wide|high|tall)|size|resolution|多大|尺寸|大小|分辨率|多宽|多高")


@dataclass(frozen=True)
class Motion:
    """What moves in a clip: mean speed in picture widths per second, its direction (x right, y down), cut frames."""

    speed: float
    x: float
    y: float
    cuts: tuple[int, ...]


# ---------------------------------------------------------------- the engine's side


def describe(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "describe": output `answer`; about `video` where both a picture and a clip are given.

    `passed` is None throughout: a description is no test. Raises: CallError where there is neither.
    """
    image, video = request.maybe("image", Image), request.maybe("video", Video)
    question = request.maybe("question", str) or ""
    chinese = is_chinese(question) or is_chinese(request.thought)
    if image is None and video is None:
        raise CallError("neither a picture nor a clip", "an image or a video", "hand one in")
    context.progress(0, 2, "looking")
    if video is not None:
        motion, frame = motion_of(video, context)
        text, measures = _clip_words(video, motion, chinese)
        if question and not _is_open(question):
            answered = _about_clip(question, video, motion, chinese) or answer_about(frame, question, chinese)
            text, measures = answered
        else:
            caption, more = caption_of(frame, chinese)
            text, measures = text + caption, measures | more
    else:
        assert image is not None
        rgb = context.store.image(image)
        box = request.maybe("box", Box)
        if box is not None and _SIZE.search(question.lower()):
            text, measures = _size_of(box, image, chinese)
        elif question and not _is_open(question):
            text, measures = answer_about(rgb, question, chinese)
        else:
            text, measures = caption_of(rgb, chinese)
    context.progress(2, 2)
    return EngineResult.of(
        "described by measuring, without recognition", answer=Answer(question=question, text=text, measures=measures)
    )


# ---------------------------------------------------------------- pictures


def caption_of(rgb: Bytes, chinese: bool = False) -> tuple[str, dict[str, float]]:
    """Return a caption of a picture (uint8 HWC RGB) and the numbers it rests on."""
    height, width = rgb.shape[:2]
    whole = np.full((height, width), 255, np.uint8)
    lab = rgb_to_lab(rgb)
    light, warmth, focus = light_of(rgb, whole), float(lab[..., 2].mean()), _focus(lab[..., 0])
    language = "zh" if chinese else "en"
    mood = _mood(light, warmth, chinese)
    where = _colours_by_place(rgb, language)
    measures = {"width": float(width), "height": float(height), "light": light, "warmth_lab_b": round(warmth, 3)}
    if chinese:
        shape = "横幅" if width > height else "竖幅" if height > width else "方形"
        text = f"一幅 {width}×{height} 的{shape}图片，{mood}。{where}。"
        text += f"最清晰的部分在{place_word(*focus, 'zh')}。" if focus else "各处清晰度相近。"
        return text + "（只凭测量，不识别物体。）", measures
    shape = "landscape" if width > height else "portrait" if height > width else "square"
    text = f"A {shape} picture of {width}x{height}, {mood}. {where}. "
    text += f"It is sharpest at the {place_word(*focus)}. " if focus else "It is about equally sharp everywhere. "
    return text + "(Measured only: things are not recognised.)", measures


def answer_about(rgb: Bytes, question: str, chinese: bool = False) -> tuple[str, dict[str, float]]:
    """Answer a question about a picture: of colour, number of coloured things, or size; else say that it can't."""
    asked = question.lower()
    if re.search(r"how many|number of|count|多少|几个|几只|几", asked) and colour_phrases(question):
        return _how_many(rgb, question, chinese)
    if re.search(r"what colou?r|which colou?r|什么颜色|颜色是|啥颜色|哪种颜色", asked):
        return _what_colour(rgb, question, chinese)
    if _SIZE.search(asked):
        height, width = rgb.shape[:2]
        text = f"宽 {width} 像素，高 {height} 像素。" if chinese else f"{width} pixels wide and {height} high."
        return text, {"width": float(width), "height": float(height)}
    if re.search(r"bright|dark|light|亮|暗", asked):
        light = light_of(rgb, np.full(rgb.shape[:2], 255, np.uint8))
        share = f"{light:.0%}"
        text = (
            f"平均亮度 {share}，{_mood(light, 0, True)}。"
            if chinese
            else f"{_mood(light, 0, False)}: {share} of white."
        )
        return text, {"light": light}
    if chinese:
        return "这个问题需要识别物体，这里只能测量颜色、数量、大小和亮度，无法回答。", {}
    return "That needs recognition; here only colours, numbers of coloured things, sizes and light are measured.", {}


def _size_of(box: Box, image: Image, chinese: bool) -> tuple[str, dict[str, float]]:
    """The size of a thing's box, in pixels and as shares of the picture."""
    width, height = box.x1 - box.x0, box.y1 - box.y0
    across, up = width / image.width, height / image.height
    if chinese:
        text = f"宽 {width:.0f} 像素，高 {height:.0f} 像素：画面宽度的 {across:.0%}，高度的 {up:.0%}"
        text += "（按框测量，不是实物尺寸）。"
    else:
        text = (
            f"{width:.0f} pixels wide and {height:.0f} high: {across:.0%} of the picture's width, {up:.0%} of its "
            "height (measured by its box; not its real size)."
        )
    return text, {"width": width, "height": height}


def _how_many(rgb: Bytes, question: str, chinese: bool) -> tuple[str, dict[str, float]]:
    colour = colour_phrases(question)[0].colour
    count = len(groups(colour_fit(rgb, (colour,))))
    name = colour_name(colour, "zh" if chinese else "en")
    if chinese:
        return f"有 {count} 块互不相连的{name}区域（按颜色数，不识别物体）。", {"count": float(count)}
    what = "region" if count == 1 else "regions"
    verb = "is" if count == 1 else "are"
    text = f"There {verb} {count} separate {name} {what} (counted by colour, not by recognition)."
    return text, {"count": float(count)}


def _what_colour(rgb: Bytes, question: str, chinese: bool) -> tuple[str, dict[str, float]]:
    words = re.sub(
        r"(?i)what|which|colou?r|\b(?:is|are|the|of|does|have|it)\b|\?|？|什么|颜色|是|的|啥|哪种", " ", question
    )
    words = re.sub(r"\s+", " ", words).strip()
    named = re.sub(r"(?i)\b(?:picture|image|photo|this|background)\b|图片|图|照片|这张?|背景", "", words).strip()
    found = find(rgb, words) if named else None
    mask = found.mask if found else np.full(rgb.shape[:2], 255, np.uint8)
    language = "zh" if chinese else "en"
    swatches = palette_of(rgb, mask).colours[:3]
    shares: dict[str, float] = {}
    for swatch in swatches:
        name = colour_name(swatch.colour, language)
        shares[name] = shares.get(name, 0.0) + swatch.share
    told = [f"{name} {share:.0%}" for name, share in shares.items()]
    sought = read_sought(words)
    thing = sought.thing or words
    measures = {"region_share": round(float((mask > 127).mean()), 6)}
    if chinese:
        where = f"“{thing}”（按颜色和对比找到，不是识别）" if found else "整幅图"
        return f"{where}主要是{'、'.join(told)}。", measures
    where = (
        f"What was taken for {thing!r} (by colour and contrast, not recognised) is" if found else "The whole picture is"
    )
    return f"{where} mostly {', '.join(told)}.", measures


def _colours_by_place(rgb: Bytes, language: str) -> str:
    """The main colours, each with where most of it lies."""
    size = (120, max(2, 120 * rgb.shape[0] // rgb.shape[1]))
    lab = rgb_to_lab(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8))
    swatches = [s for s in palette_of(rgb, np.full(rgb.shape[:2], 255, np.uint8)).colours if s.share > 0.05][:4]
    centres = np.stack([rgb_to_lab(_pixel(swatch.colour))[0, 0] for swatch in swatches])
    labels = ((lab[..., None, :] - centres) ** 2).sum(-1).argmin(-1)
    told: dict[str, str] = {}
    for index, swatch in enumerate(swatches):
        ys, xs = np.nonzero(labels == index)
        name = colour_name(swatch.colour, language)
        if xs.size == 0 or name in told:
            continue
        spread = float(np.hypot(xs.std() / labels.shape[1], ys.std() / labels.shape[0]))
        everywhere = "各处" if language == "zh" else "all over"
        place = place_word(float(xs.mean()) / labels.shape[1], float(ys.mean()) / labels.shape[0], language)
        told[name] = everywhere if spread > 0.38 else place
    if language == "zh":
        return "主要颜色：" + "，".join(f"{name}（{place}）" for name, place in told.items())
    return "Main colours: " + ", ".join(f"{name} ({place})" for name, place in told.items())


def _pixel(colour: str) -> Bytes:
    return np.frombuffer(bytes.fromhex(colour[1:]), np.uint8).reshape(1, 1, 3)


def _focus(lightness: Floats) -> tuple[float, float] | None:
    """Where the picture is sharpest (shares of width and height), None where it is so everywhere."""
    small = cv2.resize(
        lightness, (160, max(2, 160 * lightness.shape[0] // lightness.shape[1])), interpolation=cv2.INTER_AREA
    )
    energy = cv2.GaussianBlur(np.abs(cv2.Laplacian(small, cv2.CV_32F)), (0, 0), 14)
    if float(energy.max()) < 1.6 * float(energy.mean()) + 1e-6:
        return None
    y, x = np.unravel_index(int(energy.argmax()), energy.shape)
    return float(x) / energy.shape[1], float(y) / energy.shape[0]


def _mood(light: float, warmth: float, chinese: bool) -> str:
    bright = 0 if light < 0.08 else 1 if light < 0.18 else 2 if light < 0.45 else 3
    words = (("很暗", "偏暗", "亮度适中", "明亮") if chinese else ("very dark", "rather dark", "evenly lit", "bright"))[
        bright
    ]
    if warmth > 8:
        words += "，暖色调" if chinese else ", in warm colours"
    elif warmth < -6:
        words += "，冷色调" if chinese else ", in cold colours"
    return words


def _is_open(question: str) -> bool:
    """Whether a question only asks for a description."""
    pattern = (
        r"(?i)^\s*(?:please )?(?:describe|caption|what (?:is|do you see|can you see)|what's)\b(?!.*colou?r)"
        r"|描述|讲讲|有什么|是什么[^颜]*$|说说|看到"
    )
    return re.search(pattern, question) is not None


# ---------------------------------------------------------------- clips


def motion_of(video: Video, context: EngineContext) -> tuple[Motion, Bytes]:
    """Measure the motion of a clip between a few pairs of frames; returns it and the middle frame (uint8 HWC).

    Source: Kroeger et al., "Fast Optical Flow using Dense Inverse Search" (ECCV 2016).
    """
    starts = sorted({round(i * max(0, video.frames - 2) / (SAMPLED_FRAMES - 1)) for i in range(SAMPLED_FRAMES)})
    wanted = {index for start in starts for index in (start, start + 1) if index < video.frames}
    flows, cuts = [], []
    last, last_index, middle = None, -1, None
    for index, frame in enumerate(context.store.frames(video)):
        if middle is None or index <= video.frames // 2:
            middle = frame
        if index not in wanted:
            continue
        context.progress(1 + index, 2 * video.frames, "watching")
        small = _small(frame)
        if last is not None and _apart(last, small) > CUT:
            cuts.append(index)
        elif last is not None and index == last_index + 1:
            flows.append(_flow(last, small) * video.fps)
        last, last_index = small, index
    assert middle is not None
    if not flows:
        return Motion(0.0, 0.0, 0.0, tuple(cuts)), middle
    speeds = np.stack(flows)
    return Motion(
        float(speeds[:, 2].mean()), float(speeds[:, 0].mean()), float(speeds[:, 1].mean()), tuple(cuts)
    ), middle


def _small(frame: Bytes) -> Bytes:
    size = (FLOW_SIDE, max(16, FLOW_SIDE * frame.shape[0] // frame.shape[1]))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def _apart(one: Bytes, other: Bytes) -> float:
    """How much of the colour histograms is not shared, 0…1."""
    counts = [
        np.histogramdd(f.reshape(-1, 3), bins=(6, 6, 6), range=((0, 256),) * 3)[0] / (f.size / 3) for f in (one, other)
    ]
    return float(1 - np.minimum(*counts).sum())


def _flow(one: Bytes, other: Bytes) -> Floats:
    """Mean flow x, y and mean speed between two frames, in picture widths per frame."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (one, other)]
    start = np.zeros((*grey[0].shape, 2), np.float32)  # read as the first guess: it must not be uninitialised
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(grey[0], grey[1], start)
    speed = np.hypot(flow[..., 0], flow[..., 1]).mean()
    return np.array([flow[..., 0].mean(), flow[..., 1].mean(), speed], np.float32) / np.float32(one.shape[1])


def _clip_words(video: Video, motion: Motion, chinese: bool) -> tuple[str, dict[str, float]]:
    measures = {
        "seconds": video.seconds, "fps": video.fps, "frames": float(video.frames),
        "motion_widths_per_second": round(motion.speed, 4), "cuts": float(len(motion.cuts)),
    }  # fmt: skip
    moves = _moves(motion, chinese)
    if chinese:
        cuts = f"，约有 {len(motion.cuts)} 处镜头切换" if motion.cuts else ""
        return f"一段 {video.seconds:.1f} 秒的视频（{video.fps:g} 帧/秒），{moves}{cuts}。中间一帧：", measures
    cuts = f", with about {len(motion.cuts)} cut{'s' if len(motion.cuts) > 1 else ''}" if motion.cuts else ""
    return f"A clip of {video.seconds:.1f} s at {video.fps:g} fps; {moves}{cuts}. Its middle frame: ", measures


def _moves(motion: Motion, chinese: bool) -> str:
    if motion.speed < 0.004:
        return "几乎静止" if chinese else "almost nothing moves"
    amount = 0 if motion.speed < 0.03 else 1 if motion.speed < 0.15 else 2
    words = (("缓慢运动", "中速运动", "快速运动") if chinese else ("slow motion", "moderate motion", "fast motion"))[
        amount
    ]
    if float(np.hypot(motion.x, motion.y)) < 0.4 * motion.speed:
        return f"{words}，没有统一方向" if chinese else f"{words} in no common direction"
    sideways = abs(motion.x) > abs(motion.y)
    index = (0 if motion.x > 0 else 1) if sideways else (2 if motion.y > 0 else 3)
    towards = (("向右", "向左", "向下", "向上") if chinese else ("to the right", "to the left", "down", "up"))[index]
    return f"画面{towards}{words}" if chinese else f"{words}, mostly {towards}"


def _about_clip(question: str, video: Video, motion: Motion, chinese: bool) -> tuple[str, dict[str, float]] | None:
    asked = question.lower()
    if re.search(r"how long|duration|seconds|多长|多久|几秒|时长", asked):
        text = f"{video.seconds:.2f} 秒。" if chinese else f"{video.seconds:.2f} seconds."
        return text, {"seconds": video.seconds}
    if re.search(r"frame rate|fps|how many frames|帧率|多少帧", asked):
        text = (
            f"{video.fps:g} 帧/秒，共 {video.frames} 帧。" if chinese else f"{video.fps:g} fps, {video.frames} frames."
        )
        return text, {"fps": video.fps, "frames": float(video.frames)}
    if re.search(r"mov|motion|direction|fast|运动|方向|动", asked):
        return _moves(motion, chinese) + ("。" if chinese else "."), {
            "motion_widths_per_second": round(motion.speed, 4)
        }
    if re.search(r"\bcuts?\b|scenes?|shots?|镜头|切换|场景", asked):
        number = len(motion.cuts)
        text = f"约 {number} 处切换。" if chinese else f"About {number} cuts, judged from {SAMPLED_FRAMES} places."
        return text, {"cuts": float(number)}
    return None
