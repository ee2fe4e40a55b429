"""Every error a user can meet, with what to do about it.

SyncTuiError                     code, message, hint, exit_code
├── UsageError                   2   the command line, or a request that makes no sense
│   └── ConfigError              2   file, line and key of what is wrong in the configuration
├── TargetNotFound               4   with the candidates of an ambiguous name
├── TemporaryFailure             5   worth another try later
│   ├── DatabaseClosed           5   closed meanwhile, to be opened anew
│   └── ServerFailed             5   a server cannot be used now
│       ├── Unreachable          5   off, or not to be reached
│       ├── TimedOut             5   no answer, or not all of it, in time
│       ├── ConnectionLost       5   it broke off while it was asked
│       ├── BadAnswer            5   it answers what it should not
│       └── NotReady             5   it waits for its owner: a first set-up, a migration
├── NotAuthorised                7   credentials are missing or refused; never retried
├── DependencyMissing            8   an engine that was asked for is not installed
├── ConfirmationNeeded          10   nobody to ask, or a brake
│   └── StalePlan               10   the configuration changed since the plan was made
├── LockHeld                    11   another process executes
├── DatabaseUnusable            12   damaged, or written by a newer version
├── StorageError                13   read-only, full, no permission
└── OperationFailed              3   one operation could not be done; its code says why

Transient and Pause are not errors: an operation raises them to be run again later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class ExitCode(IntEnum):
    """What the process says when it ends; a contract, only ever added to."""

    DONE = 0
    BUG = 1
    USAGE = 2
    SOME_FAILED = 3
    NOT_FOUND = 4
    TEMPORARY = 5
    PAUSED = 6
    NOT_AUTHORISED = 7
    DEPENDENCY_MISSING = 8
    CONFIRMATION_NEEDED = 10
    LOCK_HELD = 11
    DATABASE = 12
    STORAGE = 13
    NOT_EMPTY = 14
    SIGHUP = 129
    SIGINT = 130
    SIGTERM = 143


class SyncTuiError(Exception):
    """An error that a user can act on: what happened, to what, and what to do (`hint`)."""

    code: str = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class UsageError(SyncTuiError):
    """The command line or a request asks for something that makes no sense."""

    code = "usage"
    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """The configuration is wrong at `file`, `line` (1-based, when known) and `key`."""

    code = "config"

    def __init__(
        self,
        message: str,
        *,
        file: Path | None = None,
        line: int | None = None,
        key: str | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.file, self.line, self.key = file, line, key

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        return f"{place}{self.key}: {self.message}" if self.key else f"{place}{self.message}"


class TargetNotFound(SyncTuiError):
    """A target names nothing, or several things (`candidates`)."""

    code = "not_found"
    exit_code = ExitCode.NOT_FOUND

    def __init__(self, message: str, *, candidates: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.candidates = candidates


class TemporaryFailure(SyncTuiError):
    """What was asked could not be done now and may work later; everything done so far is kept."""

    code = "temporary"
    exit_code = ExitCode.TEMPORARY


class DatabaseClosed(TemporaryFailure):
    """The database was closed while it was being asked, because the program ends or opens it anew."""

    code = "closed"

    def __init__(self) -> None:
        super().__init__("the library was closed meanwhile", hint="try again")


class ServerFailed(TemporaryFailure):
    """A server cannot be used now; `after` is how many seconds it asked to be left alone."""

    code = "server_error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None, after: float | None = None) -> None:
        super().__init__(message, hint=hint, code=code)
        self.after = after


class Unreachable(ServerFailed):
    """Nothing was sent: nobody answers at this address."""

    code = "offline"


class TimedOut(ServerFailed):
    """No answer, or not all of it, in time; what was asked may have happened."""

    code = "timeout"


class ConnectionLost(ServerFailed):
    """The connection broke while the server was asked; what was asked may have happened."""

    code = "connection_lost"


class BadAnswer(ServerFailed):
    """The answer is not that of such a server: a web page, a redirect, an error of its own, broken JSON."""

    code = "bad_answer"


class NotReady(ServerFailed):
    """The server runs, but waits for its owner before it serves anything: a first set-up, a migration of its database."""

    code = "not_ready"


class NotAuthorised(SyncTuiError):
    """Credentials are missing or refused."""

    code = "not_authorised"
    exit_code = ExitCode.NOT_AUTHORISED


class DependencyMissing(SyncTuiError):
    """A program that was chosen is not installed; the hint says how to get it."""

    code = "dependency_missing"
    exit_code = ExitCode.DEPENDENCY_MISSING


class ConfirmationNeeded(SyncTuiError):
    """The plan wants an answer that nobody is there to give."""

    code = "confirmation_needed"
    exit_code = ExitCode.CONFIRMATION_NEEDED


class StalePlan(ConfirmationNeeded):
    """The request, the configuration or the schema is not the one that the plan was made for."""

    code = "stale_plan"


class LockHeld(SyncTuiError):
    """Another process is executing jobs."""

    code = "lock_held"
    exit_code = ExitCode.LOCK_HELD


class DatabaseUnusable(SyncTuiError):
    """The database is damaged or written by a newer version; nothing was overwritten."""

    code = "database"
    exit_code = ExitCode.DATABASE


class StorageError(SyncTuiError):
    """A disk refused: read-only, full, or no permission; `code` says which."""

    code = "storage"
    exit_code = ExitCode.STORAGE


class OperationFailed(SyncTuiError):
    """One operation could not be done; `code` is one of the documented reasons."""

    code = "failed"
    exit_code = ExitCode.SOME_FAILED


@dataclass
class Transient(Exception):
    """Raised by an operation that should be run again; `after` seconds is what the other side asked for."""

    message: str
    after: float | None = None
    code: str = "temporary"


@dataclass
class Pause(Exception):
    """Raised by an operation when its job, track or lane must wait until `until` (None: until resumed)."""

    reason: str
    until: datetime | None = None
    scope: str = "job"
    message: str = ""
