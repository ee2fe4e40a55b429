"""What a Stash says, through every screen of its catalogue: lists, details, logs, diffs, past syncs."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from synctui.model.catalog import (
    Entity,
    NamedSynced,
    Performer,
    RowFailed,
    SceneFile,
    SceneLogged,
    StashId,
    Studio,
    Tag,
)
from synctui.store.catalog_edits import edits_of, set_edit
from synctui.syncs.stash.preview import Difference, FieldChange
from synctui.tui.screens.preview.details import Sheet
from synctui.tui.screens.preview.pulls import difference_lines
from synctui.tui.screens.stash.conflicts import ConflictsScreen
from synctui.tui.screens.stash.scene import SceneScreen
from synctui.tui.widgets.finder import Finder
from tests.hostile_names import HOSTILE_NAMES
from tests.tui.names.sight import Sight, all_shown, harmful, missing, on_top, settled, to_the_end
from tests.tui.stage import Stage
from tests.tui.stash.scene import put, scene, scenes_row, shelved, small_rows

NAMES = [entry.name for entry in HOSTILE_NAMES]
SIZES = ((80, 24), (140, 45))


async def hostile(s: Stage) -> None:
    """Let every text that a server sends be a name nobody would give."""
    database = s.services.database
    numbers = range(100, 100 + len(NAMES))
    named = zip(numbers, NAMES, strict=True)
    scenes = [
        scene(
            number,
            name,
            details=f"{name}\n{name}",
            code=name,
            director=name,
            date=name,
            urls=(name,),
            stash_ids=(StashId(name, name),),
            updated_at=name,
            studio=number,
            performers=(number,),
            tags=(number,),
            files=(SceneFile(number, name, duration=90.0, video_codec=name, fingerprints=((name, name),)),),
        )
        for number, name in named
    ]
    await put(
        database,
        [
            NamedSynced(tuple(Studio(number, name) for number, name in zip(numbers, NAMES, strict=True))),
            NamedSynced(tuple(Performer(number, name) for number, name in zip(numbers, NAMES, strict=True))),
            NamedSynced(tuple(Tag(number, name) for number, name in zip(numbers, NAMES, strict=True))),
            scenes_row(*scenes),
            *(SceneLogged(100, "updated", name) for name in NAMES),
            *(RowFailed(Entity.SCENE, 1, name) for name in NAMES),
        ],
        job=1,
    )


async def test_lists_and_details(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as s:
        await hostile(s)
        s.place.take_over()
        await s.sees(f"{len(NAMES) + 4} scenes")
        sight = Sight(s.app)
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            for view in ("1", "2", "3", "4"):
                await s.press(view)
                await settled(s)
                assert not missing(await to_the_end(s, sight), all_shown()), view
            sight.picture()
            screen = SceneScreen(100)
            s.app.show(screen)
            await on_top(s, screen, lambda: not s.busy)
            for number in range(100, 100 + len(NAMES)):
                screen.number = number
                screen.look()
                await settled(s)
                assert screen._known is not None and screen._known.scene.id == number
                sight.look()
            s.app.back()
            await s.rest()
        for name in NAMES[::5]:
            await s.press("slash")
            s.place.query_one(Finder).query_one(Input).value = name
            await settled(s)
            assert not harmful(s.text.replace("\n", ""))
            await s.press("escape")


async def test_edits_conflicts_and_differences(tmp_path: Path) -> None:
    async with shelved(tmp_path, small_rows()) as s:
        await hostile(s)
        database = s.services.database
        for number, name in enumerate(NAMES, 100):
            await set_edit(database, number, {"title": name + " here", "details": f"a\n{name}\nb", "tags": [number, 1]})
        theirs = [
            scene(number, name + " there", details=f"{name}\n{name}\nmore", tags=(2,))
            for number, name in enumerate(NAMES, 100)
        ]
        await put(database, [scenes_row(*theirs)], job=1)
        assert len(await edits_of(database, range(100, 100 + len(NAMES)))) == len(NAMES)
        sight = Sight(s.app)
        screen = ConflictsScreen()
        s.app.show(screen)
        await on_top(s, screen, lambda: not s.busy)
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            s.rows.move_to(0)
            for _ in range(s.rows.source.count()):
                sight.look()
                s.rows.move(1)
                await settled(s)
            sight.picture()
        changes = [FieldChange(name, name, name, True) for name in NAMES]
        found = [Difference(number, name, "updated", tuple(changes[:2])) for number, name in enumerate(NAMES)]
        sheet = Sheet(NAMES[0], difference_lines(found, 75))
        s.app.show(sheet)
        await on_top(s, sheet)
        await to_the_end(s, sight)
