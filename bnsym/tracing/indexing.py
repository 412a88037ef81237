"""What stands in brackets: whole slices, None, dots, single places, and parts of axes that have a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bnsym.terms.nodes import ONE, Index, Term, add, mul, number, subtract
from bnsym.terms.walk import substitute
from bnsym.tracing.array import TracedArray, folded, lift, stacked, view
from bnsym.tracing.axes import Axis, Names, length
from bnsym.tracing.places import Place
from bnsym.tracing.reductions import axes_of
from bnsym.tracing.sizes import Dim, is_integer, whole
from bnsym.tracing.trouble import ShapeError, SymbolicLoopError, UnsupportedCallError


def taken(array: TracedArray, key: Any) -> TracedArray:
    """array[key], a view as in NumPy (a copy for a list of places)."""
    keys = full_keys(key if isinstance(key, tuple) else (key,), array.ndim)
    if any(isinstance(item, list) for item in keys):
        return _gathered(array, keys)
    axes: list[Axis] = []
    mapping: dict[Term, Term] = {}
    rest = list(array.indices)
    names = Names(array.flat_indices)
    for item in keys:
        if item is None:
            axes.append(())
            continue
        axis = rest.pop(0)
        kept, places = _one(axis, item, names)
        mapping |= places
        axes += kept
    where = tuple(folded(substitute(place, mapping)) for place in array.where)
    return view(array, axes, where)


def full_keys(keys: tuple[Any, ...], ndim: int) -> list[Any]:
    """The keys with dots written out and missing ones added."""
    given = list(keys)
    missing = ndim - sum(item is not None and item is not Ellipsis for item in given)
    if missing < 0:
        raise ShapeError(f"{len(given)} keys for {ndim} axes")
    dots = [k for k, item in enumerate(given) if item is Ellipsis]
    at = dots[0] if dots else len(given)
    return given[:at] + [slice(None)] * missing + given[at + len(dots[:1]) :]


def _one(axis: Axis, item: Any, names: Names) -> tuple[list[Axis], dict[Term, Term]]:
    """What is left of an axis, and where its indices now stand."""
    if isinstance(item, slice):
        return _part(axis, item, names)
    if isinstance(item, Place):
        return [], _at_turn(axis, item)
    if isinstance(item, TracedArray) and not item.ndim:
        item = item.__index__()
    if not is_integer(item):
        raise UnsupportedCallError(
            f"a key of type {type(item).__name__}: integers, slices, None and ... are known"
        )
    total = length(axis)
    place = whole(item)
    place = place + total if _negative(place) else place
    if not (place >= 0 and place < total):
        raise ShapeError(f"place {item} of an axis of length {total}")
    return [], _at(axis, place)


def _at_turn(axis: Axis, place: Place) -> dict[Term, Term]:
    """A loop's place on an axis that the loop runs over."""
    if len(axis) != 1 or axis[0].high is not place.index.high:
        place.refuse()
    return {axis[0]: place.index}


def _negative(place: Dim) -> bool:
    return place.constant is not None and place.constant < 0


def _at(axis: Axis, place: Dim) -> dict[Term, Term]:
    """Each factor's index at a place that counts from 0."""
    if len(axis) == 1:
        return {axis[0]: (place + 1).term}
    mapping: dict[Term, Term] = {}
    rest = place.constant
    for k, index in enumerate(axis):
        stride = length(axis[k + 1 :]).constant
        if rest is None or (stride is None and rest):
            raise UnsupportedCallError("one place of an axis that is merged from sizes without numbers")
        mapping[index] = number((rest // stride if stride else 0) + 1)
        rest = rest % stride if stride else rest
    return mapping


def _part(axis: Axis, item: slice, names: Names) -> tuple[list[Axis], dict[Term, Term]]:
    if item == slice(None) or (item.start in (None, 0) and item.stop is None and item.step in (None, 1)):
        return [axis], {}
    if item.step == -1 and item.start is None and item.stop is None:
        return [axis], {index: subtract(add(index.high, ONE), index) for index in axis}
    total = length(axis)
    start, step, span = _stepped(item, total) if item.step not in (None, 1) else _ends(item, total)
    if not span > 0:
        raise UnsupportedCallError(f"a slice of an axis of length {total} that holds nothing")
    if span == total and step == 1:
        return [axis], {}
    if span == 1:
        return [()], _at(axis, start)
    if len(axis) > 1:
        raise UnsupportedCallError(f"a slice of an axis that is merged from {' and '.join(total.names)}")
    if span.constant is None and len(span.parts) > 1:
        raise SymbolicLoopError(f"the slice {start}:{start + span} of an axis of length {total}", total.names)
    index: Index = names.index(span)
    return [(index,)], {axis[0]: add(mul(number(step), index), (start + 1 - step).term)}


def _ends(item: slice, total: Dim) -> tuple[Dim, int, Dim]:
    """Where a slice starts, its step 1, and its length."""
    start, stop = (_end(end, total, usual) for end, usual in ((item.start, whole(0)), (item.stop, total)))
    return start, 1, stop - start


def _stepped(item: slice, total: Dim) -> tuple[Dim, int, Dim]:
    """The same for another step, along an axis that has a number."""
    if total.constant is None:
        raise SymbolicLoopError(f"a slice with step {item.step} of an axis of length {total}", total.names)
    ends = [None if end is None else whole(end).__index__() for end in (item.start, item.stop, item.step)]
    places = range(total.constant)[slice(*ends)]
    return whole(places.start), places.step, whole(len(places))


def _end(end: Any, total: Dim, usual: Dim) -> Dim:
    if end is None:
        return usual
    if not is_integer(end):
        raise UnsupportedCallError(f"a slice that ends at a {type(end).__name__}")
    place = whole(end)
    if _negative(place):
        return place + total if place + total >= 0 else whole(0)
    return place if place <= total else total


# -- lists of places ------------------------------------------------------------------------------------


def listed(key: Any) -> Any:
    """The key with a list for each array of places in it."""
    if isinstance(key, tuple):
        return tuple(_places_of(item) for item in key)
    return _places_of(key)


def _places_of(item: Any) -> Any:
    if isinstance(item, range | tuple):
        return list(item)
    if isinstance(item, list) and item and all(isinstance(one, bool) for one in item):
        return [k for k, one in enumerate(item) if one]
    if isinstance(item, np.ndarray) and item.ndim == 1:
        return item.tolist() if item.dtype.kind in "iu" else np.flatnonzero(item).tolist()
    if isinstance(item, TracedArray) and item.ndim == 1 and item.store.whole:
        places = [int(place) for place in item]
        return [k for k, one in enumerate(places) if one] if item.store.truth else places
    return item


def chosen(keys: Sequence[Any]) -> tuple[int, list[tuple[Any, ...]]]:
    """The axis that lists of places make, and the keys of each place along it."""
    lists = [one for one in keys if isinstance(one, list)]
    at = [k for k, one in enumerate(keys) if isinstance(one, list) or is_integer(one)]
    if any(not is_integer(k) for one in lists for k in one) or not lists[0]:
        raise UnsupportedCallError("a list of keys that are no integers")
    if len({len(one) for one in lists}) > 1 or at != list(range(at[0], at[-1] + 1)):
        raise UnsupportedCallError("lists of places that are apart, or of different lengths")
    rows = range(len(lists[0]))
    return at[0], [tuple(one[k] if isinstance(one, list) else one for one in keys) for k in rows]


def _gathered(array: TracedArray, keys: list[Any]) -> TracedArray:
    """array[..., [0, 2], ...]: a copy of the places that a list names, one after the other."""
    from bnsym.tracing.layout import moveaxis

    axis, rows = chosen(keys)
    found: TracedArray = moveaxis(stacked([taken(array, row) for row in rows]), 0, axis)
    return found


def scattered(array: TracedArray, key: Any, value: Any) -> None:
    """array[..., [0, 2], ...] = value."""
    from bnsym.tracing.layout import broadcast_to

    keys = full_keys(key if isinstance(key, tuple) else (key,), array.ndim)
    axis, rows = chosen(keys)
    wide = broadcast_to(value, _gathered(array, keys).shape)
    for k, row in enumerate(rows):
        taken(array, row).assign(taken(wide, (slice(None),) * axis + (k,)))


def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """np.delete of sizes, and of one place along an axis that has a number."""
    items = list(arr) if isinstance(arr, list | tuple) else lift(arr)
    if axis is None and isinstance(items, TracedArray):
        items = items.reshape(-1)
    length = len(items) if isinstance(items, list) else items.shape[axis or 0].__index__()
    gone = {int(k) % length for k in (obj if isinstance(obj, list | tuple) else [obj])}
    return take(items, [k for k in range(length) if k not in gone], axis or 0)


def take(a: Any, indices: Any, axis: Any = None, **options: Any) -> Any:
    """np.take of sizes, and of places along an axis."""
    if isinstance(a, list | tuple) and axis in (None, 0):
        return [a[int(k)] for k in indices] if isinstance(indices, list | tuple) else a[int(indices)]
    array = lift(a)
    array = array if axis is not None else array.reshape(-1)
    return array[(slice(None),) * axes_of(array, axis or 0)[0] + (indices,)]
