"""A second evaluator of terms and of normal forms, for the tests: it shares no code with bnsym's own.

Values are Fractions; the root of what is no perfect square is a Fraction within 2**-240 of it, so two
values that are equal as real numbers are `close`, and two that are not close are different.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt
from random import Random
from typing import Any

from bnsym.terms import nodes

BITS = 240
Places = Mapping[nodes.Term, Fraction]
TOLERANCE = Fraction(1, 1 << 120)
VALUES = (*map(Fraction, (0, 1, 2, -1, 3, -2, -3)), Fraction(1, 2), Fraction(-3, 2), Fraction(5))


class NoValueError(Exception):
    """A division by zero, or the root of a negative number."""


def root(value: Fraction) -> Fraction:
    if value < 0:
        raise NoValueError
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom)
    return Fraction(isqrt((value.numerator << 2 * BITS) // value.denominator), 1 << BITS)


def raised(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2:
        base, exponent = root(base), exponent * 2
    if exponent.denominator != 1:
        raise TypeError(f"exponent {exponent}")
    if exponent < 0 and base == 0:
        raise NoValueError
    return base ** int(exponent)


def close(left: Fraction, right: Fraction) -> bool:
    return abs(left - right) <= TOLERANCE * (1 + abs(left) + abs(right))


@dataclass
class World:
    """Concrete sizes and values; an entry or scalar that is asked for and not there is drawn by its name."""

    sizes: dict[str, int]
    seed: int = 0
    definitions: dict[str, nodes.Definition] = field(default_factory=dict)
    scalars: dict[str, Fraction] = field(default_factory=dict)
    entries: dict[tuple[str, tuple[int, ...]], Fraction] = field(default_factory=dict)

    def scalar(self, name: str, sign: str) -> Fraction:
        if name not in self.scalars:
            self.scalars[name] = drawn(f"{self.seed} {name}", sign)
        return self.scalars[name]

    def entry(self, name: str, at: tuple[int, ...], sign: str) -> Fraction:
        if (name, at) not in self.entries:
            self.entries[name, at] = drawn(f"{self.seed} {name} {at}", sign)
        return self.entries[name, at]


LEGAL = {
    "real": lambda v: True,
    "nonzero": lambda v: v != 0,
    "nonnegative": lambda v: v >= 0,
    "positive": lambda v: v > 0,
    "count": lambda v: v >= 1 and v.denominator == 1,
}


def drawn(seed: str, sign: str) -> Fraction:
    return Random(seed).choice([value for value in VALUES if LEGAL[sign](value)])


# -- terms ---------------------------------------------------------------------------------------------


def value(term: nodes.Term, world: World, places: dict[nodes.Index, int] | None = None) -> Fraction:
    """The value of a term, its free indices at the given places."""
    return _value(term, world, {key: Fraction(at) for key, at in (places or {}).items()})


def _value(term: nodes.Term, world: World, places: Places) -> Fraction:
    return _RULES[type(term)](term, world, places)


def _size(term: nodes.Size, world: World, places: Places) -> Fraction:
    return places[term] if term in places else Fraction(world.sizes[term.name])


def _mul(term: nodes.Mul, world: World, places: Places) -> Fraction:
    product = Fraction(1)
    for factor in term.factors:
        product *= _value(factor, world, places)
    return product


def _sum(term: nodes.Sum, world: World, places: Places) -> Fraction:
    low, high = (whole(_value(end, world, places)) for end in (term.index.low, term.index.high))
    total = Fraction(0)
    for at in range(low, high + 1):
        total += _value(term.body, world, {**places, term.index: Fraction(at)})
    return total


def _power(term: nodes.Power, world: World, places: Places) -> Fraction:
    return raised(_value(term.base, world, places), _value(term.exponent, world, places))


def _delta(term: nodes.Delta, world: World, places: Places) -> Fraction:
    return Fraction(int(_value(term.left, world, places) == _value(term.right, world, places)))


def _entry(term: nodes.Entry, world: World, places: Places) -> Fraction:
    at = tuple(whole(_value(index, world, places)) for index in term.indices)
    definition = world.definitions.get(term.tensor.name)
    if definition is None:
        return world.entry(term.tensor.name, at, str(term.tensor.sign))
    if definition.initial is not None and at == (0,):
        return _value(definition.initial, world, {})
    return _value(definition.body, world, dict(zip(definition.parameters, map(Fraction, at), strict=True)))


_RULES: dict[type, Callable[[Any, World, Places], Fraction]] = {
    nodes.Number: lambda term, world, places: term.value,
    nodes.Symbol: lambda term, world, places: world.scalar(term.name, str(term.sign)),
    nodes.Size: _size,
    nodes.Index: lambda term, world, places: places[term],
    nodes.Entry: _entry,
    nodes.Add: lambda term, world, places: sum(
        (_value(part, world, places) for part in term.terms), Fraction(0)
    ),
    nodes.Mul: _mul,
    nodes.Power: _power,
    nodes.Sum: _sum,
    nodes.Delta: _delta,
}


def whole(number: Fraction) -> int:
    if number.denominator != 1:
        raise TypeError(f"{number} stands where an integer is needed")
    return int(number)


# -- normal forms --------------------------------------------------------------------------------------


def polynomial_value(polynomial: dict, world: World, places: dict) -> Fraction:
    """The value of a normal form; `places` maps the names of free variables to their count from 1."""
    total = Fraction(0)
    for monomial, coefficient in polynomial.items():
        total += coefficient * monomial_value(monomial, world, places)
    return total


def monomial_value(monomial: tuple, world: World, places: dict) -> Fraction:
    product = Fraction(1)
    for atom, exponent in monomial:
        product *= raised_atom(atom, exponent, world, places)
    return product


def raised_atom(atom: Any, exponent: int, world: World, places: dict) -> Fraction:
    """A formal root s stands for sqrt(P); an even power of it is a power of P, which may be negative."""
    if atom.kind == "radical" and exponent % 2 == 0:
        return raised(polynomial_value(atom.payload.square, world, places), Fraction(exponent, 2))
    return raised(atom_value(atom, world, places), Fraction(exponent))


def atom_value(atom: Any, world: World, places: dict) -> Fraction:
    return _ATOMS[atom.kind](atom.payload, world, places)


def _entry_atom(payload: Any, world: World, places: dict) -> Fraction:
    name, positions, sign = payload
    return world.entry(name, tuple(position_value(where, world, places) for where in positions), str(sign))


def _power_atom(payload: Any, world: World, places: dict) -> Fraction:
    base, exponent = payload
    count = world.sizes[exponent.payload[0]] if hasattr(exponent, "payload") else places[exponent.name]
    return raised(polynomial_value(base, world, places), Fraction(count))


_ATOMS: dict[str, Callable[[Any, World, dict], Fraction]] = {
    "symbol": lambda payload, world, places: world.scalar(payload[0], str(payload[1])),
    "size": lambda payload, world, places: Fraction(world.sizes[payload[0]]),
    "entry": _entry_atom,
    "position": lambda payload, world, places: Fraction(places[payload.name]),
    "delta": lambda payload, world, places: Fraction(int(position_value(payload, world, places) == 0)),
    "power": _power_atom,
    "sum": lambda payload, world, places: sum_value(payload[0], {payload[1]: 1}, world, places),
    "opaque": lambda payload, world, places: sum_value((payload[0],), payload[1], world, places),
    "radical": lambda payload, world, places: root(polynomial_value(payload.square, world, places)),
}


def sum_value(binders: tuple, body: dict, world: World, places: dict) -> Fraction:
    if not binders:
        return polynomial_value(body, world, places)
    first, rest = binders[0], binders[1:]
    length = whole(polynomial_value(first.high, world, places))
    return sum(
        (sum_value(rest, body, world, {**places, first.name: at}) for at in range(1, length + 1)), Fraction(0)
    )


def position_value(position: Any, world: World, places: dict) -> int:
    total = position.constant
    for base, factor in position.parts:
        total += factor * (world.sizes[base.payload[0]] if hasattr(base, "payload") else places[base.name])
    return total
