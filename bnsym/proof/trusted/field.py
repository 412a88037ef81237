"""Identities of fields: polynomials over atoms, with exponents of any sign, and s**2 = P for s = sqrt(P).

An atom is whatever is no sum, product, power or root of other things: a name, an entry, a sum over an
index, a delta.  A root, and a denominator of several terms, is an atom s too, with s**n = P kept beside it.
Nothing is divided out but powers of atoms, so an identity holds wherever all denominators are other than 0.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce as fold

from bnsym.proof.trusted.formula import HALF, Budget, Formula, Refused, make, minus

Row = frozenset[tuple[object, int]]  # atoms, each with its exponent
Poly = dict[Row, Fraction | int]
EXPONENT, BITS = 256, 4_000
ALONE: Row = frozenset()
UNIT: Poly = {ALONE: 1}


def same(left: Formula, right: Formula, used: Iterable[tuple[Formula, Formula]] = ()) -> None:
    """Refused unless left = right, wherever both have a value and the used equations hold."""
    if not Field(used).vanishes(minus(left, right)):
        raise Refused("the two sides are not the same rational function of their atoms")


class Field:
    """One identity check.  The left sides of the equations are replaced by their right sides."""

    def __init__(self, equations: Iterable[tuple[Formula, Formula]] = ()) -> None:
        self.rewrites = {atom(left): right for left, right in equations}
        self.known: dict[object, tuple[int, Poly]] = {}  # (n, P) for the atoms s with s**n = P
        self.memo: dict[Formula, Poly | None] = {}

    def vanishes(self, found: Formula) -> bool:
        """True only if it is 0: multiply by denominators, put P in for s**n, the latest atom s first."""
        poly = self.value(found)
        for s, (n, inner) in reversed(self.known.items()):
            rows = [(dict(row), coefficient) for row, coefficient in poly.items()]
            least = min([0, *(row.get(s, 0) for row, _ in rows)])
            poly = {}
            for row, coefficient in rows:
                times, row[s] = divmod(row.get(s, 0) - least, n)
                left = {frozenset(pair for pair in row.items() if pair[1]): coefficient}
                poly = _sum([*poly.items(), *_times(left, self._whole(inner, times)).items()])
        return not poly

    def value(self, found: Formula) -> Poly:
        """The value of a formula."""
        if found not in self.memo:
            self.memo[found] = None
            other = self.rewrites.get(atom(found))
            self.memo[found] = self._value(found) if other is None else self.value(other)
        done = self.memo[found]
        if done is None:
            raise Refused("the equations that are used rewrite a formula into itself")
        return done

    def _value(self, found: Formula) -> Poly:
        match found.kind, found.parts:
            case "number", (value,):
                return _sum([(ALONE, value if value.denominator > 1 else int(value))])
            case "add", parts:
                return _sum(item for part in parts for item in self.value(part).items())
            case "mul", parts:
                return fold(_times, map(self.value, parts))
            case "power", (base, exponent):
                return self._power(base, exponent)
            case "delta", (left, right) if self.value(minus(left, right)).keys() <= UNIT.keys():
                return {} if self.value(minus(left, right)) else UNIT
        return {frozenset({(atom(found), 1)}): 1}

    def _power(self, base: Formula, exponent: Formula) -> Poly:
        """Whole powers, roots, and base**(k*v + ... + c) = (base**v)**k * ... * base**c."""
        if exponent is HALF:
            return self._named(2, self.value(base))
        if exponent.kind == "number" and exponent.parts[0].denominator == 2:
            return self._whole(self.value(make("power", base, HALF)), 2 * exponent.parts[0])
        powers = [
            self._whole({frozenset({((base, row), 1)}): 1} if row else self.value(base), times)
            for row, times in self.value(exponent).items()
        ]
        return fold(_times, powers, UNIT)

    def _whole(self, poly: Poly, exponent: Fraction | int) -> Poly:
        if exponent.denominator != 1 or not -EXPONENT <= int(exponent) <= EXPONENT:
            raise Refused(f"the exponent {exponent}: integers and halves up to {EXPONENT} are known")
        whole = int(exponent)
        powers = [poly if whole > 0 else self._inverse(poly)] * abs(whole) if whole else [UNIT]
        return fold(_times, powers)

    def _inverse(self, poly: Poly) -> Poly:
        """1 / poly: of one term by the signs of its exponents, else as an atom's."""
        if not poly:
            raise Refused("division by zero")
        [(row, coefficient)] = (self._named(1, poly) if len(poly) > 1 else poly).items()
        inverted = frozenset((s, -exponent) for s, exponent in row)
        return {inverted: coefficient if coefficient in (1, -1) else Fraction(1) / coefficient}

    def _named(self, n: int, poly: Poly) -> Poly:
        """The atom s with s**n = poly."""
        name = (n, frozenset(poly.items()))
        self.known.setdefault(name, (n, poly))
        return {frozenset({(name, 1)}): 1}


def atom(found: Formula) -> object:
    """What makes atoms one: entries at equal positions, deltas of equal differences, or the same formula."""
    Budget.spend(1)
    if found.kind == "entry":
        return (found.parts[0], *(frozenset(Field().value(place).items()) for place in found.parts[1:]))
    if found.kind == "delta":
        left, right = found.parts
        gaps = minus(left, right), minus(right, left)
        return frozenset(frozenset(Field().value(gap).items()) for gap in gaps)
    return found


def _sum(terms: Iterable[tuple[Row, Fraction | int]]) -> Poly:
    """The sum of the terms, like ones collected."""
    total: Poly = {}
    for row, coefficient in terms:
        Budget.spend(1)
        value = total[row] = total.get(row, 0) + coefficient
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS:
            raise Refused(f"a number of more than {BITS} bits")
    return {row: value for row, value in total.items() if value}


def _times(left: Poly, right: Poly) -> Poly:
    return _sum((_joined(a, b), c * d) for a, c in left.items() for b, d in right.items())


def _joined(left: Row, right: Row) -> Row:
    exponents = dict(left)
    for s, exponent in right:
        exponents[s] = exponents.get(s, 0) + exponent
    return frozenset((s, exponent) for s, exponent in exponents.items() if exponent)
