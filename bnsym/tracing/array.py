"""A symbolic array: axes over symbolic sizes, and its entry as a term; views share what they look at.

A `Store` holds the entries of what NumPy would keep in one block of memory.  A `TracedArray` looks at a
store: `where` says for each of the store's indices at which place the view's entry lies.  Writing through
a view changes the store, so every alias sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from bnsym.terms.nodes import ZERO, Add, Delta, Index, Mul, Number, Term, number
from bnsym.terms.walk import free_indices, substitute
from bnsym.tracing.axes import Axis, Names, NumbersClash, check_lengths, common, expressed, length_of, shape
from bnsym.tracing.numbers import exact, plus, settled, times
from bnsym.tracing.sizes import Dim, assume_longer, whole
from bnsym.tracing.state import state
from bnsym.tracing.trouble import BranchOnDataError, ShapeError, SymbolicLoopError, UnsupportedCallError

CELLS = 4096  # an array of plain numbers with more entries than this is not read


@dataclass(eq=False)
class Store:
    """Entries over own indices.

    `ordered`: NumPy lays them out in this order in memory.  `whole`: it keeps integers, and rounds what is
    written into it.  `boxed`: of rank 0, but an array that is written into in place, and no number.
    `truth`: its entries are booleans.  `twins`: stores that are the same memory where one of these is 1.
    """

    indices: tuple[Index, ...]
    body: Term
    ordered: bool = True
    whole: bool = False
    boxed: bool = False
    truth: bool = False
    writes: int = 0
    twins: list[tuple[Store, tuple[str, ...]]] = field(default_factory=list)
    shared_unless: set[str] = field(default_factory=set)
    serial: int = field(default_factory=lambda: state().count())

    def write(self, body: Term) -> None:
        """Give the entries another value; a loop that is being read takes note."""
        for turn in state().turns:
            turn.note(self)
        self.body = body
        self.writes += 1
        for twin, sizes in self.twins:
            twin.shared_unless.update(sizes)

    def split_from(self, other: Store) -> None:
        """Say that NumPy copies, but not where a size is 1."""
        sizes = tuple(name for index in self.indices for name in length_of(index).names)
        self.twins.append((other, sizes))
        other.twins.append((self, sizes))


class TracedArray(NDArrayOperatorsMixin):
    """A view of a store.  `indices` are its axes; `body` is the entry at these indices."""

    __slots__ = ("detached", "doubtful", "indices", "store", "where")
    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, store: Store, axes: tuple[Axis, ...], where: tuple[Term, ...]) -> None:
        self.store = store
        self.indices = axes
        self.where = where
        self.detached = False  # True where NumPy forbids to write, or may or may not have copied
        self.doubtful: tuple[Store, int] | None = None  # what it may share memory with, and its writes so far

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # checks that took hold of `float` before the trace let a number pass
        return float if is_number(self) else TracedArray

    # -- reading --------------------------------------------------------------------------------------

    @property
    def body(self) -> Term:
        """The entry at `indices`."""
        for name in self.store.shared_unless:
            assume_longer(name)
        if self.doubtful and self.doubtful[0].writes != self.doubtful[1]:
            raise UnsupportedCallError(
                "an array that NumPy may or may not have copied is read after a write into what it was made "
                "from; copy it first"
            )
        pairs = zip(self.store.indices, self.where, strict=True)
        placed: dict[Term, Term] = {old: new for old, new in pairs if old is not new}
        body = substitute(self.store.body, placed)
        return settled(body) if any(isinstance(new, Number) for new in placed.values()) else body

    @property
    def shape(self) -> tuple[Dim, ...]:
        """The lengths of the axes."""
        return shape(self.indices)

    @shape.setter
    def shape(self, lengths: Any) -> None:
        """Regroup the axes in place."""
        seen = self.reshape(lengths)
        if seen.store is not self.store:
            raise UnsupportedCallError("a new shape that needs a copy, which NumPy refuses; reshape instead")
        self.indices, self.where, self.detached = seen.indices, seen.where, seen.detached

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.indices)

    @property
    def size(self) -> Dim:
        """The number of entries."""
        total = whole(1)
        for dim in self.shape:
            total = total * dim
        return total

    @property
    def dtype(self) -> Any:
        """Every array holds real numbers; the code is told float64."""
        return np.dtype(np.float64)

    @property
    def flat_indices(self) -> tuple[Index, ...]:
        """The indices of all axes."""
        return tuple(index for axis in self.indices for index in axis)

    def __repr__(self) -> str:
        return f"array of shape ({', '.join(map(str, self.shape))})"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __len__(self) -> int:
        return self._first().__index__()

    def __iter__(self) -> Iterator[Any]:
        first = self._first()
        if first.constant is None:
            raise SymbolicLoopError("a loop over an array", first.names)
        return (self[k] for k in range(first.constant))

    def _first(self) -> Dim:
        if not self.indices:
            raise UnsupportedCallError("a single number has no length")
        return self.shape[0]

    def __bool__(self) -> bool:
        if isinstance(self.body, Number):
            return bool(self.body.value)
        raise BranchOnDataError(
            "the code branches on values of an array; trace the branch that you mean, or give the argument "
            "that decides it as a literal"
        )

    def __float__(self) -> float:
        if isinstance(self.body, Number):
            return float(self.body.value)
        raise UnsupportedCallError("a symbolic value is used where Python needs a number")

    def __index__(self) -> int:
        if isinstance(self.body, Number) and self.body.value.denominator == 1:
            return int(self.body.value)
        raise UnsupportedCallError("a symbolic value is used where Python needs an integer")

    __int__ = __index__

    def __copy__(self) -> TracedArray:
        return fresh(self.indices, self.body)

    def __deepcopy__(self, memo: Any) -> TracedArray:
        return fresh(self.indices, self.body)

    # -- writing --------------------------------------------------------------------------------------

    def assign(self, value: Any) -> None:
        """Write a value, broadcast to this shape, into the store."""
        from bnsym.tracing.writing import write

        write(self, value)

    def __setitem__(self, key: Any, value: Any) -> None:
        from bnsym.tracing.indexing import listed, scattered, taken

        key = listed(key)
        if any(isinstance(item, list) for item in (key if isinstance(key, tuple) else (key,))):
            scattered(self, key, value)
        else:
            taken(self, key).assign(value)

    def __getitem__(self, key: Any) -> Any:
        from bnsym.tracing.indexing import listed, taken

        found = taken(self, listed(key))
        dots = key is Ellipsis or (isinstance(key, tuple) and any(item is Ellipsis for item in key))
        return found if found.ndim or dots else fresh((), found.body)  # a number, which is no view

    # -- NumPy's protocols ----------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from bnsym.tracing.dispatch import call_ufunc

        return call_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        from bnsym.tracing.dispatch import call_function

        inner = function.__module__.partition("numpy.")[2]  # "linalg" of np.linalg.norm
        return call_function(f"{inner}.{function.__name__}" if inner else function.__name__, inputs, options)

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise UnsupportedCallError("the code asks for the numbers in a symbolic array")

    def __getattr__(self, name: str) -> Any:
        from bnsym.tracing.dispatch import attribute

        return attribute(self, name)


def folded(place: Term) -> Term:
    """A position with its numbers worked out."""
    match place:
        case Add(terms):
            total: Term = ZERO
            for term in map(folded, terms):
                total = plus(total, term)
            return total
        case Mul((first, second)):
            return times(folded(first), folded(second))
    return place


# -- making arrays --------------------------------------------------------------------------------------


def fresh(axes: Sequence[Axis], body: Term, ordered: bool = True) -> TracedArray:
    """A new array whose entry at these axes is the body; a vector is always in order."""
    axes = tuple(axes)
    ordered = ordered or sum(map(bool, axes)) < 2
    indices = tuple(index for axis in axes for index in axis)
    return TracedArray(Store(indices, body, ordered), axes, indices)


def in_order(array: TracedArray) -> bool:
    """True when NumPy has the entries row after row in memory, as far as is known."""
    return array.store.ordered and array.where == array.store.indices == array.flat_indices


def view(array: TracedArray, axes: Sequence[Axis], where: tuple[Term, ...] | None = None) -> TracedArray:
    """Another look at the same store; a number is copied."""
    if is_number(array):
        return fresh(axes, array.body)
    seen = TracedArray(array.store, tuple(axes), array.where if where is None else where)
    seen.detached, seen.doubtful = array.detached, array.doubtful
    return seen


def is_number(array: TracedArray) -> bool:
    """True for what NumPy gives out as a number, which nothing writes into."""
    return not (array.ndim or array.store.indices or array.store.boxed)


def uncertain(array: TracedArray, store: Store) -> TracedArray:
    """An array that may share the store's memory or not: readable while that is not written into."""
    array.detached, array.doubtful = True, (store, store.writes)
    return array


def constant_array(term: Term) -> TracedArray:
    """A single number."""
    return fresh((), term)


def filled(dims: Sequence[Dim], body: Term) -> TracedArray:
    """An array of that shape with the same term everywhere."""
    names = Names()
    made = fresh([names.axis(dim) for dim in dims], body)
    made.store.boxed = True
    return made


def lift(value: Any) -> TracedArray:
    """What code hands to NumPy as an array."""
    if isinstance(value, TracedArray):
        return value
    if isinstance(value, Dim):
        made = constant_array(value.term)
        made.store.whole = True
        return made
    if isinstance(value, list | tuple):
        return stacked([lift(item) for item in value])
    if isinstance(value, np.ndarray):
        return _plain(value)
    if value is None or isinstance(value, str | complex):
        raise UnsupportedCallError(f"{value!r} is used as an array")
    made = constant_array(number(exact(value)))
    made.store.truth = isinstance(value, bool | np.bool_)
    made.store.whole = made.store.truth or isinstance(value, int | np.integer)
    return made


def _plain(array: Any) -> TracedArray:
    """An array of numbers that the code made before or without the tracer."""
    if array.size > CELLS or array.dtype.kind not in "biuf":
        raise UnsupportedCallError(f"a plain array of {array.size} entries of {array.dtype}")
    if array.ndim == 0:
        return constant_array(number(exact(array.item())))
    return stacked([lift(item) for item in array])


def stacked(items: Sequence[TracedArray]) -> TracedArray:
    """The items along a new first axis."""
    if not items:
        raise UnsupportedCallError("an array without entries")
    axes, bodies = aligned(items, "stack", broadcast=False)
    if len(items) == 1:
        return _of_kind(items, fresh(((), *axes), bodies[0]))
    index = Names([i for axis in axes for i in axis]).index(whole(len(items)))
    if all(body is bodies[0] for body in bodies):
        return _of_kind(items, fresh(((index,), *axes), bodies[0]))
    total: Term = ZERO
    for k, body in enumerate(bodies):
        total = plus(total, times(Delta(index, number(k + 1)), body))
    return _of_kind(items, fresh(((index,), *axes), total))


def _of_kind(items: Sequence[TracedArray], made: TracedArray) -> TracedArray:
    """An array of integers if all that it is made of are."""
    made.store.whole = all(item.store.whole for item in items)
    made.store.truth = all(item.store.truth for item in items)
    return made


# -- broadcasting ---------------------------------------------------------------------------------------


def aligned(
    arrays: Sequence[TracedArray], what: str, broadcast: bool = True
) -> tuple[tuple[Axis, ...], list[Term]]:
    """Common axes under NumPy's broadcasting, and each array's entry at them."""
    depth = max(array.ndim for array in arrays)
    if not broadcast and any(array.ndim != depth for array in arrays):
        raise ShapeError(f"{what}: arrays of shapes {[array.shape for array in arrays]}")
    try:
        return _aligned(arrays, depth, what)
    except NumbersClash:
        from bnsym.tracing.cells import joined

        return _aligned([joined(array) for array in arrays], depth, what)


def _aligned(arrays: Sequence[TracedArray], depth: int, what: str) -> tuple[tuple[Axis, ...], list[Term]]:
    padded = [((),) * (depth - array.ndim) + _with_firm_axes(array) for array in arrays]
    names = Names()
    axes = [names.renamed(_merged([row[k] for row in padded], what)) for k in range(depth)]
    rows = [tuple(() if isinstance(axis, _Even) else axis for axis in row) for row in padded]
    return tuple(axes), [moved(array, row, axes) for array, row in zip(arrays, rows, strict=True)]


class _Even(tuple[Index, ...]):
    """An axis of several factors along which nothing changes: their order does not matter."""

    __slots__ = ()


def _with_firm_axes(array: TracedArray) -> tuple[Axis, ...]:
    if all(len(axis) < 2 for axis in array.indices):
        return array.indices
    present = free_indices(array.body)
    return tuple(
        _Even(axis) if len(axis) > 1 and present.isdisjoint(axis) else axis for axis in array.indices
    )


def _merged(row: Sequence[Axis], what: str) -> Axis:
    """One axis for all of them, with the factors of each that something changes along."""
    merged: Axis = ()
    for axis in sorted(row, key=lambda axis: isinstance(axis, _Even)):
        if merged and isinstance(axis, _Even):
            check_lengths(merged, axis, what)
        else:
            merged = common(merged, tuple(axis), what)
    return merged


def moved(array: TracedArray, own: Sequence[Axis], targets: Sequence[Axis]) -> Term:
    """The array's entry with its axes renamed to the targets."""
    mapping: dict[Term, Term] = {}
    for mine, target in zip(own, targets, strict=True):
        mapping |= expressed(mine, target)
    return substitute(array.body, mapping)
