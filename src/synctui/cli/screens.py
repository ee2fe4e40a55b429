"""`synctui` on a terminal: everything is read and made ready, then the screens take over."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from dataclasses import replace

from synctui.cli.arguments import Arguments
from synctui.cli.complaints import complain_of_bug
from synctui.cli.places import flags_of, prepared, program, same_data
from synctui.cli.terminal import Terminal
from synctui.config.launch import Farewell, Launch, Screens
from synctui.errors import ExitCode, SyncTuiError
from synctui.model.root import LibraryRoot

log = logging.getLogger(__name__)


def open_screens(arguments: Arguments, screens: Screens) -> ExitCode:
    """Show the screens, over the demo library where that was asked for; return what they end with.

    Raises ConfigError and StorageError before anything is drawn, and whatever the screens raise.
    """
    with contextlib.ExitStack() as stack:
        made = None
        if arguments.demo is not None:
            from synctui.cli.demo import demo_library

            made = stack.enter_context(demo_library(arguments))
            arguments = replace(
                arguments,
                data_dir=arguments.data_dir or made.base / "data",
                jobs=arguments.jobs or os.cpu_count() or 1,
            )
        paths, loaded = prepared(arguments)
        launch = Launch(
            paths=paths,
            file=arguments.config,
            loaded=loaded,
            flags=flags_of(arguments),
            libraries=(LibraryRoot("Demo", str(made.library)),) if made is not None else (),
            jobs=arguments.jobs,
            demo=made.base if made is not None else None,
            demo_kept=made.kept if made is not None else True,
            mouse=arguments.mouse,
            ascii=arguments.ascii,
            colors=arguments.colors,
            program=program(),
            options=same_data(arguments, paths, demo=made is not None),
        )
        if made is not None:
            made.clean = False
        try:
            farewell = asyncio.run(_shown(screens, launch, str(made.library) if made is not None else None))
        except (SyncTuiError, OSError):
            raise
        except Exception as error:
            log.exception("a fault")
            complain_of_bug(error, verbose=False, arguments=arguments)
            return ExitCode.BUG
        # After SIGHUP there is no terminal any more; the exit code is still the signal's.
        with contextlib.suppress(OSError):
            terminal = Terminal.of()
            for line in farewell.lines:
                terminal.write(line + "\n")
        if made is not None:
            made.clean = farewell.code is ExitCode.DONE
        return farewell.code


async def _shown(screens: Screens, launch: Launch, demo: str | None) -> Farewell:
    if demo is None:
        return await screens(launch)
    from synctui.cli.demo import made_up_players, made_up_stash

    async with made_up_players(demo, automatic=True) as players, made_up_stash(demo) as stash:
        return await screens(replace(launch, players=players, stash=stash))
