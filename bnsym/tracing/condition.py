"""A comparison of arrays: true or false only where signs or sizes decide it for every value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any

from bnsym.calculus.signs import Signs
from bnsym.terms.nodes import ZERO, Add, Mul, Number, Power, Size, Symbol, Term
from bnsym.tracing.array import TracedArray, aligned, fresh, lift
from bnsym.tracing.numbers import minus
from bnsym.tracing.sizes import Dim
from bnsym.tracing.state import state
from bnsym.tracing.trouble import BranchOnDataError, UnsupportedCallError

Test = Callable[[Any, Any], bool]

TESTS: dict[str, Test] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


class Condition:
    """left ? right for every entry; `certain` is the answer if it is the same for all values.

    `array` is zero everywhere and has the shape of the answers.
    """

    __array_ufunc__ = None

    def __init__(self, certain: bool | None, array: TracedArray | None = None) -> None:
        self.certain = certain
        self.array = lift(0) if array is None else array

    def __bool__(self) -> bool:
        if self.certain is None:
            raise BranchOnDataError(
                "the code branches on values in an array; give the argument that decides it as a literal, or "
                "verify the function that the branch calls"
            )
        return self.certain

    def _with(self, other: Any, rule: Callable[[bool, bool], bool], decisive: bool) -> Condition:
        theirs = other if isinstance(other, Condition) else Condition(bool(other))
        both = self.certain, theirs.certain
        array = self.array + theirs.array
        if decisive in both:
            return Condition(decisive, array)
        return Condition(None if None in both else rule(bool(both[0]), bool(both[1])), array)

    def __and__(self, other: Any) -> Condition:
        return self._with(other, operator.and_, False)

    def __or__(self, other: Any) -> Condition:
        return self._with(other, operator.or_, True)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition:
        return Condition(None if self.certain is None else not self.certain, self.array)

    def __getattr__(self, name: str) -> Any:
        if name in ("all", "any", "item"):  # what is certain is so for every entry
            return lambda *args, **options: Condition(self.certain)
        raise UnsupportedCallError(f"{name} of a comparison of arrays: masks are not known")

    def __mul__(self, other: Any) -> Any:
        raise UnsupportedCallError("a product with a comparison of arrays: masks are not known")

    __rmul__ = __getitem__ = __mul__


def compared(name: str, left: Any, right: Any) -> Any:
    """The condition of a comparison."""
    if left is None or right is None or isinstance(left, str) or isinstance(right, str):
        return name == "not_equal"
    ours, theirs = lift(left), lift(right)
    sizes = [as_size(array) for array in (ours, theirs)]
    if isinstance(sizes[0], Dim) and isinstance(sizes[1], Dim):
        return TESTS[name](*sizes)
    axes, (first, second) = aligned([ours, theirs], "comparison")
    by_range = _decided_by_range(TESTS[name], first, second)
    answer = _decided(TESTS[name], minus(first, second)) if by_range is None else by_range
    return Condition(answer, fresh(axes, ZERO))


def _decided_by_range(test: Test, first: Term, second: Term) -> bool | None:
    """The answer where both have a range, and it is the same over all of both."""
    ours, theirs = _range(first), _range(second)
    if ours is None or theirs is None:
        return None
    corners = {test(one, other) for one in ours for other in theirs}
    inside = test in (operator.eq, operator.ne) and ours[0] <= theirs[1] and theirs[0] <= ours[1]
    return corners.pop() if len(corners) == 1 and not inside else None


def _range(term: Term) -> tuple[Fraction, Fraction] | None:
    """The least and the greatest value of a number, or of a scalar that was given a range."""
    if isinstance(term, Number):
        return term.value, term.value
    return state().ranges.get(term) if isinstance(term, Symbol) else None


def _decided(test: Test, difference: Term) -> bool | None:
    """The answer where the sign of the difference gives it."""
    known = Signs({}).of(difference)
    possible = [
        test(sign, 0)
        for sign, open_ in ((1, not known.below), (0, not known.nonzero), (-1, not known.above))
        if open_
    ]
    return possible[0] if possible and len(set(possible)) == 1 else None


def as_size(array: TracedArray) -> Dim | None:
    """The size that a single number is, if it is one."""
    found = as_quotient(array)
    divided = found is not None and any(exponent < 0 for row, _ in found.parts for _, exponent in row)
    return None if divided else found


def as_quotient(array: TracedArray) -> Dim | None:
    """The size, or the quotient of sizes, that a single number is."""
    return None if array.ndim else _read(array.body)


def _read(term: Term) -> Dim | None:
    match term:
        case Number(value):
            return Dim({(): value})
        case Size(name, _):
            return Dim({((name, 1),): Fraction(1)})
        case Power(Size(name, _), Number(value)) if value.denominator == 1:
            return Dim({((name, int(value)),): Fraction(1)})
        case Add(parts):
            return _folded(operator.add, parts)
        case Mul(parts):
            return _folded(operator.mul, parts)
    return None


def _folded(rule: Callable[[Any, Any], Any], parts: tuple[Term, ...]) -> Dim | None:
    dims = [_read(part) for part in parts]
    return None if None in dims else reduce(rule, dims)
