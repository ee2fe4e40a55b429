"""From the command line to an exit code; whatever happens, the user reads a sentence and not a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synctui.cli.arguments import Arguments, parse_arguments, refuse_looks
from synctui.cli.complaints import complain, complain_of_bug
from synctui.cli.terminal import shows_screens
from synctui.errors import ExitCode, StorageError, SyncTuiError

if TYPE_CHECKING:
    from synctui.config.launch import Screens


def main(argv: Sequence[str], *, screens: Screens | None = None) -> int:
    """Run `argv` (without the program's name) and return the exit code; `screens` shows the screens."""
    _reopen_missing_streams()
    arguments: Arguments | None = None
    try:
        arguments = parse_arguments(argv)
        if arguments.screens and screens is not None and shows_screens():
            from synctui.cli.screens import open_screens

            return int(open_screens(arguments, screens))
        if arguments.command == "tui":
            return int(_explain())
        refuse_looks(arguments, "this is no terminal that could show them")
        import asyncio  # deferred: half of what --help would cost

        return int(asyncio.run(_dispatch(arguments)))
    except SyncTuiError as error:
        complain(error)
        return int(error.exit_code)
    except BrokenPipeError:
        return int(ExitCode.DONE)
    except OSError as error:
        complain(StorageError(f"{error.filename}: {error.strerror}" if error.filename else str(error)))
        return int(ExitCode.STORAGE)
    except KeyboardInterrupt:
        return int(ExitCode.SIGINT)
    except Exception as error:
        verbose = any(word in ("-v", "-vv", "--verbose") for word in argv)
        complain_of_bug(error, verbose=verbose, arguments=arguments)
        return int(ExitCode.BUG)
    finally:
        _flush()


async def _dispatch(arguments: Arguments) -> ExitCode:
    # Each command imports what it needs: --help and status stay as quick as Python itself.
    if arguments.command == "run":
        from synctui.cli.run import run

        return await run(arguments)
    if arguments.command == "restore":
        from synctui.cli.run import restore

        return await restore(arguments)
    if arguments.command == "jobs":
        from synctui.cli.jobs import jobs

        return await jobs(arguments)
    if arguments.command == "status":
        from synctui.cli.status import status

        return await status(arguments)
    if arguments.command == "changed":
        from synctui.cli.changed import changed

        return await changed(arguments)
    if arguments.command in ("scene", "conflicts"):
        from synctui.cli.scene import conflicts, scene

        return await (scene if arguments.command == "scene" else conflicts)(arguments)
    if arguments.command == "worker":
        from synctui.cli.worker import worker

        return await worker(arguments)
    if arguments.command == "doctor":
        from synctui.cli.doctor import doctor

        return await doctor(arguments)
    from synctui.cli.settings import config

    return config(arguments)


def _explain() -> ExitCode:
    sys.stderr.write(
        "synctui: the screens need a terminal (standard input, output and error); without one:\n"
        "   synctui --demo                               try it on a made-up library\n"
        "   synctui --run subtitles PATH --dry-run       what would be done\n"
        "   synctui --run subtitles PATH --yes           do it\n"
        "   synctui --help                               everything else\n"
    )
    return ExitCode.USAGE


def _reopen_missing_streams() -> None:
    """Give closed standard streams something to write to (`2>&-`), and never fail on a character."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Or the database would get the number of a standard stream, and whoever prints would write into it.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _flush() -> None:
    """Write what is left; where nobody reads, point the stream nowhere, or the interpreter would complain of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
