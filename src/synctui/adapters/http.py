"""One server and one kept-alive HTTP client: every byte that a server sends passes here, and is mistrusted.

Redirects are never followed, so that no credential reaches another host; the environment's proxies and netrc are not used;
an answer is read up to a size and a total time, whatever it claims; what goes wrong is a typed error in plain words.
"""

from __future__ import annotations

import asyncio
import json as jsonlib
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from synctui import __version__
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, ServerFailed, TimedOut, Unreachable
from synctui.model.json import Json
from synctui.text import display

LARGEST = 32 * 1024 * 1024
"""So many bytes of an answer, unpacked, and not one more."""

_CONNECT_S = 5.0
_LONGEST_WAIT = 3600.0
_PACKING, _GZIP = "gzip", 31
_NOBODY = "nobody answers at its address"
_OFF = "is it switched on, and the address right?"
_ITSELF = "does `url` lead to the server itself, with nothing in between?"
_SLOW = "is the server overloaded? `timeout` sets the limit"

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body as JSON values. Raises BadAnswer."""
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            raise _no_json(self) from None


class Server:
    """The server at `url` (with a path, where it has one); close it at the end.

    `headers` and `auth` (user, password) go with every request; `timeout` is the seconds from the first byte sent to the
    last byte received. `heard` is told how many seconds each answer took.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        heard: Callable[[float], None] | None = None,
    ) -> None:
        self.url = url
        self._timeout = timeout
        self._heard = heard
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"User-Agent": f"SyncTUI/{__version__}", "Accept-Encoding": _PACKING, **(headers or {})},
            auth=None if auth is None else httpx.BasicAuth(*auth),
            # Where no TLS can come about, reading all authorities would only cost time.
            verify=not url.lower().startswith("http://"),
            # Shorter than the whole, so that a host that is off is known from one that is slow.
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT_S, timeout * 0.8)),
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=4, keepalive_expiry=60.0),
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        json: Json | Mapping[str, Any] | Sequence[Any] = None,
        headers: Mapping[str, str] | None = None,
        allow: Sequence[int] = (),
        timeout: float | None = None,
        largest: int = LARGEST,
    ) -> Reply:
        """Return the answer of 2xx, or of one of the statuses in `allow`, of no more than `largest` bytes.

        Raises Unreachable, TimedOut, ConnectionLost, BadAnswer, ServerFailed (5xx, 429) and NotAuthorised (401, 403); only
        after Unreachable is it certain that nothing has happened.
        """
        content = None if json is None else jsonlib.dumps(json).encode()
        sent = dict(headers or {})
        if content is not None:
            sent["Content-Type"] = "application/json"
        request = self._client.build_request(method, path, params=list(query) or None, content=content, headers=sent)
        limit = self._timeout if timeout is None else timeout
        begun = time.monotonic()
        try:
            async with asyncio.timeout(limit):
                reply = await self._send(request, allow, largest)
        except TimeoutError:
            raise TimedOut(
                f"no whole answer within {limit:g} s", hint="is the server overloaded? `timeout` sets the limit"
            ) from None
        except httpx.TimeoutException as error:
            if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
                raise Unreachable(
                    "nobody answers at its address", hint="is it switched on, and the address right?"
                ) from None
            raise TimedOut(
                f"no answer within {limit:g} s", hint="is the server overloaded? `timeout` sets the limit"
            ) from None
        except httpx.InvalidURL:
            raise _elsewhere("") from None
        except httpx.ConnectError as error:
            raise not_connected(error) from None
        except (httpx.TransportError, httpx.DecodingError, httpx.StreamError) as error:
            if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
                raise _elsewhere("") from None
            raise ConnectionLost(
                f"the connection broke off ({display(str(error), 100) or type(error).__name__})",
                hint="was the server restarted? It is asked again",
            ) from None
        if self._heard is not None:
            self._heard(time.monotonic() - begun)
        judge(reply, self.url, allow)
        return reply

    async def _send(self, request: httpx.Request, allow: Sequence[int], largest: int) -> Reply:
        response = await self._client.send(request, stream=True)
        try:
            # What else than an answer that is waited for says is not read, so it need not be unpacked.
            read = response.is_success or response.status_code in allow
            unpack = _unpacking(response.headers.get("content-encoding", "") if read else "")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += unpack(piece, largest + 1 - len(body))
                if len(body) > largest:
                    raise BadAnswer(
                        f"the answer is larger than {largest // 1024 // 1024} MiB", hint=_ITSELF, code="too_large_answer"
                    )
            return Reply(
                response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(body)
            )
        finally:
            await response.aclose()


def _unpacking(packing: str) -> Callable[[bytes, int], bytes]:
    """Return what unpacks an answer's pieces, never to more than so many bytes: a little may unpack to very much."""
    kind = packing.strip().lower()
    if kind in ("", "identity"):
        return lambda piece, most: piece[:most]
    if kind not in (_PACKING, "x-gzip"):
        raise BadAnswer("its answer is packed in a way that nobody asked for", hint=_ITSELF, code="not_json")
    unpacker = zlib.decompressobj(_GZIP)

    def unpack(piece: bytes, most: int) -> bytes:
        try:
            return unpacker.decompress(piece, most)
        except zlib.error:
            raise BadAnswer("its answer cannot be unpacked", hint=_ITSELF, code="not_json") from None

    return unpack


def judge(reply: Reply, url: str, allow: Sequence[int] = ()) -> None:
    """Raise what an answer's status means, but for 2xx and those in `allow`."""
    status = reply.status
    if 200 <= status < 300 or status in allow:
        return
    if status in (401, 403):
        refused = "refuses the user or the token" if status == 401 else "does not let this user do that"
        raise NotAuthorised(f"it {refused} ({status})", hint="check username, password or token in the configuration")
    if 300 <= status < 400:
        raise _elsewhere(reply.headers.get("location", ""))
    if status == 429 or status >= 500:
        raise ServerFailed(f"it reports a fault of its own ({status})", hint="its log says why", after=_retry_after(reply))
    raise BadAnswer(f"it does not know what was asked ({status})", hint=f"does `url` ({display(url, 80)}) lead to it?")


def _elsewhere(location: str) -> BadAnswer:
    return BadAnswer(
        f"it sends elsewhere: {_origin(location) or 'an address that is none'}",
        hint="put the address that it really has into `url`; nothing was sent there",
        code="redirected",
    )


def _origin(location: str) -> str:
    """Return where a redirect leads, without what may hold a token."""
    try:
        parts = urlsplit(location)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that is none"
    return display(f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}" if host else parts.path, 120)


def _retry_after(reply: Reply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _no_json(reply: Reply) -> BadAnswer:
    if reply.body.lstrip()[:1] == b"<":
        return BadAnswer(
            "it answers with a web page", hint="does `url` lead to the server itself, or to a login page?", code="not_json"
        )
    return BadAnswer("its answer cannot be read", hint=_ITSELF, code="not_json")


def not_connected(error: BaseException) -> ServerFailed:
    """Return what it means that no connection came about."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable(
                f"its certificate is not trusted ({display(cause.verify_message or '', 100)})",
                hint="add its authority to the system's, or use http:// within your own network",
                code="certificate",
            )
        if isinstance(cause, ssl.SSLError):
            return Unreachable("it does not speak TLS", hint="write http:// instead of https://", code="no_tls")
        if isinstance(cause, socket.gaierror):
            return Unreachable("its name leads nowhere", hint="check the host name in `url`", code="no_such_host")
        cause = cause.__cause__ or cause.__context__
    return Unreachable(_NOBODY, hint=_OFF)
