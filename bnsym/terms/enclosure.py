"""Exact numbers: a rational, or a rigorous rational enclosure where a root is irrational.

An operation on rationals stays rational; a root is exact when the radicand is a perfect square and else
an interval of width about 2**-PRECISION.  Two enclosures that do not meet are different numbers: that is
the only way in which an enclosure can refute.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isqrt

from bnsym.errors import UndefinedValueError

PRECISION = 96
_SCALE = 1 << PRECISION


def outward(low: Fraction, high: Fraction) -> Enclosure:
    """The enclosure of low..high, its ends rounded outward so that they stay short."""
    return Enclosure(Fraction(floor(low * _SCALE), _SCALE), Fraction(ceil(high * _SCALE), _SCALE))


@dataclass(frozen=True, slots=True)
class Enclosure:
    """All that is known of a real number: low <= it <= high.  Mixes with rationals."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Exact) -> Enclosure:
        other = enclose(other)
        return Enclosure(self.low + other.low, self.high + other.high)

    __radd__ = __add__

    def __mul__(self, other: Exact) -> Enclosure:
        other = enclose(other)
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return outward(min(corners), max(corners))

    __rmul__ = __mul__

    def __rtruediv__(self, other: Exact) -> Enclosure:
        if self.low <= 0 <= self.high:
            raise UndefinedValueError("division by zero, or by what cannot be told from it")
        return outward(1 / self.high, 1 / self.low) * other

    def __pow__(self, exponent: int) -> Enclosure:
        low, high = self.low**exponent, self.high**exponent
        if exponent % 2 == 0 and self.low < 0:
            low, high = (Fraction(0) if self.high > 0 else high), max(low, high)
        return outward(low, high)

    @property
    def exact(self) -> bool:
        """True when the number is known exactly."""
        return self.low == self.high

    def differs(self, other: Enclosure) -> bool:
        """True only when the two numbers are certainly different."""
        return self.high < other.low or other.high < self.low

    def __str__(self) -> str:
        if self.exact:
            return str(self.low)
        return f"{float((self.low + self.high) / 2):.12g}..."


Exact = Fraction | Enclosure


def enclose(value: Exact) -> Enclosure:
    """A rational as an enclosure of no width; an enclosure as it is."""
    return value if isinstance(value, Enclosure) else Enclosure(value, value)


class ExactArithmetic:
    """Arithmetic on rationals, and on enclosures where a root is irrational."""

    def number(self, value: Fraction) -> Exact:
        """The rational itself."""
        return value

    def sqrt(self, value: Exact) -> Exact:
        """The root, exact for perfect squares of rationals; a negative radicand has none."""
        if isinstance(value, Enclosure):
            if value.low < 0:
                raise UndefinedValueError("the square root of a negative number, or of what may be one")
            return Enclosure(root_below(value.low), root_above(value.high))
        if value < 0:
            raise UndefinedValueError("the square root of a negative number")
        low = root_below(value)
        return low if low * low == value else Enclosure(low, root_above(value))

    def is_zero(self, value: Exact) -> bool:
        """True when zero cannot be excluded."""
        return enclose(value).low <= 0 <= enclose(value).high


def root_below(value: Fraction) -> Fraction:
    """The root of a perfect square, else a lower bound within 2**-PRECISION of the root."""
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom)
    return Fraction(isqrt((value.numerator << 2 * PRECISION) // value.denominator), 1 << PRECISION)


def root_above(value: Fraction) -> Fraction:
    """An upper bound of the root, within 2**-PRECISION of it."""
    return root_below(value) + Fraction(1, 1 << PRECISION)
