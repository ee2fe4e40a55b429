"""Asks a player how it is, and compares its folders with ours: what a person wants to know before trusting it."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.errors import ConfigError, NotAuthorised, ServerFailed, SyncTuiError
from synctui.library.paths import Finding, compare
from synctui.model.clock import rfc3339
from synctui.model.players import Look, PlayerSeen, PlayerState
from synctui.store.rows import write_rows
from synctui.syncs.players.session import Sessions
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the look, or what went wrong (`problem`, `hint`, and the state that the player is then in).

    `findings` compare its folders with our libraries; `seconds` is how long its answers took, one of them on average.
    """

    state: PlayerState
    look: Look | None = None
    code: str = ""
    problem: str = ""
    hint: str = ""
    findings: tuple[Finding, ...] = ()
    seconds: float | None = None

    @property
    def uncovered(self) -> tuple[Finding, ...]:
        """Return the folders with which something is wrong."""
        return tuple(finding for finding in self.findings if finding.problem)


async def ask(tools: Tools, settings: PlayerSettings, *, note: bool = True) -> Asked:
    """Return how a player is; with `note` it is written down as seen. Never raises for what the player does."""
    sessions = Sessions(tools)
    answers: list[float] = []
    asked: Asked
    try:
        session = sessions.fresh(settings)
    except (NotAuthorised, ConfigError) as error:
        asked = _failed(error)
    else:
        answers = session.answers
        try:
            look = await session.driver.look()
        except (NotAuthorised, ServerFailed) as error:
            asked = _failed(error)
        else:
            findings = tuple(compare(settings.maps, tools.libraries, look.roots)) if look.roots_known else ()
            mean = sum(answers) / len(answers) if answers else None
            asked = Asked(PlayerState.ONLINE, look, findings=findings, seconds=mean)
        finally:
            await session.driver.close()
    if note:
        await _note(tools, settings, asked, tuple(answers))
    return asked


def _failed(error: SyncTuiError) -> Asked:
    state = PlayerState.OFFLINE if error.code in _OFFLINE else PlayerState.FAILING
    if isinstance(error, NotAuthorised | ConfigError):
        state = PlayerState.REFUSED
    return Asked(state, code=error.code, problem=error.message, hint=error.hint)


_OFFLINE = ("offline", "no_such_host", "no_tls", "certificate")


async def _note(tools: Tools, settings: PlayerSettings, asked: Asked, answers: tuple[float, ...]) -> None:
    look = asked.look
    refused = {PlayerState.ONLINE: "", PlayerState.REFUSED: settings.credentials}.get(asked.state)
    seen = PlayerSeen(
        settings.name,
        asked.state,
        version=look.version if look is not None else None,
        title=look.name if look is not None else None,
        code=asked.code,
        message=f"{asked.problem}: {asked.hint}" if asked.hint else asked.problem,
        refused=refused,
        failed=False if look is not None else None,
        not_before="" if look is not None else None,
        answers=answers,
    )
    at = rfc3339(tools.clock.now())
    await tools.database.write(lambda connection: write_rows(connection, [seen], job=0, at=at))
