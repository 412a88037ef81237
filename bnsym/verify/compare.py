"""The one comparison of numbers: it raises, quotes both sides and the worst index, and NaN is bad."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnsym.errors import CheckError, MismatchError

Array = NDArray[Any]


def compare(what: str, actual: Any, expected: Array, budget: Array) -> float:
    """How much of its budget the worst entry of `actual` uses: at most 1, or MismatchError.

    Shape and kind are compared first.  An entry is good if |actual - expected| <= budget; NaN is not.
    """
    same_form(what, actual, expected.shape)
    allowed = np.broadcast_to(budget, expected.shape)
    if not np.isfinite(allowed).all():
        raise CheckError(f"{what}: the budget is not finite, so nothing can be told; change the case")
    difference = np.abs(np.asarray(actual, np.float64) - expected)
    bad = ~(difference <= allowed)
    if bad.any():
        excess = np.where(bad, np.nan_to_num(difference - allowed, nan=np.inf), -np.inf)
        at = tuple(int(k) for k in np.unravel_index(int(np.argmax(excess)), bad.shape))
        raise MismatchError(
            f"{what}: {int(bad.sum())} of {bad.size} entries off, worst at {at}: got {float(actual[at])!r}, "
            f"expected {float(expected[at])!r}, budget {float(allowed[at]):.3g}"
        )
    off = difference > 0
    return float(np.max(difference[off] / allowed[off], initial=0.0))


def same_form(what: str, actual: Any, shape: tuple[int, ...], dtype: Any = None) -> None:
    """Raise MismatchError unless `actual` is a float array of that shape, and of that dtype if given."""
    if not isinstance(actual, np.ndarray) or actual.dtype.kind != "f":
        kind = f"dtype {actual.dtype}" if isinstance(actual, np.ndarray) else type(actual).__name__
        raise MismatchError(f"{what}: got {kind}, expected an array of floats")
    if actual.shape != shape:
        raise MismatchError(f"{what}: got shape {actual.shape}, expected {shape}")
    if dtype is not None and actual.dtype != np.dtype(dtype):
        raise MismatchError(f"{what}: got dtype {actual.dtype}, expected {np.dtype(dtype)}")
