"""The Wan family: Wan 2.1 and 2.2, words to clip, picture to clip, or both (TI2V).

Source: Wan-Video/Wan2.1 and Wan2.2 (Apache-2.0), `wan/configs` for steps, guidance, rates and the negative prompt;
diffusers' `pipelines/wan` for the rules of sizes and frames.
"""

from __future__ import annotations

import math
from typing import Final

from agentvid.engines.diffusion.profile import Configs, Profile

__all__ = ["read_profile"]

_WORDS: Final = "WanPipeline"
_PICTURE: Final = "WanImageToVideoPipeline"
_STRIDE: Final = 16
"""Both classes refuse sides that are no multiples of this, whatever the patches."""
_NEGATIVE: Final = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，"
    "丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，"
    "静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"
)
"""What the family is told to keep away from, as it was published."""
_ARGUMENTS: Final = {"frames": "num_frames", "steps": "num_inference_steps", "guidance": "guidance_scale"}


def read_profile(configs: Configs) -> Profile:
    """Return what a Wan checkpoint can do.

    Raises: OSError, ValueError, TypeError, LookupError where its configs are broken.
    """
    vae, transformer = configs.part("vae"), configs.part("transformer")
    is_both = bool(configs.index.get("expand_timesteps"))
    has_experts = configs.index.get("boundary_ratio") is not None
    draws_words = configs.index["_class_name"] == _WORDS
    step = int(vae.get("scale_factor_temporal") or 4)
    patch = int(transformer["patch_size"][1])
    tasks = {"text_to_video": _WORDS, "text_to_image": _WORDS} if draws_words or is_both else {}
    if is_both or not draws_words:
        tasks["image_to_video"] = _PICTURE
    guidance, second = (4.0, 3.0) if draws_words else (3.5, 3.5)
    return Profile(
        name=_name(is_both, has_experts, draws_words),
        pipelines=tasks,
        fps=24.0 if is_both else 16.0,
        frame_step=step,
        most_frames=30 * step + 1 if is_both else 20 * step + 1,
        stride=math.lcm(_STRIDE, int(vae.get("scale_factor_spatial") or 8) * patch),
        size=(1280, 704) if is_both else (832, 480),
        max_pixels=1280 * 704 if is_both else 1280 * 720,
        steps=40 if has_experts else 50,
        guidance=guidance if has_experts else 5.0,
        negative_prompt=_NEGATIVE,
        prompt_tokens=512,
        arguments=_ARGUMENTS,
        extra={"guidance_scale_2": second} if has_experts else {},
        exact=("vae", "image_encoder"),
    )


def _name(is_both: bool, has_experts: bool, draws_words: bool) -> str:
    if is_both:
        return "Wan 2.2 TI2V"
    return f"Wan {'2.2' if has_experts else '2.1'} {'T2V' if draws_words else 'I2V'}"
