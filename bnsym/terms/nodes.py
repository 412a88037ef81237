"""The closed list of node kinds.  A new operation is a new file beside this one; it never edits a node.

Nodes are immutable and interned: two equal terms are one object, so equality is identity and a memo on
terms costs one dictionary look-up.  The order of interning never decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Sign(StrEnum):
    """What is assumed of a scalar or of every entry of a tensor.  All values are real."""

    REAL = "real"
    NONZERO = "nonzero"
    NONNEGATIVE = "nonnegative"
    POSITIVE = "positive"
    COUNT = "count"  # an integer >= 1


class _Interned(type):
    """Calls of a node class with equal arguments return one object."""

    table: dict[tuple[Any, ...], Any] = {}  # noqa: RUF012 - shared on purpose: it is the intern table

    def __call__(cls, *args: Any) -> Any:
        key = (cls, *args)
        node = _Interned.table.get(key)
        if node is None:
            node = _Interned.table[key] = super().__call__(*args)
        return node


class Node(metaclass=_Interned):
    """Base of terms and tensors; compared by identity because equal nodes are one object."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]


class Term(Node):
    """A real number that depends on sizes, indices, scalars and entries."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Number(Term):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Symbol(Term):
    """A real scalar with an assumed sign."""

    name: str
    sign: Sign


@dataclass(frozen=True, slots=True, eq=False)
class Size(Term):
    """A symbolic length: an integer >= `least`, and `least` >= 1."""

    name: str
    least: int


@dataclass(frozen=True, slots=True, eq=False)
class Index(Term):
    """An integer variable with low <= index <= high."""

    name: str
    low: Term
    high: Term


@dataclass(frozen=True, slots=True, eq=False)
class Tensor(Node):
    """A named array; `shape` holds a term for each axis, None for a sequence without end."""

    name: str
    shape: tuple[Term | None, ...]
    sign: Sign


@dataclass(frozen=True, slots=True, eq=False)
class Entry(Term):
    """tensor[indices]; rank 0 stands for a defined scalar."""

    tensor: Tensor
    indices: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Add(Term):
    """The sum of the terms."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Mul(Term):
    """The product of the factors."""

    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Power(Term):
    """base ** exponent: an integer, a half of one, or an integer term in sizes and indices."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True, eq=False)
class Sum(Term):
    """The sum of `body` for low <= index <= high; 0 for an empty range."""

    index: Index
    body: Term


@dataclass(frozen=True, slots=True, eq=False)
class Delta(Term):
    """Kronecker's delta: 1 where left = right, else 0."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True, eq=False)
class Partial(Term):
    """The partial derivative of `body` by `wrt`, an entry at a generic position or a symbol."""

    body: Term
    wrt: Term


@dataclass(frozen=True, slots=True)
class Definition:
    """tensor[parameters] := body, with the number that its document gives it.

    With an `initial` value it is a recurrence: the one parameter is a size that counts steps, entry 0 is
    `initial`, and `body` may hold the entry before.
    """

    tensor: Tensor
    parameters: tuple[Index | Size, ...]
    body: Term
    label: str = ""
    initial: Term | None = None

    @property
    def entry(self) -> Entry:
        """The defined entry at its own parameters."""
        return Entry(self.tensor, self.parameters)


ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))


def number(value: int | Fraction) -> Number:
    """The number node of an exact value."""
    return Number(Fraction(value))


def add(*terms: Term) -> Term:
    """A sum of terms, without the zeros."""
    kept = tuple(term for term in terms if term is not ZERO)
    return kept[0] if len(kept) == 1 else Add(kept) if kept else ZERO


def mul(*factors: Term) -> Term:
    """A product of factors, without the ones; zero if any is zero."""
    if ZERO in factors:
        return ZERO
    kept = tuple(factor for factor in factors if factor is not ONE)
    return kept[0] if len(kept) == 1 else Mul(kept) if kept else ONE


def power(base: Term, exponent: int | Fraction) -> Term:
    """base ** exponent for a fixed exponent."""
    return base if exponent == 1 else ONE if exponent == 0 else Power(base, number(exponent))


def negative(term: Term) -> Term:
    """-term."""
    return mul(number(-1), term)


def subtract(left: Term, right: Term) -> Term:
    """left - right."""
    return add(left, negative(right))


def divide(left: Term, right: Term) -> Term:
    """left / right."""
    return mul(left, power(right, -1))
