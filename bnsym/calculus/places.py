"""Positions in ranges: solving for a variable, lying within, deltas and positions as numbers."""

from __future__ import annotations

from bnsym.calculus.atoms import (
    Atom,
    Kind,
    Monomial,
    Polynomial,
    Position,
    Variable,
    at,
    combine,
    delta_atom,
    key_of,
    position,
    position_atom,
)
from bnsym.calculus.polynomial import accumulate, constant, of_atom


def solve(difference: Position, binder: Variable) -> Position | None:
    """The place p with difference = 0 exactly when binder = p, if the binder's factor is 1 or -1."""
    factor = dict(difference.parts).get(binder, 0)
    if factor not in (1, -1):
        return None
    rest = combine(difference, at(binder), -factor)
    return combine(position({}, 0), rest, -factor)


def later_place(delta: Atom) -> tuple[Variable, Position] | None:
    """The variable that is written as the other beside delta(i - p): a bound one, else the later name."""
    places = {v: solve(delta.payload, v) for v in delta.free}
    found = [(v, place) for v, place in places.items() if place is not None]
    return max(found, key=lambda pair: (pair[0].name[0] in "?#!", pair[0].key), default=None)


def within(place: Position, binder: Variable) -> bool:
    """True when the place is certainly in 1..high of the binder."""
    single = place.single()
    if single is not None:
        return key_of(single.high) == key_of(binder.high)
    sizes = [base for base, factor in place.parts if factor == 1 and isinstance(base, Atom)]
    if place.constant == 0 and len(place.parts) == len(sizes) == 1:
        return binder.high == of_atom(sizes[0])
    return not place.parts and 1 <= place.constant <= _least(binder.high)


def in_a_range(v: Variable, monomial: Monomial) -> bool:
    """True when another variable's range holds v: then v cannot be replaced without changing that range."""
    return any(v in other.free for a, _ in monomial for other in a.free if other is not v)


def _least(high: Polynomial) -> int:
    """A lower bound of a range's length: of one product of sizes and counts, else 0."""
    if len(high) != 1:
        return 0
    [(monomial, coefficient)] = high.items()
    least = int(coefficient) if coefficient >= 1 else 0
    for a, exponent in monomial:
        size = a.payload[1] if a.kind == Kind.SIZE else 1
        least *= size**exponent if exponent > 0 else 0
    return least


def position_value(where: Position) -> Polynomial:
    """A position used as a number."""
    total = constant(where.constant)
    for base, factor in where.parts:
        value = position_atom(base) if isinstance(base, Variable) else base
        accumulate(total, of_atom(value), factor)
    return total


def delta_of(difference: Position) -> Polynomial:
    """The delta of a difference: decided for a number, else an atom with its first factor positive."""
    if not difference.parts:
        return constant(int(difference.constant == 0))
    if difference.parts[0][1] < 0:
        difference = combine(position({}, 0), difference, -1)
    return of_atom(delta_atom(difference))
