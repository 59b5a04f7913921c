"""The steps of what is asked of clips: edits inside masks that follow a thing, and clips shown otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentvid.chain.step import Ref, Size
from agentvid.planner.grammar.resolve import Held
from agentvid.planner.request import Rework

if TYPE_CHECKING:
    from agentvid.planner.grammar.write import ChainWriter

__all__ = ["picked_frame", "write_clip_edit", "write_rework"]


def picked_frame(writer: ChainWriter, clip: Held, thing: str) -> Held:
    """Write the step that takes a frame of a clip, in which a thing is found; return it as a picture at hand."""
    told = writer.say("pick_frame", medium=clip.name, thing=thing or writer.say("main_subject"))
    step = writer.step("pick_frame", told, {"video": clip.value})
    ref = Ref(step=step, port="image")
    return Held("image", ref.model_dump(mode="json"), str(ref), f"{clip.name}", width=clip.width, height=clip.height)


def write_clip_edit(
    writer: ChainWriter, clip: Held, frame: Held, thing: str, mask: Ref, plan: Ref, checks: str
) -> None:
    """Write the steps that follow a thing through a clip, edit it there and check the keyframe."""
    keyframe = Ref(step=Ref.model_validate(frame.value).step, port="keyframe")
    told = writer.say("track", medium=clip.name, thing=thing)
    tracked = writer.step("track", told, {"video": clip.value, "mask": mask, "keyframe": keyframe})
    expect = (
        [] if clip.width is None or clip.height is None else [Size(port="video", width=clip.width, height=clip.height)]
    )
    drawn = writer.step(
        "edit_video",
        writer.say("edit_clip", medium=clip.name),
        {"video": clip.value, "plan": plan, "masks": Ref(step=tracked, port="masks"), "keyframe": keyframe},
        *expect,
    )
    checked = writer.step(
        "check", checks, {"image": Ref(step=drawn, port="image"), "before": frame.value, "mask": mask, "plan": plan}
    )
    writer.hidden.add(clip.key)
    writer.answer += [Ref(step=step, port="finding") for step in (plan.step, tracked, drawn)]
    writer.made_clip(drawn, "edited_clip")
    writer.answer.append(Ref(step=checked, port="answer"))
    writer.subject = None


def write_rework(writer: ChainWriter, request: Rework) -> None:
    """Write the step that shows a clip otherwise.

    Raises: AskBack where no clip is meant.
    """
    clip = writer.media.pick("video", request.where)
    words = ", ".join(f"{name} {value:g}" if isinstance(value, float) else name for name, value in request.args)
    told = writer.say(f"rework_{request.operation}", medium=clip.name, told=words)
    step = writer.step(request.tool, told, {"video": clip.value, **dict(request.args)})
    writer.answer.append(Ref(step=step, port="finding"))
    writer.hidden.add(clip.key)
    writer.made_clip(step, "reworked")
