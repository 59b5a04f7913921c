"""Another edit of a picture, from what a message says of its things, colours and operations, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agentvid.media.colours import named_colour
from agentvid.planner.nouns import noun_in, same_noun
from agentvid.planner.request import Edit
from agentvid.planner.rewrite.colour_said import SaidColour, said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.read_colour import put_plan
from agentvid.planner.rewrite.read_target import head_noun, put_operation, put_target
from agentvid.planner.rewrite.sense.photo_parts import (
    RECOLOURING,
    drop_named,
    holds_only,
    is_done,
    is_in,
    is_short,
    noun_of,
    parts_told,
    put_everywhere,
    same_hue,
    say_stays,
)
from agentvid.planner.rewrite.sense.photo_words import (
    ADDED,
    DROPPED,
    GREEN_SCREEN,
    OWN_BEHIND,
    OWN_COLOUR,
    PHOTO,
    UNWANTED,
    Thing,
    as_called,
    denied_spans,
    things_said,
)
from agentvid.planner.rewrite.sense.words import Word, scan
from agentvid.planner.rewrite.where import Where

__all__ = ["Photo"]

_BEHIND: Final = ("blur_background", "replace_background")
_OF_THING: Final = ("recolour", "remove")
_MEANT: Final = re.compile(r"\bmeant?\b|\bwrong\b|说的是|指的是|[搞弄选找]错", re.IGNORECASE)


@dataclass
class Photo:
    """What a message says of the edits of a chain's picture, read one piece after the other."""

    draft: Draft
    named: Part | None = None
    denied: list[Part] = field(default_factory=list)
    wrong: str = ""
    is_wrong: bool = False
    is_behind: bool = False
    did: bool = False

    def parts(self, *operations: str) -> list[Part]:
        """Return the parts of the chain that do one of these operations."""
        return [part for part in self.draft.parts() if part.plan and part.operation in operations]

    def read(self, text: str) -> bool:
        """Read one piece; False where it says nothing of the edits, or nothing that is certain."""
        text = same_hue(as_called(text), [part.colour for part in self.parts("recolour", "replace_background")])
        words = scan(text, PHOTO)
        kinds = {word.kind for word in words}
        if DROPPED.fullmatch(text) and self.named is not None:
            self.denied.append(self.named)
            return True
        spans = denied_spans(text)
        colours = [one for one in said_colours(text) if not is_in(one.start, spans)]
        bad = [one for one in said_colours(text) if is_in(one.start, spans)]
        things = [
            thing
            for thing in things_said(text, noun_of(self.draft))
            if ("background" not in kinds or not re.search(r"behind", thing.words))
            and not any(one.start <= thing.start and thing.end < one.end for one in colours)
        ]
        if self.did and re.search(r"别只|不要只|不只|\bnot (?:just|only)\b", text):
            return True
        if (self.is_wrong or _MEANT.search(text)) and colours and "recolour" not in kinds:
            colours = [one for one in colours if not any(t.start <= one.start < t.end for t in things)]
        done = (
            self._whole(text, kinds, colours)
            or self._subject(text, kinds, things)
            or self._kept(text, words, kinds, things, spans)
            or self._coloured(text, kinds, colours, bad, things)
            or self._removed(text, words, kinds, things, spans)
            or self._behind(text, words, kinds, spans, things)
            or self._meant(text, kinds, things, bad, colours)
        )
        self.is_behind = "background" in kinds if kinds & {"background"} or things else self.is_behind
        self.did = self.did or done
        return done

    def finish(self) -> None:
        """Leave out what was said not to be done, where nothing was said to be done instead."""
        for part in self.denied:
            now = next((p for p in self.draft.parts() if p.core == part.core), None)
            if now is not None and now.operation == part.operation and now.thing == part.thing:
                drop_named(self.draft, now)
        self.denied = []

    def _whole(self, text: str, kinds: set[str], colours: Sequence[SaidColour]) -> bool:
        """Read "tint the entire photo green": the edit keeps to no mask."""
        recolouring = self.parts("recolour")
        if "whole" not in kinds or len(recolouring) != 1 or not (colours or kinds & {"recolour", "it", "not"}):
            return False
        part = recolouring[0]
        put_everywhere(self.draft, part, colours)
        self.denied = [one for one in self.denied if one.core != part.core]
        return True

    def _subject(self, text: str, kinds: set[str], things: Sequence[Thing]) -> bool:
        """Read "the subject is the cup": what the background is behind of."""
        behind = self.parts(*_BEHIND)
        said = [thing for thing in things if not thing.is_denied]
        is_told = re.search(r"\b(?:is|are|be|as|means?|=)\b|[是为]|换成|改成", text) is not None
        if "subject" not in kinds or not behind or len(said) != 1 or not is_told:
            return bool(
                "background" in kinds
                and said
                and self.did
                and re.search(r"\b(?:counts?|belongs?|part of)\b|算|属于", text)
            )
        return put_target(self.draft, said[0].words, Where((behind[-1].core,), ""))

    def _kept(
        self, text: str, words: list[Word], kinds: set[str], things: Sequence[Thing], spans: list[tuple[int, int]]
    ) -> bool:
        """Read "the spoon can stay", "虚化还是要", "don't touch the background": what would change it is left out."""
        if OWN_COLOUR.search(text) and len(self.parts("recolour")) == 1:
            self.denied += self.parts("recolour")
            return True
        is_kept = (
            bool(kinds & {"keep"})
            or re.search(r"(?:别|不要|不许|don't|do not|dont) ?(?:touch|change|动|碰|改)(?!.{0,3}颜?色)", text)
            is not None
        )
        if not is_kept:
            return False
        if self.parts("recolour") and RECOLOURING.search(text):
            return say_stays(self.draft)
        if "blur" in kinds and self.parts("blur_background"):
            return True
        if "background" in kinds and not said_colours(text):
            behind = self.parts(*_BEHIND)
            if behind and not re.search(r"still|还是要|还要|继续", text):
                return drop_named(self.draft, behind[0])
            return say_stays(self.draft)
        named = [
            part for part in self.parts(*_OF_THING) for thing in things if same_noun(head_noun(part.thing), thing.words)
        ]
        own = [
            part for part in named if {named_colour(c.words) for c in said_colours(text)} <= {named_colour(part.thing)}
        ]
        told = {named_colour(c.words) for c in said_colours(text)}
        if told and not things and not named:
            named = own = [
                p for p in self.parts("recolour") if told == {named_colour(c.words) for c in said_colours(p.thing)}
            ]
        if told and not own:
            return False
        if named:
            if self.is_wrong or is_done(self.draft, named[0]):
                return True
            self.denied.append(named[0])
            self.named = named[0]
            return True
        return bool(things or self.did or self.draft.did) and say_stays(self.draft)

    def _coloured(
        self, text: str, kinds: set[str], colours: list[SaidColour], bad: list[SaidColour], things: Sequence[Thing]
    ) -> bool:
        """Read another colour: of the thing, or of what is behind it."""
        if bad and not colours:
            self.wrong = bad[-1].words
            said = [thing for thing in things if thing.is_denied]
            self.is_wrong = True
            return bool(said) or bool(self.parts("recolour", "replace_background"))
        if not colours:
            return False
        colour = colours[-1]
        own = [
            part
            for part in self.parts("recolour")
            if {named_colour(c.words) for c in colours} == {named_colour(c.words) for c in said_colours(part.thing)}
        ]
        if own and re.search(
            r"\b(?:fine|ok|okay|good|was|stays?|keep|leave|remain\w*|still)\b|挺好|就好|就行|原来|保持|仍", text
        ):
            self.denied.append(own[0])
            self.named = own[0]
            return True
        if GREEN_SCREEN.search(text):
            return self.did and bool(self.parts("replace_background"))
        said = [thing for thing in things if not thing.is_denied and not holds_only(thing, colours)]
        if "background" in kinds or (self.is_behind and self.did and not said and not self.parts("replace_background")):
            return self._coloured_behind(text, colour)
        recolouring = self.parts("recolour")
        other = [
            thing
            for thing in said
            if not any(same_noun(head_noun(p.thing), thing.words) for p in self.draft.parts() if p.thing)
        ]
        removing = [
            p for p in self.parts("remove") if not said or any(same_noun(head_noun(p.thing), t.words) for t in said)
        ]
        if other:
            return self._other_coloured(text, kinds, colour, other, things)
        if recolouring:
            part = recolouring[0] if len(recolouring) == 1 else self._of_colour(recolouring, bad, said)
            if part is None:
                return False
            self.named = part
            if colour.is_relative or named_colour(colour.words) != named_colour(part.colour):
                put_plan(self.draft, part, colour)
            self.draft.did = True
            return True
        if removing and (kinds & {"recolour", "instead", "it", "keep"} or said or self.denied):
            self.denied = [one for one in self.denied if one.core != removing[0].core]
            return put_operation(self.draft, Edit(text, "recolour", "", colour.words), Where((removing[0].core,), ""))
        behind = self.parts("replace_background")
        if behind and not said:
            put_plan(self.draft, behind[0], colour)
            self.draft.did = True
            return True
        return False

    def _of_colour(self, parts: list[Part], bad: list[SaidColour], said: list[Thing]) -> Part | None:
        was = [named_colour(one.words) for one in bad] + [named_colour(self.wrong)]
        named = [part for part in parts if named_colour(part.colour) in was]
        named = named or [p for p in parts if any(same_noun(head_noun(p.thing), thing.words) for thing in said)]
        if len(named) == 1 or self.named is not None:
            return named[0] if len(named) == 1 else self.named
        core = self.draft.one(part.core for part in parts)
        return next(part for part in parts if part.core == core)

    def _other_coloured(
        self, text: str, kinds: set[str], colour: SaidColour, other: list[Thing], things: Sequence[Thing]
    ) -> bool:
        recolouring = self.parts("recolour")
        is_same = any(named_colour(colour.words) == named_colour(part.colour) for part in recolouring)
        is_added = ADDED.search(text) is not None
        if not recolouring or not (kinds & {"instead"} or self.is_wrong or is_same) or (is_added and not is_same):
            return False
        own = head_noun(recolouring[0].thing)
        is_joint = is_added or any(same_noun(own, thing.words) for thing in things if not thing.is_denied)
        own = noun_in(own, is_english=text.isascii())
        words = (" and " if text.isascii() else "和").join([own] * is_joint + [thing.words for thing in other[-1:]])
        if not put_target(self.draft, words, Where((recolouring[0].core,), "")):
            return False
        if not is_same:
            part = next(p for p in self.draft.parts() if p.core == recolouring[0].core)
            put_plan(self.draft, part, colour)
        return True

    def _coloured_behind(self, text: str, colour: SaidColour) -> bool:
        replacing, blurring = self.parts("replace_background"), self.parts("blur_background")
        if replacing:
            if colour.is_relative or named_colour(colour.words) != named_colour(replacing[0].colour):
                put_plan(self.draft, replacing[0], colour)
            self.draft.did = True
            return True
        if not blurring:
            return False
        self.denied = [one for one in self.denied if one.core != blurring[0].core]
        wanted = Edit(text, "replace_background", "", colour.words)
        return put_operation(self.draft, wanted, Where((blurring[0].core,), ""))

    def _removed(
        self, text: str, words: list[Word], kinds: set[str], things: Sequence[Thing], spans: list[tuple[int, int]]
    ) -> bool:
        """Read "take it out altogether", "spoon AND saucer should go", "don't recolour it"."""
        removing, recolouring = self.parts("remove"), self.parts("recolour")
        verb = next((word for word in words if word.kind == "remove"), None)
        denied = [word for word in words if word.kind == "recolour" and is_in(word.start, spans)]
        if verb is not None and denied and recolouring and not things and not is_in(verb.start, spans):
            self.denied = [one for one in self.denied if one.core != recolouring[0].core]
            return put_operation(self.draft, Edit("remove", "remove", ""), Where((recolouring[0].core,), ""))
        if denied and recolouring and (verb is None or is_in(verb.start, spans)):
            self.denied.append(recolouring[0])
            return True
        if verb is None and "recolour" in kinds and recolouring and UNWANTED.match(text) and not said_colours(text):
            self.denied.append(recolouring[0])
            return True
        if verb is None:
            return False
        if is_in(verb.start, spans) or re.search(r"(?:别|不要|不用|不许)\S{0,3}$", text[: verb.start]):
            named = [p for p in removing if not things or any(same_noun(head_noun(p.thing), t.words) for t in things)]
            self.denied += [part for part in named if part not in self.denied]
            return bool(named)
        said = [thing for thing in things if not thing.is_denied]
        if self.named is not None and self.named.operation in _BEHIND and not said and self.did:
            self.denied.append(self.named)
            return True
        told = [] if said else parts_told(self.draft, f"{text[: verb.start]} {text[verb.end :]}")
        if told:
            self.denied += told
            return True
        own = [t for t in said if any(same_noun(head_noun(p.thing), t.words) for p in removing)]
        if removing and said and len(own) < len(said):
            joint = " and " if text.isascii() else "和"
            names = [thing.words for thing in said]
            if ADDED.search(text) and not own:
                names = [noun_in(head_noun(removing[0].thing), is_english=text.isascii()), *names]
            return put_target(self.draft, joint.join(names), Where((removing[0].core,), ""))
        is_it = not said or any(same_noun(head_noun(p.thing), t.words) for p in recolouring for t in said)
        if recolouring and is_it and not ADDED.search(text):
            self.denied = [one for one in self.denied if one.core != recolouring[0].core]
            return put_operation(self.draft, Edit(text, "remove", ""), Where((recolouring[0].core,), ""))
        return bool(removing and (own or "it" in kinds) and (self.did or self.draft.did))

    def _behind(
        self, text: str, words: list[Word], kinds: set[str], spans: list[tuple[int, int]], things: Sequence[Thing]
    ) -> bool:
        """Read "blur it instead", "no blur", "sharp background please"."""
        blur = next((word for word in words if word.kind == "blur"), None)
        blurring, replacing = self.parts("blur_background"), self.parts("replace_background")
        skip = UNWANTED.search(text)
        is_denied = skip is not None and (
            blur is None
            or is_in(blur.start, spans)
            or skip.start() < blur.start
            or "can go" in text
            or skip[0] in ("不要", "去掉", "不用")
        )
        if blur is not None and is_denied and (blurring or replacing):
            self.denied += blurring
            return bool(blurring) or self.did
        if (
            blur is None
            and is_denied
            and "background" in kinds
            and replacing
            and re.search(r"换|改|纯|[白黑灰]|replac|chang|swap|solid|plain|flat", text)
        ):
            self.denied += replacing
            return True
        if blur is not None and replacing:
            self.denied = [one for one in self.denied if one.core != replacing[0].core]
            return put_operation(self.draft, Edit("", "blur_background", ""), Where((replacing[0].core,), ""))
        if blur is not None and blurring and (self.did or re.search(r"\btoo (?:much|strong)\b|太|过头", text)):
            self.named = blurring[0]
            return True
        is_own = "background" in kinds and OWN_BEHIND.search(text) is not None
        if blur is None and (
            (blurring and (("sharp" in kinds and ("background" in kinds or not things)) or is_own))
            or (replacing and is_own)
        ):
            self.denied += blurring or replacing
            return True
        return False

    def _meant(
        self, text: str, kinds: set[str], things: Sequence[Thing], bad: list[SaidColour], colours: list[SaidColour]
    ) -> bool:
        """Read "哎不对，是叉子", "not that spoon, the one on the right", "the plate, not the cup"."""
        said, denied = ([t for t in things if t.is_denied == is_denied] for is_denied in (False, True))
        parts = [part for part in self.draft.parts() if part.thing and part.operation in (*_OF_THING, *_BEHIND)]
        if denied and not said:
            named = [p for p in parts if any(same_noun(head_noun(p.thing), t.words) for t in denied)]
            self.is_wrong, self.named = True, named[0] if named else self.named
            return bool(named) or self.did
        if "background" in kinds and "subject" not in kinds:
            return False
        is_meant = (
            self.is_wrong
            or _MEANT.search(text) is not None
            or bool(denied)
            or (self.named is not None and not self.did)
            or bool(kinds & {"instead", "subject"})
            or is_short(re.sub(r"\b(?:only|just)\b|[只光]|就[行好]", " ", text), said)
        )
        if len(said) == 1 and re.search(r"\bwrong (?:\w+ )?$|[搞弄选找认]错$", text[: said[0].start]):
            self.is_wrong = True
            return True
        is_own = len(said) == 1 and any(same_noun(head_noun(part.thing), said[0].words) for part in parts)
        if is_own and "remove" not in kinds and re.search(r"\b(?:only|just)\b|[只光]", text) and not colours:
            self.draft.did = True
            return True
        if len(said) != 1 or not is_meant or not parts or ADDED.search(text):
            self.is_wrong = self.is_wrong or re.search(r"\bwrong\b|不对|搞错|弄错|错了", text) is not None
            return self.is_wrong
        named = [p for p in parts if any(same_noun(head_noun(p.thing), t.words) for t in denied)]
        part = self.named or (named or parts)[0]
        if re.search(r"\b(?:too|as well)[.! ]*$|^(?:and|also)\b", self.draft.raw, re.IGNORECASE):
            return False
        if said[0].words == part.thing:
            return self.is_wrong
        self.named = part
        return put_target(self.draft, said[0].words, Where((part.core,), ""))
