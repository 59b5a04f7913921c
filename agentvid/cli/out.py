"""Standard output for programs: one JSON document, UTF-8 whatever the locale."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["write_json"]


def write_json(document: Mapping[str, Any]) -> None:
    """Write one JSON document.

    Raises: OSError where nobody reads it or the disk is full.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        stream.write(text.encode("utf-8", "surrogatepass"))
    sys.stdout.flush()
