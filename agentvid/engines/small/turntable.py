"""The turn about the stage as one clip, all 24 views drawn together: from a picture, or from words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.small.thinking import Task, as_scene, fits, own_thought
from agentvid.errors import InputError
from agentvid.models.mot.sizes import Pixels
from agentvid.world.film import ask_turn, joined, think_turn
from agentvid.world.physics import FPS
from agentvid.world.reading import read_request
from agentvid.world.render import SIZE
from agentvid.world.scene import AZIMUTHS, Camera, Scene
from agentvid.world.words import Language, language_of

__all__ = ["draw_turn", "is_turn_asked", "is_turntable", "turn_from_words"]

_CARD: Final = "turntable"
"""What the card calls it."""


def is_turntable(task: Task, scene: Scene, cameras: Sequence[Camera]) -> bool:
    """Tell whether a path is drawn as one clip: all round at one height, and the card trusts that as far as views."""
    claim = task.claims.get(_CARD)
    around = {camera.azimuth for camera in cameras}
    level = all(camera.height == scene.camera.height for camera in cameras)
    return claim is not None and len(around) == AZIMUTHS and level and (task.claim.draft or not claim.draft)


def draw_turn(task: Task, picture: Pixels, scene: Scene, language: Language) -> dict[Camera, Pixels]:
    """Return the views of a picture's scene from all around, drawn together."""
    session, watch = task.unified.session(), task.watch()
    session.look(picture, latents=False)
    session.read(ask_turn(np.random.default_rng(task.request.seed), language))
    session.read(think_turn(scene, language), as_thought=True)
    drawn = session.draw(
        (SIZE, SIZE),
        seed=task.request.seed,
        frames=AZIMUTHS,
        pinned={0: picture},
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    )
    task.warnings.append(f"drawn together as one clip (turntable: {task.claims[_CARD].told()})")
    return {scene.camera.turned(step): frame for step, frame in enumerate(drawn.frames)}


def is_turn_asked(task: Task, prompt: str) -> bool:
    """Tell whether words ask for a clip in which nothing is done, of a model whose card knows of turntables."""
    if _CARD not in task.claims:
        return False
    if task.request.thought.strip():
        return as_scene(task.request.thought) is not None
    try:
        return read_request(prompt, task.request.seed).action is None
    except InputError:
        return False


def turn_from_words(task: Task, prompt: str) -> EngineResult:
    """Draw a turn about a scene in words: outputs `video` and `thought`, the scene as seen from where it begins."""
    request = task.request
    scene, session = as_scene(request.thought), task.unified.session()
    language = language_of(request.thought or prompt)
    session.read(joined(prompt, ask_turn(np.random.default_rng(request.seed), language), language))
    if scene is None:
        asked = read_request(prompt, request.seed)

        def valid(text: str) -> Scene | None:
            written = as_scene(text)
            return written if written is not None and fits(written, asked) else None

        scene = own_thought(task, session, valid, "write the scene as the step's thought")
    task.claim = task.claims[_CARD]
    task.told_level(scene)
    session.read(think_turn(scene, language), as_thought=True)
    watch = task.watch()
    drawn = session.draw(
        (SIZE, SIZE), seed=request.seed, frames=AZIMUTHS, on_step=watch.on_step, cancelled=watch.cancelled
    )
    task.warnings.append("nothing is done in the words: the camera goes once about the stage")
    video = task.context.store.put_video(iter(drawn.frames), FPS)
    return EngineResult.of(*task.warnings, video=video, thought=think_turn(scene, language))
