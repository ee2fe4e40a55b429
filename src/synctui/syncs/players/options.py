"""What a request for the players' sync says, and which players it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synctui.config.values import suggest
from synctui.errors import TargetNotFound, UsageError
from synctui.model.plan import Request
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools
from synctui.text import display


@dataclass(frozen=True, slots=True)
class PlayerOptions:
    """The options of a request; `named` are players that a person asked for by name, alone or in a group.

    `full` has everything scanned, `force` asks also those that are left alone for a while, `only_failed` tells again what
    failed or was not confirmed, and nothing else.
    """

    players: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    full: bool = False
    force: bool = False
    only_failed: bool = False
    believe: bool = False
    origin: str = "user"

    @classmethod
    def of(cls, request: Request) -> PlayerOptions:
        """Return those of a request."""
        options = request.options
        return cls(
            players=_texts(options.get("players")),
            groups=_texts(options.get("groups")),
            full=options.get("full") is True,
            force=options.get("force") is True,
            only_failed=options.get("only_failed") is True,
            believe=options.get("allow_mass_change") is True,
            origin=request.origin,
        )

    @property
    def named(self) -> bool:
        """True when players were asked for by name."""
        return bool(self.players or self.groups)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    return tuple(str(one) for one in value)


def meant(tools: Tools, options: PlayerOptions) -> list[PlayerSettings]:
    """Return the players that are meant, in their order.

    Raises UsageError where none is configured, or all players are switched off; TargetNotFound for a name that is none.
    """
    if not tools.players:
        hint = "add a [[player]] to the configuration (synctui config init), or on the players' screen"
        raise UsageError("no player is configured", hint=hint, code="no_player")
    if not options.named:
        if not tools.enabled:
            raise UsageError("players are switched off", hint="set players.enabled to true", code="players_off")
        return [player for player in tools.players if player.enabled]
    named = {_found(name, (player.name for player in tools.players), "player") for name in options.players}
    grouped = {one for name in options.groups for one in tools.groups[_found(name, tools.groups, "group")]}
    # Who names a switched-off player means it; who names a group means those of it that are on.
    return [player for player in tools.players if player.name in named or (player.enabled and player.name in grouped)]


def _found(name: str, known: Iterable[str], what: str) -> str:
    names = list(known)
    exact = [one for one in names if one == name] or [one for one in names if one.casefold() == name.casefold()]
    if len(exact) == 1:
        return exact[0]
    raise TargetNotFound(
        f"there is no {what} called {display(name, 80)}",
        candidates=tuple(exact),
        hint=suggest(name, names) or "there are: " + (", ".join(display(one, 40) for one in names) or "none"),
    )
