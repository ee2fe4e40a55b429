"""Which engines of others are there, in which version, and what to do about one that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from synctui.adapters import alass, ffsubsync
from synctui.adapters.programs import Invocation, MediaTools, Program, find_media_tools
from synctui.errors import DependencyMissing, OperationFailed

EngineName = Literal["alass", "ffsubsync"]
ENGINES: tuple[EngineName, ...] = ("alass", "ffsubsync")

_INSTALL: Mapping[EngineName, str] = {"alass": alass.INSTALL_HINT, "ffsubsync": ffsubsync.INSTALL_HINT}


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine as far as it is known: where it is, what it decodes media with, its version and options once asked.

    `problem` and `hint` say why it cannot be used, and what to do; both are empty when it can.
    """

    name: EngineName
    program: Program | None = None
    tools: MediaTools | None = None
    version: str | None = None
    capabilities: frozenset[str] = frozenset()
    problem: str = ""
    hint: str = ""

    @property
    def available(self) -> bool:
        """True when nothing speaks against using it."""
        return self.program is not None and not self.problem

    def require(self) -> Program:
        """Return its program; raises DependencyMissing when it cannot be used."""
        if self.program is None or self.problem:
            raise DependencyMissing(f"{self.name}: {self.problem}", hint=self.hint)
        return self.program


def find_engine(name: EngineName, path_env: str | None = None) -> Engine:
    """Return the engine as found on PATH, without running anything."""
    program = alass.find(path_env) if name == "alass" else ffsubsync.find(path_env)
    tools = find_media_tools(path_env)
    if program is None:
        return Engine(name, None, tools, problem="not installed", hint=_INSTALL[name])
    if tools is None:
        return Engine(name, program, None, problem="needs ffmpeg and ffprobe", hint="install ffmpeg, with ffprobe")
    return Engine(name, program, tools)


def probes(engine: Engine) -> dict[str, Invocation]:
    """Return what to run to learn more: `version`, and `help` where the options differ between versions."""
    if engine.program is None:
        return {}
    if engine.name == "alass":
        return {"version": alass.version_command(engine.program)}
    return {"version": ffsubsync.version_command(engine.program), "help": ffsubsync.help_command(engine.program)}


def probed(engine: Engine, outputs: Mapping[str, str]) -> Engine:
    """Return the engine with what its probes printed (standard output and error together, by probe)."""
    if engine.program is None:
        return engine
    printed = outputs.get("version", "")
    version = alass.version(printed) if engine.name == "alass" else ffsubsync.version(printed)
    if version is None:
        broken = "does not say its version: not the program we know, or its installation is broken"
        return replace(engine, problem=engine.problem or broken, hint=engine.hint or _INSTALL[engine.name])
    if engine.name == "alass":
        return replace(engine, version=version)
    options = ffsubsync.capabilities(outputs.get("help", ""))
    known = replace(engine, version=version, capabilities=options)
    try:
        ffsubsync.require(options)
    except OperationFailed as error:
        return replace(known, problem=engine.problem or error.message, hint=engine.hint or error.hint)
    return known
