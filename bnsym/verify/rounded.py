"""A number with 50 digits that knows how far a kernel's rounding may take it.

A kernel computes with unit roundoff u: each operation's result is off by at most u times itself.  Each
number here carries its exact value and a bound on the error of *any* sensible floating-point evaluation:

    product, quotient   |a| e_b + |b| e_a + e_a e_b + 2 u |ab|      (2: a kernel may multiply by a reciprocal)
    root                e_a / (2 sqrt(a - e_a)) + 2 u sqrt(a)
    sum of k terms t    sum e_t + k u sum |t|                        (in any order, Higham 2002, 4.2)

This holds as long as no product underflows: a subnormal number has lost digits, and a kernel may multiply
it by something large next.  So the bound counts the terms of the sums and the magnitudes that are actually
added: cancellation in x - mean, which costs mean/std, is seen as it happens.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from bnsym.errors import UndefinedValueError

DIGITS = 50
CONTEXT = Context(prec=DIGITS + 10)
_ZERO, _ONE = Decimal(0), Decimal(1)


class Rounded:
    """An exact value, and the bound `error` on a kernel's error; a running sum keeps its terms' size."""

    __slots__ = ("count", "inherited", "size", "unit", "value")

    def __init__(
        self, value: Decimal, unit: Decimal, inherited: Decimal = _ZERO, size: Decimal = _ZERO, count: int = 0
    ) -> None:
        self.value, self.unit, self.inherited = value, unit, inherited
        self.size, self.count = size or abs(value), count

    @property
    def error(self) -> Decimal:
        """The bound on the absolute error."""
        return self.inherited + self.count * self.unit * self.size if self.count else self.inherited

    @property
    def exact(self) -> bool:
        """True for what no kernel rounds: constants and inputs."""
        return not self.inherited and not self.count

    def __add__(self, other: Rounded) -> Rounded:
        if self.exact and not self.value:
            return other
        if other.exact and not other.value:
            return self
        return Rounded(
            self.value + other.value,
            self.unit,
            self.inherited + other.inherited,
            self.size + other.size,
            self.count + other.count + 1,
        )

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.unit, self.inherited, self.size, self.count)

    def __mul__(self, other: Rounded) -> Rounded:
        for one, factor in ((self, other), (other, self)):
            if one.exact and abs(one.value) == _ONE:
                return factor if one.value == _ONE else -factor
        value, error, others = self.value * other.value, self.error, other.error
        inherited = abs(self.value) * others + abs(other.value) * error + error * others
        return Rounded(value, self.unit, inherited + 2 * self.unit * abs(value))

    def __truediv__(self, other: Rounded) -> Rounded:
        if not other.value:
            raise UndefinedValueError("division by zero in the layer's equations")
        room = abs(other.value) - other.error
        if room <= 0:
            raise UndefinedValueError(
                "a divisor of the layer's equations is lost in rounding; change the case"
            )
        value = self.value / other.value
        inherited = (self.error + abs(value) * other.error) / room
        return Rounded(value, self.unit, inherited + 2 * self.unit * abs(value))

    def root(self) -> Rounded:
        """The square root.  Raises UndefinedValueError unless it is positive whatever was rounded."""
        error = self.error
        if self.value <= error:
            raise UndefinedValueError(
                f"the root of {self.value:.3g}, known to within {error:.1g}; change the case"
            )
        value = self.value.sqrt()
        inherited = error / (2 * (self.value - error).sqrt())
        return Rounded(value, self.unit, inherited + 2 * self.unit * value)


def exact(value: float | Fraction, unit: Decimal) -> Rounded:
    """A constant or an input.  A float is taken exactly; a fraction that is no float is rounded once."""
    if not isinstance(value, Fraction):
        return Rounded(Decimal(value), unit)
    number = Decimal(value.numerator) / Decimal(value.denominator)
    rounds = value.denominator & (value.denominator - 1)
    return Rounded(number, unit, unit * abs(number) if rounds else _ZERO)
