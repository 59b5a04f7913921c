"""Words read aloud."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Audio, CallError, ToolContext
from agentvid.tool import tool

MOST_CHARACTERS = 5000


@dataclass(frozen=True)
class Spoken:
    """The voice. `finding` says which program spoke, in which language, how long."""

    audio: Audio
    finding: str


@tool(tasks=["speak"])
async def speak(ctx: ToolContext, text: str, voice: str = "", language: str = "", speed: float = 1.0) -> Spoken:
    """Read a text aloud, in Mandarin, Cantonese or English, by a speech program of this machine (espeak-ng or flite).

    For example `text="你好，世界"`, `text="Day one", voice="a slow female voice"`, or `language="yue"`.

    Args:
        text: what is said, at most 5000 characters
        voice: how it is said, in words: a language, male or female, slow or fast, high or deep
        language: "zh" (Mandarin), "yue" (Cantonese) or "en"; where it is not given, what `voice` says, else the text's
        speed: how many times as fast as usual, 0.4 to 2.5
    """
    if not 1 <= len(text.strip()) <= MOST_CHARACTERS:
        raise CallError(f"a text of {len(text)} characters", f"1 to {MOST_CHARACTERS}", "say what is to be spoken")
    made = await ctx.engine("speak").run(text=text, voice=voice, language=language, speed=float(speed))
    return Spoken(audio=made.get("audio", Audio), finding=made.get("finding", str))
