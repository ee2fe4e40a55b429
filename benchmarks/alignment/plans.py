"""Which films a split has: language, voices, what is heard behind them and how loud, container and codec."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

SEEDS = {"dev": 1000, "test": 2000}
FILMS = {"dev": 16, "test": 24}
_LANGUAGES = {"dev": ("en", "fr"), "test": ("es", "it", "ru")}
_CASTS = ("human", "human", "mixed", "human", "mixed", "synthetic", "human", "mixed")
_SNRS = (15, 10, 5, 0)
_CLEAN_DB = 30
_OTHERS = (
    ("babble", "babble", "quiet", "effects"),
    ("effects", "effects", "music", "quiet"),
    ("crowd", "crowd", "quiet", "music"),
    ("mixed", "music", "babble", "effects", "crowd"),
)
_MUSIC: tuple[str, ...] = ("music",)
_OTHER_PLACES = (1, 2, 3, 5, 6)
_FORMS = (("mp4", "aac", 128_000), ("mkv", "aac", 160_000), ("mkv", "libopus", 96_000))


@dataclass(frozen=True, slots=True)
class Plan:
    """A film to be made: `noise` is the kind that prevails, `kinds` all of them, `snr_db` its distance from the speech."""

    name: str
    seed: int
    split: str
    language: str
    cast: str
    noise: str
    kinds: tuple[str, ...]
    snr_db: int
    music_dominated: bool
    seconds: float
    container: str
    codec: str
    bit_rate: int


def plan_films(split: str, films: int, minutes: tuple[float, float], long: bool = False, first: int = 0) -> list[Plan]:
    """Return the films of a split from number `first` on; each is the same however many are asked for."""
    return [_plan(split, number, minutes, long) for number in range(first, first + films)]


def _plan(split: str, number: int, minutes: tuple[float, float], long: bool) -> Plan:
    seed = SEEDS[split] + number + (500 if long else 0)
    random = Random(seed)
    languages = _LANGUAGES[split]
    cast = _CASTS[number % 8]
    language = languages[(number + number // 4) % len(languages)]
    if split == "test" and number % 8 == 5:
        language = "en"  # with synthesised voices: the recorded English one is heard in dev
    if number % 4 == 0:
        noise, kinds, snr = "music", _MUSIC, _SNRS[number // 4 % 4]
    elif number % 8 == 7:
        noise, kinds, snr = "clean", ("quiet",), _CLEAN_DB
    else:
        other = 5 * (number // 8) + _OTHER_PLACES.index(number % 8)
        noise, kinds, snr = _OTHERS[other % 4][0], _OTHERS[other % 4][1:], _SNRS[(other + other // 4) % 4]
    container, codec, bit_rate = _FORMS[1] if long else random.choice(_FORMS)
    return Plan(
        f"{split}-{seed}" + ("-long" if long else ""),
        seed,
        split,
        language,
        cast,
        noise,
        kinds,
        snr,
        noise == "music",
        60 * random.uniform(*minutes),
        container,
        codec,
        bit_rate,
    )
