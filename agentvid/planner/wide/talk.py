"""Words that ask for nothing to be made: greetings and thanks, what is not done for anyone, what only limits a request."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "CORRECTION",
    "FORBIDS",
    "KEEP",
    "is_able",
    "is_chat",
    "is_complaint",
    "is_unsafe",
    "signs_in",
    "without_courtesy",
    "without_exceptions",
]

_CHAT: Final = re.compile(
    r"(?:(?<![a-z])(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|afternoon|evening|night|day)|thanks?|thank you|thx|ty|cheers|ta"
    r"|much appreciated|appreciate it|great|awesome|amazing|perfect|love(?:ly)? it|lovely|brilliant|nice(?: one| work| job)?|wow|cool|bye"
    r"|goodbye|see you|see ya|no worries|never mind|nevermind|you(?:'re| are) (?:the best|great|a star|a legend|awesome|amazing|a lifesaver)|well done"
    r"|good job|lol|haha+|how are you|what's up|who are you|what(?:'s| is) your name|what (?:can|do) you do|are you (?:there|a (?:bot|robot|human))|are you real"
    r"|that(?:'s| is) (?:all|it|great|perfect|exactly|lovely|beautiful|amazing|fine|enough)|exactly what i|looks (?:great|good|amazing|perfect|fantastic)|happy with"
    r"|have a (?:good|great|nice)|can you help|could you help|do you (?:speak|understand|do|work)|is this free|nothing else|all good|okay|ok|sounds good|i love"
    r"|you nailed it|spot on|that'?s? will do|made my day|my (?:mum|mom|wife|husband|boss|client|kids?) (?:loves?|loved|cried|is going to love))(?![a-z])"
    r"|你好|您好|哈喽|哈啰|嗨|在吗|在不在|早上好|早安|早呀|中午好|下午好|晚上好|晚安|谢谢|多谢|感谢|谢啦|谢了|辛苦|太棒|真棒|棒棒|厉害|牛|给力|完美|满意|太好了"
    r"|很好看|好看|真好|喜欢|爱了|再见|拜拜|回头见|没事了|不用了|就这样|你是谁|你叫什么|你?都?(?:会|能)(?:做|干)?(?:些)?(?:什么|啥)|能帮我|你能干|好的|哈哈|嘿嘿|不错|可以了|收到|ok|点赞|赞|绝了|nice|搞定|没问题)"
)
_ABLE: Final = re.compile(
    r"(?:能|可以|会)(?:不能|帮我?|给我)?(?:帮我?)?(?:修|改|处理|编辑|做|p|弄|剪)(?:几|一些|点|些)?(?:张|个)?(?:图|照片|视频|东西)(?:片)?(?:吗|么|不)|(?:can|could|do) you (?:help|edit|do|handle|work with|make) (?:me |some |with )*(?:photos?|pictures?|videos?|images?|edits?|things)?(?: too| as well| today)?\??$"
)
_UNSAFE: Final = re.compile(
    r"(?:(?<![a-z])(?:nudes?|naked|nudify|undress(?:ed)?|strip (?:her|him|them|my (?:ex|teacher|boss|coworker|classmate))|topless|shirtless (?:girl|kid|child)|porn(?:ographic)?|nsfw|sex(?:ual|y)?(?: tape| scene| video)?|see[- ]through"
    r"|(?:take|remove|rip|pull) (?:her|his|their|the (?:girl|woman|man|boy|teacher)'s) (?:clothes|clothing|dress|top|bikini|shirt|bra|underwear|swimsuit)(?: off)?|without (?:her|his|their|any) (?:clothes|clothing|bikini|top|underwear)|(?:clothes|dress|bikini) off"
    r"|(?:fake|forge|forged|counterfeit|falsif(?:y|ied)|doctor(?:ed)?) (?:an? |my |the |his |her )?(?:[a-z']+ ){0,3}(?:ids?|passports?|licen[cs]es?|visas?|documents?|certificates?|diplomas?|degrees?|receipts?|invoices?|notes?|signatures?|prescriptions?|bank statements?|tickets?|money|notes|currency|id cards?|bills?|vaccine cards?|payslips?|evidence|tests?)"
    r"|(?:change|edit|alter|swap|replace|put|make|photoshop|move|bump|update|add) [^.;]{0,60}(?<![a-z])(?:driv(?:er'?s?|ing) licen[cs]e|passport|id card|my id|his id|her id|this id|an id|identity card|bank statement|payslip|pay ?stub|prescription|doctor'?s note|sick note|report card|transcript|diploma|degree certificate|birth certificate|vaccin[a-z]+ card|medical certificate|test result|covid test|bank transfer|payment screenshot|bank balance|cheque|check amount|lottery ticket|parking permit|green card|visa)(?![a-z])"
    r"|(?:driv(?:er'?s?|ing) licen[cs]e|passport|id card|bank statement|payslip|report card|diploma|doctor'?s note|transfer (?:receipt|screenshot))[^.;]{0,40}(?:change|edit|make|say|look like i|older|over 18|21|different name|birth)"
    r"|fake (?:bruise|injur(?:y|ies)|blood|wound|evidence|dent|crash|damage|crack)s?[^.;]{0,60}(?:claim|insur|sue|court|police|blame|refund|prove)|so (?:it|i|we|he|she) (?:can|could|'ll) (?:claim|sue|blame|get a refund)|(?:change|edit|alter|swap|update|move|make)[^.;]{0,40}(?:date of birth|birth ?(?:date|day|year)|dob|expiry(?: date)?|my age|issue date)[^.;]{0,20}(?:on|in) (?:my|his|her|the|this|a) (?:licen[cs]e|id|card|passport|permit|visa|certificate)|so (?:i'?m|i am|it says i'?m|that i'?m) (?:over )?(?:18|21|legal|of age)"
    r"|deep ?fake|behead|gore|suicide|bomb|swastika|nazi|child porn|revenge|blackmail|(?:look|looks) (?:like )?(?:she|he|they)(?:'s|'re| is| are| was| were) (?:cheating|drunk|stealing|taking drugs|doing drugs|dead)|so (?:it|i) (?:looks? like|can (?:get into|buy|claim))[^.;]{0,30}(?:club|bar|alcohol|beer|insurance|refund)|insurance (?:claim|fraud)|catfish|stalk)(?![a-z])"
    r"|裸(?!眼|色|妆|粉|感)|脱光|脱衣|(?:脱|扒|去|去掉|脱掉|扒掉|p掉)(?:她|他|这女|那女|这个女|女生|同事|前女友)?[^,。]{0,8}(?:的)?(?:衣服|内衣|裤子|裙子|上衣|泳衣|比基尼)(?!上的|的(?:褶|logo|字|颜色|标|污))|(?:衣服|内衣|裙子|上衣|泳衣|比基尼)(?:都|全)?(?:脱|扒|p没|去)(?:掉|光|了)?|不穿(?:衣服|内衣)|(?:衣服|内衣|裙子|上衣|裤子|泳衣|比基尼)(?:都|全|给我|全都|也)*(?:p掉|p没|p了|去掉|去了|脱了|脱掉|扒了|弄没|抹掉|擦掉|删掉|搞掉)|色情|黄图|黄片|走光|露点|透视(?:衣|装|她)|一丝不挂|情色|性感裸|私密照"
    r"|(?:伪造|假造|造假|作假|仿造|办假|假的?(?:证|身份证|护照|发票|公章|学历|证书|病假|流水|转账|聊天记录|截图|处方|驾照|毕业证|合同|收据))"
    r"|(?:身份证|护照|驾照|驾驶证|行驶证|毕业证|学位证|学历证|房产证|营业执照|公章|病假条|假条|诊断书|诊断证明|处方|发票|银行流水|工资(?:单|条|流水)|转账(?:记录|截图|金额|凭证)?|付款(?:记录|截图)|余额|成绩单|准考证|结婚证|签证|户口本|核酸|疫苗|收据|支票|欠条|合同|聊天记录|获奖证书|录取通知书|社保|车票|考勤|打卡)[^。;]{0,24}(?:改成|改为|换成|改到|改大|改高|p成|改一下|改小|改一改|p上|盖上|换上|改掉|改(?=[^,]{0,4}$)|加个公章|变成|涨到|做一张|年龄|出生)"
    r"|(?:改|换|p|盖|做|弄|调|伪造|加|生成)[^,。;]{0,12}(?:身份证|护照|驾照|毕业证|公章|假条|病假|诊断|发票|银行流水|工资单|转账(?:截图|记录|金额)|成绩单|准考证|学历|证件上|余额截图|处方|签证)(?!照(?:片)?底|照尺寸)|血腥|自杀|炸弹|毒品|恐怖袭击|杀人|尸体|虐待|人肉|陷害|抹黑|造谣|栽赃)"
)
_UNSAFE_NOT: Final = re.compile(
    r"bath ?bomb|photo ?bomb|naked (?:eye|cake)|bombshell|证件照|身份证照|gore-?tex|护照照|doctor (?:who|strange)|passport (?:photo|size)|id photo|fake (?:plant|flowers|snow|grass|tree|ivy)"
)
KEEP: Final = re.compile(
    r"(?:(?<![a-z])(?:don'?t(?! (?:just|you|want (?:the|that|those|this|him|her|any|people)|like the|need the))|do not|dont|don't you dare|never|please no|must not|mustn'?t|shouldn'?t|without (?:changing|touching|cropping|moving|losing|affecting|distorting|stretching)"
    r"|keep(?!(?: it| this| the (?:clip|video))? going| only| (?:just|from|seconds|the (?:first|last|part|bit|middle|section|best))| \d)|leave(?! (?:only|just|room|space|some|me|more|\d|the (?:first|last) (?:\d|{number})))|preserve|untouched|unchanged|unaltered|as (?:it is|is|they are|it was|he is|she is)|stays?(?! (?:on|in the (?:left|right)))|remains?"
    r"|(?:everything|the rest|all) (?:else )?(?:the same|stays|same|identical|as)|hands off|nothing (?:on|else|fancy|to)|not (?:the|a|an|my|her|his|him|any|touching|too|so|v\d|on|its|in)|no (?:turning|hats?|cropping|changes|people|filters?|zoom(?:ing)?|other|need|opinions|rotation|blur|text|music)(?= |$)|(?:^|(?<=^\W))not? [a-z]+$|(?<![a-z] )same (?:lens|size|pose|angle|framing|colou?rs?|position|style|everything))(?![a-z])"
    r"|(?<![区差分特性级类告个鉴识])别(?!的(?:一|颜|角)|墅|人|针|太|那么|克)|(?<![要])不要(?=跟|一起|乱|过|也|任何|抖|晃|转|移|运|镜头|出现|丢|盖|偏|那么|这么|再|动|改|变|碰|裁|换|加|删|把|让|影响|挡|剪|拉|用|有|给|破坏|失真|变形|虚化|模糊|糊|遮|裁掉|太)|不用(?!了)|不许|不准|不是(?:让|叫|要)你?|(?<!能)不能(?!看)|勿|甭|不动|不变|不改|不碰|保持(?!.{0,3}(?:比例|{number}秒))|保留(?![^,]{0,8}(?:秒|分钟|前|后|开头|结尾|中间|\d))|留着|留下(?![^,]{0,10}(?:秒|\d|{number}{mw}))|照旧|原样|维持|依旧|还是原来|绿着)".replace(
        "{number}", r"(?:[零一二两三四五六七八九十]|\d)"
    ).replace("{mw}", r"[个只条张根辆支朵]")
)
"""A clause with such words limits other requests and asks for nothing itself."""
FORBIDS: Final = re.compile(
    r"\W*(?:but |just |only |and |please )*(?:don'?t|do not|dont|never|no need to)(?! (?:just|you|want|like|need|see|think|know|have|make it any)(?![a-z]))(?![a-z])"
    r"|\W*(?:但|也|可|就|千万|可千万)*(?:别(?!墅|人|家|的|处|针|太|那么|[晃抖颠摇])|勿|甭|不许|不准|不用(?!了))"
)
"""Begins a clause that says what not to do: whatever it seems to ask for, it does not."""
CORRECTION: Final = re.compile(
    r"(?<![a-z])(?:i mean|no,? wait|wait,? no|scratch that|or rather|no,? just|on second thoughts?|strike that|actually,? no)(?![a-z])|哦不|噢不|呃不|啊不|不对不对|(?<=[,。])不对|(?<=[,。])算了|说错了|我是说"
)
_GENERIC: Final = re.compile(
    r"^\W*(?:(?:please|can you|could you|just) )*(?:clean|fix|sort|tidy|deal with|correct|repair|improve|help|do something about|sort out)(?: it| this| that| them)?(?: up| out)?\W*$"
    r"|^\W*(?:麻烦|请|帮我|帮忙|给我|你)*(?:处理|修|弄|搞|调|改|解决|救|优化|美化|整)一?(?:下|改|修|调|整|弄)?(?:吧|呗)?\W*$|^\W*(?:bring|turn|take|pull|dial|knock|tone|boost|lift|push|bump|raise|lower|reduce|up) (?:it|that|them|this)(?: (?:up|down|back))?(?: a (?:bit|little|touch|tad|lot))?\W*$|^\W*(?:just |only )?(?:add|extend|fill|do it|do that)\W*$|直接替换|替换上去|贴上去$"
)
"""A clause that asks to see to what was said before, without saying how."""
_PURPOSE: Final = re.compile(
    r"^\W*(?:(?:我|我们|方便|好让|用来|准备|打算|到时候)(?:要|想|准备|打算|是要|得)?(?:放(?!大|慢|到|在|上|一)|发(?!光|一)|打印|做封面|做头像|贴墙|上传|挂)|用作|用来|用在|用于|拿去|送给|当礼物|投稿|交作业|给客户|给老板|给我妈|发(?:朋友圈|抖音|小红书|微博|给))[^,]*$"
    r"|^\W*[^,]{0,8}我[^,要想把]{0,4}(?:标|画|放|加|拍|圈|发|传|剪|做|写)了|^\W*i(?:'ve| have)? (?:already |just )?(?:marked|added|put|drew|took|shot|filmed|made|circled|uploaded|sent|attached|tried|forgot)(?![a-z])"
    r"|^\W*(?:it'?s |this is |that'?s |they'?re |all )?(?:for (?:a|an|my|the|our|her|his|instagram|tiktok|etsy|ebay|print|school|work)|so (?:i|we|you) can|i(?:'m| am) (?:going to|gonna|making|printing|posting|selling)|going on|to (?:print|post|send|show|sell)|need it for)(?![a-z])"
)
"""A clause that only tells what the result is for."""
_COMPLAINT: Final = re.compile(
    r"太(?!阳|空|平洋|极)[^,]{1,8}$|太(?!阳|空)[^,]{1,6}了|有点|偏(?!移)|不够|过(?:曝|暗|头)|怎么[^,]{0,6}这么|(?:歪|斜|糊|抖|暗|灰|乱|丑|虚|曝)(?:得|了|掉)|(?:是|都|很|挺|好)(?:歪|糊|暗|乱|抖|吵)|拍得|忘了|闭眼"
    r"|(?<![a-z])(?:it'?s|it is|is|are|was|were|looks?|came out|too|so|kinda|bit|very|really|way too|i hate|ugly|boring|harsh|annoying|stutters|leaning)(?: |$)|'s (?:too|so|a bit|all|not|crooked|wonky|dark|blurry|tilted|shaky|noisy|grainy|flat|boring|ugly|really|very|kinda|washed|over|under)"
)
_COURTESY: Final = re.compile(
    r"^(?:[\s,.!:?-]|(?:ok(?:ay)?|so|hey|hi|hello|hiya|um+|uh|well|right|alright|please|pls|plz|kindly|just|now|also|and|but|then|first(?:ly)?(?! (?:one|photo|picture|clip|video|image|half|part|shot|\d|two|three|few|second|third))|secondly|thirdly|finally|lastly|next|after that|start by|begin by|maybe|perhaps|nah|nope|yeah|yes|no(?=[,!. ]*(?:,|!|\.))|hmm|oh|wait|actually|great|good|nice|thanks?|thank you|cheers|"
    r"(?:can|could|would|will) (?:you|u|we)(?: please| maybe| just| also| possibly)?|would you mind|mind|i(?:'d| would)? (?:like|love|want|need)(?: you)?(?: to)?(?= [a-z]+ (?:the|it|this|my|him|her|them|that|a|an|out|all))|i want to|i need to|help me(?: to)?|let'?s|try to|go ahead and|if you can|if possible|is it possible to|is there (?:a|any) way to|any chance (?:you (?:can|could)|of)|do me a favou?r and|(?:can|could) (?:i|we) (?:get|have)(?= )|while you'?re (?:at it|there)|my turn|quick one|feel free to|be a dear and|you know what|final version)(?![a-z0-9'])"
    r"|首先|先|请问?|麻烦(?:你|您)?|劳烦|拜托|帮(?:我|忙|下)?(?:个忙)?|给我(?=[把将])|我想要?(?=[把将给让])|我要(?=[把将给让])|我希望|能不能|可不可以|能否|可以(?=[把帮给])|能(?=[把帮给])|然后|接着|再(?=[把将给让])|最后(?=[把将给让])|另外|顺便|同时|还有|对了|那个,|嗯|呃|哎|喂|亲|老师|大佬|师傅|不好意思|你好|您好|谢谢|好的)+"
)
_TAIL: Final = re.compile(
    r"(?:[\s,.!~:]|(?<![a-z])(?:please|pls|plz|thanks?(?: you)?(?: a lot| so much)?|thx|cheers|ta|for me|if you can|if possible|ok(?:ay)?|lol|haha+|mate|asap|would you|will you|thank u|for a (?:change|bit|sec))(?![a-z])|(?:可以|行|好|成)(?:吗|不|么|不好)|好不好|谢谢(?:你|您|啦|了)?|多谢|哈|[吧呗啊呀哦嘛了啦喽哟咯呐]|(?<![什怎那多要这])么|好了|就行|就好|就可以|行了|试试|看看(?=吧))+$"
)
_EXCEPT: Final = re.compile(
    r"除(?:了|开|去)?[^,;。]{1,14}?(?:以外|之外|外(?!套|面))|除了[^,;。都]{1,12}?(?=都|全|其他|,|$)|(?<![a-z])(?:except(?: for)?|apart from|other than|aside from|excluding|save for|everything but|all but|anything but|but not|without (?:cropping|changing|touching|losing|moving|distorting|stretching)|(?:,? ?but )?not (?:a|an|the|my|her|his|any|on|so|too|in))(?![a-z])(?:[^,;]{0,50}?(?= (?:in(?:to)? (?:black|b&|b/|gr[ae]y|mono|sepia|pencil|watercolou?r|oil|cartoon|anime|a )|should|becomes?|turns?|goes|gets|has to|needs to|must|can go|made|blurred|out of focus|black and white|darker|brighter|gone|removed)(?![a-z])|[,;]|$)|[^,;]{50})"
)


def is_chat(low: str) -> bool:
    """Return whether a message greets, thanks or asks for help in general, and says little else."""
    if re.search(
        r"把|帮我(?!修几)|弄|改一|换成|(?<![a-z])(?:make (?:it|this|that|them)|put|turn|change|remove|add)(?![a-z])",
        low,
    ) and not _ABLE.search(low):
        return False
    left = _CHAT.sub(" ", _ABLE.sub(" 你好 ", low))
    return bool(_CHAT.search(low) or _ABLE.search(low)) and len(re.sub(r"[\W_]|[\u3400-\u9fff]", "", left)) <= 60


def is_able(low: str) -> bool:
    """Return whether a message asks what can be done at all, with nothing to do it to."""
    return bool(_ABLE.search(low))


def is_unsafe(low: str) -> bool:
    """Return whether a message asks for what is not done for anyone: undressing, forging, harming."""
    return bool(_UNSAFE.search(_UNSAFE_NOT.sub(" ", low)))


def is_complaint(clause: str) -> bool:
    """Return whether a clause tells how things are, rather than what to do."""
    return bool(_COMPLAINT.search(clause))


def signs_in(piece: str) -> tuple[str, ...]:
    """Return what a piece may be instead of a request: a limit (at its start or later), a complaint, a purpose …"""
    start, _ = without_courtesy(piece)
    kept = KEEP.search(piece)
    found = ["limit" if kept.start() - start <= 6 else "limited"] if kept else []
    for name, pattern in (("complaint", _COMPLAINT), ("purpose", _PURPOSE), ("generic", _GENERIC), ("chat", _CHAT)):
        if pattern.search(piece):
            found.append(name)
    return tuple(found)


def without_courtesy(clause: str) -> tuple[int, int]:
    """Return start and end of what a clause says, without words that greet, ask, thank or count."""
    leading = _COURTESY.match(clause)
    start = leading.end() if leading else 0
    tail = _TAIL.search(clause, start)
    return start, tail.start() if tail and tail.start() > start else len(clause)


def without_exceptions(clause: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a clause of the same length with what it excepts blanked out, and the spans of that."""
    spans = [(found.start(), found.end()) for found in _EXCEPT.finditer(clause)]
    for start, end in spans:
        clause = clause[:start] + " " * (end - start) + clause[end:]
    return clause, spans
