"""The tokenizer of the small models: the words of the small world as one token each, bytes for everything else.

Text is cut into English words with the space before them, numbers of at most two digits, Chinese words of the world,
single other characters, runs of signs; byte pairs are merged within these pieces only, so that "红色大方块" is always
colour, size, shape. The file is a plain `tokenizer.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from agentvid.models.mot.config import TokenNames
from agentvid.plugins import load_tools
from agentvid.world.caption import CAPTION_KINDS, caption, instruct
from agentvid.world.edits import sample_edit
from agentvid.world.language import course_of, tell_change, tell_course, tell_scene
from agentvid.world.physics import sample_action, simulate
from agentvid.world.question import ask_about_clip, ask_about_picture
from agentvid.world.scene import sample_scene
from agentvid.world.words import LANGUAGES, WORDS

__all__ = ["VOCABULARY", "corpus", "make_tokenizer"]

VOCABULARY: Final = 1536
_CHINESE: Final = r"[\u4e00-\u9fff]"
_MORE: Final = (
    "舞台",
    "镜头",
    "物体",
    "对象",
    "动作",
    "其余",
    "不变",
    "新增",
    "变成",
    "移到",
    "移走",
    "从高处",
    "左右",
    "对调",
)
_EVERYDAY: Final = (
    "a an and another any are at away back be become becomes been before behind below beside between big bigger "
    "both bottom bring by can centre change changed clip close closer colour could cover create delete different "
    "down draw each edge else empty end enlarge every exactly far few first five for four from front further get "
    "give go grow has have here high higher how huge i if image in instead into is it its just keep large larger "
    "last later left let like little long low lower make many me middle mine more most move much must near nearer "
    "new next nine no none not nothing now object objects of off on one only other out over paint part photo "
    "picture place please point push put remain remove replace rest restore rid right roll rotate round same "
    "scene second see set seven shall shape should show shrink side six size slide slowly small smaller so some "
    "stage stand start stay step still stop swap take ten than that the their them then there these they thing "
    "things third this those three through tiny to together too top towards turn two under until up use very "
    "video view walk want was we were what when where which while who will with without would yes you your zero",
    "的一是在不了有和人这中大来上个国们到说时要就出会可也你对生能而子那得于着下自之年过家学么如天去好看起想没做又给"
    "向从把被让将再还先后左右前下东西南北里外面边旁近远高低长短宽窄快慢轻重亮暗深浅红橙黄绿青蓝紫白黑灰粉棕色圆方"
    "形块球柱锥体物件样变换改成为画图张幅片段视频镜头转动走移放拿掉除删加添增减少多几数两三四五六七八九十零第次帧秒"
    "格处位置地方角度正反全都每各只请帮我你他它们什么怎哪谁为因所以但如果然接着同用力推滚碰撞落停止继续保持其余别"
    "使缩小放大涂染替代代替擦清空展示显生产做创建绕圈周围俯仰拍摄角边缘中间中央最更比较稍微一点些",
)
"""Words that people may use, so that they are tokens of their own before any data speaks of them."""
_PLACES: Final = ("最左", "最右", "最前", "最后", "正中")


def make_tokenizer(path: Path, texts: Iterable[str]) -> None:
    """Write `tokenizer.json` for texts to `path`."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    names = TokenNames()
    library: Any = Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_pieces()), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    library.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=[getattr(names, field.name) for field in fields(names)],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    library.train_from_iterator(texts, trainer)
    library.save(str(path))


def corpus(count: int, seed: int = 0) -> Iterator[str]:
    """Yield what is said of `count` scenes in every way and language, and what chains look like as JSON.

    Phrasings that are kept aside are among it: their words are to be tokens, though no sample is made of them.
    """
    for index in range(count):
        rng = np.random.default_rng([seed, index, 11])
        yield from _of_scene(rng)
    for _ in range(max(1, count // 40)):
        yield from _of_tools()
    english, chinese = _EVERYDAY
    for word in english.split():
        yield from (f"{word} {word}", f"{word} {word}")
    for character in sorted(set(chinese)):
        yield from (character,) * 4


def _of_scene(rng: np.random.Generator) -> Iterator[str]:
    scene = sample_scene(rng, split="train")
    edit, action = sample_edit(rng, scene), sample_action(rng, scene)
    for language in LANGUAGES:
        yield tell_scene(scene, language)
        kind = CAPTION_KINDS[int(rng.integers(len(CAPTION_KINDS)))]
        yield caption(rng, scene, language, kind, "train" if rng.random() < 0.7 else "held_out")
        if edit is not None:
            yield tell_change(edit.change, language)
            yield instruct(rng, scene, edit.change, language, "train" if rng.random() < 0.7 else "held_out")
        asked = ask_about_picture(rng, scene, language)
        if asked is not None:
            yield f"{asked.text} {asked.answer}"
        if action is not None:
            clip = simulate(scene, action)
            yield tell_course(course_of(clip), language)
            told = ask_about_clip(rng, clip, language)
            if told is not None:
                yield f"{told.text} {told.answer}"


def _of_tools() -> Iterator[str]:
    for name, spec in load_tools().items():
        args = ",".join(f'"{each.name}":{{"from":"t1.s1.{each.name}"}}' for each in spec.parameters)
        ports = ",".join(f'"t1.s2.{port.name}"' for port in spec.ports)
        yield f'{{"steps":[{{"thought":"","tool":"{name}","args":{{{args}}}}}],"answer":[{ports}]}}'
        yield f'{{"question":"","from":"@v1"}} {name}: {spec.summary}'


def _pieces() -> str:
    """Return the pattern of the pieces that tokens never cross."""
    told = {word for kinds in (WORDS["zh"],) for words in kinds.values() for word in words.values()}
    words = {word for word in told if re.fullmatch(_CHINESE + "{2,}", word)} - set(WORDS["zh"]["place"].values())
    longest_first = sorted(words | set(_MORE) | set(_PLACES), key=lambda word: (-len(word), word))
    return "|".join(
        [" ?[A-Za-z]+", r"\d{1,2}", *longest_first, _CHINESE, r"[^\sA-Za-z\d\x{4e00}-\x{9fff}]+", r"\s+"]
    ).replace(_CHINESE, r"[\x{4e00}-\x{9fff}]")
