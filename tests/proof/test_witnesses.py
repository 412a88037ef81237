"""Witnesses: they evaluate to what they print, at the smallest sizes, exactly where that can be."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
from claim_checks import check_witness, difference, free_in, sizes_in
from exact_oracle import VALUES, World, value
from sympy import Rational, Sum, sqrt
from vocabulary import (
    A,
    T,
    W,
    X,
    a,
    b,
    beta,
    c,
    count,
    decided,
    delta,
    eps,
    gamma,
    grid,
    i,
    j,
    k,
    m,
    n,
    p,
    pos,
    q,
    r,
    seq,
    t,
    u,
    x,
    y,
)

import bnsym as bs
from bnsym import Derivation, derivative
from bnsym.proof.claims import Claim
from bnsym.proof.prover import decide
from bnsym.terms.nodes import Index

m2 = bs.size("m2", 2)
i2 = bs.index("i2", m2)
x2 = bs.tensor("x2", m2)
State = Callable[[Derivation], tuple[Any, Any]]


def variance(d: Derivation) -> Any:
    if "var" in d.definitions:
        return bs.scalar("var")
    mu = d.define("mu", Sum(x[i], i) / m)
    return d.define("var", Sum((x[i] - mu) ** 2, i) / m)


def pair(left: Any, right: Any) -> State:
    return lambda d: (left, right)


# name: (the two sides, the sizes at which it first fails)
FALSE: dict[str, tuple[State, dict[str, int]]] = {
    "two scalars": (pair(a, b), {}),
    "a mean is no sum": (pair(Sum(x[i], i) / m, Sum(x[i], i)), {"m": 2}),
    "a sum of squares is no square": (pair(Sum(x[i] ** 2, i), Sum(x[i], i) ** 2), {"m": 2}),
    "an entry for all": (pair(x[i], x[j]), {"m": 2}),
    "transposed": (pair(A[i, j], A[j, i]), {"m": 2}),
    "the wrong size": (pair(Sum(x[i], i) / m, Sum(x[i], i) / n), {"m": 1, "n": 2}),
    "rows and columns": (pair(Sum(Sum(W[i, k], i), k) / m, Sum(Sum(W[i, k], i), k) / n), {"m": 1, "n": 2}),
    "m for m squared": (pair(m, m**2), {"m": 2}),
    "true at one and two": (pair((m - 1) * (m - 2), 0 * m), {"m": 3}),
    "variance is no mean square": (lambda d: (variance(d), Sum(x[i] ** 2, i) / m), {"m": 1}),
    "variance is 0": (lambda d: (variance(d), 0), {"m": 2}),
    "unbiased is biased": (lambda d: (variance(d) * m / (m - 1), variance(d)), {"m": 2}),
    "normalized has variance one": (lambda d: (variance(d) / (variance(d) + eps), 1), {"m": 1}),
    "epsilon outside the root": (lambda d: (sqrt(variance(d) + eps), sqrt(variance(d)) + eps), {"m": 1}),
    "the standard deviations average": (
        lambda d: (Sum(sqrt(Sum(X[r, c] ** 2, c)), r), sqrt(Sum(Sum(X[r, c] ** 2, c), r))),
        {"N": 2, "C": 1},
    ),
    "an unequal average": (
        lambda d: (
            Sum(Sum(grid[t, u], (u, 1, count[t])) / count[t], t) / T,
            Sum(Sum(grid[t, u], (u, 1, count[t])), t) / Sum(count[t], t),
        ),
        {"T": 2},
    ),
    "delta is one": (pair(delta(p, q), 1), {"m": 2}),
    "at least two": (pair(Sum(x2[i2] ** 2, i2), Sum(x2[i2], i2) ** 2 / m2), {"m2": 2}),
    "a gradient without its projection": (pair(derivative(Sum(x[i], i) ** 2, x[p]), 2 * x[p]), {"m": 2}),
    "a positive sum": (pair(Sum(pos[i], i), pos[p]), {"m": 2}),
    "a root is no half": (pair(sqrt(a**2 + eps), (a + eps) / 2), {}),
    "the sign of a root": (pair(sqrt(a**2), a), {}),
    "covariance": (pair(Sum(x[i] * y[i], i) / m, Sum(x[i], i) * Sum(y[i], i) / m**2), {"m": 2}),
    "gamma or beta": (pair(gamma * x[i] + beta, beta * x[i] + gamma), {"m": 1}),
    "a third": (pair(Rational(1, 3) * a, a / 2), {}),
    "all but the last": (pair(Sum(x[u], (u, 1, m - 1)), Sum(x[i], i) - x[1]), {"m": 2}),
}


def refuted(name: str) -> tuple[Claim, Any]:
    state, _ = FALSE[name]
    d = Derivation("test")
    left, right = state(d)
    d.refute("claim", left, right)
    claim = d.theorems[-1].claim
    decision = decide(claim)
    assert decision.verdict == "refuted", decision.detail
    return claim.expanded(), decision.witness


@pytest.mark.parametrize("name", FALSE)
def test_a_witness_evaluates_to_the_values_that_it_prints(name: str) -> None:
    claim, witness = refuted(name)
    check_witness(claim, witness, name)
    assert f"left = {witness.left}, right = {witness.right}" in str(witness)
    for size, value_ in witness.sizes.items():
        assert f"{size}={value_}" in str(witness)


@pytest.mark.parametrize("name", FALSE)
def test_a_witness_has_the_smallest_sizes(name: str) -> None:
    claim, witness = refuted(name)
    assert witness.sizes == FALSE[name][1]
    for world, places in smaller_worlds(claim, sum(witness.sizes.values())):
        assert difference(claim, world, places) is None, f"{name} fails at {world.sizes} already"


def smaller_worlds(claim: Claim, limit: int) -> Iterator[tuple[World, dict[Index, int]]]:
    """Many worlds whose sizes sum to less than the limit."""
    sizes = sizes_in(claim)
    for lengths in product(range(1, 4), repeat=len(sizes)):
        if sum(lengths) >= limit or any(at < size.least for at, size in zip(lengths, sizes, strict=True)):
            continue
        for seed in range(40):
            world = World(
                dict(zip((s.name for s in sizes), lengths, strict=True)), seed, dict(claim.definitions)
            )
            random = Random(seed)
            yield world, {index: random.randint(1, int(value(index.high, world))) for index in free_in(claim)}


def test_the_values_of_a_witness_are_simple() -> None:
    """Small numbers, as many zeros as can be."""
    for name in FALSE:
        _, witness = refuted(name)
        values = [*witness.scalars.values(), *witness.entries.values()]
        assert all(abs(number) <= 5 and number.denominator <= 2 for number in values), (name, str(witness))
        assert len(values) <= 8, (name, str(witness))


def test_roots_are_made_rational_where_a_perfect_square_exists() -> None:
    exact = ("epsilon outside the root", "a root is no half", "the sign of a root")
    for name in exact:
        _, witness = refuted(name)
        assert witness.left.exact and witness.right.exact, (name, str(witness))


def test_a_root_that_cannot_be_rational_is_enclosed() -> None:
    outcome = decided(lambda d: d.refute("claim", sqrt(2) * a, Rational(3, 2) * a))
    assert outcome.verdict == "refuted"
    assert "1.414213562" in str(outcome.witness)
    two = decided(lambda d: d.refute("claim", sqrt(a**2 + 1), sqrt(a**2 + 2)))
    assert two.verdict == "refuted"


def test_an_irrational_equality_is_not_refuted_by_rounding() -> None:
    """Equal, by a law that the normal form does not know: never refuted."""
    outcome = decided(lambda d: d.prove("claim", sqrt(2) * sqrt(a**2 + 3), sqrt(2 * a**2 + 6)))
    assert outcome.verdict in ("proved", "unknown")
    other = decided(lambda d: d.prove("claim", sqrt(5 + 2 * sqrt(6)), sqrt(2) + sqrt(3)))
    assert other.verdict in ("proved", "unknown")


def test_what_a_need_excludes_is_no_counterexample() -> None:
    """x*(1/x) = 1 fails nowhere where x is not 0."""
    inverse = 1 / a
    outcome = decided(lambda d: d.prove("claim", d.define("inv", inverse) * a, 1))
    assert (outcome.verdict, outcome.needs) == ("proved", ("a != 0",))


def test_an_assumption_is_kept_by_a_witness() -> None:
    d = Derivation("test")
    d.refute("claim", Sum(pos[i], i), eps * count[t])
    witness = decide(d.theorems[0].claim).witness
    assert witness is not None
    assert all(number > 0 for number in (*witness.scalars.values(), *witness.entries.values()))
    assert all(v.denominator == 1 for (name, _), v in witness.entries.items() if name == "count")


def test_the_printed_arrays_are_the_entries() -> None:
    d = Derivation("test")
    d.refute("claim", Sum(Sum(A[i, j], j) ** 2, i), Sum(Sum(A[i, j] ** 2, j), i))
    witness = decide(d.theorems[0].claim).witness
    assert witness is not None
    rows = tuple(tuple(witness.entries["A", (row, column)] for column in (1, 2)) for row in (1, 2))
    shown = "(" + ", ".join("(" + ", ".join(map(str, row)) + ")" for row in rows) + ")"
    assert f"A={shown}" in str(witness)
    assert set(rows[0] + rows[1]) <= set(VALUES) | {Fraction(0)}


def test_entries_are_printed_with_their_positions_where_these_are_not_all() -> None:
    """seq[3] = 1 alone must not read as seq[1] = 1."""
    third = seq[3] * Sum(x[i] ** 2, i)
    witness = decided(lambda d: d.refute("claim", third, 0)).witness
    assert witness is not None
    assert "seq[3]=" in witness and "seq=(" not in witness
    gap = decided(lambda d: d.refute("claim", seq[1] + 0 * x[1] + seq[3], 0)).witness
    assert gap is not None
    assert "seq[" in gap
