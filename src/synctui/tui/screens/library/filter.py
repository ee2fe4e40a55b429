"""What is typed behind the slash: words of names, `is:` for states, `lang:` for languages."""

from __future__ import annotations

from dataclasses import dataclass

from synctui.model.states import OFF, SubtitleState

WRONG = (*OFF, SubtitleState.REFUSED, SubtitleState.FAILED, SubtitleState.NEEDS_CHOICE)
UNCHECKED = (SubtitleState.NOT_CHECKED, SubtitleState.CHANGED)
HOPELESS = (SubtitleState.NO_VIDEO, SubtitleState.UNSUPPORTED)

_STATES: dict[str, tuple[SubtitleState, ...]] = {
    "wrong": WRONG,
    "off": OFF,
    "late": OFF,
    "early": OFF,
    "unchecked": UNCHECKED,
    "sync": (SubtitleState.IN_SYNC,),
    "synced": (SubtitleState.IN_SYNC,),
    "choice": (SubtitleState.NEEDS_CHOICE,),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A filter as the store takes it; `unknown` are the words behind `is:` and `lang:` that nobody knows."""

    words: str = ""
    states: tuple[SubtitleState, ...] = ()
    languages: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.states or self.languages)

    @property
    def narrow(self) -> bool:
        """Tell whether it asks for some subtitles of a video and not for others."""
        return bool(self.states or self.languages)

    def fits(self, state: SubtitleState, language: str | None) -> bool:
        """Tell whether a subtitle is one of those that it asks for."""
        return (not self.states or state in self.states) and (not self.languages or language in self.languages)

    @classmethod
    def of(cls, text: str) -> Query:
        """Return what a text asks for; `is:` may be cut short (`is:ref`)."""
        # Deferred: the first picture has no filter.
        from synctui.library.languages import language
        from synctui.library.names import fold

        words: list[str] = []
        states: list[SubtitleState] = []
        languages: list[str] = []
        unknown: list[str] = []
        for word in text.split():
            what, colon, value = word.partition(":")
            if not colon or what not in ("is", "lang"):
                words.append(fold(word))
            elif what == "is":
                found = _states(value.lower())
                states += found
                unknown += [word] if value and not found else []
            elif tag := language(value):
                languages.append(tag)
            else:
                unknown += [word] if value else []
        return cls(" ".join(words), tuple(dict.fromkeys(states)), tuple(dict.fromkeys(languages)), tuple(unknown))


def _states(value: str) -> tuple[SubtitleState, ...]:
    if not value:
        return ()
    if value in _STATES:
        return _STATES[value]
    for word, states in _STATES.items():
        if word.startswith(value):
            return states
    plain = value.replace("-", "_")
    found = [state for state in SubtitleState if state.value.startswith(plain) or state.word.replace(" ", "_") == plain]
    return tuple(found)
