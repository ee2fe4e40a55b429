"""One subtitle replaced, as a program of its own: what the crash tests kill.

`driver.py FILE VAULT NEW`: keeps the original, prepares the content of NEW, commits.
"""

from __future__ import annotations

import sys

from synctui.errors import SyncTuiError
from synctui.files.backups import keep_original
from synctui.files.reading import read_capped
from synctui.files.replacement import Replacement
from synctui.files.vault import Vault


def main(path: str, vault: str, new: str) -> int:
    content = read_capped(path)
    data = read_capped(new).data
    if content.data == data:
        return 0
    try:
        keep_original(content, vault=Vault(vault))
        Replacement.prepare(path, data, expected=content).commit()
    except SyncTuiError as error:
        print(error.code)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
