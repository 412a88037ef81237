"""Arrays put together and taken apart along axes: np.concatenate and its kin, np.split, np.cumsum."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from bnsym.tracing.array import TracedArray, fresh, in_order, lift, stacked
from bnsym.tracing.layout import at_least, moveaxis, reshape
from bnsym.tracing.reductions import axes_of
from bnsym.tracing.sizes import is_integer, whole
from bnsym.tracing.trouble import SymbolicLoopError, UnsupportedCallError


def stack(arrays: Any, axis: Any = 0, **options: Any) -> Any:
    """np.stack."""
    return _rejoined(arrays, axis)


def concatenate(arrays: Sequence[Any], axis: Any = 0, **options: Any) -> Any:
    """np.concatenate along axes that have numbers."""
    items = [reshape(a, -1) if axis is None else lift(a) for a in arrays]
    at = axes_of(items[0], 0 if axis is None else axis)[0]
    return _rejoined([piece for item in items for piece in pieces(item, at)], at)


def pieces(array: TracedArray, axis: int) -> list[Any]:
    """The array at each place of an axis that has a number."""
    length = array.shape[axis]
    if length.constant is None:
        raise SymbolicLoopError(f"an axis of length {length} is taken apart", length.names)
    return [array[(slice(None),) * axis + (k,)] for k in range(length.constant)]


def _rejoined(parts: Sequence[Any], axis: int) -> Any:
    items = [lift(part) for part in parts]
    seen = moveaxis(stacked(items), 0, axis)
    made = fresh(seen.indices, seen.body, all(map(in_order, items)))
    made.store.whole = seen.store.whole
    return made


def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """np.append."""
    return concatenate([arr, values], axis)


def stacked_along(axis: int, ndim: int) -> Callable[..., Any]:
    """np.vstack, np.hstack, np.dstack: np.concatenate of arrays with at least so many axes."""

    def function(tup: Any, **options: Any) -> Any:
        items = [at_least(ndim)(item) for item in tup]
        return concatenate(items, 0 if items[0].ndim <= axis else axis)

    return function


def column_stack(tup: Any) -> Any:
    """np.column_stack."""
    items = [lift(item) for item in tup]
    return concatenate([item[:, None] if item.ndim == 1 else item for item in items], 1)


def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """np.split and np.array_split into views: equal parts, or between places."""
    array = lift(ary)
    at = axes_of(array, axis)[0]
    total = array.shape[at]
    if is_integer(indices_or_sections):
        sections = whole(indices_or_sections).__index__()
        step = total // sections
        if total.constant is None or total.constant % sections == 0:
            return _sections(array, at, sections, step)
        longer, part = total.constant % sections, step.__index__()
        places = [k * part + min(k, longer) for k in range(1, sections)]
    else:
        places = list(indices_or_sections)
    ends = [whole(0), *map(whole, places), total]
    lead = (slice(None),) * at
    return [array[(*lead, slice(a, b))] for a, b in itertools.pairwise(ends)]


def _sections(array: TracedArray, axis: int, sections: int, step: Any) -> list[Any]:
    """Equal parts, also of a symbolic axis: it is split in two of which the first counts the parts."""
    shape = array.shape
    apart = reshape(array, (*shape[:axis], sections, step, *shape[axis + 1 :]))
    return [apart[(slice(None),) * axis + (k,)] for k in range(sections)]


def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """np.roll of one axis that has a number."""
    array = lift(a)
    if axis is None:
        return reshape(roll(reshape(array, -1), shift, 0), array.shape)
    at = axes_of(array, axis)[0]
    parts = pieces(array, at)
    by = whole(shift).__index__() % len(parts)
    return _rejoined(parts[len(parts) - by :] + parts[: len(parts) - by], at)


def flip(m: Any, axis: Any = None) -> Any:
    """np.flip: a view."""
    array = lift(m)
    turned = axes_of(array, axis)
    return array[tuple(slice(None, None, -1) if k in turned else slice(None) for k in range(array.ndim))]


def cumulated(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """np.cumsum along an axis that has a number."""
    array = reshape(a, -1) if axis is None else at_least(1)(a)
    at = axes_of(array, 0 if axis is None else axis)[0]
    parts = pieces(array, at)
    sums = [sum(parts[1 : k + 1], start=lift(parts[0])) for k in range(len(parts))]
    return _rejoined(sums, at)


def diff(a: Any, n: int = 1, axis: Any = -1) -> Any:
    """np.diff along an axis that has a number."""
    if n != 1:
        raise UnsupportedCallError("np.diff of an order above 1")
    at = axes_of(lift(a), axis)[0]
    parts = pieces(lift(a), at)
    return _rejoined([after - before for before, after in itertools.pairwise(parts)], at)


def product_of(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False, **options: Any) -> Any:
    """np.prod of sizes, such as np.prod(x.shape), and along axes that have numbers."""
    if isinstance(a, list | tuple) and all(map(is_integer, a)):
        return prod(map(whole, a), start=whole(1))
    array = lift(a)
    result = array if axis is not None else reshape(array, -1)
    for k in sorted(axes_of(result, axis), reverse=True):
        first, *rest = pieces(result, k)
        for part in rest:
            first = first * part
        result = lift(first)
        result = result[(slice(None),) * k + (None,)] if keepdims and axis is not None else result
    return result


def triangle(upper: bool) -> Callable[..., Any]:
    """np.triu and np.tril of a matrix whose sizes have numbers."""

    def function(m: Any, k: int = 0) -> Any:
        rows = pieces(lift(m), 0)
        kept = [
            [entry if (j - i >= k if upper else j - i <= k) else 0 for j, entry in enumerate(pieces(row, 0))]
            for i, row in enumerate(rows)
        ]
        return lift(kept)

    return function
