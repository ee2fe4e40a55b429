"""From the command line to an exit code; whatever happens, the user reads a sentence and not a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from synctui.cli.arguments import Arguments, parse_arguments
from synctui.errors import ExitCode, StorageError, SyncTuiError
from synctui.text import display


def main(argv: Sequence[str]) -> int:
    """Run `argv` (without the program's name) and return the exit code."""
    _reopen_missing_streams()
    try:
        arguments = parse_arguments(argv)
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
        complain_of_bug(error, verbose=any(word in ("-v", "-vv", "--verbose") for word in argv))
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
    if arguments.command == "doctor":
        from synctui.cli.doctor import doctor

        return await doctor(arguments)
    if arguments.command == "config":
        from synctui.cli.settings import config

        return config(arguments)
    return _explain()


def complain(error: SyncTuiError) -> None:
    """Say on standard error what went wrong and what to do."""
    lines = [f"synctui: {display(str(error))}"]
    candidates: tuple[str, ...] = getattr(error, "candidates", ())
    lines += [f"   {display(candidate)}" for candidate in candidates[:20]]
    if error.hint:
        lines.append(f"   {display(error.hint)}")
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("\n".join(lines) + "\n")


def complain_of_bug(error: Exception, *, verbose: bool) -> None:
    """Say on standard error that we are at fault; `verbose` shows where."""
    import traceback

    with contextlib.suppress(OSError, ValueError):
        if verbose:
            sys.stderr.write("".join(traceback.format_exception(error)))
        at = traceback.extract_tb(error.__traceback__)[-1:]
        where = f" ({Path(at[0].filename).name}:{at[0].lineno})" if at else ""
        what = display(f"{type(error).__name__}: {error}", 300)
        sys.stderr.write(f"synctui: a fault in SyncTUI: {what}{where}\n   please report it, with what -v shows\n")


def _explain() -> ExitCode:
    sys.stderr.write(
        "synctui: the screens are not part of this version; run it from the shell:\n"
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
