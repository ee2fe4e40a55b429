"""The stories that the demo's films tell, read from plain text.

A story file has a head (`key: value`), an empty line, and scenes: `# title`, then one line each as
`Speaker: text | translation`, or `* effect [what is heard] | [the same, translated]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is heard: spoken by `speaker`, or a sound effect when `effect` names one."""

    key: str
    speaker: str
    text: str
    translation: str
    effect: str = ""

    def words(self, translated: bool) -> str:
        """Return the text in the story's own language, or in that of its translation."""
        return self.translation if translated else self.text


@dataclass(frozen=True, slots=True)
class Scene:
    """Lines that belong together, in order."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A show's pool of scenes; `cast` maps speakers to synthesiser voices, `tone` is the sound of its rooms."""

    key: str
    title: str
    language: str
    translation: str
    tone: str
    cast: dict[str, str]
    scenes: tuple[Scene, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line of every scene."""
        return tuple(line for scene in self.scenes for line in scene.lines)


@cache
def read_story(key: str) -> Story:
    """Return the story of that name; ValueError names the line that cannot be read."""
    return parse_story(key, (files("synctui.simulators") / "stories" / f"{key}.txt").read_text("utf-8"))


def story_keys() -> list[str]:
    """Return the names of all stories, sorted."""
    names = (entry.name for entry in (files("synctui.simulators") / "stories").iterdir())
    return sorted(name.removesuffix(".txt") for name in names if name.endswith(".txt"))


def parse_story(key: str, text: str) -> Story:
    """Return the story in `text`."""
    head_text, _, body = text.partition("\n\n")
    head = dict(_pair(line, ":") for line in head_text.splitlines())
    cast = dict(_pair(entry, "=") for entry in head["cast"].split(","))
    scenes: list[tuple[str, list[Line]]] = []
    count = 0
    for line in body.splitlines():
        if line.startswith("# "):
            scenes.append((line[2:], []))
        elif line:
            scenes[-1][1].append(_line(f"{key}/{count:03}", line, cast))
            count += 1
    return Story(
        key=key,
        title=head["title"],
        language=head["language"],
        translation=head.get("translation", ""),
        tone=head["tone"],
        cast=cast,
        scenes=tuple(Scene(title, tuple(lines)) for title, lines in scenes),
    )


def _line(key: str, line: str, cast: dict[str, str]) -> Line:
    said, _, translation = (part.strip() for part in line.partition(" | "))
    if said.startswith("* "):
        effect, text = said[2:].split(" ", 1)
        return Line(key, "", text, translation or text, effect)
    speaker, text = _pair(said, ":")
    if speaker not in cast:
        raise ValueError(f"{key}: nobody is called {speaker!r}")
    return Line(key, speaker, text, translation or text)


def _pair(text: str, sign: str) -> tuple[str, str]:
    name, found, value = text.partition(sign)
    if not found:
        raise ValueError(f"no {sign!r} in {text!r}")
    return name.strip(), value.strip()
