"""Writes without end and prints the number of every write that was acknowledged: `writer_process.py PATH NAME`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiosqlite

from synctui.store.database import Database


async def _main(path: Path, name: str) -> None:
    async with await Database.open(path) as database:
        row = await database.row("SELECT max(used) FROM budgets WHERE lane = ?", (name,))
        first = int(row[0] or 0) + 1 if row else 1

        async def one(start: int) -> None:
            number = start
            while True:

                async def work(connection: aiosqlite.Connection, number: int = number) -> None:
                    await connection.execute("INSERT INTO budgets VALUES (?, ?, ?)", (name, str(number), number))

                await database.write(work)
                sys.stdout.write(f"{number}\n")
                sys.stdout.flush()
                number += 3

        await asyncio.gather(*(one(first + offset) for offset in range(3)))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2]))
