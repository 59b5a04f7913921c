"""Tiny checkpoints of the Wan family with random weights, in the layout of the published repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch

CARD = "---\nlicense: apache-2.0\nlanguage:\n- en\n- zh\n---\n# Tiny random weights\n"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'-红蓝色大小球方块的一只猫在跑静止模糊"
Kind = Literal["t2v", "ti2v", "i2v", "two"]


def save(folder: Path, kind: Kind = "ti2v", seed: int = 0) -> Path:
    """Write a checkpoint: Wan 2.1 words to clip, Wan 2.2 words and picture to clip, Wan 2.1 picture to clip, or
    Wan 2.2 with an expert each for high and low noise.
    """
    from diffusers import UniPCMultistepScheduler, WanImageToVideoPipeline, WanPipeline

    torch.manual_seed(seed)
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)
    parts: dict[str, Any] = {"tokenizer": _tokenizer(), "text_encoder": _text_encoder(), "scheduler": scheduler}
    parts |= {"vae": _vae(large=kind == "ti2v"), "transformer": _transformer(kind)}
    if kind == "i2v":
        made = WanImageToVideoPipeline(**parts, **_eye())
    elif kind == "two":
        made = WanPipeline(**parts, transformer_2=_transformer(kind), boundary_ratio=0.875)
    else:
        made = WanPipeline(**parts, expand_timesteps=kind == "ti2v")
    made.save_pretrained(folder)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    return folder


def _tokenizer() -> Any:
    from transformers import T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    return T5Tokenizer(vocab=[*pieces, *((letter, -3.0) for letter in LETTERS)], extra_ids=0)


def _text_encoder() -> Any:
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(vocab_size=128, d_model=32, d_kv=8, d_ff=32, num_layers=2, num_heads=4)
    return UMT5EncoderModel(config).eval()


def _vae(large: bool) -> Any:
    from diffusers import AutoencoderKLWan

    shape: dict[str, Any] = {"base_dim": 3, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}
    if large:
        numbers = {"latents_mean": [0.0] * 48, "latents_std": [1.0] * 48, "scale_factor_spatial": 16}
        shape |= {"z_dim": 48, "in_channels": 12, "out_channels": 12, "is_residual": True, "patch_size": 2, **numbers}
    vae = AutoencoderKLWan(**shape, temperal_downsample=[False, True, True])
    with torch.no_grad():  # a fresh one paints in one grey
        for name, parameter in vae.named_parameters():
            if parameter.ndim > 1 and "gamma" not in name:
                parameter.mul_(2)
    return vae


def _transformer(kind: Kind) -> Any:
    from diffusers import WanTransformer3DModel

    channels = 48 if kind == "ti2v" else 16
    model = WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=36 if kind == "i2v" else channels,
        out_channels=channels,
        text_dim=32,
        freq_dim=32,
        ffn_dim=32,
        num_layers=2,
        image_dim=16 if kind == "i2v" else None,
        added_kv_proj_dim=24 if kind == "i2v" else None,
        rope_max_seq_len=32,
    )
    with torch.no_grad():  # and a fresh one hardly listens
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1 and "scale_shift" not in name:
                parameter.mul_(3)
    return model


def _eye() -> dict[str, Any]:
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=16,
        projection_dim=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
    )
    size = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    return {"image_encoder": CLIPVisionModel(config).eval(), "image_processor": CLIPImageProcessor(**size)}
