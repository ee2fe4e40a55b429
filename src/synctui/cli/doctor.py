"""`synctui doctor`: engines, folders, database and libraries at a glance, with what to do."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from synctui import __version__
from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.places import paths_of
from synctui.cli.terminal import Terminal
from synctui.errors import ConfigError, ExitCode, NotAuthorised, ServerFailed, SyncTuiError
from synctui.model.players import TITLES
from synctui.services import configuration, services
from synctui.store.database import Database
from synctui.syncs.players.asking import Asked
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.stash.sync import StashSync
from synctui.text import display, pad
from synctui.timing import voice_model


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `ok` None: worth knowing, nothing wrong."""

    what: str
    state: str
    ok: bool | None = True
    hint: str = ""


async def doctor(arguments: Arguments) -> ExitCode:
    """Do `doctor`: exit 0, 3 when something is wrong, 8 when the configured engine is missing."""
    paths = paths_of(arguments)
    findings = [
        Finding("SyncTUI", __version__, None),
        Finding("Python", platform.python_version(), None),
        Finding("SQLite", Database.sqlite_version(), None),
    ]
    missing = False
    try:
        loaded = configuration(file=arguments.config, paths=paths)
        where = str(loaded.file) if loaded.file is not None else "none: the defaults hold"
        findings.append(Finding("configuration", display(where), None))
        findings += [Finding("configuration", warning, False) for warning in loaded.warnings]
        async with services(loaded, paths) as opened:
            findings.append(Finding("data", display(str(paths.data))))
            findings.append(Finding("database", f"{opened.database.size():,} bytes, schema {Database.schema_version()}"))
            findings.append(Finding("engine builtin", "here"))
            for engine in await opened.subtitles.engines.all():
                chosen = loaded.config.subtitles.engine == engine.name
                missing = missing or (chosen and not engine.available)
                state = f"{engine.version or ''}  {engine.program.path if engine.program else ''}".strip()
                ok = True if engine.available else False if chosen else None
                findings.append(
                    Finding(f"engine {engine.name}", state if engine.available else engine.problem, ok, engine.hint)
                )
            findings.append(_hearing(loaded.config.subtitles.detector))
            if address := loaded.config.subtitles.cluster:
                trouble = [warning for warning in opened.warnings if warning not in loaded.warnings]
                findings.append(Finding("cluster", "; ".join(trouble) or display(address), not trouble))
            findings += [_library(root.name, root.path) for root in opened.libraries]
            findings += await _stash(opened.stash)
            tools = opened.players.tools
            enabled = [player for player in tools.players if player.enabled]
            asked = await asyncio.gather(*(opened.players.ask(player, note=False) for player in enabled))
            for player, answer in zip(enabled, asked, strict=True):
                findings += _player(player, answer)
    except SyncTuiError as error:
        findings.append(Finding(error.code, display(str(error)), False, error.hint))
    if arguments.json:
        lines = JsonLines()
        for finding in findings:
            lines.line("finding", asdict(finding))
    else:
        terminal = Terminal.of()
        for finding in findings:
            glyph = {True: "✓", False: "!", None: "·"}[finding.ok]
            hint = f"   {finding.hint}" if finding.hint and finding.ok is not True else ""
            terminal.write(f" {glyph} {pad(finding.what, 18)} {finding.state}{hint}\n")
    wrong = any(finding.ok is False for finding in findings)
    return ExitCode.DEPENDENCY_MISSING if missing else ExitCode.SOME_FAILED if wrong else ExitCode.DONE


def _hearing(detector: str) -> Finding:
    """Return what hears where people speak."""
    what = "speech detector"
    if detector == "bands":
        return Finding(what, "built in")
    if voice_model.available():
        return Finding(what, "built in, and Silero" + (" where that leaves a doubt" if detector == "auto" else ""))
    if detector == "silero":
        return Finding(what, "Silero is configured, and not installed", False, voice_model.INSTALL)
    return Finding(what, "built in; Silero, for loud films, is not installed", None, voice_model.INSTALL)


def _player(player: PlayerSettings, asked: Asked) -> Iterator[Finding]:
    """Yield how a player answers, and which folders no path map covers."""
    what = f"player {display(player.name)}"
    if asked.look is None:
        yield Finding(what, asked.problem, False, asked.hint)
        return
    yield Finding(what, f"{TITLES[player.kind]} {display(asked.look.version)} at {display(player.url)}")
    for finding in asked.uncovered:
        whose = "our" if finding.side == "ours" else "its"
        other = f" ({display(finding.other)})" if finding.other is not None else ""
        # A folder of the player's that is none of ours is nobody's fault.
        wrong = False if finding.side == "ours" else None
        yield Finding(what, f"{whose} folder {display(finding.path)}{other}: {finding.problem}", wrong, "check path_map")


async def _stash(stash: StashSync) -> list[Finding]:
    """Return how the Stash server answers, and where its folders lead here."""
    tools = stash.tools
    if not tools.settings.url:
        return [Finding("stash", "none is configured", None)]
    try:
        client = tools.open()
        try:
            probe = await client.probe()
        finally:
            await client.close()
    except (ServerFailed, NotAuthorised, ConfigError) as error:
        return [Finding("stash", error.message, False, error.hint)]
    where = f"Stash {display(probe.version)} at {display(tools.settings.url)}, {probe.scenes.count:,} scenes"
    findings = [Finding("stash", where)]
    for source, target in tools.settings.maps.pairs:
        if not os.path.isdir(source):
            findings.append(
                Finding("stash", f"path_map: {display(source)} ({display(target)}) is not there", False, "check path_map")
            )
    return findings


def _library(name: str, path: str) -> Finding:
    what = f"library {display(name)}"
    if not os.path.isdir(path):
        return Finding(what, f"{display(path)} is not there", False, "is its disk mounted?")
    if not os.access(path, os.R_OK | os.X_OK):
        return Finding(what, f"{display(path)} cannot be read", False, "check its permissions")
    if not os.access(path, os.W_OK):
        return Finding(what, f"{display(path)} cannot be written to", False, "check its permissions, or how it is mounted")
    return Finding(what, display(path))
