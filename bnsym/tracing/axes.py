"""Axes: each the product of factors, a factor an index over an atomic size or a number.

An axis of length 1 has no factors, one that a reshape merged has several in row-major order.  Positions
count from 1, as in terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import prod

from bnsym.terms.nodes import ONE, Index, Number, Size, Term, add, mul, number
from bnsym.tracing.sizes import Dim, quotient, same, whole
from bnsym.tracing.state import state
from bnsym.tracing.trouble import ShapeError, SymbolicLoopError, UnsupportedCallError

Axis = tuple[Index, ...]


class NumbersClash(Exception):  # noqa: N818 - no error: the arrays are written out by entries instead
    """Axes of numbers were taken apart in ways that do not go together."""


def length_of(index: Index) -> Dim:
    """The length of one factor."""
    match index.high:
        case Number(value):
            return whole(int(value))
        case Size(name, _):
            return Dim({((name, 1),): Fraction(1)})
    raise UnsupportedCallError(f"an axis of length {index.high}")


def length(axis: Axis) -> Dim:
    """The length of an axis."""
    return prod(map(length_of, axis), start=whole(1))


def shape(axes: Sequence[Axis]) -> tuple[Dim, ...]:
    """The lengths of the axes."""
    return tuple(map(length, axes))


def atoms_of(dim: Dim) -> list[Dim]:
    """The factors of a length: a number, then each atomic size as often as it occurs, as in the arguments."""
    if len(dim.parts) != 1:
        raise UnsupportedCallError(f"an axis of length {dim}: a length is a product of sizes")
    [(row, value)] = dim.parts
    numbers = [] if value == 1 else [whole(int(value))]
    if value < 1 or any(exponent < 0 for _, exponent in row):
        raise UnsupportedCallError(f"an axis of length {dim}: a length is at least 1")
    ordered = sorted(row, key=lambda pair: state().rank(pair[0]))
    return numbers + [Dim({((name, 1),): Fraction(1)}) for name, exponent in ordered for _ in range(exponent)]


class Names:
    """Hands out indices, one name once."""

    def __init__(self, taken: Iterable[Index] = ()) -> None:
        self.taken = {index.name for index in taken}

    def index(self, dim: Dim, like: Index | None = None) -> Index:
        """An index over an atomic length, of the usual name for that size if it is free."""
        stem = like.name.rstrip("0123456789") if like else _stem(dim)
        name, k = like.name if like else stem, 2
        while name in self.taken:
            name, k = f"{stem}{k}", k + 1
        self.taken.add(name)
        return Index(name, ONE, dim.term)

    def axis(self, dim: Dim) -> Axis:
        """New indices for an axis of that length."""
        return tuple(self.index(atom) for atom in atoms_of(dim))

    def renamed(self, axis: Axis) -> Axis:
        """The axis under names that are free, its own where they are."""
        return tuple(self.index(length_of(index), index) for index in axis)


def _stem(dim: Dim) -> str:
    return "i" if dim.constant is not None else dim.names[0].lower()


# -- matching -----------------------------------------------------------------------------------------


def common(first: Axis, second: Axis, what: str) -> Axis:
    """One of two axes of the same length, with the factors of both; an axis of length 1 gives way."""
    if not first or not second:
        return first or second
    check_lengths(first, second, what)
    ours, theirs = _suffixes(first), _suffixes(second)
    if [str(s) for s in ours] == [str(s) for s in theirs]:
        return first
    if set(map(str, theirs)) <= set(map(str, ours)):
        return first
    if set(map(str, ours)) <= set(map(str, theirs)):
        return second
    return _refined([*ours, *theirs], what)


def check_lengths(first: Axis, second: Axis, what: str) -> None:
    """Two axes have one length for every size."""
    if not same(length(first), length(second)):
        raise ShapeError(f"{what}: an axis of length {length(first)} meets one of {length(second)}")


def _suffixes(axis: Axis) -> list[Dim]:
    """The lengths of the factors after each factor, itself included."""
    return [length(axis[k:]) for k in range(len(axis))]


def _refined(suffixes: list[Dim], what: str) -> Axis:
    chain = [whole(1)]
    rest = {str(dim): dim for dim in suffixes}
    while rest:
        following = [dim for dim in rest.values() if quotient(dim, chain[-1]) is not None]
        nearest = [d for d in following if all(quotient(e, d) is not None for e in rest.values())]
        if not nearest:
            sizes = tuple(sorted({name for dim in suffixes for name in dim.names}))
            if not sizes:
                raise NumbersClash
            raise SymbolicLoopError(f"{what}: axes that were merged in different orders meet", sizes)
        chain.append(nearest[0])
        del rest[str(nearest[0])]
    names = Names()
    steps = [quotient(high, low) for low, high in pairwise(chain)]
    return tuple(names.index(atom) for step in reversed(steps) if step for atom in atoms_of(step))


def expressed(own: Axis, finer: Axis) -> dict[Term, Term]:
    """Each index of an axis by the indices of another that has all its factors, or finer ones."""
    if not own or own == finer:
        return {}
    mapping: dict[Term, Term] = {}
    rest = list(finer)
    for index in own:
        run: list[Index] = []
        while not same(length(tuple(run)), length_of(index)):
            run.append(rest.pop(0))
        mapping[index] = position_of(tuple(run))
    return {old: new for old, new in mapping.items() if old is not new}


def position_of(axis: Axis) -> Term:
    """The place along a merged axis, from 1: row-major."""
    if not axis:
        return ONE
    terms: list[Term] = []
    offset = 0
    for k, index in enumerate(axis):
        stride = length(axis[k + 1 :]).constant
        if stride is None:
            raise UnsupportedCallError("a place along an axis that is merged from sizes without numbers")
        terms.append(mul(number(stride), index))
        offset -= stride if k < len(axis) - 1 else 0
    return add(*terms, number(offset))
