"""Identities of fields: rational functions over atoms, with s**2 = P for s = sqrt(P).

An atom is whatever is no sum, product, power or root of other things: a name, an entry, a sum over an
index, a delta.  A value is a numerator over a product of denominators; nothing is ever divided out but
powers of single atoms, so that an identity holds wherever all denominators are other than 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bnsym.proof.trusted.formula import ONE, Budget, Formula, Refused, make, number

Row = tuple[tuple[int, int], ...]
Poly = dict[Row, Fraction]
TERMS, EXPONENT, BITS = 20_000, 64, 4_000


class Value:
    """numerator / product of factors; a factor is a polynomial that a table knows by number."""

    __slots__ = ("below", "top")

    def __init__(self, top: Poly, below: dict[int, int]) -> None:
        self.top = top
        self.below = below


class Field:
    """One identity check.  `rewrites`: atoms that are known to equal formulas."""

    def __init__(self, rewrites: Mapping[Formula, Formula] | None = None) -> None:
        self.rewrites = rewrites or {}
        self.atoms: dict[object, int] = {}
        self.factors: dict[tuple[tuple[Row, Fraction], ...], int] = {}
        self.polys: list[Poly] = []
        self.roots: dict[int, Value] = {}
        self.memo: dict[Formula, Value | None] = {}

    def equal(self, left: Formula, right: Formula) -> bool:
        """True only if left = right wherever both have a value and the rewrites hold."""
        return not self._reduced(self.add(self.value(left), _scaled(self.value(right), Fraction(-1)))).top

    def value(self, found: Formula) -> Value:
        """The value of a formula."""
        if found not in self.memo:
            self.memo[found] = None
            target = self.rewrites.get(found)
            self.memo[found] = self.value(target) if target is not None else self._value(found)
        done = self.memo[found]
        if done is None:
            raise Refused("the equations that are used rewrite a formula into itself")
        return done

    def _value(self, found: Formula) -> Value:
        if found.kind == "number":
            return Value({(): found.parts[0]} if found.parts[0] else {}, {})
        if found.kind == "add":
            total = Value({}, {})
            for part in found.parts:
                total = self.add(total, self.value(part))
            return total
        if found.kind == "mul":
            product = Value({(): Fraction(1)}, {})
            for part in found.parts:
                product = self.mul(product, self.value(part))
            return product
        if found.kind == "power":
            return self._power(*found.parts)
        return self._atom(found)

    def _atom(self, key: object) -> Value:
        number_of = self.atoms.setdefault(key, len(self.atoms))
        return Value({((number_of, 1),): Fraction(1)}, {})

    def _power(self, base: Formula, exponent: Formula) -> Value:
        if exponent.kind != "number":
            return self._symbolic_power(base, exponent)
        halves = exponent.parts[0] * 2
        if halves.denominator != 1 or abs(halves) > EXPONENT:
            raise Refused(
                f"the exponent {exponent.parts[0]}: integers and halves up to {EXPONENT // 2} are known"
            )
        value = self.value(base) if halves % 2 == 0 else self._root(base)
        return self._whole_power(value, int(halves // 2 if halves % 2 == 0 else halves))

    def _whole_power(self, value: Value, exponent: int) -> Value:
        if abs(exponent) > 4 * EXPONENT:
            raise Refused(f"an exponent above {4 * EXPONENT}")
        if exponent < 0:
            value, exponent = self.inverse(value), -exponent
        product = Value({(): Fraction(1)}, {})
        for _ in range(exponent):
            product = self.mul(product, value)
        return product

    def _root(self, base: Formula) -> Value:
        """The atom for sqrt(base): the same one for equal radicands; sqrt(1) = 1."""
        if (known := self.rewrites.get(make("power", base, number(Fraction(1, 2))))) is not None:
            return self.value(known)
        radicand = self.value(base)
        if not self._reduced(self.add(radicand, Value({(): Fraction(-1)}, {}))).top:
            return Value({(): Fraction(1)}, {})
        for atom, other in self.roots.items():
            if not self._reduced(self.add(radicand, _scaled(other, Fraction(-1)))).top:
                return Value({((atom, 1),): Fraction(1)}, {})
        value = self._atom(("root", base))
        self.roots[self.atoms[("root", base)]] = radicand
        return value

    def _symbolic_power(self, base: Formula, exponent: Formula) -> Value:
        """base ** (k*v + ... + c) = (base**v)**k * ... * base**c; needs base != 0."""
        product = Value({(): Fraction(1)}, {})
        for unit, times in linear(exponent).items():
            part = self.value(base) if unit is ONE else self._atom(("power", base, unit))
            product = self.mul(product, self._whole_power(part, times))
        return product

    # -- arithmetic -----------------------------------------------------------------------------------

    def add(self, left: Value, right: Value) -> Value:
        """left + right over the least common product of factors."""
        below = {f: max(left.below.get(f, 0), right.below.get(f, 0)) for f in left.below | right.below}
        top: Poly = {}
        for value in (left, right):
            poly = value.top
            for factor, exponent in below.items():
                for _ in range(exponent - value.below.get(factor, 0)):
                    poly = _product(poly, self.polys[factor])
            Budget.spend(len(poly))
            for row, coefficient in poly.items():
                top[row] = _short(top.get(row, Fraction(0)) + coefficient)
        return self._cancelled({row: value for row, value in top.items() if value}, below)

    def mul(self, left: Value, right: Value) -> Value:
        """left * right."""
        below = {f: left.below.get(f, 0) + right.below.get(f, 0) for f in left.below | right.below}
        return self._cancelled(_product(left.top, right.top), below)

    def inverse(self, value: Value) -> Value:
        """1 / value; the numerator becomes a factor, atom by atom if it is one product."""
        top: Poly = {(): Fraction(1)}
        for factor, exponent in value.below.items():
            for _ in range(exponent):
                top = _product(top, self.polys[factor])
        if not value.top:
            raise Refused("division by zero")
        if len(value.top) > 1:
            lead = value.top[min(value.top)]
            return Value(
                _scaled(Value(top, {}), 1 / lead).top, {self._factor(_scaled(value, 1 / lead).top): 1}
            )
        [(row, coefficient)] = value.top.items()
        below = {self._factor({((atom, 1),): Fraction(1)}): exponent for atom, exponent in row}
        return self._cancelled(_scaled(Value(top, {}), 1 / coefficient).top, below)

    def _factor(self, poly: Poly) -> int:
        key = tuple(sorted(poly.items()))
        if key not in self.factors:
            self.factors[key] = len(self.polys)
            self.polys.append(poly)
        return self.factors[key]

    def _cancelled(self, top: Poly, below: dict[int, int]) -> Value:
        """Single atoms that stand in every term above and in the factors below are divided out."""
        for factor in [f for f in below if len(self.polys[f]) == 1]:
            [((atom, _),)] = self.polys[factor]
            least = min((dict(row).get(atom, 0) for row in top), default=0)
            shared = min(least, below[factor])
            if shared:
                below = {**below, factor: below[factor] - shared}
                top = {
                    _row({**dict(row), atom: dict(row)[atom] - shared}): value for row, value in top.items()
                }
        return Value(top, {factor: exponent for factor, exponent in below.items() if exponent})

    def _reduced(self, value: Value) -> Value:
        """The value without squares of roots: s**2 = P, the latest root first, as P may hold earlier ones."""
        for atom in sorted(self.roots, reverse=True):
            while any(dict(row).get(atom, 0) >= 2 for row in value.top):
                total = Value({}, {})
                for row, coefficient in value.top.items():
                    halves, odd = divmod(dict(row).get(atom, 0), 2)
                    part = Value({_row({**dict(row), atom: odd}): coefficient}, {})
                    total = self.add(total, self.mul(part, self._whole_power(self.roots[atom], halves)))
                value = total
        return value


def linear(exponent: Formula) -> dict[Formula, int]:
    """An integer combination of sizes and indices, ONE for the constant; refused if it is none."""
    Budget.spend(1)
    if exponent.kind in ("size", "index"):
        return {exponent: 1}
    if exponent.kind == "number" and exponent.parts[0].denominator == 1:
        return {ONE: int(exponent.parts[0])} if exponent.parts[0] else {}
    if exponent.kind == "add":
        total: dict[Formula, int] = {}
        for part in exponent.parts:
            for unit, times in linear(part).items():
                total[unit] = total.get(unit, 0) + times
        return {unit: times for unit, times in total.items() if times}
    if exponent.kind == "mul" and len(exponent.parts) == 2 and exponent.parts[0].kind == "number":
        factor = exponent.parts[0].parts[0]
        if factor.denominator == 1:
            return {unit: int(factor) * times for unit, times in linear(exponent.parts[1]).items()}
    raise Refused("a position or exponent is a sum of sizes, indices and integers")


def _row(exponents: Mapping[int, int]) -> Row:
    return tuple(sorted((atom, exponent) for atom, exponent in exponents.items() if exponent))


def _product(left: Poly, right: Poly) -> Poly:
    work = len(left) * len(right)
    Budget.spend(work + 1)
    if work > TERMS:
        raise Refused(f"an identity of more than {TERMS} terms; split the step")
    total: Poly = {}
    for row, coefficient in left.items():
        for other, factor in right.items():
            exponents = dict(row)
            for atom, exponent in other:
                exponents[atom] = exponents.get(atom, 0) + exponent
            key = _row(exponents)
            if max(exponents.values(), default=0) > 4 * EXPONENT:
                raise Refused(f"an exponent above {4 * EXPONENT}")
            total[key] = _short(total.get(key, Fraction(0)) + coefficient * factor)
    return {row: value for row, value in total.items() if value}


def _short(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS:
        raise Refused(f"a number of more than {BITS} bits")
    return value


def _scaled(value: Value, factor: Fraction) -> Value:
    return Value({row: coefficient * factor for row, coefficient in value.top.items()}, value.below)
