"""A real Kodi for the tests: one that is told by KODI_URL, or one of our own without a screen.

For KODI_URL, KODI_USER and KODI_PASSWORD let in, KODI_MEDIA is a folder whose `movies` and `tv` are its sources (with local
NFO information), of the same path here as there, and with nothing in them but what the tests make; KODI_TCP_PORT is 9090
if not given.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

BINARIES = (Path("/usr/lib/x86_64-linux-gnu/kodi/kodi.bin"), Path("/usr/lib/aarch64-linux-gnu/kodi/kodi.bin"))
_WAIT_S = 90.0
_SETTINGS = {
    "services.webserver": "true",
    "services.webserverauthentication": "true",
    "services.esenabled": "true",
    "services.zeroconf": "false",
    "services.upnp": "false",
    "services.wsdiscovery": "false",
    "general.addonupdates": "2",
    "screensaver.mode": "",
    # Its home screen has a row of what was added lately, which reads the streams of the files. Kodi 20.5 falls over that job
    # (CJobQueue) where the row is made anew meanwhile, and these tests have it make it anew all the time.
    "myvideos.extractflags": "false",
    "myvideos.extractthumb": "false",
    "myvideos.extractchapterthumbs": "false",
}


class NoKodi(Exception):
    """There is no real Kodi here, and why."""


@dataclass(slots=True)
class RealKodi:
    """Where a real Kodi is, and how to get in; `movies` and `shows` are its sources."""

    url: str
    user: str
    password: str
    tcp_port: int
    media: Path
    own: bool = False
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def movies(self) -> Path:
        """Return the source of films."""
        return self.media / "movies"

    @property
    def shows(self) -> Path:
        """Return the source of shows."""
        return self.media / "tv"

    @property
    def ended(self) -> bool:
        """True when it was started here and has ended by itself."""
        return any(process.poll() is not None for process in self._processes)

    def stop(self) -> None:
        """End the processes that were started for it."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def find(folder: Path) -> RealKodi:
    """Return the Kodi that the environment names, or start one whose home is `folder`. Raises NoKodi."""
    url = os.environ.get("KODI_URL")
    if url is None:
        return _start(folder)
    media = Path(os.environ.get("KODI_MEDIA", ""))
    if not (media / "movies").is_dir() or not (media / "tv").is_dir():
        raise NoKodi("KODI_MEDIA names no folder with `movies` and `tv`")
    port = int(os.environ.get("KODI_TCP_PORT", "9090"))
    user, password = os.environ.get("KODI_USER", "kodi"), os.environ.get("KODI_PASSWORD", "")
    return RealKodi(url.rstrip("/"), user, password, port, media)


def _start(folder: Path) -> RealKodi:
    binary = next((path for path in BINARIES if path.exists()), None)
    if binary is None or shutil.which("Xvfb") is None:
        raise NoKodi("no real Kodi: `kodi` and `xvfb` are not installed, and KODI_URL names none")
    port, tcp_port = _free_ports()
    kodi = RealKodi(f"http://127.0.0.1:{port}", "kodi", "secret", tcp_port, folder / "media", own=True)
    kodi.movies.mkdir(parents=True)
    kodi.shows.mkdir(parents=True)
    home = folder / "home"
    userdata = home / ".kodi" / "userdata"
    userdata.mkdir(parents=True)
    _configure(userdata, kodi, port)
    try:
        _run(kodi, binary, home)
        _await_answer(kodi)
        _set_contents(userdata / "Database", kodi)
    except (OSError, NoKodi, sqlite3.Error) as error:
        kodi.stop()
        raise NoKodi(f"Kodi did not come up: {error}") from None
    return kodi


def _run(kodi: RealKodi, binary: Path, home: Path) -> None:
    reading, writing = os.pipe()
    screen = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x360x24", "-nolisten", "tcp"]
    nowhere = subprocess.DEVNULL
    kodi._processes.append(subprocess.Popen(screen, pass_fds=(writing,), stdin=nowhere, stdout=nowhere, stderr=nowhere))
    os.close(writing)
    with open(reading, "rb") as display:
        number = display.readline().decode().strip()
    if not number:
        raise NoKodi("Xvfb ended at once")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "DISPLAY": f":{number}",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    kodi._processes.append(
        subprocess.Popen(
            [str(binary), "--standalone", "--audio-backend=alsa"],
            env=env,
            cwd=home,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
        )
    )


def _configure(userdata: Path, kodi: RealKodi, port: int) -> None:
    settings = {
        **_SETTINGS,
        "services.webserverport": str(port),
        "services.webserverusername": kodi.user,
        "services.webserverpassword": kodi.password,
    }
    lines = "".join(f'<setting id="{name}">{value}</setting>' for name, value in settings.items())
    (userdata / "guisettings.xml").write_text(f'<settings version="2">{lines}</settings>')
    tcp = f"<jsonrpc><tcpport>{kodi.tcp_port}</tcpport></jsonrpc>"
    # Drawn only where something changes: the screen is drawn by the processor.
    drawing = "<gui><algorithmdirtyregions>3</algorithmdirtyregions></gui>"
    (userdata / "advancedsettings.xml").write_text(f"<advancedsettings>{tcp}{drawing}</advancedsettings>")
    source = '<source><name>{}</name><path pathversion="1">{}/</path><allowsharing>true</allowsharing></source>'
    sources = source.format("Movies", kodi.movies) + source.format("Shows", kodi.shows)
    (userdata / "sources.xml").write_text(f'<sources><video><default pathversion="1"></default>{sources}</video></sources>')


def _set_contents(databases: Path, kodi: RealKodi) -> None:
    """Write what the sources hold into Kodi's own database: no call can."""
    newest = max(databases.glob("MyVideos*.db"), default=None)
    if newest is None:
        raise NoKodi("it made no database")
    rows = [(f"{kodi.movies}/", "movies", 2**31 - 1), (f"{kodi.shows}/", "tvshows", 0)]
    with closing(sqlite3.connect(newest, timeout=30)) as database, database:
        database.executemany(
            "INSERT INTO path (strPath, strContent, strScraper, scanRecursive, useFolderNames, noUpdate, exclude)"
            " VALUES (?, ?, 'metadata.local', ?, 0, 0, 0)",
            rows,
        )


def _await_answer(kodi: RealKodi) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "JSONRPC.Ping"}).encode()
    token = base64.b64encode(f"{kodi.user}:{kodi.password}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {token}"}
    request = urllib.request.Request(f"{kodi.url}/jsonrpc", body, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    ends = time.monotonic() + _WAIT_S
    while time.monotonic() < ends:
        if kodi.ended:
            raise NoKodi("it ended at once")
        try:
            with opener.open(request, timeout=5) as answer:
                if b"pong" in answer.read():
                    return
        except OSError:
            time.sleep(0.2)
    raise NoKodi(f"no answer within {_WAIT_S:g} s")


def _free_ports() -> tuple[int, int]:
    with closing(socket.socket()) as one, closing(socket.socket()) as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
