"""A23: a hundred thousand files in one folder are read as a stream, in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FILES = 100_000
MOST_MB = 300

# Linux counts what the process that started this one held before into ru_maxrss; VmHWM is of this program alone.
_LOOK = """
import json, re, resource, sys
from pathlib import Path
from synctui.library.targets import pairings_at
found = sum(1 for one in pairings_at(sys.argv[1]) if one.reason == "no_video")
status = Path("/proc/self/status")
if status.exists():
    mb = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024
else:
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
print(json.dumps({"found": found, "mb": mb}))
"""


@pytest.mark.slow
def test_a23_a_hundred_thousand_files_in_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    for number in range(FILES):
        os.close(os.open(folder / f"film {number:06}.en.srt", os.O_CREAT | os.O_WRONLY, 0o644))
    done = subprocess.run([sys.executable, "-c", _LOOK, folder], capture_output=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["found"] == FILES
    assert seen["mb"] < MOST_MB, seen
