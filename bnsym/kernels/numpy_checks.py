"""Checks that every generated NumPy module carries: the text below the line is copied into it.

They use NumPy alone.  Each message says what was called, what arrived and what to do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# ---- copied from here on ----

FLOATS = ("float16", "float32", "float64")


def _check_float(call: str, name: str, value: object) -> Array:
    """An array of a float type."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{call}: {name} is a {type(value).__name__}; pass a NumPy array")
    if value.dtype.name not in FLOATS:
        raise TypeError(
            f"{call}: {name} has dtype {value.dtype}; pass one of {', '.join(FLOATS)}, "
            f"for example {name}.astype(np.float32)"
        )
    return value


def _check_input(call: str, x: object, channel_axis: int) -> tuple[Array, int]:
    """x with at least two axes and one entry; the channel axis counted from 0."""
    x = _check_float(call, "x", x)
    if x.ndim < 2:
        raise ValueError(f"{call}: x has shape {x.shape}; pass at least (N, C)")
    if isinstance(channel_axis, bool) or not hasattr(channel_axis, "__index__"):
        raise TypeError(f"{call}: channel_axis is {channel_axis!r}; pass an integer axis of x")
    if not -x.ndim <= channel_axis < x.ndim:
        raise ValueError(
            f"{call}: x of shape {x.shape} has no axis {channel_axis}; pass channel_axis=1 or -1"
        )
    if x.size == 0:
        raise ValueError(f"{call}: x has shape {x.shape} and holds nothing; pass at least one entry")
    return x, int(channel_axis) % x.ndim


def _check_epsilon(call: str, eps: Any, x: Array) -> float:
    """A finite number > 0, and normal in the type that x is computed in."""
    try:
        value = float(eps)
    except (TypeError, ValueError):
        raise TypeError(f"{call}: eps is {eps!r}; pass a number > 0, such as 1e-5") from None
    least = np.finfo(_compute_type(x)).tiny
    if not least <= value < float("inf"):
        raise ValueError(f"{call}: eps is {eps!r}; pass at least {least:.2g}, such as 1e-5")
    return value


def _check_channels(call: str, name: str, value: object, channels: int) -> Array:
    """A finite array with one entry a channel."""
    checked = _check_float(call, name, value)
    if checked.shape != (channels,):
        raise ValueError(
            f"{call}: {name} has shape {checked.shape} for {channels} channels; pass shape ({channels},)"
        )
    if not np.isfinite(checked).all():
        bad = np.flatnonzero(~np.isfinite(checked))[:5].tolist()
        raise ValueError(f"{call}: {name} holds NaN or infinity at {bad}; find where it comes from")
    return checked


def _check_finite(call: str, x: Array, axis: int, *results: Array) -> None:
    """Results are finite; if not, the error says whether x was."""
    if all(np.isfinite(result).all() for result in results):
        return
    rest = tuple(k for k in range(x.ndim) if k != axis)
    bad = np.flatnonzero(~np.isfinite(x).all(axis=rest))
    if bad.size:
        shown = bad[:5].tolist()
        raise ValueError(f"{call}: x holds NaN or infinity in channels {shown}; find where it comes from")
    raise ValueError(f"{call}: the values are too large for their squares to be summed; scale x down")


def _compute_type(x: Array) -> np.dtype[Any]:
    """float32 for half precision, else float64."""
    return np.dtype(np.float32 if x.dtype == np.float16 else np.float64)


def _along(value: Array, ndim: int, axis: int, dtype: Any) -> Array:
    """A per-channel array, shaped so that it broadcasts along the channel axis."""
    shape = [1] * ndim
    shape[axis] = -1
    return value.astype(dtype).reshape(shape)
