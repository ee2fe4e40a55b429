"""What file names say."""

from __future__ import annotations

import unicodedata

import pytest

from synctui.library.languages import language, wanted
from synctui.library.names import (
    extension,
    fold,
    is_leftover,
    is_part,
    is_sample,
    kind_of,
    only_suffix,
    parse_suffix,
    part_of,
    stem,
)
from synctui.model.library import SubtitleName


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"), ("EN", "en"), ("eng", "en"), ("English", "en"), ("ger", "de"), ("deu", "de"), ("German", "de"),
        ("fre", "fr"), ("fra", "fr"), ("chi", "zh"),
        ("zho", "zh"), ("cze", "cs"), ("ces", "cs"), ("rum", "ro"), ("ron", "ro"),
        ("pt-BR", "pt-BR"), ("pt_br", "pt-BR"), ("PT-br", "pt-BR"), ("zh-Hant", "zh-Hant"), ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"), ("sr-Latn", "sr-Latn"), ("en-US", "en-US"), ("por-BR", "pt-BR"),
        ("pob", "pt-BR"), ("pb", "pt-BR"), ("chs", "zh-Hans"), ("cht", "zh-Hant"), ("Brazilian Portuguese", "pt-BR"),

        ("hi", "hi"),
        ("Hindi", "hi"), ("Haitian Creole", "ht"), ("fil", "fil"), ("yue", "yue"), ("cmn", "zh"),
        ("bak", "ba"),
        ("xx", None), ("qqq", None), ("en-QQ", None), ("xx-US", None), ("", None), ("the", None), ("1080p", None),
        ("en-forced", None), ("zh-Wxyz", None),
    ],
)  # fmt: skip
def test_language_codes_names_and_tags_become_one_form(text: str, tag: str | None) -> None:
    assert language(text) == tag


@pytest.mark.parametrize(
    ("tag", "wishes", "taken"),
    [
        ("en", (), True), (None, (), True), ("en", ("en", "de"), True), ("fr", ("en", "de"), False),
        ("pt-BR", ("pt",), True),
        ("pt", ("pt-BR",), False), ("en", ("eng",), True), ("en", ("English",), True), (None, ("en",), False),
        (None, ("en", "und"), True), ("pt-BR", ("pob",), True),
    ],
)  # fmt: skip
def test_language_wishes(tag: str | None, wishes: tuple[str, ...], taken: bool) -> None:
    assert wanted(tag, wishes) is taken


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("", SubtitleName()),
        (".en", SubtitleName("en")),
        (".EN", SubtitleName("en")),
        (".en.forced", SubtitleName("en", forced=True)),
        (".forced.en", SubtitleName("en", forced=True)),
        (".foreign.eng", SubtitleName("en", forced=True)),
        (".en.hi", SubtitleName("en", hearing_impaired=True)),
        (".hi", SubtitleName("hi")),
        (".hi.forced", SubtitleName("hi", forced=True)),
        (".en.sdh", SubtitleName("en", hearing_impaired=True)),
        (".sdh.en", SubtitleName("en", hearing_impaired=True)),
        (".cc", SubtitleName(hearing_impaired=True)),
        (".hi.hi", SubtitleName("hi", hearing_impaired=True)),
        (".pt-BR.sdh", SubtitleName("pt-BR", hearing_impaired=True)),
        (".en.2", SubtitleName("en", number=2)),
        (".2.en", SubtitleName("en", number=2)),
        (".2", SubtitleName(number=2)),
        (".en.default", SubtitleName("en")),
        (".normal.embedded.custom", SubtitleName()),
        (".Commentary.en", SubtitleName("en", title="Commentary")),
        (".en.Commentary", SubtitleName("en", title="Commentary")),
        (".The.It.Crowd.en", SubtitleName("en", title="The It Crowd")),
        (".Directors Cut.de.forced", SubtitleName("de", forced=True, title="Directors Cut")),
        (".English [SDH]", SubtitleName("en", hearing_impaired=True)),
        (".en-forced", SubtitleName("en", forced=True)),
        (".zh-Hant", SubtitleName("zh-Hant")),
        (".nonsense", SubtitleName(title="nonsense")),
    ],
)
def test_suffixes_in_any_order(tail: str, expected: SubtitleName) -> None:
    assert parse_suffix(tail) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("English", SubtitleName("en")),
        ("2_English", SubtitleName("en", number=2)),
        ("3_ger [SDH]", SubtitleName("de", hearing_impaired=True, number=3)),
        ("forced.en", SubtitleName("en", forced=True)),
        ("2", None),
        ("Salt", None),
        ("English Vinglish", None),
    ],
)
def test_names_that_are_nothing_but_a_language(text: str, expected: SubtitleName | None) -> None:
    assert only_suffix(text) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Film.bak.srt", "Film.en.bak.srt", "Film.bak1.srt", "Film.en.ffsubsync.srt", "Film.alass.srt",
        "Film.autosubsync.en.srt",
        "Film.en.synced.srt", "FILM.EN.SYNCED.SRT", "sync-film.srt", ".nfs0000001.srt", "._Film.en.srt",
        ".synctui.x.tmp.srt",
        "Film.sync-conflict-20240101-120000-ABCDEFG.srt",
    ],
)  # fmt: skip
def test_leftovers_are_never_sources(name: str) -> None:
    assert is_leftover(name)


@pytest.mark.parametrize(
    "name", ["Film.srt", "Film.en.srt", "Bakery.srt", "Film.ba.srt", "Out of sync.srt", "Alass.srt", "In.Sync-Up.srt"]
)
def test_ordinary_names_are_no_leftovers(name: str) -> None:
    assert not is_leftover(name)


def test_backups_and_temporary_files_are_not_subtitles_by_their_extension() -> None:
    for name in ("a.en.srt.bak", "a.en.srt.bak.1", ".synctui.a.tmp", "a.srt~", "srt", ".srt", "a.sub.idx", "a."):
        assert kind_of(name) is None


def test_kinds_and_extensions_in_any_case() -> None:
    assert kind_of("A.MKV") == kind_of("b.dvr-ms") == kind_of("c.m2ts") == "video"
    assert kind_of("A.SRT") == kind_of("a.en.ass") == kind_of("x.vtt") == "subtitle"
    assert extension("a.b.Srt") == "srt"
    assert stem("a.b.srt") == "a.b"
    assert stem(".hidden") == ".hidden"


def test_fold_joins_spellings_and_cases() -> None:
    composed = "Café Ü"
    assert fold(composed) == fold(unicodedata.normalize("NFD", composed)) == fold(composed.upper())
    assert fold("STRASSE") == fold("straße")
    assert fold("x\udce4.A") == "x\udce4.a"


def test_parts_and_samples() -> None:
    assert part_of("Film cd1") == ("Film", "1")
    assert part_of("Film - Part B") == ("Film", "b")
    assert part_of("Film (disc 2)") == ("Film", "2")
    assert part_of("Film.pt1") == ("Film", "1")
    assert part_of("Departed") is None
    assert part_of("Film") is None
    assert is_part("cd2")
    assert not is_part("party")
    assert is_sample("Film-sample")
    assert not is_sample("Samples")
