"""Edits a Stash over GraphQL as people do: rounds of everything, and single changes that no scene's own time gives away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Any, Self

import httpx

_LISTS = {"scenes": "findScenes", "tags": "findTags", "performers": "findPerformers", "studios": "findStudios"}
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Part:
    """A mutation: its field, the argument that is given and its type, and what it says behind that."""

    field: str
    given: object
    argument: str
    type: str
    more: str = ""


class Editor:
    """Edits the server at `url`; the same seed edits an equal server in the same way."""

    def __init__(self, url: str, seed: int | str, *, api_key: str = "") -> None:
        self.chance = Random(f"edits {seed}")
        self._made = 0
        headers = {"Accept": "application/json"} | ({"ApiKey": api_key} if api_key else {})
        safe = url.startswith("https:")
        self._client = httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60.0, verify=safe)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    # asking

    async def ask(self, document: str, variables: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Return `data` of an answer without errors."""
        answer = await self._client.post("/graphql", json={"query": document, "variables": variables or {}})
        said: dict[str, Any] = answer.json()
        assert not said.get("errors"), said
        data: dict[str, Any] = said["data"]
        return data

    async def change(self, *parts: Part) -> None:
        """Do these mutations, one after another."""
        for place in range(0, len(parts), _AT_ONCE):
            some = parts[place : place + _AT_ONCE]
            types = ", ".join(f"$v{at}: {one.type}!" for at, one in enumerate(some))
            acts = " ".join(f"m{at}: {one.field}({one.argument}: $v{at}{one.more}" for at, one in enumerate(some))
            await self.ask(f"mutation ({types}) {{ {acts} }}", {f"v{at}": one.given for at, one in enumerate(some)})

    async def ids(self, kind: str) -> list[int]:
        """Return the ids of all `scenes`, `tags`, `performers` or `studios`, ascending."""
        return sorted(int(one["id"]) for one in (await self.ask(f"{{ found: {_ids_of(kind)} }}"))["found"][kind])

    async def some(self, kind: str, number: int) -> list[int]:
        """Return that many different ids."""
        return self.chance.sample(await self.ids(kind), number)

    def name(self, what: str) -> str:
        """Return a name that nothing has yet."""
        self._made += 1
        return f"{what} {self._made:05d} {self.chance.getrandbits(32):08x}"

    # filling

    async def fill(self, scenes: int, *, tags: int = 60, performers: int = 40, studios: int = 20) -> None:
        """Make an empty server a library of so many scenes."""
        names = [[self.name("Alias")] if index % 3 else [] for index in range(tags)]
        await self.change(*(_act("tagCreate", name=self.name("Tag"), aliases=one) for one in names))
        await self.change(*(self._new("performer", "Performer") for _ in range(performers)))
        await self.change(*(self._new("studio", "Studio") for _ in range(studios)))
        known = await self.ids("tags")
        parents = {one: self.chance.sample(known[:10], 2) for one in known[10:30]}
        await self.change(*(_update("tag", number, parent_ids=some) for number, some in parents.items()))
        await self.create_scenes(scenes)

    def _new(self, kind: str, called: str) -> Part:
        return _act(f"{kind}Create", name=self.name(called))

    def _scene(self, tags: Sequence[int], performers: Sequence[int], studios: Sequence[int]) -> Part:
        fields: dict[str, object] = {
            "title": self.name("Scene"),
            "details": self.name("About"),
            "date": f"20{self.chance.randint(10, 25)}-0{self.chance.randint(1, 9)}-1{self.chance.randint(0, 9)}",
            "rating100": self.chance.randint(1, 100),
            "studio_id": self.chance.choice(studios),
            "tag_ids": self.chance.sample(tags, self.chance.randint(0, 6)),
            "performer_ids": self.chance.sample(performers, self.chance.randint(0, 4)),
            "urls": [f"https://scene.example/{self._made}"],
        }
        return _act("sceneCreate", **fields)

    async def _all(self) -> tuple[list[int], list[int], list[int]]:
        """Return the ids of all tags, performers and studios."""
        kinds = ("tags", "performers", "studios")
        told = await self.ask(f"{{ {' '.join(f'{kind}: {_ids_of(kind)}' for kind in kinds)} }}")
        tags, performers, studios = (sorted(int(one["id"]) for one in told[kind][kind]) for kind in kinds)
        return tags, performers, studios

    # a round of everything

    async def round(self) -> None:
        """Edit as much as a busy evening does: every kind of change that a server knows, in the order of chance."""
        before = list(await self.some("scenes", 40))
        acts: list[Callable[[], Awaitable[object]]] = [
            lambda: self.update_scenes(before[:20]),
            lambda: self.change(_act("scenesDestroy", ids=before[20:25])),
            lambda: self.create_scenes(4),
            lambda: self.change(_act("sceneMerge", source=[before[25]], destination=before[26], play_history=True)),
            lambda: self.watch(before[27:33]),
            lambda: self.update_twice(before[33]),
            lambda: self.update_alike(before[34:38]),
            self.merge_tags,
            self.destroy_tag,
            self.destroy_performer,
            self.merge_performers,
            self.destroy_studio,
            self.rename_tag,
            self.rename_performer,
            self.rename_studio,
            self.change_parents,
            lambda: self.change(self._new("tag", "Tag"), self._new("tag", "Tag")),
            lambda: self.change(self._new("performer", "Performer"), self._new("performer", "Performer")),
            lambda: self.change(self._new("studio", "Studio")),
        ]
        self.chance.shuffle(acts)
        for act in acts:
            await act()

    async def update_scenes(self, numbers: Sequence[int]) -> None:
        """Change something of each of these scenes."""
        tags, performers, studios = await self._all()
        changes: list[Part] = []
        for number in numbers:
            kind = self.chance.randrange(5)
            if kind == 0:
                fields: dict[str, object] = {"title": self.name("Title")}
            elif kind == 1:
                fields = {"tag_ids": self.chance.sample(tags, 3)}
            elif kind == 2:
                fields = {"rating100": self.chance.randint(1, 100), "organized": True}
            elif kind == 3:
                fields = {"performer_ids": self.chance.sample(performers, 2), "studio_id": self.chance.choice(studios)}
            else:
                fields = {"urls": [f"https://scene.example/{self.chance.getrandbits(32)}"], "date": "2001-02-03"}
            changes.append(_update("scene", number, **fields))
        await self.change(*changes)

    async def update_twice(self, number: int) -> None:
        """Change a scene several times at once: within one second as the server counts."""
        await self.change(*(_update("scene", number, details=self.name("Again")) for _ in range(3)))

    async def update_alike(self, numbers: Sequence[int]) -> None:
        """Give scenes one and the same title."""
        await self.change(_act("bulkSceneUpdate", ids=list(numbers), title=self.name("Bulk")))

    async def create_scenes(self, number: int) -> None:
        """Add scenes."""
        tags, performers, studios = await self._all()
        await self.change(*(self._scene(tags, performers, studios) for _ in range(number)))

    async def destroy_scenes(self, number: int) -> None:
        """Delete scenes."""
        await self.change(_act("scenesDestroy", ids=await self.some("scenes", number)))

    async def delete_and_create(self) -> None:
        """Delete a scene and add one: as many as before."""
        await self.destroy_scenes(1)
        await self.create_scenes(1)

    async def merge_scenes(self) -> None:
        """Merge two scenes."""
        source, destination = await self.some("scenes", 2)
        await self.change(_act("sceneMerge", source=[source], destination=destination))

    async def update_one(self) -> None:
        """Change the details of one scene."""
        await self.change(_update("scene", (await self.some("scenes", 1))[0], details=self.name("Details")))

    # what no scene's own time gives away

    async def watch(self, numbers: Sequence[int]) -> None:
        """Count, play and leave scenes in the middle."""
        await self.change(*(Part("sceneAddO", number, "id", "ID", ") { count }") for number in numbers))
        await self.change(*(Part("sceneAddPlay", number, "id", "ID", ") { count }") for number in numbers[:3]))
        await self.change(Part("sceneSaveActivity", numbers[0], "id", "ID", ", resume_time: 12.5, playDuration: 30)"))

    async def watch_some(self) -> None:
        """Count, play and leave some scenes in the middle."""
        await self.watch(await self.some("scenes", 5))

    async def destroy_tag(self) -> None:
        """Delete a tag that scenes have."""
        await self.change(_act("tagDestroy", id=await self._used("tags")))

    async def merge_tags(self) -> None:
        """Merge a tag that scenes have into another."""
        source = await self._used("tags")
        into = self.chance.choice([one for one in await self.ids("tags") if one != source])
        await self.change(_act("tagsMerge", source=[source], destination=into))

    async def destroy_performer(self) -> None:
        """Delete a performer that scenes have."""
        await self.change(_act("performerDestroy", id=await self._used("performers")))

    async def merge_performers(self) -> None:
        """Merge a performer that scenes have into another."""
        source = await self._used("performers")
        into = self.chance.choice([one for one in await self.ids("performers") if one != source])
        await self.change(_act("performerMerge", source=[source], destination=into))

    async def destroy_studio(self) -> None:
        """Delete a studio."""
        await self.change(_act("studioDestroy", id=(await self.some("studios", 1))[0]))

    async def rename_tag(self) -> None:
        """Give a tag another name."""
        await self.change(_update("tag", (await self.some("tags", 1))[0], name=self.name("Renamed")))

    async def rename_performer(self) -> None:
        """Give a performer another name."""
        await self.change(_update("performer", (await self.some("performers", 1))[0], name=self.name("Renamed")))

    async def rename_studio(self) -> None:
        """Give a studio another name."""
        await self.change(_update("studio", (await self.some("studios", 1))[0], name=self.name("Renamed")))

    async def change_parents(self) -> None:
        """Put the newest tag below two old ones."""
        known = await self.ids("tags")
        await self.change(_update("tag", known[-1], parent_ids=self.chance.sample(known[:5], 2)))

    async def _used(self, kind: str) -> int:
        """Return the id of a tag or performer that scenes have."""
        document = f"{{ found: findScenes(filter: {{ per_page: -1 }}) {{ scenes {{ {kind} {{ id }} }} }} }}"
        rows = (await self.ask(document))["found"]["scenes"]
        return self.chance.choice(sorted({int(one["id"]) for row in rows for one in row[kind]}))


def _ids_of(kind: str) -> str:
    return f'{_LISTS[kind]}(filter: {{ per_page: -1, sort: "id" }}) {{ {kind} {{ id }} }}'


def _update(kind: str, number: int, **fields: object) -> Part:
    return _act(f"{kind}Update", id=number, **fields)


def _act(field: str, **given: object) -> Part:
    """Return a mutation that takes an input; what is destroyed has no id to be told any more."""
    return Part(
        field, given, "input", f"{field[0].upper()}{field[1:]}Input", ")" if field.endswith("Destroy") else ") { id }"
    )


SILENT: dict[str, Callable[[Editor], Awaitable[object]]] = {
    "a tag destroyed": Editor.destroy_tag,
    "tags merged": Editor.merge_tags,
    "a performer destroyed": Editor.destroy_performer,
    "performers merged": Editor.merge_performers,
    "a studio destroyed": Editor.destroy_studio,
    "a tag renamed": Editor.rename_tag,
    "a performer renamed": Editor.rename_performer,
    "a studio renamed": Editor.rename_studio,
    "the parents of a tag": Editor.change_parents,
    "a scene changed": Editor.update_one,
    "a scene deleted": lambda editor: editor.destroy_scenes(1),
    "a scene added": lambda editor: editor.create_scenes(1),
    "a scene deleted and one added": Editor.delete_and_create,
    "scenes merged": Editor.merge_scenes,
}
"""Rounds in which one thing happens and nothing else."""
