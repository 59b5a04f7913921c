"""What can be asked for: one row per operation, with the phrases that ask for it and how they are read.

A phrase is a regular expression over a whole clause, without its measures and politeness. `{ref}` stands for any words
that mean a medium. To add an operation, add a row (and, for a new kind of request, a writer in `write`).
"""

from __future__ import annotations

from typing import Final

from agentvid.planner.grammar import read_edit, read_motion, read_question
from agentvid.planner.grammar.operation import Operation
from agentvid.planner.grammar.operations_clip import REWORKING
from agentvid.planner.grammar.operations_world import DRAWING, STAGING
from agentvid.planner.grammar.read_join import read_join

__all__ = ["OPERATIONS", "Operation", "operation"]

_CAMERA: Final = frozenset({"seconds"})

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        "keep",
        ("keep the rest", "其余不变"),
        "any",
        ("", ""),
        lambda clause: (),
        (
            r"(?:keep|leave)(?: (?:everything|all|the|every\w*))* (?:rest|else|other things?"
            r"|background)(?: (?:as (?:it is|is)|unchanged|the same|alone|untouched))?",
            r"(?:but )?(?:don't|do not) (?:change|touch) (?:anything|the rest|everything) ?(?:else)?",
            r"(?:其他|其它|其余|别的|背景)(?:的|地方|部分|东西|都|全部)*(?:保持)?(?:不变|不动|别动|不要动|不要变"
            r"|保持原样|原样)",
        ),
    ),
    *REWORKING,
    Operation(
        "blur_background",
        ("blur the background", "虚化背景"),
        "image",
        ("blur the background", "虚化背景"),
        read_edit.read_blur,
        (
            r"(?:blur|soften|defocus)(?: out)? (?:the |its |their )?background(?: (?:of|in|behind"
            r"|around) (?P<thing>.+))?",
            r"(?:make|render|turn) (?:the |its )?background(?: (?:of|in|behind|around) (?P<thing>.+?))? (?:blurry"
            r"|blurred|soft|out of focus)",
            r"blur (?:out )?(?:everything|all)(?: (?:but|except|behind|around|other than))(?: for)? (?P<thing>.+)",
            r"(?:give (?P<thing>.+?) |add |use )?(?:a )?(?:blurr(?:y|ed)|soft) background",
            r"{ba}(?P<thing>.*?)(?:后面|背后|周围)?的?背景(?:都)?(?:给)?(?:虚化|模糊化?|变模糊|弄模糊"
            r"|变得?虚)(?:掉|处理)?",
            r"(?:虚化|模糊)(?:掉)?(?P<thing>.*?)(?:后面|背后|周围)?的?背景",
            r"(?:虚化|模糊)(?P<thing>.+?)(?:以外|之外)的?(?:部分|地方|背景|东西)?",
        ),
        changes="background",
    ),
    Operation(
        "replace_background",
        ("replace the background", "换背景"),
        "image",
        ("replace the background with white", "把背景换成白色"),
        read_edit.read_replace_background,
        (
            r"(?P<strong>replace|swap|change|turn|set|make|paint|colou?r)(?: out)? (?:the |its "
            r"|their )?background(?P<tail> .+)",
            r"(?:put|place|set|show) (?P<thing>.+?) (?:on|in front of|against|onto|over) (?P<by>.+?)(?: background)?",
            r"(?:put|place) (?P<by>{ref}) behind (?P<thing>.+)",
            r"use (?P<by>.+?) as (?:the |its |a )?background(?: (?:of|for) (?P<thing>.+))?",
            r"(?:give|put|set) (?P<thing>(?!me\b).+?) (?:on )?an? (?P<by>\S+(?: \S+)?) background",
            r"(?:(?:give me|use|add|show|put)(?: in)? )?(?:an? |the )?(?P<by>\S+(?: \S+)?) background",
            r"{ba}(?P<thing>.*?)(?:后面|背后|里|中)?的?背景(?:颜色|色)?(?P<strong>{成}|换个|用)(?P<by>.+)",
            r"{ba}(?P<thing>.*?)(?:后面|背后|里|中)?的?背景(?:颜色|色)?(?:变|换|改|是|要)(?P<by>.+)",
            r"(?:换成?|换个|换一个|用|要|来个|给(?P<thing>.+?)(?:换成?|换个|加个?))?(?P<by>.+?)的?背景",
            r"(?:用|拿|以|把)(?P<by>.+?)(?:做|作为|当成?|当作|作|换成|设为)(?P<thing>.*?)的?背景",
            r"(?:把|将)(?P<thing>.+?)放(?:在|到|进)(?P<by>.+?)的?背景(?:上|里|前|中)?",
        ),
        changes="background",
    ),
    Operation(
        "remove",
        ("remove a thing", "去掉东西"),
        "image",
        ("remove the cup on the right", "去掉右边的杯子"),
        read_edit.read_remove,
        (
            r"(?:remove|erase|delete|get rid of|take out|take away|eliminate|clear away|wipe out) (?P<thing>.+)",
            r"take (?P<thing>.+?) (?:out|away)(?: of (?P<where>{ref}))?",
            r"rid (?:the (?:picture|image) )?of (?P<thing>.+)",
            r"get (?P<thing>.+?) out of (?P<where>{ref})",
            r"make (?P<where>{ref}) without (?P<thing>.+)",
            r"let (?P<thing>.+?) (?:go away|disappear|vanish)",
            r"(?P<thing>.+?) should (?:go away|go|disappear|vanish)",
            r"i want (?P<thing>.+?) to (?:go away|disappear|vanish)",
            r"(?:让|使)(?P<thing>.+?)消失(?:掉)?",
            r"不(?:想)?要(?P<thing>.+)",
            r"(?:把|将)(?P<thing>.+?)(?:从(?P<where>{ref})(?:里面|里|中|上)?)?(?:都|给)?{去掉}",
            r"{去掉}(?P<thing>.+)",
            r"从(?P<where>{ref})(?:里面|里|中|上)?(?:把)?(?P<thing>.+?){去掉}",
            r"从(?P<where>{ref})(?:里面|里|中|上)?{去掉}(?P<thing>.+)",
        ),
        changes="thing",
        unchanged_db=30.0,
    ),
    Operation(
        "compose",
        ("put things together", "放在一起"),
        "any",
        ("put it beside the original", "和原来的并排放"),
        read_join,
        (r"(?P<all>.+)",),
    ),
    Operation(
        "future",
        ("continue a clip", "续写视频"),
        "video",
        ("continue the clip for two seconds", "接下来两秒会发生什么"),
        read_question.read_future,
        (
            r"(?:continue|extend|prolong|lengthen|carry on|go on|keep going|keep it going)(?: (?:with"
            r"|playing))?(?: (?P<where>{ref}))?",
            r"(?:make|let|keep) (?P<where>{ref}) (?:longer|go(?:ing)? on|continue|keep going|run(?:ning)? on"
            r"|play(?:ing)? on)",
            r"(?:show (?:me )?|predict |imagine |guess |tell me )?what (?:will |would |is going to |might |could "
            r"|shall )?(?:happens?|comes?)"
            r" (?:next|then|afterwards?|after (?:that|this))(?: (?:in|to|with|of) (?P<where>{ref}))?",
            r"(?P<timed>(?:show (?:me )?|predict |imagine )?what (?:will |would |is going to "
            r"|might )?happens?(?: after)?(?: (?:in|to) (?P<where>{ref}))?)",
            r"(?:show|predict|imagine|generate|give|add)(?: me)?(?: the future| the next frames"
            r"| what is next)(?: (?:of|for|to) (?P<where>{ref}))?",
            r"(?P<timed>(?:show|predict|imagine|generate|give|add)(?: me)?(?: (?:more|of|for"
            r"|to)*(?: (?P<where>{ref}))?)?)",
            r"(?:接着|继续|往下|向后|往后|再)*(?:续写|延长|延续|延伸|接续|推演|预测|续|继续)(?:播放|播|生成"
            r"|写)?(?P<where>{ref})?(?:下去)?(?:的?(?:画面|内容|未来))?",
            r"{ba}(?P<where>{ref})?(?:再|往下|往后|继续)*(?:续写|延长|延续|接下去|续|继续)(?:播放|下去|播|生成|写)*",
            r"(?:预测|看看|推测|想象|告诉我|生成)?(?P<where>{ref})?(?:里|中|的)?(?:接下来|接着|之后|后面|下面|然后"
            r"|未来|随后|下一步|往后)的?(?:会|将会|将|要)?"
            r"(?:(?:发生|出现)(?:些|点)?(?:什么|啥|的?(?:事|事情|画面))?|怎么样?|怎样|如何|变成什么样|是什么样"
            r"|的?画面|的?内容)(?:事情?)?呢?",
            r"(?P<timed>(?:继续|接着|往下)?(?:播放|播))",
            r"(?:预测|看看)?(?P<where>{ref})?(?:里|中)?(?:会|将会|将)(?:发生(?:些|点)?(?:什么|啥)(?:事情?)?|怎么样"
            r"|怎样|如何)呢?",
        ),
        _CAMERA,
    ),
    *DRAWING,
    Operation(
        "orbit",
        ("orbit the camera", "环绕镜头"),
        "image",
        ("orbit around it slowly", "镜头绕着它慢慢转"),
        read_motion.read_orbit,
        (
            r"{cam}(?:orbit|circle|rotate|revolve|spin|arc|fly"
            r"|swing)s?{thecam}(?: (?P<round>all the way))?(?: {side})?(?: (?:around|about"
            r"|round)(?: (?P<thing>.+?))?)?(?: {side2})?",
            r"{cam}(?:go|move|turn|walk|travel|circle)s?{thecam}(?: all the way)? (?:around|about"
            r"|round) (?P<thing>.+?)(?: {side2})?",
            r"{cam}(?:orbit|circle)s? (?P<thing>.+?)(?: {side2})?",
            r"(?:show|see|view|look at) (?P<thing>.+?) from (?:the |its )?(?P<from>left|right|above|below|front|back"
            r"|behind)(?: side)?",
            r"(?:look|view|see|seen|now)(?: at)? from (?:the |its )?(?P<from>left|right|above|below|front|back|behind)"
            r"(?: side)?",
            r"(?:{镜头})?(?:{向}?(?P<side>左|右)边?)?(?:环绕|围绕|绕着|绕|围着)(?P<thing>.*?)(?:{向}?(?P<side2>左"
            r"|右|顺时针|逆时针)边?)?(?:旋转|转动|转|环绕|移动|走|拍摄?|运动|飞|看)*",
            r"从(?P<from>左|右|上|下|前|后|背)(?:边|侧|面|方|后)?(?:角度)?看(?:看|一看|过去)?(?P<thing>.*)",
            r"{镜头}(?:转|移|换|挪)到(?P<from>左|右|上|下|前|后|背)(?:边|侧|面|方|后)?(?:去|看看?)?",
        ),
        frozenset({"seconds", "degrees"}),
    ),
    Operation(
        "turn_camera",
        ("turn the camera", "转镜头"),
        "image",
        ("turn the camera 20 degrees left", "镜头向左转20度"),
        read_motion.read_turn,
        (
            r"(?:turn|rotate|swing|spin){thecam!}(?: {side})?",
            r"{cam!}(?:turn|rotate|swing)s?(?: {side})?",
            r"{镜头}{向}?(?P<side>左|右|上|下)(?:边|侧)?(?:旋转|转动|转|偏)",
            r"(?:{向}(?P<side>左|右)边?)?(?:转动|旋转|转)(?:镜头|相机|视角)",
            r"{镜头}(?:旋转|转动|转)",
        ),
        frozenset({"seconds", "degrees"}),
    ),
    Operation(
        "zoom",
        ("zoom", "推拉镜头"),
        "image",
        ("zoom in", "推近镜头"),
        read_motion.read_zoom,
        (
            r"{cam}zooms?{thecam} (?P<way>in|out)(?: (?:on|onto|to|at|towards|from) (?P<thing>.+))?",
            r"{cam}zooms? (?:on|onto|into|to|at|towards) (?P<thing>.+)",
            r"(?:{镜头}|画面)?(?:{向})?(?P<way>推近|拉近|推进|推上|拉远|推远|拉开|放大|缩小)(?:镜头|画面|视角|相机)?",
            r"(?:{镜头}|画面)?(?P<way>推近|拉近|推进|推向|推到|拉远|推远)(?:到|至|向)?(?:镜头到)?(?P<thing>.+)",
            r"{镜头}(?:对准|对着|朝着?|向着?)(?P<thing>.+?)(?P<way>推近|拉近|推进|推|放大|拉远)",
        ),
        frozenset({"seconds", "times"}),
    ),
    Operation(
        "dolly",
        ("move the camera closer", "镜头靠近"),
        "image",
        ("dolly in", "镜头前移"),
        read_motion.read_dolly,
        (
            r"{cam}(?:dolly|push|dollies|pushes){thecam} (?P<way>in|forwards?|out|back(?:wards?)?)(?: (?:on|to"
            r"|towards|from) (?P<thing>.+))?",
            r"(?:pull){thecam} (?P<way>back(?:wards?)?|out)(?: (?:from) (?P<thing>.+))?",
            r"(?:move|bring){thecam!} (?P<way>in|forwards?|closer|nearer|back(?:wards?)?|away)(?: (?:to|towards"
            r"|from) (?P<thing>.+))?",
            r"{cam!}(?:move|go|come|get)s? (?P<way>in|forwards?|closer|nearer|back(?:wards?)?|away)(?: (?:to"
            r"|towards|from) (?P<thing>.+))?",
            r"(?:move|get|go|come) (?P<way>closer|nearer)(?: to (?P<thing>.+))?",
            r"{镜头}(?:慢慢)?(?:{向}?(?P<way>前|后)(?:移动|移|推|拉|进|退)|(?P<way2>靠近|接近|远离))(?P<thing>.*)",
        ),
        _CAMERA,
    ),
    Operation(
        "pan",
        ("pan", "摇镜头"),
        "image",
        ("pan right", "镜头向右摇"),
        read_motion.read_pan,
        (
            r"{cam}pans?{thecam} {side}",
            r"{cam}tilts?{thecam} {side}",
            r"(?:look|{cam!}looks?)(?: back| over)? {side}",
            r"(?:{镜头})?{向}(?P<side>左|右|上|下)边?(?:看|望)(?:去|过去|一看|看)?",
            r"(?:{镜头})?{向}?(?P<side>左|右|上|下)边?摇(?:动|镜头?)?",
            r"摇镜头{向}(?P<side>左|右|上|下)边?",
        ),
        frozenset({"seconds", "degrees"}),
    ),
    Operation(
        "truck",
        ("shift the camera", "平移镜头"),
        "image",
        ("move the camera left", "向左平移"),
        read_motion.read_truck,
        (
            r"{cam}(?:truck|slide|strafe|pedestal|crane|jib)s?{thecam} {side}",
            r"(?:move|shift|track){thecam!} {side}",
            r"{cam!}(?:move|shift|track|go|rise)s? {side}",
            r"(?P<side>raise|lift|lower){thecam!}",
            r"(?:{镜头}|画面)?{向}?(?P<side>左|右|上|下)边?(?:平移|横移)(?:镜头)?",
            r"(?:平移|移动){镜头}?{向}(?P<side>左|右|上|下)边?",
            r"{镜头}{向}?(?P<side>左|右|上|下)边?(?:移动|移|升|降)",
            r"{镜头}(?P<side>升高|上升|升起|降低|下降)",
        ),
        _CAMERA,
    ),
    Operation(
        "navigate",
        ("walk", "行走"),
        "image",
        ("walk forward 3 metres, then turn left", "往前走三米然后左转90度"),
        read_motion.read_walk,
        (
            r"(?:walk|go|move|step|run|head|drive)(?: (?P<way>forwards?|ahead|straight(?: ahead| on)?"
            r"|back(?:wards?)?|on|in|(?:to the )?(?:left|right)))?(?P<map>{map})",
            r"take (?P<way>forwards?|ahead|back(?:wards?)?)(?P<map>{map})",
            r"(?:turn|rotate) (?P<turn>(?:to the |to your )?(?:left|right)|around|back)(?P<map>{map})",
            r"(?:make|take) a (?P<turn>left|right)(?: turn)?",
            r"(?P<wait>wait|stop|pause|stand still)(?: there)?",
            r"(?P<map>{地图})(?:继续)?{向}(?P<way>前|后|左|右)(?:面|边|方)?(?:直)?(?:走去|走|移动|移|跑|行走|前进"
            r"|迈|行进|行驶|开)(?:过去)?(?P<map2>{地图})",
            r"(?P<map>{地图})(?:继续)?(?P<way>前进|后退|直走|直行|倒退|走|行走|前行)(?:过去)?",
            r"走(?:进|入)(?:去|里面|这?[张幅]?(?:画面|图片?|照片)(?:里面?|中|里头)?)",
            r"(?P<map>{地图}){向}?(?P<turn>左|右)边?(?:转弯|转身|转|拐弯|拐)",
            r"(?P<turn>掉头|调头|转身|向后转)",
            r"(?P<wait>等待?|停下?|停留|停住|原地不动)",
        ),
        frozenset({"seconds", "degrees", "metres"}),
    ),
    *STAGING,
    Operation(
        "help",
        ("help", "帮助"),
        "any",
        ("", ""),
        read_question.read_help,
        (
            r"help(?: me)?|what (?:can|could|do) you do|how does this work|how do i use (?:this|it)",
            r"(?:你|这)?(?:能|会|可以)?(?:做|干)(?:什么|啥|些什么)|怎么用|帮助|有什么功能|会什么",
        ),
    ),
    Operation(
        "describe",
        ("answer a question", "回答问题"),
        "any",
        ("what is in it?", "图里有什么?"),
        read_question.read_question,
        (
            r"(?:what|what's|whats|which|where|where's|who|who's|whose|when|why|how|describe|caption|explain"
            r"|tell me|count)\b.*",
            r"(?:in (?:{ref}),? )(?:what|which|where|who|whose|when|why|how)\b.*",
            r"(?P<closed>(?:is|are|does|do|did|was|were|has|have|can|could|will|should)\b.*)",
            r".*(?:什么|啥|几|多少|哪|谁|吗|是否|是不是|有没有|有无|多长|多大|多久|多高|怎么|为什么).*",
            r"(?:描述|介绍|说说|讲讲|说明|解释|数一?数|说一说|看看)(?:一?下)?.*",
        ),
    ),
    Operation(
        "recolour",
        ("recolour a thing", "改颜色"),
        "image",
        ("make the red cup blue", "把红色的杯子变成蓝色"),
        read_edit.read_recolour,
        (
            r"(?P<strong>change|make|turn|set) the colou?r of (?P<thing>.+?) (?:in)?to (?:be )?(?P<by>.+)",
            r"(?P<strong>change|turn|set) (?P<thing>.+?)(?:'s|s') colou?r (?:in)?to (?P<by>.+)",
            r"(?P<strong>change|set) the colou?r of (?P<thing>.+)",
            r"(?P<strong>change|set|turn) (?:the|its) colou?r (?:in)?to (?P<by>.+)",
            r"give (?P<thing>.+?) (?:an? )(?P<by>.+? colou?r)",
            r"(?P<thing>.+?): (?P<strong>change|set|turn) its colou?r (?:in)?to (?P<by>.+)",
            r"(?:let|i want|i'd like) (?P<thing>.+?) (?:to )?(?:be(?:come)?|turn)(?: painted| changed to)? (?P<by>.+)",
            r"给(?P<thing>.+?)(?:涂|刷|染|上)(?:上|成)(?P<by>.+)",
            r"(?:make|turn|paint|dye|colou?r|recolou?r|tint|change|have|switch)(?P<tail> .+)",
            r"(?P<thing>.+?) (?:to be|should be(?:come)?|must be(?:come)?|to become) (?P<by>.+)",
            r"{ba}(?P<thing>.*?)(?:的颜色|的色彩)?(?:都|也)?(?P<strong>{成})(?P<by>.+)",
            r"(?:把|将|让|给|使)(?P<thing>.+?)(?:的颜色|的色彩)?(?:都|也)?(?:变|改|换|染|涂|调|弄)(?P<by>.+)",
            r"(?P<thing>.+?)(?:的颜色)?(?:变|改|要|应该是)(?P<by>.+)",
            r"{ba}(?:(?P<thing>.+?)的?)?(?P<strong>颜色|色彩)(?:再|更|稍微|要|变|调)?(?P<by>[淡浅亮深暗]一?[点些])",
            r"(?P<strong>(?:再|更|稍微)?(?P<by>[淡浅深]一?[点些]))",
            r"(?P<strong>(?:(?:a (?:bit|little|touch)|slightly|even) )?(?P<by>lighter|paler|darker))(?: still)?",
        ),
        changes="thing",
        analyses=True,
        unchanged_db=35.0,
    ),
)
"""Every operation, in the order they are tried: what is more special comes first."""


def operation(name: str) -> Operation:
    """Return the row of that name.

    Raises: KeyError for a name that is not in the table.
    """
    return next(row for row in OPERATIONS if row.name == name)
