"""Axes of numbers that were taken apart in one way and are needed in another: written out entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, product

from bnsym.terms.nodes import ZERO, Delta, Index, Term, number
from bnsym.terms.walk import substitute
from bnsym.tracing.array import CELLS, TracedArray, fresh, uncertain
from bnsym.tracing.axes import Axis, Names, length, length_of
from bnsym.tracing.numbers import plus, settled, times
from bnsym.tracing.trouble import UnsupportedCallError


def joined(array: TracedArray) -> TracedArray:
    """The same array with one factor for the factors of each axis that have numbers."""
    axes, body = _with_runs(array, array.indices)
    return uncertain(fresh(axes, body), array.store)


def joined_across(array: TracedArray) -> TracedArray:
    """An array with an axis for each factor, neighbours that have numbers joined into one."""
    [factors], body = _with_runs(array, [array.flat_indices])
    return uncertain(fresh([(index,) for index in factors], body), array.store)


def _with_runs(array: TracedArray, axes: Sequence[Axis]) -> tuple[list[Axis], Term]:
    names = Names(array.flat_indices)
    body = array.body
    made: list[Axis] = []
    for axis in axes:
        own: list[Index] = []
        for numbered, run in groupby(axis, lambda index: length_of(index).constant is not None):
            factors = tuple(run)
            if numbered and len(factors) > 1:
                factors, body = _joined_run(factors, body, names)
            own += factors
        made.append(tuple(own))
    return made, body


def _joined_run(run: Axis, body: Term, names: Names) -> tuple[Axis, Term]:
    total = length(run)
    if total.constant is None or total.constant > CELLS:
        raise UnsupportedCallError(f"a reshape of {total} entries that takes axes apart")
    index = names.index(total)
    result: Term = ZERO
    for k, places in enumerate(product(*(range(1, int(length_of(one)) + 1) for one in run))):
        cell: dict[Term, Term] = {one: number(place) for one, place in zip(run, places, strict=True)}
        result = plus(result, times(Delta(index, number(k + 1)), settled(substitute(body, cell))))
    return (index,), result
