"""Make a SAM of either library from the tensors of one checkpoint, in either layout.

The model's shape is read from the tensors, so any size loads. `segment-anything` is used without its own predictor,
whose import wants torchvision: its model files are loaded by themselves.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, Protocol

import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.sam.names import to_segment_anything, to_transformers

__all__ = ["Library", "Sam", "SamShape", "installed", "load_sam", "shape_of"]

Library = Literal["transformers", "segment-anything"]
_MODULES: Final[dict[Library, str]] = {"transformers": "transformers", "segment-anything": "segment_anything"}
_DECODER_HEADS: Final = 8
_ALIAS: Final = "agentvid_segment_anything_modeling"


@dataclass(frozen=True)
class SamShape:
    """What a checkpoint's tensors tell of the model: sides in pixels, widths in numbers, layers that see it all."""

    side: int
    patch: int
    width: int
    depth: int
    heads: int
    window: int
    global_layers: tuple[int, ...]
    prompt_width: int
    mask_channels: int
    decoder_mlp: int
    rating_width: int


class Sam(Protocol):
    """A model of either library: read a picture once, ask often."""

    shape: SamShape

    def embed(self, pixels: Tensor) -> Tensor:
        """Return what the model sees (1, C, h, w) in normalised pixels (1, 3, side, side)."""
        ...

    def masks(
        self, embedding: Tensor, point: tuple[float, float] | None, box: tuple[float, float, float, float] | None
    ) -> tuple[Tensor, Tensor]:
        """Return three masks (3, side / 4, side / 4; logits) and how sure it is of each; pixels of the square."""
        ...


def installed() -> tuple[Library, ...]:
    """Return which of the two libraries are here, the one to take first."""
    return tuple(name for name, module in _MODULES.items() if importlib.util.find_spec(module) is not None)


def load_sam(tensors: Mapping[str, Tensor], through: Library) -> Sam:
    """Make a model on the CPU, in float32, ready to ask.

    Raises: InputError where the tensors are not SAM's, or the library is not installed.
    """
    if through not in installed():
        do = "pip install 'agentvid[segment]'"
        raise InputError(f"{through} is not installed", "transformers or segment-anything", do)
    shape = shape_of(tensors)
    with torch.random.fork_rng(devices=[]):  # making a layer draws numbers, which the checkpoint's then replace
        model = _in_transformers(shape) if through == "transformers" else _in_segment_anything(shape)
    named = to_transformers(tensors) if through == "transformers" else to_segment_anything(tensors)
    try:
        model.load_state_dict({name: tensor.float() for name, tensor in named.items()})
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()[:200]
        raise InputError(f"the tensors are not those of a SAM: {reason}", "a SAM checkpoint, ViT-B, L or H") from error
    model.eval().requires_grad_(False)
    return _Transformers(model, shape) if through == "transformers" else _SegmentAnything(model, shape)


def shape_of(tensors: Mapping[str, Tensor]) -> SamShape:
    """Read the shape of the model from its tensors, in either layout.

    Raises: InputError where they are not SAM's.
    """
    named = to_segment_anything(tensors)
    try:
        depth = 1 + max(int(name.split(".")[2]) for name in named if name.startswith("image_encoder.blocks."))
        reaches = [named[f"image_encoder.blocks.{i}.attn.rel_pos_h"].shape for i in range(depth)]
        width, _, patch, _ = named["image_encoder.patch_embed.proj.weight"].shape
        grid = named["image_encoder.pos_embed"].shape[1]
        return SamShape(
            side=grid * patch,
            patch=patch,
            width=width,
            depth=depth,
            heads=width // reaches[0][1],
            window=min(reach[0] + 1 for reach in reaches) // 2,
            global_layers=tuple(i for i, reach in enumerate(reaches) if reach[0] == 2 * grid - 1),
            prompt_width=named["image_encoder.neck.0.weight"].shape[0],
            mask_channels=named["prompt_encoder.mask_downscaling.6.weight"].shape[1],
            decoder_mlp=named["mask_decoder.transformer.layers.0.mlp.lin1.weight"].shape[0],
            rating_width=named["mask_decoder.iou_prediction_head.layers.0.weight"].shape[0],
        )
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"the tensors are not those of a SAM ({error})", "a SAM checkpoint, ViT-B, L or H") from error


class _Transformers:
    def __init__(self, model: Any, shape: SamShape) -> None:
        self._model, self.shape = model, shape

    @torch.inference_mode()
    def embed(self, pixels: Tensor) -> Tensor:
        seen: Tensor = self._model.vision_encoder(pixels).last_hidden_state
        return seen

    @torch.inference_mode()
    def masks(
        self, embedding: Tensor, point: tuple[float, float] | None, box: tuple[float, float, float, float] | None
    ) -> tuple[Tensor, Tensor]:
        told = self._model(
            image_embeddings=embedding,
            input_points=None if point is None else torch.tensor([[[point]]]),
            input_labels=None if point is None else torch.ones(1, 1, 1, dtype=torch.int64),
            input_boxes=None if box is None else torch.tensor([[box]]),
        )
        return told.pred_masks[0, 0], told.iou_scores[0, 0]


class _SegmentAnything:
    def __init__(self, model: Any, shape: SamShape) -> None:
        self._model, self.shape = model, shape

    @torch.inference_mode()
    def embed(self, pixels: Tensor) -> Tensor:
        seen: Tensor = self._model.image_encoder(pixels)
        return seen

    @torch.inference_mode()
    def masks(
        self, embedding: Tensor, point: tuple[float, float] | None, box: tuple[float, float, float, float] | None
    ) -> tuple[Tensor, Tensor]:
        points = None if point is None else (torch.tensor([[point]]), torch.ones(1, 1, dtype=torch.int64))
        boxes = None if box is None else torch.tensor([box])
        sparse, dense = self._model.prompt_encoder(points=points, boxes=boxes, masks=None)
        masks, sure = self._model.mask_decoder(
            image_embeddings=embedding,
            image_pe=self._model.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
        )
        return masks[0], sure[0]


def _in_transformers(shape: SamShape) -> Any:
    from transformers import SamConfig, SamModel

    prompts = {"hidden_size": shape.prompt_width, "image_size": shape.side, "patch_size": shape.patch}
    vision = {
        "hidden_size": shape.width,
        "output_channels": shape.prompt_width,
        "num_hidden_layers": shape.depth,
        "num_attention_heads": shape.heads,
        "image_size": shape.side,
        "patch_size": shape.patch,
        "mlp_dim": 4 * shape.width,
        "window_size": shape.window,
        "global_attn_indexes": list(shape.global_layers),
        "num_pos_feats": shape.prompt_width // 2,
    }
    decoder = {"hidden_size": shape.prompt_width, "mlp_dim": shape.decoder_mlp, "num_attention_heads": _DECODER_HEADS}
    return SamModel(
        SamConfig(
            vision_config=vision,
            prompt_encoder_config={**prompts, "mask_input_channels": shape.mask_channels},
            mask_decoder_config={**decoder, "iou_head_hidden_dim": shape.rating_width},
        )
    )


def _in_segment_anything(shape: SamShape) -> Any:
    modeling = _modeling()
    grid = shape.side // shape.patch
    return modeling.Sam(
        image_encoder=modeling.ImageEncoderViT(
            img_size=shape.side,
            patch_size=shape.patch,
            embed_dim=shape.width,
            depth=shape.depth,
            num_heads=shape.heads,
            mlp_ratio=4,
            norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
            qkv_bias=True,
            use_rel_pos=True,
            global_attn_indexes=shape.global_layers,
            window_size=shape.window,
            out_chans=shape.prompt_width,
        ),
        prompt_encoder=modeling.PromptEncoder(
            embed_dim=shape.prompt_width,
            image_embedding_size=(grid, grid),
            input_image_size=(shape.side, shape.side),
            mask_in_chans=shape.mask_channels,
        ),
        mask_decoder=modeling.MaskDecoder(
            num_multimask_outputs=3,
            transformer=modeling.TwoWayTransformer(
                depth=2, embedding_dim=shape.prompt_width, mlp_dim=shape.decoder_mlp, num_heads=_DECODER_HEADS
            ),
            transformer_dim=shape.prompt_width,
            iou_head_depth=3,
            iou_head_hidden_dim=shape.rating_width,
        ),
    )


@cache
def _modeling() -> ModuleType:
    """Return `segment_anything.modeling`, loaded without the package around it."""
    package = importlib.util.find_spec("segment_anything")
    assert package is not None and package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0]) / "modeling"
    spec = importlib.util.spec_from_file_location(
        _ALIAS, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_ALIAS] = module
    spec.loader.exec_module(module)
    return module
