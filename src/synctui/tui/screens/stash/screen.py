"""The catalogue on the screen: scenes by studio, performer, tag or name, searched as somebody types."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any, ClassVar

from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from synctui.model.catalog import Entity
from synctui.store.catalog_browse import GroupLine, SceneLine
from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.stash import standing
from synctui.tui.screens.stash.empty import empty_lines
from synctui.tui.screens.stash.looking import Looking
from synctui.tui.screens.stash.pane import ScenePane
from synctui.tui.screens.stash.shelves import Spot
from synctui.tui.widgets.finder import Finder
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

_WIDE = 110
_WIDEST_LIST = 100
_REST_S = 0.08
_VIEWS = (Entity.STUDIO, Entity.PERFORMER, Entity.TAG, Entity.SCENE)
_OF_ROWS = ("open", "into", "close", "edit", "sync_one")
_OF_SCENES = ("edit", "sync_one")


class CatalogueScreen(Looking):
    """Studios, performers and tags with their scenes; what stands under the cursor in detail, where there is room."""

    place: ClassVar[str] = "catalogue"
    title_word: ClassVar[str] = "Stash"
    AUTO_FOCUS = "#stash-rows"
    DEFAULT_CSS = """
    CatalogueScreen #stash-body { height: 1fr; width: 1fr; }
    CatalogueScreen #stash-rows { width: 1fr; }
    CatalogueScreen #stash-empty { height: 1fr; display: none; }
    CatalogueScreen.-empty #stash-rows, CatalogueScreen.-empty ScenePane { display: none; }
    CatalogueScreen.-empty #stash-empty { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        # Kept, not looked for: while the screen is taken down its parts go one by one.
        self.list = RowList(self.source, id="stash-rows")
        self.finder = Finder()
        self.pane = ScenePane()
        self._views = Lines(id="stash-views")
        self._empty = Lines(id="stash-empty", height=None)
        self._resting: Timer | None = None

    def body(self) -> Iterable[Widget]:
        yield self._views
        yield self.finder
        yield Horizontal(self.list, self._empty, self.pane, id="stash-body")

    # the frame

    def answer(self) -> tuple[Line, Line]:
        if self.standing is None:
            return (Span("opening the catalogue", "dim"),), ()
        busy = standing.syncing(self.home.board)
        if (found := self.found) is not None:
            told = f"{found.count(Entity.SCENE):,} scenes" if found.count(Entity.SCENE) != 1 else "1 scene"
            parts = [("the first " if found.more else "") + told] if found.count(Entity.SCENE) else []
            parts += [
                f"{number:,} {one.value if number == 1 else one.plural}"
                for one in _VIEWS[:3]
                if (number := found.count(one))
            ]
            said = Span(", ".join(parts), "strong") if parts else Span("nothing found", "dim")
            return (Span("/ ", "accent"), Span(display(self.finder.value, 40), "text"), Span("   "), said), ()
        if self.gone:
            number = self.standing.sums.gone
            return (Span(f"{number:,} gone from the server", "strong"), Span("   kept here as they were", "dim")), ()
        return standing.answer(self.standing, self.size.width - 2, busy=busy)

    def before_hints(self) -> Line:
        if self.focused is not None and self.finder.has_class("-open") and self.focused is not self.list:
            keep, give_up = (Span("enter", "accent"), Span(" to the rows   ", "dim")), (Span("esc", "accent"),)
            return (*keep, *give_up, Span(" give it up   ", "dim"))
        return ()

    def available(self, command: Command) -> str:
        if command.place != "catalogue":
            return command.label
        if self.before_hints():
            return ""
        one, spot = self.standing, self.chosen()
        if command.id == "configure":
            return command.label if one is not None and not one.configured else ""
        if command.id == "sync":
            return command.label if one is not None and one.configured else ""
        if command.id in _OF_ROWS and spot is None:
            return ""
        if command.id in _OF_SCENES and (spot is None or not isinstance(spot.line, SceneLine)):
            return ""
        if command.id == "conflicts":
            return command.label if one is not None and one.sums.conflicts else ""
        if command.id == "gone":
            return "all" if self.gone else command.label
        if command.id in ("filter", "view") and self.has_class("-empty"):
            return ""
        return command.label

    # drawing

    def shaken(self) -> None:
        """Draw everything: rows came, went, or are others."""
        self._tell_empty()
        self._show_views()
        self.update_frame()
        self._rest()

    def _show_views(self) -> None:
        line: list[Span] = [Span("   ")]
        for at, one in enumerate(_VIEWS):
            here = one is self.view and not self.gone and self.found is None
            does = f"view_{one.value}"
            line += [Span("   " if at else ""), Span(one.plural, "strong" if here else "dim", does=does)]
        if self.gone:
            line += [Span("   "), Span("gone", "strong", does="gone")]
        self._views.show(tuple(line))

    def _tell_empty(self) -> None:
        one = self.standing
        # Names are there before anything was counted.
        empty = one is not None and self.found is None and not self.source.count() and not self.reading
        self.set_class(empty, "-empty")
        key_of = self.home.key_of
        lines = empty_lines(one, self.gone, key_of, self.size.width) if empty and one is not None else ()
        self._empty.show(*lines)
        views = not empty or self.gone
        if self._views.display is not views:
            self._views.display = views

    def chosen(self) -> Spot | None:
        """Return the row under the cursor."""
        return self.source.spot(self.list.cursor) if self.stands else None

    def on_mount(self) -> None:
        self._lay_out()
        super().on_mount()
        self._show_views()
        self.begin()

    def on_resize(self, event: Resize) -> None:
        self._lay_out()
        super().on_resize(event)
        self.call_after_refresh(self._tell_empty_again)

    def _tell_empty_again(self) -> None:
        if self.stands:
            self._tell_empty()

    def _lay_out(self) -> None:
        width = self.size.width
        self.pane.display = width >= _WIDE
        if self.pane.display:
            self.pane.styles.width = width - min(_WIDEST_LIST, max(72, width * 5 // 8))
            self._rest()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.update_frame()
        self._rest()

    def _rest(self) -> None:
        if not self.stands or not self.pane.display:
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST_S, self._rested)

    def _rested(self) -> None:
        self._resting = None
        spot = self.chosen()
        if self.home.house.ready:
            self.pane.look_at(self.home, spot.line if spot is not None else None)

    # moving about

    def do_open(self) -> Coroutine[Any, Any, None] | None:
        if self.has_class("-empty"):
            return None
        spot = self.chosen()
        if spot is None or spot.line is None:
            return None
        if isinstance(spot.line, SceneLine):
            self._details(spot.line)
            return None
        if spot.at >= len(spot.shelf.groups):
            return self.go_to_group(spot.line)
        if spot.below is not None:
            self.fold(spot)
            return None
        return self.unfold(spot, self.list.cursor)

    def _details(self, line: SceneLine) -> None:
        from synctui.tui.screens.stash.scene import SceneScreen

        self.home.show(SceneScreen(line.id, line.name))

    def do_into(self) -> Coroutine[Any, Any, None] | None:
        spot = self.chosen()
        if spot is not None and spot.below is not None:
            self.list.move(1)
            return None
        return self.do_open()

    def do_close(self) -> None:
        spot, shelves = self.chosen(), self.source.shelves
        if spot is None or shelves is None:
            return
        if spot.below is not None:
            self.fold(spot)
        elif (above := shelves.above(self.list.cursor)) is not None:
            self.list.move_to(above, settle=True)

    def do_view(self) -> Coroutine[Any, Any, None]:
        return self.show_view(_VIEWS[(_VIEWS.index(self.view) + (not self.gone)) % len(_VIEWS)])

    def do_view_studio(self) -> Coroutine[Any, Any, None]:
        return self.show_view(Entity.STUDIO)

    def do_view_performer(self) -> Coroutine[Any, Any, None]:
        return self.show_view(Entity.PERFORMER)

    def do_view_tag(self) -> Coroutine[Any, Any, None]:
        return self.show_view(Entity.TAG)

    def do_view_scene(self) -> Coroutine[Any, Any, None]:
        return self.show_view(Entity.SCENE)

    def do_filter(self) -> None:
        """Begin to type what is looked for."""
        if self.has_class("-empty") and not self.gone:
            self.home.say("there is nothing to search in yet")
            return
        self.finder.open()
        self.update_frame()

    def on_finder_changed(self, event: Finder.Changed) -> None:
        event.stop()
        self.look_for(event.value)

    def do_back(self) -> None:
        """Give the search up, then what is gone, then go back."""
        if self.finder.close() or self.found is not None:
            self.look_for("")
        elif self.gone:
            self.home.start(self.show_gone(False), name="gone")
        else:
            self.home.back()

    # what is done

    def do_sync(self) -> None:
        """Preview a sync of everything."""
        from synctui.tui.screens.stash.doing import sync_all

        sync_all(self.home)

    def do_sync_one(self) -> None:
        """Preview a sync of the scene under the cursor."""
        from synctui.tui.screens.stash.doing import sync_scene

        if (scene := self._scene()) is not None:
            sync_scene(self.home, scene.id, scene.name)

    async def do_edit(self) -> None:
        """Change a field of the scene under the cursor."""
        from synctui.tui.screens.stash.editing import edit_scene

        if (scene := self._scene()) is not None and await edit_scene(self.home, scene.id):
            self.touched()

    def _scene(self) -> SceneLine | None:
        spot = self.chosen()
        if spot is not None and isinstance(spot.line, SceneLine):
            return spot.line
        if isinstance(spot.line if spot is not None else None, GroupLine):
            self.home.say("the cursor is not on a scene", hint="enter opens the row")
        return None

    def do_conflicts(self) -> None:
        """Show what was changed here and on the server."""
        from synctui.tui.screens.stash.conflicts import ConflictsScreen

        self.home.show(ConflictsScreen())

    def do_history(self) -> None:
        """Show past syncs."""
        from synctui.tui.screens.stash.history import HistoryScreen

        self.home.show(HistoryScreen())

    def do_gone(self) -> Coroutine[Any, Any, None]:
        return self.show_gone(not self.gone)

    def do_configure(self) -> None:
        """Go to the address in the settings."""
        from synctui.tui.screens.stash.doing import made_up

        if not made_up(self.home):
            self.home.show_setting("stash.url")
