"""What the grammar's chains say: the thought of each step and its questions back, English and Chinese, as data."""

from __future__ import annotations

from typing import Final

from agentvid.planner.grammar.thoughts_world import WORLD_TEXTS
from agentvid.planner.request import Language

__all__ = ["pick_language", "say"]

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # ------------------------------------------------------------ thoughts
    "locate_thing": (
        "Find the {thing} in {medium}, because only it should change.",
        "在{medium}中找到{thing}，因为只有它要改。",
    ),
    "locate_background": (
        "Find the {thing} in {medium}, because everything but it is background.",
        "在{medium}中找到{thing}，因为除它以外都是背景。",
    ),
    "locate_view": (
        "Find the {thing} in {medium}, because the camera moves about it.",
        "在{medium}中找到{thing}，因为镜头以它为中心运动。",
    ),
    "analyse": (
        "Look at the colours, light and size of the {thing}: the change should start from what is really there.",
        "看清{thing}的颜色、明暗和大小：修改要从画面的实际情况出发。",
    ),
    "plan_recolour": (
        "Decide what changes to what: the {thing} becomes {colour}, its light and shade stay.",
        "定下把什么改成什么：{thing}变成{colour}，明暗保持不变。",
    ),
    "plan_remove": (
        "Decide how to take the {thing} out and fill the gap from around it.",
        "定下怎样去掉{thing}，并用周围的画面补上空缺。",
    ),
    "plan_blur_background": (
        "Decide how much to blur behind the {thing}, which stays sharp.",
        "定下{thing}背后虚化多少，{thing}本身保持清晰。",
    ),
    "plan_replace_background": (
        "Decide what comes behind the {thing}: {background}.",
        "定下{thing}背后换成什么：{background}。",
    ),
    "plan": ("Decide what changes to what about the {thing}.", "定下{thing}怎样改。"),
    "edit_thing": (
        "Change {medium} as planned, only where the {thing} is.",
        "按计划修改{medium}，只改{thing}所在的地方。",
    ),
    "edit_background": (
        "Change {medium} as planned, only behind the {thing}.",
        "按计划修改{medium}，只改{thing}背后的地方。",
    ),
    "check_recolour": (
        "Measure whether the {thing} is now {colour} and everything else stayed as it was.",
        "测量{thing}是否变成了{colour}，其余地方是否保持原样。",
    ),
    "check": (
        "Measure whether the change is where it was planned, and the rest stayed as it was.",
        "测量改动是否只在计划的地方，其余是否保持原样。",
    ),
    "view": (
        "Move the camera about {medium} for {seconds} s: {moves}.",
        "让镜头在{medium}上运动 {seconds} 秒：{moves}。",
    ),
    "navigate": ("Walk through {medium} for {seconds} s, move by move.", "在{medium}里一步一步行走，共 {seconds} 秒。"),
    "future": (
        "Continue {medium} by {seconds} s from its last frame, and say how far that can be trusted.",
        "从{medium}的最后一帧往后续写 {seconds} 秒，并说明能相信到第几秒。",
    ),
    "future_unsaid": (
        "Continue {medium} by {seconds} s, because no length was asked for, and say how far that can be trusted.",
        "没有说明时长，所以把{medium}往后续写 {seconds} 秒，并说明能相信到第几秒。",
    ),
    "compose_beside": (
        "Put {media} side by side, to compare them at one glance.",
        "把{media}并排放在一起，一眼就能比较。",
    ),
    "compose_above": (
        "Put {media} one above the other, to compare them at one glance.",
        "把{media}上下排列，一眼就能比较。",
    ),
    "compose_then": ("Show {media} one after the other.", "把{media}依次播放。"),
    "clips_first": (
        " Clips come before stills, so the order is not quite the one that was asked for.",
        "视频总排在静态图片之前，所以顺序与要求的不完全一样。",
    ),
    "describe": ("Look at {medium} to answer the question.", "看{medium}来回答问题。"),
    "pick_frame": (
        "Take the middle frame of {medium}: the {thing} is found there, both ends are near.",
        "取{medium}中间的一帧：在那里找{thing}，离两端都近。",
    ),
    "track": (
        "Follow the {thing} through {medium} both ways from that frame, and say where that is not sure.",
        "从这一帧向前后跟踪{medium}里的{thing}，并说明哪里不可靠。",
    ),
    "edit_clip": (
        "Carry out one plan in every frame of {medium}, inside the masks.",
        "在{medium}的每一帧按同一个计划修改，只改遮罩以内或以外。",
    ),
    "rework_retime": ("Show {medium} as asked: {told}.", "按要求播放{medium}：{told}。"),
    "rework_slow_motion": (
        "Slow {medium} down: draw the frames in between, so that it stays smooth ({told}).",
        "放慢{medium}：补上中间的帧，使画面保持流畅（{told}）。",
    ),
    "rework_stabilise": (
        "Smooth the path of the camera of {medium}, so that it is steady.",
        "平滑{medium}的镜头运动，让画面稳定。",
    ),
    # ------------------------------------------------------------ names
    "main_subject": ("main subject", "主体"),
    "edited": ("the edited picture", "改好的图片"),
    "seen": ("the new view", "新视角的视频"),
    "walked": ("the walk", "行走的视频"),
    "continued": ("the continued clip", "续写的视频"),
    "edited_clip": ("the edited clip", "改好的视频"),
    "reworked": ("the reworked clip", "处理后的视频"),
    "composed_image": ("the joined picture", "拼好的图片"),
    "composed_video": ("the joined clip", "拼好的视频"),
    "image": ("picture", "图片"),
    "video": ("clip", "视频"),
    "orbit": ("{degrees}° to the {side} around the {thing}", "绕{thing}向{side}转 {degrees}°"),
    "orbit_up": ("{degrees}° {side} over the {thing}", "对着{thing}向{side}转 {degrees}°"),
    "look": ("turn {degrees}° to the {side}", "向{side}摇 {degrees}°"),
    "tilt": ("tilt {degrees}° {side}", "向{side}摇 {degrees}°"),
    "zoom": ("zoom to {factor} times", "变焦到 {factor} 倍"),
    "dolly": ("{way} by {percent} % of the distance", "{way} {percent}% 的距离"),
    "shift": ("shift {percent} % of the picture {side}", "向{side}平移画面的 {percent}%"),
    "left": ("left", "左"),
    "right": ("right", "右"),
    "up": ("up", "上"),
    "down": ("down", "下"),
    "closer": ("closer", "推近"),
    "farther": ("back", "后退"),
    "nothing": ("hold still", "保持不动"),
    # ------------------------------------------------------------ questions back
    "no_media": ("That needs a {kind}: add one to the message.", "这需要一个{kind}：请随消息上传。"),
    "no_media_any": ("That needs a picture or a clip: add one to the message.", "这需要图片或视频：请随消息上传。"),
    "still_only": (
        "Camera moves work on still pictures, not yet on a clip ({medium}): add the frame as a picture; "
        "a clip can be edited, retimed, steadied, continued, joined or described.",
        "镜头运动目前只能用于静态图片，还不能用于视频({medium}):请上传那一帧的图片；视频可以修改、变速、稳定、续写、拼接或描述。",
    ),
    "clip_only": (
        "Only a clip can be continued or retimed, and {medium} is a still picture: add a clip, or move the camera "
        "about the picture.",
        "只有视频可以续写或变速，而{medium}是静态图片：请上传视频，或让镜头在图片上运动。",
    ),
    "which": ("Which one is meant: {choices}?", "指的是哪一个：{choices}？"),
    "no_such": ("There is no {words} here: {choices}.", "这里没有{words}：{choices}。"),
    "none_yet": ("nothing is here yet", "还没有任何媒体"),
    "no_result": ("There is no result yet that could be meant.", "还没有可以指的结果。"),
    "no_original": ("There is no original yet that could be meant.", "还没有可以指的原图或原视频。"),
    "what_is_it": (
        'What is "it"? Name the thing in the picture, for example "the red cup".',
        "“它”指的是什么？请说出图里的东西，例如“红色的杯子”。",
    ),
    "background_picture": (
        "A background has to be a picture, and {medium} is a clip.",
        "背景必须是图片，而{medium}是视频。",
    ),
    "same_twice": (
        "Joining needs at least two different pictures or clips, and only {medium} is meant here: name the other one.",
        "拼接至少需要两个不同的图片或视频，而这里只指到了{medium}：请说出另一个。",
    ),
    "seconds_range": (
        "{seconds} seconds are not possible: ask for more than 0 and at most {most}.",
        "{seconds} 秒做不到：请说大于 0 且不超过 {most} 的秒数。",
    ),
    "orbit_or_look": (
        "One path turns either about the subject or in place: ask for the two moves in two messages.",
        "同一条路径要么绕主体转，要么原地摇镜头：请分两条消息说。",
    ),
    "too_far": (
        "The camera can't go that far: at most 720° around, 89° up or down, and a zoom of 0.1 to 10.",
        "镜头走不了那么远：最多环绕 720°、上下 89°、变焦 0.1 到 10 倍。",
    ),
    "bad_walk": (
        "A move can't be of no length or that long: give metres, degrees or seconds above 0, {most} s in all.",
        "这一步的长度做不到：请给出大于 0 的米数、度数或秒数，总共不超过 {most} 秒。",
    ),
    "empty": ("Say what should happen.", "请说说要做什么。"),
    "understood": ("Understood: {clauses}.", "明白的部分：{clauses}。"),
    "not_understood": ("Not understood: {clauses}.", "没明白的部分：{clauses}。"),
    "offer": ("With {media} these work, for example: {offers}.", "有了{media}，例如可以说：{offers}。"),
    "offer_nothing": (
        "Add a picture or a clip, then for example: {offers}. From words alone: “{drawn}”.",
        "请上传图片或视频，然后例如可以说：{offers}。只用文字也可以：“{drawn}”。",
    ),
}


def pick_language(pair: tuple[str, str], language: Language) -> str:
    """Return the English or the Chinese of a pair."""
    return pair[1] if language == "zh" else pair[0]


def say(language: Language, key: str, /, **words: str) -> str:
    """Return a text in that language with its words filled in."""
    return pick_language(_TEXTS[key] if key in _TEXTS else WORLD_TEXTS[key], language).format(**words)
