"""SAM ViT-B in PyTorch for clicks and boxes, where SAM 2 is not here."""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from typing import Final

import cv2
import numpy as np
from safetensors.torch import load

from agentvid.engines.classical.colourspace import Bytes
from agentvid.engines.pretrained.clicks import Click, choose_mask, hardened, picture_mark
from agentvid.errors import EngineError
from agentvid.models.registry.convert import find_converted, read_converted
from agentvid.models.registry.zoo import files_of
from agentvid.models.sam.loading import Sam, installed, load_sam
from agentvid.models.sam.predict import Predictor

__all__ = ["segment"]

_KEPT: Final = 2
_predictors: OrderedDict[bytes, Predictor] = OrderedDict()


def segment(rgb: Bytes, click: Click) -> tuple[Bytes, float]:
    """Cut out the thing at a click or in a box: its mask (uint8 HW 0…255), and how sure the model is of it, 0…1."""
    mark = picture_mark(rgb)
    if mark not in _predictors:
        _predictors[mark] = Predictor(_sam(), rgb)
        while len(_predictors) > _KEPT:
            _predictors.popitem(last=False)
    masks, sure = _predictors[mark].masks(click.point, click.box)
    chosen = choose_mask(masks, sure, click, rgb.shape)
    soft = cv2.GaussianBlur(1 / (1 + np.exp(-np.clip(masks[chosen], -30, 30))), (0, 0), 0.5)
    return hardened(np.asarray(soft, np.float32)), float(np.clip(sure[chosen], 0, 1))


@cache
def _sam() -> Sam:
    converted = find_converted(files_of("segment_torch")[0])
    if converted is None:
        raise EngineError("the converted SAM is gone", "its safetensors", "`agentvid models convert segment_torch`")
    return load_sam(load(read_converted(converted)), installed()[0])
