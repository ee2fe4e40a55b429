"""A private folder for an engine's files, gone when it is done."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def scratch_folder(base: Path) -> AsyncIterator[str]:
    """Yield a new folder below `base` and remove it afterwards."""
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix=f"{os.getpid()}-", dir=base)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def sweep_scratch(base: Path) -> None:
    """Remove the folders of processes that are gone."""
    with contextlib.suppress(FileNotFoundError):
        for entry in list(os.scandir(base)):
            owner = entry.name.partition("-")[0]
            if entry.is_dir(follow_symlinks=False) and owner.isdigit() and not _alive(int(owner)):
                shutil.rmtree(entry.path, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
