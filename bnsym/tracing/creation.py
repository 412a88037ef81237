"""Arrays that code makes by itself: constants, identities, copies, random starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bnsym.terms.nodes import ONE, ZERO, Delta, Entry, Sign, Symbol, Tensor, Term
from bnsym.tracing.array import (
    TracedArray,
    constant_array,
    filled,
    fresh,
    in_order,
    is_number,
    lift,
    uncertain,
)
from bnsym.tracing.axes import Axis, Names
from bnsym.tracing.layout import at_least, broadcast_to, dims_of
from bnsym.tracing.numbers import minus, plus, times
from bnsym.tracing.sizes import Dim, is_integer, whole
from bnsym.tracing.state import state
from bnsym.tracing.trouble import UnsupportedCallError


def constant(value: Term | None) -> Callable[..., Any]:
    """np.zeros, np.ones, np.empty: of a shape.  None: entries that nothing may be said of."""

    def function(shape: Any = (), dtype: Any = None, *args: Any, **options: Any) -> Any:
        lengths = dims_of(shape)
        if any(length == 0 for length in lengths):
            return np.zeros([int(length) for length in lengths], getattr(dtype, "of", dtype) or float)
        return kept_as(dtype, filled(lengths, unset() if value is None else value))

    return function


def constant_like(value: Term | None) -> Callable[..., Any]:
    """np.zeros_like and its kind: of another array's shape."""

    def function(a: Any, dtype: Any = None, *args: Any, shape: Any = None, **options: Any) -> Any:
        source = lift(a)
        body = unset() if value is None else value
        made = (
            fresh(source.indices, body, in_order(source)) if shape is None else filled(dims_of(shape), body)
        )
        return kept_as(dtype, made, source.store.whole)

    return function


def kept_as(dtype: Any, made: TracedArray, usual: bool = False) -> TracedArray:
    """The array with integers for entries, if that is its dtype (or the usual one, where none is given)."""
    kind = None if dtype is None else np.dtype(getattr(dtype, "of", dtype)).kind
    made.store.whole = usual if kind is None else kind in "iub"
    made.store.truth = made.store.truth or kind == "b"
    return made


def unset() -> Term:
    """The entry of np.empty: an unknown number."""
    return Symbol(state().unused("uninitialized"), Sign.REAL)


def full(shape: Any, fill_value: Any, dtype: Any = None, *args: Any, **options: Any) -> Any:
    """np.full."""
    value = lift(fill_value)
    wide = broadcast_to(value, dims_of(shape))
    made = fresh(wide.indices, wide.body)
    made.store.whole = value.store.whole
    return converted(made, dtype)


def full_like(a: Any, fill_value: Any, dtype: Any = None, *args: Any, **options: Any) -> Any:
    """np.full_like, in the dtype of the array."""
    source = lift(a)
    return converted(
        full(source.shape, fill_value), float if dtype is None and not source.store.whole else dtype
    )


def eye(N: Any, M: Any = None, k: Any = 0, **options: Any) -> Any:
    """np.eye: Kronecker's delta."""
    rows, columns = whole(N), whole(N if M is None else M)
    if rows.constant is not None and columns.constant is not None:
        return lift([[float(j - i == k) for j in range(int(columns))] for i in range(int(rows))])
    if k or rows != columns:
        raise UnsupportedCallError("np.eye that is not square, or beside the main diagonal")
    names = Names()
    first: Axis = names.axis(rows)
    second: Axis = names.axis(columns)
    body: Term = ONE
    for one, other in zip(first, second, strict=True):
        body = times(body, Delta(one, other))
    return fresh((first, second), body)


def array(value: Any, dtype: Any = None, *args: Any, copy: Any = True, ndmin: int = 0, **options: Any) -> Any:
    """np.array: a copy."""
    seen = lift(value)
    result = as_array(seen, dtype) if copy is False or copy is None else converted(seen, dtype)
    while result.ndim < ndmin:
        result = result[None]
    return result


def as_array(value: Any, dtype: Any = None, *args: Any, **options: Any) -> Any:
    """np.asarray: the array itself, unless it has another dtype; arrays hold float64."""
    seen = lift(value)
    if is_number(seen):
        return converted(seen, dtype)
    usual = np.dtype(np.int64 if seen.store.whole else np.float64)
    return seen if dtype is None or np.dtype(getattr(dtype, "of", dtype)) == usual else converted(seen, dtype)


def converted(seen: TracedArray, dtype: Any) -> TracedArray:
    """A copy with that dtype, which may not round."""
    made = kept_as(dtype, fresh(seen.indices, seen.body, in_order(seen)), seen.store.whole)
    if made.store.whole and not seen.store.whole:
        raise UnsupportedCallError(f"dtype {dtype}: real values would be rounded")
    made.store.boxed, made.store.truth = True, made.store.truth or (dtype is None and seen.store.truth)
    return made


def in_rows(a: Any, *args: Any, **options: Any) -> Any:
    """np.ascontiguousarray: a copy, if the array does not lie row after row in memory."""
    seen = at_least(1)(a)
    if in_order(seen):
        return seen
    made = converted(seen, None)
    made.store.ordered = True
    return made if seen.store.ordered else uncertain(made, seen.store)


def copied(a: Any, *args: Any, **options: Any) -> Any:
    """np.copy: in the array's own order in memory."""
    seen = lift(a)
    return kept_as(None, fresh(seen.indices, seen.body, in_order(seen)), seen.store.whole)


def copied_in_rows(a: Any, order: Any = "C") -> Any:
    """The method copy: row after row.  A number stays one."""
    seen = lift(a)
    made = kept_as(None, fresh(seen.indices, seen.body, order == "C"), seen.store.whole)
    made.store.boxed, made.store.truth = not is_number(seen), seen.store.truth
    return made


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """np.fill_diagonal of a square matrix."""
    array = lift(a)
    if array.ndim != 2:
        raise UnsupportedCallError("np.fill_diagonal of an array that is no matrix")
    rows, columns = array.shape
    one = eye(rows, columns)
    array.assign(array * (1 - one) + lift(val) * one)


def listed(a: Any) -> Any:
    """The method tolist: nested lists of numbers."""
    array = lift(a)
    return [listed(row) for row in array] if array.ndim else array


def copy_to(dst: Any, src: Any, **options: Any) -> None:
    """np.copyto."""
    lift(dst).assign(src)


def arange(*args: Any, **options: Any) -> Any:
    """np.arange over numbers, and with step 1 over a size."""
    start, stop = (whole(0), *args) if len(args) == 1 else args[:2]
    length = stop - start if len(args) < 3 and is_integer(start) and is_integer(stop) else None
    if isinstance(length, Dim) and length.constant is None and len(length.parts) == 1:
        [axis] = filled([length], ZERO).indices
        if len(axis) == 1:
            places = fresh((axis,), plus(minus(axis[0], ONE), whole(start).term))
            return kept_as(options.get("dtype", np.int64), places)
    return np.arange(*(int(arg) for arg in args), **options)


def free(name: str, dims: Sequence[Dim], sign: Sign = Sign.REAL) -> TracedArray:
    """An array whose entries are free: a tensor of that name."""
    for size in (size for dim in dims for size in dim.names):
        state().rank(size)
    names = Names()
    axes = [names.axis(dim) for dim in dims]
    indices = tuple(index for axis in axes for index in axis)
    if not indices:
        return constant_array(Symbol(name, sign))
    tensor = Tensor(name, tuple(index.high for index in indices), sign)
    return fresh(axes, Entry(tensor, indices))


def random(*args: Any, size: Any = None, **options: Any) -> Any:
    """Random numbers of a shape: what is proved with free entries holds for whatever is drawn."""
    shape = size if size is not None else args
    if len(args) == 1 and isinstance(args[0], tuple | list) and size is None:
        shape = args[0]
    return free(state().unused("random"), dims_of(shape))


def drawn(*args: Any, size: Any = None, **options: Any) -> Any:
    """np.random.normal(loc, scale, size) and np.random.uniform(low, high, size)."""
    shape = args[2] if len(args) > 2 else size
    if shape is None:
        raise UnsupportedCallError("a random number without size=")
    return free(state().unused("random"), dims_of(shape))
