"""What a server, or whoever stands before it, may answer instead."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from synctui.simulators.web import Answer
from tests.stash_answers.front import Fault, Question

PLAIN = (("Content-Type", "application/json"),)
LOGIN = b"<!DOCTYPE html><html><title>Login</title><form action=/login method=post></form></html>"


def says(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Fault:
    """Return the fault of a fixed answer."""

    async def fault(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        return Answer(status, body, headers or PLAIN)

    return fault


def values(found: object, status: int = 200) -> Fault:
    """Return the fault of an answer that holds these JSON values."""
    return says(status, json.dumps(found).encode())


def complains(message: str, data: object = None, status: int = 200, **extensions: str) -> Fault:
    """Return the fault of an answer with an error in it."""
    error: dict[str, object] = {"message": message, "path": ["found"]}
    return values({"errors": [error | ({"extensions": extensions} if extensions else {})], "data": data}, status)


def altered(change: Callable[[Any], object]) -> Fault:
    """Return the fault of the right answer with its values changed: in place, or to what `change` returns."""

    async def fault(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        found = await question.values()
        instead = change(found)
        return Answer(200, json.dumps(found if instead is None else instead).encode(), PLAIN)

    return fault


def rewritten(change: Callable[[bytes], bytes], *headers: tuple[str, str]) -> Fault:
    """Return the fault of the right answer with its bytes changed."""

    async def fault(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        body = json.dumps(await question.values()).encode()
        return Answer(200, change(body), (*PLAIN, *headers))

    return fault


def raw(*pieces: bytes, every: float = 0.0) -> Fault:
    """Return the fault of bytes that are sent as they are, one piece in so many seconds; then the connection ends."""

    async def fault(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)
        return None

    return fault


async def hangs_up(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
    """Have the server do what it was asked, and its answer be lost."""
    await question.answer()
    return None


async def is_mute(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
    """Never answer."""
    await asyncio.Event().wait()
    return None


async def breaks_off(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
    """Send half of the answer."""
    body = json.dumps(await question.values()).encode()
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
    return None


async def drips(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
    """Send the answer one byte at a time, always in time for whoever waits for the next one only."""
    body = json.dumps(await question.values()).encode()
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    for place in range(len(body)):
        writer.write(body[place : place + 1])
        await writer.drain()
        await asyncio.sleep(0.2)
    return None


@cache
def bomb() -> bytes:
    """Return a little that unpacks to 300 MiB of spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * 2**20
    return b"".join([packer.compress(piece) for _ in range(300)]) + packer.flush()


def packed(body: bytes) -> bytes:
    """Return bytes as a server packs them."""
    return gzip.compress(body, 1)


# changes of values

NULL = object()
"""Stands for nothing at all in place of a row."""


def with_row(number: int, change: Callable[[dict[str, Any]], object]) -> Fault:
    """Return the fault of one row that is another: changed in place, or what `change` returns."""

    def alter(found: Any) -> None:
        data = found["data"] or {}
        if "found" in data:
            rows = data["found"]["rows"]
            for place, row in enumerate(rows):
                if isinstance(row, dict) and row.get("id") == str(number):
                    rows[place] = _changed(row, change)
        elif data.get(f"s{number}"):
            data[f"s{number}"] = _changed(data[f"s{number}"], change)

    return altered(alter)


def _changed(row: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> object:
    instead = change(row)
    return row if instead is None else None if instead is NULL else instead


def with_field(number: int, **fields: object) -> Fault:
    """Return the fault of one row with other values."""
    return with_row(number, lambda row: row.update(fields))
