"""What we and a worker say to each other: JSON objects, each preceded by its length (four bytes, big-endian).

Names that are not UTF-8 survive as escaped surrogates.
"""

from __future__ import annotations

import json
import struct
from typing import Any

Message = dict[str, Any]

_LENGTH = struct.Struct(">I")
HEADER = _LENGTH.size
LONGEST = 256 << 20


def encode(message: Message) -> bytes:
    """Return a message as it travels; raises TypeError for what is no JSON, ValueError beyond 256 MiB."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    if len(body) > LONGEST:
        raise ValueError("the message is too long")
    return _LENGTH.pack(len(body)) + body


def length(header: bytes) -> int:
    """Return the length of the body that follows; raises ValueError when it cannot be one."""
    (size,) = _LENGTH.unpack(header)
    if size > LONGEST:
        raise ValueError("the message is too long")
    return int(size)


def decode(body: bytes) -> Message:
    """Return the message of a body; raises ValueError when it is none."""
    try:
        message = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message
