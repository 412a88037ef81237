"""What is said of a sign holds at exact random points; and what cannot be known is not said."""

from fractions import Fraction
from random import Random

import pytest
from exact_oracle import NoValueError, value
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Sum as Total
from term_families import DEFINITIONS, E, Family, M, N, P, X, Z, over, places_in, worlds
from vocabulary import a, b, claim, delta, eps, g, i, j, m, n, p, pos, x

from bnsym.calculus.signs import Signs
from bnsym.terms.nodes import Add, Delta, Entry, Index, Mul, Power, Sign, Sum, Symbol, Term, number
from bnsym.terms.text import text

AT, J = over("i", M), over("j", M)
A = Symbol("a", Sign.REAL)
NN = Symbol("nn", Sign.NONNEGATIVE)
FREE = Family(Random(0)).free


def check_said(term: Term, seed: int, count: int = 8) -> bool:
    """True if anything is said of the term's sign; it must hold in every world."""
    said = Signs(DEFINITIONS).of(term)
    for world in worlds(seed, count):
        try:
            places = places_in(world, FREE, seed)
            if isinstance(term, Index) and term not in places:
                places[term] = int(value(term.low, world))
            actual = value(term, world, places)
        except NoValueError:
            continue
        where = f"{text(term)} = {actual} at {world.sizes}; said {said}"
        assert actual >= 0 or not said.above, where
        assert actual <= 0 or not said.below, where
        assert actual != 0 or not said.nonzero, where
    return said.above or said.below or said.nonzero


@given(st.integers(0, 10**9))
@settings(max_examples=400, derandomize=True, deadline=None)
def test_what_is_said_holds(seed: int) -> None:
    random = Random(seed)
    term = Family(random).term(random.choice((2, 3)))
    check_said(term, seed)
    check_said(Power(term, number(2)), seed, 4)
    check_said(Add((Power(term, number(2)), E)), seed, 4)


def test_something_is_said_often() -> None:
    said = sum(check_said(Family(Random(seed)).term(3), seed, 3) for seed in range(300))
    assert said > 60


def product(*factors: Term) -> Term:
    return Mul(factors)


minus = number(-1)
x_i, x_j, p_i = Entry(X, (AT,)), Entry(X, (J,)), Entry(P, (AT,))
squared = Power(x_i, number(2))

# name: (term, is it said to be >= 0, <= 0, != 0)
SAID: dict[str, tuple[Term, tuple[bool, bool, bool]]] = {
    "an entry": (x_i, (False, False, False)),
    "a positive entry": (p_i, (True, False, True)),
    "minus a positive entry": (product(minus, p_i), (False, True, True)),
    "a square": (squared, (True, False, False)),
    "a square as a product": (product(x_i, x_i), (True, False, False)),
    "a product of two": (product(x_i, x_j), (False, False, False)),
    "a cube": (Power(x_i, number(3)), (False, False, False)),
    "a cube of a positive entry": (Power(p_i, number(3)), (True, False, True)),
    "a square and a positive scalar": (Add((squared, E)), (True, False, True)),
    "a square and a real scalar": (Add((squared, A)), (False, False, False)),
    "a square less a positive scalar": (Add((squared, product(minus, E))), (False, False, False)),
    "a nonzero scalar": (Z, (False, False, True)),
    "its square": (Power(Z, number(2)), (True, False, True)),
    "its product with a real one": (product(Z, A), (False, False, False)),
    "a nonnegative scalar": (NN, (True, False, False)),
    "a nonnegative and a positive one": (Add((NN, E)), (True, False, True)),
    "a nonnegative times a positive one": (product(NN, E), (True, False, False)),
    "nothing": (number(0), (True, True, False)),
    "a size": (M, (True, False, True)),
    "a size less one": (Add((M, number(-1))), (True, False, False)),
    "a size less two": (Add((M, number(-2))), (False, False, False)),
    "two sizes less one": (Add((M, N, number(-1))), (True, False, True)),
    "two sizes less two": (Add((M, N, number(-2))), (True, False, False)),
    "a difference of sizes": (Add((M, product(minus, N))), (False, False, False)),
    "an index": (AT, (True, False, True)),
    "an index from 0": (Index("i", number(0), M), (True, False, False)),
    "an index from -1": (Index("i", number(-1), M), (False, False, False)),
    "a sum of positive entries": (Sum(AT, p_i), (True, False, True)),
    "a sum of squares": (Sum(AT, squared), (True, False, False)),
    "a sum of real entries": (Sum(AT, x_i), (False, False, False)),
    "a sum of nonzero ones": (Sum(AT, Z), (False, False, False)),
    "a sum that may be empty": (Sum(Index("i", number(1), Add((M, number(-1)))), E), (True, False, False)),
    "a sum from 2": (Sum(Index("i", number(2), M), E), (True, False, False)),
    "delta": (Delta(AT, J), (True, False, False)),
    "a root": (Power(x_i, number(Fraction(1, 2))), (True, False, False)),
    "a product of a size and a square": (product(M, squared), (True, False, False)),
    "minus a sum of squares": (product(minus, Sum(AT, squared)), (False, True, False)),
    "one over a positive entry": (Power(p_i, minus), (True, False, True)),
    "one over a real entry": (Power(x_i, minus), (False, False, True)),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_and_what_is_not(name: str) -> None:
    term, expected = SAID[name]
    said = Signs({}).of(term)
    assert (said.above, said.below, said.nonzero) == expected
    check_said(term, 7, 12)


def test_a_defined_entry_has_the_sign_of_its_body() -> None:
    assert Signs(DEFINITIONS).of(Entry(DEFINITIONS["root"].tensor, (AT,))).positive
    assert not Signs({}).of(Entry(DEFINITIONS["root"].tensor, (AT,))).above
    assert not Signs(DEFINITIONS).of(Entry(DEFINITIONS["hat"].tensor, (AT, J))).above


def test_signs_decide_orders_both_ways() -> None:
    true = [
        (x[i] ** 2 + eps, ">", 0),
        (Total(pos[i], i), ">", 0),
        (a, "<=", a + b**2),
        (m * n, ">=", m),
        (pos[p], "<", Total(pos[i], i) + pos[p]),
    ]
    for left, relation, right in true:
        assert claim(left, right, relation).verdict in ("proved", "unknown"), (left, relation, right)
    false = [
        (x[i], ">", 0),
        (Total(g[i], i), ">=", 0),
        (a, "<", a + b**2),
        (delta(i, j), ">", 0),
        (m, ">", n),
        (m - 1, ">", 0),
    ]
    for left, relation, right in false:
        assert claim(left, right, relation).verdict == "refuted", (left, relation, right)
