"""What requests of the dialect say: fields that are honoured, fields that are heard and told not to be, and no others.

A field that nothing here can honour is never dropped in silence. Where leaving it unheard only costs quality or taste
(`quality`, `temperature`) the answer names it under `agentvid.not_heard`; where the answer would not be what was asked
for (`stream` of pictures, `tools`) it is refused.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final, Literal, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from agentvid.agent.form import MOST_PIXELS
from agentvid.server.bodies import Given
from agentvid.server.openai.errors import bad_parameter

__all__ = [
    "MOST_PICTURES",
    "ChatBody",
    "ImageBody",
    "Ours",
    "Wished",
    "not_heard",
    "pixels",
    "read_model",
    "refuse_unbearable",
]

MOST_PICTURES: Final = 4
_SIZE: Final = re.compile(r"(\d{2,4})\s*[x×]\s*(\d{2,4})")
_NEUTRAL: Final[tuple[Any, ...]] = (None, "auto", "none", "default", "standard", "medium", False, 0, [], {}, "")

M = TypeVar("M", bound=BaseModel)


class Ours(BaseModel):
    """The field `agentvid` of a request: what the rest of the dialect has no words for."""

    model_config = ConfigDict(extra="forbid")

    engine: str | None = Field(None, max_length=100, description="Wished for every step that it can do.")
    planner: str = Field("", max_length=100, description="Who writes the chain.")
    seed: int | None = Field(None, ge=0, lt=2**63)
    given: Given = Field(default_factory=dict, description="Ports by address, as in the native API.")
    session: str | None = Field(None, max_length=64, description="Chat: go on in this session, with the last message.")
    review: Literal["never", "ask", "when_costly"] = Field("never", description="Chat: who approves a chain.")
    media: Literal["url", "data"] = Field("url", description="Chat: how pictures and clips are answered.")


class Wished(BaseModel):
    """What every request of the dialect may say."""

    model_config = ConfigDict(extra="forbid")
    unbearable: ClassVar[dict[str, str]] = {}
    unheard: ClassVar[tuple[str, ...]] = ()

    model: str | None = Field(None, max_length=200)
    user: str | None = Field(None, max_length=500)
    safety_identifier: str | None = Field(None, max_length=500)
    agentvid: Ours = Field(default_factory=Ours)


class ImageBody(Wished):
    """A picture, or up to four that differ by their seeds, from words, or from words and pictures."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"model": "agentvid", "prompt": "a red cube", "size": "256x256"}]},
    )
    unbearable: ClassVar[dict[str, str]] = {
        "stream": "GET the events of the session instead",
        "svg": "leave it out: pictures are of pixels",
        "frame_count": "POST /v1/videos makes clips",
        "frame_duration_ms": "POST /v1/videos makes clips",
    }
    unheard: ClassVar[tuple[str, ...]] = (
        "quality",
        "style",
        "moderation",
        "input_fidelity",
        "complexity",
        "partial_images",
        "user",
        "safety_identifier",
    )

    prompt: str = Field(min_length=1, max_length=20_000)
    n: int | None = Field(1, ge=1, le=MOST_PICTURES, description="The pictures differ by their seeds.")
    size: str | None = Field(None, max_length=20, description="WIDTHxHEIGHT, or auto.")
    seed: int | None = Field(None, ge=0, lt=2**53)
    response_format: Literal["b64_json", "url"] | None = None
    output_format: Literal["png", "jpeg", "webp"] | None = None
    output_compression: int | None = Field(None, ge=0, le=100, description="Of jpeg and webp.")
    background: Literal["auto", "opaque"] | None = None
    quality: str | None = Field(None, max_length=20)
    style: str | None = Field(None, max_length=20)
    moderation: str | None = Field(None, max_length=20)
    input_fidelity: str | None = Field(None, max_length=20)
    complexity: str | None = Field(None, max_length=20)
    partial_images: int | None = None
    stream: bool | None = None
    svg: JsonValue = None
    frame_count: int | None = None
    frame_duration_ms: int | None = None


class ChatBody(Wished):
    """A conversation; its last message is answered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"model": "agentvid", "messages": [{"role": "user", "content": "draw a large red cube"}]}]
        },
    )
    unbearable: ClassVar[dict[str, str]] = {
        "tools": "the chain calls tools itself: GET /api/v1/tools",
        "functions": "the chain calls tools itself: GET /api/v1/tools",
        "audio": "leave it out",
        "logprobs": "leave it out",
        "top_logprobs": "leave it out",
        "web_search_options": "leave it out",
    }
    unheard: ClassVar[tuple[str, ...]] = (
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "stop",
        "metadata",
        "moderation",
        "parallel_tool_calls",
        "prediction",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "service_tier",
        "store",
        "tool_choice",
        "function_call",
        "verbosity",
        "user",
        "safety_identifier",
    )

    messages: list[Given] = Field(min_length=1, max_length=500)
    seed: int | None = Field(None, ge=0, lt=2**53)
    stream: bool | None = None
    stream_options: dict[str, JsonValue] | None = None
    n: int | None = Field(1, ge=1, le=1, description="One answer.")
    modalities: list[Literal["text", "image", "video"]] | None = None
    response_format: dict[str, JsonValue] | None = None
    tools: list[JsonValue] | None = None
    functions: list[JsonValue] | None = None
    audio: JsonValue = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    web_search_options: JsonValue = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    stop: JsonValue = None
    metadata: JsonValue = None
    moderation: JsonValue = None
    parallel_tool_calls: bool | None = None
    prediction: JsonValue = None
    prompt_cache_key: str | None = None
    prompt_cache_options: JsonValue = None
    prompt_cache_retention: str | None = None
    reasoning_effort: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    tool_choice: JsonValue = None
    function_call: JsonValue = None
    verbosity: str | None = None

    @field_validator("response_format")
    @classmethod
    def _only_text(cls, value: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        if value is not None and value.get("type") != "text":
            raise ValueError("answers are text with pictures and clips; expected {'type': 'text'}")
        return value


def read_model(kind: type[M], told: Any) -> M:
    """Read a body that was not read by FastAPI.

    Raises: RequestValidationError as FastAPI does.
    """
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_context=False)) from None


def refuse_unbearable(body: Wished) -> None:
    """Refuse what would make the answer another than the one asked for.

    Raises: HttpError 400 naming the parameter.
    """
    for name, do in body.unbearable.items():
        if getattr(body, name) not in _NEUTRAL:
            raise bad_parameter(
                name, f"{name}, which nothing here can honour", f"a request without {name}", do, "unsupported_parameter"
            )


def not_heard(body: Wished) -> list[str]:
    """Return the fields that were set and that nothing here hears."""
    return [name for name in body.unheard if name in body.model_fields_set and getattr(body, name) not in _NEUTRAL]


def pixels(size: str | None) -> tuple[int, int] | None:
    """Read "1024x768"; None where the size is left to the tools.

    Raises: HttpError 400 where it is no size.
    """
    if size in (None, "auto", ""):
        return None
    match = _SIZE.fullmatch(str(size))
    found = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(16 <= side <= MOST_PIXELS for side in found):
        raise bad_parameter("size", f"size {size!r}", f"WIDTHxHEIGHT of 16 to {MOST_PIXELS} pixels, or auto")
    return found
