"""A film's sound, arranged from a story: which packets follow one another, and when each line is spoken."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from synctui.simulators.pack import Clip, Pack
from synctui.simulators.stories import Line, Scene, Story

MINIMUM_MS = 369_000
OPENING = (600, 3_000)
BREATH = (220, 5_400)


@dataclass(frozen=True, slots=True)
class Moment:
    """A line with its true time in the film (ms); music has the line None."""

    line: Line | None
    start: int
    end: int


@dataclass(slots=True)
class Reel:
    """Packet numbers in playing order, and what is heard when."""

    frame_ms: int
    frames: list[int] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    @property
    def duration(self) -> int:
        """Milliseconds."""
        return len(self.frames) * self.frame_ms


class _Desk:
    """Puts clips one after the other, with the sound of the room in between."""

    def __init__(self, pack: Pack, story: Story, random: Random) -> None:
        self.pack, self.story, self.random = pack, story, random
        self.reel = Reel(pack.frame_ms)
        self.room = pack.clip(f"{story.key}/room")
        self.room_at = random.randrange(self.room.count)

    def wait(self, milliseconds: float) -> None:
        """Let the room be heard, for a whole number of packets."""
        for _ in range(max(1, round(milliseconds / self.reel.frame_ms))):
            self.reel.frames.append(self.room.first + self.room_at)
            self.room_at = (self.room_at + 1) % self.room.count

    def play(self, name: str) -> None:
        """Play music."""
        clip = self.pack.clip(f"{self.story.key}/{name}")
        start = self.reel.duration
        self._append(clip)
        self.reel.moments.append(Moment(None, start, self.reel.duration))

    def speak(self, line: Line) -> None:
        """Let a line, or its sound effect, be heard."""
        start = self.reel.duration
        if line.effect:
            self._append(self.pack.clip(f"{self.story.key}/{line.effect}"))
            self.reel.moments.append(Moment(line, start, self.reel.duration))
        else:
            clip = self.pack.clip(line.key, line.text)
            self._append(clip)
            self.reel.moments.append(Moment(line, start + clip.speech_start, start + clip.speech_end))

    def _append(self, clip: Clip) -> None:
        self.reel.frames.extend(range(clip.first, clip.first + clip.count))


def arrange(pack: Pack, story: Story, random: Random, *, opening: str = "", scenes: int = 9) -> Reel:
    """Return a film of so many scenes, `opening` first, at least MINIMUM_MS long.

    Pauses between lines are log-normal (median 1.2 s), as in dialogue: Heldner and Edlund, "Pauses, gaps and overlaps
    in conversations", Journal of Phonetics 38 (2010), find that shape.
    """
    desk = _Desk(pack, story, random)
    chosen = _choose(story, random, opening, scenes)
    desk.wait(random.uniform(*OPENING))
    desk.play("theme")
    pace = _pace(desk, chosen)
    for number, scene in enumerate(chosen):
        desk.wait(random.uniform(900, 2_600))
        if number and random.random() < 0.6:
            desk.play("bridge")
            desk.wait(random.uniform(500, 2_000))
        else:
            desk.wait(random.uniform(500, 3_500))
        for line in scene.lines:
            desk.speak(line)
            desk.wait(min(max(random.lognormvariate(0.18, 0.62) * 1000, BREATH[0]), BREATH[1]) * pace)
    desk.wait(1_500)
    desk.play("theme")
    desk.wait(max(1_000, MINIMUM_MS - desk.reel.duration))
    return desk.reel


def _choose(story: Story, random: Random, opening: str, count: int) -> list[Scene]:
    first = next((scene for scene in story.scenes if scene.title == opening), story.scenes[0])
    others = [scene for scene in story.scenes if scene is not first]
    return [first, *random.sample(others, min(count - 1, len(others)))]


def _pace(desk: _Desk, scenes: list[Scene]) -> float:
    """Return how much longer pauses must be for the film not to end in a long silence."""
    lines = [line for scene in scenes for line in scene.lines]
    clips = [desk.pack.clip(f"{desk.story.key}/{line.effect}" if line.effect else line.key) for line in lines]
    speech = sum(clip.count for clip in clips) * desk.reel.frame_ms
    breaks = len(scenes) * 6_200 + 36_000
    return max(1.0, min(1.9, (MINIMUM_MS - speech - breaks) / (len(lines) * 1_450)))
