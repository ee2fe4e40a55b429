"""The command line as values: parsing only, nothing is done here."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from synctui import __version__
from synctui.cli.readings import duration, from_zero, languages, names, positive, seconds
from synctui.errors import UsageError
from synctui.text import display

COMMANDS = ("status", "jobs", "restore", "changed", "scene", "conflicts", "config", "doctor", "worker")
_LEADING_VALUE = ("--config", "--data-dir")

EPILOG = """\
commands:
  status [KIND]                    last attempt and success, what runs
  jobs [list|show|resume|pause|cancel|undo] [ID]
  restore PATH... [--to N]         bring an original subtitle back
  changed PATH... | --from-env     tell the change feed about files (for hooks)
  scene show ID | scene set ID FIELD=VALUE...   a scene of the catalogue
  conflicts [list|take ID local|remote]         where you and Stash differ
  worker                           do what is due, and what others ask for
  config [path|show|check|init]    the configuration file
  doctor                           engines, folders and database at a glance

examples:
  synctui                                     the screens
  synctui --demo                              try them on a made-up library
  synctui --run subtitles /media/series -n    what would be done
  synctui --run subtitles /media/series -y    do it
  synctui --run subtitles --inspect -y        how each stands; writes nothing
  synctui --run subtitles --resume            go on after an interruption
  synctui --run stash -y                      bring the Stash catalogue in step
  synctui --run players -n                    what players would be told
"""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line asks for; `command` is `run`, `tui`, or one of the commands.

    `screens` says that the screens are meant where there is a terminal: `tui`, and a demo without an option of a run.
    """

    command: str
    action: str = ""
    kind: str = ""
    targets: tuple[str, ...] = ()
    demo: str | None = None
    dry_run: bool = False
    check: bool = False
    inspect: bool = False
    yes: bool = False
    json: bool = False
    resume: str | None = None
    force: bool = False
    only_failed: bool = False
    limit: int | None = None
    jobs: int | None = None
    allow_mass_change: bool = False
    max_duration: float | None = None
    wait_lock: float = 0.0
    config: Path | None = None
    data_dir: Path | None = None
    quiet: bool = False
    verbose: int = 0
    engine: str | None = None
    reference: str | None = None
    video: str | None = None
    languages: tuple[str, ...] | None = None
    max_offset: float | None = None
    players: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    full: bool = False
    mode: str | None = None
    since: str | None = None
    only: tuple[str, ...] = ()
    side: str = ""
    from_env: bool = False
    job: str = ""
    operations: tuple[str, ...] = ()
    to: int = 0
    search: str = ""
    screens: bool = False
    mouse: bool = True
    ascii: bool = False
    colors: str = ""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint="synctui --help")


def parse_arguments(argv: Sequence[str]) -> Arguments:
    """Return what `argv` (without the program's name) asks for; raises UsageError, exits for --help and --version."""
    # What comes behind `--` is a target whatever it looks like; argparse forgets that where options are intermixed.
    end = list(argv).index("--") if "--" in argv else len(argv)
    words = [_with_value(word) for word in argv[:end]]
    literal = tuple(argv[end + 1 :])
    command, rest = _split_command(words)
    if command is None:
        return _run_arguments(rest, literal)
    return _command_arguments(command, rest, literal)


def _with_value(word: str) -> str:
    """Give the options with an optional value their `=`, so that they never swallow a target."""
    return {"--resume": "--resume=last", "--demo": "--demo="}.get(word, word)


def _split_command(words: list[str]) -> tuple[str | None, list[str]]:
    """Find a command word in front (global options may stand before it) and return it with the other words."""
    if any(word == "--run" or word.startswith("--run=") for word in words):
        return None, words
    skip = False
    for position, word in enumerate(words):
        if skip:
            skip = False
        elif word in _LEADING_VALUE:
            skip = True
        elif not word.startswith("-"):
            return (word, words[:position] + words[position + 1 :]) if word in COMMANDS else (None, words)
    return None, words


def _add_common(parser: argparse.ArgumentParser, *, asks: bool = False) -> None:
    group = parser.add_argument_group("general")
    group.add_argument("--config", type=Path, metavar="F", help="the configuration file")
    group.add_argument("--data-dir", type=Path, metavar="D", help="keep everything that SyncTUI writes of its own here")
    group.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    if asks:
        group.add_argument("-y", "--yes", action="store_true", help="do it without asking")
    group.add_argument("-q", "--quiet", action="store_true", help="only the result")
    group.add_argument("-v", "--verbose", action="count", default=0, help="more detail; twice: the log as well")


def _run_arguments(words: list[str], literal: tuple[str, ...]) -> Arguments:
    parser = _Parser(
        prog="synctui",
        description="Keeps a media library in sync: subtitles with the audio, players with the disk.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"synctui {__version__}")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="files, folders, or names of series and libraries")
    parser.add_argument("--run", dest="kind", metavar="KIND", help="run without screens: a sync kind or a job profile")
    parser.add_argument("--demo", metavar="DIR", help="over a made-up library (in DIR: it stays there); write --demo=DIR")
    run = parser.add_argument_group("running")
    run.add_argument("-n", "--dry-run", action="store_true", help="show the plan, change nothing")
    run.add_argument("--check", action="store_true", help="exit 14 when there is something to do, change nothing")
    run.add_argument("--inspect", action="store_true", help="find out how each stands, write nothing")
    run.add_argument("--resume", metavar="ID", help="go on with the newest unfinished job, or with --resume=ID")
    run.add_argument("--force", action="store_true", help="check again what is known already")
    run.add_argument("--only-failed", action="store_true", help="only what failed the last time")
    run.add_argument("--limit", type=positive, metavar="N", help="at most N operations")
    run.add_argument("--jobs", type=positive, metavar="N", help="so many at once")
    run.add_argument("--allow-mass-change", action="store_true", help="lift the brake on an implausibly large change")
    run.add_argument("--max-duration", type=duration, metavar="2h", help="pause after this long (exit 6)")
    run.add_argument("--wait-lock", type=duration, default=0.0, metavar="10m", help="wait for another running SyncTUI")
    kind = parser.add_argument_group("subtitles")
    kind.add_argument("--engine", metavar="NAME", help="auto, builtin, alass or ffsubsync")
    kind.add_argument("--reference", metavar="FILE", help="align against this subtitle or video instead of the audio")
    kind.add_argument("--video", metavar="FILE", help="the video that the subtitle belongs to (remembered)")
    kind.add_argument("--lang", dest="languages", type=languages, metavar="en,de", help="only these languages")
    kind.add_argument("--max-offset", type=seconds, metavar="SECONDS", help="the largest shift to accept")
    kind = parser.add_argument_group("stash")
    kind.add_argument("--mode", choices=("auto", "full", "incremental", "smart"), help="how to compare (auto)")
    kind.add_argument("--since", metavar="TIME", help="only what changed since 2026-11-20, 2026-11-20T18:00, or 6h")
    kind.add_argument("--only", type=names, default=(), metavar="NAMES", help="of scenes,performers,tags,studios")
    kind = parser.add_argument_group("players")
    kind.add_argument("--player", dest="players", action="append", default=[], metavar="NAME", help="only this player")
    kind.add_argument("--group", dest="groups", action="append", default=[], metavar="NAME", help="only this group's")
    kind.add_argument("--full", action="store_true", help="have whole libraries scanned, not only what changed")
    screens = parser.add_argument_group("screens")
    screens.add_argument("--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal")
    screens.add_argument("--ascii", action="store_true", help="draw with plain ASCII characters")
    screens.add_argument("--colors", choices=("256", "16", "none"), default="", help="fewer colours, for slow lines")
    _add_common(parser, asks=True)
    values = vars(parser.parse_intermixed_args(words))
    values["targets"] = (*values["targets"], *literal)
    values["players"], values["groups"] = tuple(values["players"]), tuple(values["groups"])
    _check_run(values)
    values["screens"] = values["kind"] is None and not any(values[name] for name in _OF_RUNS)
    kind_name = values.pop("kind") or ""
    if not kind_name and values["demo"] is None:
        if values["targets"]:
            raise UsageError(f"unknown command {display(values['targets'][0])!r}", hint="synctui --help")
        for name, option in _OF_RUNS.items():
            if values[name]:
                raise UsageError(f"{option} goes with --run", hint=f"synctui --run subtitles {option}")
        command = "tui"
    else:
        command = "run"
    arguments = Arguments(command=command, kind=kind_name or "subtitles", **values)
    if not arguments.screens:
        refuse_looks(arguments, "a run has none")
    return arguments


def refuse_looks(arguments: Arguments, why: str) -> None:
    """Raise UsageError for an option that only changes how the screens look."""
    for given, option in ((not arguments.mouse, "--no-mouse"), (arguments.ascii, "--ascii"), (arguments.colors, "--colors")):
        if given:
            raise UsageError(f"{option} is for the screens: {why}", hint="leave it out")


def _command_arguments(command: str, words: list[str], literal: tuple[str, ...]) -> Arguments:
    parser = _Parser(prog=f"synctui {command}", allow_abbrev=False)
    if command == "status":
        parser.add_argument("kind", nargs="?", default="", metavar="KIND")
    elif command == "jobs":
        actions = ("list", "show", "resume", "pause", "cancel", "undo")
        parser.add_argument("action", nargs="?", default="list", choices=actions)
        parser.add_argument("job", nargs="?", default="", metavar="ID", help="a job's number; all for pause, resume, cancel")
        parser.add_argument(
            "--op", dest="operations", action="append", default=[], metavar="KEY", help="only this operation"
        )
        parser.add_argument("--search", default="", metavar="TEXT", help="only operations whose name holds TEXT")
        parser.add_argument("--limit", type=positive, metavar="N", help="at most N lines")
        parser.add_argument("--wait-lock", type=duration, default=0.0, metavar="10m")
        parser.add_argument("--max-duration", type=duration, metavar="2h")
    elif command == "restore":
        parser.add_argument("targets", nargs="*", metavar="PATH")
        parser.add_argument("--to", type=from_zero, default=0, metavar="N", help="0: the first original, 1: .bak.1 ...")
        parser.add_argument("--force", action="store_true", help="also over a file that changed since")
        parser.add_argument("--wait-lock", type=duration, default=0.0, metavar="10m")
    elif command == "changed":
        parser.add_argument("targets", nargs="*", metavar="PATH")
        parser.add_argument("--from-env", action="store_true", help="what Sonarr or Radarr say in the environment")
    elif command == "scene":
        parser.add_argument("action", choices=("show", "set"))
        parser.add_argument("job", metavar="ID", help="the scene's number")
        parser.add_argument("targets", nargs="*", metavar="FIELD=VALUE", help="title, details, rating, tags (by commas)")
    elif command == "conflicts":
        parser.add_argument("action", nargs="?", default="list", choices=("list", "take"))
        parser.add_argument("job", nargs="?", default="", metavar="ID", help="the conflict's number")
        parser.add_argument("side", nargs="?", default="", choices=("local", "remote", ""), help="yours, or the server's")
        parser.add_argument("--all", dest="force", action="store_true", help="also those that are decided")
    elif command == "config":
        parser.add_argument("action", nargs="?", default="show", choices=("path", "show", "check", "init"))
    _add_common(parser, asks=command in ("jobs", "restore", "changed"))
    values = vars(parser.parse_intermixed_args(words))
    if command == "jobs":
        _check_jobs(values)
        values["operations"] = tuple(values["operations"])
    if command == "scene":
        values["targets"] = (*values["targets"], *literal)
        if values["action"] == "show" and values["targets"]:
            raise UsageError("scene show takes a number only", hint="synctui scene set ID FIELD=VALUE changes something")
    elif command == "conflicts":
        named = (bool(values["job"]), bool(values["side"]))
        if literal or named != ((True, True) if values["action"] == "take" else (False, False)):
            raise UsageError("which conflict, and who is right?", hint="synctui conflicts take ID local|remote")
    elif "targets" in values:
        values["targets"] = (*values["targets"], *literal)
        if values.get("from_env") and values["targets"]:
            raise UsageError("--from-env takes no path", hint="synctui changed PATH, or synctui changed --from-env")
        if not (values["targets"] or values.get("from_env")):
            raise UsageError(f"{command} needs a path", hint=f"synctui {command} PATH")
    elif literal:
        raise UsageError(f"{command} takes no path", hint=f"synctui {command} --help")
    return Arguments(command=command, **values)


_PLANS = {
    "dry_run": "--dry-run",
    "check": "--check",
    "inspect": "--inspect",
    "force": "--force",
    "only_failed": "--only-failed",
    "limit": "--limit",
    "allow_mass_change": "--allow-mass-change",
    "engine": "--engine",
    "reference": "--reference",
    "video": "--video",
    "languages": "--lang",
    "max_offset": "--max-offset",
    "players": "--player",
    "groups": "--group",
    "full": "--full",
    "mode": "--mode",
    "since": "--since",
    "only": "--only",
}
_OF_RUNS = {
    "targets": "a target",
    "dry_run": "--dry-run",
    "check": "--check",
    "inspect": "--inspect",
    "yes": "--yes",
    "json": "--json",
    "resume": "--resume",
    "force": "--force",
    "only_failed": "--only-failed",
    "limit": "--limit",
    "allow_mass_change": "--allow-mass-change",
    "max_duration": "--max-duration",
    "wait_lock": "--wait-lock",
    "reference": "--reference",
    "video": "--video",
    "players": "--player",
    "groups": "--group",
    "full": "--full",
    "mode": "--mode",
    "since": "--since",
    "only": "--only",
    "quiet": "--quiet",
    "verbose": "--verbose",
}
"""What only a headless run knows: with `--demo` it makes one of it."""

_OF_ACTIONS = {
    "operations": ("show", "undo"),
    "search": ("show",),
    "limit": ("list", "show"),
    "wait_lock": ("resume", "undo"),
    "max_duration": ("resume", "undo"),
}


def _check_run(values: dict[str, Any]) -> None:
    """Refuse what would be ignored: a job that is resumed has its plan, and a run is quiet or talkative."""
    if values["resume"] is not None:
        for name, option in _PLANS.items():
            if values[name]:
                hint = "leave one of them out"
                raise UsageError(f"--resume goes on with a plan that is made: it cannot take {option}", hint=hint)
        if values["resume"] not in ("last", "") and values["targets"]:
            raise UsageError(f"job {display(values['resume'])} has its targets already", hint="leave them out")
        if values["kind"] is None and values["demo"] is None:
            raise UsageError("--resume needs to know what to run", hint="synctui --run subtitles --resume")
    if values["quiet"] and values["verbose"]:
        raise UsageError("--quiet and --verbose contradict each other")


def _check_jobs(values: dict[str, Any]) -> None:
    action = values["action"]
    if action == "list" and values["job"]:
        raise UsageError("jobs list takes no number", hint=f"synctui jobs show {display(values['job'])}")
    if action != "list" and not values["job"]:
        raise UsageError(f"jobs {action} needs a job's number", hint="synctui jobs lists them")
    for name, actions in _OF_ACTIONS.items():
        if values[name] and action not in actions:
            option = {"operations": "op"}.get(name, name).replace("_", "-")
            raise UsageError(f"jobs {action} takes no --{option}", hint="it goes with: jobs " + ", jobs ".join(actions))
