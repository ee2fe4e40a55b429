"""Show, season and episode, or film and year, as paths say it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from synctui.library.names import fold, stem
from synctui.model.library import EpisodeName, LibraryKind

# A set of characters in front lets the search skip ahead; what must not stand before it is asked afterwards.
_NUMBERED = re.compile(
    r"[sS](?<![A-Za-z0-9][sS])(\d{1,4})[ ._-]{0,3}[eE](\d{1,4})((?:[ ._-]{0,2}[eE]\d{1,4}|-\d{1,4}(?![\dpi]))*)(?!\d)"
)
_CROSSED = re.compile(
    r"(?<![A-Za-z0-9])(\d{1,2})[xX](?!26[45](?!\d))(\d{2,3})((?:-?[xX]\d{2,3}|-\d{2,3}(?![\dpi]))*)(?![\dxX])"
)
_ABSOLUTE = re.compile(r"(?P<show>.*\S)\s+-\s+(?:ep?\.?\s*)?(?P<number>\d{1,4})(?:v\d)?(?=$|\s|\[|\()", re.IGNORECASE)
_GROUP = re.compile(r"\s*\[[^\]]{1,60}\][ ._]*")
_YEAR = re.compile(r"[\s._(\[]+((?:19|20)\d{2})(?=$|[\s._)\]])")
_TAGS = re.compile(
    r"[\s._\-(\[]+(?:\d{3,4}[pi]|[48]k|uhd|blu-?ray|b[dr]-?rip|web(?:-?(?:dl|rip))?|hdtv|hd-?rip|dvd(?:rip|scr)?|remux|[xh]\.?26[45]|"
    r"hevc|av1|xvid|divx|10bit|hdr(?:10)?|aac|ac3|dts|proper|repack|extended|unrated|remastered|imax)(?=$|[\s._\-)\]]).*",
    re.IGNORECASE,
)
_SEASON_FOLDER = re.compile(
    r"(?:season|series|staffel|saison|stagione|temporada|seizoen|sezon|sæson|säsong|s)[ ._-]*(\d{1,4})\b.*", re.IGNORECASE
)
_SEASON_IN_FOLDER = re.compile(
    r"(?P<show>.*\w)[ ._-]+\(?(?:s|season[ ._-]?)(?P<season>\d{1,3})\b(?![ ._-]?e\d).*", re.IGNORECASE
)
_SPECIALS = frozenset(("specials", "special", "extras", "bonus"))
_WORDS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Return only the letters and digits of a name, folded: what two spellings of one title have in common."""
    return _WORDS.sub("", fold(text))


def words(text: str) -> list[str]:
    """Return the folded words of a name."""
    return [word for word in _WORDS.split(fold(text)) if word]


def spaced(text: str) -> str:
    """Return dots and underscores as blanks where a name has no blanks of its own, and without hanging separators."""
    if " " not in text:
        text = text.replace(".", " ").replace("_", " ")
    return " ".join(text.split()).strip(" -._")


class Numbers(NamedTuple):
    """Season and episodes of a name; `start` and `end` are where they stand in it."""

    season: int | None
    episodes: tuple[int, ...]
    start: int
    end: int


def numbers(text: str) -> Numbers | None:
    """Return the season and episodes in `S01E02`, `s01e02-e03`, `1x02` and the like, or None."""
    found = _NUMBERED.search(text) or _CROSSED.search(text)
    if found is None:
        return None
    season, first, more = found.groups()
    start = int(first)
    episodes: tuple[int, ...] = (start,)
    if more:
        last = int(re.findall(r"\d+", more)[-1])
        if 0 < last - start <= 50:
            episodes = tuple(range(start, last + 1))
    return Numbers(int(season), episodes, found.start(), found.end())


def absolute(text: str) -> tuple[str, int, int] | None:
    """Return (show, number, end) of `[Group] Show - 01 [1080p]`, or None; a four-digit year is no number."""
    group = _GROUP.match(text)
    found = _ABSOLUTE.match(text, group.end() if group else 0)
    if found is None or (len(found["number"]) == 4 and 1900 <= int(found["number"]) < 2100):
        return None
    return found["show"], int(found["number"]), found.end()


class Heading(NamedTuple):
    """What a name is about, for comparing names: title (letters and digits only), season, episodes, year."""

    title: str
    season: int | None
    episodes: tuple[int, ...]
    year: int | None


def heading(text: str) -> Heading:
    """Return what a stem is about."""
    if found := numbers(text):
        show = text[: found.start]
        group = _GROUP.match(show)
        return Heading(plain(_YEAR.sub(" ", show[group.end() :] if group else show)), found.season, found.episodes, None)
    if series := absolute(text):
        return Heading(plain(series[0]), None, (series[1],), None)
    title, year = film(text)
    return Heading(plain(title), None, (), year)


def film(text: str) -> tuple[str, int | None]:
    """Return title and year of a film's stem: `Salt (2019)`, `Salt.2019.1080p.BluRay`, `Salt`."""
    group = _GROUP.match(text)
    if group and group.end() < len(text):
        text = text[group.end() :]
    years = list(_YEAR.finditer(text))
    if years:
        return spaced(text[: years[-1].start()]), int(years[-1][1])
    return spaced(_TAGS.sub("", text)) or spaced(text), None


class Place(NamedTuple):
    """Where a folder hangs in the tree: `show` and its `key` ("" for films), and the season that its name gives."""

    show: str
    key: str
    season: int | None


@lru_cache(maxsize=64)
def place(folders: tuple[str, ...], kind: LibraryKind) -> Place:
    """Return the place of the folder `folders` (names from the library's root down to it).

    In a library of kind `auto` a folder is a show's only when a season folder says so; its files may still say it.
    """
    if kind == "movies" or not folders:
        return Place("", "", None)
    last, above = folders[-1], folders[:-1]
    season = _SEASON_FOLDER.fullmatch(last)
    if above and (season or last.casefold() in _SPECIALS):
        if season is None and kind == "auto" and not _looks_like_show(above[-1]):
            return Place("", "", None)
        return Place(above[-1], fold("/".join(above)), int(season[1]) if season else 0)
    inside = _SEASON_IN_FOLDER.fullmatch(last)
    if inside:
        show = spaced(inside["show"])
        return Place(show, fold("/".join((*above, show))), int(inside["season"]))
    return Place(last, fold("/".join(folders)), None) if kind == "series" else Place("", "", None)


def _looks_like_show(name: str) -> bool:
    return _YEAR.search(name) is None


def locate(name: str, folders: tuple[str, ...], kind: LibraryKind) -> tuple[Place, Numbers | None]:
    """Return where a video or an orphaned subtitle hangs in the tree, and its numbers.

    A film's place has an empty key.
    """
    where = place(folders, kind)
    if kind == "movies":
        return where, None
    text = stem(name)
    found = numbers(text)
    if found is None and (series := absolute(text)):
        show, number, end = series
        folder = plain(folders[-1]) if folders else ""
        if where.key or text.startswith("[") or plain(show) == folder:
            found = Numbers(None, (number,), 0, end)
            if not where.key:
                title = spaced(show)
                named = folders if plain(title) == folder else (*folders, title)
                where = Place(named[-1], fold("/".join(named)), None)
    if found is None:
        return where, None
    if not where.key:
        where = _from_file(text, found, folders)
    season = found.season if found.season is not None else where.season
    return Place(where.show, where.key, season), found


def _from_file(text: str, found: Numbers, folders: tuple[str, ...]) -> Place:
    group = _GROUP.match(text)
    start = group.end() if group and group.end() <= found.start else 0
    show = spaced(text[start : found.start])
    if folders and (not show or plain(show) == plain(folders[-1]) or plain(_YEAR.sub("", folders[-1])) == plain(show)):
        return Place(folders[-1], fold("/".join(folders)), None)
    if not show:
        return Place("", "", None)
    return Place(show, fold("/".join((*folders, show))), None)


def episode_name(name: str, folders: tuple[str, ...] = (), kind: LibraryKind = "auto") -> EpisodeName:
    """Return show, season, episode and title of an episode, or title and year of a film."""
    where, found = locate(name, folders, kind)
    text = stem(name)
    if found is None and not where.key:
        title, year = film(text)
        return EpisodeName(title=title, year=year)
    if found is None:
        return EpisodeName(show=where.show, season=where.season, title=spaced(text))
    rest = _TAGS.sub("", text[found.end :])
    title = spaced(re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", rest))
    return EpisodeName(show=where.show, season=where.season, episode=found.episodes[0], title=title)
