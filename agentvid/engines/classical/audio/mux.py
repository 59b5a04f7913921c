"""Put a sound on a clip, task `mux`: in place of its own or mixed with it; or take all sound off."""

from __future__ import annotations

import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import faded, fitted, own_sound, silence, with_sound
from agentvid.errors import CallError
from agentvid.media.sound import RATE, Samples, read_sound
from agentvid.media.types import Audio, Video

__all__ = ["mux"]

_LOUDEST = 4.0
_PEAK = 0.98


def mux(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "mux": outputs `video` and `finding`. The frames stay as they are, bit for bit.

    Raises: CallError where there is neither a sound nor `mute`, or a number is out of its range.
    """
    video, audio = request.get("video", Video), request.maybe("audio", Audio)
    volume, start, fade = (_number(request, *told) for told in (("volume", 1.0), ("start", 0.0), ("fade", 0.0)))
    _check(video, volume, start, fade)
    if bool(request.maybe("mute", bool)):
        made, said = with_sound(context, video, None)
        return EngineResult.of(*said, video=made, finding="All sound was taken off the clip.")
    if audio is None:
        raise CallError("no sound for the clip", "a sound, or mute", "give a sound, or ask for silence")
    context.progress(0, 1, "mixing")
    sound = read_sound(context.store.path(audio)) * np.float32(volume)
    warnings = []
    room = video.seconds - start
    if len(sound) / RATE > room + 0.02:
        warnings.append(
            f"the sound lasts {len(sound) / RATE:.1f} s and {room:.1f} s of the clip are left: it ends with the clip "
            "(a longer clip first: freeze its last frame, or extend it)"
        )
    sound = faded(fitted(sound, min(room, len(sound) / RATE)), fade, fade)
    laid = fitted(np.concatenate([silence(start), sound]), video.seconds)
    own = own_sound(context, video) if request.maybe("mix", bool) is not False else None
    if own is not None:
        laid = laid + own
    laid, quieter = _limited(laid)
    warnings += [f"both together would be too loud: {quieter:.1f} dB quieter"] if quieter else []
    made, said = with_sound(context, video, laid)
    how = "mixed with the clip's own" if own is not None else "as the clip's only sound"
    finding = f"A sound of {len(sound) / RATE:.1f} s from {start:.1f} s on, {how}."
    return EngineResult.of(*warnings, *said, video=made, finding=finding)


def _number(request: EngineRequest, name: str, default: float) -> float:
    found = request.maybe(name, float)
    return default if found is None else found


def _check(video: Video, volume: float, start: float, fade: float) -> None:
    if not 0 < volume <= _LOUDEST:
        raise CallError(
            f"a volume of {volume:g}", f"more than 0, at most {_LOUDEST:g} times", "choose another; or mute"
        )
    if not 0 <= start < video.seconds:
        raise CallError(f"a sound from {start:g} s on", f"0 to {video.seconds:.2f} s", "choose a time of the clip")
    if not 0 <= fade <= 10:
        raise CallError(f"a fade of {fade:g} s", "0 to 10 s", "choose another")


def _limited(samples: Samples) -> tuple[Samples, float]:
    """Return samples that are nowhere too loud, and by how many dB all was made quieter for it."""
    most = float(np.abs(samples).max(initial=0.0))
    if most <= 1.0:
        return samples, 0.0
    return samples * np.float32(_PEAK / most), float(20 * np.log10(most / _PEAK))
