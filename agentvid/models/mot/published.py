"""The published layout of BAGEL's checkpoints: which files, which settings, which tensor names.

llm_config.json     the backbone (says nothing of query/key norms and experts; both are always built)
vit_config.json     the eye (counts one block more than is built)
config.json         sizes that belong to neither; ours adds an object "agentvid" with what the layout has no place for
ema.safetensors     language model, eye and glue, 1223 tensors (or model.safetensors, or shards with an index)
ae.safetensors      the autoencoder, 244 tensors
tokenizer.json …    the tokenizer
system_prompts.json the checkpoint's own system prompts, where it has some
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from torch import Tensor

from agentvid.errors import EngineError, SettingsError
from agentvid.models.mot.config import (
    BackboneConfig,
    LatentConfig,
    LayoutConfig,
    MoTConfig,
    PositionConfig,
    PromptConfig,
    SamplingConfig,
    SizeConfig,
    TokenNames,
    VisionConfig,
)

__all__ = ["BagelLayout", "CheckpointLayout", "bad_checkpoint", "checkpoint_layout", "read_object"]

TABLES: Final = ("latent_pos_embed.pos_embed", "vit_pos_embed.pos_embed")
_PATCHES: Final = "vit_model.vision_model.embeddings.patch_embedding.weight"
_OWN: Final = ("positions", "latent", "prompt", "sizes", "sampling")
_EXTRA_BLOCKS: Final = 1  # vit_config.json counts the block whose output is not used

_Config = TypeVar("_Config")


class CheckpointLayout(Protocol):
    """How a family publishes its weights."""

    weights: tuple[str, ...]
    codec: str
    tables: tuple[str, ...]

    def read_config(self, folder: Path, shapes: Mapping[str, tuple[int, ...]]) -> MoTConfig:
        """Return the configuration of a folder; `shapes` are those of the tensors in its weights."""
        ...

    def write_config(self, config: MoTConfig, folder: Path) -> None:
        """Write the configuration files."""
        ...

    def adapt(self, name: str, tensor: Tensor) -> Tensor:
        """Return a tensor of the weights in the shape that the model has it."""
        ...


class BagelLayout:
    """See the module's docstring. `weights` are tried in this order."""

    weights: tuple[str, ...] = ("ema.safetensors", "model.safetensors")
    codec: str = "ae.safetensors"
    tables: tuple[str, ...] = TABLES

    def read_config(self, folder: Path, shapes: Mapping[str, tuple[int, ...]]) -> MoTConfig:
        """See CheckpointLayout. The side of the latent table comes from the weights: config.json may be stale.

        Raises: EngineError (code bad_checkpoint) naming the file and the setting.
        """
        llm, eye = read_object(folder / "llm_config.json"), read_object(folder / "vit_config.json")
        glue = read_object(folder / "config.json") if (folder / "config.json").is_file() else {}
        try:
            own = dict(glue.get("agentvid") or {})
            backbone = _backbone(llm)
            return MoTConfig(
                backbone=backbone,
                positions=_filled(PositionConfig, own.get("positions"), sections=(backbone.head_dim // 2, 0, 0)),
                vision=_vision(eye, glue),
                latent=_latent(glue, own.get("latent"), shapes.get(TABLES[0])),
                prompt=_prompt(own.get("prompt")),
                sizes=_filled(SizeConfig, own.get("sizes")),
                sampling=_filled(SamplingConfig, own.get("sampling")),
            )
        except KeyError as error:
            raise bad_checkpoint(
                f"{folder}: the configuration has no {error}", "llm_config.json and vit_config.json as published"
            ) from error
        except (TypeError, ValueError, AttributeError) as error:
            raise bad_checkpoint(f"{folder}: a setting has the wrong form: {error}", "numbers as published") from error
        except SettingsError as error:
            raise bad_checkpoint(f"{folder}: {error.given}", error.expected) from error

    def write_config(self, config: MoTConfig, folder: Path) -> None:
        """See CheckpointLayout."""
        llm, eye, latent = config.backbone, config.vision, config.latent
        _write(folder / "llm_config.json", {told: getattr(llm, name) for name, told in _LLM.items()} | _LLM_FIXED)
        eye_settings = {told: getattr(eye, name) for name, told in _EYE.items()}
        eye_settings["num_hidden_layers"] += _EXTRA_BLOCKS
        _write(folder / "vit_config.json", eye_settings | {"image_size": eye.side * eye.patch, **_EYE_FIXED})
        own = {name: dataclasses.asdict(getattr(config, name)) for name in _OWN}
        _write(
            folder / "config.json",
            {
                "architectures": ["BagelForConditionalGeneration"],
                "model_type": "bagel",
                "latent_patch_size": latent.patch[1],
                "max_latent_size": latent.table[1],
                "vit_max_num_patch_per_side": eye.side,
                "connector_act": "gelu_pytorch_tanh",
                "interpolate_pos": False,
                "vae_config": {"z_channels": latent.channels, "downsample": latent.down},
                "agentvid": own,
            },
        )

    def adapt(self, name: str, tensor: Tensor) -> Tensor:
        """See CheckpointLayout. A convolution's patch weights [out, c, dy, dx] become a matrix over (dy, dx, c)."""
        if name == _PATCHES and tensor.ndim == 4:
            return tensor.permute(0, 2, 3, 1).flatten(1)
        return tensor


def checkpoint_layout(config: LayoutConfig | None = None) -> CheckpointLayout:
    """Return the layout that a configuration names."""
    return BagelLayout()


def bad_checkpoint(given: str, expected: str, do: str = "download the checkpoint again, or correct it") -> EngineError:
    """Return the error for weights that can't be used; its code is `bad_checkpoint`."""
    return EngineError(given, expected, do, code="bad_checkpoint")


_LLM: Final = {
    "hidden": "hidden_size",
    "inter": "intermediate_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "vocab": "vocab_size",
    "head_dim": "head_dim",
    "rms_eps": "rms_norm_eps",
    "rope_base": "rope_theta",
    "max_positions": "max_position_embeddings",
}
_LLM_FIXED: Final = {"model_type": "qwen2", "hidden_act": "silu", "qk_norm": True, "tie_word_embeddings": False}
_EYE: Final = {
    "hidden": "hidden_size",
    "inter": "intermediate_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "patch": "patch_size",
    "norm_eps": "layer_norm_eps",
}
_EYE_FIXED: Final = {"model_type": "siglip_vision_model", "num_channels": 3, "hidden_act": "gelu_pytorch_tanh"}


def _backbone(llm: Mapping[str, Any]) -> BackboneConfig:
    found: dict[str, Any] = {name: _whole(llm, _LLM[name]) for name in list(_LLM)[:6]}
    if llm.get("head_dim") is not None:
        found["head_dim"] = _whole(llm, "head_dim")
    elif found["hidden"] % found["heads"]:
        raise SettingsError(
            f"hidden_size {found['hidden']} with num_attention_heads {found['heads']}",
            "a multiple of the heads, or head_dim",
        )
    else:
        found["head_dim"] = found["hidden"] // found["heads"]
    found |= {name: _real(llm, _LLM[name]) for name in ("rms_eps", "rope_base") if _LLM[name] in llm}
    if "max_position_embeddings" in llm:
        found["max_positions"] = _whole(llm, "max_position_embeddings")
    return BackboneConfig(**found)


def _vision(eye: Mapping[str, Any], glue: Mapping[str, Any]) -> VisionConfig:
    return VisionConfig(
        hidden=_whole(eye, "hidden_size"),
        inter=_whole(eye, "intermediate_size"),
        layers=_whole(eye, "num_hidden_layers") - _EXTRA_BLOCKS,
        heads=_whole(eye, "num_attention_heads"),
        patch=_whole(eye, "patch_size"),
        side=_whole(glue, "vit_max_num_patch_per_side", 70),
        norm_eps=_real(eye, "layer_norm_eps", 1e-6),
    )


def _latent(glue: Mapping[str, Any], own: Any, table: tuple[int, ...] | None) -> LatentConfig:
    latent = _filled(LatentConfig, own)
    if own is None:
        codec = glue.get("vae_config", {})
        side = _whole(glue, "latent_patch_size", 2)
        channels, down = _whole(codec, "z_channels", 16), _whole(codec, "downsample", 8)
        latent = dataclasses.replace(latent, channels=channels, down=down, patch=(1, side, side))
    if table is None:
        return latent
    rows = table[0] if len(table) == 2 else 0
    side = math.isqrt(rows)
    if not rows or side * side != rows:
        raise SettingsError(f"the latent position table has the shape {list(table)}", "a square number of rows")
    return dataclasses.replace(latent, table=(1, side, side))


def _prompt(given: Any) -> PromptConfig:
    found = dict(given or {})
    return _filled(PromptConfig, found | {"tokens": _filled(TokenNames, found.get("tokens"))})


def _whole(settings: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """Return a setting that is a whole number above 0. A missing one is a KeyError, unless there is a default."""
    number = _real(settings, name, default)
    if not number.is_integer():
        raise ValueError(f"{name} is {number}, not a whole number")
    return int(number)


def _real(settings: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = settings[name] if default is None else settings.get(name, default)
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"{name} is {value!r}, not a number above 0")
    return number


def _filled(kind: type[_Config], given: Any, **defaults: Any) -> _Config:
    """Return a configuration dataclass from its JSON object; lists become tuples."""
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in (given or {}).items()}
    return kind(**(defaults | found))


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises: EngineError (code bad_checkpoint) where there is none.
    """
    if not path.is_file():
        raise bad_checkpoint(f"{path.parent} has no {path.name}", f"{path.name} as published")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise bad_checkpoint(f"{path} is not JSON: {error}", "a JSON object") from error
    if not isinstance(found, dict):
        raise bad_checkpoint(f"{path} is not an object", "a JSON object")
    return found


def _write(path: Path, settings: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
