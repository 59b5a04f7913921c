"""The ONNX models of the registry as functions on pictures. Pictures are uint8 HWC RGB, masks uint8 HW 0…255.

Each is loaded once per process, from bytes that were hashed when they were read. One thread: the same input gives the
same bytes.
Source: Ravi et al., "SAM 2" (2024); Ke et al., "MODNet" (AAAI 2022); Qin et al., "U2-Net" (Pattern Recognition 2020);
Sargsyan et al., "MI-GAN" (ICCV 2023).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Bytes, Floats
from agentvid.errors import EngineError
from agentvid.models.registry.find import find, read
from agentvid.models.registry.zoo import files_of

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["Click", "cut_out", "fill_hole", "matte", "segment"]

_SIDE: Final = 1024
_MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32)
_STD: Final = np.array([0.229, 0.224, 0.225], np.float32)
_KEPT: Final = 2
_embedded: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
"""What SAM 2 made of the last pictures: reading one costs fifty times a click."""


@dataclass(frozen=True)
class Click:
    """Where a thing is: a pixel (x, y) on it, or a box (x0, y0, x1, y1) around it, or both."""

    point: tuple[float, float] | None = None
    box: tuple[float, float, float, float] | None = None


def segment(rgb: Bytes, click: Click) -> tuple[Bytes, float]:
    """Cut out the thing at a click or in a box (SAM 2 tiny): its mask, and how sure the model is of it, 0…1.

    The model offers three masks; a box takes the surest, a single pixel the largest of those nearly as sure.
    """
    height, width = rgb.shape[:2]
    scale = np.array([_SIDE / width, _SIDE / height], np.float32)
    points: list[tuple[float, float]] = []
    labels: list[float] = []
    if click.box is not None:
        points += [click.box[:2], click.box[2:]]
        labels += [2.0, 3.0]
    if click.point is not None:
        points.append(click.point)
        labels.append(1.0)
    inputs = {
        **_embed(rgb),
        "point_coords": np.array(points, np.float32)[None] * scale,
        "point_labels": np.array(labels, np.float32)[None],
        "mask_input": np.zeros((1, 1, 256, 256), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
    }
    masks, sure = _session("segment", "decoder").run(["masks", "iou_predictions"], inputs)
    chosen = int(sure[0].argmax())
    if click.box is None:
        near = [i for i in range(len(sure[0])) if sure[0][i] >= sure[0].max() - 0.05]
        chosen = max(near, key=lambda i: int((masks[0, i] > 0).sum()))
    soft = cv2.resize(_sigmoid(masks[0, chosen]), (width, height), interpolation=cv2.INTER_CUBIC)
    return _hardened(soft), float(np.clip(sure[0][chosen], 0, 1))


def cut_out(rgb: Bytes) -> Bytes:
    """Cut out what stands out (U2-Net small): a soft mask, all of it low where nothing does."""
    small = cv2.resize(rgb, (320, 320), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = (small / max(float(small.max()), 1e-6) - _MEAN) / _STD
    session = _session("cutout")
    (out,) = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: _planes(small)})
    return _resized(out[0, 0], rgb)


def matte(rgb: Bytes) -> Bytes:
    """Return the people of a portrait as a soft mask with hair (MODNet)."""
    height, width = rgb.shape[:2]
    scale = 512 / min(height, width)
    size = tuple(max(32, round(side * scale / 32) * 32) for side in (width, height))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR).astype(np.float32)
    (out,) = _session("matting").run(["output"], {"input": _planes(small / 127.5 - 1)})
    return _resized(out[0, 0], rgb)


def fill_hole(rgb: Bytes, hole: Bytes) -> Bytes:
    """Fill the pixels of a hole (HW bool) with what fits there (MI-GAN); all others are as they were."""
    known = np.where(hole, 0, 255).astype(np.uint8)[None, None]
    picture = np.ascontiguousarray(rgb.transpose(2, 0, 1))[None]
    (out,) = _session("inpaint").run(["result"], {"image": picture, "mask": known})
    return np.where(hole[..., None], out[0].transpose(1, 2, 0), rgb).astype(np.uint8)


# ---------------------------------------------------------------- below here: how


@cache
def _session(role: str, part: str = "model") -> onnxruntime.InferenceSession:
    import onnxruntime

    model = next(model for model in files_of(role) if model.part == part)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    data = read(find(model))
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        reason = str(error).splitlines()[0][:200]
        do = "install another onnxruntime, or wish for engine classical"
        raise EngineError(f"onnxruntime can't load {model.file}: {reason}", "a version that can", do) from error


def _embed(rgb: Bytes) -> dict[str, Any]:
    import hashlib

    mark = hashlib.sha256(rgb.tobytes() + str(rgb.shape).encode()).digest()
    if mark not in _embedded:
        square = cv2.resize(rgb, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        session = _session("segment", "encoder")
        names = [output.name for output in session.get_outputs()]
        made = session.run(names, {"image": _planes((square / 255 - _MEAN) / _STD)})
        _embedded[mark] = dict(zip(names, made, strict=True))
        while len(_embedded) > _KEPT:
            _embedded.popitem(last=False)
    _embedded.move_to_end(mark)
    return _embedded[mark]


def _planes(picture: Floats) -> Floats:
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)[None]


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _hardened(soft: Floats) -> Bytes:
    """A mask with a border about one pixel wide: the model decides on a grid of 256 x 256."""
    sharp = (cv2.GaussianBlur(soft, (0, 0), 0.7) > 0.5).astype(np.float32)
    return np.rint(np.clip(cv2.GaussianBlur(sharp, (0, 0), 0.7), 0, 1) * 255).astype(np.uint8)


def _resized(alpha: Floats, rgb: Bytes) -> Bytes:
    grown = cv2.resize(alpha, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.rint(np.clip(grown, 0, 1) * 255).astype(np.uint8)
