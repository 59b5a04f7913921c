"""The names of SAM's tensors as `segment-anything` and as `transformers` have them. Pure: values are not looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeVar

__all__ = ["is_transformers_layout", "to_segment_anything", "to_transformers"]

T = TypeVar("T")

_PAIRS: Final = (
    (r"^image_encoder\.", "vision_encoder."),
    (r"^vision_encoder\.blocks\.", "vision_encoder.layers."),
    (r"\.patch_embed\.proj\.", ".patch_embed.projection."),
    (r"\.neck\.0\.", ".neck.conv1."),
    (r"\.neck\.1\.", ".neck.layer_norm1."),
    (r"\.neck\.2\.", ".neck.conv2."),
    (r"\.neck\.3\.", ".neck.layer_norm2."),
    (r"\.norm(\d)\.", r".layer_norm\1."),
    (r"\.norm_final_attn\.", ".layer_norm_final_attn."),
    (r"\.pe_layer\.positional_encoding_gaussian_matrix$", ".shared_embedding.positional_embedding"),
    (r"\.point_embeddings\.", ".point_embed."),
    (r"\.mask_downscaling\.0\.", ".mask_embed.conv1."),
    (r"\.mask_downscaling\.1\.", ".mask_embed.layer_norm1."),
    (r"\.mask_downscaling\.3\.", ".mask_embed.conv2."),
    (r"\.mask_downscaling\.4\.", ".mask_embed.layer_norm2."),
    (r"\.mask_downscaling\.6\.", ".mask_embed.conv3."),
    (r"\.output_upscaling\.0\.", ".upscale_conv1."),
    (r"\.output_upscaling\.1\.", ".upscale_layer_norm."),
    (r"\.output_upscaling\.3\.", ".upscale_conv2."),
    (r"(_mlps\.\d+|iou_prediction_head)\.layers\.0\.", r"\1.proj_in."),
    (r"(_mlps\.\d+|iou_prediction_head)\.layers\.1\.", r"\1.layers.0."),
    (r"(_mlps\.\d+|iou_prediction_head)\.layers\.2\.", r"\1.proj_out."),
)
"""What is replaced by what, in this order. No name is met by the last three twice: each is a whole name's own end."""
_SHARED: Final = "shared_image_embedding.positional_embedding"
_OF_PROMPTS: Final = "prompt_encoder.shared_embedding.positional_embedding"
"""`transformers` keeps the same matrix under two names."""
_NOT_WEIGHTS: Final = ("pixel_mean", "pixel_std")


def is_transformers_layout(names: Mapping[str, object]) -> bool:
    """Return whether these are the names that `transformers` gives."""
    return any(name.startswith("vision_encoder.") for name in names)


def to_transformers(tensors: Mapping[str, T]) -> dict[str, T]:
    """Return the tensors under the names of `transformers.SamModel`; names already so stay."""
    if is_transformers_layout(tensors):
        return dict(tensors)
    renamed = {_renamed(name): tensor for name, tensor in tensors.items() if name not in _NOT_WEIGHTS}
    if _OF_PROMPTS in renamed:
        renamed[_SHARED] = renamed[_OF_PROMPTS]
    return renamed


def to_segment_anything(tensors: Mapping[str, T]) -> dict[str, T]:
    """Return the tensors under the names of `segment_anything.modeling.Sam`; names already so stay."""
    if not is_transformers_layout(tensors):
        return {name: tensor for name, tensor in tensors.items() if name not in _NOT_WEIGHTS}
    return {_named_back(name): tensor for name, tensor in tensors.items() if name != _SHARED}


def _renamed(name: str) -> str:
    for number, (pattern, put) in enumerate(_PAIRS):
        changed = re.sub(pattern, put, name)
        if changed != name and number >= len(_PAIRS) - 3:
            return changed
        name = changed
    return name


def _named_back(name: str) -> str:
    for pattern, put in reversed(_PAIRS):
        target = pattern.removeprefix("^").removesuffix("$").replace("\\.", ".")
        if "(" not in pattern:
            name = re.sub(("^" if pattern.startswith("^") else "") + re.escape(put), target, name)
    name = re.sub(r"\.layer_norm(\d)\.", r".norm\1.", name)
    head = re.search(r"(.*(?:_mlps\.\d+|iou_prediction_head))\.(proj_in|layers\.0|proj_out)\.(.*)", name)
    if head is None:
        return name
    place = {"proj_in": 0, "layers.0": 1, "proj_out": 2}[head[2]]
    return f"{head[1]}.layers.{place}.{head[3]}"
