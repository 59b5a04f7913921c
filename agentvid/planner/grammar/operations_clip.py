"""What can be asked of a clip as a whole: another speed, direction, span, loops, steadiness. Rows of `operations`."""

from __future__ import annotations

from typing import Final

from agentvid.planner.grammar import read_clip_work
from agentvid.planner.grammar.operation import Operation

__all__ = ["REWORKING"]

_MEASURES: Final = frozenset({"times", "seconds"})

REWORKING: Final[tuple[Operation, ...]] = (
    Operation(
        "retime",
        ("change the time of a clip", "改变播放"),
        "video",
        ("play it backwards", "倒放"),
        read_clip_work.read_retime,
        (
            r"(?P<back>reverse)(?: (?P<where>{ref}))?",
            r"(?:play|run|show)(?: (?P<where>{ref}))? (?P<back>backwards?|in reverse|reversed)",
            r"(?:{ba}(?P<where>{ref}))?(?P<back>倒放|倒着播?放|反向播放|倒播|倒过来播?放)(?P<where2>{ref})?",
            r"(?P<fast>speed up)(?: (?P<where>{ref}))?(?: (?:to |by )?(?P<rate>twice|double|triple))?",
            r"(?P<fast>speed) (?P<where>{ref}) up(?: (?:to |by )?(?P<rate>twice|double|triple))?",
            r"(?:play|run|show)(?: (?P<where>{ref}))? (?P<fast>at)(?: (?P<rate>double|twice|triple)(?: the)?)? speed",
            r"(?:{ba}(?P<where>{ref}))?(?P<fast>加速|快放|快进|加快)(?:播放)?(?P<where2>{ref})?",
            r"(?:{ba}(?P<where>{ref}))?(?P<fast>速播放)",
            r"(?P<loop>loop|repeat)(?: (?P<where>{ref}))?(?: (?P<rate>twice))?(?: (?P<way>back and forth|seamlessly))?",
            r"(?:{ba}(?P<where>{ref}))?(?P<loop>循环|重复)(?:播放)?(?P<where2>{ref})?"
            r"(?:(?P<count>\d{1,2}|[一二两三四五六七八九十])(?:次|遍))?",
            r"(?:cut|trim)(?: (?P<where>{ref}))? from (?P<from>\d+(?:\.\d+)?)(?: (?:s|seconds?))? to",
            r"(?:{ba}(?P<where>{ref}))?(?:截取|剪出|裁剪)(?:从|第)?(?P<from>\d+(?:\.\d+)?)(?:到|至)第?",
        ),
        _MEASURES,
    ),
    Operation(
        "slow_motion",
        ("slow motion", "慢动作"),
        "video",
        ("show it in slow motion", "慢放一半"),
        read_clip_work.read_slow,
        (
            r"(?:slow )?down(?: (?P<where>{ref}))?(?: (?:by |to )?(?P<rate>half|twice)(?: speed)?)?",
            r"(?:slow )?(?P<where>{ref}) down(?: (?:by |to )?(?P<rate>half|twice)(?: speed)?)?",
            r"(?:play|run|show|make)(?: (?P<where>{ref}))? (?:in )?(?:a )?(?:slow)?[- ]?motion",
            r"(?:play|run|show)(?: (?P<where>{ref}))? at (?P<rate>half)(?: the)? speed",
            r"(?:{ba}(?P<where>{ref}))?(?:慢放|慢动作|放慢|减速)(?:播放)?(?P<rate>一半)?(?P<where2>{ref})?",
        ),
        frozenset({"times"}),
    ),
    Operation(
        "stabilise",
        ("steady a clip", "稳定画面"),
        "video",
        ("stabilise it", "稳定画面"),
        read_clip_work.read_stabilise,
        (
            r"(?:stabili[sz]e|steady)(?: (?P<where>{ref}))?",
            r"(?:remove|take out) the shak(?:e|ing)(?: (?:of|from|in) (?P<where>{ref}))?",
            r"make (?P<where>{ref}) (?:steady|stable|less shaky)",
            r"(?:{ba}(?P<where>{ref}))?(?:稳定|防抖|去抖动?|消除抖动|稳像)(?:画面)?(?P<where2>{ref})?",
        ),
    ),
)
"""The rows, in the order they are tried."""
