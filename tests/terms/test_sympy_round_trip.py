"""Terms to SymPy and back, and text that tells terms apart."""

from itertools import combinations, product
from random import Random

import pytest
import sympy
from exact_oracle import close
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Sum, sqrt
from term_families import DEFINITIONS, E, Family, M, N, S, X, over, places_in, value_or_none, worlds
from term_families import A as SCALAR
from vocabulary import A, T, W, a, b, count, delta, eps, grid, i, j, k, m, n, p, pos, t, u, x, y

import bnsym as bs
from bnsym.errors import SizeError
from bnsym.terms.from_sympy import Reader
from bnsym.terms.nodes import Add, Delta, Entry, Mul, Power, Term, number
from bnsym.terms.nodes import Sum as Total
from bnsym.terms.text import text
from bnsym.terms.to_sympy import to_sympy

EXPRESSIONS = {
    "number": sympy.Integer(7),
    "fraction": Rational(-3, 2),
    "scalar": a,
    "positive scalar": eps,
    "size": m,
    "size of at least two": bs.size("m2", 2),
    "index": i,
    "entry": x[i],
    "matrix entry": W[i, k],
    "positive entry": pos[j],
    "length": count[t],
    "entry of a sequence": grid[t, u + m - u],
    "sum": a + b + x[i],
    "product": a * x[i] * y[j],
    "quotient": (a + b) / (m * x[i]),
    "root": sqrt(x[i] ** 2 + eps),
    "one over a root": 1 / sqrt(x[i] ** 2 + eps),
    "power": (a + b) ** 3,
    "power of a size": eps ** (T - t),
    "finite sum": Sum(x[i] ** 2, i),
    "double sum": Sum(A[i, j] * x[i], i, j),
    "nested sum": Sum(x[j] * Sum(A[i, j], i), j),
    "sum of a plain symbol": Sum(x[u], (u, 1, m - 1)),
    "shifted sum": Sum(x[u + 1], (u, 0, m - 1)),
    "ragged sum": Sum(Sum(grid[t, u], (u, 1, count[t])), t),
    "product of sizes": Sum(x[i], i) / (m * n),
    "delta": delta(i, j) * x[i],
    "derivative": bs.derivative(Sum(x[i] ** 2, i), x[p]),
    "sum to m + n": Sum(sympy.IndexedBase("long", shape=(m + n,), real=True)[u], (u, 1, m + n)),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_reading_what_was_written_gives_the_term(name: str) -> None:
    reader = Reader({})
    term = reader.read(EXPRESSIONS[name])
    assert reader.read(to_sympy(term)) is term
    assert Reader({}).read(to_sympy(term)) is term


@given(st.integers(0, 10**9))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_a_random_term_keeps_its_value(seed: int) -> None:
    """SymPy may rearrange what it is given; the value stays."""
    family = Family(Random(seed))
    term = family.term(2)
    try:
        back = Reader(DEFINITIONS).read(to_sympy(term))
    except (
        SizeError,
        bs.UnsupportedTermError,
        bs.ScopeError,
    ):  # an index beyond its axis, a name used twice, zoo
        return
    for world in worlds(seed, 4):
        places = places_in(world, family.free)
        expected = value_or_none(term, world, places)
        if expected is not None:
            actual = value_or_none(back, world, places)
            assert actual is not None and close(actual, expected), (text(term), text(back))


def test_most_random_terms_come_back() -> None:
    back = 0
    for seed in range(100):
        term = Family(Random(seed)).term(2)
        try:
            back += bool(Reader(DEFINITIONS).read(to_sympy(term)))
        except (SizeError, bs.UnsupportedTermError, bs.ScopeError):
            continue
    assert back >= 60


# -- text -----------------------------------------------------------------------------------------------

AT, J = over("i", M), over("j", M)
LEAVES: tuple[Term, ...] = (SCALAR, E, number(2), number(-1), Entry(X, (AT,)))


def small_family() -> list[Term]:
    """All terms of two operations over five leaves."""
    first = [*LEAVES]
    first += [Add(pair) for pair in product(LEAVES[:3], repeat=2)] + [
        Mul(pair) for pair in product(LEAVES[:4], repeat=2)
    ]
    first += [Power(leaf, number(e)) for leaf in LEAVES for e in (-2, -1, 2, 3)]
    first += [Total(AT, leaf) for leaf in LEAVES]
    second = [Add((left, right)) for left, right in product(first, LEAVES[:2])]
    second += [Mul((left, right)) for left, right in product(first, LEAVES[:3])]
    second += [Mul((right, left)) for left, right in product(first, LEAVES[:3])]
    second += [Power(term, number(e)) for term in first for e in (-1, 2)]
    second += [Total(J, term) for term in first]
    return list(dict.fromkeys(first + second))


def test_terms_of_one_text_have_one_value() -> None:
    """A text says what is meant: terms that differ in value differ in text."""
    terms = small_family()
    assert len(terms) > 400
    by_text: dict[str, list[Term]] = {}
    for term in terms:
        by_text.setdefault(text(term), []).append(term)
    for written, same in by_text.items():
        for left, right in combinations(same, 2):
            for world in worlds(1, 6):
                places = places_in(world, (AT, J))
                values = [value_or_none(term, world, places) for term in (left, right)]
                assert None in values or values[0] == values[1], (written, left, right)


def test_most_texts_are_of_one_term_alone() -> None:
    terms = small_family()
    assert len({text(term) for term in terms}) > 0.9 * len(terms)


TEXTS = {
    "a - b": a - b,
    "-a": -a,
    "a/(b*m)": a / (b * m),
    "sum(x[i]**2, i=1..m)/m": Sum(x[i] ** 2, i) / m,
    "sqrt(epsilon + x[i]**2)": sqrt(x[i] ** 2 + eps),
    "1/sqrt(epsilon)": 1 / sqrt(eps),
    "(a + b)**2": (a + b) ** 2,
    "a*(b + x[i])": a * (b + x[i]),
    "d(sum(x[i], i=1..m))/d(x[p])": bs.derivative(Sum(x[i], i), x[p]),
}


@pytest.mark.parametrize("written", TEXTS)
def test_the_text_of_a_term(written: str) -> None:
    assert text(Reader({}).read(TEXTS[written])) == written


def test_a_denominator_keeps_its_brackets() -> None:
    nested = Mul((SCALAR, Power(Mul((E, Power(N, number(-1)))), number(-1))))
    assert text(nested) == "a/(e/n)"
    assert text(Mul((Mul((SCALAR, Power(E, number(-1)))), Power(N, number(-1))))) == "(a/e)/n"
    assert text(Power(Power(SCALAR, number(2)), number(3))) == "(a**2)**3"
    assert text(Delta(AT, J)) == "delta(i, j)"
    assert text(Entry(S, (AT, J))) == "s[i, j]"
