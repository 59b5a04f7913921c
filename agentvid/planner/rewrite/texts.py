"""What is said of edits, English and Chinese, as data."""

from __future__ import annotations

from typing import Final

from agentvid.planner.request import Language

__all__ = ["told"]

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "nothing": ("nothing", "无"),
    # ------------------------------------------------------------ notes
    "given_wins": (
        "{step} {name} was given by you and still wins: say “take back the {name} of {step}” to let it be found anew",
        "{step} 的 {name} 是你给定的，仍然优先；要重新得出，请说“收回 {step} 的 {name}”",
    ),
    "pinned_stays": (
        "{step} is pinned: it keeps its old result until you say “let {step} run again”",
        "{step} 已固定：在你说“让 {step} 重新运行”之前，结果不变",
    ),
    "another_seed": ("the seed is the next one, so that the draw differs", "种子取下一个，结果会不同"),
    # ------------------------------------------------------------ questions and refusals
    "which": ("Which one is meant?", "指的是哪一个？"),
    "what_else": ("What should be different, and how?", "哪里要改，改成什么样？"),
    "is_meant": ("Not sure that this is meant: {lines}", "不确定是不是这个意思：{lines}"),
    "which_colour": ("Which colour instead?", "那要改成什么颜色？"),
    "which_thing": ("Which thing is meant instead?", "那指的是哪一个东西？"),
    "no_step": ("There is no such step; there are {known}.", "没有这一步；现有 {known}。"),
    "no_part": ("No step here does that: nothing to leave out.", "这里没有这样的步骤：不用跳过。"),
    "needed": (
        "{step} can't be left out alone: {users} need it. Nearest: leave out {all} together.",
        "不能只跳过 {step}：{users} 要用到它。最接近的做法：把 {all} 一起跳过。",
    ),
    "together": ("leave out {all}", "跳过 {all}"),
    "all_gone": ("Then nothing would be left to do.", "那样就什么也不剩了。"),
    "no_engine": ("There is no engine {name!r}; there are {known}.", "没有名为 {name!r} 的引擎；现有 {known}。"),
    "not_able": (
        "Engine {name} does none of what is asked for here; {known} could.",
        "引擎 {name} 做不了这里要做的事；可以用 {known}。",
    ),
    "no_seed": ("No step here draws at random: another seed changes nothing.", "这里没有随机的步骤：换种子没有作用。"),
    "no_box": (
        "{step} has no box yet: run it first, or draw one.",
        "{step} 还没有框：请先运行，或自己画一个。",
    ),
    "no_drawn": ("No box was drawn: draw one first.", "还没有画框：请先画一个。"),
    "no_locate": ("No step here looks for a thing: there is no box.", "这里没有查找东西的步骤，也就没有框。"),
    "no_clip": ("No step here moves a camera or makes a clip.", "这里没有镜头运动或视频。"),
    "no_solid": ("There is no {words} in the picture: {choices}.", "画面里没有{words}：{choices}。"),
    "moved_to_fit": (
        "It touches another there, so it stands nearby: {solid}.",
        "原处会碰到别的物体，所以放在旁边：{solid}。",
    ),
    "no_shade": (
        "How {words} than now is known only once it ran: name a colour.",
        "要运行之后才知道现在的颜色，说不出“{words}”是哪种：请说出颜色。",
    ),
    "shared_thing": (
        "{step} and the edits share one thing, {thing}: the camera can't turn about another one without"
        " them. Say which of them should be about it.",
        "{step} 和修改共用同一个东西：{thing}。镜头不能单独绕别的东西；请说明哪一步要换对象。",
    ),
    "background_stays": (
        "Nothing here changes the background: only the named thing is touched, and that is checked.",
        "这里没有改动背景：只改指定的东西，并且会检查。",
    ),
    "is_so": ("That is how it is already.", "现在就是这样。"),
    "not_valid": ("That can't be: {given}; nearest: {do}.", "做不到：{given}；最接近的做法：{do}。"),
    "not_read": ("Not understood: “{clause}”. The rest would be: {lines}", "没明白：“{clause}”。其余为：{lines}"),
    "not_in_step": (
        "Nothing in {step} is changed by “{clause}”; elsewhere it would change this:",
        "{step} 中没有“{clause}”可改的；在别处可以这样改：",
    ),
    "nothing_in_step": ("Nothing in {step} is changed by “{clause}”.", "{step} 中没有“{clause}”可改的。"),
    "no_given": ("Nothing is given there that could be taken back.", "那里没有可以收回的给定值。"),
    # ------------------------------------------------------------ edited thoughts
    "read_by_tool": ("{step} reads its thought itself: the result follows.", "{step} 会自己读思考：结果会跟着变。"),
    "nothing_follows": (
        "Nothing follows from this thought: {step} does not read it, and it names no change of what the steps use.",
        "这条思考不会带来改动：{step} 不读它，其中也没有说到步骤所用内容的变化。",
    ),
}


def told(language: Language, key: str, /, **words: object) -> str:
    """Return a text in that language with its words filled in."""
    return _TEXTS[key][language == "zh"].format(**words)
