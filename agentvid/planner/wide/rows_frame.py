"""Rows about the frame and about several media: cropping, turning, extending, joining. And pictures from words alone."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row

__all__ = ["FRAME"]

FRAME: Final[tuple[Row, ...]] = (
    Row(
        "generate_image",
        ("draw a picture", "画一张图"),
        "none",
        ("draw a cat on a boat", "画一只坐在船上的猫"),
        {
            8: (
                r"^(?:先|再)?(?:来|画|整|搞|做|出|弄|要|想要|想看|生成|给)(?:上|我)?(?:一|两|几|个)?[张幅]",
                r"^(?:an? |some )?(?:[a-z-]+ ){0,3}(?:pic|snap|shot|render|selfie|photograph|cartoon|comic|infographic|flyer|banner|sticker|emoji|avatar|mock-?up|watercolou?r|book cover) (?:of|showing|with|for) ",
            ),
            9: (
                r"^(?:i'd |we'd |i |we )?(?:do|love|fancy|like|need|want|knock up|put together|mock up|come up with|get|have|after|looking for)(?: me| us)? (?:a|an|some|one)(?: [a-z0-9:'-]+){0,4}? {still} (?:of|with|showing|for|where|that)",
                r"^(?:draw|sketch|paint|illustrate|design|create|generate|make|imagine|render|produce|give|whip up|show|i (?:need|want|would like)|i'd like|can i (?:get|have))(?: up)?(?: me| us)?(?: a| an| some| the| one)?(?: [a-z0-9:'-]+){0,4}? {still} (?:of|with|showing|for|where|that|featuring|in which|:)",
                r"^(?:draw|sketch|paint|illustrate) (?:me |us )(?:a|an|some|the|two|three|my)",
                r"^(?:draw|illustrate|imagine|generate|create|design)(?: me| us)? (?:a|an|some|two|three|one) ",
                r"^(?:an? )?(?:[a-z]+ ){0,3}(?:picture|photo|image|illustration|drawing|painting|poster|logo|wallpaper|icon|portrait|sketch) of ",
                r"^(?:请|帮我|给我|我想要|我要|想要|麻烦)?(?:再)?(?:画|绘制|绘|生成|设计|创作|制作|出|做|来|整|搞|弄|p)(?:出|个|一下)?(?:一)?[张幅个款组套份只][^,]{0,14}?(?:{still}|宣传照|写真|logo|表情包|贺卡|名片|封面)",
                r"^(?:请|帮我|给我|我想要)?(?:再)?(?:画|绘制|手绘|生成|设计|创作)(?:出|个|一)?(?:一|两|三|几|个|张|幅|只|条|座|片|位)",
                r"^(?:text to image|文生图|生图|生成图片|画图)",
                r"^(?:need|want|looking for) (?:a|an|some) [^,]{0,30}{still}",
            ),
            5: (r"^(?:请|帮我|给我)?(?:画(?![面中里布质幅])|生成|绘制|设计)[^,在]",),
        },
        (
            r"^(?:this|that|here|it|these|those|attached|i took)(?:'s| is| are)? ",
            r"{clip}(?! ?(?:still|thumbnail|封面))",
            r"(?:from|out of|based on|of) (?:this(?! (?:year|season))|my (?:photo|picture|image|pic|clip|video)|that (?:photo|picture)|it|the (?:photo|picture|image|first|second|clip|video|original))(?: |$)|(?:这张|这幅|图里|照片里|原图|把|将)",
            r"(?:3d|三维|立体) (?:model|mesh)|3d model|(?:from (?:above|behind|the side|the back|overhead|below))$",
            r"(?:画|draw)[^,]{0,6}(?:箭头|圈|arrow|circle) (?:on|around)|字幕|subtitles?",
            r"(?:上一?版|原图|v\d)",
        ),
        makes="image",
        merges=True,
    ),
    Row(
        "generate_video",
        ("make a clip from words", "用文字生成视频"),
        "none",
        ("a clip of a paper boat in the rain", "生成一段纸船漂流的视频"),
        {
            9: (
                r"^(?:拍|录|做|出|整|弄|来|剪|生成)(?:上)?(?:一|个)?[段条支][^,把将]",
                r"^(?:film|shoot|record) (?:me |us )?(?:a|an|some|two|three) ",
                r"^(?:an? )?(?:short|quick|little|tiny|{number}[- ]seconds?)(?: [a-z]+)? {clip}$",
                r"^(?:create|generate|make|render|produce|give|show|shoot|film|need|want|whip up|i (?:need|want|would like)|i'd like|can i (?:get|have))(?: up)?(?: me| us)?(?: a| an| some| the| one)?(?: [a-z0-9:.'-]+){0,5}? {clip}(?: (?:of|with|showing|where|that|featuring|in which|about)|:|,)",
                r"^(?:an? )?(?:[a-z0-9-]+ ){0,4}{clip} (?:of|showing|where) ",
                r"^(?:generate|create|make)(?: me)? (?:a |an )?(?:vid|video|clip|animation)(?![a-z])(?! (?:longer|from this|out of|of this|of it))",
                r"^(?:请|帮我|给我|我想要|我要|想要|麻烦)?(?:再)?(?:画|生成|做|制作|来|拍|出|整|搞|弄|创作|要|剪)(?:出|个|一下|成)?(?:一)?[段个条支部][^;]{0,30}?(?:{clip})",
                r"^(?:请|帮我)?生成(?:一段|一个|一条|一支)?[^,]{0,30}(?:视频|动画|短片|影片)",
                r"^(?:text to video|文生视频|生成视频)",
                r"^{number}{unit_s} (?:video|clip|animation|vid) ",
                r"^[^,]{0,40}(?:的|,)(?:视频|短片|动画|影片|延时)(?:,|$).{0,20}",
            ),
        },
        (
            r"(?:from|out of|based on|of|with|using) (?:this(?! (?:year|season))|these|my (?:photos?|pictures?|images?|pic|clips?)|that (?:photo|picture)|it|them|the (?:photos?|pictures?|images?|first|second|original))(?: |$)|(?:这张|这幅|图里|照片里|原图|把|将|它|让)",
            r"(?:过渡|transition|转场|环绕|旋转|转一圈|拉远|推近|pan|orbit|turntable)",
            r"(?:加|换|配)[^,]{0,8}(?:音乐|字幕)",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "crop",
        ("crop it", "裁剪"),
        "any",
        ("crop it to a square", "裁成正方形"),
        {
            9: (
                r"(?<![a-z])(?:crop(?:ped|ping)?|cropp|recrop|cut (?:it|this|that) (?:down )?to (?:a )?(?:square|portrait|\d+ ?[:x]))(?![a-z])",
                r"(?:cut|chop|slice|trim) (?:off )?(?:the )?(?:left|right|top|bottom)(?: side| half| third| part| edge| bit)?|(?:cut|chop) [^,]{1,20} out of (?:the )?(?:frame|shot|picture|photo)|portrait (?:format|orientation|for (?:insta|tiktok|stories|reels))|in portrait(?! mode)",
                r"(?:裁(?!判|缝|员|定)|裁剪|剪裁|裁切|截取(?!.{0,4}(?:秒|段))|构图(?:收|紧)|抠成(?:方|圆)|切成(?:方|竖|横|正))",
            ),
            6: (
                r"(?:make|want|need|give|in|into|to|as|gimme|have|get|do) (?:it |this |that |them |me |a |an |the )*(?:image |photo |picture |video |clip )?(?:in |into |to |a |as )*(?:square|portrait|vertical|landscape|widescreen|\d+(?:\.\d+)?\s?[:x×]\s?\d+(?:\.\d+)?|four by five|sixteen by nine|nine by sixteen|one by one|4 by 5|16 by 9|9 by 16|letterbox(?:ed)?|wide,? 2\.\d+:1)(?: format| ratio| aspect| crop| version| orientation)?{end}",
                r"(?:做|改|要|变|弄|调|换|切|来|出|转|截)(?:成|为|个)?(?:一?[张个])?(?:正?方(?:形|的|图)|竖(?:版|屏|的|图|着)|横(?:版|屏|的|图)|{number}[:比]{number}|\d+[:比]\d+)(?:的|比例|尺寸|画幅)*(?:\d+[:比]\d+)?{end}",
                r"^(?:最后要|要)?(?:竖版|横版|方图|正方形|\d+[:比]\d+)(?:的)?{end}",
                r"^\d+(?:\.\d+)?\s?:\s?\d+(?:\.\d+)?{end}",
                r"(?:only|just) (?:keep|show|want) (?:the |her |his |my )(?:face|head|upper|top half|left half|middle)|只(?:留|要|保留)(?:上半身|脸|头部|半身|左半|右半|中间(?:部分)?)",
                r"(?:tighter|closer|tight) (?:on|around|framing|frame|crop)|reframe|zoom in and cut|比例(?:改|换|调|变|要|做)",
            ),
        },
        (
            r"(?<![a-z])(?:(?:rotate|straighten|turn (?:it|the)|level) .{0,30}(?:vertical|portrait|landscape))(?![a-z])",
            r"(?:without|no|别|不要|不用|别给我) ?(?:any )?(?:crop|裁)",
            r"(?:剪掉|剪成)[^,]{0,6}秒|(?:crop top)",
            r"(?:补|扩|extend|expand|outpaint|fill)",
        ),
    ),
    Row(
        "rotate",
        ("rotate it", "旋转"),
        "any",
        ("rotate 90 degrees", "旋转90度"),
        {
            8: (
                r"(?:向|往|朝)[左右](?:旋)?转(?:\d+|{number}度)",
                r"(?<![a-z])(?:straighten(?:ed|ing)?|level (?:the|it|this|out)|level the horizon|fix the (?:tilt|horizon)|upright|un-?tilt|deskew)(?![a-z])",
                r"(?<![a-z])(?:rotate|rotated|rotating|turn|spin|tip|twist)(?: (?!(?:the |your )?(?:camera|cam|view|lens))[^,]{0,40}?)?(?: (?:by |a |about )?(?:quarter|{number}|\d+)[ -]?(?:degrees?|deg|°|turn)|clockwise|counter-?clockwise|anti-?clockwise|on its side|right way up|sideways|to portrait|ninety)(?![a-z])",
                r"(?:旋转|转)(?:个|了)?(?:{number}度|\d+°?度?|90|180|一下方向|正|过来|回来)|(?:顺时针|逆时针)(?:再|旋|转)[^圈]*|(?:摆正|扶正|拉直|校正|水平线|地平线|转正|拉平|调正|歪了|斜了|正过来|横过来|转过来|倾斜)",
            ),
            6: (r"(?<![a-z])rotate(?:d)?(?![a-z])", r"(?:旋转)(?!木马|一圈|一周|视频)"),
            4: (r"(?:leaning|crooked|tilted|wonky|slanted|not straight|sideways)(?![a-z])",),
        },
        (
            r"{camera}|(?:绕|围)|(?:all (?:the )?way (?:round|around)|360|full circle|一圈|一周|turntable|转盘|head|(?:his|her) face|toward|into)",
            r"(?:tilted|tilt) (?:up|down)",
        ),
    ),
    Row(
        "flip",
        ("mirror it", "翻转"),
        "any",
        ("mirror it", "左右翻转"),
        {
            9: (
                r"翻正|翻回来|翻面|反着的|镜面翻|左右翻|反(?:过来|一下)(?!放|播)(?:的)?$",
                r"(?<![a-z])(?:(?:the )?wrong way (?:round|around)|reversed like a mirror|back to front)(?![a-z])",
                r"(?<![a-z])(?:flip(?:ped|ping)?|mirror(?:ed|ing)?(?! (?:finish|on|above|in|frame|wall|next|with|over|and|behind))|upside[ -]?down|mirror[ -]image|other way (?:round|around)|facing the other (?:way|direction|side)|face the other (?:way|direction|side)|swap left and right)(?![a-z])",
                r"(?:翻转|镜像|左右(?:对调|颠倒|反过来|互换|调换|反)|上下(?:颠倒|翻|反)|反转画面|水平翻|垂直翻|翻过来|翻个面|倒过来(?!放|播)|颠倒|朝(?:另一|反)(?:边|方向)|反一下方向|方向反)",
            ),
        },
        (
            r"(?:倒放|倒着放|播)|(?:add|put|hang|加|挂|remove) (?:a |an? [a-z]+ |the |一面)?mirror|(?:a|the) mirror(?:s)?(?: (?:on|above|in|from))|(?:turn|make) [^,]{0,20}(?:into|out of) (?:a )?mirror|flip(?:ping)? through|backflip|flip-?flop",
        ),
        merges=True,
    ),
    Row(
        "extend_canvas",
        ("extend the picture", "扩图"),
        "any",
        ("extend it to the right", "往右扩图"),
        {
            9: (
                r"(?<![a-z])(?:(?:see|show|reveal|imagine|invent|give|get)(?: me)? (?:a bit |some |a little )?(?:more|what'?s|what is) (?:of|outside|beyond|to the|around|past|either))(?![a-z])",
                r"(?<![a-z])(?:(?:extend|stretch|widen|expand|continue|grow)(?:ed)? (?:out )?(?:both|all|the|each|every|either) (?:four |two )?(?:sides?|edges?|ends?|borders?|directions?|frame|canvas|scenery|background|street|road|sea|water|grass|snow|landscape|ground)|(?:add|give|leave|need|want|get|make)(?: me| it| us)? (?:[a-z]+ ){0,3}?(?:space|room|headroom|margins?|padding|breathing room|sky)(?: (?:on|at|to|around|above|below|for|either|all|over|left|right)|$)|fill (?:in|out) the (?:sides|edges|rest|frame|corners)|(?:see|show|reveal|imagine|invent) (?:me )?(?:more|what'?s|what is) (?:of (?:the |what'?s )|outside|beyond|to the (?:left|right)|around|past the))(?![a-z])",
                r"(?<![a-z])(?:out-?paint(?:ing)?|un-?crop|extend the (?:canvas|image|picture|photo|frame|background|scene|sky|edges?|wall|floor|borders?|left|right|top|bottom|room|view|shot|beach|ceiling)|extend (?:it |this )?(?:upward|downward|outward|up|down|left|right|sideways|to the (?:left|right)|by a (?:quarter|third)|on (?:the|both)|in all|the (?:top|left))s?|expand(?: the| this| it| both)*(?: (?:canvas|image|picture|photo|frame|scene|background|left|right|up|down|sides?|to|out|upward|on|in|view))?|(?:bigger|larger|wider|grow the|enlarge the|widen the) (?:canvas|frame)|canvas|(?:more|extra|add|leave|give) (?:me )?(?:some |a bit of |more |extra |[a-z]+ )?(?:space|room|sky|headroom|margin|padding|breathing room|border)s? (?:on|at|to|around|above|below|left|right|up|for|all)|room (?:on|at|for|above) (?:the|copy|text)|widen (?:the |this |it))(?![a-z])",
                r"(?:扩图|外扩|扩展|扩一?[扩下]|往[左右上下外四两].{0,4}(?:扩|延伸|延展|补|拓|延)|向[左右上下外四两].{0,4}(?:扩|延伸|延展|补|拓|延)|(?:画布|画幅|画面)[^,]{0,6}(?:扩|延|拓|加宽|加高|大一|宽一|变宽|补全|拉宽)|[左右上下四两顶底](?:边|面|侧|方|周|部)?[^,]{0,8}(?:留白|留出|多留|空白(?:再)?(?:多|加|大)|补全|补画|扩|延伸|补一|补出|补点|留点|留一)|扩成|扩到|扩出|补成|补全(?:画面|四周|成)|留白|加宽|拓展)",
            ),
            6: (
                r"(?:without cropping|别裁|不要裁|不裁)[^,]*",
                r"(?:extend|widen)(?! (?:it|the clip|the video|this clip|by|to|the (?:last|end))(?: |$))",
            ),
        },
        (
            r"(?:stormy|blue|cloudy|sunset|dramatic|clear|pink|night|starry|grey|gray) sky",
            r"(?:\d|{number}) ?(?:s|sec|secs|seconds?|秒)(?![a-z])|(?:clip|video|视频|片段)(?:[^,]{0,6})(?:extend|延长|longer)",
        ),
        merges=True,
    ),
    Row(
        "make_3d",
        ("make a 3D model", "做成3D模型"),
        "any",
        ("make it a 3D model", "做成3D模型"),
        {
            9: (
                r"(?<![a-z])(?:3d(?:[ -](?:model|mesh|print(?:able)?|version|object|asset|file|scan|sculpt(?:ure)?|thing|relief))?|3-d|three[- ]dimensional|\.?(?:obj|glb|stl|gltf|fbx|usdz)|mesh|model i can (?:print|rotate|spin))(?![a-z])",
                r"(?:3d|三维|立体(?:模型)?|建模|立体化|glb|obj|stl|打印模型)",
            ),
        },
        (
            r"(?:3d|三维|立体)(?:卡通|动画|风格|感|字|cartoon|animation|style|text|letters|look|render|pixar)",
            r"立体声|立体感|立体字",
        ),
        makes="mesh",
        merges=True,
    ),
    Row(
        "join",
        ("join clips", "拼接"),
        "any",
        ("join the two clips", "把两段接起来"),
        {
            9: (
                r"接(?:在|到)?一起|[连合并]一起|(?:两|几|三|四|这|所有|全部)[段个][^,]{0,8}(?:接|拼|合成|连|串|并成)(?!字)|(?:接|放|跟)在第.[段个](?:的)?(?:后|前)",
                r"(?<![a-z])(?:join|concatenate|stitch|splice|merge|combine|append|chain|back[ -]to[ -]back|one after (?:the other|another)|end to end|string (?:them|these|the clips|all))(?: (?!.*(?:side by side|next to|above))[^,]{0,30})?(?![a-z])",
                r"(?:第二|后一段|另一?)[^,]{0,6}(?:接|拼)|(?:stick|tack|put|add|glue|attach|paste) [^,]{0,30}(?:on|onto|to|at) the (?:end|start|front|back|beginning) of|[两几三四这]段[^,]{0,4}拼|拼起来|(?:接起来|连起来|拼接|接在|接到|接上|连接|拼成一[段条个]|合成一[段条个]|合并(?:成)?|串起来|串成|剪到一起|剪在一起|拼一起|连在一起|首尾相接|接着第|衔接|合成(?:一个)?视频|剪成一)",
                r"(?:put|play|place|show|add|stick|tack|use|glue) [^,]{0,40}(?:after|before|in front of|at the (?:start|beginning|end) of|onto the (?:end|start|front) of) (?:the )?(?:first|second|third|other|video|clip|one|v\d|that|it)",
                r"(?:as|for) (?:a|an|the) (?:intro|outro|opener|opening|title card|cover|ending)(?![a-z])|(?:片头|片尾|封面)[^,]{0,8}(?:接|放|加)|(?:作为|当|做)(?:片头|片尾|封面|开头|结尾)",
                r"(?:放在?|接)(?:到|在)?(?:视频|这段|第.段|片子|它)?(?:的)?(?:前面|后面|开头|结尾|最前|最后面)",
            ),
            7: (r"play (?:the )?(?:first|second|third|other|v\d|clip \d)(?: one| clip| video)?(?: first)?$",),
            4: (r"(?:together|into one|as one|合在一起|拼到一起|放一起|合一起)(?![a-z])",),
        },
        (
            r"(?:side[ -]by[ -]side|next to each|one (?:above|on top)|stack|split[ -]screen|左右|上下|并排|九宫格|corner|角|画中画|叠)|(?:cat|dog|faces?|脸)[^,]{0,8}(?:merge|合成)|(?:音乐|字幕|声音)[^,]{0,4}(?:放在|接)|(?:放|移|挪)到?[^,]{0,6}(?:桌|椅|树|人|车|沙发|房)",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "beside",
        ("put side by side", "左右并排"),
        "any",
        ("put them side by side", "左右并排"),
        {
            10: (r"第一[张个][^,]{0,4}左边?[^;]{0,6}第二[张个][^,]{0,4}右",),
            9: (
                r"(?<![a-z])(?:side[ -](?:by|to|and)[ -]side|next to (?:each other|one another|today'?s?(?: one)?|now|the (?:picture|original|photo|first|second|other|one)|it|v\d|mine)|split[ -]?screen|in (?:a|one) row|left to right|before[ -](?:and|&|/)[ -]?after|beside (?:each other|the (?:original|first|second|other|old))|(?:on the )?left of the [a-z]+ one|diptych|triptych|(?:arrange|place|lay|put) [^,]{0,20}horizontally|comparison (?:picture|image|shot|photo|pic))(?![a-z])",
                r"(?:并排|并列|左右(?:对比|排|拼|放|摆|分屏)|一左一右|排成?一[行排]|横(?:着|向)?(?:拼|排)|放在?一起(?:对比|比较|看)|对比图|前后对比(?!度)|拼成?对比|分屏|横排|挨着放|肩并肩|左边放[^,]{0,10}右边放)",
            ),
        },
        (r"(?:上下|one above|on top of)|chair|bench",),
        merges=True,
    ),
    Row(
        "above",
        ("put one above the other", "上下排列"),
        "any",
        ("put one above the other", "上下拼"),
        {
            10: (
                r"第一[张个][^,]{0,4}上面?[^;]{0,6}第二[张个][^,]{0,4}下",
                r"放?在?(?:它们|他们|她们|这两张|那两张|前两张|上面那张|第.张)(?:的)?(?:下面|底下|下方|上面|上方)$",
            ),
            9: (
                r"(?<![a-z])(?:one (?:above|over|on top of|below|under|atop) (?:the other|another)|on top of each other|above (?:each other|the (?:other|second|first|original))|stack(?:ed)?(?: (?:them|these|the|both|vertically|up))?|vertical(?:ly)? (?:stack|arrange|collage)|top and bottom|top[ -]to[ -]bottom|(?:below|underneath|under) the (?:first|second|other|original)(?: one| photo| picture| clip)?$)(?![a-z])",
                r"(?:上下(?:拼|排|放|摆|对比|分屏|叠|两|摞|布局)|一上一下|竖(?:着|向)?(?:拼|排)|纵向拼|叠在一起|摞起来|叠起来|上面放[^,]{0,10}下面放|[^,]{0,6}在上[^,]{0,8}在下|接在下面|拼在下面|拼成长图|长图)",
            ),
        },
        (r"focus stack|stack of",),
        merges=True,
    ),
    Row(
        "picture_in_picture",
        ("picture in picture", "画中画"),
        "any",
        ("put it in the corner of the video", "放在视频右上角"),
        {
            10: (
                r"(?<![a-z])(?:(?:as|in) a (?:little|small|tiny|floating|mini) (?:window|box|inset|bubble|frame|square|circle))(?![a-z])",
            ),
            9: (
                r"(?<![a-z])(?:(?:bottom|top|lower|upper)[ -](?:left|right)(?: corner)? (?:of|over|on) (?:the |my )?(?:video|clip|footage|screen|recording|gameplay)|(?:small|tiny|little|mini)(?:er)? (?:in|at|on) the (?:corner|(?:top|bottom) (?:left|right))|over the (?:corner|(?:top|bottom) (?:left|right)))(?![a-z])",
                r"(?<![a-z])(?:picture[ -]in[ -]picture|pip|inset|(?:small |little |tiny )?(?:window|overlay|bubble|facecam|webcam|reaction cam)[^,]{0,20}(?:corner|top|bottom)|(?:in|into|at|on) (?:the |a )?(?:[a-z]+[ -])?(?:[a-z]+ )?corner (?:of|over) (?:the|my) (?:video|clip|main|first|second|screen|other|v\d|footage|gameplay|big)|corner of (?:the )?(?:video|clip|first|second|other|footage))(?![a-z])",
                r"(?:画中画(?!里)|小窗|小窗口|悬浮窗|(?:放|贴|叠|嵌|摆|缩)(?:在|到|进)?(?:视频|第.段|主画面|画面|大视频|片子|录屏)的?(?:[左右]?[上下]?角|[左右][上下]|角落)|(?:当|做|作为)小(?:窗|画面)|(?:缩小|小小的?)[^,]{0,6}(?:放|叠|贴)[^,]{0,8}角)",
            ),
        },
        (r"画中画里|(?:logo|水印|文字|字)|{quote}",),
        makes="video",
        merges=True,
    ),
)
