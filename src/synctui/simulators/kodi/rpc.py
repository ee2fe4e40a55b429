"""JSON-RPC as the simulated Kodi understands it: envelopes, batches, parameters and their errors, word for word."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Any
Params = dict[str, Json]
Run = Callable[[str, Params], Awaitable[Json]]

_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its types as JSON Schema names them, its default (None: it must be given), and its bounds."""

    name: str
    types: tuple[str, ...]
    default: Json = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    least: int | None = None
    most: int = 2**31 - 1


class Refused(Exception):
    """An error that is answered."""

    def __init__(self, code: int, message: str, data: Json = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message, **({"data": data} if data is not None else {})}


def invalid(method: str = "", stack: Json = None, message: str = "") -> Refused:
    """Return the error for parameters that are wrong; without more, the one for an id that is unknown."""
    data: Json = None
    if stack is not None:
        data = {"method": method, "stack": stack}
    elif message:
        data = {"message": message, "method": method}
    return Refused(-32602, "Invalid params.", data)


async def respond(body: bytes, run: Run) -> bytes | None:
    """Return the answer to a request; None when it is none but notifications."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return _dump(_error(None, Refused(-32700, "Parse error.")))
    if isinstance(asked, list) and asked:
        answers = [answer for one in asked if (answer := await _one(one, run)) is not None]
        return _dump(answers) if answers else None
    answer = await _one(asked, run)
    return None if answer is None else _dump(answer)


async def _one(asked: Json, run: Run) -> Json | None:
    if not isinstance(asked, dict):
        return _error(None, Refused(-32600, "Invalid request."))
    number = asked.get("id")
    method = asked.get("method")
    if asked.get("jsonrpc") != "2.0" or not isinstance(method, str):
        return _error(number, Refused(-32600, "Invalid request."))
    try:
        result = await run(method, asked.get("params", {}))
    except Refused as refused:
        return _error(number, refused) if "id" in asked else None
    return {"id": number, "jsonrpc": "2.0", "result": result} if "id" in asked else None


def _error(number: Json, refused: Refused) -> Json:
    return {"error": refused.body, "id": number, "jsonrpc": "2.0"}


def _dump(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8", "replace")


def checked(method: str, known: Sequence[Parameter], given: Params | list[Json] | None) -> Params:
    """Return the parameters with their defaults. Raises Refused."""
    if isinstance(given, list):
        if len(given) > len(known):
            raise invalid(method, message="Too many parameters")
        given = {parameter.name: value for parameter, value in zip(known, given, strict=False)}
    given = given or {}
    values: Params = {}
    for parameter in known:
        if parameter.name not in given:
            if parameter.required:
                raise invalid(method, {"message": "Missing parameter", **_named(parameter)})
            values[parameter.name] = parameter.default
        else:
            values[parameter.name] = _value(method, parameter, given[parameter.name])
    if set(given) - {parameter.name for parameter in known}:
        raise invalid(method, message="Too many parameters")
    return values


def _value(method: str, parameter: Parameter, value: Json) -> Json:
    kind = _TYPES[type(value)]
    if kind not in parameter.types and not (kind == "integer" and "number" in parameter.types):
        raise invalid(method, {"message": f"Invalid type {kind} received", **_named(parameter)})
    if parameter.allowed and value not in parameter.allowed:
        message = "Received value does not match any of the defined enum values"
        raise invalid(method, {"message": message, **_named(parameter)})
    if parameter.least is not None and isinstance(value, int) and not parameter.least <= value <= parameter.most:
        message = (
            f"Value between {parameter.least} (inclusive) and {parameter.most} (inclusive) expected but {value} received"
        )
        raise invalid(method, {"message": message, **_named(parameter)})
    return value


def _named(parameter: Parameter) -> Mapping[str, Json]:
    types = parameter.types
    return {"name": parameter.name, "type": types[0] if len(types) == 1 else list(types)}
