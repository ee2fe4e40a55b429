"""Secrets are used, and shown nowhere."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import pickle
from pathlib import Path

import pytest

from synctui.cli.config import config_check, config_show
from synctui.config.redaction import RedactionFilter, Redactor, guard
from synctui.config.secrets import MASK, Secret, mask
from synctui.errors import ConfigError
from tests.config.making import Place

TOKEN = "s3cr3t-t0ken/+=ü"
STASH = '[stash]\nurl = "http://localhost:9999"\n'


def test_a_secret_is_given_by_value_file_or_environment(place: Place, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"\ufeff  {TOKEN}\n\n", encoding="utf-8")
    by_value = place.write(f'{STASH}api_key = " {TOKEN} "\n').load()
    by_file = place.write(f'{STASH}api_key_file = "{tmp_path}/key"\n').load()
    beside = place.write(f'{STASH}api_key_file = "key"\n').load()
    by_environment = place.write(STASH).load({"SYNCTUI_STASH__API_KEY": f"{TOKEN}\n"})
    by_environment_file = place.write(STASH).load({"SYNCTUI_STASH__API_KEY_FILE": f"{tmp_path}/key"})
    for loaded in (by_value, by_file, beside, by_environment, by_environment_file):
        assert loaded.config.stash.api_key.reveal() == TOKEN
        assert loaded.secrets() == (loaded.config.stash.api_key,)
    assert by_value.config.digest() == by_file.config.digest() == by_environment.config.digest()
    assert str(by_file.origin("stash.api_key")) == f"{place.file}:3"


def test_a_file_in_a_higher_layer_replaces_a_value_in_a_lower_one(place: Place, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from file")
    place.write(f'{STASH}api_key = "in the open"\n')
    loaded = place.load({"SYNCTUI_STASH__API_KEY_FILE": str(tmp_path / "key")})
    assert loaded.config.stash.api_key.reveal() == "from file"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"a\nb", "line break"),
        (b"a\r\nX-Evil: 1", "line break"),
        (b"a\x1b[0mb", "control character"),
        (b"a\x00b", "control character"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * 100_000, "larger than a secret can be"),
    ],
)
def test_a_file_with_no_usable_secret_is_an_error_with_its_line(
    place: Place, tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "key").write_bytes(content)
    error = place.write(f'{STASH}api_key_file = "key"\n').error()
    assert (error.line, error.key) == (3, "stash.api_key_file")
    assert message in error.message


def test_a_folder_as_secret_is_an_error(place: Place, tmp_path: Path) -> None:
    assert "not a regular file" in place.write(f'{STASH}api_key_file = "{tmp_path}"\n').error().message


def test_a_secret_file_that_is_missing_stops_only_what_needs_it(place: Place) -> None:
    loaded = place.write(f'{STASH}api_key_file = "nowhere"\n').load()
    assert "No such file" in loaded.warnings[0]
    assert loaded.config.stash.api_key
    assert loaded.config.digest()
    with pytest.raises(ConfigError, match="nowhere") as raised:
        loaded.config.stash.api_key.reveal()
    assert (raised.value.line, raised.value.key) == (3, "stash.api_key_file")


def test_a_secret_has_no_text_of_its_own(place: Place) -> None:
    loaded = place.write(f'{STASH}api_key = "{TOKEN}"\n').load()
    secret = loaded.config.stash.api_key
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r}",
        repr(loaded),
        str(loaded.config),
        str(mask(secret)),
    ):
        assert TOKEN not in shown
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        dataclasses.asdict(loaded.config)
    assert mask(Secret()) == ""
    assert mask(7) == 7
    assert secret == Secret(TOKEN) != Secret("other")
    assert not Secret()


@pytest.mark.parametrize("as_json", [False, True])
def test_show_and_check_mask_it(place: Place, as_json: bool) -> None:
    place.write(f'{STASH}api_key = "{TOKEN}"\n', mode=0o644)
    out = io.StringIO()
    config_show(file=place.file, paths=place.paths, environment={}, out=out, as_json=as_json)
    config_check(file=place.file, paths=place.paths, environment={}, out=out, as_json=as_json)
    assert MASK in out.getvalue()
    assert TOKEN not in out.getvalue()
    assert json.dumps(TOKEN)[1:-1] not in out.getvalue()


@pytest.mark.parametrize(
    "text", [f'{STASH}api_key = "{TOKEN}\\n{TOKEN}"\n', f'{STASH}api_kye = "{TOKEN}"\n', f'[stash]\napi_key = ["{TOKEN}"]\n']
)
def test_an_error_about_a_secret_does_not_tell_it(place: Place, text: str) -> None:
    error = place.write(text).error()
    assert TOKEN not in f"{error} {error.hint} {error!r}"


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True), (0o604, True)])
def test_a_file_with_a_secret_that_others_can_read_is_warned_of(place: Place, mode: int, warned: bool) -> None:
    place.write(f'{STASH}api_key = "{TOKEN}"\n', mode)
    expected = f"{place.file} holds a secret and others may read it: chmod 600 {place.file}"
    assert place.load().warnings == ((expected,) if warned else ())


def test_a_readable_file_without_a_secret_is_not(place: Place, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(TOKEN)
    assert place.write(f'{STASH}api_key_file = "key"\n', 0o644).load().warnings == ()


# redaction of logs


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    redactor = Redactor([Secret(TOKEN), Secret("pw"), Secret()])
    guard(handler, redactor)
    guard(handler, redactor)
    assert sum(isinstance(item, RedactionFilter) for item in handler.filters) == 1
    logger = logging.Logger("test", logging.DEBUG)
    logger.addHandler(handler)
    return logger, stream


def test_known_secrets_are_taken_out_in_every_spelling(log: tuple[logging.Logger, io.StringIO]) -> None:
    import base64
    from urllib.parse import quote, quote_plus, urlencode

    logger, stream = log
    raw = TOKEN.encode()
    for text in (
        TOKEN,
        quote(TOKEN),
        quote(TOKEN, safe=""),
        quote_plus(TOKEN),
        urlencode({"x": TOKEN}),
        json.dumps({"x": TOKEN}),
        repr(TOKEN),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
    ):
        logger.info("a %s b", text)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 9
    for line in lines:
        assert MASK in line
        assert "s3cr3t" not in line
        assert "czNjcjN0" not in line


@pytest.mark.parametrize(
    "text",
    [
        "GET http://nas:32400/library?X-Plex-Token=HIDE&x=1",
        'HTTP Request: GET https://a/b?api_key=HIDE "HTTP/1.1 200 OK"',
        "https://www.googleapis.com/youtube/v3/videos?part=id&key=HIDE",
        "http://user:HIDE@nas:8080/jsonrpc",
        "Authorization: Bearer HIDE",
        "authorization: Basic HIDE",
        "{'Authorization': 'Bearer HIDE', 'Accept': '*/*'}",
        "[(b'X-Plex-Token', b'HIDE'), (b'Accept', b'*/*')]",
        "X-Emby-Token: HIDE",
        'Authorization: MediaBrowser Client="SyncTUI", Token="HIDE"',
        '{"access_token":"HIDE","expires_in":3599}',
        '{"refresh_token": "HIDE"}',
        "client_id=a&client_secret=HIDE&grant_type=b",
        "ApiKey: HIDE",
        "Set-Cookie: session=HIDE; Path=/",
        "Cookie: a=HIDE; b=HIDE",
        "password=HIDE",
    ],
)
def test_values_of_telling_names_are_taken_out_though_nobody_knows_them(
    log: tuple[logging.Logger, io.StringIO], text: str
) -> None:
    logger, stream = log
    logger.warning(text.replace("HIDE", "Zx81Qq77"))
    assert "Zx81Qq77" not in stream.getvalue()
    assert MASK in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "aligned /media/Show/key=value.srt by -12.3 s",
        "no token, giving up; cookie jar is empty",
        "operation key: 17, code: shifted",
        "http://nas:8080/jsonrpc?page=2",
        "Passwords Are Hard - 01.mkv",
    ],
)
def test_ordinary_lines_stay_as_they_are(log: tuple[logging.Logger, io.StringIO], text: str) -> None:
    logger, stream = log
    logger.info(text)
    assert stream.getvalue() == f"INFO {text}\n"


def test_tracebacks_arguments_and_broken_records_are_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    try:
        raise ValueError(f"bad url http://a/?token={TOKEN}")
    except ValueError:
        logger.exception("failed with %r", {"token": TOKEN}, stack_info=True)
    logger.error("%d wrong %s", TOKEN)
    assert "ValueError" in stream.getvalue()
    assert "Traceback" in stream.getvalue()
    assert "s3cr3t" not in stream.getvalue()


def test_a_long_line_is_redacted_in_no_time(log: tuple[logging.Logger, io.StringIO]) -> None:
    import time

    started = time.monotonic()
    redactor = Redactor([Secret(TOKEN)])
    for text in ("a:" * 200_000, "://" * 200_000, "token" * 100_000, "cookie: " * 50_000, "a" * 1_000_000):
        redactor.redact(text)
    assert time.monotonic() - started < 5


def test_a_token_that_was_granted_later_is_known_from_then_on() -> None:
    redactor = Redactor()
    redactor.add("granted-token")
    assert redactor.redact("x granted-token y") == f"x {MASK} y"
    redactor.add(Secret(file=Path("x"), problem=ConfigError("gone")))


def test_processes_never_show_it_in_their_arguments() -> None:
    from synctui.config.schema import SECTIONS, settings_of

    for section in SECTIONS:
        for setting in settings_of(section).values():
            assert not (setting.secret and setting.option.flag)
