"""Terms back to SymPy expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from bnsym.terms import surface
from bnsym.terms.nodes import (
    Add,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Partial,
    Power,
    Sign,
    Size,
    Sum,
    Symbol,
    Tensor,
    Term,
)

ASSUMPTIONS: dict[Sign, dict[str, bool]] = {
    Sign.REAL: {},
    Sign.NONZERO: {"nonzero": True},
    Sign.NONNEGATIVE: {"nonnegative": True},
    Sign.POSITIVE: {"positive": True},
    Sign.COUNT: {"positive": True, "integer": True},
}


def to_sympy(term: Term) -> sympy.Expr:
    """The SymPy expression of a term; reading it again gives the term."""
    return _RULES[type(term)](term)


def _tensor(tensor: Tensor) -> sympy.IndexedBase:
    shape = tuple(sympy.oo if axis is None else to_sympy(axis) for axis in tensor.shape)
    return surface.Tensor(tensor.name, shape=shape, real=True, **ASSUMPTIONS[tensor.sign])


def _entry(term: Entry) -> sympy.Expr:
    if not term.indices:
        return sympy.Symbol(term.tensor.name, real=True)
    return _tensor(term.tensor)[tuple(to_sympy(index) for index in term.indices)]


def _symbol(term: Symbol) -> sympy.Expr:
    return sympy.Symbol(term.name, real=True, **ASSUMPTIONS[term.sign])


def _index(term: Index) -> sympy.Expr:
    return sympy.Idx(term.name, (to_sympy(term.low), to_sympy(term.high)))


def _sum(term: Sum) -> sympy.Expr:
    low, high = to_sympy(term.index.low), to_sympy(term.index.high)
    return sympy.Sum(to_sympy(term.body), (_index(term.index), low, high))


_RULES: dict[type[Term], Callable[[Any], sympy.Expr]] = {
    Number: lambda term: sympy.Rational(term.value.numerator, term.value.denominator),
    Symbol: _symbol,
    Size: lambda term: surface.size(term.name, term.least),
    Index: _index,
    Entry: _entry,
    Add: lambda term: sympy.Add(*map(to_sympy, term.terms)),
    Mul: lambda term: sympy.Mul(*map(to_sympy, term.factors)),
    Power: lambda term: sympy.Pow(to_sympy(term.base), to_sympy(term.exponent)),
    Sum: _sum,
    Delta: lambda term: sympy.KroneckerDelta(to_sympy(term.left), to_sympy(term.right)),
    Partial: lambda term: surface.derivative(to_sympy(term.body), to_sympy(term.wrt)),
}
