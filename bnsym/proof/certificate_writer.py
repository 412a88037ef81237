"""Writes normal forms as terms that a certificate can be checked with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations

from bnsym.calculus.atoms import Atom, Kind, Polynomial, Variable, at, key_of
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.polynomial import of_atom, without
from bnsym.calculus.to_term import Names, TermWriter
from bnsym.terms import nodes
from bnsym.terms.nodes import (
    ONE,
    Delta,
    Index,
    Size,
    Tensor,
    Term,
    add,
    mul,
    power,
)
from bnsym.terms.walk import substitute

Binders = tuple[Variable, ...]


class CertificateWriter(TermWriter):
    """Writes normal forms so that they can be checked: with names for bound variables that never clash (b2_0
    is bound at height 2), and roots and inverses over the radicands that the statement has.
    """

    def __init__(self, tensors: Mapping[str, Tensor], engine: Normalizer) -> None:
        super().__init__(tensors)
        self.engine = engine
        self.radicands: list[tuple[Atom, Term, Polynomial]] = []
        self._ranges: dict[str, int] = {}

    def index(self, v: Variable, names: Names) -> Index:
        """A variable's index."""
        high = self.term(v.high, names)
        if v.name[0] not in "#?!":
            return Index(v.name, ONE, high)
        tag = (
            high.name
            if isinstance(high, Size)
            else str(self._ranges.setdefault(key_of(v.high), len(self._ranges)))
        )
        stem = {"#": "b", "?": "u", "!": "p"}[v.name[0]]
        return Index(f"{stem}{v.name[1:].replace('.', '_')}_{tag}", ONE, high)

    def bound(self, binders: Binders, free: frozenset[Variable], names: Names) -> Names:
        """Binders have names of their own already."""
        return names

    def factor(self, a: Atom, exponent: int, names: Names) -> Term:
        """A delta by its two places, a radical over the statement's radicand; the rest as ever."""
        if a.kind == Kind.DELTA:
            return self.delta(a)
        if a.kind == Kind.RADICAL:
            return self.radical(a, exponent)
        return super().factor(a, exponent, names)

    def delta(self, a: Atom) -> Term:
        """delta(places that count up, places that count down)."""
        up = [mul(nodes.number(k), self.base(base, {})) for base, k in a.payload.parts if k > 0]
        down = [mul(nodes.number(-k), self.base(base, {})) for base, k in a.payload.parts if k < 0]
        constant = a.payload.constant
        (up if constant > 0 else down).append(nodes.number(abs(constant)))
        return Delta(add(*up), add(*down))

    # -- radicals -------------------------------------------------------------------------------------

    def know(self, a: Atom, radicand: Term, factor: Polynomial) -> None:
        """a**2 = radicand * factor, a radicand of the statement."""
        if self.known(a) is None:
            self.radicands.append((a, radicand, factor))

    def known(self, a: Atom) -> tuple[Term, Polynomial] | None:
        """The radicand and factor of an atom, or of one that is it at other indices."""
        for other, radicand, factor in self.radicands:
            for mapping in _renamings(other, a):
                places = {v: at(w) for v, w in mapping.items()}
                if self.engine.move(of_atom(other), places) == of_atom(a):
                    indices: dict[Term, Term] = {
                        self.index(v, {}): self.index(w, {}) for v, w in mapping.items()
                    }
                    return substitute(radicand, indices), self.engine.move(factor, places)
        return None

    def radical(self, a: Atom, exponent: int) -> Term:
        """a**exponent = (radicand * factor)**(exponent / 2)."""
        found = self.known(a)
        if found is None:
            return power(self.term(a.payload.square, {}), Fraction(exponent, 2))
        radicand, factor = found
        return mul(
            power(radicand, Fraction(exponent, 2)), self.term(self.engine.half_power(factor, exponent))
        )


def main_radical(form: Polynomial) -> tuple[Atom, int, Polynomial] | None:
    """The radical of several terms in a product, its exponent, and the rest."""
    [(row, coefficient)] = form.items() if len(form) == 1 else [((), 0)]
    radicals = [(a, e) for a, e in row if a.kind == Kind.RADICAL]
    if not radicals:
        return None
    a, exponent = max(radicals, key=lambda pair: (len(pair[0].payload.square), pair[0].key))
    return a, exponent, {without(row, a, exponent): coefficient}


def _renamings(first: Atom, second: Atom) -> Iterator[dict[Variable, Variable]]:
    own = sorted(first.free, key=lambda v: v.key)
    if len(own) == len(second.free):
        for others in permutations(sorted(second.free, key=lambda v: v.key)):
            yield dict(zip(own, others, strict=True))
