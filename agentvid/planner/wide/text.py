"""A message in the spelling that rows are written for: lower case, simplified characters, what is quoted hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agentvid.planner.grammar.split import clean

__all__ = ["QUOTE", "Told", "told"]

QUOTE: Final = "\ue000"
"""Stands for each character of a quoted text, so that no word of it is taken for a request."""

_PAIRS: Final = (
    "張张畫画圖图變变換换顏颜飽饱銳锐點点後后讓让這这個个還还麼么們们來来時时間间長长動动從从對对話话說说請请謝谢幫帮給给過过邊边裡里裏里頭头"
    "樣样開开關关燈灯紅红綠绿藍蓝黃黄銀银轉转鏡镜視视頻频聲声樂乐語语詞词譯译幾几隻只條条雙双兩两萬万線线紙纸織织鐵铁銅铜鋼钢雲云風风雪雪"
    "夢梦幻幻遠远進进退退離离貓猫狗狗馬马鳥鸟魚鱼樹树葉叶櫻樱電电車车門门窗窗戶户屋屋牆墙桌桌椅椅櫃柜層层階阶飛飞機机場场園园國国際际東东"
    "區区處处誰谁為为無无與与並并專专業业嚴严豐丰麗丽亂乱亞亚產产億亿僅仅優优會会傳传傷伤價价眾众儘尽兒儿內内冊册寫写軍军農农凍冻淨净涼凉"
    "減减劃划劇剧剛刚創创務务勵励勢势勻匀華华單单協协壓压參参號号嗎吗嗚呜單单嘆叹嚇吓團团圍围圓圆場场壞坏塊块壯壮聯联報报塵尘增增夾夹"
    "奪夺奧奥婦妇媽妈學学寧宁實实寵宠寶宝將将專专尋寻導导層层屬属島岛嶺岭帶带帳帐幀帧幹干庫库應应廟庙廣广廳厅張张強强彈弹彎弯彙汇徑径復复"
    "憶忆懷怀態态慣惯慶庆憑凭懸悬戀恋戲戏戰战擋挡據据擇择擊击擴扩攝摄擺摆攔拦攤摊攪搅敗败數数斷断於于旋旋曬晒晝昼晚晚曉晓暫暂曆历朧胧"
    "構构標标樓楼橋桥機机檔档檢检權权歡欢歐欧歲岁歷历歸归殘残殺杀殼壳氣气漢汉湯汤溝沟滅灭滿满漁渔漸渐潔洁潛潜澤泽濃浓濕湿濾滤灑洒灣湾"
    "無无煙烟煩烦燒烧熱热營营爐炉爛烂爭争爺爷牽牵獎奖獨独獸兽獻献環环現现瑪玛產产畢毕異异療疗癢痒發发盤盘盡尽監监盜盗睜睁瞭了確确碼码"
    "磚砖礎础礙碍禮礼禿秃種种稱称積积穩稳窩窝競竞筆笔筍笋節节範范築筑簡简簾帘籃篮籠笼紀纪約约紋纹納纳純纯紗纱級级紛纷細细終终組组結结絕绝"
    "絲丝經经綁绑維维網网緊紧緒绪緩缓編编緣缘縣县縫缝縮缩總总績绩繁繁繞绕繪绘繼继續续纖纤罰罚職职聽听膠胶臉脸臨临臺台舊旧艙舱艷艳艦舰藝艺"
    "藥药蘇苏蘋苹蘭兰蠟蜡補补裝装製制複复褲裤襯衬見见規规覺觉覽览觀观觸触計计訂订記记設设許许評评試试詢询該该詳详認认誤误調调談谈論论識识"
    "護护讀读貝贝負负財财貨货販贩責责貴贵買买費费貼贴賣卖質质賽赛贈赠趕赶跡迹踐践軟软較较載载輕轻輛辆輪轮輸输辦办辭辞農农連连遊游運运達达"
    "違违遞递選选遺遗遲迟邁迈郵邮鄉乡醜丑釋释針针釣钓鈴铃鉛铅銷销鋪铺鋼钢錄录錢钱錯错鍋锅鍵键鎖锁鐘钟鑽钻閃闪閉闭閱阅闆板陣阵陰阴陳陈"
    "陸陆陽阳隊队階阶隨随險险隱隐雜杂難难霧雾靜静韓韩響响頁页頂顶項项順顺須须預预領领頻频題题額额顯显類类餅饼飯饭飲饮飾饰養养餐餐館馆"
    "髒脏體体髮发鬆松鬧闹麥麦龍龙齊齐齒齿齣出衝冲徹彻影影捲卷桿杆癒愈鬍胡註注佈布週周嘴嘴傘伞傾倾側侧備备億亿眞真裏里嚐尝妝妆廚厨唸念鮮鲜顆颗盞盏絨绒縱纵棟栋櫥橱闊阔擬拟擠挤搖摇擱搁燦灿飄飘鴨鸭鵝鹅鴿鸽燭烛鏈链嬰婴孫孙嬤嬷餵喂慘惨踏踏縣县塗涂齡龄誠诚諧谐賀贺賓宾殼壳檯台徵征擁拥搶抢撿捡牠它妳你"
    "證证別别訴诉鍊链雖虽樸朴鹽盐嘗尝譜谱勁劲勝胜匯汇卻却夠够娛娱嬌娇寬宽崗岗嶄崭巖岩幣币廁厕廢废恆恒惡恶愛爱慮虑憂忧懶懒拋抛挾挟捨舍掃扫掛挂採采揚扬損损擾扰攜携敵敌斃毙棄弃榮荣毀毁況况決决沒没淚泪湧涌滾滚漲涨潑泼濱滨灘滩燙烫爾尔"
    "牀床狀状狹狭猶犹獅狮瘋疯睏困瞞瞒礦矿禍祸穎颖窮穷篩筛糧粮紐纽絃弦綿绵緻致纏缠罵骂羅罗義义翹翘聰聪肅肃脫脱腦脑腳脚膚肤臟脏興兴舉举艱艰莊庄萊莱蓋盖蔥葱薑姜蝦虾蝕蚀術术衛卫襪袜訊讯訪访詩诗誌志課课諾诺謎谜議议豎竖賬账贊赞趙赵躍跃"
    "軌轨軸轴輯辑轟轰辯辩適适鄰邻醫医釀酿鉤钩銘铭鋒锋錦锦鎮镇鑄铸鑰钥閒闲靈灵鞦秋韻韵頓顿頸颈願愿餓饿餘余駕驾騎骑驚惊驢驴鬚须鬥斗鯨鲸鵬鹏麵面龜龟墊垫堅坚執执"
)
_SIMPLE: Final = str.maketrans({a: b for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b})
_QUOTED: Final = re.compile(
    r"“[^”]{1,200}”|「[^」]{1,200}」|『[^』]{1,200}』|\"[^\"]{1,200}\"|‘[^’]{1,200}’(?!\w)"
    r"|(?<![a-zA-Z0-9_])'(?!the one)[^\n']{1,120}?'(?![a-zA-Z0-9_])"
)
_SPOKEN: Final = re.compile(
    r"((?:narrat\w*|voice-?over|read (?:it|this) (?:out|aloud)|speak|captions?|subtitles?|念|朗读|读出|旁白|配音"
    r"|解说|字幕)"
    rf"[^,.;:{QUOTE}]{{0,24}}:\s*)([^{QUOTE}\n]{{2,}})$"
)


@dataclass(frozen=True)
class Told:
    """A message as it was `said` (cleaned), and `low`: the same length, to be searched. Never of another length."""

    said: str
    low: str

    def part(self, start: int, end: int) -> str:
        """Return the person's own words of a span."""
        return self.said[start:end].strip()


def told(text: str) -> Told:
    """Return a message ready to be read.

    Raises: InputError where it is too long.
    """
    spaced = (
        re.sub(r"(?<=[\u3400-\u9fff])(?<![成为的把个将给是在到])[ \u3000]+(?=[\u3400-\u9fff])", ",", text[:4000])
        if len(text) <= 2000
        else text
    )
    said = clean(spaced).replace("’", "'") if "‘" not in spaced else clean(spaced)
    low = "".join(lower if len(lower := c.lower()) == 1 else c for c in said.translate(_SIMPLE))
    low = _QUOTED.sub(lambda found: QUOTE * len(found[0]), low)
    low = _SPOKEN.sub(lambda found: found[1] + QUOTE * len(found[2]), low)
    return Told(said, low)
