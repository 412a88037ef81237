"""Sums in the normal form: linearity, constants, sifting, exchange, merging, and the naming of binders.

A sum atom is a connected product under one or more binders: what does not depend on a binder stands
outside, factors that share no binder stand in different atoms (Fubini), and nested sums are merged.
Each of these steps can be switched off, so that a derivation's named reason is checked by that rule alone.
"""

from __future__ import annotations

from itertools import count, permutations, product
from math import factorial, prod

from bnsym.calculus.algebra import Algebra, WorkLimitError
from bnsym.calculus.atoms import (
    Atom,
    Coefficient,
    Kind,
    Monomial,
    Polynomial,
    Position,
    Variable,
    at,
    atom,
    entry_atom,
    free_of,
    key_of,
    monomial_key,
    move,
    power_atom,
    variable,
)
from bnsym.calculus.places import delta_of, in_a_range, later_place, position_value, solve, within
from bnsym.calculus.polynomial import (
    accumulate,
    constant,
    merge,
    monomial_of,
    of_atom,
    scale,
    without,
)
from bnsym.errors import UndefinedValueError, UnsupportedTermError

Mapping = dict[Variable, Position]
NAMING_LIMIT = 5040  # orders of binders that are tried for one canonical name

ALL_RULES = frozenset({"linear", "sift", "exchange"})


class SumAlgebra(Algebra):
    """Polynomials whose atoms may be sums.  `rules`: which of ALL_RULES may be used."""

    def __init__(self, rules: frozenset[str] = ALL_RULES) -> None:
        super().__init__()
        self.rules = rules
        self._moved: dict[tuple[Atom, int, tuple[tuple[Variable, Position], ...]], Polynomial] = {}

    # -- sums ---------------------------------------------------------------------------------------

    def sum_over(self, binder: Variable, body: Polynomial) -> Polynomial:
        """The sum of body for binder in 1..high."""
        if "linear" not in self.rules:
            return self._opaque(binder, body)
        total: Polynomial = {}
        for monomial, coefficient in body.items():
            accumulate(total, self.sum_monomial((binder,), monomial), coefficient)
        return total

    def sum_monomial(self, binders: tuple[Variable, ...], monomial: Monomial) -> Polynomial:
        """The sum of one monomial over several binders."""
        if not binders:
            return self.reduce(monomial)
        for step in (self._sift, self._merge_inner, self._constant):
            result = step(binders, monomial)
            if result is not None:
                return result
        return self._components(binders, monomial)

    def _sum_each(self, binders: tuple[Variable, ...], body: Polynomial) -> Polynomial:
        total: Polynomial = {}
        for monomial, coefficient in body.items():
            accumulate(total, self.sum_monomial(binders, monomial), coefficient)
        return total

    def _sift(self, binders: tuple[Variable, ...], monomial: Monomial) -> Polynomial | None:
        """sum_j delta(j, p) f(j) = f(p), for p in j's range."""
        if "sift" not in self.rules:
            return None
        for delta, binder in product((a for a, _ in monomial if a.kind == Kind.DELTA), binders):
            place = solve(delta.payload, binder) if binder in delta.free else None
            rest = without(monomial, delta, dict(monomial)[delta])
            if place is None or not within(place, binder):
                continue
            if in_a_range(binder, rest) or others_depend(binders, binder):
                continue
            return self._sum_each(_drop(binders, binder), self.move_monomial(rest, {binder: place}))
        return None

    def _merge_inner(self, binders: tuple[Variable, ...], monomial: Monomial) -> Polynomial | None:
        """sum_i f(i) sum_k h(i, k) = sum_i,k f(i) h(i, k)."""
        if "exchange" not in self.rules:
            return None
        for a, _ in monomial:
            if a.kind == Kind.SUM and not a.free.isdisjoint(binders):
                avoid = frozenset(binders).union(*(other.free for other, _ in monomial))
                inner, body = self.opened_sum(a, avoid)
                return self._sum_each(binders + inner, self.multiply({without(monomial, a, 1): 1}, body))
        return None

    def _constant(self, binders: tuple[Variable, ...], monomial: Monomial) -> Polynomial | None:
        """sum_{i<=m} c = m * c."""
        for binder in binders:
            if others_depend(binders, binder) or any(binder in a.free for a, _ in monomial):
                continue
            return self._sum_each(_drop(binders, binder), self.multiply({monomial: 1}, binder.high))
        return None

    def _components(self, binders: tuple[Variable, ...], monomial: Monomial) -> Polynomial:
        """Split into factors that share no binder."""
        bound = frozenset(binders)
        outer = monomial_of((a, e) for a, e in monomial if a.free.isdisjoint(bound))
        parts: list[Polynomial] = [{outer: 1}]
        for group in groups_of(binders, monomial):
            inner = monomial_of((a, e) for a, e in monomial if not a.free.isdisjoint(group))
            parts.append(self._close(tuple(b for b in binders if b in group), inner))
        return self.product(parts)

    def _opaque(self, binder: Variable, body: Polynomial) -> Polynomial:
        height = 1 + max((a.height for row in body for a, _ in row), default=binder.height)
        name = variable(f"#{height}.0", binder.high)
        named = self.move(body, {binder: at(name)})
        free = (free_of(named) | name.free) - {name}
        key = f"opaque({name.key}|{key_of(named)})"
        return of_atom(atom(Kind.OPAQUE, key, (name, named), free, height)) if named else {}

    # -- naming -------------------------------------------------------------------------------------

    def _close(self, binders: tuple[Variable, ...], body: Monomial) -> Polynomial:
        """The sum atom over these binders, under the least of its possible names."""
        _, named, coefficient = self.canonical(binders, body)
        return scale(of_atom(named), coefficient)

    def canonical(
        self, binders: tuple[Variable, ...], body: Monomial
    ) -> tuple[tuple[Variable, ...], Atom, Coefficient]:
        """The order of binders whose names come first, the atom under these names, and its factor."""
        height = 1 + max(*(a.height for a, _ in body), *(b.height for b in binders))
        named = [(self._named(order, body, height), order) for order in self._orders(binders, body)]
        (key, inner, row, coefficient), order = min(named, key=lambda candidate: candidate[0][0])
        free = frozenset().union(*(a.free for a, _ in row), *(b.free for b in inner)) - frozenset(inner)
        return order, _sum_atom(key, inner, row, free, height), coefficient

    def _named(
        self, order: tuple[Variable, ...], body: Monomial, height: int
    ) -> tuple[str, tuple[Variable, ...], Monomial, int]:
        mapping: Mapping = {}
        for k, binder in enumerate(order):
            mapping[binder] = at(variable(f"#{height}.{k}", self.move(binder.high, mapping)))
        moved = self.move_monomial(body, mapping)
        if len(moved) != 1:  # a name decided a rewriting: no canonical form here
            raise WorkLimitError
        [(row, coefficient)] = moved.items()
        inner = tuple(place.single() for place in mapping.values())
        key = f"sum({','.join(b.key for b in inner if b)}|{monomial_key(row)})"
        return key, inner, row, coefficient  # type: ignore[return-value]

    def _orders(self, binders: tuple[Variable, ...], body: Monomial) -> list[tuple[Variable, ...]]:
        """The orders to try: all that agree with the binders' looks; a range stands after what it needs."""
        if len(binders) == 1:
            return [binders]
        looks = {b: self._look(b, binders, body) for b in binders}
        classes = [[b for b in binders if looks[b] == look] for look in sorted(set(looks.values()))]
        if prod(factorial(len(group)) for group in classes) > NAMING_LIMIT:
            raise WorkLimitError
        orders = product(*(list(permutations(group)) for group in classes))
        return [tuple(b for group in order for b in group) for order in orders]

    def _look(self, binder: Variable, binders: tuple[Variable, ...], body: Monomial) -> tuple[int, str]:
        """What can be said of a binder without naming it: its range and its factors."""
        mapping = {b: at(variable("*" if b is binder else "?", constant(1))) for b in binders}
        texts = sorted(self._text(a, e, mapping) for a, e in body if binder in a.free)
        depth = sum(other in binder.free for other in binders)
        return depth, f"{key_of(self.move(binder.high, mapping))}|{';'.join(texts)}"

    def _text(self, a: Atom, exponent: int, mapping: Mapping) -> str:
        try:
            return key_of(self._move_power(a, exponent, mapping))
        except (
            UndefinedValueError
        ):  # binders that are told apart nowhere else may cancel, as in 1/(x_i - x_k)
            return "undefined"

    def opened_sum(self, a: Atom, avoid: frozenset[Variable]) -> tuple[tuple[Variable, ...], Polynomial]:
        """The binders of a sum atom under fresh names, and its body."""
        binders, body = a.payload
        taken = {v.name for v in avoid | a.free}
        names = (name for name in (f"?{k}" for k in count()) if name not in taken)
        mapping: Mapping = {}
        for binder in binders:
            mapping[binder] = at(variable(next(names), self.move(binder.high, mapping)))
        fresh = tuple(place.single() for place in mapping.values())
        return fresh, self.move_monomial(body, mapping)  # type: ignore[return-value]

    # -- substitution of positions for variables ------------------------------------------------------

    def move(self, polynomial: Polynomial, mapping: Mapping) -> Polynomial:
        """The polynomial with variables replaced by positions; bound variables are never caught."""
        total: Polynomial = {}
        for monomial, coefficient in polynomial.items():
            accumulate(total, self.move_monomial(monomial, mapping), coefficient)
        return total

    def move_monomial(self, monomial: Monomial, mapping: Mapping) -> Polynomial:
        """One monomial with variables replaced by positions."""
        keys = mapping.keys()
        kept = monomial_of((a, e) for a, e in monomial if a.free.isdisjoint(keys))
        moved = [self._move_power(a, e, mapping) for a, e in monomial if not a.free.isdisjoint(keys)]
        return self.product([{kept: 1}, *moved])

    def _move_power(self, a: Atom, exponent: int, mapping: Mapping) -> Polynomial:
        relevant = tuple((v, mapping[v]) for v in sorted(a.free & mapping.keys(), key=lambda v: v.key))
        if not relevant:
            return of_atom(a, exponent)
        memo = (a, exponent, relevant)
        done = self._moved.get(memo)
        if done is None:
            done = self._moved[memo] = self._move_kind(a, exponent, dict(relevant))
        return done

    def _move_kind(self, a: Atom, exponent: int, mapping: Mapping) -> Polynomial:
        if a.kind == Kind.RADICAL:
            return self.half_power(self.move(a.payload.square, mapping), exponent)
        moved = _MOVES[a.kind](self, a, mapping)
        return moved if exponent == 1 else self.power(moved, exponent)

    def _move_sum(self, a: Atom, mapping: Mapping) -> Polynomial:
        incoming = frozenset().union(*(place.free for place in mapping.values()))
        inner, body = self.opened_sum(a, a.free | incoming | mapping.keys())
        extended = dict(mapping)
        for binder in inner:
            if not binder.free.isdisjoint(mapping.keys()):
                extended[binder] = at(variable(binder.name, self.move(binder.high, mapping)))
        moved = tuple(extended[b].single() or b if b in extended else b for b in inner)
        return self._sum_each(moved, self.move(body, extended))

    def _move_opaque(self, a: Atom, mapping: Mapping) -> Polynomial:
        binder, body = a.payload
        incoming = frozenset().union(*(place.free for place in mapping.values()))
        taken = {v.name for v in a.free | incoming | free_of(body)}
        name = next(name for name in (f"?{k}" for k in count()) if name not in taken)
        fresh = variable(name, self.move(binder.high, mapping))
        return self._opaque(fresh, self.move(body, {**mapping, binder: at(fresh)}))

    # -- rules that a product may wake ----------------------------------------------------------------

    def reduce_delta(self, monomial: Monomial, delta: Atom, exponent: int) -> Polynomial | None:
        """delta**k = delta; beside delta(i - p) the later of i and p is written as the other."""
        if exponent < 0:
            raise UnsupportedTermError("a division by Kronecker's delta")
        rest = without(monomial, delta, exponent)
        found = later_place(delta) if self.places else None
        if found is not None and any(found[0] in a.free for a, _ in rest) and not in_a_range(found[0], rest):
            return self.multiply(of_atom(delta), self.move_monomial(rest, {found[0]: found[1]}))
        return {merge(rest, ((delta, 1),)): 1} if exponent != 1 else None

    def reduce_sum(self, monomial: Monomial, a: Atom) -> Polynomial | None:
        """Move a pivot of a radical inside the sum `a` into that sum, where the radical absorbs it."""
        if not self.pivots:
            return None
        present = dict(monomial)
        for pivot in sorted(a.pivots, key=lambda v: v.key):
            if present.get(pivot, 0) >= 1:
                rest = without(without(monomial, a, 1), pivot, 1)
                binders, body = self.opened_sum(a, frozenset().union(*(b.free for b, _ in monomial)))
                return self.multiply({rest: 1}, self._sum_each(binders, self.multiply(body, of_atom(pivot))))
        return None


def _sum_atom(
    key: str, binders: tuple[Variable, ...], body: Monomial, free: frozenset[Variable], height: int
) -> Atom:
    bound = frozenset(binders)
    pivots = frozenset(
        a.payload.pivot
        for a, e in body
        if a.kind == Kind.RADICAL and e < 0 and a.payload.pivot and a.payload.pivot.free.isdisjoint(bound)
    )
    inherited = frozenset().union(*(a.pivots for a, _ in body))
    pivots |= frozenset(pivot for pivot in inherited if pivot.free.isdisjoint(bound))
    return atom(Kind.SUM, key, (binders, body), free, height, pivots=pivots)


def _drop(binders: tuple[Variable, ...], binder: Variable) -> tuple[Variable, ...]:
    return tuple(b for b in binders if b is not binder)


def others_depend(binders: tuple[Variable, ...], binder: Variable) -> bool:
    """True when another binder's range holds this one."""
    return any(binder in other.free for other in binders if other is not binder)


def groups_of(binders: tuple[Variable, ...], monomial: Monomial) -> list[frozenset[Variable]]:
    """The classes of binders that are linked by a factor or by a range."""
    bound = frozenset(binders)
    groups: list[frozenset[Variable]] = [b.free & bound for b in binders]
    for a, _ in monomial:
        linked = a.free & bound
        touching = [group for group in groups if not group.isdisjoint(linked)]
        groups = [group for group in groups if group.isdisjoint(linked)]
        groups += [frozenset().union(linked, *touching)] if linked else []
    return _joined(groups)


def _joined(groups: list[frozenset[Variable]]) -> list[frozenset[Variable]]:
    done: list[frozenset[Variable]] = []
    for group in groups:
        touching = [other for other in done if not other.isdisjoint(group)]
        done = [other for other in done if other.isdisjoint(group)]
        done.append(group.union(*touching))
    return done


def _move_entry(algebra: SumAlgebra, a: Atom, mapping: Mapping) -> Polynomial:
    tensor, where, sign = a.payload
    return of_atom(entry_atom(tensor, tuple(move(p, mapping) for p in where), sign))


def _move_position(algebra: SumAlgebra, a: Atom, mapping: Mapping) -> Polynomial:
    return position_value(mapping[a.payload])


def _move_delta(algebra: SumAlgebra, a: Atom, mapping: Mapping) -> Polynomial:
    return delta_of(move(a.payload, mapping))


def _move_exponent(algebra: SumAlgebra, a: Atom, mapping: Mapping) -> Polynomial:
    base, exponent = a.payload
    where = mapping.get(exponent, at(exponent)) if isinstance(exponent, Variable) else at(exponent)
    return algebra.product([symbolic_power(algebra, algebra.move(base, mapping), where)])


_MOVES = {
    Kind.ENTRY: _move_entry,
    Kind.POSITION: _move_position,
    Kind.DELTA: _move_delta,
    Kind.POWER: _move_exponent,
    Kind.SUM: SumAlgebra._move_sum,
    Kind.OPAQUE: SumAlgebra._move_opaque,
}


def symbolic_power(algebra: Algebra, base: Polynomial, exponent: Position) -> Polynomial:
    """base ** exponent for an exponent that is affine in sizes and variables; needs base != 0."""
    parts = [algebra.power(base, exponent.constant)]
    parts += [of_atom(power_atom(base, part), factor) for part, factor in exponent.parts]
    return algebra.product(parts)
