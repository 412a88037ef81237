"""Products, powers, inverses and roots of polynomials: the field part of the normal form.

1/P and sqrt(P) for a P of several terms are powers of one formal *radical* s with s**2 = P.  A monomial is
in normal form when every radical's exponent is 1 or negative, and no negative power of a radical stands
beside that radical's *pivot*: for P = A*v + B with a unit A, v * s**-k = (s**(2-k) - B * s**-k) / A.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce as fold

from bnsym.calculus.atoms import (
    RANK,
    Atom,
    Kind,
    Monomial,
    Polynomial,
    atom,
    free_of,
    key_of,
    monomial_key,
)
from bnsym.calculus.polynomial import (
    UNIT,
    accumulate,
    common_monomial,
    constant,
    content,
    divide_out,
    merge,
    monomial_of,
    of_atom,
    quotient,
    scale,
    without,
)
from bnsym.errors import UndefinedValueError

WORK_LIMIT = 400_000  # products of monomials in one normalization; a few seconds
POWER_LIMIT = 64


class WorkLimitError(Exception):
    """The normal form grew beyond the limit; the prover answers unknown."""


@dataclass(frozen=True)
class Radical:
    """s with s**2 = square.  `pure`: 1/square has no simpler form than s**-2.  See the module."""

    square: Polynomial
    pure: bool
    pivot: Atom | None
    pivot_factor: Polynomial  # 1 / A
    pivot_rest: Polynomial  # B / A


class Algebra:
    """Polynomial arithmetic modulo the rules for radicals and deltas."""

    pivots = True  # whether a pivot is moved into a sum and absorbed
    places = True  # whether what stands beside a delta is written at one of its two places

    def __init__(self) -> None:
        self.work = 0
        self._reduced: dict[Monomial, Polynomial] = {}

    def multiply(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """The product, reduced."""
        total: Polynomial = {}
        self.work += len(left) * len(right)
        if self.work > WORK_LIMIT:
            raise WorkLimitError
        for row, factor in left.items():
            for other, coefficient in right.items():
                self._add_product(total, merge(row, other), factor * coefficient)
        return total

    def _add_product(self, total: Polynomial, monomial: Monomial, factor: int | Fraction) -> None:
        if any(a.active for a, _ in monomial):
            accumulate(total, self.reduce(monomial), factor)
        else:
            accumulate(total, {monomial: factor})

    def product(self, factors: list[Polynomial]) -> Polynomial:
        """The product of several polynomials."""
        return fold(self.multiply, factors, constant(1))

    def power(self, base: Polynomial, exponent: int) -> Polynomial:
        """base ** exponent for any integer exponent."""
        if abs(exponent) > POWER_LIMIT:
            raise WorkLimitError
        if exponent < 0:
            return self.power(self.inverse(base), -exponent)
        return self.product([base] * exponent)

    def half_power(self, base: Polynomial, halves: int) -> Polynomial:
        """base ** (halves / 2)."""
        if halves % 2 == 0:
            return self.power(base, halves // 2)
        return self.multiply(self.root(base), self.power(base, (halves - 1) // 2))

    def inverse(self, base: Polynomial) -> Polynomial:
        """1 / base."""
        if not base:
            raise UndefinedValueError("division by zero")
        if len(base) == 1:
            return self._inverse_monomial(base)
        common = common_monomial(base)
        divisor = content(base) * _sign(base)
        rest = divide_out(base, common, divisor)
        if (reduced := self.reduced(rest)) != rest:
            outside = {monomial_of((a, -e) for a, e in common.items()): quotient(1, divisor)}
            return self.multiply(outside, self.inverse(reduced))
        outer = {monomial_of((a, -e) for a, e in common.items()): quotient(1, divisor)}
        return self.multiply(outer, of_atom(radical_atom(rest), -2))

    def _inverse_monomial(self, base: Polynomial) -> Polynomial:
        [(monomial, coefficient)] = base.items()
        parts = [self._inverse_power(a, e) for a, e in monomial]
        return self.product([constant(quotient(1, coefficient)), *parts])

    def _inverse_power(self, a: Atom, exponent: int) -> Polynomial:
        if a.simple:
            return of_atom(a, -exponent)
        if a.kind == Kind.RADICAL:
            return self.reduce(((a, -exponent),))
        return self.reduce(((radical_atom(of_atom(a)), -2 * exponent),))

    def root(self, base: Polynomial) -> Polynomial:
        """sqrt(base): squares of what is known to be positive leave the root; the rest stays in it."""
        if not base:
            return {}
        common = {a: e for a, e in common_monomial(base).items() if a.positive}
        factor = content(base)
        rest = divide_out(base, common, factor)
        parts = [_root_of_number(factor)]
        parts += [_root_of_power(a, e) for a, e in common.items()]
        if (reduced := self.reduced(rest)) != rest:
            return self.product([*parts, self.root(reduced)])
        parts += [] if rest == {UNIT: 1} else [of_atom(radical_atom(rest))]
        return self.product(parts)

    def reduced(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial with each monomial in normal form, as they are not after a division."""
        if not any(a.active for row in polynomial for a, _ in row):
            return polynomial
        total: Polynomial = {}
        for row, coefficient in polynomial.items():
            accumulate(total, self.reduce(row), coefficient)
        return total

    def reduce(self, monomial: Monomial) -> Polynomial:
        """The normal form of one monomial."""
        done = self._reduced.get(monomial)
        if done is None:
            done = self._reduced[monomial] = self._reduce(monomial)
        return done

    def _reduce(self, monomial: Monomial) -> Polynomial:
        for a, exponent in monomial:
            changed = None
            if a.kind == Kind.RADICAL:
                changed = self._reduce_radical(monomial, a, exponent)
            elif a.kind == Kind.DELTA:
                changed = self.reduce_delta(monomial, a, exponent)
            elif a.pivots:
                changed = self.reduce_sum(monomial, a)
            if changed is not None:
                return changed
        return {monomial: 1}

    def _reduce_radical(self, monomial: Monomial, s: Atom, exponent: int) -> Polynomial | None:
        radical: Radical = s.payload
        rest: Polynomial = {without(monomial, s, exponent): 1}
        if exponent >= 2:
            square = self.power(radical.square, exponent // 2)
            return self.product([rest, square, of_atom(s, exponent % 2)])
        if exponent >= 0:
            return None
        if not radical.pure:
            square = self.power(self.inverse(radical.square), -(exponent // 2))
            return self.product([rest, square, of_atom(s, exponent % 2)])
        pivot = radical.pivot
        if not self.pivots or pivot is None or dict(monomial).get(pivot, 0) < 1:
            return None
        rest = {without(without(monomial, s, exponent), pivot, 1): 1}
        lifted = self.multiply(radical.pivot_factor, of_atom(s, exponent + 2))
        accumulate(lifted, self.multiply(radical.pivot_rest, of_atom(s, exponent)), -1)
        return self.multiply(rest, lifted)

    def reduce_delta(self, monomial: Monomial, delta: Atom, exponent: int) -> Polynomial | None:
        """delta**k = delta, and what stands beside a delta is written at one of its two places."""
        raise NotImplementedError

    def reduce_sum(self, monomial: Monomial, a: Atom) -> Polynomial | None:
        """Move a factor that is a pivot of a radical inside a sum into that sum."""
        raise NotImplementedError


def radical_atom(square: Polynomial) -> Atom:
    """The formal root of a polynomial."""
    pure = _is_pure(square)
    pivot, factor, rest = _pivot(square) if pure else (None, {}, {})
    payload = Radical(square, pure, pivot, factor, rest)
    height = max((a.height for monomial in square for a, _ in monomial), default=0)
    return atom(Kind.RADICAL, f"root({key_of(square)})", payload, free_of(square), height)


def _is_pure(square: Polynomial) -> bool:
    if len(square) == 1:
        [(monomial, coefficient)] = square.items()
        return coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1 and not monomial[0][0].simple
    return not common_monomial(square) and _sign(square) == 1 and content(square) == 1


def _sign(polynomial: Polynomial) -> int:
    """The sign of the leading term: one with the fewest sums (but some), then by key."""
    first = min(polynomial, key=_sign_order)
    return 1 if polynomial[first] > 0 else -1


def _sign_order(monomial: Monomial) -> tuple[int, int, str]:
    sums = sum(abs(e) for a, e in monomial if a.kind in (Kind.SUM, Kind.OPAQUE))
    return (0 if sums else 1 if monomial else 2, sums, monomial_key(monomial))


def _pivot_candidate(atoms: set[Atom]) -> list[Atom]:
    """The first atom in an order that no renaming of variables changes, if nothing ties with it.

    It comes before all the others, so that a rewriting puts later atoms in the place of an earlier one, and
    rewritings by several radicals end.
    """
    first = min(map(_look_of, atoms))
    found = [a for a in atoms if _look_of(a) == first]
    return found if len(found) == 1 else []


def _look_of(a: Atom) -> tuple[int, str]:
    name = a.key if not a.free else a.payload[0] if a.kind == Kind.ENTRY else ""
    return RANK[a.kind], name


def _pivot(square: Polynomial) -> tuple[Atom | None, Polynomial, Polynomial]:
    """The first atom v if square = A*v + B, A a monomial of positive atoms, v not in B; 1/A and B/A."""
    for v in _pivot_candidate({a for row in square for a, _ in row}):
        rows = [row for row in square if any(a is v for a, _ in row)]
        if len(rows) != 1 or dict(rows[0])[v] != 1 or v.kind in (Kind.RADICAL, Kind.DELTA):
            continue
        unit = without(rows[0], v, 1)
        if all(a.positive and a.simple for a, _ in unit):
            common, divisor = dict(unit), square[rows[0]]
            rest = {row: value for row, value in square.items() if row != rows[0]}
            factor = {monomial_of((a, -e) for a, e in unit): quotient(1, divisor)}
            return v, factor, divide_out(rest, common, divisor)
    return None, {}, {}


def _root_of_power(a: Atom, exponent: int) -> Polynomial:
    """sqrt(a ** exponent) for a positive atom a."""
    half, odd = divmod(exponent, 2)
    pairs = [(a, half)] + ([(radical_atom(of_atom(a)), 1)] if odd else [])
    return {monomial_of(pairs): 1}


def _root_of_number(value: Fraction) -> Polynomial:
    """sqrt of a positive rational: p*sqrt(r)/q with r free of small squares."""
    inside, outside = value.numerator * value.denominator, Fraction(1, value.denominator)
    divisor = 2
    while divisor * divisor <= inside and divisor < 1000:
        while inside % (divisor * divisor) == 0:
            inside, outside = inside // (divisor * divisor), outside * divisor
        divisor += 1
    if inside == 1:
        return constant(outside)
    return scale(of_atom(radical_atom(constant(inside))), outside)
