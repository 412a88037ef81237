"""Sparse Laurent polynomials over atoms: the operations that need no rule."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm

from bnsym.calculus.atoms import Atom, Coefficient, Monomial, Polynomial

UNIT: Monomial = ()


def constant(value: Coefficient) -> Polynomial:
    """The polynomial that is one number."""
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    return {UNIT: value} if value else {}


def of_atom(atom: Atom, exponent: int = 1) -> Polynomial:
    """The polynomial atom ** exponent."""
    return {((atom, exponent),): 1} if exponent else {UNIT: 1}


def accumulate(total: Polynomial, part: Polynomial, factor: Coefficient = 1) -> None:
    """total += factor * part, in place."""
    for monomial, coefficient in part.items():
        value = total.get(monomial, 0) + factor * coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)


def subtract(left: Polynomial, right: Polynomial) -> Polynomial:
    """left - right."""
    total = dict(left)
    accumulate(total, right, -1)
    return total


def scale(polynomial: Polynomial, factor: Coefficient) -> Polynomial:
    """factor * polynomial."""
    return {monomial: coefficient * factor for monomial, coefficient in polynomial.items()} if factor else {}


def merge(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials, before any rule."""
    if not left or not right:
        return left or right
    exponents = dict(left)
    for atom, exponent in right:
        exponents[atom] = exponents.get(atom, 0) + exponent
    return monomial_of(exponents.items())


def monomial_of(pairs: Iterable[tuple[Atom, int]]) -> Monomial:
    """The monomial with these exponents, in the order of keys."""
    return tuple(sorted(((a, e) for a, e in pairs if e), key=lambda pair: pair[0].key))


def without(monomial: Monomial, atom: Atom, exponent: int) -> Monomial:
    """The monomial divided by atom ** exponent."""
    return monomial_of((a, e - exponent if a is atom else e) for a, e in monomial)


def content(polynomial: Polynomial) -> Fraction:
    """The positive rational c for which polynomial / c has coprime integer coefficients."""
    values = [Fraction(value) for value in polynomial.values()]
    numerator = gcd(*(value.numerator for value in values))
    return Fraction(numerator, lcm(*(value.denominator for value in values)))


def common_monomial(polynomial: Polynomial) -> dict[Atom, int]:
    """The least exponent of each simple atom over all the terms (absent counts as 0), zeros left out."""
    rows = [dict(monomial) for monomial in polynomial]
    atoms = {atom for row in rows for atom in row if atom.simple}
    least = {atom: min(row.get(atom, 0) for row in rows) for atom in atoms}
    return {atom: exponent for atom, exponent in least.items() if exponent}


def quotient(coefficient: Coefficient, divisor: Coefficient) -> Coefficient:
    """An exact quotient, as an integer where it is one."""
    value = Fraction(coefficient) / Fraction(divisor)
    return value.numerator if value.denominator == 1 else value


def divide_out(polynomial: Polynomial, common: dict[Atom, int], divisor: Coefficient) -> Polynomial:
    """polynomial / (divisor * common), term by term."""
    inverse = monomial_of((atom, -exponent) for atom, exponent in common.items())
    return {merge(row, inverse): quotient(value, divisor) for row, value in polynomial.items()}
