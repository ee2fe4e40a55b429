"""Requests, and the plans that answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from synctui.model.json import Fields, digest

Origin = Literal["user", "schedule", "hook", "follow_up", "undo"]
UNATTENDED: tuple[Origin, ...] = ("schedule", "hook", "follow_up")
"""Who asks without waiting for an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: a sync kind, its targets and its options; `options` are JSON values."""

    kind: str
    targets: tuple[str, ...] = ()
    options: Fields = field(default_factory=dict)
    origin: Origin = "user"
    profile: str | None = None

    @property
    def brings_back(self) -> bool:
        """True when it takes something back instead of doing something new: an undo, or a restore."""
        return self.origin == "undo" or self.options.get("restore") is True

    @property
    def checks(self) -> bool:
        """True when it only finds out how things stand and changes nothing."""
        return self.options.get("check") is True

    def fingerprint(self) -> str:
        """Return the same text for requests that ask the same."""
        return digest({"kind": self.kind, "targets": list(self.targets), "options": self.options})


@dataclass(frozen=True, slots=True)
class Operation:
    """The smallest resumable unit of a plan.

    `key` is unique in its job and the same when the same request is planned again. `subject` is what a person calls the
    thing (raw: shown through `display`). `precondition` is the fingerprint of what the operation will change, checked by
    the sync kind itself just before the effect. `after` names operations (of any track) that must have finished first;
    with `continue_on_error` false the operation is skipped when one of them failed or conflicted. `cost` counts in the
    units of the lane's budget; `estimate` is seconds.
    """

    key: str
    action: str
    subject: str
    track: str = "default"
    stage: str = ""
    path: str | None = None
    reason: str = ""
    cost: int = 0
    estimate: float = 0.0
    lane: str = "cpu"
    payload: Fields = field(default_factory=dict)
    precondition: str = ""
    after: tuple[str, ...] = ()
    continue_on_error: bool = True
    undoable: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a plan has to say; a `brake` stops it until it is answered (rule 5: an implausible share is touched)."""

    level: Literal["warning", "brake"]
    message: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What the plan leaves alone because it is known already: `count` more things in `state`."""

    state: str
    count: int = 1


PlanItem = Operation | Notice | Tally


@dataclass(frozen=True, slots=True)
class PlanTotals:
    """The sums over a plan: what the preview's first line says."""

    total: int = 0
    by_action: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    cost: int = 0
    estimate: float = 0.0
    undoable: int = 0
    notices: tuple[Notice, ...] = ()

    @property
    def brakes(self) -> tuple[Notice, ...]:
        """Return the notices that stop the plan until they are answered."""
        return tuple(notice for notice in self.notices if notice.level == "brake")
