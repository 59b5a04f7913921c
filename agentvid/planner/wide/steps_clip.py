"""Requests about clips and sound as steps, by the contract of the tools."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from agentvid.chain.step import Ref
from agentvid.media.types import Video
from agentvid.planner.grammar.resolve import AskBack, Held
from agentvid.planner.request import Continue
from agentvid.planner.wide.own import OWN
from agentvid.planner.wide.own_steps import write_own
from agentvid.planner.wide.says import tell
from agentvid.planner.wide.slots import amount_in, direction_in
from agentvid.planner.wide.steps import PictureWriter
from agentvid.planner.wide.table import row_of
from agentvid.planner.wide.text import told
from agentvid.planner.wide.times import HALF, Span, moment_in, seconds_in, span_in

if TYPE_CHECKING:
    from agentvid.planner.wide.understand import Want

__all__ = ["StepsWriter"]

_LONGER: Final = 2.0
"""Seconds that a clip is made longer by, or a sound lasts, where no length is said."""
_FADE: Final = re.compile(r"\b(?:cross-?)?fad\w*|\bdissolv\w*|淡入|淡出|渐变|叠化|过渡")
_SURELY: Final = 7
"""The weight from which words of another row say it, in a clause that was read as this one."""
_OFTEN: Final = re.compile(r"(\d+|[两二三四五六])\s?(?:遍|次|x|times)|(three|four|five|two) times|twice")
_PLAYED: Final = re.compile(
    r"(?<![a-z])(?:play|show|run)(?:s|ed)?(?: (?:it|this|that|the (?:clip|video)))? (?:twice|(?:two|three|four|five|\d) times)"
    r"(?! (?:as|the|faster|slower|its))"
)
"""Says how often a clip is shown, not how fast."""
_DROPPED: Final = re.compile(
    r"(?<![a-z])(?:remove|delete|drop|lose|cut off|cut out|chop|skip|without|get rid of|trim off)(?![a-z])|去掉|删|剪掉|不要|切掉"
)
_RETIMED: Final = frozenset({"speed", "reverse", "loop", "trim"})
_VERB_UP: Final = re.compile(r"(?<=[加配写打放贴标附])上")
"""The 上 of 加上, which says no place."""
_VOICE: Final = re.compile(
    r"\b(?:cantonese|mandarin|chinese|putonghua|english|female|woman|lady|girl|male|man|boy|guy|child|kid|slow(?:ly)?|fast"
    r"|quick(?:ly)?|deep|low|high)\b|粤语|广东话|普通话|国语|中文|汉语|英语|英文|女[声生孩]?|男[声生孩]?|童声|小孩|慢|快|低沉|浑厚|高音|尖"
)
"""Words that say of a voice how it is."""
_SPOKEN: Final = frozenset({"caption", "subtitle", "narrate", "sound", "music"})


class StepsWriter(PictureWriter):
    """Writes every request: those about clips and sound here, the others as its base does."""

    def write(self, want: Want) -> None:
        """Write the steps of one request.

        Raises: AskBack where it can't be placed or no engine at hand can do it.
        """
        if want.op.startswith(OWN):
            write_own(self, want)
            return
        if want.op == "remove" and HALF.fullmatch(want.target) and self.held(want).kind == "video":
            want = replace(want, op="trim")
        if want.op == "trim" and self._is_when_of_words(want):
            return
        if want.op in _RETIMED:
            self._retime(want)
        elif want.op in ("join", "picture_in_picture"):
            self._compose(want)
        elif want.op in _SPOKEN or want.op in ("extend", "stabilise", "interpolate", "future", "past"):
            getattr(self, f"_{want.op}")(want)
        elif want.op == "animate":
            super().write(want) if self._missing(want) else self._animate(want)
        else:
            super().write(want)

    def _one(self, tool: str, want: Want, args: dict[str, Any], port: str = "video") -> Held:
        held = self.kind_held(want, "video" if port == "video" else "image")
        step = self.do(tool, {held.kind: held.value, **args}, held.name)
        if tool in ("caption", "mux"):
            self.writer.answer.append(Ref(step=step, port="finding"))
        return self.made(step, port, held)

    def _retime(self, want: Want) -> None:
        low = told(want.clause).low
        args: dict[str, Any] = {}
        backwards = row_of("reverse").hit(low, "video")
        is_back = backwards is not None and backwards.weight >= _SURELY
        if want.op == "speed" and _PLAYED.search(low):
            want = replace(want, op="loop")
        if want.op == "loop" and is_back and not _OFTEN.search(low):
            want = replace(want, op="reverse")
        if want.op == "speed":
            args["speed"] = _factor(HALF.sub(" ", low))
            args["reverse"] = is_back
        elif want.op == "reverse":
            args |= {"reverse": True, "loops": _times(often) if (often := _OFTEN.search(low)) else None}
        elif want.op == "loop":
            times = _OFTEN.search(low)
            args["loops"] = _times(times) if times else 2
        if want.op in ("trim", "speed", "loop"):
            args |= self._half(want, low) or self._span(want, span_in(low))
        self._one("retime", want, args)

    def _span(self, want: Want, span: Span) -> dict[str, Any]:
        """Return the part of a clip that a span means, as seconds from its beginning.

        Raises: AskBack where a part counted from its end is meant, and how long it is is not known yet.
        """
        start, end = span.start if span.start is not None else span.head, span.end
        if want.op == "trim" and span.seconds is not None:
            end = end if end is not None else (start or 0.0) + span.seconds
        if span.tail is not None or (start is not None and start < 0):
            length = self._length(want)
            if length is None:
                raise AskBack(self.say("no_length", want, self.held(want).name))
            end = length - span.tail if span.tail is not None else end
            start = max(0.0, length + start) if start is not None and start < 0 else start
        return {"start": start, "end": end}

    def _half(self, want: Want, low: str) -> dict[str, Any]:
        """Return the half of a clip that words name, as seconds from its beginning; nothing where they name none.

        Raises: AskBack where it is not known yet how long the clip is.
        """
        found = HALF.search(low)
        if found is None:
            return {}
        length = self._length(want)
        if length is None:
            raise AskBack(self.say("no_length", want, self.held(want).name))
        is_last = bool(found["last"] or found["last2"]) != (want.op == "trim" and _DROPPED.search(low) is not None)
        middle = round(length / 2, 3)
        return {"start": middle, "end": length} if is_last else {"start": 0.0, "end": middle}

    def _length(self, want: Want) -> float | None:
        held = self.held(want)
        known = (medium for medium in self.writer.world.request.media if medium.number == held.number)
        return next((medium.artifact.seconds for medium in known if isinstance(medium.artifact, Video)), None)

    def _extend(self, want: Want) -> None:
        self._one("extend_video", want, {"seconds": seconds_in(told(want.clause).low) or _LONGER})

    def _stabilise(self, want: Want) -> None:
        self._one("stabilise", want, {})

    def _interpolate(self, want: Want) -> None:
        low = told(want.clause).low
        fps = re.search(r"(\d{2,3})\s?(?:fps|帧)", low)
        if len(want.on) < 2:
            slow = re.search(r"slow|慢", low) is not None
            self._one("interpolate", want, {"factor": self._frames_more(want, fps and float(fps[1])), "slow": slow})
            return
        media = self.all_held(want)
        if any(held.kind != "image" for held in media):
            self._compose(want)
            return
        names = ("和" if self.language == "zh" else " and ").join(held.name for held in media)
        seconds = seconds_in(low) or _LONGER
        args = {"images": [media[0].value, media[-1].value], "factor": max(2, min(256, round(24 * seconds)))}
        step = self.do("interpolate", args, names)
        self.writer.hidden |= {held.key for held in media}
        self.made(step, "video")

    def _frames_more(self, want: Want, fps: float | None) -> int:
        """Return how many times as many frames a clip gets: 2, or what brings it near a rate."""
        held = self.held(want)
        known = (medium for medium in self.writer.world.request.media if medium.number == held.number)
        rate = next((medium.artifact.fps for medium in known if isinstance(medium.artifact, Video)), None)
        return max(2, min(8, round(fps / rate))) if fps and rate else 2

    def _future(self, want: Want) -> None:
        held = self.held(want)
        seconds = seconds_in(told(want.clause).low)
        if held.kind == "video":
            self.writer.write(Continue(want.clause, seconds or _LONGER, seconds is not None, where=self.where(want)))
            return
        self._new_picture(want, held)

    def _past(self, want: Want) -> None:
        held = self.held(want)
        if held.kind == "image":
            self._new_picture(want, held)
            return
        args = {"video": held.value, "before": seconds_in(told(want.clause).low) or _LONGER}
        self.made(self.do("extend_video", args, held.name), "video", held)

    def _new_picture(self, want: Want, held: Held) -> None:
        """Show a still picture at another time: an instruction in words, for an engine that draws."""
        if self._missing(want):
            self._refuse(want)
        args = {
            "operation": "replace",
            "target": tell(self.language, "whole"),
            "value": want.clause,
            "request": want.clause,
        }
        self._apply(want, held, None, args)

    def _animate(self, want: Want) -> None:
        held = self.kind_held(want, "image")
        args = {"image": held.value, "prompt": want.clause, "seconds": seconds_in(told(want.clause).low) or 3.0}
        self.made(self.do("animate", args, held.name), "video", held)

    def _compose(self, want: Want) -> None:
        media = self.all_held(want)
        low = told(want.clause).low
        names = ("和" if self.language == "zh" else " and ").join(held.name for held in media)
        args: dict[str, Any] = {
            "clips": [held.value for held in media if held.kind == "video"] or None,
            "stills": [held.value for held in media if held.kind == "image"] or None,
            "layout": "inset" if want.op == "picture_in_picture" else "fade" if _FADE.search(low) else "then",
        }
        if want.op == "picture_in_picture":
            share = amount_in(low)
            args |= {"corner": _corner(low), "share": share if share and 0.1 <= share <= 0.6 else None}
        step = self.do("compose", args, names)
        self.writer.hidden |= {held.key for held in media}
        self.made(step, "video")

    # ------------------------------------------------------------ words and sound

    def _caption(self, want: Want) -> None:
        low = told(want.clause.replace(want.value, " ") if want.value else want.clause).low
        place = direction_in(_VERB_UP.sub("", low)) or ("top" if "顶" in low else "bottom")
        args = {"text": self._as_written(want.value), "place": place, **_shown(low)}
        self._one("caption", want, args, self.held(want).kind)

    def _subtitle(self, want: Want) -> None:
        self._caption(want)

    def _as_written(self, value: str) -> str:
        """Return words that are shown or spoken as the person wrote them, with their own punctuation."""
        width = {c: f"[{re.escape(c)}{chr(ord(c) + 0xFEE0)}]" for c in ",.:;!?()"}
        pattern = r"\s*".join("".join(width.get(c, re.escape(c)) for c in word) for word in value.split())
        found = re.search(pattern, self.writer.world.request.text) if pattern else None
        return found[0] if found else value

    def _is_when_of_words(self, want: Want) -> bool:
        """Whether a span belongs to the words that were just put on the clip ("…, from 1 s to 3 s"); it is then set."""
        steps, low = self.writer.steps, told(want.clause).low.strip()
        if not steps or steps[-1].tool != "caption" or not re.match(r"(?:从|第|from |between |显示)", low):
            return False
        steps[-1] = steps[-1].model_copy(update={"args": {**steps[-1].args, **_shown(low)}})
        return True

    def _narrate(self, want: Want) -> None:
        held = self.held(want)
        text = self._as_written(want.value)
        around = want.clause.replace(want.value, " ") if want.value else want.clause
        voice = (" " if self.language == "en" else "").join(dict.fromkeys(_VOICE.findall(around.lower())))
        spoken = self.do("speak", {"text": text, "voice": voice}, held.name)
        self.writer.answer.append(Ref(step=spoken, port="finding"))
        self._mux(want, held, Ref(step=spoken, port="audio"))

    def _sound(self, want: Want) -> None:
        self._heard(want, "sound")

    def _music(self, want: Want) -> None:
        self._heard(want, "music")

    def _heard(self, want: Want, kind: str) -> None:
        held = self.held(want)
        low = told(want.clause).low
        if re.search(
            r"mute|silen|no (?:sound|audio)|静音|消音|(?:关|去|删|不要|没有?).{0,4}声|声.{0,4}(?:关|去|删|不要)", low
        ):
            self._one("mux", want, {"mute": True})
            return
        args: dict[str, Any] = {
            "what": want.value or (want.clause if kind == "music" else ""),
            "kind": kind,
            "seconds": seconds_in(low),
        }
        if held.kind == "video":
            args["video"] = held.value
        made = self.do("sound", args, held.name)
        self.writer.answer.append(Ref(step=made, port="finding"))
        self._mux(want, held, Ref(step=made, port="audio"), start=moment_in(low))

    def _mux(self, want: Want, held: Held, audio: Ref, start: float | None = None) -> None:
        if held.kind != "video":
            self.writer.answer.append(audio)
            return
        step = self.writer.step(
            "mux", self.say("mux", want, held.name), {"video": held.value, "audio": audio, "start": start}
        )
        self.writer.answer.append(Ref(step=step, port="finding"))
        self.made(step, "video", held)


def _shown(low: str) -> dict[str, float | None]:
    """Return from when until when words are shown."""
    span = span_in(low)
    start = span.start if span.start is not None else moment_in(low)
    lasts = (start or 0.0) + span.seconds if span.seconds is not None else None
    return {"start": start, "end": span.end if span.end is not None else lasts}


def _corner(low: str) -> str | None:
    side = direction_in(low)
    rows, columns = {"up": "upper", "down": "lower"}, ("left", "right")
    row = next((name for word, name in rows.items() if word in side), None)
    column = next((name for name in columns if name in side), None)
    return f"{row or 'lower'} {column or 'right'}" if row or column else None


def _factor(low: str) -> float:
    amount = amount_in(low)
    slow = bool(re.search(r"slow|慢|减速|half|一半", low))
    if re.search(r"原速|normal speed|real.?time|original speed", low):
        return 1.0
    if amount is None:
        return 0.5 if slow else 2.0
    return 1 / amount if slow and amount > 1 else amount


def _times(match: re.Match[str]) -> int:
    words = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "two": 2, "three": 3, "four": 4, "five": 5}
    said = match[1] or match[2] or "two"
    return int(words.get(said, said if said.isdigit() else 2))
