"""From terms to polynomials over atoms, and the decision whether two terms are equal.

Equal iff the difference, cleared of the denominators that stand outside sums and reduced by s**2 = P, is
the zero polynomial.  Each step is an identity where both sides are defined, so a zero is a proof; anything
else is no refutation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from bnsym.calculus.atoms import (
    Atom,
    Kind,
    Polynomial,
    Position,
    Variable,
    at,
    combine,
    entry_atom,
    position,
    size_atom,
    symbol_atom,
    variable,
)
from bnsym.calculus.places import delta_of, position_value
from bnsym.calculus.polynomial import accumulate, constant, merge, of_atom, scale, subtract
from bnsym.calculus.sums import ALL_RULES, SumAlgebra, symbolic_power
from bnsym.errors import SizeError, UndefinedValueError, UnsupportedTermError
from bnsym.terms.nodes import (
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Power,
    Sign,
    Size,
    Sum,
    Symbol,
    Term,
    add,
    negative,
    number,
)
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices, substitute

Environment = dict[Index, Position]
SHORT = 5  # up to this lower bound a range is completed to one from 1


class Normalizer(SumAlgebra):
    """Normal forms under a set of rules and definitions.

    A defined entry is opened if its name is in `opened` (None: all), else it is an entry like any other.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        opened: frozenset[str] | None = None,
        rules: frozenset[str] = ALL_RULES,
    ) -> None:
        super().__init__(rules)
        self.definitions = definitions
        self.opened = opened
        self._done: dict[tuple[Term, tuple[tuple[Index, Position], ...]], Polynomial] = {}
        self._bodies: dict[str, tuple[list[Variable], Polynomial]] = {}

    def normal_form(self, term: Term) -> Polynomial:
        """The polynomial of a term whose free indices stand for every position in their ranges."""
        return self.convert(term, {})

    def equal(self, left: Term, right: Term) -> bool:
        """True only if left = right wherever both are defined."""
        self.work = 0
        difference = subtract(self.normal_form(left), self.normal_form(right))
        return self.is_zero(difference)

    def is_zero(self, polynomial: Polynomial) -> bool:
        """True only if the polynomial vanishes wherever it is defined."""
        return not self.cleared(polynomial)

    def cleared(self, polynomial: Polynomial) -> Polynomial:
        """The polynomial times squares of its denominators: none of several terms is left."""
        while True:
            worst = [(a, e) for row in polynomial for a, e in row if a.kind == Kind.RADICAL and e < 0]
            if not worst:
                return polynomial
            radical = max({a for a, _ in worst}, key=lambda a: (a.height, len(a.key), a.key))
            lift = max(-e for a, e in worst if a is radical)
            polynomial = self._lifted(polynomial, radical, lift + lift % 2)

    def _lifted(self, polynomial: Polynomial, radical: Atom, exponent: int) -> Polynomial:
        total: Polynomial = {}
        for row, coefficient in polynomial.items():
            accumulate(total, self.reduce(merge(row, ((radical, exponent),))), coefficient)
        return total

    def convert(self, term: Term, environment: Environment) -> Polynomial:
        """The polynomial of a term, its free indices at the given positions (absent: at themselves)."""
        relevant = [index for index in free_indices(term) if index in environment]
        key = (term, tuple((i, environment[i]) for i in sorted(relevant, key=lambda i: i.name)))
        done = self._done.get(key)
        if done is None:
            done = self._done[key] = _RULES[type(term)](self, term, environment)
        return done

    def place(self, term: Term, environment: Environment) -> Position:
        """An index term as a position."""
        match term:
            case Index():
                return environment[term] if term in environment else self._free_place(term)
            case Size(name, least):
                return at(size_atom(name, least))
            case Number(value) if value.denominator == 1:
                return position({}, int(value))
            case Add(terms):
                total = position({}, 0)
                for part in terms:
                    total = combine(total, self.place(part, environment))
                return total
            case Mul((Number(value), part)) if value.denominator == 1:
                return combine(position({}, 0), self.place(part, environment), int(value))
        raise UnsupportedTermError("a position must be an index or a size, plus or minus integers")

    def _free_place(self, index: Index) -> Position:
        """low..high is 1..length, shifted."""
        shift = combine(self.place(index.low, {}), position({}, 1), -1)
        if self._affine(_length(index), {}) is None:
            _check_count(_length(index))
        free = variable(index.name, self.convert(_length(index), {}))
        return combine(at(free), shift)

    # -- ranges -----------------------------------------------------------------------------------

    def sum(self, term: Sum, environment: Environment) -> Polynomial:
        """A sum over low..high, split at the sizes and the integer that its length is the sum of."""
        before = self.left_out(term.index)
        if before:
            return self._from_one(term, environment, before)
        length = self._affine(_length(term.index), environment)
        if length is None:
            _check_count(_length(term.index))
            high = self.convert(_length(term.index), environment)
            return self._segment(term, environment, high, position({}, 0))
        total: Polynomial = {}
        done = position({}, 0)
        for size, times in length.parts:
            for _ in range(times):
                accumulate(total, self._segment(term, environment, of_atom(size), done))  # type: ignore[arg-type]
                done = combine(done, at(size))
        return self._ends(term, environment, total, done, length.constant)

    def left_out(self, index: Index) -> int:
        """How many positions a range from 2, 3, ... leaves out at its beginning; 0 for any other range."""
        low = index.low.value if isinstance(index.low, Number) else Fraction(1)
        short = low.denominator == 1 and 1 < low <= SHORT
        return int(low) - 1 if short and self._affine(_length(index), {}) is not None else 0

    def _from_one(self, term: Sum, environment: Environment, before: int) -> Polynomial:
        """The sum over 2..high is that over 1..high without its first entry, where that has a value."""
        whole = Index(term.index.name, number(1), term.index.high)
        longer = Sum(whole, substitute(term.body, {term.index: whole}))
        shifted = Sum(Index(term.index.name, number(1), _length(term.index)), _shifted(term, before))
        try:
            total = dict(self.sum(longer, environment))
            for k in range(1, before + 1):
                accumulate(total, self._body_at(longer, environment, position({}, k)), -1)
        except UndefinedValueError:
            return self.sum(shifted, environment)
        return total

    def _affine(self, length: Term, environment: Environment) -> Position | None:
        """The length as a sum of sizes and an integer; None for a product of sizes or a ragged length."""
        try:
            place = self.place(length, environment)
        except UnsupportedTermError:
            return None
        if any(isinstance(base, Variable) or times < 0 for base, times in place.parts):
            raise SizeError(
                "a sum's range must have a length that is a sum of sizes, a product, or a tensor's entry"
            )
        least = sum(times * base.payload[1] for base, times in place.parts)  # type: ignore[union-attr]
        if least + place.constant < 0:
            raise SizeError(
                f"a sum's range has length {place.key}, which may be negative; declare a larger least size"
            )
        return place

    def _segment(self, term: Sum, environment: Environment, high: Polynomial, done: Position) -> Polynomial:
        taken = {v.name for place in environment.values() for v in place.free}
        name = next(name for name in (f"?{k}" for k in range(10_000)) if name not in taken)
        binder = variable(name, high)
        return self.sum_over(binder, self._body_at(term, environment, combine(done, at(binder))))

    def _ends(
        self, term: Sum, environment: Environment, total: Polynomial, done: Position, extra: int
    ) -> Polynomial:
        """Add the entries after the last whole size, or take away those that are too many."""
        sign = 1 if extra > 0 else -1
        for k in range(abs(extra)):
            offset = k + 1 if extra > 0 else -k
            place = combine(done, position({}, 1), offset)
            accumulate(total, self._body_at(term, environment, place), sign)
        return total

    def _body_at(self, term: Sum, environment: Environment, place: Position) -> Polynomial:
        """The body at the place-th position of the range, counted from 1."""
        low = self.place(term.index.low, environment)
        where = combine(combine(place, low), position({}, 1), -1)
        return self.convert(term.body, {**environment, term.index: where})

    # -- definitions ------------------------------------------------------------------------------

    def entry(self, term: Entry, environment: Environment) -> Polynomial:
        """An entry; a defined one that is to be opened becomes its body."""
        name = term.tensor.name
        where = tuple(self.place(index, environment) for index in term.indices)
        if name not in self.definitions or (self.opened is not None and name not in self.opened):
            return of_atom(entry_atom(name, where, term.tensor.sign))
        parameters, body = self._body_of(name)
        return self.move(body, dict(zip(parameters, where, strict=True)))

    def _body_of(self, name: str) -> tuple[list[Variable], Polynomial]:
        if name not in self._bodies:
            definition = self.definitions[name]
            generic: Environment = {}
            variables = []
            for k, index in enumerate(definition.parameters):
                if not isinstance(index, Index):
                    raise UnsupportedTermError(
                        f"the recurrence {name} is no formula; use d.induction(..., over=SIZE)"
                    )
                high = self.convert(_length(index), generic)
                variables.append(variable(f"!{k}", high))
                generic[index] = at(variables[-1])
            self._bodies[name] = variables, self.convert(definition.body, generic)
        return self._bodies[name]


def _shifted(term: Sum, before: int) -> Term:
    """The body over 1..length."""
    index = Index(term.index.name, number(1), _length(term.index))
    return substitute(term.body, {term.index: add(index, number(before))})


def _check_count(length: Term) -> None:
    """A range's length is an integer >= 1: sizes, counts, and sums and products of them."""
    if not _is_count(length):
        raise SizeError(
            f"a sum's range has length {text(length)}, which is not known to be an integer >= 0: use "
            "sizes, entries of a tensor declared positive=True, integer=True, and sums and products of them"
        )


def _is_count(length: Term) -> bool:
    match length:
        case Size():
            return True
        case Number(value):
            return value.denominator == 1 and value >= 1
        case Entry(tensor, _):
            return tensor.sign is Sign.COUNT
        case Add(parts) | Mul(parts):
            return all(map(_is_count, parts))
        case _:
            return False


def _length(index: Index) -> Term:
    return index.high if index.low is number(1) else _simple_length(index.low, index.high)


@cache
def _simple_length(low: Term, high: Term) -> Term:
    """high - low + 1, the numbers in it worked out."""
    constant, rest = Fraction(1), []
    for sign, end in ((1, high), (-1, low)):
        for part in end.terms if isinstance(end, Add) else (end,):
            if isinstance(part, Number):
                constant += sign * part.value
            else:
                rest.append(part if sign == 1 else negative(part))
    return add(*rest, number(constant))


def _number(normalizer: Normalizer, term: Number, environment: Environment) -> Polynomial:
    return constant(term.value)


def _symbol(normalizer: Normalizer, term: Symbol, environment: Environment) -> Polynomial:
    return of_atom(symbol_atom(term.name, term.sign))


def _integer(normalizer: Normalizer, term: Term, environment: Environment) -> Polynomial:
    return position_value(normalizer.place(term, environment))


def _add(normalizer: Normalizer, term: Add, environment: Environment) -> Polynomial:
    total: Polynomial = {}
    for part in term.terms:
        accumulate(total, normalizer.convert(part, environment))
    return total


def _mul(normalizer: Normalizer, term: Mul, environment: Environment) -> Polynomial:
    factors = [normalizer.convert(part, environment) for part in term.factors]
    numbers = [f for f in factors if len(f) == 1 and () in f]
    rest = sorted((f for f in factors if not (len(f) == 1 and () in f)), key=len)
    product = normalizer.product(rest)
    for value in numbers:
        product = scale(product, value[()])
    return product


def _power(normalizer: Normalizer, term: Power, environment: Environment) -> Polynomial:
    base = normalizer.convert(term.base, environment)
    if not isinstance(term.exponent, Number):
        try:
            exponent = normalizer.place(term.exponent, environment)
        except UnsupportedTermError as error:
            raise UnsupportedTermError(
                f"the exponent {text(term.exponent)}: numbers, sums of sizes, indices and integers are known"
            ) from error
        return symbolic_power(normalizer, base, exponent)
    halves = term.exponent.value * 2
    if halves.denominator != 1:
        raise UnsupportedTermError(
            f"the exponent {term.exponent.value}: integers, halves of integers and terms in sizes are known"
        )
    return normalizer.half_power(base, int(halves))


def _delta(normalizer: Normalizer, term: Delta, environment: Environment) -> Polynomial:
    left, right = normalizer.place(term.left, environment), normalizer.place(term.right, environment)
    return delta_of(combine(left, right, -1))


_RULES: dict[type[Term], Callable[[Normalizer, Any, Environment], Polynomial]] = {
    Number: _number,
    Symbol: _symbol,
    Size: _integer,
    Index: _integer,
    Entry: Normalizer.entry,
    Add: _add,
    Mul: _mul,
    Power: _power,
    Sum: Normalizer.sum,
    Delta: _delta,
}
