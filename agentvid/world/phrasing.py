"""The wordings of captions and instructions, English and Chinese: data alone.

Each has training wordings and others that are kept aside ("held_out"): no training example uses them. What is kept
aside is made of words that some training wording has, so that it asks for another order of known words, not for new
ones. `caption` fills the slots; `reading` takes the captions back in. Questions have their wordings in `question`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.world.words import Language

__all__ = [
    "CAMERA",
    "COUNTED",
    "INSTRUCTIONS",
    "LIST",
    "MIRROR",
    "MOVED",
    "RELATED",
    "REQUESTS",
    "SIDES",
    "Phrasing",
    "Told",
    "pick",
    "wordings",
]

Phrasing: TypeAlias = Literal["train", "held_out"]
Told: TypeAlias = Mapping[Language, Mapping[Phrasing, tuple[str, ...]]]


def pick(rng: np.random.Generator, told: Told, language: Language, phrasing: Phrasing) -> str:
    """Draw one wording, its slots unfilled."""
    choices = told[language][phrasing]
    return choices[int(rng.integers(len(choices)))]


def wordings(en: str, en_kept: str, zh: str, zh_kept: str) -> Told:
    """Return wordings told one a line: those to train on, and those kept aside."""
    return {
        "en": {"train": _lines(en), "held_out": _lines(en_kept)},
        "zh": {"train": _lines(zh), "held_out": _lines(zh_kept)},
    }


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


LIST: Final = wordings(
    """{all}
    a picture of {all}
    draw {all}
    please draw {all}
    paint a picture of {all}
    show {all}
    give me {all}
    I want {all}
    make a picture with {all}
    a scene with {all}
    there is {all}
    on the stage, {all}""",
    """show me {all}
    {all}, please
    draw a picture of {all}
    please show {all}
    I want a picture with {all}
    give me a scene with {all}""",
    """{all}
    一张图：{all}
    画{all}
    请画{all}
    给我画{all}
    给我看{all}
    我要{all}
    来一张图，有{all}
    舞台上有{all}
    场景里有{all}
    画一张有{all}的图""",
    """请给我看{all}
    来一张有{all}的图
    请画一张图：{all}
    我要一张有{all}的图
    给我一个有{all}的场景""",
)
COUNTED: Final = wordings(
    """{n} solids: {all}
    {n} things, {all}
    {n} solids, namely {all}
    exactly {n} things: {all}
    draw {n} solids: {all}
    there are {n} things: {all}""",
    """exactly {n} solids, namely {all}
    there are exactly {n} solids: {all}
    draw {n} things, namely {all}""",
    """{n}个物体：{all}
    有{n}个东西，{all}
    画{n}个物体：{all}
    一共{n}个物体，即{all}
    正好{n}个东西：{all}""",
    """正好{n}个物体，即{all}
    一共有{n}个东西：{all}
    画{n}个东西，即{all}""",
)
RELATED: Final = wordings(
    """{a} {side} {b}
    {a} is {side} {b}
    {a} stands {side} {b}
    draw {a} {side} {b}
    {side} {b} there is {a}""",
    """there is {a} {side} {b}
    {side} {b} stands {a}
    please draw {a} {side} {b}""",
    """{a}在{b}{side}
    {a}在{b}的{side}
    {b}{side}有{a}
    {b}的{side}是{a}
    画{a}，在{b}{side}""",
    """{b}的{side}有{a}
    {b}{side}是{a}
    请画{a}，在{b}的{side}""",
)
SIDES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"left": "to the left of", "right": "to the right of", "front": "in front of", "back": "behind"},
    "zh": {"left": "左边", "right": "右边", "front": "前面", "back": "后面"},
}
CAMERA: Final = wordings(
    """; from {azimuth}, {height}
    , as seen from {azimuth}, {height}
    ; the camera looks from {azimuth}, {height}""",
    """; seen from {azimuth}, {height}
    ; as the camera looks from {azimuth}, {height}""",
    """；从{azimuth}看，{height}
    ，从{azimuth}看，高度{height}
    ；镜头在{azimuth}，高度{height}""",
    """；镜头从{azimuth}看，{height}
    ，镜头在{azimuth}，{height}""",
)
MIRROR: Final = wordings(
    """the mirror image, left and right swapped, of: {thought}
    mirror this, left to right: {thought}
    swap the left and the right side in: {thought}
    left and right swapped: {thought}""",
    """swap left and right in: {thought}
    the mirror image of: {thought}
    this, left and right swapped: {thought}""",
    """左右对调：{thought}
    左右镜像：{thought}
    把左右反过来：{thought}
    下面的场景，左右对调：{thought}""",
    """下面场景的左右镜像：{thought}
    把左右对调：{thought}
    左右反过来：{thought}""",
)
MOVED: Final = wordings(
    """{thought}. then {change}
    {thought}; after that {change}
    start with {thought}. then {change}
    first {thought}. now {change}
    take this: {thought}. then {change}""",
    """start from {thought}. after that {change}
    first {thought}. then {change}
    {thought}. now {change}""",
    """{thought}。然后{change}
    {thought}。之后{change}
    先有{thought}。然后{change}
    开始是{thought}。再{change}
    {thought}。现在{change}""",
    """先是{thought}。之后{change}
    开始有{thought}。然后{change}
    {thought}。再{change}""",
)
INSTRUCTIONS: Final[Mapping[str, Told]] = {
    "Recolour": wordings(
        """make {the} {colour}
        turn {the} {colour}
        please make {the} {colour}
        change {the} to {colour}
        let {the} be {colour}
        I want {the} to be {colour}
        {the}: change its colour to {colour}
        change the colour of {the} to {colour}""",
        """paint {the} {colour}
        please turn {the} {colour}
        I want {the} changed to {colour}
        {the} should be {colour}""",
        """把{the}变成{colour}
        把{the}改成{colour}
        请把{the}变成{colour}
        让{the}变成{colour}
        给{the}涂上{colour}
        {the}要{colour}的
        把{the}的颜色换成{colour}""",
        """将{the}涂成{colour}
        请把{the}改成{colour}
        让{the}的颜色变成{colour}
        把{the}换成{colour}的""",
    ),
    "Reshape": wordings(
        """turn {the} into a {shape}
        make {the} a {shape}
        please turn {the} into a {shape}
        change {the} into a {shape}
        {the} should become a {shape}
        I want {the} changed into a {shape}
        replace {the} with a {shape} of the same colour""",
        """replace {the} by a {shape} of its colour
        please change {the} into a {shape}
        let {the} become a {shape}""",
        """把{the}变成{shape}
        把{the}换成{shape}
        请把{the}改成{shape}
        让{the}变成一个{shape}
        用一个{shape}代替{the}
        把{the}的形状改成{shape}
        把{the}换成同样颜色的{shape}""",
        """用同色的{shape}代替{the}
        请把{the}换成一个{shape}
        让{the}的形状变成{shape}""",
    ),
    "Resize": wordings(
        """make {the} {size}
        please make {the} {size}
        make {the} {more}
        change the size of {the} to {size}
        let {the} be {size}
        I want {the} to be {size}
        {the} should become {more}""",
        """{the} should be {size}
        please make {the} {more}
        let {the} become {size}
        {the}: change its size to {size}""",
        """把{the}变{size}
        让{the}变{size}
        请把{the}变{size}
        把{the}变得{size}一点
        {the}要{size}一些
        把{the}改成{size}的""",
        """让{the}变得{size}一些
        请把{the}变{size}一点
        把{the}换成{size}的""",
    ),
    "Move": wordings(
        """move {the} {steps} {side}
        move {the} to the {place}
        move {the} {side} by {steps}
        please move {the} to the {place}
        {the} should go to the {place}
        bring {the} to the {place}
        let {the} move {steps} {side}""",
        """put {the} at the {place}
        please move {the} {steps} {side}
        let {the} go to the {place}
        {the} should move {side} by {steps}""",
        """把{the}{side}移{steps}格
        把{the}移到{place}
        请把{the}移到{place}
        将{the}移到{place}
        把{the}放到{place}
        让{the}到{place}去
        把{the}{side}挪{steps}格""",
        """将{the}放到{place}去
        请把{the}{side}移{steps}格
        把{the}挪到{place}
        让{the}{side}移{steps}格""",
    ),
    "Remove": wordings(
        """remove {the}
        take {the} away
        please remove {the}
        delete {the}
        take away {the}
        rid the picture of {the}
        get {the} out of the picture
        {the} should go
        I want {the} to go away
        make the picture without {the}""",
        """get rid of {the}
        please take {the} away
        please delete {the}
        let {the} go away""",
        """移走{the}
        去掉{the}
        请移走{the}
        把{the}拿走
        把{the}删除
        不要{the}
        让{the}消失""",
        """请删除{the}
        把{the}移走
        请把{the}去掉
        请不要{the}""",
    ),
    "Add": wordings(
        """add {a} at the {place}
        put {a} at the {place}
        please add {a} at the {place}
        at the {place}, add {a}
        there should be {a} at the {place}
        I want {a} at the {place}
        place {a} at the {place}
        add {a} too, at the {place}""",
        """place {a} at the {place} too
        please put {a} at the {place}
        at the {place}, place {a}
        at the {place} there should be {a}""",
        """在{place}加{a}
        在{place}放{a}
        请在{place}加{a}
        {place}再加{a}
        {place}要有{a}
        加{a}，放在{place}""",
        """{place}再放{a}
        请在{place}放{a}
        我要在{place}加{a}
        在{place}再加{a}""",
    ),
    "Turn": wordings(
        """look from {azimuth}, {height}
        turn the camera to {azimuth}, {height}
        show it from {azimuth}, {height}
        please look from {azimuth}, {height}
        move the camera to {azimuth}, {height}
        what do you see from {azimuth}, {height}
        what does it look like from {azimuth}, {height}""",
        """how does it look from {azimuth}, {height}
        please show it from {azimuth}, {height}
        please turn the camera to {azimuth}, {height}
        let the camera look from {azimuth}, {height}""",
        """从{azimuth}看，高度{height}
        把镜头转到{azimuth}，{height}
        请从{azimuth}看，{height}
        镜头移到{azimuth}，高度{height}
        换到{azimuth}看，{height}
        到{azimuth}、{height}处看看""",
        """换到{azimuth}、{height}处看
        请把镜头转到{azimuth}，高度{height}
        从{azimuth}、{height}处看看
        把镜头移到{azimuth}，{height}""",
    ),
}

REQUESTS: Final[Mapping[str, Told]] = {
    "turntable": wordings(
        """turn once about the stage
        go once about the stage
        turn the camera once about the stage""",
        "the camera: go once about the stage",
        """绕舞台转一圈
        镜头绕舞台转一圈
        绕着场景转一圈""",
        "镜头绕着场景转一圈",
    ),
    "map_to_view": wordings(
        """walk along the path
        follow the path
        what do you see along the path?""",
        "walk and follow the path",
        """沿着路线走
        跟着路线走
        沿着路线能看到什么？""",
        "跟着路线走，能看到什么？",
    ),
    "future": wordings(
        """what happens next?
        what happens then?
        and next?""",
        "and what happens next?",
        """接下来会怎样？
        之后会怎样？
        接下来呢？""",
        "之后呢，会怎样？",
    ),
    "caption": wordings(
        """what is there, and where?
        what is there in the picture?
        tell what is where
        which solids are there, and where?""",
        """what is in the picture, and where?
        tell which solids are there""",
        """有什么，在哪里？
        画面中有什么？
        说说有什么，在哪里
        有哪些物体，在哪里？""",
        """画面中有什么，在哪里？
        说说有哪些物体""",
    ),
}
"""Task → what is asked for where nothing of the scene need be said."""
