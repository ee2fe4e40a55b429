"""The documentation of the keys, made of the same table as the screens'."""

from __future__ import annotations

from synctui.tui.commands.command import Command
from synctui.tui.commands.keys import shown_key
from synctui.tui.commands.table import COMMANDS, PLACES

BEGIN, END = "<!-- keys: python -m synctui.tui.commands -->", "<!-- end of keys -->"
"""The lines of README between which the documentation stands."""

_ASIDE = ("help", "messages", "welcome")


def document() -> str:
    """Return the keys of every place as Markdown tables."""
    parts: list[str] = []
    for place, title in PLACES.items():
        own = [command for command in COMMANDS if command.place == place]
        if own and place not in _ASIDE:
            parts.append(_table(title, own))
    return "\n\n".join(parts) + "\n"


def _table(title: str, commands: list[Command]) -> str:
    rows = [f"| {_keys(command)} | {command.help} | `{_name(command)}` |" for command in commands]
    return "\n".join((f"**{title}**", "", "| key | what it does | in `[ui.keys]` |", "|---|---|---|", *rows))


def _keys(command: Command) -> str:
    shown = (shown_key(key).replace("|", "\\|") for key in command.keys)
    return " ".join(f"`{key}`" for key in shown)


def _name(command: Command) -> str:
    return f"{command.place}.{command.id}" if command.place else command.id
