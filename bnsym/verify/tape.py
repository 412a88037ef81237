"""Gradients by the chain rule on numbers: every operation is recorded, and then walked backwards.

It knows + * / and the root, and nothing of sums, of bnsym's calculus or of a layer: what it gives is
independent of every derived formula.  Values and partial derivatives alike carry their rounding bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from bnsym.verify.rounded import Rounded, exact


class Traced:
    """A number, and how it came from others: each parent with the partial derivative by it."""

    __slots__ = ("number", "parents", "place", "tape")

    def __init__(self, tape: Tape, number: Rounded, *parents: tuple[Traced, Rounded]) -> None:
        self.tape, self.number, self.parents = tape, number, parents
        self.place = len(tape.record)
        tape.record.append(self)

    def __add__(self, other: Traced) -> Traced:
        return Traced(self.tape, self.number + other.number, (self, self.tape.one), (other, self.tape.one))

    def __mul__(self, other: Traced) -> Traced:
        return Traced(self.tape, self.number * other.number, (self, other.number), (other, self.number))

    def __truediv__(self, other: Traced) -> Traced:
        quotient, per_unit = self.number / other.number, self.tape.one / other.number
        return Traced(self.tape, quotient, (self, per_unit), (other, -(quotient * per_unit)))

    def __pow__(self, exponent: int) -> Traced:
        power = Traced(self.tape, self.tape.one)
        for _ in range(exponent):
            power = power * self
        return power


class Tape:
    """The arithmetic of `terms.evaluate.Evaluator` for traced numbers, at a kernel's unit roundoff."""

    def __init__(self, unit: Decimal) -> None:
        self.unit = unit
        self.one = Rounded(Decimal(1), unit)
        self.record: list[Traced] = []

    def number(self, value: Fraction | float) -> Traced:
        """A constant or an input."""
        return Traced(self, exact(value, self.unit))

    def sqrt(self, value: Traced) -> Traced:
        """The root of a positive number; its derivative is 1 / (2 root)."""
        root = value.number.root()
        two = Rounded(Decimal(2), self.unit)
        return Traced(self, root, (value, self.one / (two * root)))

    def is_zero(self, value: Traced) -> bool:
        """True for zero."""
        return not value.number.value

    def gradient(self, seeds: Mapping[Traced, Rounded]) -> list[Rounded]:
        """By `place`: the derivatives of the sum of seed * output by every number on the tape."""
        total = [Rounded(Decimal(0), self.unit)] * len(self.record)
        for output, seed in seeds.items():
            total[output.place] = total[output.place] + seed
        for node in reversed(self.record):
            for parent, partial in node.parents:
                total[parent.place] = total[parent.place] + total[node.place] * partial
        return total
