"""A server of the outside world: it counts what it is asked to do, and can lose its answers after doing it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class CountingServer:
    """`POST /SPACE/apply?key=K` counts; with `drop=1` the first answer for a key is lost after counting."""

    def __init__(self) -> None:
        self.calls: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                space, key, asked = _parts(self.path)
                with owner._lock:
                    calls = owner.calls.setdefault(space, Counter())
                    calls[key] += 1
                    first = calls[key] == 1
                if asked.get("drop") and first:
                    self.close_connection = True
                    self.connection.close()
                    return
                self._answer({"calls": calls[key]})

            def do_GET(self) -> None:
                space, key, _ = _parts(self.path)
                with owner._lock:
                    calls = owner.calls.setdefault(space, Counter())
                    self._answer({"calls": calls[key]})

            def _answer(self, value: object) -> None:
                raw = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: Any) -> None:
                return

            def finish(self) -> None:
                try:
                    super().finish()
                except (OSError, ValueError):
                    return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def _parts(path: str) -> tuple[str, str, dict[str, list[str]]]:
    split = urlsplit(path)
    asked = parse_qs(split.query)
    return split.path.split("/")[1], asked["key"][0], asked
