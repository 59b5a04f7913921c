"""Rows about the things in a picture: adding, taking out, swapping, moving, colouring, what they are made of."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row

__all__ = ["THINGS"]

THINGS: Final[tuple[Row, ...]] = (
    Row(
        "add",
        ("add a thing", "添加东西"),
        "any",
        ("add a cat on the sofa", "在沙发上加一只猫"),
        {
            6: (
                r"(?:bring|put) {..} back(?! ?ground)(?![a-z])",
                r"(?:把|将).{1,14}?(?:放|贴|戴|摆|合成|p|移|加|搬|融合?|抠)(?:到|在|进|上|入)[^,]*第.{1,3}[张幅]",
                r"(?:take|cut|copy|grab) {..} (?:from|out of) the (?:first|second|third|other) .{0,20}(?:and|,) (?:put|stand|place|paste|add)",
                r"(?:没让你删|给我加回来|加回来|放回去|补回来|还回来|恢复回来)",
            ),
            5: (
                r"(?<![a-z])(?:(?:get|have|see|fit|squeeze|slip|sneak|work|chuck|bung|plonk) (?:a|an|some|two|three|another|a few) [^,]{1,30}? (?:in|on|by|at|next|behind|under|over|there|beside|near|around|lying|sitting|standing))",
                r"^(?:and |plus |also )*(?:{number}|another|some|a few) more [a-z]+",
                r"^(?:and |plus |also )*(?:an?|some|another|two|three|a few) [a-z ]{2,30} (?:on|in|where|next to|by|behind|at|over|under|between|beside|round|around|above|below) (?:the |his |her |my |each |every |it|there|its|that|our|one|both|either)",
                r"(?:[上里边旁中间下口前后])(?:再|要|得)?(?:有|来)?(?:一|两|三|几)(?:只|个|条|把|盏|盆|棵|朵|群|串|杯|艘|辆|位|束)[^,]{1,8}$",
                r"(?:^| )(?:add|put|insert|place|include|give|stick|pop|hang|throw(?: in)?|plant|attach|sprinkle|scatter|park|seat|drop in|slap|bring in|i want|i'd like|could use|wants?|needs?) (?:in |back |me |him |her |them |us |it |in )?(?:a|an|some|two|three|four|five|six|several|more|another|one|few|lots of) ",
            ),
            4: (
                r"(?:扣|系|套|披|围|别|背|拎|撑|举|抱|牵|搭|垫|堆|落|飞来|趴|蹲|躺|睡|长出|冒出|多出|多|安|架|搁|立|缀)(?:上|着|了)?(?:一|两|三|几|个|条|顶|只|把|副|双|些|朵|圈)",
                r"(?:加|添|放|摆|挂|贴|插|戴|披|种|铺|撒|点缀)(?:上|个|入|点|些|进|一|在|到|满)?{number}?{mw}?[^,]",
                r"(?:画|补|来|装|站|坐|停|p|围|穿|配)(?:上|个|一|两|三|几|点|些|进|出){number}?{mw}?[^,]",
                r"^(?:give|put|draw|hang|build|lay|fit|install|park|seat|stand) ",
                r"(?:标|画|圈)(?:个|上|出|一个|一下)?[^,]{0,6}(?:箭头|圈|框|记号|星|红圈)",
                r"(?<![a-z])(?:add|insert|place|plant|hang|sprinkle|scatter|attach|overlay|decorate|dress|fill|stick|pop|include|introduce|superimpose|put in|throw in|slap)(?![a-z])",
                r"(?<![a-z])(?:add|put|place|insert|hang|stick|pop|park|seat|set|stand|plant|attach|include|give) {..} (?:on|in|next to|beside|behind|under|above|into|onto|over|around|to|with) ",
            ),
            3: (
                r"(?<![a-z])(?:give|put|draw|hang|there should be|i(?:'d like| want)|needs?|could use|build|wearing|missing)(?![a-z])",
                r"(?:加|添|放上|摆上|挂上|贴上|戴上|穿上|配上|站着?一|停着?一|坐着?一|飞着?一|想要一|要有|缺[个了点])",
                r"塞(?:上|个|给|一)?{number}?{mw}",
            ),
        },
        (
            r"还?没(?:有)?(?:插|放|加|摆|贴|挂|种|盖)",
            r"put (?:it|them|those) (?:back )?(?:in (?:black|reverse)|on (?:mute|loop))",
            r"(?:添加|加)(?:到|为)(?:最爱|收藏)",
            r"give me (?:a |the )?(?:different|better|closer|wider|side|top|front|back|rear|aerial|drone|bird) ",
        ),
    ),
    Row(
        "remove",
        ("take a thing out", "去掉东西"),
        "any",
        ("remove the bin", "去掉垃圾桶"),
        {
            6: (
                r"(?<![a-z])(?:(?:get|move|take|keep|edit|photoshop|crop) [^,]{1,40}?(?:outta|out of) (?:here|there|the (?:shot|frame|picture|photo|way|background|image)|it|sight))(?![a-z])",
                r"(?:痘|斑|皱纹|黑眼圈|眼袋|疤|法令纹|瑕疵|油光|污渍|污点|划痕|胡茬|碎发|赘肉|褶皱|双下巴|反光|红眼|杂草|垃圾)[^,]{0,8}(?:修|磨|p|去|淡|遮|消|祛|弄|处理|清)|(?:修|磨|去|祛|淡化|消|清)(?:一?下|掉|一修)?[^,]{0,6}(?:痘|斑|皱纹|黑眼圈|眼袋|疤|法令纹|瑕疵|污渍|划痕|双下巴|反光|红眼)|磨皮|收拾(?:一?下|干净|整齐)|打扫(?:一?下|干净)",
                r"(?<![a-z])(?:(?:retouch|fix|smooth|heal|soften|hide|sort|clean up|cover up|touch up) (?:out )?(?:the |my |her |his |those |these |this |all )*(?:spots?|pimples?|zits?|acne|blemish(?:es)?|wrinkles?|scars?|bags|dark circles|eye ?bags|scratch(?:es)?|stains?|dust|marks?|double chin|flyaways|creases?|smudges?|red[- ]eye|glare|reflections?|skin))(?![a-z])",
                r"^(?:the |those |that |all |my |and )*(?!.*(?:sound|audio|music|lights?|colou?r))[a-z][a-z ]{1,30} (?:gone|deleted|removed|erased|out of there|out of the (?:shot|picture|photo|frame|way)|out of it)$",
                r"[^,]{1,10}(?:没了就好|弄没|不见|消失)$",
            ),
            5: (
                r"{remove}",
                r"(?:把|将)?.{1,14}(?:去|删|清|抹|擦|p|弄|搞|撤|摘|脱|抠|扔|拆|移|挪|拿|搬|收|剪|除|扫)(?:掉|了|走|干净|没|开|空|光)",
                r"(?:把|将|就)?[^,]{1,12}(?:(?<![上下进出过回])去|删|擦|抹|摘|(?<=[\u4e00-\u9fff])p|拆|清)$|^(?:删|去|擦|抹|清)[^,]{1,8}",
                r"(?:has|have|needs?|got) to go(?![a-z])|(?:i )?(?:don't|do not) (?:want|need|like) [^,]{1,30} (?:in there|there|in it|in the (?:shot|photo|picture|frame|image))",
                r"(?:empty|clear|strip|declutter) (?:out )?the ",
                r"(?:no more|without(?: the| any)?|clean up|in the way|shouldn't be (?:there|here)|doesn't belong)",
                r"(?:blur|pixelate|censor|black out|hide|mask|cover)(?: out| up)? (?:the |his |her |my |all |every )?(?:[a-z ]*)?(?:plates?|number plates?|licen[cs]e plates?|address(?:es)?|faces?|names?|id|screen|card number)(?![a-z])",
                r"(?:打码|打个码|马赛克|模糊掉|遮住|遮一下)",
                r"(?:photobomb|路人甲)",
            ),
            2: (r"(?:碍眼|太抢镜|乱入|多余|挡住)",),
        },
        (
            r"(?:without|no) (?:cropping|changing|touching|distorting|moving|losing|stretching)",
            r"(?:%|percent) off|off the size",
            r"(?:drop|clear|clean|strip|lose|cut)(?: up)? (?:the )?(?:quality|shadow ?less|in half|to|down)",
            r"(?:lower|drop|bring)(?: the)? (?:brightness|contrast|saturation|exposure|volume)",
            r"(?:make|render) {..}clear(?:er)?(?![a-z])",
        ),
    ),
    Row(
        "replace",
        ("swap a thing", "替换东西"),
        "any",
        ("swap the car for a bike", "把汽车换成自行车"),
        {
            6: (
                r"(?:换脸|换头|换个头|face ?swap|swap (?:the |our |their )?(?:faces|heads))",
                r"(?:open|close) (?:my|his|her|their|the|its|everyone's) (?:eyes?|mouth)",
                r"in place of|instead of (?:a|an|the) [^,]{1,30} (?:make|have|put|give|use)|(?:用|拿)[^,]{1,12}(?:代替|替换|替代|取代|换掉)|(?:代替|取代|替代)",
                r"(?:笑一下|笑一笑|笑起来|哭|生气|严肃一点|张嘴|闭嘴|看镜头|看向镜头)$",
                r"(?:睁开|睁眼|闭上眼|张开嘴|(?:再)?笑一点|笑起来|微笑|改成微笑|换个表情|表情(?:改|换|变))",
                r"(?:裙子|衣服|外套|西装|礼服|上衣|裤子|衬衫|旗袍|婚纱|汉服|鞋子?)[^,]{0,6}穿(?:到|在)|(?:换|改)(?:一?[身套件条双]|上)[^,]{0,8}(?:衣|裙|装|服|裤|鞋|袍|衫|外套)",
                r"make (?:him|her|me|them|us|everyone|the [a-z]+) (?:smile|laugh|frown|look at the camera|look happy)(?! {..}(?:video|clip|animate))",
            ),
            4: (r"{become}", r"(?:swap|replace|switch|exchange|substitute|trade)(?: out)?"),
            3: (
                r"(?:instead of|in place of|rather than)(?! (?:cropping|the original))",
                r"(?:turn|change|make|transform) {..} (?:into|to) (?:a|an|the|two|some|my) ",
                r"(?:把|将).{1,16}(?:换|改|变|替)(?:成|为|做|上|个|一|掉)",
                r"(?:should be|needs to be|to be) an? ",
            ),
        },
        (r"(?:^|[^a-z])(?:replace|swap) (?:the )?(?:audio|sound)",),
    ),
    Row(
        "move",
        ("move a thing", "移动东西"),
        "any",
        ("move the lamp to the left", "把台灯往左移"),
        {
            10: (
                r"把?(?:他|她|它|两人|两个人|人|俩)[^,]{0,3}(?:靠近|凑近|贴近|挨近|靠拢)",
            ),
            4: (
                r"^(?:and )?(?:a (?:bit|little|touch|tad)|slightly|further|bit|more)(?: more| further)? (?:to the )?(?:left|right|up|down|higher|lower|over)$",
                r"^(?:再)?(?:往|向|靠|偏)[左右上下]边?(?:一?[点些])$",
            ),
            7: (
                r"^(?:can|could|should|may|might|let) (?:the|my|his|her|it|that|they|them|him) ?[a-z ]{0,24}?(?:go|sit|be|stand|move) (?:under|by|next|on|in|to|over|behind|left|right|higher|lower|further|up|down|closer)",
                r"^(?:把|将)?[^,一个再加]{1,8}?(?:放|摆|搁|立)(?:到|在|去)[^,第]{1,8}(?:那边|这边|旁边|边上|角落|中间|左边|右边)$",
                r"(?<![a-z])(?:move|shift|slide|nudge|push|drag|relocate|reposition|scoot|bring|shove|pull) (?!(?:the |your )?(?:camera|cam|view|shot|in|out|up|down|back|forward|left|right|closer|through|along|past)(?![a-z]))[^,]{1,40}?(?:to(?:wards?)?|left|right|up|down|closer|apart|into|over|higher|lower|aside|away|forward|back|further|a bit|together|in front)(?![a-z])",
                r"(?<![a-z])(?:put|place|position|stand|sit) (?:the|him|her|it|them|my|us|that|this|his) [^,]{0,30}(?:dead[ -]cent(?:re|er)|in the (?:cent(?:re|er)|middle)|on the (?:left|right|far)|to the (?:left|right)|at the (?:top|bottom|front|back)|further|higher|lower|in the (?:top|bottom|upper|lower|left|right)|cent(?:re|er)ed|off-cent)(?! of the (?:video|clip|screen))",
                r"(?<!裁)(?:(?:把|将)?(?:[^,把将镜机]{1,12}))?(?:移到|移至|移动到|挪到|挪至|挪去|挪|搬到|摆到|移向|靠拢|靠近一|移过|往[左右上下中前后].{0,3}?[移挪靠摆放推搬]|向[左右上下中前后].{0,3}?[移挪靠摆放推搬])",
                r"(?:分开一?[点些]|靠紧|居中(?!裁|对齐)|放到(?:正中|中间|画面中|左|右|上|下|角)|放(?:在)?(?:画面)?(?:正中|中间|最?[左右]边|[左右][上下]角)|换个位置|位置(?:换|调|对调|互换)|swap places|switch places|互换位置|对调)",
            ),
            5: (
                r"(?<![a-z])(?:cent(?:re|er) (?:the|him|her|it|them|my)|move|reposition|relocate|nudge|scoot)(?![a-z])",
                r"(?:移动|移一下|挪动|挪挪|挪一)",
            ),
        },
        (
            r"{camera}|(?:^|[^a-z])(?:truck|dolly|pedestal|pan|tilt|move (?:in|out|left|right|up|down|back|forward|closer)(?![a-z]))",
            r"(?:下面|后面|上面|旁边)的?(?:移掉|移除)",
            r"make {..} (?:wave|move|run)|(?:move|bring) it to life|picture.in.picture|pip",
        ),
    ),
    Row(
        "resize",
        ("make a thing larger or smaller", "放大或缩小东西"),
        "any",
        ("make the moon twice as big", "把月亮放大一倍"),
        {
            7: (
                r"(?:做|弄|变|改|调|画|拉|放|缩|切|p)(?:得)?(?:再)?(?:大|小|高|矮|长|短|宽|窄|粗|细|胖|瘦|厚|薄)(?!写|家|海|光|看)[一两三几]?[点些倍圈号寸]?",
                r"(?<![a-z])(?:(?:should|needs? to|must|has to|could) be (?:a (?:bit|lot|little) |much |way |far |absolutely )*(?:massive|enormous|gigantic|huge|tiny|bigger|smaller|taller|minuscule))",
                r"(?<![a-z])(?:(?:should|must|could|needs? to|to|has to|wants? to) be [^,]{0,16}?){big}",
                r"(?<![a-z])(?:(?:twice|half|three times|double|\d+x|a third|a quarter) (?:as|the|its|his|her) (?:big|small|fat|tall|long|wide|large|thick|thin|size|height|width)|(?:make|get) [^,]{1,30} (?:fit|fill) the)(?![a-z])",
                r"[^,]{1,10}(?:放大|缩小)(?:到)?(?:原来的)?{number}(?:倍|半|分之)(?!.{0,3}看)",
                r"(?:make|get|want|scale|shrink|enlarge|grow|blow up|resize|double|halve|scale up) (?!(?:it|this|that|the (?:image|picture|photo|pic|canvas|clip|video|whole))(?: (?:image|picture|photo))?(?: (?:to|by|x|\d)|$))[^,]{0,40}?{big}",
                r"(?:把|将|让)?[^,]{1,14}?(?:再)?(?:变|调|改|弄|p|做|画|拉)?(?:放大|缩小|变大|变小|大一倍|小一半|缩一?半|大一?[点些圈号]|小一?[点些圈号]|瘦一?[点些圈]|胖一?[点些圈]|高一?[点些](?!清)|矮一?[点些]|细一?[点些]|粗一?[点些]|长一?[点些]|宽一?[点些]|瘦脸|缩小到|放大到)",
                r"(?:\d+ ?%|percent) (?:off the size|bigger|smaller|larger|taller|wider|thinner)|the size of (?:the|his|her|my|its)",
                r"scale (?:the|her|his|him|it|my) [^,]{0,30}(?:up|down|to|by|\d)",
                r"[^,]{1,30} (?:is|are|looks?) (?:way |far |much |a bit |a little )?too (?:big|small|large|tiny|huge|tall|short|wide|fat|thin)",
                r"(?:瘦脸|瘦身|瘦腰|大长腿|拉长腿|腿拉长|slim(?:mer)? )",
            ),
            5: (
                r"(?<![a-z])(?:shrink|enlarge|bigger|smaller|larger|taller|shorter|resize|(?:twice|half) (?:as|its|the) (?:big|size|large|tall)|\d+ ?(?:%|percent) (?:bigger|smaller|larger|taller))(?![a-z])",
                r"(?:放大|缩小|变大|变小|调大|调小|大一倍|小一半|大一?[点些]|小一?[点些]|缩一?半)",
            ),
        },
        (
            r"放大到?(?:4k|8k|海报)|(?:画面|画布|图片|照片)[^,]{0,4}(?:拉宽|拉长|变宽)|拉长(?:时间|时长)|视频",
            r"(?:声音|音量|音乐|亮度|对比度|饱和度|曝光|锐度|清晰度|雨|雪|雾|速度|幅度|光|灯光|动静|风)(?:再|稍微|给我|都|调|变|弄)*(?:大|小|高|低)",
            r"(?:resolution|canvas|分辨率|画布|像素|画质|清晰|volume|music|sound|contrast|brightness|saturation|speed)",
            r"(?:放大|拉近)(?:看|观察|瞧|到.{0,10}(?:看|特写))|(?:看看|看清|细节|特写)$|(?:镜头|焦距|画面拉|镜头拉)",
            r"(?:这张|这幅|整张|截图|图片?|照片|原图)(?:再|给我)?(?:无损)?放大(?:到)?[^了看]*$",
        ),
    ),
    Row(
        "recolour",
        ("recolour a thing", "改颜色"),
        "any",
        ("make the red cup blue", "把红色的杯子变成蓝色"),
        {
            8: (
                r"(?<![a-z])(?:recolou?r|dye|colou?ri[sz]e|repaint|tint)(?![a-z])",
                r"(?:上色|染成|涂成|刷成|漆成|喷成|染个|染发|刷上|喷漆|涂上|漆上|重新着色|着色|改个颜色|换个颜色|换颜色|改颜色|变色|换色|挑染|刷(?:#|{colour}))",
                r"(?:colou?r|shade) of {..}(?: to| into| be| should)",
                r"(?:change|switch|swap|alter) (?:the |its |his |her |my |their )?[^,]{0,30}colou?r",
                r"(?:的)?颜色(?:换|改|变|调|弄|染)(?:成|为|作|到|做)?(?![淡深浅鲜])",
            ),
            7: (
                r"(?:想|看|试|要|弄)[^,]{0,4}{colour}的?(?:效果|样子|感觉|版本|那种)?{end}",
                r"(?<![a-z])(?:(?:fancy|prefer|try|imagine|picture|see|like) [^,]{1,40}? (?:in|as) (?:a |an )?{colour}{end})",
                r"{become}(?:成|为|上|个|作|到|into|to)?[^,]{0,30}?(?:into|to|for|成|为| )?\s?(?:an? |the )?{colour}{end}",
                r"(?:make|turn|paint|want|set|go|try|have|get|switch|change|colou?r|in|should be|be|needs to be|render|was|were|is|are) [^,]{0,50}?(?:(?:all|completely|a bit|a|an|more|in|into|to|the) )*{colour}{end}",
                r"(?:把|将|让|给)?[^,]{1,14}?(?:弄|调|做|涂|染|刷|漆|喷|要|p|整|搞|变|用)(?:成|为|上|个|得)?{colour}{end}",
                r"(?:^|[^a-z])paint (?:the|his|her|my|our|all|that|those|it|them|every) ",
            ),
            5: (r"(?<!偏)[红蓝绿黄白黑紫粉橙金]一[点些](?:吧)?$",),
            6: (
                r"分别(?:是|为|用|染|换)?[^,]{0,6}{colour}|{number}种颜色|(?<![a-z])(?:in |of )?(?:{number}|different) colou?rs(?![a-z])",
            ),
            3: (
                r"^(?!.*(?:sky|light|hour))(?:make )?[a-z]+(?: [a-z]+)? (?:to |in )?{colour}{end}",
                r"^(?:it'?s |try |then |maybe |or |and |the [a-z ]{1,30} (?:in )?|[^,]{0,8}(?:要|是)?)?{colour}{end}",
                r"(?:偏|更)(?:红|黄|蓝|绿|紫)一?[点些]",
            ),
        },
        (
            r"空白|留白|白边|不喜欢[^,]{0,8}$|(?:hate|don't like|not keen on) [^,]{1,20}$",
            r"{background}(?! ?(?:of|里))|底(?:色)?[换改]|(?:sky|天空?)[^,]{0,12}(?:晴|蓝天|sunset)",
            r"(?:black (?:and|&) white|black-and-white|b&w|黑白|gr[ae]yscale|monochrome)(?!.{0,8}(?:上色|着色|colou?r))",
            r"{quote}|(?:alpha|transparent)",
            r"(?:lighting|灯光|光线|光照|色温|色调|滤镜)",
            r"(?:colou?rs?|颜色|色彩)(?:再|更|都|太|给我|稍微)?(?:鲜|艳|淡|浓|饱|pop|more vivid|vivid)",
            r"(?:white balance|warmer|cooler|暖一|冷一)",
            r"(?:draw|paint|generate|create) (?:me )?an? (?!.*(?:red|blue|green|white|black|pink|navy)$)",
        ),
    ),
    Row(
        "material",
        ("change what a thing is made of", "换材质"),
        "any",
        ("make the table marble", "把桌面换成大理石"),
        {
            10: (
                r"(?:要是|如果|假如|假设)[^,]{0,8}{material}(?:的|做的)?(?:话)?(?:会|是|什么|怎|呢|好看)",
            ),
            8: (
                r"(?:像|用|是|由|拿)?{material}(?:捏|做|雕|编|织|搭|拼|刻|堆|折|吹|烧|砌|缝|钩|铸|打)(?:的|出来的|成的|出来|成)(?!.{0,3}(?:椅|桌|柜))",
                r"(?<![a-z])(?:(?:re-?)?(?:wallpaper|paper|tile|carpet|panel|upholster|clad|pave|turf|plaster|gild|cobble|brick up|thatch) (?:the|my|this|that|those|it|her|his|all|every|our)(?! (?:bag|boat|plane)))(?![a-z])",
                r"(?:地面|路面|马路|街道|地|路)(?:弄|变|改|做|搞)?(?:成|得)?(?:湿|积水|雨后|有?积水)|(?:只要|要)?地面?湿",
                r"(?<![a-z])(?:(?:pavement|road|street|ground|floor|tarmac|asphalt|driveway|deck|cobbles)s? (?:wet|shiny|glossy|cobbled|slick)|wet (?:pavement|road|street|ground|floor|tarmac))(?![a-z])",
                r"(?:材质|质地|面料|made (?:out )?of|made from|(?:solid|pure) (?:gold|silver)|out of (?:lego|chocolate|glass|ice|wood|paper|gingerbread|clay|wool|yarn)|material|texture)(?!s? of his voice)",
                r"如果[^,]{0,10}{material}|{material}(?:做的|的话|的)(?:话)?(?:会)?(?:是)?(?:什么样|怎样|啥样|怎么样)",
                r"(?:look|be|appear|come out)(?: like)? (?:in|made of|as) {material}",
                r"(?:是|用|由)?{material}(?:做|制成|打造)的|{become}[^,]{0,3}(?:黄金|纯金|白银|实木|水晶|钻石|玻璃|石头|青铜)的?{end}",
                r"用{material}(?:做|制|打造|拼|搭|雕)(?:的|成|出来)?",
                r"(?:carved|cast|knitted|crocheted|sculpted|built|moulded|molded|upholstered|wrapped|clad|tiled|covered|re-?cover) (?:from|in|out of|with) {material}",
                r"(?:有倒影|反光材质|镜面效果|做旧|生锈|抛光)",
            ),
            7: (
                r"(?:turn|change|make|convert|transform|replace|swap|switch|render|should be|want|have|do|redo|imagine) [^,]{0,40}?(?:into |to |with |in |for |from [a-z]+ to |of |be )?(?:(?:solid|clear|polished|brushed|dark|light|white|black|real|raw|rough|pale|old|red|green|rusty|rusted|frosted|shiny|veined|carrara|herringbone|worn|weathered|reclaimed|translucent|cracked|blue|pink|grey|gray) ){0,3}{material}{end}",
                r"(?:floor|wall|table|counter|worktop|roof|sofa|couch|dress|statue|bag|door|ceiling|desk|splashback|driveway|tabletop|countertop)s?(?: top)? [^,]{0,24}?(?:in|into|to|with|for|be|as|marble|oak) ?(?:[a-z]+ ){0,3}{material}(?![a-z])",
                r"(?:把|将|让|给)?[^,]{0,16}?(?:换成?|改成?|变成?|做成|弄成|p成|铺成?|贴成?|包成?|改为|换为|用)(?:的)?[^,]{0,5}?{material}(?!沙发|[椅桌凳柜床箱包灯碗杯]|手?镯|茶几|花瓶|碗|楼梯)[^,]{0,4}{end}",
                r"(?:floor|wall|table|counter|地板|地面|墙面?|桌面|台面|沙发面)[^,]{0,8}(?:换|改|铺|贴)[^,]{0,8}{material}",
            ),
            3: (r"^[^,]{0,10}{material}(?:的|做的|质感|材质|制)?{end}",),
        },
        (
            r"{style}.{0,6}$",
            r"(?:swap|replace|trade|exchange) [^,]{0,40} (?:for|with) an? ",
            r"{quote}",
            r"(?:add|put|fill|pour|倒满?|加)[^,]{0,20}(?:water|grass|水|草)",
            r"{background}",
            r"(?:draw|generate|create|paint me|画一|生成)",
            r"椅子也?换成藤编的|{become}[^,]{0,4}{number}{mw}|(?<![成为])一[盏把张只]",
        ),
    ),
    Row(
        "count_change",
        ("change how many there are", "改数量"),
        "any",
        ("make it five candles", "把蜡烛变成五根"),
        {
            6: (
                r"(?<![a-z])(?:there(?:'s| is| are| were) (?:only|just) {number}(?: now| of them)?|(?:should|there'?s supposed to|ought to|must|need to) be {number}|{number} [a-z]+s? (?:in total|altogether|in all))(?![a-z])",
                r"(?:只有|才|现在有|凑够|凑满|凑齐|总共要|一共要|总数){number}{mw}?",
            ),
            8: (
                r"(?<![a-z])(?:(?:only|just) (?:want|need|have|leave|show) {number}|(?:want|need) (?:only|just|exactly) {number}|{number} (?:is|are) (?:enough|plenty|too many)|{number} too many)(?![a-z])",
                r"(?<![a-z])(?:add (?:a|an)(?:nother)? (?:second|third|fourth|fifth|sixth)(?: one)?)(?![a-z]){end}",
                r"数量[^,]{0,10}(?:变|改|调|增|减|换|从|到)",
                r"(?:从|由|原来|本来|现在)?{number}{mw}?[^,]{0,6}?(?:变成?|改成?|变为|改为|增加到|减到|减少到|加到|换成|增至|减为|减成){number}(?:{mw}|只)",
                r"(?:变成|改成|改为|变为|增加到|减少到|减到|加到|凑成|凑够|补到|留下?|只留|剩|只要|只剩|要){number}{mw}(?![^,]{0,3}(?:色|的(?!话)))[^,]{0,4}$",
                r"(?:change|make|reduce|increase|bring|cut|bump|go|turn|want) [^,]{0,40}?(?:from {number} to|to|up to|down to|into|it) (?:just |only |be )?{number}(?: of (?:them|these|those))?(?: [a-z]+s)?{end}",
                r"{number} [a-z ]{2,20},? (?:not|instead of|rather than) (?:just |only )?{number}",
                r"(?:take out|remove|get rid of|delete|lose|keep) (?:exactly )?(?:half|{number}) of (?:them|the|these|those)",
                r"(?:double|triple|halve|quadruple) (?:the )?(?:number|amount|count|quantity) of|the number of",
                r"(?:should|must|ought to) be (?:exactly |only )?{number}(?: of them| [a-z]+s)?{end}",
                r"(?:去掉|删掉|减少|减掉|减去)(?:其中)?(?:一半|{number}{mw})|(?:再)?(?:多|少|加|添|增加|减少)来?{number}{mw}(?:一样|同样)",
                r"^(?:only |just |exactly )?(?!one )(?!half ){number} (?!(?:things?|requests?|edits?|changes?|steps?|jobs?|tweaks?|quick|small|of|more|and|or)(?![a-z]))[a-z]+(?:,? (?:not|instead).*)?$|(?:change|set|make) the (?:number|amount|count) of",
                r"(?:only|just|exactly|at least) {number} [a-z]+s?(?: left| remaining)(?![a-z])",
                r"(?:bring|put) (?:the )?(?:second|third|fourth|fifth) [a-z]+ back",
                r"(?:double|triple|翻倍|翻一番|多一倍|少一半)(?:吧|了)?{end}(?<!大)",
            ),
            4: (r"(?:amount|quantity|number) of|一共要{number}",),
        },
        (
            r"{unit_s}|(?:fps|%|percent|倍速|倍$|x$|degrees?|度|°|stops?|档|px|像素|am|pm|点钟?$|inch|寸|:\d)",
            r"{quote}",
            r"(?:how many|几[个只])",
            r"(?:size|bigger|larger|taller|height|width|大小|尺寸)",
        ),
    ),
)
