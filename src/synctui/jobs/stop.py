"""How running jobs are asked to stop."""

from __future__ import annotations

from collections.abc import Callable


class Stop:
    """A stop in two steps: graceful (no new operations, those in flight get time), then hard (no time)."""

    def __init__(self, parent: Stop | None = None) -> None:
        self.reason = ""
        self.level = 0
        self._watchers: list[Callable[[], None]] = []
        if parent is not None:
            parent.watch(lambda: self._raise(parent.level, parent.reason))

    def graceful(self, reason: str = "interrupted") -> None:
        """Start no more operations; those in flight without an intent are cancelled when their time is over."""
        self._raise(1, reason)

    def hard(self, reason: str = "interrupted") -> None:
        """Cancel at once what has no intent; what has one is still waited for."""
        self._raise(2, reason)

    @property
    def asked(self) -> bool:
        """True once any stop was asked for."""
        return self.level > 0

    def watch(self, call: Callable[[], None]) -> None:
        """Have `call` made at every step, and now when one was taken already."""
        self._watchers.append(call)
        if self.level:
            call()

    def unwatch(self, call: Callable[[], None]) -> None:
        """Forget a watcher."""
        if call in self._watchers:
            self._watchers.remove(call)

    def _raise(self, level: int, reason: str) -> None:
        if level <= self.level:
            return
        self.level = level
        self.reason = self.reason or reason
        for call in list(self._watchers):
            call()
