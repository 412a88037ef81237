"""A size as the traced code sees it: an exact polynomial in the atomic sizes that acts like an int."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import lcm, prod
from typing import Any

import numpy as np

from bnsym.terms.nodes import Size, Term, add, mul, number, power
from bnsym.tracing.state import Restart, asked_by_theirs, note_text, state
from bnsym.tracing.trouble import SymbolicLoopError, UnsupportedCallError

Monomial = tuple[tuple[str, int], ...]
Compare = Callable[[Any, Any], bool]


class Dim:
    """An integer >= 1 or a number made of such: a sum of products of atomic sizes."""

    __slots__ = ("parts",)

    def __init__(self, parts: Mapping[Monomial, Fraction]) -> None:
        self.parts = tuple(sorted((row, value) for row, value in parts.items() if value))

    # -- what it is -----------------------------------------------------------------------------------

    @property
    def constant(self) -> int | None:
        """The number, if it is one."""
        if not self.parts:
            return 0
        [(row, value), *more] = self.parts
        return None if row or more else int(value)

    @property
    def names(self) -> tuple[str, ...]:
        """The atomic sizes in it."""
        return tuple(sorted({name for row, _ in self.parts for name, _ in row}))

    @property
    def term(self) -> Term:
        """The size as a term."""
        return add(*(mul(number(value), *map(_factor, row)) for row, value in self.parts))

    def __repr__(self) -> str:
        note_text(self.names)
        rows = ["*".join([*_coefficient(value, row), *map(_text, row)]) for row, value in self.parts]
        return " + ".join(rows).replace("+ -", "- ") or "0"

    def __format__(self, spec: str) -> str:
        note_text(self.names)
        return format(str(self) if self.constant is None else self.constant, spec)

    def __hash__(self) -> int:
        if self.constant is None and asked_by_theirs():
            raise SymbolicLoopError("a size is looked up in a set or a dict", self.names)
        return hash(self.constant) if self.constant is not None else hash(self.parts)

    def __reduce__(self) -> Any:
        return Dim, (dict(self.parts),)

    # -- where Python needs a number ------------------------------------------------------------------

    def __index__(self) -> int:
        if self.constant is None:
            raise SymbolicLoopError(f"the size {self} is used where Python needs a number", self.names)
        return self.constant

    def __int__(self) -> int:
        return self.__index__()

    def __float__(self) -> float:
        return float(self.__index__())

    def __bool__(self) -> bool:
        return self != 0

    # -- arithmetic -----------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        return _binary(self, other, _plus, operator.add)

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return _binary(self, other, lambda a, b: _plus(a, b, -1), operator.sub)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __neg__(self) -> Dim:
        return _times(self, whole(-1))

    def __pos__(self) -> Dim:
        return self

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, list | tuple):  # [0] * n
            return other * self.__index__()
        return _binary(self, other, _times, operator.mul)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __pow__(self, other: Any) -> Any:
        if isinstance(other, int) and other >= 0:
            return prod([self] * other, start=whole(1))
        return real(self) ** other

    def __rpow__(self, other: Any) -> Any:
        return other ** real(self)

    def __truediv__(self, other: Any) -> Any:
        return real(self) / other

    def __rtruediv__(self, other: Any) -> Any:
        return other / real(self)

    def __floordiv__(self, other: Any) -> Any:
        return _exact(self, other, "//")

    def __rfloordiv__(self, other: Any) -> Any:
        return _exact(whole(other), self, "//")

    def __mod__(self, other: Any) -> Any:
        return _remainder(self, other)

    def __rmod__(self, other: Any) -> Any:
        return _remainder(whole(other), self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return divmod(whole(other), self)

    def __round__(self, digits: int | None = None) -> Dim:
        return self

    def __abs__(self) -> Dim:
        return self if self >= 0 else -self

    __array_priority__ = 1.0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from bnsym.tracing.dispatch import call_ufunc

        return call_ufunc(ufunc, method, inputs, options)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # checks that took hold of `int` before the trace let a size pass
        return int

    @property
    def dtype(self) -> Any:
        """A NumPy integer's."""
        return np.dtype(np.int64)

    # -- comparisons ----------------------------------------------------------------------------------

    def __eq__(self, other: Any) -> bool:
        return _compare(self, other, operator.eq)

    def __ne__(self, other: Any) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return _compare(self, other, operator.lt)

    def __le__(self, other: Any) -> bool:
        return _compare(self, other, operator.le)

    def __gt__(self, other: Any) -> bool:
        return _compare(self, other, operator.gt)

    def __ge__(self, other: Any) -> bool:
        return _compare(self, other, operator.ge)


def whole(value: Any) -> Dim:
    """A Dim of an integer."""
    return value if isinstance(value, Dim) else Dim({(): Fraction(int(value))})


def atomic(name: str) -> Dim:
    """The atomic size of that name: its number if it is fixed, its product if it is split."""
    known = state()
    if name in known.fixed:
        return whole(known.fixed[name])
    if name in known.splits:
        first, second = known.splits[name]
        return _times(whole(first), whole(second))
    return Dim({((name, 1),): Fraction(1)})


def same(left: Dim, right: Dim) -> bool:
    """Equal for every size; no assumption is made."""
    return left.parts == right.parts


def is_integer(value: Any) -> bool:
    """A Python or NumPy integer, or a Dim."""
    return isinstance(value, int | np.integer | Dim) and not isinstance(value, bool)


def quotient(left: Dim, right: Dim) -> Dim | None:
    """left / right if it is a product of sizes again, for one product by another."""
    if len(right.parts) != 1 or len(left.parts) != 1:
        return None
    [(above, value)], [(below, divisor)] = left.parts, right.parts
    powers = dict(above)
    for name, exponent in below:
        powers[name] = powers.get(name, 0) - exponent
    ratio = value / divisor
    if ratio.denominator != 1 or any(exponent < 0 for exponent in powers.values()):
        return None
    return Dim({_row(powers.items()): ratio})


def floored(dim: Dim) -> Dim:
    """The integer that int() makes of a size, or of a size divided by a number."""
    factor = lcm(*(value.denominator for _, value in dim.parts))
    powers: dict[str, int] = {}
    for row, _ in dim.parts:
        for name, exponent in row:
            powers[name] = max(powers.get(name, 0), -exponent)
    below = Dim({_row(powers.items()): Fraction(factor)})
    return _exact(_times(dim, below), below, "//")


def real(dim: Dim) -> Any:
    """The size as a real number, to calculate with."""
    from bnsym.tracing.array import constant_array

    return constant_array(dim.term)


def _row(pairs: Iterable[tuple[str, int]]) -> Monomial:
    return tuple(sorted((name, exponent) for name, exponent in pairs if exponent))


def _factor(pair: tuple[str, int]) -> Term:
    name, exponent = pair
    return power(Size(name, state().least.get(name, 1)), exponent)


def _text(pair: tuple[str, int]) -> str:
    name, exponent = pair
    return name if exponent == 1 else f"{name}**{exponent}"


def _coefficient(value: Fraction, row: Monomial) -> list[str]:
    return [] if value == 1 and row else [str(value)]


def _binary(left: Dim, right: Any, rule: Callable[[Dim, Dim], Dim], usual: Compare) -> Any:
    if is_integer(right) or isinstance(right, bool):
        return rule(left, whole(right))
    if isinstance(right, float | np.floating | Fraction):
        return usual(real(left), right)
    return NotImplemented


def _plus(left: Dim, right: Dim, factor: int = 1) -> Dim:
    parts = dict(left.parts)
    for row, value in right.parts:
        parts[row] = parts.get(row, Fraction(0)) + factor * value
    return Dim(parts)


def _times(left: Dim, right: Dim) -> Dim:
    parts: dict[Monomial, Fraction] = {}
    for row, value in left.parts:
        for other, factor in right.parts:
            powers = dict(row)
            for name, exponent in other:
                powers[name] = powers.get(name, 0) + exponent
            key = _row(powers.items())
            parts[key] = parts.get(key, Fraction(0)) + value * factor
    return Dim(parts)


def _remainder(left: Dim, right: Any) -> Dim:
    """left % right: the number that it is, or 0, which is noted."""
    if is_integer(right) and left.constant is not None and whole(right).constant:
        return whole(left.constant % int(right))
    _exact(left, right, "%")
    return whole(0)


def _exact(left: Dim, right: Any, sign: str) -> Dim:
    """A quotient without remainder; a size that hides the divisor is split from now on."""
    if not is_integer(right):
        raise UnsupportedCallError(f"{left} {sign} {right}: sizes are divided by integers and sizes")
    right = whole(right)
    if left.constant is not None and right.constant:
        return whole(left.constant // right.constant)
    found = quotient(left, right)
    if found is not None:
        return found
    if len(left.parts) == 1 and len(right.parts) == 1:
        rest, splittable = _uncancelled(left, right)
        if splittable:  # rows are taken apart from the outermost size on
            raise Restart(splits=split(min(splittable, key=state().rank), rest))
    raise UnsupportedCallError(
        f"{left} {sign} {right}: not known to be a whole number; give these sizes numbers with --size"
    )


def _uncancelled(left: Dim, right: Dim) -> tuple[Dim, list[str]]:
    """What of the divisor stays, and the sizes of the dividend that may hold it."""
    [(above, value)], [(below, divisor)] = left.parts, right.parts
    powers = {name: e - dict(above).get(name, 0) for name, e in below}
    ratio = divisor / value
    rest = Dim({_row((n, e) for n, e in powers.items() if e > 0): ratio})
    return rest, [name for name, _ in above if name not in dict(below) and ratio.denominator == 1]


def split(name: str, divisor: Dim) -> dict[str, tuple[Any, Any]]:
    """name := divisor * another size, with a name that is not taken."""
    taken = {*state().splits, *state().fixed, *divisor.names, *state().names}
    other = next(n for n in ("K", "Q", *(f"K{k}" for k in range(2, 100))) if n not in taken)
    return {name: (divisor, Dim({((other, 1),): Fraction(1)}))}


# -- comparisons --------------------------------------------------------------------------------------


def _compare(left: Dim, right: Any, test: Compare) -> bool:
    if not is_integer(right):
        if hasattr(right, "indices"):  # an array of this trace
            return bool(test(real(left), right))
        if isinstance(right, float) and right == int(right):
            return _compare(left, int(right), test)
        if isinstance(right, float | np.floating):
            return bool(test(real(left), right))
        if test is not operator.eq:
            raise UnsupportedCallError(f"{left} is compared with {right!r}")
        return False
    difference = _plus(left, whole(right), -1)
    if difference.constant is not None:
        return test(difference.constant, 0)
    for sign in (1, -1):
        low = _least(difference * sign)
        if low is not None and (low > 0 or (low == 0 and test(0, 0) == test(sign, 0))):
            return test(sign, 0)
    return _assumed(difference, test)


def _least(difference: Dim) -> Fraction | None:
    """The least value over all sizes, where each product enters with a positive factor."""
    total = Fraction(0)
    for row, value in difference.parts:
        if row and value < 0:
            return None
        total += value * prod(state().least.get(name, 1) ** exponent for name, exponent in row)
    return total


def _assumed(difference: Dim, test: Compare) -> bool:
    """The answer for general and large sizes, which is noted as an assumption."""
    for sign in (1, -1):
        low = _least(difference * sign)
        if low is not None and (low == 0 or test is not operator.eq):
            _assume_positive(difference * sign, or_zero=test(0, 0) == test(sign, 0))
            return test(sign, 0)
    if test is operator.eq:
        positive = Dim({row: value for row, value in difference.parts if value > 0})
        state().assume(f"{positive} != {positive - difference}")
        return False
    raise UnsupportedCallError(
        f"the code asks whether {difference} is positive or negative, and both may be: give these sizes "
        "numbers with --size"
    )


def assume_longer(name: str) -> None:
    """Assume of an atomic size that it is not 1."""
    if state().least.get(name, 1) < 2:
        raise Restart(least={name: 2})


def _assume_positive(difference: Dim, or_zero: bool) -> None:
    """difference > 0, or >= 0: for one size, that it is larger from now on."""
    if or_zero:
        difference = difference + 1
    rows = [(row, value) for row, value in difference.parts if row]
    if len(rows) == 1 and len(rows[0][0]) == 1 and rows[0][0][0][1] == 1:
        [(((name, _),), value)] = rows
        bound = -dict(difference.parts).get((), Fraction(0)) / value
        raise Restart(least={name: int(bound // 1) + 1})
    positive = Dim({row: value for row, value in difference.parts if row and value > 0})
    state().assume(f"{positive} > {positive - difference}")
