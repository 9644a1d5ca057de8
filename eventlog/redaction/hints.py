"""One look at a text for all the words that hint at a secret: by its name or by its shape."""

from __future__ import annotations

from ahocorasick import Automaton

from eventlog.redaction import names, shapes


def hints_in(text: str) -> set[str]:
    """Which of the words a text holds, in any case; for most texts none."""
    return {word for _, word in _LOOK.iter(text.lower())}


def _look_for(words: tuple[str, ...]) -> Automaton:
    look = Automaton()
    for word in words:
        look.add_word(word, word)
    look.make_automaton()
    return look


_LOOK = _look_for((*names.KEYWORDS, *shapes.WORDS))
