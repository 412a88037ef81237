"""What can be said of a term's sign from how it is written: squares, sums of squares, positive symbols.

Used for needs (a radicand > 0, a denominator other than 0) and for inequalities.  The term's definitions
are read as they stand, so a variance is a sum of squares and a radicand that plus epsilon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bnsym.terms.nodes import (
    ONE,
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Power,
    Sign,
    Size,
    Sum,
    Symbol,
    Term,
)
from bnsym.terms.walk import instance


@dataclass(frozen=True, slots=True)
class Range:
    """What is known: the value is >= 0, <= 0, other than 0."""

    above: bool = False
    below: bool = False
    nonzero: bool = False

    @property
    def positive(self) -> bool:
        """Known to be > 0."""
        return self.above and self.nonzero

    @property
    def negative(self) -> bool:
        """Known to be < 0."""
        return self.below and self.nonzero


POSITIVE = Range(above=True, nonzero=True)
NEGATIVE = Range(below=True, nonzero=True)
NONNEGATIVE = Range(above=True)
ZERO = Range(above=True, below=True)
UNKNOWN = Range()

_ASSUMED = {
    Sign.REAL: UNKNOWN,
    Sign.NONZERO: Range(nonzero=True),
    Sign.NONNEGATIVE: NONNEGATIVE,
    Sign.POSITIVE: POSITIVE,
    Sign.COUNT: POSITIVE,
}


class Signs:
    """Signs under definitions and under needs that are taken for granted (`positive` terms)."""

    def __init__(self, definitions: Mapping[str, Definition], granted: frozenset[Term] = frozenset()) -> None:
        self.definitions = definitions
        self.granted = granted
        self._memo: dict[Term, Range] = {}

    def of(self, term: Term) -> Range:
        """What is known of the term's sign."""
        done = self._memo.get(term)
        if done is None:
            rule = _RULES.get(type(term))
            known = POSITIVE if term in self.granted else rule(self, term) if rule else UNKNOWN
            done = self._memo[term] = known
        return done


def _number(signs: Signs, term: Number) -> Range:
    return Range(term.value >= 0, term.value <= 0, term.value != 0)


def _symbol(signs: Signs, term: Symbol) -> Range:
    return _ASSUMED[term.sign]


def _size(signs: Signs, term: Size) -> Range:
    return POSITIVE


def _index(signs: Signs, term: Index) -> Range:
    """An index counted from 1 is positive, one counted from 0 is not negative."""
    low = signs.of(term.low)
    return Range(above=True, nonzero=low.positive) if low.above else UNKNOWN


def _entry(signs: Signs, term: Entry) -> Range:
    definition = signs.definitions.get(term.tensor.name)
    if definition is None or definition.initial is not None:
        return _ASSUMED[term.tensor.sign]
    return signs.of(instance(definition, term.indices))


def _add(signs: Signs, term: Add) -> Range:
    """Terms >= 0 sum to >= 0, and to > 0 if one of them is; a size minus less than its least is > 0."""
    parts = [signs.of(part) for part in term.terms]
    above, below = all(p.above for p in parts), all(p.below for p in parts)
    if above or below:
        return Range(above, below, any(p.nonzero for p in parts))
    return _affine(term)


def _affine(term: Add) -> Range:
    least = 0
    for part in term.terms:
        match part:
            case Size(_, lowest):
                least += lowest
            case Number(value) if value.denominator == 1:
                least += int(value)
            case _:
                return UNKNOWN
    return POSITIVE if least > 0 else NONNEGATIVE if least == 0 else UNKNOWN


def _mul(signs: Signs, term: Mul) -> Range:
    """Signs multiply; equal factors pair to squares."""
    odd = [factor for factor in dict.fromkeys(term.factors) if term.factors.count(factor) % 2]
    nonzero = all(signs.of(factor).nonzero for factor in term.factors)
    flips, known = 0, True
    for factor in odd:
        part = signs.of(factor)
        known = known and (part.above or part.below)
        flips += part.below and not part.above
    return Range(flips % 2 == 0, flips % 2 == 1, nonzero) if known else Range(nonzero=nonzero)


def _power(signs: Signs, term: Power) -> Range:
    """Even powers and roots are >= 0; a power of what is other than 0 is other than 0."""
    base = signs.of(term.base)
    if not isinstance(term.exponent, Number):
        return POSITIVE if base.positive else Range(nonzero=base.nonzero)
    exponent = term.exponent.value
    nonzero = base.nonzero or exponent <= 0
    if exponent.denominator == 2 or exponent % 2 == 0:
        return Range(above=True, nonzero=nonzero)
    return Range(base.above, base.below, nonzero)


def _sum(signs: Signs, term: Sum) -> Range:
    """A sum over a range that is not empty is as its terms."""
    body = signs.of(term.body)
    length = signs.of(term.index.high).positive and term.index.low is ONE
    return Range(body.above, body.below, body.nonzero and (body.above or body.below) and length)


def _delta(signs: Signs, term: Delta) -> Range:
    return NONNEGATIVE


_RULES: dict[type[Term], Callable[[Signs, Any], Range]] = {
    Number: _number,
    Symbol: _symbol,
    Size: _size,
    Index: _index,
    Entry: _entry,
    Add: _add,
    Mul: _mul,
    Power: _power,
    Sum: _sum,
    Delta: _delta,
}
