"""Derivatives against dual numbers of the tests' own: exact Fractions with a derivative beside each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from exact_oracle import NoValueError, World, close, root, value, whole
from hypothesis import given, settings
from hypothesis import strategies as st
from term_families import DEFINITIONS, A, E, Family, M, N, P, S, V, W, X, over, places_in, worlds

from bnsym.calculus.derivative import Differentiator, expand_partials
from bnsym.calculus.normal import Normalizer
from bnsym.errors import BnsymError, UnsupportedTermError, UsageError
from bnsym.terms import nodes
from bnsym.terms.nodes import Add, Delta, Entry, Mul, Partial, Power, Sign, Sum, Tensor, Term, number
from bnsym.terms.text import text


@dataclass(frozen=True)
class Dual:
    """value + slope * h, with h * h = 0."""

    value: Fraction
    slope: Fraction = Fraction(0)

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    def raised(self, exponent: Fraction) -> Dual:
        """u ** k; a root of 0 and a negative power of 0 have no derivative."""
        if exponent.denominator == 2:
            if self.value <= 0:
                raise NoValueError
            half = root(self.value)
            return Dual(half, self.slope / (2 * half)).raised(exponent * 2)
        if exponent < 0 and self.value == 0:
            raise NoValueError
        k = whole(exponent)
        return Dual(self.value**k, k * self.value ** (k - 1) * self.slope if k else Fraction(0))


@dataclass
class Along:
    """A world in which one entry (or scalar) carries the slope 1."""

    world: World
    name: str
    at: tuple[int, ...]

    def dual(self, term: Term, places: Mapping[Term, Fraction]) -> Dual:
        rule = _RULES.get(type(term))
        return rule(self, term, places) if rule else Dual(plain(term, self.world, places))


def plain(term: Term, world: World, places: Mapping[Term, Fraction]) -> Fraction:
    """Numbers, sizes, indices, deltas: nothing that a slope may run through."""
    return value(term, world, {key: int(at) for key, at in places.items()})  # type: ignore[misc]


def _entry(along: Along, term: Entry, places: Mapping[Term, Fraction]) -> Dual:
    at = tuple(whole(plain(index, along.world, places)) for index in term.indices)
    definition = along.world.definitions.get(term.tensor.name)
    if definition is not None:
        return along.dual(definition.body, dict(zip(definition.parameters, map(Fraction, at), strict=True)))
    slope = Fraction(int((term.tensor.name, at) == (along.name, along.at)))
    return Dual(along.world.entry(term.tensor.name, at, str(term.tensor.sign)), slope)


def _symbol(along: Along, term: nodes.Symbol, places: Mapping[Term, Fraction]) -> Dual:
    return Dual(
        along.world.scalar(term.name, str(term.sign)),
        Fraction(int((term.name, ()) == (along.name, along.at))),
    )


def _add(along: Along, term: Add, places: Mapping[Term, Fraction]) -> Dual:
    total = Dual(Fraction(0))
    for part in term.terms:
        total = total + along.dual(part, places)
    return total


def _mul(along: Along, term: Mul, places: Mapping[Term, Fraction]) -> Dual:
    total = Dual(Fraction(1))
    for part in term.factors:
        total = total * along.dual(part, places)
    return total


def _power(along: Along, term: Power, places: Mapping[Term, Fraction]) -> Dual:
    return along.dual(term.base, places).raised(plain(term.exponent, along.world, places))


def _sum(along: Along, term: Sum, places: Mapping[Term, Fraction]) -> Dual:
    low, high = (whole(plain(end, along.world, places)) for end in (term.index.low, term.index.high))
    total = Dual(Fraction(0))
    for at in range(low, high + 1):
        total = total + along.dual(term.body, {**places, term.index: Fraction(at)})
    return total


_RULES: dict[type[Term], Callable[[Along, Any, Mapping[Term, Fraction]], Dual]] = {
    Entry: _entry,
    nodes.Symbol: _symbol,
    Add: _add,
    Mul: _mul,
    Power: _power,
    Sum: _sum,
}

AT, J, K = over("i", M), over("j", M), over("k", N)
FREE = (AT, J, K)
VARIABLES: tuple[Entry | nodes.Symbol, ...] = (
    Entry(X, (AT,)),
    Entry(X, (J,)),
    Entry(S, (AT, J)),
    Entry(S, (J, AT)),
    Entry(S, (AT, AT)),
    Entry(W, (AT, K)),
    Entry(P, (J,)),
    Entry(V, (Add((AT, number(1))),)),
    Entry(X, (number(1),)),
    A,
    E,
)


def check_derivative(term: Term, variable: Entry | nodes.Symbol, seed: int, count: int = 5) -> int:
    """The derivative's value is the dual number's slope, in the worlds where both exist."""
    derived = Differentiator(variable, DEFINITIONS).derivative(term)
    seen = 0
    for world in worlds(seed, count):
        places = places_in(world, FREE, seed)
        exact = {index: Fraction(at) for index, at in places.items()}
        name, at = place_of(variable, world, exact)
        try:
            slope = Along(world, name, at).dual(term, exact).slope
            actual = value(derived, world, places)
        except NoValueError:
            continue
        seen += 1
        assert close(actual, slope), (
            f"d({text(term)})/d({text(variable)}) = {slope}, not {actual} at {world.sizes} {places}"
        )
    return seen


def place_of(
    variable: Entry | nodes.Symbol, world: World, places: Mapping[Term, Fraction]
) -> tuple[str, tuple[int, ...]]:
    if isinstance(variable, nodes.Symbol):
        return variable.name, ()
    return variable.tensor.name, tuple(whole(plain(index, world, places)) for index in variable.indices)


@given(st.integers(0, 10**9))
@settings(max_examples=250, derandomize=True, deadline=None)
def test_a_derivative_is_the_slope(seed: int) -> None:
    random = Random(seed)
    check_derivative(Family(random).term(random.choice((2, 3))), random.choice(VARIABLES), seed)


@given(st.integers(0, 10**9))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_the_derivative_of_a_derivative_is_its_slope(seed: int) -> None:
    random = Random(seed)
    first, second = random.choice(VARIABLES), random.choice(VARIABLES)
    check_derivative(Differentiator(first, DEFINITIONS).derivative(Family(random).term(2)), second, seed)


def test_many_of_the_random_derivatives_are_not_zero() -> None:
    derived = [
        Differentiator(variable, DEFINITIONS).derivative(Family(Random(seed)).term(3))
        for seed in range(40)
        for variable in VARIABLES
    ]
    assert sum(term is not nodes.ZERO for term in derived) > 120


half = Fraction(1, 2)
x_i, x_j = Entry(X, (AT,)), Entry(X, (J,))
squares = Sum(AT, Power(x_i, number(2)))
NAMED: dict[str, tuple[Term, Entry | nodes.Symbol]] = {
    "a bound index with the name of the position": (squares, Entry(X, (AT,))),
    "the entry itself under a sum of that name": (Mul((x_i, squares)), Entry(X, (AT,))),
    "a root of a sum inside a sum, all of one name": (
        Sum(AT, Mul((x_i, Power(Add((squares, E)), number(half))))),
        Entry(X, (AT,)),
    ),
    "a double sum": (Sum(AT, Sum(J, Mul((Entry(S, (AT, J)), x_i, x_j)))), Entry(X, (AT,))),
    "a double sum by the matrix": (Sum(AT, Sum(J, Mul((Entry(S, (AT, J)), x_i, x_j)))), Entry(S, (J, AT))),
    "by the diagonal": (Sum(AT, Sum(J, Power(Entry(S, (AT, J)), number(2)))), Entry(S, (AT, AT))),
    "a quotient": (Mul((x_i, Power(Add((squares, E)), number(-1)))), Entry(X, (J,))),
    "a power of minus three halves": (Power(Add((squares, E)), number(Fraction(-3, 2))), Entry(X, (J,))),
    "a definition that binds the position's name": (
        Entry(DEFINITIONS["root"].tensor, (J,)),
        Entry(S, (J, AT)),
    ),
    "a definition of definitions": (Entry(DEFINITIONS["hat"].tensor, (J, AT)), Entry(X, (AT,))),
    "a shorter range": (
        Sum(over("i", Add((M, number(-1)))), Power(Entry(X, (over("i", Add((M, number(-1)))),)), number(2))),
        Entry(X, (J,)),
    ),
    "a delta beside it": (Sum(AT, Mul((Delta(AT, J), Power(x_i, number(2))))), Entry(X, (AT,))),
    "a shifted entry": (
        Sum(AT, Power(Entry(V, (Add((AT, number(1))),)), number(2))),
        Entry(V, (Add((J, number(1))),)),
    ),
    "by a scalar in a root": (Sum(AT, Power(Add((Power(x_i, number(2)), E)), number(half))), E),
    "a symbolic power": (Sum(AT, Mul((Power(E, AT), x_i))), E),
    "the same entry three times": (Mul((x_i, x_i, x_i)), Entry(X, (AT,))),
    "a number": (number(3), A),
    "a ragged sum": (Sum(over("j", Entry(nodes.Tensor("c", (N,), Sign.COUNT), (K,))), Mul((A, A))), A),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_derivative_is_the_slope(name: str) -> None:
    term, variable = NAMED[name]
    assert check_derivative(term, variable, 11, 12) >= 6


@pytest.mark.parametrize("name", NAMED)
def test_a_named_second_derivative_is_the_slope_of_the_first(name: str) -> None:
    term, variable = NAMED[name]
    derived = Differentiator(variable, DEFINITIONS).derivative(term)
    for second in (Entry(X, (J,)), Entry(S, (AT, J)), E):
        assert check_derivative(derived, second, 5, 8) >= 4


def test_second_derivatives_commute() -> None:
    term = Power(Add((squares, Mul((A, x_j)), E)), number(half))
    by = (Entry(X, (AT,)), A)
    first, second = (expand_partials(Partial(Partial(term, p), q), {}) for p, q in (by, by[::-1]))
    assert Normalizer({}).equal(first, second)
    assert not Normalizer({}).equal(first, Mul((number(2), second)))


def test_a_derivative_by_what_is_no_real_variable_is_refused() -> None:
    for wrong in (M, AT, number(2), squares):
        with pytest.raises(UsageError):
            Differentiator(wrong, {})
    with pytest.raises(BnsymError):
        Differentiator(Entry(Tensor("c", (N,), Sign.COUNT), (K,)), {}).derivative(M)


def test_a_kind_without_a_rule_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedTermError, match="Partial"):
        Differentiator(A, {}).derivative(Partial(A, A))
