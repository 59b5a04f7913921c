"""What people say to an agent of the small world beyond captions and instructions, English and Chinese: data alone.

Training wordings, and others that are kept aside, as in `world.phrasing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentvid.world.phrasing import wordings
from agentvid.world.words import Language

__all__ = ["FILM", "HANDS", "OTHER", "SIDES", "THEN", "THINGS", "VIEW"]

FILM: Final = wordings(
    """turn it into a video
    make a video of it
    animate it
    please turn it into a clip
    turn the picture into a video
    create an animation of it
    make it into a short video
    turn it into a video for {seconds} seconds""",
    """make a clip of it
    turn it into an animation
    please animate it
    turn the picture into a clip
    make it into a video for {seconds} seconds""",
    """变成视频
    把它变成视频
    把它做成动画
    做成一段视频
    让它动起来
    请把图变成视频
    把它变成视频，{seconds}秒""",
    """做成动画
    请把它变成视频
    把图做成视频
    把它变成动画
    做成视频，{seconds}秒""",
)
VIEW: Final = wordings(
    """look at it from {side}
    show it from {side}
    please look from {side}
    orbit around it
    orbit around it slowly
    circle around it
    turn the camera {degrees} degrees to the {hand}
    turn the camera {degrees} degrees {hand}
    orbit {degrees} degrees to the {hand}""",
    """please show it from {side}
    view it from {side}
    please orbit around it slowly
    orbit the camera around it
    please turn the camera {degrees} degrees to the {hand}
    rotate the camera {degrees} degrees to the {hand}""",
    """从{side}看
    从{side}看看
    从{side}看它
    绕它转
    镜头绕着它转
    镜头绕着它慢慢转
    镜头向{hand}转{degrees}度
    向{hand}绕{degrees}度""",
    """请从{side}看
    请从{side}看它
    绕着它转
    请绕它慢慢转
    把镜头向{hand}转{degrees}度
    请向{hand}绕{degrees}度""",
)
SIDES: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("the left", "the right", "above", "below", "behind", "the front"),
    "zh": ("左边", "右边", "上面", "下面", "后面", "前面"),
}
HANDS: Final[Mapping[Language, tuple[str, ...]]] = {"en": ("left", "right"), "zh": ("左", "右")}
THEN: Final = wordings(
    """{first}, then {then}
    {first} and then {then}
    {first}. then {then}""",
    """{first}. after that {then}
    {first}, and then {then}""",
    """{first}，然后{then}
    {first}。然后{then}
    {first}，再{then}""",
    """{first}然后{then}
    {first}，接着{then}""",
)
THINGS: Final = wordings(
    """dog
    house
    tree
    red car
    child
    blue sky
    hand
    green apple
    face
    star
    table
    small pyramid
    black ball
    transparent cube""",
    """cat
    mountain
    white horse
    book
    grey cone
    small bridge""",
    """狗
    房子
    树
    红色的车
    孩子
    蓝天
    手
    绿苹果
    脸
    星星
    桌子
    小金字塔
    黑色的球
    透明的方块""",
    """猫
    山
    白马
    书
    灰色的圆锥
    小桥""",
)
"""What this world lacks."""
OTHER: Final = wordings(
    """hello
    thank you
    sing a song
    write a poem
    make it prettier
    make it faster
    make everything blue
    what can you do
    tell me a story
    zoom in
    pan left
    blur the background
    walk forward three metres
    continue it for two seconds
    put it beside the original
    make the ball heavier
    play some music
    paint it like an old master
    undo that
    I do not like it""",
    """good morning
    tell me a joke
    zoom out
    pan right
    make it nicer
    walk back two metres
    blur what is behind it
    translate this
    make the cube softer""",
    """你好
    谢谢
    唱首歌
    写首诗
    弄得好看一点
    快一点
    你会做什么
    讲个故事
    放大画面
    镜头左移
    模糊背景
    向前走三米
    继续两秒
    把它和原图并排
    让球重一点
    放点音乐
    撤销
    我不喜欢""",
    """早上好
    讲个笑话
    缩小画面
    镜头右移
    漂亮一点
    向后走两米
    把背景模糊
    翻译这个
    让方块软一点""",
)
"""What this world can't do, or what asks for nothing."""
