"""A made-up catalogue of any size: harmless titles and names, the same for the same seed.

As measured of a real one of 50,000 scenes: two or three performers and seven tags each, a file with three fingerprints.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random

from synctui.simulators.stash.library import Library
from synctui.simulators.stash.rows import BoxId, FileRow, PerformerRow, SceneRow, StudioRow, TagRow

BOX = "https://box.example/graphql"
_YEAR_S = 31_557_600


def _words(text: str) -> list[str]:
    return text.split()


_ADJECTIVES = _words(
    "Quiet Northern Slow Golden Distant Open Early Late Hidden Salt Paper Copper Long Small Bright Grey Wooden Electric"
    " Forgotten Winding Silver Last First Floating Painted"
)
_NOUNS = _words(
    "Harbour Orchard Lighthouse River Market Railway Bridge Meadow Workshop Glacier Library Concert Garden Island Bakery"
    " Observatory Canal Quarry Forest Tramway Theatre Mill Archive Shoreline Foundry"
)
_OCCASIONS = _words(
    "at_Dawn in_Winter Revisited from_Above after_the_Rain in_Four_Movements Live Unplugged Remembered by_Night Part_One"
    " Part_Two Sessions in_Spring and_the_Sea"
)
_FIRST = _words("Alma Bruno Clara Dario Edda Falk Greta Hanno Ines Jonas Kaja Levin Mira Nils Ora Piet Runa Sven Tilda Ulf")
_LAST = _words(
    "Ahlmark Bergsund Corvel Dunmere Elsing Farrow Gisler Holmqvist Ivers Jarnow Keld Lindqvist Morrow Nordal Ostrom"
    " Pell Quist Rasker Solberg Thorne Ulvang Vesper Wexley Yarrow Zeller"
)
_SUBJECTS = _words(
    "architecture astronomy baking birds boats brass bridges canals ceramics choirs climate clocks coast dance deserts"
    " festivals folk forests gardens geology glass ice insects interviews islands jazz lighthouses machines maps markets"
    " mountains museums opera organs painting percussion piano printing railways rivers schools sea snow strings textiles"
    " theatre timber trams volcanoes weather whales wind winter woodwind workshops"
)
_CODECS = (("h264", "aac"), ("hevc", "aac"), ("h264", "mp3"), ("av1", "opus"))
_SIZES = ((1280, 720), (1920, 1080), (1920, 1080), (3840, 2160))


def fill(
    library: Library, scenes: int = 50_000, performers: int = 500, tags: int = 300, studios: int = 80, seed: int = 1
) -> None:
    """Add a made-up catalogue to a library; 50,000 scenes take a few seconds."""
    chance = Random(seed)
    now = int(library.clock.now())
    stamps = [library.clock.text(now - chance.randrange(60, 3 * _YEAR_S)) for _ in range(min(max(scenes, 1), 5000))]
    stamps.sort()
    _tags(library, tags, chance, stamps)
    _studios(library, studios, chance, stamps)
    _performers(library, performers, chance, stamps)
    _scenes(library, scenes, chance, stamps)
    library.changed()


def title_of(number: int) -> str:
    """Return a made-up title; the same number always has the same one."""
    adjective, rest = number % len(_ADJECTIVES), number // len(_ADJECTIVES)
    noun, rest = (number + rest) % len(_NOUNS), rest // len(_NOUNS)
    occasion = (number * 7 + rest) % len(_OCCASIONS)
    count = f" {rest // len(_OCCASIONS) + 1}" if rest >= len(_OCCASIONS) else ""
    return f"{_ADJECTIVES[adjective]} {_NOUNS[noun]} {_OCCASIONS[occasion].replace('_', ' ')}{count}"


def _tags(library: Library, wanted: int, chance: Random, stamps: Sequence[str]) -> None:
    table = library.tags
    for index in range(wanted):
        subject, round_ = _SUBJECTS[index % len(_SUBJECTS)], index // len(_SUBJECTS)
        name = subject.capitalize() if not round_ else f"{subject.capitalize()} {_NOUNS[round_ % len(_NOUNS)].lower()}"
        name = name if index < len(_SUBJECTS) * len(_NOUNS) else f"{name} {index}"
        stamp = chance.choice(stamps)
        earlier = table.ids()
        count = 0 if len(earlier) < 10 else chance.choice((0, 1, 1, 2, 3))
        parents = tuple(sorted(chance.sample(earlier[: max(10, len(earlier) // 2)], count)))
        row = TagRow(table.next_id(), stamp, stamp, name, favorite=index % 17 == 0, parents=parents)
        row.aliases = (f"{name} (old)",) if index % 9 == 0 else ()
        row.description = f"All about {name.lower()}." if index % 3 == 0 else ""
        table.add(row)


def _studios(library: Library, wanted: int, chance: Random, stamps: Sequence[str]) -> None:
    table = library.studios
    for index in range(wanted):
        stamp = chance.choice(stamps)
        name = f"{_LAST[index % len(_LAST)]} {('Pictures', 'Archive', 'Records', 'Films')[index // len(_LAST) % 4]}"
        row = StudioRow(table.next_id(), stamp, stamp, name if index < 100 else f"{name} {index}")
        if index >= 10 and index % 3 == 0:
            row.parent = chance.choice(table.ids()[:10])
        row.urls = (f"https://studio{index}.example/",)
        table.add(row)


def _performers(library: Library, wanted: int, chance: Random, stamps: Sequence[str]) -> None:
    table = library.performers
    for index in range(wanted):
        stamp = chance.choice(stamps)
        name = f"{_FIRST[index % len(_FIRST)]} {_LAST[index // len(_FIRST) % len(_LAST)]}"
        row = PerformerRow(table.next_id(), stamp, stamp, name)
        row.disambiguation = "" if index < len(_FIRST) * len(_LAST) else f"the {index}th"
        row.gender = chance.choice(("FEMALE", "MALE", "NON_BINARY", None))
        row.birthdate = f"{chance.randrange(1940, 2000)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        row.country = chance.choice(("NO", "SE", "DE", "IT", "CH", ""))
        row.aliases = (f"{name.split()[1]} the Younger",) if index % 8 == 0 else ()
        row.stash_ids = (_box(chance),) if index % 2 else ()
        table.add(row)


def _scenes(library: Library, wanted: int, chance: Random, stamps: Sequence[str]) -> None:
    clock, table, files = library.clock, library.scenes, library.files
    people, subjects, houses = library.performers.ids(), library.tags.ids(), library.studios.ids()
    weights = list(accumulate(1 / (place + 3) for place in range(len(subjects))))
    mod_time = clock.text(1_700_000_000)
    for index in range(wanted):
        created = stamps[index * len(stamps) // wanted]
        updated = chance.choice(stamps) if index % 4 == 0 else created
        number = table.next_id()
        title = title_of(index)
        row = SceneRow(number, created, max(created, updated))
        untitled = index % 20 == 19
        row.title = "" if untitled else title
        row.details = f"{title}: a short film, found in a cupboard and copied with care." if index % 3 else ""
        row.date = f"{1960 + index % 60}-{index % 12 + 1:02}-{index % 28 + 1:02}" if index % 5 else None
        row.rating100 = chance.choice((None, None, 20, 40, 60, 80, 100))
        row.organized = index % 6 == 0
        row.studio = chance.choice(houses) if houses and index % 10 else None
        row.performers = tuple(sorted(chance.sample(people, min(len(people), chance.choice((1, 2, 2, 3, 3, 4))))))
        if subjects:
            row.tags = tuple(set(chance.choices(subjects, cum_weights=weights, k=chance.randrange(5, 12))))
        row.urls = (f"https://archive.example/{number}",) if index % 2 else ()
        row.stash_ids = (_box(chance),) if index % 2 else ()
        if index % 10 == 0:
            row.plays = (clock.utc(),) * chance.randrange(1, 4)
            row.play_duration = float(chance.randrange(60, 3600))
        row.files = (_file(files.next_id(), number, title, index, chance, library, created, mod_time),)
        table.add(row)


def _file(
    number: int, scene: int, title: str, index: int, chance: Random, library: Library, created: str, mod_time: str
) -> int:
    width, height = _SIZES[index % len(_SIZES)]
    video, audio = _CODECS[index % len(_CODECS)]
    duration = chance.randrange(120_000, 5_400_000) / 1000
    bits = chance.getrandbits(256)
    row = FileRow(number, f"/data/Archive/{index // 500:03}/{title} [{number}].mp4", scene=scene)
    row.duration, row.bit_rate = duration, chance.randrange(2_000_000, 12_000_000)
    row.size = int(duration * row.bit_rate / 8)
    row.width, row.height, row.video_codec, row.audio_codec = width, height, video, audio
    row.frame_rate = (25.0, 29.97, 23.976, 50.0)[index % 4]
    row.created_at = row.updated_at = created
    row.mod_time = mod_time
    row.fingerprints = (
        ("md5", f"{bits & (2**128 - 1):032x}"),
        ("oshash", f"{bits >> 128 & (2**64 - 1):016x}"),
        ("phash", f"{bits >> 192:016x}"),
    )
    library.files.add(row)
    return number


def _box(chance: Random) -> BoxId:
    text = f"{chance.getrandbits(128):032x}"
    parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
    return BoxId(BOX, "-".join(parts), "2025-06-01T12:00:00.123456789Z")
