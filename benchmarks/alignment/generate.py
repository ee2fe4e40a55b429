"""Makes the cases of the alignment benchmark: `python -m benchmarks.alignment.generate --split dev|test --out DIR`.

Run it in the project's folder with the project's virtual environment. Recorded and synthesised voices, music and effects
come from Debian packages (README.md); everything else follows from the seeds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

from benchmarks.alignment.backgrounds import tracks_of
from benchmarks.alignment.distortions import CLASSES, distort, write_srt
from benchmarks.alignment.films import Film, film_row, make_film
from benchmarks.alignment.packages import DEFAULT_CACHE, EFFECT_PACKAGES, Packages
from benchmarks.alignment.plans import FILMS, plan_films
from benchmarks.alignment.voices import voices_of

LONG_MINUTES = (88.0, 92.0)


def main() -> None:
    """Make the films of a split and their cases, and print what they hold."""
    options = _options()
    minutes = LONG_MINUTES if options.long else options.minutes
    number = options.films or (2 if options.long else FILMS[options.split])
    plans = plan_films(options.split, number, minutes, options.long, options.first)
    packages = Packages(options.cache)
    packages.fetch(EFFECT_PACKAGES)
    voices_of(options.split, options.cache, packages)
    tracks_of(options.split, packages)
    folder = options.out / "films"
    folder.mkdir(parents=True, exist_ok=True)
    films = []
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for made in pool.map(make_film, plans, [folder] * number, [options.cache] * number):
            films.append(made)
            print(_told(made), flush=True)
            (folder / f"{made.plan.name}.json").write_text(json.dumps(film_row(made)) + "\n", "utf-8")
    cases = make_cases(films, options.out)
    text = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (options.out / "cases.json").write_text(f'{{"split": "{options.split}", "cases": [\n{text}\n]}}\n', "utf-8")
    _print_shares(films, len(cases))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make the films and subtitles of the alignment benchmark.")
    parser.add_argument("--split", choices=("dev", "test"), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--films", type=int, help="how many (dev 16, test 24, long 2)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one: 24 and on are films nobody knows")
    parser.add_argument("--minutes", type=_minutes, default=(10.0, 20.0), metavar="A-B", help="how long they are (10-20)")
    parser.add_argument("--long", action="store_true", help="films of 90 minutes with AAC at 160 kbit/s")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT_CACHE, help=f"where packages and voices are kept ({DEFAULT_CACHE})"
    )
    return parser.parse_args()


def _minutes(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    return float(low), float(high or low)


def make_cases(films: Sequence[Film], out: Path) -> list[dict[str, object]]:
    """Write one subtitle of each class for each film, and return the cases."""
    folder = out / "subtitles"
    folder.mkdir(exist_ok=True)
    cases: list[dict[str, object]] = []
    for film in films:
        plan = film.plan
        for place, kind in enumerate(CLASSES):
            random = Random(plan.seed * 100 + place)
            captions = film.captions
            if kind == "wrong":
                other = _another(film, films)
                if other is None:
                    continue
                captions = other.captions
            made = distort(kind, captions, plan.seconds, plan.language, random)
            name = f"{plan.name}-{kind}"
            (folder / f"{name}.srt").write_text(write_srt(made.cues), "utf-8")
            cases.append(
                {
                    "id": name,
                    "film": f"films/{film.path}",
                    "duration_s": round(plan.seconds, 3),
                    "subtitle": f"subtitles/{name}.srt",
                    "class": kind,
                    "language": plan.language,
                    "voices": plan.cast,
                    "noise": plan.noise,
                    "kinds": list(plan.kinds),
                    "snr_db": plan.snr_db,
                    "music_dominated": plan.music_dominated,
                    "seed": plan.seed,
                    "offset_ms": made.offset_ms,
                    "ratio": made.ratio,
                    "ratio_name": made.ratio_name,
                    "breaks": [[a.at_ms, a.shift_ms, a.kind] for a in made.breaks],
                    "truth": [list(cue.truth) if cue.truth else None for cue in made.cues],
                }
            )
    return cases


def _another(film: Film, films: Sequence[Film]) -> Film | None:
    """Return the film of the same language whose length is nearest; of any language where there is none."""
    others = [other for other in films if other is not film]
    own = [other for other in others if other.plan.language == film.plan.language] or others
    return min(own, key=lambda other: abs(other.plan.seconds - film.plan.seconds), default=None)


def _told(film: Film) -> str:
    plan = film.plan
    return (
        f"{plan.name}: {plan.seconds / 60:.1f} min {plan.language} {plan.cast} {plan.noise} {plan.snr_db} dB "
        f"(found {film.found_snr_db:.1f}), speech {film.speech_share:.0%}, music under {film.music_share:.0%} of "
        f"{len(film.scenes)} scenes, {len(film.captions)} captions, starts off by {film.start_error_ms[0]:.0f} "
        f"(at most {film.start_error_ms[1]:.0f}) ms, agreement {film.correlation:.3f}, {plan.container}/{plan.codec}"
    )


def _print_shares(films: Sequence[Film], cases: int) -> None:
    total = sum(film.plan.seconds for film in films)
    speech = sum(film.plan.seconds * film.speech_share for film in films)
    print(f"\n{len(films)} films, {total / 60:.0f} minutes, {speech / total:.0%} of it speech, {cases} cases")
    counts: dict[str, Counter[str]] = {
        "noise": Counter(film.plan.noise for film in films),
        "distance": Counter(f"{film.plan.snr_db} dB" for film in films),
        "music prevails": Counter("yes" if film.plan.music_dominated else "no" for film in films),
        "language": Counter(film.plan.language for film in films),
        "voices": Counter(film.plan.cast for film in films),
        "sound": Counter(f"{film.plan.container}/{film.plan.codec}" for film in films),
    }
    for title, counter in counts.items():
        print(
            f"{title:15}",
            ", ".join(f"{name} {number / len(films):.0%} ({number})" for name, number in counter.most_common()),
        )
    scenes = Counter(kind for film in films for _, _, kind in film.scenes)
    print(f"{'behind scenes':15}", ", ".join(f"{kind} {count / scenes.total():.0%}" for kind, count in scenes.most_common()))


if __name__ == "__main__":
    main()
