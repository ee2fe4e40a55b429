"""What is told about a scene, in lines: its fields, files, what was changed here, its log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from synctui import words
from synctui.model.catalog import SceneFile
from synctui.model.json import Json
from synctui.text import clip, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.times import at_time
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.stash.known import Known
from synctui.tui.screens.stash.rows import length
from synctui.tui.screens.stash.wording import FIELDS, event_word, value_words

_LABEL = 12
_MOST_TEXT, _MOST_LINE, _MOST_LISTED = 6000, 1000, 200
_BRIEF = 4


def lines_of(one: Known, width: int, keys: Mapping[str, str], *, brief: bool = False) -> list[Line]:
    """Return a scene in lines of so many columns; `brief` leaves out what takes much room: where it is shown in a pane.

    `keys` are those of commands, by their ids.
    """
    return list(_lines(one, max(24, width), keys, brief))


def _lines(one: Known, width: int, keys: Mapping[str, str], brief: bool) -> Iterator[Line]:
    scene = one.scene
    for part in wrapped(display(one.name, _MOST_LINE), width)[:_BRIEF]:
        yield (Span(part, "strong"),)
    yield from _state(one, width, keys)
    yield ()
    yield from _row("studio", one.studio, width)
    yield from _row("performers", ", ".join(one.performers.get(id, f"performer {id}") for id in scene.performers), width)
    yield from _row("tags", ", ".join(one.tags.get(id, f"tag {id}") for id in scene.tags), width)
    yield from _row("date", scene.date, width)
    yield from _row("rating", "" if scene.rating100 is None else f"{scene.rating100} of 100", width)
    for label, text in (("code", scene.code), ("director", scene.director)):
        yield from _row(label, text, width)
    yield from _row("details", scene.details, width, most=_BRIEF if brief else None)
    yield from _row("organized", "yes" if scene.organized else "", width)
    played = [words.count(scene.play_count, "time")] if scene.play_count else []
    played += [f"{length(scene.play_duration)} in all"] if length(scene.play_duration) else []
    played += [f"stopped at {length(scene.resume_time)}"] if length(scene.resume_time) else []
    played += [f"last {scene.last_played_at}"] if scene.last_played_at and not brief else []
    yield from _row("played", ", ".join(played), width)
    yield from _row("o-counter", f"{scene.o_counter:,}" if scene.o_counter else "", width)
    for at, url in enumerate(scene.urls[: _BRIEF if brief else _MOST_LISTED]):
        yield from _row("urls" if not at else "", url, width)
    if not brief:
        for at, box in enumerate(scene.stash_ids[:_MOST_LISTED]):
            yield from _row("stash ids" if not at else "", f"{box.stash_id}  {box.endpoint}", width)
    for file in scene.files[: 1 if brief else _MOST_LISTED]:
        yield ()
        yield from _file(file, one, width, brief)
    yield from _edits(one, width, keys)
    yield from _versions(one, width, brief)
    yield from _log(one, width, _BRIEF if brief else None)


def _state(one: Known, width: int, keys: Mapping[str, str]) -> Iterator[Line]:
    if one.deleted_at is not None:
        yield from _said(f"gone from the server since {at_time(one.deleted_at)}; kept here as it was", "warn", width)
    if number := len(one.conflicts):
        key = f"; {keys['conflicts']} decides" if keys.get("conflicts") else ""
        what = ", ".join(FIELDS.get(clash.field, clash.field) for clash in one.conflicts)
        yield from _said(f"{words.count(number, 'conflict')}: {what} changed here and on the server{key}", "warn", width)
    elif one.edits:
        what = ", ".join(FIELDS.get(edit.field, edit.field) for edit in one.edits)
        yield from _said(f"changed here: {what}", "accent", width)


def _file(file: SceneFile, one: Known, width: int, brief: bool) -> Iterator[Line]:
    yield from _row("file", file.path, width)
    if one.here:
        ours = one.here.get(file.path)
        yield from _row("here", ours or "no path map leads to it", width, "text" if ours else "dim")
    facts = [words_of_size(file.size)] if file.size > 0 else []
    facts += [length(file.duration)] if length(file.duration) else []
    facts += [f"{file.width}×{file.height}"] if file.width and file.height else []
    facts += [f"{codec}" for codec in (file.video_codec, file.audio_codec) if codec]
    facts += [f"{file.frame_rate:g} fps"] if 0 < file.frame_rate < 1e4 else []
    facts += [f"{file.bit_rate / 1e6:.1f} Mbit/s"] if file.bit_rate > 0 else []
    yield from _row("", ", ".join(facts), width, "dim")
    if not brief:
        for kind, value in file.fingerprints[:_MOST_LISTED]:
            yield from _row(clip(display(kind), _LABEL - 1), value, width, "dim")


def _edits(one: Known, width: int, keys: Mapping[str, str]) -> Iterator[Line]:
    for at, edit in enumerate(one.edits):
        if not at:
            yield ()
            back = (Span(f"   {keys['put_back']} puts one back", "dim"),) if keys.get("put_back") else ()
            yield (Span("changed here", "strong"), *back)
        label = FIELDS.get(edit.field, edit.field)
        yield from _row(label, _value(edit.field, edit.value, one) or "nothing", width, "accent", most=_BRIEF)
        yield from _row("server's", _value(edit.field, edit.base, one) or "nothing", width, "dim", most=_BRIEF)


def _versions(one: Known, width: int, brief: bool) -> Iterator[Line]:
    yield ()
    yield from _row("number", f"{one.scene.id}", width, "dim")
    yield from _row("server's", f"changed {one.scene.updated_at}" if one.scene.updated_at else "", width, "dim")
    yield from _row("synced", at_time(one.synced_at), width, "dim")
    if not brief:
        yield from _row("added", at_time(one.added_at), width, "dim")


def _log(one: Known, width: int, most: int | None) -> Iterator[Line]:
    for at, line in enumerate(one.log[:most]):
        if not at:
            yield ()
            yield (Span("log", "strong"),)
        told = event_word(line.what) + (f": {display(line.text, 400)}" if line.text else "")
        by = f"   job {line.job}" if line.job else ""
        first, *rest = wrapped(told, max(10, width - 14))
        yield (Span(at_time(line.at), "dim", 14), Span(first), Span(by if not rest else "", "dim"))
        for part in rest[:3]:
            yield (Span("", width=14), Span(part))


def _value(field: str, value: Json, one: Known) -> str:
    return value_words(field, value, one.tags)


def words_of_size(size: int) -> str:
    """Return `1.4 GB`, `700 MB`, `12 kB`."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.1f} {unit}" if unit == "GB" else f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def _row(label: str, text: str, width: int, role: Role = "text", *, most: int | None = None) -> Iterator[Line]:
    """Yield a labelled text; one that has lines of its own keeps them."""
    if not text:
        return
    parts: Sequence[str] = [
        part for line in text[:_MOST_TEXT].split("\n") for part in wrapped(line.rstrip("\r"), width - _LABEL)
    ]
    cut = len(text) > _MOST_TEXT or (most is not None and len(parts) > most)
    parts = parts[:most]
    for at, part in enumerate(parts):
        last = cut and at == len(parts) - 1
        yield (Span(label if not at else "", "dim", _LABEL), Span(part + (" …" if last else ""), role))


def _said(text: str, role: Role, width: int) -> Iterator[Line]:
    for part in wrapped(text, width):
        yield (Span(part, role),)
