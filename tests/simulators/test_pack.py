"""The pack that ships: small, licensed, and speaking the very texts of the stories."""

from __future__ import annotations

from importlib.resources import files

import pytest

from synctui.simulators.pack import PACK_FILES, read_pack, read_packets
from synctui.simulators.stories import parse_story, read_story, story_keys

FOLDER = files("synctui.simulators") / "pack"
HEAD = "title: T\nlanguage: en\ntone: sea\ncast: Ann=slt\n\n"


def test_pack_is_small_and_nothing_else_lies_in_it() -> None:
    names = {entry.name for entry in FOLDER.iterdir() if not entry.name.startswith("__")}
    assert names == set(PACK_FILES)
    assert sum(len((FOLDER / name).read_bytes()) for name in names) < 5_000_000


def test_licence_names_every_source_of_sound() -> None:
    text = (FOLDER / "LICENCE.txt").read_text("utf-8")
    voices = {voice.split(":")[0] for key in story_keys() for voice in read_story(key).cast.values()}
    for voice in voices & {"awb", "kal16", "rms", "slt"}:
        assert voice in text
    for source in ("Flite", "Carnegie Mellon University", "eSpeak NG", "General Public", "MIT"):
        assert source in text


@pytest.mark.parametrize("key", story_keys())
def test_every_line_is_spoken_as_it_is_written(key: str) -> None:
    pack, story = read_pack(), read_story(key)
    for line in story.lines:
        if line.effect:
            assert pack.clip(f"{key}/{line.effect}").count > 10
            continue
        clip = pack.clip(line.key, line.text)
        length = clip.speech_end - clip.speech_start
        assert 600 <= length <= 7_000, line.text
        assert 0 < clip.speech_start < clip.speech_end < clip.count * pack.frame_ms
    assert {f"{key}/room", f"{key}/theme", f"{key}/bridge"} <= set(pack.clips)


def test_a_changed_text_is_noticed() -> None:
    line = read_story("salt").lines[0]
    with pytest.raises(ValueError, match="make it again"):
        read_pack().clip(line.key, line.text + " Or is it?")


def test_index_covers_every_packet_once() -> None:
    pack = read_pack()
    assert sum(clip.count for clip in pack.clips.values()) == len(read_packets("voices.mka"))
    assert len(read_packets("pictures.mkv")) == pack.card_packets * len(pack.cards)


def test_stories_are_translated_where_they_say_so() -> None:
    for key in story_keys():
        story = read_story(key)
        if story.translation:
            same = [line.text for line in story.lines if line.text == line.translation]
            assert all(text.startswith("[") for text in same)


def test_story_text_is_read() -> None:
    story = parse_story("t", HEAD + "# One\nAnn: Hello: you. | Bonjour, toi.\n* bell [a bell]\n")
    spoken, heard = story.lines
    assert (spoken.key, spoken.speaker, spoken.text, spoken.words(True)) == ("t/000", "Ann", "Hello: you.", "Bonjour, toi.")
    assert (heard.effect, heard.text, heard.translation) == ("bell", "[a bell]", "[a bell]")


@pytest.mark.parametrize("line", ["Bob: Who am I?", "no speaker at all"])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"Bob|no speaker"):
        parse_story("t", f"{HEAD}# One\n{line}\n")
