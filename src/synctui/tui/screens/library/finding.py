"""Finding rows: what a filter finds, the next that is wrong, and going to a place in the tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.widgets import Input

from synctui import words
from synctui.text import cells
from synctui.tui.draw.line import Line, Span, fit
from synctui.tui.screens.library import standing
from synctui.tui.screens.library.filter import WRONG, Query
from synctui.tui.screens.library.filterbar import HINT, FilterBar
from synctui.tui.screens.library.following import Following
from synctui.tui.screens.library.marking import Marking

if TYPE_CHECKING:
    from synctui.services import Services
    from synctui.store.jumps import Spot
    from synctui.tui.screens.library.outline import Outline
    from synctui.tui.screens.library.sources import Index, Source


class Finding(Marking):
    """The part of the library's screen that finds rows."""

    bar: FilterBar
    _services: Services | None
    _index: Index | None
    _query: Query
    _following: Following

    def _outline(self, source: Source) -> Outline:
        """Return an outline whose rows this screen shows."""
        raise NotImplementedError

    def _show(self, outline: Outline) -> None:
        """Show the rows of an outline from the first one on."""
        raise NotImplementedError

    def _found(self) -> tuple[Line, Line]:
        assert self._hits is not None
        counts = self._hits.counts
        line: Line = (Span("/ ", "accent"), Span(self.bar.text, "strong"), Span("   "))
        if not counts.videos and not counts.subtitles:
            return (*line, Span("nothing found", "dim")), ()
        if counts.videos:
            line = (*line, Span(words.count(counts.videos, "video"), "strong"), Span("   "))
        taken = sum(cells(fit(span)) for span in line)
        return (*line, *standing.answer(counts, self.size.width - 2 - taken)), ()

    async def go_to(self, spot: Spot) -> bool:
        """Put the cursor on a line of the tree, and open what it lies in; False when it is gone."""
        if self._tree is None:
            return False
        index = await self._tree.reveal(spot)
        if index is None:
            return False
        if self.listing.outline is not self._tree:
            self._leave_filter()
        self.view.reload()
        self.view.move_to(index, settle=True)
        return True

    async def do_next_off(self) -> None:
        await self._jump(backwards=False)

    async def do_previous_off(self) -> None:
        await self._jump(backwards=True)

    async def _jump(self, *, backwards: bool) -> None:
        if self._hits is not None:
            await self._jump_among_hits(backwards=backwards)
            return
        from synctui.store import tree

        database = self.home.services.database
        spot = self.row.spot() if self.row is not None else None
        found = await tree.next_in_state(database, WRONG, spot, backwards=backwards)
        if found is None and spot is not None:
            found = await tree.next_in_state(database, WRONG, backwards=backwards)
            if found is not None:
                self.home.say("from the " + ("end" if backwards else "beginning") + " again", "dim")
        if found is None or not await self.go_to(found):
            self.home.say("nothing is off, refused, failed or wants a choice")

    async def _jump_among_hits(self, *, backwards: bool) -> None:
        from synctui.store import tree

        assert self._hits is not None
        states = tuple(state for state in self._query.states if state in WRONG) or WRONG
        wrong = set(
            await tree.search_ids(
                self.home.services.database,
                self._query.words,
                states=states,
                languages=self._query.languages,
                limit=10_000_000,
            )
        )
        await self._step([id for id in await self._hits.ids() if id in wrong], backwards=backwards)

    # the filter

    def do_filter(self) -> None:
        self.bar.begin()

    async def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.bar.changed(self.home, self._search)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        await self._keep_filter()

    async def _keep_filter(self) -> None:
        """Go on with what the filter finds; what is typed next is meant for that, however long it is searched for."""
        self.bar.end()
        self.set_focus(self.view)
        self.bar.changed(self.home, self._search)
        await self.bar.settled()
        if not self.bar.text.strip():
            self._leave_filter()
        self.update_frame()

    async def _search(self, text: str) -> None:
        index, query = self._index, Query.of(text)
        if index is None:
            return
        self._query = query
        if not query:
            hint = "" if text.strip() else HINT
            self.bar.tell((Span(f"nobody knows {query.unknown[0]}", "warn") if query.unknown else Span(hint, "dim"),))
            if self._hits is not None:
                self._hits = None
                self._show_tree()
            return
        from synctui.tui.screens.library.sources import Hits

        hits = Hits(index, query)
        outline = self._outline(hits)
        await outline.load()
        if not self.bar.typing and not self.bar.text:
            return
        self._hits = hits
        self._show(outline)
        found = hits.counts
        number = words.count(found.videos, "video") if found.videos else words.count(found.subtitles, "subtitle")
        told: Line = (Span("nothing found", "dim"),)
        if found.videos or found.subtitles:
            told = (Span(number, "strong"), Span("  "), standing.summary(found))
        self.bar.tell((Span(f"nobody knows {query.unknown[0]}", "warn"),) if query.unknown else told)

    def _leave_filter(self) -> None:
        self.bar.clear()
        self._hits = None
        self._query = Query()
        self._show_tree()

    def _show_tree(self) -> None:
        """Show the tree again; what changed meanwhile only the filter has followed."""
        if self._tree is not None and self.listing.outline is not self._tree:
            self._show(self._tree)
            self._following.touch(self.home, shape=True)

    async def _clear_filter(self) -> None:
        """Give the filter up, and stay on what it found."""
        row = self.row
        if self._hits is not None and len(self.bar.text.strip()) > 0:
            self.bar.remember(await self._hits.ids())
        spot = row.spot() if row is not None else None
        if self._hits is None or spot is None or spot.file is None or not await self.go_to(spot):
            self._leave_filter()

    async def do_next(self) -> None:
        await self._step_found(backwards=False)

    async def do_previous(self) -> None:
        await self._step_found(backwards=True)

    async def _step_found(self, *, backwards: bool) -> None:
        ids = await self._hits.ids() if self._hits is not None else self.bar.found
        if not ids:
            self.home.say("no filter has found anything", hint="/ begins one")
            return
        await self._step(ids, backwards=backwards)

    async def _step(self, ids: Sequence[int], *, backwards: bool) -> None:
        """Go to the next of some files, from the one under the cursor on."""
        if not ids:
            self.home.say("there is none among them")
            return
        row = self.row
        here = row.entry.row.id if row is not None and row.entry is not None and row.entry.key[0] == "file" else None
        order = {id: index for index, id in enumerate(await self._hits.ids() if self._hits is not None else ids)}
        at = order.get(here, -1) if here is not None else self.bar.at
        sign = -1 if backwards else 1
        beyond = [id for id in (reversed(ids) if backwards else ids) if sign * order[id] > sign * at] if at >= 0 else []
        wanted = (beyond or list(reversed(ids) if backwards else ids))[0]
        self.bar.at = order[wanted]
        if self._hits is not None and self.listing.outline is not None:
            self.view.move_to(self.listing.outline.index_of(self.listing.outline.top, order[wanted]), settle=True)
            return
        from synctui.store import tree
        from synctui.store.jumps import Spot

        nodes = await tree.path_to(self.home.services.database, wanted)
        if not nodes or not await self.go_to(Spot(nodes, wanted)):
            self.home.say("it is not there any more")
