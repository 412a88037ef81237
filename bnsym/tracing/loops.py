"""A Python loop over a symbolic size, read as one turn at a general place.

The body runs twice: once to learn which arrays it writes, once with these arrays' entries as unknowns.  After
the loop, an entry that was s0 before it is

* s0 + sum over c of f(c), where the turn at place c makes s + f(c) of it, and f is free of all that the loop
  writes;
* what the turn at its own place c on some axis makes of s0, where a turn leaves all other places of that
  axis alone and reads nothing there that the loop writes.

Both are proved of the turn by the normal form.  Any other loop needs a number for its size.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bnsym.calculus.algebra import WorkLimitError
from bnsym.calculus.normal import Normalizer
from bnsym.errors import UsageError
from bnsym.terms.nodes import (
    ONE,
    ZERO,
    Delta,
    Entry,
    Index,
    Sign,
    Sum,
    Tensor,
    Term,
    add,
    mul,
    subtract,
)
from bnsym.terms.walk import children, rebuild, substitute
from bnsym.tracing.array import Store, TracedArray
from bnsym.tracing.axes import Names
from bnsym.tracing.loop_source import LoopSource, loop_at
from bnsym.tracing.places import Place
from bnsym.tracing.sizes import Dim
from bnsym.tracing.state import state
from bnsym.tracing.trouble import SymbolicLoopError


@dataclass
class Turn:
    """What one run of a loop's body wrote: each store with its entry before."""

    first: int  # stores made from here on are the turn's own
    before: dict[int, tuple[Store, Term]] = field(default_factory=dict)

    def note(self, store: Store) -> None:
        """Called before a store is written."""
        if store.serial < self.first:
            self.before.setdefault(id(store), (store, store.body))


class SymbolicRange:
    """range(size) in the header of a loop that may be read."""

    def __init__(self, dim: Dim, source: LoopSource, frame: Any) -> None:
        self.dim = dim
        self.source = source
        self.frame = frame

    def __iter__(self) -> Iterator[Place]:
        [index] = Names().axis(self.dim)
        index = Index(state().unused(f"{index.name}_turn"), index.low, index.high)
        place = Place(index, self.dim)
        names = dict(self.frame.f_locals)
        learned = Turn(state().serial)
        state().turns.append(learned)
        yield place
        state().turns.pop()
        self._check_names(names)
        unknown = {key: (store, body, _unknown(store)) for key, (store, body) in learned.before.items()}
        for store, _, entry in unknown.values():
            store.body = entry
        turn = Turn(state().serial)
        state().turns.append(turn)
        yield place
        state().turns.pop()
        self._check_names(names)
        if not turn.before.keys() <= unknown.keys():
            self._refuse("the loop does not write the same arrays each time")
        unknowns = {entry.tensor for _, _, entry in unknown.values()}
        after = [self._after(store, body, entry, index, unknowns) for store, body, entry in unknown.values()]
        for (store, body, _), final in zip(unknown.values(), after, strict=True):
            store.body = body
            store.write(final)

    def _check_names(self, before: Mapping[str, Any]) -> None:
        """No name from before the loop was bound to something else, and what it writes into are arrays."""
        now = self.frame.f_locals
        kept = before.keys() - self.source.temporaries
        if any(now.get(name) is not before[name] for name in kept):
            self._refuse("the loop carries a value that is no array from turn to turn")
        if not all(isinstance(now.get(name), TracedArray) for name in self.source.written):
            self._refuse("the loop writes into what is no array of its function")

    def _after(self, store: Store, before: Term, entry: Entry, index: Index, unknowns: set[Tensor]) -> Term:
        """A store's entry after the loop."""
        others: dict[Tensor, Term] = dict.fromkeys(unknowns - {entry.tensor}, ZERO)
        turn = _with(store.body, others)
        if not _equal(store.body, turn):
            self._refuse("what a turn writes depends on what the turns before it wrote")
        added = _with(turn, {entry.tensor: ZERO})
        if _equal(turn, add(added, entry)):
            return add(before, Sum(index, added))
        for k, own in enumerate(store.indices):
            elsewhere = subtract(ONE, Delta(own, index))
            if own.high is not index.high or not _equal(mul(elsewhere, turn), mul(elsewhere, entry)):
                continue
            if all(_is_own(read, bound, entry, k, index) for read, bound in _entries_of(entry.tensor, turn)):
                return substitute(_opened(turn, store.indices, entry.tensor, before), {index: own})
        self._refuse("the turns write or read the same entries")
        return before

    def _refuse(self, why: str) -> None:
        raise SymbolicLoopError(f"a loop over the size {self.dim}, and {why}", self.dim.names)


def symbolic_range(dim: Dim, frame: Any) -> SymbolicRange | None:
    """A range for the loop in that frame's line, if the loop may be read and the size is one symbol."""
    numpy_names = frozenset(
        name
        for name, value in frame.f_globals.items()
        if isinstance(value, types.ModuleType) and value.__name__ == "numpy"
    )
    source = loop_at(frame, numpy_names - frame.f_locals.keys()) if len(dim.names) == 1 else None
    return SymbolicRange(dim, source, frame) if source and len(Names().axis(dim)) == 1 else None


def _unknown(store: Store) -> Entry:
    """A free entry in the place of the store's own."""
    name = state().unused("unknown")
    return Entry(Tensor(name, tuple(index.high for index in store.indices), Sign.REAL), store.indices)


def _with(term: Term, values: Mapping[Tensor, Term]) -> Term:
    """The term with each entry of these tensors replaced by a number."""
    memo: dict[Term, Term] = {}

    def change(node: Term) -> Term:
        if node not in memo:
            known = isinstance(node, Entry) and node.tensor in values
            memo[node] = values[node.tensor] if known else rebuild(node, change)  # type: ignore[attr-defined]
        return memo[node]

    return change(term)


def _is_own(read: Entry, bound: frozenset[Index], entry: Entry, axis: int, index: Index) -> bool:
    """True for the entry itself, and for one at the turn's place; an index that a sum binds is another."""
    return read.indices[axis] is index or (read is entry and bound.isdisjoint(entry.indices))


def _entries_of(tensor: Tensor, term: Term) -> Iterator[tuple[Entry, frozenset[Index]]]:
    """The tensor's entries in a term, with the indices that are bound around each."""
    seen: set[tuple[Term, frozenset[Index]]] = set()
    stack: list[tuple[Term, frozenset[Index]]] = [(term, frozenset())]
    while stack:
        node, bound = stack.pop()
        if (node, bound) in seen:
            continue
        seen.add((node, bound))
        if isinstance(node, Entry) and node.tensor is tensor:
            yield node, bound
        inner = bound | {node.index} if isinstance(node, Sum) else bound
        stack += [(child, inner) for child in children(node)]


def _opened(term: Term, own: tuple[Index, ...], tensor: Tensor, before: Term) -> Term:
    """The term with each entry of the tensor replaced by what the store held there before the loop."""
    memo: dict[Term, Term] = {}

    def change(node: Term) -> Term:
        if node not in memo:
            known = isinstance(node, Entry) and node.tensor is tensor
            memo[node] = _at(before, own, node) if known else rebuild(node, change)
        return memo[node]

    return change(term)


def _at(before: Term, own: tuple[Index, ...], read: Term) -> Term:
    indices = read.indices if isinstance(read, Entry) else ()
    return substitute(before, {old: new for old, new in zip(own, indices, strict=True) if old is not new})


def _equal(left: Term, right: Term) -> bool:
    try:
        return Normalizer({}).equal(left, right)
    except (WorkLimitError, UsageError, RecursionError):
        return False
