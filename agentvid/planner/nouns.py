"""Everyday nouns, English and Chinese, so that "keep the cup" and "杯子" mean one thing. Data, and one comparison."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["NOUNS", "noun_in", "same_noun"]

NOUNS: Final = """\
cup mug 杯子 杯|saucer 碟子 碟 茶碟|plate dish 盘子 盘|spoon 勺子 勺 汤匙|fork 叉子|knife 刀子 刀
bowl 碗|bottle 瓶子 瓶|glass 玻璃杯|table desk 桌子 桌|chair 椅子 椅|sofa couch 沙发|bed 床
lamp light 灯 台灯|door 门|window 窗户 窗子 窗|wall 墙 墙壁|floor 地板 地面|carpet rug 地毯
curtain 窗帘|shelf 架子|mirror 镜子|clock 钟|book 书|phone 手机 电话|computer laptop 电脑
screen 屏幕|keyboard 键盘|camera 相机|car 车 汽车 轿车|bus 公交车 巴士|truck 卡车 货车
bike bicycle 自行车 单车|motorcycle motorbike 摩托车|train 火车|plane aeroplane airplane 飞机
boat ship 船|rocket 火箭|road street 路 马路 街道|bridge 桥|house 房子 屋子|building 楼 建筑 大楼
tower 塔|roof 屋顶|fence 栅栏 围栏|sign 牌子 招牌|pole 杆子 电线杆|tree 树|flower 花|grass 草 草地
leaf leaves 叶子 树叶|bush 灌木|mountain 山|hill 小山|rock stone 石头|river 河|lake 湖
sea ocean 海 大海|beach 沙滩|sky 天空 天|cloud 云|sun 太阳|moon 月亮|star 星星|snow 雪|water 水
person 人|people 人们 行人|man 男人 男的 先生|woman 女人 女的 女士|girl 女孩 姑娘|boy 男孩
child kid 孩子 小孩|baby 宝宝 婴儿|face 脸|hair 头发|eye 眼睛|nose 鼻子|mouth 嘴|hand 手
hat cap 帽子|shirt 衬衫|t-shirt T恤|dress 裙子 连衣裙|skirt 短裙|jacket 夹克 外套|coat 大衣
trousers pants 裤子|shoe shoes 鞋 鞋子|bag handbag 包 手提包|backpack 背包|glasses 眼镜|scarf 围巾
tie 领带|ring 戒指|necklace 项链|suit 西装|spacesuit 宇航服 太空服|cat kitten 猫 猫咪 小猫
dog puppy 狗 小狗|bird 鸟|horse 马|cow 牛|sheep 羊|fish 鱼|duck 鸭子|rabbit 兔子|kiwi 几维鸟
apple 苹果|banana 香蕉|orange 橙子 橘子|cake 蛋糕|bread 面包|coffee 咖啡|tea 茶|food 食物 菜
fruit 水果|pizza 披萨|ball 球|box 盒子 箱子|toy 玩具|balloon 气球|umbrella 雨伞 伞|flag 旗子 国旗
logo 标志 商标|text words 文字 字|watermark 水印|shadow 影子 阴影|background 背景|main|subject 主体"""
"""One group of words for one thing, parted by "|"; Chinese and English together."""


@lru_cache(maxsize=1)
def _groups() -> dict[str, int]:
    groups = re.split(r"[|\n]", NOUNS)
    return {word.lower(): number for number, group in enumerate(groups) for word in group.split()}


def same_noun(known: str, words: str) -> bool:
    """Return whether the words name the thing that `known` names: the same noun, or the same in the other language."""
    known, words = known.lower().strip(), words.lower()
    if not known:
        return False
    if (known in words) if not known.isascii() else re.search(rf"\b{re.escape(known)}\b", words) is not None:
        return True
    group = _groups().get(known)
    if group is None:
        group = next(
            (number for word, number in _groups().items() if not word.isascii() and known.endswith(word)), None
        )
    if group is None:
        return False
    same = [word for word, number in _groups().items() if number == group and len(word) > (2 if word.isascii() else 0)]
    return any(re.search(rf"\b{re.escape(word)}s?\b", words) if word.isascii() else word in words for word in same)


def noun_in(noun: str, *, is_english: bool) -> str:
    """Return what a thing is called in English or Chinese; the noun itself where that is not known."""
    if noun.isascii() == is_english:
        return noun
    group = next((number for word, number in _groups().items() if word == noun.lower()), None)
    if group is None:
        group = next((number for word, number in _groups().items() if not word.isascii() and noun.endswith(word)), None)
    same = (word for word, number in _groups().items() if number == group and word.isascii() == is_english)
    return next(same, noun) if group is not None else noun
