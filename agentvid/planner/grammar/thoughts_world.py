"""What the grammar says of the small world: thoughts beside layouts, questions back; English and Chinese, as data."""

from __future__ import annotations

from typing import Final

__all__ = ["WORLD_TEXTS"]

WORLD_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # ------------------------------------------------------------ thoughts
    "draw": ("Draw what was asked for: {what}.", "按要求画出来：{what}。"),
    "check_layout": (
        "Read the picture without knowing the layout: does it show what was to be drawn?",
        "不看布局，只看画面：画出来的是不是想要的？",
    ),
    "nearest_colour": (
        "This world has eight colours and no {words}; the nearest is {colour}.",
        "这个小世界只有八种颜色，没有{words}，最近的是{colour}。",
    ),
    "paler_colour": (
        "This world has eight colours; the lighter neighbour of {colour} is {neighbour}.",
        "这个小世界只有八种颜色，比{colour}淡的邻近色是{neighbour}。",
    ),
    "darker_colour": (
        "This world has eight colours; the darker neighbour of {colour} is {neighbour}.",
        "这个小世界只有八种颜色，比{colour}深的邻近色是{neighbour}。",
    ),
    # ------------------------------------------------------------ names
    "drawn": ("the drawn picture", "画好的图片"),
    "seen_still": ("the new view", "新视角的图片"),
    # ------------------------------------------------------------ questions back
    "outside_words": (
        "What is built in draws one small world from words: one to four solids (ball, cube, cylinder, cone; small or "
        "large; red, orange, yellow, green, cyan, blue, purple, white) on a stage. “{words}” is not of it.",
        "内置的模型只会画一个小世界：舞台上一到四个物体（球、方块、圆柱、圆锥；大或小；红、橙、黄、绿、青、蓝、紫、白）。"
        "“{words}”不在其中。",
    ),
    "outside_room": (
        "What is built in draws one to four solids that stand apart on a stage; that can't be done with “{words}”.",
        "内置的模型只会画舞台上一到四个互不相碰的物体，“{words}”做不到。",
    ),
    "outside_nearest": (
        " The nearest it can do: “draw a large {colour} ball”. With a checkpoint (AGENTVID_UNIFIED) an engine draws "
        "anything.",
        "最接近的例如：“画一个{colour}的大球”。要画任意内容，请用 AGENTVID_UNIFIED 指定一个检查点。",
    ),
    "which_solid": ("Which one is meant: {choices}?", "指的是哪一个：{choices}？"),
    "no_such_solid": ("There is no “{words}” in it: it shows {choices}.", "图里没有“{words}”：有{choices}。"),
    "none_is_meant": ("What is meant is not in it: it shows {choices}.", "图里没有要说的东西：有{choices}。"),
    "no_such_place": (
        "“{words}” is no place on the stage: say for example “left front” or “centre”.",
        "舞台上没有“{words}”这个位置：例如可以说“左前”或“正中”。",
    ),
    "no_such_shape": (
        "“{words}” is none of the four shapes: ball, cube, cylinder, cone.",
        "“{words}”不是四种形状之一：球、方块、圆柱、圆锥。",
    ),
    "last_solid": ("It is the only one: without it nothing would be left.", "图里只有这一个，去掉就什么都没有了。"),
    "is_already": ("It is {what} already.", "它已经是{what}了。"),
    "so_already": ("It is so already: nothing would change.", "现在已经是这样了，没有要改的。"),
    "two_sizes": (
        "It is {what} already, and there are two sizes: small and large.",
        "它已经是{what}的了，只有大小两种尺寸。",
    ),
    "no_shade": (
        "This world has eight colours (red, orange, yellow, green, cyan, blue, purple, white), and none that is nearer "
        "to what was asked for than {colour}: name one of them.",
        "这个小世界只有八种颜色（红、橙、黄、绿、青、蓝、紫、白），没有比{colour}更合适的邻近色：请说出其中一种。",
    ),
    "no_room": (
        "There is no room for that: solids must stand apart. Say another place, or a smaller one.",
        "放不下：物体之间不能相碰。请换个位置，或换小一点的。",
    ),
    "off_stage": ("That would be off the stage: five places by five.", "那就到舞台外面去了：舞台是五乘五格。"),
    "add_one": (
        "What is to be added has to be one solid of this world, and “{words}” is not: for example "
        "“add a small yellow cone”.",
        "要加的必须是这个小世界里的一个物体，“{words}”不是：例如“再加一个黄色小圆锥”。",
    ),
    "seen_from_there": ("It is seen from there already.", "现在就是从那边看的。"),
    "no_far_side": (
        "One picture does not show its far side: ask for a view from the left, the right, above or below.",
        "一张图片看不到背面：可以从左、右、上、下看。",
    ),
    "film_how": (
        "A still picture becomes a clip here by moving the camera: say for example “orbit around it slowly” or "
        "“zoom in”.",
        "在这里，静态图片要靠移动镜头变成视频：例如“镜头绕着它慢慢转”或“推近镜头”。",
    ),
    "stage_only": (
        "Shapes, sizes and places can be changed only in pictures that were drawn here from words, and {medium} is "
        "none.",
        "形状、大小和位置只能在这里用文字画出来的图片里改，而{medium}不是。",
    ),
}
