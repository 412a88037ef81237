"""Partial derivatives by the generic entry: d x[j] / d x[p] = delta(j, p), one rule a node kind.

Every entry of an array is a variable of its own, so the derivative at a generic position p stands for the
whole gradient.  A defined entry is differentiated through its body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from bnsym.errors import UnsupportedTermError, UsageError
from bnsym.terms.nodes import (
    ONE,
    ZERO,
    Add,
    Definition,
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
    Term,
    add,
    mul,
    number,
    power,
)
from bnsym.terms.walk import free_indices, fresh_index, instance, rebuild, substitute, subterms


class Differentiator:
    """Derivatives by one variable.  `definitions`: what is opened; entries not there are variables."""

    def __init__(self, wrt: Term, definitions: Mapping[str, Definition]) -> None:
        if not isinstance(wrt, Entry | Symbol):
            raise UsageError(f"a derivative is taken by an entry or a scalar, not by a {type(wrt).__name__}")
        if isinstance(wrt, Entry) and wrt.tensor.sign is Sign.COUNT:
            raise UsageError(f"{wrt.tensor.name} holds integers; a derivative is taken by a real variable")
        self.wrt = wrt
        self.definitions = definitions
        self._memo: dict[Term, Term] = {}

    def derivative(self, term: Term) -> Term:
        """d term / d wrt."""
        done = self._memo.get(term)
        if done is None:
            rule = _RULES.get(type(term))
            if rule is None:
                known = ", ".join(sorted(kind.__name__ for kind in _RULES))
                raise UnsupportedTermError(
                    f"no derivative rule for {type(term).__name__}; there are rules for {known}"
                )
            done = self._memo[term] = rule(self, term)
        return done


def expand_partials(term: Term, definitions: Mapping[str, Definition]) -> Term:
    """The term with every derivative carried out, the innermost first."""
    if not any(isinstance(node, Partial) for node in subterms(term)):
        return term

    def change(node: Term) -> Term:
        if isinstance(node, Partial):
            return Differentiator(node.wrt, definitions).derivative(change(node.body))
        return rebuild(node, change)

    return change(term)


def _zero(rules: Differentiator, term: Term) -> Term:
    return ZERO


def _symbol(rules: Differentiator, term: Symbol) -> Term:
    """ds/ds = 1."""
    return ONE if term is rules.wrt else ZERO


def _entry(rules: Differentiator, term: Entry) -> Term:
    """d x[j, ...] / d x[p, ...] = delta(j, p) * ...; a defined entry by its body."""
    wrt = rules.wrt
    if isinstance(wrt, Entry) and term.tensor is wrt.tensor:
        return mul(*(Delta(j, p) for j, p in zip(term.indices, wrt.indices, strict=True)))
    definition = rules.definitions.get(term.tensor.name)
    if definition is None:
        return ZERO
    if definition.initial is not None:
        raise UnsupportedTermError(f"{term.tensor.name} is a recurrence; prove its closed form first")
    return rules.derivative(instance(definition, term.indices))


def _add(rules: Differentiator, term: Add) -> Term:
    """d(a + b) = da + db."""
    return add(*map(rules.derivative, term.terms))


def _mul(rules: Differentiator, term: Mul) -> Term:
    """d(a b) = da b + a db."""
    rows = []
    for k, factor in enumerate(term.factors):
        rest = term.factors[:k] + term.factors[k + 1 :]
        rows.append(mul(rules.derivative(factor), *rest))
    return add(*rows)


def _power(rules: Differentiator, term: Power) -> Term:
    """d(u**k) = k * u**(k-1) * du for a fixed k; needs u > 0 where k is a half, u != 0 where k < 1."""
    inner = rules.derivative(term.base)
    if inner is ZERO:
        return ZERO
    if isinstance(term.exponent, Number):
        exponent = term.exponent.value
        return mul(number(exponent), power(term.base, exponent - 1), inner)
    lowered = Add((term.exponent, number(Fraction(-1))))
    return mul(term.exponent, Power(term.base, lowered), inner)


def _sum(rules: Differentiator, term: Sum) -> Term:
    """d sum_j f(j) = sum_j df(j), the bound index kept apart from the generic position."""
    outside = free_indices(rules.wrt)
    if term.index.name in {index.name for index in outside}:
        renamed = fresh_index(term.index, outside | free_indices(term.body) | _bound(term.body))
        term = Sum(renamed, substitute(term.body, {term.index: renamed}))
    inner = rules.derivative(term.body)
    return ZERO if inner is ZERO else Sum(term.index, inner)


def _bound(term: Term) -> frozenset[Index]:
    return frozenset(node.index for node in subterms(term) if isinstance(node, Sum))


_RULES: dict[type[Term], Callable[[Differentiator, Any], Term]] = {
    Number: _zero,
    Size: _zero,
    Index: _zero,
    Delta: _zero,
    Symbol: _symbol,
    Entry: _entry,
    Add: _add,
    Mul: _mul,
    Power: _power,
    Sum: _sum,
}
