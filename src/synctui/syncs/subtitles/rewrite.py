"""The one effect of this kind: other bytes at a subtitle's path, with the bytes before kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from synctui.errors import SyncTuiError
from synctui.files.backups import keep_original, load_original, originals
from synctui.files.reading import Content
from synctui.files.replacement import Replacement
from synctui.files.vault import Vault
from synctui.model.json import Fields
from synctui.model.library import FileStamp

Keep = Literal["original", "vault"]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What is about to happen at `path`, committed as the intent; hashes are SHA-256.

    `original` is the first content of the lineage, `backup` where it lies ("" while it is what stands at `path` now).
    `keep` says where the bytes before go: an original into a `.bak` beside it, our own earlier output into the vault.
    """

    path: str
    before: str
    after: str
    original: str
    backup: str
    keep: Keep

    def facts(self) -> Fields:
        """Return the JSON form."""
        return {
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "original": self.original,
            "backup": self.backup,
            "keep": self.keep,
        }

    @classmethod
    def of(cls, facts: Mapping[str, object]) -> Rewrite:
        """Return the value of such a JSON form."""
        keep: Keep = "original" if facts["keep"] == "original" else "vault"
        return cls(
            path=str(facts["path"]),
            before=str(facts["before"]),
            after=str(facts["after"]),
            original=str(facts["original"]),
            backup=str(facts["backup"]),
            keep=keep,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the bytes before (`previous`) and the first original (`backup`) lie: `file:` a path or `vault:` a hash."""

    previous: str
    backup: str


def exchange(rewrite: Rewrite, content: Content, data: bytes, vault: Vault) -> tuple[Kept, FileStamp]:
    """Keep the bytes before, then replace them; blocking, crash-safe at every instant. Returns the new file's stamp as well.

    Raises OperationFailed `changed_since_plan` when the file is not `content` any more, and the disk's codes.
    """
    previous = keep_original(content, vault=vault) if rewrite.keep == "original" else f"vault:{vault.put(content.data)}"
    replacement = Replacement.prepare(content.path, data, expected=content)
    try:
        stamp = replacement.commit()
    finally:
        replacement.discard()
    return Kept(previous=previous, backup=rewrite.backup or previous), stamp


def kept(rewrite: Rewrite, vault: Vault) -> Kept | None:
    """Find where an interrupted exchange kept the bytes before; None when they are nowhere."""
    places = [f"file:{backup.path}" for backup in originals(rewrite.path)] + [f"vault:{rewrite.before}"]
    if rewrite.keep == "vault":
        places.reverse()
    for place in places:
        if fetch(place, rewrite.before, vault) is not None:
            return Kept(previous=place, backup=rewrite.backup or place)
    return None


def fetch(place: str, sha256: str, vault: Vault) -> bytes | None:
    """Return the bytes kept at `place`, or None when they are not there any more."""
    try:
        return load_original(place, sha256, vault=vault)
    except SyncTuiError:
        return None
