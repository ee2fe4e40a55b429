"""The house stands as drawn in ARCHITECTURE.md: nobody imports upwards, and light commands stay light."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "synctui"
FLOORS = (
    ("text", "errors", "failpoints"),
    ("words",),
    ("model",),
    ("config",),
    ("adapters", "store", "timing", "files", "processes", "reports"),
    ("syncs", "jobs", "library"),
    ("services", "simulators"),
    ("tui", "cli"),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MAY_CROSS = {("syncs", "library")}
HOMES = {
    # package: the rooms that may import it
    "textual": {"tui"},
    "rich": {"tui"},
    "numpy": {"timing", "simulators"},
    "av": {"timing", "simulators"},
    "sqlite3": {"store"},
    "pysubs2": {"files"},
}
HEAVY = {"textual", "rich", "numpy", "av", "httpx"}
SQL = re.compile(
    r"^\s*(SELECT\s[^;]*\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|(CREATE|DROP|ALTER)\s+(TEMP\s+)?(TABLE|INDEX|UNIQUE|TRIGGER|VIEW)\s|PRAGMA\s+\w|BEGIN\s+(IMMEDIATE|EXCLUSIVE)|ATTACH\s|VACUUM\b"
    r"|WITH\s+(RECURSIVE\s+)?\w+(\s*\([^)]*\))?\s+AS\s*\()"
)


@dataclass(frozen=True, slots=True)
class Import:
    """A line that imports something: where it stands and the dotted name of what it wants."""

    file: Path
    line: int
    wanted: str

    @property
    def importer(self) -> tuple[str, ...]:
        return parts_of(self.file)

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.wanted}"


def parts_of(file: Path) -> tuple[str, ...]:
    """Return a module's name below the package, as in ("syncs", "subtitles", "plan")."""
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imports(file: Path) -> Iterator[Import]:
    """Yield every import of a module, also those inside functions and for type checkers only."""
    package = ("synctui", *file.relative_to(SOURCE).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*package[: len(package) - node.level + 1], *([node.module] if node.module else [])))
            base = base if node.level else node.module or ""
            for alias in node.names:
                yield Import(file, node.lineno, f"{base}.{alias.name}")


def ours(found: Import) -> tuple[str, ...] | None:
    """Return the parts below the package of what is imported, None when it is not ours."""
    parts = found.wanted.split(".")
    return tuple(parts[1:]) if parts[0] == "synctui" else None


ALL = [found for file in modules() for found in imports(file)]


def test_every_module_belongs_to_a_room_on_a_floor() -> None:
    rooms = {parts_of(file)[0] for file in modules() if parts_of(file)}
    assert rooms <= set(FLOOR)


def allowed(importer: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """True when a module may import another one of ours."""
    room, other = importer[0], wanted[0]
    if room == "simulators" and other != "simulators":
        return FLOOR[other] <= FLOOR["model"]
    if room == other == "syncs":
        return len(importer) == 1 or len(wanted) < 2 or importer[1] == wanted[1]
    return room == other or FLOOR[other] < FLOOR[room] or (room, other) in MAY_CROSS


def test_nobody_imports_upwards_or_next_door() -> None:
    wrong = []
    for found in ALL:
        wanted = ours(found)
        if wanted and wanted[0] in FLOOR and found.importer and not allowed(found.importer, wanted):
            wrong.append(str(found))
    assert wrong == []


def test_the_package_itself_imports_none_of_its_rooms() -> None:
    assert [str(found) for found in imports(SOURCE / "__init__.py") if ours(found)] == []


@pytest.mark.parametrize(
    ("importer", "wanted", "right"),
    [
        (("model", "plan"), ("errors",), True),
        (("model", "plan"), ("config", "load"), False),
        (("errors",), ("text",), False),
        (("timing", "align"), ("files", "reading"), False),
        (("timing", "align"), ("timing", "audio"), True),
        (("syncs", "subtitles", "plan"), ("library", "scan"), True),
        (("library", "scan"), ("syncs", "subtitles"), False),
        (("syncs", "subtitles", "plan"), ("syncs", "players", "plan"), False),
        (("syncs", "subtitles", "plan"), ("syncs", "subtitles", "apply"), True),
        (("jobs", "engine"), ("library", "scan"), False),
        (("simulators", "demo"), ("files", "reading"), False),
        (("simulators", "demo"), ("model", "cues"), True),
        (("cli", "main"), ("tui", "app"), False),
        (("cli", "main"), ("services",), True),
        (("__main__",), ("tui", "app"), True),
    ],
)
def test_the_rule_itself(importer: tuple[str, ...], wanted: tuple[str, ...], right: bool) -> None:
    assert allowed(importer, wanted) is right


@pytest.mark.parametrize("package", sorted(HOMES))
def test_a_package_is_imported_only_where_it_belongs(package: str) -> None:
    strangers = [
        str(found)
        for found in ALL
        if found.wanted.split(".")[0] == package and (not found.importer or found.importer[0] not in HOMES[package])
    ]
    assert strangers == []


def test_modules_are_small() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_sql_is_spoken_only_in_the_store() -> None:
    wrong = []
    for file in modules():
        if parts_of(file)[:1] == ("store",):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
                wrong.append(f"{file.relative_to(ROOT)}:{node.lineno}: {node.value.strip()[:60]}")
    assert wrong == []


def test_the_sql_rule_knows_sql_from_prose() -> None:
    for text in ("SELECT a FROM b", "\n  INSERT OR IGNORE INTO t VALUES (?)", "PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE"):
        assert SQL.match(text), text
    for text in ("select files from the library", "SELECT", "Update the set", "WITH", "Deletes from disk", "Begin"):
        assert not SQL.match(text), text


# what light commands load


def loaded_by(*arguments: str) -> set[str]:
    """Return the packages that a command of a fresh interpreter imports."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in ended.stderr, ended.stderr[-2000:]
    names = re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s*([\w.]+)", ended.stderr, re.MULTILINE)
    assert "synctui" in names, ended.stderr[-2000:]
    return {name.split(".")[0] for name in names}


def light_modules() -> list[str]:
    rooms = [
        file for file in modules() if parts_of(file) and parts_of(file)[0] not in ("tui", "timing", "simulators", "__main__")
    ]
    return [".".join(("synctui", *parts_of(file))) for file in rooms]


def test_importing_any_light_room_loads_nothing_heavy() -> None:
    light = [name for name in light_modules() if not name.startswith("synctui.adapters")]
    assert loaded_by("-c", "; ".join(f"import {name}" for name in light)) & HEAVY == set()


def command_line() -> None:
    if importlib.util.find_spec("synctui.__main__") is None:
        pytest.skip("the command line is not wired yet")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["status"], ["jobs"], ["config", "path"]],
    ids=" ".join,
)
def test_a_light_command_loads_nothing_heavy(arguments: list[str]) -> None:
    command_line()
    assert loaded_by("-m", "synctui", *arguments) & HEAVY == set()


# what the tools say


def run_tool(name: str, *arguments: str) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed (extra dev)")
    ended = subprocess.run([sys.executable, "-m", name, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.slow
def test_types_are_right() -> None:
    run_tool("mypy", "--strict", "src", "tests")


def test_the_linter_is_content() -> None:
    run_tool("ruff", "check", "src", "tests")
