"""Rows about the camera: moves, other views, walks through a scene."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row

__all__ = ["CAMERA"]

_WAY_ZH: Final = r"(?:慢慢|缓缓|缓慢|快速|稍微|再|直接|一点一点|轻轻|平稳|匀速|地|横着|继续|先|往|向|朝|从|由)*"

CAMERA: Final[tuple[Row, ...]] = (
    Row(
        "orbit",
        ("orbit the camera", "环绕镜头"),
        "image",
        ("orbit around it slowly", "镜头绕着它慢慢转"),
        {
            8: (
                r"(?<![a-z])(?:orbit(?:s|ing)?|circle (?:around|round|the|it|him|her)|arc (?:around|round|shot|the)|(?:camera|fly|swing|move|go|travel|drone|walk|revolve|sweep|curve|come) [^,]{0,24}?(?:around|round) (?:the|it|him|her|them|my|this|that|to the)|(?:half|quarter) (?:a )?(?:circle|orbit|turn) (?:around|round|about))(?![a-z])",
                r"(?:环绕|围绕|绕着|围着|绕)[^,]{0,16}?(?:转|拍|飞|走|旋转|看|一圈|半圈|移动|运动|{number}度|环绕|运镜|四分之)|环绕(?:镜头|运镜|拍摄|一下)|绕[^,到]{1,10}{number}度|弧形运镜|绕(?:拍|飞)",
            ),
        },
        (
            r"(?:turntable|转盘|360|全方位|all the way (?:a?round)|full (?:circle|turn|orbit|rotation)|full 360|(?<!转)一圈.{0,6}(?:循环|展示)|绕到|scarf|put|wrap|加一|围上)",
        ),
        makes="video",
    ),
    Row(
        "turntable",
        ("turn it all the way round", "转盘展示"),
        "image",
        ("a turntable of the vase", "把花瓶转一圈展示"),
        {
            9: (
                r"(?<![a-z])(?:(?:from )?(?:every|each) (?:side|direction|angle)|all (?:a?round it|the way about))(?![a-z])",
                r"(?<![a-z])(?:turn ?table|all the way (?:a?round)|360(?:[ -]?(?:degrees?|deg|°))?(?: (?:spin|view|turn|rotation|video|orbit|of|product))?|full (?:circle|turn|rotation|spin|360|orbit|revolution|loop around)|lazy susan|product spin|spin (?:it|the|this|my|around|him|her)|rotating (?:view|display|product|platform)|(?:see|show|view|look at) (?:it |the [a-z ]+ |this |my [a-z ]+ )?from (?:all|every) (?:sides?|angles?)|(?:from )?(?:all|every) (?:sides|angles?)(?! of)|one (?:full |complete )?(?:rotation|revolution|turn)|complete (?:circle|rotation|turn)|rotate (?:it )?(?:fully|on the spot|continuously))(?![a-z])",
                r"(?:转盘|转台|360|三百六十|全方位|各个角度|每个角度|四面八方|展台|原地(?:转|旋转|自转)[^,]{0,4}|自转|转一圈|转一周|转个圈|旋转一[圈周]|旋转展示|转上一圈|转满一圈|整圈|转着看|旋转视频|转圈(?:展示|看|视频))",
            ),
        },
        (
            r"(?:90|ninety|45|180|forty|hundred)[ -]?(?:degrees|°)?|(?:anti|counter)?-?clockwise|上下颠倒",
            r"(?:vr|全景(?:图|照)|panorama)|(?:{camera}|摇)[^,]{0,8}摇|从左往右摇|half|半圈",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "view_from",
        ("see it from elsewhere", "换角度看"),
        "image",
        ("show it from above", "从上面看"),
        {
            9: (
                r"(?:从|在|由|换到|站在|绕到)[^,]{1,14}?(?:俯视|仰视|平视|往下|往上|朝下|朝上|俯看|回头)",
                r"(?<![a-z])(?:(?:what(?:'s| does| would| do|'d)|how (?:does|would|do)) [^,]{0,40}?looks? (?:like )?from(?! the (?:first|second))|from (?:the |my |his |her |a |an )?[a-z]+(?: [a-z]+)?(?:'s?)? (?:position|seat|point of view|perspective|eyes|vantage point|viewpoint|spot)|look(?:ing)? behind (?:you|me|him|her|us|it)|turn around and (?:look|see|show)|(?:seen|shown|viewed|shot|taken|photographed) from)(?![a-z])",
                r"(?:from|at) (?:directly |straight |right |high |way |just |further |a bit |the |its |his |her |a |an )*(?:above|overhead|below|underneath|behind|the (?:back|front|side|left|right|rear|top|bottom|other side|doorway|window|balcony|street|ground|sofa|far end|kitchen|stage|corner|opposite|stands|roof|air|driver)(?! (?:to|of the (?:picture|image|photo|frame|clip|video)|photo|picture|image))(?: side)?|the (?:left|right)(?: side)?|low|high|eye level|different angle|lower|higher|new angle|side|top|back|front|left|right|rear|[a-z]+'s (?:point of view|perspective|pov|eye view)|further (?:left|right|back|away|up))(?: (?:view|angle|side|perspective))?(?![a-z])(?! (?:and|to) (?:right|left|the [a-z]+ to))",
                r"(?<![a-z])(?:(?:side|top|back|rear|front|aerial|overhead|bird'?s[ -]?eye|worm'?s[ -]?eye|low[ -]angle|high[ -]angle|drone|three[- ]quarter|3/4|top-?down|profile|different|new|another|opposite|reverse)(?:[ -]?(?:view|angle|shot|perspective|side view|pov))+|top-down|bird'?s[ -]eye|point of view|pov|what (?:it|he|she|that|this|the [a-z ]+) looks? like from|(?:show|see|look at)(?: me)? (?:the |its |his |her )?(?:back|other side|far side|underside|rear)(?! ?ground)(?: of)?|view from|seen from|viewed from|looking (?:down|up) (?:at|on) |isometric)(?![a-z])",
                r"(?:从|站在|坐在|由|换到|转到|绕到|切到|挪到|(?<!现)在(?=[^,]{1,8}(?:上|里|口|边|外|处)))[^,]{0,14}?(?:看|望|拍|视角|角度|瞧|瞅|瞄|俯瞰|仰拍|俯拍)(?!清楚)",
                r"(?:绕到|转到|换到|切到|切换到|换成|改成|来个|给我|给个|看看|看一下|变成|要|用|想看|的)?[^,]{0,8}?(?:正面|侧面|背面|反面|底面|顶面|俯视|仰视|平视|俯拍|仰拍|鸟瞰|上帝视角|后面是什么样|背后(?:什么样|长什么样|的样子)|侧脸|另一面|另一侧|对面的?角度|第一人称|主观视角|换个角度|换一个角度|不同角度|别的角度|低角度|高角度|低机位|高机位)[^,]{0,4}(?:视?角|图|看|看看|样子|效果|的|一下|拍|什么样)?{end}",
            ),
            5: (
                r"(?:俯瞰|鸟瞰|俯视|背面|侧面|正面|反面)(?!写|贴|的(?:字|人|logo))",
                r"(?:further|more) (?:left|right|to the (?:left|right))|(?:different|another|other) angle",
            ),
        },
        (
            r"(?:from (?:the |a )?(?:first|second|third|other|last|left to|right to|top to|bottom to|puddle|bride) |从左[往到向]右|从右[往到向]左|从上[往到向]下|从下[往到向]上|从第)",
            r"(?:lit|light|lighting|光)[^,]{0,10}(?:from|从)|从[^,]{0,6}(?:打|照)",
            r"(?:remove|delete|erase|take|去掉|删掉|移除)[^,]{0,30}(?:from)|(?:地图|(?<![a-z])map(?![a-z])|平面图|户型图|floor ?plan)|站在(?:红点|箭头|标记)",
            r"(?:pan|tilt|dolly|truck|pedestal|zoom|crane)(?:s|ing)? |摇(?:镜|一|到)|推近|拉远|平移|升到|(?<![a-z])(?:walk|drive|fly|stroll) ",
            r"(?:trim|cut|chop|剪|秒)|哪(?:里|儿|年)|什么时候|^from the top$",
            r"正面(?:的)?(?:logo|字)|(?:贴|印|写)在?(?:正|背|侧)面",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "dolly",
        ("move the camera closer", "镜头推拉"),
        "image",
        ("dolly in", "镜头推近"),
        {
            8: (
                r"(?:再|往前|向前|镜头|慢慢|往里|朝前)*(?:凑近|贴近|靠近|逼近|挨近)一?[点些]?$",
                r"(?:往前|向前|往后|向后|朝前)(?:推|凑|靠|退|拉|进)一?[点些]?(?!窗|门)",
            ),
            9: (
                r"(?<![a-z])(?:(?:move|go|come|creep|glide|float|inch|ease|drift|get) in (?:slowly |close |closer |tight |gently )*(?:on|to|toward|towards|at)|(?:back|move|float|drift|pull) (?:off|out|away|back) (?:slowly |gently )?(?:from|to (?:reveal|show|see)))(?![a-z])",
                r"(?<![a-z])(?:doll(?:y|ies|ying)|push(?:es|ing)? (?:in|the camera)|push-in|pull(?:s|ing)?(?: the camera)? (?:back|out|away)|pull-?back|(?:camera|cam|shot) (?:[a-z]+ )?(?:moves?|goes|comes?|creeps?|glides?|pushes|pulls|flies|drifts|backs|travels|advances) (?:slowly |gently |in |a bit )?(?:in|closer|toward|towards|forward|backwards?|back|away|out|off)|(?:move|bring|get|fly|creep|glide|drift|back) (?:the )?(?:camera |cam )?(?:slowly |gently |a bit |a little |in )?(?:closer|nearer|toward|towards|forward|backwards?|away|off)(?: to| from)?|track(?:s|ing)? (?:in|forward|back|toward)|creep in|ease in|back away|come closer)(?![a-z])",
                rf"(?:{{camera}}|画面){_WAY_ZH}[^,]{{0,8}}?(?:推近|推进|推到|推向|推过去|推上去|推|拉近|拉远|拉开|拉回|拉到|拉|后退|前进|前移|后移|靠近|贴近|凑近|远离|退后|后撤|往前|往后|向前|向后)(?!升|降|窗|门)",
                r"(?:推近|推进|推向|推镜|拉镜|缓推|慢推|推轨|缓缓推|慢慢推|推个?镜头|推过去|拉远|拉开|镜头缓推|推到|往前推|往后拉|向后拉)",
            ),
        },
        (
            r"(?:焦距|变焦|zoom|放大)|(?:(?<!镜头)平移)|(?:move|bring|push|pull) (?:the |him|her|them|it|my)(?!camera|cam)[^,]{0,16}(?:closer|forward|together)(?! (?:to )?the (?:camera))(?<!camera closer)|toilet|(?:walk|stroll|drive) ",
        ),
        makes="video",
    ),
    Row(
        "zoom",
        ("zoom", "变焦"),
        "image",
        ("zoom in on the face", "放大看脸"),
        {
            9: (
                r"(?<![a-z])(?:punch(?:es)? in|(?:get|go) (?:in )?(?:really |right )?close(?:r)? (?:on|to|up)|close in on|closer look at|tight on)(?![a-z])",
                r"(?<![a-z])(?:zoom(?:s|ed|ing)?(?:[ -](?:in|out))?|close-?up(?: shot)?|closeup|magnif(?:y|ied)|enlarge to see|telephoto)(?![a-z])",
                r"(?:变焦|焦距|放大看|放大到[^\dk]|放大[^,]{0,10}(?:看看|看一下|看清|细节)|(?:细节|局部|脸部|表盘)[^,]{0,6}放大|特写|缩放|拉焦|长焦|拉近看|拉近[^,]{0,3}细节|镜头放大|镜头缩小|画面放大|画面缩小)",
            ),
            5: (r"(?:拉近|推近)(?:一?[点些])?(?:看看?|到)", r"^(?:放大|缩小|拉近)(?:一?[点些下])?(?:看看?)?{end}"),
        },
        (r"(?:on zoom|zoom (?:call|meeting|background))",),
        makes="video",
    ),
    Row(
        "pan",
        ("pan the camera", "摇镜头"),
        "image",
        ("pan right", "镜头向右摇"),
        {
            9: (
                r"(?<![a-z])(?:look (?:over |round |around |across |slowly )*(?:to )?(?:the |your |my )?(?:left|right))(?![a-z])",
                r"(?<![a-z])(?:turn (?:to the |to my )?(?:left|right) (?:a (?:full )?quarter|(?:by )?{number}(?: degrees|°)|a (?:bit|little)|slowly|gently))(?![a-z])",
                r"(?<![a-z])(?:pan(?:s|ned|ning)?(?! (?:on|in|with|of|handle|is))|(?:camera|shot|view) (?:[a-z]+ )?(?:sweeps?|swings?|turns?|looks?|pans?) (?:slowly |gently )?(?:from|across|over|to the|left|right)|sweep (?:across|over|from|the camera)|(?:turn|swing|swivel) (?:the )?(?:camera|view|lens) (?:slowly )?(?:to the )?(?:left|right)|look (?:to the )?(?:left|right)(?: and right)?|whip[ -]pan|panorama sweep|survey the)(?![a-z])",
                rf"(?:{{camera}}|画面)?{_WAY_ZH}[左右][^上下]{{0,5}}摇(?!头|摆|晃|篮)|(?:{{camera}})[^,]{{0,10}}摇(?!头|摆|晃)|摇镜头?(?!{_WAY_ZH}[上下])|摇摄|横摇|摇到|摇过|摇一圈|甩镜|从[左右](?:边|侧)?(?:慢慢)?(?:扫|摇|转)[到向往][左右]|扫过|(?:{{camera}})(?:慢慢|缓缓|往|向|朝)*[左右](?:边)?转",
            ),
        },
        (r"(?:往|向|朝)[上下][^,]{0,3}摇|摇[上下]|[上下]摇|frying|saucepan|(?:pan|摇)[^,]{0,3}(?:up|down)(?![a-z])",),
        makes="video",
    ),
    Row(
        "tilt",
        ("tilt the camera", "俯仰镜头"),
        "image",
        ("tilt up", "镜头向上仰"),
        {
            9: (
                r"(?<![a-z])(?:tilt(?:s|ing)?(?:[^,]{0,20}?)(?:up|down|upwards?|downwards?|to|onto|over|toward)|(?:camera|shot|view|lens|pan|now) (?:[a-z]+ )?(?:looks?|tilts?|points?|up|down)(?: straight)? ?(?:up|down|upwards?|downwards?)?(?: (?:at|to|from|toward|the|until|over))|look (?:slowly |straight |right )?(?:up|down)(?: (?:at|to|from|toward|into))?|pan (?:up|down)|(?:point|angle|aim) (?:the )?(?:camera|lens|it) (?:up|down|at the sky|at the (?:ceiling|floor|ground))|crane (?:the |your )?(?:neck|head)|tilt)(?![a-z])",
                rf"(?:{{camera}}|画面)[^,左右]{{0,6}}(?:上|下)(?:面|边)?(?:仰|摇|俯|抬|看)|(?:{{camera}}|画面)?{_WAY_ZH}(?:上|下)(?:面|边)?(?:仰|摇|俯|抬|看)|(?:上仰|下俯|上摇|下摇|仰起|仰头|抬头|低头(?:看|拍|往)|俯仰|摇[上下]|抬起来拍|抬起来|抬高看|镜头(?:慢慢|缓缓)?(?:抬|仰|俯|低下)|仰镜|俯镜|往上抬|向上抬|仰拍到)",
            ),
        },
        (
            r"tilt-?shift|(?:the (?:photo|picture|image|horizon|frame) (?:is|looks) tilted)|head tilt|(?:让|make|have)[^,]{0,6}(?:他|她|人|猫|狗|him|her|the (?:cat|dog|man|woman))[^,]{0,8}(?:抬头|低头|look up)",
        ),
        makes="video",
    ),
    Row(
        "truck",
        ("shift the camera sideways", "横移镜头"),
        "image",
        ("truck left", "镜头向左平移"),
        {
            9: (
                r"(?<![a-z])(?:(?:slide|glide|move|track|drift|travel|crab|shuffle|scroll)(?:s|ing)? (?:slowly |gently )*(?:along|past|across|sideways|alongside))(?![a-z])",
                r"(?<![a-z])(?:truck(?:s|ing)? (?:left|right|to|past|along|sideways|slowly|the camera|across|shot)|track(?:s|ing)? (?:left|right|along|sideways|past|across|alongside|the camera)|tracking shot|(?:slide|move|shift|glide|crab|strafe|travel|dolly|drift)(?:s|ing)? (?:the )?(?:camera|cam|shot|view) (?:slowly |sideways |gently |to the |laterally |over |a bit |a little )*(?:left|right|sideways|along|past|laterally|across)|(?:camera|shot|cam) (?:[a-z]+ )?(?:slides?|moves?|glides?|trucks?|tracks?|shifts?|drifts?|travels?|strafes?) (?:slowly |sideways |gently |to the |laterally )*(?:left|right|sideways|along|past|across)|strafe|crab (?:left|right)|sideways (?:left|right|along|past|to)|lateral)(?![a-z])",
                rf"(?:{{camera}}|画面|视角)?{_WAY_ZH}[左右](?:边|侧|方)?(?:水平|缓缓|慢慢|横着|横向)?(?:平移|横移|滑动|滑|移动|移|推移|走)|横移|(?:{{camera}})[^,]{{0,8}}平移|平移(?:镜头|过去|到|着|{{number}})|横向移动|横着(?:往|移|走|拍)|沿着[^,]{{1,10}}(?:平移|横移|滑)",
            ),
        },
        (
            r"[上下](?:面|方)?平移",
            r"^(?:把|将)(?![^,]{0,3}(?:镜头|相机|摄像机|摄影机|机位|画面))|(?:fire|pickup|the|a|red|food) truck(?! (?:left|right))|soundtrack|走(?:进|到|过去)|路|街|胡同|人往",
        ),
        makes="video",
    ),
    Row(
        "pedestal",
        ("raise or lower the camera", "升降镜头"),
        "image",
        ("raise the camera", "镜头升高"),
        {
            9: (
                r"(?<![a-z])(?:pedestal(?:s|ing)? ?(?:up|down|over|to|shot|the|slowly)|(?:raise|lower|lift|boom|crane|jib|elevate)(?:s|d|ing)? (?:the )?(?:camera|cam|viewpoint|shot|lens|drone|view)|(?:camera|shot|drone|cam|view) (?:[a-z]+ )?(?:rises?|lowers?|lifts?|descends?|ascends?|drops?|climbs?|sinks?|goes (?:straight )?(?:up|down)|moves? (?:straight )?(?:up|down)|booms?|cranes?|floats? up|elevator)|(?:move|slide|bring|take|float|send|fly) (?:the )?(?:camera|cam|drone) (?:straight |slowly )?(?:up|down|higher|lower|upwards?|downwards?)|crane (?:up|down|shot)|jib (?:up|down)|boom (?:up|down)|rise (?:up|above|over|to|slowly|from|straight)|ascend|descend)(?![a-z])",
                rf"(?:{{camera}}|画面|机位|视角|再|然后|接着)?{_WAY_ZH}(?:升高|升起|上升|下降|降低|升上|降下|降到|升到|升上去|降下来|抬升|拔高|垂直升|垂直降|拉升|升降)(?:镜头|机位|到|至)?|(?:{{camera}})[^,]{{0,8}}(?:上移|下移|升|降|抬高|往[上下]移|往[上下]走|向[上下]移|压低|放低)|(?:往|向)[上下](?:平移|移动)|升降镜头|摇臂",
            ),
        },
        (
            r"(?:亮度|对比度|饱和度|曝光|音量|分辨率|温度|画质|清晰度|噪点?|降噪)|(?:on|put) (?:a )?pedestal|(?:raise|lower|lift) (?:the )?(?:brightness|shadows|volume)",
        ),
        makes="video",
    ),
    Row(
        "navigate",
        ("walk through it", "在画面里行走"),
        "image",
        ("walk down the alley", "沿着胡同往里走"),
        {
            9: (
                r"(?<![a-z])(?:walk(?:s|ing)?(?:-?through)?|stroll|drive|driving|ride|cycle|hike|run|jog|wander|step|go|sail|ski|skate|crawl|climb|head|fly|travel|move|enter|take me|march)(?: me| us)? (?:slowly |straight |right |on |ahead |forward |me |deeper |inside |a bit |out )*(?:down|through|along|into|up|across|inside|towards?|to|forward|ahead|over|past|in|between|out of|in through|on) (?:the|this|that|my|our|a|it|those|these|here|there|and|to|his|her)(?! (?:left|right) (?:of|side)| camera)(?![a-z])",
                r"(?<![a-z])(?:walk-?through|house tour|room tour|first[ -]person (?:walk|tour)|dash ?cam|fly-?through|virtual tour|navigate|explore the|take me (?:inside|through|down|for)|tour of|(?:go|move|head|run|keep going|step) (?:forward|straight ahead|straight on|ahead)(?: \d| {number})?|walk (?:in|forward|around inside|inside|on|ahead|straight|\d|{number})|drive (?:forward|straight|on|\d|{number})|turn (?:left|right) (?:at|into|and|then|down|onto|after)|step (?:inside|through|into|forward))(?![a-z])",
                r"(?<![a-z])(?:walk|go|move|step|run|head|drive|take) {number} ?(?:big |small )?(?:m|met(?:re|er)s?|steps?|paces?|feet|ft) ?(?:ahead|forwards?|straight|back(?:wards?)?|in(?:to)?|on)(?![a-z])",
                r"^(?:then |and )?(?:turn|go|take a|take the first|take the next) (?:sharp |slightly )?(?:left|right)(?: at [a-z ]+| turn| onto [a-z ]+)?$",
                r"(?:往|向|朝|沿着?|顺着|从|穿过|走进|走到|走向|进入|走过|开进|开到|驶入|骑|开车|漫步|逛|步行)[^,镜]{0,14}?(?:走|开(?!始|心|口|门|灯|花|关)|骑|逛|漫步|行驶|前行|进去|前进|进(?!来的|步)|飞|穿行|跑|爬|行走)(?!掉|位|来的|开|红|过来|路人)[^,]{0,6}",
                r"(?:走进去?|走一走|走走|走到|走过去|走一圈|往里走|往前走|前进|漫游|游览|逛一?[逛圈]|穿过|穿越|走入|沿着[^,]{1,10}走|开车经过|第一视角(?:走|开|骑|逛)|带我(?:走|逛|进|参观)|进门|进屋|左转|右转|开过去|走{number}[米步])",
            ),
        },
        (
            r"[左右]转\d+|[左右]转{number}度",
            r"{camera}[^,]{0,8}(?:平移|推|拉|摇|升|降)|truck|(?:拿|移|挪|清|删|p|抹|弄|赶)走|走(?:了|掉)|路人|(?:guy|man|person|people|who|woman|dog|cat|kid) (?:who |that )?walk|walks through the shot|make (?:him|her|them|the [a-z]+) (?:walk|run)|让[^,]{1,8}(?:走|跑|飞|开)(?!进去看)",
            r"步行街|(?<!沿着)(?<!穿过)(?<!走进)(?<!顺着)走廊|(?:go|head|travel|move) (?:back )?to (?:the|that|my) (?:one|original|version|first|previous|last|second|left|right|top|start|end)|(?:moves?|go) on|go (?:back|with|for)|move (?:the|him|her|it) |(?:fly|go|run)(?:ing)? over the (?:the )?(?:text|image)",
        ),
        makes="video",
    ),
    Row(
        "map_to_view",
        ("see what a map shows", "从地图看实景"),
        "image",
        ("what would I see standing at the arrow?", "站在箭头处能看见什么"),
        {
            9: (
                r"(?:(?<![a-z])map(?![a-z])|floor ?plan|blueprint|site plan|street plan|plan of|layout|seating plan|seating chart|地图|平面图|户型图|规划图|示意图|俯视图|路线图|图纸|布局图|导览图|总平图|施工图)[^;]{0,80}?(?:stand|standing|look|see|street level|ground level|view|first[- ]person|eye level|render|walk out|sit|站|看|望|实景|街景|视角|第一人称|什么样|效果图|样子|坐)",
                r"(?:stand(?:ing)?|look(?:ing)?|see|street[ -]level|ground[ -]level|view|i stood|i sat|sit|render|站|看|望|实景|街景|视角)[^;]{0,60}?(?:on (?:this|the) map|floor ?plan|blueprint|site plan|on the plan|this plan|marked|the (?:x|red dot|arrow|pin|cross)(?: |$|,)|地图|平面图|户型图|标记|箭头|红点|图上)",
                r"(?:地图|平面图|户型图|规划图|示意图|布局图|the plan(?![a-z])|floor ?plan|this map)[^;]{0,60}",
                r"(?:站在|站)(?:红点|箭头|标记|路口|图钉|叉)[^,]{0,14}",
                r"(?:如果|要是|我)?站(?:在|到)?[^,]{0,16}(?:看(?:到|见|过去|出去)?|望)[^,]{0,10}(?:什么|啥|是什么样|样子|怎样)",
                r"(?:standing|stood|stand) (?:at|on|by|in|where) [^,]{0,50}(?:what (?:would|do|will|can)|see|look)|what (?:would|do|will|can|could) (?:i|you|we|one) see (?:if|when|from|standing|looking|at|facing|there)",
                r"(?:turn|convert|make) [^,]{0,20}(?:map|floor ?plan|blueprint|plan) [^,]{0,10}into|(?:地图|平面图|户型图)[^,]{0,6}(?:变|转|生成|做成)[^,]{0,6}(?:实景|效果图|视角|街景)",
            ),
            5: (r"朝[^,]{0,8}(?:方向)?(?:能)?看(?:见|到)",),
        },
        (
            r"(?:remove|去掉|删掉|add)[^,]{0,20}(?:arrow|箭头|pin|marker)$",
            r"^(?:这|我|this|here'?s|it'?s|i )[^,]{0,10}(?:地图|平面图|户型图|the plan|map)(?:上)?(?:[^,看站]{0,10})$",
        ),
        makes="image",
        merges=True,
    ),
)
