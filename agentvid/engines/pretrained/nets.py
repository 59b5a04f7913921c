"""The ONNX models of the registry as functions on pictures. Pictures are uint8 HWC RGB, masks uint8 HW 0…255.

Each is loaded once per process, from bytes that were hashed when they were read. One thread: the same input gives the
same bytes.
Source: Ravi et al., "SAM 2" (2024); Ke et al., "MODNet" (AAAI 2022); Qin et al., "U2-Net" (Pattern Recognition 2020);
Sargsyan et al., "MI-GAN" (ICCV 2023).
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.colourspace import Bytes, Floats
from agentvid.engines.classical.regions import Flags
from agentvid.engines.pretrained.clicks import Click, choose_mask, hardened, picture_mark
from agentvid.errors import EngineError
from agentvid.models.registry.find import find, read
from agentvid.models.registry.zoo import files_of

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["cut_out", "fill_hole", "matte", "segment"]

_SIDE: Final = 1024
_MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32)
_STD: Final = np.array([0.229, 0.224, 0.225], np.float32)
_KEPT: Final = 2
_embedded: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
"""What SAM 2 made of the last pictures: reading one costs fifty times a click."""


def segment(rgb: Bytes, click: Click) -> tuple[Bytes, float]:
    """Cut out the thing at a click or in a box (SAM 2 tiny): its mask, and how sure the model is of it, 0…1.

    The model offers three masks: in a box, with and without a click on its middle, the one that fills it best is taken,
    at a pixel the largest of those nearly as sure as the surest. It looks twice: the second time with a mask in hand.
    """
    height, width = rgb.shape[:2]
    masks, sure = _answers(rgb, click)
    if click.box is not None and click.point is None:
        x0, y0, x1, y1 = click.box
        more = _answers(rgb, Click(point=((x0 + x1) / 2, (y0 + y1) / 2), box=click.box))
        masks, sure = np.concatenate([masks, more[0]]), np.concatenate([sure, more[1]])
    chosen = choose_mask(masks, sure, click, rgb.shape)
    soft = cv2.resize(_sigmoid(masks[chosen]), (width, height), interpolation=cv2.INTER_CUBIC)
    return hardened(np.asarray(soft, np.float32)), float(np.clip(sure[chosen], 0, 1))


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


def fill_hole(rgb: Bytes, hole: Flags) -> Bytes:
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


def _answers(rgb: Bytes, click: Click) -> tuple[Floats, Floats]:
    scale = np.array([_SIDE / rgb.shape[1], _SIDE / rgb.shape[0]], np.float32)
    corners = [click.box[:2], click.box[2:]] if click.box is not None else []
    points = [*corners, *([click.point] if click.point is not None else [])]
    prompt = {
        "point_coords": np.array(points, np.float32)[None] * scale,
        "point_labels": np.array([2.0, 3.0][: len(corners)] + [1.0] * (len(points) - len(corners)), np.float32)[None],
    }
    masks, sure = _decode(rgb, prompt, None)
    return _decode(rgb, prompt, masks[choose_mask(masks, sure, click, rgb.shape)])


def _decode(rgb: Bytes, prompt: dict[str, Floats], before: Floats | None) -> tuple[Floats, Floats]:
    """Three masks (logits, 256 x 256) and how sure the model is of each."""
    seen = np.zeros((1, 1, 256, 256), np.float32) if before is None else before[None, None]
    known = np.full(1, 0.0 if before is None else 1.0, np.float32)
    inputs = {**_embed(rgb), **prompt, "mask_input": seen, "has_mask_input": known}
    masks, sure = _session("segment", "decoder").run(["masks", "iou_predictions"], inputs)
    return np.asarray(masks[0], np.float32), np.asarray(sure[0], np.float32)


def _embed(rgb: Bytes) -> dict[str, Any]:
    mark = picture_mark(rgb)
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


def _planes(picture: NDArray[Any]) -> Floats:
    return np.ascontiguousarray(picture.astype(np.float32).transpose(2, 0, 1))[None]


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _resized(alpha: Floats, rgb: Bytes) -> Bytes:
    grown = cv2.resize(alpha, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.rint(np.clip(grown, 0, 1) * 255).astype(np.uint8)
