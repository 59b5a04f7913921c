"""Examples of the dialect's answers and forms, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["add_examples"]

_OURS: Final[dict[str, Any]] = {
    "session": "s-33b3ae937c6cb3f2",
    "turn": 1,
    "revision": 1,
    "status": "done",
    "chain": "/api/v1/sessions/s-33b3ae937c6cb3f2/turns/1",
    "executed": ["t1.s1", "t1.s2"],
    "cached": [],
    "not_heard": [],
}
_MODEL: Final[dict[str, Any]] = {"id": "agentvid", "object": "model", "created": 1764115200, "owned_by": "agentvid"}
_IMAGES: Final[dict[str, Any]] = {"created": 1764115200, "data": [{"b64_json": "iVBORw0KGgo…"}], "agentvid": _OURS}
_VIDEO: Final[dict[str, Any]] = {
    "id": "video_0123456789abcdef0123456789abcdef",
    "object": "video",
    "model": "agentvid",
    "status": "completed",
    "progress": 100,
    "created_at": 1764115200,
    "completed_at": 1764115215,
    "prompt": "orbit slowly around it",
    "seconds": "4",
    "size": "600x400",
    "error": None,
    "agentvid": _OURS,
}
_CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-0123456789abcdef",
    "object": "chat.completion",
    "created": 1764115200,
    "model": "agentvid",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "![picture](http://127.0.0.1:8080/v1/media/…)"},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "agentvid": _OURS,
}
_ANSWERS: Final[dict[tuple[str, str], Any]] = {
    ("get", "/v1/models"): {"object": "list", "data": [_MODEL]},
    ("get", "/v1/models/{model}"): _MODEL,
    ("post", "/v1/images/generations"): _IMAGES,
    ("post", "/v1/images/edits"): _IMAGES,
    ("post", "/v1/videos"): {**_VIDEO, "status": "queued", "progress": 0, "completed_at": None},
    ("get", "/v1/videos"): {"object": "list", "data": [_VIDEO], "has_more": False},
    ("get", "/v1/videos/{video}"): _VIDEO,
    ("delete", "/v1/videos/{video}"): {"id": _VIDEO["id"], "object": "video.deleted", "deleted": True},
    ("post", "/v1/chat/completions"): _CHAT,
}
_FORMS: Final[dict[tuple[str, str], Any]] = {
    ("post", "/v1/images/edits"): {"prompt": "make the red cup blue", "image": "coffee.jpg", "mask": "mask.png"},
    ("post", "/v1/videos"): {"prompt": "orbit slowly around it", "input_reference": "coffee.jpg", "seconds": "4"},
}
_STREAM: Final = 'data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "…"}}]}\n\n'


def add_examples(document: dict[str, Any]) -> None:
    """Put an example to every answer and form of the dialect that is text."""
    for (method, path), answer in _ANSWERS.items():
        operation = document["paths"][path][method]
        good = next(told for status, told in operation["responses"].items() if status.startswith("2"))
        for kind, content in good["content"].items():
            content["example"] = answer if kind == "application/json" else _STREAM
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if (method, path) in _FORMS:
                content["example"] = _FORMS[method, path]
