"""Results and errors as they travel between processes, so that an error of ours is raised here as it was there."""

from __future__ import annotations

import traceback
from typing import Any

from synctui import errors
from synctui.errors import OperationFailed, SyncTuiError, Transient
from synctui.processes.wire import Message

_FRAMES = -8


def failed(error: BaseException) -> Message:
    """Return the reply that carries an error; what nobody foresaw travels with the end of its traceback."""
    if isinstance(error, Transient):
        return {"error": "Transient", "message": error.message, "after": error.after, "code": error.code}
    if isinstance(error, SyncTuiError):
        return {
            "error": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "code": error.code,
            "notes": list(getattr(error, "__notes__", ())),
        }
    if isinstance(error, MemoryError):
        return failed(OperationFailed("not enough memory", hint="run fewer jobs", code="engine_failed"))
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=_FRAMES))
    return {"error": "", "message": f"{type(error).__name__}: {error}", "notes": [text]}


def result_of(reply: Message) -> dict[str, Any]:
    """Return the result that a reply carries; raises the error that it carries.

    An error that is none of ours is raised as OperationFailed `bug`, its traceback among the notes.
    """
    if "result" in reply:
        result: dict[str, Any] = reply["result"]
        return result
    name, message, code = str(reply.get("error", "")), str(reply.get("message", "")), reply.get("code")
    if name == "Transient":
        raise Transient(message, reply.get("after"), str(code))
    kind = getattr(errors, name, None) if name else None
    if isinstance(kind, type) and issubclass(kind, SyncTuiError):
        error: SyncTuiError = kind(message, hint=str(reply.get("hint", "")))
        error.code = str(code)
    else:
        error = OperationFailed(message, code="bug")
    for note in reply.get("notes", ()):
        error.add_note(str(note))
    raise error
