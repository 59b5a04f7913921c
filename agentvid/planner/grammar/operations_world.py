"""What can be asked for without any media, and what of pictures of the small world: rows of the table in `operations`.

`DRAWING` are tried after what is more special among edits and clips; `STAGING` after all camera moves.
"""

from __future__ import annotations

from typing import Final

from agentvid.planner.grammar import read_world
from agentvid.planner.grammar.operation import Operation

__all__ = ["DRAWING", "STAGING"]

_MEDIUM_EN: Final = (
    r"(?:(?P<secs>[a-z0-9.]+)[ -]seconds?(?:[ -]long)? )?"
    r"(?P<medium>pictures?|images?|drawing|photo|painting|illustration|scene|video|clip|animation|movie)"
)
_MEDIUM_ZH: Final = (
    r"(?:(?P<secs>[0-9.一二两三四五六七八九十半]+)秒钟?的?)?(?P<medium>图片|图像|图|画|照片|场景|视频|短片|动画|影片)"
)
_ONE_ZH: Final = r"(?:一?[张幅个段条副])"
_SECONDS: Final = frozenset({"seconds"})
_A_ZH: Final = r"(?:一?[个只颗块])?"
_WANTED_EN: Final = r"(?:let|i want|i'd like|have)"

DRAWING: Final[tuple[Operation, ...]] = (
    Operation(
        "stand",
        ("look from a named side", "从指定的方位看"),
        "image",
        ("", ""),
        read_world.read_stand,
        (
            r"(?:look|show it|see it|view it|what do you see|(?:what|how) (?:does|would) it look(?: like)?"
            r"|let the camera look)(?: at it)? from (?P<azimuth>{azimuth})(?:,? ?(?:at )?(?P<height>{height}))?",
            r"(?:turn|move|put|bring|let) the camera (?:go )?to (?P<azimuth>{azimuth})(?:,? ?(?P<height>{height}))?",
            r"(?:从|到|换到|转到)(?P<azimuth>{azimuth})(?:处)?(?:[,、]?(?:高度)?(?P<height>{height}))?处?看?看?",
            r"从(?P<azimuth>{azimuth})看看?(?:[,、]?(?:高度)?(?P<height>{height}))?",
            r"(?:换到|到)(?P<azimuth>{azimuth})看看?(?:[,、]?(?:高度)?(?P<height>{height}))?",
            r"{镜头}在(?P<azimuth>{azimuth})(?:[,、]?(?:高度)?(?P<height>{height}))?",
            r"{镜头}(?:转|移|换|挪)到(?P<azimuth>{azimuth})(?:[,、]?(?:高度)?(?P<height>{height}))?",
        ),
    ),
    Operation(
        "film",
        ("make a clip of it", "变成视频"),
        "image",
        ("turn it into a video", "变成视频"),
        read_world.read_film,
        (
            r"(?:turn|make|convert|change|transform) (?P<where>{ref}) in(?:to)? (?:an? )?(?:short )?"
            r"(?:video|clip|movie|animation)",
            r"(?:make|create|render|give me|show me) (?:an? )?(?:short )?(?:video|clip|movie|animation) "
            r"(?:of|from|out of) (?P<where>{ref})",
            r"(?:make|turn|create)(?: it)?(?: into)? an? (?:video|clip|movie|animation)",
            r"animate (?P<where>{ref})",
            r"{ba}(?P<where>{ref})?(?:变成|做成|转成|生成|变为|转为|转换成|制作成|改成|弄成|做|制作)(?:一?[个段条])?"
            r"(?:视频|短片|动画|影片)",
            r"(?:让|使)(?P<where>{ref})?动起来",
        ),
        _SECONDS,
    ),
    Operation(
        "generate",
        ("draw a picture", "画一张图"),
        "any",
        ("draw a large red cube and a small blue ball", "画一个红色的大方块和一个蓝色小球"),
        read_world.read_generate,
        (
            rf"(?:draw|paint|sketch|render|generate|create|make|produce|show|give|imagine)(?: me)? (?:an? |the |some )?"
            rf"(?:small |short |little |new )?{_MEDIUM_EN} (?:of|with|showing|that shows|where there (?:is|are)) "
            r"(?P<what>.+)",
            rf"(?:an? )?{_MEDIUM_EN} of (?P<what>.+)",
            r"(?P<sure>draw|sketch)(?: me)? (?P<what>.+)",
            r"(?:paint|create|make|generate|render|show|give|imagine)(?: me)? "
            r"(?P<what>(?:an?|one|two|three|four|[1-4]|some) .+)",
            rf"(?:画|绘制|生成|创建|制作|做|来|渲染|给我看){_ONE_ZH}?{_MEDIUM_ZH}[:,]?(?P<what>.+)",
            rf"(?:画|绘制|生成|创建|制作|做|来|渲染|想要|看){_ONE_ZH}?(?P<what>.+?)的{_MEDIUM_ZH}",
            rf"(?:一[张幅段]){_MEDIUM_ZH}[:,]?(?P<what>.+)",
            r"(?P<sure>画|绘制|绘)(?!面|上|里|中|成|幅|的)(?:出|一下)?(?P<what>.+)",
            r"(?:生成|创建|渲染|来|给我看)(?P<what>(?:一|两|二|三|四|几|[1-4])?[个只颗块].+)",
        ),
    ),
)

STAGING: Final[tuple[Operation, ...]] = (
    Operation(
        "reshape",
        ("change a shape", "改形状"),
        "image",
        ("turn the cube into a ball", "把方块变成球"),
        read_world.read_reshape,
        (
            r"(?:turn|make|change|transform|replace) (?P<thing>.+?) (?:in(?:to)?|to|by|with) (?:an? )?(?P<to>{solid})"
            r"(?: of (?:the same|its) colou?r)?",
            r"(?:make|let) (?P<thing>.+?) (?:be(?:come)? )?an? (?P<to>{solid})",
            r"(?P<thing>.+?) (?:should|must|shall) (?:be(?:come)?|turn into) an? (?P<to>{solid})",
            r"i want (?P<thing>.+?) (?:changed |turned )?(?:into|to be(?:come)?) an? (?P<to>{solid})",
            rf"{{ba}}(?P<thing>.+?)(?:的形状)?{{成}}{_A_ZH}(?:(?:同样|一样|相同)颜色的|同色的?)?(?P<to>{{形}})",
            rf"用{_A_ZH}(?:(?:同样|一样|相同)颜色的|同色的?)?(?P<to>{{形}})(?:代替|替换|取代|换掉)(?P<thing>.+)",
        ),
    ),
    Operation(
        "resize",
        ("change a size", "改大小"),
        "image",
        ("make the ball bigger", "把球变大"),
        read_world.read_resize,
        (
            r"make (?P<thing>.+?) (?:(?:much|a (?:bit|little)|slightly) )?"
            r"(?P<to>bigger|larger|smaller|large|big|small)",
            rf"{_WANTED_EN} (?P<thing>.+?) (?:to )?(?:be(?:come)?|get) (?P<to>bigger|larger|smaller|large|big|small)",
            r"(?P<thing>.+?) (?:should|must) (?:be(?:come)?|get) (?P<to>bigger|larger|smaller|large|big|small)",
            r"(?:change|set) the size of (?P<thing>.+?) to (?P<to>large|big|small)",
            r"(?P<thing>.+?): (?:change|set) its size to (?P<to>large|big|small)",
            r"(?P<to>enlarge|shrink) (?P<thing>.+)",
            r"{ba}(?P<thing>.+?)(?:变|改|弄|调)得?(?P<to>大|小)(?:一?[点些])?",
            r"{ba}(?P<thing>.+?)(?:改|换|变|弄)成(?P<to>大|小)的",
            r"(?P<thing>.+?)要(?P<to>大|小)一?[点些]",
            r"{ba}(?P<thing>.+?)(?P<to>放大|缩小)(?:一?[点些])?",
            r"(?P<thing>{形}|它)(?:再)?(?P<to>大|小)一?[点些]",
        ),
    ),
    Operation(
        "move",
        ("move a thing", "移动东西"),
        "image",
        ("move the ball to the left", "把球往左移"),
        read_world.read_move,
        (
            r"(?:move|put|place|shift|bring) (?P<thing>.+?) (?:to|at|in) (?:the )?(?P<place>{spot})",
            r"(?:let )?(?P<thing>.+?) (?:should )?(?:go|move) to the (?P<place>{spot})",
            r"(?:let )?(?P<thing>.+?) (?:should )?move (?:(?P<steps>one|two|three|four|[1-4]) "
            r"(?:places?|steps?|cells?) )?(?P<to>left|right|front|back|forwards?|backwards?)",
            r"(?:move|push|shift|slide) (?P<thing>.+?) (?:to the )?(?P<to>left|right|front|back|forwards?|backwards?)"
            r" by (?P<steps>one|two|three|four|[1-4]) (?:places?|steps?|cells?)",
            r"(?P<thing>.+?) should move (?P<to>left|right|front|back|forwards?|backwards?)"
            r" by (?P<steps>one|two|three|four|[1-4]) (?:places?|steps?|cells?)",
            r"(?:move|push|shift|slide) (?P<thing>.+?) (?:by )?(?:(?P<steps>one|two|three|four|[1-4]) "
            r"(?:places?|steps?|cells?) )?(?:to )?(?:the )?"
            r"(?P<to>left|right|front|back|forwards?|backwards?|closer|nearer|farther|away)",
            r"{ba}(?P<thing>.+?){向}?(?P<to>左|右|前|后)(?:边|面|方)?(?:移动|移|挪动|挪|推|靠)"
            r"(?:(?P<steps>[一二两三四1-4])[格步])?(?:一?[点些])?",
            r"{ba}(?P<thing>.+?)(?:移|放|挪|搬|移动)[到在](?P<place>{处})(?:去)?",
            r"{ba}(?P<thing>.+?)到(?P<place>{处})去",
            r"{ba}(?P<thing>.+?)(?:移|放|挪|搬|移动)到(?P<to>左|右|前|后)(?:边|面|方)(?:去)?",
        ),
    ),
    Operation(
        "add",
        ("add a thing", "加东西"),
        "image",
        ("add a small yellow cone", "再加一个黄色小圆锥"),
        read_world.read_add,
        (
            r"(?:add|put|place|i want|i'd like|there should be) (?P<what>(?:an?|one|another) .+?)(?: too,?)? "
            r"(?:at|in|on) (?:the )?(?P<place>{spot})(?: too| as well)?",
            r"(?:at|in|on) (?:the )?(?P<place>{spot}),? (?:add|put|place|i want|there should be) "
            r"(?P<what>(?:an?|one|another) .+)",
            r"(?:add|put in|place) (?P<what>(?:an?|one|another) .+?)(?: too| as well| to it| to the picture)?",
            r"(?:再)?(?:添加|增加|加|添)(?P<what>(?:一?[个只颗块]).+?),?放?在(?P<place>{处})",
            r"(?:在)?(?P<place>{处})(?:再)?(?:添加|加上|增加|加|添|放|要有|该有)(?:上)?(?P<what>(?:一?[个只颗块]).+?)",
            r"(?:再)?(?:添加|加上|增加|加|添|放)(?:上)?(?P<what>(?:一?[个只颗块])?.+?)",
        ),
    ),
)
