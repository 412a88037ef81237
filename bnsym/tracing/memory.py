"""Where a view's entries lie in memory: whether NumPy can reshape it without a copy."""

from __future__ import annotations

from itertools import pairwise

from bnsym.terms.nodes import Add, Index, Mul, Number, Term
from bnsym.terms.walk import free_indices
from bnsym.tracing.array import TracedArray
from bnsym.tracing.axes import Axis, length, length_of
from bnsym.tracing.sizes import Dim, same, whole


def mergeable(array: TracedArray, axis: Axis) -> bool:
    """True when the axis' factors lie one after the other, as one axis of a view must."""
    strides = [_stride(array, index) for index in axis]
    steps = zip(pairwise(strides), axis[1:], strict=True)
    return all(same(outer, inner * length_of(index)) for (outer, inner), index in steps)


def _stride(array: TracedArray, index: Index) -> Dim:
    """How many entries further in memory the next place of an index lies; 0 along a broadcast axis."""
    own = array.store.indices
    held = [(k, place) for k, place in enumerate(array.where) if index in free_indices(place)]
    return sum((length(own[k + 1 :]) * _step(place, index) for k, place in held), start=whole(0))


def _step(place: Term, index: Index) -> int:
    """The factor of an index in a place that is linear in it."""
    match place:
        case Add(terms):
            return sum(_step(term, index) for term in terms)
        case Mul((Number(value), inner)):
            return int(value) * _step(inner, index)
    return int(place is index)
