"""Rows about how a picture looks: light, weather, style, background, exposure, sharpness, colour in general."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row

__all__ = ["LOOK"]

_CHANGES: Final = r"(?:make|turn|change|set|convert|shift|switch|transform|swap|want|give|have|put|show|let|imagine|see|light|look|looks|relight|render|try|more|like|into|to|in|at|as|for|during|add|with|be)"
_ZH: Final = r"(?:换成?|改成?|变成?|调成?|弄成?|做成|p成|改为|变为|换为|来点|加点|打成?|要|来个|想看|用|设成|切换成|切成|转成|加|给|照|呈现)"

LOOK: Final[tuple[Row, ...]] = (
    Row(
        "lighting",
        ("relight it", "改光线"),
        "any",
        ("make it sunset light", "把光线改成日落"),
        {
            9: (
                r"^light (?:her|him|it|them|the [a-z]+|this|my [a-z]+|from|everything)",
                r"(?<![a-z])(?:(?:softer|harsher|harder|warmer|cooler|moodier|brighter|more dramatic|nicer|better|flattering|golden|evening|morning) (?:light|lighting|sun)|(?:sun|light) (?:coming|streaming|pouring|shining) (?:in|through|from)|(?:sun|moon) (?:going down|setting|rising|coming up)|in the (?:evening|early morning|middle of the night|dead of night|moonlight)|at (?:night|dusk|dawn|sunset|sunrise))(?![a-z])",
                r"(?:加|打|要|来|换|补|给)[^,]{1,10}(?:的光|光线|光效|光感|灯效)(?:线)?{end}",
            ),
            8: (
                r"(?<![a-z])(?:relight|re-light|relit|golden[ -]hour|blue[ -]hour|back ?lit|backlight|rim[ -]?light|side[ -]?light|studio light(?:s|ing)?|candle ?lit|candle ?light|rembrandt|softbox|moonlit|moonlight|spotlight|three-point|key light|light(?:ing)? (?:warmer|cooler|softer|harder|colder)|(?:warmer|cooler|softer|harsher|dramatic|moody|cinematic|warm|cool|soft|neon|colder|natural) light(?:ing)?|white balance|colou?r temperature)(?![a-z])",
                r"(?:warm|cool)(?: up| down)? (?:the |up the |down the )?(?:light|lights|tones?|tone|colou?rs|image|photo|picture|white balance)(?![a-z])|(?:warm|cool) (?:it|this|that|everything)(?: up| down| off)?(?![a-z])",
                r"(?:打[^,]{0,6}光|补光|补个光|布光|柔光|侧光|逆光|顶光|轮廓光|硬光|棚拍光?|影棚光?|伦勃朗|丁达尔|色温|冷暖|暖色调|冷色调|暖调|冷调|暖一[点些]|冷一[点些]|偏[暖冷]|更[暖冷]|调[暖冷]|变[暖冷]|暖点|冷点|暖黄|光效|氛围灯)",
                r"(?:灯|路灯|台灯|灯光|霓虹灯?|窗户|屋里)[^,]{0,4}(?:亮起来|点亮|打开|开起来|都?亮着?|关掉|关了|灭了|熄灭|调)",
                r"(?:turn|switch) (?:on|off) (?:the |all the |every )?(?:[a-z]+ )?(?:lights?|lamps?)|(?:lights?|lamps?|lanterns?) (?:on|off)(?![a-z])|light up the|light the [a-z]+",
                r"(?:day|白天)[^,]{0,6}(?:for|to|into|变|换成?|改成?|转)(?:成)?(?: a)? ?(?:night|黑?夜|晚上)|(?:night|夜晚|晚上|黑夜)[^,]{0,6}(?:for|to|into|变|换成?|改成?)(?:成)? ?(?:day|白天)",
                r"(?:{light})的?(?:感觉|氛围|效果|光线|样子|时候|调调){end}",
                r"(?:光线|灯光|光照|光影|打光)[^,]{0,10}(?:换|改|变|调|弄|要|柔|暖|冷|硬|从|打|再|更|来|做|成)",
            ),
            7: (
                rf"(?<![a-z]){_CHANGES} (?:[^,]{{0,30}} )?(?:a |an |the |more )?{{light}}(?! (?:sky|bulb|sign|house|fixture|box|switch|pink|blue|green|grey|gray|brown))",
                rf"{_ZH}[^,]{{0,6}}{{light}}(?!裙|服|装|[饭餐茶])",
                r"{light}(?:的)?(?:光线|灯光|光|效果|感觉|氛围|打光|时分|时候|时段)",
                r"(?:as if|like) (?:it(?:'s| is| was| were) )?(?:lit|taken at|shot at|photographed at|at) [^,]{0,20}{light}",
            ),
            4: (
                r"^(?:just |only |it'?s )?(?:the )?(?:light|lighting|光|光线){end}",
                r"(?<![a-z])(?:warmer|cooler|colder)(?![a-z])",
                r"(?:warm|cool|cold|moody) (?:tone|glow|feel)",
                r"{light}{end}",
            ),
        },
        (
            r"(?:generate|draw|create|画一|生成|做一[张段])",
            r"(?:remove|get rid of|去掉|删掉|去除|move|挪|移动|拿掉)[^,]{0,16}(?:lamp|light|灯)(?!光)",
            r"(?:add|hang|put|加|挂|摆|放)(?: ?(?:up|an?|a few|some|two|three|上|个|一|几|两|三))+[盏个]?[^,]{0,10}(?:lamps?|lanterns?|(?<!street)lights?(?!ing)|chandelier|灯(?!光))",
            r"{become}[^,]{0,6}[盏个][^,]{0,6}灯|(?:灯)(?:换成|改成)[^,]{0,8}灯",
            r"{background}",
            r"(?:morning|night|evening|afternoon|day)(?:s|,)? (?:ago|before|later)|good (?:morning|evening|afternoon|night)|早上好|晚上好|中午好|下午好",
            r"(?:warmer|cooler) (?:clothes|coat)|{become}[^,]{0,6}(?:sky|天空)|(?:darken|brighten|lift|raise) the (?:[a-z]+ )?(?:shadows|highlights)",
            r"light(?:er)? (?:brown|blue|green|grey|gray|pink|oak|wood)",
        ),
        merges=True,
    ),
    Row(
        "weather",
        ("change weather or season", "改天气季节"),
        "any",
        ("make it snow", "改成下雪天"),
        {
            10: (
                r"(?:下雨|下雪|雨天|雪天|起雾|阴天|晴天|刮风|春天|夏天|秋天|冬天)的?(?:那种)?(?:感觉|氛围|效果|样子){end}",
            ),
            9: (
                r"{weather}的?(?:感觉|氛围|效果|样子|景象|意境|场景){end}",
                r"(?<![a-z])(?:(?:cover|blanket|bury|dust|coat) [^,]{1,30} (?:in|with) (?:snow|frost|leaves|fog|mist|ice))",
                r"(?<![a-z])(?:(?:snow|rain|leaves) (?:falling|coming down|on the (?:ground|roof|roofs|trees))|(?:bad|nice|nicer|better|good|different) weather|(?:wet|rainy|snowy|foggy|sunny|stormy|cloudy|windy|frosty|autumnal|wintry) (?:day|morning|evening|night|afternoon|scene))(?![a-z])",
            ),
            8: (
                r"(?:make it|let it|have it|start|stop) (?:snow|rain|drizzle|pour|hail|storm|be (?:snowy|foggy|misty|rainy|sunny|stormy))(?:ing)?(?![a-z])",
                rf"(?<![a-z]){_CHANGES} (?:[^,]{{0,34}} )?(?:a |an |the |some |more |light |heavy |thick |gentle |bit of )*{{weather}}(?! (?:jacket|boots|coat|hat|dress|man|men|globe|rolls?|onions?))",
                rf"(?:{_ZH}|下|飘|起|刮|来)[^,]{{0,8}}{{weather}}(?!人|衣|伞|靴|鞋|糕|球|碧|梨|崩)",
                r"(?:天气|季节)[^,]{0,8}(?:换|改|变|调|成|要)|(?:change|switch|swap) (?:the )?(?:season|weather)",
                r"(?:(?:remove|clear|get rid of|lift|reduce) the (?:fog|haze|mist|rain|snow|clouds)|dehaze|de-haze|去雾|除雾|去雨|去雪|雾散|雨停|停雨|雪停|放晴)",
                r"(?:sky|skies|天空?|窗外|外面)[^,]{0,10}(?:{change})[^,]{0,10}(?:stormy|cloudy|clear|overcast|sunny|blue|阴|晴|乌云|蓝天|多云)",
            ),
            5: (
                r"(?:下雪|下雨|起雾|刮风|飘雪|下点雪|下点雨|下场|放晴|落叶|枫叶红|樱花开|结冰|结霜)",
                r"(?:in|during|into|for) (?:the )?(?:spring|summer|autumn|winter)(?![a-z])",
                r"(?:snow|rain|storm|wint)(?:y|ry)(?![a-z])",
            ),
            4: (
                r"^(?:[^,]{0,24} )?{weather}(?:!|$| (?:please|vibes?|mood|scene|version|day))",
                r"^[^,]{0,4}{weather}(?:天|景|版|的样子)?{end}",
            ),
        },
        (
            r"(?:draw|generate|create|render me|画|生成|clip of|video of|picture of)",
            r"{style}(?<!风)$|{background}(?:[^,]{0,8})(?:换|改|change|replace|swap)",
            r"(?:add|put|加|配|有|插)[^,]{0,14}(?:sounds?|noise|声|音效)",
            r"(?:snow|rain)(?:man|coat|boots)|雪人|雨伞|雨衣|雪糕",
        ),
        merges=True,
    ),
    Row(
        "style",
        ("restyle it", "换风格"),
        "any",
        ("make it a watercolour", "变成水彩画"),
        {
            8: (
                r"^(?:ghibli|anime|cartoon|pixar|disney|van gogh|comic|manga|simpsons|pixel art|watercolour)(?:-?ify|ize)? (?:this|it|me|my|him|her|us|the|them)",
                r"(?<![a-z])(?:(?:look|looks|looking)(?: more)? (?:like )?(?:a |an )?(?:real|actual|proper|realistic|photoreal(?:istic)?|lifelike|hand[- ]?drawn|painted)(?: (?:photo|picture|photograph|life|thing))?|photo-?real(?:istic)?|realistic|hyper-?real(?:istic)?)(?![a-z])",
                r"写实|逼真|真实照片|真人版|真人化|实拍",
                r"(?<![a-z])(?:styli[sz]e|restyle|in the style of|(?:in|into|to|as|like) an? (?:[a-z-]+ ){0,3}(?:painting|drawing|sketch|cartoon|comic|poster|illustration|engraving|woodcut|mosaic|collage|watercolou?r|polaroid|postcard))(?![a-z])",
                r"(?:style|filter|grain|film look|colou?r grad(?:e|ing)|look and feel|preset|lut)(?![a-z])",
                r"(?:look(?:s|ing)? (?:like|as if)|feels? like) (?:it (?:was|were|is) )?(?:a |an |the |from |in |something |shot |it's |out of )*(?:[a-z'-]+ ){0,3}(?:{style}|movie|game|episode|book|magazine|photo from|19\d\d|the \d0s)",
                r"(?:风格|画风|滤镜|色调参照|调色|的色调|质感(?!的)|电影感|颗粒|胶片|复古|怀旧|老照片效果|质感拉满|大片)",
                r"(?<![光阳照])(?:一样|那种|这种|的)(?:感觉|调调|氛围|味道|颜色)(?:来)?(?:调|做|改|换|处理)?",
            ),
            7: (
                rf"(?<![a-z]){_CHANGES} (?:[^,]{{0,40}} )?(?:a |an |the |more |some |bit of |kind of |like )*{{style}}",
                rf"(?:{_ZH}|画成|转|转换成|变|做|改造成|整成|弄|处理成|套)[^,]{{0,14}}{{style}}",
                r"^[^,]{0,14}{style}{end}",
            ),
            4: (
                r"(?<![a-z])(?:cartoon(?:ify|ize)|pixelate (?:it|this|everything)|pixarify|ghibli-?fy|anime-?fy|vintage|retro)(?![a-z])",
                r"(?:卡通化|动漫化|漫画化|像素化|变漫画|变卡通)",
                r"(?:参照|参考|照着|仿照|学|像)第?[^,]{1,6}(?:的)?(?:色调|风格|颜色|调子|感觉)",
            ),
        },
        (
            r"(?:draw|generate|create|画一|生成一|做一张|来一张|设计)(?:[^,]{0,40})(?:of|一|张|幅)",
            r"(?:film|filming) (?:of|the)|(?:remove|reduce|clean|去掉?|除)[^,]{0,10}(?:grain|noise|颗粒|噪)",
            r"(?:hair ?style|发型|clip of|video of)|{background}",
            r"(?:add|put|write|加|写)[^,]{0,20}{quote}",
            r"(?:poster|海报|插画|painting)(?:上|里|中| on | above)|(?:hang|add|put)[^,]{0,20}(?:painting|poster)",
            r"(?:刮|起|吹|大|有|微)风|风[吹扇车筝]",
            r"(?:饱和度|对比度|亮度|鲜艳|锐)|text|字体",
            r"(?:read|say|narrat|voice|朗读|念)",
        ),
        merges=True,
    ),
    Row(
        "background_change",
        ("change the background", "换背景"),
        "any",
        ("put them on a beach", "背景换成海边"),
        {
            9: (
                r"(?<![a-z])(?:(?:put|place|stick|drop|transport|teleport|set|send|plop|pop|stand) (?:me|him|her|them|us) (?:in front of|on top of|outside|inside|at) (?:the|a|an|our|my))(?![a-z])",
                r"(?:边缘?|头发丝?|发丝|轮廓)?抠(?:得)?(?:干净|细|好|准|仔细)",
                r"(?<![a-z])(?:(?:put|place|stick|drop|set|stand|sit|have|move|send)(?: (?:me|him|her|it|them|us|this|that|the [a-z]+|my [a-z]+)) (?:over|above|in front of|against|outside|inside|on top of) (?:our|the|a|an|my) (?:[a-z]+ )?(?:town hall|city|house|village|skyline|castle|mountains?|forest|beach|school|church|tower|bridge|stadium|volcano|lake|river|farm|barn|desert|ocean)|(?:different|new|another|plain|busy) (?:back ?ground|backdrop|setting|location|scene))(?![a-z])",
                r"{background}[^,]{0,12}(?:换|改|变|调成|弄成|做成|设|要|用|p成|透明|纯|成|替|抠|去掉|移除|删)",
                r"(?:换|改|替换|抠掉|去除?|移除|删除)(?:成|个|一个|掉|一下|张|了)?[^,]{0,12}{background}",
                r"(?:change|replace|swap|switch|turn|make|set|put|use|give|have|want|need|remove|cut|drop|try|add|get)(?: out)? [^,]{0,40}{background}(?! (?:blur|blurry|out of focus|music|softer|noise|vocals))",
                r"{background} (?:to|into|should be|with|of|be|is|in) ",
                r"(?:white|black|plain|transparent|studio|green screen|gr[ae]y|solid|clean|blue|pink|gradient|neutral|[a-z]+) (?:back ?ground|backdrop|bg)(?![a-z])",
                r"(?:抠图|扣图|抠出来|抠像|去底|去背|白底图?|透明底|绿幕|cut ?out (?:my|the|him|her|me|us|it)(?: [a-z]+)?|knock out the back)",
                r"(?:put|place|stick|drop|transport|teleport|set|send|plop) (?:me|him|her|them|us|it|the [a-z]+|my [a-z]+) (?:in front of|against|onto|on|at|in|inside) (?:a|an|the)? ?(?:[a-z]+ )?(?:beach|paris|eiffel|mountain|forest|city|space|moon|studio|desert|jungle|new york|tokyo|street|office|park|garden|field|room|library|castle|stage|ocean|sea|kitchen)",
                r"(?:swap|replace|change) (?:the |out the )?(?:sky|skies|view)(?: out(?:side)?)?(?: for| with| to)(?! an? (?:stormy|cloudy|clear|sunny|blue|overcast))",
                r"(?:人|把.{1,6})?(?:p到|p在|抠到|搬到|放到|移到|换到)[^,第]{0,8}(?:雪山|山|海|沙漠|海边|沙滩|巴黎|铁塔|雪山|森林|街头|草原|太空|月球|办公室|教室|长城|舞台|海滩|山顶|城市)",
            ),
            7: (r"(?:天空|蓝天|天上|天)(?:换|改|变)(?:成|个|为|一)|(?:sky|view|window view) (?:to|into|with|for) ",),
            5: (r"背后(?:换|改)|后面(?:换成|改成)|身后(?:换|改)|fill the (?:gap|empty space|hole) with",),
            3: (r"^[^,]{0,12}{background}[^,]{0,20}$",),
        },
        (
            r"{background}[^,]{0,16}(?:soft|fuzzy|creamy|dreamy|hazy)",
            r"(?:放|贴|p|移|加|合成?|搬)(?:到|在|进)第|(?:into|onto|in|on) the (?:first|second|other)(?: one| photo| picture|$)",
            r"(?:虚化|模糊|虚一|糊一|blur|bokeh|out of focus|defocus|soften|景深)",
            r"{background}[^,]{0,8}(?:里|中|上)的?(?:路人|人|杂物|东西|垃圾|车|字)|(?:people|man|person|stuff|clutter|guy|woman|car|crowd|things?|strangers?|tourists?|noise) (?:in|from) the back",
            r"(?:{background}|back ?ground)[^,]{0,6}(?:music|音乐|chatter|noise|vocals)",
            r"(?:tunnel|in the back ?ground)$",
            r"{background}[^,]{0,8}(?:提亮|压暗|调亮|调暗|brighter|darker|亮一|暗一)|(?:darken|brighten) the back",
        ),
        merges=True,
    ),
    Row(
        "background_blur",
        ("blur the background", "虚化背景"),
        "any",
        ("blur the background", "虚化背景"),
        {
            9: (
                r"{background}[^,]{0,16}(?:soft|fuzzy|creamy|dreamy|hazy|out of)",
                r"(?:背景|后面|四周|周围|身后|其他地方|其余)[^,]{0,10}(?:虚化|模糊|虚一?[点下些]|糊一?[点下些]|虚掉|变虚)",
                r"(?:虚化|模糊)(?:一下|掉|下)?[^,]{0,8}(?:背景|后面|周围)?",
                r"(?:大光圈|浅景深|景深|散景|人像模式|奶油般|背景虚|焦外)",
                r"(?<![a-z])(?:blur|blurr(?:ed|y)|defocus|soften|bokeh|out of focus|shallow depth of field|depth of field|portrait mode|f/?1\.\d|lens blur)(?![a-z])",
            ),
        },
        (
            r"(?:is|are|came out|looks?|a bit|too|it's|so) (?:so |too |a bit |all |really )?(?:blurry|blurred|out of focus)",
            r"(?:blur|pixelate)(?: out)? (?:the |his |her |my |all |every )?(?:[a-z ]*)?(?:plates?|number plates?|licen[cs]e plates?|faces?|address)(?![a-z])",
            r"(?:de-?blur|unblur|motion blur|去模糊|变清晰|remove the blur|fix the blur|less blurry|车牌|打码|soften the light|soften (?:the )?(?:shadows|skin|contrast))",
            r"(?:是|有点|太|很|哪张)模糊|模糊(?:的那张|了|不清)|拍糊",
        ),
        merges=True,
    ),
    Row(
        "brighten",
        ("brighten it", "提亮"),
        "any",
        ("brighten it a little", "提亮一点"),
        {
            8: (
                r"(?<![a-z])(?:(?:a (?:bit|little|touch|tad)|bit|little|much|slightly) lighter)(?![a-z])",
                r"暗[^,]{0,6}(?:看不清|看不见|看不到)",
                r"(?<![a-z])(?:(?:more|add|let in|needs|bit of|little) light(?:er)?(?! (?:from|source|pink|blue|grey|brown))$|(?:can'?t|can barely|hardly) see (?:anything|my|his|her|the|their))(?![a-z])",
                r"(?<![a-z])(?:brighten(?:ed|ing)?|whiten|bright(?:er)|lighten|under-?exposed|raise the exposure|more exposure)(?![a-z])",
                r"{more}[^,]{0,16}(?:brightness|exposure|shadows?(?! detail s)|the blacks)(?![a-z])|(?:brightness|exposure|shadows)[^,]{0,16}{more}|(?:open|bring|lift|pull)(?: up)? (?:up )?the (?:shadows|blacks|darks)",
                r"(?:提亮|调亮|变亮|加亮|打亮|增亮|亮一?[点些度]|更亮|弄亮|再亮|亮堂|欠曝|加曝光|提[高升]?(?:一?[点下])?(?:亮度|曝光)|(?:亮度|曝光)[^,]{0,6}(?:提|加|增|调?高|拉高|上|大))",
                r"(?:美白|肤色提亮|提一提亮|亮度\+)",
            ),
            4: (
                r"(?:太暗|偏暗|有点暗|很暗|黑乎乎|看不清脸|过暗|拍暗了|暗了)",
                r"(?:too|so|bit|really|very|kinda|rather) dark(?![a-z])|(?:it'?s|looks|came out|so) (?:dark|gloomy|murky)(?![a-z])",
            ),
        },
        (
            r"(?:not|don'?t|instead of) (?:any )?bright|灯(?:光)?(?:都)?亮起来|which[^,]{0,30}brighter|哪[张个][^,]{0,6}亮|make the colou?rs? (?:brighter|pop)",
        ),
        merges=True,
    ),
    Row(
        "darken",
        ("darken it", "压暗"),
        "any",
        ("darken it a little", "压暗一点"),
        {
            8: (
                r"(?<![a-z])(?:darken(?:ed|ing)?|darker|dim(?:mer)?|over-?exposed|less (?:bright|blown out|exposed)|bring down the highlights|tone down the (?:highlights|brightness|exposure|whites)|tame the highlights|recover the highlights)(?![a-z])",
                r"{less}[^,]{0,16}(?:brightness|exposure|highlights?)(?![a-z])|(?:brightness|exposure|highlights)[^,]{0,16}{less}",
                r"(?:压暗|调暗|变暗|减暗|暗一?[点些下度]|更暗|弄暗|再暗|压一?[压下][^,]{0,3}亮|降[低]?(?:一?[点下])?(?:亮度|曝光|高光)|减曝光|压(?:一?[压下])?高光|(?:亮度|曝光|高光)[^,]{0,6}(?:降|减|压|调?低|拉低|下|小))",
            ),
            5: (r"^(?:再|更|颜色|稍微)*深一?[点些]$",),
            4: (
                r"(?:太亮|过亮|偏亮|过曝|曝光过|太曝|亮瞎|拍亮了|刺眼|爆了)",
                r"(?:too|so|bit|really|way too|very) bright(?![a-z])|blown[ -]out",
            ),
        },
        (r"(?:绿|蓝|红|green|blue|red|colou?r|hair)[^,]{0,4}(?:darker|深一)|which[^,]{0,30}darker|暗金|暗红|深色",),
        merges=True,
    ),
    Row(
        "contrast",
        ("change the contrast", "调对比度"),
        "any",
        ("more contrast", "对比度加强"),
        {
            9: (
                r"(?:加|提|拉|增|降|减)(?:强|高|大|低)?一?[点些下个]?(?:明暗)?(?:对比|反差)(?!一下)|对比(?:度)?(?:拉|加|调|再|要|太)",
                r"(?<![a-z])(?:(?:deeper|darker) blacks|(?:more|add some|bit of|little) (?:punch|bite|pop)$|hazy(?:-looking)?$)(?![a-z])",
                r"(?:(?<![a-z])contrast(?:y|ier)?(?![a-z])|对比度|(?:增强|加强|加大|提高|降低|减弱|拉高)(?:一?[点下些])?对比|对比(?:再|更|加|调|拉)?(?:强|弱|高|低|大|小)|反差|明暗对比|punchier|punchy)",
            ),
            4: (
                r"(?:发灰|灰蒙蒙|灰扑扑|通透|不通透|(?:looks?|too|so|bit|very|it's|is|kinda|really|all) flat(?:-looking)?|washed[ -]out|looks? flat)",
            ),
        },
        (r"(?:in|by) contrast,|compare and contrast|contrasting",),
        merges=True,
    ),
    Row(
        "saturate",
        ("change the saturation", "调饱和度"),
        "any",
        ("make the colours more vivid", "颜色更鲜艳"),
        {
            8: (
                r"颜色[^,]{0,6}(?:诱人|有食欲|亮眼|活泼|跳|亮丽|鲜|活|饱满)|(?:草|叶子|树叶?|树|草坪|草地|天|天空|海水?|湖水|花|菜|水)(?:再|更|变|要|弄)*(?:绿|蓝|红|艳)一?[点些]|更(?:绿|蓝)(?:一?[点些])?{end}",
                r"(?<![a-z])(?:(?:greener|bluer|redder)|colou?rs? (?:look |a bit |more |be )*(?:tast(?:y|ier)|appeti[sz]ing|livelier|lively|bolder|stronger|brighter|warmer and richer|punch(?:y|ier)?)|(?:more|add some|bit of|little) colou?r$|(?:dull|drab|faded|flat|lifeless) colou?rs?|colou?rs? (?:are|look|is|looks) (?:a bit |too |so |really )?(?:dull|drab|faded|flat|lifeless|muted|weak))(?![a-z])",
            ),
            9: (
                r"(?<![a-z])(?:(?:tone|turn|bring|dial|knock|pull|crank|push|bump)(?: up| down| back)? (?:the |those |its )?colou?rs?(?: (?:down|up|back|out))?)(?![a-z])",
                r"(?<![a-z])(?:(?:de-?|over-?)?saturat(?:e|ed|ion|ing)|vibran(?:t|ce|cy)|vivid|colou?rful|less orange|more muted|mute the colou?rs|tone down the (?:colou?rs?|orange|red|green|blue|yellow)|richer colou?rs|colou?rs? (?:pop|punch|richer|bolder|brighter|more)|bring out the colou?rs|pastel tones)(?![a-z])",
                r"(?:饱和度?|鲜艳|艳丽|更艳|艳一|鲜亮|鲜明|色彩(?:更|再)?(?:浓|淡|丰富|强)|颜色[^,]{0,4}(?:浓|淡|艳|鲜|素|饱|梦幻|丰富|太淡|寡淡)|浓郁|自然饱和|褪色)",
                r"(?:make|let|get) (?:the |all the |its )?colou?rs? pop",
            ),
            6: (r"(?:less|too|more|so) (?:orange|yellow|red|green|blue|purple|pink)(?![a-z])(?! (?:light|one))",),
        },
        (r"(?:colou?r|颜色)[^,]{0,6}(?:to|into|改成|换成)",),
        merges=True,
    ),
    Row(
        "grayscale",
        ("make it black and white", "变黑白"),
        "any",
        ("make it black and white", "变成黑白"),
        {
            9: (
                r"(?:black[ -](?:and|n|&|\+)[ -]white|black'?n'?white|b ?&? ?w(?![a-z])|b/w|gr[ae]y ?scale|greyscale|monochrome|desaturate (?:it |everything |this )?(?:completely|fully|entirely|all the way)|no colou?r(?:s)?(?: at all)?$|(?:turn|take|strip|switch|drain|just|with|remove|lose|kill)(?: all)?(?: the| out)* colou?rs?(?: off| out| away| entirely)?$|colou?rs? off)(?![a-z])",
                r"(?:黑白|灰度|去色|单色|去掉颜色|褪成灰|无彩|灰阶)",
            ),
        },
        (
            r"(?:generate|draw|create|画一|生成)|(?:colou?ri[sz]e|上色|着色|彩色)|黑白(?:格|条纹|相间|旧照|猫|狗|花)|black and white (?:cat|dog|cow|stripes|tiles|photo of)",
        ),
        merges=True,
    ),
    Row(
        "sharpen",
        ("sharpen it", "锐化"),
        "any",
        ("sharpen it", "锐化一下"),
        {
            8: (
                r"(?<![a-z])(?:sharpen(?:ed|ing)?|sharper|crisp(?:er|en|ness)?|clearer|unblur|de-?blur|sharpness|sharp(?! turn)|less (?:blurry|fuzzy)|in focus|more (?:detail|definition|clarity)|clarity|fix the (?:blur|focus)|(?:remove|reduce|fix) (?:the )?(?:motion )?blur|refocus|out of focus,? fix)(?![a-z])",
                r"(?:it'?s|looks|too|a bit|so) (?:blurry|fuzzy|soft|blurred|out of focus)[^,]{0,6},? ?(?:can you )?(?:fix|sharpen|sort)",
                r"(?:锐化|锐利|锐一|锐度|清晰度?|清楚一?[点些]|去模糊|变清晰|清晰一?[点些]|更清楚|变清楚|对焦|修清|画质修复)",
            ),
            4: (
                r"(?:糊了|拍糊|有点糊|太糊|模糊了|不清楚|糊的)",
                r"(?:bit|little|too|so|looks?|is|are|it's|came out|all) (?:blurry|soft|fuzzy|blurred)(?![a-z])",
            ),
        },
        (
            r"那种清晰度|清晰度(?:够|就)",
            r"(?:which|哪)[^,]{0,20}(?:sharp|clear|清|锐|crisp)|(?:高清|4k|8k|分辨率|超清|resolution|upscale|放大|清不清|清楚吗|blur the|sharp turn|clear (?:sky|day|glass))",
        ),
        merges=True,
    ),
    Row(
        "denoise",
        ("remove noise", "降噪"),
        "any",
        ("remove the noise", "降噪"),
        {
            10: (
                r"image:(?<![a-z])(?:(?:get|take|clean|clear|pull|strip|wipe)(?: out| up| off)? (?:all )?(?:the|that|this) (?:[a-z]+ )?(?:noise|grain|speckles?))(?![a-z])",
            ),
            9: (
                r"(?:降|去|除|减|消)[低少]?一?[点些下个]?(?:掉|除)?噪(?!音)|噪(?!音)[^,]{0,5}(?:降|去|减|小|多|重|大|明显)|颗粒[^,]{0,4}(?:去|降|减|除|少|重|多)",
                r"(?<![a-z])(?:(?:speckl(?:y|ed)|high[- ]iso|digital noise|noise (?:out|away|down|gone|removed)|grain (?:out|away|down|gone|removed)|(?:less|without the|no) (?:noise|grain)))(?![a-z])",
                r"(?<![a-z])(?:de-?nois(?:e|ed|ing)|noise reduction|less nois[ey]|(?:remove|reduce|clean up|get rid of|kill|clear|lose|fix|smooth(?: out)?|clean|cut|take out|too much|all the|all that) (?:the |all the |all that |that |this |some |up )*(?:[a-z]+ )?(?:noise|grain|graininess|speckles?|specks)|nois[ey]|grainy|iso noise)(?![a-z])",
                r"(?:降噪|去噪|噪点|除噪|消噪|去颗粒|噪声|雪花点|颗粒(?:太重|感太|去|太多|很重))",
            ),
        },
        (
            r"(?:add|more|加)[^,]{0,12}(?:grain|noise|颗粒|噪)|(?:background|wind|traffic|crowd|road) noise|noise (?:from|in) the (?:audio|sound|background)|(?:背景|环境|风)噪|how noisy",
        ),
        merges=True,
    ),
    Row(
        "upscale",
        ("raise the resolution", "提高分辨率"),
        "any",
        ("upscale to 4k", "放大到4K"),
        {
            9: (
                r"分辨率(?:不够|太低|低)|像素(?:不够|太低|低)|(?:要|拿去)打印[^,]{0,6}放大",
                r"(?<![a-z])(?:(?:bigger|larger|enlarge|enlarged|blown up|sharp enough)[^,]{0,20}(?:print|poster|billboard|banner|printing)|(?:too few|not enough) pixels|(?:too |very )?low[- ]quality|tiny (?:file|image|photo|thumbnail))(?![a-z])",
                r"(?<![a-z])(?:(?:blow|scale|size) (?:it|this|that|the (?:whole )?(?:photo|picture|image|shot)) up|(?:big|large|sharp|good|high) enough (?:to print|for (?:print|a (?:poster|billboard|banner)))|(?:print|poster|billboard|a\d)[- ](?:size|quality|ready)|(?:double|triple|quadruple|twice|\dx|2x|4x) (?:the |its )?(?:resolution|pixels|pixel count)|(?:enlarge|upsize|upsample|blow up) (?:it|this|that|\d|to|by|for))(?![a-z])",
                r"^(?:再|给我|整体|直接|然后)*放大到?{number}倍(?![^,]{0,3}(?:看|镜))[^,镜看]{0,4}$|放大成?(?:[^,]{0,3}(?:海报|大图|巨幅|展板|喷绘|a\d|大尺寸))|放大[^,]{0,4}(?:打印|印刷|喷绘)|(?:打印|印刷|喷绘|海报|展板)(?:那种)?(?:级别?|质量|的?清晰度)",
                r"(?<![a-z])(?:up-?scal(?:e|ed|ing)|up-?res|super[ -]?res(?:olution)?|(?:high(?:er)?|more|better|full|low|print|double the|increase (?:the )?|raise the |bump the |up the )(?:-| )?resolution|hi-?res|high-?res|(?:to|in|at|into|make it|full) (?:4k|8k|2k|uhd|hd|1080p?|2160p?|1440p?|300 ?dpi)|4k|8k|enhance (?:the )?(?:quality|resolution|details?)|more pixels|low[ -]res|megapixels|(?:2|4|3|8|two|four|three)(?:x| times) the (?:resolution|pixels))(?![a-z])",
                r"(?:超分|超清|高清(?!晰的?照)|变清晰并放大|无损放大|提高?升?(?:一下)?(?:分辨率|画质|清晰度到|像素)|(?:分辨率|画质|像素)[^,]{0,6}(?:提|高|翻|放大|加|到|改成|太低|升)|4k|8k|2k|1080p|放大到(?:4k|8k|2k|\d{3,})|像素[^,]{0,4}(?:提|放大)|印刷级)",
                r"(?:这张|这幅|整张|截图|图片?|照片|原图|低清图|小图)[^,看]{0,6}放大(?!看)[^看]{0,8}$|^(?:再|给我|整体|直接)?放大{number}倍(?:[^看镜]{0,6})$|截图[^,]{0,6}放大",
                r"(?:enlarge|blow up|scale up|double) (?:this|it|the (?:image|photo|picture|pic|whole (?:image|photo|picture)))(?: (?:up|by|to|x|\d|two|three|four|for|without)|$)",
            ),
        },
        (r"(?:镜头|焦距|zoom|画中画)|(?:speed|倍速|快进)|(?:shoot|shot) (?:at|in) 4k|canvas",),
    ),
)
