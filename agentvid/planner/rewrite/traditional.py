"""Traditional Chinese characters as they are written in simplified Chinese, those of edits. Data."""

from __future__ import annotations

from typing import Final

__all__ = ["simplified"]

_PAIRS: Final = (
    "個个換换種种畫画麼么這这裡里裏里圖图張张綠绿藍蓝紅红黃黄圓圆錐锥體体塊块邊边後后兩两變变為为會会還还"
    "來来從从讓让給给對对錯错動动轉转鏡镜頭头視视頻频遠远繞绕環环點点開开關关刪删減减調调顏颜當当應应該该"
    "們们說说話话問问題题語语請请幫帮嗎吗樣样時时間间長长短短鐘钟慢慢過过進进運运軟软檢检測测驗验證证選选擇择"
    "機机引引擎擎鎖锁釘钉續续寫写預预測测並并疊叠橫横豎竖靜静態态結结尾尾維维持持護护實实際际現现場场東东"
    "無无與与將将於于別别隻只條条輛辆雙双單单獨独離离較较輕轻盤盘餐餐勺勺湯汤匙匙叉叉碟碟瓶瓶罐罐燈灯"
    "模模糊糊銳锐清清楚楚虛虚飽饱鮮鲜豔艳艷艳淺浅深深亮亮銀银淨净純纯質质紋纹陰阴影影線线範范圍围區区"
    "標标記记號号碼码數数據据幾几萬万億亿歲岁認认識识覺觉觀观聽听講讲簡简詳详細细節节總总結结論论論论"
    "適适當当專专業业氣气溫温熱热夠够麗丽醜丑難难傾倾斜斜擺摆掛挂擋挡壓压縮缩擴扩張张寬宽狹狭窄窄"
    "臺台櫃柜車车輪轮馬马鳥鸟魚鱼貓猫書书筆笔紙纸電电腦脑網网飛飞風风雲云"
)
_TABLE: Final = str.maketrans(_PAIRS[::2], _PAIRS[1::2])


def simplified(text: str) -> str:
    """Return a text with its traditional characters written as simplified ones, of the same length."""
    return text.translate(_TABLE)
