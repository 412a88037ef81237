"""Sums, means, variances over axes: terms with the sum written out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from bnsym.terms.nodes import ZERO, Sum, Term, number
from bnsym.tracing.array import TracedArray, fresh, in_order, lift
from bnsym.tracing.axes import length
from bnsym.tracing.elementwise import written
from bnsym.tracing.numbers import magnitude, minus, over, raised
from bnsym.tracing.sizes import Dim, is_integer, whole
from bnsym.tracing.trouble import ShapeError, UnsupportedCallError

HALF = number(Fraction(1, 2))


def axes_of(array: TracedArray, axis: Any) -> tuple[int, ...]:
    """The axes that `axis` names, counted from 0."""
    if axis is None or (not array.ndim and axis in (0, -1)):
        return tuple(range(array.ndim))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    found = []
    for one in given:
        place = one.__index__() if is_integer(one) else None
        if place is None or not -array.ndim <= place < array.ndim:
            raise ShapeError(f"axis {one} of an array of shape {array.shape}")
        found.append(place % array.ndim)
    if len(set(found)) < len(found):
        raise ShapeError(f"axis {axis} names an axis twice")
    return tuple(found)


def summed(
    array: TracedArray, axes: tuple[int, ...], keepdims: bool, body: Term | None = None
) -> TracedArray:
    """The sum of a body (of the entries) over axes."""
    total = array.body if body is None else body
    for k in sorted(axes, reverse=True):
        for index in reversed(array.indices[k]):
            total = Sum(index, total) if total is not ZERO else ZERO
    kept = [() if k in axes else axis for k, axis in enumerate(array.indices) if keepdims or k not in axes]
    return fresh(kept, total, in_order(array))


def count(array: TracedArray, axes: tuple[int, ...]) -> Dim:
    """The number of entries that a reduction over these axes takes in."""
    total = whole(1)
    for k in axes:
        total = total * length(array.indices[k])
    return total


def _sum(array: TracedArray, axes: tuple[int, ...], keepdims: bool, ddof: Any) -> TracedArray:
    return summed(array, axes, keepdims)


def _mean(array: TracedArray, axes: tuple[int, ...], keepdims: bool, ddof: Any) -> TracedArray:
    total = summed(array, axes, keepdims)
    return fresh(total.indices, over(total.body, count(array, axes).term), in_order(array))


def _var(array: TracedArray, axes: tuple[int, ...], keepdims: bool, ddof: Any) -> TracedArray:
    mean = _mean(array, axes, True, 0)
    square = raised(minus(array.body, mean.body), number(2))
    total = summed(array, axes, keepdims, square)
    return fresh(total.indices, over(total.body, (count(array, axes) - ddof).term), in_order(array))


def _std(array: TracedArray, axes: tuple[int, ...], keepdims: bool, ddof: Any) -> TracedArray:
    var = _var(array, axes, keepdims, ddof)
    return fresh(var.indices, raised(var.body, HALF), in_order(array))


REDUCTIONS: dict[str, Callable[[TracedArray, tuple[int, ...], bool, Any], TracedArray]] = {
    "sum": _sum,
    "mean": _mean,
    "var": _var,
    "std": _std,
    "nansum": _sum,
    "nanmean": _mean,
    "nanvar": _var,
    "nanstd": _std,
}


def reduce(
    name: str,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    correction: Any = None,
    mean: Any = None,
) -> Any:
    """np.sum, np.mean, np.var, np.std and their methods."""
    array = lift(a)
    if isinstance(axis, list):
        raise TypeError("'list' object cannot be interpreted as an integer")  # as NumPy does
    ddof = ddof if correction is None else correction
    if mean is not None or not (is_integer(ddof) or isinstance(ddof, float)):
        raise UnsupportedCallError(f"np.{name} with mean= or ddof={ddof!r}")
    result = REDUCTIONS[name](array, axes_of(array, axis), bool(keepdims), whole(ddof))
    return result if out is None else written(result, out)


def total(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """np.sum."""
    return reduce("sum", a, axis, dtype, out, 0, keepdims)


def average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: Any = False) -> Any:
    """np.average; with weights as a quotient of sums."""
    if weights is None:
        return reduce("mean", a, axis, keepdims=keepdims)
    array, heavy = lift(a), lift(weights)
    if heavy.ndim == 1 and array.ndim > 1:  # the weights of one axis
        at = axes_of(array, axis)[0]
        weights = heavy[(slice(None),) + (None,) * (array.ndim - 1 - at)]
    heavy = array * lift(weights)
    return total(heavy, axis, keepdims=keepdims) / total(heavy * 0 + lift(weights), axis, keepdims=keepdims)


def mean_of(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """np.mean."""
    return reduce("mean", a, axis, dtype, out, 0, keepdims)


def spread(name: str) -> Callable[..., Any]:
    """np.var or np.std."""

    def function(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: Any = 0,
        keepdims: Any = False,
        **options: Any,
    ) -> Any:
        return reduce(name, a, axis, dtype, out, ddof, keepdims, **options)

    return function


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:  # noqa: A002 - NumPy's name
    """np.linalg.norm: the root of the sum of squares, or the sum of magnitudes."""
    array = lift(x)
    axes = axes_of(array, axis)
    if ord == 1 and len(axes) == 1:
        return summed(array, axes, keepdims, magnitude(array.body))
    if ord not in (None, 2, "fro") or (ord == 2 and len(axes) != 1):
        raise UnsupportedCallError(f"np.linalg.norm with ord={ord!r}")
    squares = summed(array, axes, keepdims, raised(array.body, number(2)))
    return fresh(squares.indices, raised(squares.body, HALF))
