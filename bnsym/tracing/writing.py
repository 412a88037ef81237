"""Writing into a view: each of its entries where it lies in the store, so that every alias sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from bnsym.terms.nodes import ONE, ZERO, Delta, Index, Number, Size, Term, number
from bnsym.terms.walk import substitute
from bnsym.tracing.array import TracedArray, folded, lift, moved, view
from bnsym.tracing.axes import Axis, Names, NumbersClash, common, expressed, length_of
from bnsym.tracing.cells import joined
from bnsym.tracing.numbers import minus, plus, times
from bnsym.tracing.trouble import ShapeError, SymbolicLoopError, UnsupportedCallError


def write(array: TracedArray, value: Any) -> None:
    """Write a value, broadcast to this shape, into the store."""
    if array.detached:
        raise UnsupportedCallError("a write into a reshaped array that NumPy may have copied; copy it first")
    try:
        _write(array, lift(value))
    except NumbersClash:
        _write(array, joined(lift(value)))


def _write(array: TracedArray, source: TracedArray) -> None:
    if array.store.whole and not (source.store.whole or _is_whole(source.body)):
        raise UnsupportedCallError("a real value is written into an array of integers, which rounds it")
    if source.ndim > array.ndim:
        if any(dim.constant != 1 for dim in source.shape[: source.ndim - array.ndim]):
            raise ShapeError(f"a value of shape {source.shape} is written into shape {array.shape}")
        source = view(source, source.indices[source.ndim - array.ndim :])
    padded = ((),) * (array.ndim - source.ndim) + source.indices
    names = Names()
    targets: list[Axis] = []
    split: dict[Term, Term] = {}
    for own, theirs in zip(array.indices, padded, strict=True):
        if theirs and not own:
            raise ShapeError(f"a value of shape {source.shape} is written into shape {array.shape}")
        targets.append(names.renamed(common(own, theirs, "assignment")))
        split |= expressed(own, targets[-1])
    where = tuple(folded(substitute(place, split)) for place in array.where)
    _placed(array, targets, where, moved(source, padded, targets))


def _placed(array: TracedArray, axes: Sequence[Axis], where: Sequence[Term], value: Term) -> None:
    """Put a term over the axes' indices into the store, each entry where it lies."""
    indices = [index for axis in axes for index in axis]
    pairs = list(zip(array.store.indices, where, strict=True))
    whole_axes = [(old, new) for old, new in pairs if new in indices and _spans(new, old)]
    placed = [(old, new) for old, new in pairs if not (new in indices and _spans(new, old))]
    direct: dict[Term, Term] = {new: old for old, new in whole_axes}
    loose = [index for index in indices if index not in direct]
    if not placed and not loose:
        array.store.write(substitute(value, direct))
        return
    mask: Term = ZERO
    total: Term = ZERO
    for places in _places(loose):
        at = {**direct, **places}
        here: Term = ONE
        for old, new in placed:
            here = times(here, _delta(old, substitute(new, places)))
        mask, total = plus(mask, here), plus(total, times(here, substitute(value, at)))
    array.store.write(plus(total, times(minus(ONE, mask), array.store.body)))


def _places(loose: Sequence[Index]) -> Iterator[dict[Term, Term]]:
    """Each choice of places for indices that a position is calculated from; they have numbers."""
    ranges = []
    for index in loose:
        dim = length_of(index)
        if dim.constant is None:
            raise SymbolicLoopError("a write into part of an axis", dim.names)
        ranges.append(range(1, dim.constant + 1))
    for values in product(*ranges):
        yield {index: number(k) for index, k in zip(loose, values, strict=True)}


def _is_whole(term: Term) -> bool:
    return isinstance(term, Size) or (isinstance(term, Number) and term.value.denominator == 1)


def _spans(new: Term, old: Index) -> bool:
    return isinstance(new, Index) and new.high is old.high


def _delta(index: Index, place: Term) -> Term:
    if isinstance(index.high, Number) and index.high.value == 1:
        return ONE
    return ONE if index is place else Delta(index, folded(place))
