"""The small pretrained models that agentvid can use, each named by the hash of its bytes. Pure data.

Only these very bytes are ever loaded, whoever delivered them: from upstream by `agentvid models pull`, or from any
folder that AGENTVID_MODELS names. None ships with agentvid, and nothing needs them: where a file is absent, an engine
without weights does the work and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from agentvid.errors import InputError

__all__ = ["ZOO", "ModelFile", "files_of", "roles"]


@dataclass(frozen=True)
class ModelFile:
    """One file. `role` is what it is asked for by; a role may need several files, told apart by `part`.

    `sha256` and `bytes` are of the file as upstream publishes it. `form` "pickle" is never loaded as it is: it is
    converted once (`agentvid models convert`).
    """

    role: str
    part: str
    file: str
    bytes: int
    sha256: str
    name: str
    licence: str
    authors: str
    url: str
    purpose: str
    form: Literal["onnx", "pickle"] = "onnx"


_SAM2: Final = "https://huggingface.co/g-ronimo/sam2-tiny/resolve/main"

ZOO: Final[tuple[ModelFile, ...]] = (
    ModelFile(
        role="segment",
        part="encoder",
        file="sam2_hiera_tiny_encoder.with_runtime_opt.ort",
        bytes=134_736_672,
        sha256="54e9ee80bd43e36da6c7cd33031a525bb1d70577eadb31190a28999250b13dfe",
        name="SAM 2 tiny",
        licence="Apache-2.0",
        authors="Meta AI, Segment Anything 2",
        url=f"{_SAM2}/sam2_hiera_tiny_encoder.with_runtime_opt.ort",
        purpose="cut a thing out by a click or a box: reads the picture",
    ),
    ModelFile(
        role="segment",
        part="decoder",
        file="sam2_hiera_tiny_decoder_pr1.onnx",
        bytes=16_531_241,
        sha256="4a4c8a8a53d9722834b66d8ced88770e2cc783e367965ba62a13be3ab5f1ba89",
        name="SAM 2 tiny",
        licence="Apache-2.0",
        authors="Meta AI, Segment Anything 2",
        url=f"{_SAM2}/sam2_hiera_tiny_decoder_pr1.onnx",
        purpose="cut a thing out by a click or a box: answers a click",
    ),
    ModelFile(
        role="matting",
        part="model",
        file="modnet.onnx",
        bytes=25_888_640,
        sha256="07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9",
        name="MODNet",
        licence="Apache-2.0",
        authors="Ke, Sun, Li, Yan, Lau: MODNet (AAAI 2022)",
        url="https://huggingface.co/Xenova/modnet/resolve/main/onnx/model.onnx",
        purpose="the people of a portrait, with soft hair",
    ),
    ModelFile(
        role="cutout",
        part="model",
        file="u2netp.onnx",
        bytes=4_574_861,
        sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        name="U2-Net small",
        licence="Apache-2.0",
        authors="Qin, Zhang, Huang, Dehghan, Zaiane, Jagersand: U2-Net (Pattern Recognition 2020)",
        url="https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2netp.onnx",
        purpose="what stands out in a picture",
    ),
    ModelFile(
        role="inpaint",
        part="model",
        file="migan_pipeline_v2.onnx",
        bytes=28_079_181,
        sha256="6f1f3530a1a2324b19752018ce756088b07973cda8d7d890034ace5c8a48c40b",
        name="MI-GAN",
        licence="MIT",
        authors="Sargsyan, Navasardyan, Xu, Shi: MI-GAN (ICCV 2023)",
        url="https://huggingface.co/andraniksargsyan/migan/resolve/main/migan_pipeline_v2.onnx",
        purpose="fill the hole where something was taken away",
    ),
    ModelFile(
        role="segment_torch",
        part="model",
        file="sam_vit_b_01ec64.pth",
        bytes=375_042_383,
        sha256="ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
        name="SAM ViT-B",
        licence="Apache-2.0",
        authors="Meta AI, Segment Anything",
        url="https://dl.fbaipublicfiles.com/segment_anything/sam_vit_b_01ec64.pth",
        purpose="cut a thing out by a click or a box, in PyTorch: wants `agentvid models convert`",
        form="pickle",
    ),
)


def roles() -> tuple[str, ...]:
    """Return the roles in the order of the registry."""
    return tuple(dict.fromkeys(model.role for model in ZOO))


def files_of(role: str) -> tuple[ModelFile, ...]:
    """Return the files that a role needs.

    Raises: InputError where no model has that role.
    """
    found = tuple(model for model in ZOO if model.role == role)
    if not found:
        raise InputError(
            f"there is no model for {role!r}", f"one of {', '.join(roles())}", "see `agentvid models list`"
        )
    return found
