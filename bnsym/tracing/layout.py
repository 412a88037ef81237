"""The same entries under other axes: transposes, reshapes, new axes."""

from __future__ import annotations

from typing import Any

from bnsym.terms.nodes import Index, Term
from bnsym.terms.walk import substitute
from bnsym.tracing.array import TracedArray, aligned, filled, folded, fresh, lift, uncertain, view
from bnsym.tracing.axes import Axis, Names, NumbersClash, expressed, length_of, position_of
from bnsym.tracing.cells import joined_across
from bnsym.tracing.condition import as_size
from bnsym.tracing.memory import mergeable
from bnsym.tracing.reductions import axes_of
from bnsym.tracing.sizes import Dim, is_integer, quotient, same, split, whole
from bnsym.tracing.state import Restart, state
from bnsym.tracing.trouble import ShapeError, SymbolicLoopError, UnsupportedCallError


def transpose(a: Any, *places: Any, axes: Any = None) -> Any:
    """np.transpose and the method; without axes, all reversed."""
    array = lift(a)
    order = places[0] if len(places) == 1 and not is_integer(places[0]) else places or axes
    if order is None:
        return view(array, array.indices[::-1])
    places = axes_of(array, tuple(order))
    if len(places) != array.ndim:
        raise ShapeError(f"transpose by {tuple(order)} of shape {array.shape}")
    return view(array, [array.indices[k] for k in places])


def swapaxes(a: Any, axis1: Any, axis2: Any) -> Any:
    """np.swapaxes."""
    array = lift(a)
    first, second = axes_of(array, axis1)[0], axes_of(array, axis2)[0]
    order = list(range(array.ndim))
    order[first], order[second] = second, first
    return transpose(array, order)


def matrix_transpose(a: Any) -> Any:
    """The last two axes swapped."""
    return swapaxes(a, -1, -2)


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """np.moveaxis."""
    array = lift(a)
    froms, tos = axes_of(array, source), axes_of(array, destination)
    order = [k for k in range(array.ndim) if k not in froms]
    for to, one in sorted(zip(tos, froms, strict=True)):
        order.insert(to, one)
    return transpose(array, order)


def rollaxis(a: Any, axis: Any, start: int = 0) -> Any:
    """np.rollaxis."""
    array = lift(a)
    place = axes_of(array, axis)[0]
    start = start + array.ndim if start < 0 else start
    return moveaxis(array, place, start - 1 if place < start else start)


def expand_dims(a: Any, axis: Any) -> Any:
    """np.expand_dims."""
    array = lift(a)
    places = axis if isinstance(axis, tuple | list) else (axis,)
    total = array.ndim + len(places)
    at = {int(place) % total for place in places}
    rest = iter(array.indices)
    return view(array, [() if k in at else next(rest) for k in range(total)])


def squeeze(a: Any, axis: Any = None) -> Any:
    """np.squeeze; an axis of a symbolic size stays, which assumes that it is longer than 1."""
    array = lift(a)
    at = {k for k, dim in enumerate(array.shape) if dim == 1} if axis is None else set(axes_of(array, axis))
    if any(array.indices[k] for k in at):
        raise ShapeError(f"squeeze of axis {axis} of shape {array.shape}")
    return view(array, [own for k, own in enumerate(array.indices) if k not in at])


def at_least(ndim: int) -> Any:
    """np.atleast_1d, np.atleast_2d, np.atleast_3d."""

    def function(*arrays: Any) -> Any:
        seen = tuple(_padded(lift(a), ndim) for a in arrays)
        return seen[0] if len(seen) == 1 else seen

    return function


def _padded(array: TracedArray, ndim: int) -> TracedArray:
    """New axes of length 1: at the front, in three dimensions also at the end."""
    behind = 1 if ndim == 3 and 0 < array.ndim < 3 else 0
    return view(array, ((),) * (ndim - array.ndim - behind) + array.indices + ((),) * behind)


def broadcast_to(a: Any, shape: Any, **options: Any) -> Any:
    """np.broadcast_to: a read-only view."""
    array, target = lift(a), filled(dims_of(shape), lift(0).body)
    axes, _ = aligned([target, array], "broadcast_to")
    if len(axes) != target.ndim or any(bool(x) != bool(y) for x, y in zip(axes, target.indices, strict=True)):
        raise ShapeError(f"broadcast_to {shape} of shape {array.shape}")
    places: dict[Term, Term] = {}
    for own, wide in zip(array.indices, axes[len(axes) - array.ndim :], strict=True):
        places |= expressed(own, wide)
    result = view(array, axes, tuple(folded(substitute(place, places)) for place in array.where))
    result.detached = True
    return result


def broadcast_arrays(*arrays: Any, **options: Any) -> Any:
    """np.broadcast_arrays."""
    axes, bodies = aligned([lift(a) for a in arrays], "broadcast_arrays")
    made = [fresh(axes, body) for body in bodies]
    return tuple(uncertain(one, lift(a).store) for one, a in zip(made, arrays, strict=True))


def _as_length(one: Any) -> Any:
    found = as_size(one) if isinstance(one, TracedArray) else None
    return one if found is None else found


def dims_of(shape: Any) -> list[Dim]:
    """A shape argument as sizes."""
    vector = isinstance(shape, tuple | list) or (isinstance(shape, TracedArray) and shape.ndim == 1)
    given = list(shape) if vector else [shape]
    given = [_as_length(one) for one in given]
    if not all(is_integer(one) for one in given):
        raise UnsupportedCallError(f"the shape {shape!r}: a shape is made of integers and sizes")
    return [whole(one) for one in given]


# -- reshape --------------------------------------------------------------------------------------------


def reshape(a: Any, *shape: Any, order: str = "C", newshape: Any = None, copy: Any = None) -> Any:
    """np.reshape, in row-major order; one length may be -1."""
    array = lift(a)
    given = newshape if newshape is not None else shape[0] if len(shape) == 1 else shape
    dims = _completed(array, dims_of(given))
    if order == "F":
        return transpose(reshape(transpose(array), dims[::-1]))
    try:
        return _reshaped(array, dims)
    except NumbersClash:
        return uncertain(_reshaped(joined_across(array), dims), array.store)


def _reshaped(array: TracedArray, dims: list[Dim]) -> TracedArray:
    splits: dict[Term, Term] = {}
    axes = _regrouped(array, dims, splits)
    where = tuple(folded(substitute(place, splits)) for place in array.where)
    result = view(array, axes, where)
    merged = [axis for axis in axes if len(axis) > 1]
    if merged and not array.store.ordered:
        return uncertain(fresh(axes, result.body), array.store)
    if not all(mergeable(result, axis) for axis in merged):
        copied = fresh(axes, result.body)
        copied.store.split_from(array.store)
        return copied
    return result


def _completed(array: TracedArray, dims: list[Dim]) -> list[Dim]:
    """The lengths with -1 worked out."""
    unknown = [k for k, dim in enumerate(dims) if dim.constant == -1]
    if not unknown:
        return dims
    rest = whole(1)
    for k, dim in enumerate(dims):
        rest = rest if k in unknown else rest * dim
    found = array.size // rest if len(unknown) == 1 else None
    if found is None:
        raise ShapeError(f"reshape of {array.shape} to {dims}")
    return [found if k in unknown else dim for k, dim in enumerate(dims)]


def _regrouped(array: TracedArray, dims: list[Dim], splits: dict[Term, Term]) -> list[Axis]:
    """The factors of all axes, dealt out to the new lengths in order."""
    rest = list(array.flat_indices)
    names = Names(rest)
    axes: list[Axis] = []
    for dim in dims:
        need, axis = dim, list[Index]()
        while need.constant != 1:
            if not rest:
                raise ShapeError(f"reshape of {array.shape} to ({', '.join(map(str, dims))})")
            need = _take(array, need, rest, axis, names, splits, dims)
        axes.append(tuple(axis))
    if any(length_of(index).constant != 1 for index in rest):
        raise ShapeError(f"reshape of {array.shape} to ({', '.join(map(str, dims))})")
    return axes


def _take(
    array: TracedArray,
    need: Dim,
    rest: list[Index],
    axis: list[Index],
    names: Names,
    splits: dict[Term, Term],
    dims: list[Dim],
) -> Dim:
    """Give the next factor, or its first part, to the axis; what it then still needs."""
    index = rest[0]
    own = length_of(index)
    left = quotient(need, own)
    if left is not None:
        axis.append(rest.pop(0))
        return left
    inner = quotient(own, need)
    if inner is not None and inner.constant is not None and need.constant is not None:
        pair = names.index(need), names.index(inner)
        splits[index] = position_of(pair)
        rest[:1] = pair
        return need
    if own.constant is not None and need.constant is not None:
        raise NumbersClash
    _split_or_swap(need, own, rest)
    raise ShapeError(f"reshape of {array.shape} to ({', '.join(map(str, dims))})")


def _split_or_swap(need: Dim, own: Dim, rest: list[Index]) -> None:
    """Start again with a size split into the two factors that the reshape asks for, in its order."""
    following = length_of(rest[1]) if len(rest) > 1 else None
    for name, (first, second) in state().splits.items():
        if following and same(first, own) and same(second, following) and same(need, second):
            raise Restart(splits={name: (second, first)}, order=(*second.names, *first.names))
    present = {name for index in rest for name in length_of(index).names}
    if present & set(need.names):
        raise SymbolicLoopError(
            "a reshape that takes axes apart which it does not keep together", tuple(sorted(present))
        )
    if own.constant is None and len(need.parts) == 1:
        raise Restart(splits=split(own.names[0], need))


def single(a: Any) -> Any:
    """The method item: the one entry."""
    array = lift(a)
    if any(array.indices):
        raise UnsupportedCallError(f"item() of an array of shape {array.shape}")
    return fresh((), array.body)


def flatten(a: Any, order: str = "C") -> Any:
    """The method flatten: a copy."""
    seen = reshape(a, -1, order=order)
    return fresh(seen.indices, seen.body)


def ravel(a: Any, order: str = "C") -> Any:
    """np.ravel."""
    return reshape(a, -1, order=order)


def tile(a: Any, reps: Any) -> Any:
    """np.tile of axes of length 1; a longer axis is repeated a number of times."""
    array = lift(a)
    times = dims_of(reps)
    depth = max(array.ndim, len(times))
    array = view(array, ((),) * (depth - array.ndim) + array.indices)
    times = [whole(1)] * (depth - len(times)) + times
    names = Names(array.flat_indices)
    axes = [
        names.axis(k) + own if k.constant != 1 else own for own, k in zip(array.indices, times, strict=True)
    ]
    return fresh(axes, array.body)


def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """np.repeat along an axis: each entry so many times."""
    array = at_least(1)(a)
    array = reshape(array, -1) if axis is None else array
    at = axes_of(array, 0 if axis is None else axis)[0]
    if not is_integer(repeats):
        raise UnsupportedCallError("np.repeat with a list of counts")
    names = Names(array.flat_indices)
    axes = list(array.indices)
    axes[at] = axes[at] + names.axis(whole(repeats)) if whole(repeats).constant != 1 else axes[at]
    return fresh(axes, array.body)
