"""The normal form against an evaluator of its own: it has the term's value, and equal means equal."""

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from exact_oracle import NoValueError, World, close, polynomial_value, value
from hypothesis import given, settings
from hypothesis import strategies as st
from rewritings import faulty, rewritten
from term_families import DEFINITIONS, E, Family, M, N, W, X, over, places_in, value_or_none, worlds

from bnsym.calculus.algebra import WorkLimitError
from bnsym.calculus.normal import Normalizer
from bnsym.errors import SizeError, UndefinedValueError, UnsupportedTermError
from bnsym.terms.nodes import Add, Delta, Entry, Index, Mul, Power, Sum, Term, number
from bnsym.terms.text import text

AT = over("i", M)
SEEDS = st.integers(0, 10**9)
QUICK = settings(max_examples=220, derandomize=True, deadline=None)
MANY = settings(max_examples=80, derandomize=True, deadline=None)
COST_LIMIT = 3000  # places at which the atoms of a normal form are evaluated, in a world of sizes 3
NO_ANSWER = (WorkLimitError, RecursionError, SizeError, UndefinedValueError)  # as the prover takes them


def drawn_term(seed: int, depth: int) -> tuple[Term, Family]:
    family = Family(Random(seed))
    return family.term(depth), family


def cost(polynomial: dict) -> int:
    """A bound for the work of the oracle: it goes through every place of every sum."""
    return sum(1 + sum(atom_cost(atom) for atom, _ in monomial) for monomial in polynomial)


def atom_cost(atom: Any) -> int:
    match atom.kind:
        case "sum":
            binders, body = atom.payload
            return int(4 ** len(binders)) * (1 + cost({body: 1}))
        case "opaque":
            return 4 * cost(atom.payload[1])
        case "radical":
            return cost(atom.payload.square)
    return 1


def check_value(seed: int, depth: int) -> None:
    term, family = drawn_term(seed, depth)
    try:
        normal = Normalizer(DEFINITIONS).normal_form(term)
    except NO_ANSWER:
        return
    if cost(normal) > COST_LIMIT:
        return
    for world in worlds(seed, 6):
        places = places_in(world, family.free)
        expected = value_or_none(term, world, places)
        if expected is None:
            continue
        try:
            actual = polynomial_value(normal, world, {index.name: at for index, at in places.items()})
        except NoValueError:  # a factor 0, or an empty sum, hid what the normal form shows
            continue
        assert close(actual, expected), (seed, text(term), world.sizes, places)


@given(SEEDS)
@QUICK
def test_normal_form_has_the_value_of_the_term(seed: int) -> None:
    check_value(seed, 3)


@pytest.mark.slow
@given(SEEDS)
@MANY
def test_normal_form_has_the_value_of_a_deeper_term(seed: int) -> None:
    check_value(seed, 4)


def disagreement(left: Term, right: Term, free: tuple[Index, ...], seed: int, count: int = 6) -> str:
    """A world at which two terms differ, in words; empty where none was found."""
    for world in worlds(seed, count):
        places = places_in(world, free, seed)
        values = [value_or_none(term, world, places) for term in (left, right)]
        if None not in values and not close(*values):
            return f"{text(left)} = {values[0]}, {text(right)} = {values[1]} at {world.sizes}, {places}"
    return ""


def equal(left: Term, right: Term) -> bool | None:
    try:
        return Normalizer(DEFINITIONS).equal(left, right)
    except (*NO_ANSWER, UnsupportedTermError):
        return None


def check_rewriting(seed: int, depth: int) -> bool | None:
    random = Random(seed)
    family = Family(random)
    term = family.term(depth)
    other = rewritten(term, random)
    assert not disagreement(term, other, family.free, seed), "the test's own rewriting is wrong"
    return equal(term, other)


def test_a_valid_rewriting_is_seen_as_equal() -> None:
    answers = [check_rewriting(seed, 3) for seed in range(300)]
    decided = [answer for answer in answers if answer is not None]
    assert len(decided) >= 250  # a shifted ragged range may be refused
    assert sum(decided) >= 0.99 * len(decided)


@pytest.mark.slow
def test_a_valid_rewriting_of_a_deeper_term_is_seen_as_equal() -> None:
    answers = [check_rewriting(seed, 4) for seed in range(1000, 1150)]
    decided = [answer for answer in answers if answer is not None]
    assert sum(decided) >= 0.97 * len(decided)


def check_fault(seed: int, depth: int) -> None:
    random = Random(seed)
    family = Family(random)
    term = family.term(depth)
    for other in (faulty(term, random), faulty(rewritten(term, random), random)):
        if other is not None and equal(term, other):
            assert not disagreement(term, other, family.free, seed, 12)


@given(SEEDS)
@QUICK
def test_equal_is_never_said_of_terms_that_differ_somewhere(seed: int) -> None:
    check_fault(seed, 3)


@pytest.mark.slow
@given(SEEDS)
@MANY
def test_equal_is_never_said_of_deeper_terms_that_differ_somewhere(seed: int) -> None:
    check_fault(seed, 4)


def test_the_oracle_itself_tells_the_faults() -> None:
    """Most faults show in some world: else the test above would be blind."""
    told = 0
    for seed in range(150):
        random = Random(seed)
        family = Family(random)
        term = family.term(3)
        other = faulty(term, random)
        told += other is not None and bool(disagreement(term, other, family.free, seed))
    assert told > 100


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Sum(AT, Entry(X, (AT,))), 9),
        (Sum(AT, Sum(AT, Entry(X, (AT,)))), 27),
        (Sum(AT, Mul((Delta(AT, M), Entry(X, (AT,))))), 4),
        (Power(Sum(AT, Power(Entry(X, (AT,)), number(2))), number(Fraction(1, 2))), None),
        (Sum(over("k", Add((M, number(-1)))), M), 6),
        (Power(Add((Entry(X, (AT,)), number(1))), number(Fraction(-1, 2))), Fraction(1, 2)),
    ],
    ids=str,
)
def test_the_oracle_against_values_worked_out_by_hand(term: Term, expected: Fraction | None) -> None:
    world = World({"m": 3, "n": 1}, entries={("x", (k,)): Fraction(v) for k, v in ((1, 2), (2, 3), (3, 4))})
    actual = value(term, world, {AT: 2})
    assert actual == expected if expected is not None else abs(actual**2 - 29) < Fraction(1, 2**200)


def test_a_division_under_a_root_leaves_normal_monomials() -> None:
    """m/(m - 1) is 1 + 1/(m - 1) inside a root too, whether the root was read at a place or moved to it."""
    i, j, k = over("i", M), over("j", N), over("k", N)
    unbiased = Power(Add((M, number(-1))), number(-1))

    def deviation(at: Index) -> Term:
        rows = Sum(i, Power(Entry(W, (i, at)), number(2))), Power(Sum(i, Entry(W, (i, at))), number(2))
        spread = Add((rows[0], Mul((number(-1), rows[1], Power(M, number(-1))))))
        return Power(Add((Mul((spread, unbiased)), E)), number(Fraction(-1, 2)))

    moved = Sum(j, Mul((Delta(j, k), deviation(j))))
    assert Normalizer({}).equal(deviation(k), moved)
    assert not Normalizer({}).equal(deviation(k), Mul((number(2), moved)))
