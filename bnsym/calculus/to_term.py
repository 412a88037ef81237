"""Normal forms back to terms: what a person reads, and what plans are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from bnsym.calculus.atoms import Atom, Base, Kind, Monomial, Polynomial, Position, Variable, monomial_key
from bnsym.terms.nodes import (
    ONE,
    Delta,
    Entry,
    Index,
    Power,
    Sign,
    Size,
    Sum,
    Symbol,
    Tensor,
    Term,
    add,
    mul,
    number,
    power,
)

Names = Mapping[Variable, Index]


class TermWriter:
    """Writes polynomials as terms.  `tensors`: the tensors that entries belong to, by name."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self.tensors = tensors

    def term(self, polynomial: Polynomial, names: Names | None = None) -> Term:
        """The polynomial as a sum of products, in the order of their keys."""
        rows = sorted(polynomial.items(), key=lambda row: monomial_key(row[0]))
        return add(*(self.monomial(row, coefficient, names or {}) for row, coefficient in rows))

    def monomial(self, monomial: Monomial, coefficient: int | Fraction, names: Names) -> Term:
        """coefficient times the atoms' powers, the coefficient first."""
        head = [] if coefficient == 1 else [number(Fraction(coefficient))]
        return mul(*head, *(self.factor(a, exponent, names) for a, exponent in monomial))

    def factor(self, a: Atom, exponent: int, names: Names) -> Term:
        """One atom's power; a radical's exponent counts halves."""
        if a.kind == Kind.RADICAL:
            return power(self.term(a.payload.square, names), Fraction(exponent, 2))
        return power(_RULES[a.kind](self, a, names), exponent)

    def index(self, v: Variable, names: Names) -> Index:
        """A variable's index: the one it was given, or a free one of its own name."""
        if v in names:
            return names[v]
        return Index(v.name, ONE, self.term(v.high, names))

    def place(self, where: Position, names: Names) -> Term:
        """A position as a term."""
        parts = [mul(number(factor), self.base(base, names)) for base, factor in where.parts]
        return add(*parts, number(where.constant)) if parts or where.constant else number(0)

    def base(self, base: Base, names: Names) -> Term:
        """A variable or a size."""
        return self.index(base, names) if isinstance(base, Variable) else _size(self, base, names)

    def bound(self, binders: tuple[Variable, ...], free: frozenset[Variable], names: Names) -> Names:
        """Names for the binders of a sum: like their sizes, and like nothing that is free there."""
        chosen = dict(names)
        taken = {index.name for index in names.values()} | {v.name for v in free if v not in names}
        for binder in binders:
            length = self.term(binder.high, chosen)
            stem = length.name.lower() if isinstance(length, Size) else "i"
            name = next(n for n in (stem, *(f"{stem}{k}" for k in range(1, 100))) if n not in taken)
            taken.add(name)
            chosen[binder] = Index(name, ONE, length)
        return chosen


def _symbol(writer: TermWriter, a: Atom, names: Names) -> Term:
    name, sign = a.payload
    return Symbol(name, Sign(sign))


def _size(writer: TermWriter, a: Atom, names: Names) -> Term:
    return Size(*a.payload)


def _entry(writer: TermWriter, a: Atom, names: Names) -> Term:
    name, where, _ = a.payload
    return Entry(writer.tensors[name], tuple(writer.place(place, names) for place in where))


def _position(writer: TermWriter, a: Atom, names: Names) -> Term:
    return writer.index(a.payload, names)


def _delta(writer: TermWriter, a: Atom, names: Names) -> Term:
    return Delta(writer.place(a.payload, names), number(0))


def _power(writer: TermWriter, a: Atom, names: Names) -> Term:
    base, exponent = a.payload
    return Power(writer.term(base, names), writer.base(exponent, names))


def _sum(writer: TermWriter, a: Atom, names: Names) -> Term:
    binders, body = a.payload
    inner = writer.bound(binders, a.free, names)
    term = writer.monomial(body, 1, inner)
    for binder in reversed(binders):
        term = Sum(writer.index(binder, inner), term)
    return term


def _opaque(writer: TermWriter, a: Atom, names: Names) -> Term:
    binder, body = a.payload
    inner = writer.bound((binder,), a.free, names)
    return Sum(writer.index(binder, inner), writer.term(body, inner))


_RULES: dict[str, Callable[[TermWriter, Atom, Names], Any]] = {
    Kind.SYMBOL: _symbol,
    Kind.SIZE: _size,
    Kind.ENTRY: _entry,
    Kind.POSITION: _position,
    Kind.DELTA: _delta,
    Kind.POWER: _power,
    Kind.SUM: _sum,
    Kind.OPAQUE: _opaque,
}
