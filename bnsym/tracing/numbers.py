"""Arithmetic on terms as it is read from code, with exact numbers worked out on the way."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import isfinite, isqrt
from typing import Any

import numpy as np

from bnsym.terms.nodes import ONE, ZERO, Add, Delta, Mul, Number, Power, Sum, Term, add, mul, number, power
from bnsym.terms.walk import rebuild
from bnsym.tracing.trouble import UnsupportedCallError


def exact(value: Any) -> Fraction:
    """The number that a float or an integer is, to the last bit."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool | np.bool_ | int | np.integer):
        return Fraction(int(value))
    if isinstance(value, float | np.floating) and isfinite(value):
        return Fraction(float(value))
    raise UnsupportedCallError(f"the value {value!r}: numbers are finite and real")


def plus(left: Term, right: Term) -> Term:
    """left + right."""
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value + right.value)
    return add(left, right)


def times(left: Term, right: Term) -> Term:
    """left * right."""
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value * right.value)
    return mul(left, right)


def minus(left: Term, right: Term) -> Term:
    """left - right."""
    return ZERO if left is right else plus(left, times(number(-1), right))


def over(left: Term, right: Term) -> Term:
    """left / right; 0 is divided by nothing that the code did not divide it by."""
    if isinstance(right, Number):
        if right.value == 0:
            raise UnsupportedCallError("a division by 0")
        return times(left, number(1 / right.value))
    return Power(right, number(-1)) if left is ONE else times(left, Power(right, number(-1)))


def settled(term: Term) -> Term:
    """The term with its deltas of two numbers worked out."""
    memo: dict[Term, Term] = {}

    def change(node: Term) -> Term:
        if node not in memo:
            memo[node] = _settled_node(rebuild(node, change))
        return memo[node]

    return change(term)


def _folded(rule: Callable[[Term, Term], Term], terms: tuple[Term, ...]) -> Term:
    return reduce(rule, terms)


def _settled_node(node: Term) -> Term:
    match node:
        case Delta(Number(left), Number(right)):
            return ONE if left == right else ZERO
        case Add(terms):
            return _folded(plus, terms)
        case Mul(factors):
            return _folded(times, factors)
        case Sum(_, body) if body is ZERO:
            return ZERO
    return node


def raised(base: Term, exponent: Term) -> Term:
    """base ** exponent for integers and halves."""
    if not isinstance(exponent, Number) or (exponent.value * 2).denominator != 1:
        raise UnsupportedCallError("a power whose exponent is no integer and no half of one")
    value = exponent.value
    if isinstance(base, Number):
        return _number_power(base, value)
    return power(base, value)


def _number_power(base: Number, value: Fraction) -> Term:
    if value.denominator == 1:
        if base.value == 0 and value < 0:
            raise UnsupportedCallError("a division by 0")
        return number(base.value**value.numerator)
    root = [isqrt(base.value.numerator) if base.value >= 0 else -1, isqrt(base.value.denominator)]
    if base.value > 0 and root[0] ** 2 == base.value.numerator and root[1] ** 2 == base.value.denominator:
        return number(Fraction(root[0], root[1]) ** value.numerator)
    return Power(base, number(value))


def magnitude(term: Term) -> Term:
    """|term| as the root of its square."""
    if isinstance(term, Number):
        return number(abs(term.value))
    return power(power(term, 2), Fraction(1, 2))
