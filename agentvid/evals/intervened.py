"""One intervention on a chain with both runs, and what is judged of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentvid.chain.chain import Chain, dependents_of
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.engine import Input, unpack
from agentvid.media.types import EditPlan, Image, Keyframe, Mask, Video, load_artifact
from agentvid.run.resolve import Lookup
from agentvid.store.objects import ObjectStore

__all__ = ["Finding", "Intervened", "PlannedEdit"]


@dataclass(frozen=True)
class Finding:
    """One thing that an intervention asks for: whether it came so, and by which figures."""

    name: str
    passed: bool
    told: str

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class PlannedEdit:
    """What a step that edits a picture, or a clip's keyframe, by a plan worked on, before and after an intervention:
    uint8 HWC and bool HW.
    """

    step: str
    source: NDArray[np.uint8]
    old: NDArray[np.uint8]
    new: NDArray[np.uint8]
    old_mask: NDArray[np.bool_]
    new_mask: NDArray[np.bool_]
    old_plan: EditPlan
    new_plan: EditPlan


@dataclass(frozen=True)
class Intervened:
    """A chain with something replaced on a `port` of a `step` (`thought` and `args.NAME` count as ports), and its runs.

    `given` is what stands there instead. `chain` is the edited one. `expected` is a regular expression that an answer
    in words must match, "" where nothing is known of it.
    """

    store: ObjectStore
    chain: Chain
    base: Run
    run: Run
    step: Step
    port: str
    given: Any
    earlier: Lookup
    expected: str = ""

    @property
    def below(self) -> set[str]:
        """The step itself, and all that need it."""
        return dependents_of(self.chain, {self.step.id}) | {self.step.id}

    def before(self, step: str, port: str) -> Input:
        """Return what a port held without the intervention."""
        return unpack(self.base.port(step, port))

    def after(self, step: str, port: str) -> Input:
        """Return what a port holds with it."""
        return unpack(self.run.port(step, port))

    def argument(self, step: Step, name: str, run: Run) -> Any:
        """Return the value of an argument in one of the runs; lists item by item, None where there is none."""
        argument = step.args.get(name)
        if isinstance(argument, list):
            return [self._value(item, run) for item in argument]
        value = self._value(argument, run)
        if not isinstance(value, dict) or name not in ("plan", "keyframe"):
            return value
        return EditPlan.model_validate(value) if name == "plan" else Keyframe.model_validate(value)

    def downstream(self, *tools: str) -> Iterator[Step]:
        """Yield the steps of these tools whose result may follow."""
        below = self.below
        yield from (step for step in self.chain if step.id in below and step.tool in tools)

    def edits(self) -> Iterator[PlannedEdit]:
        """Yield the edits by a plan and a mask that may follow; of a clip that of its keyframe, which has no loss."""
        yield from (edit for step in self.downstream("edit_video") for edit in self._keyframes(step))
        for step in self.downstream("edit_image"):
            source, old, new = self.argument(step, "image", self.run), *self._both(step.id, "image")
            old_mask, new_mask = (self.argument(step, "mask", run) for run in (self.base, self.run))
            old_plan, new_plan = (self.argument(step, "plan", run) for run in (self.base, self.run))
            is_masked = isinstance(old_mask, Mask) and isinstance(new_mask, Mask)
            is_planned = isinstance(old_plan, EditPlan) and isinstance(new_plan, EditPlan)
            if not (is_masked and is_planned and isinstance(old, Image) and isinstance(new, Image)):
                continue
            image, mask = self.store.image, self.store.mask
            inside = mask(old_mask) > 127, mask(new_mask) > 127
            yield PlannedEdit(step.id, image(source), image(old), image(new), *inside, old_plan, new_plan)

    def _keyframes(self, step: Step) -> Iterator[PlannedEdit]:
        """Yield the edited keyframe of a clip, where it is the same frame in both runs."""
        old, new = self._both(step.id, "image")
        video = self.argument(step, "video", self.run)
        at = [self.argument(step, "keyframe", run) for run in (self.base, self.run)]
        masks = [self.argument(step, "masks", run) for run in (self.base, self.run)]
        plans = [self.argument(step, "plan", run) for run in (self.base, self.run)]
        is_one = isinstance(at[0], Keyframe) and at[0] == at[1]
        if not (is_one and isinstance(old, Image) and isinstance(new, Image) and isinstance(video, Video)):
            return
        frame = min(at[0].frame, video.frames - 1)
        inside = [self.mask_at(each, frame, video) for each in masks if isinstance(each, Video)]
        if len(inside) < 2 or not all(mask.any() for mask in inside):
            return  # of a frame without a mask another one is shown
        source = next(self.store.frames(video, frame, frame + 1))
        pictures = source, self.store.image(old), self.store.image(new)
        yield PlannedEdit(step.id, *pictures, inside[0], inside[1], plans[0], plans[1])

    def mask_at(self, masks: Video, frame: int, video: Video) -> NDArray[np.bool_]:
        """Return one mask of a clip of masks, bool HW of the size of the clip it is about."""
        mask = next(self.store.frames(masks, frame, frame + 1))
        return np.asarray(mask[: video.height, : video.width, 0] > 127)

    def _both(self, step: str, port: str) -> tuple[Input, Input]:
        return self.before(step, port), self.after(step, port)

    def _value(self, argument: Any, run: Run) -> Any:
        ref = as_ref(argument)
        if ref is not None:
            return unpack(
                run.port(ref.step, ref.port) if self.chain.has(ref.step) else self.earlier(Ref(**ref.model_dump()))
            )
        if isinstance(argument, dict) and "artifact" in argument:
            return load_artifact(argument)
        return argument
