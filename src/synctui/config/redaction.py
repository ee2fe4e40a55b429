"""Keeps secrets out of logs: on the handlers, so that no logger, library or level gets around it."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from synctui.config.secrets import MASK, Secret
from synctui.errors import ConfigError

_SHORTEST = 4
"""Characters; a shorter secret would black out ordinary words and is covered by the names around it alone."""

_NAMES = (
    r"x-plex-token|x-emby-token|x-emby-authorization|x-mediabrowser-token|api[-_]?key|apikey|access[-_]?token"
    r"|refresh[-_]?token|device[-_]?code|client[-_]?secret|password|passwd|pwd|secret|token|authtoken|x-goog-api-key"
)
_IS = r"""(?:['"]?\s*[:=]\s*b?['"]?|['"]\s*,\s*b?['"])"""
"""What stands between a name and its value: `=`, `: `, `": "`, `', b'`."""

_PATTERNS = (
    re.compile(rf"(?i)\b((?:proxy-)?authorization{_IS}(?:[a-z]+\s+)?)[^\s'\",;)\]}}]+"),
    re.compile(rf"(?i)\b((?:set-)?cookie{_IS})[^'\"\r\n]+"),
    re.compile(rf"(?i)((?<![a-z])(?:{_NAMES}){_IS})[^\s'\"&,;)\]}}#]+"),
    # `key` and `code` are too common as words: only in an address's query.
    re.compile(r"(?i)([?&](?:key|code|sig|signature)=)[^\s'\"&#]+"),
    re.compile(r"(://[^\s/@:'\"]*:)[^\s/@'\"]+(?=@)"),
)


class Redactor:
    """Takes known secrets, in every spelling that libraries give them, and the values of telling names out of text."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret | str) -> None:
        """Make a further secret known, as a token that was granted just now."""
        try:
            text = secret if isinstance(secret, str) else secret.reveal()
        except ConfigError:
            return
        if len(text) < _SHORTEST:
            return
        raw = text.encode("utf-8", "surrogateescape")
        encoded = (base64.b64encode(raw), base64.urlsafe_b64encode(raw))
        self._known |= {text, quote(raw), quote(raw, safe=""), quote_plus(raw), json.dumps(text)[1:-1], repr(text)[1:-1]}
        self._known |= {value.decode("ascii") for value in encoded}
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(spelling) for spelling in longest_first))

    def redact(self, text: str) -> str:
        """Return the text with stars where secrets stood."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<1>{MASK}", text)
        return text


class RedactionFilter(logging.Filter):
    """Redacts message, arguments, traceback and stack of every record that passes a handler.

    The record itself is changed: what one handler has redacted no other can print.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:  # arguments that do not fit their message: logging would print them to stderr
            message = f"{record.msg} {record.args}"
        record.msg, record.args = self._redactor.redact(message), None
        if record.exc_info and record.exc_info[0] is not None:
            text = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = self._redactor.redact(text), None
        elif record.exc_text:
            record.exc_text = self._redactor.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


def guard(handler: logging.Handler, redactor: Redactor) -> None:
    """Put the redaction on a handler, once."""
    if not any(isinstance(item, RedactionFilter) for item in handler.filters):
        handler.addFilter(RedactionFilter(redactor))
