"""Players in every state, as the snapshots show them: nobody is asked, what the store says is all there is."""

from __future__ import annotations

from pathlib import Path

from synctui.model.library import Row
from synctui.model.players import ItemState, PlayerItem, PlayerSeen, PlayerState, PlayerSynced
from synctui.services import Services
from synctui.store.rows import write_rows

TODAY, TUESDAY = "2026-03-14T14:02:11.000Z", "2026-03-10T21:40:00.000Z"
_S = PlayerState
_FILMS = ("Salt (2019)", "Lost Reel (1999)", "The Tide Table (2016)")
_REFUSED = "it refuses the user or the password: mend them in its settings and here"


def players_config(root: Path) -> str:
    """Return the configuration of five players and a group, with a path map of the films each."""
    tables = [
        ("Living room", "kodi", "http://kodi.lan:8080", 'username = "kodi"\npassword = "made-up"\n', "smb://nas/films"),
        ("Attic", "jellyfin", "http://nas.lan:8096", 'token = "made-up"\n', "/media/films"),
        ("Den", "plex", "http://nas.lan:32400", 'token = "made-up"\n', "/data/films"),
        ("Bedroom", "kodi", "http://bedroom.lan:8080", "", "smb://nas/films"),
        ("Guest [b]", "emby", "http://guest.lan:8096", 'token = "made-up"\nenabled = false\n', "/films"),
    ]
    text = "".join(
        f'[[player]]\nname = "{name}"\nkind = "{kind}"\nurl = "{url}"\n{more}'
        f'path_map = [{{from = "{root / "Films"}", to = "{there}"}}]\n'
        for name, kind, url, more, there in tables
    )
    return text + '[[group]]\nname = "Upstairs"\nplayers = ["Attic", "Bedroom"]\n'


async def find_players(services: Services, root: Path) -> None:
    """Write down how they were found: one late with three films, one up to date, one refusing us, one that is off."""
    tools = services.players.tools
    credentials = {one.name: one.credentials for one in tools.players}
    seen: list[Row] = [
        PlayerSeen("Living room", _S.ONLINE, version="20.1.0", answers=(0.004, 0.003, 0.005, 0.009, 0.004)),
        PlayerSeen("Attic", _S.ONLINE, version="10.10.7", answers=(0.019, 0.021, 0.03, 0.022, 0.02)),
        PlayerSeen("Den", _S.REFUSED, code="not_authorised", message=_REFUSED, refused=credentials["Den"]),
        PlayerSeen("Bedroom", _S.OFFLINE, version="21.0.0", code="offline", message="nobody answers: is it switched on"),
    ]
    synced: list[Row] = [PlayerSynced(name, 0, True, 3, 2, 1, 2.4, 8.0) for name in ("Living room", "Attic")]
    old: list[Row] = [PlayerSynced("Bedroom", 0, False, 3)]
    states = {
        "Living room": (ItemState.CONFIRMED, ItemState.UNCONFIRMED, ItemState.ACCEPTED),
        "Attic": (ItemState.CONFIRMED, ItemState.CONFIRMED, ItemState.CONFIRMED),
        "Bedroom": (ItemState.PENDING, ItemState.PENDING, ItemState.PENDING),
    }
    reasons = {ItemState.CONFIRMED: "confirmed", ItemState.UNCONFIRMED: "not_there", ItemState.PENDING: "offline"}
    items: list[Row] = [
        PlayerItem(
            player,
            str(root / "Films" / film / f"{film}.mkv"),
            "created" if number else "modified",
            state,
            remote=f"smb://nas/films/{film}/{film}.mkv",
            reason=reasons.get(state, ""),
            feed=number,
            changed_at=TODAY,
        )
        for player, given in states.items()
        for number, (film, state) in enumerate(zip(_FILMS, given, strict=True))
    ]
    await services.database.write(lambda connection: write_rows(connection, [*seen, *synced, *items], job=1, at=TODAY))
    await services.database.write(lambda connection: write_rows(connection, old, job=1, at=TUESDAY))
