"""The engines: which are there, which one a request means, and how each is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synctui.adapters.engines import ENGINES, Engine, find_engine, probed, probes
from synctui.errors import UsageError
from synctui.processes.children import Command, run_child
from synctui.syncs.subtitles.builtin import NAME, BuiltinEngine, version
from synctui.syncs.subtitles.consensus import Consensus
from synctui.syncs.subtitles.external import AlassEngine, ExternalEngine, FfsubsyncEngine
from synctui.syncs.subtitles.listening import Listening
from synctui.syncs.subtitles.proposal import AlignmentEngine
from synctui.syncs.subtitles.references import Referenced, References
from synctui.syncs.subtitles.tools import Tools

_PROBE_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """An engine that can be used: its name, and the version that verdicts depend on."""

    name: str
    version: str


class Engines:
    """Finds engines once per process and keeps them."""

    def __init__(self, tools: Tools) -> None:
        self.listening = Listening(tools)
        self.references = References(tools, self.listening, self._version)
        self._tools = tools
        self._known: dict[str, Engine] = {}

    async def resolve(self, choice: str) -> Program:
        """Return the engine that a choice means; `auto` is the best that is there, which the built-in one always is.

        Raises DependencyMissing, with how to install it, for one that was chosen and is not there.
        """
        await self._tools.workers.ready()
        if choice in ("auto", NAME):
            return Program(NAME, version(self._tools.settings.detector))
        engine = await self._probe(choice)
        engine.require()
        return Program(choice, engine.version or "")

    async def of(self, name: str, *, others: bool = False) -> AlignmentEngine:
        """Return the engine by its name, which finds its reference by itself; with `others` it may ask those as well."""
        if name != NAME:
            other = await self._probe(name)
            other.require()
            return Referenced(self._made(other), self.references)
        engine: AlignmentEngine = BuiltinEngine(self.listening)
        return Referenced(Consensus(engine, self.listening, self._others) if others else engine, self.references)

    def installed(self) -> tuple[str, ...]:
        """Return the names of the engines of others that are on PATH, without running any."""
        return tuple(name for name in ENGINES if find_engine(name).available)

    async def all(self) -> Sequence[Engine]:
        """Return every engine of others, found or not."""
        return [await self._probe(name) for name in ENGINES]

    def forget(self) -> None:
        """Look for them anew the next time: one may have been installed or removed since."""
        self._known.clear()

    async def _others(self) -> Sequence[ExternalEngine]:
        return [self._made(await self._probe(name)) for name in self.installed()]

    def _made(self, engine: Engine) -> ExternalEngine:
        return (AlassEngine if engine.name == "alass" else FfsubsyncEngine)(self._tools, self.listening, engine)

    async def _version(self, name: str) -> str:
        return (await self.resolve(name)).version

    async def _probe(self, name: str) -> Engine:
        if name not in ENGINES:
            raise UsageError(f"no engine is called {name!r}", hint="one of: auto, builtin, alass, ffsubsync")
        if name not in self._known:
            engine = find_engine(name)
            printed: dict[str, str] = {}
            for probe, invocation in probes(engine).items():
                finished = await run_child(Command(invocation.argv, invocation.env), timeout=_PROBE_TIMEOUT)
                printed[probe] = finished.stdout + finished.stderr
            self._known[name] = probed(engine, printed)
        return self._known[name]
