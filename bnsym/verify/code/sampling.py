"""Terms at a few places of random values: which combinations are worth proving."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import numpy as np

from bnsym.errors import UndefinedValueError
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.terms.nodes import Entry, Index, Sign, Size, Symbol, Term
from bnsym.terms.walk import free_indices, subterms
from bnsym.verify.code.floats import Floats

PLACES = 8
LENGTHS = (3, 4, 2, 2, 2)
SAME = 1e-8


class Sampler:
    """Values of terms at PLACES places, all at one random instance."""

    def __init__(self, terms: tuple[Term, ...], seed: int = 3) -> None:
        drawn = random.Random(seed)
        nodes = [node for term in terms for node in subterms(term)]
        indices = sorted({i for term in terms for i in free_indices(term)}, key=lambda index: index.name)
        bounds = [node for index in indices for node in subterms(index.high)]
        bounds += [
            n
            for node in nodes
            if isinstance(node, Entry)
            for axis in node.tensor.shape
            for n in subterms(axis or node)
        ]
        sizes = {node.name: node.least for node in (*nodes, *bounds) if isinstance(node, Size)}
        self.sizes = {
            name: max(least, LENGTHS[k % len(LENGTHS)])
            for k, (name, least) in enumerate(sorted(sizes.items()))
        }
        scalars = {node.name: drawn.uniform(0.5, 1.5) for node in nodes if isinstance(node, Symbol)}

        def missing(entry: Entry, at: tuple[int, ...]) -> float:
            value = drawn.uniform(-2, 2)
            return value if entry.tensor.sign is Sign.REAL else abs(value) + 0.1

        instance = Instance(self.sizes, scalars, {}, {}, missing)
        self.evaluator = Evaluator(instance, Floats())
        self.places = [
            {index: drawn.choice(self.evaluator.positions(index, {})) for index in indices}
            for _ in range(PLACES)
        ]

    def values(self, term: Term) -> Any:
        """The term at the places; infinite where it has no value."""
        return np.array([self._value(term, place) for place in self.places])

    def grid(self, term: Term, indices: tuple[Index, ...]) -> Any:
        """The term at every position of the indices."""
        ranges = [self.evaluator.positions(index, {}) for index in indices]
        found = [self._value(term, dict(zip(indices, at, strict=True))) for at in product(*ranges)]
        return np.array(found).reshape([len(places) for places in ranges])

    def picked(self, grid: Any, indices: tuple[Index, ...]) -> Any:
        """The entries of a grid at the places; an axis of length 1 stands for all of it."""
        rows = []
        for place in self.places:
            at = (place.get(index, 1) - 1 for index in indices)
            rows.append(grid[tuple(k if n > 1 else 0 for k, n in zip(at, grid.shape, strict=True))])
        return np.array(rows)

    def number(self, term: Term) -> float:
        """A term in sizes alone."""
        return float(self.evaluator.value(term, {}))

    def _value(self, term: Term, place: dict[Any, int]) -> float:
        try:
            return float(self.evaluator.value(term, place))
        except (UndefinedValueError, ZeroDivisionError, OverflowError):
            return float("inf")


def same(left: Any, right: Any) -> bool:
    """Equal up to rounding, everywhere."""
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return False
    return bool(np.abs(left - right).max() <= SAME * max(1e-6, np.abs(right).max()))
