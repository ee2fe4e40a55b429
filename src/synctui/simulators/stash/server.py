"""The server: who may ask, what is asked, and in which shape it answers.

As measured: `Accept: application/json`, or none at all, gets JSON, gzipped when asked; anything else, `*/*` as well, gets
`application/graphql-response+json` that is never gzipped, and 400 where the other has 422. Whoever has no key gets 401 and
an empty body, and a redirection to a login page wherever a browser might be.
"""

from __future__ import annotations

import gzip
import json
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synctui.simulators.stash.costs import Desk
from synctui.simulators.stash.documents import Invalid, Prepared, documents, read_schema
from synctui.simulators.stash.jobs import Jobs
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.mutations import MUTATIONS
from synctui.simulators.stash.queries import NOTHING_THERE, QUERIES
from synctui.simulators.stash.running import Run
from synctui.simulators.stash.scope import About, Scope, State
from synctui.simulators.stash.sockets import Sockets
from synctui.simulators.web import Answer, Ask, Simulated, WebServer

_JSON = "application/json"
_GRAPHQL = "application/graphql-response+json"
_LEVEL = 1
_PANIC = f"Internal system error. Error <{NOTHING_THERE}>"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it came: its name ("" when it has none), its document and its variables."""

    name: str
    document: str
    variables: Mapping[str, Any]


class StashSimulator(Simulated):
    """Stash over a `library`; without an `api_key` everybody may ask.

    `state`, `api_key` and `zone` may be changed while it runs; a new zone is like a restart in another one. The next
    `locked` requests are answered with "database is locked". `calls` are the operations as they came. With `costs` answers
    take as long as those of a real server.
    """

    def __init__(
        self,
        library: Library | None = None,
        *,
        api_key: str = "",
        zone: str = "UTC",
        now: Callable[[], float] = time.time,
        version: str = "v0.30.1",
        schema: int = 75,
        costs: bool = False,
    ) -> None:
        self.library = library if library is not None else Library(zone, now)
        self.jobs = Jobs(self.library, self._tell)
        self.about = About(version, schema, self.jobs.scan, api_key=api_key)
        self.locked = 0
        self.calls: list[Operation] = []
        self._schema = read_schema()
        self._documents = documents()
        self.sockets = Sockets(self._documents, self._event, self._run)
        self.web = WebServer(self._answer, upgrade=self._upgrade)
        self._desk = Desk() if costs else None
        self._cost = 0.0
        self._say_hello()

    @property
    def state(self) -> State:
        """Return whether the server can be used."""
        return self.about.state

    @state.setter
    def state(self, state: State) -> None:
        self.about.state = state

    @property
    def api_key(self) -> str:
        """Return the key without which nothing is answered, "" when none is needed."""
        return self.about.api_key

    @api_key.setter
    def api_key(self, key: str) -> None:
        self.about.api_key = key

    @property
    def zone(self) -> str:
        """Return the zone in which the server writes its times."""
        return self.library.clock.zone

    @zone.setter
    def zone(self, zone: str) -> None:
        self.library.clock.zone = zone
        self._say_hello()

    @property
    def asked(self) -> list[Ask]:
        """Return every request as it came, those too that were met by a fault."""
        return self.web.asked

    def _say_hello(self) -> None:
        self.library.say(f"stash version: {self.about.version}")
        self.library.say("stash is running at http://localhost:9999/")

    def scan_completed(self) -> None:
        """Tell whoever listens that a scan is complete."""
        self._tell("scanCompleteSubscribe", True)

    async def stop(self) -> None:
        """Be gone, and with it what a scan had still to do."""
        self.jobs.forget()
        await super().stop()

    def _tell(self, field: str, value: object) -> None:
        self.sockets.tell((field, value))

    def _event(self, prepared: Prepared, event: tuple[str, object]) -> dict[str, Any] | None:
        return Run(self._schema, prepared, self._scope(self.web.url)).event(*event)

    async def _upgrade(self, ask: Ask, more: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        if ask.path == "/graphql" and self._may_ask(ask):
            await self.sockets.converse(ask, more, reader, writer)
        else:
            writer.write(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: FormBased\r\nContent-Length: 0\r\n\r\n")

    async def _answer(self, ask: Ask) -> Answer:
        begun = time.monotonic()
        self._cost = 0.0
        answer = self._known(ask)
        if self._desk is not None and self._cost:
            await self._desk.spend(self._cost, time.monotonic() - begun)
        return Answer(answer.status, answer.body, (*answer.headers, ("Date", self.library.clock.http())))

    def _known(self, ask: Ask) -> Answer:
        if ask.path == "/healthz":
            return _text(200, ".")
        if ask.path.startswith("/login"):
            return Answer(200, b"<!DOCTYPE html><title>Login</title>", (("Content-Type", "text/html; charset=utf-8"),))
        if not self._may_ask(ask):
            if ask.path == "/graphql":
                return Answer(401, b"", (("WWW-Authenticate", "FormBased"),))
            return Answer(302, b"", (("Location", f"/login?returnURL={ask.path}"),))
        if ask.path == "/graphql":
            return self._graphql(ask)
        names = ask.path.strip("/").split("/")
        if len(names) == 3 and names[0] == "scene" and names[2] == "screenshot":
            return self._screenshot(names[1])
        return _text(404, "Not Found\n")

    def _may_ask(self, ask: Ask) -> bool:
        key = self.about.api_key
        return not key or ask.headers.get("apikey") == key or ask.first("apikey") == key

    def _screenshot(self, number: str) -> Answer:
        if not number.isdecimal() or int(number) not in self.library.scenes:
            return _text(404, "Not Found\n")
        picture = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9"/></svg>'
        return Answer(200, picture, (("Content-Type", "image/svg+xml"), ("Cache-Control", "no-cache")))

    def _graphql(self, ask: Ask) -> Answer:
        content_type = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
        if ask.method != "POST" or content_type != _JSON:
            return _text(400, '{"errors":[{"message":"transport not supported"}],"data":null}')
        shape = _shape(ask.headers.get("accept", ""))
        try:
            body = json.loads(ask.body)
        except ValueError as error:
            return self._refuse(ask, 400, f"json request body could not be decoded: {error} body:{_start(ask)}")
        if body is None:
            return self._refuse(ask, 422, _PANIC)
        if not isinstance(body, dict):
            kind = {list: "array", str: "string", bool: "bool"}.get(type(body), "number")
            what = f"json: cannot unmarshal {kind} into Go value of type graphql.RawParams"
            return self._refuse(ask, 400, f"json request body could not be decoded: {what} body:{_start(ask)}")
        variables = body.get("variables") or {}
        if not isinstance(variables, dict):
            what = "json: cannot unmarshal string into Go struct field RawParams.variables of type map[string]interface {}"
            return self._refuse(ask, 400, f"json request body could not be decoded: {what} body:{_start(ask)}")
        document, name = str(body.get("query") or ""), body.get("operationName") or None
        try:
            prepared = self._documents.prepare(document, name, variables)
        except Invalid as invalid:
            self.calls.append(Operation(name or "", document, variables))
            return _say(ask, 422 if shape == _JSON else 400, {"errors": invalid.errors, "data": None})
        own_name = prepared.operation.name
        self.calls.append(Operation(own_name.value if own_name else "", document, variables))
        return _say(ask, 200, self._execute(prepared, ask))

    def _execute(self, prepared: Prepared, ask: Ask) -> dict[str, Any]:
        if self.locked > 0:
            self.locked -= 1
            first = next(iter(prepared.operation.selection_set.selections))
            name = getattr(first, "name", None)
            path = [name.value] if name is not None else []
            return {"errors": [{"message": "database is locked", "path": path}], "data": None}
        host = ask.headers.get("host")
        return self._run(prepared, f"http://{host}" if host else "")

    def _run(self, prepared: Prepared, base: str = "") -> dict[str, Any]:
        run = Run(self._schema, prepared, self._scope(base or self.web.url))
        answer = run.answer(MUTATIONS if prepared.kind == "mutation" else QUERIES)
        self._cost = run.milliseconds
        return answer

    def _scope(self, base: str) -> Scope:
        return Scope(self.library, self.about, base)

    @staticmethod
    def _refuse(ask: Ask, status: int, message: str) -> Answer:
        return _say(ask, status, {"errors": [{"message": message}], "data": None})


def _shape(accept: str) -> str:
    """Return the content type of an answer; the first that is acceptable is taken."""
    if not accept:
        return _JSON
    for part in accept.split(","):
        wanted = part.partition(";")[0].strip().lower()
        if wanted == _JSON:
            return _JSON
        if wanted in (_GRAPHQL, "*/*", "application/*"):
            return _GRAPHQL
    return _GRAPHQL


def _say(ask: Ask, status: int, answer: Mapping[str, Any]) -> Answer:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    shape = _shape(ask.headers.get("accept", ""))
    headers = [("Content-Type", shape), ("Cache-Control", "no-store")]
    if shape == _JSON and "gzip" in ask.headers.get("accept-encoding", ""):
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    return Answer(status, body, tuple(headers))


def _start(ask: Ask) -> str:
    return ask.body[:500].decode("utf-8", "replace")


def _text(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), (("Content-Type", "text/plain; charset=utf-8"),))
