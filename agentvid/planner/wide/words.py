"""Classes of words that rows are written with: colours, materials, weather, light, styles, sounds. Both languages."""

from __future__ import annotations

from typing import Final

__all__ = ["CLASSES"]


def _both(english: str, chinese: str) -> str:
    return rf"(?:(?<![a-z])(?:{english})(?![a-z])|{chinese})" if chinese else rf"(?:(?<![a-z])(?:{english})(?![a-z]))"


_COLOUR_EN: Final = (
    r"(?:(?:very |a |an |some )?(?:light|dark|deep|pale|bright|hot|baby|royal|sky|matte|glossy|pastel|cherry|forest"
    r"|midnight|dusty|electric|lemon|muted|soft|warm|cool|rich|neon|burnt|bottle|racing|blood|brick|steel|slate|powder"
    r"|navy|rose|off|ice|petrol|duck egg|canary|fire engine|lipstick|army|candy|sea|ash|jet)[ -]?){0,2}"
    r"(?:red(?:dish)?|blue|green|yellow|orange|purple|violet|pink|black|white|gr[ae]y|brown|beige|cream|ivory|navy"
    r"|teal|turquoise|cyan|magenta|maroon|burgundy|crimson|scarlet|olive|lime|mint|sage|emerald|khaki|tan|gold(?:en)?"
    r"|silver|bronze|copper|coral|salmon|peach|lavender|lilac|indigo|charcoal|mustard|rust|terracotta|aqua|azure"
    r"|cobalt|blonde?|platinum|auburn|ginger|fuchsia|plum|mauve|taupe|vermilion|chestnut|ochre"
    r"|eggshell|rainbow|brunette|purplish|bluish|greenish|pinkish)"
    r"|#[0-9a-f]{3,8}|rgb ?\([\d, ]+\)"
)
_COLOUR_ZH: Final = (
    r"(?:(?:深|浅|暗|亮|淡|大|正|纯|粉|嫩|墨|藏|天|湖|宝|酒|枣|玫|橘|米|奶|杏|驼|军|靛|哑光|荧光|孔雀|珊瑚|玫瑰|樱花|牛油果"
    r"|奶茶|燕麦|薄荷|薰衣草|莫兰迪|马卡龙|克莱因|雾霾|香槟|象牙|橄榄|焦糖|咖啡|卡其|中国|法拉利|勃艮第|宝石|海军|牛仔|砖|柴犬"
    r"|柠檬|豆沙|蜜桃|琥珀|胭脂|朱|翠|苹果|草|钴|银|雪|乳|炭|烟|铁锈|铜|蓝|黄|红|青|紫|灰|绿|偏){0,2}"
    r"(?:[红橙黄绿青蓝紫粉黑白灰棕褐金银赤](?:色(?:系)?|的)?|(?:米|杏|驼|卡其|焦糖|咖啡|奶茶|香槟|象牙|肉|橘|咖|裸|奶油"
    r"|燕麦|古铜|琥珀|彩虹|自然|渐变|撞|同|别的颜|其他颜|莫兰迪|马卡龙)色|卡其|豆沙|驼|渐变))"
)
_MATERIAL_EN: Final = (
    r"wood(?:en)?|oak|walnut|pine|timber|marble|(?:solid|pure|brushed|real|polished|hammered) (?:gold|silver|copper"
    r"|brass|bronze)|glass|metal(?:lic)?|(?:stainless )?steel|chrome|brass|iron|aluminium|aluminum|bricks?|stone"
    r"|granite|concrete|cement|leather|suede|velvet|fabric|cloth|linen|denim|wool(?:len)?|knit(?:ted)?|crochet(?:ed)?"
    r"|yarn|fur|felt|silk|satin|lace|ceramic|porcelain|clay|plastic|rubber|paper|cardboard|origami|ice|crystal"
    r"|diamonds?|jade|bamboo|rattan|wicker|lego(?: bricks)?|chocolate|jelly|jello|moss|carbon fib(?:re|er)|terrazzo"
    r"|tiles?|slate|plaster|gingerbread|candy|wax|lava|herringbone|parquet|tartan|corduroy|canvas|straw|mirror"
    r"|thatch(?:ed)?|shingles?|stucco|pebbles?|gravel|cobbles(?:tones?)?|asphalt|tarmac|vinyl|laminate|lino(?:leum)?|tweed|wallpaper|hay|milk|honey|soap|pearl|amber|quartz|travertine|limestone|sandstone|cork|plywood|tin ?foil|tin|pewter|titanium|bone|sponge|mosaic tiles?|plasticine|play-?doh|feathers?|newspaper|sequins?|chenille|flannel|boucl[eé]|mahogany|birch|teak|ebony|cedar|stained glass|papier.?m[aâ]ch[eé]|water|grass|gold|silver|bronze|copper"
)
_MATERIAL_ZH: Final = (
    r"(?:浅|深|原|红|白|黑|灰|天然|人造|磨砂|拉丝|抛光|仿|真|纯|实)?(?:木(?:质|头|纹|制|地板|料)?|橡木|胡桃木|竹子?|大理石|花岗岩"
    r"|金属|不锈钢|钢铁?|黄金|纯金|白银|纯银|青铜|黄铜|铜制?|铁艺?|铝|玻璃|水晶|钻石|玉石?|翡翠|红?砖|石头|石材|岩板|水泥|混凝土"
    r"|皮(?:革|质)?|真皮|绒(?:面|布)?|丝绒|天鹅绒|布(?:艺|料|的)|棉麻|亚麻|牛仔布?|羊毛|针织|毛线|毛毡|毛绒|丝绸|蕾丝|陶瓷|瓷砖?"
    r"|黏土|粘土|塑料|橡胶|纸质?|牛皮纸|折纸|冰块?|藤编|藤|乐高|积木|巧克力|果冻|草地|草坪|苔藓|碳纤维|水磨石|瓷|糖果|蜡|岩浆"
    r"|瓦片?|琉璃瓦?|石板|鹅卵石|柏油|沥青|洗石子|洗石|真石漆|壁纸|墙纸|墙布|文化石|马赛克砖|陶土|陶|橡皮泥|泥巴?|面团|灯芯绒|麻布|帆布|皮草|牛奶|奶油|蜂蜜|琥珀|珍珠|石膏|软木|锡纸|铝箔|钛|海绵|毛绒绒|羽毛|宣纸|报纸|牛皮|鹿皮|珐琅|景泰蓝|人字拼|镜面|亚克力|绸缎)"
)
_WEATHER_EN: Final = (
    r"snow(?:y|ing|fall|storm)?|rain(?:y|ing|storm|drops)?|drizzl(?:e|y|ing)|fog(?:gy)?|mist(?:y)?|haz[ey]|smog"
    r"|storm(?:y|s)?|thunder(?:y|storm|clouds?)?|lightning|cloudy|overcast|clouds|sunny|sunshine|clear(?:er)? (?:blue )?"
    r"(?:sky|skies|day)|blue (?:sky|skies)|wind(?:y)?|blizzard|hail(?:ing)?|spring(?:time)?|summer(?:time|y)?|autumn(?:al)?"
    r"|winter(?:y|time)?|wintry|(?:in|to|into|like|is|mid)[ -]?fall|fall (?:colou?rs|foliage|leaves)|seasons?|frost(?:y)?"
    r"|heatwave|downpour|pouring|sandstorm|monsoon|weather"
)
_WEATHER_ZH: Final = (
    r"(?:下雪|雪景|雪天|大雪|飘雪|小雪|积雪|落雪|雪花|雪|下雨|雨天|雨景|小雨|大雨|暴雨|细雨|毛毛雨|阵雨|雨丝|雨|起雾|大雾|薄雾"
    r"|晨雾|雾气|雾天|雾|雾霾|阴天|多云|乌云|晴天|晴朗|大太阳|放晴|晴空|蓝天白云|蓝天|刮风|大风|台风|沙尘暴|暴风雪|暴风雨|雷雨"
    r"|雷阵雨|闪电|打雷|冰雹|春天|夏天|秋天|冬天|春季|夏季|秋季|冬季|初春|深秋|寒冬|盛夏|春日|夏日|秋日|冬日|金秋|季节|天气|霜)"
)
_LIGHT_EN: Final = (
    r"sunset|sundown|sunrise|dawn|dusk|golden[ -]hour|blue[ -]hour|twilight|noon|midday|midnight|night(?:time|fall)?"
    r"|moonlight|moonlit|neon(?: light(?:s|ing)?)?|candle ?(?:light|lit)|(?:[a-z]+ )?light(?:ing)|studio lights?"
    r"|soft ?box|(?:soft|hard|warm|cool|side|rim|back|key|top|window|morning|evening|afternoon|natural|dramatic|moody|low)"
    r"[ -]?(?:er )?light|back ?lit|sidelit|spotlights?|lamp ?light|fire ?light|day(?:time|light)|evening|late afternoon"
    r"|early morning|relit|relight|rembrandt|flash|god rays|sun ?beams?|sun ?light|lit (?:up|from|by)|glow(?:ing)?"
)
_LIGHT_ZH: Final = (
    r"(?:日落|夕阳|黄昏|傍晚|日出|朝阳|清晨|早晨|早上|晨光|晨曦|黎明|正午|中午|午后|下午|夜晚|夜景|夜间|晚上|夜里|深夜|黑夜|月光|霓虹"
    r"|烛光|影棚光?|棚拍|摄影棚|柔光|硬光|逆光|侧光|背光|顶光|轮廓光|打光|布光|灯光|光线|光影|光照|补光|暖光|冷光|暖黄|暖色调?|冷色调?"
    r"|色温|暖调|冷调|蓝调时刻|黄金时刻|白天|白昼|聚光灯|伦勃朗|光效|阳光|自然光|氛围灯|路灯光|丁达尔|蝴蝶光|火光|舞台光|夜色|暮色)"
)
_STYLE_EN: Final = (
    r"(?:(?:oil|watercolou?r|acrylic|chinese|ink|renaissance) )?painting|watercolou?rs?|gouache|pastel drawing|sketch(?:ed)?"
    r"|pencil(?: drawing)?|charcoal drawing|ink drawing|(?:black )?line ?(?:art|drawing)|cartoon(?:y|ish)?|anime|manga"
    r"|comics?(?: book)?|pixar|disney|(?:studio )?ghibli|pixel(?:[ -]art|ated)?|(?:8|16)-?bit|pop[ -]art|film(?: look"
    r"| grain| stock)?|kodak|fuji(?:film)?|polaroid|vhs|vintage|retro|sepia|vaporwave|cyberpunk|steampunk|impressionis(?:t|m)"
    r"|van gogh|monet|picasso|warhol|ukiyo-?e|woodcut|linocut|styles?|styli[sz]ed?|filter|claymation|low[ -]?poly|noir"
    r"|art (?:deco|nouveau)|bauhaus|minimalist|scandinavian|scandi|mid-century|poster|baroque|mosaic|cinematic|dreamy"
    r"|moody|aesthetic|vibes?|(?:movie|film|magazine|video game|game boy|wes anderson) (?:still|look|feel)|daguerreotype"
    r"|tintype|lomo(?:graphy)?|grain(?:y)?|tilt-shift|double exposure|old photo|eighties|seventies|nineties|'?\d0s"
    r"|colou?r (?:grade|grading|palette)|risograph|collage|paper cut|pointillis[tm]|doodle|caricature|blueprint|gothic"
)
_STYLE_ZH: Final = (
    r"(?:油画|水彩画?|水墨画?|国画|工笔|素描|铅笔画|线稿|线描|简笔画|速写|卡通|动漫|漫画|二次元|日漫|动画片?风|宫崎骏|吉卜力|皮克斯|迪士尼"
    r"|像素|波普|胶片|胶卷|复古|怀旧|港风|老照片|老电影|拍立得|赛博朋克|蒸汽朋克|印象派|梵高|莫奈|毕加索|浮世绘|风格|画风|滤镜|剪纸|版画"
    r"|黏土风|粘土风|ins风|小清新|日系|韩系|欧美风|电影感|大片感|颗粒感?|极简|国潮|色调|调色|海报风|q版|手绘|插画|蜡笔|彩铅|民国|年代感"
    r"|质感|氛围感|北欧|新中式|侘寂|法式|(?<![刮起大台微吹寒])风(?:吧|的|格)?$|的?(?:感觉|味道|调调)$)"
)
_SOUND_EN: Final = (
    r"sounds?(?: effects?)?|sfx|audio|applause|clapping|cheer(?:s|ing)|barks?|barking|purr(?:s|ing)?|meow(?:s|ing)?|quack(?:s|ing)"
    r"|echo|whoosh|laugh(?:ter| track)|ding|beep(?:s)?|chirp(?:s|ing)?|birdsong|engine (?:noise|roar)|thunder ?claps?"
    r"|footsteps|waves crashing|crackl(?:e|ing)|volume|mute|muted|silent|silence|ambien(?:ce|t noise)|scratch sound"
    r"|drum ?roll|jingle|bell(?:s)? ringing|shutter click|rain noise|crickets|gulls|seagulls|honk(?:s|ing)?|roar(?:s|ing)?"
    r"|foley|noises?|hum(?:ming)?|crowd noise|thud|pop sound|splash(?:es)? sound|voice(?:s)?|howl(?:s|ing)?|hiss(?:ing)?"
    r"|bang|boom|click(?:ing|s)?|creak(?:s|ing)?|buzz(?:ing)?|ticking|jingl(?:e|ing)|traffic noise|white noise"
)
_SOUND_ZH: Final = (
    r"(?:音效|声音|声效|掌声|笑声|雨声|雷声|风声|海浪声|鸟叫|狗叫|猫叫|快门声|脚步声|环境音|环境声|背景音(?!乐)|音量|静音|消音|原声|原音|回声"
    r"|混响|[一-鿿]声(?!音)|欢呼|喝彩|口哨|鼓点|噪音|人声|叫声|鸣笛|喇叭声|铃声|水声|流水声|白噪音)"
)
_MUSIC_EN: Final = (
    r"music|songs?|tunes?|sound ?track|bgm|backing track|(?:[a-z-]+) (?:track|melody)(?! sound)|lo-?fi|jazz|techno|hip[ -]hop|classical"
    r"|(?:acoustic )?guitar|piano(?: music| piece)?|violin|ukulele|harp|synth|drums|orchestral|melody|edm|score|theme|disco|bossa nova"
)
_MUSIC_ZH: Final = r"(?:音乐|配乐|bgm|背景乐|歌曲|首歌|支歌|曲子|钢琴曲?|吉他曲?|小提琴|旋律|轻音乐|电子乐|古筝|二胡|笛子|摇滚|爵士|r&b|嘻哈|说唱|交响|鼓乐|国风曲|纯音乐|民谣|伴奏)"
_TEXT_EN: Final = (
    r"text|words?|wording|letter(?:s|ing)?|caption|titles?|headline|heading|slogan|tagline|logo|water ?mark|date ?stamp|time ?stamp|writing|written"
    r"|inscription|typo|numbers? (?:on|from)|graffiti|handwriting|quote|hashtag|handle|banner text|subtitle text|signature|username|phone number"
)
_TEXT_ZH: Final = r"(?:文字|字样|字体|大字|小字|几个字|行字|标题|水印|logo|标语|字母|日期|时间戳|落款|签名|台标|文案|广告语|口号|角标|错别字|错字|题字|弹幕|涂鸦|字迹|批注|电话号码|的字|字(?=$|[去改换写加擦抹删放,]))"
_BACKGROUND: Final = r"(?:(?<![a-z])(?:back ?ground|backdrop|bg)(?![a-z])|背景(?!音|乐|声)|底色|(?:照片|图|的|白|蓝|红|灰|纯色|证件照)底(?!下|部|片|端|层)|^底(?=[换改成用色]))"
_CHANGE_EN: Final = (
    r"(?:change|turn|make|swap(?: out)?|replace|switch(?: out)?|convert|transform|set|exchange|substitute|trade|put|try|go for|go with|use|want"
    r"|give|have|paint|let|need|render|see|imagine|redo|adjust|take|pick|should be|needs? to be|to be|instead of|became?|becomes)"
)
_CHANGE_ZH: Final = (
    r"(?:换成|改成|变成|调成|弄成|做成|搞成|转成|转换成|替换成|替换为|换为|改为|变为|换上|换个|换一个|换一[张种副件条只套身]|换[张种副件条只套身]|换做|换作|换到|改到|变到|切换成|切成|转为|设成|设为|处理成|调整成"
    r"|p成|整成|换|改|变|要|用|来个|来点|加点|想要|改用|换用|弄|做|调|转|上)"
)
CLASSES: Final[dict[str, str]] = {
    "colour": _both(_COLOUR_EN, _COLOUR_ZH),
    "material": _both(_MATERIAL_EN, _MATERIAL_ZH),
    "weather": _both(_WEATHER_EN, _WEATHER_ZH),
    "light": _both(_LIGHT_EN, _LIGHT_ZH),
    "style": _both(_STYLE_EN, _STYLE_ZH),
    "sound": _both(_SOUND_EN, _SOUND_ZH),
    "music": _both(_MUSIC_EN, _MUSIC_ZH),
    "text": _both(_TEXT_EN, _TEXT_ZH),
    "background": _BACKGROUND,
    "change": _both(_CHANGE_EN, _CHANGE_ZH),
    "become": _both(
        r"change(?! ?$)|turn|swap(?: out)?|replace|switch(?: out)?|convert|transform|exchange|substitute|trade",
        r"(?:换成|改成|变成|替换成|替换为|换为|改为|变为|换上|换个|换一[个张种副件条只套身把盏辆]|换[张种副件条只套身把盏]|替换|换掉|换做|换作|换回|p成|换|变)",
    ),
    "remove": _both(
        r"remove|erase|delete|get rid of|rid of|take (?:out|away|off|down)|eliminate|clear(?: away| out| off| up)?|wipe(?: out| off| away)?|lose"
        r"|ditch|scrub(?: out)?|zap|nuke|drop(?! (?:in|a|an|some|it|him|her|them|[a-z ]{1,20} (?:in|into|on|onto|at|bottom|top))(?![a-z]))|cut out|edit out|photoshop out|clean(?: up| off| out)?|cleanup|strip|pull out|retouch(?: out)?"
        r"|make {..} disappear|kill|without|get {..} out|take {..} (?:out|off|away)|banish|bin|vanish|disappear|scrap|omit|airbrush(?: out)?|tidy|chuck out|shot of the|yank|pluck|evict|hide|declutter|de-?clutter|rub out|blot out|paint (?:out|over)|(?:make|making) [^,]{1,30} (?:go away|disappear|vanish)",
        r"(?:去掉|移除|删除|删掉|移走|移掉|去除|抹掉|抹去|擦掉|擦除|擦干净|消除|清除|拿掉|拿走|除掉|消掉|删了|去了|p掉|p了|清掉|清走|清理|清空|收掉|弄掉"
        r"|弄走|弄没|搞掉|祛除|祛|消失|剔除|撤掉|撤走|摘掉|摘了|脱掉|抠掉|涂掉|遮掉|扔掉|拆掉|拔掉|剪掉|干掉|铲掉|除去|去一?下|不要了|不要|去净|抹除|抹|扣掉|拿开|挪走|搬走|清干净|弄干净|删)",
    ),
    "add": _both(
        r"add|put|insert|place|include|give|stick|pop|hang|throw(?: in)?|drop in|draw|paint|introduce|bring in|slap|attach|plant|park|seat|set|sprinkle"
        r"|scatter|fill|decorate|dress|wear(?:ing)?|needs?|want|overlay|superimpose|composite|have|build|lay|bring|i'd like|could use|surround|chuck|bung|plonk|whack|pour|serve|sit|stand|wrap|top it",
        r"(?:加上|加入|添加|增加|添上|添个|放上|放个|放一|放在|放到|摆上|摆个|摆一|挂上|挂个|挂一|贴上|贴到|插上|插入|插|戴上|戴个|戴一?[顶副]|穿上|披上|围上|加一?[个只条张顶副把棵朵辆片些点束位群座道圈层盏本杯盆块]|再加|加|添|补上|补一|补|画上|画个|画一|p上"
        r"|p个|p一|来一?[个只条张顶副把棵朵辆束位群盆]|种上|种一|停一|站一|坐一|铺上|铺一|撒上|撒点|配上|配一?[个只副]|装上|装个|点缀|放进|放|摆)",
    ),
    "camera": r"(?:(?<![a-z])(?:camera|cam|shot|lens|viewpoint|drone|viewfinder)(?![a-z])|镜头|摄像机|摄影机|相机|机位|视角|运镜|无人机|航拍)",
    "side": r"(?:(?<![a-z])(?:left|right)(?:wards?)?(?![a-z])|左|右)",
    "more": _both(
        r"more|up|higher|increase[ds]?|boost(?:ed)?|bump(?: up)?|raise[ds]?|crank(?: up)?|turn up|dial up|push|stronger|amp(?: up)?|extra|add|punch(?: up)?|lift|deepen|pump(?: up)?|max",
        r"(?:提高|提升|增加|增强|加强|加大|加点|加一点|拉高|调高|拉满|高一?[点些]|强一?[点些]|大一?[点些]|更高|更强|加|往上|提一?[点下]?)",
    ),
    "less": _both(
        r"less|down|lower(?:ed)?|reduce[ds]?|decrease[ds]?|drop|cut|turn down|dial (?:down|back)|tone(?:d)? down|weaker|soften|back off|knock|pull(?: back| down)?|tame|minus|bring down|ease|halve",
        r"(?:降低|减少|减弱|调低|拉低|低一?[点些]|弱一?[点些]|小一?[点些]|更低|减|压|往下|降|别那么|不要那么)",
    ),
    "big": _both(
        r"bigger|larger|smaller|tinier|taller|shorter|wider|narrower|thinner|slimmer|fatter|thicker|huge|giant|tiny|enlarge[ds]?|shrink|shrunk|resize[ds]?|scale[ds]?(?: up| down)?|grow|double[ds]?|halve[ds]?|massive|as (?:big|tall|large|wide|long|small)|twice|half (?:the|its|as)|half[- ]size|size",
        r"(?:放大|缩小|变大|变小|变高|变矮|变瘦|变胖|变粗|变细|变长|变短|变宽|调大|调小|弄大|弄小|缩一?半|大[一两三几][点些倍圈号]|小[一两三几][点些倍圈号半]|大点|小点|高[一两三几][点些倍]|矮一?[点些]|瘦一?[点些]|胖一?[点些]|粗一?[点些]|细一?[点些]"
        r"|长一?[点些]|短一?[点些]|更大|更小|太大|太小|尺寸|大小)",
    ),
    "edge": _both(
        r"top|bottom|left|right|cent(?:re|er)|middle|corner|edge|upper|lower|foreground|side|front|behind|beside|under|above|below|next to",
        r"(?:[左右上下][上下]?(?:角|边|侧|方|面)|角落|中间|中央|正中|居中|顶上|顶部|底部|底下|前面|后面|旁边|边上|前景)",
    ),
    "quote": "\ue000+",
    "end": r"(?: ?(?:please|instead|too|now|as well|too|all over|again|overall|tho(?:ugh)?|one|ones|colou?red|colou?r|shade|tone|版|的那种|的颜色|颜色|的|吧|了|呗|试试|看看|好了|就行|就好))*[\W_]*$",
    "number": r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千半]+|(?<![a-z])(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|half|a couple of|a few|a dozen|several)(?![a-z]))",
    "unit_s": r"(?:(?<=\d)\s*-?\s*(?:s|sec|secs|seconds?|min|minutes?)(?![a-z])|(?<![a-z])(?:secs?|seconds|minutes)(?![a-z])|秒|分钟)",
    "mw": r"(?:个|只|条|张|顶|副|把|棵|朵|辆|片|位|群|座|盏|本|杯|盆|块|根|匹|头|颗|支|件|瓶|扇|名|栋|艘|架|台|双|串|枝|层|处|家|份|人|束|捧|道|排|堆|团|尊|碗|盘|包|袋|箱|桶|壶|间|面|对|套|节|撮|幅|口)",
    "clip": r"(?:(?<![a-z])(?:videos?|vids?|clips?|footage|animations?|movies?|films?|gifs?|reel|time-?lapse|recordings?)(?![a-z])|视频|短片|影片|动画|录像|片段|动图|短视频|片子)",
    "still": r"(?:(?<![a-z])(?:pictures?|pics?|photos?|images?|stills?|photographs?|illustrations?|drawings?|paintings?|posters?|wallpapers?|logos?|icons?|renders?|shots?|snaps?)(?![a-z])|图片|照片|图像|图|画|海报|插画|壁纸|头像|封面|插图|照)",
}
"""Class name → regular expression, for lower-case text in simplified characters."""
