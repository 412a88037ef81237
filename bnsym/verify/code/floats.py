"""Terms in floating point at concrete sizes and values."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from bnsym.errors import UndefinedValueError
from bnsym.terms.evaluate import Evaluator, Instance
from bnsym.terms.nodes import Index, Term
from bnsym.verify.code.symbolic import Tensor


class Floats:
    """Arithmetic in doubles."""

    def number(self, value: Fraction) -> float:
        """The nearest double."""
        return float(value)

    def sqrt(self, value: float) -> float:
        """The root; raises UndefinedValueError for a negative value."""
        if value < 0:
            raise UndefinedValueError("the root of a negative number")
        return math.sqrt(value)

    def is_zero(self, value: float) -> bool:
        """True for 0."""
        return value == 0


def evaluator(
    sizes: Mapping[str, int], scalars: Mapping[str, float], tensors: Mapping[str, tuple[Tensor, Any]]
) -> Evaluator:
    """An evaluator over arrays: `tensors` maps a symbol's name to what was traced of it and its array."""
    values = defaultdict(lambda: 1.0, scalars)  # such as what np.empty left
    entries: dict[tuple[str, tuple[int, ...]], float] = {}
    for name, (tensor, array) in tensors.items():
        if not tensor.axes:
            values[name] = float(array)
            continue
        lengths = [_length(index, sizes) for index in tensor.indices]
        flat = np.asarray(array, dtype=float).reshape(lengths)
        for at in np.ndindex(*lengths):
            entries[(name, tuple(k + 1 for k in at))] = float(flat[at])
    return Evaluator(Instance(dict(sizes), values, entries), Floats())


def _length(index: Index, sizes: Mapping[str, int]) -> int:
    return integer(index.high, sizes)


def integer(term: Term, sizes: Mapping[str, int]) -> int:
    """The number of a size's term."""
    return Evaluator(Instance(dict(sizes), {}, {}), Floats()).integer(term, {})


def array_of(term: Term, indices: tuple[Index, ...], shape: tuple[int, ...], values: Evaluator) -> Any:
    """The term at every position of its indices, in the given shape."""
    ranges = [values.positions(index, {}) for index in indices]
    found = [values.value(term, dict(zip(indices, at, strict=True))) for at in product(*ranges)]
    return np.array(found, dtype=float).reshape(shape)
