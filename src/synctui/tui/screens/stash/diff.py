"""A field that was changed here and on the server, as a small diff: what it was, yours, the server's."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from synctui.model.catalog import Conflict
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.stash.wording import ids_in, value_words

_LABEL = 10
_MOST_TEXT, _MOST_LINES, _AROUND = 20_000, 400, 1


def diff_lines(one: Conflict, tags: Mapping[int, str], width: int) -> list[Line]:
    """Return the three values of a conflict; of texts with several lines, and of tags, what each side changed."""
    if one.field == "tags":
        return list(_tags(one, tags, width))
    base, local, remote = (value_words(one.field, value, tags) for value in (one.base, one.local, one.remote))
    if any("\n" in text or len(text) > 3 * width for text in (base, local, remote)):
        return [*_changed("yours", base, local, width, "accent"), *_changed("server's", base, remote, width, "warn")]
    return [
        *_labelled("was", base or "nothing", width, "dim"),
        *_labelled("yours", local or "nothing", width, "accent"),
        *_labelled("server's", remote or "nothing", width, "warn"),
    ]


def _labelled(label: str, text: str, width: int, role: Role) -> list[Line]:
    parts = wrapped(text, width - _LABEL)
    return [(Span(label if not at else "", "dim", _LABEL), Span(part, role)) for at, part in enumerate(parts)]


def _changed(label: str, before: str, after: str, width: int, role: Role) -> Iterator[Line]:
    """Yield what one side changed: lines that it took out and put in, with a line around them."""
    old, new = (_lines(text, width - _LABEL - 2) for text in (before, after))
    first = True
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if not first:
            yield (Span("", width=_LABEL), Span("  …", "dim"))
        for kind, low, high, to, until in group:
            shown: list[tuple[str, str, Role]] = []
            if kind == "equal":
                shown += [("  ", line, "dim") for line in old[low:high]]
            else:
                shown += [("− ", line, "dim") for line in old[low:high]]
                shown += [("+ ", line, role) for line in new[to:until]]
            for sign, line, drawn in shown:
                yield (Span(label if first else "", "dim", _LABEL), Span(sign, drawn), Span(line, drawn))
                first = False
    if first:
        yield (Span(label, "dim", _LABEL), Span("as it was" if before == after else "differs further on", "dim"))


def _lines(text: str, width: int) -> Sequence[str]:
    found = [part for line in text[:_MOST_TEXT].splitlines() for part in wrapped(line, width)]
    return found[:_MOST_LINES]


def _tags(one: Conflict, names: Mapping[int, str], width: int) -> Iterator[Line]:
    base = ids_in(one.base)
    told = ", ".join(names.get(number, f"tag {number}") for number in base)
    yield from _labelled("was", told or "none", width, "dim")
    sides: tuple[tuple[str, list[int], Role], ...] = (
        ("yours", ids_in(one.local), "accent"),
        ("server's", ids_in(one.remote), "warn"),
    )
    for label, ids, role in sides:
        parts = [f"− {display(names.get(number, f'tag {number}'))}" for number in base if number not in ids]
        parts += [f"+ {display(names.get(number, f'tag {number}'))}" for number in ids if number not in base]
        yield from _labelled(label, ", ".join(parts) or "the same, in another order", width, role)
