"""What must hold besides the equation: needs that are shown, and claims that only look true."""

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Abs, Rational, Sum, sqrt
from vocabulary import (
    T,
    a,
    b,
    claim,
    count,
    decided,
    delta,
    eps,
    grid,
    i,
    j,
    m,
    n,
    p,
    pos,
    q,
    seq,
    t,
    u,
    x,
    z,
)

import bnsym as bs
from bnsym import Derivation

m2 = bs.size("m2", 2)
minus_square = -1 - a**2
inverse = sympy.Pow(a, -1)
PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"


def uncancelled(*factors: Any) -> Any:
    return sympy.Mul(*factors, evaluate=False)


# name: (left, relation, right, verdict, needs)
CLAIMS: dict[str, tuple[Any, str, Any, str, tuple[str, ...]]] = {
    "the root of a square is no identity": (sqrt(a**2), "=", a, REFUTED, ()),
    "it is the absolute value": (sqrt(a**2), "=", Abs(a), PROVED, ()),
    "the root of a square of a sum": (sqrt((a + 1) ** 2), "=", a + 1, REFUTED, ()),
    "the root of a positive square": (sqrt(eps**2), "=", eps, PROVED, ("epsilon > 0",)),
    "an entry's root": (sqrt(x[i] ** 2), "=", x[i], REFUTED, ()),
    "a positive entry's root": (sqrt(pos[i] ** 2), "=", pos[i], PROVED, ("pos > 0",)),
    "a root squared needs its radicand": (uncancelled(sqrt(a), sqrt(a), b), "=", a * b, PROVED, ("a >= 0",)),
    "a root is not negative": (sqrt(a), ">=", 0, PROVED, ("a >= 0",)),
    "a root may be zero": (sqrt(a), ">", 0, REFUTED, ()),
    "one over a root is positive": (1 / sqrt(a), ">", 0, PROVED, ("a > 0",)),
    "x over x needs x": (uncancelled(a, inverse), "=", 1, PROVED, ("a != 0",)),
    "two entries need both": (
        uncancelled(x[p], 1 / x[p]) + uncancelled(x[q], 1 / x[q]),
        "=",
        2,
        PROVED,
        ("x[p] != 0", "x[q] != 0"),
    ),
    "a product in a denominator": (1 / (a * b), "=", (1 / a) * (1 / b), PROVED, ("a != 0", "b != 0")),
    "a sum of reciprocals": (
        1 / (1 / a + 1 / b),
        "=",
        a * b / (a + b),
        PROVED,
        ("1/a + 1/b != 0", "a != 0", "a + b != 0", "b != 0"),
    ),
    "division by zero in the claim": (1 / sympy.Add(a, -a, evaluate=False), "=", 1, UNKNOWN, ()),
    "division by a hidden zero": (1 / (Sum(x[i], i) - Sum(x[j], j)), "=", 1, UNKNOWN, ()),
    "zero denominators on both sides": (
        1 / (a - a * Sum(1, i) / m),
        "=",
        1 / (a - a * Sum(1, i) / m),
        UNKNOWN,
        (),
    ),
    "a negative radicand": (sqrt(minus_square), "=", 0, UNKNOWN, ()),
    "a negative radicand, both sides equal": (
        sqrt(minus_square) / minus_square,
        "=",
        -sqrt(minus_square),
        UNKNOWN,
        (),
    ),
    "a radicand that is 0 at best": (sqrt(-(a**2) - b**2), "=", 0, UNKNOWN, ()),
    "less is not less or equal": (a, "<", a, REFUTED, ()),
    "less or equal at equality": (a, "<=", a, PROVED, ()),
    "a square may be zero": (a**2, ">", 0, REFUTED, ()),
    "a square is not negative": (a**2, ">=", 0, PROVED, ()),
    "a sum of squares may be zero": (Sum(x[i] ** 2, i), ">", 0, REFUTED, ()),
    "and with epsilon not": (Sum(x[i] ** 2, i) + eps, ">", 0, PROVED, ("epsilon > 0",)),
    "an index is at least one": (i, ">=", 1, UNKNOWN, ()),
    "an index is positive": (i, ">", 0, PROVED, ()),
    "a size is positive": (m, ">", 0, PROVED, ()),
    "a size less one may be zero": (m - 1, ">", 0, REFUTED, ()),
    "a size less one is not negative": (m - 1, ">=", 0, PROVED, ()),
    "a power needs its base": (a * a**T, "=", a ** (T + 1), PROVED, ("a != 0",)),
    "weights need their base": (a * Sum(a ** (T - t), t), "=", Sum(a ** (T - t + 1), t), PROVED, ("a != 0",)),
    "a power is no product": ((a * b) ** T, "=", a**T * b, REFUTED, ()),
    "an empty sum is zero": (Sum(x[u], (u, 1, m - 1)), "=", Sum(x[i], i) - x[m], PROVED, ()),
    "an empty sum of ones": (Sum(1, (u, 1, m - 1)), "=", m - 1, PROVED, ()),
    "a range from two": (Sum(x[u], (u, 2, m)), "=", Sum(x[i], i) - x[1], PROVED, ()),
    "a telescope that stops early": (Sum(seq[u + 1] - seq[u], (u, 1, m)), "=", seq[m] - seq[1], REFUTED, ()),
    "a fraction refutes": (Sum(x[i] ** 2, i), ">=", Sum(x[i], i) / m, REFUTED, ()),
    "a delta of a size that may be outside": (Sum(delta(u, n), (u, 1, m)), "=", 1, REFUTED, ()),
    "a delta of a number that may be outside": (Sum(delta(u, 2), (u, 1, m)), "=", 1, REFUTED, ()),
    "a delta of a number that is inside": (Sum(delta(u, 2), (u, 1, m2)), "=", 1, PROVED, ("m2 >= 2",)),
    "a delta past the end": (Sum(delta(u, p + 1), (u, 1, m)), "=", 1, REFUTED, ()),
    "a double range that may be empty": (Sum(delta(u, 1), (u, 1, 2 * m - 2)), "=", 1, REFUTED, ()),
    "minus one to a size": ((-1) ** m, "=", 1, REFUTED, ()),
    "minus two to a size": ((-2) ** m, ">", 0, REFUTED, ()),
    "an even root of a power": (sqrt(a ** (2 * m)), "=", a**m, REFUTED, ()),
    "one over a root of a square": (1 / sqrt((a - b) ** 2), "=", 1 / (a - b), REFUTED, ()),
    "a root of a quotient": (sqrt(1 / a**2), "=", 1 / a, REFUTED, ()),
    "a sum without its first is no whole sum": (Sum(x[u], (u, 2, m)), "=", Sum(x[i], i), REFUTED, ()),
    "delta is 0 or 1": (delta(i, j) ** 2, "=", delta(i, j), PROVED, ()),
    "delta of two free indices is not 0": (delta(i, j), "=", 0, REFUTED, ()),
    "delta of two free indices is not 1": (delta(i, j), "=", 1, REFUTED, ()),
    "delta sums to one": (Sum(delta(i, p), i), "=", 1, PROVED, ()),
    "delta over another range": (Sum(delta(u, p), (u, 1, n)), "=", 1, REFUTED, ()),
    "delta over a shorter range": (Sum(delta(u, p), (u, 1, m - 1)), "=", 1, REFUTED, ()),
    "ragged ones": (Sum(1, (u, 1, count[t])), "=", count[t], PROVED, ()),
    "ragged is not even": (Sum(grid[t, u], (u, 1, count[t])), "=", count[t] * grid[t, 1], REFUTED, ()),
    "Jensen": ((Sum(x[i], i) / m) ** 2, ">", Sum(x[i] ** 2, i) / m, REFUTED, ()),
    "a root of the same square": (sqrt(Rational(9, 4)) * a, "=", Rational(3, 2) * a, PROVED, ()),
    "epsilon is not nothing": (sqrt(z**2 + eps), "=", sqrt(z**2), REFUTED, ()),
    "one entry for all": (x[i], "=", x[j], REFUTED, ()),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_verdict_and_its_needs(name: str) -> None:
    left, relation, right, verdict, needs = CLAIMS[name]
    outcome = claim(left, right, relation)
    assert (outcome.verdict, outcome.needs) == (verdict, needs), (outcome.detail, outcome.witness)
    assert (outcome.witness is not None) == (verdict == REFUTED)
    assert verdict == PROVED or outcome.detail or outcome.witness


def variance(d: Derivation) -> tuple[Any, Any]:
    mu = d.define("mu", Sum(x[i], i) / m)
    return mu, d.define("var", Sum((x[i] - mu) ** 2, i) / m)


def without_epsilon(d: Derivation) -> None:
    mu, var = variance(d)
    hat = d.define("hat", i, (x[i] - mu) / sqrt(var))
    d.prove("unit variance", Sum(hat[i] ** 2, i), m)


def with_epsilon(d: Derivation) -> None:
    mu, var = variance(d)
    hat = d.define("hat", i, (x[i] - mu) / sqrt(var + eps))
    d.prove("unit variance", Sum(hat[i] ** 2, i), m)


def unbiased(d: Derivation) -> None:
    mu, var = variance(d)
    wide = d.define("wide", Sum((x[i] - mu) ** 2, i) / (m - 1))
    d.prove("unbiased", wide * (m - 1) / m, var)


def variance_is_positive(d: Derivation) -> None:
    d.prove("positive", variance(d)[1], 0, ">")


def variance_is_not_negative(d: Derivation) -> None:
    d.prove("not negative", variance(d)[1], 0, ">=")


def radicand_is_positive(d: Derivation) -> None:
    d.prove("positive", variance(d)[1] + eps, 0, ">")


def gradient_of_a_root(d: Derivation) -> None:
    _, var = variance(d)
    d.prove("gradient", bs.derivative(sqrt(var), x[p]) * sqrt(var), bs.derivative(var, x[p]) / 2)


def scale_invariance(d: Derivation) -> None:
    """Only for epsilon = 0; with a variance of its own for a*x."""
    mu, var = variance(d)
    scaled = d.define("scaled", Sum((z * x[i] - Sum(z * x[j], j) / m) ** 2, i) / m)
    d.prove("scaled", (z * x[p] - z * mu) ** 2 / scaled, (x[p] - mu) ** 2 / var)


def constant_channel(d: Derivation) -> None:
    """One example: its own mean, variance 0."""
    one = bs.size("one")
    d.prove("alone", Sum((x[i] - Sum(x[j], j) / m) ** 2, i), 0 * one)


DERIVED: dict[Callable[[Derivation], None], tuple[str, tuple[str, ...]]] = {
    without_epsilon: (PROVED, ("var > 0",)),
    with_epsilon: (REFUTED, ()),
    unbiased: (PROVED, ("m >= 2",)),
    variance_is_positive: (REFUTED, ()),
    variance_is_not_negative: (PROVED, ()),
    radicand_is_positive: (PROVED, ("epsilon > 0",)),
    gradient_of_a_root: (PROVED, ("var > 0",)),
    scale_invariance: (PROVED, ("scaled > 0", "var > 0")),
    constant_channel: (REFUTED, ()),
}


@pytest.mark.parametrize("state", DERIVED, ids=lambda state: state.__name__)
def test_the_needs_of_definitions(state: Callable[[Derivation], None]) -> None:
    outcome = decided(state)
    assert (outcome.verdict, outcome.needs) == DERIVED[state], (outcome.detail, outcome.witness)
