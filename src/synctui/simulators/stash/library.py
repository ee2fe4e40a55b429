"""The catalogue of a simulated Stash, to be edited without HTTP: each edit bumps what the server's own would bump."""

from __future__ import annotations

from synctui.simulators.stash.disk import FileEdits
from synctui.simulators.stash.performers import PerformerEdits
from synctui.simulators.stash.scenes import SceneEdits
from synctui.simulators.stash.studios import StudioEdits
from synctui.simulators.stash.tags import TagEdits
from synctui.simulators.stash.truth import Truth, truth_of


class Library(SceneEdits, PerformerEdits, TagEdits, StudioEdits, FileEdits):
    """Scenes, performers, tags, studios and files; Refused where the server would refuse."""

    def truth(self) -> Truth:
        """Return a picture of everything as it is now, in the words of a catalogue."""
        return truth_of(self)
