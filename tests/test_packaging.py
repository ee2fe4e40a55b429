"""What is built from the sources can be installed and starts."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from synctui import __version__

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "synctui"

pytestmark = pytest.mark.slow


def missing() -> str:
    """Return which tools of the build are not installed."""
    return ", ".join(name for name in ("build", "hatchling", "pip") if importlib.util.find_spec(name) is None)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist and wheel (the wheel from the sdist, as an index would)."""
    if missing():
        pytest.skip(f"not installed: {missing()} (extra dev, and hatchling)")
    folder = tmp_path_factory.mktemp("dist")
    ended = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return folder


def wheel_of(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def package_files() -> set[str]:
    """Return what the working tree's package holds, as the wheel names it."""
    return {
        path.relative_to(SOURCE.parent).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_the_wheel_holds_every_module_and_all_data(built: Path) -> None:
    with zipfile.ZipFile(wheel_of(built)) as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(f"synctui-{__version__}.dist-info/METADATA").decode()
        entry_points = wheel.read(f"synctui-{__version__}.dist-info/entry_points.txt").decode()
    assert "synctui/py.typed" in names
    assert package_files() <= names
    assert f"synctui-{__version__}.dist-info/licenses/LICENSE" in names
    assert "synctui = synctui.__main__:main" in entry_points
    assert "Requires-Python: >=3.11" in metadata
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_the_wheel_is_for_every_platform_and_small(built: Path) -> None:
    assert wheel_of(built).name.endswith("-py3-none-any.whl")
    assert wheel_of(built).stat().st_size < 8_000_000


def test_the_source_distribution_can_be_tested(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "ARCHITECTURE.md",
        "tests/conftest.py",
        "src/synctui/py.typed",
    } <= names


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into a folder; its dependencies are those of this interpreter."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    ended = subprocess.run(
        [*command, "--target", str(folder), str(wheel_of(built))], capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    return folder


def run_installed(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=installed.parent, capture_output=True, text=True, timeout=120
    )


def test_the_installed_package_is_the_one_that_runs(installed: Path) -> None:
    ended = run_installed(installed, "-c", "import synctui; print(synctui.__file__)")
    assert ended.stdout.strip() == str(installed / "synctui" / "__init__.py")


def test_the_installed_command_says_its_version(installed: Path) -> None:
    if importlib.util.find_spec("synctui.__main__") is None:
        pytest.skip("the command line is not wired yet")
    ended = run_installed(installed, "-m", "synctui", "--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert __version__ in ended.stdout
    script = installed / "bin" / "synctui"
    assert script.exists()
    assert __version__ in run_installed(installed, str(script), "--version").stdout
