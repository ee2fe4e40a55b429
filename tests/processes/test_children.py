"""Foreign programs: run to their end, limited, and never left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synctui.errors import OperationFailed
from synctui.processes.children import Command, Finished, run_child
from synctui.processes.environment import child_environment, trusted_path
from tests.processes.alive import alive, descriptors, gone, members, told

SH = "/bin/sh"


async def shell(script: str, *arguments: str, timeout: float = 20.0, **options: object) -> Finished:
    return await run_child(Command((SH, "-c", script, "sh", *arguments)), timeout=timeout, **options)  # type: ignore[arg-type]


def program(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_output_is_cut_at_carriage_returns_and_newlines() -> None:
    heard: list[str] = []
    done = await shell(r"printf ' 1%%\r 50%%\r100%%\r\ndone\nend'; printf 'warned\n' >&2", on_line=heard.append)
    assert done.returncode == 0
    assert done.stdout_lines == [" 1%", " 50%", "100%", "done", "end"]
    assert done.stderr_lines == ["warned"]
    assert sorted(heard) == sorted([" 1%", " 50%", "100%", "done", "end", "warned"])


async def test_lines_arrive_while_the_program_runs() -> None:
    heard: list[float] = []
    done = await shell("echo early; sleep 0.5; echo late", on_line=lambda _: heard.append(time.monotonic()))
    assert done.returncode == 0
    assert heard[1] - heard[0] > 0.3


async def test_an_argument_that_is_not_utf8_arrives_unharmed() -> None:
    name = os.fsdecode(b"caf\xe9 $(id) '\";\n*")
    done = await shell('printf %s "$1"', name)
    assert os.fsencode(done.stdout) == b"caf\xe9 $(id) '\";\n*"


async def test_exit_code_and_signal_name() -> None:
    assert (await shell("exit 3")).returncode == 3
    crashed = await shell("kill -SEGV $$")
    assert (crashed.returncode, crashed.signal_name, crashed.timed_out) == (-signal.SIGSEGV, "SIGSEGV", False)
    assert (await shell("exit 0")).signal_name is None


async def test_a_program_needs_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "ffmpeg", "#!/bin/sh\ntouch hijacked\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="absolute"):
        await run_child(Command(("ffmpeg",)), timeout=5)
    assert not (tmp_path / "hijacked").exists()


async def test_case_61_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed) as missing:
        await run_child(Command((str(tmp_path / "nothing"),)), timeout=5)
    assert missing.value.code == "engine_missing"
    assert "nothing" in missing.value.message
    assert missing.value.hint


async def test_a_program_whose_interpreter_is_gone_is_missing_too(tmp_path: Path) -> None:
    path = program(tmp_path / "ffsubsync", "#!/nowhere/venv/bin/python\n")
    with pytest.raises(OperationFailed) as broken:
        await run_child(Command((path,)), timeout=5)
    assert broken.value.code == "engine_missing"


async def test_a_programs_own_127_is_no_missing_program() -> None:
    assert (await shell("echo not found >&2; exit 127")).returncode == 127


async def test_case_58_a_hang_is_killed_with_its_group_at_the_timeout(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    done = await shell('sleep 60 & echo "$$ $!" > "$1"; wait', str(pids), timeout=1.5)
    assert done.timed_out
    assert done.seconds < 40
    leader, grandchild = map(int, pids.read_text().split())
    assert gone(leader, grandchild)
    assert not members(leader)


async def test_case_58_a_program_that_ignores_sigterm_is_killed_all_the_same(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = 'trap "" TERM INT HUP QUIT; echo $$ > "$1"; while :; do sleep 0.1; done'
    done = await shell(script, str(pids), timeout=1.5)
    assert done.timed_out and done.signal_name == "SIGKILL"
    assert gone(int(pids.read_text()))


async def test_cancelling_kills_the_group(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    task = asyncio.create_task(shell('sleep 60 & echo "$$ $!" > "$1"; wait', str(pids), timeout=60))
    leader, grandchild = await asyncio.to_thread(told, pids)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone(leader, grandchild)
    assert not members(leader)


async def test_what_a_program_leaves_running_ends_with_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    done = await shell('sleep 60 & echo "$!" > "$1"; echo finished', str(pids))
    assert done.stdout == "finished\n"
    assert done.seconds < 10, "the grandchild holds the output open, which must not hold us"
    assert gone(int(pids.read_text()))


def test_case_64_nothing_survives_our_own_sigkill(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = (
        "import asyncio, sys\n"
        "from synctui.processes.children import Command, run_child\n"
        'script = \'trap "" TERM HUP; sleep 60 & echo $$ $! > "$1"; wait\'\n'
        "asyncio.run(run_child(Command(('/bin/sh', '-c', script, 'sh', sys.argv[1])), timeout=60))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(pids)])
    leader, grandchild = told(pids)
    assert alive(leader) and alive(grandchild)
    parent.kill()
    parent.wait()
    assert gone(leader, grandchild)
    assert not members(leader), "the guard goes as well"


async def test_a_signal_to_our_session_does_not_reach_the_program() -> None:
    done = await shell("ps -o sid= -p $$ 2>/dev/null || ps -o sess= -p $$")
    assert done.stdout.strip() != str(os.getsid(0))


FLOOD = """
import asyncio, json, resource
from synctui.processes.children import Command, run_child
heard = []
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
command = Command(("/bin/sh", "-c", "yes | head -c 1000000000 >&2; echo survived"))
done = asyncio.run(run_child(command, timeout=60, cap=1 << 20, on_line=lambda line: heard.append(None)))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([done.returncode, done.stdout, done.dropped, len(done.stderr), len(heard), after - before]))
"""


@pytest.mark.slow
def test_case_60_a_gigabyte_on_stderr_neither_fills_memory_nor_blocks() -> None:
    report = subprocess.run([sys.executable, "-c", FLOOD], capture_output=True, text=True, check=True).stdout
    returncode, stdout, dropped, kept, heard, grown = json.loads(report)
    assert (returncode, stdout) == (0, "survived\n")
    assert dropped == 1_000_000_000 - (1 << 20)
    assert kept < (1 << 20) + 100
    assert heard <= 200_001
    assert grown / (1 << 20 if sys.platform == "darwin" else 1 << 10) < 48, "megabytes"


async def test_beginning_and_end_of_much_output_are_kept() -> None:
    done = await shell("echo first; yes filler | head -n 50000; echo last", cap=2000)
    assert done.stdout.startswith("first\nfiller\n")
    assert done.stdout.endswith("filler\nlast\n")
    assert "bytes left out" in done.stdout
    assert done.dropped == len("first\nlast\n") + 50_000 * len("filler\n") - 2000


async def test_a_line_without_end_is_clipped() -> None:
    heard: list[str] = []
    done = await shell("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo next", on_line=heard.append, cap=1000)
    assert done.returncode == 0
    assert [len(line) for line in heard] == [64 * 1024, 4]


async def test_a_receiver_that_fails_ends_the_program(tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    def fail(line: str) -> None:
        raise LookupError(line)

    with pytest.raises(LookupError, match="hello"):
        await shell('echo $$ > "$1"; echo hello; sleep 60', str(pids), on_line=fail, timeout=60)
    assert gone(int(pids.read_text()))


async def test_secrets_of_the_environment_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCTUI_PLAYER__LIVING_ROOM__TOKEN", "s3cret")
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("RUST_BACKTRACE", "full")
    done = await run_child(Command((SH, "-c", "env"), env={"COLUMNS": "300"}), timeout=60)
    seen = dict(line.split("=", 1) for line in done.stdout_lines)
    assert "s3cret" not in done.stdout
    assert seen["PATH"] and seen["HOME"] == os.environ["HOME"]
    assert seen["RUST_BACKTRACE"] == "0"
    assert seen["COLUMNS"] == "300"
    assert seen["LC_ALL"].endswith("UTF-8")
    assert "PYTHONPATH" not in seen


def test_case_63_relative_entries_of_path_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", ".:/usr/bin::bin:/bin")
    assert trusted_path() == "/usr/bin:/bin"
    assert child_environment()["PATH"] == "/usr/bin:/bin"
    assert trusted_path("relative") == "/usr/local/bin:/usr/bin:/bin"


async def test_the_program_gets_no_input() -> None:
    assert (await shell("cat; echo done", timeout=60)).stdout == "done\n"


async def test_the_program_is_niced_and_runs_in_the_root_folder() -> None:
    wanted = str(max(10, os.getpriority(os.PRIO_PROCESS, 0)))
    # It is niced from outside, a moment after its start.
    done = await shell('while [ "$(nice)" != "$1" ]; do sleep 0.01; done; nice; pwd; ulimit -c', wanted)
    assert done.stdout_lines == [wanted, "/", "0"]


async def test_a_file_limit_ends_a_program_that_fills_the_disk(tmp_path: Path) -> None:
    big = tmp_path / "big"
    command = Command((SH, "-c", 'exec cat /dev/zero > "$1"', "sh", str(big)), file_limit=1 << 20)
    done = await run_child(command, timeout=60)
    assert done.signal_name == "SIGXFSZ"
    assert 1 << 20 <= big.stat().st_size <= 2 << 20, "some shells count in units of 1024 instead of 512"


async def test_many_runs_leave_no_descriptor_and_no_guard_behind() -> None:
    await shell("true")
    before = descriptors()
    leaders = [int((await shell("echo $$")).stdout) for _ in range(20)]
    assert descriptors() == before
    assert not [pid for leader in leaders for pid in members(leader)]


async def test_eight_programs_side_by_side(tmp_path: Path) -> None:
    # Each waits for the other seven.
    script = ': > "$1/{0}"; while [ "$(ls "$1" | wc -l)" -lt 8 ]; do sleep 0.02; done; echo {0}'
    done = await asyncio.gather(*(shell(script.format(number), str(tmp_path), timeout=60) for number in range(8)))
    assert [int(each.stdout) for each in done] == list(range(8))


SUBREAPER = """
import asyncio, ctypes, subprocess, time, os
from synctui.processes.children import Command, run_child
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
async def main():
    for _ in range(5):
        await run_child(Command(("/bin/sh", "-c", "sleep 60 & exit 0")), timeout=60)
    await asyncio.sleep(0.3)
    print(subprocess.run(["ps", "-o", "stat=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_as_process_1_of_a_container_nothing_is_left_uncollected() -> None:
    shown = subprocess.run([sys.executable, "-c", SUBREAPER], capture_output=True, text=True, check=True).stdout
    assert "Z" not in shown


FEW = """
import asyncio, resource
from synctui.errors import Transient
from synctui.processes.children import Command, run_child
from synctui.processes.workers import Task, Workers
async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(__import__("os").listdir("/dev/fd")) + 1, 4096))
    for attempt in (run_child(Command(("/bin/sh", "-c", "exit")), timeout=60), Workers(1).run(Task("os:getpid"))):
        try:
            await attempt
        except Transient as error:
            print("later:", error.message)
asyncio.run(main())
"""


def test_no_descriptors_left_is_worth_another_try() -> None:
    done = subprocess.run([sys.executable, "-c", FEW], capture_output=True, text=True, check=True)
    assert done.stdout.count("later: no process can be started") == 2, done.stderr
