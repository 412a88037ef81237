"""Shapes that x comes in, and a layer's equations over them.

A layer counts its rows by one index n.  Under a layout the rows are several axes: each index over rows
becomes one index an axis, a sum over rows a sum over these, N the product of their lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bnsym.layers.layer import Layer
from bnsym.terms.nodes import Definition, Delta, Entry, Index, Size, Sum, Tensor, Term, mul
from bnsym.terms.walk import rebuild
from bnsym.tracing import TracedArray


@dataclass(frozen=True)
class Layout:
    """The lengths of x's axes, and the channel axis as the caller gives it."""

    shape: tuple[str, ...]
    channel_axis: int

    def __str__(self) -> str:
        return f"({', '.join(self.shape)})"


LAYOUTS = (Layout(("N", "C"), 1), Layout(("N", "C", "H", "W"), 1), Layout(("N", "H", "W", "C"), -1))


class Spread:
    """Terms of a layer over the axes of a symbolic x.  `place`: the generic position, an index an axis."""

    def __init__(self, layer: Layer, x: TracedArray, layout: Layout) -> None:
        self.layer = layer
        self.lengths = [axis[0].high for axis in x.indices]
        self.at = layout.channel_axis % x.ndim
        self.memo: dict[Term, Term] = {}
        self.place = self.indices((layer.row, layer.channel))

    def definitions(self, given: Mapping[str, Definition]) -> dict[str, Definition]:
        """Equations over the new axes."""
        return {name: self.definition(each) for name, each in given.items()}

    def definition(self, given: Definition) -> Definition:
        """An equation over the new axes."""
        parameters = self.indices(given.parameters)  # type: ignore[arg-type]
        return replace(
            given,
            tensor=self.tensor(given.tensor),
            parameters=parameters,
            body=self.term(given.body),
        )

    def term(self, term: Term) -> Term:
        """A term over the new axes."""
        if term not in self.memo:
            self.memo[term] = self._term(term)
        return self.memo[term]

    def _term(self, term: Term) -> Term:
        match term:
            case Size():
                return self._length(term)
            case Index():
                [index] = self._split(term)
                return index
            case Entry(tensor, indices):
                return Entry(self.tensor(tensor), self.indices(indices))  # type: ignore[arg-type]
            case Sum(index, body):
                total = self.term(body)
                for each in reversed(list(self._split(index))):
                    total = Sum(each, total)
                return total
            case Delta(Index() as left, Index() as right):
                pairs = zip(self._split(left), self._split(right), strict=True)
                return mul(*(Delta(one, other) for one, other in pairs))
        return rebuild(term, self.term)

    def indices(self, indices: tuple[Index, ...]) -> tuple[Index, ...]:
        """The place of an entry: x's own order of axes where it has rows and channels."""
        parts = [list(self._split(index)) for index in indices]
        if len(parts) == 2 and self._is_row(indices[0]) and not self._is_row(indices[1]):
            rows, [channel] = parts
            return (*rows[: self.at], channel, *rows[self.at :])
        return tuple(index for part in parts for index in part)

    def place_of(self, tensor: Tensor) -> tuple[Index, ...]:
        """The generic position of an array of the layer's."""
        generic = (self.layer.row, self.layer.channel)
        return self.indices(tuple(index for high in tensor.shape for index in generic if index.high is high))

    def tensor(self, tensor: Tensor) -> Tensor:
        """An array with its rows over several axes."""
        return Tensor(tensor.name, tuple(index.high for index in self.place_of(tensor)), tensor.sign)

    def _is_row(self, index: Index) -> bool:
        return index.high is self.layer.row.high

    def _split(self, index: Index) -> Iterator[Index]:
        """An index over rows as one an axis."""
        if not self._is_row(index):
            yield Index(index.name, index.low, self.lengths[self.at])
            return
        for k, high in enumerate(self._rows()):
            yield Index(f"{index.name}_{k}" if k else index.name, index.low, high)

    def _rows(self) -> list[Term]:
        return [high for k, high in enumerate(self.lengths) if k != self.at]

    def _length(self, size: Size) -> Term:
        known = {self.layer.row.high: mul(*self._rows()), self.layer.channel.high: self.lengths[self.at]}
        return known.get(size, size)
