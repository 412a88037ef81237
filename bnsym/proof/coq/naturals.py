"""Positions, lengths and exponents as Coq's natural numbers, whose subtraction stops at 0.

A difference is written only where it is shown to be 0 or more, so that it means in Coq what it means here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bnsym.errors import UnsupportedTermError
from bnsym.proof.coq.names import variable
from bnsym.terms.nodes import Add, Entry, Index, Mul, Number, Sign, Size, Term

LARGEST = 1000  # Coq counts natural numbers in ones
Linear = Mapping[Term | None, int]  # coefficients of the parts; None stands for 1


@dataclass(frozen=True)
class Naturals:
    """Writes natural numbers, with the names of indices and the calls of arrays of counts."""

    index: Callable[[Index], str]
    count: Callable[[Entry], str]
    counter: Size | None = None

    @staticmethod
    def is_count(term: Term) -> bool:
        """True for an entry of an array of lengths."""
        return isinstance(term, Entry) and term.tensor.sign is Sign.COUNT

    def atom(self, term: Term) -> str:
        """The number as one argument, in brackets where it takes them, in Coq's scope of such numbers."""
        text = self.text(term)
        return f"({text})%nat" if " " in text else f"{text}%nat" if text.isdecimal() else text

    def text(self, term: Term) -> str:
        """The number, for where natural numbers are expected."""
        parts = dict(self.linear(term))
        if self.least(parts) < 0:
            raise UnsupportedTermError("a position or exponent that is not shown to be 0 or more")
        constant = parts.pop(None, 0) + (parts.get(self.counter, 0) if self.counter else 0)
        return self._written([(part, factor) for part, factor in parts.items() if factor], constant)

    def linear(self, term: Term) -> Linear:
        """The term as a combination of sizes, indices, counts and products of them."""
        match term:
            case Number(value) if value.denominator == 1 and abs(value) <= LARGEST:
                return {None: int(value)}
            case Size() | Index():
                return {term: 1}
            case Entry() if self.is_count(term):
                return {term: 1}
            case Add(terms):
                total: Counter[Term | None] = Counter()
                for part in terms:
                    for key, factor in self.linear(part).items():
                        total[key] += factor
                return total
            case Mul((Number(value), *rest)) if value.denominator == 1 and rest:
                inner = self.linear(rest[0] if len(rest) == 1 else Mul(tuple(rest)))
                return {key: int(value) * factor for key, factor in inner.items()}
            case Mul(factors) if all(self._is_part(factor) for factor in factors):
                return {term: 1}
            case _:
                raise UnsupportedTermError(
                    "a position, length or exponent that is no sum of sizes and indices"
                )

    def least(self, parts: Linear) -> Fraction:
        """A lower bound: each index at the end of its range that makes it least, each size at its least."""
        index = next((part for part, factor in parts.items() if isinstance(part, Index) and factor), None)
        if index is not None:
            factor, rest = parts[index], Counter({k: v for k, v in parts.items() if k is not index})
            for key, value in self.linear(index.low if factor > 0 else index.high).items():
                rest[key] += factor * value
            return self.least(rest)
        return sum((Fraction(factor * _least(part, factor)) for part, factor in parts.items()), Fraction(0))

    def _is_part(self, term: Term) -> bool:
        return isinstance(term, Size) or self.is_count(term)

    def _written(self, parts: list[tuple[Term | None, int]], constant: int) -> str:
        parts = sorted(parts, key=lambda pair: not isinstance(pair[0], Index))  # as Sum_joined writes j + m
        plus = [self._part(part, factor) for part, factor in parts if factor > 0]
        minus = [self._part(part, -factor) for part, factor in parts if factor < 0]
        if len(plus) == 1 and not minus and constant == 1 and self.counter is not None:
            return f"S {plus[0]}"
        plus += [str(constant)] if constant > 0 or not plus else []
        minus += [str(-constant)] if constant < 0 else []
        return " + ".join(plus) + "".join(f" - {part}" for part in minus)

    def _part(self, part: Term | None, factor: int) -> str:
        return self._name(part) if factor == 1 else f"{factor} * {self._name(part)}"

    def _name(self, part: Term | None) -> str:
        match part:
            case Index():
                return self.index(part)
            case Size(name, _):
                return variable(name)
            case Entry():
                return self.count(part)
            case Mul(factors):
                return f"({' * '.join(map(self._name, factors))})"
            case _:
                raise UnsupportedTermError("no natural number")


def _least(part: Term | None, factor: int) -> int:
    if part is None:
        return 1
    if factor == 0:
        return 0
    if factor < 0:
        return LARGEST**9
    return part.least if isinstance(part, Size) else 1
