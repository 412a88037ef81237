"""The exact value of a term at concrete sizes and values; shares nothing with the normal form.

The arithmetic is a parameter: exact rationals with rigorous enclosures of roots (`terms.enclosure`), or
any other number type with + - * / ** and a square root (the 50-digit oracle of `bnsym.verify`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

from bnsym.errors import UndefinedValueError, UnsupportedTermError
from bnsym.terms.nodes import (
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Power,
    Size,
    Sum,
    Symbol,
    Term,
)
from bnsym.terms.walk import free_indices


class Arithmetic(Protocol):
    """How numbers are made and rooted; their operators do the rest."""

    def number(self, value: Fraction) -> Any:
        """The number for an exact value."""

    def sqrt(self, value: Any) -> Any:
        """The square root; raises UndefinedValueError for a negative value."""

    def is_zero(self, value: Any) -> bool:
        """True when the value is zero or cannot be told from zero."""


@dataclass
class Instance:
    """Concrete sizes, scalars and entries.

    `sizes` maps names to integers, `scalars` names to numbers, `entries` maps (tensor, positions) to
    numbers.  `missing` supplies an entry that is asked for and not there (None: an error).
    """

    sizes: dict[str, int]
    scalars: dict[str, Any]
    entries: dict[tuple[str, tuple[int, ...]], Any]
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    missing: Callable[[Entry, tuple[int, ...]], Any] | None = None


class EvaluationLimitError(Exception):
    """A value takes more work than its evaluator may do."""


class Evaluator:
    """Evaluates terms at one instance; a shared subterm is computed once at each place of its indices.

    `shared=False` computes it as often as it is written, for an arithmetic that counts operations.
    """

    def __init__(
        self, instance: Instance, arithmetic: Arithmetic, limit: float = float("inf"), shared: bool = True
    ) -> None:
        self.shared = shared
        self.instance = instance
        self.arithmetic = arithmetic
        self.limit = limit  # values of subterms that may still be computed
        self._defined: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._known: dict[tuple[Term, tuple[int | None, ...]], Any] = {}

    def value(self, term: Term, environment: Mapping[Term, int] | None = None) -> Any:
        """The value of the term with its free indices at the given positions."""
        rule = _RULES.get(type(term))
        self.limit -= 1
        if self.limit < 0:
            raise EvaluationLimitError
        if rule is None:
            known = ", ".join(sorted(kind.__name__ for kind in _RULES))
            kind = type(term).__name__
            raise UnsupportedTermError(f"no value rule for {kind}; there are rules for {known}")
        if not self.shared or type(term) not in _SHARED:
            return rule(self, term, environment or {})
        return self._once(rule, term, environment or {})

    def _once(self, rule: Callable[..., Any], term: Term, environment: Mapping[Term, int]) -> Any:
        """The value, computed at the first call for these positions (and steps of a recurrence)."""
        steps = [at for name, at in environment.items() if isinstance(name, Size)]
        places = (*(environment.get(index) for index in _ordered_indices(term)), *steps)
        key = (term, places)
        if key not in self._known:
            self._known[key] = rule(self, term, environment)
        return self._known[key]

    def integer(self, term: Term, environment: Mapping[Term, int]) -> int:
        """The value of an index or size term, which must be an integer."""
        if term in environment:
            return environment[term]
        match term:
            case Index(name):
                raise UnsupportedTermError(f"the index {name} has no position here; give it one")
            case Size(name):
                return self.instance.sizes[name]
            case Number(value) if value.denominator == 1:
                return int(value)
            case Add(terms):
                return sum(self.integer(part, environment) for part in terms)
            case Mul(factors):
                product = 1
                for part in factors:
                    product *= self.integer(part, environment)
                return product
            case Entry():
                return int(self.value(term, environment))
            case _:
                raise UnsupportedTermError(f"{type(term).__name__} stands where an integer is needed")

    def positions(self, index: Index, environment: Mapping[Term, int]) -> range:
        """The positions that an index runs over."""
        return range(self.integer(index.low, environment), self.integer(index.high, environment) + 1)


@cache
def _ordered_indices(term: Term) -> tuple[Index, ...]:
    return tuple(free_indices(term))


def _number(evaluator: Evaluator, term: Number, environment: Mapping[Term, int]) -> Any:
    return evaluator.arithmetic.number(term.value)


def _symbol(evaluator: Evaluator, term: Symbol, environment: Mapping[Term, int]) -> Any:
    return evaluator.instance.scalars[term.name]


def _integer(evaluator: Evaluator, term: Term, environment: Mapping[Term, int]) -> Any:
    return evaluator.arithmetic.number(Fraction(evaluator.integer(term, environment)))


def _entry(evaluator: Evaluator, term: Entry, environment: Mapping[Term, int]) -> Any:
    instance = evaluator.instance
    at = tuple(evaluator.integer(index, environment) for index in term.indices)
    key = (term.tensor.name, at)
    if term.tensor.name in instance.definitions:
        if key not in evaluator._defined:
            definition = instance.definitions[term.tensor.name]
            if definition.initial is not None and at == (0,):
                return evaluator.value(definition.initial)
            inner: dict[Term, int] = dict(zip(definition.parameters, at, strict=True))
            evaluator._defined[key] = evaluator.value(definition.body, inner)
        return evaluator._defined[key]
    if key not in instance.entries:
        if instance.missing is None:
            raise UndefinedValueError(f"{term.tensor.name}{list(at)} has no value in this instance")
        instance.entries[key] = instance.missing(term, at)
    return instance.entries[key]


def _add(evaluator: Evaluator, term: Add, environment: Mapping[Term, int]) -> Any:
    total = evaluator.arithmetic.number(Fraction(0))
    for part in term.terms:
        total = total + evaluator.value(part, environment)
    return total


def _mul(evaluator: Evaluator, term: Mul, environment: Mapping[Term, int]) -> Any:
    product = evaluator.arithmetic.number(Fraction(1))
    for part in term.factors:
        product = product * evaluator.value(part, environment)
    return product


def _power(evaluator: Evaluator, term: Power, environment: Mapping[Term, int]) -> Any:
    base = evaluator.value(term.base, environment)
    if isinstance(term.exponent, Number):
        exponent = term.exponent.value
    else:
        exponent = Fraction(evaluator.integer(term.exponent, environment))
    if exponent.denominator == 2:
        base, exponent = evaluator.arithmetic.sqrt(base), exponent * 2
    if exponent.denominator != 1:
        raise UnsupportedTermError(f"the exponent {exponent} is neither an integer nor a half of one")
    if exponent < 0:
        if evaluator.arithmetic.is_zero(base):
            raise UndefinedValueError("division by zero")
        return evaluator.arithmetic.number(Fraction(1)) / base ** int(-exponent)
    return base ** int(exponent)


def _sum(evaluator: Evaluator, term: Sum, environment: Mapping[Term, int]) -> Any:
    total = evaluator.arithmetic.number(Fraction(0))
    inner = dict(environment)
    for position in evaluator.positions(term.index, environment):
        inner[term.index] = position
        total = total + evaluator.value(term.body, inner)
    return total


def _delta(evaluator: Evaluator, term: Delta, environment: Mapping[Term, int]) -> Any:
    same = evaluator.integer(term.left, environment) == evaluator.integer(term.right, environment)
    return evaluator.arithmetic.number(Fraction(int(same)))


_SHARED = (Add, Mul, Power, Sum)
_RULES: dict[type[Term], Callable[[Evaluator, Any, Mapping[Term, int]], Any]] = {
    Number: _number,
    Symbol: _symbol,
    Size: _integer,
    Index: _integer,
    Entry: _entry,
    Add: _add,
    Mul: _mul,
    Power: _power,
    Sum: _sum,
    Delta: _delta,
}
