"""What the wide reader's chains and answers say, English and Chinese, as data."""

from __future__ import annotations

from typing import Final

from agentvid.planner.request import Language

__all__ = ["tell"]

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "chat": (
        "Hello! Send a picture or a clip and say what should change, or describe what to draw.",
        "你好！发一张图片或一段视频，说说想怎么改；也可以直接描述想画什么。",
    ),
    "thanks": (
        "Glad to help. Say what to change next, whenever you like.",
        "很高兴帮到你。还想改什么，随时说。",
    ),
    "refuse": (
        "I won't do that: no undressing, no forged documents or records, nothing that harms somebody. "
        "I can help with another change of the picture.",
        "这个不能做：不脱衣服，不伪造证件或记录，不做伤害他人的内容。可以帮你做别的修改。",
    ),
    "no_media": (
        "Which picture or clip is meant? Add one to the message ({title}).",
        "指的是哪张图片或哪段视频？请随消息上传（{title}）。",
    ),
    "no_such": (
        "There is no such picture or clip here: {choices}.",
        "这里没有那张图片或那段视频：{choices}。",
    ),
    "needs": (
        "Understood: {title} (“{clause}”). That needs an engine that draws new things ({engines}), and none is set up here: "
        "see `agentvid engines`. What works now: {instead}.",
        "明白：{title}（“{clause}”）。这需要能画出新内容的引擎（{engines}），这里还没有：见 `agentvid engines`。现在可以：{instead}。",
    ),
    "unknown": (
        "Understood: {title} (“{clause}”). Here I know {known}; anything else needs an engine that draws new things "
        "({engines}), and none is set up: see `agentvid engines`.",
        "明白：{title}（“{clause}”）。这里会的是：{known}；别的需要能画出新内容的引擎（{engines}），这里还没有：见 `agentvid engines`。",
    ),
    "how_many": (
        "Understood: {title} (“{clause}”). How many are wanted? It also needs an engine that draws new things ({engines}).",
        "明白：{title}（“{clause}”）。要多少个？另外这需要能画出新内容的引擎（{engines}）。",
    ),
    "degrees": (
        "By how many degrees should it turn, and which way? I can't see what is level: say for example “2 degrees clockwise”.",
        "要转多少度、往哪边转？这里看不出哪里是水平的：请说例如“顺时针转 2 度”。",
    ),
    "no_tool": (
        "Understood: {title} (“{clause}”), but {tool} can't do that here yet. Leave it out, or ask for something else.",
        "明白：{title}（“{clause}”），但这里的 {tool} 还做不到。请去掉这一步，或换一个要求。",
    ),
    "locate": (
        "Find the {thing} in {medium}, because only it should change.",
        "在{medium}中找到{thing}，因为只有它要改。",
    ),
    "stands": (
        "Find the {thing} in {medium}: it stands before what is around it.",
        "在{medium}中找到{thing}：它立在周围的东西前面。",
    ),
    "locate_words": (
        "Find the {thing} in {medium}: the words stand there.",
        "在{medium}中找到{thing}：文字要写在那里。",
    ),
    "locate_size": (
        "Find the {thing} in {medium}: its box tells how large it is.",
        "在{medium}中找到{thing}：它的框说明它有多大。",
    ),
    "analyse": (
        "Look at the colours and light of {medium}: the change should start from what is really there.",
        "看清{medium}的颜色和明暗：修改要从画面的实际情况出发。",
    ),
    "plan": ("Decide how to do it: {title}, as asked: “{clause}”.", "定下怎样做：{title}，要求是“{clause}”。"),
    "plan_keep": (
        "Decide how to do it: {title}, as asked: “{clause}”. What stays as it is: {keep}.",
        "定下怎样做：{title}，要求是“{clause}”。保持不变的是：{keep}。",
    ),
    "edit": ("Change {medium} as planned.", "按计划修改{medium}。"),
    "check": (
        "Measure whether the change is what was planned, and the rest stayed as it was.",
        "测量改动是否符合计划，其余是否保持原样。",
    ),
    "keyframe": ("Take the frame of {medium} to look for things in.", "取出{medium}的一帧，在里面找要改的东西。"),
    "track": ("Follow the {thing} through all frames of {medium}.", "在{medium}的每一帧里跟住{thing}。"),
    "mux": ("Put the sound on {medium}.", "把声音放进{medium}。"),
    "compare": ("Put {medium} side by side, to compare them at one glance.", "把{medium}并排放在一起，一眼就能比较。"),
    "no_length": (
        "How long {medium} is is known only once it was made: say the seconds from its beginning.",
        "{medium}要做出来才知道多长：请从开头算起说秒数。",
    ),
    "no_thing": (
        "“{word}” what? Name the thing in the picture, for example “the red cup”.",
        "“{word}”什么？请说出图里的东西，例如“红色的杯子”。",
    ),
    "whole": ("whole picture", "整张画面"),
    "no_words": ("Which words should be written? Put them in quotes.", "要写什么字？请用引号写出来。"),
    "own": ("Use the tool {tool} on {medium}: {what}{values}.", "用工具 {tool} 处理{medium}：{what}{values}。"),
    "own_plain": ("Use the tool {tool}: {what}{values}.", "用工具 {tool}：{what}{values}。"),
    "locate_own": ("Find the {thing} in {medium}: {tool} works on it.", "在{medium}中找到{thing}：{tool} 要用到它。"),
    "own_medium": ("{tool} needs {what}{doc}: attach one.", "{tool} 还缺{what}{doc}：请随消息上传。"),
    "own_text": ("{tool} needs its {name}{doc}: put the words in quotes.", "{tool} 还缺 {name}{doc}：请用引号写出来。"),
    "own_number": (
        "{tool} needs its {name}{doc}: say “{name} 3”, for example.",
        "{tool} 还缺 {name}{doc}：请说例如“{name} 3”。",
    ),
    "own_flag": (
        "{tool} needs its {name}{doc}: say “{name}” or “no {name}”.",
        "{tool} 还缺 {name}{doc}：请说“{name}”或“no {name}”。",
    ),
    "own_choice": (
        "{tool} needs its {name}{doc}: say one of {known}.",
        "{tool} 还缺 {name}{doc}：请从中选一个：{known}。",
    ),
    "own_other": (
        "{tool} needs its {name}{doc}, a {type}, which can't be read from words.",
        "{tool} 还缺 {name}{doc}，它的类型是 {type}，从文字里读不出来。",
    ),
    "own_range": (
        "{name} of {tool} can't be {value}: it is {allowed}.",
        "{tool} 的 {name} 不能是 {value}：应为 {allowed}。",
    ),
    "made": ("the result", "结果"),
    "voice": ("the voice", "朗读"),
    "instead_picture": (
        "recolour, remove, move or resize a thing, light, weather, style, text, crop, camera moves",
        "给东西改颜色、去掉、移动或缩放，光线、天气、风格、文字、裁剪、镜头运动",
    ),
}


def tell(language: Language, key: str, /, **words: str) -> str:
    """Return a text in that language with its words filled in."""
    pair = _TEXTS[key]
    return (pair[1] if language == "zh" else pair[0]).format(**words)
