"""What a request leaves open is answered by the configuration, whoever stored the request."""

from __future__ import annotations

from synctui.model.plan import Request
from synctui.syncs.subtitles.options import SubtitleOptions
from synctui.syncs.subtitles.tools import Settings


def test_a_hook_s_bare_request_follows_the_configuration() -> None:
    settings = Settings(engine="alass", languages=("de",), max_offset=30.0)
    bare = SubtitleOptions.of(Request("subtitles"), settings)
    assert (bare.engine, bare.languages, bare.max_offset) == ("alass", ("de",), 30.0)
    given = SubtitleOptions.of(Request("subtitles", (), {"engine": "builtin", "languages": [], "max_offset": 5}), settings)
    assert (given.engine, given.languages, given.max_offset) == ("builtin", (), 5.0)
