"""Names as certificates have them: ASCII words that are no keywords; `σ²` is written `sigma_u00b2`.

Each name by itself, so that a reader can tell it again; two names for one word are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from keyword import iskeyword

from bnsym.errors import UnsupportedTermError
from bnsym.proof.theorems import Chain, Inductive, Theorem
from bnsym.terms.nodes import Definition, Entry, Index, Size, Sum, Symbol, Tensor, Term
from bnsym.terms.scope import Scope
from bnsym.terms.walk import rebuild

_LETTER = re.compile(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)\Z")


def plain_word(name: str) -> str:
    """The name itself if it is plain; else its letters spelled, and a keyword with `_` after it."""
    word = "".join(letter if letter.isascii() else _spelled(letter) for letter in name)
    word = word if word[0].isalpha() else f"u{word}"
    return f"{word}_" if iskeyword(word) else word


def _spelled(letter: str) -> str:
    found = _LETTER.match(unicodedata.name(letter, ""))
    if found is None:
        return f"_u{ord(letter):04x}"
    return found[2].lower() if found[1] == "SMALL" else found[2].capitalize()


class Plain:
    """Terms, definitions and theorems under plain names.

    `apart`: an index of a name that stands for another range already gets a name of its own, `k_2`.
    """

    def __init__(self, apart: bool = False) -> None:
        self.apart = apart
        self._names: dict[str, str] = {}
        self._ranges: dict[str, list[tuple[Term, Term]]] = {}
        self._done: dict[Term, Term] = {}

    def word(self, name: str, meant: str = "") -> str:
        """The plain word; refused if another name has it.  `meant`: what it stands for, if not for itself."""
        word, meant = plain_word(name), meant or name
        other = self._names.setdefault(word, meant)
        if other != meant:
            raise UnsupportedTermError(
                f"{other} and {meant} are both {word} in a certificate; rename one of them"
            )
        return word

    def term(self, term: Term) -> Term:
        """The term under plain names."""
        if term not in self._done:
            self._done[term] = self._change(term)
        return self._done[term]

    def _change(self, term: Term) -> Term:
        match term:
            case Symbol(name, sign):
                return Symbol(self.word(name), sign)
            case Size(name, least):
                return Size(self.word(name), least)
            case Index():
                return self._index(term)
            case Entry(tensor, indices):
                return Entry(self._tensor(tensor), tuple(map(self.term, indices)))
            case Sum(index, body):
                return Sum(self._index(index), self.term(body))
            case _:
                return rebuild(term, self.term)

    def _index(self, index: Index) -> Index:
        ends = self.term(index.low), self.term(index.high)
        name = self.word(index.name)
        known = self._ranges.setdefault(name, [ends])
        if self.apart and ends != known[0]:
            known += [] if ends in known else [ends]
            name = self.word(f"{name}_{known.index(ends) + 1}", f"{name} in another range")
        return Index(name, *ends)

    def _tensor(self, tensor: Tensor) -> Tensor:
        shape = tuple(None if axis is None else self.term(axis) for axis in tensor.shape)
        return Tensor(self.word(tensor.name), shape, tensor.sign)

    def definition(self, found: Definition) -> Definition:
        """The definition under plain names."""
        parameters = tuple(map(self.term, found.parameters))
        initial = None if found.initial is None else self.term(found.initial)
        return Definition(self._tensor(found.tensor), parameters, self.term(found.body), found.label, initial)  # type: ignore[arg-type]

    def theorem(self, theorem: Theorem) -> Theorem:
        """The theorem under plain names."""
        scope = Scope()
        for definition in map(self.definition, theorem.claim.definitions.values()):
            scope.definitions[definition.tensor.name] = definition
        plain = replace(theorem, scope=scope, left=self.term(theorem.left), right=self.term(theorem.right))
        if isinstance(plain, Chain):
            plain.lines = [replace(line, term=self.term(line.term)) for line in plain.lines]
        if isinstance(plain, Inductive) and plain.over is not None:
            plain.over = self.term(plain.over)
        return plain


def plain_theorems(
    theorem: Theorem, earlier: Mapping[str, Theorem], apart: bool = False
) -> tuple[Theorem, dict[str, Theorem]]:
    """A theorem, and those before it that it uses, under the same plain names."""
    plain = Plain(apart)
    return plain.theorem(theorem), {name: plain.theorem(earlier[name]) for name in sorted(theorem.uses)}
