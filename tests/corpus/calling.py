"""Runs an entry of the corpus with numbers: what test_labels.py differentiates."""

from __future__ import annotations

import ast
import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from corpus.entry import IMPLEMENTATIONS, Entry, Positive, Size, module

EPS = 0.3
GROUPS = 2


def length(size: str, sizes: Mapping[str, int]) -> int:
    """The number that a size such as "N" or "C*H*W" stands for."""
    return math.prod(sizes[part] if part in sizes else int(part) for part in size.split("*"))


def reach(place: str, names: Mapping[str, object]) -> object:
    """What lies at a place such as "result[1]" or "self.grads['gamma']"."""
    return _walk(ast.parse(place, mode="eval").body, names)


def _walk(node: ast.expr, names: Mapping[str, object]) -> object:
    match node:
        case ast.Name(name):
            return names[name]
        case ast.Attribute(inner, name):
            return getattr(_walk(inner, names), name)
        case ast.Subscript(inner, ast.Constant(key)):
            return _walk(inner, names)[key]
    raise ValueError(f"no place: {ast.unparse(node)}")


def put(place: str, names: Mapping[str, object], value: object) -> None:
    """Lays a value at a place."""
    match ast.parse(place, mode="eval").body:
        case ast.Attribute(inner, name):
            setattr(_walk(inner, names), name, value)
        case ast.Subscript(inner, ast.Constant(key)):
            _walk(inner, names)[key] = value


def _make_state(layer: object, entry: Entry, given: Mapping[str, object]) -> None:
    """A first forward for a class that makes its parameters there; lists it filled are emptied."""
    getattr(layer, entry.forward.rpartition(".")[2])(**given)
    for held in vars(layer).values():
        if isinstance(held, list):
            held.clear()


@dataclass(frozen=True)
class Case:
    """An entry with sizes, and values for its arrays."""

    entry: Entry
    sizes: Mapping[str, int]
    arrays: Mapping[str, np.ndarray]

    @classmethod
    def random(cls, entry: Entry, sizes: Mapping[str, int], rng: np.random.Generator) -> Case:
        """Values of an entry's arrays, the first argument (x) as spread as the root of eps."""
        sizes = {**sizes, **entry.fixed}
        shapes = {n: v for n, v in entry.arguments.items() if isinstance(v, tuple)} | dict(entry.state)
        arrays = {n: rng.normal(1, 1, [length(s, sizes) for s in shape]) for n, shape in shapes.items()}
        first = next(iter(shapes))
        spread = math.sqrt(entry.literal_eps or EPS)
        arrays[first] = (arrays[first] - 0.5) * spread * 1.3
        return cls(entry, sizes, arrays)

    def value(self, name: str, given: object, arrays: Mapping[str, np.ndarray]) -> object:
        """An argument as the function gets it."""
        match given:
            case (Size(), *_):
                return tuple(length(size.name, self.sizes) for size in given)
            case tuple():
                return copy.copy(arrays[name]) if name in arrays else np.ones(self._shape(given))
            case Positive():
                return EPS
            case Size(size):
                return length(size, self.sizes)
            case dict():
                return {key: self.value(key, inner, arrays) for key, inner in given.items()}
        return given

    def _shape(self, given: tuple[str, ...]) -> list[int]:
        return [length(size, self.sizes) for size in given]

    def forward(
        self, arrays: Mapping[str, np.ndarray], folder: object = IMPLEMENTATIONS
    ) -> dict[str, object]:
        """Names after a forward: its arguments, self, result."""
        entry = self.entry
        names: dict[str, object] = {n: self.value(n, v, arrays) for n, v in entry.arguments.items()}
        function = module(entry.file, folder)
        given = dict(names)
        if entry.owner:
            built = {n: self.value(n, v, {}) for n, v in entry.construct.items()}
            names["self"] = function = getattr(function, entry.owner)(**built)
            if entry.lazy:
                _make_state(
                    function, entry, {n: self.value(n, v, arrays) for n, v in entry.arguments.items()}
                )
            for place in entry.state:
                put(place, names, arrays[place].copy())
        names["result"] = getattr(function, entry.forward.rpartition(".")[2])(**given)
        return names

    def output(self, arrays: Mapping[str, np.ndarray], folder: object = IMPLEMENTATIONS) -> np.ndarray:
        """What the forward returns as its output."""
        return np.array(reach(self.entry.output, self.forward(arrays, folder)), dtype=float)

    def gradients(self, upstream: np.ndarray, folder: object = IMPLEMENTATIONS) -> dict[str, np.ndarray]:
        """What the backward says."""
        entry = self.entry
        names = self.forward(self.arrays, folder)
        names["upstream"] = upstream.copy()
        handed = {n: reach(place, names) for n, place in entry.hands.items()}
        owner = names["self"] if entry.owner else module(entry.file, folder)
        names["result"] = getattr(owner, entry.backward.rpartition(".")[2])(**handed)
        return {of: np.array(reach(place, names), dtype=float) for of, place in entry.gradients.items()}
