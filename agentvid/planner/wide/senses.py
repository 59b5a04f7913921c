"""Words by what they mean, for the tagger: verbs by what they do, things by kind, numbers by unit. Both languages.

A sense counts where one of its words is in a text, so what was learned of one word holds for its neighbours too.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["numbers_named", "senses_in"]

_NUMBERS: Final = (
    (re.compile(r"#[0-9a-f]{3,8}(?![a-z0-9])"), "nhex"),
    (re.compile(r"(?<![\d:])(?:16[:x比]9|9[:x比]16|4[:x比]3|3[:x比]4|4[:x比]5|5[:x比]4|1[:x比]1|21[:x比]9|2[:x比]3|3[:x比]2|2[:x比]1|2\.35[:x]1)(?![\d:])"), "nratio"),
    (re.compile(r"\d{1,2}[:：]\d\d(?!\d)"), "nclock"),
    (re.compile(r"\d+(?:\.\d+)? ?(?:%|percent|per cent)|百分之[一二三四五六七八九十]+"), "npercent"),
    (re.compile(r"\d+(?:\.\d+)?[ -]?(?:°|degrees?|deg(?![a-z]))|[\d一二三四五六七八九十百两半]+度"), "ndegree"),
    (re.compile(r"\d+ ?(?:fps|帧)(?![a-z])|frames per second"), "nfps"),
    (re.compile(r"(?<![a-z\d])(?:[248]k|\d{3,4}p|hd|uhd)(?![a-z\d])|\d{3,4} ?(?:px|pixels|像素|wide)"), "nres"),
    (re.compile(r"\d+(?:\.\d+)?[ -]?(?:s|secs?|seconds?|秒钟?)(?![a-z])|[一二三四五六七八九十两几半]+秒|(?:two|three|four|five|six|eight|ten|few|couple of)[ -](?:secs?|seconds?)"), "nsecond"),
    (re.compile(r"(?<![a-z\d])\d+(?:\.\d+)? ?x(?![a-z\d])|(?<![a-z\d])x ?\d+|[\d一二两三四五六七八十]+(?:\.\d+)?倍速"), "ntimes"),
    (re.compile(r"[\d一二两三四五六七八十]+倍|twice|thrice|(?:two|three|four) times|half|double|一半|翻倍"), "nfold"),
    (re.compile(r"(?:一|几|多少|\d+|[二三五十百])(?:年|个?月|天|小时|分钟|世纪|周)(?:后|前|以后|之后|之前|以前)?|(?:\d+|a|an|ten|a few|hundred|thousand) (?:years?|hours?|minutes?|days?|months?|weeks?|centur(?:y|ies))"), "nspan"),
    (re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?:s|年)?(?!\d)"), "nyear"),
    (re.compile(r"(?<![a-z\d])v ?\d(?!\d)|第[一二三四\d]版|version \d"), "nversion"),
    (re.compile(r"第[一二三四五\d][张幅段个条]|图[一二三]|(?<![a-z])(?:first|second|third|other) (?:one|photo|picture|clip|video|image)"), "nordinal"),
)  # fmt: skip
_ENGLISH: Final = {
    "takes": "remove|erase|delete|rid|lose|ditch|drop|scrub|wipe|bin|gone|away|off|out|without|minus|kill|clear|clean|heal|patch|retouch|empty|strip|evict|vanish|disappear|tidy|declutter|zap|hide",
    "puts": "add|put|place|pop|stick|insert|hang|plonk|park|sit|stand|plant|drape|scatter|sprinkle|fill|decorate|include|throw|chuck|slap|wear|wearing|hold|holding|bring|introduce|give|lay|set|drop|draw",
    "turns": "turn|change|make|swap|replace|switch|trade|exchange|convert|transform|become|becomes|instead|substitute|into",
    "shifts": "move|shift|nudge|slide|drag|push|scoot|reposition|relocate|shove|centre|center|closer|apart|swap|higher|lower|over",
    "sizes": "bigger|smaller|larger|taller|shorter|wider|narrower|thinner|thicker|fatter|slimmer|huge|tiny|giant|shrink|enlarge|resize|grow|scale|size|massive",
    "brightens": "bright|brighter|brighten|lighten|lighter|exposure|underexposed|dark|dim|gloomy|shadows|lift|whiten|murky",
    "darkens": "dark|darker|darken|dim|dimmer|overexposed|blown|bright|glare|highlights|washed",
    "sharpens": "sharp|sharpen|sharper|crisp|crisper|clear|clearer|focus|blurry|soft|detail|legible|deblur|unblur|fuzzy",
    "grains": "noise|noisy|grain|grainy|denoise|speckle|speckles|speckled|iso",
    "blurs": "blur|blurry|blurred|bokeh|defocus|defocused|depth|creamy|aperture",
    "vivid": "saturation|saturate|desaturate|vivid|vibrant|colourful|colorful|pop|punchy|punchier|muted|dull|rich|richer|garish",
    "greys": "black-and-white|monochrome|greyscale|grayscale|mono|colourless|b",
    "writes": "write|text|word|words|title|headline|caption|say|says|saying|read|reads|letter|letters|lettering|sign|label|print|type|font|name|date|slogan|typo|spell|spelled|translate|logo|watermark|stamp|quote",
    "shows": "show|see|view|look|looks|imagine|angle|perspective|pov|seen|viewed",
    "places": "above|behind|below|underneath|overhead|front|side|back|top|bottom|left|right|doorway|balcony|window|roof|street|ground|corner|middle",
    "rolls": "camera|dolly|zoom|pan|tilt|truck|pedestal|crane|orbit|circle|arc|drone|push|pull|track|tracking|swivel|sweep|fly|glide",
    "walks": "walk|stroll|drive|ride|wander|go|run|step|enter|through|along|towards|inside|forward|corridor|street|road|path|alley|stairs|dashcam|tour|walkthrough",
    "spins": "turntable|360|spin|rotate|rotation|around|round|circle|turn|full|sides",
    "moves": "wave|blink|flap|drift|sway|flicker|flow|dance|flutter|walk|jump|rise|swim|nod|wag|twinkle|ripple|breathe|alive|life|animate|animated|animation|moving|motion|gif|wind",
    "cuts": "trim|cut|chop|keep|clip|shorten|snip|first|last|start|end|ending|beginning|intro|middle|section|part|bit|from|until|between",
    "speeds": "speed|slow|slower|fast|faster|slow-mo|slomo|motion|double|half|timelapse|time-lapse|quicker|pace",
    "loops": "loop|looping|repeat|forever|endless|endlessly|seamless|boomerang|gif|again",
    "reverses": "reverse|backwards|backward|rewind|reversed|un-break",
    "steadies": "stabilise|stabilize|steady|shaky|shake|shakes|shaking|wobble|wobbly|jitter|jittery|handheld|bumpy|bike|stable",
    "lengthens": "extend|longer|lengthen|continue|prolong|stretch|going|more|another",
    "joins": "join|merge|combine|stitch|splice|together|append|concatenate|one|after|before|montage|slideshow|glue|end-to-end",
    "layouts": "side|beside|next|split|screen|above|below|stack|stacked|top|underneath|row|diptych|grid|corner|inset|overlay|picture-in-picture|pip|window",
    "speaks": "voice|voiceover|voice-over|narrate|narration|narrator|read|aloud|say|speak|spoken|commentary|accent|dub|script",
    "subs": "subtitle|subtitles|subs|captions|transcribe|transcript|speech|dialogue",
    "hears": "sound|sounds|noise|audio|mute|silent|sfx|effect|effects|hear|volume|loud|bark|barking|applause|waves|birdsong|thunder|purring|crackle|ambience|whoosh|ding",
    "plays": "music|song|tune|soundtrack|track|beat|jazz|piano|guitar|ukulele|lofi|drums|strings|score|bgm|techno|melody|violin|orchestra",
    "asks": "what|which|who|where|when|why|whose|how|is|are|does|do|did|was|has|can|tell|know|identify",
    "tells": "describe|description|summary|summarise|summarize|explain|story|poem|blurb|alt|write-up|happening|going",
    "compares": "compare|difference|different|differences|better|sharper|same|which|versus|vs|between|changed",
    "counts": "how|many|count|number|total|tally|times",
    "later": "later|next|future|after|happens|will|years|from|becomes|old|grow|age|predict|tomorrow",
    "earlier": "before|ago|past|earlier|was|used|originally|young|back|old|rewind|new|built|happened|when",
    "people": "man|woman|men|women|girl|boy|kid|kids|child|guy|lady|bride|groom|person|people|dad|mum|mom|nan|gran|grandma|uncle|baby|friend|tourist|tourists|him|her|them|face|player|wife|husband|son|daughter",
    "animals": "dog|cat|horse|bird|birds|duck|ducks|sheep|cow|swan|seagull|pigeon|fish|puppy|kitten|fox|pony|owl|robin|rabbit|hen",
    "parts": "eye|eyes|hair|face|skin|teeth|nose|mouth|lips|arm|arms|leg|legs|hand|hands|head|neck|waist|beard|brows|lashes|finger|nails|ears|belly",
    "clothes": "hat|shirt|dress|jacket|coat|shoes|boots|jeans|tie|suit|scarf|gloves|glasses|jumper|hoodie|skirt|bandana|helmet|trainers|apron|ring|necklace|bag|mask|costume",
    "rooms": "wall|walls|floor|ceiling|door|window|windows|table|chair|sofa|couch|lamp|rug|bed|shelf|curtain|curtains|counter|worktop|cabinets|kitchen|bathroom|bedroom|room|desk|stool|stools|cushion|tap|taps|fridge|mirror|fireplace|stairs|tiles|roof|fence|house|garden|lawn|hedge|pool",
    "outside": "sky|cloud|clouds|sea|beach|mountain|river|lake|tree|trees|grass|forest|road|street|field|bridge|tower|building|city|sun|moon|stars|leaves|flowers|boat|car|van|bus|bike|train|tram",
    "dirt": "stain|scratch|scratches|dust|crease|creases|spot|spots|blemish|blemishes|crack|tear|litter|rubbish|bin|bins|wires|cables|pole|clutter|mess|shadow|reflection|glare|smudge|pimple|wrinkles",
    "frames": "crop|square|portrait|landscape|vertical|widescreen|ratio|frame|canvas|border|margin|edges|sides|space|wider|taller|reframe|format|letterbox",
    "levels": "straighten|level|horizon|crooked|tilted|leaning|wonky|upright|sideways|upside|clockwise|anticlockwise|counterclockwise|rotate|skew|sloping|slanted",
    "mirrors": "flip|mirror|mirrored|backwards|reverse|reversed|horizontally|vertically",
    "enlarges": "upscale|resolution|enhance|enlarge|print|poster|quality|pixels|megapixels|hi-res|res|bigger",
    "solid": "3d|mesh|model|obj|glb|stl|printable|sculpture",
    "maps": "map|plan|floorplan|blueprint|layout|standing",
    "creates": "draw|paint|sketch|generate|create|design|illustrate|imagine|poster|logo|illustration|picture|image|photo|clip|video|need|want",
    "keeps": "keep|leave|don't|dont|not|never|stays|stay|untouched|alone|same|rest|except|but|only|careful|without|no",
    "why": "for|because|so|since|as|it's|i'm|my|our|we|i|they're|he's|she's|this|that's|needs|wants|taken|shot",
    "thanks": "hi|hello|hey|thanks|thank|please|cheers|great|perfect|love|nice|ok|okay|right|lovely|morning|brilliant",
    "how": "slowly|slow|gently|smoothly|slightly|bit|touch|little|subtle|quick|steady|nice|softly|quietly|evenly",
    "undo": "undo|back|original|previous|earlier|version|again|before|revert|actually|wait|instead|scrap|mean",
}  # fmt: skip
_CHINESE: Final = {
    "takes": "去掉|删|移除|抹|擦|拿掉|P掉|p掉|清|消除|去除|不要|撤|抠|弄掉|弄没|弄走|收走|祛|修掉|剔|摘|扔|拆|没了|消失",
    "puts": "加|放|添|摆|补|插|挂|贴|戴|穿|种|来|画|站|坐|停|撒|配|系|披|P上|p上|多",
    "turns": "换|改|变|成|替|弄成|做成|调成|转成|P成|p成|代替",
    "shifts": "移|挪|搬|往左|往右|往上|往下|居中|靠|对调|换位置|位置|旁边|挨|近",
    "sizes": "放大|缩小|变大|变小|大一|小一|高一|矮|瘦|胖|粗|细|长一|短一|尺寸|大小|大点|小点|一圈|拉长",
    "brightens": "亮|提亮|曝光|暗|黑|看不清|欠曝|美白|暗部",
    "darkens": "暗|压|太亮|过曝|高光|深|刺眼",
    "sharpens": "锐|清晰|清楚|糊|虚了|细节|画质|高清",
    "grains": "噪|颗粒|杂讯|杂点|降噪",
    "blurs": "虚化|模糊|景深|光圈|散景|虚|糊|焦外",
    "vivid": "饱和|鲜艳|鲜亮|艳|淡|浓|饱满|素|色彩",
    "greys": "黑白|灰度|去色|单色",
    "writes": "写|字|文字|标题|水印|字样|日期|招牌|标语|印|题|落款|署名|翻译|错别字|二维码|号码|文案|内容|横幅",
    "shows": "看|视角|角度|样子|瞧|给我看|长什么样|俯视|仰视|鸟瞰|航拍",
    "places": "上面|下面|后面|前面|侧面|背面|左边|右边|中间|顶|底|角|旁边|门口|窗边|正面",
    "rolls": "镜头|机位|相机|推|拉|摇|移|升|降|俯|仰|环绕|绕|运镜|平移|变焦|特写|无人机",
    "walks": "走|逛|往里|往前走|沿着|穿过|进去|走到|开|行走|漫游|左转|右转|胡同|走廊|街|路",
    "spins": "转一圈|转盘|360|旋转|一圈|一周|转台|全方位|各个角度|自转|转",
    "moves": "动起来|动|飘|摇|摆|眨|挥|流|跑|跳|飞|游|转头|点头|活|闪|冒|溅|开口|走过来|gif|动图|动画",
    "cuts": "剪|截|裁掉|保留|留下|只要|前面|后面|开头|结尾|最后|秒|片头|片尾|到第|中间那段|掐",
    "speeds": "倍速|加速|放慢|慢放|快|慢|慢动作|速度|快进|升格|原速",
    "loops": "循环|重复|无缝|来回|遍|反复",
    "reverses": "倒放|倒着|倒播|反着放|倒带|逆放|倒流",
    "steadies": "防抖|稳|抖|晃|手持|颠",
    "lengthens": "延长|续|加长|再长|往后|接着|太短|拉长",
    "joins": "拼|接|连|合成|合并|串|一起|一条|前后|首尾|封面",
    "layouts": "并排|左右|上下|对比图|拼图|横着排|竖着|画中画|小窗|角落|分屏|在上|在下|一张长图",
    "speaks": "旁白|配音|念|读|说|解说|朗读|女声|男声|声音念|讲解|画外音",
    "subs": "字幕|双语|台词|对白|听写",
    "hears": "声|音效|掌声|静音|消音|叫|响|雷|雨声|鸟叫|铃|噼啪|原声|音量|蝉鸣|欢呼",
    "plays": "音乐|配乐|曲|歌|钢琴|吉他|爵士|bgm|乐|古筝|二胡|笛|鼓点|旋律|lofi|尤克里里",
    "asks": "什么|啥|谁|哪|几|多少|吗|么|呢|怎么|为什么|是不是|有没有|能不能|几点|多高|多大|多久",
    "tells": "描述|介绍|说说|讲讲|讲|总结|概括|形容|看图|故事|简介|拍的是|拍了",
    "compares": "哪张|哪个|哪一|比|对比|区别|差别|不同|更|变化|一样|同一",
    "counts": "几个|几只|多少|数|一共|总共|几声|几处|几次",
    "later": "以后|之后|后会|接下来|将来|未来|会怎|会变|会咋|长大|老了|过几|再过|后的样子|预测",
    "earlier": "之前|以前|原来|小时候|当年|从前|年前|过去|当初|年轻时|刚才发生|还原|复原",
    "people": "人|女|男|孩|娃|妈|爸|爷|奶奶|叔|阿姨|新娘|新郎|宝宝|学生|老师|朋友|路人|游客|他|她|模特|同事",
    "animals": "狗|猫|马|鸟|鸭|羊|牛|鱼|兔|鸡|鹅|鸽|虎|熊|猪",
    "parts": "脸|眼|头发|皮肤|牙|鼻|嘴|手|腿|胳膊|腰|眉|睫毛|脖|肩|指甲|胡子|肚",
    "clothes": "衣|裙|裤|鞋|帽|外套|西装|衬衫|围巾|眼镜|领带|口罩|旗袍|汉服|包|项链|戒指|项圈|腰带",
    "rooms": "墙|地板|天花板|门|窗|桌|椅|沙发|灯|地毯|床|柜|书架|窗帘|台面|厨房|客厅|卧室|屋|吊灯|抱枕|镜子|屏风|屋顶|瓦|院子",
    "outside": "天空|云|海|山|河|湖|树|草|森林|路|街|桥|塔|楼|城|太阳|月|星|叶|花|船|车|江|田|雪",
    "dirt": "垃圾|电线|杂物|污|痘|斑|划痕|折痕|褶|裂|灰尘|影子|倒影|反光|路人|水渍|皱纹|黑眼圈",
    "frames": "裁|比例|方形|竖版|横版|竖屏|横屏|构图|画幅|画布|留白|扩|四周|边框|空白|方图",
    "levels": "摆正|扶正|歪|斜|地平线|水平|顺时针|逆时针|旋转|转正|倒了|横过来|校正|拉平",
    "mirrors": "翻转|镜像|左右翻|反过来|颠倒|翻过来|水平翻|对调|反的",
    "enlarges": "分辨率|超分|放大|像素|高清|画质|打印|海报|4k|8k",
    "solid": "3d|三维|立体|建模|模型|glb|obj|stl",
    "maps": "地图|平面图|户型图|沙盘|站在|规划图",
    "creates": "画一|生成|设计|来一张|做一张|海报|插画|一张图|一幅|画个|绘制|一段视频|短片",
    "keeps": "别|不要动|不变|不动|保持|保留|留着|其他|其余|照旧|不用|不能|别的|除了|不许|原样|要清楚",
    "why": "因为|用来|发|做封面|给客户|要用|方便|我家|我妈|我拍|的时候|这是|拍的|好让|太|有点|我要",
    "thanks": "谢谢|你好|您好|麻烦|好的|辛苦|不错|喜欢|嗯|行|哎|收到|对了",
    "how": "慢慢|缓缓|轻轻|一点|稍微|匀速|平稳|淡淡|自然|舒缓|轻快|慢点|快点",
    "undo": "原图|上一版|退|撤|还是|回到|刚才|不对|哦不|我说的是|不是|算了|那版|之前那",
}  # fmt: skip
_EN: Final = {name: frozenset(words.split("|")) for name, words in _ENGLISH.items()}
_ZH: Final = {name: re.compile(words.lower()) for name, words in _CHINESE.items()}
_WORDS: Final = re.compile(r"[a-z]+(?:[-'][a-z]+)*")
_BY_WORD: Final = {
    word: tuple(name for name, words in _EN.items() if word in words) for word in frozenset().union(*_EN.values())
}


def senses_in(text: str) -> tuple[str, ...]:
    """Return the senses whose words are in a text (lower case, simplified), in a fixed order."""
    found = {name for word in _WORDS.findall(text) for name in _BY_WORD.get(word, ())}
    if re.search(r"[\u3400-\u9fff]", text):
        found |= {name for name, pattern in _ZH.items() if pattern.search(text)}
    return tuple(sorted(found))


def numbers_named(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text with each number as the name of its kind, and those kinds: "0:05" → nclock, "16:9" → nratio."""
    kinds: list[str] = []
    for pattern, name in _NUMBERS:
        text, count = pattern.subn(f" {name} ", text)
        if count:
            kinds.append(name)
    return re.sub(r"\d+(?:\.\d+)?", "0", text), tuple(kinds)
