"""Rows about words, sound and questions: text in pictures, captions, voices, music, and what is asked about media."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row

__all__ = ["WORDS_AND_SOUND"]

_WRITE_ZH: Final = (
    r"(?:写|加|印|刻|打|贴|添|放|题|标|补|盖|配|附|来|加上|写上|印上|打上|标上|加个|加一行|加几个|加入|弄)"
)

WORDS_AND_SOUND: Final[tuple[Row, ...]] = (
    Row(
        "text_add",
        ("write text", "加文字"),
        "any",
        ("write “Sale” at the top", "顶上写“促销”"),
        {
            9: (
                r"(?<![a-z])(?:(?:add|put|write|stick|pop|stamp) (?:the |my |our |today's |a |his |her )*(?:[a-z]+'s )?(?:date|year|name|title|price|address|phone number|initials|logo text) (?:in|on|at|across|under|along|over|to|below))(?![a-z])",
                r"(?<![a-z])(?:(?:drop(?: in)?|chuck|bung|whack|plonk|run|spell out|slot in|set|splash|plaster|tag|sign|superimpose|carve|embroider|type out|paint|spray|chalk) )(?:[^,]{0,40}?)?{quote}",
                r"标(?:出|明|注)[^,]{0,10}(?<!箭头)",
                r"(?<![a-z])(?:print|stamp) (?!(?:it|this|that|them|these|out|a|an|the|my|me|on|in|at|size|quality|version|\d)(?![a-z]))[^,;]{1,40}? (?:on|over|above|across|under|below|onto|along) (?:the|my|it|this|that)(?![a-z])",
                r"(?:来|整|弄|搞|配|放|用|刷|喷|绣|雕|拼|盖|签|敲|输入|显示|出现)[^,换改]{0,16}?{quote}",
                r"(?:write|add|put|pop|place|stick|slap|print|type|overlay|engrave|stamp|letter|insert|include|display|paint|have|with|want|needs?|scrawl|throw|give|scribble|emblazon) (?!.*(?:subtitle|caption))(?:[^,]{0,40}?)?{quote}",
                r"{quote}[^,]{0,14}(?:in|across|on|along|at|over|underneath|below|above|big|bold|as) ",
                r"(?:写|加|印|刻|打|贴|添|放|题|标|补|盖|附|来|喷)[^,换改]{0,16}?{quote}",
                r"{quote}[^,]{0,3}(?:写|印|加|贴|放|打|几个|{number}个|两个|这几|这行|字样|的字)",
                r"(?<![a-z])(?:write|engrave|watermark (?:it|this|with)|sign it|label (?:it|the|each|them)|letter(?:ed)?|autograph|stamp) (?!a (?:description|caption|blurb|poem|story|tweet|post|short|one|two|line)|(?:two|three|one|me|us|an?|some) )",
                r"(?:add|put|overlay|insert|include|stick|pop|place|want|need|give it)(?: in| on| me)? (?:a |an |the |some |my |our |his |her |big |bold |white |small |nice |large |red |black |yellow |gold )*(?:text|words?|title|headline|heading|slogan|tagline|watermark|logo text|(?:shop|store|brand|company|band|business|last|first|full) name|date(?: ?stamp)?|timestamp|price(?: tag)?|label|signature|lettering|name|handle|quote|banner|hashtag|phone number|url|@\w+|credits?)(?! (?:sound|picker|palm))(?![a-z])",
                rf"{_WRITE_ZH}(?:一?[个行句段些点])?[^,换改掉]{{0,10}}?(?:文字|字样|大字|小字|标题|水印|标语|标签|角标|落款|签名|日期|时间|文案|广告语|口号|题字|价格|电话|店名|名字|字(?!幕)|id|网址|箴言|祝福语)(?!换|改|去|删|抹)",
                r"(?:刻上|写上|题上|签上|印上|打上|落款|署名)(?!颜色)",
            ),
        },
        (
            r"{quote}[^,]{0,8}(?:改|换|变|修)(?:成|为|正)|(?:change|replace|swap|correct|edit) [^,]{0,30}{quote}|(?:换|改)(?:成|为){quote}|(?:should|must) (?:say|read)",
            r"(?:字幕|subtitle|closed caption|alt text|描述|读出|念|朗读|says?,? {quote}|旁白|配音|narrat|voice|speak|read (?:it|them|out))",
            r"(?:remove|delete|erase|去掉|删掉|抹掉|擦掉|去除|移除|消掉)",
            r"(?:sound|音效|一声|声)[^,]{0,10}{quote}|插一声",
            r"(?:caption (?:it|this|the (?:clip|video|photo|picture))|with (?:a|the) caption)",
            r"(?:the one with|named|called)|写(?:了|的|着)?(?:是)?(?:什么|啥)|what(?:'s| is| does)|配一?[句段条]?(?:文案|说明|图注)|配文|图注",
        ),
    ),
    Row(
        "text_change",
        ("change text", "改文字"),
        "any",
        ("change “Flat 4” to “Flat 7”", "把“优慧”改成“优惠”"),
        {
            9: (
                r"(?<![a-z])(?:(?:make|have|let|get) (?:it|the [a-z]+|that|this) (?:to )?(?:say|read|spell)(?! (?:it |out |this )*(?:loud|aloud|out)))(?![a-z])",
                r"(?<![a-z])(?:(?:change|edit|update|fix|correct) (?:what (?:it|the [a-z]+) says|the (?:spelling|wording)))(?![a-z])",
                r"(?:change|replace|swap|correct|edit|fix|update|alter|turn|switch|make|reword|rewrite) [^,]{0,44}?{quote}[^,]{0,24}?(?:to|with|into|for|so it (?:says|reads)|say|read)[^,]{0,14}(?:{quote})?",
                r"(?:change|replace|swap|correct|edit|fix|update|alter|translate|rewrite|reword|make) (?:the |its |her |his |my |that |all |this |our |his )?(?:[a-z']+ ){0,4}?(?:text|words?|wording|letters?|lettering|title|headline|slogan|sign|caption|label|date|number|price|typo|name|spelling|writing|year|menu|(?:number|licen[cs]e|name) plate|phone number|logo|subtitle)s?(?: [^,]{0,40})? ?(?:to|into|from|with|so|say|in|reads?|{quote})",
                r"(?:change|make|set|switch|turn|update|edit|let) [^,]{0,44}?(?:to|into|say|read|says|reads) {quote}",
                r"(?:should|to|must|instead|now|it|sign|screen|shirt|label|banner|poster|box|cake|let it|have it|make it) (?:now |instead |should )?(?:say|read)s? (?:instead )?[^,]{0,8}{quote}",
                r"(?:fix|correct) (?:the )?(?:typo|spelling|misspelling)|translate (?:the|all|this|it|every)|in (?:english|french|chinese|spanish|german|japanese) instead",
                r"{quote}[^,]{0,8}(?:改|换|变|修|更正|替换|翻译|纠正)(?:成|为|正|作|到)?",
                r"(?:文字|字样|大字|小字|标题|标语|标签|日期|文案|价格|错别字|错字|数字|名字|店名|招牌|字母|年份|车牌|路牌|号码|横幅|口号|英文|中文|内容|菜单|字|电话|时间)[^,换改]{0,12}?(?:改|换|翻译|修正|更正|替换|变)(?:一?下)?(?:成|为|掉|正|个|作|到|过来)?(?!字体|颜色|个?字体|大|小|个颜色|.{0,3}色)",
                r"(?:换|改|变)(?:成|为|作){quote}|翻译成?",
                r"{quote} (?:to|into|instead of|not) {quote}|改错字",
            ),
            6: (r"(?:should|must|needs to) (?:say|read)",),
        },
        (
            r"(?:字幕|subtitle)[^,]{0,8}(?:加|配|add)|(?:字体|font|颜色|colou?r)[^,]{0,8}(?:改|换|to)",
            r"(?:文字|text|letters?|字|title)[^,]{0,12}(?:colou?r|颜色|red|blue|bigger|larger|大一点|变大|放大|挪|移|{colour}{end})",
            r"(?:number|amount|count) of [a-z]+",
            r"(?:wearing|swap (?:the )?(?:faces|sofa|car))|数量|{number}[个张]字",
        ),
    ),
    Row(
        "text_remove",
        ("remove text", "去文字"),
        "any",
        ("remove the watermark", "去水印"),
        {
            10: (
                r"(?<![a-z])(?:(?:logos?|text|writing|lettering|watermark|caption|date ?stamp|words|slogan|graffiti) (?:on |in |across |at )?(?:[a-z' ]{0,20}?)(?:has to go|needs to go|should go|gone|must go|off))(?![a-z])",
            ),
            9: (
                r"{remove}[^,]{0,44}?(?<![a-z])(?:text|words?|wording|lettering|letters|captions?|titles?|headline|slogan|logos?|water ?marks?|date ?stamps?|date|time ?stamps?|writing|inscription|graffiti|handwriting|hashtag|subtitles?|number plate text|annotations?|credits|signature|scribbles?|(?:text|words|writing) on the signs?)(?![a-z])(?! (?:guy|man|person|standing))",
                r"take [^,]{0,30}(?:text|words|writing|lettering|logo|watermark|sign|date|caption|title)s? (?:off|out|away)",
                r"(?:remove|erase|delete|lose|get rid of|scrub)[^,]{0,20}{quote}|{quote}[^,]{0,8}(?:去掉|删掉|抹掉|擦掉|去除|移除|不要|gone|off|away)",
                r"(?:去|除|消|抹|删|擦)(?:一下|掉|除)?(?:图里|照片上|右下角|左上角|角落里?)?的?(?:水印|文字|logo|字幕|日期|时间戳|签名|弹幕|字)",
                r"{remove}[^,]{0,14}(?:水印|文字|logo|字样|日期|时间戳|台标|弹幕|涂鸦|字幕|标语|题字|印章)",
                r"(?:水印|文字|logo|字样|日期|时间戳|签名|台标|弹幕|标题|涂鸦|字迹|批注|批改|小字|大字|标语|字母|号码|题字|广告语|字幕|落款|笔迹|英文|的字|字|标志)[^,]{0,10}?(?:去掉|删掉|删了|抹掉|擦掉|去除|移除|消掉|去了|抹去|擦干净|p掉|清掉|弄掉|清除|不要|去干净|擦除|拿掉|擦|去一?下|删除|除掉|消除)",
                r"(?:把|将)?[^,]{0,14}(?:水印|文字|logo|字幕|涂鸦|批改|日期|字)(?:都|全|给我|全部)*(?:去|删|抹|擦|消|清)",
                r"(?:no|without)(?: the| any)? (?:text|watermarks?|writing|words|lettering|logo)(?![a-z])",
            ),
        },
        (
            r"(?:add|write|put|with) [^,]{0,10}{quote}|(?:who|guy|man|person|woman) (?:with|holding|wearing)|红绿灯|路标杆|neon sign (?:as|untouched)",
        ),
        merges=True,
    ),
    Row(
        "caption",
        ("show a caption", "加说明文字"),
        "any",
        ("caption it “Sunday, slowly”", "配一句说明“周日慢慢来”"),
        {
            10: (
                r"(?:^|(?<![a-z]))captions?:? ?{quote}",
                r"(?:下面|下方|底下|底部|照片下|图下)[^,]{0,6}(?:写|配|加|来|放|添|补)(?:上|个)?一?[句段行](?:话|说明|文字|(?![小大]?字))",
                r"(?:写|配|加|来|添|放|补)(?:上|个)?(?:一|几|两)?[句行段](?:话|说明|文字|字)?[^,]{0,8}(?:下面|下方|底下|底部|旁边)|(?:下面|下方|底下|底部|照片下|图下)[^,]{0,6}(?:写|配|加|来|放|添|补)(?:上|个)?[^,]{0,3}?一?[句段](?:话|说明|文字)?",
                r"(?<![a-z])(?:(?:under(?:neath)?|below|beneath)(?: (?:it|that|them|the (?:photo|picture|image|pic)|each(?: one)?|her|him|his|my [a-z]+|her [a-z]+))?,? (?:write|put|add|type|print))(?![a-z])[^,]{0,20}?{quote}",
                r"(?<![a-z])(?:(?:write|put|add|type|print))(?![a-z]) [^,]{0,24}?{quote}[^,]{0,10}(?<![a-z])(?:(?:under(?:neath)?|below|beneath)(?: (?:it|that|them|the (?:photo|picture|image|pic)|each(?: one)?|her|him))?)(?![a-z])$",
            ),
            9: (
                r"(?<![a-z])(?:caption(?:ed|ing)? (?:it|this|the|that|them|each|with|my|{quote}|as|reading|saying)|(?:add|give|put|with|include|stick|insert|need|want|pop|write|get|has)(?: it| this| me| them| on| the (?:photo|picture|clip|video))* (?:a |an |the |short |funny |some |little |nice |one-line |simple |cute |witty )*captions?|captions?(?: (?:underneath|below|saying|that|reading|at the|under|it|{quote}|for|of|:))|lower third)(?![a-z])",
                r"(?:配(?:一?[句行段个条])?(?:文案|说明|图注|标题文字|一句话|说明文字|文字说明)|图注|图说|配文|说明文字|旁注|加(?:一?[句行段个])?(?:图注|说明|注释|配文|描述文字)|题注|字卡|下方(?:配|加|写)(?:一?[句行段])?(?:说明|文案|注))",
            ),
        },
        (
            r"(?:what|write me a|suggest|come up with|think of|alt text|字幕)(?: a)?(?: caption)?|(?:move|shift|change|remove|delete|edit|fix) (?:the |its )?caption|the caption (?:to|should|is|text)|closed caption|(?:in|into) (?:english|spanish|chinese|french)|auto",
        ),
        merges=True,
    ),
    Row(
        "subtitle",
        ("add subtitles", "加字幕"),
        "any",
        ("add English subtitles", "加中文字幕"),
        {
            10: (
                r"(?<![a-z])(?:transcrib(?:e|ed|ing)|(?:put|show) (?:up )?(?:what|the words) (?:he|she|they|i|we)(?:'s|'re| is| are)? ?(?:says?|said|saying))(?![a-z])",
                r"字幕[^,]{0,6}(?:双语|中英|中文|英文|日文|韩文|繁体|简体)",
            ),
            9: (
                r"(?<![a-z])(?:subtitles?|subtitled|subtitling|subs|closed captions?|auto[- ]?captions?|captions? (?:in|for) (?:english|spanish|chinese|french|german|japanese|what|the (?:speech|dialogue|deaf|hearing))|(?:english|spanish|chinese|french|german|japanese|bilingual) captions?|transcribe|cc)(?![a-z])",
                r"(?:字幕|双语字|台词(?:打|显示)|歌词字)",
            ),
        },
        (
            r"(?:remove|delete|erase|去掉|删掉|去除|抹掉|没有|不要)[^,]{0,12}(?:subtitle|字幕|subs)|(?:字幕)[^,]{0,8}(?:去掉|删|去除|抹掉|不要|改成(?!双语|中|英|日|韩|繁|简)|换成|大一|小一|往)",
        ),
        merges=True,
    ),
    Row(
        "narrate",
        ("read it out", "配旁白"),
        "any",
        ("read it out loud", "配一段旁白"),
        {
            10: (r"(?:配|加|来|录|弄|补)[^,]{0,4}(?:旁白|配音(?![乐效])|解说|画外音|朗读)",),
            9: (
                r"(?:用[^,]{1,8})?(?:念|读|说|讲)(?:上|出)?(?:一|几|两)?[句段遍]|(?:念|朗读|读|说)(?:出)?{quote}|(?:让|叫|请)[^,]{1,8}(?:念|读|说)(?:一|出|:)",
                r"(?<![a-z])(?:(?:narrator|announcer|voice)(?: [a-z]+){0,3} (?:say(?:s|ing)?|read(?:s|ing)?|whisper(?:s|ing)?|tell(?:s|ing)?)|read (?:it|this|that|the [a-z ]+?|what it says|everything)(?: out)?(?: loud| aloud| to (?:me|us|my [a-z]+)))(?![a-z])",
                r"(?<![a-z])(?:narrat(?:e|ed|ion|or|ing)|voice-?over|voice over|read (?:it|this|that|them|me|out|aloud|the [a-z ]+ (?:out|aloud|to me))(?: [a-z ]+)?(?: out| aloud| to me|$| in a|,)?|say (?:it|this) (?:out loud|aloud)|speak(?:s|ing)?(?: (?:it|this|the|over|out))|spoken|text[ -]to[ -]speech|tts|(?:male|female|deep|calm|child's|british|american|warm|robot|woman'?s?|man'?s?|husky|posh|david attenborough|attenborough) (?:[a-z]+ )?voice|dub(?:bed)?|commentary|have (?:a|someone|her|him) (?:[a-z]+ )*(?:voice|say|read|explain|tell))(?![a-z])",
                r"(?:旁白|配音(?!乐)|解说|朗读|朗诵|念(?:出来|一遍|一下|给|出|这|叨)|读(?:出来|一遍|给|出|一下|这)|讲解|口播|播音|念白|语音|用[^,]{1,10}(?:声音|嗓音|声线|女声|男声|口音|童声|普通话|粤语)(?:读|念|说|讲|配|介绍|来)?|女声|男声|童声|画外音|说出来)",
            ),
        },
        (
            r"(?:what|which)[^,]{0,20}(?:say|read)s?|should (?:say|read)|make it (?:say|read)|(?:remove|mute|去掉|删掉|消)[^,]{0,10}(?:voice|旁白|人声|解说|配音)|spoken word|讲解图|配音效|配音乐",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "sound",
        ("add a sound", "加音效"),
        "any",
        ("add applause at the end", "结尾加掌声"),
        {
            9: (
                r"video:(?<![a-z])(?:(?:add|put|play|with|layer|chuck|drop|stick|throw|give|want|need|have|pop)(?: in| me| it| on)? (?:a |an |the |some |of |loud |soft |gentle |distant |big |little |door |phone |ocean |sea |heavy |light |police |church |car |dog |crowd )*)(?:slam|knock(?:ing)?|ring(?:ing|tone)?|sirens?|explosion|gunshot|waves?|rain|wind|thunder|alarm|horn|whistl(?:e|ing)|sigh|scream(?:s|ing)?|typing|squeak|pop|sizzl(?:e|ing)|chimes?|growl|moo|baa|snor(?:e|ing)|crash|smash|drip(?:ping)?|shush|bang|zap|swoosh|crunch|chatter|fireworks?|bird ?song|birds|bells?)(?![a-z])",
                r"(?:add|put|play|insert|include|with|give|have|need|want|overlay|throw in|layer|drop in|finish with|plus|mix in|stick|pop|get|end with|use|make) [^,]{0,36}?(?<![a-z])(?:sounds?(?: effects?| fx)?|sfx|audio|applause|clapping|cheer(?:s|ing)|bark(?:s|ing)|purr(?:s|ing)?|meow(?:s|ing)?|quack(?:s|ing)?|echo|whoosh|laugh(?:ter| track)|ding|beeps?|chirp(?:s|ing)?|birdsong|roar|thunder ?claps?|footsteps|crackl(?:e|ing)|ambien(?:ce|t (?:noise|sound))|scratch|drum ?roll|bells?(?: ringing)?|shutter click|crickets|gulls|seagulls|honk(?:s|ing)?|howl(?:s|ing)?|hiss|splash|creak|rumble|noises?|hum|thud|boo(?:s|ing)|gasp|clap|buzz(?:ing)?|ticking|jingle)(?![a-z])(?! (?:on the|of music|track))",
                r"(?<![a-z])(?:sound(?:s)?(?: effects?| fx| of)|sfx|foley|mute(?:d|s)?|(?:turn|switch|take|strip|kill|cut|remove|lose|no)(?: off| out| the| all)* (?:original )?(?:sound|audio|noise)(?: off| out)?|silent|silence(?: the| it)?|no (?:sound|audio)|(?:sound|audio|volume) (?:off|on|up|down|louder|quieter)|(?:[a-z]+ing|[a-z]+) sounds?|quack(?:s|ing)|purring|applause|thunder(?:clap)? sound|volume|audio)(?![a-z])",
                r"(?:加|配|插|放|来|添|补|换|要|有|带|响|用|混|叠|给)(?:入|上|一|点|些|个|段|声|几)*[^,]{0,10}?(?:音效|声音|声效|掌声|笑声|雨声|雷声|风声|浪声|鸟叫|狗叫|猫叫|[一-鿿]{1,4}声(?!音)|环境音|欢呼|喝彩|口哨|鼓点|铃声|回声|混响|白噪音|鸟鸣|虫鸣|蝉鸣|蛙鸣|一声{quote})",
                r"(?:音效|静音|消音|去掉?[^,]{0,6}(?:声音|原声|噪音|人声|杂音|风噪)|(?:声音|原声|噪音|杂音|人声|音量|背景音)[^,]{0,8}(?:去|关|删|降|调|减|大|小|不要|没)|(?:不要|别有|没有|不用|无)声音?|降低?背景噪|环境音|[^,]{0,4}一声{quote}|{quote}的?一声)",
            ),
            4: (
                r"^[^,]{0,30}(?:gulls|seagulls|birds|waves|crickets|rain|traffic|crowd|thunder)(?: (?:in the background|noise|sounds?|ambience))$",
            ),
        },
        (
            r"(?:what|which|how many|几|多少|什么|吗)[^,]{0,30}(?:sound|声)|sounds? (?:good|great|like|perfect|fine)|(?:女声|男声|童声|旁白|配音(?!效)|解说)",
            r"{music}$|(?:bgm|配乐|背景音乐|音乐)(?!.{0,8}(?:声|效))|soundtrack|(?:狗|猫)叫了几声",
        ),
    ),
    Row(
        "music",
        ("add music", "配乐"),
        "any",
        ("add soft piano music", "配一段轻音乐"),
        {
            9: (
                r"(?<![a-z])(?:(?:string )?quartet|(?:some |soft |sad |gentle |slow |a )(?:strings|choir|orchestra|guitar|piano|violin|banjo|saxophone|sax|accordion|trumpet|beat|groove)(?: (?:underneath|in the background|under it|playing|over it|behind it))?$|(?:gospel|mariachi|country|bluegrass|k-?pop|salsa|waltz|lullaby|anthem|march))(?![a-z])",
                r"(?<![a-z])(?:music(?! video| box| stand| sheet| festival| player)|song|soundtrack|bgm|backing track|lo-?fi|(?:drum|trap|hip[ -]hop|lo-?fi|techno|dance|chill|funky|jazzy|sick) beats?(?![-a-z])|(?:[a-z]+) (?:melody|tune)|score (?:it|this|with)|background (?:track|tune)|(?:upbeat|soft|gentle|calm|epic|synth|piano|guitar|chill|jazzy|sad|happy|dramatic|acoustic|ambient|ukulele) (?:piano|guitar|jazz|strings|orchestra|harp|violin|synth|drums)(?: in the background| music)?|(?:upbeat|soft|gentle|calm|epic|synth|piano|guitar|chill|jazzy|sad|happy|dramatic|acoustic|ambient|ukulele) (?:[a-z]+ )?(?:track|piece|theme|soundtrack|tune)|set (?:it|this) to (?:some )?[a-z]+|tunes?)(?![a-z])",
                r"(?:add|put|with|play|some|set to|give it|lay|use|a bit of|have|throw) [^,]{0,24}?(?<![a-z])(?:jazz|techno|hip[ -]hop|classical|acoustic guitar|guitar|piano|violin|ukulele|harp|synth|edm|disco|bossa nova|orchestral|reggae|blues|rock|folk|funk|cello|flute|banjo|bagpipes|house|ambient)(?![a-z])(?! (?:player|on the|in the|stand|beside|next|bench|behind|case))",
                r"(?:音乐|配乐|bgm|背景乐|伴奏|配(?:一)?[首段个支曲点][^,]{0,8}(?:曲|乐|歌|钢琴|古筝|吉他|二胡|笛|琴)|(?:配|加|放|来|换)(?:上|点|成|首|段|一首|一段)?[^,]{0,8}(?:钢琴曲?|吉他曲?|古筝|二胡|笛子|轻音乐|电子乐|摇滚|爵士|r&b|嘻哈|民谣|国风|曲子|歌曲?|琴声|说唱|lofi)|曲子|歌曲|旋律|轻音乐|首歌)",
            ),
        },
        (
            r"(?:what|which|who)[^,]{0,20}(?:song|music)|什么歌|(?:piano|guitar|钢琴|吉他)[^,]{0,6}(?:on|in the(?! back)|旁|上|里)|(?:弹|play)(?:ing)?(?:着|the) ?(?:piano|guitar|钢琴|吉他)",
            r"(?:画|换成|add|put|remove|去掉|删掉)(?: ?(?:a|the|一[架把]))[^,]{0,10}(?:piano|guitar|钢琴|吉他|violin)(?! (?:music|track|piece|melody|tune|soundtrack))|乐器",
            r"(?:record[ -])?scratch|音效|sound effect",
        ),
        makes="video",
        merges=True,
    ),
    Row(
        "describe",
        ("describe it", "描述"),
        "any",
        ("describe it", "描述一下这张图"),
        {
            9: (
                r"(?<![a-z])(?:describe|description|alt[ -]text|summari[sz]e|summary|caption idea|explain (?:this|what|the|it)|tell me (?:about|what'?s (?:in|going|happening)|what (?:you see|happens|is (?:in|going|happening)))|talk me through|walk me through (?:what|this (?:photo|picture|image|clip|video))|run me through|break down what|(?:write|draft|compose|come up with|suggest|give me|need|think of) (?:me |us )?(?:a |an |the |some )?(?:[a-z0-9-]+ ){0,4}?(?:description|caption|blurb|story|poem|post|summary|listing|write-?up|tweet|paragraph|product copy|haiku|review)(?: (?:for|of|about|from|based|to))?|what (?:do|can) you see|what'?s (?:in|happening|going on)|what is (?:in|happening|going on|this (?:a )?(?:photo|picture|video|image|clip)(?: of)?)|what(?:'s| is) (?:this|that|it) (?:about|showing)?$|what am i looking at)(?![a-z])",
                r"(?:描述|形容|说说(?:看|这)?|介绍(?:一?下)?|讲讲|讲一下|概括|总结|写(?:一?[段篇句首个]|两句|几句)?[^,]{0,8}(?:描述|介绍|说明|文案|故事|诗|简介|朋友圈|标题党|小红书)|看图(?:说话|写)|(?:图|照片|视频|画面|片子|里面|里|上)[^,]{0,3}(?:都)?(?:有|拍|是|讲|画|说|在)(?:的|了|着|些)*(?:是)?(?:什么|啥)(?:内容|东西|情况|故事)?(?:吗|呢|呀|啊)?{end}|发生了什么|什么内容|什么情况|在干什么|讲了什么|alt文本|替代文本|解释一?下(?:这|图))",
            ),
        },
        (
            r"(?:before|next|之前|接下来)|(?:写|write|say)[^,]{0,6}{quote}|what(?:'s| is) (?:in|on) (?:the|his|her) (?:hand|left|table|sign|shirt)|配一?[段句行]?(?:文案|说明)|加[^,]{0,6}说明|(?:手里|手上|桌上|桌子上|牌子|招牌|衣服|后面)[^,]{0,3}(?:有|是|写)",
        ),
        makes="text",
        merges=True,
    ),
    Row(
        "compare",
        ("compare media", "比较"),
        "any",
        ("which of the two is sharper?", "哪张更清楚"),
        {
            10: (
                r"哪(?:一)?[个张段版幅款][^,]{0,6}(?:更|最|比较)?好(?:看)?$|which (?:one |photo |picture |version )?has (?:the )?(?:better|best|nicer|more|less)",
                r"哪[个张段版幅款一][^,]{0,3}(?:更|最|比较)(?!后)",
            ),
            9: (
                r"(?<![a-z])(?:compar(?:e|ed|ing|ison)(?! and)|difference(?:s)?(?: between)?|differ(?:s|ent)?(?: (?:from|between|in|than|about))?|(?:what|what's|whats|spot what)(?: has)? (?:changed|different|the difference)|same (?:person|place|in both|one|car|dog|cat|man|woman|building|spot|colou?r|size|room|street|product|thing)|which (?:of (?:these|the|them|those)|one|photo|picture|pic|version|clip|video|image|shot|two|is|looks|do you)(?: [a-z]+){0,4}? (?:is|looks?|has|looked|works|do you|would|are|was|feels?|shows|should)|which (?:is|looks) (?:the )?(?:better|sharper|brighter|more|nicer|best|warmer|blurrier)|whichever of|better of the two|versus|vs\.?|(?:are|do|is) (?:these|they|both|all|the two|v\d)[^,]{0,30}(?:same|match|alike|identical|different)|better or (?:worse)?|pick the (?:better|best|sharper|sharpest|blurriest)|(?:is|was) (?:the )?(?:first|second|left|right|old|new|original|this|v\d)(?: one)? (?:any )?(?:better|brighter|sharper|nicer))(?![a-z])",
                r"(?:对比(?!度|图|放)|比较(?!好看的那)|比一比|比一下|区别|差别|差异|不同(?!角度|的角度|颜色|风格)|不一样|找不同|找茬|哪[张个段版幅条一](?:照片|图|视频)?[^,]{0,3}?(?:更|比较|好|拍得|最|清|亮|是|看着|显|适合|模糊|糊)|哪个好|更[^,]{1,4}的?是哪|是不是同一|同一个人|一样吗|像不像|是否相同|变化在哪|变了(?:什么|哪|多少)|改了(?:什么|哪)|有什么变化|有啥(?:区别|不同|变化)|搭不搭|颜色搭吗)",
            ),
        },
        (
            r"(?:加|提|拉|增|降|减)(?:强|高|一)?[点些个下]?对比(?!一)",
            r"(?:put|place|show|make|拼|放|排|做)[^,]{0,20}(?:side by side|next to|并排|对比图|左右)|不同颜色|which (?:year|city|brand|breed|model|street|language)|对比(?:再|加|调|更|强)|in the same|different (?:angle|background|colou?r|style)|相同的|比较(?:暗|亮|模糊|乱)(?!的是哪)",
        ),
        makes="text",
        merges=True,
    ),
    Row(
        "count",
        ("count things", "数一数"),
        "any",
        ("how many sheep?", "有几只羊"),
        {
            9: (
                r"(?<![a-z])(?:how many|count (?:the|how|all|up|them|these|every|those|only|both)|count(?:ing)?(?= [a-z]+s)|number of [a-z ]+(?: is| are|\?|in)|head ?count|tally|total number)(?![a-z])",
                r"(?:几{mw}(?!大字|字)|几(?:声|处|下|次|种|层楼|颗|遍|口|人)|多少{mw}|多少(?:只|人|朵|辆|棵|个|处|次|声|颗|粒|本|种|扇|级|根|张)|数一数|数一下|数数|数出|数清|总共有?(?:几|多少)|一共(?:有)?(?:几|多少)|数量(?:是)?多少|有多少[^钱米高长大])",
            ),
        },
        (
            r"(?:那|这|好|十)几{mw}|几{mw}[^,]{0,10}(?:去掉|删|p掉|抹|擦掉|移|换成|改成|弄走)",
            r"(?:how many|几|多少)[^,]{0,12}(?:seconds|minutes|fps|秒|分钟|帧|钱)|count(?:down|er|ry)|(?:加|添|放|来|画|种|挂|摆|补|贴)(?:上|个)?几|(?:写上?|加)几个|倒计时|几个(?:字|大字)|过几[天年]|好几|说几句|几点",
        ),
        makes="text",
        merges=True,
    ),
    Row(
        "answer",
        ("answer a question", "回答问题"),
        "any",
        ("what is written on the sign?", "牌子上写的什么"),
        {
            7: (
                r"^(?:and |so |also |but |ok |hey |um )*(?:is|are|was|were|does|do|did|has|who|who's|where|where's|when|why|whose|which|am) [^?]*\?$",
                r"(?:写|叫|是|穿|戴|拿|印|刻|标)(?:的|着|了)*(?:是)?(?:什么|啥|谁|哪)[^,]{0,6}$|(?:什么|啥)(?:型号|品种|牌子|颜色|名字|时候|地方|车|花|树|字|意思|鸟|狗|品牌|材质|材料)",
            ),
            4: (
                r"^(?:and |so |also |but |ok |hey |um |now |then |quick question[:,]? |tell me |do you know |can you (?:tell|see|read|work out|make out) )*(?:what|what's|whats|which|where|where's|who|who's|whose|when|why|how(?! about)|is|are|was|were|does|do|did|has|am|should|would you|any idea|what're|can (?:you|i|we) (?:see|tell|read|make out|spot)|could this|would this|will)(?![a-z])",
                r"(?:什么|啥|谁|哪里|哪儿|哪个|哪种|哪一|哪年|哪位|哪座|为什么|怎么(?!改|弄|调|处理)|多高|多大|多长|多久|多重|多少|是不是|有没有|能不能看(?:出|清)|(?<!不)对不对$|几点|几岁|哪国|是否|吗|(?<=[^,][^,][^,][^,][^,])呢)",
                r"(?:read|identify|recogni[sz]e|tell me|find out|work out|figure out|name|guess|estimate|translate) (?:what|which|who|where|when|if|whether|how|the (?:text|plate|sign|breed|brand|number|label|species|year|price)|this (?:plant|bird|dog|breed|building))",
                r"(?:看看?|识别|认一?[认下]|告诉我|查一?下|读一?下|辨认|猜猜?|帮我看)[^,]{0,14}(?:是|写|有|叫|型号|品种|牌子|什么|谁|清不清|对不对|几)",
            ),
            5: (
                r"^(?:and |so |please )*(?:tell|say|see|read|guess|work out|make out|check|know)(?: me)? (?:what|which|who|where|when|if|whether|how|why)",
                r"^(?:is|are|does|did|was|were|do) (?:it|he|she|there|this|that|they|the [a-z]+|these|those|any[a-z]*) ",
            ),
            3: (r"(?:are they|is it|is there|are there|is this|is that|does it|did (?:he|she|it|they))(?![a-z])",),
        },
        (
            r"(?:what if|how about|what about|why not|why don't|can you (?:make|add|put|remove|do|turn|get|zoom|show)|could you|would you mind|is it possible|怎么样$|好吗$|可以吗$|行吗$|能不能(?!看)|可不可以|可否|帮我(?!看))",
            r"(?:什么都|啥都|没什么|没啥|什么的|不管什么|whatever|哪怕|谁都|怎么都)",
        ),
        makes="text",
        merges=True,
    ),
)
