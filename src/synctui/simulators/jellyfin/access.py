"""Who asks: the token of a request, found where Jellyfin and Emby look for it."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from synctui.simulators.web import Ask

_PART = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)')


def header_parts(header: str, *, legacy: bool) -> dict[str, str]:
    """Return the parts of `MediaBrowser Client="…", Token="…"`, their names in lower case; none of another scheme."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "mediabrowser" and not (legacy and scheme.lower() == "emby"):
        return {}
    found = {}
    for name, quoted, bare in _PART.findall(rest):
        found[name.lower()] = unquote_plus(quoted or bare.strip())
    return found


def token_of(ask: Ask, *, legacy: bool) -> str:
    """Return the token that a request shows; `legacy` accepts the ways that Jellyfin 12 no longer does by default."""
    header = ask.headers.get("authorization", "")
    if legacy:
        header = header or ask.headers.get("x-emby-authorization", "")
    token = header_parts(header, legacy=legacy).get("token", "")
    if legacy:
        token = token or ask.headers.get("x-emby-token", "") or ask.headers.get("x-mediabrowser-token", "")
    token = token or ask.first("ApiKey")
    return token or (ask.first("api_key") if legacy else "")
