"""What a person writes with: SymPy objects for sizes, indices, scalars, tensors and derivatives.

Plain SymPy objects do as well: an `IndexedBase` is a tensor, an `Idx` with a range an index, a positive
integer `Symbol` a size, any other `Symbol` a real scalar.  These constructors say it shorter.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.sympify import SympifyError, _sympify

from bnsym.errors import SizeError, UnsupportedTermError, UsageError


class Size(sympy.Symbol):  # type: ignore[misc]
    """A symbolic length with a least value."""

    __slots__ = ("least",)
    least: int

    def __new__(cls, name: str, least: int = 1) -> Size:
        """A new symbol; two of the same name and least value are equal."""
        self: Size = sympy.Symbol.__xnew__(cls, name, integer=True, positive=True)
        self.least = least
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str, int], dict[str, Any]]:
        """What copies and pickles are made from."""
        return (self.name, self.least), {}

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.least)


class Derivative(sympy.Expr):  # type: ignore[misc]
    """The partial derivative of an expression by an entry at a generic position, or by a scalar.

    SymPy's own `Derivative` takes an entry x[p] for a constant beside x[i]; this one waits for bnsym.
    """

    @property
    def expression(self) -> sympy.Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def variable(self) -> sympy.Expr:
        """By what."""
        return self.args[1]

    def _sympystr(self, printer: Any) -> str:
        return f"d({printer.doprint(self.expression)})/d({printer.doprint(self.variable)})"


class Tensor(sympy.IndexedBase):  # type: ignore[misc]
    """An IndexedBase that says what is wrong with an index."""

    def __getitem__(self, indices: Any, **options: Any) -> sympy.Expr:
        places = indices if isinstance(indices, tuple | sympy.Tuple) else (indices,)
        if self.shape is not None and len(places) != len(self.shape):
            raise SizeError(
                f"{self.label}[{', '.join(map(str, places))}]: {self.label} has {len(self.shape)} axes "
                f"{self.shape}, and {len(places)} indices arrived; give one for each axis"
            )
        return super().__getitem__(indices, **options)


def size(name: object, least: object = 1) -> Size:
    """A symbolic length: an integer >= least, and least >= 1."""
    if not isinstance(name, str):
        raise SizeError(f"size(name) takes a name, not {name!r}; a fixed length is just the integer itself")
    if not isinstance(least, int) or least < 1:
        raise SizeError(f"size({name!r}, least={least!r}): the least length is an integer >= 1")
    return Size(name, least)


def sizes(names: object) -> tuple[Size, ...]:
    """Several sizes: `N, C = sizes("N C")`."""
    if not isinstance(names, str):
        raise UsageError(f"sizes({names!r}): give names in one text, such as sizes('N C')")
    return tuple(size(name) for name in names.split())


def index(name: object, length: Any, start: object = 1) -> sympy.Idx:
    """An index over start..start+length-1; documents count from 1."""
    if not isinstance(name, str) or not isinstance(start, int):
        raise UsageError(
            f"index({name!r}, {length}, start={start!r}): give a name, a length, an integer start"
        )
    checked = _length(f"index({name!r}, ...)", length)
    if checked is sympy.oo:
        raise SizeError(f"index({name!r}, oo): sums are finite; give a length")
    return sympy.Idx(name, (start, checked + start - 1))


def tensor(name: str, *shape: Any, **assumptions: bool) -> sympy.IndexedBase:
    """An array with an axis of each given size; `sympy.oo` for a sequence without end.

    `positive=True` or `nonnegative=True` is assumed of every entry; with `integer=True` as well, the
    entries are lengths (for ragged sums).
    """
    if not shape:
        raise SizeError(f"tensor({name!r}) has no axes; a scalar is a sympy.Symbol")
    lengths = tuple(_length(f"tensor({name!r}, ...)", axis) for axis in shape)
    return Tensor(name, shape=lengths, real=True, **assumptions)


def scalar(name: object, **assumptions: bool) -> sympy.Symbol:
    """A real scalar; `positive=True`, `nonnegative=True` or `nonzero=True` is assumed of it."""
    if not isinstance(name, str):
        raise UsageError(f"scalar({name!r}): give a name; a fixed number is just the number itself")
    return sympy.Symbol(name, real=True, **assumptions)


def derivative(expression: Any, variable: Any) -> sympy.Expr:
    """The partial derivative, by `x[p]` for a generic index p or by a scalar; derived when it is proved."""
    if not isinstance(variable, sympy.Indexed | sympy.Symbol):
        raise UsageError(
            f"derivative(..., {variable}): give an entry such as x[p] with an index p, or a scalar symbol"
        )
    return Derivative(exact(expression), variable)


def exact(value: Any) -> sympy.Basic:
    """A number or expression as SymPy has it; text is never evaluated, a float is not exact."""
    if isinstance(value, float):
        raise UnsupportedTermError(f"the float {value!r}: write an exact number, such as Rational(1, 10)")
    try:
        return _sympify(value)
    except SympifyError as error:
        raise UnsupportedTermError(
            f"{value!r} is a {type(value).__name__}, no SymPy expression; build it from symbols and entries"
        ) from error


def _length(call: str, length: Any) -> sympy.Expr:
    """A length: a size, a product or sum of sizes, oo, or an integer >= 1."""
    if isinstance(length, bool | float) or (isinstance(length, int) and length < 1):
        raise SizeError(f"{call}: a length is a size or an integer >= 1, not {length!r}")
    checked = exact(length)
    if checked is sympy.oo:
        return checked
    if checked.is_integer is False or checked.is_positive is False or not isinstance(checked, sympy.Expr):
        raise SizeError(f"{call}: a length is a size or an integer >= 1, not {length!r}")
    return checked
