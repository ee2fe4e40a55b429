"""The places where a crash test kills the process; see `synctui.failpoints`."""

from __future__ import annotations

FAILPOINTS = (
    "submit.before_commit",
    "submit.after_commit",
    "job.claimed",
    "op.started",
    "intent.before",
    "intent.after",
    "reconcile.before",
    "reconcile.after",
    "retry.after",
    "append.before",
    "append.after",
    "outcome.before",
    "outcome.after",
    "job.before_end",
    "job.after_end",
)
