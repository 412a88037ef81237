"""What stands in brackets: whole slices, None, dots, single places, and parts of axes that have a number."""

from __future__ import annotations

from typing import Any

from bnsym.terms.nodes import ONE, Index, Term, add, number, subtract
from bnsym.terms.walk import substitute
from bnsym.tracing.array import TracedArray, folded, lift, stacked, view
from bnsym.tracing.axes import Axis, Names, length
from bnsym.tracing.sizes import Dim, is_integer, whole
from bnsym.tracing.trouble import ShapeError, SymbolicLoopError, UnsupportedCallError


def taken(array: TracedArray, key: Any) -> TracedArray:
    """array[key], a view as in NumPy (a copy for a list of places)."""
    keys = _full(key if isinstance(key, tuple) else (key,), array.ndim)
    axes: list[Axis] = []
    mapping: dict[Term, Term] = {}
    rest = list(array.indices)
    names = Names(array.flat_indices)
    for item in keys:
        if item is None:
            axes.append(())
            continue
        axis = rest.pop(0)
        if isinstance(item, list):
            return _chosen(array, keys, item)
        kept, places = _one(axis, item, names)
        mapping |= places
        axes += kept
    where = tuple(folded(substitute(place, mapping)) for place in array.where)
    return view(array, axes, where)


def _full(keys: tuple[Any, ...], ndim: int) -> list[Any]:
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
    if isinstance(item, TracedArray) and not item.ndim:
        item = item.__index__()
    if not is_integer(item):
        raise UnsupportedCallError(
            f"a key of type {type(item).__name__}: integers, slices, None and ... are known"
        )
    total = length(axis)
    place = whole(item)
    place = place + total if _negative(place) else place
    if not place < total:
        raise ShapeError(f"place {item} of an axis of length {total}")
    return [], _at(axis, place)


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
    total = length(axis)
    if item.step not in (None, 1, -1):
        raise UnsupportedCallError(f"a slice with step {item.step}")
    if item.step == -1 and item.start is None and item.stop is None and len(axis) <= 1:
        return [axis], {index: subtract(add(index.high, ONE), index) for index in axis}
    start, stop = (_end(end, total, usual) for end, usual in ((item.start, whole(0)), (item.stop, total)))
    span = stop - start
    if not span > 0 or len(axis) > 1 or item.step == -1:
        raise UnsupportedCallError(f"the slice {start}:{stop} of an axis of length {total}")
    if span == total:
        return [axis], {}
    if span == 1:
        return [()], _at(axis, start)
    if span.constant is None and len(span.parts) > 1:
        raise SymbolicLoopError(f"the slice {start}:{stop} of an axis of length {total}", total.names)
    index: Index = names.index(span)
    return [(index,)], {axis[0]: add(index, start.term)}


def _end(end: Any, total: Dim, usual: Dim) -> Dim:
    if end is None:
        return usual
    if not is_integer(end):
        raise UnsupportedCallError(f"a slice that ends at a {type(end).__name__}")
    place = whole(end)
    place = place + total if _negative(place) else place
    return place if place <= total else total


def _chosen(array: TracedArray, keys: list[Any], item: list[Any]) -> TracedArray:
    """array[..., [0, 2], ...]: the places that a list names, one after the other."""
    if any(not is_integer(k) for k in item):
        raise UnsupportedCallError("a list of keys that are no integers")
    at = next(k for k, one in enumerate(keys) if isinstance(one, list))
    parts = [lift(taken(array, (*keys[:at], one, *keys[at + 1 :]))) for one in item]
    axis = sum(not is_integer(one) for one in keys[:at])
    from bnsym.tracing.layout import moveaxis

    found: TracedArray = moveaxis(stacked(parts), 0, axis)
    return found
