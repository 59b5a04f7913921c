"""Tiny ONNX models with the inputs and outputs of the registered ones, and a registry that names them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from agentvid.models.registry.zoo import ZOO, ModelFile

FILLED = 77
"""The grey that the tiny MI-GAN fills holes with."""
FLOAT, BYTE = TensorProto.FLOAT, TensorProto.UINT8


def node(op: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    return helper.make_node(op, inputs, [output], **attributes)


def save(path: Path, nodes: list, inputs: dict, outputs: dict, constants: dict[str, np.ndarray]) -> None:
    def values(told: dict) -> list:
        return [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in told.items()]

    initial = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", values(inputs), values(outputs), initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())


def encoder(path: Path) -> None:
    nodes, outputs, constants = [], {}, {}
    for name, channels, side in (
        ("high_res_feats_0", 32, 256),
        ("high_res_feats_1", 64, 128),
        ("image_embed", 256, 64),
    ):
        pool = 1024 // side
        nodes += [node("AveragePool", ["image"], f"{name}_p", kernel_shape=[pool, pool], strides=[pool, pool])]
        nodes += [node("Conv", [f"{name}_p", f"{name}_w"], name)]
        constants[f"{name}_w"] = np.full((channels, 3, 1, 1), 0.1, np.float32)
        outputs[name] = (FLOAT, [1, channels, side, side])
    save(path, nodes, {"image": (FLOAT, [1, 3, 1024, 1024])}, outputs, constants)


def decoder(path: Path) -> None:
    """Three discs about the middle of the points, of 20, 40 and 60 pixels of the mask; the second is the surest."""
    y, x = np.mgrid[0:256, 0:256].astype(np.float32)
    constants = {
        "grid": np.stack([x, y])[None] * 4 + 2,  # where the mask's pixels lie on the picture of 1024
        "radii": (np.array([20, 40, 60], np.float32).reshape(1, 3, 1, 1) * 4) ** 2,
        "shape": np.array([1, 2, 1, 1]),
        "sure": np.array([[0.5, 0.9, 0.7]], np.float32),
        "small": np.array(1e-3, np.float32),
        "axes": np.array([1]),
    }
    nodes = [
        node("ReduceMean", ["point_coords"], "middle", axes=[1], keepdims=0),
        node("Reshape", ["middle", "shape"], "centre"),
        node("Sub", ["grid", "centre"], "away"),
        node("Mul", ["away", "away"], "squares"),
        node("ReduceSum", ["squares", "axes"], "far", keepdims=1),
        node("Sub", ["radii", "far"], "inside"),
        node("Mul", ["inside", "small"], "masks"),
        node("Identity", ["sure"], "iou_predictions"),
    ]
    inputs = {
        "image_embed": (FLOAT, [1, 256, 64, 64]),
        "high_res_feats_0": (FLOAT, [1, 32, 256, 256]),
        "high_res_feats_1": (FLOAT, [1, 64, 128, 128]),
        "point_coords": (FLOAT, ["labels", "points", 2]),
        "point_labels": (FLOAT, ["labels", "points"]),
        "mask_input": (FLOAT, ["labels", 1, 256, 256]),
        "has_mask_input": (FLOAT, [1]),
    }
    outputs = {"masks": (FLOAT, [1, 3, 256, 256]), "iou_predictions": (FLOAT, [1, 3])}
    save(path, nodes, inputs, outputs, constants)


def colourful(path: Path, name: str, output: str, sides: list) -> None:
    """What is colourful is salient: the largest channel less the smallest."""
    nodes = [
        node("ReduceMax", [name], "most", axes=[1], keepdims=1),
        node("ReduceMin", [name], "least", axes=[1], keepdims=1),
        node("Sub", ["most", "least"], "apart"),
        node("Sub", ["apart", "start"], "above"),
        node("Clip", ["above", "zero", "one"], output),
    ]
    constants = {name: np.array(value, np.float32) for name, value in (("start", 0.6), ("zero", 0.0), ("one", 1.0))}
    save(path, nodes, {name: (FLOAT, [1, 3, *sides])}, {output: (FLOAT, [1, 1, *sides])}, constants)


def filler(path: Path) -> None:
    nodes = [node("Equal", ["mask", "zero"], "hole"), node("Where", ["hole", "grey", "image"], "result")]
    sides = ["height", "width"]
    inputs = {"image": (BYTE, [1, 3, *sides]), "mask": (BYTE, [1, 1, *sides])}
    constants = {"zero": np.array(0, np.uint8), "grey": np.array(FILLED, np.uint8)}
    save(path, nodes, inputs, {"result": (BYTE, [1, 3, *sides])}, constants)


def make_tiny(folder: Path) -> tuple[ModelFile, ...]:
    """Write all of them into a folder and return a registry that names them."""
    folder.mkdir()
    makers = {
        "segment.encoder": encoder,
        "segment.decoder": decoder,
        "matting.model": lambda path: colourful(path, "input", "output", ["height", "width"]),
        "cutout.model": lambda path: colourful(path, "input.1", "1959", [320, 320]),
        "inpaint.model": filler,
    }
    named = []
    for entry in ZOO:
        make = makers.get(f"{entry.role}.{entry.part}")
        if make is None:
            named.append(entry)
            continue
        make(folder / entry.file)
        data = (folder / entry.file).read_bytes()
        named.append(replace(entry, bytes=len(data), sha256=hashlib.sha256(data).hexdigest()))
    return tuple(named)
