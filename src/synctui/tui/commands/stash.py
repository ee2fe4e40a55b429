"""Commands of the catalogue of a Stash server, of one scene, of conflicts and of past syncs."""

from __future__ import annotations

from synctui.tui.commands.command import Command

_FIND = (
    "Search as you type: words in names, details and file names. A performer, tag or studio that is found is gone to with"
    " enter."
)
CATALOGUE = (
    Command("sync", "catalogue", ("s",), "sync", "Sync with the server; a preview comes first.", hint=1),
    Command("open", "catalogue", ("enter",), "open", "Open a row and close it again; of a scene the details.", hint=2),
    Command("into", "catalogue", ("l", "right"), "into", "Open a row, or go into the one that is open."),
    Command("close", "catalogue", ("h", "left"), "close", "Close a row, or go to the one it is in."),
    Command("view", "catalogue", ("tab",), "view", "Next view: studios, performers, tags, all scenes.", hint=4),
    Command("view_studio", "catalogue", ("1",), "studios", "Scenes by their studios."),
    Command("view_performer", "catalogue", ("2",), "performers", "Scenes by their performers."),
    Command("view_tag", "catalogue", ("3",), "tags", "Scenes by their tags."),
    Command("view_scene", "catalogue", ("4",), "scenes", "All scenes by name."),
    Command("filter", "catalogue", ("/",), "search", _FIND, hint=3),
    Command("edit", "catalogue", ("e",), "edit", "Change title, details, rating or tags of a scene, here alone."),
    Command("sync_one", "catalogue", ("p",), "sync this", "Ask the server for this scene alone; a preview comes first."),
    Command("conflicts", "catalogue", ("c",), "conflicts", "What was changed here and on the server.", hint=5),
    Command("history", "catalogue", ("H",), "history", "Past syncs with their numbers.", hint=6),
    Command("gone", "catalogue", ("x",), "gone", "Scenes that are not on the server any more; again: those that are."),
    Command("configure", "catalogue", ("a",), "address", "The address of the server, in the settings.", hint=2),
)
SCENE = (
    Command("edit", "scene", ("e",), "edit", "Change title, details, rating or tags, here alone.", hint=1),
    Command("put_back", "scene", ("b",), "put back", "Let a field that you changed be the server's again.", hint=2),
    Command("conflicts", "scene", ("c",), "conflicts", "What was changed here and on the server.", hint=3),
    Command("sync", "scene", ("s",), "sync", "Ask the server for this scene alone; a preview comes first.", hint=4),
    Command("copy", "scene", ("y",), "copy path", "Copy the path of its first file (OSC 52).", hint=5),
)
CONFLICTS = (
    Command("take_local", "conflicts", ("l", "left"), "yours", "Let your value count.", hint=1),
    Command("take_remote", "conflicts", ("r", "right"), "the server's", "Let the server's value count.", hint=2),
    Command("take_all", "conflicts", ("a",), "all of it", "Decide all conflicts of this scene, or all there are.", hint=3),
    Command("decided", "conflicts", ("x",), "decided ones", "Show those too that were decided; again: not.", hint=5),
    Command("open", "conflicts", ("enter",), "scene", "The scene with everything that is known of it.", hint=4),
)
SYNCS = (
    Command("open", "syncs", ("enter", "l", "right"), "open", "What went wrong; where nothing did, its job.", hint=1),
    Command("job", "syncs", ("o",), "job", "The job of this sync, operation by operation.", hint=2),
    Command("back", "syncs", ("escape",), "back", "Back to the catalogue.", hint=3),
)
