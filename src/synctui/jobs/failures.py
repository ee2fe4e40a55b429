"""What an exception of a sync kind means for its operation."""

from __future__ import annotations

import errno
import logging

from synctui.errors import SyncTuiError
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import Result

log = logging.getLogger(__name__)

_CODES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ENOENT: "gone",
    errno.ENOTDIR: "gone",
    errno.ESTALE: "gone",
}


def failure(error: BaseException, operation: Operation) -> Outcome:
    """Return the outcome of an operation that raised; what nobody foresaw is a bug, logged with its traceback."""
    if isinstance(error, SyncTuiError):
        message = f"{error.message} ({error.hint})" if error.hint else error.message
        return Outcome(Result.FAILED, error.code, message)
    if isinstance(error, OSError) and error.errno is not None:
        return Outcome(Result.FAILED, os_code(error), error.strerror or str(error))
    log.error("operation %r failed: %r", operation.key, error, exc_info=error)
    return Outcome(Result.FAILED, "bug", f"{type(error).__name__}: {error}")


def os_code(error: OSError) -> str:
    """Return the reason code of what the system refused."""
    return _CODES.get(error.errno or 0, "io_error")
