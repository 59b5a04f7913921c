"""A message read by its meaning: every piece goes to the reader of what it is about, and none may be left over.

`sense` reads a whole message. Where a piece asks for something that no reader knows, nothing is read: the person is
asked. Pieces that only tell why, greet or thank are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_box import read_box
from agentvid.planner.rewrite.read_run import read_command
from agentvid.planner.rewrite.roles import CLIPS
from agentvid.planner.rewrite.sense.anew import asks_anew
from agentvid.planner.rewrite.sense.camera import put_camera
from agentvid.planner.rewrite.sense.camera_words import CAMERA, NOT
from agentvid.planner.rewrite.sense.evidence import put_given_back, put_moved_box
from agentvid.planner.rewrite.sense.media import (
    drops_own,
    is_new_alone,
    is_of_join,
    layout_told,
    put_area,
    put_joined,
)
from agentvid.planner.rewrite.sense.named_values import put_check_colour, put_named_target
from agentvid.planner.rewrite.sense.photo import Photo
from agentvid.planner.rewrite.sense.photo_parts import denied_of, is_of_photo
from agentvid.planner.rewrite.sense.photo_words import PHOTO, things_said
from agentvid.planner.rewrite.sense.questions import asks, put_given_question, put_question
from agentvid.planner.rewrite.sense.stage import denies_edit, put_stage
from agentvid.planner.rewrite.sense.stage_words import tokens_of
from agentvid.planner.rewrite.sense.step_words import names_step, skips, steps_meant
from agentvid.planner.rewrite.sense.steps import is_only, put_only, put_order, put_skip, put_undo
from agentvid.planner.rewrite.sense.thoughts import put_told_thought
from agentvid.planner.rewrite.sense.wishes import put_engine, put_pin, put_seed
from agentvid.planner.rewrite.sense.words import chunks_of, residue, scan
from agentvid.planner.rewrite.spot.drawn import drawn_layout
from agentvid.planner.rewrite.spot.values import spot_number, spot_original, spot_size, spot_start, spot_unlit
from agentvid.planner.rewrite.where import find_steps

__all__ = ["sense"]


_RUN: Final[tuple[Callable[[Draft, str], bool], ...]] = (
    put_check_colour,
    put_engine,
    put_seed,
    put_pin,
    put_order,
    spot_number,
)
_WISH: Final = re.compile(
    r"\b(?:make|change|turn|set|use|put|add|remove|want|need|give|show|do|let|try|paint|move|keep|should"
    r"|must|skip|drop|lose|forget|cancel|lock|pin|no|without|leave)\b|[取跳省锁改换变调加减去删做弄给让要]",
    re.IGNORECASE,
)
"""Words that ask for something: a piece without any is a remark."""
_HESITANT: Final = re.compile(
    r"^(?:(?:no(?=[,.]| no\b| wait| i\b| not\b| make| use)|nope|nah|wait|oops|sorry|hmm*|ok(?:ay)?|oh|ah"
    r"|well|actually|um|uh|so|but|and|then|please|hey|hi|maybe|perhaps|nvm|hang on"
    r"|hold on)\b[, ]*(?:no\b)?)+(?=\w+ \w)"
    r"|^(?:哎呀?|嗯+|哦|啊|呃|那个|不对|算了|然后|而且|并且|但是|不过|另外|还有|顺便|麻烦|请|帮我)[,，]?(?=.{2})",
    re.IGNORECASE,
)
_MISTAKE: Final = re.compile(
    r".{0,6}(?:[搞弄打说看写选找认]错|不对|改主意|手滑).{0,4}|.*\b(?:my (?:bad|mistake)|wrong one|typo"
    r"|changed my mind|misspoke)\b.*",
    re.IGNORECASE,
)
_ENOUGH: Final = re.compile(
    r".{1,30}(?: is| are|'s) (?:all i(?:'ll)? (?:need|want)|enough|plenty)\b.{0,12}"
    r"|.{1,12}(?:就够|就行|就好|足够)了?",
    re.IGNORECASE,
)
_START: Final = re.compile(
    r"(?:\b(?:from|at|starting (?:at|from)|after) )(?:second |the |frame )*\d+(?:\.\d+)? ?(?:s\b|secs?"
    r"|seconds?)?(?: mark)?|从?第?[\d.一二两三四五六七八九十]+(?:秒|帧)"
    r"|\S+ (?:an? )?(?:s|secs?|seconds?) (?:before|from) (?:the )?end|倒数第?\S{1,4}秒",
    re.IGNORECASE,
)
_BOX: Final = re.compile(r"\bbox\b|框", re.IGNORECASE)
_ORIGINAL: Final = re.compile(
    r"\b(?:original(?! colou?r)|untouched|unedited|uploaded)\b|\bmy (?:own )?(?:photo|picture)\b|原图|原片"
    r"|原来的[图照]|没(?:改|动|处理)过的",
    re.IGNORECASE,
)


def sense(draft: Draft, message: str) -> bool:
    """Read a message by its meaning into changes of the draft; False where some of it is not understood.

    Raises: Back or Which where what is understood can't be done, or could mean several steps.
    """
    text = message.lower()
    if put_told_thought(draft, draft.raw):
        return True
    rest = put_given_question(draft)
    text = text if rest is None else rest.lower()
    if asks_anew(draft, text):
        return False
    if rest is None and (put_given_back(draft, text) or put_named_target(draft, draft.raw)):
        return True
    if rest is None and (read_command(draft, draft.message) or put_undo(draft, text)):
        return True
    pieces = [_HESITANT.sub("", piece.text) for piece in chunks_of(text)]
    pieces = _joined(pieces)
    pieces = [piece for piece in pieces if not _REST.fullmatch(piece)]
    left = _whole(draft, text, [piece for piece in pieces if not _keeps_step(draft, piece)] or pieces)
    unread = _world(draft, left) if drawn_layout(draft) is not None else _media(draft, left)
    return draft.did and all(_is_remark(draft, piece) for piece in unread)


_DROPS: Final = re.compile(
    r"(?:please |just )*(?:drop|skip|lose|remove|delete|cut|scrap|ditch) (?:it|that|this)(?: (?:out|please))?"
    r"|(?:take|leave|cut) (?:it|that|this) out(?: please)?|(?:就|都)?(?:不要|去掉"
    r"|删掉?|拿掉|跳过|省掉?|取消)了?吧?",
    re.IGNORECASE,
)


def _joined(pieces: list[str]) -> list[str]:
    """Return pieces where a step that is named and what is said of it are one: "the orbit part, drop it"."""
    found: list[str] = []
    for piece in pieces:
        if found and _DROPS.fullmatch(piece) and names_step(found[-1]) and not _WISH.search(found[-1]):
            found[-1] = f"{piece} {found[-1]}"
        else:
            found.append(piece)
    return found


def _whole(draft: Draft, text: str, pieces: list[str]) -> list[str]:
    """Read what stretches over several pieces; return the pieces that are left to be read."""
    if put_moved_box(draft, text) or read_box(draft, draft.message, None):
        return []
    if put_area(draft, text):
        return [
            piece for piece in pieces if not re.search(r"\d", piece) and (said_colours(piece) or scan(piece, CAMERA))
        ]
    if put_order(draft, text):
        return []
    boxed = [piece for piece in pieces if _BOX.search(piece)]
    if boxed and any(read_box(draft, piece, None) for piece in boxed[::-1]):
        return [piece for piece in pieces if piece not in boxed and (said_colours(piece) or names_step(piece))]
    asked = next((piece for piece in pieces if asks(piece)), None)
    if asked is not None and put_question(draft, asked):
        return [piece for piece in pieces if piece != asked and not re.search(r"descri|描述|看不懂|介绍", piece)]
    for piece in pieces:
        if spot_start(draft, piece):
            put_camera(draft, _START.sub(" ", piece))
            return [
                other
                for other in pieces
                if other != piece and scan(other, CAMERA) and not re.search(r"\b(?:end|last)\b|最后", other)
            ]
    is_alone = is_new_alone(text) and "compose" in {step.tool for step in draft.chain}
    if is_alone and put_skip(draft, "skip the comparison"):
        return []
    is_kept = drops_own(text) or layout_told(text) or not any(skips(piece, ("compose",)) for piece in pieces)
    if is_of_join(text) and is_kept and put_joined(draft, text):
        return [
            piece for piece in pieces if not is_of_join(piece) or any(w.kind == "seconds" for w in scan(piece, CAMERA))
        ]
    return pieces


def _read_run(draft: Draft, text: str) -> bool:
    if any(reader(draft, text) for reader in _RUN):
        return True
    if any(reader(draft, text) for reader in (spot_start, spot_size, spot_unlit)):
        return True
    if _ORIGINAL.search(text) and spot_original(draft, text):
        draft.said.add("original")
        return True
    return "original" in draft.said and re.search(r"\b(?:not|don't)\b|别|不要", text) is not None


def _world(draft: Draft, pieces: list[str]) -> list[str]:
    """Read pieces about solids and the steps that draw them; return those that were not read."""
    stage: list[str] = []
    unread: list[str] = []
    has_any = any(_is_of_stage(piece, has_more=False) for piece in pieces)
    for piece in pieces:
        if has_any and denies_edit(piece):
            stage.append(piece)
            continue
        if (
            skips(piece, ("check",))
            and not {t.kind for t in tokens_of(piece)} & {"shape", "colour"}
            and put_skip(draft, piece)
        ):
            continue
        is_step = not {t.kind for t in tokens_of(piece)} & {"shape", "colour", "place"}
        if _read_run(draft, piece) or (is_step and (put_skip(draft, piece) or put_only(draft, piece))):
            continue
        if _is_of_stage(piece, has_more=has_any):
            stage.append(piece)
        else:
            unread.append(piece)
    if stage and _moves(", ".join(stage)):
        return [*unread, *stage]
    if stage and not put_stage(draft, ", ".join(stage)):
        unread += stage
    return unread


_ALIVE: Final = re.compile(
    r"\b(?:roll(?:s|ing)?|bounc\w+|fall(?:s|ing)?|jump\w*|collid\w*|crash\w*|explod\w*|spin(?:s|ning)?"
    r"|videos?|clips?|animat\w+|film|movie|walk|orbit\w*|circl\w+|fly\w*)\b|绕(?!到)"
    r"|环绕|转[一两几]?[圈下]|旋转|推近|拉远|运镜|滚|弹[起跳]|跳|掉下|飞|撞|视频"
    r"|动画|动起来|走一",
    re.IGNORECASE,
)


def _moves(text: str) -> bool:
    """Return whether words tell of a clip: the small world's pictures stand still."""
    if _ALIVE.search(text):
        return True
    kinds = {word.kind for word in scan(text, CAMERA)}
    return "seconds" in kinds or "fps" in kinds


def _media(draft: Draft, pieces: list[str]) -> list[str]:
    """Read pieces about pictures and clips and their edits; return those that were not read."""
    photo = Photo(draft, denied_of(draft, draft.message))
    has_camera = any(_is_of_camera(draft, piece) for piece in pieces)
    camera: list[str] = []
    skipped: list[str] = []
    unread: list[str] = []
    for piece in [half for whole in pieces for half in _parted(draft, whole)]:
        if _read_run(draft, piece):
            continue
        where = find_steps(piece, draft.chain, draft.tools)
        if where is not None and where.is_number and put_skip(draft, piece):
            continue
        if skips(piece, ("check", "compose", "describe", "analyse", "locate", "future_frames")) and put_skip(
            draft, piece
        ):
            continue
        if put_only(draft, piece):
            continue
        if skips(piece, ("clip",)) and not _is_positive(piece):
            skipped.append(piece)
        elif _is_of_camera(draft, piece) or (has_camera and _is_of_camera(draft, piece, weak=True)):
            camera.append(piece)
        elif is_of_photo(draft, piece) and photo.read(piece):
            continue
        elif not (put_skip(draft, piece) or put_only(draft, piece)):
            unread.append(piece)
    if camera:
        unread += [] if put_camera(draft, ", ".join([*skipped, *camera])) else camera
    else:
        unread += [piece for piece in skipped if not put_skip(draft, piece)]
    photo.finish()
    return unread


def _parted(draft: Draft, piece: str) -> list[str]:
    """Return a piece in two where its halves are about a colour and about a clip: "yellow cup and 8 seconds"."""
    halves = re.split(r"\s+(?:and|with|plus)\s+|[、和]", piece)
    if len(halves) != 2 or not said_colours(piece):
        return [piece]
    moving = [
        bool({word.kind for word in scan(half, CAMERA)} & {"seconds", "degrees", "times", "fps"}) for half in halves
    ]
    return halves if moving[0] != moving[1] else [piece]


_STAYS: Final = re.compile(
    r"\bleave\b.*\balone\b|\b(?:keep\w*|stays?|remain\w*|still (?:do|run|check)\w*|fine|ok(?:ay)?|good)\b"
    r"|照做|照旧|照样|照常|还是要|还要|还做|留着|留下|保留"
    r"|继续|仍然?|依旧|正常",
    re.IGNORECASE,
)
_SAME: Final = re.compile(
    r"\b(?:exactly|result|output|as (?:it )?(?:is|was)|pin\w*|lock\w*|forever|version)\b|结果|锁|固定|原样|\d",
    re.IGNORECASE,
)


def _keeps_step(draft: Draft, text: str) -> bool:
    """Return whether words only say that a step is done as before: "颜色那步照做", "the check stays"."""
    if not _STAYS.search(text) or _SAME.search(text) or said_colours(text) or things_said(text, ""):
        return False
    where = find_steps(text, draft.start, draft.tools)
    is_last = re.search(r"最后|末|后[面一]|\blast\b|\bfinal\b|\bother one\b", text, re.IGNORECASE) is not None
    return names_step(text) or (where is not None and bool(where.steps)) or is_last


def _is_positive(text: str) -> bool:
    """Return whether words tell of a move that is wanted beside one that is not."""
    kinds = {word.kind for word in scan(NOT.sub(" ", text), CAMERA)}
    return bool(
        kinds
        & {
            "seconds",
            "degrees",
            "times",
            "left",
            "right",
            "in",
            "out",
            "up",
            "down",
            "slower",
            "faster",
            "shorter",
            "longer",
            "less",
        }
    )


def _is_of_stage(text: str, *, has_more: bool) -> bool:
    kinds = {token.kind for token in tokens_of(text)}
    sure = kinds & {
        "shape",
        "colour",
        "size",
        "place",
        "swap",
        "camera",
        "bare_count",
        "opposite",
        "row",
        "sizes",
        "mirror",
    }
    return bool(sure) or (has_more and bool(kinds & {"same", "keep", "only", "nothing_else", "all", "not", "remove"}))


_REST: Final = re.compile(
    r"(?:and |but |keep |leave |with )*(?:the |all )?(?:rest|others?|everything else|all else"
    r"|anything else|nothing else)\b.*(?:stay|same|as|keep|fine|is|unchanged|alone|changes?|untouched|be"
    r"|moves?)\b.*"
    r"|(?:the )?(?:rest|others?|later (?:ones|steps)|(?:everything|all"
    r"|what(?:ever)? (?:comes|follows)?) ?(?:after|else|later|that follows)\b[\w ]*)"
    r" (?:can|may|is free to|are free to|could) (?:still |all )?(?:re-?\w+|change|be (?:re)?\w+|run|do)\b.*"
    r"|(?:后面|之后|往后|其他|其它|其余|剩下|别的|余下|下面|接下来|后续)(?:的|那些|几步|步骤|部分|那几步)*"
    r"(?:可以|都|随便|能|照常|正常|该|再|随你|爱|无所谓|不管|没关系)+(?:.{0,3}(?:重"
    r"|跑|算|动|改|变|来|怎么|随)\S{0,6})?"
    r"|(?:don't|do not|dont) (?:touch|move|change|alter) (?:anything|the rest|the others?)\b.*|(?:其他"
    r"|其它|其余|别的|剩下).{0,6}(?:不变|别动|不动|照旧|一样|不用改|不要动|保持|不用管|别改|别碰).*",
    re.IGNORECASE,
)
"""What says that all else stays as it is: so it does."""
_WEAK: Final = {"also", "same", "start", "end", "hold", "sine", "camera", "first"}
_SIDES: Final = {"left", "right", "up", "down", "more", "less", "in", "out", *_WEAK}


_CAMERA_VERB: Final = re.compile(
    r"\bzoom\w*\b|\b(?:push|pull|creep|move|come|go|get) (?:\w+ )?(?:in|out|closer"
    r"|nearer|back)\b (?:on|to|towards?|from)\b"
    r"|\bdolly\b|[推拉][近远到向]|凑近",
    re.IGNORECASE,
)


def _is_of_camera(draft: Draft, text: str, *, weak: bool = False) -> bool:
    """Return whether words tell of a move or a length more than of a thing."""
    found = {word.kind for word in scan(text, CAMERA)}
    kinds = found & {"hold", "start", "end", "same"} if weak else found - _WEAK
    if (
        not kinds
        or (kinds <= {"more"} and not weak)
        or not any(step.tool in CLIPS for step in draft.chain)
        or said_colours(text)
    ):
        return False
    if _CAMERA_VERB.search(text):
        return True
    if any(word.kind in ("remove", "blur", "background", "recolour", "subject") for word in scan(text, PHOTO)):
        return False
    return not (kinds <= _SIDES and things_said(text, "thing"))


def _is_remark(draft: Draft, text: str) -> bool:
    """Return whether a piece asks for nothing that the chain could do."""
    if _MISTAKE.fullmatch(text) or _ENOUGH.fullmatch(text) or not _WISH.search(text):
        return True
    if is_only(text) and steps_meant(draft, text) and not said_colours(text) and not re.search(r"\d", text):
        return True
    return len(residue(text, [])) == 0
