"""Read what is sent: JSON or forms, files, data: addresses, and links to what was made here.

Nothing is fetched from elsewhere: an http(s) address that is not a link of this server is refused.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile

from agentvid.media.message import MediaPart
from agentvid.server.hosts import host_name
from agentvid.server.hub import Hub
from agentvid.server.openai.errors import bad_parameter
from agentvid.server.openai.links import digest_of_link
from agentvid.server.problem import HttpError

__all__ = ["MOST_FILES", "Sent", "media_of_address", "read_body", "take_file"]

MOST_FILES: Final = 16
_MOST_JSON: Final = 64 * 2**20
_NAMED: Final = re.compile(r"(\w+)\[(\w*)\]")


@dataclass
class Sent:
    """The fields of a request, and its files by field."""

    fields: dict[str, Any]
    files: dict[str, list[UploadFile]] = field(default_factory=dict)

    def file_list(self, name: str) -> list[UploadFile]:
        """Return the files of a field."""
        return self.files.pop(name, [])


async def read_body(request: Request) -> Sent:
    """Read JSON, or a form whose names may be those of lists and objects (`image[]`, `agentvid[seed]`).

    Raises: HttpError 400, 413, 415.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _of_form((await request.form(max_files=MOST_FILES + 1)).multi_items())
    if kind != "application/json":
        raise HttpError(415, "wrong_type", f"a body of type {kind[:60]!r}", "application/json or multipart/form-data")
    data = await request.body()
    if len(data) > _MOST_JSON:
        raise HttpError(413, "too_large", f"JSON of {len(data)} bytes", f"at most {_MOST_JSON}", "send files as a form")
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise HttpError(400, "bad_json", "a body that is no JSON object", "a JSON object", "correct it")
    return Sent(told)


def take_file(hub: Hub, owner: str, file: UploadFile, param: str) -> MediaPart:
    """Take in a file of a form. Blocks.

    Raises: MediaError where it can't be used.
    """
    return hub.media.take_in(owner, file.file, file.filename or param)


def media_of_address(hub: Hub, owner: str, request: Request, address: str, param: str) -> MediaPart:
    """Return what an address holds or names: the bytes of a data: address, or a link that was answered here. Blocks.

    Raises: HttpError 400 for any other address; MediaError where the bytes can't be used.
    """
    if address[:5].lower() == "data:":
        data, mime = _data(address, param)
        kind, _, form = mime.partition("/")
        suffix = {"jpeg": "jpg", "quicktime": "mov", "svg+xml": "svg"}.get(form, form) or "bin"
        return hub.media.take_in(owner, io.BytesIO(data), f"{kind or 'file'}.{suffix}")
    try:
        parts = urlsplit(address)
        name = host_name(parts.netloc)
        digest = digest_of_link(parts.path) if name and name == host_name(request.url.netloc) else None
    except ValueError:  # no address at all: "http://["
        digest = None
    if digest is None:
        raise bad_parameter(
            param,
            f"the address {address[:80]!r}, which this server does not fetch",
            "data:image/png;base64,…, or a link that this server answered",
            "send the bytes themselves, as a data: address",
            "remote_address",
        )
    return hub.media.part(owner, digest)


def _data(address: str, param: str) -> tuple[bytes, str]:
    head, comma, body = address[5:].partition(",")
    mime, *options = head.split(";")
    try:
        if not comma:
            raise ValueError
        if "base64" in [option.strip().lower() for option in options]:
            return base64.b64decode("".join(body.split()), validate=True), mime.lower()
        return unquote_to_bytes(body), mime.lower()
    except (ValueError, binascii.Error):
        raise bad_parameter(param, "a data: address that can't be read", "data:image/png;base64,…") from None


def _of_form(items: list[tuple[str, Any]]) -> Sent:
    sent = Sent({})
    for name, value in items:
        match = _NAMED.fullmatch(name)
        plain = match[1] if match else name
        if isinstance(value, UploadFile):
            sent.files.setdefault(plain, []).append(value)
        elif match and match[2]:
            held = sent.fields.setdefault(plain, {})
            if not isinstance(held, dict):
                raise bad_parameter(plain, f"{plain} said in two ways", "one of the two")
            held[match[2]] = value
        elif match:
            listed = sent.fields.setdefault(plain, [])
            if not isinstance(listed, list):
                raise bad_parameter(plain, f"{plain} said in two ways", "one of the two")
            listed.append(value)
        elif plain in sent.fields:
            raise bad_parameter(plain, f"{plain} said twice", "once")
        else:
            sent.fields[plain] = _object(value) if plain == "agentvid" else value
    return sent


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
