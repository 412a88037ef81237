"""The bound on rounding holds for every order of operations, and is not much larger than it has to be."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_to_check import examples

from bnsym.errors import UndefinedValueError
from bnsym.verify.rounded import CONTEXT, Rounded, exact

UNITS = {np.float64: Decimal(2) ** -53, np.float32: Decimal(2) ** -24}
numbers = st.floats(-1e3, 1e3, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)
several = st.lists(numbers, min_size=1, max_size=12)
kinds = st.sampled_from(list(UNITS))


def rounded(values, kind):
    return [exact(float(value), UNITS[kind]) for value in values]


def off(computed, number):
    return abs(Decimal(float(computed)) - number.value)


def total(numbers):
    result = numbers[0]
    for number in numbers[1:]:
        result = result + number
    return result


@examples
@given(several, kinds, st.randoms(use_true_random=False))
def test_a_sum_in_any_order(values, kind, random):
    with localcontext(CONTEXT):
        bound = total(rounded(values, kind))
        random.shuffle(values)
        assert off(np.sum(np.array(values, kind)), bound) <= bound.error
        one_by_one = kind(0)
        for value in values:
            one_by_one = kind(one_by_one + kind(value))
        assert off(one_by_one, bound) <= bound.error


@examples
@given(several, several, kinds)
def test_a_quotient_of_sums_times_a_root(values, others, kind):
    """A small layer: sums, a square, a root, a division by multiplying with the reciprocal."""
    with localcontext(CONTEXT):
        top, bottom = total(rounded(values, kind)), total(rounded(others, kind))
        root = (bottom * bottom + exact(1.0, UNITS[kind])).root()
        bound = top / root * top
        a, b = np.array(values, kind).sum(), np.array(others, kind).sum()
        inverse = kind(1) / np.sqrt(b * b + kind(1))
        assert off(a * inverse * a, bound) <= bound.error


@pytest.mark.parametrize("kind", list(UNITS))
def test_the_bound_sees_cancellation_and_is_no_larger_than_a_few_units(kind):
    with localcontext(CONTEXT):
        x, mean = rounded([10000.5, -10000.25], kind)
        product = total(rounded([0.1, 0.2], kind)) * rounded([0.3], kind)[0]
        centred = x + mean * exact(Fraction(1, 3), UNITS[kind]) * exact(3.0, UNITS[kind])
    unit = UNITS[kind]
    assert 10000 * unit <= centred.error <= 100000 * unit
    assert 0 < product.error <= 6 * unit * abs(product.value)


def test_what_is_not_rounded_has_no_error():
    unit = UNITS[np.float64]
    with localcontext(CONTEXT):
        x = exact(0.1, unit)
        zero, one = exact(0.0, unit), exact(1.0, unit)
        for same in (x, x + zero, zero + x, x * one, one * x, x * -one * -one):
            assert (same.value, same.error) == (x.value, 0)
        assert float(x.value) == 0.1
        assert exact(Fraction(3, 8), unit).error == 0
        assert exact(Fraction(1, 3), unit).error > 0


# what is asked for, what is said
UNDEFINED = [
    ("division by zero", lambda x, zero, noise: x / zero, "division by zero"),
    ("a divisor that may be zero", lambda x, zero, noise: x / noise, "lost in rounding"),
    ("the root of zero", lambda x, zero, noise: zero.root(), "the root of 0"),
    ("the root of a negative number", lambda x, zero, noise: (-x).root(), "the root of -0.1"),
    ("the root of noise", lambda x, zero, noise: noise.root(), "the root of 1"),
]


@pytest.mark.parametrize(
    ("ask", "message"), [row[1:] for row in UNDEFINED], ids=[row[0] for row in UNDEFINED]
)
def test_what_has_no_value_is_refused(ask, message):
    unit = UNITS[np.float64]
    noise = Rounded(Decimal("1e-20"), unit, inherited=Decimal("1e-19"))
    with localcontext(CONTEXT), pytest.raises(UndefinedValueError, match=message):
        ask(exact(0.1, unit), exact(0.0, unit), noise)
