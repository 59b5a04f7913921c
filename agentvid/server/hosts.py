"""Names of hosts: what stands in a Host header or an address, read strictly, and which of them are this machine."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

__all__ = ["host_name", "is_address", "is_loopback"]

_HOST: Final = re.compile(
    r"(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*))(?::(\d{1,5}))?"
)
"""What RFC 3986, section 3.2, has, without what no browser sends: zones, empty ports, escapes."""
_LONGEST: Final = 253
_LAST_PORT: Final = 65535


def host_name(host: str) -> str | None:
    """Return the name in a Host header, lower case, without port and brackets; None where it is malformed."""
    match = _HOST.fullmatch(host)
    if match is None or int(match[3] or 0) > _LAST_PORT or not host.isascii():
        return None
    if match[1] is None:
        return match[2].lower() if len(match[2]) <= _LONGEST else None
    try:
        return str(ipaddress.IPv6Address(match[1]))
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_address(name: str) -> bool:
    """Return whether this is an address and no name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
