"""Makes screenshots/demo.svg: the demo as a newcomer sees it, in a real terminal of 80 columns.

Run it with the project's virtual environment: `python screenshots/make.py`.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COLUMNS, ROWS = 84, 24
HERE = Path(__file__).parent


def record(command: list[str]) -> bytes:
    """Return what a command writes to a terminal."""
    process, master = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS=str(COLUMNS), LINES=str(ROWS))
        os.execv(command[0], command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    written = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        written += part
    os.waitpid(process, 0)
    return written


def settled(written: bytes) -> str:
    """Return the lines that stay: what was drawn over is left out."""
    lines = []
    for line in written.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        lines.append(re.split(r"\r\x1b\[K", line)[-1])
    return "\n".join(lines).rstrip()


def main() -> None:
    """Record the demo and export it."""
    program = os.path.join(os.path.dirname(sys.executable), "synctui")
    folder = Path(tempfile.mkdtemp())
    try:
        text = settled(record([program, f"--demo={folder / 'demo'}"]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = text.replace(program, "synctui").replace(str(folder), "~")
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text("$ synctui --demo=~/demo", style="bold"))
    console.print(Text.from_ansi(text))
    console.save_svg(str(HERE / "demo.svg"), title="synctui", theme=MONOKAI)


if __name__ == "__main__":
    main()
