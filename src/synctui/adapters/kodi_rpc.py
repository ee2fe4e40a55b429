"""JSON-RPC with Kodi: several calls in one request, each with its own answer or refusal."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from synctui.adapters.http import Server
from synctui.errors import BadAnswer, NotAuthorised, OperationFailed, SyncTuiError
from synctui.model.json import Json
from synctui.text import display

INVALID_PARAMS = -32602
"""Also what Kodi says to an id that it does not know, and to a folder that it cannot list."""

LARGEST_REQUEST = 65_536
"""So many bytes does Kodi take, and answers 413 to one more."""

_METHOD_NOT_FOUND = -32601
_NO_PERMISSION = -32099


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its parameters by name."""

    method: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Kodi's error for one call; `detail` is what it says about the parameters, "" where it says nothing."""

    method: str
    code: int
    message: str
    detail: str = ""

    def error(self) -> SyncTuiError:
        """Return it as an error in plain words."""
        if self.code == _NO_PERMISSION:
            return NotAuthorised(f"Kodi does not allow {self.method}", hint="check username and password")
        if self.code == _METHOD_NOT_FOUND:
            return BadAnswer(f"it does not know {self.method}", hint="is it Kodi 19 or later?", code="unknown_method")
        said = display(self.detail or self.message, 120)
        return BadAnswer(f"it refuses {self.method}: {said or self.code}", code="refused")

    def failure(self) -> OperationFailed:
        """Return it as the failure of one item among others."""
        if self.code == INVALID_PARAMS and not self.detail:
            return OperationFailed("Kodi does not have it any more", hint="look again", code="gone")
        return OperationFailed(self.error().message, code="refused")


class Rpc:
    """Sends calls to a Kodi and finds the answer to each."""

    def __init__(self, server: Server) -> None:
        self._server = server
        # A call without an id is never answered: Kodi closes the connection.
        self._ids = itertools.count(1)

    async def call(self, method: str, params: Mapping[str, Json] | None = None) -> object:
        """Return the result of one call. Raises BadAnswer, NotAuthorised and what `Server.ask` raises."""
        (answer,) = await self.batch([Call(method, params or {})])
        if isinstance(answer, Refusal):
            raise answer.error()
        return answer

    async def results(self, calls: Sequence[Call]) -> list[object]:
        """Return the results of all calls, raises the first refusal."""
        answers = await self.batch(calls)
        for answer in answers:
            if isinstance(answer, Refusal):
                raise answer.error()
        return answers

    async def batch(self, calls: Sequence[Call]) -> list[object]:
        """Return a result or a Refusal for each call, in the order of the calls, made in as few requests as Kodi takes."""
        numbered = {next(self._ids): call for call in calls}
        found: dict[int, object] = {}
        for sent in _packed(numbered):
            reply = await self._server.ask("POST", "/jsonrpc", json=sent[0] if len(sent) == 1 else sent)
            body: object = reply.json()
            found |= _by_id(body, numbered)
        missing = [call.method for number, call in numbered.items() if number not in found]
        if missing:
            raise BadAnswer(f"no answer to {missing[0]}", hint="does `url` lead to Kodi itself?")
        return [found[number] for number in numbered]


def _packed(calls: Mapping[int, Call]) -> Iterator[list[dict[str, Json]]]:
    pack: list[dict[str, Json]] = []
    taken = 2
    for number, call in calls.items():
        request = _request(number, call)
        size = len(json.dumps(request)) + 2
        if size + 2 > LARGEST_REQUEST:
            raise OperationFailed(f"{call.method} with so much is more than Kodi takes at once", code="too_large_request")
        if pack and taken + size > LARGEST_REQUEST:
            yield pack
            pack, taken = [], 2
        pack.append(request)
        taken += size
    if pack:
        yield pack


def _request(number: int, call: Call) -> dict[str, Json]:
    return {"jsonrpc": "2.0", "id": number, "method": call.method, "params": dict(call.params)}


def _by_id(body: object, calls: Mapping[int, Call]) -> dict[int, object]:
    found: dict[int, object] = {}
    answers = body if isinstance(body, list) else [body]
    for answer in answers:
        if not isinstance(answer, dict):
            continue
        number = answer.get("id")
        if number is None and "error" in answer:
            # The request as a whole was not understood.
            raise _refusal("the request", answer["error"]).error()
        if type(number) is not int or number not in calls:
            continue
        if "error" in answer:
            found[number] = _refusal(calls[number].method, answer["error"])
        elif "result" in answer:
            found[number] = answer["result"]
    return found


def _refusal(method: str, error: object) -> Refusal:
    if not isinstance(error, dict):
        return Refusal(method, 0, "")
    code, message = error.get("code"), error.get("message")
    data = error.get("data")
    return Refusal(
        method, code if type(code) is int else 0, message[:200] if isinstance(message, str) else "", _detail(data)
    )


def _detail(data: object) -> str:
    if not isinstance(data, dict):
        return ""
    stack = data.get("stack")
    inner = stack if isinstance(stack, dict) else data
    said = [value[:200] for key in ("name", "message") if isinstance(value := inner.get(key), str)]
    return ": ".join(said)
