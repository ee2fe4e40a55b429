"""What a job's end means for the exit code."""

from __future__ import annotations

from synctui.errors import ExitCode
from synctui.jobs.progress import Snapshot
from synctui.model.reasons import SERVER_TROUBLES
from synctui.model.states import JobState, Result

_PAUSES = {
    "waiting": ExitCode.TEMPORARY,
    "not_authorised": ExitCode.NOT_AUTHORISED,
    **dict.fromkeys(SERVER_TROUBLES, ExitCode.TEMPORARY),
}


def exit_code_of(snapshot: Snapshot, signalled: ExitCode | None = None) -> ExitCode:
    """Return the exit code of a job that runs no more; `signalled` is the code of a signal that arrived."""
    if snapshot.state is JobState.AWAITING_CONFIRMATION:
        return ExitCode.CONFIRMATION_NEEDED
    if not snapshot.state.final:
        if signalled is not None:
            return signalled
        return _PAUSES.get(snapshot.pause_reason or "", ExitCode.PAUSED)
    if snapshot.state is JobState.COMPLETED:
        wrong = snapshot.counts.get(Result.FAILED, 0) + snapshot.counts.get(Result.CONFLICT, 0)
        return ExitCode.SOME_FAILED if wrong else ExitCode.DONE
    return signalled or ExitCode.SOME_FAILED
