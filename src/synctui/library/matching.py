"""Which video a subtitle belongs to. Pure: a folder's listing in, pairings out; never a guess.

In order: a remembered choice; the longest video stem that the subtitle's name equals or continues after a dot; a stem
followed by nothing but a language and flags; the folder inside `Subs/` that is named like a video; the same episode of the
same show, or the same film, when exactly one video is it; a mere language beside a single video. What ties, what is a part
of a multi-part film, and what only resembles a video needs a choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from synctui.library.episodes import Heading, film, heading, numbers, words
from synctui.library.folder import Entry, Folder
from synctui.library.languages import language
from synctui.library.names import (
    VIDEO_EXTENSIONS,
    fold,
    is_part,
    is_sample,
    only_suffix,
    parse_suffix,
    part_of,
    shorter_bases,
    stem,
)
from synctui.model.library import MediaFile, Pairing, SubtitleName

MOST_CANDIDATES = 50
_NO_NAME = SubtitleName()
_K = TypeVar("_K", str, int)


class Match(NamedTuple):
    """The answer for one subtitle: the index of its video, or -1 with a reason and the indexes to choose from."""

    video: int
    name: SubtitleName
    reason: str = ""
    candidates: tuple[int, ...] = ()


def assign(folder: Folder, videos: Videos | None = None) -> Iterator[tuple[Folder, Entry, Match]]:
    """Yield each subtitle of the folder and its inner folders with where it lies and what it matches, choices apart."""
    videos = videos or Videos(folder.videos)
    for entry in folder.subtitles:
        yield folder, entry, videos.match(stem(entry[0]))
    for inner in folder.inner:
        within = inner.path[len(folder.path) :].strip("/").split("/")
        outer = within[1] if len(within) > 1 else ""
        for entry in inner.subtitles:
            yield inner, entry, videos.match_inside(stem(entry[0]), outer)


def match(folder: Folder, choices: Mapping[str, MediaFile] | None = None) -> list[Pairing]:
    """Return a pairing for every subtitle; `choices` maps a subtitle's path to the video chosen for it by a person."""
    choices = choices or {}
    videos = [folder.media(entry) for entry in folder.videos]
    found: list[tuple[MediaFile, Match, MediaFile | None]] = []
    of_video: dict[str, list[str]] = {}
    for place, entry, answer in assign(folder):
        subtitle = place.media(entry)
        video = choices.get(subtitle.path) or (videos[answer.video] if answer.video >= 0 else None)
        found.append((subtitle, answer, video))
        if video is not None:
            of_video.setdefault(video.path, []).append(subtitle.path)
    pairings = []
    for subtitle, answer, video in found:
        if video is None:
            candidates = tuple(videos[index].path for index in answer.candidates)
            pairings.append(Pairing(subtitle, answer.name, None, answer.reason, candidates))
        else:
            siblings = tuple(path for path in of_video[video.path] if path != subtitle.path)
            pairings.append(Pairing(subtitle, answer.name, video, siblings=siblings))
    return pairings


class Videos:
    """A folder's videos, by everything a subtitle may name them by."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.stems = [stem(entry[0]) for entry in entries]
        self.folded = [fold(text) for text in self.stems]
        self.by_stem: dict[str, list[int]] = {}
        for index, text in enumerate(self.folded):
            self.by_stem.setdefault(text, []).append(index)

    @cached_property
    def _headings(self) -> list[Heading]:
        return [heading(text) for text in self.stems]

    @cached_property
    def _by_episode(self) -> dict[int, list[int]]:
        return _grouped((episode, index) for index, head in enumerate(self._headings) for episode in head.episodes)

    @cached_property
    def _by_title(self) -> dict[str, list[int]]:
        return _grouped((head.title, index) for index, head in enumerate(self._headings) if head.title and not head.episodes)

    @cached_property
    def _by_part_base(self) -> dict[str, list[int]]:
        parts = ((index, part_of(text)) for index, text in enumerate(self.stems))
        return _grouped((fold(part[0]), index) for index, part in parts if part)

    @cached_property
    def _features(self) -> list[int]:
        return [index for index, text in enumerate(self.stems) if not is_sample(text)]

    def match(self, text: str) -> Match:
        """Return what a subtitle beside the videos matches, by its stem."""
        if not self.entries:
            return Match(-1, _named(text), "no_video")
        return self._by_name(text) or self._by_separators(text) or self._by_heading(text) or self._by_language(text, False)

    def match_inside(self, text: str, outer: str) -> Match:
        """Return what a subtitle in a subtitle folder matches; `outer` is the folder inside it, if any."""
        if not self.entries:
            return Match(-1, _named(text), "no_video")
        found = self._by_name(text) or self._by_separators(text)
        if found is None and outer:
            found = self._by_outer(text, outer)
        found = found or self._by_heading(text) or self._by_language(text, True)
        spoken = language(outer) if outer else None
        if spoken and found.name.language is None:
            name = found.name
            found = found._replace(name=SubtitleName(spoken, name.forced, name.hearing_impaired, name.number, name.title))
        return found

    def _by_name(self, text: str) -> Match | None:
        """Return the match by the longest video stem that `text` equals or continues after a dot."""
        base, folded, by_stem = text, fold(text), self.by_stem
        while True:
            hits = by_stem.get(folded)
            if hits is not None:
                tail = text[len(base) :]
                if len(hits) == 1 and not (name := parse_suffix(tail)).title:
                    return Match(hits[0], name)
                answer = self._settle(hits, base, tail) if tail else self._pick(hits, base, _NO_NAME, "")
                if answer is not None:
                    return answer
            cut, folded_cut = base.rfind("."), folded.rfind(".")
            if cut <= 0 or folded_cut <= 0:
                return self._by_parts(text)
            base, folded = base[:cut], folded[:folded_cut]

    def _by_parts(self, text: str) -> Match | None:
        """Return the parts to choose from when a name is that of a multi-part film as a whole."""
        tokens = text.split(".") if self._by_part_base else ()
        for count in range(len(tokens), 0, -1):
            base = ".".join(tokens[:count])
            if hits := self._by_part_base.get(fold(base)):
                return Match(-1, parse_suffix(text[len(base) :]), "needs_choice", tuple(hits[:MOST_CANDIDATES]))
        return None

    def _settle(self, hits: list[int], base: str, tail: str) -> Match | None:
        """Return the match by a stem with more behind it, or None when that names another episode."""
        name = parse_suffix(tail)
        if name.title:
            if numbers(tail) and not numbers(base):
                return None
            if any(is_part(token) for token in tail.split(".") if token):
                return Match(-1, name, "needs_choice", tuple(hits))
        return self._pick(hits, base, name, tail)

    def _pick(self, hits: list[int], base: str, name: SubtitleName, tail: str) -> Match:
        """Return the one video meant by equal stems: spelled exactly so, or with the extension that the tail repeats."""
        if len(hits) > 1:
            exact = [index for index in hits if self.stems[index] == base]
            hits = exact or hits
        if len(hits) > 1 and tail:
            endings = {token.lower() for token in tail.split(".")} & VIDEO_EXTENSIONS
            hits = [index for index in hits if self.entries[index][0].rpartition(".")[2].lower() in endings] or hits
        if len(hits) == 1:
            return Match(hits[0], name)
        return Match(-1, name, "needs_choice", tuple(hits[:MOST_CANDIDATES]))

    def _by_separators(self, text: str) -> Match | None:
        """Return the match of `Film_en`, `Film (German)`, `Film-forced`: nothing but known words behind a stem."""
        for base, tail in shorter_bases(text):
            hits = self.by_stem.get(fold(base))
            name = only_suffix(tail)
            if hits and name:
                return self._pick(hits, base, name, "")
        return None

    def _by_outer(self, text: str, outer: str) -> Match | None:
        """Return the match by the folder's name: `Subs/<video stem>/2_English.srt`."""
        hits = self.by_stem.get(fold(outer))
        name = only_suffix(text) or parse_suffix("." + text)
        if hits:
            return self._pick(hits, outer, name, "")
        found = self._by_heading(outer)
        return found._replace(name=name) if found else None

    def _by_heading(self, text: str) -> Match | None:
        """Return the match by show and episode, or by film; None when the name says neither of a video here."""
        head = heading(text)
        name = _named(text)
        if head.episodes:
            return self._by_numbers(head, name)
        hits = self._by_title.get(head.title, []) if head.title else []
        if not hits:
            hits = self._by_title.get(heading(_without_suffix(text)).title, [])
        hits = [index for index in hits if index in self._features_set]
        if not hits:
            return None
        same = [index for index in hits if head.year is None or self._headings[index].year in (None, head.year)]
        if len(hits) == 1 and same and not part_of(self.stems[hits[0]]):
            return Match(hits[0], name)
        return Match(-1, name, "needs_choice", tuple((same or hits)[:MOST_CANDIDATES]))

    @cached_property
    def _features_set(self) -> frozenset[int]:
        return frozenset(self._features)

    def _by_numbers(self, head: Heading, name: SubtitleName) -> Match:
        near = [
            index
            for index in self._by_episode.get(head.episodes[0], [])
            if None in (head.season, self._headings[index].season) or head.season == self._headings[index].season
        ]
        if not near:
            return Match(-1, name, "no_video")
        if len(near) == 1:
            video = self._headings[near[0]]
            if video.episodes == head.episodes and (not head.title or head.title == video.title):
                return Match(near[0], name)
        titled = [index for index in near if self._headings[index].title == head.title]
        if len(titled) == 1 and self._headings[titled[0]][1:3] == head[1:3]:
            return Match(titled[0], name)
        return Match(-1, name, "needs_choice", tuple(near[:MOST_CANDIDATES]))

    def _by_language(self, text: str, inside: bool) -> Match:
        """Return the match of a mere language beside one video; in a subtitle folder anything may be meant."""
        name = only_suffix(text)
        features = self._features
        if name and len(features) == 1:
            return Match(features[0], name)
        if features and (name or inside):
            return Match(-1, name or _named(text), "needs_choice", tuple(features[:MOST_CANDIDATES]))
        if len(features) == 1 and _related(text, self.stems[features[0]]):
            return Match(-1, _named(text), "needs_choice", tuple(features))
        return Match(-1, _named(text), "no_video")


def _grouped(pairs: Iterable[tuple[_K, int]]) -> dict[_K, list[int]]:
    groups: dict[_K, list[int]] = {}
    for key, index in pairs:
        groups.setdefault(key, []).append(index)
    return groups


def _named(text: str) -> SubtitleName:
    """Return what the end of a name says where no stem is known: its last dotted words, without a title."""
    tokens = text.split(".")
    name = parse_suffix("." + ".".join(tokens[1:][-3:])) if len(tokens) > 1 else _NO_NAME
    return name if not name.title else SubtitleName(name.language, name.forced, name.hearing_impaired, name.number)


def _without_suffix(text: str) -> str:
    base, dot, tail = text.rpartition(".")
    while dot and (only_suffix(tail) or (tail.isdigit() and len(tail) < 4)):
        text = base
        base, dot, tail = text.rpartition(".")
    return text


def _related(one: str, other: str) -> bool:
    """Return whether one title begins with all the words of the other."""
    left, right = words(film(_without_suffix(one))[0]), words(film(other)[0])
    common = min(len(left), len(right))
    return common > 0 and left[:common] == right[:common]
