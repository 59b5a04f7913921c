"""Rows about time: what comes next or came before, making pictures move, and editing clips."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row

__all__ = ["CLIP"]

_AGO: Final = r"(?:years?|decades?|centur(?:y|ies)|months?|weeks?|days?|hours?|minutes?|seconds?|generations?)"

CLIP: Final[tuple[Row, ...]] = (
    Row(
        "future",
        ("what happens next", "预测未来"),
        "any",
        ("what happens next?", "接下来会发生什么"),
        {
            9: (
                r"(?<![a-z])(?:(?:then|next|so) what happens|what (?:happens|comes) then)(?![a-z])",
                r"下一?步[^,]{0,6}(?:干|做|会|去|怎)|(?:会|要)(?:干嘛|干什么|干啥|去哪|咋样|发生啥|长成啥|怎么着)|以后[^,]{0,4}(?:啥|什么|怎)",
                r"(?:再|又|要是)过(?:了)?(?:{number}|几)(?:年|个?月|天|小时|个小时|分钟|秒|个?世纪|周|个?星期)|(?:第二天|隔天|次日|明天|明年|几?年后|过一会儿?|一会儿?后|不久后|等一下|等会儿?)(?:会|的|是|早上|早晨|晚上|呢|变|成|什么|怎)",
                r"(?<![a-z])(?:the (?:morning|day|night|week|year|month|moment|second|minute|hour) after(?! (?:the|that|i|we|this))|(?:show|see|imagine|draw) [^,]{0,30}(?:tomorrow|next (?:morning|day|week|month|year|summer|winter|decade|century)|later)|fast[- ]?forward (?:{number}|a|to the)|(?:and|then) what\??$|what(?:'s| is) (?:about|going) to happen|(?:how|where) (?:will|does) (?:it|this|he|she|they|the [a-z]+) (?:end|land|go next|end up))(?![a-z])",
                r"(?:what(?:'s| is| will| would| might| could|'ll)?[^,]{0,30}?(?:happens?|comes?|come) (?:next|after|then|in the next|later|when|if)|(?:happens?|comes) next|what (?:will|is going to|would) happen|next (?:few |couple of |\d+ |five |ten |two |three )?(?:seconds?|moments?|minutes?|frames?)|predict|(?:moment|second|moments|seconds|minute|minutes) (?:later|after (?:this|that|it))(?![a-z]))",
                rf"(?:{{number}}|\d+|a|an|few|thousand|many|couple of|some) ?(?:thousand |hundred |million |more )?{_AGO} (?:from now|later|on$|into the future|ahead|older|in the future|after(?! (?:that|this) (?:i|we))|hence)|(?:in|after) (?:{{number}}|\d+|a|another|few)(?: thousand| hundred| more| million)? (?:years?|decades?|centur(?:y|ies)|months?|weeks?)|(?:in|into|to) the (?:distant |far |near )?future|(?:grown up|in old age|when (?:he|she|it|they)(?:'s| is|'re| are) (?:older|old|grown|\d+))|(?<![a-z])age (?:him|her|them|me|it|us)(?![a-z])|in \d{{4}}$|by 20[3-9]\d",
                r"(?:接下来|接着|之后|往后|后面|下一秒|下一刻|随后|后来|未来)[^,]{0,10}(?:会|将|要)?[^,]{0,8}(?:发生|怎么样|怎样|怎么做|怎么走|什么|如何|咋样|啥)|(?:预测|推演|预判|猜|推测|预想|模拟)[^,]{0,16}",
                r"{number}(?:年|个月|天|小时|分钟|秒|百年|千年|万年|周|个世纪|世纪)(?:之|以)?后(?!退|面)|(?:以后|将来|未来|老了|长大|长高|成熟|盛开|融化|之后)(?:的|会|以后|后)?[^,]{0,6}(?:样子|模样|什么样|怎样|画面|情况|啥样|成啥|会)|(?:下一步|接下来)(?:的)?(?:动作|画面|{number}秒)|会(?:怎么样|发生什么|变成什么样|怎样)|(?:球|杯子|他|她|车|船|它)(?:会)?(?:飞|掉|落|滚|走|跑|撞|倒)(?:到|去|向)?(?:哪|不)",
            ),
        },
        (
            r"(?:ago|以前|之前)(?! ?(?:会|的样子会))|next to|what happens in|happening|(?:then|and) (?:make|add)|(?:after|before) (?:that|this),|(?:crop|trim|cut)",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "past",
        ("what came before", "还原过去"),
        "any",
        ("what happened just before?", "之前发生了什么"),
        {
            9: (
                r"(?<![a-z])(?:in the (?:twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|old days|middle ages|past|stone age)|(?:once|originally) (?:looked|stood|was)|(?:when|as) (?:it|this|he|she|they|the [a-z]+) (?:was|were) (?:first )?(?:new|built|young|opened|intact|whole|alive))(?![a-z])",
                r"(?<![a-z])(?:(?:was|were|looked) (?:it |they )?like (?:right |just |long |years? )?before|what (?:was|were) [^,]{0,40}?like(?: before|$|\?)|what happened (?:right |just |immediately )?before|before (?:the|this|that|it) [a-z ]{1,20}(?:$|\?)(?<! and after))(?![a-z])",
                rf"(?:what (?:had |has |must have |might have )?(?:happened|came|led|was going on|was happening)[^,]{{0,16}}(?:before|earlier|up to|prior|previously|just now)|(?:moment|second|minute|hour|day|year)s? (?:before(?! (?:and|you|the (?:end|first)))|earlier|prior)|{_AGO} ago|(?:before|prior to) (?:this|that|it|the [a-z ]+) (?:was|were|got|happened|had|broke|fell|came|started|existed|moment|photo|shot|picture|burned|collapsed|melted)|used to (?:look|be)|did (?:it|this|that|he|she|they|my|our|the) ?[a-z ]{0, 24}?look(?: like)?|would (?:it|this|he|she|they|the [a-z]+) (?:have )?look(?:ed)?(?: like)? (?:before|originally|back|in \d|when)|in the (?:1[0-9]\d0s|(?:roaring )?twenties|\d0s)(?= |$|\?)|looked (?:like )?(?:before|originally|back|in (?:the )?\d|when|a |\d)|how (?:did|would|was|were) [^,]{{0,30}}(?:back (?:then|in)|in (?:the )?1\d{{3}}|in (?:medieval|roman|victorian|ancient|the (?:19|18)\d0s)|originally|before)|back in (?:the )?(?:\d|old|day|19|18|medieval|roman)|in (?:1[0-8]\d\d|19[0-7]\d)|in its (?:heyday|prime|youth)|when (?:he|she|it|they|this|the [a-z]+) (?:was|were) (?:young|new|first|built|a (?:baby|kid|child|puppy|kitten)|younger|brand new|still|just)|(?:un-?age|de-?age|younger self|as a (?:baby|child|kid|puppy|kitten|toddler)|younger)|rewind (?:to|time)|go back in time|what led)(?![a-z])",
                r"(?:在?这?之前|事先|前一[秒刻]|上一[秒刻]|前几[秒分]|拍之前|刚才)[^,]{0,10}(?:发生|怎么|怎样|什么|样子|情况|啥)|(?:以前|从前|过去|当年|当初|原本|原来|小时候|年轻时?|旧时|古代|民国时期?|清朝|唐朝|宋朝|昔日|曾经|原貌|没[^,]{1,6}(?:之前|以前|的时候))[^,]{0,10}(?:样子|什么样|模样|怎样|啥样|面貌|怎么样|长什么|是什么|样|景象|光景|还原|长啥|啥模样)|^[^,]{0,8}(?:小时候|年轻时候?|从前|当年)$|{number}(?:年|个月|天|小时|分钟|秒|百年|千年|万年|周|个世纪|世纪)(?:之|以)?前(?!面|进|往)|(?:刚|还没)[^,]{1,8}的?时候[^,]{0,6}(?:样|啥|什么|怎)|还原(?:一下|成)?[^,]{0,8}(?:以前|当年|原|过去|历史|没)?|(?:打碎|摔碎|倒塌|烧|拆|翻新|装修|建成?|开花|融化|坏)(?:掉)?(?:之|以)?前",
            ),
        },
        (
            r"还?没[^,]{0,3}(?:插|贴|挂)(?!.*(?:样|什么|啥))|是[^,]{0,8}(?:年轻|小)时候?(?:拍的|的照片|的)?$",
            r"(?:最)?(?:之前|以前)(?:的)?(?:那?版|那张|那个|一版|版本)|(?:first|last|opening|final) {number}? ?(?:seconds?|minutes?)|之前先|以前先|在那之前|before (?:you|that|and after|adding|doing)|(?:trim|cut|chop|剪)|说过|后来会|(?:from now|later)|where (?:it|he|she|they|the [a-z]+|there) used to|(?:原图|原版|原样|原来的(?:颜色|大小|样子)(?:不变)?$)",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "animate",
        ("make a picture move", "让图动起来"),
        "image",
        ("make it move", "让它动起来"),
        {
            9: (
                r"image:^animate (?:it|this|him|her|them|that)$",
                r"image:(?<![a-z])(?:(?:want|need|like|have|with|see|make|get|let|set) (?:the |her |his |my |some |a |those |these )?[a-z ]{1,24}?(?:flickering|moving|waving|swaying|blowing|flowing|dancing|blinking|fluttering|floating|drifting|running|walking|swimming|flying|falling|rippling|breathing|bouncing|spinning|wagging|rising|burning))(?![a-z])",
                r"image:(?:小?视频化|动起|活动起来|动画化|加点动|会动|微微?动)",
                r"image:(?:做|弄|搞|变|整|来|制作|生成)(?:成|个|一个|段|一段|成一个|成一段)?[^,]{0,5}?(?:动画|gif|小视频|短视频|动态|视频|动的|会动)(?!风)",
                r"image:(?<![a-z])(?:(?:make|do|create|turn|get|produce|render|want)(?: me)?(?: it| this| that| the (?:photo|picture|image|drawing))?(?: in)?(?:to)? (?:a|an) (?:short |little |quick |looping |tiny |cute |\d+[- ]?(?:second|s|sec) )*(?:animation|gif|clip|video|loop|live photo|moving (?:picture|image))|(?:make|let|get|set|have) (?:it|this|that|everything|the [a-z ]{2,24}?) (?:in motion|move|moving|alive|come alive|live)|(?:add|some|a bit of|little) (?:movement|motion))(?![a-z])",
                r"(?<![a-z])(?:animat(?:e|ed|ion|ing)(?! (?:style|film))|bring (?:it|this|him|her|them|the [a-z ]+|my [a-z ]+) to life|come (?:alive|to life)|live photo|cinemagraph|living photo|(?:make|have|get|let) (?:the |my |him |her |them |it |his |this |these |those |everything )[^,]{0,26}?(?:move|wave|blink|dance|flutter|sway|drift|flicker|nod|walk|run|fly|breathe|ripple|wag|wink|swim|float|flow|talk|sing|jump|roll|spin around|turn (?:his|her|its) head|glow on and off|twinkle|clap|smile and|bob|swing|rock|hop|flap|sip|twirl|purr|bounce|shake|blow|turn around|fall|steam|crackle|yawn|stretch|play|drive off|drive away|look around)(?:s|ing)?|gently (?:moving|swaying)|(?:turn|make) (?:it|this|the (?:photo|picture|image)) (?:in)?to (?:a |an )?(?:short |looping |\d+[ -]second )*(?:gif|video|clip|animation|moving|live)|(?:into|as) a (?:gif|moving|short video|short clip|video|clip)|waving|(?:moving|drifting|rippling|flickering|blinking|swaying) (?:gently|slowly|in))(?![a-z])",
                r"^(?:have|make|let|get) (?:him|her|them|it|the [a-z]+|my [a-z]+) (?:wave|blink|dance|nod|wink|walk|run|talk|sing|jump|turn|smile and|laugh and|fly|swim|move|dive|spin)(?![a-z])",
                r"(?:动起来|动一动|动图|活起来|活过来|变成视频|做成视频|变成动画|做成动画|变成动态|动态(?:壁纸|图|照片)?|live图|实况|飘动|飘起来|摇摆|摆动|晃动起来|眨眼|眨眨眼|挥手|招手|摇尾巴|跳起来|跳舞|转头|点头|摇头|流动|流起来|飘落|随风|起伏|闪烁|闪动|燃烧起来|跑起来|飞起来|走起来|转起来|吹[起动]|说话|唱起来|游起来|冒热气|冒烟|波动|荡起来|张嘴说|打哈欠|左右摇|往[左右]歪|微动|呼吸感|(?:让|使)[^,]{1,10}(?:动|飘|跑|飞|走|游|跳|摇|晃|转|眨|挥|笑起来|流|摆|开口))(?!位置)",
            ),
        },
        (
            r"falling snow$",
            r"镜头(?!挥)|(?<!at the )(?<!at )(?<!to the )(?<!into the )(?<!towards the )(?<![a-z])(?:camera|lens|drone)(?![a-z])|(?:turntable|转盘|360|一圈|转过来|anime|动漫)|(?:remove|delete|去掉|删)|move (?:it|him|her|them|the [a-z]+) (?:to|left|right|up|down|over|away|closer)|(?:in|into|as) (?:a|an) animation style|防抖|(?:smile|look)(?: at the camera)?$|(?:过渡|morph|transition|第一张|first (?:photo|picture))",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "interpolate",
        ("fill in frames", "补帧过渡"),
        "any",
        ("morph the first into the second", "从第一张过渡到第二张"),
        {
            9: (
                r"(?<![a-z])(?:morph(?:s|ed|ing)?|interpolat(?:e|ed|ion|ing)|in-?between(?:s|ing)?(?: frames)?|(?:smooth )?transition(?:s|ing)?(?: (?:between|from|into|clip|video))?|(?:\d+|{number}) ?fps|frame ?rate|frames per second|cross-?fade|(?:fade|dissolve|blend|melt|transform|flow) (?:slowly |smoothly |gradually |gently )*(?:from |the [a-z]+ )?(?:[a-z ]{0,30})(?:into|to) (?:the )?(?:second|other|next|last)|smooth(?:er|ed)?(?: out)? (?:motion|playback|movement)|(?:less|not) (?:choppy|jerky|stuttery)|smooth(?:er)?(?: this| it| the (?:clip|video|motion))(?: out)?|fill in (?:the )?(?:frames|missing frames|gap between)|go(?:es)? from the first)(?![a-z])",
                r"(?:补帧|插帧|过渡|渐变到|渐变成|渐变为|变形|慢慢变到|慢慢变成第|帧率|\d+帧|{number}帧|fps|从第一[张幅][^,]{0,14}(?:变|到)[^,]{0,6}第二|中间(?:帧|画面|过程)(?:补|生成|填)|转场|(?:补|生成|填)[^,]{0,6}中间(?:帧|画面|过程)|卡顿|更流畅|流畅一?[点些]|丝滑|顺滑)",
            ),
            4: (r"(?:choppy|jerky|stutter(?:s|y|ing)?|不流畅|一卡一卡)",),
        },
        (r"(?:声|音乐|audio|music)[^,]{0,6}(?:过渡|渐)|smooth (?:skin|jazz|his|her)|磨皮|(?:skin|face)s? smooth",),
        makes="video",
        merges=True,
    ),
    Row(
        "extend",
        ("make a clip longer", "延长视频"),
        "video",
        ("extend it by two seconds", "延长两秒"),
        {
            9: (
                r"(?<![a-z])(?:(?:extend|lengthen|prolong|stretch|continue|carry on|draw out)(?:s|ed|ing)? (?:it|this|that|the (?:clip|video|shot|footage|ending|last|end|scene)|my (?:clip|video)|by|to|for|with|another)|(?:make|get|keep) (?:it|this|that|the (?:clip|video|shot)|my clip) (?:\d+ (?:seconds?|secs?) |a bit |a little |twice as )?(?:longer|go(?:ing)?(?: on)?(?: longer| for)?|run(?:ning)?(?: on)?|last)|(?:add|another|give me|need|want|tack on|extra|more) (?:another )?(?:{number}|\d+|few|couple of)(?: more| extra)?[ -]?(?:seconds?|secs?|s)(?: more)?(?: (?:to|at|onto) the end| longer| more|$)|(?:\d+|{number}) (?:seconds?|secs?|s) longer|longer|(?:hold|keep) (?:on )?the last frame|more footage)(?![a-z])",
                r"(?:延长|续(?:写|上|接|拍|一段|下去|{number}秒|个|出)|加长|拉长(?!腿)|变长|往后(?:续|延|再|接着)|再(?:来|多|长|加|续|播){number}秒|继续(?:下去|播|往下|演)|往下(?:续|接着|演)|(?:接着|继续)(?:演|播|拍|放)|多{number}秒|长一点|时长(?:加|增|延|变长|拉)|视频[^,]{0,4}(?:长一|太短)|接着往下)",
            ),
            6: (r"video:(?:extend|continue|carry on|keep going|lengthen|prolong|接着|继续|太短)",),
        },
        (r"(?:canvas|sky|画布|画面|background|image|photo|picture)|(?:字幕|音乐)",),
        makes="video",
        merges=True,
    ),
    Row(
        "trim",
        ("trim a clip", "剪辑片段"),
        "video",
        ("keep 0:05 to 0:12", "留下第5秒到第12秒"),
        {
            10: (
                r"video:(?:裁|剪|截|切|砍|留|取|要)[^,成为比]{0,6}(?!9:16|16:9|4:3|3:4)\d{1,2}[:：]\d\d(?!\d)|\d{1,2}[:：]\d\d ?(?:到|至|-|–|~|—) ?\d{1,2}[:：]\d\d",
                r"video:(?<![a-z])(?:cut out (?:the )?(?:first|last|opening|final|start|end|middle|beginning|intro|outro)|(?:cut|chop|trim|take|shave|lop|snip|knock|slice) (?:off )?(?:the )?(?:first|last|opening|final) (?:{number} |few |couple of )?(?:seconds?|secs?|s|minutes?|bit|half|part))(?![a-z])",
            ),
            9: (
                r"第?[^,]{1,4}秒到第?[^,]{1,4}秒[^,]{0,4}(?:留|保留|剪|截|要)",
                r"(?<![a-z])(?:(?:cut|trim|chop|shorten) (?:each|both|them|all|everything)(?: of them| one| clip)?(?: down)? to)(?![a-z])",
                r"video:(?:从|到)第?[^,]{1,6}(?:秒|:\d\d)(?:开始|结束|起|为止)",
                r"(?<![a-z])(?:cut out (?:the |that )?(?:middle|start|end|beginning|boring|dead|silent|black|intro|outro|part|bit)[a-z ]*|(?:^|just |only )(?:the )?(?:first|last|opening|final) {number} ?(?:seconds?|secs?|s|minutes?)|trim(?:med|ming)?|clip (?:it )?(?:off|from|to)|chop(?:ped)?(?: (?:off|out|the|it|this))|snip|shorten(?:ed)?(?! (?:the |her |his )?(?:skirt|hair|dress|legs|sleeves))|lop off|cut(?:s|ting)? (?:(?:it|this|that|the (?:clip|video)) )?(?:down )?(?:to|off(?! the (?:left|right|top|bottom))|at|from|out|the (?:first|last|start|beginning|end|ending|opening|middle|intro|part|bit|second|boring|final|black))|cut (?:the clip|the video|it short|everything|all)|(?:keep|use|want|take|leave|grab|extract|save|export|isolate|just|only) (?:me )?(?:just |only )?(?:the |its )?(?:part|bit|section|segment|first|last|middle|opening|final|seconds?|from|between|portion)(?: {number}| \d+)?(?: (?:from|between|where|seconds?|secs?|minutes?|half|\d|second|third|part))|(?:drop|lose|remove|delete|skip|ditch|get rid of|take off|shave(?: off)?|discard) (?:the )?(?:first|last|opening|final|beginning|start|end|ending|intro|outro|initial|middle)(?: {number}| \d+)?(?: ?(?:seconds?|secs?|s|minutes?|half|third|part|bit|frames?|few seconds))?|(?:first|last|opening|final) (?:{number}|\d+) (?:seconds?|secs?|s|minutes?) (?:only|off|out|gone)|(?:from )?\d{1,2}:\d\d (?:to|until|through|-|–) ?\d{1,2}:\d\d(?: only)?|from (?:second )?\d+ (?:s |sec |seconds )?to (?:second )?\d+ ?(?:s|sec|seconds)|opening {number} seconds|make it (?:shorter|\d+ seconds (?:long|total)))(?![a-z])",
                r"(?:剪掉|剪成|剪到|剪短|剪出|剪去|截短|截取|截出|截掉|截一段|cut到|cut掉|裁掉[^,]{0,4}秒|缩短到?|掐头去尾|掐掉|砍掉|切掉|(?:去掉?|删掉?|不要|剪掉?|砍|掐)(?:掉)?(?:视频)?(?:最?[前后头尾]|开头|结尾|末尾|片头|片尾|中间)(?:面|的|那)?[^,]{0,4}(?:{number}|\d+)?(?:秒|分钟|帧|段|部分)?|(?:保留|留下|只要|只留|只保留|取|要|单独剪|只剪|只取)[^,]{0,6}(?:{number}|\d+|最?[前后]|开头|结尾|中间)[^,]{0,8}(?:秒|分钟|段|:\d\d|到|之间)|(?:最?[前后]|开头|结尾|末尾)[^,]{0,3}(?:{number}|\d+)(?:秒|分钟)(?:去掉|删|剪|不要|砍|掐)|从第?[^,]{1,6}(?:秒|:\d\d)[^,]{0,4}到[^,]{0,8}(?:秒|:\d\d|分)|只要[^,]{1,10}那[一段]|剪辑(?:到|成|出)|剪一下|留[^,]{0,3}(?:\d+:\d\d|{number}秒))",
            ),
        },
        (
            r"画面(?:单独)?(?:截|取|抓|定格|拿)|截(?:出|下|取)?(?:来)?[^,]{0,3}(?:画面|帧|图)",
            r"(?<![a-z])(?:(?:grab|take|pull|get|freeze|use|extract|save|cut)(?: me)? (?:the |a )?(?:still|frame|screenshot|freeze|screen grab))(?![a-z])",
            r"(?:声音|音乐|音效|sound|music|字幕|subtitle)(?:[^,]{0,10})(?:加|add)|(?:speed|slow|mute|brighten|blur|loop|快进|加速|慢放|变速)[^,]{0,30}(?:first|last|part|that|only)|(?:hedge|hair|hedges|lawn|tree|beard|grass)(?![a-z])|(?:don'?t|no) (?:sound|music)|不要声音|没有?声音|静音|long as",
        ),
        makes="video",
    ),
    Row(
        "speed",
        ("change the speed", "变速"),
        "video",
        ("play it at double speed", "两倍速播放"),
        {
            9: (
                r"(?<![a-z])(?:speed(?:s|ing|ed)?(?: (?:it|this|that|up|the|only|everything|down|ramp))?(?! limit| boat| bump)|slow(?:ed|s|ing)?(?: (?:it|this|that|the [a-z ]+|everything))? (?:down|it down|way down|right down)|slow[ -]?mo(?:tion)?|slo-?mo|fast[ -]?(?:er|forward|motion)|(?:twice|half|double|triple|quarter|normal|three times|real|original|\d+(?:\.\d+)?x?) (?:as (?:fast|slow)|(?:the )?speed|the original speed)|(?:at|to|play(?:ed)?(?: it| back)?(?: at)?|by) (?:\d+(?:\.\d+)?|{number}) ?(?:x|times)(?! (?:as|the res|its size|bigger))|\d+(?:\.\d+)?x(?: speed)?(?= |$)|hyper-?lapse|time-?lapse (?:it|this|speed)|quicker|slower|accelerate|ramp(?:ed)? (?:up|down)|slow it)(?![a-z])",
                r"(?:加速|减速|变速|倍速|慢放|快放|慢动作|快进|慢镜头|放慢|放快|调快|调慢|变快|变慢|快一?[点些倍]|慢一?[点些倍半]|加快|原速|正常速度|速度[^,]{0,6}(?:调|变|提|加|减|慢|快|降|放|改)|{number}倍(?:速|播|慢|快)|升格|太慢了|太快了|二倍速|鬼畜加速)",
            ),
        },
        (
            r"语速|(?:说|读|念|讲)(?:话|得)?(?:慢|快)|(?:talk|speak|read|narrat|voice|said|say)",
            r"(?:镜头|camera|推|拉|摇|绕|pan|zoom|orbit|dolly|转|walk|slow (?:pan|zoom|push))[^,]{0,20}(?:slow|fast|慢|快)|(?:slow|fast|慢|快)[^,]{0,12}(?:pan|zoom|orbit|dolly|push|推|拉|摇|转)|image:(?:slower|faster|slow|quicker|慢一|快一|太快|太慢)|快门|快递|(?:upscale|放大|bigger)|延长一倍",
        ),
    ),
    Row(
        "loop",
        ("loop it", "循环"),
        "video",
        ("loop it three times", "循环三遍"),
        {
            9: (
                r"(?<![a-z])(?:loop(?:s|ed|ing)?(?! (?:around the|earrings?))|seamless(?:ly)?(?: loop)?|boomerang|repeat (?:it|this|that|the|\d|{number}|forever|endlessly)(?![^,]*text)|(?:play|run|go)(?: it)? (?:on repeat|over and over|forever|again and again|endlessly|{number} times(?: over)?|twice over))(?![a-z])",
                r"(?:循环|无缝|重复播?放?(?:{number}[遍次])?|来回播|反复(?:播|放)|回旋镖|播{number}遍|重播|无限播)",
            ),
        },
        (r"(?:fruit )?loops? of|hula",),
        makes="video",
        merges=True,
    ),
    Row(
        "reverse",
        ("play it backwards", "倒放"),
        "video",
        ("play it backwards", "倒着放"),
        {
            9: (
                r"(?<![a-z])(?:revers(?:e|ed|ing)(?! (?:angle|shot|view|side|image|the (?:image|picture|colou?rs))|d)|backwards?(?= ?(?:$|,|\.|and|then|please|so|at|from|for))|in reverse|rewind(?! to)|(?:play|run)(?: it| this| the clip)? (?:back to front|from end to start|from the end)|un-?(?:pour|break|burn))(?![a-z])",
                r"(?:倒放|倒着再?(?:放|播|来)[^,]{0,4}|倒播|反着放|反向播|倒过来(?:放|播)|逆放|时光倒流|反放|倒序|倒带|回放成倒)",
            ),
        },
        (
            r"(?:{camera}|move|walk|step|go|dolly|camera|roll|drive|lean|fall)(?:s|ing)? (?:slowly )?backwards?|镜头|后退|reverse (?:angle|view)",
        ),
        merges=True,
    ),
    Row(
        "stabilise",
        ("steady a clip", "防抖"),
        "video",
        ("stabilise it", "防抖一下"),
        {
            9: (
                r"(?:晃|抖|颠)(?:得|的|死|来|动)?(?:厉害|太|要|头晕|太厉害|很)?|(?:画面|镜头)(?:弄|变|调)?稳",
                r"(?<![a-z])(?:(?:hold|keep) (?:it|the (?:shot|camera)) (?:still|steady)|all over the place|hand ?held|sea ?sick|bumpy|wobbling|bouncing (?:about|around)|smooth out the (?:bumps|walk|ride))(?![a-z])",
                r"(?<![a-z])(?:stabili[sz](?:e|ed|ing|ation)|steady|steadier|steadi-?cam|de-?shake|(?:less|too|so|really|very|is|bit|all|super|was|my) (?:shaky|wobbly|jittery|bumpy|bouncy)|shak(?:y|iness|e)|camera shake|wobbl(?:y|e|es)|jitter(?:y|s)?|smooth(?:en)? (?:out )?(?:the )?(?:shakes?|shaking|wobbles?|camera movement|handheld))(?![a-z])",
                r"(?:防抖|稳定(?!性)|去抖|消抖|增稳|稳一?[点些稳下]|抖得|太抖|手抖|抖动|晃得|太晃|稳住|不抖|别那么抖|晃来晃去|画面抖)",
            ),
        },
        (
            r"(?:shake (?:his|her|its|hands)|milkshake|handshake|add[^,]{0,10}shake|handheld shake|抖音|抖起来|steady (?:pan|zoom))",
        ),
        merges=True,
    ),
)
