"""bnsym's own exact values against the tests' evaluator, and enclosures that must hold what they enclose."""

from fractions import Fraction
from math import isqrt
from random import Random

import pytest
from exact_oracle import NoValueError, World, root, value
from hypothesis import given, settings
from hypothesis import strategies as st
from term_families import E, Family, M, N, V, X, Z, over, places_in, worlds

from bnsym.errors import BnsymError, UndefinedValueError
from bnsym.terms.enclosure import Enclosure, ExactArithmetic, enclose, root_above, root_below
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.terms.nodes import Add, Definition, Entry, Mul, Power, Sign, Size, Sum, Tensor, Term, number

FRACTIONS = st.fractions(min_value=-50, max_value=50, max_denominator=40)
QUICK = settings(max_examples=200, derandomize=True, deadline=None)
SLACK = Fraction(1, 2**200)


def evaluated(term: Term, world: World, places: dict) -> Enclosure:
    """bnsym's value at the world, with the entries and scalars that the oracle drew."""
    instance = Instance(
        dict(world.sizes),
        dict(world.scalars),
        dict(world.entries),
        world.definitions,
        lambda entry, at: world.entry(entry.tensor.name, at, str(entry.tensor.sign)),
    )
    return enclose(Evaluator(instance, ExactArithmetic()).value(term, places))


@given(st.integers(0, 10**9))
@QUICK
def test_bnsyms_value_holds_the_value(seed: int) -> None:
    family = Family(Random(seed))
    term = family.term(3)
    for world in worlds(seed, 4):
        for symbol in (E, Z):
            world.scalar(symbol.name, str(symbol.sign))
        world.scalar("a", "real")
        places = places_in(world, family.free)
        try:
            expected = value(term, world, places)
        except NoValueError:
            with pytest.raises(UndefinedValueError):
                evaluated(term, world, places)
            continue
        try:
            actual = evaluated(term, world, places)
        except UndefinedValueError:  # an enclosure of an irrational number that is too near to 0
            continue
        slack = SLACK * (1 + abs(expected))
        assert actual.low - slack <= expected <= actual.high + slack
        assert actual.high - actual.low <= Fraction(1, 2**40) * (1 + abs(expected))


@given(st.lists(st.tuples(FRACTIONS, st.integers(0, 6)), min_size=2, max_size=9))
@QUICK
def test_an_enclosure_holds_what_is_computed(steps: list[tuple[Fraction, int]]) -> None:
    """The same operations on 240-bit values and on enclosures, roots of non-squares among them."""
    arithmetic = ExactArithmetic()
    near, held = steps[0][0], steps[0][0]
    for number_, operation in steps[1:]:
        other_near, other = root(abs(number_)), arithmetic.sqrt(abs(number_))
        match operation:
            case 0 | 1:
                near, held = near + other_near, held + other
            case 2:
                near, held = near - other_near, held + (-1) * other
            case 3 | 4:
                near, held = near * other_near, held * other
            case 5:
                near, held = near**3, held**3
            case 6 if other_near > 0:
                near, held = near / other_near, held * (1 / other)
        if abs(near) > 10**6:
            return
        low, high = enclose(held).low, enclose(held).high
        assert low - Fraction(1, 2**190) <= near <= high + Fraction(1, 2**190)


@given(FRACTIONS.filter(lambda v: v >= 0))
@QUICK
def test_a_root_is_bounded_from_both_sides(number_: Fraction) -> None:
    low, high = root_below(number_), root_above(number_)
    assert low**2 <= number_ <= high**2
    assert high - low <= Fraction(1, 2**96)
    assert ExactArithmetic().sqrt(number_**2) == number_


def test_a_perfect_square_has_an_exact_root() -> None:
    for k in range(200):
        held = ExactArithmetic().sqrt(Fraction(k))
        assert isinstance(held, Fraction) == (isqrt(k) ** 2 == k)


@pytest.mark.parametrize("wrong", [Fraction(-1), Fraction(-1, 10**9)])
def test_a_negative_number_has_no_root(wrong: Fraction) -> None:
    with pytest.raises(UndefinedValueError):
        ExactArithmetic().sqrt(wrong)


def test_two_enclosures_that_meet_are_not_called_different() -> None:
    two = enclose(ExactArithmetic().sqrt(Fraction(2)))
    assert not (two * two).differs(enclose(Fraction(2)))
    assert not two.differs(two)
    assert two.differs(enclose(Fraction(3, 2)))
    assert not two.exact


def test_a_division_by_what_may_be_zero_is_refused() -> None:
    two = enclose(ExactArithmetic().sqrt(Fraction(2)))
    with pytest.raises(UndefinedValueError):
        Fraction(1) / (two + (-1) * two)


def test_a_recurrence_is_computed_from_its_start() -> None:
    steps = Size("s", 1)
    v = Tensor("acc", (None,), Sign.REAL)
    doubled = Definition(
        v, (steps,), Mul((number(2), Entry(v, (Add((steps, number(-1))),)))), initial=number(3)
    )
    world = World({"m": 5, "n": 1}, 0, {"acc": doubled})
    assert value(Entry(v, (M,)), world) == 96
    assert evaluated(Entry(v, (M,)), world, {}) == enclose(Fraction(96))


@pytest.mark.parametrize(
    "term",
    [
        Entry(X, (over("i", M),)),
        Power(M, number(Fraction(1, 3))),
        Entry(V, (Mul((M, Power(N, number(-1)))),)),
    ],
    ids=["a free index without a place", "a cube root", "a fraction as a position"],
)
def test_what_has_no_value_is_refused(term: Term) -> None:
    with pytest.raises(BnsymError):
        evaluated(term, World({"m": 3, "n": 2}), {})


def test_an_empty_sum_is_zero() -> None:
    empty = Sum(over("i", number(0)), Entry(X, (over("i", number(0)),)))
    assert evaluated(empty, World({"m": 1, "n": 1}), {}) == enclose(Fraction(0))
    assert value(empty, World({"m": 1, "n": 1})) == 0
